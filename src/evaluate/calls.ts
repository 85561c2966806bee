import type { Place } from "../evidence.ts";
import type { Argument, Call, Entry, Expression, Span } from "../program.ts";
import { findSlot, type Scope } from "../scope.ts";
import {
  type Alternative,
  alternative,
  type Condition,
  type Data,
  known,
  mapValue,
  onlyLiteral,
  unknown,
  type Value,
} from "../value.ts";
import { elementWritten, writeMember } from "./assignments.ts";
import { MAXIMUM_CALL_DEPTH } from "./bounds.ts";
import { classMember, externalBases, findMember, membersOf, methodOf, resolutionOrder } from "./class-members.ts";
import { constructorCall, instantiate } from "./classes.ts";
import { extensionMethod } from "./declared.ts";
import type { Evaluation } from "./evaluation.ts";
import { externalCall } from "./external-calls.ts";
import type { HeapObject, RecordedArgument } from "./heap.ts";
import { fillObject } from "./literals.ts";
import { memberOf } from "./members.ts";
import { requireModule } from "./modules.ts";
import { ownMember, projectClass } from "./names.ts";
import { isOpaque, itemsOf, lastSegment, objectValue, pathsOf } from "./objects.ts";
import { tellCall, tellWrite } from "./tell.ts";
import { instanceOfType } from "./types.ts";

export function callExpression(evaluation: Evaluation, expression: Call, scope: Scope): Value {
  const { callee } = expression;
  const at = evaluation.place(expression.span);
  if (
    callee.kind === "name" &&
    callee.name === "require" &&
    evaluation.language === "javascript" &&
    findSlot(scope, "require") === undefined
  ) {
    const required = requireModule(evaluation, expression, scope);
    if (required !== undefined) return required;
  }
  let receiver: Value | undefined;
  let target: Value;
  let method: string;
  const computed = expression.new === true ? undefined : computedMethod(evaluation, callee, scope);
  if (callee.kind === "member" && expression.new !== true) {
    receiver = evaluation.expression(callee.object, scope);
    method = callee.property;
    if (method === "update" && evaluation.language === "python")
      receiver = elementWritten(evaluation, receiver, callee.object, scope);
    target = known(undefined);
  } else if (computed !== undefined && callee.kind === "index") {
    receiver = evaluation.expression(callee.object, scope);
    method = computed;
    target = known(undefined);
  } else if (callee.kind === "super") {
    const args = argumentsOf(evaluation, expression.arguments, scope);
    return superCall(evaluation, args, at);
  } else {
    receiver =
      callee.kind === "name" && expression.new !== true
        ? (inheritor(evaluation, callee.name, scope) ?? implicitReceiver(evaluation, callee.name, scope))
        : undefined;
    target = receiver === undefined ? evaluation.expression(callee, scope) : known(undefined);
    method = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.property : "()";
  }
  const args = argumentsOf(evaluation, expression.arguments, scope);
  const result =
    receiver === undefined
      ? callValue(evaluation, target, method, args, expression, at)
      : callMember(evaluation, receiver, method, args, expression, at);
  if (callee.kind === "member" && method === "__init__")
    tellConstructed(evaluation, receiver ?? [], callee.object.kind === "super" ? args : args.slice(1), at, expression);
  if (expression.initializer !== undefined) {
    for (const { data } of result)
      if (data.kind === "object") initialize(evaluation, data.id, expression.initializer, scope);
  }
  return result;
}

/** JavaScript: `res["cookie"](…)` is `res.cookie(…)`. */
function computedMethod(evaluation: Evaluation, callee: Expression, scope: Scope): string | undefined {
  if (callee.kind !== "index" || evaluation.language !== "javascript") return undefined;
  if (callee.index.kind !== "literal" && callee.index.kind !== "name") return undefined;
  const key = onlyLiteral(evaluation.expression(callee.index, scope));
  return typeof key === "string" && /^[A-Za-z_$][\w$]*$/.test(key) ? key : undefined;
}

