import type { Draw } from "./draw.ts";

/** A small project, and how many of its cookies are off. */
export interface Program {
  readonly files: Readonly<Record<string, string>>;
  readonly off: number;
}

/** The ways in which programs of one framework are written. */
export type Programs = readonly ((draw: Draw) => Program)[];

/**
 * Statements that set cookies, as a template. `$N` is the name of a cookie that no other statement has (`$Nb` and
 * `$Nc` are further ones), `$V` a number for names of variables, functions and files.
 */
export interface Spelling {
  readonly text: string;
  /** What stands at the top of the file beside it: a constant, a helper. */
  readonly top?: string;
  /** Other files that it needs. */
  readonly also?: Readonly<Record<string, string>>;
  /** How many of its cookies are off; default: each that it names. */
  readonly off?: number;
}

/** How one framework's statements become files. */
export interface Table {
  /** Names of files; one or more of them are written. */
  readonly files: readonly string[];
  /** Around everything in a file; `§top§` and `§body§` stand on lines of their own. */
  readonly frame: string;
  /** Around all statements of one function; `§body§` stands on a line of its own. */
  readonly functions: readonly string[];
  readonly off: readonly (string | Spelling)[];
  readonly on: readonly (string | Spelling)[];
  /** Files that are always there. */
  readonly also?: Readonly<Record<string, string>>;
}

/** What a language lets one write around statements. */
export interface Surroundings {
  /** Templates with `§body§` on a line of its own. */
  readonly nests: readonly string[];
  /** Before one statement on its line. */
  readonly before: readonly string[];
  /** Above one statement, which is then indented. */
  readonly above?: readonly string[];
  readonly comments: readonly string[];
  /** At the end of a line. */
  readonly remarks: readonly string[];
  /** Can all of a file stand on one line? */
  readonly oneLine: boolean;
  readonly singleQuotes: boolean;
  /** A statement of several thousand characters, to stand before others on their line. */
  readonly huge?: (filler: string) => string;
}

const MOST_STATEMENTS = 3;

/** Programs of statements, each of them on or off, nested and laid out in any way. */
export function statements(table: Table, around: Surroundings): Programs[number] {
  return (draw) => {
    const all: Record<string, string> = { ...table.also };
    let [off, count] = [0, 0];
    const chosen = table.files.slice(0, 1 + (draw.number(2) === 0 ? draw.number(table.files.length - 1) : 0));
    for (const file of chosen) {
      const tops: string[] = [];
      const functions: string[] = [];
      for (let each = draw.number(1); each >= 0; each -= 1) {
        const bodies: string[] = [];
        for (let left = draw.number(MOST_STATEMENTS - 1); left >= 0; left -= 1) {
          const isOff = draw.number(3) > 0 || table.on.length === 0;
          const entry = draw.pick(isOff ? table.off : table.on);
          const spelling = typeof entry === "string" ? { text: entry } : entry;
          count += 1;
          const fill = (template: string) => numbered(draw.text(template), count);
          const text = fill(spelling.text);
          if (isOff) off += spelling.off ?? namesIn(spelling);
          if (spelling.top !== undefined) tops.push(fill(spelling.top));
          for (const [name, other] of Object.entries(spelling.also ?? {})) all[fill(name)] = fill(other);
          bodies.push(surrounded(text, around, draw, count));
        }
        const body = bodies.join(draw.pick(["\n", "\n", "\n\n"]));
        functions.push(place(numbered(draw.pick(table.functions), count), "§body§", body));
      }
      const framed = place(table.frame, "§body§", functions.join(draw.pick(["\n", "\n\n"])));
      all[file] = laidOut(place(framed, "§top§", tops.join("\n")), around, draw);
    }
    return { files: all, off };
  };
}

function namesIn({ text, top = "", also = {} }: Spelling): number {
  return new Set([text, top, ...Object.values(also)].join("\n").match(/\$N[bc]?/g)).size;
}

function numbered(text: string, count: number): string {
  return text.replaceAll("$N", `n${count}`).replaceAll("$V", String(count));
}

/** Puts lines where a placeholder stands, with its indentation; without lines, its own line goes. */
function place(template: string, placeholder: string, lines: string): string {
  const at = new RegExp(`^([ ]*)${placeholder}(.*)\\n?`, "m");
  return template.replace(at, (_whole, indent: string, rest: string) =>
    lines === "" ? "" : `${indentedBy(indent, lines)}${rest}\n`,
  );
}

function indentedBy(indent: string, lines: string): string {
  return lines.replace(/^(?=.)/gm, indent);
}

function surrounded(text: string, around: Surroundings, draw: Draw, count: number): string {
  const isOne = !text.includes("\n") && !/;.|^(?:const|let|var|final|[A-Z]\w*(?:\.\w+)?) /.test(text);
  let body = text;
  switch (draw.number(9)) {
    case 1:
      body = `${draw.pick(around.comments)}\n${text}`;
      break;
    case 2:
      body = text + draw.pick(around.remarks);
      break;
    case 3:
      if (isOne && around.before.length > 0) return numbered(draw.pick(around.before), count) + text;
      break;
    case 5:
      if (isOne && around.above !== undefined) body = `${draw.pick(around.above)}\n  ${text}`;
      break;
    case 4:
      if (around.huge !== undefined) body = `${around.huge("x".repeat(3_000))} ${text}`;
      break;
  }
  for (let nests = draw.pick([0, 0, 0, 1, 1, 2]); nests > 0; nests -= 1)
    body = place(numbered(draw.pick(around.nests), count * 10 + nests), "§body§", body).trimEnd();
  return body;
}

/** The file in its own style: unit of indentation, quotes, all on one line. */
function laidOut(text: string, around: Surroundings, draw: Draw): string {
  const unit = draw.pick(["  ", "  ", "    ", "\t", "   "]);
  const indented = text.replace(/^(?: {2})+/gm, (blanks) => unit.repeat(blanks.length / 2));
  const quoted =
    around.singleQuotes && !/'|`|#\{|\\/.test(indented) && draw.number(1) === 0
      ? indented.replaceAll('"', "'")
      : indented;
  const joinable = around.oneLine && !/\/\/|^\s*[#@]|[^;{},(\s]\n\s*[^\s}).]/m.test(quoted);
  return joinable && draw.number(4) === 0 ? `${quoted.trimEnd().replace(/\n\s*/g, " ")}\n` : quoted;
}
