import { alternative, known, mapValue, notLiteral, onlyLiteral, unknown, type Value } from "../../value.ts";
import { compareEnvironment } from "../operators.ts";
import { type Arguments, asArgument, keep, type LibraryContext, type LibraryFunction } from "./function.ts";
import { builtText } from "./makers.ts";

function numberOf(args: Arguments, context: LibraryContext): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal") {
      const number = typeof data.value === "boolean" ? Number(data.value) : Number.parseFloat(String(data.value));
      return Number.isNaN(number) && context.language !== "javascript"
        ? unknown("it is not a number", each.trace)
        : known(number, each.trace);
    }
    if (data.kind === "environment") return [{ ...each, when: [], data: { ...data, transformed: true } }];
    return unknown("the number is not known", each.trace);
  });
}

function stringOf(args: Arguments): Value | undefined {
  const [first] = args;
  return first === undefined
    ? known("")
    : mapValue(first.value, (data, each) =>
        data.kind === "literal" ? known(String(data.value ?? ""), each.trace) : [{ ...each, when: [] }],
      );
}

/** A text changed by a pure function; an environment variable stays one. */
function textual(
  change: (text: string, args: readonly unknown[]) => string | number | boolean | readonly string[],
): LibraryFunction {
  return (args, context, receiver) => {
    if (receiver === undefined) return undefined;
    const literals = args.map((argument) => onlyLiteral(argument.value));
    return mapValue(receiver, (data, each) => {
      if (data.kind === "environment") return [{ ...each, when: [] }];
      if (data.kind !== "literal" || typeof data.value !== "string" || literals.includes(notLiteral))
        return unknown(`\`${context.says}\` is not known`, each.trace);
      const result = change(data.value, literals);
      if (typeof result !== "object") return known(result, each.trace);
      const id = context.newObject();
      context.own(id)!.items = result.map((item) => known(item, each.trace));
      return [alternative({ kind: "object", id }, each.trace)];
    });
  };
}

/**
 * A question to a text; of a variable of the environment both answers are kept, each under its condition.
 * @param partly the answer for a text of which parts are known
 */
function predicate(
  verb: string,
  test: (text: string, part: string) => boolean,
  partly: (parts: readonly (string | undefined)[], part: string) => boolean | undefined,
): LibraryFunction {
  const whole = textual((text, [part]) => test(text, String(part)));
  const computed: LibraryFunction = (args, context, receiver) => {
    const part = onlyLiteral(args[0]?.value);
    if (receiver === undefined || typeof part !== "string") return whole(args, context, receiver);
    return mapValue(receiver, (data, each) => {
      const answer = data.kind === "text" ? partly(data.parts, part) : undefined;
      return answer === undefined
        ? (whole(args, context, [{ ...each, when: [] }]) ?? [each])
        : known(answer, each.trace);
    });
  };
  return (args, context, receiver) => {
    const part = onlyLiteral(args[0]?.value);
    const value = computed(args, context, receiver);
    const variables = receiver?.filter(({ data }) => data.kind === "environment") ?? [];
    if (value === undefined || receiver === undefined || variables.length === 0 || typeof part !== "string")
      return value;
    return mapValue(receiver, (data, each) => {
      if (data.kind !== "environment") return computed(args, context, [{ ...each, when: [] }]) ?? [each];
      return [true, false].map((arm) => {
        const says = `${data.name} ${arm ? verb : `does not ${verb.replace(/s\b/, "")}`} ${JSON.stringify(part)}`;
        const key = `environment ${data.name} ${verb} ${part}`;
        return alternative({ kind: "literal", value: arm }, each.trace, [
          { kind: "environment", key, arm, says, holds: undefined },
        ]);
      });
    });
  };
}

function equality(left: Value | undefined, right: Value | undefined, positive: boolean): Value | undefined {
  if (left === undefined || right === undefined) return undefined;
  const [a] = left;
  const [b] = right;
  if (left.length === 1 && right.length === 1 && a?.data.kind === "literal" && b?.data.kind === "literal") {
    return known((a.data.value === b.data.value) === positive, b.trace ?? a.trace);
  }
  const comparable = [...left, ...right].every(({ data }) => data.kind === "environment" || data.kind === "literal");
  const literal = onlyLiteral(left) !== notLiteral ? onlyLiteral(left) : onlyLiteral(right);
  if (!comparable || literal === notLiteral) return undefined;
  const variable = onlyLiteral(left) === notLiteral ? left : right;
  return mapValue(variable, (data, each) => {
    if (data.kind === "literal") return known((data.value === literal) === positive, each.trace);
    if (data.kind === "environment") return compareEnvironment(data.name, String(literal), positive, each.trace);
    return unknown("what it is compared with is not known", each.trace);
  });
}

