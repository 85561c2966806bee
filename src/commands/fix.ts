import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { createTwoFilesPatch } from "diff";
import type { Fix } from "../edit.ts";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { decode, encode, encodingOf } from "../files/decode.ts";
import { changedByGit } from "../files/git.ts";
import { readWhole } from "../files/read.ts";
import { type Replacement, replaceFiles } from "../files/write.ts";
import { type ChosenFix, type FixPlan, planFixes } from "../fix.ts";
import type { Scan } from "../scan.ts";
import { visible } from "../terminal/text.ts";
import { print } from "./output.ts";
import { baselineFor, configurationFor, type ProjectFlags, scanTarget, targetOf } from "./project.ts";

export interface FixFlags extends ProjectFlags {
  /** Print the patch and write nothing. */
  readonly diff: boolean;
  readonly all: boolean;
  readonly interactive: boolean;
  /** Rules, frameworks or fingerprints. */
  readonly only?: readonly string[];
  readonly allowDirty: boolean;
  readonly verify?: string;
  readonly exitNonZeroOnFix: boolean;
}

/**
 * Writes the fixes of the findings under the paths: the safe ones, or those that the flags choose.
 * @returns 0 when nothing is left that a fix was chosen for; 1 when findings are left (or fixes failed)
 */
export async function fixCommand(paths: readonly string[], flags: FixFlags): Promise<ExitStatus> {
  const target = targetOf(paths.length === 0 ? ["."] : paths);
  const configuration = configurationFor(target.root, flags);
  const baseline = baselineFor(target.root, flags);
  const scan = await scanTarget(target, flags, configuration, baseline);
  const chosen = await choose(scan, flags);
  const plan = await planFixes(scan.project, scan.deployment, scan.inventory, chosen);
  const { root } = scan.project;
  const replacements = replacementsOf(root, plan);
  if (flags.diff) {
    await print(replacements.map((each) => patchOf(each)).join(""));
    await tell(summaryOf(scan, plan, "would be"), process.stderr);
    return plan.failed.length > 0 ? 1 : 0;
  }
  if (replacements.length > 0) {
    if (!flags.allowDirty) await refuseDirty(root, replacements);
    replaceFiles(root, replacements);
    confirm(root, replacements);
  }
  const verified =
    flags.verify === undefined ? { kept: plan.made, undone: [] } : verify(root, plan, replacements, flags.verify);
  await tell(
    summaryOf(scan, { ...plan, made: verified.kept, failed: [...plan.failed, ...verified.undone] }, "is"),
    process.stdout,
  );
  const left = leftOver(scan, verified.kept);
  if (left > 0 || plan.failed.length > 0 || verified.undone.length > 0) return 1;
  return flags.exitNonZeroOnFix && verified.kept.length > 0 ? 1 : 0;
}

// ---- choosing

async function choose(scan: Scan, flags: FixFlags): Promise<readonly ChosenFix[]> {
  const result: ChosenFix[] = [];
  const seen = new Set<number>();
  const ask = flags.interactive ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  try {
    for (const finding of scan.report.findings) {
      const cookie = scan.inventory.cookies[finding.cookie];
      if (
        cookie === undefined ||
        finding.suppressed !== undefined ||
        seen.has(finding.cookie) ||
        cookie.fixes.length === 0
      )
        continue;
      const wanted = [finding.rule, cookie.framework, finding.fingerprint];
      if (flags.only !== undefined && !flags.only.some((each) => wanted.includes(each))) continue;
      seen.add(finding.cookie);
      const fix =
        ask === undefined ? pick(cookie.fixes, flags) : await askFor(ask, scan, finding.cookie, finding.message);
      if (fix !== undefined) result.push({ cookie: finding.cookie, fix });
    }
  } finally {
    ask?.close();
  }
  return result;
}

/** The best safe fix; with `--all` or `--only`, the best one there is. */
function pick(fixes: readonly Fix[], { all, only }: FixFlags): Fix | undefined {
  return fixes.find((fix) => fix.safety === "safe") ?? (all || only !== undefined ? fixes[0] : undefined);
}

async function askFor(
  ask: ReturnType<typeof createInterface>,
  scan: Scan,
  index: number,
  message: string,
): Promise<Fix | undefined> {
  const cookie = scan.inventory.cookies[index]!;
  const lines = [`\n${cookie.sink.file}: ${cookie.name ?? "(computed name)"} (${cookie.framework}): ${message}`];
  cookie.fixes.forEach((fix, position) => {
    const note = fix.note === undefined ? "" : ` ${fix.note}`;
    lines.push(`  ${position + 1}  ${fix.title} (${fix.safety})${note}`);
    for (const edit of fix.edits)
      lines.push(`     ${edit.file}: ${JSON.stringify(edit.expected)} -> ${JSON.stringify(edit.replacement)}`);
  });
  process.stderr.write(`${lines.map(visible).join("\n")}\n`);
  const answer = await ask.question(
    `Which one? [1${cookie.fixes.length > 1 ? `-${cookie.fixes.length}` : ""}, Enter for none] `,
  );
  return cookie.fixes[Number(answer.trim()) - 1];
}

// ---- writing

