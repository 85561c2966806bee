import type { Argument, Expression, FunctionExpression, Parameter, Span, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { bodyOf, type Context, field, inFunction, inside, missing, name, textOf } from "./context.ts";
import { ANNOTATIONS, descendants, modifiersOf } from "./syntax.ts";
import { declaredType, typeExpression } from "./types.ts";

export function lambda(context: Context, node: Node): Expression {
  const body = fieldOf(node, "body");
  if (body === undefined) return missing(node);
  const isBlock = body.type === "block";
  return {
    kind: "function",
    parameters: parameters(context, fieldOf(node, "parameters")),
    body: inFunction(context, () => (isBlock ? bodyOf(context, body) : [returned(context, body)])),
    annotations: [],
    lexicalThis: true,
    span: spanOf(node),
    bodySpan: isBlock ? inside(context, body) : spanOf(body),
  };
}

function returned(context: Context, node: Node): Statement {
  return { kind: "return", value: context.expression(node), span: spanOf(node) };
}

export function parameters(context: Context, node: Node | undefined): Parameter[] {
  if (node === undefined) return [];
  if (node.type === "identifier") return [untyped(context, node)];
  return node.children.flatMap((child) => {
    const read = PARAMETERS.get(child.type)?.(context, child);
    return read === undefined ? [] : [read];
  });
}

const PARAMETERS = new Map<string, (context: Context, node: Node) => Parameter | undefined>([
  ["identifier", untyped],
  ["formal_parameter", parameter],
  ["spread_parameter", rest],
  ["ERROR", unreadRest],
]);

function untyped(context: Context, node: Node): Parameter {
  const to = name(context, node);
  return { target: to, name: to.name, span: to.span };
}

export function parameter(context: Context, node: Node): Parameter | undefined {
  const bound = fieldOf(node, "name");
  if (bound === undefined) return undefined;
  const type = declaredType(context, fieldOf(node, "type"), fieldOf(node, "dimensions"));
  return typedParameter(context, node, bound, type);
}

function typedParameter(context: Context, node: Node, bound: Node, type: { type?: string }): Parameter {
  return {
    ...untyped(context, bound),
    ...type,
    annotations: annotations(context, modifiersOf(node)),
    span: spanOf(node),
  };
}

export function rest(context: Context, node: Node): Parameter | undefined {
  const parts = node.children.filter((part) => part.type !== "modifiers" && !ANNOTATIONS.has(part.type));
  const bound = fieldOf(parts.at(-1), "name") ?? parts.at(-1);
  const type = parts[0];
  if (bound === undefined || type === undefined) return undefined;
  return { ...typedParameter(context, node, bound, declaredType(context, type)), rest: "list" };
}

/** `String @Nullable ... values`: the grammar takes the dots for part of the annotation's name. */
function unreadRest(context: Context, node: Node): Parameter | undefined {
  const last = descendants(node, "identifier").at(-1);
  const type = node.children.find((part) => part.type.endsWith("type") || part.type.endsWith("identifier"));
  if (!last || !type || !/\.\.\.\s*[\w$]+$/.test(textOf(context, node))) return undefined;
  return { ...typedParameter(context, node, last, declaredType(context, type)), rest: "list" };
}

export function annotations(context: Context, modifiers: Node | undefined): Expression[] {
  if (modifiers === undefined) return [];
  const written = modifiers.children.filter((part) => ANNOTATIONS.has(part.type));
  return written.map((part) => context.expression(part));
}

export function annotation(context: Context, node: Node): Expression {
  const called = fieldOf(node, "name");
  if (called === undefined) return missing(node);
  const written = fieldOf(node, "arguments");
  return {
    kind: "call",
    callee: typeExpression(context, called),
    arguments: written === undefined ? [] : written.children.map((pair) => annotationArgument(context, pair)),
    ...(written !== undefined && { argumentsSpan: inside(context, written) }),
    span: spanOf(node),
  };
}

function annotationArgument(context: Context, node: Node): Argument {
  const key = node.type === "element_value_pair" ? fieldOf(node, "key") : undefined;
  if (key === undefined) return { value: context.expression(node), span: spanOf(node) };
  return { name: textOf(context, key), value: field(context, node, "value"), span: spanOf(node) };
}

export function functionOf(context: Context, node: Node): FunctionExpression {
  const named = fieldOf(node, "name");
  const body = fieldOf(node, "body");
  const end = { start: node.end, end: node.end };
  return {
    kind: "function",
    ...(named && { name: textOf(context, named) }),
    parameters: parameters(context, fieldOf(node, "parameters")),
    body: inFunction(context, () => (body === undefined ? [bodyless(context, node, end)] : bodyOf(context, body))),
    annotations: annotations(context, modifiersOf(node)),
    ...returnType(context, node),
    ...(body === undefined && fieldOf(node, "value") === undefined && { abstract: true as const }),
    span: spanOf(node),
    bodySpan: body === undefined ? end : inside(context, body),
  };
}

/** An abstract or native method returns something unknown; an annotation's element its default. */
function bodyless(context: Context, node: Node, at: Span): Statement {
  const value = fieldOf(node, "value");
  if (value !== undefined) return returned(context, value);
  return { kind: "return", value: opaque(at, "the method has no body"), span: at };
}

function returnType(context: Context, node: Node): { returnType?: string } {
  const { type } = declaredType(context, fieldOf(node, "type"), fieldOf(node, "dimensions"));
  return type === undefined ? {} : { returnType: type };
}
