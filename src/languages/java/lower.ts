import type { SourceFile } from "../../language.ts";
import type { Program } from "../../program.ts";
import type { SyntaxTree } from "../../syntax.ts";
import { type Context, dotted } from "./context.ts";
import { expression, isExpression, unknown } from "./expressions.ts";
import { isStatement, statements } from "./statements.ts";
import { NAMES } from "./syntax.ts";

/** Lowers one parsed Java file. Never throws; what has no counterpart is `opaque`. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    broken: errors.length > 0,
    depth: 0,
    className: undefined,
    jumps: undefined,
    switches: 0,
    yields: undefined,
    isStatement,
    statements: (all) => statements(context, all),
    isExpression,
    expression: (node) => expression(context, node),
    unknown: (node) => unknown(context, node),
  };
  const nodes = root.children;
  const declared = nodes.find((node) => node.type === "package_declaration");
  const namespace = declared?.children.find((node) => NAMES.has(node.type));
  return {
    kind: "program",
    file: source.file,
    language: "java",
    body: statements(context, nodes),
    ...(namespace && { namespace: dotted(context, namespace) }),
    errors,
    comments,
  };
}
