import type { Place } from "../evidence.ts";
import type { Span } from "../program.ts";
import {
  type Alternative,
  alternative,
  type Condition,
  type Data,
  known,
  mapValue,
  notLiteral,
  onlyLiteral,
  step,
  under,
  union,
  unknown,
  type Value,
} from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import type { RecordedArgument } from "./heap.ts";
import type { ConfiguredValue } from "./host.ts";
import { environmentMember } from "./library/environment.ts";
import { memberOf } from "./members.ts";
import { compatible } from "./names.ts";
import { external, isOpaque, opaque, pathsOf } from "./objects.ts";
import { forwardedScheme, symbolValue } from "./symbols.ts";

export function readElement(evaluation: Evaluation, object: Value, key: Value, span: Span): Value {
  const at = evaluation.place(span);
  return mapValue(object, (data, each) => {
    const literal = onlyLiteral(key);
    if (literal === notLiteral || literal === null || literal === undefined) {
      return computedIndex(evaluation, data, key, each, at);
    }
    const name = String(literal);
    const configured = configuredElement(evaluation, data, name);
    if (configured !== undefined)
      return configured.is === "absent" ? unknown(configured.says) : configuredValue(configured);
    if (data.kind === "external") {
      const settled = settledElement(evaluation, data.paths, name, at);
      if (settled !== undefined) return settled;
      return [
        alternative(
          { kind: "external", paths: data.paths.map((path) => `${path}[${name}]`) },
          step(at, `\`${data.paths[0]}[${name}]\` comes from outside the project`, undefined),
        ),
      ];
    }
    if (data.kind === "object") {
      const held = evaluation.heapObject(data.id);
      const position = Number(name);
      if (held?.items !== undefined && Number.isInteger(position)) return held.items.at(position) ?? known(undefined);
      const value = held?.properties.get(name);
      if (value !== undefined) return compatible(evaluation, value);
      if (
        held !== undefined &&
        (held.origin.kind === "call" || held.origin.kind === "parameter" || held.origin.kind === "member")
      ) {
        const settled = settledElement(evaluation, held.paths, name, at);
        if (settled !== undefined) return settled;
        const child = opaque(
          evaluation,
          { kind: "member", of: data.id, name, place: at },
          held.paths.map((path) => `${path}[${name}]`),
        );
        evaluation.state.own(data.id)?.properties.set(name, child);
        return child;
      }
      if (held?.origin.kind === "literal")
        return held.open === undefined ? known(undefined, each.trace) : unknown(held.open, each.trace);
    }
    return memberOf(evaluation, data, each, name, span);
  });
}

/** An element that the deployment or the request's scheme gives: `process.env["X"]`, `headers["x-forwarded-proto"]`. */
function settledElement(evaluation: Evaluation, paths: readonly string[], name: string, at: Place): Value | undefined {
  const { deployment, symbols } = evaluation.host;
  const environment = environmentMember(paths, name, deployment, at);
  if (environment !== undefined) return environment;
  const symbol = symbols.find(paths.map((path) => `${path}[${name}]`));
  return symbol === undefined ? forwardedScheme(name, deployment, at) : symbolValue(symbol, deployment, at);
}

/** An element of a known list or object by a key that is not known: any of them. */
function computedIndex(evaluation: Evaluation, data: Data, key: Value, each: Alternative, at: Place): Value {
  if (data.kind === "object") {
    const held = evaluation.heapObject(data.id);
    const choices = held?.origin.kind === "literal" ? [...(held.items ?? held.properties.values())] : [];
    if (choices.length > 0 && choices.length <= 6 && held?.open === undefined) {
      return oneOfMany(choices, held?.properties, key, at);
    }
    if (held !== undefined && held.origin.kind !== "literal") {
      return opaque(
        evaluation,
        { kind: "member", of: data.id, name: "[]", place: at },
        held.paths.map((path) => `${path}[]`),
      );
    }
  }
  if (data.kind === "external") return external(data.paths.map((path) => `${path}[]`));
  return unknown("the key is not known", each.trace);
}

function oneOfMany(
  choices: readonly Value[],
  properties: Map<string, Value> | undefined,
  key: Value,
  at: Place,
): Value {
  const names = properties === undefined ? [] : [...properties.keys()];
  const variable = key.find(({ data }) => data.kind === "environment")?.data;
  const says = variable?.kind === "environment" ? variable.name : "the key";
  return union(
    choices.flatMap((choice, index) => {
      const name = names[index] ?? String(index);
      const literal = key.find(({ data }) => data.kind === "literal" && String(data.value) === name);
      const condition: Condition = {
        kind: variable === undefined ? "branch" : "environment",
        key: `${at.file}:${at.span.start}:key`,
        arm: name,
        says: `${says} is ${JSON.stringify(name)}`,
        // The variable may be set to any key; what it falls back to is what the deployment has.
        holds: variable === undefined ? undefined : literal !== undefined,
      };
      return under(choice, [condition]);
    }),
  );
}

/** What configuration files give to an element of something outside the project that the code has not set. */
function configuredElement(evaluation: Evaluation, data: Data, name: string): ConfiguredValue | undefined {
  if (evaluation.host.configured === undefined || (data.kind !== "external" && !isOpaque(evaluation, data)))
    return undefined;
  if (data.kind === "object" && evaluation.heapObject(data.id)?.properties.has(name) === true) return undefined;
  return evaluation.host.configured(
    pathsOf(evaluation, data).map((path) => `${path}[${name}]`),
    evaluation.file,
  );
}

/** `settings.get("session.secure", default)` */
export function configuredGet(
  evaluation: Evaluation,
  receiver: Value | undefined,
  args: readonly RecordedArgument[],
): Value | undefined {
  const [first, second] = args;
  const [only] = receiver ?? [];
  const name = onlyLiteral(first?.value);
  if (receiver?.length !== 1 || only === undefined || typeof name !== "string") return undefined;
  const configured = configuredElement(evaluation, only.data, name);
  if (configured?.is !== "absent") return configured === undefined ? undefined : configuredValue(configured);
  return (second?.value ?? known(null)).map((each) => ({
    ...each,
    trace: each.trace ?? step(configured.at, configured.says, undefined),
  }));
}

function configuredValue(configured: Exclude<ConfiguredValue, { is: "absent" }>): Value {
  const trace = step(configured.at, configured.says, undefined);
  return configured.is === "known" ? known(configured.value, trace) : unknown(configured.says, trace);
}
