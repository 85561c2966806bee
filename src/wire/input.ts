import { type Encoding, parseSetCookie, type SetCookie } from "./set-cookie.ts";

/** One Set-Cookie line as it was found. */
export interface WireLine {
  /** 1-based: the line of the input, or in a HAR the number of the header in order. */
  readonly line: number;
  /** Its length in UTF-16 code units, where it is a line of the input. */
  readonly width?: number;
  readonly url: string;
  readonly set: SetCookie;
}

type InputKind = "lines" | "headers" | "cookie file" | "har";

export interface WireInput {
  readonly kind: InputKind;
  readonly lines: readonly WireLine[];
  /** What was passed over, and why. Never quotes the input. */
  readonly skipped: readonly string[];
}

/** An input that is none of the formats, or is damaged. */
export class InputError extends Error {
  override readonly name = "InputError";
}

interface Text {
  readonly text: string;
  readonly encoding: Encoding;
}

/** Reads bytes as UTF-8, as UTF-16 when they say so (PowerShell's `>`), else byte by byte. */
export function decode(bytes: Uint8Array): Text {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  if (utf16) return { text: new TextDecoder("utf-16le").decode(bytes), encoding: "utf8" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf8" };
  } catch {
    return { text: Buffer.from(bytes).toString("latin1"), encoding: "latin1" };
  }
}

/**
 * The Set-Cookie lines in a text, whichever of the four formats it is: bare lines (with or without `Set-Cookie:`),
 * the output of `curl -i`, a Netscape cookie file, or a HAR.
 * @param url where bare lines, and the first response of `curl -i`, came from
 * @throws InputError when a HAR is damaged or carries no Set-Cookie headers although cookies were set
 */
export function readInput({ text, encoding }: Text, url: string): WireInput {
  const har = text.trimStart().startsWith("{") ? parseHar(text) : undefined;
  if (har !== undefined) return readHar(har, encoding);
  const rows = text.split("\n").map((row) => (row.endsWith("\r") ? row.slice(0, -1) : row));
  if (rows.at(-1) === "") rows.pop();
  if (rows.some((row) => verboseStatusLine.test(row))) return readHeaders(rows.map(receivedIn), url, encoding);
  if (rows.some((row) => statusLine.test(row))) return readHeaders(rows, url, encoding);
  if (isCookieFile(rows)) return readCookieFile(rows, encoding);
  return readLines(rows, url, encoding);
}

