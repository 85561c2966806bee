import type { Location, ReportCookie, ReportEvidence, WireSource, WireSourcePlace } from "./report.ts";
import { matches } from "./suppression.ts";
import { infrastructureOf } from "./wire/infrastructure.ts";
import { originOf } from "./wire/jar.ts";
import type { Sighting } from "./wire-report.ts";

/** A place of the source that may have set a cookie of the wire, and how it was found. */
interface Candidate {
  readonly cookie: ReportCookie & { readonly sink: Location };
  readonly by: WireSourcePlace["by"];
}

interface Joined {
  readonly sighting: Sighting;
  readonly candidates: readonly Candidate[];
  readonly relation: WireSource["relation"];
}

/**
 * Joins each cookie of the wire with the places of the source that can have set it, and says how the two compare.
 * Deletions that do what they are there for are left alone.
 * @param source the cookies that a scan found, with places as the report of the wire shall name them
 */
export function correlate(sightings: readonly Sighting[], source: readonly ReportCookie[]): Sighting[] {
  const index = indexOf(source);
  const joined = sightings.map((sighting) => join(sighting, index));
  const tally = tallyOf(joined.filter((each) => each !== undefined));
  return sightings.map((sighting, at) => {
    const each = joined[at];
    if (each === undefined) return sighting;
    const neighbours = tally(sighting);
    const { candidates, relation } = each;
    const docs = candidates.length === 0 ? infrastructureOf(sighting.judgement.name)?.docs : undefined;
    const told: WireSource = {
      relation,
      says: says(each, neighbours, index),
      places: candidates.map(placeOf),
      ...(docs === undefined ? {} : { docs }),
    };
    const [only, ...others] = candidates;
    const fix = relation === "insecure in both" && others.length === 0 ? only?.cookie.fix : undefined;
    return { ...sighting, source: told, ...(fix == null ? {} : { fixes: [fix] }) };
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/** How many cookies of other names, from the same host, are so. */
type Neighbours = (relation: WireSource["relation"]) => number;

function tallyOf(joined: readonly Joined[]): (sighting: Sighting) => Neighbours {
  const counts = new Map<string, number>();
  const keyOf = (...parts: readonly string[]) => JSON.stringify(parts);
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { sighting, relation } of joined) {
    if (!sighting.judgement.stored) continue;
    add(keyOf(siteOf(sighting), relation));
    add(keyOf(siteOf(sighting), relation, sighting.judgement.name));
  }
  return (sighting) => (relation) => {
    const all = counts.get(keyOf(siteOf(sighting), relation)) ?? 0;
    return all - (counts.get(keyOf(siteOf(sighting), relation, sighting.judgement.name)) ?? 0);
  };
}

function siteOf({ judgement }: Sighting): string {
  return originOf(judgement.url)?.host ?? "";
}

type Placed = Candidate["cookie"];

/** A name that a cookie may have; the code may choose between some, which the scan writes with `|`. */
interface Named {
  readonly name: string;
  readonly cookie: Placed;
}

interface Index {
  readonly byName: ReadonlyMap<string, readonly Named[]>;
  /** Names with holes. */
  readonly patterns: readonly Named[];
  /** Cookies whose name is computed, or has too little that is not. */
  readonly computed: readonly Placed[];
  readonly all: readonly Placed[];
}

/** Letters that a name with holes must have besides, so that it says anything. */
const fewestLetters = 3;

const lettersOf = (name: string) => name.replaceAll("*", "").length;

function indexOf(source: readonly ReportCookie[]): Index {
  const all = source.filter((cookie) => cookie.sink !== null) as Placed[];
  const named = all.flatMap((cookie) => (cookie.name ?? "*").split("|").map((name) => ({ name, cookie })));
  const says = ({ name }: Named) => !name.includes("*") || lettersOf(name) >= fewestLetters;
  const computed = named.filter((each) => !says(each)).map(({ cookie }) => cookie);
  return {
    byName: grouped(
      named.filter(({ name }) => !name.includes("*")),
      ({ name }) => name,
    ),
    patterns: named.filter((each) => each.name.includes("*") && says(each)),
    computed: computed.filter(({ deletion, notDeployed }) => !deletion && notDeployed === null),
    all,
  };
}

/** undefined for what the source need not be asked about. */
function join(sighting: Sighting, index: Index): Joined | undefined {
  const { deletion, dropped, secure } = sighting.judgement;
  if (deletion && dropped?.lacksSecure !== true) return undefined;
  const candidates = candidatesOf(sighting, index);
  return { sighting, candidates, relation: relationOf(secure, candidates) };
}

/** The ways to find a place, the surest first; the first that finds any decides. */
const ways: readonly {
  readonly by: Candidate["by"];
  readonly find: (sighting: Sighting, index: Index) => readonly Placed[];
}[] = [
  {
    by: "agent",
    find: ({ evidence = [] }, { all }) => {
      const lines = evidence.filter(isInFile);
      return all.filter((cookie) => lines.some((line) => coversLine(cookie, line)));
    },
  },
  { by: "name", find: ({ judgement }, { byName }) => cookiesOf(byName.get(judgement.name)) },
  {
    by: "pattern",
    find: ({ judgement }, { patterns }) => {
      const found = patterns.filter(({ name }) => matches(name, judgement.name));
      const most = found.reduce((letters, { name }) => Math.max(letters, lettersOf(name)), 0);
      return cookiesOf(found.filter(({ name }) => lettersOf(name) === most));
    },
  },
  {
    by: "related name",
    find: ({ judgement }, { byName }) => relatedNames(judgement.name).flatMap((name) => cookiesOf(byName.get(name))),
  },
];

const cookiesOf = (named: readonly Named[] = []) => [...new Set(named.map(({ cookie }) => cookie))];

/** The cookie that a name with a prefix, a signature or a piece of a large cookie goes with. */
function relatedNames(name: string): string[] {
  const shorter = [
    name.replace(/\.sig$/, ""),
    name.replace(/^__(?:Host-Http|Host|Http|Secure)-/i, ""),
    name.replace(/(?:\.\d+|C\d+)$/, ""),
  ];
  return [...new Set(shorter)].filter((other) => other !== name && other !== "");
}

function candidatesOf(sighting: Sighting, index: Index): readonly Candidate[] {
  const { deletion } = sighting.judgement;
  for (const { by, find } of ways) {
    const found = find(sighting, index).filter((cookie) => cookie.deletion === deletion);
    if (found.length === 0) continue;
    const deployed = preferred(found, ({ notDeployed }) => notDeployed === null);
    const fitting = preferred(deployed, (cookie) => differences(cookie, sighting).length === 0);
    return [...fitting].sort((a, b) => worstFirst(a) - worstFirst(b)).map((cookie) => ({ cookie, by }));
  }
  return [];
}

/** Those that are so, unless none is. */
function preferred<T>(all: readonly T[], is: (one: T) => boolean): readonly T[] {
  const some = all.filter(is);
  return some.length === 0 ? all : some;
}

const order = ["insecure", "conditional", "unknown", "secure"] as const;
const worstFirst = ({ verdict }: ReportCookie) => order.indexOf(verdict);

/** Attributes other than Secure that the source knows and the wire contradicts. */
function differences({ attributes }: ReportCookie, { judgement }: Sighting): string[] {
  const { httpOnly, sameSite, path, domain, hostOnly } = judgement.attributes;
  const given = (name: string) => Object.entries(attributes).find(([key]) => key.toLowerCase() === name)?.[1];
  const text = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : undefined);
  const [sourcePath, sourceSite, sourceDomain, sourceHttpOnly] = [
    given("path"),
    text(given("samesite")),
    text(given("domain")),
    given("httponly"),
  ];
  const differs: readonly [string, boolean][] = [
    ["HttpOnly", typeof sourceHttpOnly === "boolean" && sourceHttpOnly !== httpOnly],
    ["SameSite", sourceSite !== undefined && sourceSite !== sameSite.toLowerCase()],
    ["Path", typeof sourcePath === "string" && path !== undefined && sourcePath !== path],
    ["Domain", sourceDomain !== undefined && (hostOnly === true || sourceDomain.replace(/^\./, "") !== domain)],
  ];
  return differs.flatMap(([name, is]) => (is ? [name] : []));
}

function relationOf(secure: boolean, candidates: readonly Candidate[]): WireSource["relation"] {
  const verdicts = new Set(candidates.map(({ cookie }) => cookie.verdict));
  const [only] = verdicts.size === 1 ? verdicts : [];
  if (verdicts.size === 0) return "not in the source";
  if (verdicts.has("insecure") && !secure) return "insecure in both";
  if (verdicts.has("secure") && secure) return "secure in both";
  if (only === "secure") return "secure only in the source";
  if (only === "insecure") return "secure only on the wire";
  return "open in the source";
}

function isInFile(evidence: ReportEvidence): evidence is Extract<ReportEvidence, Location> {
  return "file" in evidence;
}

/** Does a line that was seen in a running application belong to the place, or to what decides there? */
function coversLine({ sink, decidedBy }: Placed, seen: Location): boolean {
  const places = [sink, ...("file" in decidedBy ? [decidedBy] : [])];
  return places.some(
    ({ file, line, endLine }) => sameFile(file, seen.file) && line <= seen.line && seen.line <= endLine,
  );
}

/** An agent may know the file by a longer path. */
function sameFile(a: string, b: string): boolean {
  return a === b || a.endsWith(`/${b}`) || b.endsWith(`/${a}`);
}

function placeOf({ cookie, by }: Candidate): WireSourcePlace {
  const { sink, framework, verdict, because } = cookie;
  return { ...sink, by, framework, verdict, because };
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;

function says(joined: Joined, neighbours: Neighbours, index: Index): string {
  const { sighting, candidates, relation } = joined;
  const [first] = candidates;
  if (first === undefined) return notInSource(sighting, index);
  const { cookie } = first;
  const place = `${cookie.sink.file}:${cookie.sink.line}`;
  const others = candidates.length > 1 ? `, the first of ${candidates.length} places that can have set it` : "";
  const goesWith = first.by === "related name" ? `, of the cookie "${cookie.name}", which it goes with` : "";
  const where = `${place} (${cookie.framework})${goesWith}${others}`;
  switch (relation) {
    case "secure in both":
      return `The source says so too, in ${where}.`;
    case "insecure in both": {
      const done = sighting.judgement.deletion ? "The line that is to delete it" : "The source says so too";
      return `${done}: in ${where}, ${cookie.because}.`;
    }
    case "secure only on the wire":
      return `The source leaves Secure off, in ${where}: ${cookie.because}. ${whoAdds(neighbours)}`;
    case "secure only in the source":
      return `The source makes it Secure, in ${where}: ${cookie.because}. ${whoTakes(joined, neighbours)}`;
    default:
      return openSays(sighting, cookie, where);
  }
}

function notInSource({ judgement, evidence = [] }: Sighting, { computed }: Index): string {
  const infrastructure = infrastructureOf(judgement.name);
  if (infrastructure !== undefined) {
    return `The source does not set it: ${infrastructure.title} sets cookies of this name, in front of the application. Its own settings decide.`;
  }
  const seen = evidence.find(isInFile);
  if (seen !== undefined) {
    return `It was seen to be set in ${seen.file}:${seen.line}, where setsecure knows no cookie.`;
  }
  const [first] = computed;
  const open =
    first === undefined
      ? ""
      : ` It may be one of ${count(computed.length, "cookie")} whose name is computed, as in ${first.sink.file}:${first.sink.line}.`;
  return `No place in the source sets a cookie of this name.${open} Else a proxy, a CDN or another application behind this host sets it.`;
}

function whoAdds(neighbours: Neighbours): string {
  const same = neighbours("secure only on the wire");
  if (same > 0) {
    return `Likely a proxy in front adds it, as it does for ${count(same, "other cookie")}: only what passes there is safe.`;
  }
  return "Either a proxy in front adds it, or what is deployed is newer than this source.";
}

/** Who is likely to have taken Secure off, by what else is known. */
function whoTakes({ sighting, candidates }: Joined, neighbours: Neighbours): string {
  const [first] = candidates;
  const { judgement } = sighting;
  const condition = first?.cookie.condition;
  if (condition != null) {
    const server = judgement.loopback ? "this is a development server" : "this server runs with other settings";
    return `Likely ${server}, where that is not so.`;
  }
  const differing = first === undefined ? [] : differences(first.cookie, sighting);
  if (differing.length > 0) {
    return `Likely other code or an older deployment set it: ${differing.join(" and ")} ${differing.length === 1 ? "is" : "are"} not as in the source either.`;
  }
  const lost = neighbours("secure only in the source");
  const kept = neighbours("secure in both");
  if (kept > 0) {
    return `Likely an older deployment or other code set it: ${count(kept, "other cookie")} that the source makes Secure came with it, so nothing takes it off on the way.`;
  }
  if (lost > 0) {
    return `Likely a proxy in front takes it off, or all that is deployed is older: ${count(lost, "other cookie")} that the source makes Secure came without it too.`;
  }
  return "Either what is deployed is older than this source, or a proxy in front takes Secure off. Ask the application itself, past the proxy, to know which.";
}

function openSays({ judgement }: Sighting, { condition, because }: ReportCookie, where: string): string {
  const came = judgement.secure ? "came with" : "came without";
  if (condition === null) return `The source leaves it open, in ${where}: ${because}. On the wire it ${came} Secure.`;
  const depends = `By the source it depends, in ${where}: Secure only if ${condition.says}.`;
  if (condition.on !== "request-scheme" || judgement.secure) return `${depends} On the wire it ${came} Secure.`;
  if (!judgement.url.startsWith("https:")) return `${depends} It came over plain http, where the source leaves it off.`;
  return `${depends} It came over https without Secure, so likely the application does not see that the request is https: the proxy must send X-Forwarded-Proto, and the application must trust it.`;
}
