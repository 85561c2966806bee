import { validateHeaderName, validateHeaderValue } from "node:http";
import { CannotDo } from "../exit.ts";
import { cookieFileEntry } from "./input.ts";
import type { Jar } from "./jar.ts";
import { parseSetCookie } from "./set-cookie.ts";

/** What makes the requests those of somebody who is signed in. It holds secrets: never print it. */
export interface SignIn {
  readonly headers: Readonly<Record<string, string>>;
  /** Lines that would have set the cookies, with the host that would have sent each. */
  readonly cookies: readonly { readonly host: string; readonly line: string }[];
}

/** Puts the cookies into a jar; those that a browser would not keep are not put in. */
export function seed(jar: Jar, { cookies }: SignIn): void {
  for (const { host, line } of cookies) {
    jar.receive(parseSetCookie(line, "latin1"), { scheme: "https", host, path: "/" });
  }
}

/**
 * The headers of `--header "Name: value"`.
 * @throws CannotDo; the message never quotes a value
 */
export function readHeaders(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const colon = text.indexOf(":");
      const name = text.slice(0, Math.max(colon, 0)).trim();
      const value = text.slice(colon + 1).trim();
      try {
        validateHeaderName(name);
        validateHeaderValue(name, value);
      } catch {
        throw new CannotDo(`--header: write it as "Name: value", on one line and in Latin-1.`);
      }
      return [name, value];
    }),
  );
}

/**
 * The cookies of a Netscape cookie file, as curl and browsers' add-ons write it, or of a storage state of Playwright.
 * @param name of the file, for the message
 * @throws CannotDo when it is neither; the message never quotes it
 */
export function readCookies(bytes: Buffer, name: string): SignIn["cookies"] {
  const text = bytes.toString("utf8");
  const cookies = text.trimStart().startsWith("{") ? readState(text) : readCookieFile(bytes.toString("latin1"));
  if (cookies === undefined || cookies.length === 0) {
    throw new CannotDo(
      `${name} holds no cookies: it must be a Netscape cookie file (curl -c) or a storage state of Playwright.`,
    );
  }
  return cookies;
}

function readCookieFile(text: string): SignIn["cookies"] {
  return text.split(/\r?\n/).flatMap((row) => {
    const entry = cookieFileEntry(row);
    return entry === undefined ? [] : [{ host: entry.host, line: entry.line(entry.value) }];
  });
}

/** https://playwright.dev/docs/auth: `{ "cookies": [{ name, value, domain, path, expires, secure, … }] }` */
function readState(text: string): SignIn["cookies"] | undefined {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return undefined;
  }
  const cookies = field(state, "cookies");
  if (!Array.isArray(cookies)) return undefined;
  return cookies.flatMap((cookie: unknown) => {
    const string = (key: string) => {
      const value = field(cookie, key);
      return typeof value === "string" ? Buffer.from(value, "utf8").toString("latin1") : "";
    };
    const domain = string("domain");
    const host = domain.startsWith(".") ? domain.slice(1) : domain;
    if (host === "") return [];
    const expires = Number(field(cookie, "expires"));
    const attributes = [
      `${string("name")}=${string("value")}`,
      `Path=${string("path")}`,
      ...(domain === host ? [] : [`Domain=${host}`]),
      ...(expires > 0 ? [`Expires=${new Date(Math.min(expires, 8e12) * 1000).toUTCString()}`] : []),
      ...(field(cookie, "secure") === true ? ["Secure"] : []),
    ];
    return [{ host, line: attributes.join("; ") }];
  });
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
