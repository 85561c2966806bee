import { expect, test } from "vitest";
import type { Cookie } from "../src/cookie.ts";
import { applyEdits } from "../src/edit.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

/** Faults that were proven in other tools, each of which this one must not have. */
async function inventoryOf(text: string, file = "app.js"): Promise<readonly Cookie[]> {
  return (await takeInventory(projectOf({ [file]: text }), production)).cookies;
}

const express = `const express = require("express");\nconst app = express();\napp.set("trust proxy", 1);\n`;

test("cookie-session: a right top-level secure is no finding, and the nested one does nothing", async () => {
  const right = await inventoryOf(
    `${express}const s = require("cookie-session");\napp.use(s({ keys: ["k"], secure: true }));\n`,
  );
  expect(right.map(({ verdict, remarks }) => [verdict, remarks.filter(({ kind }) => kind === "ineffective")])).toEqual([
    ["secure", []],
  ]);
  const nested = await inventoryOf(
    `${express}const s = require("cookie-session");\napp.use(s({ keys: ["k"], cookie: { secure: true } }));\n`,
  );
  expect(nested.map(({ verdict }) => verdict)).toEqual(["conditional"]);
  expect(nested[0]?.remarks.map(({ kind }) => kind)).toContain("ineffective");
});

test("cookie-session: the widespread snippet with a nested cookie is reported and repaired", async () => {
  const text = `var session = require('cookie-session')
var express = require('express')
var app = express()

var expiryDate = new Date(Date.now() + 60 * 60 * 1000) // 1 hour
app.use(session({
  name: 'session',
  keys: ['key1', 'key2'],
  cookie: {
    secure: true,
    httpOnly: true,
    domain: 'example.com',
    path: 'foo/bar',
    expires: expiryDate
  }
}))
`;
  const [cookie, ...others] = await inventoryOf(text);
  expect(others).toEqual([]);
  expect(cookie?.name).toBe("session");
  expect(cookie?.condition?.inDeployment).toBe("insecure");
  const ineffective = cookie?.remarks.find(({ kind }) => kind === "ineffective");
  expect(ineffective?.says).toContain("cookie-session ignores `cookie.secure`");
  expect(ineffective?.says).toContain("`domain`");
  const fixed = applyEdits(text, cookie?.fixes[0]?.edits ?? []);
  expect(fixed).toContain("app.set('trust proxy', 1)\n");
  expect(fixed).toContain("  },\n  secure: true\n}))");
  expect((await inventoryOf(fixed)).map(({ verdict }) => verdict)).toEqual(["secure"]);
});

test("express-session: an empty cookie object is not secure by default, not even behind a trusted proxy", async () => {
  const cookies = await inventoryOf(
    `${express}const session = require("express-session");\napp.use(session({ secret: "s", cookie: {} }));\n`,
  );
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([["connect.sid", "insecure"]]);
});

test("express-session: an object spread in the cookie options neither crashes nor hides what it holds", async () => {
  const cookies = await inventoryOf(
    `${express}const session = require("express-session");
const base = { httpOnly: true };
app.use(session({ name: "a", secret: "s", cookie: { ...base } }));
app.use(session({ name: "b", secret: "s", cookie: { ...base, secure: true } }));
app.use(session({ name: "c", secret: "s", cookie: { ...unknown() } }));
`,
  );
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["a", "insecure"],
    ["b", "secure"],
    ["c", "unknown"],
  ]);
});

test("words in one file are no cookie: secure: false here and .set( there", async () => {
  const cookies = await inventoryOf(
    `${express}const mail = require("nodemailer").createTransport({ secure: false });
const seen = new Map();
seen.set("a", 1);
app.set("view engine", "pug");
app.get("/", (req, res) => {
  res.set("Cache-Control", "no-store");
  res.cookie("sid", "1", { secure: true });
});
`,
  );
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([["sid", "secure"]]);
});
