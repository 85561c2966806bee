import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Report } from "../src/report.ts";
import { scan } from "../src/scan.ts";

const head = `const express = require("express");\nconst app = express();\n`;
const plain = `${head}app.get("/", (req, res) => res.cookie("plain", "1"));\n`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-hostile-"));
  // What is beside a hostile file must still be told.
  writeFileSync(join(folder, "plain.js"), plain);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function scanWith(file: string, content: string | Buffer): Promise<Report> {
  writeFileSync(join(folder, file), content);
  return (await scan(folder, { threads: 1 })).report;
}

function names(report: Report): readonly (string | null)[] {
  return report.cookies.map((cookie) => cookie.name);
}

function because(report: Report, file: string): string {
  return report.skipped.find((each) => each.file === file)?.because ?? "";
}

describe("code that goes on and on", () => {
  test("a list nested 200,000 deep", async () => {
    const report = await scanWith("nest.js", `${head}${"[\n".repeat(200_000)}${"]\n".repeat(200_000)};\nres.cookie;\n`);
    expect(names(report)).toContain("plain");
    expect(because(report, "nest.js")).toMatch(/nested too deeply|too long to parse/);
  }, 60_000);

  test("100,000 branches in a row: the cookie behind them is judged", async () => {
    const branches = Array.from(
      { length: 100_000 },
      (_, index) => `if (req.query.a${index % 7}) o.secure = ${index % 2 === 0};`,
    );
    const report = await scanWith(
      "ifs.js",
      `${head}app.get("/", (req, res) => {\nconst o = {};\n${branches.join("\n")}\nres.cookie("many", "1", o);\n});`,
    );
    const many = report.cookies.find((cookie) => cookie.name === "many");
    expect(many?.verdict ?? because(report, "ifs.js")).toMatch(/unknown|conditional|too long to parse/);
    expect(names(report)).toContain("plain");
  }, 120_000);

  test("functions that call each other without end", async () => {
    const functions = Array.from(
      { length: 300 },
      (_, index) =>
        `function f${index}(r, o) { f${(index + 1) % 300}(r, o); f${(index + 7) % 300}(r, o); r.cookie("c${index}", "1", o); }`,
    );
    const report = await scanWith(
      "calls.js",
      `${head}${functions.join("\n")}\napp.get("/", (req, res) => f0(res, { secure: true }));`,
    );
    expect(names(report)).toContain("plain");
    expect(new Set(names(report)).size).toBeGreaterThan(1);
  }, 60_000);

  test("a concatenation of 50,000 parts", async () => {
    const report = await scanWith(
      "concat.js",
      `${head}app.get("/", (req, res) => res.cookie("a"${' + "b"'.repeat(50_000)}, "1"));`,
    );
    expect(report.cookies.length + report.skipped.length).toBeGreaterThan(1);
    expect(names(report)).toContain("plain");
  }, 60_000);

  test("a minified file of 50 MB is not read, and is said not to be", async () => {
    writeFileSync(join(folder, "huge.js"), plain);
    truncateSync(join(folder, "huge.js"), 50 * 1024 * 1024);
    const { report } = await scan(folder, { threads: 1 });
    expect(because(report, "huge.js")).toContain("MB is more than");
    expect(names(report)).toEqual(["plain"]);
  });
});

describe("documents that unfold", () => {
  const levels = Array.from({ length: 20 }, (_, index) => index);

  test("a billion laughs in XML", async () => {
    const entities = levels.map(
      (level) => `<!ENTITY l${level} "${level === 0 ? "ha" : `&l${level - 1};`.repeat(10)}">`,
    );
    const report = await scanWith(
      "web.xml",
      `<?xml version="1.0"?><!DOCTYPE web-app [${entities.join("")}]><web-app><session-config><cookie-config><secure>&l19;</secure></cookie-config></session-config></web-app>`,
    );
    expect(names(report)).toContain("plain");
  });

  test("a billion laughs in YAML", async () => {
    const lines = levels.map(
      (level) =>
        `l${level}: &l${level} [${Array.from({ length: 9 }, () => (level === 0 ? "ha" : `*l${level - 1}`)).join(", ")}]`,
    );
    const report = await scanWith(
      "docker-compose.yml",
      `${lines.join("\n")}\nservices: { web: { environment: *l19 } }\n`,
    );
    expect(names(report)).toContain("plain");
  });
});

describe("bytes", () => {
  test("UTF-16 is read; bytes that are no UTF-8 are said to have been replaced", async () => {
    writeFileSync(join(folder, "wide.js"), Buffer.from(`\uFEFF${plain.replace("plain", "wide")}`, "utf16le"));
    const report = await scanWith(
      "latin.js",
      Buffer.concat([Buffer.from("// caf"), Buffer.from([0xe9, 0x0a]), Buffer.from(plain.replace("plain", "latin"))]),
    );
    expect(names(report)).toEqual(["latin", "plain", "wide"]);
    expect(because(report, "latin.js")).toContain("not valid UTF-8");
  });

  test("random bytes in a file of code", async () => {
    const noise = Buffer.from(
      Array.from({ length: 20_000 }, (_, index) => (index * 7919 + (index >> 3) * 104_729) % 256),
    );
    expect(names(await scanWith("noise.js", Buffer.concat([Buffer.from("res.cookie("), noise])))).toContain("plain");
  });
});

describe("things that are no files", () => {
  test("links that loop, links that lead out, and a pipe that nobody writes to", async () => {
    const outside = mkdtempSync(join(tmpdir(), "setsecure-outside-"));
    writeFileSync(join(outside, "secret.js"), plain.replace("plain", "outside"));
    mkdirSync(join(folder, "sub"));
    symlinkSync("..", join(folder, "sub", "loop"));
    symlinkSync(outside, join(folder, "out"));
    symlinkSync(join(outside, "secret.js"), join(folder, "secret.js"));
    execFileSync("mkfifo", [join(folder, "pipe.js")]);
    const { report } = await scan(folder, { threads: 1 });
    rmSync(outside, { recursive: true, force: true });
    expect(names(report)).toEqual(["plain"]);
    expect(report.skipped.map(({ file }) => file)).toEqual(["out", "pipe.js", "secret.js"]);
  });
});

test("nothing of the scanned project is run", async () => {
  const trap = (word: string) =>
    `require("fs").writeFileSync(${JSON.stringify(join(folder, "trap"))}, ${JSON.stringify(word)});\n`;
  mkdirSync(join(folder, "node_modules", "express"), { recursive: true });
  writeFileSync(join(folder, "node_modules", "express", "index.js"), trap("module"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { prepare: "touch trap" }, main: "trap.js" }));
  writeFileSync(join(folder, "setsecure.config.js"), trap("configuration"));
  const report = await scanWith("trap.js", `${trap("code")}${plain.replace("plain", "trapped")}`);
  expect(names(report)).toContain("trapped");
  expect(execFileSync("ls", [folder], { encoding: "utf8" }).split("\n")).not.toContain("trap");
});
