import { type Programs, type Surroundings, statements, type Table } from "./program.ts";

const around: Surroundings = {
  nests: [
    "if (req.query.a) {\n  §body§\n}",
    "if (req.query.a) {\n  console.log(1);\n} else {\n  §body§\n}",
    "try {\n  §body§\n} catch (error) {\n  console.log(error);\n}",
    "{\n  §body§\n}",
    "for (const each of [1]) {\n  §body§\n}",
    "const later$V = () => {\n  §body§\n};\nlater$V();",
    "setTimeout(function () {\n  §body§\n}, 10);",
    'switch (req.query.b) {\n  case "1":\n    §body§\n    break;\n}',
    "Promise.resolve().then(async () => {\n  §body§\n});",
  ],
  before: ["if (req.query.$N) ", "if (req.query.$N) console.log(1); else ", "for (const each of [1]) "],
  above: [
    "if (req.query.$N)".replace("$N", "x"),
    "for (const each of [1])",
    "if (req.query.x)\n  console.log(1);\nelse",
  ],
  comments: ["// secure: true", "/* secure: false */", "/**\n * Set-Cookie: a=1; Secure\n */", '// it\'s "here"'],
  remarks: [" // secure: false", " /* Secure */"],
  oneLine: true,
  singleQuotes: true,
  huge: (filler) => `void "${filler}";`,
};

const middleware = (use: string) => `app.use("/$V", ${use})«;¦»`;

const handlers = [
  'app.get("/$V", (req, res) => {\n  §body§\n});',
  'app.post("/$V", async function (req, res) {\n  §body§\n});',
  "function handle$V(req, res) {\n  §body§\n}\napp.use(handle$V);",
  "class Handler$V {\n  handle(req, res) {\n    §body§\n  }\n}\napp.use((req, res) => new Handler$V().handle(req, res));",
];

const commonjs = `const express = require("express");\nconst app = express();\n§top§\n§body§\nmodule.exports = app;\n`;
const module = `import express from "express";\n\nexport const app = express();\n§top§\n§body§\n`;

