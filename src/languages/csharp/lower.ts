import type { SourceFile } from "../../language.ts";
import type { Program } from "../../program.ts";
import type { SyntaxTree } from "../../syntax.ts";
import { fieldOf } from "../lowering.ts";
import { type Context, textOf } from "./context.ts";
import { childrenOf, expression, primary } from "./expressions.ts";
import { definedIn } from "./preprocessor.ts";
import { collectShapes } from "./shapes.ts";
import { statementOf, statements } from "./statements.ts";
import { NAMESPACES, partsOf } from "./syntax.ts";
import { typeText } from "./types.ts";

/** Lowers one C# file. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    shapes: new Map(),
    symbols: new Map(),
    scopes: [new Map()],
    returns: [undefined],
    owners: [],
    depth: 0,
    statements: (all) => statements(context, all),
    statementOf: (node) => statementOf(context, node),
    expression: (node, expected, steps) => expression(context, node, expected, steps),
    primary: (node, expected) => primary(context, node, expected),
    childrenOf: (node) => childrenOf(context, node),
  };
  const nodes = partsOf(root);
  definedIn(context, root);
  collectShapes(context, nodes);
  const namespace = fieldOf(
    nodes.find((node) => NAMESPACES.has(node.type)),
    "name",
  );
  return {
    kind: "program",
    file: source.file,
    language: "csharp",
    body: statements(context, nodes),
    ...(namespace ? { namespace: typeText(textOf(context, namespace)) } : {}),
    errors,
    comments,
  };
}
