import { parentPort, workerData } from "node:worker_threads";
import { searchShare } from "./workers.ts";

parentPort?.postMessage(searchShare(workerData));
