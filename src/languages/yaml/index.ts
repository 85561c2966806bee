import {
  Composer,
  CST,
  type Document,
  isAlias,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";

/** A file is read up to where it is nested deeper than this. */
const DEPTH = 500;
/** A file is read up to this many lexemes, which is about a megabyte of what people write. */
const LEXEMES = 300_000;
/** A file that is not YAML at all need not be told so once for each line. */
const ERRORS = 100;
/** How many nodes all aliases and merges of a file may come to. */
const EXPANSION = 50_000;

/**
 * YAML 1.2, also with template expressions (Helm, Jinja, ERB): these are read as text. Aliases and merge keys are
 * resolved; what they bring keeps the spans of where it stands.
 */
export const yaml: SettingsLanguage = { kind: "settings", name: "yaml", extensions: [".yaml", ".yml"], read };

type Fail = (start: number, end: number, because: string) => void;

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const fail: Fail = (start, end, because) => {
    const span = { start: Math.min(start, text.length), end: Math.min(end, text.length) };
    if (errors.length < ERRORS) errors.push({ span, because });
  };
  const masked = withoutTemplates(text);
  const original = masked === text ? (value: string) => value : withTemplates;
  const roots: SettingNode[] = [];
  const { stackTraceLimit } = Error;
  // The package makes an Error for each complaint, of which nobody reads the trace: a hostile file has many.
  Error.stackTraceLimit = 0;
  try {
    for (const document of documents(masked, comments, fail)) {
      for (const { pos, message } of document.errors) fail(pos[0], pos[1], message.split(": ", 1)[0]!);
      if (isNode(document.contents)) roots.push(settingsOf(document.contents, masked, original, fail));
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  const written = comments.filter(({ start }) => text[start] === "#");
  return { kind: "settings", file, format: "yaml", roots, comments: written, errors };
}

/** Drives the parser lexeme by lexeme, to end it before it goes too deep: the composer is recursive. */
function* documents(text: string, comments: Span[], fail: Fail): Generator<Document.Parsed> {
  const parser = new Parser();
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  const compose = function* (tokens: Iterable<CST.Token>) {
    for (const token of tokens) {
      if (token.type === "error")
        fail(token.offset, token.offset + token.source.length, token.message.split(": ", 1)[0]!);
      else yield* composer.next(token);
    }
  };
  let lexemes = 0;
  let isScalarNext = false;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > LEXEMES || parser.stack.length > DEPTH) {
      const because = lexemes > LEXEMES ? "the file is too long" : `nested deeper than ${DEPTH}`;
      fail(parser.offset, text.length, `${because}: the rest is not read`);
      break;
    }
    if (!isScalarNext && lexeme.startsWith("#")) {
      comments.push({ start: parser.offset, end: parser.offset + lexeme.length });
    }
    isScalarNext = lexeme === CST.SCALAR;
    yield* compose(parser.next(lexeme));
  }
  yield* compose(parser.end());
  yield* composer.end();
}

/** What a node holds, apart from its name. */
type Body = Omit<SettingNode, "name" | "nameSpan" | "attributes">;

interface Content {
  readonly body: Body;
  /** How many nodes it comes to, with those that aliases bring. */
  readonly size: number;
}

/** Recursive, like the composer: `documents` has seen to the depth. */
function settingsOf(root: Node, text: string, original: (value: string) => string, fail: Fail): SettingNode {
  const anchors = new Map<string, Content>();
  let expansion = 0;

  const contentOf = (node: Node): Content => {
    if (isAlias(node)) return aliasContent(node.source, spanOf(node, text));
    const content = isScalar(node) ? scalarContent(node) : collectionContent(node);
    if (node.anchor !== undefined) anchors.set(node.anchor, content);
    return content;
  };

  /** Shares the children of what the alias stands for. */
  const aliasContent = (name: string, span: Span): Content => {
    const target = anchors.get(name);
    expansion += target?.size ?? 0;
    if (target && expansion <= EXPANSION) {
      const { body, size } = target;
      return { body: { ...body, span, ...(body.valueSpan && { valueSpan: span }) }, size };
    }
    const because = target
      ? `aliases come to more than ${EXPANSION} nodes`
      : "no anchor before this alias has its name";
    fail(span.start, span.end, because);
    return { body: { span, children: [] }, size: 1 };
  };

  const scalarContent = (node: Scalar): Content => {
    const span = spanOf(node, text);
    const { value: read, source = "" } = node;
    const isTyped = read === null || typeof read === "number" || typeof read === "boolean";
    const value = isTyped ? read : original(typeof read === "string" ? read : source);
    const body = { span, value, children: [] };
    return { body: span.start === span.end ? body : { ...body, valueSpan: withoutQuotes(span, node, text) }, size: 1 };
  };

  const collectionContent = (node: YAMLMap | YAMLSeq): Content => {
    const children: SettingNode[] = [];
    const merged: SettingNode[] = [];
    const names = new Set<string>();
    let size = 1;
    let end: number | undefined;
    const addPair = ({ key, value }: Pair<Node, Node | null>) => {
      const { span: nameSpan, value: keyValue } = contentOf(key).body;
      const none: Content = { body: { span: at(nameSpan.end), value: null, children: [] }, size: 1 };
      const { body, size: valueSize } = value ? contentOf(value) : none;
      size += valueSize;
      end = Math.max(nameSpan.end, body.span.end);
      if (isMergeKey(key)) {
        merged.push(...(isSeq(value) ? body.children.flatMap((item) => item.children) : body.children));
        return;
      }
      const name = isScalar(key) && key.type === "PLAIN" ? original(key.source ?? "") : String(keyValue ?? "");
      if (names.has(name)) fail(nameSpan.start, nameSpan.end, "this key is given twice");
      names.add(name);
      children.push(settingNode(name, nameSpan, body));
    };
    const addItem = (item: Node) => {
      const { body, size: itemSize } = contentOf(item);
      size += itemSize;
      end = body.span.end;
      children.push(settingNode(String(children.length), at(body.span.start), body));
    };
    for (const item of node.items) {
      if (isPair(item)) addPair(item as Pair<Node, Node | null>);
      else if (isNode(item)) addItem(item);
    }
    const spans = spansOf(node, end, text);
    for (const child of merged) {
      if (!names.has(child.name)) children.push(child);
      names.add(child.name);
    }
    return { body: { ...spans, children }, size };
  };

  const { body } = contentOf(root);
  return settingNode("", at(body.span.start), body);
}

