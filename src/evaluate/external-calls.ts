import type { Place } from "../evidence.ts";
import type { Call } from "../program.ts";
import { alternative, type FunctionData, known, onlyLiteral, step, type Value } from "../value.ts";
import { exhausted, MAXIMUM_CALL_DEPTH, onStack } from "./bounds.ts";
import { elementOf } from "./branches.ts";
import { configuredGet } from "./elements.ts";
import type { Evaluation } from "./evaluation.ts";
import { type RecordedArgument, type RecordedCall, setProperty } from "./heap.ts";
import { layeredCall } from "./layers.ts";
import { callLibrary, constructLibrary } from "./library/call.ts";
import { libraryContext } from "./library-calls.ts";
import { configuredOrDefault } from "./lookups.ts";
import { getAttribute } from "./members.ts";
import { itemsOf, lastSegment, opaque } from "./objects.ts";
import { parameterValue } from "./parameters.ts";
import { forwardedScheme, symbolValue } from "./symbols.ts";
import { tellCall } from "./tell.ts";

const MAXIMUM_RECORDED_CALLS = 60;

/** Methods that call the functions they are given at once. */
const IMMEDIATE = new Set([
  "forEach",
  "map",
  "filter",
  "each",
  "reduce",
  "some",
  "every",
  "find",
  "tap",
  "then",
  "apply",
  "with",
  "let",
  "also",
  "run",
  "ifPresent",
  "ifPresentOrElse",
  "computeIfAbsent",
]);

/** How requests are asked for a header. */
const HEADER_LOOKUPS = new Set(["get", "header", "getHeader", "get_header", "getFirst", "fetch"]);

/** Of those, the ones that give each element to the function. */
const EACH = new Set(["forEach", "ifPresent", "ifPresentOrElse"]);

/** A call of something outside the project: known to the library, or recorded and opaque. */
export function externalCall(
  evaluation: Evaluation,
  method: string,
  paths: readonly string[],
  receiver: Value | undefined,
  args: readonly RecordedArgument[],
  at: Place,
  expression: Call | undefined,
  isNew: boolean,
  isMethod: boolean,
): Value {
  const symbol = evaluation.host.symbols.find(paths, args.length === 1 ? onlyLiteral(args[0]!.value) : undefined);
  if (symbol !== undefined && !isNew) return symbolValue(symbol, evaluation.host.deployment, at);
  const forwarded =
    HEADER_LOOKUPS.has(method) && receiver !== undefined && args.length <= 2
      ? forwardedScheme(onlyLiteral(args[0]?.value), evaluation.host.deployment, at)
      : undefined;
  if (forwarded !== undefined) return forwarded;
  const layered = layeredCall(evaluation, method, paths, args, at);
  if (layered !== undefined) return layered;
  const attribute =
    evaluation.language === "python" && paths[0] === "getattr" ? getAttribute(evaluation, args, at) : undefined;
  if (attribute !== undefined) return attribute;
  if (evaluation.language === "python" && args.length === 0 && isNamespace(evaluation, paths[0]))
    return [alternative({ kind: "module", file: evaluation.file })];
  const context = libraryContext(evaluation, at);
  const known1 = isNew ? constructLibrary(paths, args, context) : callLibrary(paths, receiver, args, context);
  if (known1 !== undefined) return known1;
  const configured = method === "get" ? configuredGet(evaluation, receiver, args) : undefined;
  if (configured !== undefined) return configured;
  const withDefault = isNew ? undefined : configuredOrDefault(evaluation, method, paths, args, at);
  if (withDefault !== undefined) return withDefault;
  const call: RecordedCall = {
    method,
    callee: paths,
    receiver,
    arguments: args,
    new: isNew,
    place: at,
    argumentsSpan: expression?.argumentsSpan,
    bare: expression?.bare === true,
    when: [],
  };
  const result = opaqueResult(evaluation, call, paths, isNew);
  if (receiver !== undefined && isMethod) rememberCall(evaluation, receiver, call);
  tellCall(evaluation, call, result);
  handOver(evaluation, args, paths, method, receiver, at);
  return result;
}

