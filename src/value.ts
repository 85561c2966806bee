import type { Place } from "./evidence.ts";
import type { ClassExpression, FunctionExpression } from "./program.ts";
import type { Scope } from "./scope.ts";

/** What an expression may hold: every value with its reasons and the conditions under which it holds. Never empty. */
export type Value = readonly Alternative[];

export interface Alternative {
  readonly data: Data;
  /** All must hold; none means always. */
  readonly when: readonly Condition[];
  /** Newest first. */
  readonly trace: Trace | undefined;
}

/** How a value came about, as a list that shares its tail. */
export interface Trace {
  readonly at: Place;
  readonly says: string;
  readonly before: Trace | undefined;
}

export interface Condition {
  readonly kind: "request-scheme" | "environment" | "configuration" | "branch" | "version";
  /** Conditions of one key with different `arm` exclude each other. */
  readonly key: string;
  readonly arm: string | boolean;
  readonly says: string;
  /** Whether it holds in the chosen deployment, where the deployment says so. */
  readonly holds: boolean | undefined;
}

export type Scalar = string | number | boolean | null | undefined;

export type Data =
  | { readonly kind: "literal"; readonly value: Scalar }
  /** A string of which only parts are known; `undefined` is a hole. */
  | { readonly kind: "text"; readonly parts: readonly (string | undefined)[] }
  /** An object of the heap: literal, instance, or something opaque from outside the project. */
  | { readonly kind: "object"; readonly id: number }
  | FunctionData
  | ClassData
  | { readonly kind: "module"; readonly file: string }
  /** A symbol from outside the project; `paths` are the qualified names it may have. */
  | { readonly kind: "external"; readonly paths: readonly string[] }
  /** An environment variable that is set, to what is not known; `transformed` when it went through a function. */
  | { readonly kind: "environment"; readonly name: string; readonly transformed: boolean }
  /**
   * `id` gives one unknown an identity, so that two branches on it agree; a number may be known to be `fromNow` more
   * than what the clock gives.
   */
  | {
      readonly kind: "unknown";
      readonly because: string;
      readonly id: number;
      readonly parameter?: string;
      readonly fromNow?: number;
    };

export interface FunctionData {
  readonly kind: "function";
  readonly function: FunctionExpression;
  readonly scope: Scope;
  readonly file: string;
  /** The receiver, for methods and lexical `this`. */
  readonly self: Value | undefined;
  /** The class that the method was found in, for `super`. */
  readonly owner: ClassData | undefined;
  /** `functools.partial`, `bind`. */
  readonly bound: { readonly arguments: readonly Value[]; readonly keywords: ReadonlyMap<string, Value> } | undefined;
}

export interface ClassData {
  readonly kind: "class";
  readonly class: ClassExpression;
  readonly scope: Scope;
  readonly file: string;
  /** The heap object that holds static members. */
  readonly statics: number;
  readonly bases: readonly Value[];
}

let identities = 0;

/** A new identity, for unknowns and heap objects. */
export function nextIdentity(): number {
  identities += 1;
  return identities;
}

export function alternative(data: Data, trace?: Trace, when: readonly Condition[] = []): Alternative {
  return { data, when, trace };
}

export function known(value: Scalar, trace?: Trace): Value {
  return [alternative({ kind: "literal", value }, trace)];
}

export function unknown(because: string, trace?: Trace): Value {
  return [alternative({ kind: "unknown", because, id: nextIdentity() }, trace)];
}

export function step(at: Place, says: string, before: Trace | undefined): Trace {
  return { at, says, before };
}

const MAXIMUM_ALTERNATIVES = 12;
const MAXIMUM_CONDITIONS = 6;

/** The union of two lists of conditions, or undefined when they exclude each other. */
export function both(left: readonly Condition[], right: readonly Condition[]): readonly Condition[] | undefined {
  if (right.length === 0) return left;
  if (left.length === 0) return right;
  const result = [...left];
  for (const condition of right) {
    const same = result.find((other) => other.key === condition.key);
    if (same === undefined) result.push(condition);
    else if (same.arm !== condition.arm) return undefined;
  }
  return result.slice(-MAXIMUM_CONDITIONS);
}

/** The value under more conditions; what they exclude is left out. May be empty. */
export function under(value: Value, when: readonly Condition[]): Alternative[] {
  if (when.length === 0) return [...value];
  const result: Alternative[] = [];
  for (const each of value) {
    const combined = both(each.when, when);
    if (combined !== undefined) result.push(combined === each.when ? each : { ...each, when: combined });
  }
  return result;
}

