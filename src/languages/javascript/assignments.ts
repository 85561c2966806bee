import type { Assignment, BinaryOperator, Expression, Span, Statement } from "../../program.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, literal } from "./context.ts";
import { bare, hasToken, type Syntax, sequenceItems } from "./syntax.ts";
import { targetOf } from "./targets.ts";

const COMPOUND: Readonly<Record<string, BinaryOperator>> = {
  "||=": "or",
  "&&=": "and",
  "??=": "??",
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "/=": "/",
  "%=": "%",
  "|=": "|",
  "&=": "&",
};

const ASSIGNMENTS: Readonly<Record<string, (c: Context, node: Syntax, at: Span) => Statement | undefined>> = {
  assignment_expression: (c, node, at) => {
    const isUsing = hasToken(node, "using");
    return assign(c, node, at, isUsing ? { declare: "block" } : {});
  },
  augmented_assignment_expression: (c, node, at) =>
    assign(c, node, at, { operator: COMPOUND[fieldOf(node, "operator")?.type ?? ""] ?? "other" }),
  update_expression: (c, node, at) => update(c, node, at),
};

function assign(
  c: Context,
  node: Syntax,
  at: Span,
  how: Pick<Assignment, "declare" | "operator">,
): Assignment | undefined {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  const target = left && targetOf(c, left);
  if (target === undefined || right === undefined) return undefined;
  return { kind: "assign", target, value: c.expression(right), ...how, span: at };
}

function update(c: Context, node: Syntax, at: Span): Assignment | undefined {
  const operand = fieldOf(node, "argument");
  const operator = fieldOf(node, "operator");
  const target = operand && targetOf(c, operand);
  if (target === undefined || operator === undefined) return undefined;
  const sign = operator.type === "++" ? "+" : "-";
  return { kind: "assign", target, value: literal(operator, 1), operator: sign, span: at };
}

export function assignmentExpression(c: Context, node: Syntax): Expression {
  const assignment = ASSIGNMENTS[node.type]?.(c, node, spanOf(node));
  if (assignment?.kind !== "assign") return c.other(node);
  const value: Expression = { kind: "assignment", assignment, span: spanOf(node) };
  const isPostfix = node.type === "update_expression" && node.parts[0]?.named === true;
  return isPostfix ? opaque(node, "the value before the update", [value]) : value;
}

/** Lowers an expression that stands for its effect. */
export function effect(c: Context, node: Syntax, at: Span): Statement[] {
  const value = bare(node);
  if (value.type === "sequence_expression") {
    return sequenceItems(value).flatMap((item) => effect(c, item, spanOf(item)));
  }
  const assignment = ASSIGNMENTS[value.type]?.(c, value, at);
  if (assignment !== undefined) return [assignment];
  if (value.type === "unary_expression" && hasToken(value, "delete")) {
    const operand = fieldOf(value, "argument");
    const target = operand && targetOf(c, operand);
    if (target !== undefined) return [{ kind: "delete", target, span: at }];
  }
  return [{ kind: "expression", value: c.expression(value), span: at }];
}

export function effectOf(c: Context, node: Syntax | undefined): Statement[] {
  return node === undefined ? [] : effect(c, node, spanOf(node));
}

export function valueOf(c: Context, node: Syntax): { value?: Expression } {
  const value = node.children[0];
  return value === undefined ? {} : { value: c.expression(value) };
}
