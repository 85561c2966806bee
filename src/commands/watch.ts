import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import { visible } from "../terminal/text.ts";
import type { Certificate } from "../wire/certificate.ts";
import { isLoopback, originOf } from "../wire/jar.ts";
import { type Proxy, type ProxyOptions, startProxy } from "../wire/proxy.ts";
import { createWatcher, type Seen, type Watcher } from "../wire/watcher.ts";
import {
  loopbackEvidence,
  loopbackRemark,
  nameWidth,
  type Sighting,
  sourceRows,
  wireRow,
  wireSummary,
} from "../wire-report.ts";
import { deliverWire, type WireFlags, wireSettings } from "./wire.ts";

export interface WatchFlags extends WireFlags {
  /** Where clients come in: URLs, `host:port` or ports. */
  readonly listen?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** A file of PEM certificates. */
  readonly ca?: string;
  readonly insecure: boolean;
  readonly keepHost: boolean;
  readonly trustForwarded: boolean;
  readonly enforce: boolean;
  readonly allowEmpty: boolean;
}

/** What the command works with, where that is not the process. */
export interface WatchMeans {
  readonly stdout?: (text: string) => void;
  /** Where cookies are told as they pass. */
  readonly stderr?: (text: string) => void;
  /** Ends the watch, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
  /** Is told where the proxy listens. */
  readonly ready?: (urls: readonly string[]) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly patience?: number;
}

const defaultListener = "http://127.0.0.1:8080";

/**
 * `setsecure watch`: a reverse proxy that judges the cookies which pass, until it is ended or the command is done.
 * @param command what to run meanwhile, with SETSECURE_URL in its environment; none when empty
 * @throws CannotDo when it cannot listen, nothing passed, or the command failed
 */
export async function watchCommand(
  upstream: string,
  command: readonly string[],
  flags: WatchFlags,
  means: WatchMeans = {},
): Promise<ExitStatus> {
  const start = performance.now();
  const settings = wireSettings(flags);
  const { profile } = settings;
  const stderr = means.stderr ?? ((text: string) => void process.stderr.write(text));
  const faults = new Map<string, number>();
  const target = upstreamOf(upstream);
  const several = (flags.listen?.length ?? 1) > 1;
  const watcher = createWatcher({
    profile,
    enforce: flags.enforce,
    now: means.now ?? Date.now,
    tell: (seen) => stderr(`${liveRow(seen, several)}\n`),
  });
  const proxy = await open({
    ...(await proxyOptions(target, flags)),
    ...(means.patience === undefined ? {} : { patience: means.patience }),
    pass: watcher.pass,
    tell: (says) => {
      const times = faults.get(says) ?? 0;
      faults.set(says, times + 1);
      if (times === 0) stderr(`${target.origin}: ${says}\n`);
    },
  });
  const until = command.length === 0 ? "; Ctrl+C ends it" : "";
  stderr(`Watching ${target.origin} at ${proxy.urls.join(" and ")}${until}.\n`);
  const ended = ending(means.signal);
  means.ready?.(proxy.urls);
  let failed: string | undefined;
  try {
    failed = command.length === 0 ? await ended.promise : await runMeanwhile(command, proxy.urls, ended.promise);
  } finally {
    ended.forget();
    await proxy.close();
  }
  const problems = problemsOf(watcher, faults).map((says) => `${target.origin}: ${says}`);
  if (watcher.seen().length === 0 && !flags.allowEmpty) {
    const because = ["no Set-Cookie line passed", ...problems].join("; ");
    const also = failed === undefined ? "" : `\n${failed}`;
    throw new CannotDo(`setsecure watch: ${because}. With --allow-empty this is no failure.${also}`);
  }
  const sightings = watcher.seen().map(sightingOf);
  const status = await deliverWire(settings, {
    sightings,
    files: watcher.responses(),
    parsed: watcher.responses(),
    skipped: problemsOf(watcher, faults).map((because) => ({ file: target.origin, because })),
    milliseconds: performance.now() - start,
    text: (report, _paint, joined) => {
      const width = nameWidth(sightings);
      const rows = watcher
        .seen()
        .map((seen, at) => `${wireRow(joined[at] ?? sightingOf(seen), width)}  ${whereOf(seen, several)}`);
      const notes = [...loopbackRemark(sightings), ...problems.map((says) => `${says}.`)];
      const beside = sourceRows(joined);
      const source = beside.length === 0 ? [] : [...beside, ""];
      return `${[...rows, "", ...source, wireSummary(sightings, report, profile), ...notes].join("\n")}\n`;
    },
    stdout: means.stdout,
  });
  if (failed !== undefined) throw new CannotDo(failed);
  return status;
}

/** @throws CannotDo */
function upstreamOf(text: string): URL {
  const example = "write it like http://localhost:3000";
  if (!URL.canParse(text) || originOf(text) === undefined) {
    throw new CannotDo(`The upstream ${JSON.stringify(text)} is no http or https URL; ${example}.`);
  }
  const url = new URL(text);
  if (url.pathname !== "/" || url.search !== "" || url.username !== "") {
    throw new CannotDo(`The upstream is a server, not a page of it: ${example}. Paths pass as they are.`);
  }
  return url;
}

