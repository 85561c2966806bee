import type { Level } from "../finding.ts";
import type { Report } from "../report.ts";
import { visible } from "../terminal/text.ts";
import type { View } from "./view.ts";

/** How many skipped files are named before the rest is only counted. */
const NAMED = 10;

/** What was found, what could be fixed, and what was not read. */
export function showSummary({ report, paint, context }: View): string {
  const { summary, findings, skipped } = report;
  const open = findings.filter((finding) => finding.suppressed === undefined);
  const accepted = findings.length - open.length;
  const level = (name: Level) => open.filter((finding) => finding.level === name).length;
  const verdicts = [
    paint("green", `${summary.secure} secure`),
    paint("red", `${summary.insecure} insecure`),
    paint("yellow", `${summary.conditional} conditional`),
    `${summary.unknown} unknown`,
  ].join(", ");
  const deletions = summary.deletions === 0 ? "" : `, and ${count(summary.deletions, "deletion")}`;
  const lines = [
    `${paint("bold", count(summary.cookies, "cookie"))} in ${count(summary.files, "file")}: ${verdicts}${deletions}.`,
    `${count(level("error"), "error")}, ${count(level("warning"), "warning")}, ${count(level("note"), "note")}${
      accepted === 0 ? "" : `; ${accepted} accepted`
    }${summary.fixable === 0 ? "" : `; ${summary.fixable} of the cookies can be fixed by an edit`}.`,
    `Judged for ${visible(report.deployment.name)}, ${tls[report.deployment.tls]}.`,
    ...showSkipped(skipped, context.verbose),
  ];
  return lines.join("\n");
}

const tls: Readonly<Record<Report["deployment"]["tls"], string>> = {
  proxy: "with TLS ended at a proxy",
  process: "with TLS in the process",
  none: "without TLS",
};

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function showSkipped(skipped: Report["skipped"], all: boolean): string[] {
  if (skipped.length === 0) return [];
  const named = all ? skipped : skipped.slice(0, NAMED);
  const rest = skipped.length - named.length;
  return [
    `${count(skipped.length, "file")} not read, or not wholly:`,
    ...named.map(({ file, because }) => `  ${visible(file)}: ${visible(because)}`),
    ...(rest === 0 ? [] : [`  and ${rest} more (--verbose names them)`]),
  ];
}
