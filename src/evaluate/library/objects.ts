import { alternative, known, mapValue, onlyLiteral, type Scalar, step, unknown, type Value } from "../../value.ts";
import { type HeapObject, setProperty, spreadUnknown } from "../heap.ts";
import { environmentSwitch } from "./booleans.ts";
import { type Arguments, keep, type LibraryContext, type LibraryFunction, objectOf } from "./function.ts";

function identity(args: Arguments): Value | undefined {
  return args[0]?.value;
}

/** Merges objects into the first: `Object.assign`, `_.merge`. */
function assign(args: Arguments, context: LibraryContext): Value | undefined {
  const [target] = args;
  if (target === undefined) return undefined;
  for (const { data } of target.value) {
    if (data.kind !== "object") continue;
    const object = context.own(data.id);
    if (
      object === undefined ||
      object.origin.kind === "call" ||
      object.origin.kind === "member" ||
      object.origin.kind === "parameter"
    )
      return undefined;
    for (const source of args.slice(1)) context.spread(object, source.value);
  }
  return target.value;
}

/** Merges where the target has nothing: `_.defaults`. */
function defaults(args: Arguments, context: LibraryContext): Value | undefined {
  const id = context.newObject();
  const object = context.own(id)!;
  for (const source of args.toReversed()) context.spread(object, source.value);
  return [alternative({ kind: "object", id })];
}

function merged(values: readonly Value[], context: LibraryContext): Value {
  const id = context.newObject();
  const object = context.own(id)!;
  for (const value of values) context.spread(object, value);
  return [alternative({ kind: "object", id }, step(context.at, "it is merged here", values[0]?.[0]?.trace))];
}

/** Python's `dict(a, b=1)`. */
function dict(args: Arguments, context: LibraryContext): Value {
  const id = context.newObject();
  const object = context.own(id)!;
  for (const argument of args) {
    if (argument.name !== undefined) setProperty(object, argument.name, argument.value);
    else if (context.items(argument.value) !== undefined) pairs(object, context.items(argument.value)!, context);
    else context.spread(object, argument.value);
  }
  return [alternative({ kind: "object", id }, step(context.at, "it is built here", undefined))];
}

function pairs(object: HeapObject, items: readonly Value[], context: LibraryContext): void {
  for (const item of items) {
    const pair = context.items(item);
    const key = onlyLiteral(pair?.[0]);
    if (typeof key === "string" && pair?.[1] !== undefined) setProperty(object, key, pair[1]);
    else spreadUnknown(object, "a key is computed");
  }
}

/** `Object.fromEntries([["secure", true]])` */
function fromEntries(args: Arguments, context: LibraryContext): Value | undefined {
  const items = args[0] === undefined ? undefined : context.items(args[0].value);
  if (items === undefined) return undefined;
  const id = context.newObject();
  pairs(context.own(id)!, items, context);
  return [alternative({ kind: "object", id }, step(context.at, "it is built here", undefined))];
}

/** `JSON.parse` of what `JSON.stringify` gave, and of texts that are a scalar: `"false"`, a variable of the environment. */
function parsed(args: Arguments, context: LibraryContext): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  const origin = objectOf(first.value, context)?.origin;
  if (origin?.kind === "call") {
    return origin.call.callee.includes("JSON.stringify") ? origin.call.arguments[0]?.value : undefined;
  }
  const scalars = first.value.every(({ data }) =>
    data.kind === "literal"
      ? /^\s*(?:true|false|null|-?\d+)\s*$/.test(String(data.value))
      : data.kind === "environment",
  );
  if (!scalars) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "environment") return environmentSwitch(data.name, each.trace);
    return known(JSON.parse(data.kind === "literal" ? String(data.value) : "null") as Scalar, each.trace);
  });
}

function partial(args: Arguments): Value | undefined {
  const [target, ...rest] = args;
  const [only] = target?.value ?? [];
  if (target?.value.length !== 1 || only?.data.kind !== "function") return undefined;
  const bound = {
    arguments: [
      ...(only.data.bound?.arguments ?? []),
      ...rest.filter((argument) => argument.name === undefined).map(({ value }) => value),
    ],
    keywords: new Map([
      ...(only.data.bound?.keywords ?? []),
      ...rest.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const])),
    ]),
  };
  return [{ ...only, data: { ...only.data, bound } }];
}

