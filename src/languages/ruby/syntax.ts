import type { SyntaxNode } from "../../syntax.ts";

export type Syntax = SyntaxNode;

/** Here-documents wait for their bodies in the order written; one written inside a body waits within that body. */
interface Waiting {
  readonly beginnings: number[];
  matched: number;
  readonly end: number;
}

function pairHeredoc(node: Syntax, waiting: Waiting[], heredocs: Map<number, Syntax>): void {
  while (waiting.length > 1 && (waiting.at(-1)?.end ?? 0) <= node.start) waiting.pop();
  const current = waiting.at(-1);
  if (current === undefined) return;
  if (node.type === "heredoc_beginning") {
    current.beginnings.push(node.start);
    return;
  }
  const beginning = current.beginnings[current.matched];
  if (beginning !== undefined) heredocs.set(beginning, node);
  current.matched += 1;
  waiting.push({ beginnings: [], matched: 0, end: node.end });
}

interface OpenSyntax extends Syntax {
  readonly parts: Syntax[];
  readonly children: Syntax[];
}

/**
 * The tree without the bodies of here-documents, which stand wherever the line of their beginning ends; and these
 * bodies, by the offset of their `<<~NAME`.
 */
export function withoutHeredocs(root: Syntax): {
  readonly root: Syntax;
  readonly heredocs: ReadonlyMap<number, Syntax>;
} {
  const heredocs = new Map<number, Syntax>();
  const waiting: Waiting[] = [{ beginnings: [], matched: 0, end: Number.POSITIVE_INFINITY }];
  const copyOf = (node: Syntax): OpenSyntax => ({ ...node, parts: [], children: [] });
  const top = copyOf(root);
  const open: { readonly parts: readonly Syntax[]; next: number; readonly into: OpenSyntax }[] = [
    { parts: root.parts, next: 0, into: top },
  ];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const part = list.parts[list.next];
    list.next += 1;
    if (part === undefined) {
      open.pop();
      continue;
    }
    const node = copyOf(part);
    if (node.type === "heredoc_beginning" || node.type === "heredoc_body") pairHeredoc(node, waiting, heredocs);
    if (node.type !== "heredoc_body") {
      list.into.parts.push(node);
      if (node.named) list.into.children.push(node);
    }
    open.push({ parts: part.parts, next: 0, into: node });
  }
  return { root: top, heredocs };
}

export function field(node: Syntax, name: string): Syntax | undefined {
  return node.children.find((child) => child.field === name);
}

export function operatorOf(node: Syntax): Syntax | undefined {
  return node.parts.find((part) => part.field === "operator" && !part.named);
}

export function child(node: Syntax, type: string): Syntax | undefined {
  return node.children.find((child) => child.type === type);
}

export const STATEMENT_LISTS = new Set([
  "program",
  "body_statement",
  "block_body",
  "then",
  "do",
  "else",
  "begin",
  "ensure",
]);
