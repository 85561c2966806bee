import type { Argument, Expression, Span } from "../../program.ts";
import { opaque, spanOf } from "../lowering.ts";
import { listItems } from "./arguments.ts";
import { blockFunction, lambdaFunction } from "./functions.ts";
import { type LowerExpression, literal, member, nameOf, type Reading, textOf } from "./reading.ts";
import { field, operatorOf, type Syntax } from "./syntax.ts";

const LINKS: ReadonlyMap<string, string> = new Map([
  ["call", "receiver"],
  ["element_reference", "object"],
  ["scope_resolution", "scope"],
]);

/** `a.b(1)[2]::C`: walked from the right, built from the left, so that length costs no stack. */
export function chain(node: Syntax, reading: Reading): Expression {
  const links: Syntax[] = [];
  let at: Syntax | undefined = node;
  for (let inner = LINKS.get(node.type); at !== undefined && inner !== undefined; ) {
    links.push(at);
    at = field(at, inner);
    inner = at === undefined ? undefined : LINKS.get(at.type);
  }
  let value = at === undefined ? undefined : reading.expression(at);
  for (const link of links.toReversed()) value = lowerLink(link, value, reading);
  return value ?? opaque(node, "an expression is missing");
}

function lowerLink(node: Syntax, object: Expression | undefined, reading: Reading): Expression {
  if (node.type === "call") return callLink(node, object, reading);
  if (node.type === "element_reference") return indexLink(node, object, reading);
  const name = field(node, "name");
  if (name === undefined) return object ?? opaque(node, "an expression is missing");
  if (object === undefined) return { kind: "name", name: textOf(name, reading), span: spanOf(node) };
  return member(object, node.start, name, reading);
}

export function ofThis(node: Syntax, reading: Reading): Expression {
  return member({ kind: "this", span: spanOf(node) }, node.start, node, reading);
}

function indexLink(node: Syntax, object: Expression | undefined, reading: Reading): Expression {
  const items = listItems(
    node.children.filter((part) => part.field !== "object" && part.field !== "block"),
    false,
    reading,
  );
  const only = items.length === 1 ? items[0] : undefined;
  return {
    kind: "index",
    object: object ?? opaque(node, "an expression is missing"),
    index:
      only !== undefined && only.spread === undefined
        ? only.value
        : { kind: "list", items, tuple: true, span: spanOf(node) },
    span: spanOf(node),
  };
}

function callee(node: Syntax, receiver: Expression | undefined, reading: Reading): Expression {
  const method = field(node, "method");
  if (receiver !== undefined) {
    if (method !== undefined) return member(receiver, node.start, method, reading);
    const end = operatorOf(node)?.end ?? receiver.span.end;
    // `a.(x)` is `a.call(x)`.
    const property = { start: end, end };
    return {
      kind: "member",
      object: receiver,
      property: "call",
      span: { start: node.start, end },
      propertySpan: property,
    };
  }
  if (method === undefined) return opaque(node, "an expression is missing");
  return method.type === "super" ? { kind: "super", span: spanOf(method) } : nameOf(method, reading);
}

function callLink(node: Syntax, receiver: Expression | undefined, reading: Reading): Expression {
  const called = callee(node, receiver, reading);
  const list = field(node, "arguments");
  const block = field(node, "block");
  if (list === undefined && block === undefined) return called;
  if (block === undefined) return call(node, called, list, undefined, reading);
  const isLambda = called.kind === "name" && called.name === "lambda";
  const value = isLambda ? lambdaFunction(block, reading) : blockFunction(block, reading);
  return call(node, called, list, { value, block: true, span: spanOf(block) }, reading);
}

/** The span of the arguments; `bare` when no parentheses stand around them. */
function argumentsPlace(list: Syntax, reading: Reading): { readonly span: Span; readonly bare: boolean } {
  const first = list.children[0];
  const last = list.children.at(-1);
  if (first !== undefined && last !== undefined && first.start === list.start) {
    return { span: { start: list.start, end: last.end }, bare: true };
  }
  const closed = reading.text[list.end - 1] === ")" && list.end - 1 > list.start;
  return { span: { start: list.start + 1, end: closed ? list.end - 1 : list.end }, bare: false };
}

export function call(
  node: Span,
  called: Expression,
  list: Syntax | undefined,
  block: Argument | undefined,
  reading: Reading,
): Expression {
  const place = list === undefined ? undefined : argumentsPlace(list, reading);
  const items = list === undefined ? [] : listItems(list.children, true, reading);
  if (block !== undefined) items.push(block);
  return {
    kind: "call",
    callee: called,
    arguments: items,
    ...(place !== undefined && { argumentsSpan: place.span }),
    ...(place?.bare !== false && { bare: true }),
    span: spanOf(node),
  };
}

/** `yield 1`, `alias a b`: a call of the keyword. */
export function keywordCall(keyword: string, list: (node: Syntax) => Syntax | undefined): LowerExpression {
  return (node, reading) =>
    call(
      node,
      nameOf({ start: node.start, end: node.start + keyword.length }, reading),
      list(node),
      undefined,
      reading,
    );
}

export function alias(node: Syntax, reading: Reading): Expression {
  const items = node.children.map((name) => ({
    value: literal(name, textOf(name, reading).replace(/^:/, "")),
    span: spanOf(name),
  }));
  const callee = nameOf({ start: node.start, end: node.start + node.type.length }, reading);
  return { kind: "call", callee, arguments: items, bare: true, span: spanOf(node) };
}
