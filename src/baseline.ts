import { type Day, isDay } from "./date.ts";
import { CannotDo } from "./exit.ts";
import type { Report, ReportFinding } from "./report.ts";

/** A finding that is known and waits: it does not count until its day is over. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly cookie: string | null;
  readonly file: string | null;
  readonly reason: string;
  readonly until: Day | null;
  readonly owner: string | null;
}

export interface Baseline {
  readonly version: 1;
  readonly entries: readonly BaselineEntry[];
}

export const BASELINE_FILE = "setsecure-baseline.json";
export const emptyBaseline: Baseline = { version: 1, entries: [] };

/** The reason of an entry that was written by the tool; a person may replace it. */
const KNOWN = "known when the baseline was written";

/**
 * @param path for messages
 * @throws CannotDo when the text is no baseline
 */
export function parseBaseline(text: string, path: string): Baseline {
  const wrong = (says: string) => new CannotDo(`The baseline ${path} cannot be used: ${says}.`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    throw wrong("it is not JSON");
  }
  if (!isRecord(value) || value["version"] !== 1 || !Array.isArray(value["entries"])) {
    throw wrong('it must hold "version": 1 and a list of "entries"');
  }
  return {
    version: 1,
    entries: value["entries"].map((entry, index) => readEntry(entry, (says) => wrong(`entry ${index + 1} ${says}`))),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readEntry(entry: unknown, wrong: (says: string) => CannotDo): BaselineEntry {
  if (!isRecord(entry)) throw wrong("is no object");
  const text = (name: string): string => {
    const value = entry[name];
    if (typeof value === "string" && value.trim() !== "") return value;
    throw wrong(`has no "${name}"`);
  };
  const optional = (name: string): string | null => {
    const value = entry[name] ?? null;
    if (value === null || typeof value === "string") return value;
    throw wrong(`has a "${name}" that is no text`);
  };
  const until = optional("until");
  if (until !== null && !isDay(until)) throw wrong(`has an "until" that is no day such as 2027-01-31`);
  return {
    fingerprint: text("fingerprint"),
    rule: text("rule"),
    cookie: optional("cookie"),
    file: optional("file"),
    reason: text("reason"),
    until,
    owner: optional("owner"),
  };
}

/** Answers which entry accepts a fingerprint today. */
export function baselineLookup({ entries }: Baseline, today: Day): (fingerprint: string) => BaselineEntry | undefined {
  const valid = entries.filter(({ until }) => until === null || until >= today);
  const known = new Map(valid.map((entry) => [entry.fingerprint, entry]));
  return (fingerprint) => known.get(fingerprint);
}

/** Everything that the report finds and nobody accepted elsewhere; entries that stay keep their reason, day and owner. */
export function writeBaseline(report: Report, before: Baseline): Baseline {
  const kept = new Map(before.entries.map((entry) => [entry.fingerprint, entry]));
  const entries = report.findings
    .filter(({ suppressed }) => suppressed === undefined || suppressed.by === "baseline")
    .map((finding) => kept.get(finding.fingerprint) ?? newEntry(finding, report));
  return { version: 1, entries };
}

function newEntry({ fingerprint, rule, cookie, location }: ReportFinding, report: Report): BaselineEntry {
  const name = report.cookies[cookie]?.name ?? null;
  return { fingerprint, rule, cookie: name, file: location?.file ?? null, reason: KNOWN, until: null, owner: null };
}

/** Only the entries that the report still finds. */
export function pruneBaseline(report: Report, before: Baseline): Baseline {
  const found = new Set(report.findings.map((finding) => finding.fingerprint));
  return { version: 1, entries: before.entries.filter((entry) => found.has(entry.fingerprint)) };
}

export function formatBaseline(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`;
}
