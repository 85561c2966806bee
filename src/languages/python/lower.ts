import type { SourceFile } from "../../language.ts";
import type { Program } from "../../program.ts";
import type { SyntaxTree } from "../../syntax.ts";
import { type Context, kidsOf } from "./context.ts";
import { expressionOf } from "./expressions.ts";
import { statementsOf } from "./statements.ts";

/** Lowers a Python module. Never throws. */
export function lowerPython({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    kids: new Map(),
    scope: { kind: "module", shared: new Set() },
    depth: 0,
    pending: [],
    statementsOf: (nodes) => statementsOf(context, nodes),
    expressionOf: (node) => expressionOf(context, node),
  };
  const body = statementsOf(context, kidsOf(context, root));
  return { kind: "program", file: source.file, language: "python", body, errors, comments };
}
