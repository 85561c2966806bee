import type { Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { opaque, spanOf } from "../lowering.ts";
import { type Context, textOf } from "./context.ts";
import { partsOf } from "./syntax.ts";

export function stringLiteral(node: Node, value: string): Expression {
  return { kind: "literal", value, span: spanOf(node) };
}

export function numberLiteral(context: Context, node: Node): Expression {
  const text = textOf(context, node).replaceAll("_", "").toLowerCase();
  const radix = /^0[xb]/.test(text);
  const value = Number(text.replace(text.startsWith("0x") ? /[ul]+$/ : radix ? /[ul]+$/ : /[ulfdm]+$/, ""));
  const exact = Number.isFinite(value) && (node.type === "real_literal" || Number.isSafeInteger(value));
  return exact ? { kind: "literal", value, span: spanOf(node) } : opaque(node, "big number");
}

/** The text between `opening` characters and the last quote, without a `u8` after it. */
export function quoted(text: string, opening: number): string {
  return text.slice(opening, text.lastIndexOf('"'));
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

export function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,4})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, short: string | undefined, unit: string | undefined, long: string | undefined, single: string | undefined) => {
      if (single !== undefined) return ESCAPES[single] ?? single;
      const code = Number.parseInt(short ?? unit ?? long ?? "0", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}

/** A raw string's text: between its quotes, and without the indentation of its last line when it has several. */
export function rawText(text: string): string {
  const quotes = /^"+/.exec(text)?.[0].length ?? 0;
  return dedented([text.slice(quotes, text.lastIndexOf('"') + 1 - quotes)])[0] as string;
}

/** Removes the first and last line break of a raw string and the indentation that its last line shows. */
function dedented(parts: readonly (string | Expression)[]): (string | Expression)[] {
  const first = parts[0];
  const last = parts.at(-1);
  const indent = typeof last === "string" ? /\r?\n([ \t]*)$/.exec(last) : undefined;
  if (!indent || typeof first !== "string" || !/^[ \t]*\r?\n/.test(first)) return [...parts];
  const lines = `\n${indent[1] ?? ""}`;
  return parts.map((part, index) => {
    if (typeof part !== "string") return part;
    let text = index === parts.length - 1 ? part.slice(0, part.length - indent[0].length) : part;
    if (index === 0 && text === "") return "";
    text = text.replaceAll(lines, "\n");
    return index === 0 ? text.replace(/^[ \t]*\r?\n/, "") : text;
  });
}

export function interpolated(context: Context, node: Node): Expression {
  const parts: (string | Expression)[] = [];
  const start = textOf(context, node).slice(0, 10);
  const raw = /^\$+"""/.test(start);
  const verbatim = /^(?:\$@|@\$)/.test(start);
  const add = (text: string): void => {
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + text;
    else parts.push(text);
  };
  for (const part of partsOf(node)) {
    if (part.type === "string_content") add(contentOf(textOf(context, part), raw, verbatim));
    else if (part.type === "escape_sequence") add(unescape(textOf(context, part)));
    else if (part.type === "interpolation") {
      const inner = partsOf(part).find((child) => child.type !== "interpolation_brace");
      parts.push(inner ? context.expression(inner) : opaque(part, "interpolation"));
    }
  }
  const read = raw ? dedented(parts) : parts;
  const [only = ""] = read;
  if (read.length <= 1 && typeof only === "string") return stringLiteral(node, only);
  return { kind: "text", parts: read, span: spanOf(node) };
}

function contentOf(text: string, raw: boolean, verbatim: boolean): string {
  if (raw) return text;
  const plain = text.replaceAll("{{", "{").replaceAll("}}", "}");
  return verbatim ? plain.replaceAll('""', '"') : plain;
}
