import type { Expression } from "../../program.ts";
import { opaque } from "../lowering.ts";
import { partsOf, textFrom } from "./literals.ts";
import { type Reading, textOf } from "./reading.ts";
import type { Syntax } from "./syntax.ts";

/** Columns that leading blanks take; a tab goes to the next multiple of eight. */
function indentWidth(line: string): number {
  let width = 0;
  for (const blank of line) {
    if (blank === " ") width += 1;
    else if (blank === "\t") width += 8 - (width % 8);
    else break;
  }
  return width;
}

function stripIndent(line: string, columns: number): string {
  let at = 0;
  for (let width = 0; at < line.length && width < columns; at += 1) {
    const blank = line[at];
    if (blank !== " " && blank !== "\t") break;
    width += blank === " " ? 1 : 8 - (width % 8);
    if (width > columns) break;
  }
  return line.slice(at);
}

function startsLine(segment: number, line: number): boolean {
  return segment === 0 || line > 0;
}

/** Removes the least indentation from every line, as `<<~` does; `undefined` stands for what is not constant. */
function dedent(texts: readonly (string | undefined)[]): (string | undefined)[] {
  const lines = texts.map((text) => text?.split("\n"));
  let least = Number.POSITIVE_INFINITY;
  for (const [segment, own] of lines.entries()) {
    for (const [at, line] of own?.entries() ?? []) {
      const goesOn = at === (own?.length ?? 0) - 1 && segment < lines.length - 1;
      if (startsLine(segment, at) && (goesOn || line.trim() !== "")) least = Math.min(least, indentWidth(line));
    }
  }
  return lines.map((own, segment) =>
    own?.map((line, at) => (startsLine(segment, at) ? stripIndent(line, least) : line)).join("\n"),
  );
}

export function heredoc(node: Syntax, reading: Reading): Expression {
  const content = reading.heredocs.get(node.start);
  if (content === undefined) return opaque(node, "the here-document has no body");
  const opening = textOf(node, reading);
  const segments = content.children.filter((part) => part.type !== "heredoc_end");
  const written = segments.map((part) => (part.type === "heredoc_content" ? textOf(part, reading) : undefined));
  const last = written.at(-1);
  // The body's first line break ends the line of `<<~NAME`; the blanks after its last one indent `NAME`.
  if (last !== undefined) written[written.length - 1] = last.slice(0, last.lastIndexOf("\n") + 1);
  written[0] = written[0]?.replace(/^\r?\n/, "");
  const texts = opening.startsWith("<<~") ? dedent(written) : written;
  const parts = partsOf({ ...content, children: segments }, undefined, reading).map((part, at) => texts[at] ?? part);
  if (opening.includes("`")) {
    return opaque(
      node,
      "the output of a command",
      parts.filter((part) => typeof part !== "string"),
    );
  }
  return textFrom(node, parts);
}
