import type { Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { DEEPEST, fieldOf, opaque, spanOf, tooDeep } from "../lowering.ts";
import { access, classLiteral, items, methodReference } from "./chains.ts";
import { creation } from "./classes.ts";
import { type Context, field, type LowerExpression, missing, name } from "./context.ts";
import { annotation, lambda } from "./functions.ts";
import { number, string } from "./literals.ts";
import { assignmentValue, binary, ternary, unary, update } from "./operators.ts";
import { instanceOf } from "./patterns.ts";
import { STATEMENTS } from "./statements.ts";
import { switchValue } from "./switches.ts";
import { ANNOTATIONS } from "./syntax.ts";
import { typeExpression } from "./types.ts";

const literalOf =
  (value: boolean | null): LowerExpression =>
  (_, node) => ({ kind: "literal", value, span: spanOf(node) });

const inner: LowerExpression = (context, node) => {
  const value = fieldOf(node, "value") ?? node.children.at(-1);
  return value ? expression(context, value) : missing(node);
};

const list: LowerExpression = (context, node) => ({ kind: "list", items: items(context, node), span: spanOf(node) });

const EXPRESSIONS = new Map<string, LowerExpression>([
  ["identifier", name],
  ["this", (_, node) => ({ kind: "this", span: spanOf(node) })],
  ["super", (_, node) => ({ kind: "super", span: spanOf(node) })],
  ["true", literalOf(true)],
  ["false", literalOf(false)],
  ["null_literal", literalOf(null)],
  ["string_literal", string],
  ["character_literal", string],
  ["decimal_integer_literal", number],
  ["hex_integer_literal", number],
  ["octal_integer_literal", number],
  ["binary_integer_literal", number],
  ["decimal_floating_point_literal", number],
  ["hex_floating_point_literal", (_, node) => opaque(node, "a hexadecimal floating point number")],
  ["parenthesized_expression", inner],
  ["cast_expression", inner],
  ["template_expression", (context, node) => field(context, node, "template_argument")],
  ["method_invocation", access],
  ["field_access", access],
  ["array_access", access],
  ["binary_expression", binary],
  ["unary_expression", unary],
  ["update_expression", update],
  ["assignment_expression", assignmentValue],
  ["ternary_expression", ternary],
  ["instanceof_expression", instanceOf],
  ["object_creation_expression", creation],
  ["array_creation_expression", arrayCreation],
  ["array_initializer", list],
  ["element_value_array_initializer", list],
  ["lambda_expression", lambda],
  ["method_reference", methodReference],
  ["class_literal", classLiteral],
  ["scoped_identifier", typeExpression],
  ["switch_expression", switchValue],
  ["annotation", annotation],
  ["marker_annotation", annotation],
]);

export function isExpression(node: Node): boolean {
  return EXPRESSIONS.has(node.type);
}

export function expression(context: Context, node: Node): Expression {
  if (context.depth >= DEEPEST) return tooDeep(node);
  context.depth++;
  const how = EXPRESSIONS.get(node.type);
  const result = how === undefined ? unknown(context, node) : how(context, node);
  context.depth--;
  return result;
}

/** What is not known, or under an error: read what can be read in it, for its effects. */
export function unknown(context: Context, node: Node): Expression {
  const because = node.type === "ERROR" ? "a syntax error" : `${node.type.replaceAll("_", " ")} is not read`;
  const parts = node.children.filter((part) => !ANNOTATIONS.has(part.type));
  return opaque(
    spanOf(node),
    because,
    parts.flatMap((part) => effects(context, part)),
  );
}

function effects(context: Context, node: Node): Expression[] {
  if (EXPRESSIONS.has(node.type)) return [expression(context, node)];
  if (node.type !== "ERROR" && STATEMENTS.has(node.type)) {
    return [{ kind: "statements", body: context.statements([node]), span: spanOf(node) }];
  }
  return node.children.length === 0 ? [] : [expression(context, node)];
}

function arrayCreation(context: Context, node: Node): Expression {
  const value = fieldOf(node, "value");
  if (value !== undefined) return expression(context, value);
  const sizes = node.children.filter((part) => part.type === "dimensions_expr");
  const lowered = sizes.flatMap((part) => part.children.map((size) => expression(context, size)));
  return opaque(node, "an array of default values", lowered);
}
