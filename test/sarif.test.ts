import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { emptyBaseline } from "../src/baseline.ts";
import { production } from "../src/frameworks/production.ts";
import { findPage } from "../src/pages.ts";
import { writeSarif } from "../src/reports/sarif.ts";
import { rules } from "../src/rules/index.ts";
import { scan } from "../src/scan.ts";
import { judge } from "../src/wire/judge.ts";
import { makeWireReport } from "../src/wire-report.ts";

const schema = JSON.parse(readFileSync(new URL("data/sarif/sarif-2.1.0.schema.json", import.meta.url), "utf8"));
// One pattern of the schema is no expression under the `u` flag, and formats are no part of the vocabulary by default.
const validate = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(schema);

describe("the SARIF log is what the OASIS schema asks for", () => {
  test("for every cookie of the examples", async () => {
    const { report, text } = await scan(fileURLToPath(new URL("../examples", import.meta.url)));
    const context = { text, page: (rule: string) => findPage(rule)?.text, color: false, width: 100, verbose: true };
    const log = JSON.parse(writeSarif(report, context));
    expect(validate(log) ? [] : validate.errors).toEqual([]);
    expect(log.runs[0].results.length).toBeGreaterThan(10);
  });

  test("for cookies of the wire, each at the page that it came from", () => {
    const urls = ["https://app.test/login", "https://app.test/a%20b/é"];
    const report = makeWireReport({
      sightings: urls
        .flatMap((url) => judge(["sid=hunter2", "x=hunter2; SameSite=None"], { url }))
        .map((judgement) => ({ judgement })),
      rules,
      deployment: production,
      acceptance: { suppressions: [], baseline: emptyBaseline, today: "2026-01-01" },
      root: ".",
      files: 2,
      parsed: 2,
      skipped: [{ file: "https://app.test/gone", because: "nothing listens there" }],
      milliseconds: 0,
    });
    const none = () => undefined;
    const text = writeSarif(report, { text: none, page: none, color: false, width: 100, verbose: true });
    const [run] = JSON.parse(text).runs;
    expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([]);
    const places = run.results.map((result: never) => result["locations"][0]["physicalLocation"]["artifactLocation"]);
    expect(new Set(places.map(({ uri }: { uri: string }) => uri))).toEqual(
      new Set(["https://app.test/login", "https://app.test/a%20b/%C3%A9"]),
    );
    const [notification] = run.invocations[0].toolExecutionNotifications;
    expect(notification.locations[0].physicalLocation.artifactLocation).toEqual({ uri: "https://app.test/gone" });
    expect(text).not.toContain("hunter2");
  });

  test("and the schema refuses what is none", () => {
    expect(validate({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
  });
});
