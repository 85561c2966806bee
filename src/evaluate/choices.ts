import type { Expression, Span, Statement } from "../program.ts";
import type { Scope } from "../scope.ts";
import { type Alternative, type Condition, type Data, step, under, union, type Value } from "../value.ts";
import { exhausted } from "./bounds.ts";
import type { Evaluation } from "./evaluation.ts";
import { isOpaque } from "./objects.ts";
import { type Decision, decide } from "./operators.ts";
import { State } from "./state.ts";

export function decisionOf(
  evaluation: Evaluation,
  test: Expression,
  scope: Scope,
): { decision: Decision; value: Value } {
  const value = evaluation.expression(test, scope);
  const key = `${evaluation.file}:${test.span.start}`;
  return {
    decision: decide(value, evaluation.language, evaluation.heapObject, evaluation.says(test.span), key),
    value,
  };
}

/** One of two values by a test, each with its side effects on its own path. */
export function choose(
  evaluation: Evaluation,
  test: Expression,
  then: () => Value,
  otherwise: () => Value,
  scope: Scope,
): Value {
  const { decision } = decisionOf(evaluation, test, scope);
  const says = evaluation.says(test.span);
  const yes = oneOf(decision.yes, test.span, evaluation.file, says, true);
  const no = oneOf(decision.no, test.span, evaluation.file, says, false);
  const outer = evaluation.state;
  const arms: State[] = [];
  const alternatives: Alternative[] = [];
  for (const [when, value] of [
    [yes, then],
    [no, otherwise],
  ] as const) {
    if (when === undefined) continue;
    const fork = outer.fork(when);
    evaluation.state = fork;
    alternatives.push(...under(value(), when));
    evaluation.state = outer;
    arms.push(fork);
  }
  if (arms.length === 1) outer.absorb(arms[0]!);
  else outer.join(arms);
  return union(alternatives);
}

export function ternary(
  evaluation: Evaluation,
  expression: Extract<Expression, { kind: "ternary" }>,
  scope: Scope,
): Value {
  return choose(
    evaluation,
    expression.test,
    () => evaluation.expression(expression.then, scope),
    () => evaluation.expression(expression.else, scope),
    scope,
  );
}

export function shortCircuit(
  evaluation: Evaluation,
  operator: "and" | "or" | "??",
  left: Value,
  right: Expression,
  scope: Scope,
  span: Span,
): Value {
  const booleans = evaluation.language === "java" || evaluation.language === "csharp";
  const result: Alternative[] = [];
  let rightValue: Value | undefined;
  const evaluateRight = () => (rightValue ??= evaluation.expression(right, scope));
  const says = evaluation.says(span);
  for (const each of left) {
    const decision =
      operator === "??" ? present(evaluation, each.data, says, span) : truthOf(evaluation, each, says, span);
    const keepWhen = operator === "and" ? decision.no : decision.yes;
    const goWhen = operator === "and" ? decision.yes : decision.no;
    for (const when of keepWhen) {
      const data: Data =
        booleans && operator !== "??" ? { kind: "literal", value: operator === "or" } : decided(each.data, operator);
      result.push(...under(under([{ ...each, data }], when), []));
    }
    for (const when of goWhen) result.push(...under(under(evaluateRight(), each.when), when));
  }
  if (rightValue === undefined) notTakenExpression(evaluation, right, scope, says, left);
  return withStep(evaluation, union(result), span);
}

function truthOf(evaluation: Evaluation, each: Alternative, says: string, span: Span): Decision {
  const key = `${evaluation.file}:${span.start}`;
  return decide([{ ...each, when: [] }], evaluation.language, evaluation.heapObject, says, key);
}

/** Whether the left side of `??` is there. */
function present(evaluation: Evaluation, data: Data, says: string, span: Span): Decision {
  if (nullish(data)) return { yes: [], no: [[]] };
  if (data.kind !== "unknown" && data.kind !== "external" && !isOpaque(evaluation, data)) return { yes: [[]], no: [] };
  const open = { kind: "branch", key: `${evaluation.file}:${span.start}:nullish`, holds: undefined } as const;
  return {
    yes: [[{ ...open, arm: true, says: `\`${says}\` has its left side` }]],
    no: [[{ ...open, arm: false, says: `\`${says}\` falls back to its right side` }]],
  };
}

/** In `a || b`, the `a` that is kept is truthy, and in `a && b` it is falsy. */
function decided(data: Data, operator: "and" | "or" | "??"): Data {
  if (operator === "??" || data.kind !== "unknown") return data;
  return operator === "and" ? { kind: "literal", value: false } : data;
}

function nullish(data: Data): boolean {
  return data.kind === "literal" && (data.value === null || data.value === undefined);
}

/** Code that the deployment never reaches is still looked at, so that its cookies are listed; its effects are dropped. */
export function notTaken(
  evaluation: Evaluation,
  body: readonly Statement[],
  scope: Scope,
  says: string,
  test: Value,
): void {
  if (body.length === 0 || exhausted(evaluation)) return;
  const outer = evaluation.state;
  const before = {
    notDeployed: evaluation.notDeployed,
    returns: evaluation.frame.returns.length,
    exits: evaluation.frame.exits.length,
    last: evaluation.lastValue,
  };
  evaluation.state = outer.fork();
  const byDeployment = test.some(({ when }) => when.some(({ kind }) => kind !== "branch"));
  const otherwise = byDeployment ? "the deployment settles the other way" : "comes out the other way";
  evaluation.notDeployed ??= `it stands behind \`${says}\`, which ${otherwise}`;
  evaluation.inner(body, scope);
  evaluation.state = outer;
  evaluation.notDeployed = before.notDeployed;
  evaluation.frame.returns.length = before.returns;
  evaluation.frame.exits.length = before.exits;
  evaluation.lastValue = before.last;
}

/** What stands behind a branch that has ended the code because the deployment settles its test. */
export function behindSettledEnd(evaluation: Evaluation, rest: readonly Statement[], scope: Scope): void {
  const { settledEnd } = evaluation;
  if (settledEnd !== undefined) notTaken(evaluation, rest, scope, settledEnd.says, settledEnd.test);
  evaluation.settledEnd = settledEnd;
}

function notTakenExpression(
  evaluation: Evaluation,
  expression: Expression,
  scope: Scope,
  says: string,
  test: Value,
): void {
  if (expression.kind === "literal" || expression.kind === "name") return;
  notTaken(evaluation, [{ kind: "expression", value: expression, span: expression.span }], scope, says, test);
}

/** One condition list for a branch's arm: the only way it can be reached, or the test as written; undefined for never. */
export function oneOf(
  ways: readonly (readonly Condition[])[],
  span: Span,
  file: string,
  says: string,
  arm: boolean,
): readonly Condition[] | undefined {
  if (ways.length === 0) return undefined;
  if (ways.length === 1) return ways[0];
  return [{ kind: "branch", key: `${file}:${span.start}:test`, arm, says, holds: undefined }];
}

export function withStep(evaluation: Evaluation, value: Value, span: Span): Value {
  const at = evaluation.place(span);
  const says = `\`${evaluation.says(span)}\``;
  return value.map((each) => ({ ...each, trace: step(at, says, each.trace) }));
}
