import type { WireProof } from "../report.ts";
import { type BrowsedCookie, type BrowseOptions, openSession, type Session } from "./browse.ts";
import { hasSandbox, nameOf } from "./chromium.ts";
import { openGate } from "./gate.ts";
import { type Address, connectTo, destinationOf, portOf, type Resolve } from "./http.ts";
import type { Probed } from "./probe.ts";
import { prove } from "./prove.ts";
import { hostsOf, type Target } from "./target.ts";

export interface BrowseSiteOptions extends BrowseOptions {
  /** Also shows whether each cookie leaves in clear text. */
  readonly prove: boolean;
  /** Whether pages may load what lies on other hosts. */
  readonly thirdParties: boolean;
  readonly maxPages: number;
  readonly also: readonly string[];
  readonly resolve: Resolve;
  readonly proxy: URL | undefined;
  /** Whether Chromium is to take the certificates that our own client found valid. */
  readonly trustProbed: boolean;
}

export interface Browsed {
  readonly cookies: readonly BrowsedCookie[];
  /** By `keyOf`. */
  readonly proofs: ReadonlyMap<string, readonly WireProof[]>;
  /** By the name of a cookie that Chromium dropped when it came: its own reasons. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** `Chromium 156` */
  readonly browser: string;
  readonly remarks: readonly string[];
}

/**
 * Loads a site's pages in Chromium: where it was told to start, and where our own client was given cookies that the
 * browser has not met yet.
 * @throws CannotDo when there is no browser
 */
export async function browseSite(target: Target, probed: Probed, options: BrowseSiteOptions): Promise<Browsed> {
  const answered = new Set(
    probed.visits.filter(({ outcome }) => outcome.kind === "answer").map(({ url }) => new URL(url).origin),
  );
  const starts = target.starts.filter(
    ({ url, way, told }) => answered.has(url.origin) && (way === "https" || (way === "http" && told && !options.prove)),
  );
  if (starts.length === 0) {
    const says = options.prove
      ? "nothing can be proven: nothing answers over https, from where a cookie could leak"
      : "there is no page for the browser: nothing answers";
    return { cookies: [], proofs: new Map(), refused: new Map(), browser: "Chromium", remarks: [says] };
  }
  const gate = await openGate({
    addresses: addressesOf(target, options),
    connect: ({ host, port }) =>
      connectTo(destinationOf(host, port, options.resolve), options.proxy, options.milliseconds),
    takesClear: options.prove,
  });
  try {
    const session = await openSession(options, {
      resolverRules: [...gate.resolverRules, ...(options.thirdParties ? [] : ["MAP * ~NOTFOUND"])],
      publicKeys: options.trustProbed ? probed.publicKeys : [],
    });
    try {
      const faults = await loadPages(
        session,
        starts.map(({ url }) => url.href),
        probed,
        options.maxPages,
      );
      const proofs = options.prove ? await prove(session, gate, options.milliseconds) : new Map();
      const { cookies, refused, browser } = session;
      const remarks = [...faults, ...remarksOf(session, options)];
      return { cookies, proofs, refused, browser: nameOf(browser), remarks };
    } finally {
      await session.close();
    }
  } finally {
    await gate.close();
  }
}

function remarksOf({ withheld, left }: Session, { insecure, prove: proving }: BrowseSiteOptions): string[] {
  return [
    ...(withheld.size === 0
      ? []
      : [
          `the pages ask for what lies on other hosts, which was left out (--third-parties): ${[...withheld].join(", ")}`,
        ]),
    ...(left ? ["the pages set more cookies than are judged in a browser; the rest was left"] : []),
    ...(proving && insecure
      ? ["Chromium takes no HSTS from a certificate that it does not trust (--ca, not --insecure)"]
      : []),
    ...(hasSandbox ? [] : ["Chromium ran without its sandbox, which it does not have for root"]),
  ];
}

/** Every host of the site on each port of https that was told, and plain http where it was told and is not proven. */
function addressesOf(target: Target, { also, prove: proving }: BrowseSiteOptions): Address[] {
  const ports = new Set([443]);
  for (const { url, told } of target.starts) {
    if (url.protocol === "https:" || (told && !proving)) ports.add(portOf(url));
  }
  return hostsOf(target, also).flatMap((host) => [...ports].map((port) => ({ host, port })));
}

async function loadPages(
  session: Session,
  starts: readonly string[],
  probed: Probed,
  maxPages: number,
): Promise<string[]> {
  const faults: string[] = [];
  const load = async (url: string) => {
    const fault = await session.load(url);
    if (fault !== undefined) faults.push(`${url.split("?")[0]}: ${fault}`);
  };
  for (const url of starts.slice(0, maxPages)) await load(url);
  const met = () => new Set(session.cookies.map(({ judgement }) => judgement.name));
  let pages = starts.length;
  for (const { judgement, way } of probed.cookies) {
    if (pages >= maxPages || way !== "https" || !judgement.stored || met().has(judgement.name)) continue;
    pages++;
    await load(judgement.url);
  }
  return faults;
}
