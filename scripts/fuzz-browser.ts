/**
 * Whether the judge and a real Chromium agree on generated Set-Cookie lines.
 *
 *     npm run fuzz:browser [-- --lines 2000 --sequences 300 --seed 20260701 --from file --browser /usr/bin/chromium]
 *
 * Each line is sent over https and over http by a host of its own, whose made-up name is mapped to 127.0.0.1:
 * browsers trust the real names of the loopback. Then the browser's jar is read, and the host and path that the cookie
 * was stored for are asked over plain http. Sequences of lines meet in one jar, which is compared by what it sends. The
 * same seed makes the same lines. Ends with 1 when they disagree.
 */
import { readFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import tls from "node:tls";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { type Browser, type BrowserContext, type CDPSession, chromium } from "playwright-core";
import { generate } from "selfsigned";
import { createJar, originOf } from "../src/wire/jar.ts";
import { judge } from "../src/wire/judge.ts";
import { parseSetCookie } from "../src/wire/set-cookie.ts";
import { HOST, PARENT, type Step, SUFFIX, setCookieLine, setCookieSteps } from "../test/support/set-cookie-lines.ts";

type Scheme = "https" | "http";

/** Lines that share a browser context: a jar keeps a few thousand cookies. */
const BATCH = 100;
/** Milliseconds. */
const LONGEST_RUN = 45 * 60_000;

interface Outcome {
  /** Milliseconds since 1970; undefined for a session cookie. */
  readonly expires?: number | undefined;
  readonly stored: boolean;
  readonly sentOverHttp: boolean;
  readonly cookie: object | undefined;
}

interface Case {
  readonly line: string;
  readonly scheme: Scheme;
  readonly host: string;
}

/** Answers `/one/two` with the host's line, and remembers what any other request carried. */
interface Site {
  readonly lines: Map<string, string>;
  /** By host: the Cookie header of the last request that was not for a line. */
  readonly carried: Map<string, string>;
  readonly ports: Readonly<Record<Scheme, number>>;
  close(): void;
}

const SETTER = "/one/two";
/** Of the made-up hosts: one that no list knows, and one from each part of the Public Suffix List. */
const suffixes = ["test", "co.uk", "blogspot.com"];

function answer({ lines, carried }: Pick<Site, "lines" | "carried">) {
  return (socket: net.Socket) => {
    let head = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      head += chunk.toString("latin1");
      if (!head.includes("\r\n\r\n")) return;
      const path = head.split(" ")[1] ?? "";
      const host = /^host: ([^:\r]*)/im.exec(head)?.[1] ?? "";
      if (path !== SETTER) carried.set(host, /^cookie: ([^\r]*)/im.exec(head)?.[1] ?? "");
      const setCookie = path === SETTER ? `Set-Cookie: ${lines.get(host) ?? ""}\r\n` : "";
      head = "";
      // Without content the browser stays where it is, so that no process is started for each host.
      socket.end(`HTTP/1.1 204 No Content\r\nConnection: close\r\n${setCookie}\r\n`, "latin1");
    });
  };
}

async function openSite(): Promise<Site> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "fuzz.test" }]);
  const memory = { lines: new Map<string, string>(), carried: new Map<string, string>() };
  const servers = {
    http: net.createServer(answer(memory)),
    https: tls.createServer({ key, cert }, answer(memory)),
  };
  const portOf = (server: net.Server) =>
    new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  const ports = { http: await portOf(servers.http), https: await portOf(servers.https) };
  const close = () => {
    servers.http.close();
    servers.https.close();
  };
  return { ...memory, ports, close };
}

interface Tab {
  readonly cdp: CDPSession;
  /** Why the browser dropped the last line, in its own words. */
  reasons: readonly string[];
}

async function openTab(context: BrowserContext): Promise<Tab> {
  const cdp = await context.newCDPSession(await context.newPage());
  const tab: Tab = { cdp, reasons: [] };
  cdp.on("Network.responseReceivedExtraInfo", ({ blockedCookies }) => {
    tab.reasons = blockedCookies.flatMap(({ blockedReasons }) => blockedReasons);
  });
  await cdp.send("Network.enable");
  return tab;
}

async function visit({ cdp }: Tab, url: string): Promise<void> {
  const { errorText } = await cdp.send("Page.navigate", { url });
  if (errorText !== "net::ERR_ABORTED") throw new Error(`${url}: ${errorText ?? "it had content"}`);
}

