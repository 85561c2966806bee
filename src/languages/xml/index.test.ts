import { parseXml, XmlElement, XmlText } from "@rgrove/parse-xml";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";
import { xml } from "./index.ts";

const read = (text: string): Settings => xml.read({ file: "web.xml", text });
const at = (text: string, span: Span | undefined) => span && text.slice(span.start, span.end);
const because = (text: string) => read(text).errors.map((error) => error.because);

/** All elements with this local name, in the order of the file. */
function named(nodes: readonly SettingNode[], name: string): SettingNode[] {
  return nodes.flatMap((node) => [...(node.name === name ? [node] : []), ...named(node.children, name)]);
}
const all = (text: string, name: string) => named(read(text).roots, name);

const WEB_XML = `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\r
<j:web-app xmlns:j="https://jakarta.ee/xml/ns/jakartaee" version="6.0">\r
\t<!-- <secure>true</secure> é😀 -->\r
\t<j:session-config>\r
\t\t<j:cookie-config>\r
\t\t\t<j:secure >\r
\t\t\t\tfalse\r
\t\t\t</j:secure\t>\r
\t\t\t<j:http-only/>\r
\t\t</j:cookie-config>\r
\t</j:session-config>\r
</j:web-app>\r
`;

test("reads elements with prefixes and exact spans, over CRLF, BOM and astral characters", () => {
  const settings = read(WEB_XML);
  expect(settings.errors).toEqual([]);
  const [secure] = named(settings.roots, "secure");
  expect([secure?.prefix, secure?.value]).toEqual(["j", "false"]);
  expect(at(WEB_XML, secure?.nameSpan)).toBe("j:secure");
  expect(at(WEB_XML, secure?.valueSpan)).toBe("false");
  expect(at(WEB_XML, secure?.span)).toBe("<j:secure >\r\n\t\t\t\tfalse\r\n\t\t\t</j:secure\t>");
  expect(at(WEB_XML, secure?.innerSpan)).toBe("\r\n\t\t\t\tfalse\r\n\t\t\t");
  const [config] = named(settings.roots, "cookie-config");
  expect(config).not.toHaveProperty("value");
  expect(config?.children.map((child) => child.name)).toEqual(["secure", "http-only"]);
  expect(settings.comments.map((span) => at(WEB_XML, span))).toEqual(["<!-- <secure>true</secure> é😀 -->"]);
});

test("reads attributes with their spans", () => {
  const text =
    '<configuration xmlns:xdt="x">\n  <httpCookies requireSSL = \'a&amp;"\tb\' xdt:Transform="Insert"/>\n</configuration>';
  const [cookies] = all(text, "httpCookies");
  expect(cookies).not.toHaveProperty("innerSpan");
  const [ssl, transform] = cookies!.attributes;
  expect([ssl?.name, ssl?.value]).toEqual(["requireSSL", 'a&" b']);
  expect(at(text, ssl?.span)).toBe("requireSSL = 'a&amp;\"\tb'");
  expect(at(text, ssl?.valueSpan)).toBe('a&amp;"\tb');
  expect([transform?.prefix, transform?.name, transform?.value]).toEqual(["xdt", "Transform", "Insert"]);
});

test.each([
  ["<s>true</s>", "true", "true"],
  ["<s>\r\n true\t</s>", "true", "true"],
  ["<s> &#116;ru&#x65; </s>", "true", "&#116;ru&#x65;"],
  ["<s><![CDATA[ true ]]></s>", "true", "true"],
  ["<s> <!-- no -->true<!-- no --></s>", "true", "true"],
  ["<s>tr<!-- -->ue</s>", "true", undefined],
  ["<s>tr<![CDATA[ue]]></s>", "true", undefined],
  ["<s>${cookie.secure}</s>", "${cookie.secure}", "${cookie.secure}"],
  ["<s>a\r\nb\rc</s>", "a\nb\nc", "a\r\nb\rc"],
  ["<s>\u00a0true</s>", "\u00a0true", "\u00a0true"],
  ["<s></s>", "", ""],
  ["<s> <!-- true --> </s>", "", ""],
  ["<s/>", "", undefined],
])("the text of %j", (text, value, span) => {
  const [node] = all(text, "s");
  expect(node?.value).toBe(value);
  expect(at(text, node?.valueSpan)).toBe(span);
});

const withDoctype = (subset: string, content: string) => `<!DOCTYPE r [${subset}]>\n<r>${content}</r>`;

test.each([
  ['<!ENTITY sec "true">', "&sec;", "true"],
  ["<!ENTITY sec 'true'><!ENTITY sec \"false\">", "&sec;", "true"],
  ['<!-- <!ENTITY sec "no"> it\'s --><!ENTITY % p "<!ENTITY sec \'no\'>"><!ENTITY sec "a &amp; b">', "&sec;", "a & b"],
  ['<!ELEMENT r (#PCDATA)><?p "?><!ENTITY sec "t">', "&sec;rue", "true"],
])("resolves a file's own entities: %s", (subset, content, value) => {
  const text = withDoctype(subset, content);
  expect(all(text, "r")[0]?.value).toBe(value);
  expect(at(text, all(text, "r")[0]?.valueSpan)).toBe(content);
});

