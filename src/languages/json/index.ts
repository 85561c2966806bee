import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";

/** Containers nested deeper than this are passed over. */
const DEPTH = 500;
/** A file that is not JSON at all need not be told so once for each character. */
const ERRORS = 100;

/** JSON; and, read as they are meant, comments, trailing commas, single quotes, bare keys and the numbers of JSON5. */
export const json: SettingsLanguage = {
  kind: "settings",
  name: "json",
  extensions: [".json", ".jsonc", ".json5"],
  read,
};

interface Token {
  readonly kind: "string" | "word" | "comment" | "open" | "close" | "comma" | "colon" | "stray";
  readonly start: number;
  readonly end: number;
  /** Strings: the text between the quotes. Words: all of it. */
  readonly inner: Span;
  /** Strings and comments: false where the closing mark is missing. */
  readonly closed: boolean;
}

const PUNCTUATION: Readonly<Record<string, Token["kind"]>> = {
  "{": "open",
  "[": "open",
  "}": "close",
  "]": "close",
  ",": "comma",
  ":": "colon",
  "/": "stray",
};
const SPACE = /[\s\uFEFF]+/y;
const WORD = /[^\s\uFEFF,:[\]{}"'/]+/y;
const LINE_BREAK = /[\r\n]|$/g;

function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    SPACE.lastIndex = at;
    if (SPACE.test(text)) at = SPACE.lastIndex;
    if (at === text.length) return;
    const token = comment(text, at) ?? string(text, at) ?? punctuation(text, at) ?? word(text, at);
    yield token;
    at = token.end;
  }
}

function comment(text: string, start: number): Token | undefined {
  if (text.startsWith("//", start)) {
    const end = matchFrom(LINE_BREAK, text, start);
    return { kind: "comment", start, end, inner: { start, end }, closed: true };
  }
  if (!text.startsWith("/*", start)) return undefined;
  const close = text.indexOf("*/", start + 2);
  const end = close === -1 ? text.length : close + 2;
  return { kind: "comment", start, end, inner: { start, end }, closed: close !== -1 };
}

/** A string ends at its quote or, where that is missing, at the end of its line. */
function string(text: string, start: number): Token | undefined {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return undefined;
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== "\n" && text[at] !== "\r") {
    if (text[at] === "\\") at += text.startsWith("\r\n", at + 1) ? 3 : 2;
    else at += 1;
  }
  at = Math.min(at, text.length);
  const closed = text[at] === quote;
  return { kind: "string", start, end: closed ? at + 1 : at, inner: { start: start + 1, end: at }, closed };
}

function punctuation(text: string, start: number): Token | undefined {
  const kind = PUNCTUATION[text[start]!];
  const end = start + 1;
  return kind && { kind, start, end, inner: { start, end }, closed: true };
}

function word(text: string, start: number): Token {
  const end = start + matchLength(WORD, text, start);
  return { kind: "word", start, end, inner: { start, end }, closed: true };
}

