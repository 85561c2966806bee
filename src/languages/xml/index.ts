import { parseXml, XmlError } from "@rgrove/parse-xml";
import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingAttribute, SettingNode, Settings } from "../../settings.ts";

/** Elements nested deeper than this are passed over. */
const DEPTH = 500;
/** A file that is not XML at all need not be told so once for each tag. */
const ERRORS = 100;
/** How many characters all uses of a file's own entities may come to. */
const EXPANSION = 100_000;

/**
 * XML, also where it is broken: templates, two documents in one file, a file cut short.
 *
 * One tolerant scanner reads every file, because parse-xml gives no offsets for attributes and tags and nothing for
 * what it refuses; parse-xml then says whether the file is well-formed.
 */
export const xml: SettingsLanguage = {
  kind: "settings",
  name: "xml",
  extensions: [".xml", ".config", ".csproj", ".vbproj", ".props", ".xdt"],
  read,
};

type Draft = { -readonly [K in keyof SettingNode]: SettingNode[K] };

interface Element {
  readonly node: Draft;
  readonly qualifiedName: string;
  readonly children: SettingNode[];
  /** The direct text, and where its pieces that are not blank stand. */
  text: string;
  readonly runs: Span[];
}

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const roots: SettingNode[] = [];
  const open: Element[] = [];
  const openNames = new Map<string, number>();
  let entities: Entities = new Map();
  let expansion = 0;
  let passedOver = 0;

  const fail = ({ start, end }: Span, because: string) => {
    if (errors.length < ERRORS) errors.push({ span: { start, end }, because });
  };

  /** What the text from `start` to `end` stands for; in attributes each white space is a blank. */
  const resolve = (start: number, end: number, inAttribute: boolean): string =>
    text.slice(start, end).replace(PIECE, (piece: string, reference: string | undefined, offset: number) => {
      if (reference === undefined) return inAttribute ? " " : piece.replace(LINE_END, "\n");
      const known = character(reference);
      if (known !== undefined) return known;
      if (!entities.has(reference)) return piece;
      const replacement = entities.get(reference);
      const span = { start: start + offset, end: start + offset + piece.length };
      expansion += replacement?.length ?? 0;
      if (replacement !== undefined && expansion <= EXPANSION) return replacement;
      fail(span, replacement === undefined ? UNRESOLVED : `entities come to more than ${EXPANSION} characters`);
      return piece;
    });

  const attribute = ({ name, span, valueSpan }: RawAttribute): SettingAttribute => {
    const value = resolve(valueSpan.start, valueSpan.end, true);
    const colon = name.indexOf(":");
    if (colon === -1) return { name, value, span, valueSpan };
    return { name: name.slice(colon + 1), prefix: name.slice(0, colon), value, span, valueSpan };
  };

  const startElement = (tag: StartTag) => {
    if (open.length === DEPTH) {
      if (passedOver === 0) fail(tag, `nested deeper than ${DEPTH}`);
      if (!tag.empty) passedOver += 1;
      return;
    }
    if (open.length === 0 && roots.length > 0) fail(tag, "the file has more than one root element");
    const children: SettingNode[] = [];
    const colon = tag.name.indexOf(":");
    const node: Draft = {
      name: tag.name.slice(colon + 1),
      attributes: tag.attributes.map(attribute),
      children,
      span: { start: tag.start, end: tag.end },
      nameSpan: { start: tag.start + 1, end: tag.start + 1 + tag.name.length },
    };
    if (colon !== -1) node.prefix = tag.name.slice(0, colon);
    (open.at(-1)?.children ?? roots).push(node);
    if (tag.empty) {
      node.value = "";
      return;
    }
    open.push({ node, qualifiedName: tag.name, children, text: "", runs: [] });
    openNames.set(tag.name, (openNames.get(tag.name) ?? 0) + 1);
    node.innerSpan = { start: tag.end, end: tag.end };
  };

  /** Ends the innermost element, whose content reaches to `innerEnd` and which itself reaches to `end`. */
  const finish = (innerEnd: number, end: number) => {
    const { node, qualifiedName, children, text: content, runs } = open.pop()!;
    openNames.set(qualifiedName, openNames.get(qualifiedName)! - 1);
    const inner = { start: node.innerSpan!.start, end: innerEnd };
    node.span = { start: node.span.start, end };
    node.innerSpan = inner;
    const bounds = trimmed(content, 0, content.length);
    if (runs.length > 0 || children.length === 0) node.value = content.slice(bounds.start, bounds.end);
    if (runs.length === 1) node.valueSpan = runs[0]!;
    else if (node.value === "") node.valueSpan = { start: inner.start, end: inner.start };
  };

  const endElement = (tag: EndTag) => {
    if (passedOver > 0) {
      passedOver -= 1;
      return;
    }
    if (!openNames.get(tag.name)) {
      fail(tag, "this end tag closes no element");
      return;
    }
    while (open.at(-1)!.qualifiedName !== tag.name) {
      fail(open.at(-1)!.node.nameSpan, "this element is not closed");
      finish(tag.start, tag.start);
    }
    finish(tag.start, tag.end);
  };

  const addText = (start: number, end: number, content: string) => {
    const element = open.at(-1);
    if (!element || passedOver > 0) return;
    element.text += content;
    const run = trimmed(text, start, end);
    if (run.start < run.end) element.runs.push(run);
  };

  for (const token of tokens(text)) {
    if (token.kind === "start") startElement(token);
    else if (token.kind === "end") endElement(token);
    else if (token.kind === "comment") comments.push({ start: token.start, end: token.end });
    else if (token.kind === "doctype") entities = token.entities;
    else if (token.kind === "text") addText(token.start, token.end, resolve(token.start, token.end, false));
    else if (token.kind === "cdata") {
      const { start, end } = token.inner;
      addText(start, end, text.slice(start, end).replace(LINE_END, "\n"));
    }
  }
  while (open.length > 0) {
    fail(open.at(-1)!.node.nameSpan, "this element is not closed");
    finish(text.length, text.length);
  }
  const refusal = errors.length === 0 ? refusalOf(text, entities) : undefined;
  if (refusal) errors.push(refusal);
  return { kind: "settings", file, format: "xml", roots, comments, errors };
}

