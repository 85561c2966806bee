import { parentPort, workerData } from "node:worker_threads";
import { searchShare } from "./search-threads.ts";

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(searchShare(workerData));
