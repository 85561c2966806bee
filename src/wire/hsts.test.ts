import { describe, expect, test } from "vitest";
import { createHsts, mitigationOf, parseHsts } from "./hsts.ts";

describe("the header", () => {
  test.each([
    ["max-age=31536000", { maxAge: 31_536_000, includeSubDomains: false }],
    ['Max-Age="600" ; includeSubDomains ; preload', { maxAge: 600, includeSubDomains: true }],
    ["includesubdomains;max-age=0", { maxAge: 0, includeSubDomains: true }],
    [";;max-age=1;", { maxAge: 1, includeSubDomains: false }],
    ["includeSubDomains", undefined],
    ["max-age=1; max-age=2", undefined],
    ["max-age=soon", undefined],
    ["max-age=-1", undefined],
    ["", undefined],
  ])("%s", (header, policy) => {
    expect(parseHsts(header)).toEqual(policy);
  });
});

const year = 31_536_000;

/** The rows of the attacks that were run in Chromium. */
describe("a cookie is mitigated", () => {
  test.each([
    ["host-only on the host of the policy", "lab.example", `max-age=${year}`, "lab.example", true, true],
    ["for the domain, without includeSubDomains", "lab.example", `max-age=${year}`, "lab.example", false, false],
    [
      "for the domain, policy of a host below",
      "app.lab.example",
      `max-age=${year}; includeSubDomains`,
      "lab.example",
      false,
      false,
    ],
    [
      "for the domain, with includeSubDomains",
      "lab.example",
      `max-age=${year}; includeSubDomains`,
      "lab.example",
      false,
      true,
    ],
    [
      "host-only below, with includeSubDomains",
      "lab.example",
      `max-age=${year}; includeSubDomains`,
      "app.lab.example",
      true,
      true,
    ],
    ["host-only below, without", "lab.example", `max-age=${year}`, "app.lab.example", true, false],
    [
      "by the policy of a name that merely ends alike",
      "b.example",
      `max-age=${year}; includeSubDomains`,
      "ab.example",
      true,
      false,
    ],
  ])("%s", (_says, host, header, domain, hostOnly, mitigated) => {
    const store = createHsts();
    store.note(host, header);
    expect(mitigationOf(store, { domain, hostOnly, seconds: 3600 }) !== undefined).toBe(mitigated);
  });

  test("only as long as the policy outlives it", () => {
    const store = createHsts();
    store.note("lab.example", "max-age=86400");
    const cookie = { domain: "lab.example", hostOnly: true };
    expect(mitigationOf(store, { ...cookie, seconds: 3600 })).toContain("for 1 day");
    expect(mitigationOf(store, { ...cookie, seconds: 86_401 })).toBeUndefined();
    expect(mitigationOf(store, { ...cookie, seconds: undefined })).toBeUndefined();
  });

  test("no longer, once the host takes its policy back", () => {
    const store = createHsts();
    store.note("lab.example", `max-age=${year}`);
    store.note("lab.example", "max-age=0");
    expect(store.covering("lab.example", true)).toBeUndefined();
  });

  test("never on an address", () => {
    const store = createHsts();
    store.note("192.0.2.1", `max-age=${year}`);
    expect(store.covering("192.0.2.1", true)).toBeUndefined();
  });
});
