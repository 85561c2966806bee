import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { LabCase } from "./case.ts";

/** One set of installed versions: `django52`. */
export interface Shelf {
  readonly name: string;
  /** Its folder in the cache, named for what it holds: `python-django52-0f3a…`. */
  readonly folder: string;
  /** What is installed, by the name that a requirement gives it, in lower case. */
  readonly versions: Readonly<Record<string, string>>;
  /** The pages whose cases run here, each with the packages whose versions the table names. */
  readonly pages: Readonly<Record<string, readonly string[]>>;
  /** It only runs cases that ask for its versions. */
  readonly onDemand?: boolean;
}

/**
 * The runner of one stack. It starts one driver for each shelf, which reads an `Ask` per line on stdin and writes a
 * `Told` per line on stdout, and ends when stdin does.
 */
export interface Stack {
  readonly name: string;
  readonly shelves: readonly Shelf[];
  /** The command line of the driver, given the folders of the shelf and of the throw-away certificate. */
  command(shelf: Shelf, folder: string, tls: string): readonly [string, ...string[]];
  /** Versions that the case's own files ask for: `express` → `^4.21.0`. */
  wanted(each: LabCase): Readonly<Record<string, string>>;
  /** Cookies that only the runner brings in, where its driver does not say so for each case (`Told.own`). */
  readonly ownCookies?: readonly string[];
  /** Why a case is none for this stack, such as a script that runs in a browser. */
  refuses?(each: LabCase): string | undefined;
}

/** Where `scripts/setup-lab` installs, outside of the repository. */
export const cache =
  process.env.LAB_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "setsecure-lab");

/** Whether `setup` has left its mark: an empty file `.installed` in the shelf's folder. */
export function isInstalled(shelf: Shelf): boolean {
  return existsSync(join(cache, shelf.folder, ".installed")) && existsSync(join(cache, "tls", "cert.pem"));
}

/** The name of a shelf's folder: another text of what is to be installed is another folder. */
export function folderOf(stack: string, shelf: string, requirements: string): string {
  return `${stack}-${shelf}-${createHash("sha256").update(requirements).digest("hex").slice(0, 12)}`;
}

/** The version that a case asks for and this shelf does not have: `cookie ^2.0.2`. */
export function misfit(shelf: Shelf, wanted: Readonly<Record<string, string>>): string | undefined {
  for (const [name, range] of Object.entries(wanted)) {
    const version = shelf.versions[name.toLowerCase()];
    if (version !== undefined && !agrees(version, range)) return `${name} ${range}`;
  }
  return undefined;
}

/** Exact versions agree by their first two numbers: a shelf may hold a later patch. What is not understood agrees. */
function agrees(version: string, range: string): boolean {
  const [, operator = "", wanted = ""] = /^\s*(>=|~=|==|[\^~=v]?)\s*(\d+(?:\.\d+)*)/.exec(range) ?? [];
  if (wanted === "") return true;
  const [is, asked] = [version, wanted].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const fixed: Readonly<Record<string, number>> = {
    "^": asked[0] === 0 ? 2 : 1,
    "~": 2,
    "~=": asked.length - 1,
    ">=": 0,
  };
  const isSame = asked.slice(0, fixed[operator] ?? 2).every((number, index) => number === is[index]);
  return isSame && (fixed[operator] === undefined || isAtLeast(is, asked));
}

function isAtLeast(is: readonly number[], asked: readonly number[]): boolean {
  for (const [index, number] of asked.entries()) {
    if (is[index] !== number) return (is[index] ?? 0) > number;
  }
  return true;
}
