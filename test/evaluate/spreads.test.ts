import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const handler = (body: string) => ({
  "app.js": `const express = require("express");
function make(options) {
  ${body}
}
module.exports = make;
`,
});
const set = `return (req, res) => { res.cookie("a", "1", given); };`;

test("what the caller may give is not forgotten where nothing stands in for it", async () => {
  for (const given of [
    "{ ...(options.cookie || {}), path: '/' }",
    "{ ...(options.cookie ?? {}), path: '/' }",
    "Object.assign({ path: '/' }, options.cookie || {})",
    "{ secure: false, ...(options.cookie || {}) }",
    "{ secure: true, ...(options ? options.cookie : { path: '/' }) }",
  ])
    expect(await verdicts(handler(`const given = ${given}; ${set}`)), given).toEqual(["a: unknown"]);
  expect(await verdicts(handler(`options = options || {}; const given = { ...options.cookie }; ${set}`))).toEqual([
    "a: unknown",
  ]);
});

test("what stands behind it wins", async () => {
  const body = `const given = { ...(options.cookie || { secure: false }), secure: true }; ${set}`;
  expect(await verdicts(handler(body))).toEqual(["a: secure"]);
});

test("of two objects that are known, each counts on its way", async () => {
  const body = `const given = { ...(options ? { secure: true } : { path: "/" }) }; ${set}`;
  expect(await verdicts(handler(body))).toEqual(["a: conditional"]);
  const both = `const given = { path: "/", ...(options ? { httpOnly: true } : {}) }; ${set}`;
  expect(await verdicts(handler(both))).toEqual(["a: insecure"]);
});