function matchFrom(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

function matchLength(sticky: RegExp, text: string, from: number): number {
  sticky.lastIndex = from;
  return sticky.exec(text)?.[0].length ?? 0;
}

type Draft = { -readonly [K in keyof SettingNode]: SettingNode[K] };

interface Container {
  readonly node: Draft;
  readonly children: SettingNode[];
  readonly closer: string;
  /** A key that waits for its value. */
  key?: { readonly name: string; readonly span: Span } | undefined;
  /** Has the key's colon been read? */
  colon: boolean;
}

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const roots: SettingNode[] = [];
  const open: Container[] = [];
  let passedOver = 0;

  const fail = ({ start, end }: Span, because: string) => {
    if (errors.length < ERRORS) errors.push({ span: { start, end }, because });
  };

  /** Puts a node where the innermost container, or the file, takes its next value. */
  const place = ({ start, end }: Span): Draft => {
    const parent = open.at(-1);
    const key = parent?.key;
    const siblings = parent?.children ?? roots;
    if (parent?.closer === "}" && !(key && parent.colon)) fail({ start, end }, "`key: value` is expected here");
    if (!parent && roots.length > 0) fail({ start, end }, "the file holds more than one value");
    if (parent) parent.key = undefined;
    const node: Draft = {
      name: key?.name ?? (parent ? String(siblings.length) : ""),
      attributes: [],
      children: [],
      span: { start: key?.span.start ?? start, end },
      nameSpan: key?.span ?? { start, end: start },
    };
    siblings.push(node);
    return node;
  };

  const dropKey = (container: Container | undefined) => {
    if (!container?.key) return;
    fail(container.key.span, "this key has no value");
    container.key = undefined;
  };

  const onOpen = (token: Token) => {
    if (open.length === DEPTH) {
      if (passedOver === 0) fail(token, `nested deeper than ${DEPTH}`);
      passedOver += 1;
      return;
    }
    const node = place({ start: token.start, end: text.length });
    const children: SettingNode[] = [];
    node.children = children;
    node.innerSpan = { start: token.end, end: text.length };
    open.push({ node, children, closer: text[token.start] === "{" ? "}" : "]", colon: false });
  };

  const onClose = (token: Token) => {
    if (passedOver > 0) {
      passedOver -= 1;
      return;
    }
    const container = open.pop();
    dropKey(container);
    if (container?.closer !== text[token.start]) fail(token, "this bracket closes none that is open");
    if (!container) return;
    container.node.span = { start: container.node.span.start, end: token.end };
    container.node.innerSpan = { start: container.node.innerSpan!.start, end: token.start };
  };

  const onScalar = (token: Token) => {
    if (!token.closed) fail(token, "the closing quote is missing");
    const raw = text.slice(token.inner.start, token.inner.end);
    const container = open.at(-1);
    if (container?.closer === "}" && !(container.key && container.colon)) {
      dropKey(container);
      const name = token.kind === "string" ? unescaped(raw) : raw;
      container.key = { name, span: { start: token.start, end: token.end } };
      container.colon = false;
      return;
    }
    const node = place(token);
    node.valueSpan = token.inner;
    const value = token.kind === "string" ? unescaped(raw) : literal(raw);
    if (value === undefined) fail(token, "this is no JSON value");
    else node.value = value;
  };

  for (const token of tokens(text)) {
    if (token.kind === "comment") {
      comments.push(token.inner);
      if (!token.closed) fail(token, "the comment is not closed");
    } else if (token.kind === "open") onOpen(token);
    else if (token.kind === "close") onClose(token);
    else if (passedOver > 0) continue;
    else if (token.kind === "comma") dropKey(open.at(-1));
    else if (token.kind === "string" || token.kind === "word") onScalar(token);
    else {
      const container = open.at(-1);
      if (token.kind === "colon" && container?.key && !container.colon) container.colon = true;
      else fail(token, `\`${text[token.start]}\` is not expected here`);
    }
  }
  for (const container of open) {
    dropKey(container);
    const { start } = container.node.innerSpan!;
    fail({ start: start - 1, end: start }, "this bracket is not closed");
  }
  return { kind: "settings", file, format: "json", roots, comments, errors };
}

const NUMBER = /^[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|Infinity|NaN)$/;
const WORDS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/** @returns undefined for a word that stands for no value */
function literal(raw: string): number | boolean | null | undefined {
  if (!NUMBER.test(raw)) return WORDS.get(raw);
  const size = Number(raw.replace(/^[-+]/, ""));
  return raw.startsWith("-") ? -size : size;
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\n\r\u2028\u2029])|([^]))/g;
const ESCAPES = new Map(Object.entries({ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" }));

function unescaped(raw: string): string {
  return raw.replace(ESCAPE, (_, u?: string, x?: string, lineBreak?: string, other?: string) => {
    const hex = u ?? x;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return lineBreak === undefined ? (ESCAPES.get(other!) ?? other!) : "";
  });
}
