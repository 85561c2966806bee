import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const MAX_THREADS = 8;

/** How many threads a large piece of work is shared by, the one that asks included. */
export function threadsOfMachine(): number {
  return Math.min(availableParallelism(), MAX_THREADS);
}

/** The script of a thread, which stands beside the bundle; undefined in the repository, where there is none. */
export function threadScript(name: string): URL | undefined {
  const script = new URL(`./${name}.js`, import.meta.url);
  return existsSync(fileURLToPath(script)) ? script : undefined;
}

/** What the one message of a thread says; it fails when the thread does. */
export function runInThread<Answer>(script: URL, data: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: data });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread ended without an answer")));
  });
}
