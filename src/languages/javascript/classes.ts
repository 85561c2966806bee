import type { ClassExpression, Expression, Member } from "../../program.ts";
import { expressionStatement, fieldOf, spanOf } from "../lowering.ts";
import { type Context, mayAct, textOf } from "./context.ts";
import { decorator, decorators, functionExpression, nameOf, typeName } from "./functions.ts";
import { childOf, hasToken, type Syntax, TYPE_ONLY } from "./syntax.ts";

export function classExpression(c: Context, node: Syntax): ClassExpression {
  const name = fieldOf(node, "name");
  const heritage = childOf(node, "class_heritage");
  const extended = childOf(heritage, "extends_clause");
  const base = extended ? fieldOf(extended, "value") : heritage?.children.find((child) => !TYPE_ONLY.has(child.type));
  return {
    kind: "class",
    ...(name !== undefined && { name: textOf(c, name) }),
    bases: base === undefined ? [] : [c.expression(base)],
    members: members(c, fieldOf(node, "body")),
    annotations: decorators(c, node),
    span: spanOf(node),
  };
}

export function members(c: Context, classBody: Syntax | undefined): Member[] {
  const lowered: Member[] = [];
  let annotations: Expression[] = [];
  for (const node of classBody?.children ?? []) {
    if (node.type === "decorator") {
      annotations.push(...decorator(c, node));
      continue;
    }
    lowered.push(...(MEMBERS[node.type]?.(c, node, annotations) ?? strayMember(c, node)));
    annotations = [];
  }
  return lowered;
}

const MEMBERS: Readonly<Record<string, (c: Context, node: Syntax, annotations: readonly Expression[]) => Member[]>> = {
  method_definition: method,
  field_definition: fieldDefinition,
  public_field_definition: fieldDefinition,
  class_static_block: (c, node) => {
    const block = fieldOf(node, "body");
    return block === undefined ? [] : c.statements([block]).map((one) => ({ kind: "statement", statement: one }));
  },
  method_signature: () => [],
  abstract_method_signature: () => [],
  index_signature: () => [],
};

function strayMember(c: Context, node: Syntax): Member[] {
  return c.pieces(node).map((one) => ({ kind: "statement", statement: one }));
}

function computedName(c: Context, node: Syntax): Member[] {
  if (node.type !== "computed_property_name") return [];
  return c
    .effects(node)
    .filter(mayAct)
    .map((value) => ({ kind: "statement", statement: expressionStatement(value) }));
}

function method(c: Context, node: Syntax, before: readonly Expression[]): Member[] {
  const written = fieldOf(node, "name");
  if (written === undefined) return strayMember(c, node);
  const name = nameOf(c, written);
  const isStatic = hasToken(node, "static");
  const lowered = functionExpression(c, node);
  const role = hasToken(node, "get")
    ? "getter"
    : hasToken(node, "set")
      ? "setter"
      : name === "constructor" && !isStatic
        ? "constructor"
        : "method";
  const annotations = [...before, ...lowered.annotations];
  return [
    ...computedName(c, written),
    { kind: "method", name, role, static: isStatic, function: { ...lowered, annotations } },
  ];
}

function fieldDefinition(c: Context, node: Syntax, before: readonly Expression[]): Member[] {
  const written = fieldOf(node, "name") ?? fieldOf(node, "property");
  if (written === undefined || hasToken(node, "declare")) return [];
  const value = fieldOf(node, "value");
  const type = typeName(c, fieldOf(node, "type"));
  return [
    ...computedName(c, written),
    {
      kind: "field",
      name: nameOf(c, written),
      ...(value !== undefined && { value: c.expression(value) }),
      static: hasToken(node, "static"),
      ...(type !== undefined && { type }),
      annotations: [...before, ...decorators(c, node)],
      span: spanOf(node),
    },
  ];
}
