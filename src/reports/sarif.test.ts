import { describe, expect, test } from "vitest";
import { contextOf, cookieAt, placeOf, reportOf, seenAt } from "../../test/support/report.ts";
import { lineHashes } from "../line-hash.ts";
import { writeSarif } from "./sarif.ts";

const files = {
  "src/a b.js": "one({\n  secure: false,\n})\ntwo(); three()\n",
  "options.js": "export default {}\n",
};
const file = "src/a b.js";
const value = placeOf(files, file, "false");
const one = cookieAt(files, file, "one({\n  secure: false,\n})", {
  name: "one",
  because: "secure is [false]",
  decidedBy: { from: "file", says: "secure is false", ...value },
  fixes: [
    {
      title: "set it",
      safety: "needs a decision",
      note: "it bites",
      edits: [{ ...value, expected: "false", replacement: "true" }],
    },
  ],
});
const two = cookieAt(files, file, "two()", { name: "two", decidedBy: seenAt(files, "options.js", "{}", "no secure") });
const three = cookieAt(files, file, "three()", { name: "three", sensitive: false });

function runOf(report: ReturnType<typeof reportOf>, page?: string) {
  const log = JSON.parse(writeSarif(report, contextOf(files, { page: () => page })));
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  return log.runs[0];
}

const run = runOf(reportOf(files, [one, two, three]), "# title\n\nFirst\nparagraph.\n\nSecond.");

test("points at the smallest span that decides", () => {
  expect(run.results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: "src/a%20b.js", uriBaseId: "%SRCROOT%" },
    region: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 16 },
  });
});

test("carries GitHub's hash of the line, and our own id where GitHub does not look", () => {
  const [result] = run.results;
  expect(result.partialFingerprints).toEqual({ primaryLocationLineHash: lineHashes(files[file])[1] });
  expect(result.fingerprints["setsecure/v1"]).toMatch(/^[\da-f]{32}$/);
});

test("makes one result of two findings that GitHub could not tell apart", () => {
  expect(run.results).toHaveLength(2);
  expect(run.results[1].level).toBe("error");
  expect(run.results[1].message.text).toContain('"two"');
  expect(run.results[1].message.text).toContain('"three"');
});

test("shows the way to the place that decides", () => {
  const [first, second] = run.results;
  expect(second.message.text).toMatch(/ \[Decided here\]\(0\)\.$/);
  expect(second.relatedLocations[0]).toMatchObject({ id: 0, message: { text: "no secure" } });
  expect(second.relatedLocations[0].physicalLocation.artifactLocation.uri).toBe("options.js");
  expect(first.codeFlows[0].threadFlows[0].locations[0].location.physicalLocation.region.startLine).toBe(1);
  expect(first.message.text).toContain(String.raw`\[false\]`);
});

test("describes each rule by its page, with a severity that is a number in a string", () => {
  for (const rule of run.tool.driver.rules) {
    expect(rule.help.markdown).toContain("# title");
    expect(rule.fullDescription.text).toBe("First paragraph.");
    expect(rule.properties["security-severity"]).toMatch(/^\d\.\d$/);
    expect(rule.properties.tags).toEqual(["security", "external/cwe/cwe-614"]);
  }
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
});

test("carries the edit", () => {
  expect(run.results[0].fixes).toEqual([
    {
      description: { text: "set it (it bites)" },
      artifactChanges: [
        {
          artifactLocation: { uri: "src/a%20b.js", uriBaseId: "%SRCROOT%" },
          replacements: [
            {
              deletedRegion: { startLine: 2, startColumn: 11, endLine: 2, endColumn: 16 },
              insertedContent: { text: "true" },
            },
          ],
        },
      ],
    },
  ]);
});

test("tells what was skipped, and no absolute path", () => {
  const report = {
    ...reportOf(files, [one]),
    root: "/home/ann/app",
    skipped: [{ file: "big.js", because: "too big" }],
  };
  const log = runOf(report);
  expect(log.invocations[0].toolExecutionNotifications[0].message.text).toBe("big.js: too big");
  expect(JSON.stringify(log)).not.toContain("/home/ann");
});

describe("GitHub's limits", () => {
  test("25,000 results: the mildest are cut, and that is told", () => {
    const text = Array.from({ length: 25_010 }, (_, index) => `s${index}()`).join("\n");
    const many = { "m.js": text };
    let start = 0;
    const cookies = text.split("\n").map((line, index) => {
      const span = { start, end: start + line.length };
      start += line.length + 1;
      return {
        ...one,
        evidence: [],
        fixes: [],
        sink: { file: "m.js", span },
        decidedBy: one.decidedBy,
        sensitive: index >= 10,
      };
    });
    const log = runOf(reportOf(many, cookies));
    expect(log.results).toHaveLength(25_000);
    expect(log.results.filter((result: { level: string }) => result.level === "error")).toHaveLength(25_000);
    expect(log.invocations[0].toolExecutionNotifications.at(-1).message.text).toContain("10 results were left out");
  });

  test("1,000 steps of a path", () => {
    const evidence = Array.from({ length: 1500 }, () => seenAt(files, file, "one", "again"));
    const log = runOf(reportOf(files, [{ ...one, evidence }]));
    expect(log.results[0].codeFlows[0].threadFlows[0].locations).toHaveLength(1000);
  });
});