function replacementsOf(root: string, plan: FixPlan): readonly Replacement[] {
  return [...plan.texts].map(([file, text]) => {
    const read = readWhole(root, file);
    if ("because" in read) throw new CannotDo(`${file} cannot be read: ${read.because}. Nothing was changed.`);
    const encoding = encodingOf(read.bytes);
    const before = read.bytes;
    if (!encode(decode(before).text, encoding).equals(before)) {
      throw new CannotDo(
        `${file} holds bytes that are no ${encoding.toUpperCase()}: it cannot be edited without changing them. Nothing was changed; leave it out with the configuration's "ignore", or edit it by hand.`,
      );
    }
    return { file, before, after: encode(text, encoding) };
  });
}

async function refuseDirty(root: string, replacements: readonly Replacement[]): Promise<void> {
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

/** Reads what was written. */
function confirm(root: string, replacements: readonly Replacement[]): void {
  for (const { file, after } of replacements) {
    const read = readWhole(root, file);
    if ("because" in read || !read.bytes.equals(after))
      throw new CannotDo(`${file} does not hold what was written to it.`);
  }
}

function patchOf({ file, before, after }: Replacement): string {
  const [old, now] = [decode(before).text, decode(after).text];
  return `diff --git a/${file} b/${file}\n${createTwoFilesPatch(`a/${file}`, `b/${file}`, old, now, "", "", { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } })}`;
}

// ---- verifying with the project's own tests

/** Runs the command; when it fails, everything is put back, and each file's fixes are tried by themselves. */
function verify(
  root: string,
  plan: FixPlan,
  replacements: readonly Replacement[],
  command: string,
): { kept: FixPlan["made"]; undone: FixPlan["failed"] } {
  if (replacements.length === 0 || passes(root, command)) return { kept: plan.made, undone: [] };
  replaceFiles(
    root,
    replacements.map(({ file, before, after }) => ({ file, before: after, after: before })),
  );
  if (!passes(root, command)) {
    const because = `"${command}" fails without any fix as well`;
    return { kept: [], undone: plan.made.map((each) => ({ ...each, because })) };
  }
  const kept: ChosenFix[] = [];
  const undone: (ChosenFix & { because: string })[] = [];
  for (const group of connected(plan.made)) {
    const files = new Set(group.flatMap(({ fix }) => fix.edits.map((edit) => edit.file)));
    const own = replacements.filter(({ file }) => files.has(file));
    replaceFiles(root, own);
    if (passes(root, command)) kept.push(...group);
    else {
      replaceFiles(
        root,
        own.map(({ file, before, after }) => ({ file, before: after, after: before })),
      );
      undone.push(...group.map((each) => ({ ...each, because: `"${command}" fails with it` })));
    }
  }
  return { kept, undone };
}

function passes(root: string, command: string): boolean {
  return spawnSync(command, { cwd: root, shell: true, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

/** Fixes that share a file stand or fall together. */
function connected(made: readonly ChosenFix[]): readonly (readonly ChosenFix[])[] {
  const groups: { files: Set<string>; fixes: ChosenFix[] }[] = [];
  for (const each of made) {
    const files = new Set(each.fix.edits.map((edit) => edit.file));
    const sharing = groups.filter((group) => [...files].some((file) => group.files.has(file)));
    const merged = {
      files: new Set([...files, ...sharing.flatMap((group) => [...group.files])]),
      fixes: [...sharing.flatMap((group) => group.fixes), each],
    };
    for (const group of sharing) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups.map(({ fixes }) => fixes);
}

// ---- telling

function leftOver(scan: Scan, made: readonly ChosenFix[]): number {
  const fixed = new Set(made.map(({ cookie }) => cookie));
  return scan.report.findings.filter(
    (finding) => finding.level === "error" && finding.suppressed === undefined && !fixed.has(finding.cookie),
  ).length;
}

function summaryOf(scan: Scan, plan: Pick<FixPlan, "made" | "failed">, verb: string): string {
  const name = (index: number) => {
    const cookie = scan.inventory.cookies[index]!;
    return `${cookie.sink.file}: ${cookie.name ?? "(computed name)"} (${cookie.framework})`;
  };
  const lines = plan.made.map(
    ({ cookie, fix }) => `  fixed   ${name(cookie)}: ${fix.title}${fix.note === undefined ? "" : `. ${fix.note}`}`,
  );
  lines.push(...plan.failed.map(({ cookie, because }) => `  left    ${name(cookie)}: ${because}`));
  const waiting = scan.inventory.cookies.filter(
    (cookie, index) =>
      !plan.made.some((each) => each.cookie === index) &&
      cookie.fixes.length > 0 &&
      cookie.fixes.every((fix) => fix.safety !== "safe"),
  ).length;
  const { made, failed } = plan;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  lines.push(
    `${count(made.length, "cookie")} ${verb === "is" ? (made.length === 1 ? "is" : "are") : verb} fixed${failed.length > 0 ? `, ${failed.length} could not be` : ""}${waiting > 0 ? `; ${count(waiting, "fix").replace("fixs", "fixes")} need${waiting === 1 ? "s" : ""} a decision: see --all, --interactive or --only` : ""}.`,
  );
  return `${lines.map(visible).join("\n")}\n`;
}

function tell(text: string, stream: NodeJS.WriteStream): Promise<void> {
  if (stream === process.stdout) return print(text);
  stream.write(text);
  return Promise.resolve();
}
