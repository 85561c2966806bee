import type { Expression, FunctionExpression, Parameter, Statement } from "../../program.ts";
import { fieldOf, spanOf } from "../lowering.ts";
import { body, type Context, inside, nameTarget, textOf } from "./context.ts";
import { stringValue } from "./literals.ts";
import { hasToken, type Syntax } from "./syntax.ts";
import { isRest, targetOf } from "./targets.ts";

export function functionExpression(c: Context, node: Syntax): FunctionExpression {
  const name = fieldOf(node, "name");
  const block = fieldOf(node, "body");
  const isExpression = block !== undefined && block.type !== "statement_block";
  const list = fieldOf(node, "parameters") ?? fieldOf(node, "parameter");
  const returnType = typeName(c, fieldOf(node, "return_type"));
  const given = list?.type === "formal_parameters" ? list.children : list ? [list] : [];
  const parameters: Parameter[] = [];
  const properties: Statement[] = [];
  for (const one of given) {
    if (one.type === "decorator") continue;
    const lowered = parameter(c, one);
    if (lowered === undefined) continue;
    parameters.push(lowered);
    if (isProperty(one)) properties.push(propertyOf(lowered));
  }
  const own: Statement[] = isExpression
    ? [{ kind: "return", value: c.expression(block), span: spanOf(block) }]
    : body(c, block);
  return {
    kind: "function",
    ...(name !== undefined && { name: nameOf(c, name) }),
    parameters,
    body: [...properties, ...own],
    annotations: decorators(c, node),
    ...(node.type === "arrow_function" && { lexicalThis: true }),
    ...(returnType !== undefined && { returnType }),
    ...(hasToken(node, "async") && { async: true }),
    span: spanOf(node),
    bodySpan:
      block === undefined ? { start: node.end, end: node.end } : isExpression ? spanOf(block) : inside(c, block),
  };
}

export function decorators(c: Context, node: Syntax): Expression[] {
  return node.children.flatMap((child) => (child.type === "decorator" ? decorator(c, child) : []));
}

export function decorator(c: Context, node: Syntax): Expression[] {
  const value = node.children[0];
  return value === undefined ? [] : [c.expression(value)];
}

/** `constructor(private readonly x: X)` declares a field as well. */
function isProperty(node: Syntax): boolean {
  return node.parts.some(
    ({ type }) => type === "accessibility_modifier" || type === "override_modifier" || type === "readonly",
  );
}

function propertyOf({ name, span }: Parameter): Statement {
  return {
    kind: "assign",
    target: { kind: "member", object: { kind: "this", span }, property: name, span, propertySpan: span },
    value: { kind: "name", name, span },
    span,
  };
}

/** @returns undefined for TypeScript's `this` parameter */
export function parameter(c: Context, node: Syntax): Parameter | undefined {
  const typed = fieldOf(node, "pattern");
  const pattern = typed ?? fieldOf(node, "left") ?? node;
  const value = typed === undefined ? fieldOf(node, "right") : fieldOf(node, "value");
  if (pattern.type === "this") return undefined;
  const rest = isRest(pattern);
  const bound = (rest ? pattern.children[0] : pattern) ?? pattern;
  const target = targetOf(c, bound) ?? nameTarget(c, bound);
  const type = typeName(c, fieldOf(node, "type"));
  const annotations = decorators(c, node);
  return {
    target,
    name: target.kind === "name" ? target.name : "",
    ...(value !== undefined && { default: c.expression(value) }),
    ...(type !== undefined && { type }),
    ...(rest && { rest: "list" }),
    ...(annotations.length > 0 && { annotations }),
    span: spanOf(node),
  };
}

/** A type's name without its arguments; of `T | undefined`, `T`. Types that have no name are left out. */
export function typeName(c: Context, node: Syntax | undefined): string | undefined {
  let type = node;
  while (type !== undefined) {
    switch (type.type) {
      case "type_annotation":
      case "parenthesized_type":
        type = type.children[0];
        break;
      case "generic_type":
        type = fieldOf(type, "name") ?? type.children[0];
        break;
      case "union_type": {
        const members: Syntax[] = type.children.filter((one) => !["null", "undefined"].includes(textOf(c, one)));
        type = members.length === 1 ? members[0] : undefined;
        break;
      }
      case "type_identifier":
      case "nested_type_identifier":
      case "predefined_type":
      case "identifier":
        return textOf(c, type);
      default:
        return undefined;
    }
  }
  return undefined;
}

/** The name of a member; a computed one is known by how it is written. */
export function nameOf(c: Context, node: Syntax): string {
  const inner = node.type === "computed_property_name" ? node.children[0] : node;
  if (inner?.type === "string") return stringValue(c, inner);
  return textOf(c, node);
}