/** `hash.fetch(:k, default)`, `dict.get("k", default)`. */
const lookUp: LibraryFunction = (args, context, receiver) => {
  const object = objectOf(receiver, context);
  const key = onlyLiteral(args[0]?.value);
  if (object === undefined || (typeof key !== "string" && typeof key !== "number")) return undefined;
  const value = object.properties.get(String(key));
  if (value !== undefined) return object.open === undefined ? value : [...value, ...unknown(object.open)];
  if (object.open !== undefined) return unknown(object.open);
  return args[1]?.value ?? known(null);
};

const update: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  if (receiver?.length !== 1 || only?.data.kind !== "object") return undefined;
  const object = context.own(only.data.id);
  if (object === undefined || object.items !== undefined) return undefined;
  for (const argument of args) {
    if (argument.name !== undefined) setProperty(object, argument.name, argument.value);
    else context.spread(object, argument.value);
  }
  return receiver;
};

const setDefault: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  const key = onlyLiteral(args[0]?.value);
  if (receiver?.length !== 1 || only?.data.kind !== "object" || typeof key !== "string") return undefined;
  const object = context.own(only.data.id);
  if (object === undefined) return undefined;
  if (!object.properties.has(key)) setProperty(object, key, args[1]?.value ?? known(null));
  return object.properties.get(key);
};

const merge: LibraryFunction = (args, context, receiver) => {
  const object = objectOf(receiver, context);
  if (object === undefined || receiver === undefined || object.items !== undefined) return undefined;
  const more = args.filter((argument) => argument.name === undefined).map(({ value }) => value);
  const result = merged([receiver, ...more], context);
  const [only] = result;
  if (only?.data.kind === "object") {
    const target = context.own(only.data.id)!;
    for (const argument of args) if (argument.name !== undefined) setProperty(target, argument.name, argument.value);
  }
  return result;
};

const reverseMerge: LibraryFunction = (args, context, receiver) => {
  const object = objectOf(receiver, context);
  if (object === undefined || receiver === undefined) return undefined;
  return merged(
    [...args.filter((argument) => argument.name === undefined).map(({ value }) => value), receiver],
    context,
  );
};

const copy: LibraryFunction = (_args, context, receiver) => {
  const object = objectOf(receiver, context);
  return object === undefined || receiver === undefined || object.items !== undefined
    ? undefined
    : merged([receiver], context);
};

const remove: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  const key = onlyLiteral(args[0]?.value);
  if (receiver?.length !== 1 || only?.data.kind !== "object" || typeof key !== "string") return undefined;
  const object = context.own(only.data.id);
  const value = object?.properties.get(key) ?? args[1]?.value ?? known(null);
  object?.properties.delete(key);
  return value;
};

/** What merges or copies objects, or binds arguments of a function. */
export const objectFunctions: Readonly<Record<string, LibraryFunction>> = {
  "Object.assign": assign,
  "Object.freeze": identity,
  "Object.seal": identity,
  "Object.fromEntries": fromEntries,
  "JSON.parse": parsed,
  structuredClone: identity,
  "_.merge": assign,
  "_.assign": assign,
  "_.extend": assign,
  "lodash.merge": assign,
  "lodash.assign": assign,
  "lodash.extend": assign,
  "_.defaults": defaults,
  "lodash.defaults": defaults,
  "python:dict": dict,
  "collections.OrderedDict": dict,
  "functools.partial": partial,
  "copy.copy": identity,
  "copy.deepcopy": identity,
};

/** Methods of objects, dictionaries and hashes. */
export const objectMethods: Readonly<Record<string, LibraryFunction>> = {
  to_h: keep,
  freeze: keep,
  get: lookUp,
  fetch: lookUp,
  update,
  "merge!": update,
  setdefault: setDefault,
  merge,
  deep_merge: merge,
  reverse_merge: reverseMerge,
  with_defaults: reverseMerge,
  copy,
  dup: copy,
  clone: copy,
  pop: remove,
  delete: remove,
};
