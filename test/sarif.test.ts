import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { findPage } from "../src/pages.ts";
import { writeSarif } from "../src/reports/sarif.ts";
import { scan } from "../src/scan.ts";

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

  test("and the schema refuses what is none", () => {
    expect(validate({ version: "2.1.0", runs: [{ results: [] }] })).toBe(false);
  });
});
