import { applyEdits, EditConflict } from "../edit.ts";
import type { ReportFix } from "../report.ts";
import { visible, wrap } from "../terminal/text.ts";
import { spanOn } from "./frame.ts";
import { maskLine } from "./mask.ts";
import type { View } from "./view.ts";

type ReportEdit = ReportFix["edits"][number];

/** What to do, and the edit as a small diff. */
export function showFix({ title, safety, note, edits }: ReportFix, view: View, cookie: string | null): string {
  const { paint, context } = view;
  const caution = safety === "safe" ? "" : ` (needs a decision${note === null ? "" : `: ${note}`})`;
  const words = wrap(`Fix: ${visible(title)}${visible(caution)}`, context.width - 2).map((line) => `  ${line}\n`);
  const files = [...new Set(edits.map((edit) => edit.file))];
  const diffs = files.map((file) => {
    const own = edits.filter((edit) => edit.file === file);
    const name = files.length > 1 || view.lines(file) === undefined ? `    ${paint("dim", visible(file))}\n` : "";
    return name + showDiff(file, own, view, cookie);
  });
  return words.join("") + diffs.join("");
}

/** The lines that the edits of one file touch, before and after; texts beside the edits are blanked. */
function showDiff(
  file: string,
  edits: readonly ReportEdit[],
  { lines: linesOfFile, paint, context }: View,
  cookie: string | null,
): string {
  const lines = linesOfFile(file);
  if (lines === undefined) return "";
  return hunksOf(edits)
    .map(({ first, last, edits: own }) => {
      const before = Array.from({ length: last - first + 1 }, (_, index) => {
        const line = first + index;
        const touched = own.filter((edit) => edit.line <= line && line <= edit.endLine);
        const kept = touched.map((edit) => spanOn(line, edit));
        return maskLine(lines.text(line), file, cookie, kept);
      });
      const starts = startsOf(before);
      const offset = (line: number, column: number) => (starts[line - first] ?? 0) + column - 1;
      const local = own.map(({ line, column, endLine, endColumn, expected, replacement }) => ({
        file,
        span: { start: offset(line, column), end: offset(endLine, endColumn) },
        expected: unified(expected),
        replacement: unified(replacement),
      }));
      const after = edited(before.join("\n"), local);
      if (after === undefined) return "";
      const changed = withoutShared(before, after.split("\n"));
      const removed = changed.before.map((line) => paint("red", diffLine("-", line, context.width)));
      const added = changed.after.map((line) => paint("green", diffLine("+", line, context.width)));
      return `${[...removed, ...added].join("\n")}\n`;
    })
    .join("");
}

/** Without the lines that both begin and end with: they did not change. */
function withoutShared(before: readonly string[], after: readonly string[]) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { before: before.slice(start, before.length - end), after: after.slice(start, after.length - end) };
}

function diffLine(sign: string, line: string, width: number): string {
  return `    ${sign} ${clip(visible(line.replaceAll("\t", "  ")), width - 6)}`;
}

function unified(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function startsOf(lines: readonly string[]): number[] {
  let offset = 0;
  return lines.map((line) => {
    const start = offset;
    offset += line.length + 1;
    return start;
  });
}

/** undefined when the file is no longer as it was read. */
function edited(text: string, edits: Parameters<typeof applyEdits>[1]): string | undefined {
  try {
    return applyEdits(text, edits);
  } catch (error) {
    if (error instanceof EditConflict) return undefined;
    throw error;
  }
}

interface Hunk {
  readonly first: number;
  readonly last: number;
  readonly edits: readonly ReportEdit[];
}

/** Edits that share a line belong together. */
function hunksOf(edits: readonly ReportEdit[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const edit of [...edits].sort((a, b) => a.line - b.line || a.column - b.column)) {
    const before = hunks.at(-1);
    if (before === undefined || edit.line > before.last)
      hunks.push({ first: edit.line, last: edit.endLine, edits: [edit] });
    else
      hunks[hunks.length - 1] = {
        ...before,
        last: Math.max(before.last, edit.endLine),
        edits: [...before.edits, edit],
      };
  }
  return hunks;
}

function clip(text: string, width: number): string {
  return text.length > width * 2 ? `${text.slice(0, width * 2)}…` : text;
}
