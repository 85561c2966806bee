import fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";
import { yaml } from "./index.ts";

const read = (text: string): Settings => yaml.read({ file: "application.yml", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);
const because = (text: string) => read(text).errors.map((error) => error.because);

function find(text: string, path: string, root = 0): SettingNode {
  let node: SettingNode | undefined = read(text).roots[root];
  for (const name of path.split(".")) node = node?.children.find((child) => child.name === name);
  if (!node) throw new Error(`no ${path}`);
  return node;
}

/** What `parse` of the yaml package would have given. */
function plain(node: SettingNode): unknown {
  if (node.innerSpan === undefined) return node.value;
  if (node.children.length > 0 && node.children.every((child, index) => child.name === String(index))) {
    return node.children.map(plain);
  }
  return Object.fromEntries(node.children.map((child) => [child.name, plain(child)]));
}

const BOOT = `\uFEFF# é😀 Boot\r
server:\r
  servlet:\r
    session:\r
      cookie:  # of the session\r
        secure: false # why\r
        "same-site": 'lax'\r
`;

test("reads mappings with exact spans, over CRLF, BOM and astral characters", () => {
  expect(because(BOOT)).toEqual([]);
  const cookie = find(BOOT, "server.servlet.session.cookie");
  expect(at(BOOT, cookie.innerSpan)).toBe("secure: false # why\r\n        \"same-site\": 'lax'");
  expect(at(BOOT, cookie.nameSpan)).toBe("cookie");
  const [secure, sameSite] = cookie.children;
  expect([secure?.name, secure?.value]).toEqual(["secure", false]);
  expect(at(BOOT, secure?.span)).toBe("secure: false");
  expect(at(BOOT, secure?.valueSpan)).toBe("false");
  expect([sameSite?.name, sameSite?.value]).toEqual(["same-site", "lax"]);
  expect(at(BOOT, sameSite?.nameSpan)).toBe('"same-site"');
  expect(at(BOOT, sameSite?.valueSpan)).toBe("lax");
  expect(read(BOOT).comments.map((span) => at(BOOT, span))).toEqual(["# é😀 Boot", "# of the session", "# why"]);
});

test.each<[string, SettingNode["value"]]>([
  ["true", true],
  ["False", false],
  ["yes", "yes"],
  ["on", "on"],
  ["~", null],
  ["1", 1],
  ["0x10", 16],
  ["1.5", 1.5],
  ["'true'", "true"],
  ["!!str true", "true"],
  ["!ENC [a]", undefined],
  ["!vault x", "x"],
  ["${SECURE:true}", "${SECURE:true}"],
  ["2020-01-01", "2020-01-01"],
  ["a # b", "a"],
  ["a#b", "a#b"],
])("the scalar %s", (source, value) => {
  expect(find(`a: ${source}\n`, "a").value).toBe(value);
});

test("dates and binaries of YAML 1.1 are their text", () => {
  expect(find("%YAML 1.1\n---\na: 2020-01-01\nb: !!binary aGk=\n", "a").value).toBe("2020-01-01");
  expect(find("%YAML 1.1\n---\na: 2020-01-01\nb: !!binary aGk=\n", "b").value).toBe("aGk=");
});

test("names keys as they are written", () => {
  const text = "on: 1\n0o14: 2\n? complex\n: 3\n'a.b': 4\n";
  expect(read(text).roots[0]?.children.map((child) => child.name)).toEqual(["on", "0o14", "complex", "a.b"]);
});

test("a key without a value has the value null and no span for it", () => {
  const text = "a:\nb: 1\n";
  expect(find(text, "a").value).toBeNull();
  expect(find(text, "a")).not.toHaveProperty("valueSpan");
  expect(at(text, find(text, "a").span)).toBe("a:");
});

test("reads lists, flow collections and block scalars", () => {
  const text = "l:\n  - a: 1\n    b: {c: [x, 'y'], d}\n  -\n    - 2\ne: {}\nt: |\n  # one\n  two\nz: 1\n";
  expect(find(text, "l.0.b.c.1").value).toBe("y");
  expect(at(text, find(text, "l.0.b").innerSpan)).toBe("c: [x, 'y'], d");
  expect(find(text, "l.0.b.d").value).toBeNull();
  expect(find(text, "l.1.0").value).toBe(2);
  expect(at(text, find(text, "l.0").span)).toBe("a: 1\n    b: {c: [x, 'y'], d}");
  expect(at(text, find(text, "e").innerSpan)).toBe("");
  expect(find(text, "t").value).toBe("# one\ntwo\n");
  expect(at(text, find(text, "t").span)).toBe("t: |\n  # one\n  two");
  expect(read(text).comments).toEqual([]);
});

test("several documents are several roots", () => {
  const text = "a: 1\n---\nb: 2\n...\n---\n- 3\n";
  expect(read(text).roots.map(plain)).toEqual([{ a: 1 }, { b: 2 }, [3]]);
  expect(at(text, find(text, "b", 1).valueSpan)).toBe("2");
});

test("resolves aliases and merge keys", () => {
  const text = `
base: &base { secure: false, path: / }
other: &other { path: /x, name: n }
flag: &flag true
one:
  <<: *base
  path: /own
two:
  <<: [*base, *other]
  http: *flag
three: *base
four:
  http: false
  <<: *base
`;
  expect(because(text)).toEqual([]);
  expect(plain(read(text).roots[0]!)).toMatchObject({
    one: { secure: false, path: "/own" },
    two: { secure: false, path: "/", name: "n", http: true },
    three: { secure: false, path: "/" },
  });
  expect(at(text, find(text, "one.secure").span)).toBe("secure: false");
  expect(find(text, "one.secure").span).toEqual(find(text, "base.secure").span);
  expect(at(text, find(text, "two.http").valueSpan)).toBe("*flag");
  expect(at(text, find(text, "four").innerSpan)).toBe("http: false\n  <<: *base");
  expect(at(text, find(text, "one").innerSpan)).toBe("<<: *base\n  path: /own");
});

test("an alias means the anchor before it, and none means nothing", () => {
  expect(plain(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").roots[0]!)).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  expect(because("a: *x\nb: &x 1\n")).toEqual(["no anchor before this alias has its name"]);
  expect(because("a: &x [*x]\n")).toEqual(["no anchor before this alias has its name"]);
});

test("ends at once on aliases that multiply", () => {
  const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
  const text = `l0: &l0 [x]\n${levels.join("\n")}\nsecure: false\n`;
  expect(because(text)[0]).toBe("aliases come to more than 50000 nodes");
  expect(find(text, "secure").value).toBe(false);
  const count = (node: SettingNode): number => node.children.reduce((sum, child) => sum + count(child), 1);
  expect(count(read(text).roots[0]!)).toBeLessThan(200_000);
});

test("keeps both of two equal keys, in order, and tells", () => {
  expect(read("a: 1\na: 2\n").roots[0]?.children.map((child) => child.value)).toEqual([1, 2]);
  expect(because("a: 1\na: 2\n")).toEqual(["this key is given twice"]);
});

test.each([
  ["a tab", "a:\n\tb: 1\nsecure: false\n"],
  ["a quote that is missing", "secure: false\na: 'b\n"],
  ["a bracket that is missing", "secure: false\na: [b\n"],
  ["two values in one line", "secure: false\na: b: c\n"],
  ["a reserved character", "a: @b@\nsecure: false\n"],
])("reads on through %s", (_, text) => {
  expect(because(text).length).toBeGreaterThan(0);
  expect(find(text, "secure").value).toBe(false);
  expect(at(text, find(text, "secure").valueSpan)).toBe("false");
});

test("no message quotes the file", () => {
  expect(because("a: b\n  password: s3cret\n'x' s3cret\n}s3cret\n").join()).not.toContain("s3cret");
});

test("reads templates as text", () => {
  const text = `{{- if .Values.on }}
kind: {{ .Values.kind | default "x" }}
{% for a in b %}
"{{ name }}": "{{ a \\"q\\" }}"
<% if c %>
  \t
secure: false
key-<%= d %>: [{{ e }}, 2]
text: |
  run {{ f }}
  {% g %}
{{- end }}
# {{ h }}
`;
  expect(because(text)).toEqual([]);
  expect(plain(read(text).roots[0]!)).toEqual({
    kind: '{{ .Values.kind | default "x" }}',
    "{{ name }}": '{{ a \\"q\\" }}',
    secure: false,
    "key-<%= d %>": ["{{ e }}", 2],
    text: "run {{ f }}\n{% g %}\n",
  });
  expect(read(text).comments.map((span) => at(text, span))).toEqual(["# {{ h }}"]);
  expect(at(text, find(text, "kind").valueSpan)).toBe('{{ .Values.kind | default "x" }}');
});

test("reads up to what is nested too deep", () => {
  const settings = read(`secure: false\na: ${"[".repeat(100_000)}`);
  expect(settings.errors.map((error) => error.because)).toContain("nested deeper than 500: the rest is not read");
  expect(settings.roots[0]?.children[0]?.value).toBe(false);
});

test("agrees with the yaml package", () => {
  const key = fc
    .string({ unit: fc.constantFrom(..."ab é😀:#-'"), minLength: 1 })
    .filter((text) => /^[^0-9<]/.test(text));
  const leaf = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom("yes", "a\nb\n", "#"),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie("value"), { minLength: 1, maxLength: 3 }),
      fc.dictionary(key, tie("value"), { minKeys: 1, maxKeys: 3 }),
    ),
  }));
  const options = fc.record({ collectionStyle: fc.constantFrom("any" as const, "flow" as const) });
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1 }), options, (data, style) => {
      const text = stringify(data, style);
      fc.pre(!/\{\{|\{%|<%/.test(text));
      expect(because(text)).toEqual([]);
      expect(plain(read(text).roots[0]!)).toEqual(parse(text));
    }),
    { numRuns: 300 },
  );
});

