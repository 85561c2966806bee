import type { SourceFile } from "../../language.ts";
import type { Program } from "../../program.ts";
import type { SyntaxTree } from "../../syntax.ts";
import { type Context } from "./context.ts";
import { effects, expression, isExpression, other } from "./expressions.ts";
import { isStatement, pieces, statements } from "./statements.ts";
import { recovered } from "./syntax.ts";

/** Lowers a parsed JavaScript, TypeScript, JSX or TSX file; never throws. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const top = errors.length === 0 ? root : recovered(root);
  const c: Context = {
    text: source.text,
    depth: 0,
    isStatement,
    statements: (nodes) => statements(c, nodes),
    pieces: (node) => pieces(c, node),
    isExpression,
    expression: (node) => expression(c, node),
    other: (node) => other(c, node),
    effects: (node) => effects(c, node),
  };
  const body = statements(c, top.children);
  return { kind: "program", file: source.file, language: "javascript", body, errors, comments };
}
