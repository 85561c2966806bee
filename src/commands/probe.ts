import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import { progressOn, silent } from "../progress.ts";
import type { Report } from "../report.ts";
import { type Paint, painter, visible } from "../terminal/text.ts";
import { version } from "../version.ts";
import type { Browsed } from "../wire/browse-site.ts";
import { createClient } from "../wire/http.ts";
import { isLoopback } from "../wire/jar.ts";
import type { Judgement } from "../wire/judge.ts";
import { type Probed, type ProbeOptions, probeSite, samenessOf, type Visit } from "../wire/probe.ts";
import { keyOf } from "../wire/prove.ts";
import { readCookies, readHeaders, type SignIn } from "../wire/sign-in.ts";
import { readAlso, readResolve, type Target, targetsOf, type Way } from "../wire/target.ts";
import {
  lineRows,
  loopbackEvidence,
  loopbackRemark,
  nameWidth,
  type Sighting,
  sourceRows,
  wireRow,
  wireSummary,
} from "../wire-report.ts";
import { print, wantsColor, widthOf } from "./output.ts";
import { deliverWire, type WireFlags, wireSettings } from "./wire.ts";

/** The options as commander gives them. */
export interface ProbeFlags extends WireFlags {
  /** A file with a URL on each line, or `-`. */
  readonly urls?: string;
  readonly forwarded: boolean;
  readonly depth: number;
  readonly maxPages: number;
  /** Requests a second to one site. */
  readonly rate: number;
  /** Sites at a time. */
  readonly concurrency: number;
  /** Seconds. */
  readonly timeout: number;
  readonly ignoreRobots: boolean;
  readonly also?: readonly string[];
  readonly header?: readonly string[];
  readonly cookies?: string;
  readonly proxy?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure: boolean;
  readonly resolve?: readonly string[];
  /** Loads the pages in Chromium. */
  readonly browser: boolean;
  readonly browserPath?: string;
  readonly thirdParties: boolean;
  /** Shows in Chromium what leaves in clear text. */
  readonly prove: boolean;
  readonly progress: boolean;
}

