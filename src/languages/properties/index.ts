import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";

/**
 * Java properties: keys keep their dots and stand in order under one root, equal keys too.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
 */
export const properties: SettingsLanguage = {
  kind: "settings",
  name: "properties",
  extensions: [".properties"],
  read,
};

/** A file that is not of this format need not be told so once for each line. */
const ERRORS = 100;

const BLANK = /[ \t\f\r\n]*/y;
const COMMENT = /[#!][^\r\n]*/y;
const LINE_BREAK = /\r\n|[\r\n]/;

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const children: SettingNode[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  for (at = after(BLANK, text, at); at < text.length; at = after(BLANK, text, at)) {
    const commentEnd = after(COMMENT, text, at);
    if (commentEnd > at) {
      comments.push({ start: at, end: commentEnd });
      at = commentEnd;
    } else {
      const node = property(text, at);
      children.push(node);
      at = node.span.end;
      if (BAD_ESCAPE.test(text.slice(node.span.start, at)) && errors.length < ERRORS) {
        errors.push({ span: node.span, because: "`\\u` is not followed by four hexadecimal digits" });
      }
    }
  }
  const root: SettingNode = {
    name: "",
    attributes: [],
    children,
    span: { start: 0, end: text.length },
    nameSpan: { start: 0, end: 0 },
  };
  return { kind: "settings", file, format: "properties", roots: [root], comments, errors };
}

const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})/;

function after(sticky: RegExp, text: string, from: number): number {
  sticky.lastIndex = from;
  return sticky.test(text) ? sticky.lastIndex : from;
}

/** White space on one logical line: a backslash before a line end joins the lines. */
const SPACE = /(?:[ \t\f]|\\(?:\r\n|[\r\n]))*/y;

function property(text: string, start: number): SettingNode {
  const keyEnd = logicalEnd(text, start, KEY_END);
  const separator = after(SPACE, text, keyEnd);
  const valueStart = /[=:]/.test(text[separator] ?? "") ? after(SPACE, text, separator + 1) : separator;
  const end = logicalEnd(text, valueStart, LINE_BREAK);
  return {
    name: unescaped(text.slice(start, keyEnd)),
    value: unescaped(text.slice(valueStart, end)),
    attributes: [],
    children: [],
    span: { start, end },
    nameSpan: { start, end: keyEnd },
    valueSpan: { start: valueStart, end },
  };
}

const KEY_END = /[=: \t\f\r\n]/;

/** A backslash with what it escapes; a line end goes with the white space that begins the next line. */
const ESCAPED = /\\(?:(?:\r\n|[\r\n])[ \t\f]*|[^]|$)/y;

/** Where a character of `stops` stands that is not escaped. */
function logicalEnd(text: string, start: number, stops: RegExp): number {
  let at = start;
  while (at < text.length && !stops.test(text[at]!)) at = text[at] === "\\" ? after(ESCAPED, text, at) : at + 1;
  return at;
}

const ESCAPE = /\\(?:(\r\n|[\r\n])[ \t\f]*|u([0-9a-fA-F]{4})|([^])|$)/g;
const ESCAPES = new Map(Object.entries({ t: "\t", n: "\n", r: "\r", f: "\f" }));

function unescaped(raw: string): string {
  return raw.replace(ESCAPE, (_, lineBreak?: string, hex?: string, other?: string) => {
    if (lineBreak !== undefined) return "";
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES.get(other ?? "") ?? other ?? "";
  });
}
