import type { Expression, Span, Statement } from "../../program.ts";
import type { SyntaxNode } from "../../syntax.ts";
import { opaque, spanOf } from "../lowering.ts";

export type Syntax = SyntaxNode;

interface Scope {
  readonly kind: "module" | "function" | "class";
  /** Names said to be `global` or `nonlocal` here. */
  readonly shared: Set<string>;
}

/** What is known while a file is lowered, and the steps by which its parts hold each other. */
export interface Context {
  readonly text: string;
  /** The kids of nodes that have children of another sort. */
  readonly kids: Map<Syntax, readonly Syntax[]>;
  scope: Scope;
  depth: number;
  /** ERROR nodes passed inside the statement at hand; lowered after it. */
  pending: Syntax[];
  readonly statementsOf: (nodes: readonly Syntax[]) => Statement[];
  readonly expressionOf: (node: Syntax) => Expression;
}

export function textOf(context: Context, span: Span): string {
  return context.text.slice(span.start, span.end);
}

/** Named children without ERRORs, which wait in `pending`, and what joins lines. */
export function kidsOf(context: Context, node: Syntax): readonly Syntax[] {
  const known = context.kids.get(node);
  if (known !== undefined) return known;
  const kids = node.children.filter(({ type }) => type !== "line_continuation" && type !== "ERROR");
  if (kids.length === node.children.length) return node.children;
  context.kids.set(node, kids);
  context.pending.push(...node.children.filter(({ type }) => type === "ERROR"));
  return kids;
}

export function kidOfType(context: Context, node: Syntax, ...types: readonly string[]): Syntax | undefined {
  return kidsOf(context, node).find((kid) => types.includes(kid.type));
}

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` asks. */
export function given<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export function within<T>(context: Context, kind: Scope["kind"], lower: () => T): T {
  const outer = context.scope;
  context.scope = { kind, shared: new Set() };
  const lowered = lower();
  context.scope = outer;
  return lowered;
}

export function recover(context: Context, take: (node: Syntax) => void): void {
  while (context.pending.length > 0) {
    const errors = context.pending;
    context.pending = [];
    for (const error of errors) take(error);
  }
}

export function bodyOf(context: Context, node: Syntax): Statement[] {
  const block = kidOfType(context, node, "block");
  return block === undefined ? [] : context.statementsOf(kidsOf(context, block));
}

export function elseOf(context: Context, node: Syntax): Statement[] {
  const clause = kidOfType(context, node, "else_clause");
  return clause === undefined ? [] : bodyOf(context, clause);
}

export function children(context: Context, node: Syntax): Expression[] {
  return kidsOf(context, node).map((kid) => context.expressionOf(kid));
}

export function opaqueOver(context: Context, node: Syntax, because: string): Expression {
  return opaque(node, because, children(context, node));
}

export function onlyChild(context: Context, node: Syntax): Expression {
  const kids = kidsOf(context, node);
  const [first] = kids;
  return first !== undefined && kids.length === 1
    ? context.expressionOf(first)
    : opaqueOver(context, node, "syntax error");
}

export function name(context: Context, node: Syntax): Expression {
  return { kind: "name", name: textOf(context, node), span: spanOf(node) };
}
