import type { Expression, Span, Statement, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import {
  DEEPEST,
  expressionStatement,
  fieldOf,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooManyBranches,
} from "../lowering.ts";
import { binary, type Context } from "./context.ts";
import { throwStatement } from "./functions.ts";
import { isPlain, patternTest } from "./patterns.ts";
import { hasToken, lastPart, partsOf } from "./syntax.ts";

interface Case {
  readonly test: Expression | undefined;
  readonly then: readonly Statement[];
  readonly span: Span;
}

/** A subject that may be read several times; anything else is first put into a variable that no source can name. */
function subjectOf(context: Context, node: Node): { readonly subject: Expression; readonly before: Statement[] } {
  const value = context.expression(node);
  if (isPlain(value)) return { subject: value, before: [] };
  const { span } = value;
  const name = `subject:${span.start}`;
  const target: Target = { kind: "name", name, span };
  return {
    subject: { kind: "name", name, span },
    before: [{ kind: "assign", target, value, declare: "block", span }],
  };
}

/** Cases in order as an if chain, the default last. */
function caseChain(cases: readonly Case[], span: Span): readonly Statement[] {
  const branches = cases.flatMap(({ test, then, span }) => (test ? [{ test, then, span }] : []));
  const otherwise = cases.find(({ test }) => test === undefined)?.then ?? [];
  if (branches.length <= MOST_BRANCHES) return ifChain(branches, otherwise);
  return ifChain(branches.slice(0, MOST_BRANCHES), [tooManyBranches(span)]);
}

export function switchStatement(context: Context, node: Node): Statement[] {
  const value = fieldOf(node, "value");
  const body = fieldOf(node, "body");
  const span = spanOf(node);
  if (!value || !body) return [expressionStatement(opaque(span, "switch", context.childrenOf(node)))];
  const { subject, before } = subjectOf(context, value);
  const cases: Case[] = [];
  let labels: (Expression | undefined)[] = [];
  for (const section of partsOf(body)) {
    if (section.type !== "switch_section") continue;
    const { test, inner } = sectionOf(context, subject, section);
    labels.push(test);
    if (inner.length === 0) continue;
    cases.push({ test: anyOf(labels), then: withoutBreaks(context.statements(inner)), span: spanOf(section) });
    labels = [];
  }
  return [{ kind: "block", body: [...before, ...caseChain(cases, span)], span }];
}

function sectionOf(context: Context, subject: Expression, node: Node): { test: Expression | undefined; inner: Node[] } {
  const parts = partsOf(node);
  if (!hasToken(node, "case")) return { test: undefined, inner: parts };
  const pattern = parts.shift();
  const when = parts[0]?.type === "when_clause" ? parts.shift() : undefined;
  return { test: pattern ? caseTest(context, subject, pattern, when) : undefined, inner: parts };
}

/** One of several labels; undefined when `default` is among them. */
function anyOf(labels: readonly (Expression | undefined)[]): Expression | undefined {
  let test = labels[0];
  for (const right of labels.slice(1)) {
    if (test === undefined || right === undefined) return undefined;
    test = binary("or", test, right);
  }
  return test;
}

function caseTest(context: Context, subject: Expression, pattern: Node, when: Node | undefined): Expression {
  const test = patternTest(context, subject, pattern, "case");
  const guard = when ? lastPart(when) : undefined;
  return guard ? binary("and", test, context.expression(guard)) : test;
}

/** `break` leaves the switch: it goes, and what follows a branch that ends in one moves into the other branch. */
function withoutBreaks(body: readonly Statement[], depth = 0): readonly Statement[] {
  if (depth > DEEPEST) return body;
  const kept: Statement[] = [];
  for (let index = 0; index < body.length; index++) {
    const statement = body[index]!;
    if (statement.kind === "break") return kept;
    if (statement.kind === "block") {
      kept.push({ ...statement, body: withoutBreaks(statement.body, depth + 1) });
      if (statement.body.at(-1)?.kind === "break") return kept;
    } else if (statement.kind === "try") {
      kept.push({ ...statement, body: withoutBreaks(statement.body, depth + 1) });
      if (statement.body.at(-1)?.kind === "break") return kept;
    } else if (statement.kind === "if") {
      const leavesThen = statement.then.at(-1)?.kind === "break";
      const leavesElse = statement.else.at(-1)?.kind === "break";
      const rest = leavesThen || leavesElse ? body.slice(index + 1) : [];
      kept.push({
        ...statement,
        then: withoutBreaks(leavesThen ? statement.then : [...statement.then, ...rest], depth + 1),
        else: withoutBreaks(leavesElse || !leavesThen ? statement.else : [...statement.else, ...rest], depth + 1),
      });
      if (leavesThen || leavesElse) return kept;
    } else {
      kept.push(statement);
    }
  }
  return kept;
}

export function switchExpression(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const value = parts[0];
  const span = spanOf(node);
  if (!value) return opaque(span, "switch");
  const { subject, before } = subjectOf(context, value);
  const cases = parts
    .filter((part) => part.type === "switch_expression_arm")
    .map((arm): Case => {
      const inner = partsOf(arm);
      const [pattern, when] = inner;
      const result = inner.at(-1);
      const guard = when?.type === "when_clause" ? when : undefined;
      const always = pattern?.type === "discard" && !guard;
      return {
        test: pattern && !always ? caseTest(context, subject, pattern, guard) : undefined,
        then: result ? [valueStatement(context, result, expected)] : [],
        span: spanOf(arm),
      };
    });
  return { kind: "statements", body: [...before, ...caseChain(cases, span)], span };
}

function valueStatement(context: Context, node: Node, expected: string | undefined): Statement {
  return node.type === "throw_expression"
    ? throwStatement(context, node)
    : expressionStatement(context.expression(node, expected));
}
