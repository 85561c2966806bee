import type { Place } from "../evidence.ts";
import { originOf } from "../origin.ts";
import type { FunctionExpression } from "../program.ts";
import { newScope, type Scope } from "../scope.ts";
import { alternative, type FunctionData, known, step, under, union, unknown, type Value } from "../value.ts";
import { exhaustedFor, MAXIMUM_CALL_DEPTH, onStack } from "./bounds.ts";
import { filledIn } from "./declared.ts";
import { enterMade } from "./entering.ts";
import { type Completion, type Evaluation, type Frame, leaveFunction, newFrame } from "./evaluation.ts";
import type { RecordedArgument } from "./heap.ts";
import { chosenOverload } from "./overloads.ts";
import { bindParameters } from "./parameters.ts";

export function functionValue(evaluation: Evaluation, expression: FunctionExpression, scope: Scope): Value {
  const data: FunctionData = {
    kind: "function",
    function: expression,
    scope,
    file: evaluation.file,
    self: expression.lexicalThis === true ? evaluation.frame.self : undefined,
    owner: expression.lexicalThis === true ? evaluation.frame.owner : undefined,
    bound: undefined,
  };
  evaluation.frame.made.push({ value: data, passedTo: [] });
  for (const annotation of expression.annotations) evaluation.expression(annotation, scope);
  return [alternative(data, step(evaluation.place(expression.span), "it is a function of the project", undefined))];
}

/** Calls a function of the project. */
export function invoke(
  evaluation: Evaluation,
  named: FunctionData,
  args: readonly RecordedArgument[],
  at: Place,
  entered = false,
): Value {
  const data = chosenOverload(evaluation, named, args);
  const { function: fn } = data;
  const name = fn.name === undefined ? "a function" : `\`${fn.name}\``;
  if (evaluation.frame.depth >= MAXIMUM_CALL_DEPTH)
    return unknown(`the calls through ${name} go deeper than ${MAXIMUM_CALL_DEPTH}`);
  if (onStack(evaluation, data)) return unknown(`${name} calls itself`);
  if (exhaustedFor(evaluation, data)) return unknown(`${name} was not followed: the evaluation has a bound`);
  const record = evaluation.modules.get(data.file);
  if (record === undefined) return unknown(`${name} is not known`);
  if (isTried(evaluation, data.file)) return unknown(`${name} is only tried out here`);
  if (fn.abstract === true) return filledIn(evaluation, data, args, at);
  evaluation.entered.add(fn);
  const outer = { frame: evaluation.frame, last: evaluation.lastValue };
  const calledFrom = entered ? outer.frame.calledFrom : [...outer.frame.calledFrom, at];
  const block = fn.blockScope === true;
  const base = evaluation.state;
  const entry = base.fork();
  const frame: Frame = {
    ...newFrame(evaluation, record, data.self, data.owner, fn, calledFrom),
    depth: outer.frame.depth + 1,
    base,
    entry,
  };
  evaluation.frame = frame;
  evaluation.state = entry;
  evaluation.stack.push(fn);
  evaluation.lastValue = undefined;
  const scope = newScope(block ? "block" : "function", data.scope);
  bindParameters(evaluation, data, args, scope, at);
  const completion = evaluation.block(fn.body, scope);
  const value = returned(evaluation, frame, completion, fn);
  enterMade(evaluation, frame);
  evaluation.state = base;
  leaveFunction(frame, completion);
  evaluation.stack.pop();
  evaluation.frame = outer.frame;
  evaluation.lastValue = outer.last;
  return value;
}

/** What a test gives to a function of the application is nobody's cookie: that one is entered as others call it. */
function isTried(evaluation: Evaluation, file: string): boolean {
  return file !== evaluation.file && originOf(evaluation.file) === "test" && originOf(file) !== "test";
}

function returned(evaluation: Evaluation, frame: Frame, completion: Completion, fn: FunctionExpression): Value {
  const returns = [...frame.returns];
  if (completion === "normal" && (fn.implicitReturn === true || returns.length === 0 || frame.exits.length > 0)) {
    const value = fn.implicitReturn === true ? (evaluation.lastValue ?? known(null)) : known(undefined);
    returns.push(...under(value, frame.entry.conditions));
  }
  return returns.length === 0 ? unknown("it never returns") : union(returns);
}
