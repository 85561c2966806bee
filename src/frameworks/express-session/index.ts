import { type CallFact, type Context, type Framework, fallback, named, option, reading } from "../../framework.ts";

const docs = "https://expressjs.com/en/resources/middleware/session.html#cookiesecure";

export const expressSession: Framework = {
  name: "express-session",
  title: "express-session",
  docs,
  language: "javascript",
  words: { ".js": ["express-session"] },
  sinks: [
    {
      on: {
        kind: "call",
        method: ["express-session"],
        matches: (call: CallFact, _context: Context) => named(call.callee, "express-session"),
      },
      name: [option(0, "name"), option(0, "key"), fallback("connect.sid", docs, "the default name")],
      secure: [
        reading(option(0, "cookie", "secure"), { values: { auto: "request-scheme" } }),
        fallback(false, docs, "`cookie.secure` is not given, and express-session's default is off"),
      ],
    },
  ],
};
