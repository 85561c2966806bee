import { type Condition, under, type Value } from "../value.ts";
import type { HeapObject } from "./heap.ts";
import { type Held, joinObjects, joinValues } from "./join.ts";

/**
 * Variables and heap at one point of the program. A branch works on a fork, whose writes lie over its parent's;
 * a parent is not written to while its forks live.
 */
export class State {
  readonly parent: State | undefined;
  /** What is known to hold on the way here, since the fork. */
  readonly conditions: Condition[] = [];
  private readonly slots = new Map<number, Value>();
  private readonly objects = new Map<number, HeapObject>();
  private readonly deferred = new Map<number, () => Value>();

  constructor(parent?: State) {
    this.parent = parent;
  }

  fork(conditions: readonly Condition[] = []): State {
    const fork = new State(this);
    fork.conditions.push(...conditions);
    return fork;
  }

  /** All conditions on the way here, oldest first. */
  path(): readonly Condition[] {
    return this.parent === undefined ? this.conditions : [...this.parent.path(), ...this.conditions];
  }

  read(slot: number): Value | undefined {
    for (let state: State | undefined = this; state !== undefined; state = state.parent) {
      const value = state.slots.get(slot);
      if (value !== undefined) return value;
      const later = state.deferred.get(slot);
      if (later !== undefined) return state.settle(slot, later);
    }
    return undefined;
  }

  write(slot: number, value: Value): void {
    this.slots.set(slot, value);
  }

  /** A value that is worked out when it is first read: an import that may never be needed. */
  defer(slot: number, later: () => Value): void {
    this.deferred.set(slot, later);
  }

  isDeferred(slot: number): boolean {
    return this.deferred.has(slot) && !this.slots.has(slot);
  }

  private settle(slot: number, later: () => Value): Value {
    this.deferred.delete(slot);
    const value = later();
    this.slots.set(slot, value);
    return value;
  }

