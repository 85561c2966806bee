import type { Argument, Call, Expression, Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf, tooDeep } from "../lowering.ts";
import { step, targetOf } from "./assignments.ts";
import { type Context, deeper, nameText, textOf } from "./context.ts";
import { calledParameters } from "./shapes.ts";
import { hasToken, innerSpan, lastPart, nameNode, partsOf } from "./syntax.ts";
import { fullType, typed, typeText } from "./types.ts";

/** Node type to the field that holds what the access is made on. */
export const CHAINS: ReadonlyMap<string, string> = new Map([
  ["member_access_expression", "expression"],
  ["qualified_name", "qualifier"],
  ["invocation_expression", "function"],
  ["element_access_expression", "expression"],
  ["conditional_access_expression", "condition"],
  ["postfix_unary_expression", ""],
]);

export const OPERATORS = new Set(["binary_expression", "is_expression", "is_pattern_expression", "as_expression"]);

/** What binds more loosely than `.` though the grammar lets `a?.b` take it whole: `!a?.b`, `(T)a?.b`, `await a?.b`. */
export const LOOSE: ReadonlyMap<string, (context: Context, node: Node, steps: readonly Node[]) => Expression> = new Map(
  [
    ["prefix_unary_expression", prefix],
    ["cast_expression", cast],
    ["await_expression", operand],
    ["ref_expression", operand],
  ],
);

export function operand(context: Context, node: Node, steps: readonly Node[], expected?: string): Expression {
  const inner = lastPart(node);
  return inner ? context.expression(inner, expected, steps) : opaque(node, node.type);
}

export function cast(context: Context, node: Node, steps: readonly Node[]): Expression {
  const value = fieldOf(node, "value");
  return value
    ? context.expression(value, fullType(context, fieldOf(node, "type")), steps)
    : opaque(node, "cast", context.childrenOf(node));
}

export function prefix(context: Context, node: Node, steps: readonly Node[]): Expression {
  const operator = node.parts[0]?.type ?? "";
  const value = operand(context, node, steps);
  const span = { start: node.start, end: Math.max(node.end, value.span.end) };
  if (operator === "!") return { kind: "not", value, span };
  if (operator === "++" || operator === "--") return step(value, operator, node.parts[0]!, span);
  if (operator === "+") return value;
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number") {
    return { kind: "literal", value: -value.value, span };
  }
  return opaque(span, `unary ${operator}`, [value]);
}

/** The innermost object of a chain, and the accesses made on it, first to last. */
export function peel(node: Node): { readonly base: Node; readonly steps: readonly Node[] } {
  const steps: Node[] = [];
  let base = node;
  for (;;) {
    const name = CHAINS.get(base.type);
    if (name === undefined) break;
    const inner = name === "" ? nonNull(base) : fieldOf(base, name);
    if (!inner) break;
    steps.push(base);
    base = inner;
  }
  return { base, steps: steps.toReversed() };
}

/** What stands before the `!` that only silences the compiler. */
function nonNull(node: Node): Node | undefined {
  return node.parts.at(-1)?.type === "!" ? partsOf(node)[0] : undefined;
}

export function chain(context: Context, node: Node, expected?: string, outer: readonly Node[] = []): Expression {
  const { base, steps } = peel(node);
  const all = outer.length > 0 ? [...steps, ...outer] : steps;
  if (all.length > 0 && (OPERATORS.has(base.type) || LOOSE.has(base.type)))
    return context.expression(base, expected, all);
  let value: Expression =
    CHAINS.has(base.type) && base.type !== "postfix_unary_expression"
      ? opaque(base, reason(base.type), context.childrenOf(base))
      : all.length > 0 && base !== node
        ? context.expression(base)
        : context.primary(base, expected);
  for (const step of all) value = access(context, value, base.start, step);
  return value;
}

export function reason(type: string): string {
  return type.replace(/_(?:expression|literal|statement)$/, "").replaceAll("_", " ");
}

function access(context: Context, object: Expression, start: number, node: Node): Expression {
  switch (node.type) {
    case "postfix_unary_expression":
      return object;
    case "invocation_expression": {
      const list = fieldOf(node, "arguments");
      if (!list) return object;
      if (object.kind === "name" && object.name === "nameof") return nameOf(context, list, spanOf(node));
      return { ...call(context, object, list, node), span: { start, end: node.end } };
    }
    case "element_access_expression":
      return element(context, object, start, fieldOf(node, "subscript"), node);
    case "conditional_access_expression": {
      const binding = lastPart(node);
      return binding?.type === "member_binding_expression"
        ? member(context, object, start, binding)
        : element(context, object, start, binding, node);
    }
    default:
      return member(context, object, start, node);
  }
}

