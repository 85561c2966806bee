import { setTimeout as sleep } from "node:timers/promises";
import { createHsts, type HstsStore, mitigationOf } from "./hsts.ts";
import type { Answer, Client } from "./http.ts";
import { createJar, type Jar } from "./jar.ts";
import { type Judgement, judge } from "./judge.ts";
import { linksOf } from "./links.ts";
import type { ProfileName } from "./profile.ts";
import { createRobots, type Robots } from "./robots.ts";
import { type Attribute, expiryOf, parseSetCookie, type SetCookie } from "./set-cookie.ts";
import { type SignIn, seed } from "./sign-in.ts";
import { type Start, scopeOf, type Target, type Way } from "./target.ts";

export interface ProbeOptions {
  readonly client: Client;
  readonly signIn: SignIn;
  /** How many links away from a start; 0 asks no more than what was told and where that redirects. */
  readonly depth: number;
  /** Of each site, over all ways; a chain of redirects counts as one. */
  readonly maxPages: number;
  /** Requests a second to one site. */
  readonly rate: number;
  readonly obeyRobots: boolean;
  /** Further hosts where redirects and links may lead. */
  readonly also: readonly string[];
  readonly userAgent: string;
  readonly profile: ProfileName;
  readonly now: () => number;
}

/** One request and what came of it. */
export interface Visit {
  readonly way: Way;
  /** Without its query, which may hold secrets. */
  readonly url: string;
  /** False for the same address over the other scheme, where nothing need be. */
  readonly told: boolean;
  readonly outcome:
    | { readonly kind: "answer"; readonly status: number; readonly cookies: number }
    | { readonly kind: "none"; readonly because: string; readonly closed: boolean };
}

/** A cookie of a site, as one kind of request got it: lines that are judged alike are one cookie. */
export interface ProbedCookie {
  /** Of the line that came first. */
  readonly judgement: Judgement;
  readonly way: Way;
  /** How many answers set it so. */
  readonly times: number;
  /** What HSTS does for it, as one clause. */
  readonly mitigation: string | undefined;
}

export interface Probed {
  readonly host: string;
  readonly visits: readonly Visit[];
  readonly cookies: readonly ProbedCookie[];
  /** What was left out, each as one sentence. */
  readonly remarks: readonly string[];
  /** Public keys of the certificates that were valid. */
  readonly publicKeys: readonly string[];
  /** What HSTS, as this site asked for it, does for a cookie that was seen elsewhere. */
  readonly mitigate: (judgement: Judgement, attributes: readonly Attribute[]) => string | undefined;
}

/** As in Chromium. */
const maximumRedirects = 20;
/** Cookies of one site that differ; no browser keeps more than some hundreds. */
const maximumCookies = 2000;
const pageOctets = 1024 * 1024;

interface Site {
  readonly options: ProbeOptions;
  readonly isTold: (url: URL) => boolean;
  readonly mayAsk: (url: URL) => boolean;
  readonly robots: Robots;
  readonly pace: (perSecond: number) => Promise<void>;
  /** A jar for each way: what https set is never sent over plain http. */
  readonly jars: Readonly<Record<Way, Jar>>;
  readonly hsts: HstsStore;
  readonly asked: Set<string>;
  readonly visits: Visit[];
  readonly cookies: Map<
    string,
    { cookie: Omit<ProbedCookie, "times" | "mitigation">; attributes: readonly Attribute[]; times: number }
  >;
  readonly publicKeys: Set<string>;
  readonly remarks: Map<string, number>;
}

interface Step extends Start {
  readonly depth: number;
}

/** Asks one site every way it was told, follows its redirects and, within the limits, its links. Never rejects. */
export async function probeSite(target: Target, options: ProbeOptions): Promise<Probed> {
  const site = openSite(target, options);
  const queue: Step[] = target.starts.map((start) => ({ ...start, depth: 0 }));
  for (let pages = 0; queue.length > 0; pages++) {
    if (pages >= options.maxPages) {
      remark(site, "more pages were linked than --max-pages allows");
      break;
    }
    const step = queue.shift();
    if (step !== undefined) queue.push(...(await visit(step, site)));
  }
  return resultOf(target.host, site);
}

