import type { BinaryOperator, Expression } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { between } from "./chains.ts";
import { type Context, children, kidsOf, onlyChild, opaqueOver, type Syntax } from "./context.ts";

const operators: Readonly<Record<string, BinaryOperator>> = {
  and: "and",
  or: "or",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
  "==": "==",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  in: "in",
  "not in": "not in",
  is: "is",
  "is not": "is not",
};

export function binary(context: Context, node: Syntax, left: Expression): Expression {
  const [first, second] = kidsOf(context, node);
  if (first === undefined || second === undefined) return opaque(node, "syntax error", [left]);
  const operator = operators[between(context, first, second)] ?? "other";
  return { kind: "binary", operator, left, right: context.expressionOf(second), span: spanOf(node) };
}

/** `a < b < c` is `a < b and b < c`. */
export function comparison(context: Context, node: Syntax): Expression {
  const operands = kidsOf(context, node);
  const values = children(context, node);
  let result = values[0] ?? opaque(node, "syntax error");
  for (let index = 1; index < operands.length; index++) {
    const [before, after, left, right] = [operands[index - 1], operands[index], values[index - 1], values[index]];
    if (before === undefined || after === undefined || left === undefined || right === undefined) break;
    const operator = operators[between(context, before, after)] ?? "other";
    const pair: Expression = { kind: "binary", operator, left, right, span: { start: before.start, end: after.end } };
    const span = { start: node.start, end: after.end };
    result = index === 1 ? pair : { kind: "binary", operator: "and", left: result, right: pair, span };
  }
  return result;
}

export function unary(context: Context, node: Syntax): Expression {
  const value = onlyChild(context, node);
  const sign = context.text[node.start];
  if (value.kind !== "literal" || typeof value.value !== "number" || sign === "~") {
    return opaque(node, "arithmetic", [value]);
  }
  return { ...value, value: sign === "-" ? -value.value : value.value, span: spanOf(node) };
}

export function conditional(context: Context, node: Syntax): Expression {
  const [then, test, otherwise] = children(context, node);
  if (then === undefined || test === undefined || otherwise === undefined)
    return opaqueOver(context, node, "syntax error");
  return { kind: "ternary", test, then, else: otherwise, span: spanOf(node) };
}
