import type { Expression, FunctionExpression, Parameter, Span, Statement, Target } from "../../program.ts";
import { expressionStatement, spanOf } from "../lowering.ts";
import { assignmentTo, targetOf } from "./assignments.ts";
import { bodyOf, type Context, given, kidOfType, kidsOf, type Syntax, textOf, within } from "./context.ts";
import { metadataOf, typeName } from "./types.ts";

export function functionDefinition(
  context: Context,
  node: Syntax,
  whole: Span,
  annotations: readonly Expression[],
): readonly Statement[] {
  const name = kidOfType(context, node, "identifier");
  const parameters = kidOfType(context, node, "parameters");
  const returned = kidOfType(context, node, "type");
  const block = kidOfType(context, node, "block");
  const isMethod = context.scope.kind === "class" && !annotations.some((value) => lastName(value) === "staticmethod");
  const lowered: FunctionExpression = {
    kind: "function",
    ...given({ name: name && textOf(context, name) }),
    parameters: parameters === undefined ? [] : parametersOf(context, parameters),
    body: within(context, "function", () => bodyOf(context, node)),
    annotations,
    ...(isMethod ? { explicitSelf: true } : {}),
    ...given({ returnType: returned && typeName(context, returned) }),
    ...(context.text.startsWith("async", node.start) ? { async: true } : {}),
    span: spanOf(node),
    bodySpan: block === undefined ? { start: node.end, end: node.end } : spanOf(block),
  };
  return [define(context, name, lowered, whole)];
}

export function define(context: Context, name: Syntax | undefined, value: Expression, span: Span): Statement {
  if (name === undefined) return expressionStatement(value);
  const target: Target = { kind: "name", name: textOf(context, name), span: spanOf(name) };
  return assignmentTo(context, target, value, span);
}

function parametersOf(context: Context, node: Syntax): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let keyword = false;
  for (const kid of kidsOf(context, node)) {
    if (kid.type === "keyword_separator") keyword = true;
    const parameter = parameterOf(context, kid, keyword);
    if (parameter === undefined) continue;
    parameters.push(parameter);
    if (parameter.rest === "list") keyword = true;
  }
  return parameters;
}

const rests: Readonly<Record<string, "list" | "map">> = { list_splat_pattern: "list", dictionary_splat_pattern: "map" };

const withParts = new Set(["default_parameter", "typed_parameter", "typed_default_parameter"]);

function parameterOf(context: Context, node: Syntax, keyword: boolean): Parameter | undefined {
  const [head, ...parts] = withParts.has(node.type) ? kidsOf(context, node) : [node];
  if (head === undefined) return undefined;
  const rest = rests[head.type];
  const bound = rest === undefined ? head : kidsOf(context, head)[0];
  const target = bound && targetOf(context, bound);
  if (target === undefined) return undefined;
  const type = parts.find((part) => part.type === "type");
  const value = parts.find((part) => part.type !== "type");
  const metadata = type === undefined ? [] : metadataOf(context, type);
  return {
    target,
    name: target.kind === "name" ? target.name : "",
    ...given({ default: value && context.expressionOf(value), type: type && typeName(context, type), rest }),
    ...(keyword && rest === undefined ? { keyword } : {}),
    ...(metadata.length > 0 ? { annotations: metadata } : {}),
    span: spanOf(node),
  };
}

export function lambda(context: Context, node: Syntax): Expression {
  const kids = kidsOf(context, node);
  const parameters = kids.find((kid) => kid.type === "lambda_parameters");
  const body = kids.findLast((kid) => kid !== parameters);
  const value = body && within(context, "function", () => context.expressionOf(body));
  const span = body === undefined ? { start: node.end, end: node.end } : spanOf(body);
  return {
    kind: "function",
    parameters: parameters === undefined ? [] : parametersOf(context, parameters),
    body: [{ kind: "return", ...given({ value }), span }],
    annotations: [],
    span: spanOf(node),
    bodySpan: span,
  };
}

export function lastName(value: Expression): string | undefined {
  if (value.kind === "name") return value.name;
  return value.kind === "member" ? value.property : undefined;
}
