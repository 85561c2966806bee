import type { Expression, Span, Statement, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import {
  type Branch,
  expressionStatement,
  fieldOf,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooManyBranches,
} from "../lowering.ts";
import { bodyOf, type Context, field, missing, push, textOf } from "./context.ts";
import { patternTest } from "./patterns.ts";

/** How many `case` bodies one `case` may fall through; deeper in nested switches none, so that copies stay few. */
const MAX_FALL_THROUGH = 16;

const MAX_FALL_THROUGH_NESTING = 2;

/** One `case … ->` rule, or one `case …:` with its statements. */
interface Case {
  readonly tests: readonly Expression[];
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
  readonly falls: boolean;
  readonly span: Span;
}

export function switchStatement(context: Context, node: Node, out: Statement[]): void {
  const { jumps } = context;
  const own = { breaks: 0, continues: 0 };
  context.jumps = own;
  const { before, chain } = switchOf(context, node);
  context.jumps = jumps;
  if (jumps) jumps.continues += own.continues;
  const body = [...before, ...chain];
  const at = spanOf(node);
  // A loop of one turn gives the `break`s inside the cases something to leave; `continue` would mean that loop too.
  if (own.breaks > 0 && own.continues === 0) {
    const always: Expression = { kind: "literal", value: true, span: at };
    out.push({ kind: "loop", test: always, body: [...body, { kind: "break", span: at }], span: at });
  } else push(out, "block", { body }, node);
}

/**
 * A `switch` as a value: each case ends in an expression. Where a `yield` stands further inside, the cases
 * are the body of a function called on the spot, and `yield` its `return`.
 */
export function switchValue(context: Context, node: Node): Expression {
  const { jumps, yields } = context;
  const own = { count: 0 };
  context.jumps = undefined;
  context.yields = own;
  const { before, chain, tails } = switchOf(context, node, own);
  context.jumps = jumps;
  context.yields = yields;
  const body = [...before, ...chain];
  const at = spanOf(node);
  if (own.count === tails) return { kind: "statements", body, span: at };
  const callee: Expression = {
    kind: "function",
    parameters: [],
    body,
    annotations: [],
    lexicalThis: true,
    span: at,
    bodySpan: at,
  };
  return { kind: "call", callee, arguments: [], span: at };
}

function switchOf(context: Context, node: Node, yields?: { readonly count: number }) {
  const written = field(context, node, "condition");
  const { subject, before } = evaluatedOnce(written, spanOf(node));
  const body = fieldOf(node, "body");
  context.switches++;
  const labelled = body === undefined ? [] : body.children;
  const read = labelled.flatMap((part) => switchCase(context, part, subject, yields !== undefined));
  const through = context.switches > MAX_FALL_THROUGH_NESTING ? 1 : MAX_FALL_THROUGH;
  context.switches--;
  const tails = read.filter((one) => one.body.at(-1)?.kind === "return").length;
  const asValues = yields !== undefined && yields.count === tails;
  const cases = merged(read);
  const done = cases.map((one, index) => {
    const whole = throughBody(cases.slice(index, index + through));
    return { tests: one.tests, isDefault: one.isDefault, body: asValues ? asValue(whole) : whole, span: one.span };
  });
  const branches: Branch[] = done
    .filter((one) => !one.isDefault)
    .map((one) => ({ test: anyOf(one.tests, one.span), then: one.body, span: one.span }));
  const otherwise = done.find((one) => one.isDefault)?.body ?? [];
  const isCut = branches.length > MOST_BRANCHES;
  const last = isCut ? [tooManyBranches(spanOf(node)), ...otherwise] : otherwise;
  return { before, chain: ifChain(branches.slice(0, MOST_BRANCHES), last), tails };
}

/** A subject with effects is kept in a variable that no Java program can name. */
function evaluatedOnce(subject: Expression, at: Span): { subject: Expression; before: Statement[] } {
  if (subject.kind === "name" || subject.kind === "this" || subject.kind === "literal") return { subject, before: [] };
  const kept: Expression & Target = { kind: "name", name: `switch@${at.start}`, span: subject.span };
  const before: Statement[] = [{ kind: "assign", target: kept, value: subject, declare: "block", span: subject.span }];
  return { subject: kept, before };
}

function switchCase(context: Context, node: Node, subject: Expression, isValue: boolean): Case[] {
  if (node.type !== "switch_rule" && node.type !== "switch_block_statement_group") {
    const body = context.statements([node]);
    return body.length === 0 ? [] : [{ tests: [], isDefault: false, body, falls: false, span: spanOf(node) }];
  }
  const isRule = node.type === "switch_rule";
  const parts = node.children;
  const labels = parts.filter((part) => part.type === "switch_label");
  const bodies = parts.filter((part) => part.type !== "switch_label");
  const single = isRule ? bodies[0] : undefined;
  const body =
    single?.type === "expression_statement" && isValue
      ? yielded(context, single)
      : single === undefined
        ? context.statements(bodies)
        : bodyOf(context, single);
  const { rest, ends } = withoutBreak(context, body);
  return [
    {
      tests: labels.flatMap((label) => labelTests(context, label, subject)),
      isDefault: labels.some((label) => isDefaultLabel(context, label)),
      body: rest,
      falls: !isRule && !ends,
      span: spanOf(node),
    },
  ];
}

function yielded(context: Context, node: Node): Statement[] {
  const out: Statement[] = [];
  yieldStatement(context, node, out);
  return out;
}

export function yieldStatement(context: Context, node: Node, out: Statement[]): void {
  const written = node.children[0];
  const value = written === undefined ? missing(node) : context.expression(written);
  if (context.yields === undefined) return push(out, "expression", { value }, node);
  context.yields.count++;
  out.push({ kind: "return", value, span: spanOf(node) });
}

function isDefaultLabel(context: Context, label: Node): boolean {
  return /^default\b|,\s*default$/.test(textOf(context, label));
}

function labelTests(context: Context, label: Node, subject: Expression): Expression[] {
  const parts = label.children.flatMap((part) => (part.type === "ERROR" ? part.children : [part]));
  const guard = parts.find((part) => part.type === "guard");
  const tests = parts
    .filter((part) => part !== guard && textOf(context, part) !== "default")
    .map((part) => labelTest(context, part, subject));
  const condition = guard && guard.children[0];
  if (condition === undefined) return tests;
  const right = context.expression(condition);
  const at = spanOf(label);
  return [{ kind: "binary", operator: "and", left: anyOf(tests, at), right, span: at }];
}

function labelTest(context: Context, node: Node, subject: Expression): Expression {
  if (node.type.endsWith("pattern")) return patternTest(context, subject, node, spanOf(node));
  return { kind: "binary", operator: "==", left: subject, right: context.expression(node), span: spanOf(node) };
}

function anyOf(tests: readonly Expression[], at: Span): Expression {
  const [first, ...others] = tests;
  if (first === undefined) return opaque(at, "a case without a label");
  return others.reduce<Expression>((left, right) => ({ kind: "binary", operator: "or", left, right, span: at }), first);
}

/** `case 1: case 2: body` is one case of two labels. */
function merged(cases: readonly Case[]): Case[] {
  const out: Case[] = [];
  let waiting: Expression[] = [];
  let isDefault = false;
  for (const [index, one] of cases.entries()) {
    for (const test of one.tests) waiting.push(test);
    isDefault ||= one.isDefault;
    if (one.body.length === 0 && one.falls && index < cases.length - 1) continue;
    out.push({ ...one, tests: waiting, isDefault });
    waiting = [];
    isDefault = false;
  }
  return out;
}

/** A case's own statements and those that it falls through to. */
function throughBody(cases: readonly Case[]): Statement[] {
  const body: Statement[] = [];
  for (const one of cases) {
    for (const each of one.body) body.push(each);
    if (!one.falls) break;
  }
  return body;
}

const ENDS = new Set<Statement["kind"]>(["break", "continue", "return", "throw"]);

/** The `break` that ends a case is the end of the branch; blocks that only wrap the case are opened. */
function withoutBreak(context: Context, body: readonly Statement[]): { rest: readonly Statement[]; ends: boolean } {
  let rest = body;
  for (let last = rest.at(-1); rest.length === 1 && last?.kind === "block"; last = rest.at(-1)) rest = last.body;
  const last = rest.at(-1);
  if (last === undefined || !ENDS.has(last.kind)) return { rest, ends: false };
  const plain = last.kind === "break" && /^break\s*;?$/.test(context.text.slice(last.span.start, last.span.end));
  if (!plain || context.jumps === undefined) return { rest, ends: true };
  context.jumps.breaks--;
  return { rest: rest.slice(0, -1), ends: true };
}

function asValue(body: readonly Statement[]): readonly Statement[] {
  const last = body.at(-1);
  if (last?.kind !== "return" || last.value === undefined) return body;
  return [...body.slice(0, -1), expressionStatement(last.value, last.span)];
}
