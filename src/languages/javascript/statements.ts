import type { Expression, Handler, Statement } from "../../program.ts";
import { DEEPEST, expressionStatement, fieldOf, opaque, spanOf, tooDeep } from "../lowering.ts";
import { effect, effectOf, valueOf } from "./assignments.ts";
import { ifStatement } from "./branches.ts";
import { dotted } from "./chains.ts";
import { classExpression } from "./classes.ts";
import { body, type Context, declare, type Lower, mayAct, nameTarget } from "./context.ts";
import { declarations, declared, enumObject, namespace } from "./declarations.ts";
import { functionExpression } from "./functions.ts";
import { exportStatement, importStatement } from "./modules.ts";
import { switchStatement } from "./switches.ts";
import { hasToken, type Syntax, TRANSPARENT, TYPE_ONLY } from "./syntax.ts";
import { targetOf } from "./targets.ts";

export const STATEMENTS: Readonly<Record<string, Lower<Statement[]>>> = {
  expression_statement: (c, node) => {
    const value = node.children[0];
    if (value === undefined) return [];
    return value.type === "internal_module" ? namespace(c, value) : effect(c, value, spanOf(node));
  },
  lexical_declaration: (c, node) => declarations(c, node, "block"),
  variable_declaration: (c, node) => declarations(c, node, "function"),
  function_declaration: (c, node) => declared(c, node, functionExpression(c, node), true),
  generator_function_declaration: (c, node) => declared(c, node, functionExpression(c, node), true),
  class_declaration: (c, node) => declared(c, node, classExpression(c, node), false),
  abstract_class_declaration: (c, node) => declared(c, node, classExpression(c, node), false),
  enum_declaration: (c, node) => declared(c, node, enumObject(c, node), false),
  internal_module: namespace,
  module: namespace,
  import_statement: importStatement,
  import_alias: (c, node) => {
    const [local, value] = node.children;
    if (local === undefined || value === undefined) return [];
    return [declare(nameTarget(c, local), dotted(c, value), spanOf(node))];
  },
  export_statement: exportStatement,
  statement_block: (c, node) => [{ kind: "block", body: statements(c, node.children), span: spanOf(node) }],
  if_statement: ifStatement,
  switch_statement: switchStatement,
  for_statement: forStatement,
  for_in_statement: forInStatement,
  while_statement: loop,
  do_statement: loop,
  try_statement: tryStatement,
  with_statement: (c, node) => [...effectOf(c, fieldOf(node, "object")), ...body(c, fieldOf(node, "body"))],
  labeled_statement: (c, node) => body(c, fieldOf(node, "body")),
  return_statement: (c, node) => [{ kind: "return", ...valueOf(c, node), span: spanOf(node) }],
  throw_statement: (c, node) => [{ kind: "throw", ...valueOf(c, node), span: spanOf(node) }],
  break_statement: (_, node) => [{ kind: "break", span: spanOf(node) }],
  continue_statement: (_, node) => [{ kind: "continue", span: spanOf(node) }],
  empty_statement: () => [],
  debugger_statement: () => [],
  hash_bang_line: () => [],
  // What only the type checker reads.
  ambient_declaration: () => [],
  function_signature: () => [],
  interface_declaration: () => [],
  type_alias_declaration: () => [],
};

export function statements(c: Context, nodes: readonly Syntax[]): Statement[] {
  const lowered: Statement[] = [];
  for (const node of nodes) for (const one of statement(c, node)) lowered.push(one);
  return lowered;
}

export function statement(c: Context, node: Syntax): Statement[] {
  if (c.depth >= DEEPEST) return [expressionStatement(tooDeep(node))];
  const depth = c.depth;
  c.depth += 1;
  const lowered = STATEMENTS[node.type]?.(c, node) ?? pieces(c, node);
  c.depth = depth;
  return lowered;
}

export function isStatement(node: Syntax): boolean {
  return STATEMENTS[node.type] !== undefined;
}

/** What is left of code that could not be parsed; names and literals alone do nothing. */
export function pieces(c: Context, node: Syntax): Statement[] {
  if (TYPE_ONLY.has(node.type)) return [];
  return !c.isExpression(node) && !TRANSPARENT.has(node.type)
    ? c
        .effects(node)
        .filter(mayAct)
        .map((value) => expressionStatement(value))
    : effect(c, node, spanOf(node)).filter((one) => one.kind !== "expression" || mayAct(one.value));
}

function loop(c: Context, node: Syntax): Statement[] {
  const test = fieldOf(node, "condition");
  return [
    {
      kind: "loop",
      ...(test !== undefined && { test: c.expression(test) }),
      body: body(c, fieldOf(node, "body")),
      span: spanOf(node),
    },
  ];
}

function forStatement(c: Context, node: Syntax): Statement[] {
  const initializer = fieldOf(node, "initializer");
  const condition = fieldOf(node, "condition");
  const test = condition?.type === "expression_statement" ? condition.children[0] : condition;
  const turns: Statement = {
    kind: "loop",
    ...(test?.named === true && test.type !== "empty_statement" && { test: c.expression(test) }),
    body: [...body(c, fieldOf(node, "body")), ...effectOf(c, fieldOf(node, "increment"))],
    span: spanOf(node),
  };
  const before = initializer === undefined ? [] : statement(c, initializer);
  return [{ kind: "block", body: [...before, turns], span: spanOf(node) }];
}

function forInStatement(c: Context, node: Syntax): Statement[] {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  const bind = left && targetOf(c, left);
  const over = right && c.expression(right);
  return [
    {
      kind: "loop",
      ...(bind !== undefined && { bind }),
      ...(over !== undefined && {
        over: hasToken(node, "in") ? opaque(over.span, "the keys of an object", [over]) : over,
      }),
      body: body(c, fieldOf(node, "body")),
      span: spanOf(node),
    },
  ];
}

function tryStatement(c: Context, node: Syntax): Statement[] {
  const clause = fieldOf(node, "handler");
  return [
    {
      kind: "try",
      body: body(c, fieldOf(node, "body")),
      handlers: clause === undefined ? [] : [handler(c, clause)],
      finally: body(c, fieldOf(fieldOf(node, "finalizer"), "body")),
      span: spanOf(node),
    },
  ];
}

function handler(c: Context, clause: Syntax): Handler {
  const lowered = body(c, fieldOf(clause, "body"));
  const parameter = fieldOf(clause, "parameter");
  const target = parameter && targetOf(c, parameter);
  if (target === undefined) return { types: [], body: lowered };
  if (target.kind === "name") return { types: [], bind: target.name, body: lowered };
  const caught: Expression = { kind: "name", name: "(caught)", span: target.span };
  return { types: [], bind: caught.name, body: [declare(target, caught, target.span), ...lowered] };
}
