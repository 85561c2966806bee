import type { BinaryOperator, Expression } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { literal, member, operatorText, optional, type Reading } from "./reading.ts";
import { field, operatorOf, type Syntax } from "./syntax.ts";

const BINARY: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["&&", "and"],
  ["||", "or"],
  ...(["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "|", "&"] as const).map(
    (operator): [string, BinaryOperator] => [operator, operator],
  ),
]);

export function binary(node: Syntax, reading: Reading): Expression {
  const links: Syntax[] = [];
  let at: Syntax | undefined = node;
  while (at !== undefined && at.type === "binary") {
    links.push(at);
    at = field(at, "left");
  }
  let left = optional(at, node, reading);
  for (const link of links.toReversed()) left = binaryLink(link, left, reading);
  return left;
}

function binaryLink(node: Syntax, left: Expression, reading: Reading): Expression {
  const rightNode = field(node, "right");
  const right = optional(rightNode, node, reading);
  const sign = operatorOf(node);
  const operator = operatorText(node, reading);
  if (operator === "<<" && sign !== undefined) {
    return {
      kind: "call",
      callee: member(left, node.start, sign, reading),
      arguments: [{ value: right, span: right.span }],
      argumentsSpan: spanOf(rightNode ?? node),
      bare: true,
      span: spanOf(node),
    };
  }
  return { kind: "binary", operator: BINARY.get(operator) ?? "other", left, right, span: spanOf(node) };
}

export function unary(node: Syntax, reading: Reading): Expression {
  const operator = operatorText(node, reading);
  const value = optional(field(node, "operand"), node, reading);
  if (operator === "!" || operator === "not") return { kind: "not", value, span: spanOf(node) };
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number")
    return literal(node, -value.value);
  return opaque(node, `the value of ${operator} is not followed`, [value]);
}

export function ternary(node: Syntax, reading: Reading): Expression {
  return {
    kind: "ternary",
    test: optional(field(node, "condition"), node, reading),
    then: optional(field(node, "consequence"), node, reading),
    else: optional(field(node, "alternative"), node, reading),
    span: spanOf(node),
  };
}
