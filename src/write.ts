import type { Edit } from "./edit.ts";
import type { Place } from "./evidence.ts";
import type { Seen, SeenCall, SeenObject } from "./facts.ts";
import { escape } from "./files/prefilter.ts";
import type { Span } from "./program.ts";

/** Replaces the text of a place. */
export function replace(text: string, place: Place, replacement: string): Edit {
  const { start, end } = place.span;
  return { file: place.file, span: place.span, expected: text.slice(start, end), replacement };
}

/** Inserts at an offset. */
export function insert(file: string, offset: number, inserted: string): Edit {
  return { file, span: { start: offset, end: offset }, expected: "", replacement: inserted };
}

/**
 * Puts a statement in the place of a whole line that gives the same key and is commented out with `#` or `;`; words
 * about the key are no such line. The last one counts.
 */
export function uncomment(text: string, { file, span }: Place, key: string, statement: string): Edit | undefined {
  const line = new RegExp(String.raw`^[ \t]*([#;]+[ \t]*${escape(key)}[ \t]*[=:][ \t]*\S+)[ \t]*\r?$`, "gm");
  const last = [...text.slice(span.start, span.end).matchAll(line)].at(-1);
  if (last?.[1] === undefined) return undefined;
  const start = span.start + last.index + last[0].indexOf(last[1]);
  return replace(text, { file, span: { start, end: start + last[1].length } }, statement);
}

/**
 * Adds an item at the end of a comma-separated list, in the list's own style: on its own line where the last item
 * is, with a trailing comma where one stands, before a comment that follows on the line.
 * @param open offset behind the opening bracket (or where a bare list begins)
 * @param last the last item, when there is one
 * @param close offset of the closing bracket (or where a bare list ends)
 */
export function appendItem(
  text: string,
  file: string,
  open: number,
  last: { start: number; end: number } | undefined,
  close: number,
  item: string,
): readonly Edit[] {
  if (last === undefined) {
    const inner = text.slice(open, close);
    const spaced = text[open - 1] === "{" ? ` ${item} ` : item;
    if (inner.trim() !== "") return [insert(file, open, `${item}${inner.startsWith(" ") ? "" : " "}`)];
    return [{ file, span: { start: open, end: close }, expected: inner, replacement: spaced }];
  }
  const lineStart = text.lastIndexOf("\n", last.start - 1) + 1;
  const indent = text.slice(lineStart, last.start);
  const closeOnLaterLine = text.slice(last.end, close).includes("\n");
  const beginsLine = /^[ \t]*$/.test(indent) && lineStart > open - 1;
  const ownLine = beginsLine && closeOnLaterLine;
  const after = text.slice(last.end, close);
  const comma = /^\s*,/.exec(after);
  if (beginsLine && !closeOnLaterLine && comma === null && !text.slice(last.start, last.end).includes("\n"))
    return [insert(file, last.end, `,${newlineAt(text, lineStart)}${indent}${item}`)];
  if (!ownLine)
    return [
      insert(
        file,
        comma === null ? last.end : last.end + comma[0].length,
        comma === null ? `, ${item}` : ` ${item}${closeOnLaterLine ? "," : ""}`,
      ),
    ];
  const newline = newlineAt(text, lineStart);
  const lineEnd = endOfLine(text, last.end);
  if (comma !== null && !comma[0].includes("\n")) return [insert(file, lineEnd, `${newline}${indent}${item},`)];
  const rest = text.slice(last.end, lineEnd);
  if (rest.trim() === "") return [insert(file, last.end, `,${newline}${indent}${item}`)];
  return [insert(file, last.end, ","), insert(file, lineEnd, `${newline}${indent}${item}`)];
}

/** The line end before the line that starts at an offset. */
function newlineAt(text: string, lineStart: number): string {
  return text[lineStart - 2] === "\r" ? "\r\n" : "\n";
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  if (newline === -1) return text.length;
  return text[newline - 1] === "\r" ? newline - 1 : newline;
}

