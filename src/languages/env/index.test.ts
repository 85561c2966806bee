import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../program.ts";
import type { Settings } from "../../settings.ts";
import { env } from "./index.ts";

const read = (text: string): Settings => env.read({ file: ".env", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);
const pairs = (text: string) => read(text).roots[0]!.children.map((key) => [key.name, key.value]);

test("reads variables with their spans", () => {
  const text = '\uFEFF# settings\r\nexport SESSION_SECURE="true" # prod\r\nNODE_ENV = production  # why\r\n';
  const settings = read(text);
  const [secure, mode] = settings.roots[0]!.children;
  expect([secure?.name, secure?.value]).toEqual(["SESSION_SECURE", "true"]);
  expect(at(text, secure?.span)).toBe('export SESSION_SECURE="true"');
  expect(at(text, secure?.nameSpan)).toBe("SESSION_SECURE");
  expect(at(text, secure?.valueSpan)).toBe("true");
  expect([mode?.value, at(text, mode?.valueSpan)]).toEqual(["production", "production"]);
  expect(settings.comments.map((span) => at(text, span))).toEqual(["# settings", "# prod", "# why"]);
  expect(settings.errors).toEqual([]);
});

test.each([
  ["A=b", "A", "b"],
  ["A=", "A", ""],
  ["A= \nB=c", "A", ""],
  ["A=b#c", "A", "b"],
  ["A='b # c'", "A", "b # c"],
  ['A="b # c" # d', "A", "b # c"],
  ['A="one\\ntwo"', "A", "one\ntwo"],
  ["A='one\\ntwo'", "A", "one\\ntwo"],
  ['A="one\ntwo"\nB=c', "A", "one\ntwo"],
  ['A=`it\'s "b"`', "A", 'it\'s "b"'],
  ['A="say \\"b\\""', "A", 'say \\"b\\"'],
  ["A=$HOME/${B}", "A", "$HOME/${B}"],
  ['A={"b": 1}', "A", '{"b": 1}'],
  ['A="open\nB=c', "A", '"open'],
  ['A="b" c', "A", '"b" c'],
  ["A: b", "A", "b"],
  ["export=b", "export", "b"],
  ["export export=b", "export", "b"],
  ["a.b-c=d", "a.b-c", "d"],
])("%j", (text, name, value) => {
  expect(pairs(text)[0]).toEqual([name, value]);
});

test("a multiline value ends at its quote", () => {
  expect(pairs('A="one\r\ntwo\r\n"\r\nB=c')).toEqual([
    ["A", "one\ntwo\n"],
    ["B", "c"],
  ]);
});

test("tells which lines it cannot read, and reads on", () => {
  const text = "A=1\nif [ -f x ]; then\nB\nC=2";
  const settings = read(text);
  expect(settings.errors.map((error) => at(text, error.span))).toEqual(["if [ -f x ]; then", "B"]);
  expect(pairs(text)).toEqual([
    ["A", "1"],
    ["C", "2"],
  ]);
});

test("what was written is what is read", () => {
  const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
  const value = fc.string({ unit: fc.constantFrom(..."ab $#='é😀") });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.constantFrom("\n", "\r\n"), (entries, lineEnd) => {
      expect(pairs(entries.map(([key, text]) => `${key}="${text}"`).join(lineEnd))).toEqual(entries);
    }),
  );
});

test.each(['A="\n', "A='x", '"', "A=\"\nB='\nC=`\n", " ", "\n", "#", "#\n", "A", "A\n", "A=\n", '\\"', "export "])(
  "reads a megabyte of %j",
  (unit) => {
    const text = `A="${unit.repeat(1_000_000 / unit.length)}`;
    expect(read(text).errors.length).toBeLessThanOrEqual(100);
  },
);
