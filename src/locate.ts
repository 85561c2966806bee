import type { Cookie } from "./cookie.ts";
import type { Fix } from "./edit.ts";
import type { Evidence, Place } from "./evidence.ts";
import { type Lines, linesOf } from "./lines.ts";
import type { Location, ReportCookie, ReportEvidence, ReportFix } from "./report.ts";

/** Turns the places of an inventory into those of a report, reading each file's lines once. */
export interface Locator {
  /** Lines of a file; those of an empty text when it cannot be read any more. */
  lines(file: string): Lines;
  location(place: Place): Location;
  evidence(evidence: Evidence): ReportEvidence;
  fix(fix: Fix): ReportFix;
  cookie(cookie: Cookie): ReportCookie;
}

/** @param text of a file, as it was when the inventory was taken */
export function locator(text: (file: string) => string | undefined): Locator {
  const known = new Map<string, Lines>();
  const lines = (file: string) => {
    const found = known.get(file) ?? linesOf(text(file) ?? "");
    known.set(file, found);
    return found;
  };
  const location = ({ file, span }: Place): Location => ({ file, ...lines(file).region(span) });
  const evidence = (item: Evidence): ReportEvidence => {
    switch (item.from) {
      case "file":
        return { ...location(item), says: item.says };
      case "docs":
        return { docs: item.url, says: item.says };
      case "deployment":
        return { deployment: item.says, says: item.says };
      case "wire":
        return { wire: item.url, says: item.says };
    }
  };
  const fix = ({ title, safety, note, edits }: Fix): ReportFix => ({
    title,
    safety,
    note: note ?? null,
    edits: edits.map((edit) => ({ ...location(edit), expected: edit.expected, replacement: edit.replacement })),
  });
  const cookie = (one: Cookie): ReportCookie => ({
    name: one.name ?? null,
    framework: one.framework,
    verdict: one.verdict,
    because: one.because,
    sink: location(one.sink),
    decidedBy: evidence(one.decidedBy),
    evidence: one.evidence.map(evidence),
    sensitive: one.sensitive,
    deletion: one.deletion,
    notDeployed: one.notDeployed ?? null,
    attributes: one.attributes,
    condition: one.condition ?? null,
    remarks: one.remarks.map(({ kind, says, at }) => ({ kind, says, at: evidence(at) })),
    fix: one.fixes[0] === undefined ? null : fix(one.fixes[0]),
  });
  return { lines, location, evidence, fix, cookie };
}
