import type { Argument, Call, Expression } from "../../program.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, inside, LINK, nameAt, roomFor, textOf } from "./context.ts";
import type { Syntax } from "./syntax.ts";

/** Lowers a left-nested chain from its innermost link outward, with a loop; past a bound the rest is flat and opaque. */
export function leftChain(
  c: Context,
  node: Syntax,
  beneath: (link: Syntax) => Syntax | undefined,
  join: (left: Expression, link: Syntax) => Expression,
  operands: (link: Syntax) => Expression[],
): Expression {
  const links: Syntax[] = [];
  let base = node;
  for (let next = beneath(base); next !== undefined; next = beneath(base)) {
    links.push(base);
    base = next;
  }
  if (links.length === 0) return c.other(node);
  const depth = c.depth;
  const room = roomFor(c, LINK);
  c.depth += Math.min(links.length, room) * LINK;
  let value = c.expression(base);
  let nested = 0;
  let rest: Expression[] | undefined;
  for (const link of links.toReversed()) {
    if (nested >= room) rest ??= [value];
    if (rest === undefined) value = join(value, link);
    else for (const operand of operands(link)) rest.push(operand);
    if (value.kind !== "text") nested += 1;
  }
  c.depth = depth;
  return rest === undefined ? value : opaque(node, "a chain that is too long", rest);
}

const BENEATH: Readonly<Record<string, string>> = {
  member_expression: "object",
  subscript_expression: "object",
  call_expression: "function",
};

/** `a.b[c](d)` */
export function chain(c: Context, node: Syntax): Expression {
  return leftChain(
    c,
    node,
    (link) => (link.type === "non_null_expression" ? link.children[0] : fieldOf(link, BENEATH[link.type] ?? "")),
    (left, link) => {
      if (link.type === "call_expression") return call(c, link, left);
      if (link.type === "member_expression") return member(c, link, left);
      return link.type === "subscript_expression" ? index(c, link, left) : left;
    },
    (link) => (link.type === "member_expression" ? [] : operandsOf(c, link)),
  );
}

function operandsOf(c: Context, link: Syntax): Expression[] {
  const given = fieldOf(link, "index");
  if (given !== undefined) return [c.expression(given)];
  return argumentsOf(c, fieldOf(link, "arguments")).map((one) => one.value);
}

export function member(c: Context, node: Syntax, object: Expression): Expression {
  const property = fieldOf(node, "property");
  if (property === undefined) return object;
  const optional = node.children.some((child) => child?.type === "optional_chain");
  return {
    kind: "member",
    object,
    property: textOf(c, property),
    ...(optional && { optional }),
    span: spanOf(node),
    propertySpan: spanOf(property),
  };
}

function index(c: Context, node: Syntax, object: Expression): Expression {
  const given = fieldOf(node, "index");
  if (given === undefined) return opaque(node, "an index that could not be read", [object]);
  return { kind: "index", object, index: c.expression(given), span: spanOf(node) };
}

/** A tagged template is a call without parentheses, the text its argument. */
export function call(c: Context, node: Syntax, callee: Expression): Call {
  const given = fieldOf(node, "arguments");
  return {
    kind: "call",
    callee,
    arguments: argumentsOf(c, given),
    ...(given?.type === "arguments" && { argumentsSpan: inside(c, given) }),
    ...(given?.type === "template_string" && { bare: true }),
    span: spanOf(node),
  };
}

function argumentsOf(c: Context, given: Syntax | undefined): Argument[] {
  if (given === undefined) return [];
  return (given.type === "arguments" ? given.children : [given]).map((one) => argument(c, one));
}

export function argument(c: Context, node: Syntax): Argument {
  const isSpread = node.type === "spread_element";
  const value = (isSpread ? node.children[0] : node) ?? node;
  return { value: c.expression(value), ...(isSpread && { spread: "list" }), span: spanOf(node) };
}

export function newExpression(c: Context, node: Syntax): Expression {
  const made = fieldOf(node, "constructor");
  if (made === undefined) return c.other(node);
  return { ...call(c, node, c.expression(made)), new: true };
}

/** The identifiers of `a.b.c`, in order. */
export function identifiersIn(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  let rest: Syntax | undefined = node;
  while (rest !== undefined && rest.children.length > 0) {
    const property = fieldOf(rest, "property");
    if (property !== undefined) found.push(property);
    rest = fieldOf(rest, "object");
  }
  if (rest !== undefined) found.push(rest);
  return found.toReversed();
}

export function dotted(c: Context, node: Syntax): Expression {
  const [first, ...properties] = identifiersIn(node);
  let value = nameAt(c, first ?? node);
  for (const property of properties) {
    value = {
      kind: "member",
      object: value,
      property: textOf(c, property),
      span: { start: node.start, end: property.end },
      propertySpan: spanOf(property),
    };
  }
  return value;
}
