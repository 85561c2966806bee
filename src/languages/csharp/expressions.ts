import type { Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf, tooDeep } from "../lowering.ts";
import { assignment, postfix } from "./assignments.ts";
import {
  aliased,
  CHAINS,
  cast,
  chain,
  LOOSE,
  OPERATORS,
  operand,
  outVariable,
  prefix,
  reason,
  typeExpression,
} from "./chains.ts";
import { type Context, deeper, nameText, textOf } from "./context.ts";
import { lambda, throwStatement } from "./functions.ts";
import { interpolated, numberLiteral, quoted, rawText, stringLiteral, unescape } from "./literals.ts";
import {
  anonymousObject,
  arrayCreation,
  collection,
  creation,
  initializerValue,
  tuple,
  withExpression,
} from "./objects.ts";
import { operators } from "./operators.ts";
import { preprocessorValue } from "./preprocessor.ts";
import { STATEMENTS } from "./statements.ts";
import { switchExpression } from "./switches.ts";
import { NOT_EXPRESSIONS, nameNode, partsOf } from "./syntax.ts";

type ExpressionReader = (context: Context, node: Node, expected: string | undefined) => Expression;

/**
 * @param expected the declared type of the place that takes the value, for `new()`
 * @param steps member accesses that the grammar put around this node but that belong to its last operand
 */
export function expression(context: Context, node: Node, expected?: string, steps: readonly Node[] = []): Expression {
  return deeper(
    context,
    () => tooDeep(node),
    () => {
      if (OPERATORS.has(node.type)) return operators(context, node, expected, steps);
      const loose = steps.length > 0 ? LOOSE.get(node.type) : undefined;
      if (loose) return loose(context, node, steps);
      if (CHAINS.has(node.type) || steps.length > 0) return chain(context, node, expected, steps);
      return primary(context, node, expected);
    },
  );
}

export function primary(context: Context, node: Node, expected: string | undefined): Expression {
  const read = EXPRESSIONS.get(node.type);
  return read ? read(context, node, expected) : opaque(node, reason(node.type), childrenOf(context, node));
}

/** Every expression directly under a node, for what has no place in the neutral program. */
export function childrenOf(context: Context, node: Node): Expression[] {
  const children: Expression[] = [];
  const stack = partsOf(node).toReversed();
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    if (NOT_EXPRESSIONS.has(part.type) || (part.field === "name" && part.type === "identifier")) continue;
    if (WRAPPERS.test(part.type)) for (const inner of partsOf(part).toReversed()) stack.push(inner);
    else if (STATEMENTS.has(part.type) && part.type !== "preproc_if") children.push(asExpression(context, part));
    else children.push(expression(context, part));
  }
  return children;
}

/** Nodes that only hold expressions: query clauses, argument lists, sizes of arrays. */
const WRAPPERS = /_clause$|^(?:argument|bracketed_argument|attribute_argument)_list$|^argument$|^array_rank_specifier$/;

function asExpression(context: Context, node: Node): Expression {
  return { kind: "statements", body: context.statementOf(node), span: spanOf(node) };
}

const EXPRESSIONS: ReadonlyMap<string, ExpressionReader> = new Map<string, ExpressionReader>([
  ["identifier", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(node) })],
  ["generic_name", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(nameNode(node)) })],
  ["implicit_parameter", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(node) })],
  ["predefined_type", typeExpression],
  ["alias_qualified_name", aliased],
  ["this", (_, node) => ({ kind: "this", span: spanOf(node) })],
  ["base", (_, node) => ({ kind: "super", span: spanOf(node) })],
  ["null_literal", (_, node) => ({ kind: "literal", value: null, span: spanOf(node) })],
  [
    "boolean_literal",
    (context, node) => ({ kind: "literal", value: textOf(context, node) === "true", span: spanOf(node) }),
  ],
  ["integer_literal", numberLiteral],
  ["real_literal", numberLiteral],
  ["character_literal", (context, node) => stringLiteral(node, unescape(textOf(context, node).slice(1, -1)))],
  ["string_literal", (context, node) => stringLiteral(node, unescape(quoted(textOf(context, node), 1)))],
  [
    "verbatim_string_literal",
    (context, node) => stringLiteral(node, quoted(textOf(context, node), 2).replaceAll('""', '"')),
  ],
  ["raw_string_literal", (context, node) => stringLiteral(node, rawText(textOf(context, node)))],
  ["interpolated_string_expression", interpolated],
  ["parenthesized_expression", (context, node, expected) => operand(context, node, [], expected)],
  ["await_expression", (context, node) => operand(context, node, [])],
  ["checked_expression", (context, node, expected) => operand(context, node, [], expected)],
  ["ref_expression", (context, node) => operand(context, node, [])],
  ["expression_element", (context, node, expected) => operand(context, node, [], expected)],
  ["constant_pattern", (context, node) => operand(context, node, [])],
  ["cast_expression", (context, node) => cast(context, node, [])],
  ["prefix_unary_expression", (context, node) => prefix(context, node, [])],
  ["unary_expression", (context, node) => prefix(context, node, [])],
  ["postfix_unary_expression", postfix],
  ["assignment_expression", assignment],
  ["conditional_expression", conditional],
  ["preproc_if", preprocessorValue],
  ["preproc_elif", preprocessorValue],
  ["preproc_else", (context, node, expected) => operand(context, node, [], expected)],
  ["object_creation_expression", creation],
  ["implicit_object_creation_expression", creation],
  ["anonymous_object_creation_expression", anonymousObject],
  ["array_creation_expression", arrayCreation],
  ["implicit_array_creation_expression", arrayCreation],
  ["stackalloc_expression", arrayCreation],
  ["implicit_stackalloc_expression", arrayCreation],
  ["initializer_expression", initializerValue],
  ["collection_expression", collection],
  ["element_binding_expression", collection],
  ["tuple_expression", tuple],
  ["with_expression", withExpression],
  ["switch_expression", switchExpression],
  ["lambda_expression", lambda],
  ["anonymous_method_expression", lambda],
  [
    "throw_expression",
    (context, node) => ({ kind: "statements", body: [throwStatement(context, node)], span: spanOf(node) }),
  ],
  ["default_expression", (_, node) => opaque(node, "default")],
  ["typeof_expression", (_, node) => opaque(node, "typeof")],
  ["sizeof_expression", (_, node) => opaque(node, "sizeof")],
  ["declaration_expression", (context, node) => outVariable(context, node)],
  ["query_expression", (context, node) => opaque(node, "query", childrenOf(context, node))],
]);

function conditional(context: Context, node: Node, expected: string | undefined): Expression {
  const test = fieldOf(node, "condition");
  const then = fieldOf(node, "consequence");
  const otherwise = fieldOf(node, "alternative");
  const span = spanOf(node);
  if (!test || !then || !otherwise) return opaque(span, "conditional", childrenOf(context, node));
  return {
    kind: "ternary",
    test: expression(context, test),
    then: expression(context, then, expected),
    else: expression(context, otherwise, expected),
    span,
  };
}
