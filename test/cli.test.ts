import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureBundle, setsecure } from "./support/bundle.ts";

beforeAll(ensureBundle, 120_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const app = [
  'import express from "express";',
  "const app = express();",
  'app.get("/", (req, res) => {',
  '  res.cookie("sid", "1");',
  '  res.cookie("lang", "en", { secure: true });',
  "});",
  "",
].join("\n");

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

function isColored(env: NodeJS.ProcessEnv): boolean {
  return setsecure(["scan"], { cwd: folder, env }).stdout.includes("\u001B[");
}

const run = (...words: string[]) => setsecure(words, { cwd: folder });

describe("scan", () => {
  beforeEach(() => write({ "src/app.js": app }));

  test("lists what is wrong, and exits with 1", () => {
    const { status, stdout, stderr } = run("scan", ".");
    expect(status).toBe(1);
    expect(stdout).toContain("── src/app.js ");
    expect(stdout).toMatch(/error {2}sid {2}express, missing-secure {2}4:\d+/);
    expect(stdout).toContain("2 cookies in 1 file: 1 secure, 1 insecure");
    expect(stdout).not.toContain("\u001B");
    expect(stderr).toBe("");
  });

  test("is the default verb", () => {
    const shown = run("scan", ".").stdout;
    expect(run().stdout).toBe(shown);
    expect(run(".").stdout).toBe(shown);
  });

  test("exits alike in every format", () => {
    for (const format of ["text", "json", "sarif"]) expect(run("scan", "--format", format).status).toBe(1);
    expect(JSON.parse(run("scan", "--format", "json").stdout)).toMatchObject({ version: 1, root: "." });
    expect(JSON.parse(run("scan", "--format", "sarif").stdout)).toMatchObject({ version: "2.1.0" });
  });

  test.each([
    [["--exit-zero"], 0],
    [["--fail-on", "never"], 0],
    [["--fail-on", "note"], 1],
    [["--strict", "--fail-on", "never"], 0],
    [["--fail-on", "sometimes"], 2],
    [["--unheard-of"], 2],
    [["--format", "pdf"], 2],
    [["--output", "json"], 2],
    [["--env", "1=2"], 2],
    [["--config", "missing.json"], 2],
    [["--baseline", "missing.json"], 2],
  ])("%j exits with %i", (flags, status) => {
    const ran = run("scan", ".", ...flags);
    expect(ran.status).toBe(status);
    if (status === 2) expect(ran.stderr).not.toBe("");
  });

  test("counts what was skipped when it is strict", () => {
    write({ "src/app.js": 'require("express")().get("/", (q, res) => res.cookie("a", "1", { secure: true }));\n' });
    expect(run("scan").status).toBe(0);
    write({ "src/large.js": `${"//".repeat(3 * 1024 * 1024)} res.cookie(` });
    expect(run("scan").status).toBe(0);
    expect(run("scan").stdout).toContain("src/large.js: 6.0 MB is more than");
    expect(run("scan", "--strict").status).toBe(1);
  });

  test("writes several reports in one run", () => {
    run("scan", "--output", "json=r.json", "-o", "sarif=r.sarif");
    expect(JSON.parse(readFileSync(join(folder, "r.json"), "utf8"))).toMatchObject({ version: 1 });
    expect(JSON.parse(readFileSync(join(folder, "r.sarif"), "utf8"))).toMatchObject({ version: "2.1.0" });
    expect(run("scan", "--output", "json=no/such/folder.json").status).toBe(2);
  });

  test("takes files and several paths, and names them from their common folder", () => {
    write({ "lib/b.js": app, "other/c.js": app });
    const report = JSON.parse(run("scan", "src/app.js", "lib", "--format", "json").stdout);
    expect(report.findings.map((finding: { location: { file: string } }) => finding.location.file)).toEqual([
      "lib/b.js",
      "src/app.js",
    ]);
  });

  test("colours when it is forced to, unless the reader says no", () => {
    expect(isColored({ FORCE_COLOR: "1" })).toBe(true);
    expect(isColored({ FORCE_COLOR: "0" })).toBe(false);
    expect(isColored({ NO_COLOR: "1" })).toBe(false);
  });

  test("uses the configuration beside the code", () => {
    write({ "setsecure.config.json": '{ "suppressions": [{ "cookie": "sid", "reason": "not in use" }] }' });
    expect(run("scan").status).toBe(0);
    expect(run("scan").stdout).toContain("1 accepted");
    expect(run("scan", "--no-config").status).toBe(1);
    write({ "setsecure.config.json": '{\n  "suppress": []\n}' });
    const broken = run("scan");
    expect(broken.status).toBe(2);
    expect(broken.stderr).toContain('setsecure.config.json:2:3: "suppress" is not known here');
  });

  test("accepts a baseline until it is gone", () => {
    expect(run("baseline", "write").stdout).toBe("setsecure-baseline.json: 1 findings, 1 added, 0 dropped.\n");
    expect(run("scan").status).toBe(1);
    expect(run("scan", "--baseline").status).toBe(0);
    write({ "src/app.js": `\n\n${app}` });
    expect(run("scan", "--baseline").status).toBe(0);
    write({ "src/app.js": app.replace('"1")', '"1", { secure: true })') });
    expect(run("baseline", "prune").stdout).toBe("setsecure-baseline.json: 0 findings, 0 added, 1 dropped.\n");
  });
});

test("a folder without a file it knows is not clean, but a mistake", () => {
  // Settings that any program has are no sign of one.
  write({ "readme.md": "hello", ".env": "A=1", "compose.yml": "services: {}", "src/application.yml": "a: 1" });
  expect(run("scan")).toMatchObject({ status: 2, stdout: "" });
  expect(run("scan").stderr).toContain("No file under . belongs to a framework that setsecure knows.");
  expect(run("scan", "--allow-empty").status).toBe(0);
});

test("neither a file nor a command", () => {
  expect(run("frobnicate")).toMatchObject({
    status: 2,
    stderr: "frobnicate is neither a file nor a folder nor a command.\n",
  });
  expect(run("a\u001B[31m\nb").stderr).not.toContain("\u001B");
});

test("runs nothing of the project", () => {
  const evil = 'require("fs").writeFileSync("ran", "")';
  write({
    "src/app.js": `${evil};\n${app}`,
    "setsecure.config.js": evil,
    ".npmrc": "x",
    "package.json": JSON.stringify({ scripts: { prepare: `node -e '${evil}'` } }),
  });
  run("scan");
  expect(() => readFileSync(join(folder, "ran"))).toThrow("ENOENT");
});

describe("explain", () => {
  test("prints a page, without a shell's escapes where there is no terminal", () => {
    const { status, stdout } = run("explain", "missing-secure");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^missing-secure\n/);
    expect(stdout).not.toMatch(/^#|\|/m);
    expect(stdout).not.toContain("\u001B");
  });

  test("lists the pages", () => {
    expect(run("explain").stdout).toContain("missing-secure");
    expect(run("explain", "nothing")).toMatchObject({ status: 2, stdout: "" });
    expect(run("explain", "../../package").status).toBe(2);
  });
});

test("judge reads from stdin", () => {
  const judged = setsecure(["judge", "--format", "json"], {
    cwd: folder,
    input: "Set-Cookie: sid=secretvalue; Path=/\n",
  });
  expect(judged.status).toBe(1);
  expect(JSON.parse(judged.stdout).cookies[0].name).toBe("sid");
  expect(judged.stdout).not.toContain("secretvalue");
});

test("what judge finds is accepted by a baseline, made from its report", () => {
  write({ "lines.txt": "sid=1\nx=1; SameSite=None\n" });
  expect(run("judge", "lines.txt", "--output", "json=report.json").status).toBe(1);
  const written = run("baseline", "write", "--from", "report.json", "--baseline", "wire.json");
  expect(written).toMatchObject({ status: 0, stdout: "wire.json: 2 findings, 2 added, 0 dropped.\n" });
  const judged = run("judge", "lines.txt", "--baseline", "wire.json", "--fail-on", "note");
  expect(judged).toMatchObject({ status: 0, stdout: expect.stringContaining("2 findings accepted.") });
  write({ "lines.txt": "sid=1\nnew=1\n", "none.json": "{}", "broken.json": "{" });
  expect(run("judge", "lines.txt", "--baseline", "wire.json").status).toBe(1);
  for (const [file, because] of [
    ["none.json", "it is no report of setsecure"],
    ["broken.json", "it is not JSON"],
    ["missing.json", "cannot be read"],
  ] as const) {
    const refused = run("baseline", "write", "--from", file);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining(because) });
  }
});

