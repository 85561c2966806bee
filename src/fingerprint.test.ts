import { expect, test } from "vitest";
import { fingerprints } from "./fingerprint.ts";

const identity = {
  rule: "missing-secure",
  framework: "express",
  cookie: "sid",
  file: "a.js",
  sinkLine: "  res.cookie('sid',  x)",
};

test("does not change when the line moves or is indented anew", () => {
  const first = fingerprints()(identity);
  expect(first).toMatch(/^[\da-f]{32}$/);
  expect(fingerprints()({ ...identity, sinkLine: "\tres.cookie('sid', x)  " })).toBe(first);
});

test("is pinned: version 1 never changes", () => {
  expect(fingerprints()(identity)).toMatchInlineSnapshot(`"94e47ae0f066c03972909f76fa796d5b"`);
});

test("tells apart what is not the same", () => {
  const fingerprint = fingerprints();
  const ids = [
    identity,
    identity,
    { ...identity, rule: "other" },
    { ...identity, framework: "koa" },
    { ...identity, cookie: undefined },
    { ...identity, cookie: "null" },
    { ...identity, file: "b.js" },
    { ...identity, sinkLine: "res.cookie('sid', y)" },
  ].map(fingerprint);
  expect(new Set(ids).size).toBe(ids.length);
});
