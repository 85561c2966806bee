import type { Entry, Expression } from "../../program.ts";
import { spanOf } from "../lowering.ts";
import { nameOf, type Reading, textOf } from "./reading.ts";
import { child, field, type Syntax } from "./syntax.ts";

const SYMBOLS = new Set(["hash_key_symbol", "simple_symbol", "delimited_symbol"]);

/** The name of a pair whose key is a symbol: `a: 1`, `:a => 1`, `"a": 1`. */
export function symbolKey(node: Syntax, reading: Reading): string | undefined {
  const key = node.type === "pair" ? field(node, "key") : undefined;
  if (key === undefined || child(key, "interpolation") !== undefined) return undefined;
  const isSymbol = SYMBOLS.has(key.type) || (key.type === "string" && reading.text[key.end] === ":");
  const name = isSymbol ? entryKey(key, reading) : undefined;
  return typeof name === "string" ? name : undefined;
}

function entryKey(key: Syntax, reading: Reading): string | Expression {
  if (key.type === "hash_key_symbol") return textOf(key, reading);
  const value = reading.expression(key);
  return value.kind === "literal" && typeof value.value === "string" ? value.value : value;
}

/** `x:` stands for `x: x`. */
export function pairValue(node: Syntax, reading: Reading): Expression {
  const value = field(node, "value");
  if (value !== undefined) return reading.expression(value);
  return nameOf(field(node, "key") ?? node, reading);
}

export function entries(nodes: readonly Syntax[], reading: Reading): Entry[] {
  return nodes.map((node): Entry => {
    const key = field(node, "key");
    const span = spanOf(node);
    if (node.type === "pair" && key !== undefined) {
      return {
        kind: "entry",
        key: entryKey(key, reading),
        value: pairValue(node, reading),
        span,
        keySpan: spanOf(key),
      };
    }
    const inner = node.type === "hash_splat_argument" ? node.children[0] : node;
    const anonymous: Expression = { kind: "name", name: "**", span };
    return { kind: "spread", value: inner === undefined ? anonymous : reading.expression(inner), span };
  });
}
