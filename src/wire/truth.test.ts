import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createJar, type DropReason } from "./jar.ts";
import { judge } from "./judge.ts";
import type { ProfileName } from "./profile.ts";
import { parseSetCookie } from "./set-cookie.ts";

interface Sent {
  readonly sentOverHttp: string;
  readonly sentOverHttps: string;
}
interface Recorded extends Sent {
  readonly stored: readonly { name: string; domain: string; secure: boolean; httpOnly: boolean }[];
  readonly droppedBecause: readonly string[];
}
interface Truth {
  readonly domains: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly id: string;
    readonly about: string;
    readonly lines: readonly string[];
    readonly chromium: Readonly<Record<string, Readonly<Record<"https" | "http", Recorded>>>>;
    readonly firefox: Readonly<Record<string, Readonly<Record<"https" | "http", Sent>>>>;
  }[];
}

const truth: Truth = JSON.parse(readFileSync(new URL("../../test/data/browser-truth.json", import.meta.url), "utf8"));
const schemes = ["https", "http"] as const;

/** Chromium's names for the reasons. It gives none for a Partitioned line, and the prefix's before Secure's over http. */
const chromiumReasons: Readonly<Record<DropReason, readonly string[]>> = {
  "control-character": ["DisallowedCharacter"],
  "too-large": ["NameValuePairExceedsMaxSize"],
  empty: [],
  domain: ["InvalidDomain"],
  "secure-from-insecure": ["SecureOnly", "InvalidPrefix"],
  "overwrites-secure": ["OverwriteSecure"],
  "samesite-none": ["SameSiteNoneInsecure"],
  prefix: ["InvalidPrefix"],
  nameless: [],
  partitioned: [],
};

function fill(line: string, host: string): string {
  const long = line.replace(/\{(1100|5000)\}/, (_, count) => "x".repeat(Number(count)));
  return long.replace("{domain}", truth.domains[host] ?? "");
}

function replay(profile: ProfileName, lines: readonly string[], host: string, scheme: "https" | "http") {
  const jar = createJar({ profile, now: Date.now });
  const receipts = lines.map((line) => jar.receive(parseSetCookie(fill(line, host)), { scheme, host, path: "/one" }));
  const header = (to: "https" | "http") => jar.header({ scheme: to, host, path: "/echo" });
  return { jar, receipts, sent: { sentOverHttp: header("http"), sentOverHttps: header("https") } };
}

describe("the jar does what Chromium 156 was seen to do", () => {
  for (const host of Object.keys(truth.domains)) {
    for (const scheme of schemes) {
      for (const { id, about, lines, chromium } of truth.cases) {
        test(`${scheme}://${host} ${id} ${about}`, () => {
          const recorded = chromium[host]?.[scheme];
          const { jar, receipts, sent } = replay("chromium", lines, host, scheme);
          expect(sent).toEqual({ sentOverHttp: recorded?.sentOverHttp, sentOverHttps: recorded?.sentOverHttps });

          const paths = schemes.flatMap((to) => jar.retrieve({ scheme: to, host, path: "/echo" }));
          const stored = [...new Set(paths)].map(({ name, domain, hostOnly, secure, httpOnly }) => ({
            name,
            domain: hostOnly ? domain : `.${domain}`,
            secure,
            httpOnly,
          }));
          const sentInSomeRequest = recorded?.sentOverHttp !== "" || recorded.sentOverHttps !== "";
          expect(stored).toEqual(sentInSomeRequest ? recorded?.stored : []);

          for (const receipt of receipts) {
            if (receipt.kind !== "dropped" || recorded === undefined) continue;
            const reasons = recorded.droppedBecause;
            if (reasons.length > 0)
              expect(reasons).toContainEqual(expect.toBeOneOf([...chromiumReasons[receipt.reason]]));
            else expect(lines.join()).toContain("Partitioned");
          }
        });
      }
    }
  }
});

describe("the jar does what Firefox 153 was seen to do", () => {
  for (const scheme of schemes) {
    for (const { id, about, lines, firefox } of truth.cases) {
      test(`${scheme}://lab.test ${id} ${about}`, () => {
        expect(replay("firefox", lines, "lab.test", scheme).sent).toEqual(firefox["lab.test"]?.[scheme]);
      });
    }
  }
});

describe("the judge comes to the recorded verdict", () => {
  for (const { id, about, lines, chromium, firefox } of truth.cases) {
    for (const scheme of schemes) {
      test(`${scheme}://lab.test ${id} ${about}`, () => {
        const options = { url: `${scheme}://lab.test/one`, replay: true };
        const filled = lines.map((line) => fill(line, "lab.test"));
        const inChromium = chromium["lab.test"]?.[scheme];
        expect(judge(filled, options).at(-1)).toMatchObject({
          stored: inChromium?.stored.length === 1,
          sentOverHttp: inChromium?.sentOverHttp !== "",
        });
        const inFirefox = firefox["lab.test"]?.[scheme];
        expect(judge(filled, { ...options, profile: "firefox" }).at(-1)).toMatchObject({
          stored: inFirefox?.sentOverHttps !== "",
          sentOverHttp: inFirefox?.sentOverHttp !== "",
        });
      });
    }
  }
});

test("the browsers differ on two of the recorded cases, and the profiles say which", () => {
  const differing = truth.cases.filter(({ chromium, firefox }) =>
    schemes.some(
      (scheme) => chromium["lab.test"]?.[scheme].sentOverHttp !== firefox["lab.test"]?.[scheme].sentOverHttp,
    ),
  );
  expect(differing.map(({ id }) => id)).toEqual(["c14", "c27"]);
});
