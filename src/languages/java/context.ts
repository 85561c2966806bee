import type { Expression, Span, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";

/** What is known while a file is lowered, and the steps by which its parts hold each other. */
export interface Context {
  readonly text: string;
  /** The tree has errors, so nodes may be missing. */
  readonly broken: boolean;
  depth: number;
  className: string | undefined;
  /** Jumps out of the innermost `switch` statement; undefined where a loop is nearer. */
  jumps: { breaks: number; continues: number } | undefined;
  /** How many `switch`es stand around. */
  switches: number;
  /** `yield`s of the innermost `switch` expression. */
  yields: { count: number } | undefined;
  readonly isStatement: (node: Node) => boolean;
  readonly statements: (nodes: readonly Node[]) => Statement[];
  readonly isExpression: (node: Node) => boolean;
  readonly expression: (node: Node) => Expression;
  /** What is not known, or under an error: read what can be read in it, for its effects. */
  readonly unknown: (node: Node) => Expression;
}

export type LowerExpression = (context: Context, node: Node) => Expression;

export type LowerStatement = (context: Context, node: Node, out: Statement[]) => void;

type OfKind<K extends Statement["kind"]> = Omit<Extract<Statement, { kind: K }>, "kind" | "span">;

export function textOf(context: Context, node: Node): string {
  return context.text.slice(node.start, node.end);
}

/** The text between the braces or parentheses of a node; the closing one may be missing. */
export function inside(context: Context, node: Node): Span {
  const { start, end } = spanOf(node);
  const closed = end - start >= 2 && /[)}\]]/.test(context.text.charAt(end - 1));
  return { start: Math.min(start + 1, end), end: closed ? end - 1 : end };
}

export function dotted(context: Context, node: Node): string {
  return textOf(context, node).replace(/\s+/g, "");
}

export function missing(node: Node): Expression {
  return opaque(node, "incomplete code");
}

export function name(context: Context, node: Node): Expression & { kind: "name" } {
  return { kind: "name", name: textOf(context, node), span: spanOf(node) };
}

export function member(context: Context, object: Expression, property: Node, end = property.end): Expression {
  return {
    kind: "member",
    object,
    property: textOf(context, property),
    span: { start: object.span.start, end },
    propertySpan: spanOf(property),
  };
}

export function field(context: Context, node: Node, fieldName: string): Expression {
  const value = fieldOf(node, fieldName);
  return value === undefined ? missing(node) : context.expression(value);
}

/** Lowers a function's inside: jumps do not cross it. */
export function inFunction<T>(context: Context, read: () => T): T {
  const { jumps, yields } = context;
  context.jumps = undefined;
  context.yields = undefined;
  const result = read();
  context.jumps = jumps;
  context.yields = yields;
  return result;
}

/** Lowers a loop's body: its jumps are its own. */
export function inLoop<T>(context: Context, read: () => T): T {
  const { jumps } = context;
  context.jumps = undefined;
  const result = read();
  context.jumps = jumps;
  return result;
}

export function push<K extends "expression" | "block" | "loop">(
  out: Statement[],
  kind: K,
  rest: OfKind<K>,
  node: Node,
): void {
  out.push({ kind, ...rest, span: spanOf(node) } as unknown as Statement);
}

/** A block's statements, or the single statement that stands for one. */
export function bodyOf(context: Context, node: Node | undefined): Statement[] {
  if (node === undefined) return [];
  const isBlock = node.type === "block" || node.type === "constructor_body";
  return context.statements(isBlock ? node.children : [node]);
}

export function isStatic(context: Context, modifiers: Node | undefined): boolean {
  if (modifiers === undefined || !textOf(context, modifiers).includes("static")) return false;
  return modifiers.parts.some((part) => part.type === "static");
}