/** What the command works with, where that is not the process. */
export interface ProbeMeans {
  readonly stdin?: NodeJS.ReadableStream;
  readonly stdout?: (text: string) => void | Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * `setsecure probe`: asks sites over https and over plain http, and judges the cookies that they set.
 * @throws CannotDo when an option cannot be used, or when no site answers
 */
export async function probeCommand(
  urls: readonly string[],
  flags: ProbeFlags,
  { stdin = process.stdin, stdout = print, now = Date.now }: ProbeMeans = {},
): Promise<ExitStatus> {
  const start = performance.now();
  const settings = wireSettings(flags);
  const options = optionsOf(flags, settings.profile, now);
  const targets = targetsOf([...urls, ...(await readUrls(urls, flags.urls, stdin))], flags.forwarded);
  if (targets.length === 0) throw new CannotDo("setsecure probe: name a URL, or a file of them with --urls.");

  const streams = flags.format === "text";
  const paint = painter(stdout === print && wantsColor(process.stdout));
  const progress = flags.progress && !streams ? progressOn(process.stderr) : silent;
  const browse = browserOf(flags, targets, options);
  const results: SiteResult[] = [];
  let done = 0;
  const width = browse === undefined ? flags.concurrency : Math.min(flags.concurrency, mostBrowsers);
  await inTurns([...targets.entries()], width, async ([index, target]) => {
    const probed = await probeSite(target, options);
    const result = resultOf(probed, await browse?.(target, probed));
    results[index] = result;
    progress.step(`${++done} of ${targets.length} sites asked`);
    if (streams) await stdout(showSite(result, paint));
  });
  progress.end();
  complainOfSilence(results);

  const sightings = results
    .flatMap((result) => result.sightings)
    .map(({ sighting }, index) => numbered(sighting, index));
  const visits = results.flatMap((probed) => probed.visits);
  let end = "";
  return deliverWire(settings, {
    sightings,
    files: visits.length,
    parsed: visits.filter(({ outcome }) => outcome.kind === "answer").length,
    skipped: visits.flatMap(toSkipped),
    milliseconds: performance.now() - start,
    text: (report, _paint, beside) => {
      end = showEnd(results, beside, report, settings.profile);
      return `${results.map((result) => showSite(result, painter(false))).join("")}${end}`;
    },
    // What was told as it came is not told twice.
    stdout: streams ? () => stdout(end) : stdout,
  });
}

function optionsOf(flags: ProbeFlags, profile: ProbeOptions["profile"], now: () => number): ProbeOptions {
  const pem = (option: "ca" | "cert" | "key") => {
    const file = flags[option];
    return file === undefined ? undefined : readGiven(`--${option}`, file).toString("latin1");
  };
  const [ca, certificate, key] = [pem("ca"), pem("cert"), pem("key")];
  const passphrase = process.env["SETSECURE_PASSPHRASE"];
  const client = createClient({
    milliseconds: flags.timeout * 1000,
    insecure: flags.insecure,
    resolve: readResolve(flags.resolve ?? []),
    ...(flags.proxy === undefined ? {} : { proxy: readProxy(flags.proxy) }),
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate, key: key ?? certificate }),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  return {
    client,
    signIn: signInOf(flags),
    depth: flags.depth,
    maxPages: flags.maxPages,
    rate: flags.rate,
    obeyRobots: !flags.ignoreRobots,
    also: readAlso(flags.also ?? []),
    userAgent: `setsecure/${version}`,
    profile,
    now,
  };
}

/** @throws CannotDo */
function signInOf({ header = [], cookies }: ProbeFlags): SignIn {
  // As with curl, `@file` keeps secrets out of the list of processes.
  const texts = header.flatMap((text) =>
    text.startsWith("@")
      ? readGiven("--header", text.slice(1))
          .toString("latin1")
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "")
      : [text],
  );
  return {
    headers: readHeaders(texts),
    cookies: cookies === undefined ? [] : readCookies(readGiven("--cookies", cookies), cookies),
  };
}

function readGiven(option: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CannotDo(`${option} ${file} cannot be read: ${readFailure(error)}.`);
  }
}

function readProxy(text: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(full) ? new URL(full) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) {
    throw new CannotDo("--proxy: write it like http://proxy.example:3128; proxies of other kinds are not known.");
  }
  return proxy;
}

/** One URL on each line; empty lines and those with `#` in front are passed over. */
async function readUrls(
  given: readonly string[],
  file: string | undefined,
  stdin: NodeJS.ReadableStream,
): Promise<readonly string[]> {
  if (file === undefined) return [];
  const urls: string[] = [];
  try {
    const lines = createInterface({ input: file === "-" ? stdin : createReadStream(file) });
    for await (const line of lines) {
      const text = line.trim();
      if (text !== "" && !text.startsWith("#")) urls.push(text);
    }
  } catch (error) {
    throw new CannotDo(`--urls ${file} cannot be read: ${readFailure(error)}.`);
  }
  if (urls.length + given.length === 0) throw new CannotDo(`--urls ${file}: there is no URL in it.`);
  return urls;
}

/** Several at a time; each that ends makes room for the next. */
async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function complainOfSilence(results: readonly SiteResult[]): void {
  const visits = results.flatMap(({ visits: all }) => all);
  if (visits.some(({ outcome }) => outcome.kind === "answer")) return;
  const reasons = visits.flatMap(toSkipped).map(({ file, because }) => `${file}: ${because}`);
  const more = reasons.length > 5 ? `\nand ${reasons.length - 5} more` : "";
  throw new CannotDo(`setsecure probe: nothing answered.\n${reasons.slice(0, 5).join("\n")}${more}`);
}

