import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

test("ends a line at \\n, \\r\\n and \\r, and nowhere else", () => {
  const lines = linesOf("a\nb\r\nc\rd\u2028e\u0085f\vg");
  expect(lines.count).toBe(4);
  expect([1, 2, 3, 4].map((line) => lines.text(line))).toEqual(["a", "b", "c", "d\u2028e\u0085f\vg"]);
});

test("counts columns in UTF-16 code units, with the byte order mark as one", () => {
  const lines = linesOf("\uFEFF😀x\ny");
  expect(lines.at(3)).toEqual({ line: 1, column: 4 });
  expect(lines.region({ start: 3, end: 6 })).toEqual({ line: 1, column: 4, endLine: 2, endColumn: 2 });
});

test("moves offsets outside the text to its edge", () => {
  const lines = linesOf("ab\n");
  expect(lines.at(-5)).toEqual({ line: 1, column: 1 });
  expect(lines.at(99)).toEqual({ line: 2, column: 1 });
  expect(linesOf("").at(0)).toEqual({ line: 1, column: 1 });
  expect(linesOf("").text(7)).toBe("");
});

test("finds what a plain reading of the text finds", () => {
  const text = fc.array(fc.constantFrom("a", "\n", "\r", "\r\n", "😀", "\t")).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.nat(60), (whole, seed) => {
      const offset = seed % (whole.length + 1);
      const before = whole.slice(0, offset).replace(/\r$/, whole[offset] === "\n" ? "" : "\r");
      const rows = before.split(/\r\n|\r|\n/);
      const atReturn = whole[offset] === "\n" && whole[offset - 1] === "\r" ? 1 : 0;
      expect(linesOf(whole).at(offset)).toEqual({
        line: rows.length,
        column: (rows.at(-1) ?? "").length + 1 + atReturn,
      });
    }),
  );
});
