import type { Deployment } from "./deployment.ts";
import { runInThread, threadScript, threadsOfMachine } from "./files/thread.ts";
import { openProject, type ProjectOnDisk, type ProjectParts, type Skipped } from "./files.ts";
import { type Inventory, type LanguageInventory, merge, readAllSettings, takeInventories } from "./inventory.ts";
import { programLanguageOf } from "./languages/index.ts";
import { type ProgramLanguageName, programLanguageNames } from "./program.ts";

/** For fewer programs, a thread takes longer to start than it saves. */
const PROGRAMS_WORTH_A_THREAD = 60;

/** What another thread is to evaluate. */
export interface Share extends ProjectParts {
  readonly deployment: Deployment;
  readonly languages: readonly ProgramLanguageName[];
}

interface Taken {
  readonly inventories: readonly LanguageInventory[];
  readonly skipped: readonly Skipped[];
}

/** Evaluates the languages of a share, in this thread. */
export async function takeShare({ deployment, languages, ...parts }: Share): Promise<Taken> {
  const project = openProject(parts);
  const inventories = await takeInventories(project, deployment, readAllSettings(project), languages);
  return { inventories, skipped: project.skipped() };
}

/**
 * The inventory of a project on disk, its languages shared by several threads where that is worth it. The answer does
 * not depend on their number.
 * @param threads how many, this one included; by default as the machine has
 */
export async function takeInventoryOfFiles(
  project: ProjectOnDisk,
  deployment: Deployment,
  threads = threadsOfMachine(),
): Promise<Inventory> {
  const { root, files, candidates } = project;
  const script = threadScript("inventory-worker");
  const [own = [], ...others] = sharesOf(candidates, script === undefined ? 1 : threads);
  const running = others.map((languages) => takeInThread(script, { root, files, candidates, deployment, languages }));
  const settings = readAllSettings(project);
  const inventories = [...(await takeInventories(project, deployment, settings, own))];
  for (const taken of await Promise.all(running)) {
    project.skip(taken.skipped);
    inventories.push(...taken.inventories);
  }
  return merge(settings, inventories);
}

/** A thread that fails costs time, never cookies. */
async function takeInThread(script: URL | undefined, share: Share): Promise<Taken> {
  if (script === undefined) return takeShare(share);
  return runInThread<Taken>(script, share).catch(() => takeShare(share));
}

/** Which thread takes which languages, the largest first to whoever has least; the first share is the largest. */
function sharesOf(candidates: readonly string[], threads: number): readonly (readonly ProgramLanguageName[])[] {
  const sizes = new Map<ProgramLanguageName, number>(programLanguageNames.map((name) => [name, 0]));
  for (const file of candidates) {
    const name = programLanguageOf(file)?.name;
    if (name !== undefined) sizes.set(name, sizes.get(name)! + 1);
  }
  const shares = Array.from({ length: Math.max(1, threads) }, () => ({
    size: 0,
    languages: [] as ProgramLanguageName[],
  }));
  for (const [language, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
    const least = shares.reduce((best, share) => (share.size < best.size ? share : best));
    least.size += size;
    least.languages.push(language);
  }
  const [first, ...rest] = shares.sort((a, b) => b.size - a.size);
  const worth = rest.filter(({ size }) => size >= PROGRAMS_WORTH_A_THREAD);
  const back = rest.filter((share) => !worth.includes(share)).flatMap(({ languages }) => languages);
  return [[...(first?.languages ?? []), ...back], ...worth.map(({ languages }) => languages)];
}
