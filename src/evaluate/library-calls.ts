import type { Place } from "../evidence.ts";
import type { Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { callLibrary } from "./library/call.ts";
import type { LibraryContext } from "./library/function.ts";
import { spread } from "./literals.ts";
import { itemsOf, newObject } from "./objects.ts";
import { booleanOf } from "./operators.ts";

export function libraryMember(
  evaluation: Evaluation,
  path: string,
  args: readonly Value[],
  at: Place,
): Value | undefined {
  return callLibrary([path], args.slice(0, 1)[0], [], libraryContext(evaluation, at));
}

export function libraryContext(evaluation: Evaluation, at: Place): LibraryContext {
  return {
    language: evaluation.language,
    deployment: evaluation.host.deployment,
    at,
    object: evaluation.heapObject,
    own: (id) => evaluation.state.own(id),
    newObject: () => newObject(evaluation, { kind: "literal", place: at, bare: false }),
    spread: (object, value) => spread(evaluation, object, value, at.span),
    items: (value) => itemsOf(evaluation, value),
    boolean: (value) => booleanOf(value, evaluation.language, evaluation.heapObject),
    invoke: (data, args) =>
      evaluation.invoke(
        data,
        args.map((value) => ({ value, name: undefined, spread: undefined, place: at, valuePlace: at })),
        at,
      ),
    says: evaluation.says(at.span),
  };
}
