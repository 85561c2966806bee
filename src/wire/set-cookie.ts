/**
 * The parser of one Set-Cookie line, as a user agent reads it. Section numbers are those of RFC 6265bis
 * (draft-ietf-httpbis-rfc6265bis). Where a browser reads a line differently, `profile.ts` says so.
 */

/** How the octets of a line became this text; sizes are counted in octets. */
export type Encoding = "utf8" | "latin1";

export interface Attribute {
  /** Trimmed, ASCII letters in lower case. */
  readonly name: string;
  /** Trimmed. */
  readonly value: string;
  /** More than 1024 octets: ignored by the RFC and by Chromium, not always by Firefox. */
  readonly tooLong: boolean;
  /** Why the attribute has no effect by the RFC; undefined when it has one. Never quotes the line. */
  readonly ignored: string | undefined;
}

interface ParsedCookie {
  readonly kind: "cookie";
  /** Empty for a nameless cookie. */
  readonly name: string;
  readonly value: string;
  /** All of them, in the order of the line. */
  readonly attributes: readonly Attribute[];
}

/** A line that a user agent ignores as a whole. */
interface IgnoredLine {
  readonly kind: "ignored";
  /** As far as it can be told. */
  readonly name: string;
  readonly reason: "control-character" | "too-large" | "empty";
  readonly section: string;
  readonly because: string;
  /** What it would have been: for telling a misspelt deletion, and whether Secure was asked for. */
  readonly attributes: readonly Attribute[];
}

export type SetCookie = ParsedCookie | IgnoredLine;

const maximumPairOctets = 4096;
const maximumAttributeOctets = 1024;

/** 5.5: no cookie lives longer than 400 days. */
const maximumAge = 400 * 24 * 60 * 60 * 1000;

/** Every character that a user agent does not accept in a line: controls except the tab. */
const control = /[^\t\x20-\x7E\x80-\u{10FFFF}]/u;

/** Attributes of which the last one decides; Secure, HttpOnly and Partitioned count when they are present. */
const lastWins = new Set(["expires", "max-age", "domain", "path", "samesite"]);
const known = new Set([...lastWins, "secure", "httponly", "partitioned"]);

/** Letters of ASCII only: `toLowerCase` would also make a `k` of the Kelvin sign. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Space and tab, and no other white space. Linear on long runs of white space, which a regular expression is not. */
function trim(text: string): string {
  const blank = (at: number) => text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09;
  let start = 0;
  let end = text.length;
  while (start < end && blank(start)) start++;
  while (end > start && blank(end - 1)) end--;
  return text.slice(start, end);
}

function splitPair(text: string): { readonly before: string; readonly after: string | undefined } {
  const equals = text.indexOf("=");
  if (equals < 0) return { before: trim(text), after: undefined };
  return { before: trim(text.slice(0, equals)), after: trim(text.slice(equals + 1)) };
}

/**
 * Parses one Set-Cookie line, without the header's name. Never throws.
 * Strings written in a program are Unicode; give `latin1` for bytes that were decoded one by one.
 */
export function parseSetCookie(line: string, encoding: Encoding = "utf8"): SetCookie {
  // 5.6 step 2: the first semicolon ends the pair, quotes mean nothing.
  const semicolon = line.indexOf(";");
  const pair = splitPair(semicolon < 0 ? line : line.slice(0, semicolon));
  const attributes = semicolon < 0 ? [] : parseAttributes(line.slice(semicolon + 1), encoding);

  // 5.6 step 3: without an equals sign, the name is empty and the token is the value.
  const name = pair.after === undefined ? "" : pair.before;
  const value = pair.after ?? pair.before;

  const ignored = (reason: IgnoredLine["reason"], section: string, because: string): IgnoredLine => ({
    kind: "ignored",
    name: name.slice(0, maximumPairOctets),
    reason,
    section,
    because,
    attributes,
  });
  // 5.6 step 1: a control character anywhere voids the whole line.
  if (control.test(line)) return ignored("control-character", "5.6 step 1", "it contains a control character");
  // 5.6 step 5: name and value together may have 4096 octets.
  if (Buffer.byteLength(name, encoding) + Buffer.byteLength(value, encoding) > maximumPairOctets) {
    return ignored("too-large", "5.6 step 5", "its name and value are more than 4096 octets");
  }
  // 5.7 step 2: nothing to store.
  if (name === "" && value === "") return ignored("empty", "5.7 step 2", "it has neither a name nor a value");
  return { kind: "cookie", name, value, attributes };
}

function parseAttributes(unparsed: string, encoding: Encoding): Attribute[] {
  const attributes: Attribute[] = [];
  // 5.6, attributes, steps 2 to 5: each runs to the next semicolon, its name to the first equals sign.
  for (const text of unparsed.split(";")) {
    const { before, after = "" } = splitPair(text);
    if (before === "" && after === "") continue;
    const name = lowerCase(before);
    // 5.6, attributes, step 6: a value of more than 1024 octets makes the user agent ignore the attribute.
    const tooLong = Buffer.byteLength(after, encoding) > maximumAttributeOctets;
    attributes.push({
      name,
      value: after,
      tooLong,
      ignored: tooLong ? "longer than 1024 octets" : meaningless(name, after),
    });
  }
  return markOverridden(attributes);
}