/** The member that `node` names: an access, a binding, or a bare identifier. */
export function member(context: Context, object: Expression, start: number, node: Node): Expression {
  const name = nameNode(fieldOf(node, "name") ?? node);
  return {
    kind: "member",
    object,
    property: nameText(context, name),
    span: { start, end: node.end },
    propertySpan: spanOf(name),
  };
}

export function element(
  context: Context,
  object: Expression,
  start: number,
  list: Node | undefined,
  node: Node,
): Expression {
  const items = list ? argumentsOf(context, list, []) : [];
  const [first] = items;
  const span = { start, end: node.end };
  if (!first) return opaque(span, "element", [object]);
  const index: Expression =
    items.length === 1 ? first.value : { kind: "list", items, tuple: true, span: list ? innerSpan(list) : span };
  return { kind: "index", object, index, span };
}

/** `nameof(A.B)` is `"B"`. */
function nameOf(context: Context, list: Node, span: Span): Expression {
  const text = context.text.slice(list.start + 1, list.end - 1);
  return { kind: "literal", value: typeText(text.slice(0, 1_000)).split(".").at(-1) ?? "", span };
}

export function call(context: Context, callee: Expression, list: Node, node: Node): Call {
  const count = partsOf(list).length;
  return {
    kind: "call",
    callee,
    arguments: argumentsOf(context, list, calledParameters(context, callee, count)),
    argumentsSpan: innerSpan(list),
    span: spanOf(node),
  };
}

export const ARGUMENTS = new Set(["argument", "attribute_argument"]);

export function argumentsOf(context: Context, list: Node, expected: readonly string[]): Argument[] {
  return partsOf(list).map((part, index) => argument(context, part, expected[index] || undefined));
}

export function argument(context: Context, node: Node, expected: string | undefined): Argument {
  const span = spanOf(node);
  if (!ARGUMENTS.has(node.type)) return { value: context.expression(node, expected), span };
  const parts = partsOf(node);
  const nameNode = fieldOf(node, "name");
  const last = parts.at(-1);
  if (!last) return { value: opaque(span, "argument"), span };
  const attribute = node.type === "attribute_argument";
  if (attribute && last.type === "assignment_expression") {
    const left = fieldOf(last, "left");
    const right = fieldOf(last, "right");
    if (left && right) return { name: nameText(context, left), value: context.expression(right), span };
  }
  const name = nameNode ? { name: nameText(context, nameNode) } : {};
  if (hasToken(node, "out")) return { ...name, value: outVariable(context, last), span };
  return { ...name, ...spreadOf(context, last, expected), span };
}

/** `..x` in a collection, else the value. */
export function spreadOf(
  context: Context,
  node: Node,
  expected: string | undefined,
): Pick<Argument, "value" | "spread"> {
  const spread = node.type === "spread_element" || (node.type === "range_expression" && node.parts[0]?.type === "..");
  const inner = spread ? lastPart(node) : undefined;
  return inner ? { value: context.expression(inner), spread: "list" } : { value: context.expression(node, expected) };
}

/** `out x` and `out var x`: the callee gives the variable a value that is not known here. */
export function outVariable(context: Context, node: Node): Expression {
  const span = spanOf(node);
  const value = opaque(span, "out");
  if (node.type === "discard" || textOf(context, node) === "_") return value;
  const declares = node.type === "declaration_expression";
  const type = declares ? fullType(context, fieldOf(node, "type")) : undefined;
  const target = targetOf(context, node);
  if (target.kind === "name" && target.name === "_") return value;
  const declare = declares ? { declare: "block" as const, ...typed(type) } : {};
  return { kind: "assignment", assignment: { kind: "assign", target, value, ...declare, span }, span };
}

/** A type as an expression: a name or a member chain. */
export function typeExpression(context: Context, node: Node): Expression {
  switch (node.type) {
    case "nullable_type":
    case "array_type":
    case "ref_type":
    case "scoped_type":
    case "pointer_type": {
      const inner = fieldOf(node, "type");
      return inner
        ? deeper(
            context,
            () => tooDeep(node),
            () => typeExpression(context, inner),
          )
        : opaque(node, "type");
    }
    case "predefined_type":
      return { kind: "name", name: textOf(context, node), span: spanOf(node) };
    case "identifier":
    case "generic_name":
    case "qualified_name":
    case "alias_qualified_name":
    case "member_access_expression":
      return chain(context, node);
    default:
      return opaque(node, "type");
  }
}

export function aliased(context: Context, node: Node): Expression {
  const alias = fieldOf(node, "alias");
  const name = fieldOf(node, "name");
  if (!alias || !name) return opaque(node, "name");
  if (textOf(context, alias) === "global") return { kind: "name", name: nameText(context, name), span: spanOf(node) };
  return member(context, { kind: "name", name: nameText(context, alias), span: spanOf(alias) }, node.start, node);
}