/** `globals()`, and at the top of a module `locals()` and `vars()`, are the module's names. */
function isNamespace(evaluation: Evaluation, name: string | undefined): boolean {
  const { function: within, owner } = evaluation.frame;
  const top = within === undefined && owner === undefined;
  return name === "globals" || (top && (name === "locals" || name === "vars"));
}

function opaqueResult(evaluation: Evaluation, call: RecordedCall, paths: readonly string[], isNew: boolean): Value {
  const made = isNew || (evaluation.language === "ruby" && call.method === "new");
  const names = made ? paths : paths.map((path) => `${path}()`);
  return opaque(evaluation, { kind: "call", call }, names);
}

/** Remembers a call on the object it was made on; what a setter was given last is kept as a property. */
function rememberCall(evaluation: Evaluation, receiver: Value, call: RecordedCall): void {
  for (const { data } of receiver) {
    if (data.kind !== "object") continue;
    const object = evaluation.state.own(data.id);
    if (object === undefined || object.calls.length >= MAXIMUM_RECORDED_CALLS) continue;
    object.calls.push(call);
    const [first, second] = call.arguments;
    const named = first === undefined ? undefined : onlyLiteral(first.value);
    const positional = call.arguments.filter((argument) => argument.name === undefined);
    if (positional.length >= 2 && typeof named === "string" && second !== undefined) {
      setProperty(object, `${call.method}(${named})`, second.value);
    }
    setProperty(
      object,
      `${call.method}()`,
      first === undefined
        ? known(true, step(call.place, `\`${call.method}\` is called`, undefined))
        : noteCall(first.value, call),
    );
  }
}

function noteCall(value: Value, call: RecordedCall): Value {
  return value.map((each) => ({
    ...each,
    trace: step(call.place, `\`${call.method}\` is called with it`, each.trace),
  }));
}

/** Functions given to code outside the project will be called by it. */
function handOver(
  evaluation: Evaluation,
  args: readonly RecordedArgument[],
  paths: readonly string[],
  method: string,
  receiver: Value | undefined,
  at: Place,
): void {
  for (const argument of args) {
    for (const { data } of argument.value) {
      if (data.kind !== "function") continue;
      const immediate =
        data.function.blockScope === true ||
        evaluation.language === "java" ||
        evaluation.language === "csharp" ||
        IMMEDIATE.has(method);
      if (immediate) enterNow(evaluation, data, paths, receiver, at);
      else evaluation.frame.made.push({ value: data, passedTo: paths });
    }
  }
}

function enterNow(
  evaluation: Evaluation,
  data: FunctionData,
  paths: readonly string[],
  receiver: Value | undefined,
  at: Place,
): void {
  if (evaluation.frame.depth >= MAXIMUM_CALL_DEPTH || exhausted(evaluation) || onStack(evaluation, data)) {
    return;
  }
  const self = data.self ?? evaluation.frame.self;
  const args = data.function.parameters.map((parameter, index) => {
    const tapped =
      index === 0 &&
      receiver !== undefined &&
      (IMMEDIATE.has(lastSegment(paths[0] ?? "")) || data.function.blockScope === true);
    const method = lastSegment(paths[0] ?? "");
    const isEach = index === 0 && EACH.has(method) && itemsOf(evaluation, receiver ?? []) !== undefined;
    const value =
      tapped && method === "tap"
        ? receiver
        : isEach && evaluation.language === "java"
          ? elementOf(evaluation, receiver, at.span)
          : parameterValue(evaluation, parameter, data, paths);
    return { value, name: undefined, spread: undefined, place: at, valuePlace: at } as RecordedArgument;
  });
  evaluation.invoke({ ...data, self }, args, at, true);
}
