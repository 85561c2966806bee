import type { Place } from "../evidence.ts";
import { alternative, type Data, nextIdentity, step, type Trace, type Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Origin } from "./heap.ts";

export function newObject(evaluation: Evaluation, origin: Origin, paths: readonly string[] = []): number {
  const id = nextIdentity();
  evaluation.state.add(id, { origin, paths, properties: new Map(), items: undefined, open: undefined, calls: [] });
  return id;
}

export function objectValue(id: number, trace?: Trace): Value {
  return [alternative({ kind: "object", id }, trace)];
}

export function external(paths: readonly string[]): Value {
  return [alternative({ kind: "external", paths })];
}

export function opaque(evaluation: Evaluation, origin: Origin, paths: readonly string[]): Value {
  return objectValue(
    newObject(evaluation, origin, [...new Set(paths)].slice(0, 24)),
    step("place" in origin ? origin.place : originPlace(origin), "it comes from outside the project", undefined),
  );
}

function originPlace(origin: Origin): Place {
  return origin.kind === "call"
    ? origin.call.place
    : { file: origin.kind === "module" ? origin.file : "", span: { start: 0, end: 0 } };
}

export function isOpaque(evaluation: Evaluation, data: Data): boolean {
  if (data.kind !== "object") return false;
  const kind = evaluation.heapObject(data.id)?.origin.kind;
  return kind === "call" || kind === "parameter" || kind === "member";
}

export function pathsOf(evaluation: Evaluation, data: Data): readonly string[] {
  if (data.kind === "external") return data.paths;
  if (data.kind === "object") return evaluation.heapObject(data.id)?.paths ?? [];
  if (data.kind === "class" && data.class.name !== undefined) return [data.class.name];
  if (data.kind === "unknown" && data.parameter !== undefined) return [data.parameter];
  return [];
}

export function itemsOf(evaluation: Evaluation, value: Value): readonly Value[] | undefined {
  const [only] = value;
  if (value.length !== 1 || only?.data.kind !== "object") return undefined;
  return evaluation.heapObject(only.data.id)?.items;
}

/** The last name of a path: `a.b()` is `b()`, `a.b[c]` is `b[c]`. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** What stands for any key written to it: `x[]` for what `x` names last, `x[][]` for an element of that. */
export function elementPath(path: string): string {
  return `${lastSegment(path).replace(/\[.*\]$/, "[]")}[]`;
}
