import type { Expression, Span } from "../../program.ts";
import { type Context, kidsOf, type Syntax, textOf } from "./context.ts";

const MAX_TYPE_LENGTH = 1_000;

const transparent = /^(?:[\w.]+\.)?(?:Optional|Annotated|ClassVar|Final|Required|NotRequired)\s*\[/;

/** A type without its arguments; `Optional[T]`, `T | None`, `Annotated[T, …]` and `"T"` are `T`. */
export function typeName(context: Context, node: Span): string {
  let name = textOf(context, { start: node.start, end: Math.min(node.end, node.start + MAX_TYPE_LENGTH) });
  for (;;) {
    const unquoted = name.trim().replace(/^["']+|["']+$/g, "");
    const present = splitOutside(unquoted, "|").filter((part) => part.trim() !== "None");
    const single = (present.length === 1 ? present[0] : undefined)?.trim() ?? unquoted;
    const prefix = transparent.exec(single);
    if (prefix === null) return present.length > 1 ? single : single.replace(/\s*\[.*$/s, "");
    name = splitOutside(single.slice(prefix[0].length).replace(/\]$/, ""), ",")[0] ?? "";
  }
}

/** Splits at a separator that stands outside of brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if ("[(".includes(character)) depth += 1;
    else if ("])".includes(character)) depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** What `Annotated[T, …]` says besides the type. */
export function metadataOf(context: Context, type: Syntax): readonly Expression[] {
  const [generic] = kidsOf(context, type);
  if (generic === undefined || !/^(?:[\w.]+\.)?Annotated\s*\[/.test(textOf(context, generic))) return [];
  const [, ...parameters] = kidsOf(context, generic);
  const [first] = parameters;
  const all = first?.type === "type_parameter" ? kidsOf(context, first) : parameters;
  return all.slice(1).map((kid) => context.expressionOf(kid));
}
