import { existsSync } from "node:fs";
import { relative } from "node:path";
import { emptyBaseline, formatBaseline, pruneBaseline, writeBaseline } from "../baseline.ts";
import type { ExitStatus } from "../exit.ts";
import { print, writeOutput } from "./output.ts";
import { baselinePath, configurationFor, type ProjectFlags, readBaseline, scanTarget, targetOf } from "./project.ts";

/** What happens to the entries: `write` takes in all that is found, `prune` drops what is found no more. */
const actions = { write: writeBaseline, prune: pruneBaseline };
export type BaselineAction = keyof typeof actions;

/** Writes the findings of today to the baseline file, or drops from it what is found no more. */
export async function baselineCommand(action: BaselineAction, path: string, flags: ProjectFlags): Promise<ExitStatus> {
  const target = targetOf([path]);
  const file = baselinePath(target.root, flags.baseline);
  const before = action === "write" && !existsSync(file) ? emptyBaseline : readBaseline(file);
  const { report } = await scanTarget(target, flags, configurationFor(target.root, flags), before);
  const after = actions[action](report, before);
  writeOutput(file, formatBaseline(after));
  const known = new Set(before.entries.map((entry) => entry.fingerprint));
  const added = after.entries.filter((entry) => !known.has(entry.fingerprint)).length;
  const dropped = before.entries.length + added - after.entries.length;
  const name = relative(process.cwd(), file) || file;
  await print(`${name}: ${after.entries.length} findings, ${added} added, ${dropped} dropped.\n`);
  return 0;
}
