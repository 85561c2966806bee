import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { contextOf, cookieAt, placeOf, reportOf, seenAt } from "../../test/support/report.ts";
import { writers } from "./index.ts";
import { writeJson } from "./json.ts";

const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync("schema/report-1.json", "utf8")));
const files = { "a.js": "one()\ntwo()\nthree() // setsecure-ignore: a test\n", "b.js": "x" };
const place = placeOf(files, "a.js", "two");
const fix = { title: "say so", safety: "safe" as const, edits: [{ ...place, expected: "two", replacement: "2" }] };
const cookies = [
  cookieAt(files, "a.js", "three()"),
  cookieAt(files, "a.js", "one()", {
    name: undefined,
    verdict: "conditional",
    condition: { on: "environment", says: "NODE_ENV", inDeployment: null },
    evidence: [
      seenAt(files, "b.js", "x", "here"),
      { from: "deployment", says: "there" },
      { from: "wire", url: "https://example.org/", line: "a=b", says: "seen" },
    ],
    attributes: { path: "/", maxAge: 3, httpOnly: true, domain: null },
    notDeployed: "a branch",
  }),
  cookieAt(files, "a.js", "two()", { fixes: [fix, { ...fix, note: "or so" }] }),
];

test("is what the published schema says", () => {
  const report: unknown = JSON.parse(writeJson(reportOf(files, cookies)));
  expect(validate(report), JSON.stringify(validate.errors, null, 1)).toBe(true);
});

test("the schema refuses what the report does not have", () => {
  const report = reportOf(files, cookies);
  expect(validate({ ...report, version: 2 })).toBe(false);
  expect(validate({ ...report, extra: true })).toBe(false);
  expect(validate({ ...report, cookies: report.cookies.map((cookie) => ({ ...cookie, verdict: "maybe" })) })).toBe(
    false,
  );
});

test("lists cookies and findings by place, and counts them", () => {
  const report = reportOf(files, cookies);
  expect(report.cookies.map((cookie) => cookie.sink?.line)).toEqual([1, 2, 3]);
  expect(report.findings.map(({ location, cookie, suppressed }) => [location?.line, cookie, suppressed?.by])).toEqual([
    [1, 0, undefined],
    [2, 1, undefined],
    [3, 2, "inline"],
  ]);
  expect(report.summary).toMatchObject({ cookies: 3, insecure: 2, conditional: 1, fixable: 1, deletions: 0 });
  expect(report.cookies[1]?.fix?.edits[0]).toMatchObject({ line: 2, column: 1, endColumn: 4, expected: "two" });
});

test("never holds the value of a cookie that was seen on the wire", () => {
  expect(writeJson(reportOf(files, cookies))).not.toContain("a=b");
});

test("does not depend on the order of the inventory", async () => {
  for (const writer of Object.values(writers)) {
    const write = await writer();
    const [first, second] = [cookies, cookies.toReversed()].map((order) =>
      write(reportOf(files, order), contextOf(files)),
    );
    expect(first).toBe(second);
  }
});
