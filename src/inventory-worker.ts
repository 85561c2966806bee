import { parentPort, workerData } from "node:worker_threads";
import { takeShare } from "./inventory-threads.ts";

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(await takeShare(workerData));
