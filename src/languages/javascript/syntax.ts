import type { SyntaxNode } from "../../syntax.ts";

export type Syntax = SyntaxNode;

/** Where the recognisable pieces of a part that could not be parsed go: the nearest list around it. */
const LISTS = new Set(["program", "statement_block", "class_body", "arguments", "object", "array"]);

interface OpenSyntax extends Syntax {
  readonly parts: Syntax[];
  readonly children: Syntax[];
}

/** Where the parts of a node go. */
interface Place {
  readonly node: OpenSyntax;
  readonly list: OpenSyntax;
  /** Directly under a part that could not be parsed, where punctuation means nothing. */
  readonly stray: boolean;
}

/** The tree without the parts that could not be parsed, whose pieces stand in the nearest list around them. */
export function recovered(root: Syntax): Syntax {
  const top: OpenSyntax = { ...root, type: "program", parts: [], children: [] };
  const open: { readonly parts: readonly Syntax[]; next: number; readonly place: Place }[] = [
    { parts: root.parts, next: 0, place: { node: top, list: top, stray: false } },
  ];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const { place } = list;
    const part = list.parts[list.next];
    list.next += 1;
    if (part === undefined) open.pop();
    else if (part.type === "ERROR") {
      open.push({ parts: part.parts, next: 0, place: { node: place.list, list: place.list, stray: true } });
    } else {
      const node: OpenSyntax = { ...part, parts: [], children: [] };
      if (part.named || !place.stray) place.node.parts.push(node);
      if (part.named) place.node.children.push(node);
      const around = LISTS.has(part.type) ? node : place.list;
      open.push({ parts: part.parts, next: 0, place: { node, list: around, stray: false } });
    }
  }
  return top;
}

export function hasToken(node: Syntax, token: string): boolean {
  return node.parts.some((part) => !part.named && part.type === token);
}

export function childOf(node: Syntax | undefined, type: string): Syntax | undefined {
  return node?.children.find((child) => child.type === type);
}

/** Nodes that keep the value of what they hold. */
export const TRANSPARENT = new Set([
  "parenthesized_expression",
  "await_expression",
  "as_expression",
  "satisfies_expression",
  "non_null_expression",
  "type_assertion",
  "instantiation_expression",
]);

/** The value that stands under parentheses, casts, assertions and `await`. */
export function bare(node: Syntax): Syntax {
  let rest = node;
  while (TRANSPARENT.has(rest.type)) {
    const inner = rest.type === "type_assertion" ? rest.children.at(-1) : rest.children[0];
    if (inner === undefined) return rest;
    rest = inner;
  }
  return rest;
}

/** What only the type checker reads; nothing in there runs. */
export const TYPE_ONLY = new Set([
  "type_annotation",
  "type_arguments",
  "type_parameters",
  "type_predicate_annotation",
  "asserts_annotation",
  "implements_clause",
  "interface_declaration",
  "type_alias_declaration",
  "function_signature",
  "ambient_declaration",
]);

/** The items of `a, b, c`, whichever way the grammar nests them. */
export function sequenceItems(node: Syntax): Syntax[] {
  const items: Syntax[] = [];
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type !== "sequence_expression") items.push(next);
    else for (const child of next.children.toReversed()) open.push(child);
  }
  return items;
}