  object(id: number): HeapObject | undefined {
    for (let state: State | undefined = this; state !== undefined; state = state.parent) {
      const object = state.objects.get(id);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  add(id: number, object: HeapObject): void {
    this.objects.set(id, object);
  }

  /** The object to write to: this state's own copy. */
  own(id: number): HeapObject | undefined {
    const mine = this.objects.get(id);
    if (mine !== undefined) return mine;
    const inherited = this.parent?.object(id);
    if (inherited === undefined) return undefined;
    const copy: HeapObject = { ...inherited, properties: new Map(inherited.properties), calls: [...inherited.calls] };
    this.objects.set(id, copy);
    return copy;
  }

  /** A copy of what was written since `base`, which later writes do not touch. */
  snapshot(base: State): State {
    const copy = new State(base);
    copy.conditions.push(...conditionsSince(this, base));
    const { slots, objects } = this.changesSince(base);
    for (const [slot, value] of slots) copy.slots.set(slot, value);
    for (const [id, object] of objects) {
      copy.objects.set(id, { ...object, properties: new Map(object.properties), calls: [...object.calls] });
    }
    return copy;
  }

  /** Everything written since `base`, newest wins. */
  private changesSince(base: State): { slots: Map<number, Value>; objects: Map<number, HeapObject> } {
    const slots = new Map<number, Value>();
    const objects = new Map<number, HeapObject>();
    for (let state: State | undefined = this; state !== undefined && state !== base; state = state.parent) {
      for (const [slot, value] of state.slots) if (!slots.has(slot)) slots.set(slot, value);
      for (const [id, object] of state.objects) if (!objects.has(id)) objects.set(id, object);
    }
    return { slots, objects };
  }

  hasChangesSince(base: State): boolean {
    for (let state: State | undefined = this; state !== undefined && state !== base; state = state.parent) {
      if (state.slots.size > 0 || state.objects.size > 0) return true;
    }
    return false;
  }

  /** Takes over what forks of this state wrote; where they differ, each alternative keeps its fork's conditions. */
  join(arms: readonly State[]): void {
    const changes = arms.map((arm) => ({ when: conditionsSince(arm, this), ...arm.changesSince(this) }));
    const slots = new Set(changes.flatMap((change) => [...change.slots.keys()]));
    const objects = new Set(changes.flatMap((change) => [...change.objects.keys()]));
    for (const slot of slots) {
      const before = this.read(slot);
      this.slots.set(
        slot,
        joinValues(changes.map(({ when, slots: written }) => ({ when, value: written.get(slot) ?? before }))),
      );
    }
    const find = (id: number) => changes.find((change) => change.objects.has(id))?.objects.get(id) ?? this.object(id);
    const several: (readonly Held[])[] = [];
    for (const id of objects) {
      const before = this.object(id);
      const versions = changes.map(({ when, objects: written }) => ({ when, object: written.get(id) ?? before }));
      const shared = (name: string, held: readonly Held[]) => {
        const own = held.filter(({ value }) => isMember(name, value, id, find));
        const [first] = own;
        if (new Set(own.map(({ value }) => value)).size > 1) several.push(own);
        return held.map((each) => (each.value === undefined || own.includes(each) ? first?.value : each.value));
      };
      const joined = joinObjects(versions, shared);
      if (joined !== undefined) this.objects.set(id, joined);
    }
    // What each arm made of one and the same member.
    for (const own of several) {
      const ids = own.map(({ value }) => objectOf(value));
      const versions = own.map(({ when }, index) => ({ when, object: find(ids[index]!) }));
      const joined = joinObjects(versions, (_name, held) => held.map(({ value }) => value));
      if (joined !== undefined) this.objects.set(ids[0]!, joined);
    }
  }

  /**
   * Goes on after a loop: another turn may have written each variable, so that which way the loop's own branches went
   * for one tells nothing of the others.
   */
  absorbTurns(turn: State, isOwn: (condition: Condition) => boolean): void {
    const apart = (name: string, value: Value): Value =>
      value.some(({ when }) => when.some(isOwn))
        ? value.map((each) => ({
            ...each,
            when: each.when.map((condition) =>
              isOwn(condition) ? { ...condition, key: `${name} ${condition.key}` } : condition,
            ),
          }))
        : value;
    const { slots, objects } = turn.changesSince(this);
    for (const [slot, value] of slots) this.slots.set(slot, apart(String(slot), value));
    for (const [id, object] of objects) {
      const properties = new Map<string, Value>();
      for (const [name, value] of object.properties) properties.set(name, apart(`${id}.${name}`, value));
      this.objects.set(id, { ...object, properties });
    }
  }

  /** Goes on as this one fork; what it wrote keeps the conditions that the deployment settled. */
  absorb(arm: State, when: readonly Condition[] = []): void {
    const { slots, objects } = arm.changesSince(this);
    const mark = (value: Value): Value => {
      const marked = under(value, when);
      return marked.length === 0 ? value : marked;
    };
    for (const [slot, value] of slots) this.slots.set(slot, when.length === 0 ? value : mark(value));
    for (const [id, object] of objects) {
      const before = this.object(id);
      if (before === undefined || when.length === 0) this.objects.set(id, object);
      else {
        const properties = new Map<string, Value>();
        for (const [name, value] of object.properties) {
          properties.set(name, before.properties.get(name) === value ? value : mark(value));
        }
        this.objects.set(id, { ...object, properties });
      }
    }
  }
}

/** Is it what `memberOf` made when the member of this object was first read? */
function isMember(
  name: string,
  value: Value | undefined,
  of: number,
  find: (id: number) => HeapObject | undefined,
): boolean {
  const id = objectOf(value);
  const origin = id === undefined ? undefined : find(id)?.origin;
  return origin?.kind === "member" && origin.of === of && origin.name === name;
}

/** The one object that a value is, whatever holds. */
function objectOf(value: Value | undefined): number | undefined {
  const [only] = value ?? [];
  return value?.length === 1 && only?.data.kind === "object" && only.when.length === 0 ? only.data.id : undefined;
}

/** What was found to hold between two states of one path. */
export function conditionsSince(state: State, base: State): readonly Condition[] {
  const result: Condition[] = [];
  for (let each: State | undefined = state; each !== undefined && each !== base; each = each.parent) {
    result.unshift(...each.conditions);
  }
  return result;
}
