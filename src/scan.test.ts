import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scan } from "./scan.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setsecure-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, ...lines: readonly string[]): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), lines.join("\n"));
}

test("only the cookies that are set under the paths are reported, whatever else is read", async () => {
  for (const folder of ["a", "b", "c"])
    write(
      `${folder}/app.js`,
      'const express = require("express");',
      'const { remember } = require("../common/cookies.js");',
      "const app = express();",
      'app.get("/", (req, res) => {',
      `  res.cookie("${folder}", "1");`,
      "  remember(res);",
      "});",
    );
  write("common/cookies.js", 'exports.remember = (res) => res.cookie("common", "1", { path: "/" });');
  const { report } = await scan(root, { only: ["a", "b"] });
  expect(report.cookies.map(({ name }) => name)).toEqual(["a", "b"]);
  const { report: whole } = await scan(root);
  expect(whole.cookies.map(({ name }) => name)).toEqual(["a", "b", "c", "common"]);
});

test("a root that is relative to the working folder is read as itself", async () => {
  const { report } = await scan("examples");
  expect(report.skipped).toEqual([]);
  expect(report.root).toBe("examples");
});