export function sameData(left: Data, right: Data): boolean {
  if (left === right) return true;
  if (left.kind === "literal" && right.kind === "literal") return Object.is(left.value, right.value);
  if (left.kind === "object" && right.kind === "object") return left.id === right.id;
  if (left.kind === "unknown" && right.kind === "unknown") return left.id === right.id;
  if (left.kind === "module" && right.kind === "module") return left.file === right.file;
  if (left.kind === "class" && right.kind === "class") return left.statics === right.statics;
  if (left.kind === "environment" && right.kind === "environment") {
    return left.name === right.name && left.transformed === right.transformed;
  }
  if (left.kind === "external" && right.kind === "external") return left.paths.join() === right.paths.join();
  return false;
}

function sameConditions(left: readonly Condition[], right: readonly Condition[]): boolean {
  return left.length === right.length && (left === right || left.every((condition) => holdsIn(right, condition)));
}

function holdsIn(conditions: readonly Condition[], { key, arm }: Condition): boolean {
  for (const other of conditions) if (other.key === key && other.arm === arm) return true;
  return false;
}

/** One value out of many alternatives: equal ones merged, their number bounded. */
export function union(alternatives: readonly Alternative[]): Value {
  const result: Alternative[] = [];
  for (const each of alternatives) {
    const index = result.findIndex((other) => sameData(other.data, each.data));
    const other = result[index];
    if (other === undefined) result.push(each);
    else if (!sameConditions(other.when, each.when)) {
      const shared = mergeConditions(other.when, each.when);
      if (shared !== undefined) result[index] = { ...other, when: shared };
      else if (!result.some((twin) => sameData(twin.data, each.data) && sameConditions(twin.when, each.when))) {
        result.push(each);
      }
    }
  }
  const merged = settle(result);
  if (merged.length === 0) return unknown("no path of the code leads here");
  if (merged.length > MAXIMUM_ALTERNATIVES)
    return unknown(`it may hold more than ${MAXIMUM_ALTERNATIVES} values`, merged[0]?.trace);
  return merged;
}

/** `x when a` and `x when not a` are `x`; undefined when the lists differ in more than one arm. */
function mergeConditions(left: readonly Condition[], right: readonly Condition[]): readonly Condition[] | undefined {
  const onlyLeft = left.filter((condition) => !holdsIn(right, condition));
  const onlyRight = right.filter((condition) => !holdsIn(left, condition));
  const [first] = onlyLeft;
  const [second] = onlyRight;
  if (onlyLeft.length === 0 || onlyRight.length === 0) {
    return left.length < right.length ? left : right;
  }
  if (onlyLeft.length === 1 && onlyRight.length === 1 && first?.key === second?.key) {
    return left.filter((condition) => condition !== first);
  }
  return undefined;
}

/** When every alternative holds the same, only the conditions that the deployment settles are kept. */
function settle(alternatives: readonly Alternative[]): readonly Alternative[] {
  const [first] = alternatives;
  if (first === undefined || alternatives.length === 1) return alternatives;
  if (!alternatives.every((each) => sameData(each.data, first.data))) return alternatives;
  return [
    { ...first, when: first.when.filter((condition) => alternatives.every((each) => each.when.includes(condition))) },
  ];
}

/** Applies a function to every alternative; conditions and traces are carried over. */
export function mapValue(value: Value, change: (data: Data, each: Alternative) => Value): Value {
  if (value.length === 1 && value[0]!.when.length === 0) return change(value[0]!.data, value[0]!);
  return union(value.flatMap((each) => under(change(each.data, each), each.when)));
}

/** Applies a function to every pair of alternatives that can hold together. */
export function mapPair(left: Value, right: Value, change: (left: Alternative, right: Alternative) => Value): Value {
  const result: Alternative[] = [];
  for (const a of left) {
    for (const b of right) {
      const when = both(a.when, b.when);
      if (when !== undefined) result.push(...under(change(a, b), when));
    }
  }
  return union(result);
}

/** The literal, when the value is exactly one. */
export function onlyLiteral(value: Value | undefined): Scalar | typeof notLiteral {
  if (value?.length !== 1) return notLiteral;
  const { data } = value[0]!;
  return data.kind === "literal" ? data.value : notLiteral;
}

/** Stands for "not one literal" where `undefined` is itself a literal. */
export const notLiteral: unique symbol = Symbol("not one literal");