/** Adds an argument after the last one (before `**kwargs`); undefined when the call has no list to add to. */
export function addArgument(text: string, call: SeenCall, argument: string): readonly Edit[] | undefined {
  const { argumentsSpan } = call;
  if (argumentsSpan === undefined) return undefined;
  const inFile = call.arguments.filter(
    (each) =>
      each.place.file === call.place.file &&
      each.place.span.start >= argumentsSpan.start &&
      each.place.span.end <= argumentsSpan.end,
  );
  const spread = inFile.find((each) => each.spread === "map")?.place.span.start ?? lastSpread(text, argumentsSpan);
  if (spread !== undefined) {
    const { start, indent, newline } = lineAt(text, spread);
    const isOnOwnLine = start + indent.length === spread && start > argumentsSpan.start;
    return [insert(call.place.file, spread, `${argument},${isOnOwnLine ? newline + indent : " "}`)];
  }
  const last = inFile.reduce<(typeof inFile)[number] | undefined>(
    (latest, each) => (latest === undefined || each.place.span.end > latest.place.span.end ? each : latest),
    undefined,
  );
  return appendItem(text, call.place.file, argumentsSpan.start, last?.place.span, argumentsSpan.end, argument);
}

/** Where `**options` begins at the end of a list, of which the evaluator told what it holds. */
function lastSpread(text: string, { start, end }: Span): number | undefined {
  const match = /(?:^|,)\s*(\*\*[\w.]+)\s*,?\s*$/.exec(text.slice(start, end));
  return match?.[1] === undefined ? undefined : start + match.index + match[0].indexOf("**");
}

/** Adds an entry to an object or hash literal. */
export function addEntry(text: string, object: SeenObject, entry: string): readonly Edit[] | undefined {
  const { literal } = object;
  if (literal === undefined) return undefined;
  const { file, span } = literal.place;
  const brackets = literal.bare ? 0 : 1;
  return appendItem(text, file, span.start + brackets, literal.last?.span, span.end - brackets, entry);
}

/** A file that a program imports and that holds no code: keys are quoted there, and a value is no expression. */
export function isData(file: string): boolean {
  return file.endsWith(".json");
}

export function isAbsent(seen: Seen): boolean {
  const [only] = seen;
  return only?.data.kind === "literal" && (only.data.value === undefined || only.data.value === null);
}

/** `secure: undefined` and `secure: nil` are written out, and count as not given: the value is replaced. */
export function replaceAbsent(held: Seen, value: string, texts: (file: string) => string): readonly Edit[] | undefined {
  if (held.length !== 1 || !isAbsent(held)) return undefined;
  for (const evidence of held[0]?.because ?? []) {
    if (evidence.from !== "file") continue;
    const text = texts(evidence.file);
    if (/^(?:undefined|null|None|nil)$/.test(text.slice(evidence.span.start, evidence.span.end)))
      return [replace(text, evidence, isData(evidence.file) ? "true" : value)];
  }
  return undefined;
}

/**
 * Is it one of the answers of a function that also gives the opposite? Such a function is asked by others too, and a
 * different answer changes what it asks.
 */
export function isAnswer(text: string, { start, end }: Span): boolean {
  const before = text.slice(Math.max(0, start - 400), start);
  const behind = text.slice(end, end + 400);
  const isLast = /\n[ \t]*$/.test(before) && /^[ \t]*\r?\n[ \t]*end\b/.test(behind);
  return (isLast || /\breturn\s*$/.test(before)) && /\breturn\s+true\b/i.test(before + behind);
}

/** The start of the line on which an offset stands, and its indentation. */
export function lineAt(text: string, offset: number): { start: number; indent: string; newline: string } {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
  return { start, indent, newline: text.includes("\r\n") ? "\r\n" : "\n" };
}

/**
 * A statement on a line of its own before the statement that starts at `offset`, and before the comment above that;
 * undefined when something else stands before it on the line.
 */
export function insertBefore(text: string, file: string, offset: number, statement: string): Edit | undefined {
  const { start, indent, newline } = lineAt(text, offset);
  if (start + indent.length !== offset) return undefined;
  const above = aboveComment(text, offset);
  return insert(file, above, `${statement}${newline}${indent}`);
}

