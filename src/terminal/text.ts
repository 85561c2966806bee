import { styleText } from "node:util";

/**
 * What a terminal or a CI log would obey rather than show: control characters (tab excepted), C1, marks that turn
 * the direction of text, line separators, and lone surrogates.
 */
const obeyed =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Text from a scanned file, made safe to show on one line; GitHub's old `##[command]` loses its effect too. */
export function visible(text: string): string {
  return text
    .replace(obeyed, (unit) => `<U+${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`)
    .replaceAll("##[", "# #[");
}

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours text, or leaves it as it is. */
export function painter(color: boolean): Paint {
  return (style, text) => (color && text !== "" ? styleText(style, text, { validateStream: false }) : text);
}

// oxlint-disable-next-line no-control-regex
const escapes = /\u001B\[[\d;]*m/g;
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const mark = /\p{Mn}|\p{Me}/u;

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text.replace(escapes, "")) columns += mark.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}

/** Breaks prose at blanks, so that no line is wider unless one word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
