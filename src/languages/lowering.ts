import type { Expression, Span, Statement } from "../program.ts";
import type { SyntaxNode } from "../syntax.ts";

/** How deep expressions and statements may hold each other. */
export const DEEPEST = 400;
/** How many arms a chain of conditions may have. */
export const MOST_BRANCHES = 2_000;

/** The child that the grammar names so. */
export function fieldOf(node: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  return node?.parts.find((part) => part.field === name);
}

/** What stands in place of a text that is not read: as long, with its line ends, so that offsets and lines stay. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, " ");
}

/** The place of a node alone, so that the program does not hold on to the tree. */
export function spanOf(node: Span): Span {
  return { start: node.start, end: node.end };
}

export function opaque(at: Span, because: string, children: readonly Expression[] = []): Expression {
  return { kind: "opaque", because, children, span: spanOf(at) };
}

export function tooDeep(at: Span): Expression {
  return opaque(at, "nested too deeply");
}

export function expressionStatement(value: Expression, span: Span = value.span): Statement {
  return { kind: "expression", value, span: spanOf(span) };
}

/** One arm of a chain of conditions. */
export interface Branch {
  readonly test: Expression;
  readonly then: readonly Statement[];
  readonly span: Span;
}

/** Branches as nested `if`s, built from the last one on. */
export function ifChain(branches: readonly Branch[], otherwise: readonly Statement[]): readonly Statement[] {
  return branches.reduceRight<readonly Statement[]>(
    (rest, { test, then, span }) => [{ kind: "if", test, then, else: rest, span }],
    otherwise,
  );
}

/** Stands for the branches from `at` on. */
export function tooManyBranches(at: Span): Statement {
  return expressionStatement(opaque(at, "too many branches"));
}
