import type { Span } from "./program.ts";

/** A node of a syntax tree as plain data. */
export interface SyntaxNode extends Span {
  /** As the grammar names it; `ERROR` for what could not be parsed. What has no name is written as its type is: `(`. */
  readonly type: string;
  readonly named: boolean;
  /** The name of the field that it is in its parent. */
  readonly field: string | undefined;
  /** All children, punctuation included; no comments, and nothing that the parser made up to go on after an error. */
  readonly parts: readonly SyntaxNode[];
  /** Those of the parts that are named. */
  readonly children: readonly SyntaxNode[];
}

/** The syntax tree of one file. */
export interface SyntaxTree {
  readonly root: SyntaxNode;
  /** What could not be parsed, and where something is missing, but for what lies inside of another; the first hundred. */
  readonly errors: readonly Span[];
  readonly comments: readonly Span[];
}