const express = (files: readonly string[], frame: string): Table => ({
  files,
  frame,
  functions: handlers,
  off: [
    `res.cookie("$N", "1")«;¦»`,
    `res.cookie("$N", "1", «{}¦{ }¦undefined»);`,
    `res.cookie("$N", "1", { «secure: false¦secure: false, httpOnly: true¦path: "/",¦"httpOnly": true¦maxAge: 1000 * 60, secure: undefined» });`,
    `res.cookie("$N", "1", {\n  «httpOnly: true¦path: "/", httpOnly: true¦path: "/",\n  httpOnly: true»«,¦»«¦ // secure: true»\n});`,
    `res.cookie("$N", "1", {\n  // secure: true,\n  httpOnly: true«,¦»\n  // secure: true,\n});`,
    `res.cookie("$N", "1", {\n  // secure: true,\n});`,
    `res.cookie("$N", "1", { /* none */ });`,
    `res.cookie(\n  "$N",\n  "1"«,¦»\n);`,
    `res.cookie(\n  "$N",\n  req.query.a«¦ // the value»\n);`,
    `res.cookie(\n  "$N",\n  "1",\n  «{ httpOnly: true }¦{}»«,¦»\n);`,
    `res.cookie("$N", "1",\n  { path: "/",\n    httpOnly: true });`,
    `const options$V = { httpOnly: true };\nres.cookie("$N", "1", options$V);`,
    `const options$V = {};\noptions$V.path = "/";\nres.cookie("$N", "1", options$V);`,
    `const options$V = { secure: true };\noptions$V.secure = false;\nres.cookie("$N", "1", options$V);`,
    `const off$V = false;\nres.cookie("$N", "1", { secure: off$V });`,
    `const off$V = false;\nres.cookie("$N", "1", { httpOnly: off$V, secure: off$V });`,
    `res.cookie("$N", "1", { secure: req.secure && false, path: "/" });`,
    { text: `res.cookie("$N", "1", { ...base$V, httpOnly: true });`, top: `const base$V = { path: "/" };` },
    { text: `res.cookie("$N", "1", { httpOnly: true, ...base$V });`, top: `const base$V = { path: "/" };` },
    { text: `res.cookie("$N", "1", base$V);`, top: `const base$V = Object.freeze({ path: "/" });` },
    {
      text: `put$V(res, "$N", { path: "/" });`,
      top: `function put$V(out, name, options) {\n  out.cookie(name, "1", options);\n}`,
    },
    { text: `put$V(res, "$N");`, top: `function put$V(out, name) {\n  out.cookie(name, "1");\n}` },
    {
      text: `put$V(res, "$N", false);`,
      top: `function put$V(out, name, on) {\n  out.cookie(name, "1", { httpOnly: true, secure: on });\n}`,
    },
    `res.cookie("$N", "1").cookie("$Nb", "2", { path: "/" });`,
    `res.status(200).cookie("$N", "1", { httpOnly: true }).send("ok");`,
    `res\n  .status(200)\n  .cookie("$N", "1")\n  .cookie("$Nb", "1", {})\n  .send("ok");`,
    `res.cookie("$N", "1"); res.cookie("$Nb", "2", { secure: false });`,
    `req.query.x && res.cookie("$N", "1");`,
    `req.query.x ? res.cookie("$N", "1") : res.cookie("$Nb", "1", {});`,
    `res.cookie("$N", JSON.stringify({ a: [1, 2] }), { expires: new Date(Date.now() + 1000), sameSite: "lax" });`,
    `setTimeout(() => res.cookie("$N", "1"), 10);`,
    { text: `["$N", "$Nb"].forEach((name) => res.cookie(name, "1", { path: "/" }));`, off: 1 },
    { text: `for (const name of ["$N", "$Nb"]) {\n  res.cookie(name, "1");\n}`, off: 1 },
    `const send$V = res.cookie.bind(res);\nsend$V("$N", "1");`,
    `const { cookie: set$V } = res;\nset$V.call(res, "$N", "1", {});`,
    `res.cookie("$N", "1", req.query.x ? { path: "/" } : {});`,
    `res.cookie("$N", "1", Object.assign({}, { path: "/" }));`,
    `res.cookie("$N", "1", { ...{ secure: true }, secure: false });`,
    `res.cookie("$N", "1", { ["secure"]: false });`,
    `res.cookie("$N", "1", { "secure": false, 'path': "/" });`,
    `const secure = false;\nres.cookie("$N", "1", { httpOnly: true, secure });`,
    `let on$V;\non$V = false;\nres.cookie("$N", "1", { secure: on$V });`,
    `const options$V = {\n  httpOnly: true, path: "/",\n  maxAge: 1000\n};\nres.cookie("$N", "1", options$V);`,
    `function own$V() {\n  return { httpOnly: true };\n}\nres.cookie("$N", "1", own$V());`,
    `const own$V = () => ({ httpOnly: true });\nres.cookie("$N", "1", own$V());`,
    `const own$V = { options: { session: { httpOnly: true } } };\nres.cookie("$N", "1", own$V.options.session);`,
    `class Own$V {\n  static options = { httpOnly: true };\n}\nres.cookie("$N", "1", Own$V.options);`,
    `res.cookie(\`$N-\${req.query.a}\`, "1");`,
    `res.set("Set-Cookie", "$N=1; Path=/");`,
    'res.append("Set-Cookie", `$N=${req.query.a}; HttpOnly`);',
    `res.header("Set-Cookie", ["$N=1", "$Nb=2; Path=/"«,¦»]);`,
  ],
  on: [
    `res.cookie("$N", "1", { secure: true });`,
    `res.cookie("$N", "1", { httpOnly: true, secure: process.env.NODE_ENV === "production" });`,
    `res.clearCookie("$N");`,
    `res.set("Set-Cookie", "$N=1; Secure");`,
    `console.log("res.cookie('$N', '1')");`,
  ],
});

const elsewhere: Table = {
  files: ["app.js", "admin.js"],
  frame: commonjs,
  functions: handlers,
  off: [
    {
      text: `res.cookie("$N", "1", require("./options$V").strict);`,
      also: { "options$V.js": `exports.strict = { httpOnly: true«,¦» };\nexports.lax = { secure: true };\n` },
    },
    {
      text: `res.cookie("$N", "1", require("./options$V")());`,
      also: { "options$V.js": `module.exports = () => ({\n  path: "/",\n});\n` },
    },
    {
      text: `require("./put$V").put(res, "$N", "1");`,
      also: {
        "put$V.js": `exports.put = function (res, name, value) {\n  res.cookie(name, value, { httpOnly: true });\n};\n`,
      },
    },
    {
      text: `res.cookie("$N", "1", { secure: require("./config$V").secureCookies });`,
      also: { "config$V.js": `module.exports = {\n  port: 80,\n  secureCookies: false,\n};\n` },
    },
  ],
  on: [],
};

/** Sessions are mounted once each; the trust of the proxy is said, or is to be added. */
const session = (module: string, uses: Pick<Table, "off" | "on">): Table[] =>
  ["", 'app.set("trust proxy", 1);', "app.enable('trust proxy');"].map((trust) => ({
    files: ["app.js"],
    frame: `const express = require("express");\nconst session = require("${module}");\n\nconst app = express();\n${trust}\n§top§\n§body§\napp.listen(80);\n`,
    functions: ["§body§"],
    ...uses,
  }));

