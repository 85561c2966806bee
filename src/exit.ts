import type { Level } from "./finding.ts";
import type { Report } from "./report.ts";

/** 0: nothing at or above the threshold. 1: findings. 2: the tool could not do what was asked. */
export type ExitStatus = 0 | 1 | 2;

/** The tool cannot do what was asked; the message says what is wrong and what to do. */
export class CannotDo extends Error {
  override readonly name = "CannotDo";
}

export const failLevels = ["error", "warning", "note", "never"] as const;
export type FailOn = (typeof failLevels)[number];

export interface ExitOptions {
  readonly failOn: FailOn;
  readonly exitZero: boolean;
  /** What was skipped, and what is unknown, counts as a finding. */
  readonly strict: boolean;
}

const levels: readonly Level[] = ["error", "warning", "note"];

/** The status of a scan that was carried out. */
export function statusOf(report: Report, { failOn, exitZero, strict }: ExitOptions): ExitStatus {
  if (exitZero) return 0;
  const failing = failOn === "never" ? [] : levels.slice(0, levels.indexOf(failOn) + 1);
  const found = report.findings.some((finding) => finding.suppressed === undefined && failing.includes(finding.level));
  const open = strict && (report.skipped.length > 0 || report.summary.unknown > 0);
  return found || open ? 1 : 0;
}
