import type { Deployment } from "../../deployment.ts";
import type { Place } from "../../evidence.ts";
import type { ProgramLanguageName } from "../../program.ts";
import { type FunctionData, known, type Value } from "../../value.ts";
import type { HeapObject, RecordedArgument } from "../heap.ts";

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

export type Arguments = readonly RecordedArgument[];

export type LibraryFunction = (
  args: Arguments,
  context: LibraryContext,
  receiver: Value | undefined,
) => Value | undefined;

/** Gives back what it is called on. */
export const keep: LibraryFunction = (_args, _context, receiver) => receiver;

export function objectOf(receiver: Value | undefined, context: LibraryContext): HeapObject | undefined {
  const [only] = receiver ?? [];
  if (receiver?.length !== 1 || only?.data.kind !== "object") return undefined;
  return context.object(only.data.id);
}

export function asArgument(value: Value | undefined): RecordedArgument {
  const place = { file: "", span: { start: 0, end: 0 } };
  return { value: value ?? known(null), name: undefined, spread: undefined, place, valuePlace: place };
}
