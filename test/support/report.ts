import { emptyBaseline } from "../../src/baseline.ts";
import type { Cookie } from "../../src/cookie.ts";
import type { Evidence, Place } from "../../src/evidence.ts";
import { production } from "../../src/frameworks/production.ts";
import type { Inventory } from "../../src/inventory.ts";
import { type Acceptance, makeReport } from "../../src/make-report.ts";
import type { Report } from "../../src/report.ts";
import type { ReportContext } from "../../src/reports/context.ts";
import { rules } from "../../src/rules/index.ts";

/** The text of each file, by its path. */
export type Files = Readonly<Record<string, string>>;

/** The place of the first `part` in a file. */
export function placeOf(files: Files, file: string, part: string): Place {
  const start = (files[file] ?? "").indexOf(part);
  if (start < 0) throw new Error(`${file} does not hold ${part}`);
  return { file, span: { start, end: start + part.length } };
}

export function seenAt(files: Files, file: string, part: string, says: string): Evidence {
  return { from: "file", says, ...placeOf(files, file, part) };
}

const docs: Evidence = { from: "docs", url: "https://example.org/docs", says: "the default is off" };

/** An insecure session cookie that a default decided, set by `sink` in `file`; `change` what a test is about. */
export function cookieAt(files: Files, file: string, sink: string, change: Partial<Cookie> = {}): Cookie {
  return {
    name: "sid",
    framework: "express",
    verdict: "insecure",
    because: "secure is not given, and the default is off",
    sink: placeOf(files, file, sink),
    decidedBy: docs,
    evidence: [seenAt(files, file, sink, "the cookie is set here"), docs],
    condition: undefined,
    deletion: false,
    sensitive: true,
    notDeployed: undefined,
    attributes: {},
    fixes: [],
    remarks: [],
    ...change,
  };
}

export function reportOf(files: Files, cookies: readonly Cookie[], acceptance: Partial<Acceptance> = {}): Report {
  const text = (file: string) => files[file];
  const inventory: Inventory = { cookies, skipped: [], parsed: Object.keys(files).length, recognised: 1, text };
  return makeReport({
    root: ".",
    inventory,
    rules,
    deployment: production,
    acceptance: { suppressions: [], baseline: emptyBaseline, today: "2026-06-15", ...acceptance },
    text,
    files: Object.keys(files).length,
    skipped: [],
    milliseconds: 12,
  });
}

export function contextOf(files: Files, change: Partial<ReportContext> = {}): ReportContext {
  return { text: (file) => files[file], page: () => undefined, color: false, width: 80, verbose: false, ...change };
}
