import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createJar, type Origin, originOf, type StoredCookie } from "./jar.ts";
import { parseSetCookie } from "./set-cookie.ts";

interface JarRow extends Pick<StoredCookie, "name" | "value" | "domain" | "hostOnly" | "path" | "secure" | "httpOnly"> {
  /** It expires in 400 days, the most there is. */
  readonly capped: boolean;
}
interface CurlTest {
  readonly test: number;
  readonly title: string;
  readonly steps: readonly { readonly url: string; readonly received: readonly string[] }[];
  readonly jar?: readonly JarRow[];
  readonly sent?: { readonly url: string; readonly cookies: readonly string[] };
}

const tests: readonly CurlTest[] = JSON.parse(
  readFileSync(new URL("../../test/data/curl/tests.json", import.meta.url), "utf8"),
);
const now = Date.UTC(2026, 0, 1);
const capped = now + 400 * 24 * 60 * 60 * 1000;

function origin(url: string): Origin {
  const found = originOf(url);
  if (found === undefined) throw new Error(`no origin: ${url}`);
  return found;
}

/** Cookies that a browser keeps and curl does not, by test, name and path. */
const kept: Readonly<Record<string, string>> = {
  "31  /we/want": "RFC 6265bis 5.6 step 3: `nodomainnovalue` is a value without a name; curl drops it",
  "31 overwrite /overwrite/": "curl cuts the slash at the end of a Path, so that the next line replaces this one",
  "1561 supersuper /1561/login":
    "RFC 6265bis 5.7 step 16: this path is not below /1561/login/, where the Secure cookie is; curl cut its slash",
};

/** Without the slash that curl cuts. */
const pathOfCurl = (path: string) => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path);

const byKey = (a: JarRow, b: JarRow) => (`${a.name} ${a.path}` < `${b.name} ${b.path}` ? -1 : 1);

test.each(tests)("curl's test $test: $title", ({ test: id, steps, jar: expected, sent }) => {
  const jar = createJar({ now: () => now });
  const stored = new Map<string, StoredCookie>();
  for (const { url, received } of steps) {
    for (const line of received) {
      const receipt = jar.receive(parseSetCookie(line), origin(url));
      const { name, domain, path } = receipt.cookie;
      const key = `${name} ${domain} ${path}`;
      if (receipt.kind === "stored") stored.set(key, receipt.cookie);
      if (receipt.kind === "deleted") stored.delete(key);
    }
  }
  if (expected !== undefined) {
    const isKept = ({ name, path }: StoredCookie) => kept[`${id} ${name} ${path}`] !== undefined;
    const rows = [...stored.values()].map((cookie) => {
      const { name, value, domain, hostOnly, secure, httpOnly, expires } = cookie;
      const path = pathOfCurl(cookie.path);
      return { cookie, row: { name, value, domain, hostOnly, path, secure, httpOnly, capped: expires === capped } };
    });
    const shared = rows.filter(({ cookie }) => !isKept(cookie)).map(({ row }) => row);
    expect(shared.sort(byKey)).toEqual([...expected].sort(byKey));
    expect(rows.length - shared.length).toBe(Object.keys(kept).filter((key) => key.startsWith(`${id} `)).length);
  }
  if (sent !== undefined) {
    // The order is another one: curl goes by the length of domain and name before the time of creation (5.8.3 step 4).
    const cookies = jar.header(origin(sent.url)).split("; ").filter(Boolean);
    expect(cookies.sort()).toEqual([...sent.cookies].sort());
  }
});
