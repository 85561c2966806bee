import { expect, test } from "vitest";
import { maskLine } from "./mask.ts";

test.each([
  [
    "a secret beside it",
    "a.js",
    "app.use(session({ secret: 'keyboard cat', secure: false }))",
    "app.use(session({ secret: '******** ***', secure: false }))",
  ],
  ["the name is kept", "a.js", 'res.cookie("sid", "t0p", { path: "/" })', 'res.cookie("sid", "***", { path: "/" })'],
  [
    "keys and variables are kept",
    "a.py",
    'app.config["KEY"] = os.environ.get("KEY", "hush")',
    'app.config["KEY"] = os.environ.get("KEY", "****")',
  ],
  ["imports are kept", "a.js", 'import session from "express-session";', 'import session from "express-session";'],
  ["quotes within quotes", "a.js", `key("it's \\"mine\\"")`, `key("**** ********")`],
  ["a text that goes on", "a.js", "const key = `-----BEGIN KEY", "const key = `********** ***"],
  [
    "a class by its path",
    "settings.py",
    '    "django.contrib.sessions.middleware.SessionMiddleware",',
    '    "django.contrib.sessions.middleware.SessionMiddleware",',
  ],
  ["a token is no path", "a.js", 'check("eyJh1bGci.eyJzdWIi.c2lnbmF0")', 'check("***************************")'],
  [
    "plain settings, but no secret",
    "Web.config",
    '<forms loginUrl="~/Account/Login" timeout="2880" password="letmein" machineKey="abc" name="hunter2" />',
    '<forms loginUrl="~/Account/Login" timeout="2880" password="*******" machineKey="***" name="hunter2" />',
  ],
  [
    "a word that is given for nothing",
    "a.js",
    "const cookie = make('letmein', { mode: 'Forms' })",
    "const cookie = make('*******', { mode: 'Forms' })",
  ],
  ["the value of a cookie", "a.js", 'set({ name: "sid", value: "letmein" })', 'set({ name: "sid", value: "*******" })'],
  ["an apostrophe is no quote", "a.rb", "# the cookie doesn't need it", "# the cookie doesn't need it"],
  ["a prefix", "a.py", "KEY = rb'hush'", "KEY = rb'****'"],
  ["a value without quotes", "a.ini", "session.secret = hush hush", "session.secret = **** ****"],
  ["a switch in a configuration", "a.ini", "session.secure = false", "session.secure = false"],
  ["a value in YAML", "a.yml", "  secret: hush", "  secret: ****"],
  ["a variable's value", "deploy/.env.production", "SECRET=hush", "SECRET=****"],
  ["an element's text", "web.xml", "<secure>false</secure><key>hush</key>", "<secure>false</secure><key>****</key>"],
])("%s", (_what, file, line, expected) => {
  expect(maskLine(line, file, "sid", [])).toBe(expected);
});

test("what decides is kept", () => {
  const line = 'document.cookie = "a=b" + "secret"';
  expect(maskLine(line, "a.js", null, [{ start: 18, end: 23 }])).toBe('document.cookie = "a=b" + "******"');
});

test("of a line that nobody wrote by hand only what decides is shown, in its place", () => {
  const line = `"${"x".repeat(20_000)}"`;
  const masked = maskLine(line, "a.js", null, [{ start: 100, end: 110 }]);
  expect(masked.length).toBe(line.length);
  expect(masked.replace(/\*+/g, "*")).toBe(`*${"x".repeat(10)}*`);
});
