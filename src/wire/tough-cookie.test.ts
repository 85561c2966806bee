import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createJar, type Origin, originOf } from "./jar.ts";
import { parseCookieDate, parseSetCookie } from "./set-cookie.ts";

interface Pair {
  readonly name: string;
  readonly value: string;
}
interface ParserCase {
  readonly test: string;
  readonly received: readonly string[];
  readonly "sent-to"?: string;
  readonly sent: readonly Pair[];
}

function data<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../test/data/tough-cookie/${name}.json`, import.meta.url), "utf8"));
}

function origin(url: string): Origin {
  const found = originOf(new URL(url, "http://home.example.org").href);
  if (found === undefined) throw new Error(`no origin: ${url}`);
  return found;
}

/** What is sent, by RFC 6265bis to the letter. The clock is frozen: some cases live until a year that comes. */
function sentBy({ test: id, received, "sent-to": to }: ParserCase): readonly Pair[] {
  const jar = createJar({ profile: "strict", now: () => Date.UTC(2026, 0, 1) });
  for (const line of received) jar.receive(parseSetCookie(line), origin(`/cookie-parser?${id}`));
  return jar.retrieve(origin(to ?? `/cookie-parser-result?${id}`)).map(({ name, value }) => ({ name, value }));
}

/** RFC 6265 drops a cookie without a name; RFC 6265bis keeps it (5.6 step 3), as all browsers do. */
const nameless = new Set([
  ..."0004 0021 0023 0024 0025 0026 0027 0028 CHROMIUM0009 CHROMIUM0010 CHROMIUM0012".split(" "),
  ..."MOZILLA0012 MOZILLA0014 MOZILLA0015 MOZILLA0016 MOZILLA0017".split(" "),
  ..."NAME0017 NAME0023 NAME0025 NAME0028 NAME0031 NAME0032 NAME0033".split(" "),
]);

/** What RFC 6265bis sends instead, and why. */
const others: Readonly<Record<string, { readonly because: string; readonly sent: readonly Pair[] }>> = {
  DISABLED_CHROMIUM0022: { because: "5.6 step 1: a NUL voids the line instead of ending it", sent: [] },
  DISABLED_CHROMIUM0023: { because: "5.6 step 1: a CR voids the line instead of ending it", sent: [] },
  DISABLED_PATH0029: { because: "5.1.4: paths are compared as they are written, without decoding %6F", sent: [] },
  OPTIONAL_DOMAIN0042: {
    because: "5.7 step 7: the last Domain is the empty one, so the cookie belongs to the host",
    sent: [{ name: "foo", value: "bar" }],
  },
};

describe("what is sent after what was received", () => {
  const cases = data<ParserCase>("parser");

  test.each(cases.filter(({ test: id }) => !nameless.has(id) && !(id in others)))("$test", (each) => {
    expect(sentBy(each)).toEqual(each.sent);
  });

  test.each(cases.filter(({ test: id }) => nameless.has(id)))("$test, and a cookie without a name", (each) => {
    const sent = sentBy(each);
    expect(sent.some(({ name }) => name === "")).toBe(true);
    expect(sent.filter(({ name }) => name !== "")).toEqual(each.sent);
  });

  test.each(Object.entries(others))("%s is another one", (id, { sent }) => {
    const each = cases.find((one) => one.test === id);
    expect(each?.sent).not.toEqual(sent);
    expect(each && sentBy(each)).toEqual(sent);
  });

  test("there are 222 cases, all but 27 as RFC 6265 has them", () => {
    expect([cases.length, nameless.size + Object.keys(others).length]).toEqual([222, 27]);
  });
});

describe("dates", () => {
  const dates = [...data<DateCase>("dates"), ...data<DateCase>("bsd-dates")];
  const utc = (text: string) => {
    const time = parseCookieDate(text);
    return time === undefined ? null : new Date(time).toUTCString();
  };

  test.each(dates)("$test", ({ test: text, expected }) => expect(utc(text)).toBe(expected ?? null));

  test.each(data<{ readonly test: string; readonly valid: boolean }>("date-validity"))("$test: $valid", (each) =>
    expect(parseCookieDate(each.test) !== undefined).toBe(each.valid),
  );
});

interface DateCase {
  readonly test: string;
  readonly expected: string | null;
}
