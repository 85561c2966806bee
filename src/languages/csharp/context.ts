import type { BinaryOperator, Expression, Span, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { DEEPEST, expressionStatement } from "../lowering.ts";
import { nameNode } from "./syntax.ts";

/** What is known while a file is lowered, and the steps by which its parts hold each other. */
export interface Context {
  readonly text: string;
  readonly shapes: Map<string, Shape>;
  /** What the file itself says of symbols of the preprocessor. */
  readonly symbols: Map<string, boolean>;
  /** Declared types of parameters and locals, one map per function, innermost last. */
  readonly scopes: Map<string, string>[];
  /** Return types of the functions around, innermost last. */
  readonly returns: (string | undefined)[];
  readonly owners: Shape[];
  depth: number;
  readonly statements: (nodes: readonly Node[]) => Statement[];
  readonly statementOf: (node: Node) => readonly Statement[];
  /**
   * @param expected the declared type of the place that takes the value, for `new()`
   * @param steps member accesses that the grammar put around this node but that belong to its last operand
   */
  readonly expression: (node: Node, expected?: string, steps?: readonly Node[]) => Expression;
  /** An expression that no member access or operator is a part of. */
  readonly primary: (node: Node, expected: string | undefined) => Expression;
  /** Every expression directly under a node, for what has no place in the neutral program. */
  readonly childrenOf: (node: Node) => Expression[];
}

/** The declared types of one type's members, as written; needed to know what `new()` makes. */
export interface Shape {
  readonly fields: Map<string, string>;
  /** Method name (`constructor` for constructors) to the parameter types of each overload. */
  readonly methods: Map<string, string[][]>;
}

export function textOf(context: Context, node: Node): string {
  return context.text.slice(node.start, node.end);
}

export function hasModifier(context: Context, node: Node, ...modifiers: readonly string[]): boolean {
  return node.parts.some((child) => child.type === "modifier" && modifiers.includes(textOf(context, child)));
}

/** The identifier, without `@` and without type arguments. */
export function nameText(context: Context, node: Node): string {
  return textOf(context, nameNode(node)).replace(/^@/, "");
}

/** Runs `read` one level deeper, or gives `fallback` where the nesting has no end. */
export function deeper<T>(context: Context, fallback: () => T, read: () => T): T {
  if (context.depth >= DEEPEST) return fallback();
  context.depth++;
  const result = read();
  context.depth--;
  return result;
}

export function asStatement(value: Expression, span: Span = value.span): Statement {
  return value.kind === "assignment" ? { ...value.assignment, span } : expressionStatement(value, span);
}

export function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return {
    kind: "binary",
    operator,
    left,
    right,
    span: { start: Math.min(left.span.start, right.span.start), end: right.span.end },
  };
}

export function withSpan(value: Expression, span: Span): Expression {
  return value.kind === "name" ? value : { ...value, span };
}
