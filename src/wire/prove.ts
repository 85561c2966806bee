import { setTimeout as sleep } from "node:timers/promises";
import type { WireProof } from "../report.ts";
import type { Session } from "./browse.ts";
import { nameOf } from "./chromium.ts";
import type { ClearRequest, Gate } from "./gate.ts";

/** What a browser's jar calls a cookie by. */
export interface CookieId {
  readonly name: string;
  /** Without a dot in front. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
}

export const keyOf = ({ name, domain, hostOnly, path }: CookieId): string =>
  JSON.stringify([name, domain, hostOnly, path]);

/** What the browser told about one navigation. */
interface Navigation {
  /** Why the browser itself went from http to https: `HSTS`, `HttpsUpgrades`. */
  readonly upgrade: string | undefined;
  readonly requests: readonly ClearRequest[];
  /** By cookie: why it was withheld from the request in clear text, empty when it was sent. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
}

/** Addresses that are tried for one site, each twice. */
const maximumAddresses = 50;

/**
 * Shows for each cookie of the session whether it leaves in clear text when somebody types `http://`: first with the
 * site's TLS within reach, then with it blocked, as an attacker on the way blocks it.
 * Nothing is sent over a network in clear text: the gate takes it.
 */
export async function prove(
  session: Session,
  gate: Gate,
  milliseconds: number,
): Promise<ReadonlyMap<string, WireProof[]>> {
  const cookies = (await session.context.cookies()).map(({ name, domain, path }) => ({
    name,
    domain: domain.replace(/^\./, ""),
    hostOnly: !domain.startsWith("."),
    path,
  }));
  const proofs = new Map<string, WireProof[]>(cookies.map((cookie) => [keyOf(cookie), []]));
  const addresses = [...new Set(cookies.flatMap(addressesOf))].slice(0, maximumAddresses);
  const chromium = nameOf(session.browser);
  for (const mode of ["open", "blocked"] as const) {
    if (mode === "blocked") gate.block();
    const browser = `${chromium} with its default upgrades, https ${mode === "open" ? "within reach" : "blocked"}`;
    for (const address of addresses) {
      const navigation = await navigate(session, gate, address, milliseconds);
      for (const cookie of cookies) {
        if (addressesOf(cookie).includes(address)) {
          proofs.get(keyOf(cookie))?.push({ browser, url: address, ...findingOf(cookie, address, navigation) });
        }
      }
    }
  }
  return proofs;
}

/** Where the cookie goes: its own host, and for a cookie of a domain also a host below that nobody ever visited. */
function addressesOf({ domain, hostOnly, path }: CookieId): string[] {
  return [domain, ...(hostOnly ? [] : [`setsecure-probe.${domain}`])].map((host) => `http://${host}${path}`);
}

async function navigate({ page, cdp }: Session, gate: Gate, address: string, timeout: number): Promise<Navigation> {
  let upgrade: string | undefined;
  const reasons = new Map<string, readonly string[]>();
  const onRequest = (event: { request: { url: string }; redirectResponse?: { headers: object } }) => {
    const headers = new Map(Object.entries(event.redirectResponse?.headers ?? {}));
    if (event.request.url.startsWith("https:")) upgrade ??= headers.get("Non-Authoritative-Reason");
  };
  const onExtra = (event: {
    associatedCookies: { cookie: { name: string; domain: string; path: string }; blockedReasons: string[] }[];
    headers: object;
  }) => {
    for (const { cookie, blockedReasons } of event.associatedCookies) {
      const domain = cookie.domain.replace(/^\./, "");
      const id = { name: cookie.name, path: cookie.path, domain, hostOnly: !cookie.domain.startsWith(".") };
      reasons.set(keyOf(id), blockedReasons);
    }
  };
  cdp.on("Network.requestWillBeSent", onRequest);
  cdp.on("Network.requestWillBeSentExtraInfo", onExtra);
  gate.take();
  // An answer without content ends a navigation with an error, too.
  await page.goto(address, { timeout, waitUntil: "commit" }).catch(() => undefined);
  const host = new URL(address).host;
  // What the browser says of a request may come after the request itself.
  for (let wait = 0; wait < 20 && reasons.size === 0; wait++) await sleep(25);
  const requests = gate.take().filter(({ url }) => new URL(url).host === host);
  cdp.off("Network.requestWillBeSent", onRequest);
  cdp.off("Network.requestWillBeSentExtraInfo", onExtra);
  return { upgrade, requests, reasons };
}

function findingOf(
  cookie: CookieId,
  address: string,
  { upgrade, requests, reasons }: Navigation,
): Omit<WireProof, "browser" | "url"> {
  const request = requests.find(({ url }) => url === address);
  const withheld = reasons.get(keyOf(cookie)) ?? [];
  if (request === undefined) {
    const why = upgrade === undefined ? "no request came" : `${upgradeWords[upgrade] ?? upgrade} turned it into https`;
    return { sent: false, says: `GET ${address} did not leave in clear text, ${why}` };
  }
  if (request.names.includes(cookie.name) && withheld.length === 0) {
    return { sent: true, says: `GET ${address} carried it in clear text` };
  }
  const reason = withheld.length === 0 ? "" : ` (${withheld.join(", ")})`;
  return { sent: false, says: `GET ${address} left in clear text without it${reason}` };
}

const upgradeWords: Readonly<Record<string, string>> = {
  HSTS: "HSTS",
  HttpsUpgrades: "Chromium's own upgrade",
};
