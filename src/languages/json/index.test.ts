import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";
import { json } from "./index.ts";

const read = (text: string): Settings => json.read({ file: "a.json", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);

function find(settings: Settings, ...path: string[]): SettingNode {
  let nodes = settings.roots[0]!.children;
  let node: SettingNode | undefined;
  for (const name of path) {
    node = nodes.find((child) => child.name === name);
    nodes = node?.children ?? [];
  }
  if (!node) throw new Error(`no ${path.join(".")}`);
  return node;
}

/** What `JSON.parse` would have given. */
function plain(node: SettingNode, text: string): unknown {
  if (node.innerSpan === undefined) return node.value;
  if (text[node.innerSpan.start - 1] === "[") return node.children.map((child) => plain(child, text));
  return Object.fromEntries(node.children.map((child) => [child.name, plain(child, text)]));
}

test("reads the members of nested objects with their spans", () => {
  const text = '\uFEFF{\r\n  "é😀": { "Secure" : true },\r\n  "name": "a\\"\\u0041"\r\n}\r\n';
  const settings = read(text);
  expect(settings.errors).toEqual([]);
  const secure = find(settings, "é😀", "Secure");
  expect(secure.value).toBe(true);
  expect(at(text, secure.span)).toBe('"Secure" : true');
  expect(at(text, secure.nameSpan)).toBe('"Secure"');
  expect(at(text, secure.valueSpan)).toBe("true");
  expect(at(text, find(settings, "é😀").innerSpan)).toBe(' "Secure" : true ');
  const name = find(settings, "name");
  expect(name.value).toBe('a"A');
  expect(at(text, name.valueSpan)).toBe('a\\"\\u0041');
  expect(at(text, settings.roots[0]!.span)).toBe(text.slice(1, -2));
});

test("names list items by their index", () => {
  const text = '{"a": [1, {"b": null}, []]}';
  const list = find(read(text), "a");
  expect(list.children.map((child) => child.name)).toEqual(["0", "1", "2"]);
  expect(find(read(text), "a", "1", "b").value).toBeNull();
  expect(at(text, list.children[2]!.innerSpan)).toBe("");
});

test("accepts comments, trailing commas and JSON5", () => {
  const text = "// one\n{ /* { \"no\": 1 } */ a: 'b\\'c', 'd': [1, 2,], hex: 0xfF, plus: +.5, minus: -Infinity, }";
  const settings = read(text);
  expect(settings.errors).toEqual([]);
  expect(settings.comments.map((span) => at(text, span))).toEqual(["// one", '/* { "no": 1 } */']);
  expect(plain(settings.roots[0]!, text)).toEqual({
    a: "b'c",
    d: [1, 2],
    hex: 255,
    plus: 0.5,
    minus: Number.NEGATIVE_INFINITY,
  });
});

test("keeps both of two equal keys, in order", () => {
  expect(read('{"a":1,"a":2}').roots[0]!.children.map((child) => child.value)).toEqual([1, 2]);
});

test.each([
  ['{"a": {"secure": false', "secure", "this bracket is not closed"],
  ['{"a": {"secure": false]}', "secure", "this bracket closes none that is open"],
  ['{"a": {"x": "open\n, "secure": false}}', "secure", "the closing quote is missing"],
  ['{"a": {"x" "secure": false}}', "secure", "this key has no value"],
  ['{"a": {"x": {{ y }}, "secure": false}}', "secure", "this key has no value"],
  ['{"a": {"x": %Y%, "secure": false}}', "secure", "this is no JSON value"],
  ['{"a": {"secure": false}} {"b": 1}', "secure", "the file holds more than one value"],
  ['{"a": {"secure": false /* }', "secure", "the comment is not closed"],
])("reads on after an error: %s", (text, name, because) => {
  const settings = read(text);
  expect(settings.errors.map((error) => error.because)).toContain(because);
  const secure = find(settings, "a", name);
  expect(secure.value).toBe(false);
  expect(at(text, secure.valueSpan)).toBe("false");
});

test("a word that is no value has a span and no value", () => {
  const text = '{"a": secret}';
  const node = find(read(text), "a");
  expect(node).not.toHaveProperty("value");
  expect(at(text, node.valueSpan)).toBe("secret");
});

test("passes over what is nested too deep, and reads on", () => {
  const text = `{"deep": ${"[".repeat(600)}${"]".repeat(600)}, "secure": false}`;
  const settings = read(text);
  expect(settings.errors.map((error) => error.because)).toEqual(["nested deeper than 500"]);
  expect(find(settings, "secure").value).toBe(false);
});

test("agrees with JSON.parse", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), fc.constantFrom(0, 2), (source, indent) => {
      const text = JSON.stringify(JSON.parse(source), null, indent);
      const settings = read(text);
      expect(settings.errors).toEqual([]);
      expect(JSON.stringify(plain(settings.roots[0]!, text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test("never throws, and every span lies within the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."{}[]:,\"'\\/*\n a1-") }), (text) => {
      const visit = (node: SettingNode) => {
        for (const span of [node.span, node.nameSpan, node.valueSpan, node.innerSpan]) {
          if (span) expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
        }
        node.children.forEach(visit);
      };
      read(text).roots.forEach(visit);
    }),
  );
});

test.each(["[", '{"a":', "]", '"', "'\n", "\\", "/", "/*", "//\n", "a", ",", ":", "1 ", '"\\', " "])(
  "reads a megabyte of %j",
  (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    expect(read(text).errors.length).toBeLessThanOrEqual(100);
  },
);
