import type { Seen } from "../facts.ts";
import type { ClassData, FunctionData, Value } from "../value.ts";
import { exhausted, MAXIMUM_CALL_DEPTH, onStack } from "./bounds.ts";
import { findAccessor, getterPlace, membersOf, resolutionOrder } from "./class-members.ts";
import { freshInstance } from "./classes.ts";
import type { Evaluation } from "./evaluation.ts";
import { exportValue } from "./export.ts";
import { parameterValue } from "./parameters.ts";

/** Options are asked for with a request at most; what takes a request and a response is a handler. */
const MOST_PARAMETERS = 1;

/** What a function of the project gives when code outside the project calls it; for options given as functions. */
export function resultOf(
  evaluation: Evaluation,
  data: FunctionData,
  depth: number,
  holding: readonly number[],
): Seen | undefined {
  if (
    data.function.body.length > 3 ||
    data.function.parameters.length > MOST_PARAMETERS ||
    onStack(evaluation, data) ||
    exhausted(evaluation) ||
    evaluation.frame.depth >= MAXIMUM_CALL_DEPTH
  )
    return undefined;
  const outer = evaluation.state;
  const { calls, writes } = { calls: evaluation.calls.length, writes: evaluation.writes.length };
  const entered = evaluation.entered.has(data.function);
  evaluation.state = outer.fork();
  const at = { file: data.file, span: data.function.span };
  const args = data.function.parameters.map((parameter) => ({
    value: parameterValue(evaluation, parameter, data, []),
    name: undefined,
    spread: undefined,
    place: at,
    valuePlace: at,
  }));
  const late = evaluation.pendingLate.length;
  evaluation.asking += 1;
  const seen = exportValue(evaluation, evaluation.invoke(data, args, at, true), depth - 1, holding);
  evaluation.asking -= 1;
  evaluation.state = outer;
  evaluation.pendingLate.length = late;
  evaluation.calls.length = calls;
  evaluation.writes.length = writes;
  if (!entered) evaluation.entered.delete(data.function);
  return seen;
}

/** What those properties of a class give that frameworks ask about, on `self` or on an instance made by nobody. */
export function askedGetters(evaluation: Evaluation, data: ClassData, self?: Value): ReadonlyMap<string, Value> {
  const asked = resolutionOrder(data).flatMap((each) =>
    [...membersOf(each.class).values()].flatMap((member) =>
      member.kind === "method" && member.role === "getter" && evaluation.host.members.has(member.name)
        ? [member.name]
        : [],
    ),
  );
  const result = new Map<string, Value>();
  if (asked.length === 0 || exhausted(evaluation) || evaluation.frame.depth >= MAXIMUM_CALL_DEPTH) return result;
  const outer = evaluation.state;
  const { calls, writes } = { calls: evaluation.calls.length, writes: evaluation.writes.length };
  evaluation.state = outer.fork();
  const instance = self ?? freshInstance(evaluation, data);
  for (const name of asked) {
    const getter = findAccessor(evaluation, data, name, "getter");
    if (getter === undefined || onStack(evaluation, getter)) continue;
    result.set(name, evaluation.invoke({ ...getter, self: instance }, [], getterPlace(getter), true));
  }
  evaluation.state = outer;
  evaluation.calls.length = calls;
  evaluation.writes.length = writes;
  return result;
}