function toSkipped({ way, url, told, outcome }: Visit): Report["skipped"][number][] {
  if (outcome.kind === "answer" || (outcome.closed && !told)) return [];
  return [{ file: url, because: way === "forwarded" ? `${outcome.because} (as ${ways[way]})` : outcome.because }];
}

/** One site, by our own client and, where that was asked for, by Chromium. */
interface SiteResult extends Pick<Probed, "host" | "visits" | "remarks"> {
  readonly sightings: readonly {
    readonly way: string;
    readonly sighting: Sighting;
    /** The place of the script that set it. */
    readonly script?: string;
  }[];
}

/** Chromium is large: no more sites at a time. */
const mostBrowsers = 4;

type Browse = (target: Target, probed: Probed) => Promise<Browsed>;

/** @throws CannotDo when what is asked of the browser cannot be had */
function browserOf(flags: ProbeFlags, targets: readonly Target[], options: ProbeOptions): Browse | undefined {
  if (!flags.browser && !flags.prove) return undefined;
  const loopback = targets.find(({ host }) => isLoopback(host));
  if (flags.prove && loopback !== undefined) {
    throw new CannotDo(
      `--prove cannot prove anything on ${loopback.host}: browsers trust a loopback host even over plain http. Give it another name, which need not exist: --resolve app.example:443:127.0.0.1:8443 https://app.example/`,
    );
  }
  if (flags.thirdParties && (flags.header !== undefined || flags.proxy !== undefined)) {
    throw new CannotDo(
      "--third-parties does not go with --header, which they would be sent, nor with --proxy, which they would not go through.",
    );
  }
  const browseOptions = {
    ...options,
    path: flags.browserPath,
    insecure: flags.insecure,
    milliseconds: flags.timeout * 1000,
    prove: flags.prove,
    thirdParties: flags.thirdParties,
    resolve: readResolve(flags.resolve ?? []),
    proxy: flags.proxy === undefined ? undefined : readProxy(flags.proxy),
    trustProbed: flags.ca !== undefined,
  };
  return async (target, probed) => (await import("../wire/browse-site.ts")).browseSite(target, probed, browseOptions);
}

function resultOf(probed: Probed, browsed: Browsed | undefined): SiteResult {
  const { host, visits, remarks } = probed;
  const asked = probed.cookies.map(({ judgement, mitigation, way, times }) => {
    const evidence = [{ wire: judgement.url, says: `answers ${asAsked[way]} set it so: ${times}` }];
    return { way: ways[way], sighting: sightingOf(judgement, mitigation, evidence, browsed) };
  });
  const known = new Set(probed.cookies.map(({ judgement, way }) => samenessOf(judgement, way)));
  const seen = (browsed?.cookies ?? []).flatMap(({ judgement, attributes, script }) => {
    const same = samenessOf(judgement, judgement.url.startsWith("https:") ? "https" : "http");
    if (known.has(same)) return [];
    known.add(same);
    const evidence =
      script === undefined
        ? [{ wire: judgement.url, says: "an answer to the browser set it" }]
        : [{ wire: script, says: "a script set it here" }];
    const sighting = sightingOf(judgement, probed.mitigate(judgement, attributes), evidence, browsed);
    return [script === undefined ? { way: "browser", sighting } : { way: "script", sighting, script }];
  });
  return { host, visits, remarks: [...remarks, ...(browsed?.remarks ?? [])], sightings: [...asked, ...seen] };
}

function sightingOf(
  judgement: Judgement,
  mitigation: string | undefined,
  evidence: NonNullable<Sighting["evidence"]>,
  browsed: Browsed | undefined,
): Sighting {
  const proofs = browsed === undefined ? undefined : proofsOf(judgement, browsed);
  return {
    judgement,
    evidence: [...evidence, ...loopbackEvidence(judgement)],
    ...(mitigation === undefined ? {} : { mitigation }),
    ...(proofs === undefined ? {} : { proofs }),
  };
}

