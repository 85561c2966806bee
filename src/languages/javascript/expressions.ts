import type { Expression } from "../../program.ts";
import { DEEPEST, opaque, spanOf, tooDeep } from "../lowering.ts";
import { assignmentExpression } from "./assignments.ts";
import { chain, newExpression } from "./chains.ts";
import { classExpression } from "./classes.ts";
import { type Context, type Lower, literal, nameAt, textOf, undefinedAt } from "./context.ts";
import { functionExpression } from "./functions.ts";
import { numberLiteral, stringValue, template } from "./literals.ts";
import { entry, list } from "./objects.ts";
import { binary, ternary, unary } from "./operators.ts";
import { STATEMENTS, statement } from "./statements.ts";
import { bare, type Syntax, sequenceItems, TRANSPARENT, TYPE_ONLY } from "./syntax.ts";

const EXPRESSIONS: Readonly<Record<string, Lower<Expression>>> = {
  identifier: (c, node) => nameAt(c, node),
  shorthand_property_identifier: (c, node) => nameAt(c, node),
  import: (c, node) => nameAt(c, node),
  undefined: (_, node) => undefinedAt(spanOf(node)),
  null: (_, node) => literal(node, null),
  true: (_, node) => literal(node, true),
  false: (_, node) => literal(node, false),
  number: numberLiteral,
  string: (c, node) => literal(node, stringValue(c, node)),
  private_property_identifier: (c, node) => literal(node, textOf(c, node)),
  template_string: template,
  regex: (_, node) => opaque(node, "a regular expression"),
  this: (_, node) => ({ kind: "this", span: spanOf(node) }),
  super: (_, node) => ({ kind: "super", span: spanOf(node) }),
  meta_property: metaProperty,
  member_expression: chain,
  subscript_expression: chain,
  call_expression: chain,
  new_expression: newExpression,
  object: (c, node) => ({
    kind: "object",
    entries: node.children.flatMap((child) => entry(c, child)),
    span: spanOf(node),
  }),
  array: list,
  function_expression: functionExpression,
  function: functionExpression,
  generator_function: functionExpression,
  function_declaration: functionExpression,
  generator_function_declaration: functionExpression,
  arrow_function: functionExpression,
  method_definition: functionExpression,
  class: (c, node) => classExpression(c, node),
  binary_expression: binary,
  unary_expression: unary,
  ternary_expression: ternary,
  assignment_expression: assignmentExpression,
  augmented_assignment_expression: assignmentExpression,
  update_expression: assignmentExpression,
  sequence_expression: (c, node) => ({
    kind: "sequence",
    items: sequenceItems(node).map((item) => expression(c, item)),
    span: spanOf(node),
  }),
  yield_expression: (c, node) => opaque(node, "what a generator is resumed with", effects(c, node)),
  jsx_element: jsx,
  jsx_fragment: jsx,
  jsx_self_closing_element: jsx,
};

export function expression(c: Context, node: Syntax): Expression {
  const value = bare(node);
  if (c.depth >= DEEPEST) return tooDeep(value);
  const depth = c.depth;
  c.depth += 1;
  const lowered = (EXPRESSIONS[value.type] ?? other)(c, value);
  c.depth = depth;
  return lowered;
}

export function isExpression(node: Syntax): boolean {
  return EXPRESSIONS[node.type] !== undefined;
}

export function other(c: Context, node: Syntax): Expression {
  if (EXPRESSIONS[node.type] === undefined && STATEMENTS[node.type] !== undefined) {
    return { kind: "statements", body: statement(c, node), span: spanOf(node) };
  }
  return opaque(node, `a ${node.type.replaceAll("_", " ")} that could not be read`, effects(c, node));
}

/** The expressions in a node that is not one, for their effects. */
export function effects(c: Context, node: Syntax): Expression[] {
  if (c.depth >= DEEPEST) return [];
  const depth = c.depth;
  c.depth += 1;
  const found: Expression[] = [];
  for (const child of node.children) {
    if (TYPE_ONLY.has(child.type) || (child.field === "name" && node.type.startsWith("jsx_"))) continue;
    const isValue = EXPRESSIONS[child.type] ?? STATEMENTS[child.type] ?? TRANSPARENT.has(child.type);
    for (const value of isValue ? [expression(c, child)] : effects(c, child)) {
      if (value.kind !== "literal") found.push(value);
    }
  }
  c.depth = depth;
  return found;
}

function jsx(c: Context, node: Syntax): Expression {
  return opaque(node, "JSX", effects(c, node));
}

/** `import.meta` is a member of the name `import`. */
function metaProperty(c: Context, node: Syntax): Expression {
  const [object, , property] = node.parts;
  if (object?.type !== "import" || property === undefined) return opaque(node, "new.target");
  return {
    kind: "member",
    object: { kind: "name", name: "import", span: spanOf(object) },
    property: textOf(c, property),
    span: spanOf(node),
    propertySpan: spanOf(property),
  };
}
