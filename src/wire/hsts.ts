import { domainMatches } from "./jar.ts";

/** RFC 6797: what a host has asked for over a connection without errors. */
export interface HstsPolicy {
  readonly host: string;
  /** Seconds, more than 0. */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
}

/** The policies that a browser has noted while it visited a site. */
export interface HstsStore {
  /** Notes, replaces or drops the policy of a host, which is a name: an address has none (8.1.1). */
  note(host: string, header: string): void;
  /** The policy that reaches this domain's plain http, for a cookie that only the host gets or every host below too. */
  covering(domain: string, hostOnly: boolean): HstsPolicy | undefined;
}

export function createHsts(): HstsStore {
  const policies = new Map<string, HstsPolicy>();
  return {
    note(host, header) {
      const policy = parseHsts(header);
      if (policy === undefined || isAddress(host)) return;
      if (policy.maxAge === 0) policies.delete(host);
      else policies.set(host, { host, ...policy });
    },
    covering(domain, hostOnly) {
      const reaching = [...policies.values()].filter(({ host, includeSubDomains }) => {
        if (host === domain) return hostOnly || includeSubDomains;
        return includeSubDomains && domainMatches(domain, host);
      });
      return reaching.sort((a, b) => b.maxAge - a.maxAge)[0];
    },
  };
}

const isAddress = (host: string) => host.startsWith("[") || /^\d+(?:\.\d+){3}$/.test(host);

/** RFC 6797, 6.1: undefined when the header is not valid; only the first header of an answer counts (8.1). */
export function parseHsts(header: string): Omit<HstsPolicy, "host"> | undefined {
  const directives = new Map<string, string>();
  for (const text of header.split(";")) {
    const [name = "", ...rest] = text.split("=");
    const key = name.trim().toLowerCase();
    if (key === "") continue;
    // 6.1: no directive may come twice.
    if (directives.has(key)) return undefined;
    directives.set(key, rest.join("=").trim());
  }
  const seconds = /^(?:"(\d+)"|(\d+))$/.exec(directives.get("max-age") ?? "");
  if (seconds === null) return undefined;
  return { maxAge: Number(seconds[1] ?? seconds[2]), includeSubDomains: directives.has("includesubdomains") };
}

/** Half a year, which the MDN Observatory asks for too: a session cookie lives as long as a browser restores its tabs. */
const sessionSeconds = 15_552_000;

/**
 * Why HSTS keeps a cookie off plain http, as one clause, or undefined when it does not: the policy must reach every
 * host that gets the cookie, and outlive it.
 * @param seconds that the cookie lives; undefined for a session cookie
 */
export function mitigationOf(
  store: HstsStore,
  cookie: { readonly domain: string; readonly hostOnly: boolean; readonly seconds: number | undefined },
): string | undefined {
  const policy = store.covering(cookie.domain, cookie.hostOnly);
  if (policy === undefined || policy.maxAge < (cookie.seconds ?? sessionSeconds)) return undefined;
  const days = Math.round(policy.maxAge / 86_400);
  return `HSTS of ${policy.host} keeps a browser that has been there before on https for ${days === 1 ? "1 day" : `${days} days`}; the first visit is open, and so is every program that knows no HSTS`;
}
