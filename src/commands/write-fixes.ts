import { spawn } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { CannotDo } from "../exit.ts";
import { readWhole } from "../files/read.ts";
import { putBack, type Replacement, replaceFiles } from "../files/write.ts";
import type { ChosenFix, FailedFix, FixPlan } from "../fix.ts";
import { holdInterrupts, Interrupted } from "./interrupt.ts";

/** What stands on disk in the end. */
export interface Outcome {
  readonly made: readonly ChosenFix[];
  readonly failed: readonly FailedFix[];
}

export interface Writing {
  readonly root: string;
  readonly plan: FixPlan;
  readonly replacements: readonly Replacement[];
  /** Reads the project from disk again: what these fixes do not keep of their promise. */
  readonly prove: (made: readonly ChosenFix[]) => Promise<readonly FailedFix[]>;
  /** A command that is to pass afterwards. */
  readonly verify: string | undefined;
}

/**
 * Writes the fixes of a plan, and puts back what does not hold on disk or what the command fails with.
 * @throws CannotDo when files cannot be written, or a signal came: every file is then as it was, or is named
 */
export async function writeFixes(writing: Writing): Promise<Outcome> {
  const disk = new Disk(writing.root);
  const interrupt = holdInterrupts();
  /** Signals are told between two turns of the event loop. */
  const pause = async () => {
    await setImmediate();
    interrupt.check();
  };
  const passes = async (command: string) => {
    const passed = await run(command, writing.root, interrupt.onSignal);
    await pause();
    return passed;
  };
  try {
    return await write(writing, disk, passes, pause);
  } catch (error) {
    const kept = disk.undo();
    const state = kept.length === 0 ? "Every file is as it was." : `${kept.join(", ")} could not be put back.`;
    if (error instanceof Interrupted) throw new CannotDo(`Interrupted. ${state}`);
    if (error instanceof CannotDo && kept.length === 0) throw error;
    throw new CannotDo(`${error instanceof Error ? error.message : String(error)} ${state}`);
  } finally {
    interrupt.release();
  }
}

/** The files that hold new text. */
class Disk {
  private readonly written = new Map<string, Replacement>();
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  write(replacements: readonly Replacement[]): void {
    replaceFiles(this.root, replacements);
    for (const replacement of replacements) this.written.set(replacement.file, replacement);
  }

  /** @returns the files that could not be put back */
  undo(replacements: readonly Replacement[] = [...this.written.values()]): readonly string[] {
    const kept = putBack(this.root, replacements);
    for (const { file } of replacements) if (!kept.includes(file)) this.written.delete(file);
    return kept;
  }

  /** @throws CannotDo when a file cannot be put back */
  takeBack(replacements?: readonly Replacement[]): void {
    const kept = this.undo(replacements);
    if (kept.length > 0) throw new CannotDo(`${kept.join(", ")} changed meanwhile, and cannot be put back.`);
  }
}

async function write(
  { root, plan, replacements, prove, verify }: Writing,
  disk: Disk,
  passes: (command: string) => Promise<boolean>,
  pause: () => Promise<void>,
): Promise<Outcome> {
  if (replacements.length === 0) return { made: [], failed: [] };
  disk.write(replacements);
  confirm(root, replacements);
  await pause();
  const outcome = await proven(plan.made, prove, disk);
  await pause();
  if (verify === undefined || outcome.made.length === 0 || (await passes(verify))) return outcome;
  disk.takeBack();
  if (!(await passes(verify))) {
    const because = `"${verify}" fails without any fix as well`;
    return { made: [], failed: plan.made.map((each) => ({ ...each, because })) };
  }
  const made: ChosenFix[] = [];
  const failed: FailedFix[] = [];
  for (const group of connected(plan.made)) {
    const files = new Set(group.flatMap(({ fix }) => fix.edits.map((edit) => edit.file)));
    const own = replacements.filter(({ file }) => files.has(file));
    disk.write(own);
    if (await passes(verify)) made.push(...group);
    else {
      disk.takeBack(own);
      failed.push(...group.map((each) => ({ ...each, because: `"${verify}" fails with it` })));
    }
  }
  const rest = await proven(made, prove, disk);
  return { made: rest.made, failed: [...failed, ...rest.failed] };
}

/** What holds on disk; where anything does not, all is put back. */
async function proven(made: readonly ChosenFix[], prove: Writing["prove"], disk: Disk): Promise<Outcome> {
  const faults = made.length === 0 ? [] : await prove(made);
  if (faults.length === 0) return { made, failed: [] };
  disk.takeBack();
  const because = "it was put back with a fix that did not hold on disk";
  const rest = made.filter((each) => !faults.some(({ cookie }) => cookie === each.cookie));
  return { made: [], failed: [...faults, ...rest.map((each) => ({ ...each, because }))] };
}

/** Reads what was written. */
function confirm(root: string, replacements: readonly Replacement[]): void {
  for (const { file, after } of replacements) {
    const read = readWhole(root, file);
    if ("because" in read || !read.bytes.equals(after))
      throw new CannotDo(`${file} does not hold what was written to it.`);
  }
}

/** Runs a command of the user's; what it says goes to stderr. A signal is passed on to it. */
function run(command: string, cwd: string, onSignal: (listener: (signal: NodeJS.Signals) => void) => void) {
  return new Promise<boolean>((resolve) => {
    const child = spawn(command, { cwd, shell: true, stdio: ["ignore", 2, 2] });
    onSignal((signal) => child.kill(signal));
    child.on("error", () => resolve(false));
    child.on("close", (status) => resolve(status === 0));
  });
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
