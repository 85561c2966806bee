import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import { progressOn, silent } from "../progress.ts";
import type { Report } from "../report.ts";
import { type Paint, painter, visible } from "../terminal/text.ts";
import { version } from "../version.ts";
import { createClient } from "../wire/http.ts";
import { type Probed, type ProbedCookie, type ProbeOptions, probeSite, type Visit } from "../wire/probe.ts";
import { readCookies, readHeaders, type SignIn } from "../wire/sign-in.ts";
import { readResolve, targetsOf, type Way } from "../wire/target.ts";
import { nameWidth, type Sighting, wireRow, wireSummary } from "../wire-report.ts";
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
  const results: Probed[] = [];
  let done = 0;
  await inTurns([...targets.entries()], flags.concurrency, async ([index, target]) => {
    const probed = await probeSite(target, options);
    results[index] = probed;
    progress.step(`${++done} of ${targets.length} sites asked`);
    if (streams) await stdout(showSite(probed, paint));
  });
  progress.end();
  complainOfSilence(results);

  const sightings = results.flatMap(({ cookies }) => cookies).map(toSighting);
  const visits = results.flatMap((probed) => probed.visits);
  let end = "";
  return deliverWire(settings, {
    sightings,
    files: visits.length,
    parsed: visits.filter(({ outcome }) => outcome.kind === "answer").length,
    skipped: visits.flatMap(toSkipped),
    milliseconds: performance.now() - start,
    text: (report) => {
      end = showEnd(results, sightings, report, settings.profile);
      return `${results.map((probed) => showSite(probed, painter(false))).join("")}${end}`;
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
    also: flags.also ?? [],
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

function complainOfSilence(results: readonly Probed[]): void {
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

function toSighting({ judgement, mitigation, way, times }: ProbedCookie, index: number): Sighting {
  const asked = `answers ${asAsked[way]} set it so: ${times}`;
  return {
    judgement: { ...judgement, line: index + 1 },
    evidence: [{ wire: judgement.url, says: asked }],
    ...(mitigation === undefined ? {} : { mitigation }),
  };
}

const ways: Readonly<Record<Way, string>> = { https: "https", http: "http", forwarded: "http+forwarded" };
const asAsked: Readonly<Record<Way, string>> = {
  https: "over https",
  http: "over plain http",
  forwarded: "over plain http with X-Forwarded-Proto: https",
};

/** What one site answered, and its cookies. */
function showSite({ host, visits, cookies, remarks }: Probed, paint: Paint): string {
  const title = `── ${visible(host)} `;
  const rule = "─".repeat(Math.max(3, widthOf(process.stdout) - title.length));
  const sightings = cookies.map(toSighting);
  const width = nameWidth(sightings);
  const lines = [
    `${paint("bold", title)}${paint("dim", rule)}`,
    ...visits.map(showVisit),
    ...(cookies.length === 0 ? ["  no cookie"] : []),
    ...sightings.map(
      (sighting, index) => `  ${ways[cookies[index]?.way ?? "https"].padEnd(5)}  ${wireRow(sighting, width)}`,
    ),
    ...remarks.map((says) => `  ${visible(says)}`),
  ];
  return `${lines.join("\n")}\n\n`;
}

function showVisit({ way, url, outcome }: Visit): string {
  const asked = way === "forwarded" ? `${url} with X-Forwarded-Proto: https` : url;
  const came = outcome.kind === "none" ? outcome.because : String(outcome.status);
  return `  ${visible(asked)}: ${came}`;
}

function showEnd(
  results: readonly Probed[],
  sightings: readonly Sighting[],
  report: Report,
  profile: ProbeOptions["profile"],
): string {
  const silentSites = results.filter(({ visits }) => visits.every(({ outcome }) => outcome.kind === "none")).length;
  const sites = `${results.length} ${results.length === 1 ? "site" : "sites"}`;
  const asked = `${sites}, ${report.summary.files} requests, ${report.summary.parsed} answers`;
  const mute = silentSites === 0 ? "" : `; ${silentSites} of the sites did not answer`;
  return `${wireSummary(sightings, report, profile)}\n${asked}${mute}.\n`;
}
