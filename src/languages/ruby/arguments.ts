import type { Argument, Expression } from "../../program.ts";
import { spanOf } from "../lowering.ts";
import { entries, pairValue, symbolKey } from "./hashes.ts";
import type { Reading } from "./reading.ts";
import type { Syntax } from "./syntax.ts";

const SPREADS: ReadonlyMap<string, { readonly anonymous: string; readonly as: Partial<Argument> }> = new Map([
  ["splat_argument", { anonymous: "*", as: { spread: "list" } }],
  ["hash_splat_argument", { anonymous: "**", as: { spread: "map" } }],
  ["forward_argument", { anonymous: "...", as: { spread: "list" } }],
  ["block_argument", { anonymous: "&", as: { block: true } }],
]);

/** Arguments of a call (`keywords`: symbol keys become names) or items of a list; other pairs are one bare hash. */
export function listItems(nodes: readonly Syntax[], keywords: boolean, reading: Reading): Argument[] {
  const keyword = (node: Syntax) => (keywords ? symbolKey(node, reading) : undefined);
  const isEntry = (node: Syntax) =>
    (node.type === "pair" && keyword(node) === undefined) || (!keywords && node.type === "hash_splat_argument");
  const entries = nodes.filter(isEntry);
  const items: Argument[] = [];
  for (const node of nodes) {
    const name = keyword(node);
    const spread = SPREADS.get(node.type);
    if (name !== undefined) items.push({ name, value: pairValue(node, reading), span: spanOf(node) });
    else if (isEntry(node)) {
      if (node === entries[0]) items.push(bareHash(entries, reading));
    } else if (spread === undefined) items.push({ value: reading.expression(node), span: spanOf(node) });
    else {
      const inner = node.children[0];
      const anonymous: Expression = { kind: "name", name: spread.anonymous, span: spanOf(node) };
      items.push({
        value: inner === undefined ? anonymous : reading.expression(inner),
        ...spread.as,
        span: spanOf(node),
      });
    }
  }
  return items;
}

function bareHash(nodes: readonly Syntax[], reading: Reading): Argument {
  const span = { start: nodes[0]?.start ?? 0, end: nodes.at(-1)?.end ?? 0 };
  return { value: { kind: "object", entries: entries(nodes, reading), bare: true, span }, span };
}
