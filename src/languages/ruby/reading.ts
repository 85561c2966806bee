import type { Expression, Span, Statement, Target } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { operatorOf, type Syntax } from "./syntax.ts";

/** What is known while a file is lowered, and the steps by which its parts hold each other. */
export interface Reading {
  readonly text: string;
  readonly heredocs: ReadonlyMap<number, Syntax>;
  depth: number;
  /** What `next` does here: a lambda returns, a block or a loop goes on. */
  next: "return" | "continue";
  /** Methods defined as an argument (`private def x`) that were already made members of their class. */
  readonly lifted: Set<Syntax>;
  readonly statement: (node: Syntax) => Statement[];
  readonly statements: (nodes: readonly Syntax[]) => Statement[];
  readonly expression: (node: Syntax) => Expression;
}

export type LowerExpression = (node: Syntax, reading: Reading) => Expression;

export type LowerStatement = (node: Syntax, reading: Reading) => Statement[];

export function textOf(node: Span, reading: Reading): string {
  return reading.text.slice(node.start, node.end);
}

export function operatorText(node: Syntax, reading: Reading): string {
  const operator = operatorOf(node);
  return operator === undefined ? "" : textOf(operator, reading);
}

export function literal(node: Span, value: string | number | boolean | null): Expression {
  return { kind: "literal", value, span: spanOf(node) };
}

export function nameOf(node: Span, reading: Reading): Expression & Target {
  return { kind: "name", name: textOf(node, reading), span: spanOf(node) };
}

export function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) to.push(item);
}

/** Runs `lower` with another meaning of `next`. */
export function withNext<T>(reading: Reading, next: Reading["next"], lower: () => T): T {
  const before = reading.next;
  reading.next = next;
  const result = lower();
  reading.next = before;
  return result;
}

export function expressions(nodes: readonly Syntax[], reading: Reading): Expression[] {
  return nodes.map((node) => reading.expression(node));
}

export function optional(node: Syntax | undefined, at: Span, reading: Reading): Expression {
  return node === undefined ? opaque(at, "an expression is missing") : reading.expression(node);
}

export function member(object: Expression, start: number, property: Span, reading: Reading): Expression & Target {
  return {
    kind: "member",
    object,
    property: textOf(property, reading),
    span: { start, end: property.end },
    propertySpan: spanOf(property),
  };
}
