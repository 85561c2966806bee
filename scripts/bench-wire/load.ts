import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Figure } from "./figure.ts";

const require = createRequire(import.meta.url);
const CONNECTIONS = 20;
const WARM = 1000;

/** A server in processes of its own. */
export interface Subject {
  readonly what: string;
  readonly url: string;
  /** Those that do its work. */
  readonly pids: readonly number[];
  /** A header with every request, as `Name=value`. */
  readonly header?: string;
}

/** The best figure of each subject, which take turns for some rounds. */
export function bestOf(subjects: readonly Subject[], rounds: number, requests: number): readonly Figure[] {
  const figures = new Map<string, Figure>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      figures.set(subject.what, better(figures.get(subject.what), load(subject, requests)));
    }
  }
  return [...figures.values()];
}

/** Sends that many requests over 20 connections, after some to warm up, and says how fast they were answered. */
function load({ what, url, pids, header }: Subject, requests: number): Figure {
  send(url, header, WARM);
  const before = cpuOf(pids);
  const rate = send(url, header, requests);
  return { what, rate, cpu: (cpuOf(pids) - before) / requests, unit: "requests" };
}

/** The better of two figures of the same thing: less disturbed by what else runs. */
function better(a: Figure | undefined, b: Figure): Figure {
  if (a === undefined) return b;
  return { ...a, rate: Math.max(a.rate, b.rate), cpu: Math.min(a.cpu ?? Infinity, b.cpu ?? Infinity) };
}

function send(url: string, header: string | undefined, requests: number): number {
  const words = ["--json", "--no-progress", "-c", String(CONNECTIONS), "-a", String(requests)];
  const program = require.resolve("autocannon");
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [program, ...words, ...(header === undefined ? [] : ["-H", header]), url],
    { encoding: "utf8", timeout: 120_000 },
  );
  if (status !== 0) throw new Error(`autocannon failed: ${stderr}`);
  const told = JSON.parse(stdout) as { "2xx": number; errors: number; start: string; finish: string };
  if (told["2xx"] < requests || told.errors > 0) throw new Error(`${url} answered ${told["2xx"]} of ${requests}`);
  return requests / ((Date.parse(told.finish) - Date.parse(told.start)) / 1000);
}

/**
 * User and system time so far, in microseconds: of all threads, as the scheduler counts it to the nanosecond.
 * https://docs.kernel.org/scheduler/sched-stats.html
 */
function cpuOf(pids: readonly number[]): number {
  const threads = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}/schedstat`),
  );
  return threads.reduce((sum, file) => sum + Number(readFileSync(file, "utf8").split(" ")[0]) / 1000, 0);
}

/** Starts a program that prints a line when it is ready; the line. */
export function started(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.once("data", (data) => resolve(String(data).trim()));
    }
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`a server ended with ${code}`)));
  });
}

export const startNode = (words: readonly string[], options: { cwd?: string } = {}): ChildProcess =>
  spawn(process.execPath, words, { ...options, stdio: ["ignore", "pipe", "pipe"] });
