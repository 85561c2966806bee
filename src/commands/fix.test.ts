import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CannotDo } from "../exit.ts";
import { type FixFlags, fixCommand } from "./fix.ts";

const app = `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("a", "1");\n});\n`;
const flags: FixFlags = {
  config: false,
  diff: false,
  all: false,
  interactive: false,
  allowDirty: false,
  exitNonZeroOnFix: false,
  progress: false,
};

let folder: string;
let printed: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-fix-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((...[text, ...rest]: unknown[]) => {
    printed += String(text);
    const done = rest.at(-1);
    if (typeof done === "function") (done as () => void)();
    return true;
  });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function write(file: string, bytes: string | Buffer): void {
  writeFileSync(join(folder, file), bytes);
}

function read(file: string): Buffer {
  return readFileSync(join(folder, file));
}

describe("bytes", () => {
  const mended = app.replace(`"1")`, `"1", { secure: true })`);
  const cases: Record<string, (text: string) => Buffer> = {
    plain: (text) => Buffer.from(text),
    CRLF: (text) => Buffer.from(text.replaceAll("\n", "\r\n")),
    BOM: (text) => Buffer.from(`\uFEFF${text}`),
    "UTF-16 little endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
    "UTF-16 big endian": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
    "no final newline": (text) => Buffer.from(text.trimEnd()),
    "one line": (text) => Buffer.from(text.replaceAll("\n", " ")),
    tabs: (text) => Buffer.from(text.replaceAll("  ", "\t")),
    "text beyond the basic plane": (text) => Buffer.from(`// ünïcödé 🍪\n${text}`),
  };
  for (const [name, encode] of Object.entries(cases)) {
    test(`${name}: only the edit changes, and a second run changes nothing`, async () => {
      write("app.js", encode(app));
      expect(await fixCommand([folder], flags)).toBe(0);
      expect(read("app.js").equals(encode(mended))).toBe(true);
      await fixCommand([folder], flags);
      expect(read("app.js").equals(encode(mended))).toBe(true);
    });
  }

  test("bytes that are no UTF-8 are not rewritten: the file is refused and stays", async () => {
    const latin1 = Buffer.concat([Buffer.from("// caf"), Buffer.from([0xe9]), Buffer.from(`\n${app}`)]);
    write("app.js", latin1);
    await expect(fixCommand([folder], flags)).rejects.toThrow(/no UTF-8/);
    expect(read("app.js").equals(latin1)).toBe(true);
  });

  test("permissions stay, and no temporary file is left", async () => {
    write("app.js", app);
    chmodSync(join(folder, "app.js"), 0o750);
    await fixCommand([folder], flags);
    expect(statSync(join(folder, "app.js")).mode & 0o777).toBe(0o750);
    expect(readdirSync(folder)).toEqual(["app.js"]);
  });
});

test("a read-only file is refused, and nothing is changed", async () => {
  write("app.js", app);
  write("b.js", app);
  chmodSync(join(folder, "b.js"), 0o444);
  await expect(fixCommand([folder], flags)).rejects.toThrow(CannotDo);
  expect(read("app.js").toString()).toBe(app);
  expect(readdirSync(folder).sort()).toEqual(["app.js", "b.js"]);
});

describe("in a git work tree", () => {
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.org", ...words], {
      encoding: "utf8",
    });

  beforeEach(() => {
    git("init", "-q");
    write("app.js", app);
    git("add", "-A");
    git("commit", "-qm", "start");
  });

  test("the patch of --diff writes nothing and is what git apply takes", async () => {
    expect(await fixCommand([folder], { ...flags, diff: true })).toBe(0);
    expect(read("app.js").toString()).toBe(app);
    writeFileSync(join(folder, "..", `${folder.split("/").at(-1)}.patch`), printed);
    const patch = join(folder, "..", `${folder.split("/").at(-1)}.patch`);
    git("apply", patch);
    rmSync(patch);
    const applied = read("app.js");
    write("app.js", app);
    await fixCommand([folder], flags);
    expect(read("app.js").equals(applied)).toBe(true);
  });

  test("changes that are not committed ask for --allow-dirty", async () => {
    write("app.js", `${app}// mine\n`);
    await expect(fixCommand([folder], flags)).rejects.toThrow(/--allow-dirty/);
    expect(read("app.js").toString()).toBe(`${app}// mine\n`);
    expect(await fixCommand([folder], { ...flags, allowDirty: true })).toBe(0);
    expect(read("app.js").toString()).toContain("secure: true");
  });
});

describe("--verify", () => {
  test("keeps what the project's tests pass with", async () => {
    write("app.js", app);
    expect(await fixCommand([folder], { ...flags, verify: "grep -q secure app.js" })).toBe(0);
    expect(read("app.js").toString()).toContain("secure: true");
  });

  test("takes back the file that breaks them, and keeps the others", async () => {
    write("app.js", app);
    write("other.js", app.replace(`"a"`, `"b"`));
    expect(await fixCommand([folder], { ...flags, verify: "! grep -q secure other.js" })).toBe(1);
    expect(read("app.js").toString()).toContain("secure: true");
    expect(read("other.js").toString()).not.toContain("secure");
  });
});

describe("choosing", () => {
  test("--only takes a framework, a rule or a fingerprint", async () => {
    write("app.js", app);
    await fixCommand([folder], { ...flags, only: ["django"] });
    expect(read("app.js").toString()).toBe(app);
    await fixCommand([folder], { ...flags, only: ["express"] });
    expect(read("app.js").toString()).toContain("secure: true");
  });

  test("what is suppressed is left alone", async () => {
    const suppressed = app.replace(`"1");`, `"1"); // setsecure-ignore: a cookie of the demo`);
    write("app.js", suppressed);
    await fixCommand([folder], flags);
    expect(read("app.js").toString()).toBe(suppressed);
  });
});