function openSite(target: Target, options: ProbeOptions): Site {
  const inScope = scopeOf(target, options.also);
  const origins = new Set(target.starts.filter(({ told }) => told).map(({ url }) => url.origin));
  const isTold = (url: URL) => origins.has(url.origin) || (url.protocol === "https:" && inScope(url));
  const jarOf = (signedIn: boolean): Jar => {
    const jar = createJar({ profile: options.profile, now: options.now });
    if (signedIn) seed(jar, options.signIn);
    return jar;
  };
  const toldHttp = target.starts.some(({ told, way }: Start) => told && way !== "https");
  return {
    options,
    isTold,
    mayAsk: inScope,
    robots: createRobots(options.client, options.userAgent, inScope),
    pace: createPace(),
    jars: { https: jarOf(true), http: jarOf(toldHttp), forwarded: jarOf(toldHttp) },
    hsts: createHsts(),
    asked: new Set(),
    visits: [],
    cookies: new Map(),
    publicKeys: new Set(),
    remarks: new Map(),
  };
}

function remark({ remarks }: Site, says: string): void {
  remarks.set(says, (remarks.get(says) ?? 0) + 1);
}

/** Follows one URL to where its redirects end, and returns where its links lead. */
async function visit(step: Step, site: Site): Promise<Step[]> {
  const { options } = site;
  let { url, way } = step;
  for (let hops = 0; hops <= maximumRedirects; hops++) {
    const key = `${way} ${url.href}`;
    if (site.asked.has(key)) return [];
    site.asked.add(key);
    if (step.depth > 0 && options.obeyRobots && !(await site.robots.allows(url))) {
      remark(site, "robots.txt keeps a page from being asked (--ignore-robots asks it)");
      return [];
    }
    await site.pace(step.depth > 0 && options.obeyRobots ? await site.robots.rate(url, options.rate) : options.rate);
    const answer = await options.client(url, {
      headers: headersFor(url, way, site),
      read: { octets: step.depth < options.depth ? pageOctets : 0, wants: isPage },
    });
    if (answer.kind === "none") {
      site.visits.push({ way, url: shown(url), told: step.told || hops > 0, outcome: answer });
      return [];
    }
    record(answer, url, way, site);
    const next = redirectOf(answer, url);
    if (next === undefined) return linksFrom(answer, url, way, step, site);
    if (!site.mayAsk(next)) {
      remark(site, `it redirects to ${next.host}, where it was not told to go (--also ${next.hostname})`);
      return [];
    }
    way = next.protocol === "https:" ? "https" : way === "https" ? "http" : way;
    url = next;
  }
  remark(site, `a chain of redirects was left after ${maximumRedirects}, as a browser leaves it`);
  return [];
}

const isPage = (status: number, contentType: string) =>
  (status < 300 || status >= 400) && /^\s*(?:text\/html|application\/xhtml\+xml)/i.test(contentType);

const harmlessHeader = /^(?:user-agent|accept(?:-.*)?)$/i;

/** What somebody is signed in with goes to the origins that were told and over https, and nowhere else. */
function headersFor(url: URL, way: Way, { options, isTold, jars }: Site): Record<string, string> {
  const given = Object.entries(options.signIn.headers).filter(([name]) => isTold(url) || harmlessHeader.test(name));
  const byName = new Map(given.map(([name, value]) => [name.toLowerCase(), value]));
  const scheme = way === "http" ? "http" : "https";
  const jar = jars[way].header({ scheme, host: url.hostname, path: url.pathname });
  const cookie = [byName.get("cookie") ?? "", jar].filter((text) => text !== "").join("; ");
  return {
    "user-agent": options.userAgent,
    accept: "text/html,*/*;q=0.8",
    ...Object.fromEntries(byName),
    ...(cookie === "" ? {} : { cookie }),
    ...(way === "forwarded" ? { "x-forwarded-proto": "https" } : {}),
  };
}

/** Scheme, host and path. */
const shown = (url: URL) => `${url.origin}${url.pathname}`;

