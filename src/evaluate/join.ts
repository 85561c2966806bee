import { type Alternative, type Condition, known, sameData, under, union, type Value } from "../value.ts";
import type { HeapObject, RecordedCall } from "./heap.ts";

/** One value out of the arms' values; conditions are told only where the arms differ. */
export function joinValues(arms: readonly { when: readonly Condition[]; value: Value | undefined }[]): Value {
  const absent = known(undefined);
  const [first] = arms;
  if (first !== undefined && arms.every(({ value }) => sameValue(value ?? absent, first.value ?? absent))) {
    return first.value ?? absent;
  }
  const alternatives: Alternative[] = arms.flatMap(({ when, value }) => under(value ?? absent, when));
  return union(alternatives);
}

function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  const [a] = left;
  const [b] = right;
  return (
    left.length === 1 &&
    right.length === 1 &&
    a!.when.length === 0 &&
    b!.when.length === 0 &&
    sameData(a!.data, b!.data)
  );
}

/** Element by element; one that only some arms have is nothing in the others. */
function joinLists(
  arms: readonly { readonly when: readonly Condition[]; readonly items: readonly Value[] | undefined }[],
): readonly Value[] | undefined {
  const [first] = arms;
  if (first === undefined || arms.some(({ items }) => items === undefined)) return undefined;
  if (arms.every(({ items }) => items === first.items)) return first.items;
  const length = Math.max(...arms.map(({ items }) => items?.length ?? 0));
  return Array.from({ length }, (_each, index) => {
    const held = arms.map(({ items }) => items?.[index]);
    return held.every((value) => value !== undefined && value === held[0])
      ? held[0]!
      : joinValues(arms.map(({ when }, arm) => ({ when, value: held[arm] })));
  });
}

export interface Held {
  readonly when: readonly Condition[];
  readonly value: Value | undefined;
}

type Version = { readonly when: readonly Condition[]; readonly object: HeapObject | undefined };

/**
 * One object out of the versions that the arms of a branch made of it.
 * @param shared what the arms hold as a member, where some only read it: that changes nothing, and is one object
 */
export function joinObjects(
  versions: readonly Version[],
  shared: (name: string, held: readonly Held[]) => readonly (Value | undefined)[],
): HeapObject | undefined {
  const present = versions.filter(
    (version): version is Version & { object: HeapObject } => version.object !== undefined,
  );
  const [first] = present;
  if (first === undefined) return undefined;
  if (present.every(({ object }) => object === first.object)) return first.object;
  const properties = new Map<string, Value>();
  for (const { object } of present) {
    for (const [name, value] of object.properties) {
      if (properties.has(name)) continue;
      const held = present.map(({ when, object: other }) => ({ when, value: other.properties.get(name) }));
      if (held.every((each) => each.value === value)) {
        properties.set(name, value);
        continue;
      }
      const values = shared(name, held);
      const same = values.every((each) => each === values[0]);
      const arms = () => held.map(({ when }, index) => ({ when, value: values[index] }));
      properties.set(name, same ? (values[0] ?? value) : joinValues(arms()));
    }
  }
  const calls: RecordedCall[] = [];
  for (const { when, object } of present) {
    for (const call of object.calls) {
      if (calls.some((other) => other.place === call.place)) continue;
      const everywhere = present.every((other) => other.object.calls.includes(call));
      calls.push(everywhere ? call : { ...call, when: [...call.when, ...when] });
    }
  }
  return {
    origin: first.object.origin,
    paths: first.object.paths,
    properties,
    items: joinLists(present.map(({ when, object }) => ({ when, items: object.items }))),
    open: present.find(({ object }) => object.open !== undefined)?.object.open,
    calls: calls.sort((a, b) => a.place.span.start - b.place.span.start),
  };
}
