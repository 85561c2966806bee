import type { Span } from "./program.ts";
import type { Region } from "./report.ts";

/** The lines of one text: `\n`, `\r\n` and `\r` end a line, and nothing else does. */
export interface Lines {
  /** How many lines there are; a text that ends in a line end has an empty last one. */
  readonly count: number;
  /** The text of a line, from 1, without its end; empty outside the text. */
  text(line: number): string;
  /** 1-based line and column, in UTF-16 code units; an offset outside the text is moved to its edge. */
  at(offset: number): { readonly line: number; readonly column: number };
  region(span: Span): Region;
}

const CARRIAGE_RETURN = 13;
const LINE_FEED = 10;

export function linesOf(text: string): Lines {
  const starts = lineStarts(text);
  const at = (offset: number) => {
    const inside = Math.min(Math.max(offset, 0), text.length);
    const line = lastAtMost(starts, inside);
    return { line: line + 1, column: inside - (starts[line] ?? 0) + 1 };
  };
  return {
    count: starts.length,
    at,
    text: (line) =>
      text.slice(starts[line - 1] ?? text.length, starts[line] ?? text.length).replace(/(?:\r\n|[\n\r])$/, ""),
    region: ({ start, end }) => {
      const from = at(start);
      const to = at(Math.max(start, end));
      return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === LINE_FEED || (unit === CARRIAGE_RETURN && text.charCodeAt(index + 1) !== LINE_FEED)) {
      starts.push(index + 1);
    }
  }
  return starts;
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
