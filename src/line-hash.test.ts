import { expect, test } from "vitest";
import { lineHashes } from "./line-hash.ts";

test("hashes each line with what follows it", () => {
  expect(lineHashes("app.use(session({ secret }));\n")).toEqual(["e731405f8febd830:1", "c129715d7a2bc9a3:1"]);
  expect(lineHashes("\u00e9\u4e2d\ta\r\rb")).toEqual([
    "55d19355dab92658:1",
    "cc4c43d77869440f:1",
    "8ee5a81e681643c1:1",
  ]);
  expect(lineHashes(`${"x".repeat(250)}\ny`)).toEqual(["52b56201ffb58620:1", "ed3261245082261c:1"]);
});

test("does not see blanks, tabs and the kind of line end", () => {
  expect(lineHashes("a b\n\tc\n")).toEqual(lineHashes("ab\r\nc\r\n"));
  expect(lineHashes("ab\rc\r")).toEqual(lineHashes("ab\nc\n"));
});

test("numbers lines that hash the same", () => {
  const hashes = lineHashes("same;\n".repeat(60));
  expect(hashes).toHaveLength(61);
  expect(hashes[0]).toMatch(/:1$/);
  expect(hashes[1]).toBe(hashes[0]?.replace(/1$/, "2"));
});

test("keeps a line's hash when lines are added above it", () => {
  const text = "const a = 1;\nconst b = 2;\n";
  expect(lineHashes(`// new\n${text}`).slice(1)).toEqual(lineHashes(text));
});
