import type { Level } from "../finding.ts";
import { type Lines, linesOf } from "../lines.ts";
import type { Location, Report, ReportEvidence, ReportFinding } from "../report.ts";
import { painter, type Style, visible, wrap } from "../terminal/text.ts";
import type { ReportContext } from "./context.ts";
import { showFix } from "./diff.ts";
import { showFrame } from "./frame.ts";
import { showSummary } from "./summary.ts";
import type { View } from "./view.ts";

const colors: Readonly<Record<Level, Style>> = { error: "red", warning: "yellow", note: "blue" };
const INDENT = "  ";

/** For a person at a terminal: by file, each finding with the line that decides, why, and the edit. */
export function writeText(report: Report, context: ReportContext): string {
  const view: View = { report, context, paint: painter(context.color), lines: linesByFile(context.text) };
  const open = report.findings.filter((finding) => finding.suppressed === undefined);
  const blocks: string[] = [];
  for (const [index, finding] of open.entries()) {
    const file = finding.location?.file;
    if (file !== open[index - 1]?.location?.file || index === 0) blocks.push(heading(file, view));
    blocks.push(isBrief(finding, view) ? showBriefly(finding, view) : showFully(finding, view));
  }
  return `${[...blocks, showSummary(view)].join("\n")}\n`;
}

function linesByFile(text: ReportContext["text"]): View["lines"] {
  const known = new Map<string, Lines | undefined>();
  return (file) => {
    if (!known.has(file)) {
      const content = text(file);
      known.set(file, content === undefined ? undefined : linesOf(content));
    }
    return known.get(file);
  };
}

function heading(file: string | undefined, { paint, context }: View): string {
  const title = `── ${visible(file ?? "seen on the wire")} `;
  return `${paint("bold", title)}${paint("dim", "─".repeat(Math.max(3, context.width - title.length)))}\n`;
}

function isBrief({ level }: ReportFinding, { context }: View): boolean {
  return level === "note" && !context.verbose;
}

function title({ level, rule, cookie, location }: ReportFinding, { report, paint }: View): string {
  const { name, framework } = report.cookies[cookie] ?? { name: null, framework: "" };
  const place = location === null ? "" : paint("dim", `${location.line}:${location.column}`);
  const words = [
    paint(colors[level], level),
    paint("bold", visible(name ?? "(computed name)")),
    paint("dim", `${visible(framework)}, ${rule}`),
    place,
  ];
  return `${INDENT}${words.filter((word) => word !== "").join("  ")}`;
}

function prose(text: string, { context }: View): string {
  return wrap(visible(text), context.width - INDENT.length)
    .map((line) => `${INDENT}${line}\n`)
    .join("");
}

function showBriefly(finding: ReportFinding, view: View): string {
  return `${title(finding, view)}\n${prose(finding.message, view)}`;
}

function showFully(finding: ReportFinding, view: View): string {
  const { rule, location, related, message, fixes, cookie } = finding;
  const name = view.report.cookies[cookie]?.name ?? null;
  const decides = related.some((one) => "file" in one && samePlace(one, location));
  const frame = location === null ? "" : showFrame(location, view, name, decides);
  const elsewhere = related.filter((one) => "file" in one && one.file !== location?.file);
  const steps = elsewhere.map((one) => showEvidence(one, view, name)).join("");
  const links = docsOf([...related, ...(view.report.cookies[cookie]?.evidence ?? [])]);
  const documented = links.map((url) => `${INDENT}${view.paint("dim", `see ${visible(url)}`)}\n`).join("");
  const remarks = rule === "missing-secure" ? (view.report.cookies[cookie]?.remarks ?? []) : [];
  const notes = remarks.filter(({ kind }) => kind === "note");
  const beside = notes.map(({ says }) => prose(`Note: ${says}.`, view)).join("");
  const [best] = fixes;
  const fix = best === undefined ? showSuggestion(finding, view) : showFix(best, view, name);
  return `${title(finding, view)}\n${prose(message, view)}${frame}${steps}${beside}${documented}${fix}`;
}

function samePlace(a: Location, b: Location | null): boolean {
  return b !== null && a.file === b.file && a.line === b.line && a.column === b.column && a.endColumn === b.endColumn;
}

/** What to do where no edit is known. */
function showSuggestion({ suggestion, rule }: ReportFinding, view: View): string {
  if (suggestion === undefined) return prose(`To fix it: setsecure explain ${rule}`, view);
  const { says, file, line, column } = suggestion;
  return prose(`By hand, in ${file}:${line}:${column}: ${says}. See setsecure explain ${rule}.`, view);
}

/** A place in another file that the verdict rests on. */
function showEvidence(evidence: ReportEvidence, view: View, name: string | null): string {
  if (!("file" in evidence)) return "";
  const { file, line, column, says } = evidence;
  return `${prose(`decided in ${file}:${line}:${column}: ${says}`, view)}${showFrame(evidence, view, name, true)}`;
}

function docsOf(evidence: readonly ReportEvidence[]): string[] {
  return [...new Set(evidence.flatMap((one) => ("docs" in one ? [one.docs] : [])))];
}
