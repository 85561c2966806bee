import type { Argument, Expression, Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, field, inside, member, missing, name } from "./context.ts";
import { typeExpression } from "./types.ts";

/** The field that leads to the left end of a chain of calls, members and indexes. */
export const LINKS: Readonly<Record<string, string>> = {
  method_invocation: "object",
  field_access: "object",
  array_access: "array",
};

export function items(context: Context, node: Node): Argument[] {
  return node.children
    .filter((child) => child.type !== "ERROR" || child.children.length > 0)
    .map((child) => ({ value: context.expression(child), span: spanOf(child) }));
}

export function argumentsOf(context: Context, node: Node | undefined): { arguments: Argument[]; argumentsSpan?: Span } {
  if (node === undefined) return { arguments: [] };
  return { arguments: items(context, node), argumentsSpan: inside(context, node) };
}

/** `a.b().c[0].d`: walked from the right end to the left one, then built in source order. */
export function access(context: Context, node: Node): Expression {
  const links: Node[] = [];
  let at: Node | undefined = node;
  for (let by = LINKS[at.type]; at !== undefined && by !== undefined; by = at ? LINKS[at.type] : undefined) {
    links.push(at);
    at = fieldOf(at, by);
  }
  let result = at === undefined ? undefined : context.expression(at);
  for (let index = links.length - 1; index >= 0; index--) {
    const link = links[index];
    if (link) result = accessLink(context, link, result);
  }
  return result ?? missing(node);
}

function accessLink(context: Context, node: Node, object: Expression | undefined): Expression {
  if (node.type === "array_access") {
    if (object === undefined) return missing(node);
    return { kind: "index", object, index: field(context, node, "index"), span: spanOf(node) };
  }
  const isCall = node.type === "method_invocation";
  const property = fieldOf(node, isCall ? "name" : "field");
  if (property === undefined) return opaque(node, "incomplete code", object ? [object] : []);
  const callee = selected(context, node, object, property);
  if (!isCall) return callee;
  return { kind: "call", callee, ...argumentsOf(context, fieldOf(node, "arguments")), span: spanOf(node) };
}

function selected(context: Context, node: Node, object: Expression | undefined, property: Node): Expression {
  if (object === undefined) return name(context, property);
  if (property.type === "this") {
    const own = object.kind === "name" && object.name === context.className;
    return own ? { kind: "this", span: spanOf(node) } : opaque(node, "the instance of an enclosing class");
  }
  const between = context.text.slice(object.span.end, property.start);
  if (!between.includes("super")) return member(context, object, property);
  const next = node.children.find((child) => child.type === "super");
  return member(context, next ? context.expression(next) : object, property);
}

export function methodReference(context: Context, node: Node): Expression {
  const object = node.children[0];
  const property = node.parts.at(-1);
  if (object === undefined || property === undefined) return missing(node);
  return member(context, typeOrValue(context, object), property);
}

function typeOrValue(context: Context, node: Node): Expression {
  return context.isExpression(node) ? context.expression(node) : typeExpression(context, node);
}

export function classLiteral(context: Context, node: Node): Expression {
  const type = node.children[0];
  const property = node.parts.at(-1);
  if (type === undefined || property === undefined) return missing(node);
  return member(context, typeExpression(context, type), property);
}
