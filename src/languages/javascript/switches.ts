import type { Expression, Span, Statement, Target } from "../../program.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Arm, chainOfIfs } from "./branches.ts";
import { ARM, type Context, declare, isPath, roomFor } from "./context.ts";
import type { Syntax } from "./syntax.ts";

/** How many following cases the body of a `case` that falls through takes in. */
const LONGEST_FALL_THROUGH = 8;

/** How many `case` labels in a row are compared one by one. */
const MOST_LABELS = 100;

/** How deep a `break` is looked for in the body of a `case`. */
const DEEPEST_BREAK = 100;

interface Case {
  readonly tests: readonly Expression[];
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
  readonly ends: boolean;
  readonly span: Span;
}

/** A chain of comparisons; a body that falls through takes in the bodies after it. */
export function switchStatement(c: Context, node: Syntax): Statement[] {
  const value = fieldOf(node, "value");
  const before: Statement[] = [];
  let subject: Expression = value === undefined ? opaque(node, "a switch without a subject") : c.expression(value);
  if (!isPath(subject)) {
    const name: Target = { kind: "name", name: "(switch)", span: subject.span };
    before.push(declare(name, subject, subject.span));
    subject = name;
  }
  const longest = roomFor(c, ARM);
  const depth = c.depth;
  const arms: Arm[] = [];
  let otherwise: readonly Statement[] = [];
  c.depth = depth + Math.min(fieldOf(node, "body")?.children.length ?? 0, longest) * ARM;
  const cases = casesOf(c, fieldOf(node, "body"), subject);
  c.depth = depth;
  for (const [i, one] of cases.entries()) {
    const then = [...one.body];
    for (let j = i; j < i + LONGEST_FALL_THROUGH && cases[j]?.ends === false; j++)
      then.push(...(cases[j + 1]?.body ?? []));
    if (one.isDefault) otherwise = then;
    else arms.push({ test: anyOf(one), then, span: one.span });
  }
  const at = spanOf(node);
  return [{ kind: "block", body: [...before, ...chainOfIfs(arms, otherwise, longest)], span: at }];
}

/** The cases, those without a body of their own joined with the next. */
function casesOf(c: Context, switchBody: Syntax | undefined, subject: Expression): Case[] {
  const cases: Case[] = [];
  let tests: Expression[] = [];
  let isDefault = false;
  let start: number | undefined;
  const nodes = (switchBody?.children ?? []).filter(
    (one) => one.type === "switch_case" || one.type === "switch_default",
  );
  for (const [i, node] of nodes.entries()) {
    const test = fieldOf(node, "value");
    start ??= node.start;
    isDefault ||= node.type === "switch_default";
    if (test !== undefined) {
      const right = c.expression(test);
      tests.push({ kind: "binary", operator: "==", left: subject, right, span: spanOf(test) });
    }
    const own = node.children.filter((child) => child !== test);
    if (own.length === 0 && i < nodes.length - 1) continue;
    cases.push({ tests, isDefault, ...untilBreak(c.statements(own)), span: { start, end: node.end } });
    tests = [];
    isDefault = false;
    start = undefined;
  }
  return cases;
}

function anyOf({ tests, span }: Case): Expression {
  if (tests.length > MOST_LABELS) return { kind: "opaque", because: "too many cases", children: tests, span };
  return tests.reduce((left, right) => ({
    kind: "binary",
    operator: "or",
    left,
    right,
    span: { start: left.span.start, end: right.span.end },
  }));
}

/**
 * The statements of a `case` up to its `break`. What follows an `if` that breaks on one side moves to its other side.
 * Read from the end, so that each statement is moved at most once.
 */
function untilBreak(all: readonly Statement[], level = 0): { body: readonly Statement[]; ends: boolean } {
  if (level > DEEPEST_BREAK) return { body: all, ends: false };
  let rest: Statement[] = [];
  let ends = false;
  let moves = 0;
  for (const one of all.toReversed()) {
    if (one.kind === "break") {
      rest = [];
      ends = true;
    } else if (one.kind === "return" || one.kind === "throw" || one.kind === "continue") {
      rest = [one];
      ends = true;
    } else if (one.kind === "block" || one.kind === "try") {
      const inner = untilBreak(one.body, level + 1);
      if (inner.ends) rest = [];
      ends ||= inner.ends;
      rest.push({ ...one, body: inner.body });
    } else if (one.kind === "if") {
      const sides = { then: untilBreak(one.then, level + 1), else: untilBreak(one.else, level + 1) };
      const broken = { ...one, then: sides.then.body, else: sides.else.body };
      if (sides.then.ends && sides.else.ends) {
        rest = [broken];
        ends = true;
      } else if (sides.then.ends === sides.else.ends || moves >= DEEPEST_BREAK) {
        rest.push(broken);
      } else {
        const side = sides.then.ends ? "else" : "then";
        rest = [{ ...broken, [side]: broken[side].concat(rest.toReversed()) }];
        moves += 1;
      }
    } else {
      rest.push(one);
    }
  }
  return { body: rest.toReversed(), ends };
}
