import type { Place } from "../evidence.ts";
import type { Assignment, Expression, Span } from "../program.ts";
import { alternative, type Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { exportCall, exportWrite } from "./export.ts";
import type { RecordedCall } from "./heap.ts";
import { elementPath, itemsOf, lastSegment, pathsOf } from "./objects.ts";

/** How many facts are told of one place, reached on different ways. */
const MAXIMUM_FACTS_PER_PLACE = 24;

export function tellCall(evaluation: Evaluation, call: RecordedCall, result: Value): void {
  const { method, callee: paths, place: at } = call;
  if (!evaluation.host.methods.has(method) && !paths.some((path) => evaluation.host.methods.has(lastSegment(path))))
    return;
  if (toldOften(evaluation, at)) return;
  const fact = exportCall(evaluation, call, result);
  const index = evaluation.calls.push(fact) - 1;
  if (evaluation.host.late.has(method) || paths.some((path) => evaluation.host.late.has(lastSegment(path)))) {
    const told = evaluation.state;
    evaluation.pendingLate.push((state) => {
      const outer = evaluation.state;
      evaluation.ended = told;
      // What the way to the call excludes is not a state in which it was made.
      evaluation.state = state.fork(fact.conditions);
      const late = exportCall(evaluation, call, result, true);
      evaluation.calls[index] = { ...fact, late: late.late };
      evaluation.state = outer;
      evaluation.ended = undefined;
    });
  }
}

export function tellWrite(
  evaluation: Evaluation,
  target: Value,
  key: string | undefined,
  keyValue: Value | undefined,
  value: Value,
  index: boolean,
  place: Place,
  valuePlace: Place,
  statement: Assignment | undefined,
): void {
  const interesting =
    (key !== undefined && evaluation.host.members.has(key)) ||
    target.some(({ data }) => pathsOf(evaluation, data).some((path) => evaluation.host.members.has(elementPath(path))));
  if (!interesting) return;
  if (toldOften(evaluation, place)) return;
  evaluation.writes.push(
    exportWrite(evaluation, {
      target,
      key,
      keyValue,
      value,
      index,
      place,
      valuePlace,
      operator: statement?.operator,
      paths: target.flatMap(({ data }) => pathsOf(evaluation, data)),
    }),
  );
}

/** What asks for `return[]` is told of lists that stand behind a `return` and hold a dictionary or a list. */
const RETURNED = "return";

export function tellReturn(evaluation: Evaluation, written: Expression, value: Value): void {
  if (written.kind !== "list" || !evaluation.host.members.has(`${RETURNED}[]`)) return;
  const place = evaluation.place(written.span);
  const holds = value.some(({ data }) => itemsOf(evaluation, [alternative(data)])?.some(isCollection) === true);
  if (!holds || toldOften(evaluation, place)) return;
  const told = { key: undefined, keyValue: undefined, index: true, operator: undefined, place, valuePlace: place };
  evaluation.writes.push(exportWrite(evaluation, { ...told, target: value, value, paths: [RETURNED] }));
}

function isCollection(value: Value): boolean {
  return value.some(({ data }) => data.kind === "object");
}

/** A merge into something from outside the project is told as one write for each key. */
export function tellMerge(evaluation: Evaluation, target: Value, more: Value, span: Span): void {
  for (const { data } of more) {
    if (data.kind !== "object") continue;
    for (const [name, value] of evaluation.heapObject(data.id)?.properties ?? []) {
      tellWrite(
        evaluation,
        target,
        name,
        undefined,
        value,
        true,
        evaluation.place(span),
        evaluation.place(span),
        undefined,
      );
    }
  }
}

/** A place that callers reach on very many ways is told of for some of them. */
function toldOften(evaluation: Evaluation, at: Place): boolean {
  const key = `${at.file}:${at.span.start}`;
  const times = (evaluation.told.get(key) ?? 0) + 1;
  evaluation.told.set(key, times);
  return times > MAXIMUM_FACTS_PER_PLACE && evaluation.frame.calledFrom.length > 0;
}

/** Tells what was put off since there were so many: what stands before them waits for the end of other code. */
export function flushLate(evaluation: Evaluation, since: number): void {
  for (const tell of evaluation.pendingLate.splice(since)) tell(evaluation.state);
}
