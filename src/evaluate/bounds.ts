import type { FunctionData } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";

/** How deep calls are followed. */
export const MAXIMUM_CALL_DEPTH = 10;
export const MAXIMUM_EXPRESSION_DEPTH = 600;
export const NESTED_TOO_DEEPLY = "a part of it is nested too deeply to be evaluated; the rest was read";
/** Steps in functions that are called, which may multiply; what a function itself holds is always read, once. */
const CALLED_STEPS_PER_ROOT = 2_000;
const CALLED_STEPS_IN_ALL = 500_000;
/** How many times the steps of a root may be used where functions matter. */
const RESERVE = 2;
/** Statements of a function that costs little. */
const SHORT = 3;

export function exhausted(evaluation: Evaluation): boolean {
  return evaluation.steps > CALLED_STEPS_PER_ROOT || evaluation.allSteps > CALLED_STEPS_IN_ALL;
}

/** What may matter, or costs little, is still called when the steps for everything else are used up. */
export function exhaustedFor(evaluation: Evaluation, { file, function: fn }: FunctionData): boolean {
  if (!exhausted(evaluation)) return false;
  const reserve = CALLED_STEPS_PER_ROOT * RESERVE;
  if (evaluation.steps > reserve || evaluation.allSteps > CALLED_STEPS_IN_ALL) return true;
  return fn.body.length > SHORT && !evaluation.host.matters(file, fn);
}

export function countStep(evaluation: Evaluation): void {
  if (evaluation.frame.calledFrom.length === 0) return;
  evaluation.steps += 1;
  evaluation.allSteps += 1;
}

/** False when the stack was not deep enough. */
export function guard(evaluation: Evaluation, action: () => void): boolean {
  const { depth, asking, recalling } = evaluation;
  try {
    action();
    return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    evaluation.depth = depth;
    evaluation.asking = asking;
    evaluation.recalling = recalling;
    return false;
  }
}

export function onStack(evaluation: Evaluation, data: FunctionData): boolean {
  return evaluation.stack.filter((other) => other === data.function).length >= 2;
}
