import { appendFileSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { visible } from "../terminal/text.ts";
import { listenToHttp } from "./http.ts";
import { quietly } from "./listen.ts";
import { listenToModules } from "./modules.ts";
import { createNotebook } from "./notebook.ts";
import type { AgentRecord, Site } from "./record.ts";
import { leaveOut } from "./stack.ts";

/**
 * `node --import setsecure/agent app.js`: tells each line that sets a cookie, once, on standard error; with
 * SETSECURE_AGENT_OUT as lines of JSON at the end of that file.
 */
function start(): void {
  leaveOut(import.meta.url);
  // A process that sets no cookies is not woken.
  const notebook = createNotebook(process.cwd(), () => timer.refresh());
  const { SETSECURE_AGENT_OUT: file } = process.env;
  const path = file === undefined || file === "" ? undefined : resolve(file);
  const write = (): void => {
    const records = notebook.records();
    if (records.length === 0) return;
    if (path === undefined) writeSync(2, records.map((record) => `setsecure: ${told(record)}\n`).join(""));
    else appendFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  };
  const timer = setTimeout(() => quietly(write), FLUSH_MILLISECONDS).unref();
  process.on("exit", () => quietly(write));
  // First, for it is there whatever else cannot be listened to.
  listenToHttp(notebook);
  listenToModules(notebook);
}

const FLUSH_MILLISECONDS = 100;

const shown = ({ file, line, column }: Site) => visible(`${file}:${line}:${column}`);

/** `sid is set without Secure at src/app.js:12:7 (express)`. */
function told({ name, secure, deletion, site, madeAt, by }: AgentRecord): string {
  const what = deletion ? "deleted" : secure ? "set with Secure" : "set without Secure";
  const made = madeAt === null ? "" : `${site === null ? " by what is made" : ", configured"} at ${shown(madeAt)}`;
  const where = site === null ? made || " at a place that is not known" : ` at ${shown(site)}${made}`;
  return `${visible(name) || "a nameless cookie"} is ${what}${where}${by === null ? "" : ` (${visible(by)})`}`;
}

quietly(start);
