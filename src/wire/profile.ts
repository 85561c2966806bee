import {
  type Attribute,
  expiryOf,
  fullYear,
  limitAge,
  momentAfter,
  monthOf,
  parseCookieDate,
  utcTime,
} from "./set-cookie.ts";

export type ProfileName = "chromium" | "firefox" | "strict";

/** What a name prefix asks of a cookie. */
export type PrefixNeed = "secure" | "httpOnly" | "hostOnly" | "rootPath";

export interface Prefix {
  readonly prefix: string;
  readonly needs: readonly PrefixNeed[];
}

/** What a prefix is checked against: the cookie as it would be stored, and the attributes as they were written. */
interface PrefixSubject {
  readonly hostOnly: boolean;
  readonly path: string;
  readonly domainAttribute: string | undefined;
  readonly pathAttribute: string | undefined;
  readonly hostIsAddress: boolean;
}

/** How one user agent reads, stores and sends, where user agents differ. */
export interface Profile {
  readonly name: ProfileName;
  readonly title: string;
  /** Attributes without a value (Secure) count even when a value of more than 1024 octets was written. */
  readonly keepsLongFlags: boolean;
  /** A nameless cookie may not have an equals sign in its value: it would come back with a name. */
  readonly namelessIsPlain: boolean;
  /** A tab that is not at the edge of a name, a value or an attribute counts as a control character. */
  readonly dropsInnerTabs: boolean;
  /** `Domain=.` drops the cookie instead of being empty, and an address as Domain makes the cookie host-only. */
  readonly strictDomain: boolean;
  /** Partitioned is known, needs Secure, and keeps the cookie to the scheme that set it. */
  readonly partitioned: boolean;
  /** The longer one first. */
  readonly prefixes: readonly Prefix[];
  readonly isHostOnly: (subject: PrefixSubject) => boolean;
  readonly isRootPath: (subject: PrefixSubject) => boolean;
  /** When the cookie expires, in milliseconds since 1970; undefined for a session cookie. */
  readonly expiry: (attributes: readonly Attribute[], now: number) => number | undefined;
  /** What the path of a request cannot hold beyond what the URL Standard says, for a cookie with such a Path is never sent. */
  readonly encodes: string;
  /** What a nameless cookie looks like in a Cookie header. */
  readonly nameless: (value: string) => string;
}

/** 5.4 and 5.7 steps 20 to 22. */
const standardPrefixes: readonly Prefix[] = [
  { prefix: "__secure-", needs: ["secure"] },
  { prefix: "__host-", needs: ["secure", "hostOnly", "rootPath"] },
];

/** Both browsers also know the two prefixes of draft-ietf-httpbis-layered-cookies. */
const browserPrefixes: readonly Prefix[] = [
  { prefix: "__http-", needs: ["secure", "httpOnly"] },
  { prefix: "__host-http-", needs: ["secure", "httpOnly", "hostOnly", "rootPath"] },
  ...standardPrefixes,
];

function lastValue(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.findLast((attribute) => attribute.name === name && !attribute.tooLong)?.value;
}

/** Only the last Max-Age and the last Expires are looked at, even when an earlier one would have been valid. */
function browserExpiry(
  secondsOf: (value: string) => number | undefined,
  dateOf: (value: string) => number | undefined,
): Profile["expiry"] {
  return (attributes, now) => {
    const maxAge = lastValue(attributes, "max-age");
    const seconds = maxAge === undefined ? undefined : secondsOf(maxAge);
    if (seconds !== undefined) return momentAfter(seconds, now);
    const expires = lastValue(attributes, "expires");
    const moment = expires === undefined ? undefined : dateOf(expires);
    return moment === undefined ? undefined : limitAge(moment, now);
  };
}

/** Chromium's own reader of dates: it takes years of one to five digits, long hours, and any past year. */
function chromiumDate(text: string): number | undefined {
  let month: number | undefined;
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let year: number | undefined;
  for (const token of text.split(/[\t\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+/)) {
    if (/^\d+:\d+:\d+$/.test(token)) time ??= token.split(":").map(Number);
    else if (!/^\d+$/.test(token)) month ??= monthOf(token);
    else if (day === undefined && token.length <= 2) day = Number(token);
    else if (year === undefined && token.length <= 5) year = fullYear(Number(token));
  }
  if (month === undefined || time === undefined || day === undefined || year === undefined) return undefined;
  return utcTime(year, month, day, time);
}

/** Chromium as it was seen in version 156: the recorded cases, and what `npm run fuzz:browser` asks it. */
const chromium: Profile = {
  name: "chromium",
  title: "Chromium 156",
  keepsLongFlags: false,
  namelessIsPlain: true,
  dropsInnerTabs: true,
  strictDomain: true,
  partitioned: true,
  prefixes: browserPrefixes,
  isHostOnly: ({ domainAttribute = "", hostIsAddress, hostOnly }) =>
    domainAttribute === "" || (hostIsAddress && hostOnly && !domainAttribute.startsWith(".")),
  isRootPath: ({ pathAttribute }) => pathAttribute === "/",
  expiry: browserExpiry((value) => (/^[+-]?\d+$/.test(value) ? Number(value) : undefined), chromiumDate),
  encodes: "|",
  nameless: (value) => value,
};

/**
 * Firefox as recorded in ESR 153; what the recording does not show is read from its source.
 * Its reader of dates takes more formats than the RFC's, which is used here.
 */
const firefox: Profile = {
  name: "firefox",
  title: "Firefox 153",
  keepsLongFlags: true,
  namelessIsPlain: false,
  dropsInnerTabs: false,
  strictDomain: true,
  partitioned: true,
  prefixes: browserPrefixes,
  isHostOnly: ({ hostOnly }) => hostOnly,
  isRootPath: ({ path }) => path === "/",
  expiry: browserExpiry((value) => {
    if (value.startsWith("-")) return Number.NEGATIVE_INFINITY;
    return /^\d+$/.test(value) ? Number(value) : undefined;
  }, parseCookieDate),
  encodes: "",
  nameless: (value) => `${value}=`,
};

/** RFC 6265bis to the letter: it knows neither Partitioned nor the two newer prefixes. */
const strict: Profile = {
  name: "strict",
  title: "RFC 6265bis",
  keepsLongFlags: false,
  namelessIsPlain: false,
  dropsInnerTabs: false,
  strictDomain: false,
  partitioned: false,
  prefixes: standardPrefixes,
  isHostOnly: ({ hostOnly }) => hostOnly,
  isRootPath: ({ path, pathAttribute }) => pathAttribute !== undefined && path === "/",
  expiry: expiryOf,
  encodes: "",
  nameless: (value) => value,
};

export const profiles: Readonly<Record<ProfileName, Profile>> = { chromium, firefox, strict };

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
