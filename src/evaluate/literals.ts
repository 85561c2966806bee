import type { Argument, Entry, Span } from "../program.ts";
import type { Scope } from "../scope.ts";
import {
  type Alternative,
  type Condition,
  type Data,
  onlyLiteral,
  step,
  under,
  unknown,
  type Value,
} from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { type HeapObject, setProperty, spreadUnknown } from "./heap.ts";
import { joinValues } from "./join.ts";
import { exported } from "./modules.ts";
import { itemsOf, newObject, objectValue } from "./objects.ts";

export function objectLiteral(
  evaluation: Evaluation,
  entries: readonly Entry[],
  bare: boolean,
  span: Span,
  scope: Scope,
): Value {
  const last = entries.at(-1);
  const id = newObject(evaluation, {
    kind: "literal",
    place: evaluation.place(span),
    bare,
    ...(last === undefined ? {} : { last: evaluation.place(last.span) }),
  });
  fillObject(evaluation, id, entries, scope);
  return objectValue(id, step(evaluation.place(span), "it is built here", undefined));
}

export function fillObject(evaluation: Evaluation, id: number, entries: readonly Entry[], scope: Scope): void {
  for (const entry of entries) {
    const value = evaluation.expression(entry.value, scope);
    const object = evaluation.state.own(id);
    if (object === undefined) return;
    if (entry.kind === "spread") {
      spread(evaluation, object, value, entry.span);
      continue;
    }
    const key = typeof entry.key === "string" ? entry.key : onlyLiteral(evaluation.expression(entry.key, scope));
    if (typeof key !== "string" && typeof key !== "number") {
      const target = evaluation.state.own(id);
      if (target !== undefined) spreadUnknown(target, "a key is computed");
      continue;
    }
    const at = evaluation.place(entry.span);
    setProperty(
      evaluation.state.own(id)!,
      String(key),
      value.map((each) => ({ ...each, trace: step(at, `\`${evaluation.says(entry.span)}\``, each.trace) })),
    );
  }
}

/** Copies what another object holds, as `...other` and `Object.assign` do. */
export function spread(evaluation: Evaluation, object: HeapObject, other: Value, span: Span): void {
  if (other.length === 1) {
    spreadOne(evaluation, object, other[0]!, span);
    return;
  }
  const names = new Set<string>();
  const says = `\`${evaluation.says(span)}\` may set it`;
  const arms = other.map(({ data, when }) => ({ when, data, more: mayHoldMore(evaluation, data, says) }));
  for (const { data, more } of arms) {
    if (data.kind === "object")
      for (const name of evaluation.heapObject(data.id)?.properties.keys() ?? []) names.add(name);
    if (more !== undefined) spreadUnknown(object, more);
  }
  for (const name of names) {
    const before = object.properties.get(name);
    const held = arms.map(({ when, data, more }) => {
      const own = data.kind === "object" ? evaluation.heapObject(data.id)?.properties.get(name) : undefined;
      return { when, value: own ?? before ?? (more === undefined ? undefined : unknown(more)) };
    });
    setProperty(object, name, joinValues(held));
  }
}

/** Why something that is spread may hold members that are not listed. */
function mayHoldMore(evaluation: Evaluation, data: Data, says: string): string | undefined {
  if (data.kind === "literal") return undefined;
  const object = data.kind === "object" ? evaluation.heapObject(data.id) : undefined;
  return object !== undefined && isTransparent(object) ? object.open : says;
}

function isTransparent({ origin }: HeapObject): boolean {
  return origin.kind === "literal" || origin.kind === "instance" || origin.kind === "module";
}

function spreadOne(evaluation: Evaluation, object: HeapObject, { data, when }: Alternative, span: Span): void {
  if (data.kind === "literal") return;
  if (data.kind === "object") {
    const other = evaluation.heapObject(data.id);
    const transparent = other !== undefined && isTransparent(other);
    if (other !== undefined && !transparent) spreadUnknown(object, `\`${evaluation.says(span)}\` may set it`);
    if (other !== undefined && transparent)
      for (const [name, value] of other.properties) setProperty(object, name, conditional(value, when));
    if (other?.open !== undefined) {
      spreadUnknown(object, other.open);
    }
    return;
  }
  if (data.kind === "module") {
    const record = evaluation.runModule(data.file);
    for (const name of record?.exports.keys() ?? []) {
      const value = exported(evaluation, record!, name);
      if (value !== undefined) setProperty(object, name, value);
    }
    return;
  }
  spreadUnknown(object, `\`${evaluation.says(span)}\` may set it`);
}

/** What is there because of what the deployment settles. */
function conditional(value: Value, when: readonly Condition[]): Value {
  const held = under(value, when);
  return held.length === 0 ? value : held;
}

export function listLiteral(evaluation: Evaluation, items: readonly Argument[], span: Span, scope: Scope): Value {
  const values: Value[] = [];
  let open: string | undefined;
  for (const item of items) {
    const value = evaluation.expression(item.value, scope);
    if (item.spread === undefined) {
      const at = evaluation.place(item.span);
      const says = `\`${evaluation.says(item.span)}\``;
      values.push(value.map((each) => ({ ...each, trace: step(at, says, each.trace) })));
    } else {
      const spread = itemsOf(evaluation, value);
      if (spread === undefined) open = `\`${evaluation.says(item.span)}\` is not known`;
      else values.push(...spread);
    }
  }
  const id = newObject(evaluation, { kind: "literal", place: evaluation.place(span), bare: false });
  const object = evaluation.state.own(id)!;
  object.items = values.slice(0, 2_000);
  object.open = open;
  return objectValue(id, step(evaluation.place(span), "it is built here", undefined));
}

export function mergedCopy(evaluation: Evaluation, left: Value, right: Value, span: Span): Value | undefined {
  const isObject = (value: Value) =>
    value.length === 1 &&
    value[0]!.data.kind === "object" &&
    evaluation.heapObject(value[0]!.data.id)?.items === undefined;
  if (!isObject(left) || !isObject(right)) return undefined;
  const id = newObject(evaluation, { kind: "literal", place: evaluation.place(span), bare: false });
  const object = evaluation.state.own(id)!;
  spread(evaluation, object, left, span);
  spread(evaluation, object, right, span);
  return objectValue(id);
}

/** A copy of an object less some keys. */
export function without(evaluation: Evaluation, value: Value, keys: ReadonlySet<string>, span: Span): Value {
  const id = newObject(evaluation, { kind: "literal", place: evaluation.place(span), bare: false });
  const object = evaluation.state.own(id)!;
  spread(evaluation, object, value, span);
  for (const key of keys) object.properties.delete(key);
  return objectValue(id);
}