const sessionAround: Surroundings = {
  ...around,
  nests: [
    'if (process.env.SESSIONS !== "off") {\n  §body§\n}',
    "{\n  §body§\n}",
    "function mount$V() {\n  §body§\n}\nmount$V();",
  ],
  above: ["if (process.env.SESSIONS)"],
  before: [],
};

const expressSession = session("express-session", {
  off: [
    middleware(`session({ secret: "s", name: "$N" })`),
    middleware(
      `session({ secret: "s", name: "$N", cookie: «{}¦{ }¦{ httpOnly: true }¦{ secure: false }¦{ secure: false, path: "/", }» })`,
    ),
    middleware(`session({\n  secret: "s",\n  name: "$N"«,¦»\n})`),
    middleware(`session({\n  secret: "s",\n  name: "$N",\n  cookie: {\n    maxAge: 60 * 1000«,¦»\n  }«,¦»\n})`),
    middleware(`session({\n  secret: "s",\n  cookie: { maxAge: 60 },\n  name: "$N", // secure: true\n})`),
    `const options$V = { secret: "s", name: "$N" };\n${middleware("session(options$V)")}`,
    `const options$V = { secret: "s", name: "$N", cookie: {} };\noptions$V.cookie.secure = false;\n${middleware("session(options$V)")}`,
  ],
  on: [middleware(`session({ secret: "s", name: "$N", cookie: { secure: true } })`)],
});

const cookieSession = session("cookie-session", {
  off: [
    middleware(`session({ name: "$N", keys: ["k"], secure: false«,¦» })`),
    middleware(`session({\n  name: "$N",\n  keys: ["k"],\n  secure: false«,¦»«¦ // not yet»\n})`),
    `const options$V = { keys: ["k"], name: "$N", secure: false };\n${middleware("session(options$V)")}`,
  ],
  on: [middleware(`session({ name: "$N", keys: ["k"], secure: true })`)],
});

/** Without a word about the proxy, what the request says comes to nothing. */
const quietCookieSession = session("cookie-session", {
  off: [
    middleware(`session({ name: "$N", keys: ["k"] })`),
    middleware(`session({\n  name: "$N",\n  keys: ["k"]«,¦»\n})`),
    middleware(
      `session({\n  name: "$N",\n  keys: ["k"],\n  cookie: {\n    secure: true,\n    httpOnly: true,\n  },\n})`,
    ),
    middleware(`session({ name: "$N", keys: ["k"], cookie: { secure: true } })`),
    middleware(`session({ name: "$N", keys: ["k"], cookie: { httpOnly: true, secure: true } })`),
  ],
  on: [],
})[0]!;

const csurf = session("csurf", {
  off: [
    middleware(`session({ cookie: true })`),
    middleware(`session({ cookie: «{}¦{ key: "$N" }¦{ key: "$N", secure: false }» })`),
    middleware(`session({\n  cookie: {\n    key: "$N"«,¦»\n  }«,¦»\n})`),
    `const csrf$V = session({ cookie: { key: "$N", httpOnly: true } });\n${middleware("csrf$V")}`,
  ].map((text) => ({ text, off: 1 })),
  on: [middleware(`session({ cookie: { secure: true } })`), middleware("session()")],
});

const server = (more: string): Pick<Table, "files" | "frame" | "functions"> => ({
  files: ["server.js", "other.js"],
  frame: `const http = require("node:http");\n${more}§top§\n§body§\n`,
  functions: [
    "http.createServer((req, res) => {\n  §body§\n  res.end();\n}).listen(80);",
    "function handle$V(req, res) {\n  §body§\n}\nhttp.createServer(handle$V);",
  ],
});

const serverAround: Surroundings = {
  ...around,
  nests: [
    "if (req.url) {\n  §body§\n}",
    "try {\n  §body§\n} catch (error) {\n  console.log(error);\n}",
    "{\n  §body§\n}",
  ],
  above: ["if (req.url)"],
  before: ["if (req.url) ", "if (req.url) console.log(1); else "],
};

const jar: Table = {
  ...server(`const Cookies = require("cookies");\n`),
  off: [
    `new Cookies(req, res).set("$N", "1");`,
    `const jar$V = new Cookies(req, res);\njar$V.set("$N", "1");`,
    `const jar$V = new Cookies(req, res, { keys: ["k"]«,¦» });\njar$V.set("$N", "1", { httpOnly: true });\njar$V.set("$Nb", "1", { secure: false });`,
    `const jar$V = new Cookies(req, res, {\n  keys: ["k"]«,¦»\n});\njar$V.set("$N", "1");`,
    `const jar$V = new Cookies(req, res, { secure: true });\njar$V.set("$N", "1", { secure: false«, path: "/"¦» });`,
    `const jar$V = new Cookies(req, res, { secure: false });\njar$V.set("$N", "1");\njar$V.set("$Nb", "2", {});`,
  ],
  on: [`new Cookies(req, res, { secure: true }).set("$N", "1");`, `new Cookies(req, res).set("$N");`],
};

