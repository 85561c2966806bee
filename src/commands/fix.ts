import { join, relative, sep } from "node:path";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { decode, encode, encodingOf } from "../files/decode.ts";
import { changedByGit, findGitRoot } from "../files/git.ts";
import { patchOf } from "../files/patch.ts";
import { readWhole } from "../files/read.ts";
import { obstacleTo, type Replacement } from "../files/write.ts";
import { type ChosenFix, type FailedFix, type FixPlan, faultsOf, planFixes } from "../fix.ts";
import type { Scan } from "../scan.ts";
import { visible } from "../terminal/text.ts";
import { type Choice, chooseFixes, type Dialogue } from "./choose-fixes.ts";
import { print } from "./output.ts";
import { baselineFor, configurationFor, type ProjectFlags, scanTarget, targetOf } from "./project.ts";
import { type Outcome, writeFixes } from "./write-fixes.ts";

export interface FixFlags extends ProjectFlags, Choice {
  /** Print the patch and write nothing. */
  readonly diff: boolean;
  readonly allowDirty: boolean;
  readonly verify?: string;
  readonly exitNonZeroOnFix: boolean;
}

/**
 * Writes the fixes of the findings under the paths: the safe ones, or those that the flags choose.
 * @returns 0 when nothing is left that a fix was chosen for; 1 when findings are left (or fixes failed)
 */
export async function fixCommand(
  paths: readonly string[],
  flags: FixFlags,
  dialogue: Dialogue = { input: process.stdin, output: process.stderr },
): Promise<ExitStatus> {
  const target = targetOf(paths.length === 0 ? ["."] : paths);
  const configuration = configurationFor(target.root, flags);
  const baseline = baselineFor(target.root, flags);
  const rescan = () => scanTarget(target, flags, configuration, baseline);
  const scan = await rescan();
  const { root } = scan.project;
  const { able, unable } = split(await chooseFixes(scan, flags, dialogue), root, flags.diff);
  const plan = await planFixes(scan.project, scan.deployment, scan.inventory, able);
  const replacements = [...plan.changes].map(([file, change]) => replacementOf(root, file, change));
  const refused = [...unable, ...plan.failed];
  if (flags.diff) {
    await print(Buffer.concat(replacements.map((each) => patchOf(nameInPatch(root, each.file), each))));
    process.stderr.write(summaryOf(scan, { made: plan.made, failed: refused }, "would be"));
    return refused.length > 0 ? 1 : 0;
  }
  if (!flags.allowDirty) await refuseDirty(root, replacements);
  const prove = async (made: readonly ChosenFix[]) => faultsOf(scan.inventory, (await rescan()).inventory, made);
  const outcome = await writeFixes({ root, plan, replacements, prove, verify: flags.verify });
  const failed = [...refused, ...outcome.failed];
  await print(summaryOf(scan, { made: outcome.made, failed }, "is"));
  if (leftOver(scan, outcome.made) > 0 || failed.length > 0) return 1;
  return flags.exitNonZeroOnFix && outcome.made.length > 0 ? 1 : 0;
}

// ---- what can be written

/** Apart from the others: fixes of files that cannot be edited, each with the reason. */
function split(chosen: readonly ChosenFix[], root: string, onlyShown: boolean) {
  const obstacles = new Map<string, string | undefined>();
  const obstacleOf = (file: string) => {
    if (!obstacles.has(file))
      obstacles.set(file, inexact(root, file) ?? (onlyShown ? undefined : obstacleTo(root, file)));
    return obstacles.get(file);
  };
  const able: ChosenFix[] = [];
  const unable: FailedFix[] = [];
  for (const each of chosen) {
    const file = each.fix.edits.map((edit) => edit.file).find((one) => obstacleOf(one) !== undefined);
    if (file === undefined) able.push(each);
    else unable.push({ ...each, because: `${file} cannot be edited: ${obstacleOf(file)}` });
  }
  return { able, unable };
}

/** Why an edit would change more than its own bytes. */
function inexact(root: string, file: string): string | undefined {
  const read = readWhole(root, file);
  if ("because" in read) return read.because;
  const { bytes } = read;
  const encoding = encodingOf(bytes);
  return encode(decode(bytes).text, encoding).equals(bytes)
    ? undefined
    : `it holds bytes that are no ${encoding.toUpperCase()}`;
}