function settingNode(name: string, nameSpan: Span, body: Body): SettingNode {
  const span = { start: nameSpan.start, end: Math.max(nameSpan.end, body.span.end) };
  return { name, attributes: [], ...body, span, nameSpan };
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

/** Without the line end of a block scalar; and within the text, where the package looks beyond its end. */
function spanOf(node: Node, text: string): Span {
  const start = Math.min(node.range?.[0] ?? 0, text.length);
  const end = Math.min(Math.max(start, node.range?.[1] ?? 0), text.length);
  if (!isScalar(node) || !node.type?.startsWith("BLOCK")) return { start, end };
  return { start, end: start + text.slice(start, end).trimEnd().length };
}

function withoutQuotes({ start, end }: Span, { type }: Scalar, text: string): Span {
  if (type !== "QUOTE_DOUBLE" && type !== "QUOTE_SINGLE") return { start, end };
  const isClosed = end - start > 1 && text[end - 1] === text[start];
  return { start: start + 1, end: isClosed ? end - 1 : end };
}

/** A flow collection reaches from bracket to bracket, a block collection to the end of its last entry. */
function spansOf(node: YAMLMap | YAMLSeq, lastEnd: number | undefined, text: string): Pick<Body, "span" | "innerSpan"> {
  const { start, end } = spanOf(node, text);
  if (!node.flow) {
    const span = { start, end: Math.max(start, lastEnd ?? end) };
    return { span, innerSpan: span };
  }
  const inner = Math.min(start + 1, end);
  const isClosed = end > inner && (text[end - 1] === "]" || text[end - 1] === "}");
  return { span: { start, end }, innerSpan: { start: inner, end: isClosed ? end - 1 : end } };
}

function at(offset: number): Span {
  return { start: offset, end: offset };
}

const TEMPLATE = /\{\{[^{}]*\}\}|\{%[^%]*%\}|<%[^%]*%>/g;
const PRIVATE_USE = 0xe000;

/** How a template opens, in a line that is to be a comment to YAML and can be turned back where it is text. */
const OPENERS = ["{{", "{%", "<%"];

/**
 * The text, as long as before, with template expressions in characters that mean nothing to YAML.
 * A line that is nothing but template expressions becomes a comment.
 */
function withoutTemplates(text: string): string {
  if (text.search(TEMPLATE) === -1) return text;
  return text.replace(/[^\r\n]+/g, (line) => {
    const masked = line.replace(TEMPLATE, hidden);
    if (masked === line || line.replace(TEMPLATE, "").trim() !== "") return masked;
    const start = line.length - line.trimStart().length;
    const opener = String.fromCharCode(PRIVATE_USE + OPENERS.indexOf(line.slice(start, start + 2)));
    return `${line.slice(0, start)}#${opener}${masked.slice(start + 2)}`;
  });
}

function hidden(template: string): string {
  return template.replace(/[\t -~]/g, (character) => String.fromCharCode(PRIVATE_USE + character.charCodeAt(0)));
}

function withTemplates(value: string): string {
  return value.replace(/#[\uE000-\uE002]|[\uE009\uE020-\uE07E]/g, (shown) => {
    const code = shown.charCodeAt(shown.length - 1) - PRIVATE_USE;
    return shown.length === 1 ? String.fromCharCode(code) : OPENERS[code]!;
  });
}