test.each([
  ['<!ENTITY sec SYSTEM "file:///etc/passwd">'],
  ['<!ENTITY a "true"><!ENTITY sec "&a;">'],
  ['<!ENTITY sec "<a/>">'],
  ['<!ENTITY sec "&sec;">'],
])("does not follow %s", (subset) => {
  const text = withDoctype(subset, " &sec;");
  expect(all(text, "r")[0]?.value).toBe("&sec;");
  expect(read(text).errors.map((error) => [at(text, error.span), error.because])).toEqual([
    ["&sec;", "this entity is external, holds markup or is made of others: it is not resolved"],
  ]);
});

const level = (n: number) => `<!ENTITY l${n} "${`&l${n - 1};`.repeat(10)}">`;

test("ends at once on entities that multiply", () => {
  const laughs = withDoctype(
    `<!ENTITY l0 "ha">${[1, 2, 3, 4, 5, 6, 7, 8, 9].map(level).join("")}`,
    "&l9;".repeat(9_999),
  );
  const blowup = withDoctype(`<!ENTITY a "${"a".repeat(50_000)}">`, "&a;".repeat(100_000));
  expect(because(laughs)[0]).toContain("not resolved");
  expect(because(blowup)[0]).toBe("entities come to more than 100000 characters");
  expect(String(all(blowup, "r")[0]?.value).length).toBeLessThan(1_000_000);
});

const COOKIES = '<httpCookies requireSSL="false"/>';

test.each([
  ["two documents", `<a/>\r\n<b>${COOKIES}</b>`, "the file has more than one root element"],
  ["an undeclared entity", `<a>&nbsp;😀${COOKIES}</a>`, "Named entity isn't defined: &nbsp;"],
  ["a missing end tag", `<a><b><c>${COOKIES}</b></a>`, "this element is not closed"],
  ["a stray end tag", `<a></b>${COOKIES}</a>`, "this end tag closes no element"],
  ["a file cut short", `<a><b>${COOKIES}<c d="`, "this element is not closed"],
  ["a file cut short in a comment", `<a>${COOKIES}<!-- `, "this element is not closed"],
  ["a file cut short in CDATA", `<a>${COOKIES}<![CDATA[ `, "this element is not closed"],
  ["Razor", `@if (a < b && c <d) {\n  <a @x>${COOKIES}\n}`, "Root element is missing or invalid"],
  ["T4", `<#@ template language="C#" #>\n<a>${COOKIES}<# } #></a>`, "Root element is missing or invalid"],
  ["a merge conflict", `<a>\n<<<<<<< HEAD\n${COOKIES}\n=======\n</a>`, "Missing end tag for element a"],
  ["a quote that is missing", `<a>\n<b c="d>\n</b>\n${COOKIES}</a>`, "this end tag closes no element"],
  ["an ampersand", `<a b="?c&d">${COOKIES}</a>`, "Unterminated reference (a reference must end with `;`)"],
  ["equal attributes", `<a b="1" b="2">${COOKIES}</a>`, "Duplicate attribute: b"],
  ["a comment between attributes", `<a\n  // note: off\n  b="1">${COOKIES}</a>`, "Unclosed start tag for element `a`"],
  ["bare attributes", `<a b=/c/d e>${COOKIES}</a>`, "Attribute value expected"],
  ["a broken document type", `<!DOCTYPE a PUBLIC "x><a>${COOKIES}</a>`, "Invalid character in public identifier"],
  ["nothing at its root", `\uFEFF ${COOKIES} text`, "Extra content at the end of the document"],
])("reads on through %s", (_, text, reason) => {
  expect(because(text)).toContain(reason);
  const [cookies] = all(text, "httpCookies");
  expect(at(text, cookies?.span)).toBe(COOKIES);
  expect(at(text, cookies?.attributes[0]?.valueSpan)).toBe("false");
});

test("tells where an error is, also after astral characters", () => {
  const text = "<a>😀😀&nbsp;</a>";
  expect(read(text).errors[0]?.span.start).toBe(text.indexOf("&"));
});

test("what is not closed ends where its parent does", () => {
  const text = "<a><b><c></a>";
  expect(all(text, "b").map((node) => at(text, node.innerSpan))).toEqual(["<c>"]);
});

test("passes over what is nested too deep, and reads on", () => {
  const text = `<a>${"<b>".repeat(200_000)}<c/>${"</b>".repeat(200_000)}${COOKIES}</a>`;
  const settings = read(text);
  expect(settings.errors.map((error) => error.because)).toEqual(["nested deeper than 500"]);
  expect(named(settings.roots, "c")).toEqual([]);
  expect(at(text, settings.roots[0]?.children.at(-1)?.span)).toBe(COOKIES);
});

type Plain = { name: string; attributes: Record<string, string>; text: string; children: Plain[]; source: string };

