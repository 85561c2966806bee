import { expect, test } from "vitest";
import { verdicts } from "../evaluate/verdicts.ts";

const click = `protected void Click(object sender, EventArgs e) {
  HttpCookie cookie = new HttpCookie("theme", "1"); Response.Cookies.Add(cookie);
  FormsAuthentication.RedirectFromLoginPage("name", true); }`;

test("code without usings is read as documentation shows it: the names are System.Web's", async () => {
  expect(await verdicts({ "Login.aspx.cs": click })).toEqual(["theme: insecure", ".ASPXAUTH: insecure"]);
  expect(await verdicts({ "Login.cs": `using Own.Security;\n${click}` })).toEqual(["theme: insecure"]);
});

test("what is called res is Express's where a piece of code imports nothing, or nothing says what its project uses", async () => {
  const set = 'app.get("/", (req, res) => { res.cookie("a", "1"); });';
  expect(await verdicts({ "a.js": `${set}\nresponse.cookie("b", "1", { secure: true });` })).toEqual([
    "a: insecure",
    "b: secure",
  ]);
  const controller = `const jwt = require("jsonwebtoken");
exports.login = async (req, res) => { res.cookie("a", jwt.sign({}, "s"), { httpOnly: true }); };
exports.logout = (req, res) => { res.clearCookie("b"); };`;
  expect(await verdicts({ "controllers/auth.js": controller })).toEqual(["a: insecure", "b: insecure"]);
  const part = { "a.js": `const own = require("./own");\n${set}` };
  expect(await verdicts(part)).toEqual(["a: insecure"]);
  expect(await verdicts({ ...part, "package.json": '{ "dependencies": { "polka": "1.0.0" } }' })).toEqual([]);
  expect(await verdicts({ ...part, "b.js": 'import fastify from "fastify";' })).toEqual([]);
});

test("a session of an unknown name is express-session's or cookie-session's where a piece of code imports nothing", async () => {
  const use = (name: string) => `app.use(${name}({ secret: "s", cookie: { secure: false }, secure: true }));`;
  expect(await verdicts({ "a.js": use("session") })).toEqual(["connect.sid: insecure"]);
  expect(await verdicts({ "a.js": use("cookieSession") })).toEqual(["session: secure"]);
  expect(await verdicts({ "a.js": `import x from "./x.js";\n${use("session")}` })).toEqual([]);
  expect(await verdicts({ "a.js": "db.use(session({ isolation: 1 }));" })).toEqual([]);
});

test("the middleware is also known by a name that the package does not export", async () => {
  const use = (name: string, from: string) => `import { ${name} } from "${from}"; app.use(${name}({ secure: true }));`;
  expect(await verdicts({ "a.js": use("cookieSession", "cookie-session") })).toEqual(["session: secure"]);
  expect(await verdicts({ "a.js": use("session", "express-session") })).toEqual(["connect.sid: insecure"]);
});
