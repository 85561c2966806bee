import { describe, expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const head = `const express = require("express");\nconst app = express();\n`;

/** The body stands in a handler of an Express application. */
async function handler(
  body: string,
  before = "",
  environment: Record<string, string | null> = {},
): Promise<readonly string[]> {
  return verdicts({ "app.js": `${head}${before}\napp.get("/", (req, res) => {\n${body}\n});\n` }, environment);
}

describe("objects have identity", () => {
  test("a mutation before the call counts, one after it does not", async () => {
    expect(
      await handler(
        `const o = {}; o.secure = true; res.cookie("a", "1", o); const p = {}; res.cookie("b", "1", p); p.secure = true;`,
      ),
    ).toEqual(["a: secure", "b: insecure"]);
  });

  test("an alias changes the same object, a spread copies it", async () => {
    expect(
      await handler(
        `const o = { secure: true }; const alias = o; const copy = { ...o }; alias.secure = false; res.cookie("a", "1", o); res.cookie("b", "1", copy);`,
      ),
    ).toEqual(["a: insecure", "b: secure"]);
  });

  test("a module's object that is changed at the end of the module is seen changed by handlers", async () => {
    expect(
      await verdicts({
        "app.js": `${head}const o = {};\napp.get("/", (req, res) => { res.cookie("a", "1", o); });\no.secure = true;\n`,
      }),
    ).toEqual(["a: secure"]);
  });
});

describe("order decides", () => {
  test("in spreads", async () => {
    expect(
      await handler(
        `const o = { secure: false }; res.cookie("a", "1", { secure: true, ...o }); res.cookie("b", "1", { ...o, secure: true });`,
      ),
    ).toEqual(["a: insecure", "b: secure"]);
  });

  test("an unknown spread leaves open what stands before it, and not what stands behind it", async () => {
    expect(
      await handler(
        `res.cookie("a", "1", { secure: true, ...req.body }); res.cookie("b", "1", { ...req.body, secure: true }); res.cookie("c", "1", { ...req.body });`,
      ),
    ).toEqual(["a: unknown", "b: secure", "c: unknown"]);
  });

  test("in Object.assign", async () => {
    expect(await handler(`res.cookie("a", "1", Object.assign({}, { secure: false }, { secure: true }));`)).toEqual([
      "a: secure",
    ]);
  });

  test("the last assignment of a variable counts", async () => {
    expect(
      await handler(
        `let s = false; s = true; res.cookie("a", "1", { secure: s }); s = false; res.cookie("b", "1", { secure: s });`,
      ),
    ).toEqual(["a: secure", "b: insecure"]);
  });
});

describe("branches", () => {
  test("both arms set it", async () => {
    expect(
      await handler(`let s; if (req.query.x) { s = true; } else { s = true; } res.cookie("a", "1", { secure: s });`),
    ).toEqual(["a: secure"]);
  });

  test("one arm sets it", async () => {
    expect(await handler(`const o = {}; if (req.query.x) o.secure = true; res.cookie("a", "1", o);`)).toEqual([
      "a: conditional",
    ]);
  });

  test("the same test twice agrees with itself", async () => {
    expect(
      await handler(
        `const on = req.query.x; const o = {}; if (on) o.secure = true; if (on) res.cookie("a", "1", o); else res.cookie("b", "1", o);`,
      ),
    ).toEqual(["a: secure", "b: insecure"]);
  });

  test("an early return leaves the other way", async () => {
    expect(
      await handler(`const o = {}; const on = req.query.x; if (!on) return; o.secure = true; res.cookie("a", "1", o);`),
    ).toEqual(["a: secure"]);
  });

  test("a helper's early return is one of its values", async () => {
    expect(
      await handler(
        `res.cookie("a", "1", pick(req)); res.cookie("b", "1", safe(req));`,
        `
function pick(req) { if (req.query.x) return { secure: true }; return {}; }
function safe(req) { if (req.query.x) return { secure: true }; return { secure: true, path: "/x" }; }`,
      ),
    ).toEqual(["a: conditional", "b: secure"]);
  });

  test("a development branch does not decide production", async () => {
    expect(
      await handler(
        `const o = { secure: true }; if (process.env.NODE_ENV === "development") { o.secure = false; } res.cookie("a", "1", o);`,
      ),
    ).toEqual(["a: secure"]);
    expect(
      await handler(`res.cookie("a", "1", { secure: process.env.NODE_ENV === "production" });`, "", {
        NODE_ENV: "development",
      }),
    ).toEqual(["a: insecure"]);
  });

  test("what only development sets is listed and said not to be deployed", async () => {
    expect(
      await handler(
        `if (process.env.NODE_ENV === "development") { res.cookie("dev", "1"); } res.cookie("a", "1", { secure: true });`,
      ),
    ).toEqual(["dev: insecure", "a: secure"]);
  });

  test("switch, ternary, and default values", async () => {
    expect(
      await handler(`
let s; switch (process.env.NODE_ENV) { case "production": s = true; break; default: s = false; }
res.cookie("a", "1", { secure: s });
res.cookie("b", "1", process.env.NODE_ENV === "test" ? {} : { secure: true });
const { secure = true } = {}; res.cookie("c", "1", { secure });
const t = undefined ?? true; res.cookie("d", "1", { secure: t });
const u = false || true; res.cookie("e", "1", { secure: u });`),
    ).toEqual(["a: secure", "b: secure", "c: secure", "d: secure", "e: secure"]);
  });

  test("try and catch", async () => {
    expect(
      await handler(
        `let s = true; try { s = load(); } catch { s = false; } res.cookie("a", "1", { secure: s }); let t; try { t = true; } finally { res.cookie("b", "1", { secure: t }); }`,
      ),
    ).toEqual(["a: unknown", "b: secure"]);
  });
});

describe("environment", () => {
  test("a variable that nobody sets is off, on a condition", async () => {
    expect(
      await handler(
        `res.cookie("a", "1", { secure: process.env.COOKIE_SECURE === "true" }); res.cookie("b", "1", { secure: !!process.env.COOKIE_SECURE });`,
      ),
    ).toEqual(["a: conditional", "b: conditional"]);
  });

  test("a variable that the deployment sets decides", async () => {
    expect(
      await handler(`res.cookie("a", "1", { secure: process.env.COOKIE_SECURE === "true" });`, "", {
        COOKIE_SECURE: "true",
      }),
    ).toEqual(["a: secure"]);
    expect(
      await handler(`res.cookie("a", "1", { secure: process.env.COOKIE_SECURE });`, "", { COOKIE_SECURE: "false" }),
    ).toEqual(["a: secure"]);
    expect(
      await handler(`res.cookie("a", "1", { secure: process.env.COOKIE_SECURE });`, "", { COOKIE_SECURE: null }),
    ).toEqual(["a: insecure"]);
  });
});

describe("helpers", () => {
  test("that receive the options, called from several places", async () => {
    expect(
      await handler(
        `put(res, "a", true); put(res, "b", false);`,
        `function put(res, name, secure) { res.cookie(name, "1", { secure }); }`,
      ),
    ).toEqual(["a: secure", "b: insecure"]);
  });

  test("that nobody calls leave it open", async () => {
    expect(
      await verdicts({
        "app.js": `${head}module.exports = function put(res, secure) { res.cookie("a", "1", { secure }); };\n`,
      }),
    ).toEqual(["a: unknown"]);
  });

  test("in classes, with fields set by the constructor and by a base class", async () => {
    expect(
      await handler(
        `new Jar(true).put(res); new Child().put(res);`,
        `
class Jar { constructor(secure) { this.options = { secure }; } put(res) { res.cookie("a", "1", this.options); } }
class Base { options = { secure: false }; put(res) { res.cookie("b", "1", this.options); } }
class Child extends Base { constructor() { super(); this.options.secure = true; } }`,
      ),
    ).toEqual(["a: secure", "b: secure"]);
  });

  test("closures, bind and partial application", async () => {
    expect(
      await handler(
        `maker(true)(res); bound(res);`,
        `
function maker(secure) { return (res) => res.cookie("a", "1", { secure }); }
function put(options, res) { res.cookie("b", "1", options); }
const bound = put.bind(null, { secure: true });`,
      ),
    ).toEqual(["a: secure", "b: secure"]);
  });

  test("that call themselves end", async () => {
    expect(
      await handler(
        `put(res, 3);`,
        `function put(res, n) { if (n > 0) put(res, n - 1); res.cookie("a", "1", { secure: true }); }`,
      ),
    ).toEqual(["a: secure"]);
  });
});

describe("modules", () => {
  test("CommonJS and ESM, re-exports and defaults", async () => {
    expect(
      await verdicts({
        "package.json": `{ "dependencies": { "express": "5" } }`,
        "app.js": `import express from "express";\nimport { strict, cfg, loose as other } from "./index.js";\nimport * as all from "./options.js";\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("a", "1", strict);\n  res.cookie("b", "1", cfg.cookie);\n  res.cookie("c", "1", other);\n  res.cookie("d", "1", all.strict);\n});\n`,
        "index.js": `export * from "./options.js";\nexport { default as cfg } from "./options.js";\n`,
        "options.js": `export const strict = { secure: true };\nexport const loose = { secure: false };\nexport default { cookie: { secure: true } };\n`,
      }),
    ).toEqual(["a: secure", "b: secure", "c: insecure", "d: secure"]);
    expect(
      await verdicts({
        "app.js": `${head}const { strict } = require("./options");\nconst all = require("./options");\napp.get("/", (req, res) => {\n  res.cookie("a", "1", strict);\n  res.cookie("b", "1", all.loose);\n});\n`,
        "options.js": `exports.strict = { secure: true };\nmodule.exports.loose = { secure: false };\n`,
      }),
    ).toEqual(["a: secure", "b: insecure"]);
  });

  test("modules that import each other end", async () => {
    expect(
      await verdicts({
        "a.js": `const b = require("./b");\nexports.options = { secure: true };\n${head}app.get("/", (req, res) => res.cookie("a", "1", b.options()));\n`,
        "b.js": `const a = require("./a");\nexports.options = () => a.options;\n`,
      }),
    ).toEqual(["a: secure"]);
  });
});

test("a list that is gone through gives each of its names", async () => {
  expect(await handler(`for (const name of ["x", "y"]) res.cookie(name, "1", { secure: true });`)).toEqual([
    "x|y: secure",
  ]);
});

test("a cookie in a string or a comment is none", async () => {
  expect(await handler(`const text = 'res.cookie("a", "1")'; // res.cookie("b", "1")\nres.send(text);`)).toEqual([]);
});
