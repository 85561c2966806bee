import { argument, type Framework, fallback, named, option } from "../../framework.ts";

const docs = "https://expressjs.com/en/api.html#res.cookie";

export const express: Framework = {
  name: "express",
  title: "Express",
  docs,
  language: "javascript",
  words: { ".js": [".cookie("] },
  symbols: [
    { path: "req.secure", is: "request-scheme", says: "`req.secure` is true when the request arrives as https" },
    {
      path: "request.secure",
      is: "request-scheme",
      says: "`request.secure` is true when the request arrives as https",
    },
  ],
  sinks: [
    {
      on: { kind: "call", method: ["cookie"], matches: (call) => named(call.callee, "res.cookie", "response.cookie") },
      name: [argument(0)],
      secure: [option(2, "secure"), fallback(false, docs, "`secure` is not given, and Express's default is off")],
    },
  ],
};
