import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type CaseResult, folder, isMissing, type PageResult, readPages, runLab } from "./lab.ts";
import { noLongerAsked, record, recorded } from "./results.ts";
import { withSeen } from "./seen.ts";

/*
 * `npm run lab [-- framework…]`: runs the pages' cases and prints a table; status 1 when any disagrees, when something that
 * could be run is not, or when a case is no longer asked. `--record` writes lab/results.json and the pages' lines "Seen on …", `--verbose` tells every
 * case that was not asked.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: "boolean", default: false }, verbose: { type: "boolean", default: false } },
});

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    controller.abort();
    process.exit(130);
  });

const started = performance.now();
const pages = await runLab({ frameworks: positionals, signal: controller.signal });
print(pages);
console.log(`\n${((performance.now() - started) / 1000).toFixed(1)} s`);
const isIncomplete = pages.some(isMissing);
const lost = noLongerAsked(pages);
for (const { framework, version, case: title } of lost)
  console.log(`\n✗ src/frameworks/${framework}/readme.md ${title} [${version}]\n  was asked before, and is not now`);
const disagrees = pages.some(({ cases }) => cases.some(({ status }) => status === "disagreed"));
if (values.record && (isIncomplete || disagrees))
  console.log(
    `lab/results.json is left as it was: ${isIncomplete ? "not everything was run" : "pages and wire disagree"}`,
  );
else if (values.record) {
  record(pages, positionals.length > 0);
  showOnPages();
}
process.exitCode = isIncomplete || disagrees || (lost.length > 0 && !values.record) ? 1 : 0;

function showOnPages(): void {
  const all = recorded();
  for (const [name, text] of Object.entries(readPages())) {
    const seen = all.filter(({ framework }) => framework === name);
    writeFileSync(new URL(`${name}/readme.md`, folder), withSeen(text, seen));
  }
}

function print(results: readonly PageResult[]): void {
  const rows = results.map(({ framework, version, cases, notRun }) => {
    if (notRun !== undefined) return [framework, version, `not run: ${notRun}`];
    const count = (status: CaseResult["status"]) => String(cases.filter((each) => each.status === status).length);
    const cookies = cases.reduce((sum, { agreed }) => sum + agreed.length, 0);
    const open = cases.reduce((sum, { status, notAsked }) => sum + (status === "not asked" ? 0 : notAsked.length), 0);
    const asked = String(cases.filter((each) => each.status !== "not asked").length);
    return [
      framework,
      version,
      asked,
      count("agreed"),
      count("disagreed"),
      count("not asked"),
      String(cookies),
      String(open),
    ];
  });
  const head = ["framework", "version", "asked", "agreed", "disagreed", "not asked", "cookies", "cookies not asked"];
  const table = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...table.filter((row) => column < 2 || row.length === head.length).map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  for (const page of results) tell(page);
}

function tell({ framework, version, cases }: PageResult): void {
  for (const each of cases) {
    const place = `src/frameworks/${framework}/readme.md:${each.line} ${each.title} [${version}]`;
    for (const line of each.disagreed) console.log(`\n✗ ${place}\n  ${line}`);
    if (each.status === "not asked" || values.verbose)
      for (const line of each.notAsked) console.log(`\n– ${place}\n  not asked: ${line}`);
  }
}
