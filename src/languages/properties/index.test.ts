import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";
import { properties } from "./index.ts";

const read = (text: string): Settings => properties.read({ file: "application.properties", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);
const keys = (text: string): readonly SettingNode[] => read(text).roots[0]!.children;
const pairs = (text: string) => keys(text).map((key) => [key.name, key.value]);

test("reads keys with their dots, and their spans", () => {
  const text = "\uFEFF# Boot\r\nserver.servlet.session.cookie.secure = false\r\n\r\n  ! more\r\na:b\r\n";
  const settings = read(text);
  const [secure, a] = settings.roots[0]!.children;
  expect([secure?.name, secure?.value]).toEqual(["server.servlet.session.cookie.secure", "false"]);
  expect(at(text, secure?.span)).toBe("server.servlet.session.cookie.secure = false");
  expect(at(text, secure?.nameSpan)).toBe("server.servlet.session.cookie.secure");
  expect(at(text, secure?.valueSpan)).toBe("false");
  expect(a?.value).toBe("b");
  expect(settings.comments.map((span) => at(text, span))).toEqual(["# Boot", "! more"]);
});

test.each([
  ["a=b", "a", "b"],
  ["a = b ", "a", "b "],
  ["a b=c", "a", "b=c"],
  ["a\t:\tb", "a", "b"],
  ["a==b", "a", "=b"],
  ["a", "a", ""],
  ["=b", "", "b"],
  ["a\\ b\\=c = d", "a b=c", "d"],
  ["a = b # c", "a", "b # c"],
  ["a = \\u0041\\t\\q\\\\", "a", "A\tq\\"],
  ["a = one,\\\n    two", "a", "one,two"],
  ["a = one,\\\r\n\t two", "a", "one,two"],
  ["a = one\\\\\nb = two", "a", "one\\"],
  ["a \\\n  = b", "a", "b"],
  ["a\\\n  b = c", "ab", "c"],
  ["a = b\\", "a", "b"],
  ["a = x\\\n# y", "a", "x# y"],
])("%j", (text, name, value) => {
  expect(pairs(text)[0]).toEqual([name, value]);
});

test("a backslash at the end of a comment continues nothing", () => {
  expect(pairs("# a \\\nb=c")).toEqual([["b", "c"]]);
});

test("an empty value has an empty span on its own line", () => {
  const text = "a = \nb";
  expect(keys(text).map((key) => [key.value, key.valueSpan])).toEqual([
    ["", { start: 4, end: 4 }],
    ["", { start: 6, end: 6 }],
  ]);
});

test("keeps equal keys, in order", () => {
  expect(pairs("a=1\na=2")).toEqual([
    ["a", "1"],
    ["a", "2"],
  ]);
});

test("tells of a bad unicode escape, and reads on", () => {
  const text = "a=\\\\u1\nb=\\u12\nc=d";
  const settings = read(text);
  expect(settings.errors.map((error) => at(text, error.span))).toEqual(["b=\\u12"]);
  expect(settings.roots[0]!.children).toHaveLength(3);
});

const escaped = (text: string) =>
  text.replace(/[=: \t\n\r\\#!]/g, (c) => (c < " " ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : `\\${c}`));

test("what was escaped is what is read", () => {
  const word = fc.string({ unit: fc.constantFrom(..."ab.=: \t\n\r\\#!é😀"), minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word)), fc.constantFrom("\n", "\r\n", "\r"), (entries, lineEnd) => {
      const text = entries.map(([key, value]) => `${escaped(key)}=${escaped(value)}`).join(lineEnd);
      expect(pairs(text)).toEqual(entries);
    }),
  );
});

test.each(["\\", "\\\n", "a\n", " ", "\\\n ", "=", ":\n", "#\n", "a\\u", "\r", "a=b\\\\"])(
  "reads a megabyte of %j",
  (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    expect(read(text).errors.length).toBeLessThanOrEqual(100);
  },
);
