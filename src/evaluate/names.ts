import type { Span } from "../program.ts";
import { findSlot, type Scope } from "../scope.ts";
import { known, step, unknown, type Value } from "../value.ts";
import { classMember, findAccessor, getterPlace, staticMember } from "./class-members.ts";
import type { Evaluation } from "./evaluation.ts";
import { resolveModule } from "./modules.ts";
import { external, objectValue } from "./objects.ts";
import { symbolValue } from "./symbols.ts";

export function readName(evaluation: Evaluation, name: string, scope: Scope, span: Span): Value {
  const slot = findSlot(scope, name);
  if (slot !== undefined) {
    const value = evaluation.state.read(slot);
    if (value !== undefined) return compatible(evaluation, value);
    return unknown(
      `\`${name}\` is read before it is set`,
      step(evaluation.place(span), `\`${name}\` is read before it is set`, undefined),
    );
  }
  return freeName(evaluation, name, span);
}

/** Alternatives that the conditions on the way here exclude are left out. */
export function compatible(evaluation: Evaluation, value: Value): Value {
  if (value.length === 1) return value;
  const path = evaluation.state.path();
  if (path.length === 0) return value;
  const possible = value.filter((each) =>
    each.when.every((condition) => !path.some((other) => other.key === condition.key && other.arm !== condition.arm)),
  );
  return possible.length === 0 ? value : possible;
}

function freeName(evaluation: Evaluation, name: string, span: Span): Value {
  const { module, self, owner } = evaluation.frame;
  const { language } = evaluation;
  if (language === "javascript" && module.moduleObject !== undefined) {
    if (name === "module") return objectValue(module.moduleObject);
    if (name === "exports")
      return evaluation.state.object(module.moduleObject)?.properties.get("exports") ?? known(undefined);
  }
  if (self !== undefined && (language === "java" || language === "csharp" || language === "ruby")) {
    const member = ownMember(evaluation, self, name);
    if (member !== undefined) {
      if (language === "ruby" && member.length === 1 && member[0]?.data.kind === "function") {
        return evaluation.invoke({ ...member[0].data, self }, [], evaluation.place(span));
      }
      return member;
    }
  }
  if (owner !== undefined) {
    const member = staticMember(evaluation, owner, name);
    if (member !== undefined) return member;
  }
  if (language === "java" || language === "csharp" || (language === "ruby" && /^[A-Z]/.test(name))) {
    const found = projectClass(evaluation, name);
    if (found !== undefined) return found;
  }
  const paths = freePaths(evaluation, name);
  const symbol = evaluation.host.symbols.find(paths);
  if (symbol !== undefined) return symbolValue(symbol, evaluation.host.deployment, evaluation.place(span));
  return external(paths);
}

function freePaths(evaluation: Evaluation, name: string): string[] {
  if (evaluation.language === "ruby" || evaluation.language === "javascript") return [name];
  return [name, ...evaluation.frame.module.stars.map((star) => `${star}.${name}`)].slice(0, 24);
}

/** A class of the project that is named without an import: same package, namespace, or autoloaded. */
export function projectClass(evaluation: Evaluation, name: string): Value | undefined {
  const { language } = evaluation;
  const tries = [name];
  if (language === "java" || language === "csharp")
    for (const star of evaluation.frame.module.stars) tries.push(`${star}.${name}`);
  for (const specifier of tries.slice(0, 24)) {
    const file = resolveModule(evaluation, specifier, evaluation.file);
    if (file === undefined || file === evaluation.file) continue;
    const record = evaluation.runModule(file);
    const slot = record?.scope.names.get(name);
    const value = slot === undefined ? undefined : evaluation.state.read(slot);
    if (value?.[0]?.data.kind === "class") return value;
  }
  return undefined;
}

export function ownMember(evaluation: Evaluation, self: Value, name: string): Value | undefined {
  for (const each of self) {
    if (each.data.kind === "class") {
      const value = staticMember(evaluation, each.data, name);
      if (value !== undefined) return value;
    }
    if (each.data.kind !== "object") continue;
    const object = evaluation.heapObject(each.data.id);
    if (object === undefined) continue;
    const value = object.properties.get(name);
    if (value !== undefined) return compatible(evaluation, value);
    if (object.origin.kind === "instance") {
      const getter = findAccessor(evaluation, object.origin.class, name, "getter");
      if (getter !== undefined) return evaluation.invoke({ ...getter, self: [each] }, [], getterPlace(getter));
      const member = classMember(evaluation, object.origin.class, name, each);
      if (member !== undefined) return member;
    }
  }
  return undefined;
}
