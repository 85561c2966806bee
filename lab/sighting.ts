import { hasSecureAttribute, isDeletion, parseSetCookie } from "../src/wire/set-cookie.ts";
import { type Told, type Way, ways } from "./protocol.ts";

/** What a cookie was on one way: with Secure, without it, deleted, or not there. */
export type State = "secure" | "open" | "deleted" | "none";

/** One cookie of one answer, on all ways. */
export interface Sighting {
  readonly origin: string;
  readonly name: string;
  readonly states: Readonly<Record<Way, State>>;
}

export type Kind = "yes" | "no" | "conditional" | "deletion";

/** The same lines, each name that ends as the framework likes under the table's: `.AspNetCore.Antiforgery.*`. */
export function underPatterns(told: Told, names: readonly string[]): Told {
  const starts = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  const renamed = (line: string): string => {
    const start = starts.find((each) => line.startsWith(each));
    return start === undefined ? line : line.replace(/^[^=;]*/, () => `${start}*`);
  };
  return { ...told, answers: told.answers.map((answer) => ({ ...answer, lines: answer.lines.map(renamed) })) };
}

/** The sightings of all answers, in the order in which they were asked. */
export function sightings({ answers, at: now = Date.now() }: Told): readonly Sighting[] {
  const found = new Map<string, { origin: string; name: string; states: Record<Way, State> }>();
  for (const { origin, way, lines } of answers) {
    const count = new Map<string, number>();
    for (const line of lines) {
      const parsed = parseSetCookie(line);
      const name = "name" in parsed ? String(parsed.name) : "";
      const nth = count.get(name) ?? 0;
      count.set(name, nth + 1);
      const key = JSON.stringify([origin, name, nth]);
      const sighting = found.get(key) ?? { origin, name, states: { http: "none", proxy: "none", tls: "none" } };
      sighting.states[way] = isDeletion(parsed, now) ? "deleted" : hasSecureAttribute(line) ? "secure" : "open";
      found.set(key, sighting);
    }
  }
  return [...found.values()];
}

/** What a table would say of it. */
export function kindOf({ states }: Sighting): Kind {
  const seen = ways.map((way) => states[way]).filter((state) => state !== "none");
  if (seen.every((state) => state === "deleted")) return "deletion";
  const live = new Set(seen.filter((state) => state !== "deleted"));
  return live.size > 1 ? "conditional" : live.has("secure") ? "yes" : "no";
}

/** `GET /: http open, proxy open, tls secure`. */
export function shown({ origin, states }: Sighting): string {
  return `${origin}: ${ways.map((way) => `${way} ${states[way]}`).join(", ")}`;
}

/** The first exception, in brackets, as the reason that nothing came. */
export function errorOf({ answers }: Told): string {
  const error = answers.find((answer) => answer.error !== undefined)?.error;
  return error === undefined ? "" : ` (${error})`;
}
