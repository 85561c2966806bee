import type { Place } from "../evidence.ts";
import type { Span } from "../program.ts";
import {
  type Alternative,
  alternative,
  type Data,
  known,
  mapValue,
  onlyLiteral,
  step,
  unknown,
  type Value,
} from "../value.ts";
import { classMember, externalBases, findAccessor, staticMember } from "./class-members.ts";
import type { Evaluation } from "./evaluation.ts";
import type { HeapObject, RecordedArgument } from "./heap.ts";
import { layeredMember } from "./layers.ts";
import { environmentMember } from "./library/environment.ts";
import { libraryMember } from "./library-calls.ts";
import { exported, resolveModule } from "./modules.ts";
import { compatible } from "./names.ts";
import { isOpaque, opaque, pathsOf } from "./objects.ts";
import { symbolValue } from "./symbols.ts";

export function readMember(evaluation: Evaluation, object: Value, name: string, span: Span): Value {
  return mapValue(object, (data, each) => memberOf(evaluation, data, each, name, span));
}

export function memberOf(evaluation: Evaluation, data: Data, each: Alternative, name: string, span: Span): Value {
  const at = evaluation.place(span);
  switch (data.kind) {
    case "object":
      return memberOfObject(evaluation, data.id, each, name, at);
    case "class": {
      const value = staticMember(evaluation, data, name);
      if (value !== undefined) return value;
      const base = data.bases.flatMap((value1) => value1).find((other) => other.data.kind === "external");
      return externalMember(
        evaluation,
        [
          ...(data.class.name === undefined ? [] : [data.class.name]),
          ...(base === undefined ? [] : pathsOf(evaluation, base.data)),
        ],
        name,
        at,
      );
    }
    case "module": {
      const record = evaluation.runModule(data.file);
      const value = record === undefined ? undefined : exported(evaluation, record, name);
      if (value !== undefined) return compatible(evaluation, value);
      const language = record?.program.language;
      if (language === "python") {
        const folder = data.file
          .replace(/\/?__init__\.py$/, "")
          .replace(/\.py$/, "")
          .replaceAll("/", ".");
        const submodule = resolveModule(evaluation, `${folder}.${name}`, data.file);
        if (submodule !== undefined && evaluation.runModule(submodule) !== undefined)
          return [alternative({ kind: "module", file: submodule })];
      }
      return unknown(`\`${name}\` is not found in ${data.file}`, each.trace);
    }
    case "external": {
      const layered = layeredMember(evaluation, data.paths, name, at);
      if (layered !== undefined) return layered;
      const aliased = aliasedMember(evaluation, data.paths, name, at);
      if (aliased !== undefined) return aliased;
      if (evaluation.language === "python" && data.paths.length === 1 && /^[\w.]+$/.test(data.paths[0]!)) {
        const submodule = resolveModule(evaluation, `${data.paths[0]}.${name}`, evaluation.file);
        if (submodule !== undefined && evaluation.runModule(submodule) !== undefined)
          return [alternative({ kind: "module", file: submodule })];
      }
      return externalMember(evaluation, data.paths, name, at);
    }
    case "function":
      if (name === "prototype") return unknown("a prototype is not followed", each.trace);
      return [alternative({ kind: "external", paths: [`function.${name}`] }, each.trace)];
    case "environment":
      if (name === "present?") return known(true, each.trace);
      return [{ ...each, when: [], data: { kind: "environment", name: data.name, transformed: true } }];
    case "literal":
    case "text":
      return (
        libraryMember(
          evaluation,
          `${typeof (data.kind === "literal" ? data.value : "")}.${name}`,
          [[{ ...each, when: [] }]],
          at,
        ) ?? unknown(`the member \`${name}\` of a value is not evaluated`, each.trace)
      );
    case "unknown":
      return unknown(data.because, each.trace);
  }
}

