import type { Report } from "../report.ts";

/** The report as it is, version 1; its schema is `schema/report-1.json`. */
export function writeJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
