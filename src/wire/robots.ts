import robots from "robots-parser";
import type { Client } from "./http.ts";

export interface Robots {
  /** Whether the site lets a page be asked by a program that follows links. */
  allows(url: URL): Promise<boolean>;
  /** Requests a second, slowed down to what the site asks for. */
  rate(url: URL, wanted: number): Promise<number>;
}

// Its types speak of an ES module, which it is not.
const robotsParser = robots as unknown as typeof robots.default;

type Rules = ReturnType<typeof robotsParser>;

/** RFC 9309, 2.5 asks for 500 KiB at least; matching costs the size of the rules times the length of a path. */
const octets = 512 * 1024;
const slowest = 0.1;
const hops = 5;

/** The robots.txt of each origin, asked for once. */
export function createRobots(client: Client, userAgent: string, mayAsk: (url: URL) => boolean): Robots {
  const byOrigin = new Map<string, Promise<Rules>>();
  const rulesOf = (url: URL): Promise<Rules> => {
    const known = byOrigin.get(url.origin) ?? readRules(url.origin, client, userAgent, mayAsk);
    byOrigin.set(url.origin, known);
    return known;
  };
  return {
    allows: async (url) => (await rulesOf(url)).isAllowed(url.href, userAgent) !== false,
    rate: async (url, wanted) => {
      const delay = (await rulesOf(url)).getCrawlDelay(userAgent) ?? 0;
      return delay > 0 ? Math.max(slowest, Math.min(wanted, 1 / delay)) : wanted;
    },
  };
}

async function readRules(
  origin: string,
  client: Client,
  userAgent: string,
  mayAsk: (url: URL) => boolean,
): Promise<Rules> {
  const home = new URL("/robots.txt", origin);
  const rules = (text: string) => robotsParser(home.href, text);
  let url = home;
  for (let hop = 0; hop <= hops; hop++) {
    const answer = await client(url, {
      headers: { "user-agent": userAgent },
      read: { octets, wants: (status) => status === 200 },
    });
    // RFC 9309, 2.3.1.4: what cannot be reached is closed; 2.3.1.3: what is not there closes nothing.
    if (answer.kind === "none" || answer.status >= 500) return rules("User-agent: *\nDisallow: /");
    if (answer.status === 200) return rules(answer.body);
    const location = answer.headers.find(([name]) => name === "location")?.[1];
    if (answer.status >= 400 || location === undefined || !URL.canParse(location, url.href)) break;
    url = new URL(location, url.href);
    if (!mayAsk(url)) break;
  }
  return rules("");
}
