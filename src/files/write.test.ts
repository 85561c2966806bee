import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { obstacleTo, putBack, type Replacement, replaceFiles } from "./write.ts";

vi.mock("node:fs", async (actual) => {
  const fs = await actual<typeof import("node:fs")>();
  return { ...fs, writeSync: vi.fn(fs.writeSync), renameSync: vi.fn(fs.renameSync) };
});

const disk = await vi.importActual<typeof import("node:fs")>("node:fs");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setsecure-write-"));
  for (const file of ["a", "b", "c"]) writeFileSync(join(root, file), "old");
});

afterEach(() => {
  vi.mocked(writeSync).mockClear();
  vi.mocked(renameSync).mockClear();
  rmSync(root, { recursive: true });
});

const replacements = ["a", "b", "c"].map(
  (file): Replacement => ({ file, before: Buffer.from("old"), after: Buffer.from("new") }),
);

function texts(): string {
  expect(readdirSync(root)).toEqual(["a", "b", "c"]);
  return ["a", "b", "c"].map((file) => readFileSync(join(root, file), "utf8")).join(" ");
}

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test("all files are replaced", () => {
  replaceFiles(root, replacements);
  expect(texts()).toBe("new new new");
});

test.each([
  ["ENOSPC", "b cannot be written: the disk is full. Nothing was changed."],
  ["EDQUOT", "b cannot be written: the disk quota is used up. Nothing was changed."],
])("%s in the middle leaves every file as it was", (code, says) => {
  vi.mocked(writeSync)
    .mockImplementationOnce(() => 3)
    .mockImplementationOnce(failing(code));
  expect(() => replaceFiles(root, replacements)).toThrow(says);
  expect(texts()).toBe("old old old");
});

test("a disk that takes a part of the bytes at a time gets the rest too", () => {
  vi.mocked(writeSync).mockImplementationOnce((descriptor) => disk.writeSync(descriptor, Buffer.from("n")));
  replaceFiles(root, replacements.slice(0, 1));
  expect(texts()).toBe("new old old");
});

test("a rename that fails puts back the files that were renamed before", () => {
  vi.mocked(renameSync).mockImplementationOnce(disk.renameSync).mockImplementationOnce(failing("EPERM"));
  expect(() => replaceFiles(root, replacements)).toThrow(
    "b cannot be replaced: no permission. The other files are as they were.",
  );
  expect(texts()).toBe("old old old");
});

test("what cannot even be put back is named", () => {
  vi.mocked(renameSync)
    .mockImplementationOnce(disk.renameSync)
    .mockImplementationOnce(failing("EIO"))
    .mockImplementationOnce(failing("EIO"));
  expect(() => replaceFiles(root, replacements)).toThrow("b cannot be replaced: EIO. a could not be put back.");
  expect(texts()).toBe("new old old");
});

test("a file that changed since it was read is not replaced, nor is any other", () => {
  writeFileSync(join(root, "c"), "mine");
  expect(() => replaceFiles(root, replacements)).toThrow("c has changed since it was read. Nothing was changed");
  expect(texts()).toBe("old old mine");
  expect(putBack(root, replacements)).toEqual(["a", "b", "c"]);
});

test("files that cannot be replaced say why", () => {
  const outside = mkdtempSync(join(tmpdir(), "setsecure-outside-"));
  writeFileSync(join(outside, "d"), "old");
  mkdirSync(join(root, "folder"));
  symlinkSync("a", join(root, "link"));
  symlinkSync(outside, join(root, "away"));
  chmodSync(join(root, "b"), 0o444);
  expect(["a", "b", "link", "away/d", "folder", "gone"].map((file) => obstacleTo(root, file))).toEqual([
    undefined,
    "it is read-only",
    "a symbolic link leads to it",
    "a symbolic link leads to it",
    "it is no regular file",
    "it is gone",
  ]);
  rmSync(outside, { recursive: true });
});