const equals: LibraryFunction = (args, _context, receiver) => equality(receiver, args[0]?.value, true);
const equalsInAnyCase: LibraryFunction = (args, _context, receiver) =>
  equality(lowered(receiver), lowered(args[0]?.value), true);

function lowered(value: Value | undefined): Value | undefined {
  return value?.map((each) =>
    each.data.kind === "literal" && typeof each.data.value === "string"
      ? { ...each, data: { kind: "literal", value: each.data.value.toLowerCase() } }
      : each,
  );
}

const startsWith = predicate(
  "starts with",
  (text, part) => text.startsWith(part),
  ([first], part) =>
    first !== undefined && (first.length >= part.length || !part.startsWith(first))
      ? first.startsWith(part)
      : undefined,
);
const endsWith = predicate(
  "ends with",
  (text, part) => text.endsWith(part),
  () => undefined,
);
export const holds = predicate(
  "holds",
  (text, part) => text.includes(part),
  (parts, part) => (parts.some((each) => each?.includes(part)) ? true : undefined),
);
const lower = textual((text) => text.toLowerCase());
const upper = textual((text) => text.toUpperCase());
const trim = textual((text) => text.trim());
const capitalize = textual((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase());

const stringOfReceiver: LibraryFunction = (args, context, receiver) =>
  builtText(args, context, receiver) ?? stringOf([asArgument(receiver)]);

/** `env.production?` of a text that answers for the name it holds. */
const inquiries: Record<string, LibraryFunction> = {
  "local?": (_args, _context, receiver) =>
    receiver === undefined
      ? undefined
      : mapValue(receiver, (data, each) =>
          data.kind === "literal"
            ? known(data.value === "development" || data.value === "test", each.trace)
            : unknown("it is not known which environment it is", each.trace),
        ),
};
for (const name of "production development test staging sandbox preview review demo qa uat integration".split(" "))
  inquiries[`${name}?`] = (_args, _context, receiver) => equality(receiver, known(name), true);

/** What makes a number or a text of a value, or compares two. */
export const textFunctions: Readonly<Record<string, LibraryFunction>> = {
  Number: numberOf,
  "Number.parseInt": numberOf,
  parseInt: numberOf,
  parseFloat: numberOf,
  String: stringOf,
  "python:int": numberOf,
  "python:float": numberOf,
  "python:str": stringOf,
  "Objects.equals": (args) => equality(args[0]?.value, args[1]?.value, true),
  "java.util.Objects.equals": (args) => equality(args[0]?.value, args[1]?.value, true),
};

/** Methods of texts, numbers and symbols. */
export const textMethods: Readonly<Record<string, LibraryFunction>> = {
  toLowerCase: lower,
  toUpperCase: upper,
  toLocaleLowerCase: lower,
  lower,
  upper,
  casefold: lower,
  downcase: lower,
  upcase: upper,
  ToLower: lower,
  ToUpper: upper,
  ToLowerInvariant: lower,
  trim,
  strip: trim,
  Trim: trim,
  title: capitalize,
  capitalize,
  startsWith,
  startswith: startsWith,
  "start_with?": startsWith,
  StartsWith: startsWith,
  endsWith,
  "end_with?": endsWith,
  EndsWith: endsWith,
  endswith: endsWith,
  split: textual((text, [part]) => text.split(typeof part === "string" ? part : " ")),
  replace: textual((text, [from, to]) =>
    typeof from === "string" && typeof to === "string" ? text.replace(from, to) : text,
  ),
  toString: stringOfReceiver,
  ToString: stringOfReceiver,
  to_s: stringOfReceiver,
  to_sym: keep,
  to_i: (_args, context, receiver) => numberOf([asArgument(receiver)], context),
  html_safe: keep,
  ...inquiries,
  equals: equals,
  Equals: equals,
  equalsIgnoreCase: equalsInAnyCase,
  "eql?": equals,
};
