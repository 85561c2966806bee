import type { Expression, FunctionExpression, Parameter, Span, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { expressionStatement, fieldOf, opaque, spanOf } from "../lowering.ts";
import { call, typeExpression } from "./chains.ts";
import { type Context, hasModifier, nameText } from "./context.ts";
import { declareType } from "./shapes.ts";
import { childOfType, hasToken, innerSpan, lastPart, partsOf } from "./syntax.ts";
import { fullType, returnedType, typed, typeText } from "./types.ts";

interface FunctionParts {
  readonly node: Node;
  readonly name?: string;
  readonly list: Node | undefined;
  readonly body: Node | undefined;
  readonly result: string | undefined;
  readonly attributes: readonly Expression[];
  readonly extra?: readonly Parameter[];
  readonly before?: () => Statement[];
}

export function functionOf(context: Context, node: Node, result: Node | undefined, name?: string): FunctionExpression {
  const nameNode = fieldOf(node, "name");
  const made = name ?? (nameNode ? nameText(context, nameNode) : undefined);
  return bodyFunction(context, {
    node,
    ...(made === undefined ? {} : { name: made }),
    list: fieldOf(node, "parameters"),
    body: fieldOf(node, "body"),
    result: fullType(context, result),
    attributes: annotations(context, node),
    before: () => constructorCall(context, node),
  });
}

export function bodyFunction(context: Context, parts: FunctionParts): FunctionExpression {
  const { node, name, list, body, result, attributes, extra = [], before } = parts;
  const async = hasModifier(context, node, "async");
  context.scopes.push(new Map());
  context.returns.push(returnedType(result, async));
  const parameters = [...(list ? parametersOf(context, list) : []), ...extra];
  const inner = [...(before?.() ?? []), ...functionBody(context, body)];
  context.returns.pop();
  context.scopes.pop();
  return {
    kind: "function",
    ...(name === undefined ? {} : { name }),
    parameters,
    body: inner,
    annotations: attributes,
    ...(result === undefined ? {} : { returnType: typeText(result) }),
    ...(async ? { async } : {}),
    ...(body === undefined && node.type === "method_declaration" ? { abstract: true as const } : {}),
    span: spanOf(node),
    bodySpan: bodySpan(body, node),
  };
}

function bodySpan(body: Node | undefined, node: Node): Span {
  if (!body) return { start: node.end, end: node.end };
  if (body.type === "block") return innerSpan(body);
  return spanOf(body.type === "arrow_expression_clause" ? (lastPart(body) ?? body) : body);
}

/** A block's statements, or `return` of the expression after `=>`. */
function functionBody(context: Context, body: Node | undefined): readonly Statement[] {
  if (!body || body.type === "block") return bodyOf(context, body);
  const value = body.type === "arrow_expression_clause" ? lastPart(body) : body;
  if (!value) return [];
  if (value.type === "throw_expression") return [throwStatement(context, value)];
  return [{ kind: "return", value: context.expression(value, context.returns.at(-1)), span: spanOf(value) }];
}

export function throwStatement(context: Context, node: Node): Statement {
  const part = lastPart(node);
  return { kind: "throw", ...(part ? { value: context.expression(part) } : {}), span: spanOf(node) };
}

/** The statements of a body, without the block around them. */
export function bodyOf(context: Context, node: Node | undefined): readonly Statement[] {
  if (!node) return [];
  return node.type === "block" ? context.statements(partsOf(node)) : context.statementOf(node);
}

/** `: base(…)` and `: this(…)` as the constructor's first call. */
function constructorCall(context: Context, node: Node): Statement[] {
  const initializer = childOfType(node, "constructor_initializer");
  const list = initializer ? childOfType(initializer, "argument_list") : undefined;
  if (!initializer || !list) return [];
  const base = childOfType(initializer, "base");
  const span = spanOf(base ?? childOfType(initializer, "this") ?? initializer);
  const callee: Expression = base
    ? { kind: "super", span }
    : { kind: "member", object: { kind: "this", span }, property: "constructor", span, propertySpan: span };
  const whole = { start: span.start, end: list.end };
  return [expressionStatement({ ...call(context, callee, list, initializer), span: whole })];
}

export function parametersOf(context: Context, list: Node): Parameter[] {
  if (list.type === "implicit_parameter" || list.type === "identifier") return [implicitParameter(context, list)];
  const parameters: Parameter[] = [];
  let rest: Node | undefined;
  let restType: Node | undefined;
  for (const child of list.parts) {
    if (child.type === "parameter") parameters.push(parameter(context, child));
    else if (child.type === "implicit_parameter") parameters.push(implicitParameter(context, child));
    else if (child.type === "params") rest = child;
    else if (rest && child.named && !restType && child.type !== "attribute_list") restType = child;
    else if (rest && child.type === "identifier") {
      const type = fullType(context, restType);
      const name = nameText(context, child);
      const span = { start: rest.start, end: child.end };
      parameters.push({
        target: { kind: "name", name, span: spanOf(child) },
        name,
        ...typed(type),
        rest: "list",
        span,
      });
      declareType(context, name, type);
    }
  }
  return parameters;
}

function implicitParameter(context: Context, node: Node): Parameter {
  const name = nameText(context, node);
  return { target: { kind: "name", name, span: spanOf(node) }, name, span: spanOf(node) };
}

export function parameter(context: Context, node: Node): Parameter {
  const nameNode = fieldOf(node, "name");
  const name = nameNode ? nameText(context, nameNode) : "";
  const type = fullType(context, fieldOf(node, "type"));
  const last = hasToken(node, "=") ? lastPart(node) : undefined;
  const attributes = annotations(context, node);
  declareType(context, name, type);
  return {
    target: { kind: "name", name, span: spanOf(nameNode ?? node) },
    name,
    ...(last ? { default: context.expression(last, type) } : {}),
    ...typed(type),
    ...(attributes.length > 0 ? { annotations: attributes } : {}),
    ...(hasModifier(context, node, "this") ? { receiver: true as const } : {}),
    span: spanOf(node),
  };
}

export function lambda(context: Context, node: Node): Expression {
  const list = fieldOf(node, "parameters");
  const body = fieldOf(node, "body") ?? childOfType(node, "block");
  const result = fullType(context, fieldOf(node, "type"));
  const parts = { node, list, body, result, attributes: annotations(context, node) };
  return { ...bodyFunction(context, parts), lexicalThis: true };
}

export function annotations(context: Context, node: Node): Expression[] {
  return node.parts.filter((child) => child.type === "attribute_list").flatMap((child) => attributesIn(context, child));
}

export function attributesIn(context: Context, node: Node): Expression[] {
  return partsOf(node)
    .filter((part) => part.type === "attribute")
    .map((part) => {
      const name = fieldOf(part, "name");
      const callee = name ? typeExpression(context, name) : opaque(part, "attribute");
      const list = childOfType(part, "attribute_argument_list");
      return list ? call(context, callee, list, part) : callee;
    });
}