type JarCookie = Awaited<ReturnType<typeof jarOf>>[number];

async function jarOf({ cdp }: Tab) {
  return (await cdp.send("Network.getAllCookies")).cookies;
}

/** The path of a request for a cookie; the one that sets it is not asked for again. */
function askedPath(path: string): string {
  const asked = new URL(`http://x.test${path.replace(/[?#].*/, "")}`).pathname;
  return asked === SETTER ? `${SETTER}/` : asked;
}

async function inBrowser(tab: Tab, site: Site, { scheme, host }: Case): Promise<Outcome> {
  const parent = host.slice(host.indexOf(".") + 1);
  await visit(tab, `${scheme}://${host}:${site.ports[scheme]}${SETTER}`);
  const own = ({ domain }: JarCookie) => [host, `.${host}`, parent, `.${parent}`].includes(domain);
  const cookie = (await jarOf(tab)).find(own);
  const asked = cookie?.domain.replace(/^\./, "") ?? host;
  const path = askedPath(cookie?.path ?? `${SETTER}/`);
  await visit(tab, `http://${asked}:${site.ports.http}${path}`);
  const sent = site.carried.get(asked);
  if (sent === undefined) throw new Error(`the browser did not ask for ${asked}${path}`);
  const outcome = { stored: cookie !== undefined, sentOverHttp: sent !== "" };
  if (cookie === undefined) return { ...outcome, cookie };
  const { name, value, secure, httpOnly, domain, sameSite = "Default" } = cookie;
  const shown = { name, value, secure, httpOnly, domain, path: cookie.path, sameSite };
  return { ...outcome, cookie: shown, expires: cookie.session ? undefined : cookie.expires * 1000 };
}

function byJudge({ line, scheme, host }: Case): Outcome {
  const url = `${scheme}://${host}${SETTER}`;
  const [judgement] = judge([line], { url });
  const from = originOf(url);
  if (judgement === undefined || from === undefined) throw new Error(`no judgement for ${url}`);
  const receipt = createJar({ now: Date.now }).receive(parseSetCookie(line), from);
  const { stored, sentOverHttp } = judgement;
  if (receipt.kind !== "stored") return { stored, sentOverHttp, cookie: undefined };
  const { name, value, secure, httpOnly, domain, hostOnly, path, sameSite, expires } = receipt.cookie;
  const cookie = { name, value, secure, httpOnly, domain: hostOnly ? domain : `.${domain}`, path, sameSite };
  return { stored, sentOverHttp, cookie, expires: Number.isFinite(expires) ? expires : undefined };
}

/** Both clocks run: what they come to may differ by a little. */
const SLACK = 60_000;

function agree({ expires: a, ...seen }: Outcome, { expires: b, ...judged }: Outcome): boolean {
  const sameEnd = a === undefined || b === undefined ? a === b : Math.abs(a - b) < SLACK;
  return sameEnd && JSON.stringify(seen) === JSON.stringify(judged);
}

/** What goes to the host of a sequence, over both schemes and to two of its paths. */
type Sent = Readonly<Record<string, string>>;

const requests = (["https", "http"] as const).flatMap((scheme) =>
  [`${SETTER}/`, "/one"].map((path) => ({ scheme, path })),
);

async function sentByBrowser(tab: Tab, site: Site, steps: readonly Step[], host: string): Promise<Sent> {
  for (const step of steps) {
    site.lines.set(step.host, step.line);
    await visit(tab, `${step.scheme}://${step.host}:${site.ports[step.scheme]}${SETTER}`);
  }
  const sent: Record<string, string> = {};
  for (const { scheme, path } of requests) {
    await visit(tab, `${scheme}://${host}:${site.ports[scheme]}${path}`);
    sent[scheme + path] = site.carried.get(host) ?? "";
  }
  return sent;
}

function sentByJar(steps: readonly Step[], host: string): Sent {
  const jar = createJar({ now: Date.now });
  for (const { scheme, host: from, line } of steps) {
    jar.receive(parseSetCookie(line), { scheme, host: from, path: SETTER });
  }
  return Object.fromEntries(requests.map(({ scheme, path }) => [scheme + path, jar.header({ scheme, host, path })]));
}

