import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const cli = resolve("dist/cli.js");

/** Builds what is shipped, when a source is newer than it. */
export function ensureBundle(): void {
  const built = existsSync(cli) ? statSync(cli).mtimeMs : 0;
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).map((file) => join("src", file));
  const newest = Math.max(...[...sources, "package.json", "tsdown.config.ts"].map((file) => statSync(file).mtimeMs));
  if (newest > built)
    execFileSync(process.execPath, ["node_modules/tsdown/dist/run.mjs", "--silent"], { stdio: "ignore" });
}

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line, with no more of the environment than it needs. */
export function setsecure(
  words: readonly string[],
  options: { cwd?: string; input?: string; env?: NodeJS.ProcessEnv } = {},
): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], {
    cwd: options.cwd,
    input: options.input ?? "",
    env: { PATH: process.env["PATH"], ...options.env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr };
}
