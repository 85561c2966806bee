import ignore from "ignore";
import type { AcceptedFinding } from "./configuration.ts";
import { type Day, isDay } from "./date.ts";
import type { Lines } from "./lines.ts";

/** A comment that accepts a finding; or would, had it a reason and were it in time. */
export interface Comment {
  readonly line: number;
  /** The rule it names, or undefined for any. */
  readonly rule: string | undefined;
  readonly reason: string;
  readonly until: string | undefined;
}

const marker = "setsecure-ignore";
/** What opens a comment in any of the languages that are read. */
const opener = String.raw`(?:\/\/|\/\*|#|<!--|<%#|<%--|\{#|@\*|;|!|--|\*)`;
const opened = new RegExp(`${opener}|^\\s*$`);
const onlyComment = new RegExp(String.raw`^\s*[{(]?(?:${opener}|${marker})`);
/** What may follow the marker: a rule, and a reason. */
const tail = /^(?:\[([^\]]*)\])?(?::(.*)|(?=\s|$))/;
const closer = /(?:\*\/|--%?>|%>|#\}|\*@).*$/;
const untilWord = /\buntil=(\S+)/;

/** The comment that a line carries, if it carries one. */
function commentOn(lines: Lines, line: number): Comment | undefined {
  const text = lines.text(line);
  const start = text.indexOf(marker);
  if (start < 0 || !opened.test(text.slice(0, start)) || /[\w-]$/.test(text.slice(0, start))) return undefined;
  const match = tail.exec(text.slice(start + marker.length));
  if (match === null) return undefined;
  const says = (match[2] ?? "").replace(closer, "");
  return {
    line,
    rule: match[1]?.trim() || undefined,
    until: untilWord.exec(says)?.[1],
    reason: says.replace(untilWord, "").replace(/\s+/g, " ").trim(),
  };
}

/** Comments that speak of a line: on it, or alone on the line above it. */
export function commentsFor(lines: Lines, line: number): Comment[] {
  const above = line > 1 && onlyComment.test(lines.text(line - 1)) ? commentOn(lines, line - 1) : undefined;
  return [commentOn(lines, line), above].filter((comment) => comment !== undefined);
}

/** What keeps a comment from accepting anything, as a clause; undefined when nothing does. */
export function faultOf(comment: Comment, today: Day): string | undefined {
  const { reason, until } = comment;
  if (reason === "") return "it gives no reason: write `setsecure-ignore: why this is accepted`";
  if (until === undefined) return undefined;
  if (!isDay(until)) return `\`until=${until}\` is no day such as 2027-01-31`;
  return until < today ? `it ended on ${until}` : undefined;
}

export function speaksOf(comment: Comment, rule: string): boolean {
  return comment.rule === undefined || comment.rule === rule;
}

/** What a suppression of the configuration is compared with. */
export interface Subject {
  readonly rule: string;
  readonly cookie: string | undefined;
  readonly file: string;
}

/** Answers which entry of the configuration accepts a finding today: the first one. */
export function suppressionLookup(
  entries: readonly AcceptedFinding[],
  today: Day,
): (subject: Subject) => AcceptedFinding | undefined {
  const valid = entries
    .filter(({ until }) => until === undefined || until >= today)
    .map((entry) => ({
      entry,
      files: entry.file === undefined ? undefined : ignore({ allowRelativePaths: true }).add(entry.file),
    }));
  return ({ rule, cookie, file }) =>
    valid.find(
      ({ entry, files }) =>
        (entry.rule === undefined || entry.rule === rule) &&
        (entry.cookie === undefined || (cookie !== undefined && matches(entry.cookie, cookie))) &&
        (files === undefined || files.ignores(file)),
    )?.entry;
}

/** Compares without backtracking: each part between stars is looked for after the one before. */
export function matches(pattern: string, text: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}
