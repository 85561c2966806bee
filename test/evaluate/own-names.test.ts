import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

/** A function that nothing is seen to call, with a middleware under the file's own name for it. */
test.each([
  ['const session = require("express-session");', "module.exports = (app) => { app.use(session({})); };"],
  ['import * as session from "express-session";', "export class App { setup() { this.app.use(session({})); } }"],
  ['import s from "express-session";', "export function setup(app) { app.use(s({})); }"],
  ['import sessions = require("express-session");', "export const setup = (app) => app.use(sessions({}));"],
])("a function that knows a middleware by a name of the file's is entered: %s", async (first, second) => {
  expect(await verdicts({ "app.ts": `${first}\n${second}\n` })).toEqual(["connect.sid: insecure"]);
});

test.each([
  ['const cs = require("cookie-session");', "module.exports = (app) => { app.use(cs({})); };", "session"],
  ['const csrf = require("csurf");', "exports.setup = (app) => { app.use(csrf({ cookie: true })); };", "_csrf"],
])("so are those of other middleware: %s", async (first, second, name) => {
  const [verdict] = await verdicts({ "app.js": `${first}\n${second}\n` });
  expect(verdict?.split(":")[0]).toBe(name);
});
