import { readFileSync, writeFileSync } from "node:fs";
import type { PageResult } from "./lab.ts";

const file = new URL("results.json", import.meta.url);

/** What one version of a framework was seen to do with one case. */
export interface Recorded {
  readonly framework: string;
  readonly version: string;
  readonly case: string;
  readonly status: string;
  /** `sid — GET /: http open, proxy open, tls open`. */
  readonly seen: readonly string[];
  readonly after: readonly string[];
  readonly notAsked: readonly string[];
  /** The day on which it was first seen so. */
  readonly when: string;
}

export function recorded(): readonly Recorded[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as readonly Recorded[];
  } catch {
    return [];
  }
}

/** What the results come to, without the day. */
export function toRecord(pages: readonly PageResult[]): readonly Omit<Recorded, "when">[] {
  return pages.flatMap(({ framework, version, cases }) =>
    cases.map(({ title, status, seen, after, notAsked }) => ({
      framework,
      version,
      case: title,
      status,
      seen,
      after,
      notAsked,
    })),
  );
}

/** Writes lab/results.json; what is as it was keeps its day, and what was not run stays when `keep` is set. */
export function record(pages: readonly PageResult[], keep: boolean): void {
  const before = recorded();
  const today = new Date().toISOString().slice(0, 10);
  const days = new Map(before.map((each) => [comparable(each), each.when]));
  const fresh = toRecord(pages).map((each) => ({ ...each, when: days.get(comparable(each)) ?? today }));
  const others = keep ? before.filter((each) => !pages.some(({ framework }) => framework === each.framework)) : [];
  const all = [...others, ...fresh].sort((a, b) => a.framework.localeCompare(b.framework));
  writeFileSync(file, `[\n${all.map((each) => `  ${JSON.stringify(each)}`).join(",\n")}\n]\n`);
}

/** The cases that a version that ran was asked before, and was not asked now. */
export function noLongerAsked(pages: readonly PageResult[]): readonly Recorded[] {
  const keyOf = (each: Omit<Recorded, "when">) =>
    comparable({ ...each, status: "", seen: [], after: [], notAsked: [] });
  const fresh = toRecord(pages);
  const now = new Set(fresh.filter(({ status }) => status !== "not asked").map(keyOf));
  const versions = new Set(fresh.map((each) => keyOf({ ...each, case: "" })));
  return recorded().filter(
    (each) => each.status !== "not asked" && versions.has(keyOf({ ...each, case: "" })) && !now.has(keyOf(each)),
  );
}

/** A record as text without what differs from machine to machine: the day, and the version of Node or Python itself. */
export function comparable(each: Omit<Recorded, "when">): string {
  return JSON.stringify({ ...each, version: each.version.replace(/^(node|python) .*/, "$1"), when: undefined });
}