const statusLine = /^HTTP\/\d(?:\.\d)? \d{3}(?: |$)/;
const verboseStatusLine = /^< HTTP\/\d(?:\.\d)? \d{3}(?: |$)/;
const headerLine = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+:/;
/** Other headers, and what `curl -v` prints around them. */
const noise = /^(?:[<>*{}] |[A-Za-z0-9!#$%&'*+.^_`|~-]+:)/;
const setCookieHeader = /^(?:< )?set-cookie:/i;

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function lineAt(index: number, url: string, row: string, skip: number, encoding: Encoding): WireLine {
  return { line: index + 1, width: row.length, url, set: parseSetCookie(row.slice(skip), encoding) };
}

function readLines(rows: readonly string[], url: string, encoding: Encoding): WireInput {
  const hasHeaderNames = rows.some((row) => setCookieHeader.test(row));
  const lines: WireLine[] = [];
  let others = 0;
  rows.forEach((row, index) => {
    if (/^[ \t]*$/.test(row)) return;
    const header = setCookieHeader.exec(row)?.[0] ?? "";
    if (hasHeaderNames && header === "" && noise.test(row)) others++;
    else lines.push(lineAt(index, url, row, header.length, encoding));
  });
  return {
    kind: "lines",
    lines,
    skipped: others === 0 ? [] : [`${counted(others, "header line")} other than Set-Cookie`],
  };
}

/** What `curl -v` shows of the answer; undefined for all else that it prints, and for the body. */
function receivedIn(row: string): string | undefined {
  if (row === "<") return "";
  return row.startsWith("< ") ? row.slice(2) : undefined;
}

/** A status after which the same URL is asked again, or goes on: 100 Continue, a proxy's tunnel, a request to sign in. */
const goesOn = /^(?:1|200 connection established|401|407)/i;

/**
 * The output of `curl -i`, of `curl -iL`, `curl -v` and of several URLs. A response that follows a redirect is judged
 * at the place it was sent to, every other one at the URL given.
 */
function readHeaders(rows: readonly (string | undefined)[], start: string, encoding: Encoding): WireInput {
  const lines: WireLine[] = [];
  let status: string | undefined;
  let url = start;
  let next = start;
  rows.forEach((row, index) => {
    if (row === undefined) return;
    if (statusLine.test(row) && headerLine.test(rows[index + 1] ?? "")) {
      status = row.slice(row.indexOf(" ") + 1);
      url = next;
      next = goesOn.test(status) ? url : start;
    }
    if (row === "") status = undefined;
    if (status === undefined) return;
    const header = setCookieHeader.exec(row)?.[0];
    if (header !== undefined) lines.push(lineAt(index, url, row, header.length, encoding));
    const location = status.startsWith("3") ? /^location:[ \t]*(.*)$/i.exec(row)?.[1] : undefined;
    if (location !== undefined && URL.canParse(location, url)) next = new URL(location, url).href;
  });
  return { kind: "headers", lines, skipped: [] };
}

const httpOnlyMark = "#HttpOnly_";

const isTrue = (flag: string) => flag.toUpperCase() === "TRUE";

function cookieFileFields(row: string): readonly string[] | undefined {
  const fields = (row.startsWith(httpOnlyMark) ? row.slice(httpOnlyMark.length) : row).split("\t");
  const flag = /^(?:TRUE|FALSE)$/i;
  const isRow = fields.length >= 6 && fields.length <= 7 && flag.test(fields[1] ?? "") && flag.test(fields[3] ?? "");
  return isRow && /^\d+$/.test(fields[4] ?? "") ? fields : undefined;
}

interface CookieFileEntry {
  readonly host: string;
  readonly path: string;
  readonly value: string;
  /** The line that would have set the cookie, with another value in its place. */
  line(value: string): string;
}

/** One entry of a Netscape cookie file; undefined for a comment, an empty row and what is none. */
export function cookieFileEntry(row: string): CookieFileEntry | undefined {
  if (row.trim() === "" || (row.startsWith("#") && !row.startsWith(httpOnlyMark))) return undefined;
  const fields = cookieFileFields(row);
  if (fields === undefined) return undefined;
  const [domain = "", wide = "", path = "", secure = "", expires = "0", name = "", value = ""] = fields;
  const host = domain.startsWith(".") ? domain.slice(1) : domain;
  const attributes = [
    `Path=${path}`,
    ...(isTrue(wide) ? [`Domain=${host}`] : []),
    ...(expires === "0" ? [] : [`Expires=${new Date(Math.min(Number(expires), 8e12) * 1000).toUTCString()}`]),
    ...(isTrue(secure) ? ["Secure"] : []),
    ...(row.startsWith(httpOnlyMark) ? ["HttpOnly"] : []),
  ];
  return { host, path, value, line: (text) => [`${name}=${text}`, ...attributes].join("; ") };
}

function isCookieFile(rows: readonly string[]): boolean {
  if (/^# (?:Netscape )?HTTP Cookie File/i.test(rows[0] ?? "")) return true;
  const first = rows.find((row) => row.trim() !== "" && (!row.startsWith("#") || row.startsWith(httpOnlyMark)));
  return first !== undefined && cookieFileFields(first) !== undefined;
}

/** A Netscape cookie file says what a jar holds; each entry is judged as the line that would have set it. */
function readCookieFile(rows: readonly string[], encoding: Encoding): WireInput {
  const lines: WireLine[] = [];
  const skipped: string[] = [];
  rows.forEach((row, index) => {
    if (row.trim() === "" || (row.startsWith("#") && !row.startsWith(httpOnlyMark))) return;
    const entry = cookieFileEntry(row);
    if (entry === undefined) {
      skipped.push(`line ${index + 1} is no entry of a cookie file`);
      return;
    }
    const { host, path, value } = entry;
    // A semicolon in a value would end it; its length is all that matters here.
    const set = parseSetCookie(entry.line("x".repeat(value.length)), encoding);
    const authority = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
    const url = `https://${authority}${path.startsWith("/") ? path : "/"}`;
    lines.push({ line: index + 1, width: row.length, url, set });
  });
  return { kind: "cookie file", lines, skipped };
}

type Json = { readonly [key: string]: unknown };

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Json)[key] : undefined;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const string = (value: unknown): string => (typeof value === "string" ? value : "");

/** The entries of a HAR; undefined when the text is no JSON object with a log. */
function parseHar(text: string): readonly unknown[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    if (/^\s*\{\s*"log"/.test(text)) throw new InputError("the HAR is damaged: it is not valid JSON");
    return undefined;
  }
  const log = member(parsed, "log");
  if (log === undefined) throw new InputError("the input is JSON, but no HAR: it has no `log`");
  return list(member(log, "entries"));
}

/** Raw headers only: `cookies[]` is what some other parser made of them. */
function readHar(entries: readonly unknown[], encoding: Encoding): WireInput {
  const lines: WireLine[] = [];
  let sanitised = 0;
  for (const entry of entries) {
    const response = member(entry, "response");
    const url = string(member(member(entry, "request"), "url"));
    const before = lines.length;
    for (const header of list(member(response, "headers"))) {
      if (string(member(header, "name")).toLowerCase() !== "set-cookie") continue;
      // Browsers' exports join the lines of one response with newlines.
      for (const text of string(member(header, "value"))
        .replace(/\r?\n$/, "")
        .split(/\r?\n/)) {
        lines.push({ line: lines.length + 1, url, set: parseSetCookie(text, encoding) });
      }
    }
    if (lines.length === before && list(member(response, "cookies")).length > 0) sanitised++;
  }
  const because = `${counted(sanitised, "response")} with cookies but without Set-Cookie headers: export the HAR with sensitive data`;
  if (lines.length === 0 && sanitised > 0) throw new InputError(because);
  // Nothing in an export tells of headers that were left out of it.
  const without =
    "no response of the HAR has a Set-Cookie header: a browser leaves them out unless it exports with sensitive data";
  const isBare = lines.length === 0 && entries.length > 0;
  return { kind: "har", lines, skipped: sanitised > 0 ? [because] : isBare ? [without] : [] };
}
