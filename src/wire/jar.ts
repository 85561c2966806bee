import { type Prefix, type PrefixNeed, type Profile, type ProfileName, profiles } from "./profile.ts";
import { isPublicSuffix } from "./public-suffix.ts";
import { type Attribute, lowerCase, type SetCookie } from "./set-cookie.ts";

/** Where a line came from, or where a request goes. */
export interface Origin {
  readonly scheme: "https" | "http";
  /** Canonical (5.1.2), as `URL` makes it: lower case, A-labels, an IPv6 address in brackets. */
  readonly host: string;
  readonly path: string;
}

export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "None" | "Lax" | "Strict" | "Default";
  /** The scheme of the top-level site that a partitioned cookie is kept to. */
  readonly partition: Origin["scheme"] | undefined;
  /** Milliseconds since 1970; Infinity for a session cookie. */
  readonly expires: number;
  /** Order of creation; a cookie that replaces another inherits its place. */
  readonly created: number;
  /** The caller's number of the line that set it. */
  readonly line: number;
}

export type DropReason =
  | "control-character"
  | "too-large"
  | "empty"
  | "domain"
  | "secure-from-insecure"
  | "overwrites-secure"
  | "samesite-none"
  | "prefix"
  | "nameless"
  | "partitioned";

/** What became of one line. */
export type Receipt =
  | {
      readonly kind: "stored" | "deleted";
      readonly cookie: StoredCookie;
      /** The cookie that stood there before. */
      readonly replaced: StoredCookie | undefined;
    }
  | {
      readonly kind: "dropped";
      readonly reason: DropReason;
      /** The section of RFC 6265bis, where the rule is the RFC's. */
      readonly section: string | undefined;
      readonly because: string;
      /** Whether Secure is what it lacks, alone or among others. */
      readonly lacksSecure: boolean;
      /** What would have been stored. */
      readonly cookie: StoredCookie;
      /** Whether the line would have deleted a cookie, had it not been dropped. */
      readonly deletion: boolean;
    };

export interface JarOptions {
  readonly profile?: ProfileName;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Whether nobody may have cookies for a domain and all below it; by default what the Public Suffix List says. */
  readonly isPublicSuffix?: (domain: string) => boolean;
  /** Whether loopback hosts count as secure, as in browsers; false judges them as any other host. */
  readonly trustLoopback?: boolean;
}

export interface Jar {
  readonly profile: Profile;
  /** Stores, replaces, deletes or drops. `line` is kept with the cookie. */
  receive(parsed: SetCookie, from: Origin, line?: number): Receipt;
  /** 5.8.3: the cookies of a top-level request, in the order in which they are sent. */
  retrieve(to: Origin): readonly StoredCookie[];
  /** Whether a cookie goes with a top-level request. */
  sends(cookie: StoredCookie, to: Origin): boolean;
  /** Whether there is a request at all that a cookie with this path goes with. */
  isReachable(path: string): boolean;
  /** The value of the Cookie header, empty when nothing is sent. It holds values: never print it. */
  header(to: Origin): string;
}

/** 6.1: user agents keep at least 3000 cookies; keeping no more bounds the work on a hostile input. */
const maximumCookies = 3000;

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;

/** The origin that a URL denotes; undefined when it is not http, https, ws or wss. */
export function originOf(url: string): Origin | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, pathname } = new URL(url);
  const scheme = { "https:": "https", "wss:": "https", "http:": "http", "ws:": "http" } as const;
  if (!Object.hasOwn(scheme, protocol) || hostname === "") return undefined;
  return { scheme: scheme[protocol as keyof typeof scheme], host: hostname, path: pathname };
}

/** Hosts that browsers trust whatever the scheme: `localhost` and what ends in it, 127.0.0.0/8 and ::1. */
export function isLoopback(host: string): boolean {
  return /^(?:(?:.*\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host);
}

/** 5.1.3: both canonical. */
export function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !address.test(host));
}

/** 5.1.4 */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (!requestPath.startsWith(cookiePath)) return false;
  return requestPath.length === cookiePath.length || cookiePath.endsWith("/") || requestPath[cookiePath.length] === "/";
}

/**
 * Whether a request can have a path below this one. The URL Standard encodes these characters in a path and resolves
 * dots, so that a cookie with such a Path is stored and never sent. `encodes`: what a user agent encodes beyond that.
 */
