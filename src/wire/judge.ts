import type { WireLine } from "./input.ts";
import {
  createJar,
  type DropReason,
  isLoopback,
  type Jar,
  type Origin,
  originOf,
  type Receipt,
  type StoredCookie,
} from "./jar.ts";
import { type ProfileName, profiles } from "./profile.ts";
import { type Attribute, parseSetCookie, type SetCookie, unknownAttribute } from "./set-cookie.ts";

/** Where bare lines are taken to come from. */
export const defaultUrl = "https://app.example/";

export interface JudgeOptions {
  /** Where lines without a URL came from; default `https://app.example/`. */
  readonly url?: string;
  /** Whose behaviour is judged; default Chromium. The others are told where they differ. */
  readonly profile?: ProfileName;
  /** One jar over all lines, so that the last writer decides; by default each line is judged by itself. */
  readonly replay?: boolean;
  /** Reasons leave out what is told once for all lines (`loopbackNote`) and the numbers of lines. */
  readonly brief?: boolean;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number;
  /** See `JarOptions`. */
  readonly isPublicSuffix?: (domain: string) => boolean;
}

/** What one user agent does with one line. */
interface Outcome {
  readonly stored: boolean;
  /** Whether the line carries an effective Secure. */
  readonly secure: boolean;
  /** Whether the cookie then goes with a plain http request to its own domain and path. */
  readonly sentOverHttp: boolean;
  /** The line is there to delete a cookie; it does so unless it is dropped. */
  readonly deletion: boolean;
  /** One clause, without the cookie's name and never with its value. */
  readonly because: string;
}

export interface Judgement extends Outcome {
  /** 1-based, as given or counted. */
  readonly line: number;
  /** Scheme, host and path; a query may hold secrets. */
  readonly url: string;
  /** Empty for a nameless cookie. */
  readonly name: string;
  /** Set when the line is dropped: by which rule, in which section of RFC 6265bis. */
  readonly dropped?: {
    readonly reason: DropReason | "url";
    readonly section: string | undefined;
    readonly lacksSecure: boolean;
  };
  readonly attributes: {
    readonly httpOnly: boolean;
    readonly sameSite: string;
    /** The domain and path that the cookie is stored for. */
    readonly domain?: string;
    readonly hostOnly?: boolean;
    readonly path?: string;
  };
  /** Attributes that have no effect, and why. Those that user agents do not know are not named. */
  readonly ignored: readonly string[];
  /** The line whose cookie this one replaces or deletes; only in a replay. */
  readonly replaces?: number;
  /** The host is a loopback one, and was judged as the https host it will be in production. */
  readonly loopback: boolean;
  /** The other user agents that come to another outcome. */
  readonly differs?: readonly (Outcome & { readonly profile: ProfileName })[];
}

/**
 * Judges every line, in order: is it stored, is it sent over plain http, and why. Never throws because of a line.
 * Loopback hosts are judged as the https host that they will be in production, since browsers trust them blindly.
 * No output holds a cookie's value.
 */
export function judge(lines: readonly (string | WireLine)[], options: JudgeOptions = {}): Judgement[] {
  const judgeLine = createJudge(options);
  return lines.map((given, index) =>
    judgeLine(typeof given === "string" ? readLine(given, index + 1, options.url ?? defaultUrl) : given),
  );
}

/** The same for lines that come one by one. */
export function createJudge(options: Omit<JudgeOptions, "url"> = {}): (line: WireLine) => Judgement {
  const chosen = options.profile ?? "chromium";
  const others = Object.values(profiles).filter(({ name }) => name !== chosen);
  const now = options.now ?? Date.now;
  const { isPublicSuffix } = options;
  const jarOf = (profile: ProfileName) =>
    createJar({ profile, now, trustLoopback: false, ...(isPublicSuffix === undefined ? {} : { isPublicSuffix }) });
  const freshJars = () => ({ own: jarOf(chosen), others: others.map(({ name }) => jarOf(name)) });
  const kept = options.replay === true ? freshJars() : undefined;

  const brief = options.brief === true;

  return ({ line, url, set }) => {
    const from = originOf(url);
    if (from === undefined) return judgeNowhere(line, set);
    const loopback = isLoopback(from.host);
    const origin: Origin = loopback ? { ...from, scheme: "https" } : from;
    const jars = kept ?? freshJars();
    const verdict = outcomeOf(jars.own, set, origin, { line, loopback, brief });
    const differs = jars.others.flatMap((jar) => {
      const { outcome } = outcomeOf(jar, set, origin, { line, loopback, brief });
      return sameOutcome(outcome, verdict.outcome) ? [] : [{ profile: jar.profile.name, ...outcome }];
    });
    const { receipt, outcome } = verdict;
    const place = `${from.scheme}://${new URL(url).host}${from.path}`;
    return {
      line,
      url: place,
      name: set.name,
      ...outcome,
      ...(receipt.kind === "dropped"
        ? { dropped: { reason: receipt.reason, section: receipt.section, lacksSecure: receipt.lacksSecure } }
        : {}),
      attributes: attributesOf(receipt),
      ignored: ignoredOf(set.attributes),
      ...(receipt.kind !== "dropped" && receipt.replaced !== undefined ? { replaces: receipt.replaced.line } : {}),
      loopback,
      ...(differs.length > 0 ? { differs } : {}),
    };
  };
}

function readLine(text: string, line: number, url: string): WireLine {
  return { line, url, set: parseSetCookie(text) };
}

