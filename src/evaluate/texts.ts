import type { Place } from "../evidence.ts";
import type { Expression } from "../program.ts";
import type { Scope } from "../scope.ts";
import {
  type Alternative,
  alternative,
  both,
  type Condition,
  known,
  step,
  type Trace,
  union,
  type Value,
} from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { datesWritten } from "./library/dates.ts";
import { partsOf } from "./operators.ts";

const MAXIMUM_TEXT_PARTS = 400;
const MAXIMUM_TEXT_WAYS = 8;

interface TextWay {
  readonly parts: readonly (string | undefined)[];
  readonly when: readonly Condition[];
  readonly trace: Trace | undefined;
}

export function textValue(
  evaluation: Evaluation,
  expression: Extract<Expression, { kind: "text" }>,
  scope: Scope,
): Value {
  const written = joinStrings(expression.parts);
  for (const part of written.slice(MAXIMUM_TEXT_PARTS))
    if (typeof part !== "string") evaluation.expression(part, scope);
  if (written.length > MAXIMUM_TEXT_PARTS) evaluation.note("a text in it has too many parts to be evaluated");
  const parts = written
    .slice(0, MAXIMUM_TEXT_PARTS)
    .map((part) =>
      typeof part === "string" ? known(part) : datesWritten(evaluation.expression(part, scope), evaluation.heapObject),
    );
  return joinedText(parts, evaluation.place(expression.span), evaluation.says(expression.span));
}

/** Values written one behind the other: a text for each way they can go together, while those are few. */
export function joinedText(values: readonly Value[], at: Place, says: string): Value {
  let ways: readonly TextWay[] = [{ parts: [], when: [], trace: undefined }];
  for (const choices of values.slice(0, MAXIMUM_TEXT_PARTS)) {
    const longer = ways.flatMap((way) => choices.flatMap((each) => lengthen(way, each) ?? []));
    ways =
      longer.length > 0 && longer.length <= MAXIMUM_TEXT_WAYS
        ? longer
        : ways.map((way) => ({ ...way, parts: [...way.parts, undefined] }));
  }
  return union(
    ways.map(({ parts: all, when, trace }) => {
      const parts = joinParts(values.length > MAXIMUM_TEXT_PARTS ? [...all, undefined] : all);
      const [only] = parts;
      const whole = parts.length === 1 && only !== undefined;
      return alternative(
        whole ? { kind: "literal", value: only } : { kind: "text", parts },
        step(at, `it is \`${says}\``, whole ? trace : undefined),
        when,
      );
    }),
  );
}

/** A text with one more part; undefined where the two exclude each other. */
function lengthen(way: TextWay, each: Alternative): TextWay | undefined {
  const when = both(way.when, each.when);
  return when === undefined
    ? undefined
    : { parts: [...way.parts, ...partsOf(each.data)], when, trace: way.trace ?? each.trace };
}

/** Neighbouring strings as one, so that a long concatenation is short. */
function joinStrings(parts: readonly (string | Expression)[]): readonly (string | Expression)[] {
  const result: (string | Expression)[] = [];
  let strings: string[] = [];
  const flush = (): void => {
    if (strings.length > 0) result.push(strings.join(""));
    strings = [];
  };
  for (const part of parts) {
    if (typeof part === "string") strings.push(part);
    else {
      flush();
      result.push(part);
    }
  }
  flush();
  return result;
}

function joinParts(parts: readonly (string | undefined)[]): (string | undefined)[] {
  const result: (string | undefined)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part !== undefined && last !== undefined && result.length > 0) result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result.length === 0 ? [""] : result;
}
