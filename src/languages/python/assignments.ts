import type { Assignment, BinaryOperator, Expression, Span, Statement, Target } from "../../program.ts";
import { DEEPEST, expressionStatement, opaque, spanOf } from "../lowering.ts";
import { between } from "./chains.ts";
import { type Context, children, given, kidsOf, type Syntax, textOf } from "./context.ts";
import { metadataOf, typeName } from "./types.ts";

const augmented: Readonly<Record<string, BinaryOperator>> = {
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "/=": "/",
  "%=": "%",
  "|=": "|",
  "&=": "&",
};

export function augmentedAssignment(context: Context, node: Syntax): readonly Statement[] {
  const [left, right] = kidsOf(context, node);
  if (left === undefined || right === undefined)
    return children(context, node).map((value) => expressionStatement(value));
  const operator = augmented[between(context, left, right)] ?? "other";
  return assign(context, left, context.expressionOf(right), node, { operator });
}

/** `a = b = value`: the value is evaluated once, so the other targets read the first one unless it is a literal. */
export function assignments(context: Context, node: Syntax): readonly Statement[] {
  const links: { left: Syntax; type: string | undefined; metadata: readonly Expression[] }[] = [];
  let value: Syntax | undefined = node;
  while (value?.type === "assignment") {
    const [left, ...rest]: readonly Syntax[] = kidsOf(context, value);
    const type = rest.find((kid) => kid.type === "type");
    value = rest.findLast((kid) => kid.type !== "type");
    if (left !== undefined) {
      links.push({ left, type: type && typeName(context, type), metadata: type ? metadataOf(context, type) : [] });
    }
  }
  const before = links.flatMap((link) => link.metadata).map((metadata) => expressionStatement(metadata));
  if (value === undefined) return before;
  const lowered = context.expressionOf(value);
  const first =
    links.find((link) => link.left.type === "identifier") ?? links.find((link) => link.left.type === "attribute");
  const shared = lowered.kind === "literal" || links.length < 2 || first === undefined ? undefined : first;
  const ordered = shared === undefined ? links : [shared, ...links.filter((link) => link !== shared)];
  return before.concat(
    ordered.flatMap(({ left, type }) => {
      const isCopy = shared !== undefined && left !== shared.left;
      return assign(context, left, isCopy ? context.expressionOf(shared.left) : lowered, node, given({ type }));
    }),
  );
}

export function assign(
  context: Context,
  left: Syntax,
  value: Expression,
  span: Span,
  more: Pick<Assignment, "operator" | "type">,
): readonly Statement[] {
  const target = targetOf(context, left);
  if (target === undefined)
    return [expressionStatement(opaque(span, "not a target", [context.expressionOf(left), value]))];
  const known =
    target.kind === "list" && hasMiddleStar(context, left) ? opaque(value.span, "starred target", [value]) : value;
  return [assignmentTo(context, target, known, span, more)];
}

export function assignmentTo(
  context: Context,
  target: Target,
  value: Expression,
  span: Span,
  more: Pick<Assignment, "operator" | "type"> = {},
): Assignment {
  const declare = isBoundHere(context, target) ? ({ declare: "function" } as const) : {};
  return { kind: "assign", target, value, ...declare, ...more, span: spanOf(span) };
}

function isBoundHere(context: Context, target: Target): boolean {
  if (target.kind === "name") return !context.scope.shared.has(target.name);
  if (target.kind !== "list") return false;
  const items = target.rest === undefined ? target.items : [...target.items, target.rest];
  return items.some((item) => item !== undefined && isBoundHere(context, item));
}

export const lists = new Set(["pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"]);

const stars = new Set(["list_splat_pattern", "list_splat"]);

function hasMiddleStar(context: Context, node: Syntax): boolean {
  const kids = kidsOf(context, node);
  const star = kids.findIndex((kid) => stars.has(kid.type));
  return star >= 0 && star < kids.length - 1;
}

export function targetOf(context: Context, node: Syntax): Target | undefined {
  if (context.depth >= DEEPEST) return undefined;
  context.depth += 1;
  const target = lowerTarget(context, node);
  context.depth -= 1;
  return target;
}

function lowerTarget(context: Context, node: Syntax): Target | undefined {
  if (node.type === "identifier") return { kind: "name", name: textOf(context, node), span: spanOf(node) };
  const kids = kidsOf(context, node);
  if (lists.has(node.type)) {
    const items = kids.filter((kid) => !stars.has(kid.type)).map((kid) => targetOf(context, kid));
    const star = kids.find((kid) => stars.has(kid.type));
    const starred = star && kidsOf(context, star)[0];
    return { kind: "list", items, ...given({ rest: starred && targetOf(context, starred) }), span: spanOf(node) };
  }
  const [first, ...rest] = kids;
  if (first === undefined) return undefined;
  if (node.type === "attribute" || node.type === "subscript") {
    const lowered = context.expressionOf(node);
    if (lowered.kind === "member" || lowered.kind === "index") return lowered;
    const index = opaque(rest[0] ?? node, "slice", children(context, node).slice(1));
    return { kind: "index", object: context.expressionOf(first), index, span: spanOf(node) };
  }
  return wrappers.has(node.type) ? targetOf(context, first) : undefined;
}

/** Nodes that stand around one other node without a meaning here. */
const wrappers = new Set(["parenthesized_expression", "as_pattern_target", "await", "type", "list_splat_pattern"]);

export function deleteStatement(context: Context, node: Syntax): readonly Statement[] {
  const targets = kidsOf(context, node).flatMap((kid) => (lists.has(kid.type) ? kidsOf(context, kid) : [kid]));
  return targets.map((kid): Statement => {
    const target = targetOf(context, kid);
    if (target === undefined) return expressionStatement(context.expressionOf(kid));
    return { kind: "delete", target, span: spanOf(node) };
  });
}

export function shareNames(context: Context, node: Syntax): readonly Statement[] {
  if (context.scope.kind !== "module") {
    for (const kid of kidsOf(context, node)) context.scope.shared.add(textOf(context, kid));
  }
  return [];
}
