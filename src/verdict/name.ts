import type { Context, Source } from "../framework.ts";
import { type Fact, give } from "./give.ts";

/** The text of a name; holes are `*`. Several names the code may give are joined by `|`. */
export function readName(sources: readonly Source[], fact: Fact, context: Context): string | undefined {
  const names = new Set<string>();
  for (const source of sources) {
    const given = give(source, fact, context);
    if (given === undefined) continue;
    let fell = false;
    for (const { data } of given.seen) {
      if (data.kind === "literal" && (data.value === undefined || data.value === null)) fell = true;
      else if (data.kind === "literal") names.add(String(data.value));
      else if (data.kind === "text") names.add(data.parts.map((part) => part ?? "*").join(""));
      else return names.size > 0 ? [...names].join("|") : undefined;
    }
    if (!fell) break;
  }
  return names.size === 0 ? undefined : [...names].slice(0, 4).join("|");
}

/** Plainly not sensitive: languages, themes, consent to cookies. */
export function isSensitiveName(name: string | undefined): boolean {
  if (name === undefined) return true;
  return !/(^|[._-])(lang|language|locale|i18n|theme|dark_?mode|colou?r_?scheme|timezone|tz|cookie_?consent|consent)($|[._-])/i.test(
    name,
  );
}
