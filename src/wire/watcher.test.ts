import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWatcher, type Seen, type WatcherOptions } from "./watcher.ts";

const url = "https://app.example/login?token=hunter2";

function watcherWith(options: Partial<WatcherOptions> = {}) {
  const told: Seen[] = [];
  const watcher = createWatcher({
    profile: "chromium",
    enforce: false,
    now: () => Date.UTC(2026, 0, 1),
    tell: (seen) => told.push(seen),
    ...options,
  });
  const pass = (lines: readonly string[], where = url) => watcher.pass(lines, { method: "GET", url: where });
  return { watcher, told, pass };
}

const shortly = ({ judgement, repaired, times }: Seen) => [judgement.name, judgement.because, repaired, times];
const leaks = "it has no Secure, so a browser sends it over plain http too";
const safe = "it has Secure, so a browser sends it over https only";

describe("a cookie is told once for each verdict", () => {
  test("however often it comes, with whatever value", () => {
    const { watcher, told, pass } = watcherWith();
    for (const value of ["1", "2", "3"]) pass([`sid=${value}; Path=/`]);
    expect(told).toHaveLength(1);
    expect(watcher.seen().map(shortly)).toEqual([["sid", leaks, false, 3]]);
    expect(watcher.responses()).toBe(3);
  });

  test("also when another page gives it another default path", () => {
    const { told, pass } = watcherWith();
    for (const page of ["/a/1", "/b/2", "/c/3"]) pass(["sid=1"], `https://app.example${page}`);
    expect(told).toHaveLength(1);
    pass(["sid=1; Path=/admin"]);
    expect(told.map(({ judgement }) => judgement.attributes.path)).toEqual(["/a", "/admin"]);
  });

  test("and again when it gets worse or better", () => {
    const { told, pass } = watcherWith();
    for (const line of ["sid=1; Secure", "sid=1", "sid=1", "sid=1; Secure"]) pass([line]);
    expect(told.map(({ judgement }) => judgement.because)).toEqual([
      safe,
      `${leaks}; it replaces one that had Secure`,
      leaks,
    ]);
  });
});

describe("state, not lines", () => {
  test("what a later line of the response replaces never was", () => {
    const { told, pass } = watcherWith();
    pass(["sid=1", "sid=2; Secure", "other=1"]);
    expect(told.map(({ judgement }) => [judgement.name, judgement.secure])).toEqual([
      ["sid", true],
      ["other", false],
    ]);
  });

  test("another path or another host is another cookie", () => {
    const { told, pass } = watcherWith();
    pass(["sid=1; Path=/", "sid=2; Path=/; Domain=app.example; Secure"]);
    expect(told).toHaveLength(2);
  });

  test("plain http may not overwrite a Secure cookie", () => {
    const { told, pass } = watcherWith();
    pass(["sid=1; Path=/; Secure"]);
    pass(["sid=2; Path=/"], "http://app.example/");
    expect(told.at(-1)?.judgement.dropped?.reason).toBe("overwrites-secure");
  });
});

describe("enforce", () => {
  test("what came is judged, and what goes on is Secure", () => {
    const { watcher, pass } = watcherWith({ enforce: true });
    expect(pass(["sid=\u00FC", "ok=1; Secure", "gone=; Max-Age=0", "bad=1; SameSite=None"])).toEqual([
      "sid=\u00FC; Secure",
      "ok=1; Secure",
      "gone=; Max-Age=0",
      "bad=1; SameSite=None",
    ]);
    expect(watcher.seen().map(({ judgement, repaired }) => [judgement.name, judgement.secure, repaired])).toEqual([
      ["sid", false, true],
      ["ok", true, false],
      ["gone", false, false],
      ["bad", false, false],
    ]);
  });

  test("nothing is added over http", () => {
    const { pass } = watcherWith({ enforce: true });
    expect(pass(["sid=1"], "http://app.example/")).toEqual(["sid=1"]);
  });
});

test("no value and no query is kept where it could be told", () => {
  const { watcher, pass } = watcherWith({ enforce: true });
  pass(["sid=hunter2", "hunter2", "=hunter2", "a=1; hunter2"]);
  expect(JSON.stringify(watcher.seen())).not.toContain("hunter2");
});

test("made-up names fill no memory", () => {
  const { watcher, told, pass } = watcherWith();
  for (let at = 0; at < 10_050; at++) pass([`x${at}=1; Secure`]);
  expect(told).toHaveLength(10_000);
  expect(watcher.dropped()).toBe(50);
});

test("what is remembered is what would be judged anew", () => {
  const lines = [
    "a=1; Path=/",
    "a=2; Path=/; Secure",
    "a=; Path=/; Max-Age=0",
    "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "a=3; Path=/; Expires=Thu, 01 Jan 2037 00:00:00 GMT",
    "__Host-b=1; Path=/",
    "b=1",
    "=__Host-x",
    "b=\u0001",
    `b=${"x".repeat(5000)}`,
    "c=1; Partitioned",
  ];
  const pages = ["https://app.example/", "http://app.example/x?y=1", "https://other.example/x"];
  const visit = fc.tuple(
    fc.constantFrom(...pages),
    fc.array(fc.constantFrom(...lines), { minLength: 1, maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(visit, { maxLength: 30 }), fc.boolean(), (visits, enforced) => {
      // A clock that leaps makes the watcher forget between any two looks.
      const base = Date.UTC(2026, 0, 1);
      let leaps = 0;
      const [still, leaping] = [
        watcherWith({ enforce: enforced, now: () => base }),
        watcherWith({ enforce: enforced, now: () => base + leaps++ * 2000 }),
      ];
      for (const [page, some] of visits) expect(still.pass(some, page)).toEqual(leaping.pass(some, page));
      expect(still.watcher.seen().map(shortly)).toEqual(leaping.watcher.seen().map(shortly));
    }),
  );
});
