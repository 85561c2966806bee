import fc from "fast-check";
import { expect, test } from "vitest";
import { finderOf } from "./words.ts";

const few = fc.string({ unit: fc.constantFrom(..."abCé.["), maxLength: 6 });
const words = fc.array(
  few.filter((word) => word !== ""),
  { minLength: 1, maxLength: 5 },
);

/** Only ASCII letters have two cases. */
const plain = (text: string) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

test("finds what a plain search finds", () => {
  fc.assert(
    fc.property(words, fc.string({ unit: fc.constantFrom(..."aBcé.[ "), maxLength: 40 }), (asked, text) => {
      const expected = asked.some((word) => plain(text).includes(plain(word)));
      expect(finderOf(asked)?.(Buffer.from(text))).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["at the beginning", "Set-Cookie: a"],
  ["at the end", "a: set-cookie"],
  ["after half of it", "set-set-cookie"],
  ["in capitals", "SET-COOKIE"],
])("finds a word %s", (_, text) => {
  expect(finderOf(["set-cookie", "flask"])?.(Buffer.from(text))).toBe(true);
});

test("finds no word that the end cuts off", () => {
  expect(finderOf(["set-cookie", "flask"])?.(Buffer.from("set-cooki"))).toBe(false);
});

test("has nothing to find without words", () => {
  expect(finderOf([])).toBeUndefined();
});
