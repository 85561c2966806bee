import { hasSecureAttribute, isDeletion, parseSetCookie } from "../src/wire/set-cookie.ts";
import type { ExpectedCookie } from "../test/support/page.ts";
import { canBeSet } from "./case.ts";
import { type Told, type Way, ways } from "./protocol.ts";

/** What a cookie was on one way: with Secure, without it, deleted, or not there. */
export type State = "secure" | "open" | "deleted" | "none";

/** One cookie of one answer, on all ways. */
export interface Sighting {
  readonly origin: string;
  readonly name: string;
  readonly states: Readonly<Record<Way, State>>;
}

type Kind = "yes" | "no" | "conditional" | "deletion";

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

function kindOf({ states }: Sighting): Kind {
  const seen = ways.map((way) => states[way]).filter((state) => state !== "none");
  if (seen.every((state) => state === "deleted")) return "deletion";
  const live = new Set(seen.filter((state) => state !== "deleted"));
  return live.size > 1 ? "conditional" : live.has("secure") ? "yes" : "no";
}

export interface Judged {
  readonly agreed: readonly string[];
  readonly disagreed: readonly string[];
  /** Rows that no answer said anything about, and why. */
  readonly notAsked: readonly string[];
}

/**
 * Compares the table with what came: `base` is production, `others` are the same case under other settings of the
 * variables that the table names.
 */
export function judgeTable(
  expected: readonly ExpectedCookie[],
  base: Told,
  others: readonly Told[],
  versions: Readonly<Record<string, string>>,
  ownCookies: readonly string[],
): Judged {
  const result = { agreed: [] as string[], disagreed: [] as string[], notAsked: [] as string[] };
  const seen = sightings(base);
  const elsewhere = others.flatMap((told) => sightings(told));
  const names = new Set(expected.map(({ name }) => name));
  const unnamed = (each: Sighting) => !names.has(each.name);
  for (const name of names) {
    const rows = expected.filter((row) => row.name === name).map((row) => decided(row, versions));
    const matches = (each: Sighting) => (name === "—" ? unnamed(each) : each.name === name);
    judgeRows(name, rows, seen.filter(matches), elsewhere.filter(matches), base, result);
  }
  const isOwn = ({ name, origin }: Sighting) =>
    (base.own === undefined ? ownCookies.includes(name) || origin.includes("lab") : base.own.includes(name)) ||
    names.has(name.replace(/\.sig$/, ""));
  if (!names.has("—"))
    for (const each of seen.filter((one) => unnamed(one) && !isOwn(one)))
      result.disagreed.push(`\`${each.name}\` came (${shown(each)}) and is not in the table`);
  return result;
}

/** Where only the framework's version is the condition, the version that runs settles it. */
function decided(row: ExpectedCookie, versions: Readonly<Record<string, string>>): ExpectedCookie {
  const [, name = "", major, minor] = /Secure only when ([\w-]+) is (\d+)\.(\d+) or newer/.exec(row.because) ?? [];
  const version = versions[name.toLowerCase()]?.split(".").map(Number);
  if (version === undefined || row.secure !== "conditional") return row;
  const [ownMajor = 0, ownMinor = 0] = version;
  const isNewer = ownMajor > Number(major) || (ownMajor === Number(major) && ownMinor >= Number(minor));
  return { ...row, secure: isNewer ? "yes" : "no" };
}

