import type { Argument, Expression, Span } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { type Context, kidsOf, name, type Syntax, textOf } from "./context.ts";

export type LowerChained = (context: Context, node: Syntax, first: Expression) => Expression;

function memberOfObject(context: Context, object: Expression, property: Syntax): Expression {
  return {
    kind: "member",
    object,
    property: textOf(context, property),
    span: { start: object.span.start, end: property.end },
    propertySpan: spanOf(property),
  };
}

export function dottedName(context: Context, node: Syntax): Expression {
  const [first, ...rest] = kidsOf(context, node);
  if (first === undefined) return opaque(node, "syntax error");
  return rest.reduce((object, kid) => memberOfObject(context, object, kid), name(context, first));
}

export function attribute(context: Context, node: Syntax, object: Expression): Expression {
  const property = kidsOf(context, node)[1];
  if (property === undefined) return opaque(node, "syntax error", [object]);
  return { ...memberOfObject(context, object, property), span: spanOf(node) };
}

export function call(context: Context, node: Syntax, callee: Expression): Expression {
  if (callee.kind === "name" && callee.name === "super") return { kind: "super", span: spanOf(node) };
  const list = kidsOf(context, node)[1];
  if (list === undefined) return { kind: "call", callee, arguments: [], span: spanOf(node) };
  const end = context.text[list.end - 1] === ")" && list.end > list.start ? list.end - 1 : list.end;
  const argumentsSpan = { start: Math.min(list.start + 1, end), end };
  const isGenerator = list.type === "generator_expression";
  const given: readonly Argument[] = isGenerator
    ? [{ value: context.expressionOf(list), span: argumentsSpan }]
    : argumentsOf(context, list);
  const unread: readonly Argument[] = list.children.some(({ type }) => type === "ERROR")
    ? [{ value: opaque({ start: end, end }, "syntax error"), spread: "map", span: { start: end, end } }]
    : [];
  return { kind: "call", callee, arguments: [...given, ...unread], argumentsSpan, span: spanOf(node) };
}

export function argumentsOf(context: Context, node: Syntax): readonly Argument[] {
  return kidsOf(context, node).map((kid) => argumentOf(context, kid));
}

const spreads: Readonly<Record<string, "list" | "map">> = {
  list_splat: "list",
  list_splat_pattern: "list",
  parenthesized_list_splat: "list",
  dictionary_splat: "map",
};

export function argumentOf(context: Context, node: Syntax): Argument {
  if (node.type === "keyword_argument") {
    const [name, value] = kidsOf(context, node);
    if (name !== undefined && value !== undefined) {
      return { name: textOf(context, name), value: context.expressionOf(value), span: spanOf(node) };
    }
  }
  const spread = spreads[node.type];
  if (spread === undefined) return { value: context.expressionOf(node), span: spanOf(node) };
  const [inner] = kidsOf(context, node);
  if (inner === undefined) return { value: opaque(node, "syntax error"), spread, span: spanOf(node) };
  // `(*a)` holds the star inside.
  const unpacked = spreads[inner.type] === undefined ? inner : (kidsOf(context, inner)[0] ?? inner);
  return { value: context.expressionOf(unpacked), spread, span: spanOf(node) };
}

export function tuple(items: readonly Argument[], span: Span): Expression {
  return { kind: "list", items, tuple: true, span: spanOf(span) };
}

export function subscript(context: Context, node: Syntax, object: Expression): Expression {
  const [first, ...rest] = kidsOf(context, node).slice(1);
  const last = rest.at(-1) ?? first;
  if (first === undefined || last === undefined) return opaque(node, "syntax error", [object]);
  const all = [first, ...rest];
  const isTuple =
    rest.length > 0 || spreads[first.type] !== undefined || textAfter(context, first, node).startsWith(",");
  const span = { start: first.start, end: last.end };
  if (all.some((kid) => kid.type === "slice")) {
    return opaque(node, "slice", [object, ...all.map((kid) => context.expressionOf(kid))]);
  }
  const index = isTuple
    ? tuple(
        all.map((kid) => argumentOf(context, kid)),
        span,
      )
    : context.expressionOf(first);
  return { kind: "index", object, index, span: spanOf(node) };
}

function textAfter(context: Context, inner: Span, outer: Span): string {
  return context.text.slice(inner.end, Math.min(outer.end, inner.end + 100)).trimStart();
}

/** The operator between two operands. */
export function between(context: Context, left: Span, right: Span): string {
  const text = context.text.slice(left.end, right.start);
  return text
    .replace(/#.*|\\(?=\r?\n)/g, " ")
    .trim()
    .replace(/\s+/g, " ");
}
