import type { Data, Value } from "../../value.ts";
import { booleanFunctions, booleanMethods, booleanParsers, parsedBoolean } from "./booleans.ts";
import { dateFunctions } from "./dates.ts";
import { environmentFunctions } from "./environment.ts";
import { formatFunctions, formatMethods } from "./formats.ts";
import type { Arguments, LibraryContext, LibraryFunction } from "./function.ts";
import { listMethods } from "./lists.ts";
import { constructors, makerFunctions } from "./makers.ts";
import { objectFunctions, objectMethods } from "./objects.ts";
import { textFunctions, textMethods } from "./texts.ts";

/** By qualified name, some of one language only. */
const functions = new Map<string, LibraryFunction>(
  Object.entries({
    ...environmentFunctions,
    ...booleanFunctions,
    ...textFunctions,
    ...formatFunctions,
    ...objectFunctions,
    ...makerFunctions,
    ...dateFunctions,
  }),
);

/** By name, on a receiver whose methods are the language's own. */
const methods = new Map<string, LibraryFunction>(
  Object.entries({ ...booleanMethods, ...textMethods, ...formatMethods, ...objectMethods, ...listMethods }),
);

/**
 * Functions of the standard libraries and of helpers that many projects use, which only compute: the result is a
 * value, not an opaque object. Everything else that comes from outside the project is opaque.
 * @returns undefined when the library does not know the function
 */
export function callLibrary(
  paths: readonly string[],
  receiver: Value | undefined,
  args: Arguments,
  context: LibraryContext,
): Value | undefined {
  for (const path of paths) {
    const found = functions.get(path) ?? functions.get(`${context.language}:${path}`);
    const value = found?.(args, context, receiver);
    if (value !== undefined) return value;
  }
  const [first] = paths;
  if (first === undefined) return undefined;
  if (booleanParsers.has(first.slice(first.lastIndexOf(".") + 1))) return parsedBoolean(args);
  if (receiver === undefined) return undefined;
  const dot = first.lastIndexOf(".");
  const method = methods.get(first.slice(dot + 1));
  if (method === undefined) return undefined;
  return receiver.every(({ data }) => isPlain(data, context)) ? method(args, context, receiver) : undefined;
}

/**
 * What `new` makes of a class of the standard libraries whose contents can be followed.
 * @returns undefined when the library does not know the class, or not what it is filled with
 */
export function constructLibrary(
  paths: readonly string[],
  args: Arguments,
  context: LibraryContext,
): Value | undefined {
  const [first] = paths;
  return constructors.get(`${context.language}:${first}`)?.(args, context, undefined);
}

/** A scalar, a text, an environment variable, a list or an object literal: its methods are the language's own. */
function isPlain(data: Data, context: LibraryContext): boolean {
  if (data.kind === "literal" || data.kind === "text" || data.kind === "environment") return true;
  if (data.kind !== "object") return false;
  const kind = context.object(data.id)?.origin.kind;
  return kind === "literal" || kind === "module";
}
