import type { Deployment } from "../deployment.ts";
import type { Place } from "../evidence.ts";
import type { ProgramLanguageName } from "../program.ts";
import {
  alternative,
  type Data,
  type FunctionData,
  known,
  mapValue,
  notLiteral,
  onlyLiteral,
  step,
  unknown,
  type Value,
} from "../value.ts";
import { type HeapObject, type RecordedArgument, setProperty, spreadUnknown } from "./heap.ts";
import { compareEnvironment } from "./operators.ts";
import { environmentValue } from "./symbols.ts";

/** What a function of the standard libraries may ask of the evaluator. */
export interface LibraryContext {
  readonly language: ProgramLanguageName;
  readonly deployment: Deployment;
  readonly at: Place;
  /** The call as written. */
  readonly says: string;
  readonly object: (id: number) => HeapObject | undefined;
  readonly own: (id: number) => HeapObject | undefined;
  /** A new, empty object literal. */
  readonly newObject: () => number;
  readonly spread: (object: HeapObject, value: Value) => void;
  readonly items: (value: Value) => readonly Value[] | undefined;
  readonly boolean: (value: Value) => Value;
  readonly invoke: (data: FunctionData, args: readonly Value[]) => Value;
}

type Arguments = readonly RecordedArgument[];
type LibraryFunction = (args: Arguments, context: LibraryContext, receiver: Value | undefined) => Value | undefined;

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

/** A scalar, a text, an environment variable, a list or an object literal: its methods are the language's own. */
function isPlain(data: Data, context: LibraryContext): boolean {
  if (data.kind === "literal" || data.kind === "text" || data.kind === "environment") return true;
  if (data.kind !== "object") return false;
  const kind = context.object(data.id)?.origin.kind;
  return kind === "literal" || kind === "module";
}

/** `process.env.X`, `os.environ["X"]`, `ENV["X"]`: a variable read as a member. */
export function environmentMember(
  paths: readonly string[],
  name: string,
  deployment: Deployment,
  at: Place,
): Value | undefined {
  return paths.some((path) => environments.has(path)) && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== "get"
    ? environmentValue(name, undefined, deployment, at)
    : undefined;
}

const environments = new Set(["process.env", "import.meta.env", "Bun.env", "os.environ", "ENV", "environ"]);

function readEnvironment(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return unknown("the name of the environment variable is computed");
  const fallback = args[1] ?? args.find((argument) => argument.name === "default");
  return environmentValue(
    name,
    fallback?.value ?? (context.language === "javascript" ? undefined : known(null)),
    context.deployment,
    context.at,
  );
}

function blockDefault(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return undefined;
  const second = args[1]?.value;
  const [only] = second ?? [];
  const fallback = only?.data.kind === "function" ? context.invoke(only.data, [known(name)]) : second;
  return environmentValue(name, fallback, context.deployment, context.at);
}

/** django-environ: `env("X")` gives the text, `env.bool("X", default=…)` reads it as a boolean. */
function environBoolean(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return undefined;
  const fallback = args.find((argument) => argument.name === "default") ?? args[1];
  const value = environmentValue(
    name,
    fallback?.value ?? unknown(`${name} has no default`),
    context.deployment,
    context.at,
  );
  return mapValue(value, (data, each) =>
    data.kind === "literal"
      ? known(readBoolean(data.value), each.trace)
      : data.kind === "environment"
        ? environmentSwitch(data.name, each.trace)
        : [{ ...each, when: [] }],
  );
}

/** `Env(DEBUG=(bool, False))` declares that `env("DEBUG")` is a boolean: its default. */
function schemeOf(args: Arguments, context: LibraryContext, receiver: Value | undefined): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  const origin = objectOf(receiver, context)?.origin;
  if (origin?.kind !== "call" || args.length !== 1) return undefined;
  const declared = origin.call.arguments.find((argument) => argument.name === name);
  const items = declared === undefined ? undefined : context.items(declared.value);
  const isBoolean = items?.[0]?.some(({ data }) => data.kind === "external" && data.paths.includes("bool"));
  return isBoolean === true ? (items?.[1] ?? unknown(`${String(name)} has no default`)) : undefined;
}

function readBoolean(value: unknown): boolean {
  if (typeof value === "string") return ["true", "on", "ok", "y", "yes", "1", "t"].includes(value.trim().toLowerCase());
  return Boolean(value);
}