function memberOfObject(evaluation: Evaluation, id: number, each: Alternative, name: string, at: Place): Value {
  const object = evaluation.heapObject(id);
  if (object === undefined) return unknown("the object is not known", each.trace);
  const value = object.properties.get(name);
  if (value !== undefined) return compatible(evaluation, value);
  if (object.origin.kind === "instance") {
    const getter = findAccessor(evaluation, object.origin.class, name, "getter");
    if (getter !== undefined) return evaluation.invoke({ ...getter, self: [each] }, [], at);
    const member = classMember(evaluation, object.origin.class, name, each);
    if (member !== undefined) {
      if (evaluation.language === "ruby" && member[0]?.data.kind === "function")
        return evaluation.invoke({ ...member[0].data, self: [each] }, [], at);
      return member;
    }
    if (evaluation.language === "ruby" && object.properties.has(`@${name}`)) return object.properties.get(`@${name}`)!;
  }
  if (object.origin.kind === "literal" || object.origin.kind === "module") {
    const asList =
      object.items === undefined ? undefined : libraryMember(evaluation, `list.${name}`, [[{ ...each, when: [] }]], at);
    if (asList !== undefined) return asList;
    if (object.open !== undefined) return unknown(object.open, each.trace);
    const library = libraryMember(evaluation, `object.${name}`, [[{ ...each, when: [] }]], at);
    if (library !== undefined) return library;
    return known(undefined, each.trace);
  }
  const paths = object.paths.map((path) => `${path}.${name}`);
  if (object.origin.kind === "instance")
    paths.push(...externalBases(evaluation, object.origin.class).map((path) => `${path}.${name}`));
  const environment = environmentMember(object.paths, name, evaluation.host.deployment, at);
  if (environment !== undefined) return environment;
  const symbol = evaluation.host.symbols.find(paths);
  if (symbol !== undefined) return symbolValue(symbol, evaluation.host.deployment, at);
  // The same member of the same object is the same object: what is set on it is kept.
  const child = opaque(evaluation, { kind: "member", of: id, name, place: at }, paths);
  const owned = evaluation.state.own(id);
  if (owned !== undefined && !isTransient(object)) owned.properties.set(name, child);
  return child;
}

function isTransient(object: HeapObject): boolean {
  return object.properties.size > 500;
}

function externalMember(evaluation: Evaluation, paths: readonly string[], name: string, at: Place): Value {
  const full = paths.map((path) => `${path}.${name}`);
  const environment = environmentMember(paths, name, evaluation.host.deployment, at);
  if (environment !== undefined) return environment;
  const symbol = evaluation.host.symbols.find(full);
  if (symbol !== undefined) return symbolValue(symbol, evaluation.host.deployment, at);
  if (full.includes("Boolean.TRUE") || full.includes("java.lang.Boolean.TRUE"))
    return known(true, step(at, "it is `true`", undefined));
  if (full.includes("Boolean.FALSE") || full.includes("java.lang.Boolean.FALSE"))
    return known(false, step(at, "it is `false`", undefined));
  return [
    alternative(
      { kind: "external", paths: full },
      step(at, `\`${full[0]}\` comes from outside the project`, undefined),
    ),
  ];
}

/** A member of a module of the project that is known by a name from outside. */
function aliasedMember(evaluation: Evaluation, paths: readonly string[], name: string, at: Place): Value | undefined {
  const alias = paths.length === 1 ? evaluation.host.alias?.(paths[0]!, evaluation.file) : undefined;
  if (alias === undefined || alias.file === evaluation.file) return undefined;
  const record = evaluation.runModule(alias.file);
  const value = record?.done === true ? exported(evaluation, record, name) : undefined;
  if (value !== undefined) return compatible(evaluation, value);
  if (record?.done !== true || !Object.hasOwn(alias.defaults, name)) return undefined;
  return known(alias.defaults[name], step(at, `\`${name}\` is not set in ${alias.file}`, undefined));
}

/** Python's `getattr(x, "name", default)`. */
export function getAttribute(evaluation: Evaluation, args: readonly RecordedArgument[], at: Place): Value | undefined {
  const [target, name, fallback] = args;
  const literal = onlyLiteral(name?.value);
  if (target === undefined || typeof literal !== "string") return undefined;
  const [only] = target.value;
  if (target.value.length === 1 && only?.data.kind === "external") {
    const aliased = aliasedMember(evaluation, only.data.paths, literal, at);
    const isThere = only.data.paths.some((path) => evaluation.host.alias?.(path, evaluation.file) !== undefined);
    if (aliased !== undefined || isThere) return aliased ?? fallback?.value;
    if (only.data.paths.some((path) => evaluation.host.always.has(`${path}.${literal}`)))
      return readMember(evaluation, target.value, literal, at.span);
  }
  const isOutside = target.value.every(({ data }) => data.kind === "external" || isOpaque(evaluation, data));
  return fallback === undefined && isOutside ? readMember(evaluation, target.value, literal, at.span) : undefined;
}
