import type { Skipped } from "./list.ts";
import { type Interest, prefilter } from "./prefilter.ts";
import { runInThread, threadScript, threadsOfMachine } from "./thread.ts";

/** Under this many files, a thread takes longer to start than it saves. */
const FILES_WORTH_A_THREAD = 4_000;

/** How many files a thread takes at a time. */
const TURN = 250;

export interface Share {
  readonly root: string;
  readonly interest: Interest;
  /** All files; each thread takes the next ones as long as there are any. */
  readonly files: readonly string[];
  /** How many turns were taken so far, by all threads that hold it. */
  readonly turns: Int32Array<SharedArrayBuffer>;
}

export interface Found {
  readonly candidates: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Searches files, in this thread, until all are taken. */
export function searchShare({ root, interest, files, turns }: Share): Found {
  const candidates: string[] = [];
  const skipped: Skipped[] = [];
  const decide = prefilter(root, interest);
  for (;;) {
    const start = Atomics.add(turns, 0, 1) * TURN;
    if (start >= files.length) return { candidates, skipped };
    for (const file of files.slice(start, start + TURN)) {
      const outcome = decide(file);
      if (outcome === "hit") candidates.push(file);
      else if (outcome !== "miss") skipped.push({ file, because: outcome.because });
    }
  }
}

/**
 * Searches all files, on several threads where that is worth it. The answer does not depend on their number.
 * @param threads how many, this one included; by default as the machine has
 */
export async function searchFiles(
  { root, interest, files }: Omit<Share, "turns">,
  threads = threadsFor(files.length),
): Promise<Found> {
  const script = threadScript("search-worker");
  const share: Share = { root, interest, files, turns: newTurns() };
  const running =
    script === undefined ? [] : Array.from({ length: Math.max(1, threads) - 1 }, () => searchInThread(script, share));
  const found = [searchShare(share), ...(await Promise.all(running))];
  return {
    candidates: [...new Set(found.flatMap((part) => part.candidates))].sort(),
    skipped: found.flatMap((part) => part.skipped).sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

function newTurns(): Share["turns"] {
  return new Int32Array(new SharedArrayBuffer(4));
}

function threadsFor(files: number): number {
  return files < FILES_WORTH_A_THREAD ? 1 : threadsOfMachine();
}

/** A thread that fails costs time, never files: all are searched again, since nobody knows which it had taken. */
function searchInThread(script: URL, share: Share): Promise<Found> {
  return runInThread<Found>(script, share).catch(() => searchShare({ ...share, turns: newTurns() }));
}
