import type { Assignment, BinaryOperator, Expression, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, field, missing, textOf } from "./context.ts";

const BINARY: Readonly<Record<string, BinaryOperator>> = {
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "&&": "and",
  "||": "or",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
};

function operatorOf(text: string): BinaryOperator {
  return BINARY[text] ?? "other";
}

export function binary(context: Context, node: Node): Expression {
  const chain: Node[] = [];
  let at: Node | undefined = node;
  while (at?.type === "binary_expression") {
    chain.push(at);
    at = fieldOf(at, "left");
  }
  let left = at === undefined ? missing(node) : context.expression(at);
  for (let index = chain.length - 1; index >= 0; index--) {
    const link = chain[index];
    if (link === undefined) continue;
    const operator = operatorOf(fieldOf(link, "operator")?.type ?? "");
    left = { kind: "binary", operator, left, right: field(context, link, "right"), span: spanOf(link) };
  }
  return left;
}

export function unary(context: Context, node: Node): Expression {
  const operator = fieldOf(node, "operator")?.type;
  const value = field(context, node, "operand");
  if (operator === "!") return { kind: "not", value, span: spanOf(node) };
  if (operator === "+") return value;
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number") {
    return { ...value, value: -value.value, span: spanOf(node) };
  }
  return opaque(node, "arithmetic", [value]);
}

export function ternary(context: Context, node: Node): Expression {
  return {
    kind: "ternary",
    test: field(context, node, "condition"),
    then: field(context, node, "consequence"),
    else: field(context, node, "alternative"),
    span: spanOf(node),
  };
}

function target(context: Context, node: Node | undefined): Target | undefined {
  if (node === undefined) return undefined;
  const value = context.expression(node);
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

export function assignment(context: Context, node: Node): Assignment | undefined {
  const to = target(context, fieldOf(node, "left"));
  if (to === undefined) return undefined;
  const operator = fieldOf(node, "operator")?.type ?? "=";
  return {
    kind: "assign",
    target: to,
    value: field(context, node, "right"),
    ...(operator !== "=" && { operator: operatorOf(operator.slice(0, -1)) }),
    span: spanOf(node),
  };
}

export function assignmentValue(context: Context, node: Node): Expression {
  const read = assignment(context, node);
  if (read !== undefined) return { kind: "assignment", assignment: read, span: spanOf(node) };
  const parts = [field(context, node, "left"), field(context, node, "right")];
  return opaque(node, "an assignment to something that cannot be assigned", parts);
}

export function stepped(context: Context, node: Node): Assignment | undefined {
  const to = target(context, node.children[0]);
  if (to === undefined) return undefined;
  const operator = textOf(context, node).includes("++") ? "+" : "-";
  return {
    kind: "assign",
    target: to,
    value: { kind: "literal", value: 1, span: spanOf(node) },
    operator,
    span: spanOf(node),
  };
}

export function update(context: Context, node: Node): Expression {
  const read = stepped(context, node);
  if (read === undefined) return context.unknown(node);
  const value: Expression = { kind: "assignment", assignment: read, span: spanOf(node) };
  const prefix = /^[+-]/.test(context.text.charAt(node.start));
  if (prefix) return value;
  return { kind: "sequence", items: [value, opaque(node, "the value before the update")], span: spanOf(node) };
}