/** @throws CannotDo */
function listenerOf(text: string): URL {
  const whole = /^\d+$/.test(text) ? `http://127.0.0.1:${text}` : /^\w+:\/\//.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== "/") {
    throw new CannotDo(`--listen ${text}: write a port, host:port, or a URL like https://127.0.0.1:8443.`);
  }
  return url;
}

/** @throws CannotDo */
async function proxyOptions(upstream: URL, flags: WatchFlags): Promise<Omit<ProxyOptions, "pass" | "tell">> {
  const listen = (flags.listen ?? [defaultListener]).map(listenerOf);
  const certificate = await certificateFor(listen, flags);
  return {
    upstream,
    listen,
    insecure: flags.insecure,
    // A server on this machine answers to the name that it is called by; others have one of their own.
    keepHost: flags.keepHost || isLoopback(upstream.hostname),
    trustForwarded: flags.trustForwarded,
    ...(certificate === undefined ? {} : { certificate }),
    ...(flags.ca === undefined ? {} : { ca: readText(flags.ca) }),
  };
}

/** @throws CannotDo */
async function certificateFor(listen: readonly URL[], flags: WatchFlags): Promise<Certificate | undefined> {
  const { tlsCert, tlsKey } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new CannotDo(
      "--tls-cert and --tls-key go together: name both files, or neither for a throw-away certificate.",
    );
  }
  const secure = listen.find(({ protocol }) => protocol === "https:");
  if (secure === undefined) return undefined;
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: readText(tlsCert), key: readText(tlsKey) };
  const { throwAwayCertificate } = await import("../wire/certificate.ts");
  return throwAwayCertificate(secure.hostname.replace(/^\[|\]$/g, ""));
}

/** @throws CannotDo */
function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CannotDo(`${file} cannot be read: ${readFailure(error)}.`);
  }
}

/** @throws CannotDo */
async function open(options: ProxyOptions): Promise<Proxy> {
  try {
    return await startProxy(options);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    const places = options.listen.map(({ origin }) => origin).join(" and ");
    throw new CannotDo(`setsecure watch cannot listen at ${places}: ${listenFailures[code] ?? code}.`);
  }
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken; choose another with --listen",
  EACCES: "that takes more rights; choose a port above 1023 with --listen",
  EADDRNOTAVAIL: "this machine has no such address",
};

interface Ending {
  readonly promise: Promise<undefined>;
  readonly forget: () => void;
}

/** Settles on the first SIGINT, SIGTERM or abort; a second signal ends the process as ever. */
function ending(signal: AbortSignal | undefined): Ending {
  let end = (): void => undefined;
  const promise = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined);
  });
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, end);
  signal?.addEventListener("abort", end);
  if (signal?.aborted === true) end();
  const forget = (): void => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, end);
    signal?.removeEventListener("abort", end);
  };
  return { promise, forget };
}

const KILL_MILLISECONDS = 5000;

/** Runs a command until it or the watch ends. What it prints goes to standard error: the report has the other one. */
async function runMeanwhile(
  [program = "", ...words]: readonly string[],
  [url]: readonly string[],
  ended: Promise<undefined>,
): Promise<string | undefined> {
  const child = spawn(program, words, {
    stdio: ["inherit", 2, 2],
    env: { ...process.env, SETSECURE_URL: url },
    shell: process.platform === "win32",
  });
  const over = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`${program} cannot be run: ${readFailure(error)}.`));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? undefined : `${program} failed: it ended with ${signal ?? `status ${code}`}.`),
    );
  });
  const first = await Promise.race([over.then((failed) => ({ failed })), ended]);
  if (first !== undefined) return first.failed;
  await stop(child, over);
  return undefined;
}

async function stop(child: ChildProcess, over: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), KILL_MILLISECONDS);
  await over;
  clearTimeout(timer);
}

function sightingOf({ judgement, repaired }: Seen): Sighting {
  const note = loopbackEvidence(judgement);
  return {
    judgement,
    ...(note.length === 0 ? {} : { evidence: note }),
    ...(repaired ? { mitigation: "Secure was added on the way, by setsecure watch" } : {}),
  };
}

const NAME_WIDTH = 20;
const MAXIMUM_PLACE = 60;

/** The request that a cookie answered, without its query; with its host only where there are several listeners. */
function whereOf({ judgement, method }: Seen, several: boolean): string {
  const place = visible(`${method} ${several ? judgement.url : (originOf(judgement.url)?.path ?? "")}`);
  return `(${place.length > MAXIMUM_PLACE ? `${place.slice(0, MAXIMUM_PLACE)}…` : place})`;
}

function liveRow(seen: Seen, several: boolean): string {
  return `${wireRow(sightingOf(seen), NAME_WIDTH)}  ${whereOf(seen, several)}`;
}

/** What went wrong, and what is not in the report. */
function problemsOf(watcher: Watcher, faults: ReadonlyMap<string, number>): string[] {
  const dropped = watcher.dropped();
  return [
    ...[...faults].map(([says, times]) => (times === 1 ? says : `${says} (${times} times)`)),
    ...(dropped === 0 ? [] : [`${dropped} lines beyond the first 10,000 different cookies are not listed`]),
  ];
}