/** Java: an unqualified call of a method that only a base from outside the project can have is a call on `this`. */
function inheritor(evaluation: Evaluation, name: string, scope: Scope): Value | undefined {
  const { self } = evaluation.frame;
  const [only] = self ?? [];
  if (evaluation.language !== "java" || only?.data.kind !== "object" || findSlot(scope, name) !== undefined)
    return undefined;
  const origin = evaluation.heapObject(only.data.id)?.origin;
  if (origin?.kind !== "instance" || externalBases(evaluation, origin.class).length === 0) return undefined;
  return ownMember(evaluation, self!, name) === undefined ? self : undefined;
}

/** Ruby: `m(x)` is `self.m(x)` where the class has such a method. */
function implicitReceiver(evaluation: Evaluation, name: string, scope: Scope): Value | undefined {
  const { self } = evaluation.frame;
  if (evaluation.language !== "ruby" || self === undefined || findSlot(scope, name) !== undefined) return undefined;
  const has = self.some(({ data }, index) => {
    if (data.kind === "class") return classMember(evaluation, data, name)?.[0]?.data.kind === "function";
    return (
      data.kind === "object" && projectMethod(evaluation, data.id, self[index]!, name)?.[0]?.data.kind === "function"
    );
  });
  return has ? self : undefined;
}

function initialize(evaluation: Evaluation, id: number, entries: readonly Entry[], scope: Scope): void {
  fillObject(evaluation, id, entries, scope);
  const object = evaluation.heapObject(id);
  if (object?.origin.kind === "literal") return;
  for (const entry of entries) {
    if (entry.kind !== "entry" || typeof entry.key !== "string") continue;
    const value = evaluation.heapObject(id)?.properties.get(entry.key);
    if (value !== undefined)
      tellWrite(
        evaluation,
        objectValue(id),
        entry.key,
        undefined,
        value,
        false,
        evaluation.place(entry.span),
        evaluation.place(entry.value.span),
        undefined,
      );
  }
}

function argumentsOf(evaluation: Evaluation, args: readonly Argument[], scope: Scope): RecordedArgument[] {
  const result: RecordedArgument[] = [];
  for (const argument of args) {
    const value = evaluation.expression(argument.value, scope);
    const place = evaluation.place(argument.span);
    const valuePlace = evaluation.place(argument.value.span);
    const items = argument.spread === "list" ? itemsOf(evaluation, value) : undefined;
    if (items !== undefined)
      for (const item of items) result.push({ value: item, name: undefined, spread: undefined, place, valuePlace });
    else if (argument.spread === "map") spreadKeywords(evaluation, value, place, valuePlace, result);
    else result.push({ value, name: argument.name, spread: argument.spread, place, valuePlace });
  }
  return result;
}

/** `**options` whose keys are known are keywords. */
function spreadKeywords(
  evaluation: Evaluation,
  value: Value,
  place: Place,
  valuePlace: Place,
  result: RecordedArgument[],
): void {
  const [only] = value;
  const object = value.length === 1 && only?.data.kind === "object" ? evaluation.heapObject(only.data.id) : undefined;
  if (object !== undefined && object.origin.kind === "literal") {
    for (const [name, held] of object.properties)
      result.push({ value: held, name, spread: undefined, place, valuePlace });
    if (object.open === undefined) return;
  }
  result.push({ value, name: undefined, spread: "map", place, valuePlace });
}

function superCall(evaluation: Evaluation, args: readonly RecordedArgument[], at: Place): Value {
  const { owner, self } = evaluation.frame;
  const bases = owner?.bases.flatMap((base) => base) ?? [];
  for (const base of bases) {
    if (base.data.kind !== "class") continue;
    for (const each of resolutionOrder(base.data)) {
      const name = evaluation.frame.function?.name;
      const members = [...membersOf(each.class).values()];
      const member = members.find(
        (other) =>
          other.kind === "method" &&
          (other.role === "constructor" || (evaluation.language === "ruby" && other.name === name)),
      );
      if (member?.kind === "method") return evaluation.invoke(methodOf(evaluation, each, member, self), args, at);
    }
  }
  const paths = bases.flatMap((base) => pathsOf(evaluation, base.data));
  return externalCall(
    evaluation,
    "super",
    paths.map((path) => `${path}`),
    self,
    args,
    at,
    undefined,
    true,
    true,
  );
}

