import { CannotDo } from "../exit.ts";
import { portOf, type Resolve } from "./http.ts";
import { isLoopback } from "./jar.ts";

/** Over https, over plain http, or over plain http that says it came over https, as a proxy that ends TLS says it. */
export type Way = "https" | "http" | "forwarded";

export interface Start {
  readonly url: URL;
  readonly way: Way;
  /** Given by the user, and not the same address over the other scheme. */
  readonly told: boolean;
}

/** One site: all that was told of one host. */
export interface Target {
  readonly host: string;
  readonly starts: readonly Start[];
}

/**
 * The sites that URLs denote, in order. A URL without a scheme is taken for https; where the port is the scheme's own,
 * the same address over the other scheme is asked too.
 * @param forwarded also asks plain http as a proxy would that ends TLS
 * @throws CannotDo
 */
export function targetsOf(texts: readonly string[], forwarded: boolean): Target[] {
  const told = texts.map(readUrl);
  const known = new Set(told.map(({ href }) => href));
  const byHost = new Map<string, Start[]>();
  for (const url of told) {
    const starts = byHost.get(url.hostname) ?? [];
    byHost.set(url.hostname, starts);
    const other = otherScheme(url);
    const derived = other === undefined || known.has(other.href) ? [] : [{ url: other, told: false }];
    for (const start of [{ url, told: true }, ...derived]) {
      starts.push({ ...start, way: start.url.protocol === "https:" ? "https" : "http" });
      if (forwarded && start.url.protocol === "http:") starts.push({ ...start, way: "forwarded" });
    }
  }
  return [...byHost].map(([host, starts]) => ({ host, starts: unique(starts) }));
}

function unique(starts: readonly Start[]): Start[] {
  const byKey = new Map<string, Start>();
  for (const start of starts) {
    const key = `${start.way} ${start.url.href}`;
    if (!byKey.has(key)) byKey.set(key, start);
  }
  // https first: what it redirects to, plain http need not ask again.
  return [...byKey.values()].sort((a, b) => Number(b.way === "https") - Number(a.way === "https"));
}

function readUrl(text: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new CannotDo(
      `${JSON.stringify(withoutSecrets(text))} is no http or https URL; write it like https://app.example/`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new CannotDo(
      `${url.hostname}: a user and password belong in --header "Authorization: …", not in the URL, which reports repeat.`,
    );
  }
  url.hash = "";
  return url;
}

const withoutSecrets = (text: string) => text.replace(/\/\/[^/@]*@/, "//…@").replace(/[?#].*$/s, "");

function otherScheme(url: URL): URL | undefined {
  if (url.port !== "") return undefined;
  const other = new URL(url);
  other.protocol = url.protocol === "https:" ? "http:" : "https:";
  return other;
}

/** The host that was told, its twin with or without `www.`, and those of `also` that are no pattern. */
export function hostsOf({ host }: Target, also: readonly string[]): string[] {
  const isName = host.includes(".") && /[a-z]/i.test(host) && !host.startsWith("[") && !isLoopback(host);
  const twin = host.startsWith("www.") ? host.slice(4) : `www.${host}`;
  return [...new Set([host, ...(isName ? [twin] : []), ...also.filter((each) => !each.startsWith("*."))])];
}

/**
 * Whether a URL may be asked: on one of `hostsOf` or below a pattern of `also` (`*.app.example`), and on a port that was
 * told or is the scheme's own.
 */
export function scopeOf(target: Target, also: readonly string[]): (url: URL) => boolean {
  const hosts = new Set(hostsOf(target, also));
  const below = also.filter((each) => each.startsWith("*.")).map((each) => each.slice(1));
  const ports = new Set(target.starts.map(({ url }) => `${url.protocol}${portOf(url)}`));
  return (url) =>
    (hosts.has(url.hostname) || below.some((suffix) => url.hostname.endsWith(suffix))) &&
    (url.port === "" || ports.has(`${url.protocol}${portOf(url)}`));
}

/**
 * `--also host` or `--also *.host`.
 * @throws CannotDo
 */
export function readAlso(hosts: readonly string[]): readonly string[] {
  for (const host of hosts) {
    if (/^(?:\*\.)?[\w.-]+$|^\[[\da-fA-F:.]+\]$/.test(host)) continue;
    throw new CannotDo(
      `--also ${JSON.stringify(host)}: write a host without scheme, port and path, like login.example or *.example.`,
    );
  }
  return hosts;
}

/**
 * `--resolve host:port:address`, as curl has it; the address may name another port: `app.example:443:127.0.0.1:8443`.
 * @throws CannotDo
 */
export function readResolve(texts: readonly string[]): Resolve {
  return new Map(
    texts.map((text) => {
      const parts = /^(\[[^\]]+\]|[^:]+):(\d{1,5}):(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text);
      const [, host = "", port = "", address = "", other = port] = parts ?? [];
      if (parts === null || Number(port) > 65_535 || Number(other) > 65_535) {
        throw new CannotDo(
          `--resolve ${JSON.stringify(text)}: write host:port:address, like app.example:443:127.0.0.1, or host:port:address:port.`,
        );
      }
      return [`${host.toLowerCase()}:${port}`, { address: address.replace(/^\[(.*)\]$/, "$1"), port: Number(other) }];
    }),
  );
}
