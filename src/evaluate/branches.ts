import type { Span, Statement } from "../program.ts";
import { declareIn, newScope, type Scope } from "../scope.ts";
import { type Alternative, type Condition, known, nextIdentity, under, union, unknown, type Value } from "../value.ts";
import { writeTarget } from "./assignments.ts";
import { decisionOf, notTaken, oneOf } from "./choices.ts";
import type { Completion, Evaluation } from "./evaluation.ts";
import { opaque, pathsOf } from "./objects.ts";
import { State } from "./state.ts";

export function branch(
  evaluation: Evaluation,
  statement: Extract<Statement, { kind: "if" }>,
  scope: Scope,
): Completion {
  const { decision, value: test } = decisionOf(evaluation, statement.test, scope);
  const says = evaluation.says(statement.test.span);
  const arms = [
    { when: oneOf(decision.yes, statement.test.span, evaluation.file, says, true), body: statement.then },
    { when: oneOf(decision.no, statement.test.span, evaluation.file, says, false), body: statement.else },
  ];
  const outer = evaluation.state;
  const normal: State[] = [];
  const given: Alternative[] = [];
  let taken = 0;
  for (const arm of arms) {
    if (arm.when === undefined) {
      notTaken(evaluation, arm.body, scope, says, test);
      continue;
    }
    taken += 1;
    const fork = outer.fork(arm.when);
    evaluation.state = fork;
    evaluation.lastValue = undefined;
    if (evaluation.inner(arm.body, scope) === "normal") {
      normal.push(fork);
      given.push(...under(evaluation.lastValue ?? known(null), arm.when));
    }
    evaluation.state = outer;
  }
  evaluation.lastValue = given.length === 0 ? undefined : union(given);
  const completion = meet(outer, normal, taken);
  if (completion === "done") evaluation.settledEnd = taken === 1 ? { says, test } : undefined;
  return completion;
}

export function loop(
  evaluation: Evaluation,
  statement: Extract<Statement, { kind: "loop" }>,
  scope: Scope,
): Completion {
  const inside = newScope("block", scope);
  const before = nextIdentity();
  const over = statement.over === undefined ? undefined : evaluation.expression(statement.over, scope);
  if (statement.bind !== undefined)
    writeTarget(evaluation, statement.bind, elementOf(evaluation, over, statement.span), inside, "block");
  if (statement.test !== undefined) evaluation.expression(statement.test, inside);
  const outer = evaluation.state;
  const fork = outer.fork();
  evaluation.state = fork;
  evaluation.inner(statement.body, inside);
  evaluation.state = outer;
  outer.absorbTurns(fork, (condition) => ofTurn(evaluation, statement.span, before, condition));
  return "normal";
}

/** Was the way chosen by a test within this code, or by something that came up in it? */
function ofTurn(evaluation: Evaluation, span: Span, before: number, { kind, key }: Condition): boolean {
  if (kind !== "branch") return false;
  const identity = /^(?:unknown|object) (\d+)/.exec(key)?.[1];
  if (identity !== undefined) return Number(identity) > before;
  if (!key.startsWith(`${evaluation.file}:`)) return false;
  const start = Number.parseInt(key.slice(evaluation.file.length + 1), 10);
  return start >= span.start && start < span.end;
}

/** An element that only some ways put there is gone through on those alone. */
function withoutNothing(item: Value): Value {
  const there = item.filter(
    ({ data, when }) => when.length === 0 || data.kind !== "literal" || data.value !== undefined,
  );
  return there.length === 0 ? item : there;
}

/** An element of a list that is gone through: any of the few that are known, else opaque. */
export function elementOf(evaluation: Evaluation, over: Value | undefined, span: Span): Value {
  const [only] = over ?? [];
  const list = over?.length === 1 && only?.data.kind === "object" ? evaluation.heapObject(only.data.id) : undefined;
  const items = (list?.open === undefined ? (list?.items ?? []) : []).map(withoutNothing);
  if (items.length > 0 && items.length <= 8) {
    const key = `${evaluation.file}:${span.start}:element`;
    const says = (index: number) => `the loop is at element ${index + 1}`;
    if (items.length === 1) return items[0]!;
    return union(
      items.flatMap((item, index) =>
        under(item, [{ kind: "branch", key, arm: String(index), says: says(index), holds: undefined }]),
      ),
    );
  }
  const paths = over?.flatMap(({ data }) => pathsOf(evaluation, data)) ?? [];
  return opaque(
    evaluation,
    { kind: "member", of: undefined, name: "[]", place: evaluation.place(span) },
    paths.map((path) => `${path}[]`),
  );
}

export function attempt(
  evaluation: Evaluation,
  statement: Extract<Statement, { kind: "try" }>,
  scope: Scope,
): Completion {
  const outer = evaluation.state;
  const unresolvedBefore = evaluation.frame.module.unresolved.size;
  const body = outer.fork();
  evaluation.state = body;
  const completion = evaluation.inner(statement.body, scope);
  const importsFailed = evaluation.frame.module.unresolved.size > unresolvedBefore;
  const normal: State[] = completion === "normal" ? [body] : [];
  let taken = 1;
  statement.handlers.forEach((handler, index) => {
    const aboutImports =
      handler.types.length > 0 && handler.types.every((type) => /ImportError|ModuleNotFoundError|LoadError/.test(type));
    if (aboutImports && !importsFailed) return;
    const condition = (arm: boolean): Condition => ({
      kind: "branch",
      key: `${evaluation.file}:${statement.span.start}:handler${index}`,
      arm,
      says: arm ? "an exception is caught" : "no exception is caught",
      holds: undefined,
    });
    const fork = outer.fork([condition(true)]);
    evaluation.state = fork;
    const inside = newScope("block", scope);
    if (handler.bind !== undefined) evaluation.state.write(declareIn(inside, handler.bind), unknown("an exception"));
    const ended = evaluation.inner(handler.body, inside);
    if (ended === "normal" && fork.hasChangesSince(outer)) {
      taken += 1;
      normal.push(fork);
      if (completion === "normal" && !body.conditions.some((each) => each.key === condition(false).key))
        body.conditions.push(condition(false));
    }
    if (ended === "normal" && completion === "done") normal.push(fork);
  });
  evaluation.state = outer;
  const unique = [...new Set(normal)];
  const end =
    unique.length === 1 && unique[0] === body ? (outer.absorb(body), "normal" as const) : meet(outer, unique, taken);
  const last = evaluation.inner(statement.finally, scope);
  return last === "done" ? "done" : end;
}

/** Goes on after a branch with the arms that ended normally. */
function meet(outer: State, normal: readonly State[], taken: number): Completion {
  const [first] = normal;
  if (first === undefined) return taken === 0 ? "normal" : "done";
  if (normal.length === 1) {
    const settled = first.conditions.filter((condition) => condition.holds === true || taken > 1);
    outer.absorb(first, taken > 1 ? [] : settled.filter((condition) => condition.holds === true));
    if (taken > 1) outer.conditions.push(...first.conditions);
  } else outer.join(normal);
  return "normal";
}
