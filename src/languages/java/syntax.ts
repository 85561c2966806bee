import type { SyntaxNode as Node } from "../../syntax.ts";

export const NAMES = new Set(["identifier", "scoped_identifier"]);

export const ANNOTATIONS = new Set(["annotation", "marker_annotation"]);

export function modifiersOf(node: Node): Node | undefined {
  const first = node.children[0];
  return first?.type === "modifiers" ? first : undefined;
}

export function fieldNodes(node: Node, fieldName: string): Node[] {
  return node.children.filter((part) => part.field === fieldName);
}

/** The nodes of a type in and under a node, in the order of the text. */
export function descendants(node: Node, type: string): Node[] {
  const found: Node[] = [];
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === type) found.push(next);
    open.push(...next.children.toReversed());
  }
  return found;
}
