import type { Place } from "../evidence.ts";
import { known, mapValue, onlyLiteral, step, type Trace, unknown, type Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { type HeapObject, type RecordedArgument, setProperty, spreadUnknown } from "./heap.ts";
import { environmentSwitch } from "./library/booleans.ts";
import { exported } from "./modules.ts";
import { newObject, objectValue } from "./objects.ts";
import { environmentValue } from "./symbols.ts";

const MAXIMUM_DEPTH = 20;

/**
 * A member of a module from outside that holds the project's configuration files, merged in their order.
 * @returns undefined where the module is another one, or the name is one of its own functions
 */
export function layeredMember(
  evaluation: Evaluation,
  paths: readonly string[],
  name: string,
  at: Place,
): Value | undefined {
  if (OWN.has(name)) return undefined;
  const whole = layered(evaluation, paths, at);
  return whole === undefined ? undefined : descend(evaluation, whole, [name], at);
}

/** `config.get("session.cookie")` of such a module. */
export function layeredCall(
  evaluation: Evaluation,
  method: string,
  paths: readonly string[],
  args: readonly RecordedArgument[],
  at: Place,
): Value | undefined {
  const [path] = paths;
  if (path === undefined || !OWN.has(method) || evaluation.host.layers === undefined) return undefined;
  const key = onlyLiteral(args[0]?.value);
  const whole = layered(evaluation, [path.slice(0, -method.length - 1)], at);
  if (whole === undefined || typeof key !== "string") return undefined;
  return method === "get" ? descend(evaluation, whole, key.split("."), at) : undefined;
}

const OWN: ReadonlySet<string> = new Set(["get", "has", "util"]);

function descend(evaluation: Evaluation, whole: Value, names: readonly string[], at: Place): Value {
  return names.reduce<Value>(
    (outer, name) =>
      mapValue(outer, (data, each) => {
        if (data.kind === "unknown") return [{ ...each, when: [] }];
        const object = data.kind === "object" ? evaluation.heapObject(data.id) : undefined;
        const value = object?.properties.get(name);
        if (value !== undefined) return value;
        const says = object?.open ?? `\`${names.join(".")}\` is not in the configuration files`;
        return unknown(says, step(at, says, each.trace));
      }),
    whole,
  );
}

function layered(evaluation: Evaluation, paths: readonly string[], at: Place): Value | undefined {
  const layers = paths.length === 1 ? evaluation.host.layers?.(paths[0]!, evaluation.file) : undefined;
  if (layers === undefined) return undefined;
  const unread = (file: string) => unknown(`${file} is not read`, step(at, `${file} is not read`, undefined));
  if (layers.unread !== undefined) return unread(layers.unread);
  let whole: Value | undefined;
  for (const file of layers.files) {
    const value = contentOf(evaluation, file);
    if (value === undefined) return unread(file);
    whole = whole === undefined ? value : merge(evaluation, whole, value, 0);
  }
  if (whole === undefined || layers.variables === undefined) return whole;
  const variables = contentOf(evaluation, layers.variables);
  return variables === undefined ? unread(layers.variables) : override(evaluation, whole, variables, at, 0);
}

function contentOf(evaluation: Evaluation, file: string): Value | undefined {
  const record = evaluation.runModule(file);
  return record === undefined ? undefined : exported(evaluation, record, "default");
}

function objectIn(evaluation: Evaluation, value: Value | undefined): HeapObject | undefined {
  const [only] = value ?? [];
  const object = value?.length === 1 && only?.data.kind === "object" ? evaluation.heapObject(only.data.id) : undefined;
  return object?.items === undefined ? object : undefined;
}

/** Objects are merged member by member; of everything else the later one stands. New members are added to its file. */
function merge(evaluation: Evaluation, before: Value, after: Value, depth: number): Value {
  const left = objectIn(evaluation, before);
  const right = objectIn(evaluation, after);
  if (left === undefined || right === undefined || depth > MAXIMUM_DEPTH) return after;
  const id = newObject(evaluation, right.origin, right.paths);
  const object = evaluation.state.own(id)!;
  for (const [name, value] of left.properties) setProperty(object, name, value);
  for (const [name, value] of right.properties) {
    const old = left.properties.get(name);
    setProperty(object, name, old === undefined ? value : merge(evaluation, old, value, depth + 1));
  }
  const open = right.open ?? left.open;
  if (open !== undefined) spreadUnknown(object, open);
  return objectValue(id, after[0]?.trace);
}

/** Variables of the environment that stand for members, by their names or as `{ __name, __format }`. */
function override(evaluation: Evaluation, whole: Value, variables: Value, at: Place, depth: number): Value {
  const named = objectIn(evaluation, variables);
  const object = objectIn(evaluation, whole);
  if (named === undefined || object === undefined || depth > MAXIMUM_DEPTH) return whole;
  const id = newObject(evaluation, object.origin, object.paths);
  const result = evaluation.state.own(id)!;
  for (const [name, value] of object.properties) setProperty(result, name, value);
  for (const [name, variable] of named.properties) {
    const old = result.properties.get(name) ?? known(undefined);
    setProperty(result, name, overridden(evaluation, old, variable, at, depth));
  }
  if (object.open !== undefined) spreadUnknown(result, object.open);
  return objectValue(id, whole[0]?.trace);
}

function overridden(evaluation: Evaluation, old: Value, variable: Value, at: Place, depth: number): Value {
  const described = objectIn(evaluation, variable);
  const name = onlyLiteral(described?.properties.get("__name") ?? variable);
  if (typeof name !== "string") return override(evaluation, old, variable, at, depth + 1);
  const isParsed = described !== undefined && onlyLiteral(described.properties.get("__format")) !== "string";
  const value = environmentValue(name, old, evaluation.host.deployment, at);
  return isParsed ? value.flatMap((each) => parsed(each, each.trace)) : value;
}

function parsed(each: Value[number], trace: Trace | undefined): Value {
  if (each.data.kind !== "environment") return [each];
  return environmentSwitch(each.data.name, trace).map((way) => ({ ...way, when: [...each.when, ...way.when] }));
}