/** What Chromium did with a cookie that came over https: whether it leaves in clear text, or why it was dropped. */
function proofsOf(judgement: Judgement, { proofs, refused, browser }: Browsed): Sighting["proofs"] {
  const { name, url, stored, dropped, attributes } = judgement;
  if (!url.startsWith("https:")) return undefined;
  const reasons = dropped === undefined ? undefined : refused.get(name);
  if (reasons !== undefined)
    return [{ browser, url, sent: false, says: `it dropped the cookie (${reasons.join(", ")})` }];
  const { domain, hostOnly = true, path = "/" } = attributes;
  return stored && domain !== undefined ? proofs.get(keyOf({ name, domain, hostOnly, path })) : undefined;
}

const numbered = (sighting: Sighting, index: number): Sighting => ({
  ...sighting,
  judgement: { ...sighting.judgement, line: index + 1 },
});

const ways: Readonly<Record<Way, string>> = { https: "https", http: "http", forwarded: "http+forwarded" };
const asAsked: Readonly<Record<Way, string>> = {
  https: "over https",
  http: "over plain http",
  forwarded: "over plain http with X-Forwarded-Proto: https",
};

/** What one site answered, and its cookies. */
function showSite({ host, visits, sightings, remarks }: SiteResult, paint: Paint): string {
  const title = `── ${visible(host)} `;
  const rule = "─".repeat(Math.max(3, widthOf(process.stdout) - title.length));
  const width = nameWidth(sightings.map(({ sighting }) => sighting));
  const wayWidth = Math.max(0, ...sightings.map(({ way }) => way.length));
  const lines = [
    `${paint("bold", title)}${paint("dim", rule)}`,
    ...visits.map(showVisit),
    ...(sightings.length === 0 ? ["  no cookie"] : []),
    ...sightings.flatMap(({ way, sighting: { proofs = [], ...sighting }, script }) => [
      `  ${way.padEnd(wayWidth)}  ${wireRow(sighting, width)}${script === undefined ? "" : `; set in ${visible(script)}`}`,
      ...showProofs(proofs).map((says) => `  ${" ".repeat(wayWidth)}    ${visible(says)}`),
    ]),
    ...remarks.map((says) => `  ${visible(says)}`),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** What the browser did, each once with the ways in which it did so. */
function showProofs(proofs: NonNullable<Sighting["proofs"]>): string[] {
  const ways = new Map<string, string[]>();
  for (const { browser, says } of proofs) ways.set(says, [...(ways.get(says) ?? []), browser]);
  return [...ways].map(([says, [first = "", ...others]]) => {
    const more = others.map((browser) => ` and ${browser.replace(/^.*, /, "")}`);
    return `${first}${more.join("")}: ${says}`;
  });
}

function showVisit({ way, url, outcome }: Visit): string {
  const asked = way === "forwarded" ? `${url} with X-Forwarded-Proto: https` : url;
  const came = outcome.kind === "none" ? outcome.because : String(outcome.status);
  return `  ${visible(asked)}: ${came}`;
}

function showEnd(
  results: readonly SiteResult[],
  sightings: readonly Sighting[],
  report: Report,
  profile: ProbeOptions["profile"],
): string {
  const silentSites = results.filter(({ visits }) => visits.every(({ outcome }) => outcome.kind === "none")).length;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const asked = `${count(results.length, "site")}, ${count(report.summary.files, "request")}, ${count(report.summary.parsed, "answer")}`;
  const mute = silentSites === 0 ? "" : `; ${silentSites} of the sites did not answer`;
  const parts = [lineRows(sightings), sourceRows(sightings)].filter((rows) => rows.length > 0);
  const beside = parts.map((rows) => `${rows.join("\n")}\n\n`).join("");
  const remarks = loopbackRemark(sightings)
    .map((says) => `${says}\n`)
    .join("");
  return `${beside}${wireSummary(sightings, report, profile)}\n${remarks}${asked}${mute}.\n`;
}