/** A constructor that hands over to a base from outside the project is told as a call of that base. */
function tellConstructed(
  evaluation: Evaluation,
  base: Value,
  args: readonly RecordedArgument[],
  at: Place,
  expression: Call,
): void {
  const { self } = evaluation.frame;
  const paths = base.flatMap(({ data }) => (data.kind === "external" ? data.paths : []));
  if (self === undefined || paths[0] === undefined) return;
  tellCall(evaluation, constructorCall(paths, args, at, expression), self);
}

function callValue(
  evaluation: Evaluation,
  target: Value,
  method: string,
  args: readonly RecordedArgument[],
  expression: Call,
  at: Place,
): Value {
  return mapValue(target, (data, each) => {
    switch (data.kind) {
      case "function":
        return evaluation.invoke(data, args, at);
      case "class":
        return instantiate(evaluation, data, args, at, expression);
      case "external": {
        const name = lastSegment(data.paths[0] ?? method);
        return externalCall(
          evaluation,
          name,
          data.paths,
          undefined,
          args,
          at,
          expression,
          expression.new === true,
          false,
        );
      }
      case "object": {
        const object = evaluation.heapObject(data.id);
        if (object?.origin.kind === "instance") {
          const callable = classMember(evaluation, object.origin.class, "__call__", each);
          if (callable?.[0]?.data.kind === "function") return evaluation.invoke(callable[0].data, args, at);
        }
        const partial = partialCall(evaluation, object, args, method, expression, at);
        if (partial !== undefined) return partial;
        const paths = object?.paths ?? [];
        const name = isOpaque(evaluation, data) && paths[0] !== undefined ? lastSegment(paths[0]) : method;
        return externalCall(evaluation, name, paths, [each], args, at, expression, false, true);
      }
      case "literal":
        if (evaluation.language === "ruby") return known(data.value, each.trace);
        return unknown("what is called is not known", each.trace);
      default:
        return externalCall(
          evaluation,
          method,
          pathsOf(evaluation, data),
          undefined,
          args,
          at,
          expression,
          expression.new === true,
          false,
        );
    }
  });
}

/** A call of `functools.partial(f, …)`, where `f` comes from outside the project or is a class. */
function partialCall(
  evaluation: Evaluation,
  object: HeapObject | undefined,
  args: readonly RecordedArgument[],
  method: string,
  expression: Call,
  at: Place,
): Value | undefined {
  if (object?.origin.kind !== "call" || !object.origin.call.callee.includes("functools.partial")) return undefined;
  const [target, ...bound] = object.origin.call.arguments;
  if (target === undefined || target.name !== undefined || target.spread !== undefined) return undefined;
  const given = new Set(args.map((argument) => argument.name));
  const kept = bound.filter((argument) => argument.name === undefined || !given.has(argument.name));
  if (evaluation.frame.depth >= MAXIMUM_CALL_DEPTH) return undefined;
  return callValue(evaluation, target.value, method, [...kept, ...args], expression, at);
}

function callMember(
  evaluation: Evaluation,
  receiver: Value,
  method: string,
  args: readonly RecordedArgument[],
  expression: Call,
  at: Place,
): Value {
  const { callee } = expression;
  const optional = callee.kind === "member" && callee.optional === true;
  const asked = optional || evaluation.language === "ruby" ? receiver : withoutNothing(receiver);
  return mapValue(asked, (data, each) =>
    optional && isNothing(data)
      ? known(undefined, each.trace)
      : callMemberOf(evaluation, data, { ...each, when: [] }, method, args, expression, at),
  );
}

