import type { Expression, FunctionExpression, Parameter, Span, Statement } from "../../program.ts";
import { spanOf } from "../lowering.ts";
import { listTarget } from "./assignments.ts";
import { body } from "./bodies.ts";
import { literal, member, nameOf, type Reading, textOf, withNext } from "./reading.ts";
import { field, STATEMENT_LISTS, type Syntax } from "./syntax.ts";
import { asValue, withValue } from "./values.ts";

type ReadParameter = (node: Syntax, reading: Reading) => Omit<Parameter, "span">;

function namedParameter(node: Syntax, anonymous: string, reading: Reading): Omit<Parameter, "span"> {
  const place = field(node, "name");
  const name = place === undefined ? anonymous : textOf(place, reading);
  const value = field(node, "value");
  return {
    target: { kind: "name", name, span: spanOf(place ?? node) },
    name,
    ...(value !== undefined && { default: reading.expression(value) }),
  };
}

const PARAMETERS: ReadonlyMap<string, ReadParameter> = new Map<string, ReadParameter>([
  ["identifier", (node, reading) => ({ target: nameOf(node, reading), name: textOf(node, reading) })],
  ["optional_parameter", (node, reading) => namedParameter(node, "", reading)],
  ["keyword_parameter", (node, reading) => ({ ...namedParameter(node, "", reading), keyword: true })],
  ["splat_parameter", (node, reading) => ({ ...namedParameter(node, "*", reading), rest: "list" })],
  ["hash_splat_parameter", (node, reading) => ({ ...namedParameter(node, "**", reading), rest: "map" })],
  ["forward_parameter", (node, reading) => ({ ...namedParameter(node, "...", reading), rest: "list" })],
  // `&block` takes the block, never a positional argument: its type says so.
  ["block_parameter", (node, reading) => ({ ...namedParameter(node, "&", reading), type: "Proc" })],
  ["destructured_parameter", (node, reading) => ({ target: listTarget(node, reading), name: textOf(node, reading) })],
]);

function parameters(list: Syntax | undefined, reading: Reading): Parameter[] {
  const result: Parameter[] = [];
  for (const node of list?.children ?? []) {
    const read = node.field === "locals" ? undefined : PARAMETERS.get(node.type);
    if (read !== undefined) result.push({ ...read(node, reading), span: spanOf(node) });
  }
  return result;
}

function bodySpan(node: Syntax, reading: Reading): Span {
  const inner = field(node, "body");
  if (inner !== undefined) return spanOf(inner);
  const end = node.end - (reading.text[node.end - 1] === "}" ? 1 : 3);
  const start = field(node, "parameters")?.end ?? field(node, "name")?.end ?? node.start;
  return { start: Math.max(start, end), end: Math.max(start, end) };
}

/** Several statements, or the one expression of `def x = value`. */
function functionBody(node: Syntax | undefined, reading: Reading): Statement[] {
  if (node === undefined) return [];
  return withValue(STATEMENT_LISTS.has(node.type) ? body(node, reading) : reading.statement(node));
}

function makeFunction(node: Syntax, next: Reading["next"], reading: Reading): FunctionExpression {
  return withNext(reading, next, () => ({
    kind: "function",
    parameters: parameters(field(node, "parameters"), reading),
    body: functionBody(field(node, "body"), reading),
    annotations: [],
    implicitReturn: true,
    span: spanOf(node),
    bodySpan: bodySpan(node, reading),
  }));
}

export function blockFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "continue", reading), lexicalThis: true, blockScope: true };
}

/** The block of a lambda: `return` and `next` leave the lambda itself. */
export function lambdaFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "return", reading), lexicalThis: true };
}

/** `->(x) { … }`: the parameters stand beside the block. */
export function lambda(node: Syntax, reading: Reading): Expression {
  const lowered = lambdaFunction(field(node, "body") ?? node, reading);
  return { ...lowered, parameters: parameters(field(node, "parameters"), reading), span: spanOf(node) };
}

export function methodFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "continue", reading), name: textOf(field(node, "name") ?? node, reading) };
}

/** `def x` outside a class body; `def object.x` is an assignment to a member. */
export function method(node: Syntax, reading: Reading): Statement[] {
  const value = methodFunction(node, reading);
  const name = field(node, "name") ?? node;
  const object = node.type === "singleton_method" ? field(node, "object") : undefined;
  if (object !== undefined) {
    const to = member(reading.expression(object), object.start, name, reading);
    return [{ kind: "assign", target: to, value, span: spanOf(node) }];
  }
  const to = nameOf(name, reading);
  return [{ kind: "assign", target: to, value, declare: "function", hoisted: true, span: spanOf(node) }];
}

export function methodValue(node: Syntax, reading: Reading): Expression {
  const name = field(node, "name") ?? node;
  return reading.lifted.has(node) ? literal(name, textOf(name, reading)) : asValue(node, reading.statement(node));
}