/** @returns how many sequences the browser and the jar disagree about */
async function fuzzSequences(browser: Browser, site: Site, sequences: readonly (readonly Step[])[]): Promise<number> {
  let disagreements = 0;
  for (let first = 0; first < sequences.length; first += BATCH) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await openTab(context);
    for (const [offset, sequence] of sequences.slice(first, first + BATCH).entries()) {
      const parent = `q${first + offset}.${suffixes[offset % suffixes.length]}`;
      const host = `a.${parent}`;
      const fill = (text: string) => text.replaceAll(HOST, host).replaceAll(PARENT, parent);
      const steps = sequence.map((step) => {
        const from = fill(step.host);
        return { scheme: step.scheme, host: from, line: step.line.replaceAll(HOST, from).replaceAll(PARENT, parent) };
      });
      const [seen, judged] = [await sentByBrowser(tab, site, steps, host), sentByJar(steps, host)];
      if (JSON.stringify(seen) === JSON.stringify(judged)) continue;
      disagreements++;
      console.log(JSON.stringify({ steps, browser: seen, jar: judged }));
    }
    await context.close();
    process.stderr.write(`${Math.min(first + BATCH, sequences.length)} of ${sequences.length} sequences\n`);
  }
  return disagreements;
}

interface Run {
  readonly lines: number;
  readonly sequences: number;
  readonly seed: number;
  /** A file with lines to ask for instead of generated ones; `{host}`, `{parent}` and `{suffix}` stand for where they come from. */
  readonly from: string | undefined;
  readonly browser: string;
}

async function fuzz({ lines: count, sequences, seed, from, browser: executablePath }: Run): Promise<number> {
  const start = performance.now();
  const lines = from === undefined ? fc.sample(setCookieLine, { seed, numRuns: count }) : linesIn(from);
  const site = await openSite();
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--disable-background-networking",
      "--host-resolver-rules=MAP * 127.0.0.1",
    ],
  });
  const counts = { cases: 0, sequences: 0, stored: 0, sent: 0, disagreements: 0 };
  try {
    for (let first = 0; first < lines.length; first += BATCH) {
      if (performance.now() - start > LONGEST_RUN) throw new Error(`stopped after ${counts.cases} cases: too slow`);
      const context = await browser.newContext({ ignoreHTTPSErrors: true });
      const tab = await openTab(context);
      for (const [offset, text] of lines.slice(first, first + BATCH).entries()) {
        for (const scheme of ["https", "http"] as const) {
          const suffix = suffixes[(first + offset) % suffixes.length] ?? "test";
          const parent = `${scheme[4] ?? "p"}${first + offset}.${suffix}`;
          const host = `a.${parent}`;
          const line = text.replaceAll(HOST, host).replaceAll(PARENT, parent).replaceAll(SUFFIX, suffix);
          site.lines.set(host, Buffer.from(line, "utf8").toString("latin1"));
          tab.reasons = [];
          const seen = await inBrowser(tab, site, { line, scheme, host });
          const judged = byJudge({ line, scheme, host });
          counts.cases++;
          if (seen.stored) counts.stored++;
          if (seen.sentOverHttp) counts.sent++;
          if (agree(seen, judged)) continue;
          counts.disagreements++;
          console.log(JSON.stringify({ scheme, line, browser: seen, reasons: tab.reasons, judge: judged }));
        }
      }
      await context.close();
      process.stderr.write(`${Math.min(first + BATCH, lines.length)} of ${lines.length} lines\n`);
    }
    const meetings = from === undefined ? fc.sample(setCookieSteps, { seed, numRuns: sequences }) : [];
    counts.sequences = meetings.length;
    counts.disagreements += await fuzzSequences(browser, site, meetings);
  } finally {
    await browser.close();
    site.close();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `Chromium ${browser.version()}, ${from === undefined ? `seed ${seed}` : from}: ${lines.length} lines, each over https and http; ` +
      `${counts.stored} of ${counts.cases} stored, ${counts.sent} sent over plain http; ${counts.sequences} sequences; ` +
      `${counts.disagreements} disagreements; ${seconds} s.`,
  );
  return counts.disagreements === 0 ? 0 : 1;
}

function linesIn(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "2000" },
    sequences: { type: "string", default: "300" },
    seed: { type: "string", default: "20260701" },
    from: { type: "string" },
    browser: { type: "string", default: "/usr/bin/chromium" },
  },
});
process.exitCode = await fuzz({
  lines: Number(values.lines),
  sequences: Number(values.sequences),
  seed: Number(values.seed),
  from: values.from,
  browser: values.browser,
});
