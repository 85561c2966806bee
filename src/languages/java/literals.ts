import type { Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { opaque, spanOf } from "../lowering.ts";
import { type Context, missing, textOf } from "./context.ts";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f", s: " ", "\n": "" };

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(\r\n|[^]))/g,
    (_, unicode?: string, octal?: string, other?: string) => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[other ?? ""] ?? (other === "\r\n" || other === "\r" ? "" : (other ?? ""));
    },
  );
}

/** A text block's content: incidental indentation and trailing white space removed (JLS 3.10.6). */
function textBlock(raw: string): string {
  const content = raw.slice(3, raw.endsWith('"""') && raw.length >= 6 ? -3 : undefined);
  const lines = content.replace(/\r\n?/g, "\n").split("\n").slice(1);
  let indent = Number.POSITIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    const width = line.length - line.trimStart().length;
    if (width < line.length || index === lines.length - 1) indent = Math.min(indent, width);
  }
  return unescape(lines.map((line) => line.slice(indent).trimEnd()).join("\n"));
}

export function string(context: Context, node: Node): Expression {
  const raw = textOf(context, node);
  if (raw.includes("\\{")) return template(context, node);
  const value = raw.startsWith('"""') ? textBlock(raw) : unescape(raw.slice(1, -1));
  return { kind: "literal", value, span: spanOf(node) };
}

function template(context: Context, node: Node): Expression {
  const parts = node.children.map((part) => {
    if (part.type !== "string_interpolation") return unescape(textOf(context, part));
    const value = part.children[0];
    return value === undefined ? missing(part) : context.expression(value);
  });
  return { kind: "text", parts, span: spanOf(node) };
}

export function number(context: Context, node: Node): Expression {
  const value = numberValue(textOf(context, node).replaceAll("_", ""));
  if (value === undefined) return opaque(node, "a number that cannot be represented exactly");
  return { kind: "literal", value, span: spanOf(node) };
}

function numberValue(text: string): number | undefined {
  const long = /l$/i.test(text);
  const digits = long ? text.slice(0, -1) : text;
  if (/^0[xb]/i.test(digits) || /^0[0-7]+$/.test(digits)) {
    const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (!Number.isSafeInteger(value)) return undefined;
    return long ? value : value | 0;
  }
  const value = Number(digits.replace(/[fd]$/i, ""));
  const exact = Number.isFinite(value) && (Number.isSafeInteger(value) || /[.ef]|d$/i.test(digits));
  return exact ? value : undefined;
}