test("judge follows the configuration, and --no-config does not", () => {
  write({
    "lines.txt": "kiosk=1\n",
    "setsecure.config.json":
      '{ "suppressions": [{ "cookie": "kiosk", "file": "app.example", "reason": "no network" }] }',
  });
  expect(run("judge", "lines.txt").status).toBe(0);
  expect(run("judge", "lines.txt", "--no-config").status).toBe(1);
});

test("the report does not depend on the number of threads", async () => {
  const view = `from django.http import HttpResponse\n\ndef show(request):\n    response = HttpResponse("")\n    response.set_cookie("seen", "1")\n    return response\n`;
  const programs: readonly (readonly [ending: string, text: string])[] = [
    ["js", app],
    ["py", view],
    ["js", "x"],
  ];
  const files = Array.from({ length: 300 }, (_, index) => {
    const [ending, text] = programs[index % programs.length]!;
    return [`d${index % 7}/f${index}.${ending}`, text];
  });
  write({ ...Object.fromEntries(files), "d0/latin.py": Buffer.from(`# caf\u00e9\n${view}`, "latin1") });
  const { scan }: typeof import("../src/index.ts") = await import(pathToFileURL(resolve("dist/index.js")).href);
  const reports = [];
  for (const threads of [1, 2, 5]) {
    const { report } = await scan(folder, { threads });
    expect(report.cookies).toHaveLength(301);
    expect(report.skipped).toHaveLength(1);
    reports.push(JSON.stringify({ ...report, summary: { ...report.summary, milliseconds: 0 } }));
  }
  expect(new Set(reports).size).toBe(1);
});

test("fix: an interrupt while the project's tests run puts every file back, and says so", async () => {
  write({ "app.js": app });
  const cli = resolve("dist/cli.js");
  const words = [cli, "fix", ".", "--verify", "touch started; exec sleep 60"];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += String(chunk);
  });
  while (!existsSync(join(folder, "started"))) await setTimeout(20);
  expect(readFileSync(join(folder, "app.js"), "utf8")).not.toBe(app);
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([2, null]);
  expect(told).toBe("Interrupted. Every file is as it was.\n");
  expect(readFileSync(join(folder, "app.js"), "utf8")).toBe(app);
});
