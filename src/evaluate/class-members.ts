import type { Place } from "../evidence.ts";
import type { ClassExpression, Member, ProgramLanguageName } from "../program.ts";
import { type Alternative, alternative, type ClassData, type FunctionData, type Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import { pathsOf } from "./objects.ts";

const memberTables = new WeakMap<ClassExpression, Map<string, Member>>();

/** Classes in the order of method resolution, the class itself first. */
export function resolutionOrder(data: ClassData, seen: ClassData[] = []): ClassData[] {
  if (seen.length > 50 || seen.some((other) => other.statics === data.statics)) return seen;
  seen.push(data);
  for (const base of data.bases) {
    for (const each of base) if (each.data.kind === "class") resolutionOrder(each.data, seen);
  }
  return seen;
}

export function externalBases(evaluation: Evaluation, data: ClassData): string[] {
  return resolutionOrder(data).flatMap((each) =>
    each.bases.flatMap((base) =>
      base.flatMap((other) => (other.data.kind === "class" ? [] : pathsOf(evaluation, other.data))),
    ),
  );
}

/** A member of a class or of the classes it extends; a method is bound to `instance` when there is one. */
export function classMember(
  evaluation: Evaluation,
  data: ClassData,
  name: string,
  instance?: Alternative,
): Value | undefined {
  for (const each of resolutionOrder(data)) {
    const value = evaluation.heapObject(each.statics)?.properties.get(name);
    if (value !== undefined) return value;
    const member = membersOf(each.class).get(name);
    if (member?.kind === "method") {
      const self: Value | undefined = member.static
        ? [alternative(data)]
        : instance === undefined
          ? undefined
          : [{ ...instance, when: [] }];
      return [alternative(methodOf(evaluation, each, member, self))];
    }
  }
  return undefined;
}

/** What a class itself gives for a name: a static property's getter is run. */
export function staticMember(evaluation: Evaluation, data: ClassData, name: string): Value | undefined {
  for (const each of resolutionOrder(data)) {
    const member = membersOf(each.class).get(`get ${name}`);
    if (member?.kind !== "method" || !member.static) continue;
    const getter = methodOf(evaluation, each, member, [alternative(data)]);
    return evaluation.invoke(getter, [], getterPlace(getter));
  }
  return classMember(evaluation, data, name);
}

export function findMember(data: ClassData, name: string): Member | undefined {
  for (const each of resolutionOrder(data)) {
    const member = membersOf(each.class).get(name);
    if (member !== undefined) return member;
  }
  return undefined;
}

export function findAccessor(
  evaluation: Evaluation,
  data: ClassData,
  name: string,
  role: "getter" | "setter",
): FunctionData | undefined {
  for (const each of resolutionOrder(data)) {
    const member = membersOf(each.class).get(role === "getter" ? `get ${name}` : `set ${name}`);
    if (member?.kind === "method") return methodOf(evaluation, each, member, undefined);
  }
  return undefined;
}

export function methodOf(
  evaluation: Evaluation,
  owner: ClassData,
  member: Extract<Member, { kind: "method" }>,
  self: Value | undefined,
): FunctionData {
  const python = languageOf(evaluation, owner.file) === "python";
  const javascript = languageOf(evaluation, owner.file) === "javascript";
  const scope = (python || javascript) && owner.scope.parent !== undefined ? owner.scope.parent : owner.scope;
  return { kind: "function", function: member.function, scope, file: owner.file, self, owner, bound: undefined };
}

function languageOf(evaluation: Evaluation, file: string): ProgramLanguageName | undefined {
  return evaluation.modules.get(file)?.program.language;
}

export function languageOfFile(evaluation: Evaluation, file: string): ProgramLanguageName {
  return languageOf(evaluation, file) ?? "javascript";
}

export function getterPlace(getter: FunctionData): Place {
  return { file: getter.file, span: getter.function.span };
}

/** Members by name; accessors under `get name` and `set name`. */
export function membersOf(expression: ClassExpression): Map<string, Member> {
  const existing = memberTables.get(expression);
  if (existing !== undefined) return existing;
  const table = new Map<string, Member>();
  for (const member of expression.members) {
    if (member.kind === "statement") continue;
    if (member.kind === "method" && member.role === "getter") table.set(`get ${member.name}`, member);
    else if (member.kind === "method" && member.role === "setter") table.set(`set ${member.name}`, member);
    else if (member.kind === "method" && member.role === "constructor") table.set("constructor", member);
    else table.set(member.name, member);
  }
  memberTables.set(expression, table);
  return table;
}
