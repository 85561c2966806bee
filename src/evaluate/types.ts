import type { Span } from "../program.ts";
import type { Scope } from "../scope.ts";
import type { ClassData, Value } from "../value.ts";
import { externalBases } from "./class-members.ts";
import type { Evaluation } from "./evaluation.ts";
import { readMember } from "./members.ts";
import { readName } from "./names.ts";
import { isOpaque, newObject, objectValue, pathsOf } from "./objects.ts";

/** A declared type tells what an opaque value is. */
export function withType(evaluation: Evaluation, value: Value, type: string, scope: Scope, span: Span): Value {
  return value.map((each) => {
    const untyped = each.data.kind === "unknown" || each.data.kind === "external" || isOpaque(evaluation, each.data);
    if (!untyped || type === "var") return each;
    const paths = typePaths(evaluation, type, scope, span);
    if (each.data.kind === "object") {
      const object = evaluation.state.own(each.data.id);
      if (object !== undefined) object.paths = [...new Set([...object.paths, ...paths.paths])].slice(0, 24);
      return each;
    }
    if (each.data.kind === "unknown" && each.data.parameter === undefined && paths.class === undefined) {
      const id = newObject(
        evaluation,
        { kind: "member", of: undefined, name: type, place: evaluation.place(span) },
        paths.paths,
      );
      return { ...each, data: { kind: "object", id } as const };
    }
    return each;
  });
}

export function typePaths(
  evaluation: Evaluation,
  type: string,
  scope: Scope,
  span: Span,
): { paths: readonly string[]; class: ClassData | undefined } {
  const segments = type.split(/\.|::/);
  let value = readName(evaluation, segments[0]!, scope, span);
  for (const segment of segments.slice(1)) value = readMember(evaluation, value, segment, span);
  const [only] = value;
  if (only?.data.kind === "class")
    return {
      paths: [
        ...(only.data.class.name === undefined ? [] : [only.data.class.name]),
        ...externalBases(evaluation, only.data),
      ],
      class: only.data,
    };
  return { paths: only === undefined ? [type] : pathsOf(evaluation, only.data), class: undefined };
}

export function isScalarType(type: string): boolean {
  return /^(boolean|Boolean|bool|bool\?|String|string|str|int|Integer|long|number)$/.test(type);
}

export function instanceOfType(evaluation: Evaluation, data: ClassData): Value {
  const existing = evaluation.typeInstances.get(data.statics);
  if (
    existing !== undefined &&
    existing[0]?.data.kind === "object" &&
    evaluation.heapObject(existing[0].data.id) !== undefined
  )
    return existing;
  const id = newObject(evaluation, {
    kind: "instance",
    class: data,
    place: { file: data.file, span: data.class.span },
  });
  const value = objectValue(id);
  evaluation.typeInstances.set(data.statics, value);
  return value;
}