function judgeRows(
  name: string,
  rows: readonly ExpectedCookie[],
  seen: readonly Sighting[],
  elsewhere: readonly Sighting[],
  base: Told,
  result: { agreed: string[]; disagreed: string[]; notAsked: string[] },
): void {
  const [first] = rows;
  const verdicts = new Set(rows.map(({ secure }) => secure));
  const kinds = seen.map(kindOf);
  const differ = new Set([...kinds, ...elsewhere.map(kindOf)]);
  const told = seen.map(shown).join("; ");
  const known = rows.filter(({ secure }) => secure !== "unknown");
  const conclude = (good: boolean) => {
    if (good) result.agreed.push(...rows.map((row) => `\`${name}\` ${row.secure}`));
    else result.disagreed.push(`\`${name}\` is ${[...verdicts].join(", ")} in the table, and came as ${told}`);
  };
  if (known.length === 0) return conclude(true);
  const isConditional = verdicts.size === 1 && verdicts.has("conditional");
  if (seen.length === 0 && !(isConditional && elsewhere.length > 0))
    return void result.notAsked.push(...known.map(() => `\`${name}\` never came${errorOf(base)}`));
  if (known.length < rows.length) return conclude(known.every(({ secure }) => kinds.includes(secure as Kind)));
  if (isConditional) {
    if (rows.some(({ because }) => isRefuted(because, seen))) return conclude(false);
    if (differ.has("conditional") || (differ.has("yes") && differ.has("no"))) return conclude(true);
    if (rows.some(({ because }) => !canBeSet(because)))
      return void result.notAsked.push(
        `\`${name}\`: the lab cannot set what it depends on (${first?.because}); came as ${told}`,
      );
    return conclude(false);
  }
  if (verdicts.size === 1) return conclude(kinds.every((kind) => verdicts.has(kind)));
  if (rows.length === kinds.length) {
    const inOrder = rows.every(({ secure }, index) => secure === kinds[index]);
    return conclude(
      inOrder ||
        [...kinds].sort().join() ===
          rows
            .map(({ secure }) => secure)
            .sort()
            .join(),
    );
  }
  conclude(kinds.every((kind) => verdicts.has(kind)) && verdicts.size === new Set(kinds).size);
}

/** What production is said to come to, and the scheme that is said to bring Secure, must be what came. */
function isRefuted(because: string, seen: readonly Sighting[]): boolean {
  const said = /which is (not )?so in this deployment/.exec(because);
  const kind = said?.[1] === undefined ? "yes" : "no";
  if (said !== null && seen.some((each) => kindOf(each) !== kind)) return true;
  return /request arrives as https/.test(because) && seen.some(({ states }) => states.tls === "open");
}

/** The first exception, as the reason that nothing came. */
function errorOf({ answers }: Told): string {
  const error = answers.find((answer) => answer.error !== undefined)?.error;
  return error === undefined ? "" : ` (${error})`;
}

/** `GET /: http open, proxy open, tls secure`. */
export function shown({ origin, states }: Sighting): string {
  return `${origin}: ${ways.map((way) => `${way} ${states[way]}`).join(", ")}`;
}

/**
 * Compares what came before and after the fix: whatever changed must be Secure on both https ways and still be set,
 * nothing may be worse, and at least one cookie must be better.
 */
export function judgeFix(expected: readonly ExpectedCookie[], before: Told, after: Told): Judged {
  const result = { agreed: [] as string[], disagreed: [] as string[], notAsked: [] as string[] };
  const promised = expected.filter(({ secure }) => secure !== "unknown");
  const names = new Set(expected.map(({ name }) => name));
  const takesAny = promised.some(({ name }) => name === "—");
  const matters = ({ name }: Sighting) =>
    promised.some((row) => row.name === name) || (takesAny && !names.has(name) && !name.endsWith(".sig"));
  const old = sightings(before).filter(matters);
  const fresh = sightings(after).filter(matters);
  const left = [...fresh];
  for (const each of old) {
    const index = left.findIndex((one) => one.origin === each.origin && one.name === each.name);
    const now = index === -1 ? undefined : left.splice(index, 1)[0];
    const same = now !== undefined && ways.every((way) => now.states[way] === each.states[way]);
    if (same || (now !== undefined && kindOf(each) === "deletion")) continue;
    if (now !== undefined && isSecure(now))
      result.agreed.push(`\`${each.name}\` is Secure after the fix: ${shown(now)}`);
    else
      result.disagreed.push(
        now === undefined
          ? `\`${each.name}\` is no longer set after the fix${errorOf(after)}`
          : `\`${each.name}\` is not Secure after the fix: ${shown(now)}`,
      );
  }
  for (const each of left.filter(isSecure))
    result.agreed.push(`\`${each.name}\` is Secure after the fix: ${shown(each)}`);
  if (result.agreed.length + result.disagreed.length > 0) return result;
  if (!old.some(isFixable)) result.notAsked.push(`after the fix: what it changes never came${errorOf(after)}`);
  else result.disagreed.push("the fix changes nothing on the wire");
  return result;
}

function isFixable(each: Sighting): boolean {
  const kind = kindOf(each);
  return kind === "no" || kind === "conditional";
}

function isSecure({ states }: Sighting): boolean {
  return states.proxy === "secure" && states.tls === "secure";
}
