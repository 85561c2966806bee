import { expect, test } from "vitest";
import { contextOf, cookieAt, placeOf, reportOf, seenAt } from "../../test/support/report.ts";
import { writeText } from "./text.ts";

const files = {
  "src/app.js": [
    'import session from "express-session";',
    "app.use(session({",
    "\tsecret,",
    "\tcookie: { secure: false },",
    "}));",
    'response.cookie("lang", language, options);',
    "",
  ].join("\n"),
  "src/options.js": "export const options = {\r\n  httpOnly: true,\r\n};\r\n",
};

const value = placeOf(files, "src/app.js", "false");
const session = cookieAt(files, "src/app.js", "session({", {
  framework: "express-session",
  because: "secure is false",
  decidedBy: { from: "file", says: "secure is false", ...value },
  fixes: [
    {
      title: "set secure to true",
      safety: "needs a decision",
      note: "over plain http the cookie is then not set at all",
      edits: [{ ...value, expected: "false", replacement: "true" }],
    },
  ],
});
const language = cookieAt(files, "src/app.js", 'response.cookie("lang", language, options)', {
  name: "lang",
  sensitive: false,
  decidedBy: seenAt(files, "src/options.js", "{\r\n  httpOnly: true,\r\n}", "these options have no secure"),
});
const unknown = cookieAt(files, "src/app.js", "app.use", {
  name: undefined,
  verdict: "unknown",
  because: "`secret` comes from outside",
});

test("shows each finding with its line, its reason and its edit", () => {
  expect(writeText(reportOf(files, [session, language, unknown]), contextOf(files))).toMatchInlineSnapshot(`
    "── src/app.js ──────────────────────────────────────────────────────────────────

      note  (computed name)  express, missing-secure  2:1
      A cookie whose name is computed may or may not carry Secure: \`secret\` comes
      from outside.

      error  sid  express-session, missing-secure  4:20
      The cookie "sid" is sent without Secure: secure is false.
          ╷
        3 │   secret,
      > 4 │   cookie: { secure: false },
          │                     ~~~~~
        5 │ }));
          ╵
      see https://example.org/docs
      Fix: set secure to true (needs a decision: over plain http the cookie is then
      not set at all)
        -   cookie: { secure: false },
        +   cookie: { secure: true },

      warning  lang  express, missing-secure  6:1
      The cookie "lang" is sent without Secure: secure is not given, and the default
      is off.
          ╷
        5 │ }));
      > 6 │ response.cookie("lang", language, options);
          │ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          ╵
      decided in src/options.js:1:24: these options have no secure
          ╷
      > 1 │ export const options = {
          │                        ~
      > 2 │   httpOnly: true,
          │   ~~~~~~~~~~~~~~~
      > 3 │ };
          │ ~
          ╵
      see https://example.org/docs
      By hand, in src/options.js:1:24: give Secure another value here, one that is
      on in production. See setsecure explain missing-secure.

    3 cookies in 2 files: 0 secure, 2 insecure, 0 conditional, 1 unknown.
    1 error, 1 warning, 1 note; 1 of the cookies can be fixed by an edit.
    Judged for production, with TLS ended at a proxy.
    "
  `);
});

test("says so when there is nothing to report", () => {
  expect(writeText(reportOf(files, []), contextOf(files))).toBe(
    "0 cookies in 2 files: 0 secure, 0 insecure, 0 conditional, 0 unknown.\n0 errors, 0 warnings, 0 notes.\nJudged for production, with TLS ended at a proxy.\n",
  );
});

test("colours only when asked to", () => {
  const report = reportOf(files, [session]);
  expect(writeText(report, contextOf(files))).not.toContain("\u001B");
  expect(writeText(report, contextOf(files, { color: true }))).toContain("\u001B[31merror\u001B[39m");
});

test("lets nothing from a file reach the terminal as a command", () => {
  const evil = "\u001B]0;title\u0007\u202E##[error]x\u009B2J";
  const hostile = { [`a${evil}\n::error::b.js`]: `cookie("${evil}") // ${evil}\r` };
  const [file = ""] = Object.keys(hostile);
  const report = reportOf(hostile, [cookieAt(hostile, file, "cookie", { name: evil, because: evil, framework: evil })]);
  const text = writeText(report, contextOf(hostile));
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]|##\[|^\s*::/m);
  expect(text).toContain("<U+001B>]0;title<U+0007>");
});

test("shows the part of a long line that matters", () => {
  const long = { "a.js": `${"x".repeat(100_000)};cookie("a");${"y".repeat(100_000)}` };
  const text = writeText(reportOf(long, [cookieAt(long, "a.js", 'cookie("a")')]), contextOf(long));
  const rows = text.split("\n");
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
  const marked = rows.findIndex((row) => row.includes("~"));
  const from = rows[marked]?.indexOf("~") ?? 0;
  expect(rows[marked - 1]?.slice(from, (rows[marked]?.lastIndexOf("~") ?? 0) + 1)).toBe('cookie("a")');
});

test("names what was not read", () => {
  const report = { ...reportOf(files, []), skipped: [{ file: "big.js", because: "5 MB is more than the 4 MB" }] };
  expect(writeText(report, contextOf(files))).toContain("1 file not read, or not wholly:\n  big.js: 5 MB is more");
});
