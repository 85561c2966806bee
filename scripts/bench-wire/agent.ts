import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { node } from "../../lab/node/index.ts";
import { cache } from "../../lab/stack.ts";
import type { Figure } from "./figure.ts";
import { bestOf, type Subject, started, startNode } from "./load.ts";

const REQUESTS = 2000;
const ROUNDS = 15;

const application = `
const app = require("express")();
app.get("/", (request, response) => { response.send("x"); });
app.get("/cookie", (request, response) => { response.cookie("sid", "1", { httpOnly: true }).send("x"); });
const server = app.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));
`;

/** An Express application with and without the agent, without a cookie and with one in every answer. */
export async function agentFigures(): Promise<readonly Figure[]> {
  const shelf = node.shelves.find(({ name }) => name === "agent");
  const packages = join(cache, shelf?.folder ?? "", "node_modules");
  if (!existsSync(packages)) throw new Error("the shelf agent is not there: npm run setup-lab");
  const folder = mkdtempSync(join(tmpdir(), "setsecure-bench-"));
  symlinkSync(packages, join(folder, "node_modules"));
  writeFileSync(join(folder, "app.cjs"), application);
  const children: ChildProcess[] = [];
  const start = async (...words: readonly string[]) => {
    const child = startNode([...words, "app.cjs"], { cwd: folder });
    children.push(child);
    return { pids: [child.pid ?? 0], url: await started(child) };
  };
  try {
    const plain = await start();
    const watched = await start("--import", resolve("dist/agent.js"));
    const subjects: readonly Subject[] = [
      { what: "an Express application without cookies", ...plain },
      { what: "  with the agent", ...watched },
      { what: "an Express application that sets a cookie each time", ...plain, url: `${plain.url}/cookie` },
      { what: "  with the agent, each time", ...watched, url: `${watched.url}/cookie` },
    ];
    return bestOf(subjects, ROUNDS, REQUESTS);
  } finally {
    for (const child of children) child.kill("SIGTERM");
    rmSync(folder, { recursive: true });
  }
}
