import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";

/** A file that is not of this format need not be told so once for each line. */
const ERRORS = 100;

/**
 * `.env` files as the dotenv package reads them, without expansion: `$` stays as it is written.
 * https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 */
export const env: SettingsLanguage = { kind: "settings", name: "env", extensions: [".env"], read };

const BLANK = /\s*/y;
const REST_OF_LINE = /[^\r\n]*/y;
const KEY = /(?:export[^\S\r\n]+)?([\w.-]+)(?:[^\S\r\n]*=|:(?=\s))[^\S\r\n]*/y;
const UNQUOTED = /[^#\r\n]*/y;
const LINE_END = /[^\S\r\n]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y;

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const children: SettingNode[] = [];
  const comment = (from: number, end: number) => {
    const hash = text.slice(from, end).indexOf("#");
    if (hash !== -1) comments.push({ start: from + hash, end });
  };

  for (let at = after(BLANK, text, 0); at < text.length; at = after(BLANK, text, at)) {
    const node = variable(text, at);
    const end = after(REST_OF_LINE, text, node?.span.end ?? at);
    if (node) {
      children.push(node);
      comment(node.span.end, end);
    } else if (text[at] === "#") {
      comments.push({ start: at, end });
    } else if (errors.length < ERRORS) {
      errors.push({ span: { start: at, end }, because: "this is not `NAME=value`" });
    }
    at = end;
  }
  const root: SettingNode = {
    name: "",
    attributes: [],
    children,
    span: { start: 0, end: text.length },
    nameSpan: { start: 0, end: 0 },
  };
  return { kind: "settings", file, format: "env", roots: [root], comments, errors };
}

function variable(text: string, start: number): SettingNode | undefined {
  KEY.lastIndex = start;
  const key = KEY.exec(text);
  const name = key?.[1];
  if (!key || name === undefined) return undefined;
  const nameStart = start + key[0].lastIndexOf(name);
  const at = KEY.lastIndex;
  const { value, valueSpan, end } = quoted(text, at) ?? unquoted(text, at);
  return {
    name,
    value,
    attributes: [],
    children: [],
    span: { start, end },
    nameSpan: { start: nameStart, end: nameStart + name.length },
    valueSpan,
  };
}

interface Value {
  readonly value: string;
  readonly valueSpan: Span;
  readonly end: number;
}

/** A quoted value may have several lines; nothing but a comment may follow it. */
function quoted(text: string, start: number): Value | undefined {
  const quote = text[start];
  if (quote !== '"' && quote !== "'" && quote !== "`") return undefined;
  let close = start + 1;
  while (close < text.length && text[close] !== quote) close += text.startsWith(`\\${quote}`, close) ? 2 : 1;
  LINE_END.lastIndex = close + 1;
  if (text[close] !== quote || !LINE_END.test(text)) return undefined;
  const raw = text.slice(start + 1, close).replaceAll("\r\n", "\n");
  const value = quote === '"' ? raw.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : raw;
  return { value, valueSpan: { start: start + 1, end: close }, end: close + 1 };
}

function unquoted(text: string, start: number): Value {
  const value = text.slice(start, after(UNQUOTED, text, start)).trimEnd();
  const end = start + value.length;
  return { value, valueSpan: { start, end }, end };
}

function after(sticky: RegExp, text: string, from: number): number {
  sticky.lastIndex = from;
  return sticky.test(text) ? sticky.lastIndex : from;
}
