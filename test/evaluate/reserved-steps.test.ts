import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

test("a function that matters is called even where others have used up the steps", async () => {
  const log = ["function log(a) {", ...Array.from({ length: 60 }, (_, i) => `  a.b${i} = a.c + ${i};`), "}"];
  const app = [
    'const express = require("express");',
    'const session = require("express-session");',
    ...log,
    "function options() { return { secure: true }; }",
    "function start(app, config) {",
    ...Array.from({ length: 60 }, () => "  log(config);"),
    '  app.use(session({ secret: "change me", cookie: options() }));',
    "}",
    "module.exports = { start };",
  ];
  expect(await verdicts({ "app.js": app.join("\n") })).toEqual(["connect.sid: secure"]);
});
