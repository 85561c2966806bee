import type { Place } from "../evidence.ts";
import type { Call, ClassExpression, Member, Statement } from "../program.ts";
import { declareIn, newScope, type Scope } from "../scope.ts";
import { alternative, type ClassData, known, nextIdentity, step, type Value } from "../value.ts";
import { noteAssignment } from "./assignments.ts";
import { exhausted, MAXIMUM_CALL_DEPTH } from "./bounds.ts";
import { externalBases, membersOf, methodOf, resolutionOrder } from "./class-members.ts";
import { type Evaluation, newFrame } from "./evaluation.ts";
import { type RecordedArgument, type RecordedCall, setProperty } from "./heap.ts";
import { injected } from "./lookups.ts";
import { external, lastSegment, newObject, objectValue, opaque, pathsOf } from "./objects.ts";
import { parameterValue } from "./parameters.ts";
import { runStatement } from "./statements.ts";
import { tellCall } from "./tell.ts";
import { isScalarType, typePaths, withType } from "./types.ts";

export function classValue(evaluation: Evaluation, expression: ClassExpression, scope: Scope): Value {
  const bases = expression.bases.map((base) => evaluation.expression(base, scope));
  const statics = newObject(evaluation, { kind: "statics", place: evaluation.place(expression.span) });
  const inside = newScope("class", scope);
  const data: ClassData = { kind: "class", class: expression, scope: inside, file: evaluation.file, statics, bases };
  const self = [alternative(data)];
  if (expression.name !== undefined) {
    // The class's own body and methods see its name.
    evaluation.state.write(declareIn(inside, expression.name), self);
  }
  for (const annotation of expression.annotations) evaluation.expression(annotation, scope);
  const outer = evaluation.frame;
  evaluation.frame = { ...outer, self, owner: data };
  for (const member of expression.members) {
    if (member.kind === "field" && member.static) {
      const declared = member.type === undefined ? undefined : member.type;
      let value = member.value === undefined ? known(undefined) : evaluation.expression(member.value, inside);
      if (declared !== undefined && member.value !== undefined)
        value = withType(evaluation, value, declared, inside, member.span);
      const at = evaluation.place(member.span);
      const noted = value.map((each) =>
        each.data.kind === "class" || each.data.kind === "function"
          ? each
          : { ...each, trace: step(at, `\`${member.name}\` is set here`, each.trace) },
      );
      setProperty(evaluation.state.own(statics)!, member.name, noted);
      evaluation.state.write(declareIn(inside, member.name), noted);
    } else if (member.kind === "statement" && member.instance !== true)
      classStatement(evaluation, member.statement, inside, statics);
    else if (member.kind === "method")
      for (const annotation of member.function.annotations) evaluation.expression(annotation, inside);
  }
  evaluation.frame = outer;
  const around = evaluation.stack.length === 0 ? undefined : evaluation.state;
  evaluation.seenClasses.push({ data, file: evaluation.file, around });
  return [alternative(data, step(evaluation.place(expression.span), "it is a class of the project", undefined))];
}

function classStatement(evaluation: Evaluation, statement: Statement, scope: Scope, statics: number): void {
  const known1 = new Set(scope.names.keys());
  runStatement(evaluation, statement, scope);
  for (const [name, slot] of scope.names) {
    const value = evaluation.state.read(slot);
    if (value === undefined) continue;
    const object = evaluation.state.own(statics)!;
    if (!known1.has(name) || object.properties.has(name)) setProperty(object, name, value);
  }
}

export function superValue(evaluation: Evaluation): Value {
  const { owner, self } = evaluation.frame;
  if (owner === undefined) return external(["super"]);
  const bases = owner.bases.flatMap((base) => base);
  const project = bases.find((base) => base.data.kind === "class");
  if (project?.data.kind === "class") {
    const id = nextIdentity();
    const [only] = self ?? [];
    const properties =
      only?.data.kind === "object"
        ? (evaluation.heapObject(only.data.id)?.properties ?? new Map())
        : new Map<string, Value>();
    evaluation.state.add(id, {
      origin: { kind: "instance", class: project.data, place: evaluation.place(owner.class.span) },
      paths: [],
      properties,
      items: undefined,
      open: undefined,
      calls: [],
    });
    return objectValue(id);
  }
  return external(
    bases.length === 0 ? ["super"] : bases.flatMap((base) => pathsOf(evaluation, base.data).map((path) => `${path}`)),
  );
}