/** Where the comment begins that stands right above the statement at `offset`, with its indentation; else `offset`. */
export function aboveComment(text: string, offset: number): number {
  const { indent } = lineAt(text, offset);
  let above = offset;
  for (let lines = 0; lines < 50; lines += 1) {
    const { start } = lineAt(text, above);
    if (start === 0) return above;
    const previous = lineAt(text, start - 1);
    const line = text.slice(previous.start, start).trimEnd();
    const isComment =
      line.startsWith(indent) && /^(?:\/\/|#(?![![])|\/\*(?:(?!\*\/).)*\*\/$)/.test(line.slice(indent.length));
    if (!isComment) return above;
    above = previous.start + indent.length;
  }
  return above;
}

/** The quote that a file writes more often. */
export function quoteOf(text: string): "'" | '"' {
  return (text.match(/'/g)?.length ?? 0) > (text.match(/"/g)?.length ?? 0) ? "'" : '"';
}

/** A statement on a line of its own after the line on which `offset` stands. */
export function insertAfterLine(text: string, file: string, offset: number, statement: string): Edit {
  const { indent, newline } = lineAt(text, offset);
  const end = endOfLine(text, offset);
  return insert(file, end, `${newline}${indent}${statement}`);
}

/**
 * A statement on a line of its own behind the one that a span begins and the next semicolon ends; undefined where
 * something else stands around them on their lines.
 */
export function insertBehindStatement(text: string, { file, span }: Place, statement: string): Edit | undefined {
  const { start, indent, newline } = lineAt(text, span.start);
  const end = semicolonBehind(text, span.end);
  if (start + indent.length !== span.start || end === undefined) return undefined;
  const rest = text.slice(end, endOfLine(text, end));
  return /^[ \t]*(?:\/\/.*)?$/.test(rest)
    ? insert(file, end + rest.length, `${newline}${indent}${statement}`)
    : undefined;
}

/** The offset behind the semicolon that ends a statement, past brackets, texts and comments. */
function semicolonBehind(text: string, offset: number): number | undefined {
  const token = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|[()[\]{};]/g;
  token.lastIndex = offset;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [mark] = found;
    if (mark === ";" && depth === 0) return token.lastIndex;
    if (/^[([{]$/.test(mark)) depth += 1;
    else if (/^[)\]}]$/.test(mark)) depth -= 1;
    if (depth < 0) return undefined;
  }
  return undefined;
}

/**
 * A statement behind the one at a span, in a language whose lines are statements: on the next line, or after a
 * semicolon where others share the line.
 */
export function insertBehind(text: string, file: string, { start, end }: Span, statement: string): Edit {
  const { start: lineStart, indent, newline } = lineAt(text, start);
  const rest = text.slice(end, endOfLine(text, end));
  const isAlone = lineStart + indent.length === start && /^[ \t]*(?:#.*)?$/.test(rest);
  return isAlone
    ? insert(file, end + rest.trimEnd().length, `${newline}${indent}${statement}`)
    : insert(file, end, `; ${statement}`);
}

/**
 * Adds `Secure = true` and the like to an object that `new X(…)` makes in C#: to its initializer where it has one,
 * else as a statement after a line that declares it, else as an initializer.
 * @param statement whether a statement may stand there (not so in the body of a class)
 */
export function addMember(
  text: string,
  made: SeenCall,
  member: string,
  value: string,
  statement: boolean,
): readonly Edit[] | undefined {
  const { file, span } = made.place;
  const entry = `${member} = ${value}`;
  const behind = made.argumentsSpan === undefined ? text.indexOf("{", span.start) : made.argumentsSpan.end + 1;
  if (behind < 0 || behind > span.end) return undefined;
  const open = /^\s*\{/.exec(text.slice(behind, span.end));
  if (open !== null) {
    const inside = behind + open[0].length;
    const last = lastItem(text, inside, span.end - 1);
    if (last === "unclear") return firstItem(text, file, inside, entry);
    return appendItem(text, file, inside, last, span.end - 1, entry);
  }
  if (text.slice(behind, span.end).trim() !== "") return undefined;
  const line = lineAt(text, span.start);
  const declared = /^[ \t]*(?:[\w.<>?]+[ \t]+)?((?:this\.)?\w+)[ \t]*=[ \t]*$/.exec(text.slice(line.start, span.start));
  const ends = /^;[ \t]*(?:\/\/.*)?$/.test(text.slice(span.end, endOfLine(text, span.end)));
  if (statement && declared !== null && ends)
    return [insertAfterLine(text, file, span.end, `${declared[1]}.${member} = ${value};`)];
  return [insert(file, span.end, ` { ${entry} }`)];
}

/** A first item on a line of its own, where the items have lines of their own. */
function firstItem(text: string, file: string, open: number, item: string): readonly Edit[] | undefined {
  const [, newline, indent] = /^[ \t]*(\r?\n)([ \t]*)\S/.exec(text.slice(open, endOfLine(text, open) + 400)) ?? [];
  return newline === undefined ? undefined : [insert(file, open, `${newline}${indent}${item},`)];
}

/** The last item between two offsets; unclear where a comment follows it. */
function lastItem(text: string, open: number, close: number): { start: number; end: number } | undefined | "unclear" {
  const inner = text.slice(open, close);
  const end = open + inner.trimEnd().replace(/,$/, "").trimEnd().length;
  if (end === open) return undefined;
  const { start, indent } = lineAt(text, end - 1);
  const first = Math.max(start + indent.length, open);
  const line = text.slice(first, end);
  const item = beforeRemark(line);
  if (item === undefined || line.endsWith("*/")) return "unclear";
  return { start: first + (/^\s*/.exec(line)?.[0].length ?? 0), end: first + item.length };
}

/** What stands before `// …` on a line, without its comma; undefined where nothing does, or `//` may be in a text. */
function beforeRemark(line: string): string | undefined {
  const [item, ...more] = line.split("//");
  if (item === undefined || more.length === 0) return line;
  const isText = (item.match(/"/g)?.length ?? 0) % 2 > 0 || /['@$]/.test(item);
  const bare = item.trimEnd().replace(/,$/, "").trimEnd();
  return isText || bare === "" ? undefined : bare;
}

const READS_TEXT = /^(os\.environ\.get|os\.getenv|getenv|environ\.get)\(\s*((["'])\w+\3)\s*(?:,[^()]*)?\)$/;
const READS_ENVIRON = /^(\w+)\(\s*((["'])\w+\3)\s*(?:,\s*(?:default\s*=\s*)?[^(),]*)?\)$/;
const ON: Readonly<Record<string, string>> = { False: "True", false: "true", "0": "1", no: "yes", off: "on" };

/**
 * Turns a Python setting on where it is decided.
 * @param statement the assignment that gives the setting its value, or the expression alone
 * @param decidedBy the literal that decides, within it or elsewhere
 * @returns undefined when the expression is of a form that only a person can change
 */
export function turnOnPython(
  texts: (file: string) => string,
  statement: Place | undefined,
  decidedBy: Place | undefined,
): Edit | undefined {
  const expression = statement === undefined ? undefined : (assigned(texts(statement.file), statement) ?? statement);
  if (expression !== undefined) {
    const text = texts(expression.file);
    const written = text.slice(expression.span.start, expression.span.end);
    const [, reads, name, quote = '"'] = READS_TEXT.exec(written) ?? [];
    const q = (word: string) => `${quote}${word}${quote}`;
    if (reads !== undefined)
      return replace(
        text,
        expression,
        `${reads}(${name}, ${q("True")}).lower() in (${q("true")}, ${q("1")}, ${q("yes")})`,
      );
    const [, environ, variable] = READS_ENVIRON.exec(written) ?? [];
    if (environ !== undefined && /^env/i.test(environ))
      return replace(text, expression, `${environ}.bool(${variable}, default=True)`);
  }
  if (decidedBy === undefined) return undefined;
  const text = texts(decidedBy.file);
  const literal = text.slice(decidedBy.span.start, decidedBy.span.end);
  if (/^(?:False|None|0|""|'')$/.test(literal)) return replace(text, decidedBy, "True");
  const [, quote, word = ""] = /^(["'])(\w+)\1$/.exec(literal) ?? [];
  return quote !== undefined && Object.hasOwn(ON, word)
    ? replace(text, decidedBy, `${quote}${ON[word]}${quote}`)
    : undefined;
}

/** What stands behind the `=` of `NAME = …` or `NAME: type = …`. */
function assigned(text: string, statement: Place): Place | undefined {
  const { start, end } = statement.span;
  const head = /^[\w.[\]"' ]+?(?::[^=]+)?=(?!=)\s*/.exec(text.slice(start, end));
  return head === null ? undefined : { file: statement.file, span: { start: start + head[0].length, end } };
}

/** Writes `true` for the value in `x.Secure = value`; nothing where it is `true`, or no such assignment. */
export function turnOnAssignment(text: string, place: Place): readonly Edit[] {
  const [, before, value] =
    /^([\s\S]*?\bSecure\s*=\s*)([\s\S]*?)\s*;?$/.exec(text.slice(place.span.start, place.span.end)) ?? [];
  if (before === undefined || value === undefined || value === "" || value === "true") return [];
  const start = place.span.start + before.length;
  return [replace(text, { file: place.file, span: { start, end: start + value.length } }, "true")];
}
