import { alternative, known, mapValue, unknown, type Value } from "../../value.ts";
import { compareEnvironment } from "../operators.ts";
import { type Arguments, keep, type LibraryContext, type LibraryFunction } from "./function.ts";

export function readBoolean(value: unknown): boolean {
  if (typeof value === "string") return ["true", "on", "ok", "y", "yes", "1", "t"].includes(value.trim().toLowerCase());
  return Boolean(value);
}

/** A variable that is set to something, read as a switch: on where somebody turns it on. */
export function environmentSwitch(name: string, trace: Value[number]["trace"]): Value {
  const key = `environment ${name} on`;
  return [
    alternative({ kind: "literal", value: true }, trace, [
      { kind: "environment", key, arm: true, says: `${name} is switched on`, holds: false },
    ]),
    alternative({ kind: "literal", value: false }, trace, [
      { kind: "environment", key, arm: false, says: `${name} is switched off`, holds: false },
    ]),
  ];
}

export function parsedBoolean(args: Arguments): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal")
      return known(typeof data.value === "string" ? readBoolean(data.value) : Boolean(data.value), each.trace);
    if (data.kind === "environment") return environmentSwitch(data.name, each.trace);
    return unknown("it is parsed from a value that is not known", each.trace);
  });
}

/** Helpers that many projects have under these names, which read `true`, `on`, `yes` and `1` as true. */
export const booleanParsers = new Set([
  "asbool",
  "strtobool",
  "str2bool",
  "str_to_bool",
  "parse_bool",
  "to_bool",
  "parseBool",
]);

/** Java's and C#'s parsers accept `true` in any case and nothing else. */
export function strictBoolean(args: Arguments): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal") return known(String(data.value).trim().toLowerCase() === "true", each.trace);
    if (data.kind === "environment") return compareEnvironment(data.name, "true", true, each.trace);
    return unknown("it is parsed from a value that is not known", each.trace);
  });
}

/** What reads a text as a literal: of texts, those of its two booleans are told apart. */
function literalOf(yes: string, no: string): LibraryFunction {
  return ([first]) =>
    first === undefined
      ? undefined
      : mapValue(first.value, (data, each) => {
          if (data.kind === "environment") return compareEnvironment(data.name, yes, true, each.trace);
          const text = data.kind === "literal" && typeof data.value === "string" ? data.value.trim() : undefined;
          if (text === yes || text === no) return known(text === yes, each.trace);
          if (text !== undefined && /^\d+$/.test(text)) return known(Number(text), each.trace);
          return unknown("it is read from a value that is not known", each.trace);
        });
}

function truthOf(args: Arguments, context: LibraryContext): Value | undefined {
  const [first] = args;
  if (first === undefined) return known(false);
  return context.boolean(first.value);
}

const presence: LibraryFunction = (_args, _context, receiver) =>
  receiver === undefined
    ? undefined
    : mapValue(receiver, (data, each) => {
        if (data.kind === "literal")
          return known(
            data.value !== null && data.value !== undefined && data.value !== "" && data.value !== false,
            each.trace,
          );
        if (data.kind === "environment") return known(true, each.trace);
        return unknown("it is not known whether it is present", each.trace);
      });

/** What makes a boolean of a value. */
export const booleanFunctions: Readonly<Record<string, LibraryFunction>> = {
  Boolean: truthOf,
  "python:bool": truthOf,
  "ast.literal_eval": literalOf("True", "False"),
  "json.loads": literalOf("true", "false"),
  "ActiveModel.Type.Boolean.new.cast": parsedBoolean,
  "ActiveModel.Type.Boolean.new().cast": parsedBoolean,
  "Boolean.parseBoolean": strictBoolean,
  "Boolean.valueOf": strictBoolean,
  "java.lang.Boolean.parseBoolean": strictBoolean,
  "java.lang.Boolean.valueOf": strictBoolean,
  "bool.Parse": strictBoolean,
  "Boolean.Parse": strictBoolean,
  "System.Boolean.Parse": strictBoolean,
  "Convert.ToBoolean": strictBoolean,
  "System.Convert.ToBoolean": strictBoolean,
};

/** Questions to any value. */
export const booleanMethods: Readonly<Record<string, LibraryFunction>> = {
  booleanValue: keep,
  "present?": presence,
  "nil?": (_args, _context, receiver) =>
    receiver === undefined
      ? undefined
      : mapValue(receiver, (data, each) =>
          known(data.kind === "literal" && (data.value === null || data.value === undefined), each.trace),
        ),
};
