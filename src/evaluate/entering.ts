import { newScope } from "../scope.ts";
import { alternative, type ClassData, type FunctionData, type Value } from "../value.ts";
import { writeTarget } from "./assignments.ts";
import { guard, onStack } from "./bounds.ts";
import { methodOf } from "./class-members.ts";
import { freshInstance } from "./classes.ts";
import {
  type Completion,
  type Evaluation,
  type Frame,
  leaveFunction,
  type ModuleRecord,
  newFrame,
} from "./evaluation.ts";
import { parameterValue } from "./parameters.ts";
import type { State } from "./state.ts";
import { flushLate } from "./tell.ts";

/** Enters functions that were made in a frame and that nothing has called, as their unknown callers would. */
export function enterMade(evaluation: Evaluation, frame: Frame): void {
  // Of what is only asked for, the facts are dropped: functions made there are entered when the code runs in earnest.
  if (evaluation.asking > 0) return;
  const handedOver = new Set(
    frame.made.flatMap(({ value, passedTo }) => (passedTo.length > 0 ? [value.function] : [])),
  );
  for (let index = 0; index < frame.made.length; index += 1) {
    const made = frame.made[index]!;
    const { value, passedTo } = made;
    if (passedTo.length === 0 && (evaluation.entered.has(value.function) || handedOver.has(value.function))) continue;
    if (evaluation.host.matters(value.file, value.function)) enter(evaluation, value, passedTo);
    else evaluation.passedOver.push({ made, state: evaluation.state });
  }
}

/** Enters those functions that were passed over and have come to matter since. */
export function enterPassedOver(evaluation: Evaluation): void {
  const passedOver = evaluation.passedOver.splice(0);
  for (const each of passedOver) {
    const { value, passedTo } = each.made;
    if (passedTo.length === 0 && evaluation.entered.has(value.function)) continue;
    if (!evaluation.host.matters(value.file, value.function)) {
      evaluation.passedOver.push(each);
      continue;
    }
    const record = evaluation.modules.get(value.file);
    if (record === undefined) continue;
    evaluation.state = each.state;
    evaluation.frame = newFrame(evaluation, record, undefined, undefined, undefined, []);
    evaluation.steps = 0;
    enter(evaluation, value, passedTo);
  }
  evaluation.state = evaluation.world;
}

function enter(evaluation: Evaluation, data: FunctionData, passedTo: readonly string[]): void {
  if (onStack(evaluation, data)) return;
  const record = evaluation.modules.get(data.file);
  if (record === undefined) return;
  const isRoot = evaluation.stack.length === 0;
  const outer = {
    state: evaluation.state,
    frame: evaluation.frame,
    steps: evaluation.steps,
    last: evaluation.lastValue,
    enteredBy: evaluation.enteredBy,
  };
  evaluation.entered.add(data.function);
  const late = evaluation.pendingLate.length;
  if (isRoot) evaluation.enteredBy = passedTo.length > 0 ? undefined : evaluation.host.helperOf(data.function);
  const base = outer.state.fork();
  const entry = base.fork();
  evaluation.state = entry;
  if (isRoot) evaluation.steps = 0;
  const frame: Frame = {
    ...newFrame(evaluation, record, data.self, data.owner, data.function, []),
    depth: 0,
    base,
    entry,
  };
  evaluation.frame = frame;
  evaluation.stack.push(data.function);
  const scope = newScope("function", data.scope);
  let completion: Completion = "normal";
  guard(evaluation, () => {
    for (const [index, parameter] of data.function.parameters.entries()) {
      const self = index === 0 && data.function.explicitSelf === true ? data.self : undefined;
      const value = self ?? parameterValue(evaluation, parameter, data, passedTo);
      writeTarget(
        evaluation,
        parameter.target.kind === "default" ? parameter.target.target : parameter.target,
        value,
        scope,
        "block",
      );
    }
    completion = evaluation.block(data.function.body, scope);
    enterMade(evaluation, frame);
  });
  evaluation.state = base;
  leaveFunction(frame, completion);
  evaluation.stack.pop();
  flushLate(evaluation, late);
  evaluation.state = outer.state;
  evaluation.frame = outer.frame;
  evaluation.lastValue = outer.last;
  evaluation.enteredBy = outer.enteredBy;
  if (isRoot) evaluation.steps = outer.steps;
}

/** Methods that nothing has called, each on a fresh instance. */
export function enterMethods(evaluation: Evaluation, data: ClassData, record: ModuleRecord, around: State): void {
  evaluation.state = evaluation.world;
  evaluation.frame = newFrame(evaluation, record, undefined, undefined, undefined, []);
  evaluation.state = around.fork();
  evaluation.steps = 0;
  let self: Value | undefined;
  for (const member of data.class.members) {
    if (member.kind !== "method" || evaluation.entered.has(member.function)) continue;
    if (!evaluation.host.matters(data.file, member.function)) continue;
    evaluation.steps = 0;
    if (member.static) {
      enter(evaluation, methodOf(evaluation, data, member, [alternative(data)]), []);
      continue;
    }
    self ??= freshInstance(evaluation, data);
    if (member.role === "constructor" && evaluation.entered.has(member.function)) continue;
    enter(evaluation, methodOf(evaluation, data, member, self), []);
  }
  enterMade(evaluation, evaluation.frame);
  evaluation.state = evaluation.world;
}
