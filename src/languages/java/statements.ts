import type { Expression, Handler, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import {
  type Branch,
  DEEPEST,
  expressionStatement,
  fieldOf,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooDeep,
  tooManyBranches,
} from "../lowering.ts";
import { argumentsOf, LINKS } from "./chains.ts";
import { classOf } from "./classes.ts";
import { bodyOf, type Context, dotted, field, inLoop, type LowerStatement, name, push, textOf } from "./context.ts";
import { declarators, unassigned } from "./declarations.ts";
import { functionOf } from "./functions.ts";
import { assignment, stepped } from "./operators.ts";
import { switchStatement, yieldStatement } from "./switches.ts";
import { ANNOTATIONS, fieldNodes, NAMES } from "./syntax.ts";
import { declaredType, typeText } from "./types.ts";

export const STATEMENTS = new Map<string, LowerStatement>([
  ["import_declaration", importStatement],
  ["package_declaration", nothing],
  ["module_declaration", nothing],
  ["class_declaration", classStatement],
  ["interface_declaration", classStatement],
  ["enum_declaration", classStatement],
  ["record_declaration", classStatement],
  ["annotation_type_declaration", classStatement],
  ["method_declaration", functionStatement],
  ["constructor_declaration", functionStatement],
  ["local_variable_declaration", localVariables],
  ["field_declaration", localVariables],
  ["constant_declaration", localVariables],
  ["expression_statement", expressionStatementOf],
  ["explicit_constructor_invocation", constructorCall],
  ["block", (context, node, out) => push(out, "block", { body: bodyOf(context, node) }, node)],
  ["constructor_body", (context, node, out) => push(out, "block", { body: bodyOf(context, node) }, node)],
  ["static_initializer", inOrder],
  ["if_statement", ifStatement],
  ["for_statement", forStatement],
  ["enhanced_for_statement", forEachStatement],
  ["while_statement", whileStatement],
  ["do_statement", whileStatement],
  ["switch_expression", switchStatement],
  ["try_statement", tryStatement],
  ["try_with_resources_statement", tryStatement],
  ["return_statement", leave("return")],
  ["throw_statement", leave("throw")],
  ["yield_statement", yieldStatement],
  ["break_statement", jump],
  ["continue_statement", jump],
  ["synchronized_statement", inOrder],
  ["labeled_statement", labeledStatement],
  ["assert_statement", assertStatement],
  ["ERROR", inOrder],
]);

function nothing(): void {}

/** Under an error, what has an effect is kept and loose names are not. */
function isEffect(node: Node): boolean {
  return LINKS[node.type] !== undefined || EFFECTS.has(node.type);
}

export function isStatement(node: Node): boolean {
  return STATEMENTS.has(node.type) || isEffect(node);
}

const EFFECTS = new Set([
  "assignment_expression",
  "update_expression",
  "object_creation_expression",
  "lambda_expression",
  "parenthesized_expression",
  "binary_expression",
  "ternary_expression",
]);

export function statements(context: Context, nodes: readonly Node[]): Statement[] {
  const out: Statement[] = [];
  for (const node of nodes) statement(context, node, out);
  return out;
}

function statement(context: Context, node: Node, out: Statement[]): void {
  if (context.depth >= DEEPEST) {
    push(out, "expression", { value: tooDeep(node) }, node);
    return;
  }
  context.depth++;
  const how = STATEMENTS.get(node.type);
  if (how !== undefined) how(context, node, out);
  else if (isEffect(node)) valueStatement(context, node, node, out);
  else if (node.named && !ANNOTATIONS.has(node.type)) inOrder(context, node, out);
  context.depth--;
}

/** The statements and effects found in a node, one after the other. */
function inOrder(context: Context, node: Node, out: Statement[]): void {
  for (const child of node.children) statement(context, child, out);
}

function importStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children;
  const path = parts.find((part) => NAMES.has(part.type));
  if (path === undefined) return;
  const full = dotted(context, path);
  const at = spanOf(node);
  if (parts.some((part) => part.type === "asterisk")) {
    out.push({ kind: "import", from: full, names: [], star: true, span: at });
    return;
  }
  const split = full.lastIndexOf(".");
  const local = full.slice(split + 1);
  const fixed = node.parts[1]?.type === "static";
  const last = spanOf(fieldOf(path, "name") ?? path);
  const names = [{ imported: fixed ? local : "*", local, span: last }];
  out.push({ kind: "import", from: fixed ? full.slice(0, Math.max(split, 0)) : full, names, span: at });
}

export function declared(context: Context, node: Node, value: Expression, out: Statement[]): void {
  const named = fieldOf(node, "name");
  if (named === undefined) return;
  const hoisted = { declare: "block", hoisted: true } as const;
  out.push({ kind: "assign", target: name(context, named), value, ...hoisted, span: spanOf(node) });
}

function classStatement(context: Context, node: Node, out: Statement[]): void {
  declared(context, node, classOf(context, node), out);
}

function functionStatement(context: Context, node: Node, out: Statement[]): void {
  declared(context, node, functionOf(context, node), out);
}

function localVariables(context: Context, node: Node, out: Statement[]): void {
  for (const { to, value = unassigned(to), type, at } of declarators(context, node)) {
    out.push({ kind: "assign", target: to, value, declare: "block", ...type, span: at });
  }
  if (!context.broken) return;
  for (const part of node.children) if (part.type === "ERROR") statement(context, part, out);
}