/** @throws CannotDo when the file is not as the scan read it */
function replacementOf(root: string, file: string, { before, after }: { before: string; after: string }): Replacement {
  const read = readWhole(root, file);
  if ("because" in read) throw new CannotDo(`${file} cannot be read: ${read.because}. Nothing was changed.`);
  const { bytes } = read;
  if (decode(bytes).text !== before)
    throw new CannotDo(`${file} has changed since it was read. Nothing was changed; run setsecure fix again.`);
  return { file, before: bytes, after: encode(after, encodingOf(bytes)) };
}

/** From the top of the work tree, as git reads patches; outside of one, from the folder that one is in. */
function nameInPatch(root: string, file: string): string {
  const from = relative(findGitRoot(root) ?? process.cwd(), join(root, file))
    .split(sep)
    .join("/");
  return from.startsWith("../") ? file : from;
}

async function refuseDirty(root: string, replacements: readonly Replacement[]): Promise<void> {
  if (replacements.length === 0) return;
  const dirty = await changedByGit(
    root,
    replacements.map(({ file }) => file),
  );
  if (dirty !== undefined && dirty.length > 0) {
    throw new CannotDo(
      `These files have changes that are not committed: ${dirty.slice(0, 5).join(", ")}${dirty.length > 5 ? ", …" : ""}. Commit or stash them, or say --allow-dirty. Nothing was changed.`,
    );
  }
}

// ---- telling

function leftOver(scan: Scan, made: readonly ChosenFix[]): number {
  const fixed = new Set(made.map(({ cookie }) => cookie));
  return scan.report.findings.filter(
    (finding) => finding.level === "error" && finding.suppressed === undefined && !fixed.has(finding.cookie),
  ).length;
}

function summaryOf(scan: Scan, { made, failed }: Outcome | Pick<FixPlan, "made" | "failed">, verb: string): string {
  const name = (index: number) => {
    const cookie = scan.inventory.cookies[index]!;
    return `${cookie.sink.file}: ${cookie.name ?? "(computed name)"} (${cookie.framework})`;
  };
  const lines = made.map(
    ({ cookie, fix }) => `  fixed   ${name(cookie)}: ${fix.title}${fix.note === undefined ? "" : `. ${fix.note}`}`,
  );
  lines.push(...failed.map(({ cookie, because }) => `  left    ${name(cookie)}: ${because}`));
  const touched = new Set([...made, ...failed].map(({ cookie }) => cookie));
  const waiting = waitingFixes(scan).filter(({ cookie }) => !touched.has(cookie));
  lines.push(
    ...waiting.map(({ cookie, fix }) => `  decide  ${name(cookie)}: ${fix.title}. ${fix.note ?? ""}`.trimEnd()),
  );
  lines.push(...byHand(scan).map(({ cookie, line, says }) => `  by hand ${name(cookie)}, line ${line}: ${says}`));
  const fixed = `${count(made.length, "cookie")} ${verb === "is" && made.length !== 1 ? "are" : verb} fixed`;
  const could = failed.length > 0 ? `, ${failed.length} could not be` : "";
  const need =
    waiting.length > 0
      ? `; ${waiting.length} ${waiting.length === 1 ? "fix needs" : "fixes need"} a decision: see --all, --interactive or --only`
      : "";
  const isDone = lines.length === 0 && leftOver(scan, []) === 0;
  lines.push(isDone ? "Nothing is left to fix." : `${fixed}${could}${need}.`);
  return `${lines.map(visible).join("\n")}\n`;
}

/** The best fix of each cookie with an open finding for which somebody has to decide. */
function waitingFixes(scan: Scan): readonly ChosenFix[] {
  const open = scan.report.findings.filter(({ suppressed }) => suppressed === undefined);
  return [...new Set(open.map(({ cookie }) => cookie))].flatMap((cookie) => {
    const { fixes = [] } = scan.inventory.cookies[cookie] ?? {};
    const [fix] = fixes;
    return fix === undefined || fixes.some(({ safety }) => safety === "safe") ? [] : [{ cookie, fix }];
  });
}

/** What no edit is known for, once for each cookie. */
function byHand({ report }: Scan) {
  const open = report.findings.flatMap(({ cookie, suppressed, suggestion }) =>
    suppressed === undefined && suggestion !== undefined ? [[cookie, { cookie, ...suggestion }] as const] : [],
  );
  return [...new Map(open).values()];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
