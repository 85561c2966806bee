import type { BinaryOperator, Expression } from "../../program.ts";
import { expressionStatement, fieldOf, opaque, spanOf } from "../lowering.ts";
import { leftChain } from "./chains.ts";
import { type Context, isPath, literal, undefinedAt } from "./context.ts";
import { bare, hasToken, type Syntax } from "./syntax.ts";
import { targetOf } from "./targets.ts";

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  "==": "==",
  "===": "==",
  "!=": "!=",
  "!==": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "&&": "and",
  "||": "or",
  "??": "??",
  in: "in",
  instanceof: "instanceof",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
};

export function binary(c: Context, node: Syntax): Expression {
  let parts: (string | Expression)[] | undefined;
  return leftChain(
    c,
    node,
    (link) =>
      fieldOf(link, "right") === undefined || link.type !== "binary_expression" ? undefined : fieldOf(link, "left"),
    (left, link) => {
      const [right] = rightOf(c, link);
      const written = fieldOf(link, "operator")?.type ?? "";
      if (right === undefined) return left;
      if (written === "+" && (parts !== undefined || isText(left) || isText(right))) {
        parts ??= [...partsOf(left)];
        for (const part of partsOf(right)) parts.push(part);
        return { kind: "text", parts, span: spanOf(link) };
      }
      parts = undefined;
      return compare(c, link, written, left, right);
    },
    (link) => rightOf(c, link),
  );
}

function rightOf(c: Context, link: Syntax): Expression[] {
  const right = fieldOf(link, "right");
  return right === undefined ? [] : [c.expression(right)];
}

function isText(value: Expression): boolean {
  return value.kind === "text" || (value.kind === "literal" && typeof value.value === "string");
}

function partsOf(value: Expression): readonly (string | Expression)[] {
  if (value.kind === "text") return value.parts;
  return value.kind === "literal" && typeof value.value === "string" ? [value.value] : [value];
}

/** `x == null` asks for undefined as well; `typeof x === "undefined"` asks for nothing else. */
function compare(c: Context, node: Syntax, written: string, left: Expression, right: Expression): Expression {
  const operator = OPERATORS[written] ?? "other";
  const at = spanOf(node);
  const plain: Expression = { kind: "binary", operator, left, right, span: at };
  if (operator !== "==" && operator !== "!=") return plain;
  const asked = typeofUndefined(c, node, right);
  if (asked !== undefined) return { ...plain, left: asked, right: undefinedAt(right.span) };
  const isNull = right.kind === "literal" && (right.value === null || right.value === undefined);
  if (written.length === 2 && isNull && isPath(left)) {
    return {
      kind: "binary",
      operator: operator === "==" ? "or" : "and",
      left: { ...plain, right: literal(right.span, null) },
      right: { ...plain, right: undefinedAt(right.span) },
      span: at,
    };
  }
  return plain;
}

function typeofUndefined(c: Context, node: Syntax, right: Expression): Expression | undefined {
  const left = fieldOf(node, "left");
  if (right.kind !== "literal" || right.value !== "undefined" || left === undefined) return undefined;
  const asked = bare(left);
  if (asked.type !== "unary_expression" || !hasToken(asked, "typeof")) return undefined;
  const operand = fieldOf(asked, "argument");
  return operand && c.expression(operand);
}

export function unary(c: Context, node: Syntax): Expression {
  const operand = fieldOf(node, "argument");
  const operator = fieldOf(node, "operator")?.type ?? "";
  const at = spanOf(node);
  if (operand === undefined) return c.other(node);
  if (operator === "delete") {
    const deleted = targetOf(c, operand);
    if (deleted === undefined) return opaque(node, "delete", [c.expression(operand)]);
    return {
      kind: "statements",
      body: [{ kind: "delete", target: deleted, span: at }, expressionStatement(literal(node, true))],
      span: at,
    };
  }
  const value = c.expression(operand);
  if (operator === "!") return { kind: "not", value, span: at };
  if (operator === "void") {
    return value.kind === "literal" ? undefinedAt(at) : { kind: "sequence", items: [value, undefinedAt(at)], span: at };
  }
  if (value.kind === "literal" && typeof value.value === "number") {
    if (operator === "-") return literal(node, -value.value);
    if (operator === "+") return literal(node, value.value);
  }
  return opaque(node, operator, [value]);
}

export function ternary(c: Context, node: Syntax): Expression {
  const test = fieldOf(node, "condition");
  const then = fieldOf(node, "consequence");
  const otherwise = fieldOf(node, "alternative");
  if (test === undefined || then === undefined || otherwise === undefined) return c.other(node);
  return {
    kind: "ternary",
    test: c.expression(test),
    then: c.expression(then),
    else: c.expression(otherwise),
    span: spanOf(node),
  };
}