const fullName = ({ name, prefix }: { name: string; prefix?: string }) =>
  prefix === undefined ? name : `${prefix}:${name}`;
const strip = (text: string) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");

const ours = (node: SettingNode, text: string): Plain => ({
  name: fullName(node),
  attributes: Object.fromEntries(node.attributes.map((attribute) => [fullName(attribute), attribute.value])),
  text: String(node.value ?? ""),
  children: node.children.map((child) => ours(child, text)),
  source: at(text, node.span)!,
});

const theirs = (node: XmlElement, text: string): Plain => ({
  name: node.name,
  attributes: { ...node.attributes },
  text: strip(node.children.map((child) => (child instanceof XmlText ? child.text : "")).join("")),
  children: node.children.filter((child) => child instanceof XmlElement).map((child) => theirs(child, text)),
  source: text.slice(node.start, node.end),
});

const content = fc.constantFrom("a", " ", "\r\n", "\t", "é", "😀", "&lt;", "&#10;", "&#x1F600;", "&e;", ">", "'", "$");
const value = fc.array(content, { maxLength: 4 }).map((parts) => parts.join(""));
const name = fc.constantFrom("a", "b-c", "x:y", "é", "_1");
const attributes = fc
  .uniqueArray(fc.tuple(name, value, fc.constantFrom(" ", "\r\n\t")), { selector: ([key]) => key, maxLength: 3 })
  .map((list) => list.map(([key, text, space]) => `${space}${key}${space.trim()}="${text}"`).join(""));
const { element } = fc.letrec<{ element: string; child: string }>((tie) => ({
  element: fc
    .tuple(name, attributes, fc.array(tie("child"), { maxLength: 4 }))
    .map(([tag, list, children]) =>
      children.length === 0 ? `<${tag}${list} />` : `<${tag}${list}>${children.join("")}</${tag}\n>`,
    ),
  child: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    value,
    fc.constantFrom("<!-- <a> -->", "<![CDATA[<a>\r\n&e;]]>", "<?p <a> ?>", "<![CDATA[]]>"),
    tie("element"),
  ),
}));

test("agrees with parse-xml on every well-formed file", () => {
  fc.assert(
    fc.property(element, fc.constantFrom("", "\uFEFF"), (root, mark) => {
      const text = `${mark}<?xml version="1.0"?>\r\n<!DOCTYPE a [<!ENTITY e "E ">]>\r\n${root}\r\n`;
      const settings = read(text);
      expect(settings.errors).toEqual([]);
      const expected = parseXml(text, { includeOffsets: true, resolveUndefinedEntity: () => "E " }).root!;
      expect(ours(settings.roots[0]!, text)).toEqual(theirs(expected, text));
    }),
    { numRuns: 500 },
  );
});

test("never throws, and every span lies within the text", () => {
  const scraps = [
    "<",
    ">",
    "/",
    "a",
    "=",
    '"',
    "'",
    " ",
    "\n",
    "&",
    ";",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
  ];
  const unit = fc.constantFrom(...scraps, "<!DOCTYPE a [", "]", "<!ENTITY a ", "</a>", "\ud83d");
  fc.assert(
    fc.property(fc.array(unit), (parts) => {
      const text = parts.join("");
      const visit = (node: SettingNode) => {
        const spans = [node.span, node.nameSpan, node.valueSpan, node.innerSpan];
        for (const attribute of node.attributes) spans.push(attribute.span, attribute.valueSpan);
        for (const span of spans) {
          if (span) expect(0 <= span.start && span.start <= span.end && span.end <= text.length).toBe(true);
        }
        node.children.forEach(visit);
      };
      read(text).roots.forEach(visit);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ["<a>", ""],
  ["</a>", "<a>"],
  ["<a/>", "<r>"],
  ["<", ""],
  ["<!--", ""],
  ["<!-- -->", "<a>"],
  ["<![CDATA[", "<a>"],
  ["<![CDATA[]]>", "<a>"],
  ["<?", ""],
  ["<!DOCTYPE a [", ""],
  ["<!ENTITY a '", "<!DOCTYPE a ["],
  ["<!", ""],
  ["\r\n", "<a>"],
  ["\r", '<a b="'],
  [" ", "<a"],
  [" b='<a c=\"'", "<a"],
  [' g="<a h=\'" d="\' e="', "<a"],
  ["<a b='\n", ""],
  ["<a b=\"\n<a b='\n", ""],
  ["<a b", ""],
  ["a", "<"],
  ["&a;", "<a>"],
  ["&", "<a>"],
  ["é", "<a>"],
  ["😀", "<a>"],
  ["]]", "<a>"],
  ["<a></b>", ""],
])("reads a megabyte of %j after %j", (unit, before) => {
  const text = before + unit.repeat(1_000_000 / unit.length);
  expect(read(text).errors.length).toBeLessThanOrEqual(100);
});

test("a megabyte of well-formed CRLF text is read", () => {
  const text = `<a>${"\r\n".repeat(500_000)}</a>`;
  expect(because(text)).toEqual([]);
});