/** Why an attribute is ignored that may as well be the rest of a value with a semicolon in it: never name it. */
export const unknownAttribute = "not an attribute that user agents know";

/** Why an attribute means nothing by itself. */
function meaningless(name: string, value: string): string | undefined {
  // 5.6, attributes, step 7: what is not recognised is ignored.
  if (!known.has(name)) return unknownAttribute;
  // 5.6.1 step 2
  if (name === "expires" && parseCookieDate(value) === undefined) return "not a date";
  // 5.6.2 steps 1 to 3
  if (name === "max-age" && !/^-?[0-9]+$/.test(value)) return "not a whole number";
  return undefined;
}

/** 5.7 steps 6, 7, 11 and 17: the last attribute of a name counts, and Max-Age wins over Expires. */
function markOverridden(attributes: Attribute[]): Attribute[] {
  const hasMaxAge = attributes.some((attribute) => attribute.name === "max-age" && attribute.ignored === undefined);
  const seen = new Set<string>();
  for (let at = attributes.length - 1; at >= 0; at--) {
    const attribute = attributes[at];
    if (attribute === undefined || attribute.ignored !== undefined) continue;
    if (attribute.name === "expires" && hasMaxAge)
      attributes[at] = { ...attribute, ignored: "Max-Age wins over Expires" };
    else if (lastWins.has(attribute.name) && seen.has(attribute.name)) {
      attributes[at] = { ...attribute, ignored: "a later attribute of the same name wins" };
    }
    seen.add(attribute.name);
  }
  return attributes;
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The month that a token starts with, from 0; undefined when there is none. */
export function monthOf(token: string): number | undefined {
  const month = months.indexOf(lowerCase(token.slice(0, 3)));
  return month < 0 ? undefined : month;
}

/** 5.1.1 steps 3 and 4. */
export function fullYear(year: number): number {
  return year >= 100 ? year : year + (year >= 70 ? 1900 : 2000);
}

const dateDelimiters = /[\t\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+/;

/** 5.1.1: a cookie date as milliseconds since 1970, or undefined when it is none. */
export function parseCookieDate(text: string): number | undefined {
  let time: readonly number[] | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  // 5.1.1 steps 1 and 2: each token is the first of time, day, month and year that it can be and that is not yet found.
  for (const token of text.split(dateDelimiters)) {
    const hms = time === undefined ? /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/.exec(token) : null;
    if (hms !== null) {
      time = hms.slice(1).map(Number);
      continue;
    }
    if (day === undefined && /^\d{1,2}(?!\d)/.test(token)) {
      day = Number.parseInt(token, 10);
      continue;
    }
    if (month === undefined && monthOf(token) !== undefined) {
      month = monthOf(token);
      continue;
    }
    if (year === undefined && /^\d{2,4}(?!\d)/.test(token)) year = fullYear(Number.parseInt(token, 10));
  }
  // 5.1.1 steps 5 and 6
  if (time === undefined || day === undefined || month === undefined || year === undefined || year < 1601)
    return undefined;
  return utcTime(year, month, day, time);
}

/** A moment that exists, in milliseconds since 1970; undefined for the 31st of February or 24:00:00. */
export function utcTime(year: number, month: number, day: number, time: readonly number[]): number | undefined {
  const [hour = 0, minute = 0, second = 0] = time;
  if (day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  if (date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}

/** 5.6.1, 5.6.2 and 5.5: the moment from a whole number of seconds, at most 400 days ahead. */
export function momentAfter(seconds: number, now: number): number {
  return seconds <= 0 ? Number.NEGATIVE_INFINITY : Math.min(now + seconds * 1000, now + maximumAge);
}

/** 5.5 */
export function limitAge(moment: number, now: number): number {
  return Math.min(moment, now + maximumAge);
}

/** 5.7 step 6: when the cookie expires by the RFC, in milliseconds since 1970; undefined for a session cookie. */
export function expiryOf(attributes: readonly Attribute[], now: number): number | undefined {
  const effective = (name: string) =>
    attributes.find((item) => item.name === name && item.ignored === undefined)?.value;
  const seconds = effective("max-age");
  if (seconds !== undefined) return momentAfter(Number(seconds), now);
  const date = effective("expires");
  const moment = date === undefined ? undefined : parseCookieDate(date);
  return moment === undefined ? undefined : limitAge(moment, now);
}

/**
 * Whether a line is there to delete a cookie: it has expired when it arrives. `now` in milliseconds since 1970.
 * A line that is ignored as a whole deletes nothing.
 */
export function isDeletion(parsed: SetCookie, now: number): boolean {
  return parsed.kind === "cookie" && (expiryOf(parsed.attributes, now) ?? Number.POSITIVE_INFINITY) <= now;
}

/** 5.6.5: whether an attribute list makes its cookie Secure. The value of the attribute does not matter, only its size. */
function isSecure(attributes: readonly Attribute[]): boolean {
  return attributes.some((attribute) => attribute.name === "secure" && !attribute.tooLong);
}

/**
 * Whether the text of a Set-Cookie header carries the attribute Secure, as Chromium and the RFC read it:
 * `Secure=false` does; `"Secure"`, `Secured`, `Path=/secure` and a cookie that is named `secure` do not.
 */
export function hasSecureAttribute(setCookieText: string): boolean {
  return isSecure(parseSetCookie(setCookieText).attributes);
}
