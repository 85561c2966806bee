import { describe, expect, test } from "vitest";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

/**
 * What was seen on the wire of Node's frameworks and on no page: programs as people write them, and what is said of
 * each cookie. `→` is what a condition comes to in production, with TLS ended at a proxy.
 */
async function told(program: string | Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cookies } = await takeInventory(
    projectOf(typeof program === "string" ? { "app.ts": program } : program),
    production,
  );
  return cookies.map(({ name, verdict, deletion, condition, notDeployed, remarks }) => {
    const comesTo = verdict === "conditional" ? ` → ${condition?.inDeployment ?? "open"}` : "";
    const withheld = remarks.some(({ kind }) => kind === "withheld") ? ", withheld" : "";
    const elsewhere = notDeployed === undefined ? "" : ", not deployed";
    return `${name ?? "—"} ${deletion ? "deletion" : verdict + comesTo}${withheld}${elsewhere}`;
  });
}

const app = `const express = require("express"); const app = express();\n`;
const trusting = `${app}app.set("trust proxy", 1);\n`;
const handled = (code: string) => `${app}app.get("/", (req, res) => { ${code} });`;
const pinned = (name: string, version: string) =>
  JSON.stringify({ dependencies: { express: "^4.21.0", [name]: version } });

const config = {
  "package.json": JSON.stringify({ dependencies: { config: "^3.3.9" } }),
  "config/default.json": '{ "session": { "name": "sid", "secret": "s", "cookie": { "secure": false } } }',
  "app.js": `${trusting}const config = require("config");\napp.use(require("express-session")(config.get("session")));`,
};

type Row = readonly [fact: string, program: string | Readonly<Record<string, string>>, said: readonly string[]];

