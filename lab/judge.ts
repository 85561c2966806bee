import type { ExpectedCookie } from "../test/support/page.ts";
import { canBeSet } from "./case.ts";
import type { Told } from "./protocol.ts";
import { errorOf, type Kind, kindOf, type Sighting, shown, sightings } from "./sighting.ts";

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
    const deletes = new Set(rows.map(({ secure }) => secure === "deletion"));
    // The lab's visit sets what the case only deletes; and a deletion says nothing of a row that is none.
    const tells = (each: Sighting) =>
      deletes.size > 1 || (deletes.has(true) ? !isVisit(each) : !each.origin.endsWith(" after a visit"));
    const matches = (each: Sighting) => (name === "—" ? unnamed(each) : each.name === name) && tells(each);
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

/** What the runner itself asked for, so that something comes. */
function isVisit({ origin }: Sighting): boolean {
  return /\blab\b/.test(origin);
}

const until = /Secure only when (?<name>[\w-]+) is (?<older>older than )?(?<major>\d+)\.(?<minor>\d+)/;
const since = /`Always` since (?<name>[\w. ]+) (?<major>\d+), is/;

/** Where only the framework's version is the condition, the version that runs settles it. */
function decided(row: ExpectedCookie, versions: Readonly<Record<string, string>>): ExpectedCookie {
  const { name = "", older, major, minor = "0" } = (until.exec(row.because) ?? since.exec(row.because))?.groups ?? {};
  const version = versions[name.toLowerCase()]?.split(".").map(Number);
  if (version === undefined || row.secure !== "conditional") return row;
  const [ownMajor = 0, ownMinor = 0] = version;
  const isNewer = ownMajor > Number(major) || (ownMajor === Number(major) && ownMinor >= Number(minor));
  return { ...row, secure: isNewer === (older === undefined) ? "yes" : "no" };
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
