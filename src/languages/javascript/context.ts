import type { Assignment, Expression, Span, Statement, Target } from "../../program.ts";
import { DEEPEST, spanOf } from "../lowering.ts";
import type { Syntax } from "./syntax.ts";

/** What is known while a file is lowered, and the steps by which its parts hold each other. */
export interface Context {
  readonly text: string;
  depth: number;
  readonly isStatement: (node: Syntax) => boolean;
  readonly statements: (nodes: readonly Syntax[]) => Statement[];
  /** What is left of code that could not be parsed; names and literals alone do nothing. */
  readonly pieces: (node: Syntax) => Statement[];
  readonly isExpression: (node: Syntax) => boolean;
  readonly expression: (node: Syntax) => Expression;
  /** A node whose value is not read: a statement, or what could not be parsed. */
  readonly other: (node: Syntax) => Expression;
  /** The expressions in a node that is not one, for their effects. */
  readonly effects: (node: Syntax) => Expression[];
}

export type Lower<T> = (c: Context, node: Syntax) => T;

/** What a link of a chain (`a.b().c()`, `a + b + c`) weighs in levels: it is walked with a loop. */
export const LINK = 1 / 8;

/** What an `else if` weighs: it nests a list as well. */
export const ARM = 2 * LINK;

/** How long a chain may get, so that half of the levels that are left stay for what is in it. */
export function roomFor(c: Context, weight: number): number {
  return Math.floor((DEEPEST - c.depth) / 2 / weight);
}

export function textOf(c: Context, node: Span | undefined): string {
  return node === undefined ? "" : c.text.slice(node.start, node.end);
}

/** What stands between the brackets of a node. */
export function inside(c: Context, node: Syntax): Span {
  const closed = node.end - node.start > 1 && ")]}".includes(c.text[node.end - 1] ?? "");
  return { start: node.start + 1, end: closed ? node.end - 1 : node.end };
}

export function literal(
  node: Span,
  value: string | number | boolean | null | undefined,
): Expression & { kind: "literal" } {
  return { kind: "literal", value, span: spanOf(node) };
}

export function undefinedAt(at: Span): Expression {
  return { kind: "literal", value: undefined, span: at };
}

export function nameAt(c: Context, node: Syntax): Expression {
  const name = textOf(c, node);
  return name === "undefined" ? undefinedAt(spanOf(node)) : { kind: "name", name, span: spanOf(node) };
}

export function nameTarget(c: Context, node: Syntax): Target & { kind: "name" } {
  return { kind: "name", name: textOf(c, node), span: spanOf(node) };
}

export function body(c: Context, node: Syntax | undefined): Statement[] {
  if (node === undefined) return [];
  return node.type === "statement_block" ? c.statements(node.children) : c.statements([node]);
}

export function declare(target: Target, value: Expression, at: Span, hoisted = false): Assignment {
  return { kind: "assign", target, value, declare: "block", ...(hoisted && { hoisted }), span: at };
}

export function mayAct(value: Expression): boolean {
  return value.kind !== "name" && value.kind !== "literal" && (value.kind !== "opaque" || value.children.length > 0);
}

/** Is it a name with members, which may be read twice? */
export function isPath(value: Expression): boolean {
  let rest = value;
  while (rest.kind === "member") rest = rest.object;
  return rest.kind === "name" || rest.kind === "this" || rest.kind === "literal";
}
