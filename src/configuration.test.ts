import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findConfiguration, parseConfiguration } from "./configuration.ts";
import { CannotDo } from "./exit.ts";

const schema = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync("schema/config.json", "utf8")),
);

const full = `{
  // what is deployed
  "$schema": "./node_modules/setsecure/schema/config.json",
  "deployment": "production",
  "tls": "process",
  "environment": { "FORCE_HTTPS": "1", "DEBUG": null },
  "ignore": ["legacy/"],
  "suppressions": [{ "cookie": "lang", "reason": "a language", "until": "2027-01-31", "owner": "web" }],
  "failOn": "warning",
}`;

test("reads JSON with comments", () => {
  expect(parseConfiguration(full)).toEqual({
    $schema: "./node_modules/setsecure/schema/config.json",
    deployment: "production",
    tls: "process",
    environment: { FORCE_HTTPS: "1", DEBUG: null },
    ignore: ["legacy/"],
    suppressions: [{ cookie: "lang", reason: "a language", until: "2027-01-31", owner: "web" }],
    failOn: "warning",
  });
  expect(parseConfiguration("{}")).toEqual({ environment: {}, ignore: [], suppressions: [] });
  expect(schema(parseConfiguration(full)), JSON.stringify(schema.errors)).toBe(true);
});

describe("what it does not understand", () => {
  test.each([
    ["", "1:1: the file is empty"],
    ["{", "1:1: this bracket is not closed"],
    ["[]", "an object { … } is expected here"],
    ['{\n  "ignored": []\n}', '2:3: "ignored" is not known here; known are'],
    ['{"__proto__": 1}', '"__proto__" is not known here'],
    ['{"tls": "maybe"}', '1:10: "tls" must be one of proxy, process, none'],
    ['{"ignore": "x"}', '"ignore" must be a list'],
    ['{"environment": {"A": {}}}', '"A" must be a string, or null for unset'],
    ['{"suppressions": [{"rule": "x"}]}', 'a suppression needs a "reason"'],
    ['{"suppressions": [{"rule": "x", "reason": " "}]}', '"reason" must not be empty'],
    ['{"suppressions": [{"reason": "x"}]}', 'a suppression needs a "rule", a "cookie" or a "file"'],
    ['{"suppressions": [{"rule": "x", "reason": "y", "until": "soon"}]}', '"until" must be a day'],
    ['{"failOn": "info"}', '"failOn" must be one of error, warning, note, never'],
  ])("%s is told with its place", (text, says) => {
    expect(() => parseConfiguration(text)).toThrow(CannotDo);
    expect(() => parseConfiguration(text)).toThrow(says);
  });

  test("is refused by the published schema too", () => {
    const refused = [
      '{"ignored":[]}',
      '{"tls":"maybe"}',
      '{"suppressions":[{"reason":"x"}]}',
      '{"suppressions":[{"rule":"x"}]}',
    ];
    expect(refused.filter((text) => schema(JSON.parse(text)))).toEqual([]);
  });
});

describe("the search", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "setsecure-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("goes upward to the root of the work tree, and takes the nearest", () => {
    mkdirSync(join(folder, "project/.git"), { recursive: true });
    mkdirSync(join(folder, "project/app/src"), { recursive: true });
    writeFileSync(join(folder, "setsecure.config.json"), "{}");
    expect(findConfiguration(join(folder, "project/app/src"))).toBeUndefined();
    writeFileSync(join(folder, "project/setsecure.config.json"), "{}");
    expect(findConfiguration(join(folder, "project/app/src"))).toBe(join(folder, "project/setsecure.config.json"));
    writeFileSync(join(folder, "project/app/setsecure.config.json"), "{}");
    expect(findConfiguration(join(folder, "project/app/src"))).toBe(join(folder, "project/app/setsecure.config.json"));
  });

  test("stays in the folder where there is no work tree", () => {
    mkdirSync(join(folder, "app"));
    writeFileSync(join(folder, "setsecure.config.json"), "{}");
    expect(findConfiguration(join(folder, "app"))).toBeUndefined();
  });
});