export function instantiate(
  evaluation: Evaluation,
  data: ClassData,
  args: readonly RecordedArgument[],
  at: Place,
  expression?: Call,
): Value {
  const id = newObject(evaluation, { kind: "instance", class: data, place: at });
  const external = externalBases(evaluation, data);
  if (external.length > 0) evaluation.state.own(id)!.paths = external.slice(0, 12);
  const self = objectValue(id, step(at, `a \`${data.class.name ?? "class"}\` is made here`, undefined));
  if (evaluation.frame.depth >= MAXIMUM_CALL_DEPTH || exhausted(evaluation)) return self;
  const chain = resolutionOrder(data);
  const outer = evaluation.frame;
  for (const each of chain.toReversed()) {
    const record = evaluation.modules.get(each.file);
    if (record === undefined) continue;
    evaluation.frame = {
      ...newFrame(evaluation, record, self, each, undefined, [...outer.calledFrom, at]),
      made: outer.made,
    };
    for (const member of each.class.members) {
      if (member.kind === "statement" && member.instance === true)
        runStatement(evaluation, member.statement, each.scope);
      if (member.kind !== "field" || member.static) continue;
      const given = injected(evaluation, member.annotations, member.type, each.scope);
      if (given !== undefined) {
        setProperty(evaluation.state.own(id)!, member.name, given);
        continue;
      }
      if (member.value === undefined) {
        declareField(evaluation, id, member, each.scope);
        continue;
      }
      let value = evaluation.expression(member.value, each.scope);
      if (member.type !== undefined) value = withType(evaluation, value, member.type, each.scope, member.span);
      const object = evaluation.state.own(id);
      if (object !== undefined)
        setProperty(object, member.name, noteAssignment(evaluation, value, member.name, member.span));
    }
  }
  evaluation.frame = outer;
  for (const each of chain) {
    const member =
      membersOf(each.class).get("constructor") ??
      [...membersOf(each.class).values()].find((other) => other.kind === "method" && other.role === "constructor");
    if (member?.kind === "method") {
      evaluation.invoke(methodOf(evaluation, each, member, self), args, at);
      break;
    }
  }
  if (
    external.length > 0 &&
    !chain.some((each) =>
      [...membersOf(each.class).values()].some((member) => member.kind === "method" && member.role === "constructor"),
    )
  ) {
    const [first] = args;
    if (first !== undefined) setProperty(evaluation.state.own(id)!, "super()", first.value);
    tellCall(evaluation, constructorCall(external, args, at, expression), self);
  }
  return self;
}

/** A field that only has a type: somebody else sets it, but what it is can be told. */
function declareField(
  evaluation: Evaluation,
  id: number,
  member: Extract<Member, { kind: "field" }>,
  scope: Scope,
): void {
  const { name, type } = member;
  if (type === undefined || isScalarType(type) || !/^[\w.]+$/.test(type)) return;
  const { paths } = typePaths(evaluation, type, scope, member.span);
  const value = opaque(evaluation, { kind: "member", of: id, name, place: evaluation.place(member.span) }, [
    name,
    ...paths,
  ]);
  const object = evaluation.state.own(id);
  if (object !== undefined && !object.properties.has(name)) setProperty(object, name, value);
}

/** An instance whose fields are as the class makes them, constructed by unknown callers. */
export function freshInstance(evaluation: Evaluation, data: ClassData): Value {
  const constructor = resolutionOrder(data)
    .flatMap((each) => [...membersOf(each.class).values()].map((member) => ({ each, member })))
    .find(({ member }) => member.kind === "method" && member.role === "constructor");
  const member = constructor?.member;
  const args: RecordedArgument[] = [];
  if (constructor !== undefined && member?.kind === "method") {
    const place = { file: data.file, span: data.class.span };
    const fn = methodOf(evaluation, constructor.each, member, undefined);
    const parameters = fn.function.explicitSelf === true ? fn.function.parameters.slice(1) : fn.function.parameters;
    for (const parameter of parameters) {
      if (parameter.rest !== undefined) continue;
      args.push({
        value: parameterValue(evaluation, parameter, fn, []),
        name: parameter.keyword === true ? parameter.name : undefined,
        spread: undefined,
        place,
        valuePlace: place,
      });
    }
  }
  const value = instantiate(evaluation, data, args, { file: data.file, span: data.class.span });
  if (member?.kind === "method") evaluation.entered.add(member.function);
  return value;
}

/** The construction of something outside the project, by a class of the project or by a call of `super`. */
export function constructorCall(
  paths: readonly string[],
  args: readonly RecordedArgument[],
  place: Place,
  expression: Call | undefined,
): RecordedCall {
  return {
    method: lastSegment(paths[0] ?? ""),
    callee: paths,
    receiver: undefined,
    arguments: args,
    new: true,
    place,
    argumentsSpan: expression?.argumentsSpan,
    bare: false,
    when: [],
  };
}
