import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Skipped } from "./list.ts";
import { type Interest, prefilter } from "./prefilter.ts";

/** Under this many files, a thread takes longer to start than it saves. */
const FILES_WORTH_A_THREAD = 4_000;
const MAX_THREADS = 8;

export interface Share {
  readonly root: string;
  readonly interest: Interest;
  readonly files: readonly string[];
}

export interface Found {
  readonly candidates: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Searches one share of the files, in this thread. */
export function searchShare({ root, interest, files }: Share): Found {
  const candidates: string[] = [];
  const skipped: Skipped[] = [];
  const decide = prefilter(root, interest);
  for (const file of files) {
    const outcome = decide(file);
    if (outcome === "hit") candidates.push(file);
    else if (outcome !== "miss") skipped.push({ file, because: outcome.because });
  }
  return { candidates, skipped };
}

/**
 * Searches all files, on several threads where that is worth it. The answer does not depend on their number.
 * @param threads how many, this one included; by default as the machine has
 */
export async function searchFiles(share: Share, threads = threadsFor(share.files.length)): Promise<Found> {
  const script = new URL("./worker.js", import.meta.url);
  const count = existsSync(fileURLToPath(script)) ? Math.max(1, threads) : 1;
  const shares = Array.from({ length: count }, (_, turn) => ({
    ...share,
    files: share.files.filter((_file, index) => index % count === turn),
  }));
  const [own, ...others] = shares;
  const running = others.map((other) => searchInThread(script, other));
  const found = [
    own === undefined ? { candidates: [], skipped: [] } : searchShare(own),
    ...(await Promise.all(running)),
  ];
  return {
    candidates: found.flatMap((part) => part.candidates).sort(),
    skipped: found.flatMap((part) => part.skipped).sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

function threadsFor(files: number): number {
  return files < FILES_WORTH_A_THREAD ? 1 : Math.min(availableParallelism(), MAX_THREADS);
}

/** A thread that fails costs time, never files. */
function searchInThread(script: URL, share: Share): Promise<Found> {
  return new Promise((resolve) => {
    const worker = new Worker(script, { workerData: share });
    worker.once("message", (found: Found) => resolve(found));
    worker.once("error", () => resolve(searchShare(share)));
  });
}
