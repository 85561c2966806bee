import type { Expression, Span } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { append, expressions, type LowerExpression, literal, type Reading, textOf } from "./reading.ts";
import type { Syntax } from "./syntax.ts";
import { asValue } from "./values.ts";

export function integer(node: Syntax, reading: Reading): Expression {
  const digits = textOf(node, reading).replaceAll("_", "").toLowerCase();
  const value = Number(digits.replace(/^0d(?=\d)/, "").replace(/^0(?=[0-7]+$)/, "0o"));
  return Number.isSafeInteger(value) ? literal(node, value) : opaque(node, "a big number");
}

export function float(node: Syntax, reading: Reading): Expression {
  const value = Number(textOf(node, reading).replaceAll("_", ""));
  return Number.isFinite(value) ? literal(node, value) : opaque(node, "a big number");
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["s", " "],
  ["r", "\r"],
  ["e", "\u001b"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["v", "\v"],
  ["f", "\f"],
  ["\n", ""],
  ["\r\n", ""],
]);

function codePoint(value: number): string {
  return value <= 0x10ffff ? String.fromCodePoint(value) : "\ufffd";
}

/** What one escape sequence of a double-quoted string stands for; `escape` begins with the backslash. */
function unescape(escape: string): string {
  const rest = escape.slice(1);
  if (/^u\{[\da-f\s]*\}$/i.test(rest)) {
    const codes = rest.slice(2, -1).trim().split(/\s+/);
    return codes.map((code) => (code === "" ? "" : codePoint(Number.parseInt(code, 16)))).join("");
  }
  if (/^(?:u[\da-f]{4}|x[\da-f]{1,2})$/i.test(rest)) return codePoint(Number.parseInt(rest.slice(1), 16));
  if (/^[0-7]{1,3}$/.test(rest)) return codePoint(Number.parseInt(rest, 8) & 0xff);
  return ESCAPES.get(rest) ?? rest;
}

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);

/** Characters that a backslash protects in a literal without interpolation; undefined when escapes are decoded. */
function rawDelimiters(node: Syntax, reading: Reading): string | undefined {
  const opening = reading.text.slice(node.start, node.start + 3);
  if (opening.startsWith("'") || opening.startsWith(":'")) return "'\\";
  if (!/^%[qwis]/.test(opening)) return undefined;
  const delimiter = opening[2] ?? "";
  return `\\${delimiter}${CLOSERS.get(delimiter) ?? ""}${/^%[wi]/.test(opening) ? " \n\t" : ""}`;
}

type Part = string | Expression;

export function partsOf(node: Syntax, raw: string | undefined, reading: Reading): Part[] {
  return node.children.map((part): Part => {
    const written = textOf(part, reading);
    if (part.type === "interpolation") return asValue(part, reading.statements(part.children));
    if (raw !== undefined) return written.replace(/\\([^])/g, (all, kept: string) => (raw.includes(kept) ? kept : all));
    return part.type === "escape_sequence" ? unescape(written) : written;
  });
}

/** A literal when every part is constant, else `text`; neighbouring constants become one. */
export function textFrom(node: Span, parts: readonly Part[]): Expression {
  const merged: Part[] = [];
  let constant: string[] = [];
  const flush = () => {
    const joined = constant.join("");
    if (joined !== "") merged.push(joined);
    constant = [];
  };
  for (const part of parts) {
    if (typeof part === "string") constant.push(part);
    else {
      flush();
      merged.push(part);
    }
  }
  flush();
  const [only = ""] = merged;
  if (merged.length <= 1 && typeof only === "string") return literal(node, only);
  return { kind: "text", parts: merged, span: spanOf(node) };
}

export function string(node: Syntax, reading: Reading): Expression {
  return textFrom(node, partsOf(node, rawDelimiters(node, reading), reading));
}

export function wordArray(node: Syntax, reading: Reading): Expression {
  const raw = rawDelimiters(node, reading);
  const items = node.children.map((word) => ({
    value: textFrom(word, partsOf(word, raw, reading)),
    span: spanOf(word),
  }));
  return { kind: "list", items, span: spanOf(node) };
}

export function chainedString(node: Syntax, reading: Reading): Expression {
  const parts: Part[] = [];
  for (const value of expressions(node.children, reading)) {
    if (value.kind === "text") append(parts, value.parts);
    else parts.push(value.kind === "literal" && typeof value.value === "string" ? value.value : value);
  }
  return textFrom(node, parts);
}

export function character(node: Syntax, reading: Reading): Expression {
  const written = textOf(node, reading).slice(1);
  return literal(node, written.startsWith("\\") ? unescape(written) : written);
}

export function withInterpolations(because: string): LowerExpression {
  return (node, reading) =>
    opaque(
      node,
      because,
      node.children
        .filter((part) => part.type === "interpolation")
        .map((part) => asValue(part, reading.statements(part.children))),
    );
}

export function unknown(because: string): LowerExpression {
  return (node, reading) => opaque(node, because, expressions(node.children, reading));
}
