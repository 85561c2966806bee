import type { Location, Region } from "../report.ts";
import { columnsOf, visible } from "../terminal/text.ts";
import { type Columns, maskLine } from "./mask.ts";
import type { View } from "./view.ts";

const CONTEXT = 1;
/** A span over more lines than this is shown by its first ones. */
const MAX_MARKED = 4;
const TAB = "  ";

/**
 * The lines around a place, with the place underlined.
 * @param name of the cookie; texts that are neither it nor a part of what decides are blanked
 * @param decides is the place what decides, rather than where the cookie is set?
 */
export function showFrame(location: Location, view: View, name: string | null, decides: boolean): string {
  const lines = view.lines(location.file);
  if (lines === undefined || location.line > lines.count) return "";
  const last = Math.min(location.endLine, location.line + MAX_MARKED - 1, lines.count);
  const from = Math.max(1, location.line - CONTEXT);
  const end = lines.text(lines.count) === "" ? lines.count - 1 : lines.count;
  const to = Math.max(last, Math.min(end, last + CONTEXT));
  const digits = String(to).length;
  const gutter = `    ${" ".repeat(digits)}`;
  let shown = `${gutter} ${view.paint("dim", "╷")}\n`;
  for (let line = from; line <= to; line += 1) {
    const number = String(line).padStart(digits);
    const marked = line >= location.line && line <= last;
    const span = marked ? spanOn(line, location) : undefined;
    const kept = span !== undefined && (decides || lines.text(line).length > view.context.width * 4) ? [span] : [];
    const text = maskLine(lines.text(line), location.file, name, kept);
    const part = partOf(text, span, view.context.width - digits - 8);
    shown +=
      `  ${view.paint("red", marked ? ">" : " ")} ${view.paint("dim", number)} ${view.paint("dim", "│")} ${part.text}`.trimEnd();
    shown += "\n";
    if (marked && part.length > 0) {
      shown += `${gutter} ${view.paint("dim", "│")} ${" ".repeat(part.start)}${view.paint("red", "~".repeat(part.length))}\n`;
    }
  }
  return `${shown}${gutter} ${view.paint("dim", "╵")}\n`;
}

/** The part of a region that is on a line. */
export function spanOn(line: number, { line: first, column, endLine, endColumn }: Region): Columns {
  return {
    start: line === first ? column - 1 : 0,
    end: line === endLine ? endColumn - 1 : Number.POSITIVE_INFINITY,
  };
}

interface Part {
  readonly text: string;
  /** Where the mark begins and how long it is, in columns of the terminal. */
  readonly start: number;
  readonly length: number;
}

/** As much of a line as fits, made safe, with the columns of the span within it. */
function partOf(line: string, span: Columns | undefined, width: number): Part {
  const indent = line.length - line.trimStart().length;
  const start = Math.max(span?.start ?? 0, Math.min(indent, line.length));
  const end = Math.min(span?.end ?? 0, line.trimEnd().length);
  const cut = start > width / 2 && line.length > width ? Math.max(0, start - Math.floor(width / 4)) : 0;
  const before = (cut > 0 ? "…" : "") + safe(line.slice(cut, start));
  const inside =
    span === undefined ? "" : shorten(safe(line.slice(start, Math.max(end, start))), width - columnsOf(before));
  const rest = safe(line.slice(span === undefined ? start : Math.max(end, start), start + 4 * width));
  const room = width - columnsOf(before + inside);
  const after = room === 0 && inside.endsWith("…") ? "" : shorten(rest, room);
  const marked = span === undefined ? 0 : Math.max(1, columnsOf(inside));
  return { text: before + inside + after, start: columnsOf(before), length: line.trim() === "" ? 0 : marked };
}

function safe(text: string): string {
  return visible(text.replaceAll("\t", TAB));
}

function shorten(text: string, width: number): string {
  if (columnsOf(text.slice(0, 2 * width + 1)) <= width) return text;
  return `${text.slice(0, Math.max(0, width - 1))}…`;
}
