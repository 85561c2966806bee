import type { Expression, Span } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { type Context, children, kidsOf, type Syntax, textOf } from "./context.ts";

export function number(context: Context, node: Syntax): Expression {
  const text = textOf(context, node).replaceAll("_", "").replace(/[lL]$/, "");
  // Python 2 writes octal as 0777.
  const value = Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  const isKept = node.type === "float" ? Number.isFinite(value) : Number.isSafeInteger(value);
  return isKept ? { kind: "literal", value, span: spanOf(node) } : opaque(node, "number");
}

/** One-letter escapes; a line end after the backslash is left out. */
const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const escape = /\\(?:(\n)|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})))/g;

function decode(raw: string, prefix: string): string {
  const text = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  if (prefix.includes("r") || !text.includes("\\")) return text;
  return text.replace(escape, (whole, line, letter, octal, byte, short, long) => {
    if (line !== undefined) return "";
    if (letter !== undefined) return escapes[letter] ?? letter;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
    const code = Number.parseInt(short ?? long, 16);
    return prefix.includes("b") || code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

export function string(context: Context, node: Syntax): Expression {
  const parts = stringParts(context, node);
  return parts === undefined ? opaque(node, "string") : textFrom(parts, node);
}

export function concatenatedString(context: Context, node: Syntax): Expression {
  const parts = kidsOf(context, node).flatMap((kid): readonly (string | Expression)[] => {
    return (kid.type === "string" ? stringParts(context, kid) : undefined) ?? [context.expressionOf(kid)];
  });
  return textFrom(parts, node);
}

function textFrom(parts: readonly (string | Expression)[], span: Span): Expression {
  const joined: (string | Expression)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else if (part !== "") joined.push(part);
  }
  const [first = ""] = joined;
  if (joined.length < 2 && typeof first === "string") return { kind: "literal", value: first, span: spanOf(span) };
  return { kind: "text", parts: joined, span: spanOf(span) };
}

/** @returns undefined when the value is not known: Python 2 backticks, characters called by name */
function stringParts(context: Context, node: Syntax): (string | Expression)[] | undefined {
  const text = textOf(context, node);
  const opening = /^([A-Za-z]{0,3})("""|'''|"|')/.exec(text);
  if (opening === null) return undefined;
  const [start, letters = "", quote = ""] = opening;
  const prefix = letters.toLowerCase();
  const isClosed = text.endsWith(quote) && text.length >= start.length + quote.length;
  const end = node.end - (isClosed ? quote.length : 0);
  const isFormatted = prefix.includes("f") || prefix.includes("t");
  if (!isFormatted) {
    const raw = context.text.slice(node.start + start.length, end);
    if (!prefix.includes("r") && raw.includes("\\N{")) return undefined;
    return [decode(raw, prefix)];
  }
  const parts: (string | Expression)[] = [];
  const literal = (from: number, to: number) => {
    parts.push(
      decode(
        context.text.slice(from, to).replace(/\{\{|\}\}/g, (pair) => pair[0] ?? ""),
        prefix,
      ),
    );
  };
  let position = node.start + start.length;
  for (const hole of kidsOf(context, node).filter((kid) => kid.type === "interpolation")) {
    literal(position, hole.start);
    for (const part of holeParts(context, hole)) parts.push(part);
    position = hole.end;
  }
  literal(position, end);
  return parts;
}

/** The parts of `{value}`, `{value=}`, `{value!r}` and `{value:format}`; the last three print something else than `value`. */
function holeParts(context: Context, hole: Syntax): (string | Expression)[] {
  const [first, ...modifiers] = kidsOf(context, hole);
  const value = first && context.expressionOf(first);
  if (value === undefined) return [opaque(hole, "syntax error")];
  const after = context.text.slice(value.span.end, hole.end - 1).trim();
  if (after === "" || after === "!s" || /^\)+$/.test(after)) return [value];
  const nested = modifiers.filter((kid) => kid.type === "format_specifier").flatMap((kid) => kidsOf(context, kid));
  return [opaque(hole, "formatted", [value, ...nested.flatMap((kid) => children(context, kid).slice(0, 1))])];
}
