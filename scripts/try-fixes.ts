/**
 * Makes the fixes of a checkout on copies of the files that change, and asks each language's own tool whether they
 * still parse. The checkout stays as it is.
 *
 *     npm run try-fixes -- <checkout> [--all] [--diff]
 *
 * Prints how many cookies are off, how many of them a fix mends, how many are left and why, and the changed files that
 * do not parse although they did before.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import type { Cookie } from "../src/cookie.ts";
import { type ChosenFix, planFixes } from "../src/fix.ts";
import { scan } from "../src/scan.ts";
import { faultyIn } from "./parse.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "boolean" }, diff: { type: "boolean" } },
});
const [checkout] = positionals;
if (checkout === undefined) {
  console.error("usage: npm run try-fixes -- <checkout> [--all] [--diff]");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "setsecure-fixes-"));
try {
  process.exitCode = await main(resolve(checkout), values.all === true, values.diff === true);
} finally {
  rmSync(folder, { recursive: true });
}

async function main(root: string, all: boolean, diff: boolean): Promise<number> {
  const { inventory, project, deployment } = await scan(root);
  const { cookies } = inventory;
  const chosen = cookies.flatMap((cookie, index): ChosenFix[] => {
    const fix = cookie.fixes.find(({ safety }) => safety === "safe") ?? (all ? cookie.fixes[0] : undefined);
    return fix === undefined ? [] : [{ cookie: index, fix }];
  });
  const plan = await planFixes(project, deployment, inventory, chosen);
  const made = new Set(plan.made.map(({ cookie }) => cookie));
  const off = cookies.flatMap((cookie, index) => (isOff(cookie) ? [index] : []));
  const left = off.filter((index) => !made.has(index));

  console.log(basename(root));
  console.log(`  cookies that are off    ${off.length}`);
  console.log(`  with a safe fix         ${off.filter((index) => has(cookies[index]!, "safe")).length}`);
  console.log(`  that needs a decision   ${off.filter((index) => only(cookies[index]!)).length}`);
  console.log(`  fixed                   ${plan.made.length}, in ${plan.changes.size} files`);
  console.log(`  left                    ${left.length}`);
  for (const [because, count] of counted(left.map((index) => whyLeft(cookies[index]!, index, plan.failed, all))))
    console.log(`    ${String(count).padStart(5)}  ${because}`);
  const again = plan.after.cookies.filter((cookie) => isOff(cookie) && cookie.fixes.length > 0).length;
  console.log(`  fixable after the fix   ${again}`);

  if (diff) {
    for (const [file, { before, after }] of plan.changes)
      console.log(createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, "", ""));
  }
  const was = faultyIn(join(folder, "before"), new Map([...plan.changes].map(([file, { before }]) => [file, before])));
  const now = faultyIn(join(folder, "after"), new Map([...plan.changes].map(([file, { after }]) => [file, after])));
  for (const extension of new Set([...was.unasked, ...now.unasked]))
    console.log(`  nobody was asked about ${extension}`);
  const broken = now.faulty.filter((file) => !was.faulty.includes(file));
  console.log(`  did not parse before    ${was.faulty.length}`);
  console.log(`  broken by the fix       ${broken.length}`);
  for (const file of broken) console.log(`    ${file}`);
  return broken.length === 0 ? 0 : 1;
}

function isOff({ deletion, verdict, condition }: Cookie): boolean {
  return !deletion && (verdict === "insecure" || condition?.inDeployment === "insecure");
}

function has({ fixes }: Cookie, safety: string): boolean {
  return fixes.some((fix) => fix.safety === safety);
}

function only(cookie: Cookie): boolean {
  return cookie.fixes.length > 0 && !has(cookie, "safe");
}

function whyLeft(cookie: Cookie, index: number, failed: readonly (ChosenFix & { because: string })[], all: boolean) {
  const own = failed.find((each) => each.cookie === index);
  if (own !== undefined) return `refused: ${own.because}`.replace(/\b[\w./-]+\/[\w.-]+\b/g, "<file>").slice(0, 160);
  if (!all && cookie.fixes.length > 0) return "needs a decision";
  return `no edit: ${cookie.framework}: ${cookie.because.replace(/`[^`]*`|"[^"]*"/g, "…")}`.slice(0, 160);
}

function counted(reasons: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