function judgeNowhere(line: number, set: SetCookie): Judgement {
  return {
    line,
    url: "",
    name: set.name,
    stored: false,
    secure: false,
    sentOverHttp: false,
    deletion: false,
    because: "its URL is neither http nor https",
    dropped: { reason: "url", section: undefined, lacksSecure: false },
    attributes: { httpOnly: false, sameSite: "Default" },
    ignored: [],
    loopback: false,
  };
}

export const loopbackNote =
  "judged as the https host it will be in production, for browsers trust a loopback host even over http";

function sameOutcome(a: Outcome, b: Outcome): boolean {
  return (
    a.stored === b.stored && a.secure === b.secure && a.sentOverHttp === b.sentOverHttp && a.deletion === b.deletion
  );
}

interface LineMeans {
  readonly line: number;
  readonly loopback: boolean;
  readonly brief: boolean;
}

function outcomeOf(jar: Jar, set: SetCookie, from: Origin, { line, loopback, brief }: LineMeans) {
  const receipt = jar.receive(set, from, line);
  const suffix = loopback && !brief ? `; ${loopbackNote}` : "";
  if (receipt.kind === "dropped") {
    const deletes = receipt.deletion ? ", so it deletes nothing" : "";
    const because = `a browser drops it: ${receipt.because}${deletes}${suffix}`;
    const { secure } = receipt.cookie;
    return { receipt, outcome: { stored: false, secure, sentOverHttp: false, deletion: receipt.deletion, because } };
  }
  const { cookie, replaced } = receipt;
  const to: Origin = { scheme: "http", host: cookie.domain, path: cookie.path };
  const deletion = receipt.kind === "deleted";
  const reachable = jar.isReachable(cookie.path);
  const sentOverHttp = !deletion && reachable && jar.sends(cookie, to);
  const why = deletion ? deletionBecause : reachable ? storedBecause(set.attributes, cookie) : unreachableBecause;
  const because = `${why}${replacementBecause(receipt.kind, replaced, cookie.secure, brief)}${suffix}`;
  return { receipt, outcome: { stored: !deletion, secure: cookie.secure, sentOverHttp, deletion, because } };
}

const deletionBecause = "it deletes the cookie, for it has expired when it arrives";

const unreachableBecause = "no request has the path that is its Path, so a browser stores it and never sends it";

function storedBecause(attributes: readonly Attribute[], { secure, hostOnly, domain }: StoredCookie): string {
  if (secure) return "it has Secure, so a browser sends it over https only";
  const leak = `so a browser sends it over plain http too${hostOnly ? "" : `, to ${domain} and every host below it`}`;
  if (attributes.some(({ name, tooLong }) => name === "secure" && tooLong)) {
    return `its Secure is longer than 1024 octets and is ignored, ${leak}`;
  }
  if (attributes.some(resemblesSecure)) return `what looks like Secure is written so that it is not, ${leak}`;
  return `it has no Secure, ${leak}`;
}

/** `"Secure"`, `Secure qux`, `Secured`, or letters of another script; for the reader only. */
function resemblesSecure({ name }: Attribute): boolean {
  if (name === "secure" || name.length > 64) return false;
  if (name.normalize("NFKC").toLowerCase().includes("secure")) return true;
  return name.length === 6 && [...name].every((letter, at) => letter === "secure"[at] || letter > "\x7F");
}

function replacementBecause(
  kind: Receipt["kind"],
  replaced: { readonly secure: boolean; readonly line: number } | undefined,
  secure: boolean,
  brief: boolean,
): string {
  if (replaced === undefined) return "";
  if (brief) return replaced.secure && !secure && kind !== "deleted" ? "; it replaces one that had Secure" : "";
  if (kind === "deleted") return ` (set on line ${replaced.line})`;
  const downgrade = replaced.secure && !secure ? ", which had Secure" : "";
  return `; it replaces the cookie of line ${replaced.line}${downgrade}`;
}

const written: Readonly<Record<string, string>> = {
  "max-age": "Max-Age",
  samesite: "SameSite",
  httponly: "HttpOnly",
};

const isKnown = ({ ignored }: Attribute) => ignored !== unknownAttribute;

/** Unknown attributes are counted, not named: they may be the rest of a value that has a semicolon in it. */
function ignoredOf(attributes: readonly Attribute[]): string[] {
  const told = attributes.flatMap((attribute) => {
    if (attribute.ignored === undefined || !isKnown(attribute)) return [];
    const { name } = attribute;
    if (!nameable.has(name)) return [`an attribute: ${attribute.ignored}`];
    return [`${written[name] ?? name.slice(0, 1).toUpperCase() + name.slice(1)}: ${attribute.ignored}`];
  });
  const unknown = attributes.filter((attribute) => !isKnown(attribute)).length;
  const counted = unknown === 1 ? "1 attribute" : `${unknown} attributes`;
  return [...new Set(told), ...(unknown === 0 ? [] : [`${counted}: not known to user agents`])];
}

const nameable = new Set(["secure", "httponly", "samesite", "domain", "path", "expires", "max-age", "partitioned"]);

function attributesOf({ kind, cookie }: Receipt): Judgement["attributes"] {
  const { httpOnly, sameSite, domain, hostOnly, path } = cookie;
  return kind === "dropped" ? { httpOnly, sameSite } : { httpOnly, sameSite, domain, hostOnly, path };
}
