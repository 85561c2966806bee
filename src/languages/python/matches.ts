import type { Assignment, Expression, Statement, Target } from "../../program.ts";
import { type Branch, ifChain, MOST_BRANCHES, opaque, spanOf, tooManyBranches } from "../lowering.ts";
import { assignmentTo } from "./assignments.ts";
import { argumentOf, tuple } from "./chains.ts";
import { bodyOf, type Context, children, kidOfType, kidsOf, type Syntax, textOf } from "./context.ts";

// match

export function matchStatement(context: Context, node: Syntax): readonly Statement[] {
  const subjects = kidsOf(context, node).filter((kid) => kid.type !== "block");
  const block = kidOfType(context, node, "block");
  const [first, last] = [subjects[0], subjects.at(-1)];
  if (first === undefined || last === undefined) return bodyOf(context, node);
  const span = { start: first.start, end: last.end };
  const value =
    subjects.length === 1
      ? context.expressionOf(first)
      : tuple(
          subjects.map((kid) => argumentOf(context, kid)),
          span,
        );
  // A subject that does something is evaluated once; no Python name can be called like this one.
  const isPlain = value.kind === "name" || value.kind === "member";
  const name = `match@${node.start}`;
  const subject: Expression = isPlain ? value : { kind: "name", name, span };
  const held = isPlain ? [] : [assignmentTo(context, { kind: "name", name, span }, value, span)];
  const cases = block === undefined ? [] : kidsOf(context, block).filter((kid) => kid.type === "case_clause");
  return [...held, ...caseChain(context, cases, subject, node.end)];
}

function caseChain(
  context: Context,
  clauses: readonly Syntax[],
  subject: Expression,
  end: number,
): readonly Statement[] {
  const branches: Branch[] = [];
  for (const clause of clauses) {
    if (branches.length >= MOST_BRANCHES) return ifChain(branches, [tooManyBranches(clause)]);
    const patterns = kidsOf(context, clause).filter((kid) => kid.type === "case_pattern");
    const guardClause = kidOfType(context, clause, "if_clause");
    const guard = guardClause && children(context, guardClause)[0];
    const [pattern] = patterns;
    const matched =
      patterns.length === 1 && pattern ? patternTest(context, pattern, subject) : opaque(clause, "pattern", [subject]);
    const bound = captures(context, patterns, subject);
    if (matched === undefined && guard === undefined) {
      return ifChain(branches, [...bound, ...bodyOf(context, clause)]);
    }
    const test = guarded(matched, bound, guard) ?? opaque(clause, "pattern", [subject]);
    const then = guard === undefined ? [...bound, ...bodyOf(context, clause)] : bodyOf(context, clause);
    branches.push({ test, then, span: { start: clause.start, end } });
  }
  return ifChain(branches, []);
}

/** A guard sees the names that its pattern binds. */
function guarded(
  matched: Expression | undefined,
  bound: readonly Assignment[],
  guard: Expression | undefined,
): Expression | undefined {
  if (guard === undefined) return matched;
  const items = bound.map((assignment): Expression => ({ kind: "assignment", assignment, span: assignment.span }));
  const condition: Expression =
    items.length === 0 ? guard : { kind: "sequence", items: [...items, guard], span: guard.span };
  if (matched === undefined) return condition;
  const span = { start: matched.span.start, end: guard.span.end };
  return { kind: "binary", operator: "and", left: matched, right: condition, span };
}

/** @returns undefined when the pattern always matches */
function patternTest(context: Context, pattern: Syntax, subject: Expression): Expression | undefined {
  const [inner] = kidsOf(context, pattern);
  if (inner === undefined) return textOf(context, pattern) === "_" ? undefined : opaque(pattern, "pattern", [subject]);
  if (isCapture(context, inner)) return undefined;
  const alternatives = inner.type === "union_pattern" ? kidsOf(context, inner) : [inner];
  let start = pattern.start;
  let test: Expression | undefined;
  for (const alternative of alternatives) {
    const value = patternValue(context, alternative, context.text.slice(start, alternative.start).includes("-"));
    if (value === undefined) return opaque(pattern, "pattern", [subject]);
    const right: Expression = { kind: "binary", operator: "==", left: subject, right: value, span: value.span };
    const span = { start: pattern.start, end: alternative.end };
    test = test === undefined ? right : { kind: "binary", operator: "or", left: test, right, span };
    start = alternative.end;
  }
  return test;
}

const literalPatterns = new Set(["string", "concatenated_string", "integer", "float", "true", "false", "none"]);

/** The constant that a pattern compares with: a literal or a dotted name. */
function patternValue(context: Context, node: Syntax, negated: boolean): Expression | undefined {
  if (node.type === "dotted_name" && kidsOf(context, node).length > 1) return context.expressionOf(node);
  if (!literalPatterns.has(node.type)) return undefined;
  const value = context.expressionOf(node);
  if (!negated) return value;
  return value.kind === "literal" && typeof value.value === "number" ? { ...value, value: -value.value } : undefined;
}

function isCapture(context: Context, node: Syntax): boolean {
  return node.type === "dotted_name" && kidsOf(context, node).length === 1;
}

/** Names that patterns bind. Only a pattern that is one name receives the subject itself. */
function captures(context: Context, patterns: readonly Syntax[], subject: Expression): readonly Assignment[] {
  const bound: Assignment[] = [];
  const bind = (name: Syntax, value: Expression) => {
    const target: Target = { kind: "name", name: textOf(context, name), span: spanOf(name) };
    bound.push(assignmentTo(context, target, value, name));
  };
  const open = [...patterns];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const kids = kidsOf(context, node);
    if (isCapture(context, node)) {
      const whole = patterns.length === 1 && patterns[0] !== undefined && kidsOf(context, patterns[0])[0] === node;
      bind(node, whole ? subject : opaque(node, "part of a pattern"));
      continue;
    }
    const isAlias = node.type === "as_pattern" || node.type === "splat_pattern";
    const skipsFirst = node.type === "class_pattern" || node.type === "keyword_pattern";
    for (const kid of skipsFirst ? kids.slice(1) : kids) {
      if (kid.type === "identifier") {
        if (isAlias) bind(kid, opaque(kid, "part of a pattern"));
      } else open.push(kid);
    }
  }
  return bound;
}