describe.each<[string, readonly Row[]]>([
  [
    "express",
    [
      ["less than a second of maxAge is Max-Age=0", handled(`res.cookie("a", "", { maxAge: 999 })`), ["a deletion"]],
      ["a second is not", handled(`res.cookie("a", "", { maxAge: 1000 })`), ["a insecure"]],
      [
        "clearCookie of Express 4 with a life of less than a second deletes",
        { "package.json": pinned("express", "4.21.0"), "app.js": handled(`res.clearCookie("a", { maxAge: 500 })`) },
        ["a deletion"],
      ],
      [
        "what is set over plain http alone is not sent where the proxy is trusted",
        `${trusting}app.get("/", (req, res) => { if (req.secure) res.cookie("a", "1", { secure: true }); else res.cookie("a", "1"); });`,
        ["a secure", "a insecure, not deployed"],
      ],
      [
        "and is where it is not",
        handled(`if (req.secure) res.cookie("a", "1", { secure: true }); else res.cookie("a", "1");`),
        ["a secure", "a insecure"],
      ],
      [
        "what stands behind a return that production takes is listed",
        handled(
          `if (process.env.NODE_ENV === "production") return res.cookie("a", "1", { secure: true }); res.cookie("b", "1");`,
        ),
        ["a secure", "b insecure, not deployed"],
      ],
      ["signing adds nothing", handled(`res.cookie("a", "1", { signed: true })`), ["a insecure"]],
      [
        "the text 'true' for trust proxy throws",
        `${app}app.set("trust proxy", "true");\napp.get("/", (req, res) => res.cookie("a", "1", { secure: req.secure }));`,
        ["a conditional → insecure"],
      ],
      [
        "a list of addresses is trusted",
        `${app}app.set("trust proxy", ["loopback"]);\napp.get("/", (req, res) => res.cookie("a", "1", { secure: req.secure }));`,
        ["a conditional → secure"],
      ],
      [
        "no proxies are none",
        `${app}app.set("trust proxy", 0);\napp.get("/", (req, res) => res.cookie("a", "1", { secure: req.secure }));`,
        ["a conditional → insecure"],
      ],
    ],
  ],
  [
    "cookie-session",
    [
      [
        "null is off",
        `${trusting}app.use(require("cookie-session")({ keys: ["k"], secure: null }));`,
        ["session insecure"],
      ],
      [
        "an undefined is off before 1.4",
        {
          "package.json": pinned("cookie-session", "~1.3.3"),
          "app.js": `${trusting}app.use(require("cookie-session")({ keys: ["k"], secure: undefined }));`,
        },
        ["express:sess insecure"],
      ],
      [
        "an undefined counts as not given from 1.4 on, which ^1.3 installs",
        {
          "package.json": pinned("cookie-session", "^1.3.3"),
          "app.js": `${trusting}app.use(require("cookie-session")({ keys: ["k"], secure: undefined }));`,
        },
        ["express:sess conditional → secure"],
      ],
      [
        "Secure without trust sends nothing",
        `${app}app.use(require("cookie-session")({ keys: ["k"], secure: true }));`,
        ["session secure, withheld"],
      ],
      [
        "Secure with trust comes",
        `${trusting}app.use(require("cookie-session")({ keys: ["k"], secure: true }));`,
        ["session secure"],
      ],
      [
        "secureProxy comes without trust",
        `${app}app.use(require("cookie-session")({ keys: ["k"], secureProxy: true }));`,
        ["session secure"],
      ],
      [
        "version 1.0 throws even with trust",
        {
          "package.json": pinned("cookie-session", "1.0.2"),
          "app.js": `${trusting}app.use(require("cookie-session")({ keys: ["k"], secure: true }));`,
        },
        ["express:sess secure, withheld"],
      ],
    ],
  ],
  [
    "express-session",
    [
      [
        "Secure without trust sends nothing",
        `${app}app.use(require("express-session")({ secret: "s", cookie: { secure: true } }));`,
        ["connect.sid secure, withheld"],
      ],
      [
        "the proxy option off wins over trust",
        `${trusting}app.use(require("express-session")({ secret: "s", proxy: false, cookie: { secure: true } }));`,
        ["connect.sid secure, withheld"],
      ],
      [
        "the proxy option counts as true or false only",
        `${trusting}app.use(require("express-session")({ secret: "s", proxy: 0, cookie: { secure: "auto" } }));`,
        ["connect.sid conditional → secure"],
      ],
      [
        "a proxy option that nobody sets is off",
        `${trusting}app.use(require("express-session")({ secret: "s", proxy: process.env.PROXY === "1", cookie: { secure: "auto" } }));`,
        ["connect.sid conditional → insecure"],
      ],
      [
        "a proxy option from elsewhere is open",
        `${trusting}app.use(require("express-session")({ secret: "s", proxy: read(), cookie: { secure: "auto" } }));`,
        ["connect.sid conditional → open"],
      ],
      [
        "before 1.3 trust proxy is not asked",
        {
          "package.json": pinned("express-session", "1.0.4"),
          "app.js": `${trusting}const session = require("express-session");\napp.use(session({ name: "a", secret: "s", cookie: { secure: true } }));\napp.use(session({ name: "b", secret: "s", proxy: true, cookie: { secure: true } }));`,
        },
        ["a secure, withheld", "b secure"],
      ],
      [
        "from 1.3 on it is",
        {
          "package.json": pinned("express-session", "~1.3.1"),
          "app.js": `${trusting}app.use(require("express-session")({ secret: "s", cookie: { secure: true } }));`,
        },
        ["connect.sid secure"],
      ],
      [
        "auto is a word of the version that ^1.11 installs",
        {
          "package.json": pinned("express-session", "^1.11.3"),
          "app.js": `${trusting}app.use(require("express-session")({ secret: "s", cookie: { secure: "auto" } }));`,
        },
        ["connect.sid conditional → secure"],
      ],
      [
        "a middleware for production turns it on",
        `${trusting}app.use(require("express-session")({ secret: "s" }));\napp.use((req, res, next) => { if (process.env.NODE_ENV === "production") req.session.cookie.secure = true; next(); });`,
        ["connect.sid conditional → secure"],
      ],
      [
        "regenerate keeps what was said, destroy sets nothing",
        `${trusting}app.use(require("express-session")({ secret: "s", cookie: { secure: true } }));\napp.post("/", (req, res) => req.session.regenerate(() => { req.session.cookie.maxAge = 1e6; req.session.destroy(); }));`,
        ["connect.sid secure"],
      ],
    ],
  ],
  [
    "cookies and cookie",
    [
      [
        "a call's Secure without trust throws",
        `import Cookies from "cookies"; import { createServer } from "node:http"; createServer((req, res) => { new Cookies(req, res).set("a", "1", { secure: true }); });`,
        ["a secure, withheld"],
      ],
      [
        "the constructor's stops that",
        `import Cookies from "cookies"; import { createServer } from "node:http"; createServer((req, res) => { new Cookies(req, res, { secure: true }).set("a", "1", { secure: true }); });`,
        ["a secure"],
      ],
      [
        "a constructor's undefined counts as not given",
        `import Cookies from "cookies"; import { createServer } from "node:http"; createServer((req, res) => { new Cookies(req, res, { secure: undefined }).set("a", "1"); });`,
        ["a conditional → insecure"],
      ],
    ],
  ],
  [
    "values",
    [
      [
        "JSON.parse of a variable",
        handled(`res.cookie("a", "1", { secure: JSON.parse(process.env.S || "false") });`),
        ["a conditional → insecure"],
      ],
      [
        "a number of a variable",
        handled(`res.cookie("a", "1", { secure: Number(process.env.S) === 1 });`),
        ["a conditional → insecure"],
      ],
      [
        "a copy by JSON",
        handled(`const o = { secure: true }; res.cookie("a", "1", JSON.parse(JSON.stringify(o)));`),
        ["a secure"],
      ],
      ["an object of entries", handled(`res.cookie("a", "1", Object.fromEntries([["secure", true]]));`), ["a secure"]],
      [
        "Vite's names for the mode",
        handled(
          `res.cookie("a", "1", { secure: import.meta.env.PROD }); res.cookie("b", "1", { secure: import.meta.env.DEV });`,
        ),
        ["a secure", "b insecure"],
      ],
      [
        "the environment that the application tells",
        handled(`res.cookie("a", "1", { secure: req.app.get("env") === "production" });`),
        ["a secure"],
      ],
      [
        "a variable by NestJS's service",
        `import { ConfigService } from "@nestjs/config"; import type { Response } from "express";
export class Login { constructor(private readonly config: ConfigService) {}
  enter(res: Response) { res.cookie("a", "1", { secure: this.config.get("NODE_ENV") === "production" }); res.cookie("b", "1", { secure: this.config.get("cookie.secure") }); } }`,
        ["a secure", "b unknown"],
      ],
    ],
  ],
  [
    "configuration files of the package config",
    [
      [
        "later files win, member by member",
        { ...config, "config/production.json": '{ "session": { "cookie": { "secure": true } } }' },
        ["sid secure"],
      ],
      ["the default where production says nothing", config, ["sid insecure"]],
      [
        "another environment's file does not count",
        { ...config, "config/development.json": '{ "session": { "cookie": { "secure": true } } }' },
        ["sid insecure"],
      ],
      [
        "local files win",
        {
          ...config,
          "config/local.json": '{ "session": { "name": "b" } }',
          "config/production.js": "module.exports = { session: { name: 'a', cookie: { secure: true } } };",
        },
        ["b secure"],
      ],
      [
        "a variable may set it",
        {
          ...config,
          "config/custom-environment-variables.json":
            '{ "session": { "cookie": { "secure": { "__name": "SECURE", "__format": "json" } } } }',
        },
        ["sid conditional → insecure"],
      ],
      ["a file that is not read leaves it open", { ...config, "config/production.yaml": "session: {}" }, ["— unknown"]],
      ["without the package it is somebody else's", { ...config, "package.json": "{}" }, ["— unknown"]],
    ],
  ],
  [
    "document.cookie",
    [
      [
        "by its name as a text",
        `document["cookie"] = "a=1";\nwindow.document['cookie'] = "b=1; Secure";`,
        ["a insecure", "b secure"],
      ],
    ],
  ],
])("%s", (_framework, rows) => {
  test.each(rows)("%s", async (_fact, program, said) => {
    expect(await told(program)).toEqual(said);
  });
});

test("one value of a variable that turns Secure off is told as such", async () => {
  const program = handled(`res.cookie("a", "1", { secure: process.env.COOKIE_SECURE !== "false" });`);
  const { cookies } = await takeInventory(projectOf({ "app.js": program }), production);
  expect(cookies.map(({ because }) => because)).toEqual([
    'Secure only when COOKIE_SECURE is not "false", which is so in this deployment',
  ]);
});
