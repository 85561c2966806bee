import type { Assignment, Expression, Span, Target } from "../program.ts";
import { declareIn, findSlot, functionScope, type Scope } from "../scope.ts";
import {
  type Alternative,
  type Condition,
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
import { shortCircuit } from "./choices.ts";
import { findAccessor, findMember } from "./class-members.ts";
import { readElement } from "./elements.ts";
import type { Evaluation } from "./evaluation.ts";
import { setProperty, spreadUnknown } from "./heap.ts";
import { spread, without } from "./literals.ts";
import { readMember } from "./members.ts";
import { readName } from "./names.ts";
import { isOpaque, itemsOf, opaque, pathsOf } from "./objects.ts";
import { operate } from "./operators.ts";
import { tellMerge, tellWrite } from "./tell.ts";
import { withType } from "./types.ts";

export function assignment(evaluation: Evaluation, statement: Assignment, scope: Scope): Value {
  const { target } = statement;
  let value: Value;
  if (statement.operator === undefined) value = evaluation.expression(statement.value, scope);
  else {
    const before = readTarget(evaluation, target, scope);
    value = compound(evaluation, statement, before, scope);
  }
  if (statement.type !== undefined) value = withType(evaluation, value, statement.type, scope, statement.span);
  writeTarget(evaluation, target, value, scope, statement.declare, statement);
  if (target.kind === "name" && evaluation.language === "python") noteElement(evaluation, statement, value, scope);
  return value;
}

/** `each = jar[a]` of what is a text as far as is known: `each[b] = …` may still be written. */
function noteElement(evaluation: Evaluation, { target, value: from }: Assignment, value: Value, scope: Scope): void {
  const slot = target.kind === "name" ? findSlot(scope, target.name) : undefined;
  if (slot === undefined) return;
  evaluation.elements.delete(slot);
  if (from.kind !== "index" || !isScalar(value)) return;
  const container = evaluation.expression(from.object, scope);
  evaluation.elements.set(slot, { container, key: evaluation.expression(from.index, scope) });
}

function isScalar(value: Value): boolean {
  return value.every(({ data }) => data.kind === "literal" || data.kind === "text");
}

function compound(evaluation: Evaluation, statement: Assignment, before: Value, scope: Scope): Value {
  switch (statement.operator) {
    case "or":
    case "and":
    case "??":
      return shortCircuit(evaluation, statement.operator, before, statement.value, scope, statement.span);
    case "|": {
      const merged = mergeInto(evaluation, before, evaluation.expression(statement.value, scope), statement.span);
      if (merged !== undefined) return merged;
      return operate(
        "|",
        before,
        evaluation.expression(statement.value, scope),
        evaluation.says(statement.span),
        evaluation.language,
      );
    }
    default:
      return operate(
        statement.operator ?? "other",
        before,
        evaluation.expression(statement.value, scope),
        evaluation.says(statement.span),
        evaluation.language,
      );
  }
}

/** Python's `a |= b` and `a.update(b)` on dicts: the object itself changes. */
function mergeInto(evaluation: Evaluation, before: Value, more: Value, span: Span): Value | undefined {
  const [only] = before;
  if (before.length !== 1 || only?.data.kind !== "object") return undefined;
  const object = evaluation.state.own(only.data.id);
  if (object === undefined) return undefined;
  if (object.origin.kind !== "literal") {
    tellMerge(evaluation, before, more, span);
  }
  spread(evaluation, object, more, span);
  return before;
}

function readTarget(evaluation: Evaluation, target: Target, scope: Scope): Value {
  switch (target.kind) {
    case "name":
      return readName(evaluation, target.name, scope, target.span);
    case "member":
      return readMember(evaluation, evaluation.expression(target.object, scope), target.property, target.span);
    case "index":
      return readElement(
        evaluation,
        evaluation.expression(target.object, scope),
        evaluation.expression(target.index, scope),
        target.span,
      );
    default:
      return unknown("a pattern is assigned to");
  }
}

export function writeTarget(
  evaluation: Evaluation,
  target: Target,
  value: Value,
  scope: Scope,
  declare: Assignment["declare"],
  statement?: Assignment,
): void {
  switch (target.kind) {
    case "name":
      writeName(evaluation, target.name, value, scope, declare, target.span);
      return;
    case "member":
      writeMember(
        evaluation,
        evaluation.expression(target.object, scope),
        target.property,
        undefined,
        value,
        false,
        target.span,
        statement,
      );
      return;
    case "index": {
      const key = evaluation.expression(target.index, scope);
      const literal = onlyLiteral(key);
      const name = literal === notLiteral || literal === null || literal === undefined ? undefined : String(literal);
      const object = elementWritten(evaluation, evaluation.expression(target.object, scope), target.object, scope);
      writeMember(evaluation, object, name, key, value, true, target.span, statement);
      return;
    }
    case "list": {
      const items = itemsOf(evaluation, value);
      target.items.forEach((item, index) => {
        if (item === undefined) return;
        const part = items?.[index] ?? readElement(evaluation, value, known(index), target.span);
        writeTarget(evaluation, item, part, scope, declare);
      });
      if (target.rest !== undefined)
        writeTarget(evaluation, target.rest, unknown("the rest of a list"), scope, declare);
      return;
    }
    case "object": {
      const taken = new Set<string>();
      for (const entry of target.entries) {
        taken.add(entry.key);
        let part = readMember(evaluation, value, entry.key, target.span);
        if (entry.default !== undefined) part = orDefault(evaluation, part, entry.default, scope);
        writeTarget(evaluation, entry.target, part, scope, declare);
      }
      if (target.rest !== undefined)
        writeTarget(evaluation, target.rest, without(evaluation, value, taken, target.span), scope, declare);
      return;
    }
    case "default":
      writeTarget(evaluation, target.target, orDefault(evaluation, value, target.value, scope), scope, declare);
      return;
  }
}

/**
 * `jar[a] = text; jar[a][b] = …`: an element that has elements itself although it was set to a text is what a
 * container from outside the project made of it. So is one whose `update` is called, which no text has.
 */
export function elementWritten(evaluation: Evaluation, object: Value, written: Expression, scope: Scope): Value {
  if (written.kind === "name" && isScalar(object)) {
    const slot = findSlot(scope, written.name);
    const element = slot === undefined ? undefined : evaluation.elements.get(slot);
    return element === undefined
      ? object
      : (elementMade(evaluation, element.container, element.key, written.span) ?? object);
  }
  if (written.kind !== "index" || !(isScalar(object) || evaluation.language === "python")) return object;
  const container = evaluation.expression(written.object, scope);
  const key = evaluation.expression(written.index, scope);
  return elementMade(evaluation, container, key, written.span, object) ?? object;
}

/** The element that a container from outside the project has under a known key; undefined where `held` is that. */
function elementMade(
  evaluation: Evaluation,
  container: Value,
  by: Value,
  span: Span,
  held: Value = [],
): Value | undefined {
  const [only, ...others] = container;
  const key = onlyLiteral(by);
  if (only?.data.kind !== "object" || others.length > 0 || !isOpaque(evaluation, only.data) || typeof key !== "string")
    return undefined;
  const { id } = only.data;
  const paths = pathsOf(evaluation, only.data).map((path) => `${path}[${key}]`);
  if (held.some(({ data }) => paths.some((path) => pathsOf(evaluation, data).includes(path)))) return undefined;
  const child = opaque(evaluation, { kind: "member", of: id, name: key, place: evaluation.place(span) }, paths);
  evaluation.state.own(id)?.properties.set(key, child);
  return child;
}

/** `value`, or the default where it is undefined. */
export function orDefault(evaluation: Evaluation, value: Value, fallback: Expression, scope: Scope): Value {
  if (!value.some(({ data }) => data.kind === "literal" && data.value === undefined)) return value;
  return mapValue(value, (data, each) =>
    data.kind === "literal" && data.value === undefined
      ? evaluation.expression(fallback, scope)
      : [{ ...each, when: [] }],
  );
}

function writeName(
  evaluation: Evaluation,
  name: string,
  value: Value,
  scope: Scope,
  declare: Assignment["declare"],
  span: Span,
): void {
  const noted = noteAssignment(evaluation, value, name, span);
  if (declare === "block") {
    evaluation.state.write(declareIn(scope, name), noted);
    return;
  }
  if (declare === "function") {
    evaluation.state.write(declareIn(functionScope(scope), name), noted);
    return;
  }
  if (declare === "local") {
    for (
      let each: Scope | undefined = scope;
      each !== undefined;
      each = each.kind === "block" ? each.parent : undefined
    ) {
      const slot = each.names.get(name);
      if (slot !== undefined) {
        evaluation.state.write(slot, noted);
        return;
      }
    }
    evaluation.state.write(declareIn(scope, name), noted);
    return;
  }
  const slot = findSlot(scope, name);
  if (slot !== undefined) {
    evaluation.state.write(slot, noted);
    return;
  }
  const field = fieldOwner(evaluation, name);
  if (field !== undefined) {
    writeMember(evaluation, field, name, undefined, value, false, span);
    return;
  }
  evaluation.state.write(declareIn(evaluation.frame.module.scope, name), noted);
}

export function noteAssignment(evaluation: Evaluation, value: Value, name: string, span: Span): Value {
  const at = evaluation.place(span);
  return value.map((each) =>
    each.data.kind === "function" ||
    each.data.kind === "class" ||
    each.data.kind === "module" ||
    each.data.kind === "external"
      ? each
      : { ...each, trace: step(at, `\`${name}\` is set here`, each.trace) },
  );
}

/** Java and C#: an unqualified name may be a field of `this`. */
function fieldOwner(evaluation: Evaluation, name: string): Value | undefined {
  const { self } = evaluation.frame;
  if (self === undefined || (evaluation.language !== "java" && evaluation.language !== "csharp")) return undefined;
  for (const { data } of self) {
    if (data.kind !== "object") continue;
    const object = evaluation.heapObject(data.id);
    if (object === undefined) continue;
    if (object.properties.has(name)) return self;
    if (object.origin.kind === "instance" && findMember(object.origin.class, name) !== undefined) return self;
  }
  return undefined;
}

export function writeMember(
  evaluation: Evaluation,
  target: Value,
  name: string | undefined,
  key: Value | undefined,
  value: Value,
  index: boolean,
  span: Span,
  statement?: Assignment,
): void {
  const at = evaluation.place(span);
  const noted =
    name === undefined
      ? value
      : value.map((each) => ({
          ...each,
          trace: step(evaluation.place(statement?.span ?? span), `\`${name}\` is set here`, each.trace),
        }));
  const told = evaluation.place(statement?.value.span ?? span);
  const tell = (each: Alternative) => tellWrite(evaluation, [each], name, key, noted, index, at, told, statement);
  for (const each of target) {
    const { data } = each;
    if (data.kind === "object") {
      const object = evaluation.state.own(data.id);
      if (object === undefined) continue;
      const setter =
        object.origin.kind === "instance" && name !== undefined
          ? findAccessor(evaluation, object.origin.class, name, "setter")
          : undefined;
      if (setter !== undefined) {
        evaluation.invoke(
          { ...setter, self: [each] },
          [{ value, name: undefined, spread: undefined, place: at, valuePlace: at }],
          at,
        );
        continue;
      }
      if (name === undefined) {
        if (object.origin.kind === "literal" || object.origin.kind === "instance")
          spreadUnknown(object, "a member with a computed name is set");
        else object.open ??= "a member with a computed name is set";
      } else if (target.length === 1) {
        setProperty(object, name, noted);
        const position = /^\d+$/.test(name) ? Number(name) : undefined;
        if (index && position !== undefined && object.items?.[position] !== undefined) {
          object.items = object.items.map((item, i) => (i === position ? noted : item));
        }
      } else {
        const before = object.properties.get(name) ?? known(undefined);
        setProperty(object, name, union([...under(before, opposite(each.when)), ...under(noted, each.when)]));
      }
      if (object.origin.kind !== "literal" && object.origin.kind !== "module") tell(each);
    } else if (data.kind === "class") {
      const statics = evaluation.state.own(data.statics);
      if (statics !== undefined && name !== undefined) setProperty(statics, name, noted);
      tell(each);
    } else if (data.kind === "module" && name !== undefined) {
      const record = evaluation.modules.get(data.file);
      if (record !== undefined) evaluation.state.write(declareIn(record.scope, name), noted);
    } else if (data.kind === "external" || data.kind === "unknown") tell(each);
  }
}

/** When one condition does not hold; nothing where there are several, of which any may fail. */
function opposite(when: readonly Condition[]): readonly Condition[] {
  const [only] = when;
  if (when.length !== 1 || only === undefined || typeof only.arm !== "boolean") return [];
  return [{ ...only, arm: !only.arm, ...(only.holds === undefined ? {} : { holds: !only.holds }) }];
}

export function deleteTarget(evaluation: Evaluation, target: Target, scope: Scope): void {
  if (target.kind === "name") {
    const slot = findSlot(scope, target.name);
    if (slot !== undefined) evaluation.state.write(slot, known(undefined));
    return;
  }
  if (target.kind === "member" || target.kind === "index") {
    const name = target.kind === "member" ? target.property : onlyLiteral(evaluation.expression(target.index, scope));
    for (const { data } of evaluation.expression(target.object, scope)) {
      if (data.kind === "object" && typeof name === "string") evaluation.state.own(data.id)?.properties.delete(name);
    }
  }
}