test("never throws, and every span lies within the text", () => {
  const scraps = ["a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "'", '"', "&x ", "*x", "<<: ", "|", "> ", "? "];
  const unit = fc.constantFrom(
    ...scraps,
    "!t ",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "\t",
    "  ",
    "{{",
    "}}",
    "\r\n",
    "@",
  );
  fc.assert(
    fc.property(fc.array(unit), (parts) => {
      const text = parts.join("");
      const visit = (node: SettingNode) => {
        for (const span of [node.span, node.nameSpan, node.valueSpan, node.innerSpan]) {
          if (span)
            expect(0 <= span.start && span.start <= span.end && span.end <= text.length, JSON.stringify(node)).toBe(
              true,
            );
        }
        node.children.forEach(visit);
      };
      const settings = read(text);
      settings.roots.forEach(visit);
      for (const { span } of settings.errors)
        expect(span.start <= span.end && span.end <= text.length, text).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  "[",
  "{a: ",
  "- ",
  "? ",
  "a:\n",
  "&a ",
  "!a ",
  '"',
  "}",
  "[]",
  "---\n",
  "{{ a }}\n",
  "{{",
  "a: b: ",
  "\n- ",
  "|\n",
])("reads a megabyte of %j", (unit) => {
  const text = unit.repeat(1_000_000 / unit.length);
  expect(read(text).errors.length).toBeLessThanOrEqual(100);
});