const serialize: Table = {
  ...server(`const cookie = require("cookie");\n`),
  off: [
    `res.setHeader("Set-Cookie", cookie.serialize("$N", "1"));`,
    `res.setHeader("Set-Cookie", cookie.serialize("$N", "1", «{}¦{ path: "/" }¦{ secure: false, path: "/" }»));`,
    `res.setHeader("Set-Cookie", [\n  cookie.serialize("$N", "1"),\n  cookie.serialize("$Nb", "1", { httpOnly: true })«,¦»\n]);`,
    `const text$V = cookie.serialize("$N", "1", {\n  path: "/"«,¦»«¦ // secure: true»\n});\nres.setHeader("Set-Cookie", text$V);`,
    {
      text: `res.setHeader("Set-Cookie", cookie.serialize("$N", "1", common$V));`,
      top: "const common$V = { httpOnly: true };",
    },
  ],
  on: [
    `res.setHeader("Set-Cookie", cookie.serialize("$N", "1", { secure: true }));`,
    `res.setHeader("Set-Cookie", cookie.serialize("$N", "", { maxAge: 0 }));`,
  ],
};

const raw: Table = {
  ...server(""),
  off: [
    `res.setHeader("Set-Cookie", "$N=1«; HttpOnly¦; Path=/secure¦»");`,
    `res.setHeader("set-cookie", ["$N=1", "$Nb=1; Path=/", "done=1; Secure"«,¦»]);`,
    `res.setHeader("Set-Cookie", [\n  "$N=1"«,¦»«¦ // secure»\n]);`,
    "res.setHeader('Set-Cookie', `$N=${req.url}`);",
    `res.setHeader("Set-Cookie", "$N=" + req.url);`,
    `res.setHeader("Set-Cookie", "$N=" + req.url + "; Path=/");`,
    `res.appendHeader("Set-Cookie", "$N=1");`,
    `res.writeHead(200, { "Set-Cookie": "$N=1" });`,
    `res.writeHead(200, {\n  "Content-Type": "text/html",\n  "Set-Cookie": ["$N=1; HttpOnly"]«,¦»\n});`,
    `const line$V = "$N=1; HttpOnly";\nres.setHeader("Set-Cookie", line$V);`,
    { text: `res.setHeader("Set-Cookie", LINE$V);`, top: `const LINE$V = "$N=1";` },
  ],
  on: [`res.setHeader("Set-Cookie", "$N=1; Secure");`, `res.setHeader("Set-Cookie", "$N=; Max-Age=0");`],
};

const documentCookie: Table = {
  files: ["client.js", "more.ts"],
  frame: "§top§\n§body§\n",
  functions: ["function run$V(value) {\n  §body§\n}", "§body§", "export const run$V = (value) => {\n  §body§\n};"],
  off: [
    `document.cookie = "$N=1«; path=/¦; path=/secure¦»"«;¦»`,
    `window.document.cookie = "$N=1";`,
    "document.cookie = `$N=${encodeURIComponent(document.title)}; path=/`;",
    `document.cookie = "$N=" + document.title;`,
    `document.cookie = "$N=" + document.title + "; path=/";`,
    `document.cookie =\n  "$N=" +\n  document.title +\n  "; path=/";`,
    `const text$V = "$N=1; path=/";\ndocument.cookie = text$V;`,
    `document.cookie = ["$N=1", "path=/"].join("; ");`,
  ],
  on: [`document.cookie = "$N=1; Secure";`, `document.cookie = "$N=; Max-Age=0";`],
};
const browser: Surroundings = {
  ...around,
  above: ["if (window.x)"],
  nests: ["if (window.x) {\n  §body§\n}", "{\n  §body§\n}"],
  before: ["if (window.x) "],
};

const each = (tables: readonly Table[], surroundings: Surroundings): Programs =>
  tables.map((table) => statements(table, surroundings));

export const javascript: Readonly<Record<string, Programs>> = {
  express: each(
    [express(["app.js", "admin.js"], commonjs), express(["app.ts", "admin.mjs"], module), elsewhere],
    around,
  ),
  "express-session": each(expressSession, sessionAround),
  "cookie-session": each([...cookieSession, quietCookieSession], sessionAround),
  csurf: each(csurf, sessionAround),
  cookies: each([jar], serverAround),
  cookie: each([serialize], serverAround),
  "node-http": each([raw], serverAround),
  "document-cookie": each([documentCookie], browser),
};
