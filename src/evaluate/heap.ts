import type { Place } from "../evidence.ts";
import type { ClassData, Condition, Value } from "../value.ts";
import { unknown } from "../value.ts";

/** An object with identity: what is set on it later is seen by all who hold it. */
export interface HeapObject {
  readonly origin: Origin;
  /** Dotted names by which code outside the project knows it: `req.session`, `javax.servlet.http.Cookie`. */
  paths: readonly string[];
  properties: Map<string, Value>;
  /** Elements of lists, in order. */
  items: readonly Value[] | undefined;
  /** Why properties may be there that are not listed. */
  open: string | undefined;
  /** Calls of methods from outside the project, oldest first. */
  calls: RecordedCall[];
}

export type Origin =
  /** An object, hash or list literal: where it stands, and whether braces stand there. */
  | { readonly kind: "literal"; readonly place: Place; readonly bare: boolean; readonly last?: Place }
  | { readonly kind: "instance"; readonly class: ClassData; readonly place: Place }
  /** What a call of something outside the project gave. */
  | { readonly kind: "call"; readonly call: RecordedCall }
  | {
      readonly kind: "parameter";
      readonly name: string;
      readonly type: readonly string[];
      readonly place: Place;
      readonly passedTo: readonly string[];
    }
  /** A member read from something outside the project. */
  | { readonly kind: "member"; readonly of: number | undefined; readonly name: string; readonly place: Place }
  | { readonly kind: "statics"; readonly place: Place }
  | { readonly kind: "module"; readonly file: string };

export interface RecordedCall {
  /** The method's name alone. */
  readonly method: string;
  /** Qualified names of the callee. */
  readonly callee: readonly string[];
  readonly receiver: Value | undefined;
  readonly arguments: readonly RecordedArgument[];
  readonly new: boolean;
  readonly place: Place;
  readonly argumentsSpan: { readonly start: number; readonly end: number } | undefined;
  readonly bare: boolean;
  /** Under which conditions it was reached, since the object was made. */
  readonly when: readonly Condition[];
}

export interface RecordedArgument {
  readonly value: Value;
  readonly name: string | undefined;
  readonly spread: "list" | "map" | undefined;
  readonly place: Place;
  /** Where the expression itself stands, without its keyword. */
  readonly valuePlace: Place;
}

const MAXIMUM_PROPERTIES = 2_000;

/** Sets a property; an object that gets too many forgets the oldest and becomes open. */
export function setProperty(object: HeapObject, name: string, value: Value): void {
  // Order decides for spreads, so a property set again moves to the end.
  object.properties.delete(name);
  if (object.properties.size >= MAXIMUM_PROPERTIES) {
    object.open ??= `it has more than ${MAXIMUM_PROPERTIES} members`;
    for (const oldest of object.properties.keys()) {
      object.properties.delete(oldest);
      break;
    }
  }
  object.properties.set(name, value);
}

/** What an unknown value that is spread over an object may change: everything that stands there. */
export function spreadUnknown(object: HeapObject, because: string): void {
  for (const [name, value] of object.properties) object.properties.set(name, [...value, ...unknown(because)]);
  object.open = because;
}
