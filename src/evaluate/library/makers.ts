import { alternative, known, under, type Value } from "../../value.ts";
import { joinedText } from "../texts.ts";
import { type Arguments, type LibraryContext, type LibraryFunction, objectOf } from "./function.ts";

const BUILDER = "StringBuilder";
/** What changes a text that is being built otherwise than at its end. */
const CHANGES = new Set([
  "insert",
  "delete",
  "deleteCharAt",
  "replace",
  "reverse",
  "setLength",
  "setCharAt",
  "Insert",
  "Remove",
  "Replace",
  "Clear",
]);

function listOf(items: readonly Value[], context: LibraryContext): Value {
  const id = context.newObject();
  context.own(id)!.items = items.slice(0, 2_000);
  return [alternative({ kind: "object", id })];
}

function builder(args: Arguments, context: LibraryContext): Value {
  const [first] = args;
  const isText = first?.value.every(({ data }) => data.kind !== "literal" || typeof data.value === "string") === true;
  const value = listOf(isText && first !== undefined ? [first.value] : [], context);
  const object = objectOf(value, context);
  if (object !== undefined) object.paths = [BUILDER];
  return value;
}

/** A new list; what it is filled from must be known. */
function list(args: Arguments, context: LibraryContext): Value | undefined {
  const [first] = args;
  if (first === undefined) return listOf([], context);
  const isSize = first.value.every(({ data }) => data.kind === "literal" && typeof data.value === "number");
  const items = isSize ? [] : context.items(first.value);
  return items === undefined ? undefined : listOf(items, context);
}

const elements: LibraryFunction = (args, context) => {
  const [only] = args;
  // `Arrays.asList(array)` is a list of the array's elements.
  const items = args.length === 1 && only !== undefined ? context.items(only.value) : undefined;
  return listOf(items ?? args.map(({ value }) => value), context);
};

const OPTIONAL = "java.util.Optional";

/** `Optional.of(x)` and `Optional.ofNullable(x)`: one element that `ifPresent` goes through. */
const optional: LibraryFunction = (args, context) => {
  const value = listOf(
    args.slice(0, 1).map((argument) => argument.value),
    context,
  );
  const object = objectOf(value, context);
  if (object !== undefined) object.paths = [OPTIONAL];
  return value;
};

/** `x.orElse(other)`; where what `x` holds may be anything, it is taken to be there. */
export const orElse: LibraryFunction = ([other], context, receiver) => {
  const object = objectOf(receiver, context);
  const held = object?.paths[0] === OPTIONAL ? object.items?.[0] : undefined;
  return held?.flatMap((each) =>
    other !== undefined && each.data.kind === "literal" && (each.data.value ?? undefined) === undefined
      ? under(other.value, each.when)
      : [each],
  );
};

const lists = ["ArrayList", "LinkedList", "Vector", "HashSet", "LinkedHashSet"];

/** What `new` makes of classes of the standard libraries. */
export const constructors = new Map<string, LibraryFunction>([
  ...["StringBuilder", "StringBuffer"].flatMap((name): [string, LibraryFunction][] => [
    [`java:${name}`, builder],
    [`java:java.lang.${name}`, builder],
  ]),
  ["csharp:StringBuilder", builder],
  ["csharp:System.Text.StringBuilder", builder],
  ...lists.flatMap((name): [string, LibraryFunction][] => [
    [`java:${name}`, list],
    [`java:java.util.${name}`, list],
  ]),
]);

export const makerFunctions: Readonly<Record<string, LibraryFunction>> = Object.fromEntries(
  [
    "Arrays.asList",
    "List.of",
    "Set.of",
    "Collections.singletonList",
    "Collections.singleton",
    "Optional.of",
    "Optional.ofNullable",
  ].flatMap((name) => {
    const make = name.startsWith("Optional.") ? optional : elements;
    return [
      [`java:${name}`, make],
      [`java:java.util.${name}`, make],
    ];
  }),
);

/** The text that was built; undefined for any other object. */
export const builtText: LibraryFunction = (_args, context, receiver) => {
  const object = objectOf(receiver, context);
  if (object?.paths[0] !== BUILDER) return undefined;
  const isChanged = object.calls.some(({ method }) => CHANGES.has(method));
  if (object.items === undefined || isChanged) return [alternative({ kind: "text", parts: [undefined] })];
  return joinedText(object.items.length === 0 ? [known("")] : object.items, context.at, context.says);
};
