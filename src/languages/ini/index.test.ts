import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";
import { ini } from "./index.ts";

const read = (text: string): Settings => ini.read({ file: "production.ini", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);
const sections = (text: string) => read(text).roots[0]!.children;
const pairs = (section: SettingNode | undefined) => section?.children.map((key) => [key.name, key.value]);

const PYLONS = `\uFEFF# deployment\r
[DEFAULT]\r
debug = false\r
\r
[app:main]\r
use: egg:shop\r
beaker.session.key = shop\r
  ; what follows is a secret\r
Beaker.Session.Secret = \${app_instance_secret}\r
set debug = true ; not a comment\r
get here = there\r
beaker.session.data_dir = %(here)s/data:80\r
`;

test("reads sections and keys with their spans", () => {
  const [defaults, main] = sections(PYLONS);
  expect(at(PYLONS, defaults?.nameSpan)).toBe("DEFAULT");
  expect(pairs(defaults)).toEqual([["debug", "false"]]);
  expect(main?.name).toBe("app:main");
  expect(pairs(main)).toEqual([
    ["use", "egg:shop"],
    ["beaker.session.key", "shop"],
    ["Beaker.Session.Secret", "${app_instance_secret}"],
    ["set debug", "true ; not a comment"],
    ["get here", "there"],
    ["beaker.session.data_dir", "%(here)s/data:80"],
  ]);
  const [, key] = main!.children;
  expect(at(PYLONS, key?.span)).toBe("beaker.session.key = shop");
  expect(at(PYLONS, key?.nameSpan)).toBe("beaker.session.key");
  expect(at(PYLONS, key?.valueSpan)).toBe("shop");
  expect(at(PYLONS, main?.innerSpan)).toBe(PYLONS.slice(PYLONS.indexOf("use:")));
  expect(at(PYLONS, defaults?.span)).toBe("[DEFAULT]\r\ndebug = false\r\n");
  expect(read(PYLONS).comments.map((span) => at(PYLONS, span))).toEqual(["# deployment", "; what follows is a secret"]);
  expect(read(PYLONS).errors).toEqual([]);
});

test("indented lines continue a value, over comments and blank lines", () => {
  const text = "[a]\nkey =\n  one\n  # two\n\n  three = 3\n\nnext = x\n";
  const [key, next] = sections(text)[0]!.children;
  expect(key?.value).toBe("\none\n\nthree = 3");
  expect(at(text, key?.valueSpan)).toBe("\n  one\n  # two\n\n  three = 3");
  expect(next?.value).toBe("x");
});

test("keys of one indentation are keys, not continuations", () => {
  expect(pairs(sections("[a]\n  b = 1\n  c = 2\n    more\n d = 3")[0])).toEqual([
    ["b", "1"],
    ["c", "2\nmore"],
    ["d", "3"],
  ]);
});

test("an empty value has an empty span where a value would stand", () => {
  const text = "[a]\nb = \nc=";
  const [b, c] = sections(text)[0]!.children;
  expect([b?.value, c?.value]).toEqual(["", ""]);
  expect([b?.valueSpan, c?.valueSpan]).toEqual([
    { start: 7, end: 7 },
    { start: 11, end: 11 },
  ]);
});

test("keeps equal keys and equal sections, in order", () => {
  expect(sections("[a]\nb=1\nb=2\n[a]\nb=3").map(pairs)).toEqual([
    [
      ["b", "1"],
      ["b", "2"],
    ],
    [["b", "3"]],
  ]);
});

test("keys before the first section stand under the root", () => {
  expect(read("b=1\n[s]\nc=2").roots[0]!.children.map((child) => child.name)).toEqual(["b", "s"]);
});

test("tells which lines it cannot read, and reads on", () => {
  const text = "[a]\n<<<<<<< HEAD\nb = 1\n= 2\n";
  const settings = read(text);
  expect(settings.errors.map((error) => at(text, error.span))).toEqual(["<<<<<<< HEAD", "= 2"]);
  expect(pairs(settings.roots[0]!.children[0])).toEqual([["b", "1"]]);
});

test("what was written is what is read", () => {
  const word = fc.string({ unit: fc.constantFrom(..."aB.%(){}$é😀"), minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word)), fc.constantFrom("\n", "\r\n", "\r"), (entries, lineEnd) => {
      const text = ["[s]", ...entries.map(([key, value]) => `${key} = ${value}`)].join(lineEnd);
      const [section] = sections(text);
      expect(pairs(section)).toEqual(entries);
      expect(section?.children.map((key) => at(text, key.valueSpan))).toEqual(entries.map(([, value]) => value));
    }),
  );
});

test.each(["[", "[]", "a=b\n", " ", "\n", "\r", "a=b\n c", "#\n", "=", "x\n", "[a]\n", "\n x", "\t"])(
  "reads a megabyte of %j",
  (unit) => {
    const text = `[a]\nkey=value\n${unit.repeat(1_000_000 / unit.length)}`;
    expect(read(text).errors.length).toBeLessThanOrEqual(100);
  },
);