function isNothing(data: Data): boolean {
  return data.kind === "literal" && (data.value === null || data.value === undefined);
}

/** A call on nothing throws: what goes on from there is the other alternatives, and what excluded them does not hold. */
function withoutNothing(receiver: Value): Value {
  const nothing = receiver.filter(({ data }) => isNothing(data));
  if (nothing.length === 0 || nothing.length === receiver.length) return receiver;
  const excluded = (condition: Condition) =>
    nothing.every(({ when }) => when.some(({ key, arm }) => key === condition.key && arm !== condition.arm));
  return receiver.flatMap((each) =>
    isNothing(each.data) ? [] : [{ ...each, when: each.when.filter((condition) => !excluded(condition)) }],
  );
}

/** Ruby: `x.send(:m, a)` is `x.m(a)`. */
const SENDS = new Set(["send", "public_send", "__send__"]);

function callMemberOf(
  evaluation: Evaluation,
  data: Data,
  each: Alternative,
  method: string,
  args: readonly RecordedArgument[],
  expression: Call,
  at: Place,
): Value {
  const sent = evaluation.language === "ruby" && SENDS.has(method) ? onlyLiteral(args[0]?.value) : undefined;
  if (typeof sent === "string" && !SENDS.has(sent))
    return callMemberOf(evaluation, data, each, sent, args.slice(1), expression, at);
  if (data.kind === "function") {
    if (method === "call" && evaluation.language === "ruby") return evaluation.invoke(data, args, at);
    if (method === "call") return evaluation.invoke({ ...data, self: args[0]?.value ?? data.self }, args.slice(1), at);
    if (method === "apply") return evaluation.invoke({ ...data, self: args[0]?.value ?? data.self }, [], at);
    if (method === "bind") {
      const bound = { arguments: args.slice(1).map(({ value }) => value), keywords: new Map<string, Value>() };
      return [alternative({ ...data, self: args[0]?.value ?? data.self, bound }, each.trace)];
    }
  }
  if (evaluation.language === "javascript" && (data.kind === "external" || isOpaque(evaluation, data))) {
    const called = callIndirectly(evaluation, data, each, method, args, at);
    if (called !== undefined) return called;
  }
  if (data.kind === "class") {
    if (evaluation.language === "ruby" && method === "new") return instantiate(evaluation, data, args, at);
    const member = classMember(evaluation, data, method);
    if (member !== undefined) return callValue(evaluation, member, method, args, expression, at);
  }
  if (data.kind === "module" || (data.kind === "object" && !isOpaque(evaluation, data))) {
    const found =
      data.kind === "module"
        ? memberOf(evaluation, data, each, method, expression.span)
        : projectMethod(evaluation, data.id, each, method);
    const callable = found?.some(
      (other) =>
        other.data.kind === "function" ||
        other.data.kind === "class" ||
        other.data.kind === "external" ||
        isOpaque(evaluation, other.data),
    );
    if (found !== undefined && callable === true) return callValue(evaluation, found, method, args, expression, at);
  }
  if (data.kind === "object" && isOpaque(evaluation, data)) {
    const held = evaluation.heapObject(data.id)?.properties.get(method);
    if (held?.some((other) => other.data.kind === "function") === true)
      return callValue(evaluation, held, method, args, expression, at);
    const typed = projectMethodOfType(evaluation, data.id, method);
    if (typed !== undefined) return callValue(evaluation, typed, method, args, expression, at);
  }
  if (data.kind === "module" && evaluation.language === "python" && method === "update") {
    updateModule(evaluation, each, args, expression.span);
    return known(null);
  }
  const extended = extensionMethod(evaluation, data, method, [receivedAs(each, at), ...args]);
  if (extended !== undefined) return evaluation.invoke(extended, [receivedAs(each, at), ...args], at);
  const paths = receiverPaths(evaluation, data).map((path) => `${path}.${method}`);
  return externalCall(evaluation, method, paths, [each], args, at, expression, false, true);
}