/** Where and why the file is not well-formed, as parse-xml sees it; undefined when it is. */
function refusalOf(text: string, entities: Entities): { span: Span; because: string } | undefined {
  try {
    // parse-xml takes quadratic time to normalise many line ends, and their kind is of no interest here.
    parseXml(text.replaceAll("\r", "\n"), {
      resolveUndefinedEntity: (reference) => (entities.has(reference.slice(1, -1)) ? "-" : undefined),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof XmlError)) return { span: { start: 0, end: text.length }, because: String(error) };
    // The rest of the message quotes the file.
    const because = error.message.split(/ \(line |\n/, 1)[0]!;
    const start = Math.min(text.length, codeUnits(text, error.pos));
    return { span: { start, end: Math.min(text.length, start + 1) }, because };
  }
}

/** The offset of the code point with this index: parse-xml counts its errors' positions in code points. */
function codeUnits(text: string, codePoints: number): number {
  let at = 0;
  for (let count = 0; count < codePoints && at < text.length; count += 1) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

const LINE_END = /\r\n?/g;
const PIECE = /\r\n?|[\t\n]|&(#\d{1,7}|#x[0-9a-fA-F]{1,6}|[\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*);/gu;
const UNRESOLVED = "this entity is external, holds markup or is made of others: it is not resolved";

function trimmed(text: string, start: number, end: number): Span {
  let first = start;
  let last = end;
  while (first < last && isSpace(text[first])) first += 1;
  while (first < last && isSpace(text[last - 1])) last -= 1;
  return { start: first, end: last };
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

interface RawAttribute {
  readonly name: string;
  readonly span: Span;
  readonly valueSpan: Span;
}

interface StartTag extends Span {
  readonly kind: "start";
  readonly name: string;
  readonly attributes: readonly RawAttribute[];
  /** Is it `<a/>`? */
  readonly empty: boolean;
}

interface EndTag extends Span {
  readonly kind: "end";
  readonly name: string;
}

type Markup =
  | StartTag
  | EndTag
  | (Span & { readonly kind: "cdata"; readonly inner: Span })
  | (Span & { readonly kind: "doctype"; readonly entities: Entities })
  | (Span & { readonly kind: "comment" | "instruction" | "text" });

/** Cuts the file into tags, comments and text. It never goes back, not even after a broken tag: linear time. */
function* tokens(text: string): Generator<Markup> {
  let textStart = 0;
  let doctype = false;
  for (let at = text.indexOf("<"); at !== -1; ) {
    const token = markupAt(text, at, doctype);
    if (token.kind === "doctype") doctype = true;
    if (token.kind !== "text") {
      if (textStart < at) yield { kind: "text", start: textStart, end: at };
      yield token;
      textStart = token.end;
    }
    at = text.indexOf("<", token.end);
  }
  if (textStart < text.length) yield { kind: "text", start: textStart, end: text.length };
}

/** @returns what begins with the `<` at `start`; `text` up to where it turned out to be no markup */
function markupAt(text: string, start: number, afterDoctype: boolean): Markup {
  const second = text[start + 1];
  if (second === "/") return endTag(text, start);
  if (second === "?") return { kind: "instruction", start, end: endOf("?>", text, start + 2) };
  if (second !== "!") return startTag(text, start);
  if (text.startsWith("<!--", start)) return { kind: "comment", start, end: endOf("-->", text, start + 4) };
  if (text.startsWith("<![CDATA[", start)) {
    const close = text.indexOf("]]>", start + 9);
    const innerEnd = close === -1 ? text.length : close;
    const end = close === -1 ? text.length : close + 3;
    return { kind: "cdata", start, end, inner: { start: start + 9, end: innerEnd } };
  }
  if (!afterDoctype && text.startsWith("<!DOCTYPE", start)) return doctypeAt(text, start);
  return { kind: "instruction", start, end: endOf(">", text, start + 2) };
}

function endOf(mark: string, text: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at + mark.length;
}

const END_TAG = /<\/([\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*)\s*>/uy;

function endTag(text: string, start: number): Markup {
  END_TAG.lastIndex = start;
  const name = END_TAG.exec(text)?.[1];
  if (name === undefined) return { kind: "text", start, end: start + 2 };
  return { kind: "end", start, end: END_TAG.lastIndex, name };
}

const TAG_NAME = /<([\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*)/uy;
const TAG_END = /\s*(\/?)>/y;
const ATTRIBUTE = /\s+([\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*)(\s*=\s*(["'])?)?/uy;
/** A comment of another language, put between attributes. */
const STRAY = /\s+\/\/[^\n"'<>]*/y;
const UNQUOTED = /(?:[^\s"'<>=`/]|\/(?!>))*/y;

/** Attributes without quotes are read too; those without a value, and line comments, are passed over. */
function startTag(text: string, start: number): Markup {
  TAG_NAME.lastIndex = start;
  const name = TAG_NAME.exec(text)?.[1];
  if (name === undefined) return { kind: "text", start, end: start + 1 };
  const attributes: RawAttribute[] = [];
  for (let at = TAG_NAME.lastIndex; ; ) {
    TAG_END.lastIndex = ATTRIBUTE.lastIndex = at;
    const tagEnd = TAG_END.exec(text);
    if (tagEnd) return { kind: "start", start, end: TAG_END.lastIndex, name, attributes, empty: tagEnd[1] === "/" };
    const match = ATTRIBUTE.exec(text);
    if (!match) {
      STRAY.lastIndex = at;
      if (!STRAY.test(text)) return { kind: "text", start, end: at };
      at = STRAY.lastIndex;
      continue;
    }
    const [whole, attributeName = "", equals, quote] = match;
    const valueStart = at + whole.length;
    const valueEnd = quote === undefined ? unquotedEnd(text, valueStart) : quotedEnd(text, valueStart, quote);
    if (valueEnd === undefined) return { kind: "text", start, end: valueStart };
    const nameStart = at + whole.search(/\S/);
    at = equals === undefined ? valueStart : valueEnd + (quote?.length ?? 0);
    if (equals === undefined) continue;
    const valueSpan = { start: valueStart, end: valueEnd };
    attributes.push({ name: attributeName, span: { start: nameStart, end: at }, valueSpan });
  }
}

function unquotedEnd(text: string, start: number): number {
  UNQUOTED.lastIndex = start;
  UNQUOTED.test(text);
  return UNQUOTED.lastIndex;
}

/** Where a tag begins on a later line before the quote closes, the quote was forgotten. */
function quotedEnd(text: string, start: number, quote: string): number | undefined {
  const end = text.indexOf(quote, start);
  if (end === -1) return undefined;
  const value = text.slice(start, end);
  const line = value.indexOf("\n");
  return line !== -1 && value.includes("<", line) ? undefined : end;
}

/** The entities a file declares; undefined for those that are not resolved. */
type Entities = Map<string, string | undefined>;

const ENTITY = /<!ENTITY\s+([\p{L}_:][\p{L}\p{N}\p{M}_:.·-]*)\s+(?:"([^"]*)"|'([^']*)'|SYSTEM\b|PUBLIC\b)/uy;

/** Reads the entities of a document type; external ones, and parameter entities, are never followed. */
function doctypeAt(text: string, start: number): Markup {
  const entities: Entities = new Map();
  let inSubset = false;
  let at = start + 1;
  while (at < text.length) {
    const first = text[at];
    ENTITY.lastIndex = at;
    const entity = first === "<" ? ENTITY.exec(text) : null;
    if (entity) {
      const [, name = "", double, single] = entity;
      if (!entities.has(name)) entities.set(name, replacementOf(double ?? single));
      at = ENTITY.lastIndex;
    } else if (first === "<" && text.startsWith("<!--", at)) at = endOf("-->", text, at + 4);
    else if (first === "<" && text.startsWith("<?", at)) at = endOf("?>", text, at + 2);
    else if (first === '"' || first === "'") at = endOf(first, text, at + 1);
    else if (first === ">" && !inSubset) return { kind: "doctype", start, end: at + 1, entities };
    else {
      if (first === "[" || first === "]") inSubset = first === "[";
      at += 1;
    }
  }
  return { kind: "doctype", start, end: endOf(">", text, start), entities };
}

/** The text an entity stands for, when it is text and nothing that has to be resolved again. */
function replacementOf(literal: string | undefined): string | undefined {
  let resolved = literal !== undefined;
  const replacement = (literal ?? "").replace(PIECE, (piece: string, reference: string | undefined) => {
    if (reference === undefined) return piece.replace(LINE_END, "\n");
    const known = character(reference);
    resolved &&= known !== undefined;
    return known ?? piece;
  });
  return resolved && !literal?.includes("<") && replacement.length <= EXPANSION ? replacement : undefined;
}

const CHARACTERS = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }));

/** What a character reference or a predefined entity stands for, given without `&` and `;`. */
function character(reference: string): string | undefined {
  if (!reference.startsWith("#")) return CHARACTERS.get(reference);
  const hexadecimal = reference.startsWith("#x");
  const code = Number.parseInt(reference.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
  return code > 0x10ffff ? undefined : String.fromCodePoint(code);
}
