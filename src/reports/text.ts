import type { Report } from "../report.ts";

export function writeText(report: Report): string {
  return `${report.summary.cookies} cookies\n`;
}
