import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Interest, readProject } from "./files.ts";

const interest: Interest = { words: { ".js": ["cookie", "Session("], ".txt": [] }, names: [".env", "web*.xml"] };

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setsecure-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string | Buffer>>, folder = root): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  }
}

function git(...words: string[]): void {
  execFileSync("git", ["-C", root, ...words], { stdio: "ignore" });
}

const read = (options = {}) => readProject(root, { interest, ...options });
const candidates = async (options = {}) => (await read(options)).candidates;

describe.each(["walking", "git"])("by %s", (how) => {
  beforeEach(() => {
    if (how === "git") git("init", "-q");
  });

  test("finds files by word and by name, in path order", async () => {
    write({
      "b.js": "setCookie()",
      "a/z.js": "SESSION()",
      "a/b.js": "session",
      ".env": "",
      "x/web-fragment.xml": "",
      "x/other.xml": "cookie",
      "all.txt": "",
      "app.min.js": "cookie",
      "types.d.ts": "cookie",
    });
    if (how === "git") git("add", "b.js", "a");
    const project = await read();
    expect(project.candidates).toEqual([".env", "a/z.js", "all.txt", "b.js", "x/web-fragment.xml"]);
    expect(project.files).toHaveLength(9);
    expect(project.skipped()).toEqual([]);
  });

  test("leaves out what is ignored and other people's code", async () => {
    write({
      ".gitignore": "*.gen.js\n/only-here/\n!keep.gen.js\n",
      "sub/.gitignore": "secret.js\n",
      ".setsecureignore": "legacy/\n",
      "a.gen.js": "cookie",
      "keep.gen.js": "cookie",
      "only-here/a.js": "cookie",
      "sub/only-here/a.js": "cookie",
      "sub/secret.js": "cookie",
      "secret.js": "cookie",
      "legacy/a.js": "cookie",
      "configured/a.js": "cookie",
      "node_modules/x/a.js": "cookie",
      "sub/vendor/a.js": "cookie",
    });
    expect(await candidates({ ignore: ["configured"] })).toEqual(["keep.gen.js", "secret.js", "sub/only-here/a.js"]);
  });

  test("answers about files that are no candidates", async () => {
    write({ "lib/a.js": "helper()", "lib/deep/a.js": "Helper", "a.js": "x", "b.ts": "helper", "tsconfig.json": "{}" });
    const project = await read();
    expect(project.has("lib/a.js")).toBe(true);
    expect(project.has("lib/c.js")).toBe(false);
    expect(project.endingIn("a.js")).toEqual(["a.js", "lib/a.js", "lib/deep/a.js"]);
    expect(project.endingIn("deep/a.js")).toEqual(["lib/deep/a.js"]);
    expect(project.search(["helper"], [".js"])).toEqual(["lib/a.js", "lib/deep/a.js"]);
    expect(project.search([], [".js"])).toEqual([]);
    expect(project.read("tsconfig.json")).toBe("{}");
    expect(project.source("../x")).toBeUndefined();
  });

  test("follows no link, and names those that leave the root, loop or lead nowhere", async () => {
    const outside = mkdtempSync(join(tmpdir(), "setsecure-outside-"));
    write({ "secret.js": "cookie" }, outside);
    write({ "real/a.js": "cookie" });
    symlinkSync(join(outside, "secret.js"), join(root, "out.js"));
    symlinkSync(outside, join(root, "folder"));
    symlinkSync("loop", join(root, "loop"));
    symlinkSync(".", join(root, "real/self"));
    symlinkSync("nowhere.js", join(root, "gone.js"));
    symlinkSync("real/a.js", join(root, "inside.js"));
    if (how === "git") git("add", ".");
    const project = await read();
    expect(project.candidates).toEqual(["real/a.js"]);
    expect(project.skipped()).toEqual([
      { file: "folder", because: "a symbolic link that leaves the scanned folder" },
      { file: "gone.js", because: "a symbolic link that leads nowhere" },
      { file: "loop", because: "a symbolic link that leads to itself" },
      { file: "out.js", because: "a symbolic link that leaves the scanned folder" },
    ]);
    rmSync(outside, { recursive: true });
  });

  test.skipIf(process.platform === "win32")("does not wait for a FIFO", async () => {
    write({ "a.js": "cookie" });
    execFileSync("mkfifo", [join(root, "pipe.js"), join(root, ".env")]);
    const project = await read();
    expect(project.candidates.filter((file) => project.source(file) !== undefined)).toEqual(["a.js"]);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === "win32")("names what it may not read", async () => {
    write({ "a.js": "cookie" });
    chmodSync(join(root, "a.js"), 0);
    expect((await read()).skipped()).toEqual([{ file: "a.js", because: "permission is denied" }]);
  });

  test("bounds the size of what it takes", async () => {
    const filler = Buffer.alloc(5 * 1024 * 1024, "x");
    write({
      "large.js": Buffer.concat([filler, Buffer.from("cookie")]),
      "large-without.js": filler,
      "edge.js": Buffer.concat([Buffer.alloc(1024 * 1024 - 3, "x"), Buffer.from("cookie")]),
      "wide.js": Buffer.from(`\uFEFF${"x".repeat(600_000)}cookie`, "utf16le"),
      "sparse.js": "",
    });
    truncateSync(join(root, "sparse.js"), 4 * 1024 ** 3);
    const project = await read();
    expect(project.candidates).toEqual(["edge.js", "wide.js"]);
    expect(project.skipped().map(({ file, because }) => `${file}: ${because}`)).toEqual([
      "large.js: 5.0 MB is more than the 4 MB that are read",
      "sparse.js: 4096.0 MB is more than the 4 MB that are read",
    ]);
  });

  test("decodes what is there, and keeps every code unit in its place", async () => {
    const big = Buffer.from("\uFEFFcookie é", "utf16le").swap16();
    write({
      "bom.js": "\uFEFFcookie",
      "invalid.js": Buffer.from([0x63, 0x6f, 0x6f, 0x6b, 0x69, 0x65, 0xff]),
      "le.js": Buffer.from("\uFEFFCookie é", "utf16le"),
      "be.js": Buffer.concat([big, Buffer.from([0])]),
    });
    const project = await read();
    expect(project.candidates.map((file) => project.source(file)?.text)).toEqual([
      "\uFEFFcookie é",
      "\uFEFFcookie",
      "cookie\u00FF",
      "\uFEFFCookie é",
    ]);
    expect(project.skipped()).toEqual([
      { file: "invalid.js", because: "read as Latin-1, since it is not valid UTF-8" },
    ]);
  });

  test("takes only what is asked for, and knows the rest", async () => {
    write({ "a/x.js": "cookie", "ab/x.js": "cookie", "b.js": "cookie" });
    const project = await read({ only: ["a", "b.js"] });
    expect(project.candidates).toEqual(["a/x.js", "b.js"]);
    expect(project.has("ab/x.js")).toBe(true);
  });

  test("survives names with line ends, quotes and blanks", async () => {
    const names = ["a\nb.js", 'q"uote.js', " lead.js", "é😀.js"];
    write(Object.fromEntries(names.map((name) => [name, "cookie"])));
    if (how === "git") git("add", ".");
    expect(await candidates()).toEqual([...names].sort());
  });
});

describe("a repository", () => {
  test("cannot make git run a program", async () => {
    git("init", "-q");
    write({ "a.js": "cookie" });
    const marker = join(root, "ran");
    const script = join(root, "evil.sh");
    writeFileSync(script, `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(script, 0o755);
    git("add", "a.js");
    for (const key of [
      "core.fsmonitor",
      "core.pager",
      "core.editor",
      "core.sshCommand",
      "filter.x.clean",
      "filter.x.process",
    ]) {
      git("config", key, script);
    }
    git("config", "core.hooksPath", root);
    write({ ".gitattributes": "* filter=x\n" });
    expect(await candidates()).toEqual(["a.js"]);
    expect(existsSync(marker)).toBe(false);
  });

  test("cannot send git to another folder", async () => {
    git("init", "-q");
    write({ "a.js": "cookie" });
    git("config", "core.worktree", "/etc");
    const project = await read();
    expect(project.candidates).toEqual(["a.js"]);
    expect(project.has("passwd")).toBe(false);
  });

  test("cannot lead out through a folder that became a link", async () => {
    const outside = mkdtempSync(join(tmpdir(), "setsecure-outside-"));
    write({ "x.js": "cookie" }, outside);
    git("init", "-q");
    write({ "dir/x.js": "cookie", "a.js": "cookie" });
    git("add", ".");
    rmSync(join(root, "dir"), { recursive: true });
    symlinkSync(outside, join(root, "dir"));
    expect(await candidates()).toEqual(["a.js"]);
    rmSync(outside, { recursive: true });
  });

  test("inside another one is read too", async () => {
    git("init", "-q");
    write({ "a.js": "cookie", "nested/b.js": "cookie" });
    execFileSync("git", ["-C", join(root, "nested"), "init", "-q"]);
    expect(await candidates()).toEqual(["a.js", "nested/b.js"]);
  });

  test("that ignores the scanned folder does not make it empty", async () => {
    git("init", "-q");
    write({ ".gitignore": "out/\n", "out/a.js": "cookie" });
    expect((await readProject(join(root, "out"), { interest })).candidates).toEqual(["a.js"]);
  });
});

test("prunes the output of a build only beside its build file", async () => {
  write({
    "web/package.json": "{}",
    "web/dist/a.js": "cookie",
    "docs/dist/a.js": "cookie",
    "web/src/dist.js": "cookie",
  });
  expect(await candidates()).toEqual(["docs/dist/a.js", "web/src/dist.js"]);
});

test("enters folders that are named as members of every object", async () => {
  const names = ["constructor", "toString", "valueOf", "__proto__", "hasOwnProperty"];
  write(Object.fromEntries(names.map((name) => [`${name}/x.js`, "cookie"])));
  expect((await read()).candidates).toEqual(names.map((name) => `${name}/x.js`).sort());
});

test("goes no deeper than a bound", async () => {
  const deep = Array.from({ length: 220 }, () => "d").join("/");
  write({ [`${deep}/a.js`]: "cookie", "a.js": "cookie" });
  const project = await read();
  expect(project.candidates).toEqual(["a.js"]);
  expect(project.skipped()[0]?.because).toBe("more than 200 folders deep");
});
