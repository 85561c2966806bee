import { expect, test } from "vitest";
import { emptyBaseline, writeBaseline } from "./baseline.ts";
import { production } from "./frameworks/production.ts";
import { rules } from "./rules/index.ts";
import { judge } from "./wire/judge.ts";
import { makeWireReport, type Sighting, type WireReportInput, wireRow, wireSummary } from "./wire-report.ts";

const now = () => Date.UTC(2026, 0, 1);
const sightingOf = (line: string, url = "https://app.test/login", more: Omit<Sighting, "judgement"> = {}): Sighting => {
  const [judgement] = judge([line], { url, now });
  if (judgement === undefined) throw new Error("no judgement");
  return { judgement, ...more };
};

function reportOf(sightings: readonly Sighting[], acceptance: Partial<WireReportInput["acceptance"]> = {}) {
  return makeWireReport({
    sightings,
    rules,
    deployment: production,
    acceptance: { suppressions: [], baseline: emptyBaseline, today: "2026-01-01", ...acceptance },
    root: ".",
    files: 1,
    parsed: 1,
    skipped: [],
    milliseconds: 0,
  });
}

test("a baseline accepts a cookie on whichever page of its site it is seen", () => {
  const before = reportOf([sightingOf("sid=1"), sightingOf("x=1; SameSite=None")]);
  const baseline = writeBaseline(before, emptyBaseline);
  expect(baseline.entries.map(({ rule, cookie }) => [rule, cookie])).toEqual([
    ["missing-secure", "sid"],
    ["samesite-none-without-secure", "x"],
  ]);
  const open = (sighting: Sighting) => reportOf([sighting], { baseline }).findings.map(({ suppressed }) => suppressed);
  expect(open(sightingOf("sid=2", "https://app.test/users/7"))).toMatchObject([{ by: "baseline" }]);
  expect(open(sightingOf("sid=2", "https://other.test/"))).toEqual([undefined]);
  expect(open(sightingOf("sid2=2"))).toEqual([undefined]);
});

test.each([
  [{ cookie: "si*" }, true],
  [{ rule: "missing-secure", file: "app.test" }, true],
  [{ file: "app.test/admin/**" }, false],
  [{ file: "*.txt" }, true],
  [{ file: "other.test" }, false],
])("a suppression %j accepts it: %s", (entry, accepted) => {
  const sighting = sightingOf("sid=1", "https://app.test/login", {
    location: { file: "../lines.txt", line: 1, column: 1, endLine: 1, endColumn: 6 },
  });
  const { findings } = reportOf([sighting], { suppressions: [{ ...entry, reason: "known" }] });
  expect(findings[0]?.suppressed).toEqual(accepted ? { by: "configuration", reason: "known" } : undefined);
});

test("a line from nowhere meets suppressions too", () => {
  const sighting = sightingOf("sid=1", "data:,x");
  const { findings } = reportOf([sighting], { suppressions: [{ file: "x", reason: "known" }] });
  expect(findings).toMatchObject([{ rule: "dropped-cookie", level: "note" }]);
});

test("what HSTS keeps off plain http is mitigated, not safe", () => {
  const mitigation = "app.test sends Strict-Transport-Security";
  const sighting = sightingOf("sid=1", "https://app.test/", { mitigation });
  const report = reportOf([sighting]);
  expect(report.cookies[0]).toMatchObject({ verdict: "insecure", wire: { sentOverHttp: true, mitigation } });
  expect(report.findings).toMatchObject([
    { level: "warning", message: expect.stringContaining(`Mitigated, not safe: ${mitigation}.`) },
  ]);
  expect(wireRow(sighting, 3)).toMatch(
    /^sid {2}mitigated {7}it has no Secure, .*; mitigated, not safe: app\.test sends/,
  );
  expect(wireSummary([sighting], report, "chromium")).toBe(
    "1 line, judged as Chromium 156 does: 0 sent over plain http, 1 mitigated, 0 over https only, 0 dropped, 0 deletions.",
  );
});

test("who set it and what a browser did are told beside the verdict", () => {
  const setBy = { file: "app.js", line: 3, column: 1, endLine: 3, endColumn: 9, says: "this line set it" };
  const proof = {
    browser: "Chromium 156",
    url: "http://app.test/",
    sent: true,
    says: "it sent the cookie in clear to http://app.test/",
  };
  const { cookies, findings } = reportOf([sightingOf("sid=1", undefined, { evidence: [setBy], proofs: [proof] })]);
  expect(cookies[0]).toMatchObject({ evidence: [setBy], wire: { proofs: [proof] } });
  expect(findings[0]?.related).toContainEqual(setBy);
  expect(findings[0]?.location).toEqual({ file: "app.js", line: 3, column: 1, endLine: 3, endColumn: 9 });
  expect(findings[0]?.message).toContain("Seen in Chromium 156: it sent the cookie in clear to http://app.test/.");
});

test("a line outside of the project is told, and is no place of a finding", () => {
  for (const file of ["/opt/app.js", "../app.js", "webpack://app/a.js", "C:/app.js"]) {
    const setBy = { file, line: 3, column: 1, endLine: 3, endColumn: 9, says: "this line set it" };
    const { findings } = reportOf([sightingOf("sid=1", undefined, { evidence: [setBy] })]);
    expect(findings[0]).toMatchObject({ location: null, related: [{}, setBy] });
  }
});

test("a cookie that no request carries is a note", () => {
  const sighting = sightingOf("sid=1; Path=/a b");
  const report = reportOf([sighting]);
  expect(report.findings).toMatchObject([{ rule: "missing-secure", level: "note" }]);
  expect(report.summary).toMatchObject({ cookies: 1, insecure: 1 });
  expect(wireRow(sighting, 3)).toContain("never sent");
});
