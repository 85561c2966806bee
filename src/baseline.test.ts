import { expect, test } from "vitest";
import { cookieAt, reportOf } from "../test/support/report.ts";
import { emptyBaseline, formatBaseline, parseBaseline, pruneBaseline, writeBaseline } from "./baseline.ts";
import { CannotDo } from "./exit.ts";

const files = { "a.js": "one()\ntwo()\n" };
const one = cookieAt(files, "a.js", "one()", { name: "one" });
const two = cookieAt(files, "a.js", "two()", { name: "two" });
const states = (report: ReturnType<typeof reportOf>) => report.findings.map((finding) => finding.suppressed?.by);

test("accepts what was found when it was written, also after the lines moved", () => {
  const baseline = writeBaseline(reportOf(files, [one]), emptyBaseline);
  const moved = { "a.js": "// new\n\n    one()\ntwo()\n" };
  const report = reportOf(
    moved,
    [cookieAt(moved, "a.js", "one()", { name: "one" }), cookieAt(moved, "a.js", "two()", { name: "two" })],
    {
      baseline: parseBaseline(formatBaseline(baseline), "b.json"),
    },
  );
  expect(states(report)).toEqual(["baseline", undefined]);
});

test("keeps what a person wrote into an entry, and adds the new ones", () => {
  const [entry] = writeBaseline(reportOf(files, [one]), emptyBaseline).entries;
  if (entry === undefined) throw new Error("nothing was written");
  const edited = {
    version: 1 as const,
    entries: [{ ...entry, reason: "ticket 12", until: "2026-12-31", owner: "ann" }],
  };
  const again = writeBaseline(reportOf(files, [one, two], { baseline: edited }), edited);
  expect(again.entries.map(({ cookie, reason, owner }) => [cookie, reason, owner])).toEqual([
    ["one", "ticket 12", "ann"],
    ["two", "known when the baseline was written", null],
  ]);
});

test("lets an entry end with its day", () => {
  const written = writeBaseline(reportOf(files, [one]), emptyBaseline);
  const until = (day: string) => ({
    version: 1 as const,
    entries: written.entries.map((entry) => ({ ...entry, until: day })),
  });
  expect(states(reportOf(files, [one], { baseline: until("2026-06-15") }))).toEqual(["baseline"]);
  expect(states(reportOf(files, [one], { baseline: until("2026-06-14") }))).toEqual([undefined]);
});

test("prunes what is found no more", () => {
  const both = writeBaseline(reportOf(files, [one, two]), emptyBaseline);
  expect(pruneBaseline(reportOf(files, [two]), both).entries.map((entry) => entry.cookie)).toEqual(["two"]);
});

test.each([
  ["", "it is not JSON"],
  ["[]", 'it must hold "version": 1'],
  ['{"version":2,"entries":[]}', 'it must hold "version": 1'],
  ['{"version":1,"entries":[null]}', "entry 1 is no object"],
  ['{"version":1,"entries":[{"fingerprint":"a","rule":"b"}]}', 'entry 1 has no "reason"'],
  ['{"version":1,"entries":[{"fingerprint":"a","rule":"b","reason":"c","until":"soon"}]}', 'an "until" that is no day'],
])("refuses %s", (text, says) => {
  expect(() => parseBaseline(text, "b.json")).toThrow(CannotDo);
  expect(() => parseBaseline(text, "b.json")).toThrow(says);
});