function isRequestPath(path: string, encodes: string): boolean {
  if (/[^\x21-\x7E]|["#<>?\\^`{}]/.test(path) || [...encodes].some((letter) => path.includes(letter))) return false;
  return !path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

/** 5.1.4 */
export function defaultPath(requestPath: string): string {
  const slash = requestPath.lastIndexOf("/");
  return requestPath.startsWith("/") && slash > 0 ? requestPath.slice(0, slash) : "/";
}

/** A cookie on its way into the jar. */
interface Candidate {
  readonly cookie: StoredCookie;
  readonly profile: Profile;
  readonly domainAllowed: boolean;
  readonly fromSecure: boolean;
  readonly overwritesSecure: () => boolean;
  readonly partitioned: boolean;
  /** The prefix that the name bears, and what it asks for in vain. */
  readonly prefix: Prefix | undefined;
  readonly unmet: readonly PrefixNeed[];
}

/** One rule of storage that can drop a cookie. */
interface Step {
  readonly reason: DropReason;
  readonly section?: string;
  readonly drops: (candidate: Candidate) => boolean;
  readonly says: (candidate: Candidate) => string;
  readonly lacksSecure?: (candidate: Candidate) => boolean;
}

const needWords: Readonly<Record<PrefixNeed, string>> = {
  secure: "Secure",
  httpOnly: "HttpOnly",
  hostOnly: "no Domain",
  rootPath: "Path=/",
};

const prefixWords: Readonly<Record<string, string>> = {
  "__secure-": "__Secure-",
  "__host-": "__Host-",
  "__http-": "__Http-",
  "__host-http-": "__Host-Http-",
};

/** The storage model's reasons to ignore a cookie, in its order. */
const steps: readonly Step[] = [
  {
    // 5.7 steps 8 to 10: Domain must be the host or a parent of it, and no public suffix but the host itself.
    reason: "domain",
    section: "5.7 steps 8 to 10",
    drops: ({ domainAllowed }) => !domainAllowed,
    says: () => "its Domain is neither the host that set it nor a parent of it that may have cookies",
  },
  {
    // 5.7 step 13: Secure cannot be set over an insecure connection.
    reason: "secure-from-insecure",
    section: "5.7 step 13",
    drops: ({ cookie, fromSecure }) => cookie.secure && !fromSecure,
    says: () => "a cookie with Secure cannot be set over plain http",
  },
  {
    // 5.7 step 16: leave Secure cookies alone.
    reason: "overwrites-secure",
    section: "5.7 step 16",
    drops: ({ cookie, fromSecure, overwritesSecure }) => !cookie.secure && !fromSecure && overwritesSecure(),
    says: () => "plain http may not overwrite or shadow a Secure cookie of the same name",
  },
  {
    // 5.7 step 19: SameSite=None needs Secure.
    reason: "samesite-none",
    section: "5.7 step 19",
    drops: ({ cookie }) => cookie.sameSite === "None" && !cookie.secure,
    says: () => "SameSite=None needs Secure",
    lacksSecure: () => true,
  },
  {
    // 5.7 steps 20 and 21, and draft-ietf-httpbis-layered-cookies for the two Http prefixes.
    reason: "prefix",
    section: "5.7 steps 20 and 21",
    drops: ({ unmet }) => unmet.length > 0,
    says: ({ prefix, unmet }) =>
      `a name that begins with ${prefixWords[prefix?.prefix ?? ""]} needs ${unmet.map((need) => needWords[need]).join(" and ")}`,
    lacksSecure: ({ unmet }) => unmet.includes("secure"),
  },
  {
    // 5.7 step 22: a nameless cookie must not look like one with a prefix when it is sent.
    reason: "prefix",
    section: "5.7 step 22",
    drops: ({ cookie, profile }) => cookie.name === "" && prefixOf(cookie.value, profile) !== undefined,
    says: () => "it has no name and its value begins like a name prefix",
  },
  {
    // No section: it is in draft-ietf-httpbis-layered-cookies, and Chromium does it.
    reason: "nameless",
    drops: ({ cookie, profile }) => profile.namelessIsPlain && cookie.name === "" && cookie.value.includes("="),
    says: () => "it has no name, and an equals sign in its value would give it one",
  },
  {
    // No section: Partitioned is in neither draft; both browsers ask for Secure.
    reason: "partitioned",
    drops: ({ cookie, partitioned }) => partitioned && !cookie.secure,
    says: () => "Partitioned needs Secure",
    lacksSecure: () => true,
  },
];

/** 5.4: prefixes match whatever the case. */
function prefixOf(name: string, profile: Profile): Prefix | undefined {
  const start = lowerCase(name.slice(0, 16));
  return profile.prefixes.find(({ prefix }) => start.startsWith(prefix));
}

/** 5.7 steps 7 to 10: undefined when the cookie is to be dropped. */
function domainOf(
  attribute: string | undefined,
  host: string,
  profile: Profile,
  isSuffix: (domain: string) => boolean,
): Pick<StoredCookie, "domain" | "hostOnly"> | undefined {
  const own = { domain: host, hostOnly: true };
  if (attribute === undefined || attribute === "") return own;
  // 5.6.3 steps 2 and 3
  const domain = lowerCase(attribute.startsWith(".") ? attribute.slice(1) : attribute);
  if (domain === "") return profile.strictDomain ? undefined : own;
  if (domain === host && ((profile.strictDomain && address.test(host)) || isSuffix(domain))) return own;
  // Non-ASCII (step 8) never matches: a canonical host is ASCII.
  if (isSuffix(domain) || !domainMatches(host, domain)) return undefined;
  return { domain, hostOnly: false };
}

/** No section: the RFC takes a tab for a blank wherever it stands. */
function innerTab({ name, value, attributes }: SetCookie & { readonly kind: "cookie" }) {
  const texts = [name, value, ...attributes.flatMap((attribute) => [attribute.name, attribute.value])];
  if (!texts.some((text) => text.includes("\t"))) return undefined;
  return { reason: "control-character", section: undefined, because: "it contains a tab within a word" } as const;
}

const sameSites: Readonly<Record<string, StoredCookie["sameSite"]>> = { none: "None", lax: "Lax", strict: "Strict" };

/** An empty jar of one user agent. Nothing in it is ever written down. */
export function createJar(options: JarOptions): Jar {
  const profile = profiles[options.profile ?? "chromium"];
  const isSuffix = options.isPublicSuffix ?? isPublicSuffix;
  const isTrusted = ({ scheme, host }: Origin) =>
    scheme === "https" || (options.trustLoopback !== false && isLoopback(host));
  const cookies = new Map<string, StoredCookie>();
  /** Keys of the cookies without Secure, oldest first. */
  const insecure = new Set<string>();
  const secureByName = new Map<string, Set<StoredCookie>>();
  let counter = 0;

  const keyOf = (cookie: StoredCookie) =>
    [cookie.name, cookie.domain, cookie.hostOnly, cookie.path, cookie.partition].join("\0");

  function remove(key: string): StoredCookie | undefined {
    const cookie = cookies.get(key);
    if (cookie === undefined) return undefined;
    cookies.delete(key);
    insecure.delete(key);
    secureByName.get(cookie.name)?.delete(cookie);
    return cookie;
  }

  function insert(key: string, cookie: StoredCookie): void {
    // 5.7, last part: excess cookies without Secure go first.
    if (cookies.size >= maximumCookies) {
      const [excess] = insecure.size > 0 ? insecure : cookies.keys();
      if (excess !== undefined) remove(excess);
    }
    cookies.set(key, cookie);
    if (!cookie.secure) {
      insecure.add(key);
      return;
    }
    const sameName = secureByName.get(cookie.name) ?? new Set();
    secureByName.set(cookie.name, sameName.add(cookie));
  }

  /** 5.7 step 16: the comparison of paths is not symmetric. */
  function overwritesSecure(cookie: StoredCookie): boolean {
    for (const other of secureByName.get(cookie.name) ?? []) {
      const domains = domainMatches(other.domain, cookie.domain) || domainMatches(cookie.domain, other.domain);
      if (domains && other.expires > options.now() && pathMatches(cookie.path, other.path)) return true;
    }
    return false;
  }

  function candidateOf(
    name: string,
    value: string,
    attributes: readonly Attribute[],
    from: Origin,
    line: number,
  ): Candidate {
    const short = attributes.filter((attribute) => !attribute.tooLong);
    const flags = profile.keepsLongFlags ? attributes : short;
    const has = (wanted: string) => flags.some((attribute) => attribute.name === wanted);
    const last = (wanted: string, among: readonly Attribute[] = short) =>
      among.findLast((attribute) => attribute.name === wanted)?.value;

    const domainAttribute = last("domain");
    const domain = domainOf(domainAttribute, from.host, profile, isSuffix);
    const pathAttribute = last("path");
    const partitioned = profile.partitioned && has("partitioned");
    const cookie: StoredCookie = {
      name,
      value,
      ...(domain ?? { domain: from.host, hostOnly: true }),
      // 5.7 step 11, 5.6.4
      path: pathAttribute?.startsWith("/") ? pathAttribute : defaultPath(from.path),
      // 5.7 steps 12, 14 and 17
      secure: has("secure"),
      httpOnly: has("httponly"),
      sameSite: sameSites[lowerCase(last("samesite", flags) ?? "").slice(0, 8)] ?? "Default",
      partition: partitioned ? from.scheme : undefined,
      // 5.7 step 6
      expires: profile.expiry(attributes, options.now()) ?? Number.POSITIVE_INFINITY,
      created: counter++,
      line,
    };
    const prefix = prefixOf(name, profile);
    const hostIsAddress = address.test(from.host);
    const subject = { hostOnly: cookie.hostOnly, path: cookie.path, domainAttribute, pathAttribute, hostIsAddress };
    const met: Readonly<Record<PrefixNeed, boolean>> = {
      secure: cookie.secure,
      httpOnly: cookie.httpOnly,
      hostOnly: profile.isHostOnly(subject),
      rootPath: profile.isRootPath(subject),
    };
    return {
      cookie,
      profile,
      domainAllowed: domain !== undefined,
      fromSecure: isTrusted(from),
      overwritesSecure: () => overwritesSecure(cookie),
      partitioned,
      prefix,
      unmet: prefix?.needs.filter((need) => !met[need]) ?? [],
    };
  }

  function receive(parsed: SetCookie, from: Origin, line = 0): Receipt {
    const value = parsed.kind === "cookie" ? parsed.value : "";
    const candidate = candidateOf(parsed.name, value, parsed.attributes, from, line);
    const { cookie } = candidate;
    const deletion = cookie.expires <= options.now();
    const fault = parsed.kind === "ignored" ? parsed : profile.dropsInnerTabs ? innerTab(parsed) : undefined;
    if (fault !== undefined) {
      const { reason, section, because } = fault;
      return { kind: "dropped", reason, section, because, lacksSecure: false, cookie, deletion };
    }
    const step = steps.find(({ drops }) => drops(candidate));
    if (step !== undefined) {
      const lacksSecure = step.lacksSecure?.(candidate) ?? false;
      return {
        kind: "dropped",
        reason: step.reason,
        section: step.section,
        because: step.says(candidate),
        lacksSecure,
        cookie,
        deletion,
      };
    }
    // 5.7 steps 23 and 24: the newer one replaces the older one and takes its place in the order.
    const key = keyOf(cookie);
    const replaced = remove(key);
    const standing = replaced !== undefined && replaced.expires > options.now() ? replaced : undefined;
    if (deletion) return { kind: "deleted", cookie, replaced: standing };
    const stored = standing === undefined ? cookie : { ...cookie, created: standing.created };
    insert(key, stored);
    return { kind: "stored", cookie: stored, replaced: standing };
  }

  function sends(cookie: StoredCookie, to: Origin): boolean {
    if (cookie.expires <= options.now()) return false;
    if (cookie.hostOnly ? to.host !== cookie.domain : !domainMatches(to.host, cookie.domain)) return false;
    if (!pathMatches(to.path, cookie.path)) return false;
    if (cookie.secure && !isTrusted(to)) return false;
    return cookie.partition === undefined || cookie.partition === to.scheme;
  }

  function retrieve(to: Origin): readonly StoredCookie[] {
    return [...cookies.values()]
      .filter((cookie) => sends(cookie, to))
      .sort((a, b) => b.path.length - a.path.length || a.created - b.created);
  }

  // 5.8.3 step 6
  const header = (to: Origin) =>
    retrieve(to)
      .map(({ name, value }) => (name === "" ? profile.nameless(value) : `${name}=${value}`))
      .join("; ");

  const isReachable = (path: string) => isRequestPath(path, profile.encodes);

  return { profile, receive, retrieve, sends, isReachable, header };
}
