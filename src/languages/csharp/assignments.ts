import type { BinaryOperator, Expression, Span, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, deeper, nameText, textOf } from "./context.ts";
import { declaredType, declareType } from "./shapes.ts";
import { childOfType, lastPart, partsOf } from "./syntax.ts";
import { fullType } from "./types.ts";

const COMPOUND: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["%=", "%"],
  ["&=", "&"],
  ["|=", "|"],
  ["??=", "??"],
]);

export function assignment(context: Context, node: Node): Expression {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  const operator = fieldOf(node, "operator")?.type ?? "=";
  const span = spanOf(node);
  if (!left || !right) return opaque(span, "assignment", context.childrenOf(node));
  if (left.type === "identifier" && textOf(context, left) === "_") return context.expression(right);
  const target = targetOf(context, left);
  const value = context.expression(right, declaredType(context, target));
  return {
    kind: "assignment",
    assignment: {
      kind: "assign",
      target,
      value,
      ...(declaresAll(left) ? { declare: "block" as const } : {}),
      ...(operator === "=" ? {} : { operator: COMPOUND.get(operator) ?? "other" }),
      span,
    },
    span,
  };
}

/** `(var a, int b) = …` */
function declaresAll(left: Node): boolean {
  if (left.type !== "tuple_expression") return false;
  return partsOf(left).every((part) => childOfType(part, "declaration_expression") !== undefined);
}

export function targetOf(context: Context, node: Node): Target {
  const span = spanOf(node);
  switch (node.type) {
    case "tuple_pattern":
    case "tuple_expression":
      return deeper<Target>(
        context,
        () => ({ kind: "list", items: [], span }),
        () => ({ kind: "list", items: partsOf(node).map((part) => itemTarget(context, part)), span }),
      );
    case "declaration_expression": {
      const name = fieldOf(node, "name");
      const text = name ? nameText(context, name) : "";
      declareType(context, text, fullType(context, fieldOf(node, "type")));
      return { kind: "name", name: text, span: spanOf(name ?? node) };
    }
    default: {
      const value = context.expression(node);
      return asTarget(value) ?? { kind: "index", object: value, index: opaque(span, "target"), span };
    }
  }
}

function itemTarget(context: Context, node: Node): Target | undefined {
  if (node.type === "discard" || textOf(context, node) === "_") return undefined;
  const inner = node.type === "argument" ? lastPart(node) : node;
  return inner ? targetOf(context, inner) : undefined;
}

function asTarget(value: Expression): Target | undefined {
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

/** The value after `=` in a declarator, whose first part is its name. */
export function initialValue(
  context: Context,
  parts: readonly Node[],
  type: string | undefined,
): Expression | undefined {
  const last = parts.length > 1 ? parts.at(-1) : undefined;
  return last && last.type !== "bracketed_argument_list" ? context.expression(last, type) : undefined;
}

/** `x++` and `x--`. */
export function step(value: Expression, operator: string, at: Node, span: Span): Expression {
  const target = asTarget(value);
  if (!target) return opaque(span, `unary ${operator}`, [value]);
  const one: Expression = { kind: "literal", value: 1, span: spanOf(at) };
  const sign = operator === "--" ? "-" : "+";
  return { kind: "assignment", assignment: { kind: "assign", target, operator: sign, value: one, span }, span };
}

export function postfix(context: Context, node: Node): Expression {
  const inner = partsOf(node)[0];
  const operator = node.parts.at(-1);
  const span = spanOf(node);
  if (!inner || !operator) return opaque(span, "unary");
  return step(context.expression(inner), operator.type, operator, span);
}