/** A variable that is set to something, read as a switch: on where somebody turns it on. */
function environmentSwitch(name: string, trace: Value[number]["trace"]): Value {
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

function parsedBoolean(args: Arguments): Value | undefined {
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
const booleanParsers = new Set([
  "asbool",
  "strtobool",
  "str2bool",
  "str_to_bool",
  "parse_bool",
  "to_bool",
  "parseBool",
]);

/** Java's and C#'s parsers accept `true` in any case and nothing else. */
function strictBoolean(args: Arguments): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal") return known(String(data.value).trim().toLowerCase() === "true", each.trace);
    if (data.kind === "environment") return compareEnvironment(data.name, "true", true, each.trace);
    return unknown("it is parsed from a value that is not known", each.trace);
  });
}

function truthOf(args: Arguments, context: LibraryContext): Value | undefined {
  const [first] = args;
  if (first === undefined) return known(false);
  return context.boolean(first.value).map((each) => (each.data.kind === "literal" ? each : each));
}

function numberOf(args: Arguments): Value | undefined {
  const [first] = args;
  if (first === undefined) return undefined;
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal") {
      const number = typeof data.value === "boolean" ? Number(data.value) : Number.parseFloat(String(data.value));
      return Number.isNaN(number) ? unknown("it is not a number", each.trace) : known(number, each.trace);
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

const functions = new Map<string, LibraryFunction>(
  Object.entries<LibraryFunction>({
    "Object.assign": assign,
    "Object.freeze": identity,
    "Object.seal": identity,
    structuredClone: identity,
    "_.merge": assign,
    "_.assign": assign,
    "_.extend": assign,
    "lodash.merge": assign,
    "lodash.assign": assign,
    "lodash.extend": assign,
    "_.defaults": defaults,
    "lodash.defaults": defaults,
    Boolean: truthOf,
    Number: numberOf,
    "Number.parseInt": numberOf,
    parseInt: numberOf,
    parseFloat: numberOf,
    String: stringOf,
    "Deno.env.get": readEnvironment,
    "os.environ.get": readEnvironment,
    "os.getenv": readEnvironment,
    "environ.get": readEnvironment,
    getenv: readEnvironment,
    "System.getenv": readEnvironment,
    "java.lang.System.getenv": readEnvironment,
    "Environment.GetEnvironmentVariable": readEnvironment,
    "System.Environment.GetEnvironmentVariable": readEnvironment,
    "ENV.fetch": blockDefault,
    "python:bool": truthOf,
    "python:int": numberOf,
    "python:float": numberOf,
    "python:str": stringOf,
    "python:dict": dict,
    "collections.OrderedDict": dict,
    "functools.partial": partial,
    "copy.copy": identity,
    "copy.deepcopy": identity,
    "environ.Env().bool": environBoolean,
    "environ.Env()": (args, context, receiver) => {
      const declared = schemeOf(args, context, receiver);
      if (declared !== undefined)
        return environBoolean([args[0]!, { ...args[0]!, name: "default", value: declared }], context);
      const cast = args.find((argument) => argument.name === "cast") ?? undefined;
      const isBoolean =
        cast?.value.some(({ data }) => data.kind === "external" && data.paths.includes("bool")) === true;
      return isBoolean ? environBoolean(args, context) : readEnvironment(args, context);
    },
    "environs.Env().bool": environBoolean,
    "env.bool": environBoolean,
    "decouple.config": (args, context) => {
      const cast = args.find((argument) => argument.name === "cast");
      const isBoolean =
        cast?.value.some(({ data }) => data.kind === "external" && data.paths.includes("bool")) === true;
      return isBoolean ? environBoolean(args, context) : readEnvironment(args, context);
    },
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
    "Objects.equals": (args) => equality(args[0]?.value, args[1]?.value, true),
    "java.util.Objects.equals": (args) => equality(args[0]?.value, args[1]?.value, true),
  }),
);

/** A text changed by a pure function; an environment variable stays one. */
function textual(
  change: (text: string, args: readonly unknown[]) => string | number | boolean | readonly string[],
): LibraryFunction {
  return (args, context, receiver) => {
    if (receiver === undefined) return undefined;
    const literals = args.map((argument) => onlyLiteral(argument.value));
    return mapValue(receiver, (data, each) => {
      if (data.kind === "environment") return [{ ...each, when: [], data: { ...data, transformed: data.transformed } }];
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

/** A question to a text; of a variable of the environment both answers are kept, each under its condition. */
function predicate(verb: string, test: (text: string, part: string) => boolean): LibraryFunction {
  const computed = textual((text, [part]) => test(text, String(part)));
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

function objectOf(receiver: Value | undefined, context: LibraryContext): HeapObject | undefined {
  const [only] = receiver ?? [];
  if (receiver?.length !== 1 || only?.data.kind !== "object") return undefined;
  return context.object(only.data.id);
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

const keep: LibraryFunction = (_args, _context, receiver) => receiver;

const remove: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  const key = onlyLiteral(args[0]?.value);
  if (receiver?.length !== 1 || only?.data.kind !== "object" || typeof key !== "string") return undefined;
  const object = context.own(only.data.id);
  const value = object?.properties.get(key) ?? args[1]?.value ?? known(null);
  object?.properties.delete(key);
  return value;
};

/** `list.includes(x)`, `text.includes(x)`. */
const includes: LibraryFunction = (args, context, receiver) => {
  const items = receiver === undefined ? undefined : context.items(receiver);
  const value = args[0]?.value;
  if (items !== undefined && value !== undefined) {
    const literals = items.map((item) => onlyLiteral(item));
    if (literals.includes(notLiteral)) return undefined;
    return mapValue(value, (data, each) => {
      if (data.kind === "literal") return known(literals.includes(data.value), each.trace);
      if (data.kind === "environment") return environmentSwitch(data.name, each.trace);
      return unknown("it is not known whether the list holds it", each.trace);
    });
  }
  return holds(args, context, receiver);
};

const append: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  if (receiver?.length !== 1 || only?.data.kind !== "object") return undefined;
  const object = context.own(only.data.id);
  if (object?.items === undefined) return undefined;
  object.items = [...object.items, ...args.map(({ value }) => value)].slice(0, 2_000);
  return context.language === "ruby" ? receiver : known(undefined);
};

const joined: LibraryFunction = (args, context, receiver) => {
  const separator = onlyLiteral(args[0]?.value);
  const items = receiver === undefined ? undefined : context.items(receiver);
  if (items === undefined) return undefined;
  const parts: (string | undefined)[] = [];
  items.forEach((item, index) => {
    const literal = onlyLiteral(item);
    if (index > 0) parts.push(typeof separator === "string" ? separator : ",");
    parts.push(literal === notLiteral ? undefined : String(literal ?? ""));
  });
  if (!parts.includes(undefined)) return known(parts.join(""), receiver?.[0]?.trace);
  return [alternative({ kind: "text", parts }, receiver?.[0]?.trace)];
};

const presence: LibraryFunction = (_args, context, receiver) =>
  receiver === undefined
    ? undefined
    : mapValue(receiver, (data, each) => {
        if (data.kind === "literal")
          return known(
            data.value !== null && data.value !== undefined && data.value !== "" && data.value !== false,
            each.trace,
          );
        if (data.kind === "environment") return known(true, each.trace);
        void context;
        return unknown("it is not known whether it is present", each.trace);
      });

const startsWith = predicate("starts with", (text, part) => text.startsWith(part));
const endsWith = predicate("ends with", (text, part) => text.endsWith(part));
const holds = predicate("holds", (text, part) => text.includes(part));
const lower = textual((text) => text.toLowerCase());
const upper = textual((text) => text.toUpperCase());
const trim = textual((text) => text.trim());

const stringOfReceiver: LibraryFunction = (_args, _context, receiver) => stringOf([asArgument(receiver)]);

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

const methods = new Map<string, LibraryFunction>(
  Object.entries<LibraryFunction>({
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
    title: textual((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()),
    capitalize: textual((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()),
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
    equals: (args, _context, receiver) => equality(receiver, args[0]?.value, true),
    Equals: (args, _context, receiver) => equality(receiver, args[0]?.value, true),
    equalsIgnoreCase: (args, _context, receiver) => equality(receiver, args[0]?.value, true),
    "eql?": (args, _context, receiver) => equality(receiver, args[0]?.value, true),
    toString: stringOfReceiver,
    ToString: stringOfReceiver,
    to_s: stringOfReceiver,
    to_sym: keep,
    to_i: (_args, _context, receiver) => numberOf([asArgument(receiver)]),
    to_h: keep,
    freeze: keep,
    html_safe: keep,
    booleanValue: keep,
    "present?": presence,
    "nil?": (_args, _context, receiver) =>
      receiver === undefined
        ? undefined
        : mapValue(receiver, (data, each) =>
            known(data.kind === "literal" && (data.value === null || data.value === undefined), each.trace),
          ),
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
    includes,
    "include?": includes,
    "exclude?": (args, context, receiver) => {
      const included = includes(args, context, receiver);
      return included === undefined
        ? undefined
        : mapValue(included, (data, each) =>
            data.kind === "literal" ? known(data.value !== true, each.trace) : [{ ...each, when: [] }],
          );
    },
    "in?": (args, context, receiver) => includes([asArgument(receiver)], context, args[0]?.value),
    ...inquiries,
    contains: includes,
    Contains: includes,
    append,
    push: append,
    "<<": append,
    join: joined,
  }),
);

function asArgument(value: Value | undefined): RecordedArgument {
  const place = { file: "", span: { start: 0, end: 0 } };
  return { value: value ?? known(null), name: undefined, spread: undefined, place, valuePlace: place };
}