function receivedAs(each: Alternative, place: Place): RecordedArgument {
  return { value: [each], name: undefined, spread: undefined, place, valuePlace: place };
}

/** `f.call(self, a)`, `f.apply(self, [a])` and `f.bind(self)` of a function from outside the project. */
function callIndirectly(
  evaluation: Evaluation,
  data: Data,
  each: Alternative,
  method: string,
  args: readonly RecordedArgument[],
  at: Place,
): Value | undefined {
  const [self, ...rest] = args;
  const paths = pathsOf(evaluation, data);
  if (self === undefined || paths[0] === undefined) return undefined;
  if (method === "bind") return rest.length === 0 ? [each] : undefined;
  if (method !== "call" && method !== "apply") return undefined;
  let given: readonly RecordedArgument[] = rest;
  if (method === "apply") {
    const [list] = rest;
    const items = list === undefined ? [] : itemsOf(evaluation, list.value);
    given =
      list === undefined ? [] : (items?.map((value) => ({ ...list, value })) ?? [{ ...list, spread: "list" as const }]);
  }
  return externalCall(evaluation, lastSegment(paths[0]), paths, self.value, given, at, undefined, false, true);
}

/** `globals().update(A=1)`, `vars().update({"A": 1})`. */
function updateModule(
  evaluation: Evaluation,
  module: Alternative,
  args: readonly RecordedArgument[],
  span: Span,
): void {
  for (const argument of args) {
    const entries =
      argument.name === undefined
        ? argument.value.flatMap(({ data }) =>
            data.kind === "object" ? [...(evaluation.heapObject(data.id)?.properties ?? [])] : [],
          )
        : [[argument.name, argument.value] as const];
    for (const [name, value] of entries) writeMember(evaluation, [module], name, undefined, value, true, span);
  }
}

/** Names for the receiver of a call; strings, lists and plain objects are named by their type. */
function receiverPaths(evaluation: Evaluation, data: Data): readonly string[] {
  const paths = pathsOf(evaluation, data);
  if (paths.length > 0) return paths;
  if (data.kind === "literal") return [data.value === null || data.value === undefined ? "null" : typeof data.value];
  if (data.kind === "text") return ["string"];
  if (data.kind === "environment") return ["environment"];
  if (data.kind === "object") return [evaluation.heapObject(data.id)?.items === undefined ? "object" : "list"];
  return [];
}

function projectMethod(evaluation: Evaluation, id: number, each: Alternative, method: string): Value | undefined {
  const object = evaluation.heapObject(id);
  const own = object?.properties.get(method);
  if (own !== undefined) {
    return own.map((other) =>
      other.data.kind === "function" && other.data.function.lexicalThis !== true && other.data.self === undefined
        ? { ...other, data: { ...other.data, self: [each] } }
        : other,
    );
  }
  if (object?.origin.kind === "instance") return classMember(evaluation, object.origin.class, method, each);
  if (object?.origin.kind === "statics") return undefined;
  return undefined;
}

/** Java and C#: a method of a project class that a value of that declared type has. */
function projectMethodOfType(evaluation: Evaluation, id: number, method: string): Value | undefined {
  if (evaluation.language !== "java" && evaluation.language !== "csharp") return undefined;
  const object = evaluation.heapObject(id);
  const [path] = object?.paths ?? [];
  if (path === undefined || object === undefined) return undefined;
  for (const name of object.paths) {
    const simple = lastSegment(name);
    if (!/^[A-Z]/.test(simple)) continue;
    const found = projectClass(evaluation, simple);
    const data = found?.[0]?.data;
    if (data?.kind !== "class") continue;
    const member = findMember(data, method);
    if (member?.kind === "method" && member.function.body.length > 0)
      return classMember(evaluation, data, method, instanceOfType(evaluation, data)[0]);
  }
  return undefined;
}
