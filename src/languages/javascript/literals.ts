import type { Expression, Span } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { type Context, literal, textOf } from "./context.ts";
import type { Syntax } from "./syntax.ts";

export function numberLiteral(c: Context, node: Syntax): Expression {
  const written = textOf(c, node).replaceAll("_", "");
  const value = /^0[0-7]+$/.test(written) ? Number.parseInt(written, 8) : Number(written);
  return Number.isNaN(value) ? opaque(node, "a big integer") : literal(node, value);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v" };

const ESCAPE =
  /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3][0-7]{0,2}|[4-7][0-7]?)|(\r\n|[\s\S]))/g;

function unescape(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(ESCAPE, (all, point?: string, unit?: string, byte?: string, octal?: string, other = "") => {
    const hex = point ?? unit ?? byte;
    const code = hex === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) return all;
    if (!Number.isNaN(code)) return String.fromCodePoint(code);
    return /^[\r\n\u2028\u2029]/.test(other) ? "" : (ESCAPES[other] ?? other);
  });
}

export function stringValue(c: Context, node: Syntax): string {
  const written = textOf(c, node);
  const closed = written.length > 1 && written.endsWith(written.charAt(0));
  return unescape(written.slice(1, closed ? -1 : undefined));
}

/** A template without holes is a literal. */
export function template(c: Context, node: Syntax): Expression {
  const parts: (string | Expression)[] = [];
  let from = node.start + 1;
  const take = (to: number) => {
    if (to > from) parts.push(unescape(c.text.slice(from, to).replaceAll("\r\n", "\n")));
  };
  for (const hole of node.children) {
    if (hole.type !== "template_substitution") continue;
    take(hole.start);
    const value = hole.children[0];
    if (value !== undefined) parts.push(c.expression(value));
    from = hole.end;
  }
  const closed = node.end > from && c.text[node.end - 1] === "`";
  take(closed ? node.end - 1 : node.end);
  const constant = parts.length === 0 ? "" : parts.length === 1 ? parts[0] : undefined;
  return typeof constant === "string" ? literal(node, constant) : { kind: "text", parts, span: spanOf(node) };
}

/** The key of an entry or member: a string when it is known. */
export function key(c: Context, node: Syntax): { key: string | Expression; keySpan: Span } {
  const keySpan = spanOf(node);
  switch (node.type) {
    case "string":
      return { key: stringValue(c, node), keySpan };
    case "number": {
      const value = numberLiteral(c, node);
      return { key: value.kind === "literal" ? String(value.value) : textOf(c, node), keySpan };
    }
    case "computed_property_name": {
      const inner = node.children[0];
      const value = inner === undefined ? opaque(node, "an empty key") : c.expression(inner);
      const known = value.kind === "literal" && ["string", "number"].includes(typeof value.value);
      return { key: known ? String(value.value) : value, keySpan };
    }
    default:
      return { key: textOf(c, node), keySpan };
  }
}
