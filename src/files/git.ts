import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export interface GitListing {
  readonly files: readonly string[];
  readonly links: readonly string[];
  /** Submodules and untracked repositories, which git does not look into. */
  readonly folders: readonly string[];
}

const MILLISECONDS = 60_000;

/** The nearest folder, from this one upward, that holds `.git`. */
export function findGitRoot(folder: string): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, ".git"))) return here;
    if (dirname(here) === here) return undefined;
  }
}

/** Tracked files, and untracked ones that are not ignored; undefined outside a work tree, and when git cannot tell. */
export async function listByGit(root: string): Promise<GitListing | undefined> {
  const workTree = findGitRoot(root);
  if (workTree === undefined) return undefined;
  const [tracked, untracked] = await Promise.all([
    git(root, workTree, ["ls-files", "-z", "--stage"]),
    git(root, workTree, ["ls-files", "-z", "--others", "--exclude-standard"]),
  ]);
  if (tracked === undefined || untracked === undefined) return undefined;
  const listing = { files: [] as string[], links: [] as string[], folders: [] as string[] };
  for (const line of split(tracked)) {
    const path = line.slice(line.indexOf("\t") + 1);
    if (line.startsWith("120000")) listing.links.push(path);
    else if (line.startsWith("160000")) listing.folders.push(path);
    else listing.files.push(path);
  }
  for (const path of split(untracked)) {
    if (path.endsWith("/")) listing.folders.push(path.slice(0, -1));
    else listing.files.push(path);
  }
  return listing;
}

/** Files with changes that are not committed, relative to `root`; undefined outside a work tree, and when git cannot tell. */
export async function changedByGit(root: string, files: readonly string[]): Promise<readonly string[] | undefined> {
  const workTree = findGitRoot(root);
  if (workTree === undefined) return undefined;
  const output = await git(root, workTree, [
    "status",
    "--porcelain",
    "-z",
    "--no-renames",
    "--",
    ...files.map((file) => `:(literal)${file}`),
  ]);
  return output === undefined ? undefined : split(output).map((line) => line.slice(3));
}

function split(output: string): string[] {
  const parts = output.split("\0");
  parts.pop();
  return parts;
}

/**
 * The configuration of a repository may name programs to run, those that listing could start are switched off; and
 * another folder as its work tree, which is overruled.
 */
const harmless = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false"];

function git(root: string, workTree: string, command: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      "git",
      ["-C", root, ...harmless, `--work-tree=${workTree}`, ...command],
      { env: environment(), maxBuffer: 1024 ** 3, timeout: MILLISECONDS, encoding: "utf8", windowsHide: true },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    );
  });
}

/** Nothing of the caller's `GIT_*`, no system configuration, no transport that a lazy fetch could use. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(inherited),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    LC_ALL: "C",
  };
}