function expressionStatementOf(context: Context, node: Node, out: Statement[]): void {
  for (const value of node.children) valueStatement(context, value, node, out);
}

/** An expression as a statement; assignments and `switch` have statements of their own. */
function valueStatement(context: Context, node: Node, at: Node, out: Statement[]): void {
  if (node.type === "switch_expression") return switchStatement(context, node, out);
  const assigned =
    node.type === "assignment_expression"
      ? assignment(context, node)
      : node.type === "update_expression"
        ? stepped(context, node)
        : undefined;
  if (assigned !== undefined) out.push({ ...assigned, span: spanOf(at) });
  else push(out, "expression", { value: context.expression(node) }, at);
}

function constructorCall(context: Context, node: Node, out: Statement[]): void {
  const called = fieldOf(node, "constructor");
  const written = fieldOf(node, "arguments");
  if (called === undefined || written === undefined) return inOrder(context, node, out);
  const at = { start: called.start, end: written.end };
  const callee = context.expression(called);
  const outer = fieldOf(node, "object");
  if (outer !== undefined) push(out, "expression", { value: context.expression(outer) }, outer);
  push(out, "expression", { value: { kind: "call", callee, ...argumentsOf(context, written), span: at } }, node);
}

function ifStatement(context: Context, node: Node, out: Statement[]): void {
  const branches: Branch[] = [];
  let at: Node | undefined = node;
  while (at?.type === "if_statement" && branches.length < MOST_BRANCHES) {
    const test = field(context, at, "condition");
    branches.push({ test, then: bodyOf(context, fieldOf(at, "consequence")), span: spanOf(at) });
    at = fieldOf(at, "alternative");
  }
  const otherwise = at?.type === "if_statement" ? [tooManyBranches(spanOf(at))] : bodyOf(context, at);
  for (const one of ifChain(branches, otherwise)) out.push(one);
}

function forStatement(context: Context, node: Node, out: Statement[]): void {
  const before = statements(context, fieldNodes(node, "init"));
  const test = fieldOf(node, "condition");
  const condition = test === undefined ? {} : { test: context.expression(test) };
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  const after = statements(context, fieldNodes(node, "update"));
  const loop: Statement = { kind: "loop", ...condition, body: [...body, ...after], span: spanOf(node) };
  if (before.length === 0) out.push(loop);
  else push(out, "block", { body: [...before, loop] }, node);
}

function forEachStatement(context: Context, node: Node, out: Statement[]): void {
  const bound = fieldOf(node, "name");
  const over = field(context, node, "value");
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  push(out, "loop", { ...(bound && { bind: name(context, bound) }), over, body }, node);
}

function whileStatement(context: Context, node: Node, out: Statement[]): void {
  const test = field(context, node, "condition");
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  push(out, "loop", { test, body }, node);
}

function tryStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children;
  const resources = fieldOf(node, "resources");
  const held = resources === undefined ? [] : resources.children.flatMap((part) => resource(context, part));
  const body = [...held, ...bodyOf(context, fieldOf(node, "body"))];
  const handlers = parts.filter((part) => part.type === "catch_clause").map((part) => handler(context, part));
  const last = parts.find((part) => part.type === "finally_clause");
  if (handlers.length === 0 && last === undefined) return push(out, "block", { body }, node);
  const final = last === undefined ? [] : bodyOf(context, last.children[0]);
  out.push({ kind: "try", body, handlers, finally: final, span: spanOf(node) });
}

function resource(context: Context, node: Node): Statement[] {
  const named = fieldOf(node, "name");
  if (named === undefined) {
    const values = node.children.map((part) => context.expression(part));
    return values.map((value) => expressionStatement(value));
  }
  const type = declaredType(context, fieldOf(node, "type"));
  const value = field(context, node, "value");
  return [{ kind: "assign", target: name(context, named), value, declare: "block", ...type, span: spanOf(node) }];
}

function handler(context: Context, node: Node): Handler {
  const caught = node.children.find((part) => part.type === "catch_formal_parameter");
  const types = caught && caught.children.find((part) => part.type === "catch_type");
  const bound = fieldOf(caught, "name");
  return {
    types: types ? types.children.map((type) => typeText(context, type)) : [],
    ...(bound && { bind: textOf(context, bound) }),
    body: bodyOf(context, fieldOf(node, "body")),
  };
}

function leave(kind: "return" | "throw"): LowerStatement {
  return (context, node, out) => {
    const value = node.children[0];
    out.push({ kind, ...(value && { value: context.expression(value) }), span: spanOf(node) });
  };
}

function jump(context: Context, node: Node, out: Statement[]): void {
  const isBreak = node.type === "break_statement";
  const labelled = node.children[0]?.type === "identifier";
  if (context.jumps && isBreak && !labelled) context.jumps.breaks++;
  if (context.jumps && !isBreak) context.jumps.continues++;
  out.push({ kind: isBreak ? "break" : "continue", span: spanOf(node) });
}

function labeledStatement(context: Context, node: Node, out: Statement[]): void {
  const body = node.children[1];
  if (body !== undefined) statement(context, body, out);
}

function assertStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children.map((part) => context.expression(part));
  push(out, "expression", { value: opaque(node, "an assertion", parts) }, node);
}