function record(answer: Answer, url: URL, way: Way, site: Site): void {
  const lines = answer.headers.filter(([name]) => name === "set-cookie");
  site.visits.push({
    way,
    url: shown(url),
    told: true,
    outcome: { kind: "answer", status: answer.status, cookies: lines.length },
  });
  if (answer.trusted && answer.publicKey !== undefined) site.publicKeys.add(answer.publicKey);
  const policy = answer.headers.find(([name]) => name === "strict-transport-security");
  // RFC 6797, 8.1: only over a connection without errors.
  if (policy !== undefined && answer.trusted) site.hsts.note(url.hostname, policy[1]);
  const from = new URL(url);
  if (way === "forwarded") from.protocol = "https:";
  const origin = { scheme: way === "http" ? "http" : "https", host: from.hostname, path: from.pathname } as const;
  for (const [, text] of lines) {
    const set = parseSetCookie(text, "latin1");
    site.jars[way].receive(set, origin);
    keep(set, from, way, site);
  }
}

function keep(set: SetCookie, from: URL, way: Way, site: Site): void {
  const { profile, now } = site.options;
  if (site.cookies.size >= maximumCookies) {
    remark(site, `cookies beyond the first ${maximumCookies} that differ were not judged`);
    return;
  }
  const [judgement] = judge([{ line: site.cookies.size + 1, url: from.href, set }], { profile, now, brief: true });
  if (judgement === undefined) return;
  const key = samenessOf(judgement, way);
  const known = site.cookies.get(key);
  if (known !== undefined) {
    known.times++;
    return;
  }
  site.cookies.set(key, { cookie: { judgement, way }, attributes: set.attributes, times: 1 });
}

/** Lines with the same text are judged alike, and are one cookie, on whichever page of a host they come. */
export function samenessOf({ line: _line, url, ...judged }: Judgement, way: Way): string {
  return JSON.stringify([way, URL.canParse(url) ? new URL(url).host : "", judged]);
}

function redirectOf(answer: Answer, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = answer.headers.find(([name]) => name === "location")?.[1];
  if (location === undefined) return undefined;
  const text = Buffer.from(location, "latin1").toString("utf8");
  if (!URL.canParse(text, url.href)) return undefined;
  const next = new URL(text, url.href);
  next.hash = "";
  next.username = "";
  next.password = "";
  return /^https?:$/.test(next.protocol) ? next : undefined;
}

/** Ends a session, or worse. */
const leaving = /log[-_]?(?:out|off)|sign[-_]?(?:out|off)|delete|remove|unsubscribe/i;

function linksFrom(answer: Answer, page: URL, way: Way, step: Step, site: Site): Step[] {
  if (step.depth >= site.options.depth) return [];
  return linksOf(answer.body, page).flatMap((url) => {
    if (!site.mayAsk(url)) return [];
    const next: Way = url.protocol === "https:" ? "https" : way === "https" ? "http" : way;
    if (site.asked.has(`${next} ${url.href}`)) return [];
    if (leaving.test(`${url.pathname}${url.search}`)) {
      remark(site, "a link that looks as if it ended the session or deleted something was not followed");
      return [];
    }
    return [{ url, way: next, told: true, depth: step.depth + 1 }];
  });
}

/** As many requests as come in a second may go at once, then one after the other. */
function createPace(): Site["pace"] {
  let free = 0;
  return async (perSecond) => {
    const now = performance.now();
    const gap = 1000 / perSecond;
    free = Math.max(free + gap, now);
    const early = free - now - 1000;
    if (early > 0) await sleep(early);
  };
}

function resultOf(host: string, site: Site): Probed {
  return {
    host,
    visits: site.visits,
    cookies: [...site.cookies.values()].map(({ cookie, attributes, times }) => ({
      ...cookie,
      times,
      mitigation: mitigationFor(cookie.judgement, attributes, site),
    })),
    remarks: [...site.remarks].map(([says, times]) => (times === 1 ? says : `${says} (${times} times)`)),
    publicKeys: [...site.publicKeys],
    mitigate: (judgement, attributes) => mitigationFor(judgement, attributes, site),
  };
}

function mitigationFor(
  judgement: Judgement,
  attributes: readonly Attribute[],
  { hsts, options }: Site,
): string | undefined {
  const { domain, hostOnly = true } = judgement.attributes;
  if (!judgement.sentOverHttp || domain === undefined) return undefined;
  const now = options.now();
  const expires = expiryOf(attributes, now);
  const seconds = expires === undefined ? undefined : (expires - now) / 1000;
  return mitigationOf(hsts, { domain, hostOnly, seconds });
}
