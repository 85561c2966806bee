import type { ExpectedCookie, Loss } from "../test/support/page.ts";
import type { Judged } from "./judge.ts";
import { type Told, type Way, ways } from "./protocol.ts";
import { errorOf, kindOf, type Sighting, shown, sightings } from "./sighting.ts";

/** What a page promises of its diff. */
export interface Promised {
  readonly expected: readonly ExpectedCookie[];
  /** Its lines "After the fix, …". */
  readonly afterFix: ReadonlyMap<string, Loss>;
  /** The cookies of which every fix is called safe. */
  readonly safe: ReadonlySet<string>;
}

/** The same case before and after its diff. */
export interface Pair {
  readonly before: Told;
  readonly after: Told;
}

/** A cookie, before and after; `now` is undefined where it did not come again. */
interface Change {
  readonly name: string;
  readonly was: Sighting;
  readonly now: Sighting | undefined;
}

/**
 * Compares what came before and after the fix. Whatever changed must be Secure on both https ways and still be set,
 * nothing may be worse, and at least one cookie must be better. What no longer comes over plain http must be said on
 * the page, and a safe fix may not take it away from a developer (`developed`).
 */
export function judgeFix(page: Promised, { before, after }: Pair, developed: Pair | undefined): Judged {
  const result = { agreed: [] as string[], disagreed: [] as string[], notAsked: [] as string[] };
  const { changes, added } = compare(page, { before, after });
  for (const { was, now } of changes) {
    if (now === undefined) result.disagreed.push(`\`${was.name}\` is no longer set after the fix${errorOf(after)}`);
    else if (sameStates(was, now) || kindOf(was) === "deletion") continue;
    else if (isSecure(now, was)) result.agreed.push(`\`${was.name}\` is Secure after the fix: ${shown(now)}`);
    else result.disagreed.push(`\`${was.name}\` is not Secure after the fix: ${shown(now)}`);
  }
  for (const each of added.filter((one) => isSecure(one)))
    result.agreed.push(`\`${each.name}\` is Secure after the fix: ${shown(each)}`);
  judgeLosses(page, changes, after, result.disagreed);
  if (developed !== undefined) judgeSafety(page, developed, result);
  if (result.agreed.length + result.disagreed.length > 0) return result;
  if (!changes.some(({ was }) => isFixable(was)))
    result.notAsked.push(`after the fix: what it changes never came${errorOf(after)}`);
  else result.disagreed.push("the fix changes nothing on the wire");
  return result;
}

/** The cookies whose safe fix takes them away over plain http: a developer is to be asked. */
export function toAskAgain(page: Promised, pair: Pair): readonly string[] {
  return compare(page, pair)
    .changes.filter((each) => page.safe.has(each.name) && isLost(each))
    .map(({ name }) => name);
}

function compare(
  { expected }: Promised,
  { before, after }: Pair,
): { readonly changes: readonly Change[]; readonly added: readonly Sighting[] } {
  const came = new Set(sightings(before).map(({ name }) => name));
  // Of an application that did not start nothing came, and its fix is judged by what comes after it.
  const isPromised = ({ name, secure }: ExpectedCookie) => secure !== "unknown" || (name !== "—" && !came.has(name));
  const promised = new Set(expected.filter(isPromised).map(({ name }) => name));
  const names = new Set(expected.map(({ name }) => name));
  // A row without a name stands for every cookie that no other row names.
  const rowOf = ({ name }: Sighting) => (names.has(name) || name.endsWith(".sig") ? name : "—");
  const matters = (each: Sighting) => promised.has(rowOf(each));
  const left = sightings(after).filter(matters);
  const changes = sightings(before)
    .filter(matters)
    .map((was) => {
      const index = left.findIndex(({ origin, name }) => origin === was.origin && name === was.name);
      return { name: rowOf(was), was, now: index === -1 ? undefined : left.splice(index, 1)[0] };
    });
  return { changes, added: left };
}

function judgeLosses({ afterFix }: Promised, changes: readonly Change[], after: Told, disagreed: string[]): void {
  for (const name of new Set([...changes.map((each) => each.name), ...afterFix.keys()])) {
    const of = changes.filter((each) => each.name === name && each.now !== undefined);
    const seen = new Set(of.filter(isLost).map(({ was }) => lossOf(was, after)));
    const said = afterFix.get(name);
    const wrong = [...seen].find((loss) => loss !== said);
    const ways = of.map(({ was, now = was }) => `before ${shown(was)}; after ${shown(now)}`).join("; ");
    if (wrong !== undefined)
      disagreed.push(`the page does not say "After the fix, ${sentence(name, wrong)}", and it came so: ${ways}`);
    else if (said !== undefined && seen.size === 0)
      disagreed.push(`the page says "After the fix, ${sentence(name, said)}", and it came as ${ways || "nothing"}`);
  }
}

function sentence(name: string, loss: Loss): string {
  if (name === "—") return "no cookie is sent over plain http.";
  return loss === "withheld"
    ? `\`${name}\` is not sent over plain http.`
    : `setting \`${name}\` over plain http throws.`;
}

function judgeSafety(page: Promised, developed: Pair, result: { agreed: string[]; disagreed: string[] }): void {
  const { changes } = compare(page, developed);
  for (const each of changes.filter(({ name }) => page.safe.has(name))) {
    const { name, now } = each;
    const told = `to a developer after a fix that is called safe${now === undefined ? "" : `: ${shown(now)}`}`;
    if (isLost(each) || now === undefined) result.disagreed.push(`\`${name}\` is no longer sent ${told}`);
    else if (now.states.http !== "none") result.agreed.push(`\`${name}\` is still sent ${told}`);
  }
}

/** It came over plain http, and does so no longer. */
function isLost({ was, now }: Change): boolean {
  const came = was.states.http === "open" || was.states.http === "secure";
  return came && now !== undefined && now.states.http === "none";
}

function lossOf({ origin }: Sighting, { answers }: Told): Loss {
  const answer = answers.find((each) => each.origin === origin && each.way === "http");
  return answer?.error === undefined ? "withheld" : "throws";
}

function sameStates(one: Sighting, other: Sighting): boolean {
  return ways.every((way) => one.states[way] === other.states[way]);
}

function isFixable(each: Sighting): boolean {
  const kind = kindOf(each);
  return kind === "no" || kind === "conditional";
}

/** Secure on both https ways; on one on which it did not come before, it may stay away. */
function isSecure({ states }: Sighting, was?: Sighting): boolean {
  const isGood = (way: Way) =>
    states[way] === "secure" || (states[way] === "none" && was !== undefined && was.states[way] === "none");
  return isGood("proxy") && isGood("tls") && (states.proxy === "secure" || states.tls === "secure");
}
