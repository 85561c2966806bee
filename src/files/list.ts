import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { decode } from "./decode.ts";
import { listByGit } from "./git.ts";
import { isPrunedFolder, isUnderPrunedFolder } from "./prune.ts";
import { readFailure, readWhole } from "./read.ts";

export interface Skipped {
  readonly file: string;
  readonly because: string;
}

export interface Listing {
  /** Regular files, as far as the listing tells, relative to the root with `/`, sorted by code unit. */
  readonly files: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Where a tree of folders could otherwise go on for ever. */
const MAX_DEPTH = 200;

/** Gathers while listing. */
interface Collector {
  readonly root: string;
  /** Absent where nothing is ignored. */
  readonly ignored: Ignore | undefined;
  readonly files: string[];
  readonly skipped: Skipped[];
}

/** The rules of one `.gitignore`, for the paths under its folder. */
interface FolderRules {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * Lists the files of a project once: by git inside a work tree, else by walking, honouring `.gitignore`.
 * @param patterns in the syntax of `.gitignore`, beside those of `.setsecureignore` at the root
 */
export async function listFiles(root: string, patterns: readonly string[] = []): Promise<Listing> {
  const collector: Collector = { root, ignored: ignoreRules(root, patterns), files: [], skipped: [] };
  const listed = await listByGit(root);
  if (listed === undefined || listed.files.length + listed.links.length + listed.folders.length === 0) {
    walk(collector, "");
  } else {
    takeGitListing(collector, listed);
  }
  return {
    files: [...new Set(collector.files)].sort(),
    skipped: collector.skipped.sort((a, b) => (a.file < b.file ? -1 : 1)),
  };
}

function ignoreRules(root: string, patterns: readonly string[]): Ignore | undefined {
  const text = textOf(root, ".setsecureignore");
  return text === undefined && patterns.length === 0
    ? undefined
    : ignore()
        .add(text ?? "")
        .add([...patterns]);
}

function textOf(root: string, file: string): string | undefined {
  const read = readWhole(root, file);
  return "bytes" in read ? decode(read.bytes).text.replace(/^\uFEFF/, "") : undefined;
}

function takeGitListing(
  collector: Collector,
  listed: { readonly files: readonly string[]; readonly links: readonly string[]; readonly folders: readonly string[] },
): void {
  const { root, ignored, files } = collector;
  const wanted = (path: string) => !isUnderPrunedFolder(path) && ignored?.ignores(path) !== true;
  const inFolder = realFolders(root);
  for (const file of listed.files) if (wanted(file) && inFolder(dirname(file))) files.push(file);
  for (const link of listed.links) if (wanted(link)) takeLink(collector, link);
  for (const folder of listed.folders) if (wanted(`${folder}/`) && inFolder(folder)) walk(collector, folder);
}

/** An index may name a file under what is now a link to somewhere else: each folder is looked at once. */
function realFolders(root: string): (folder: string) => boolean {
  const known = new Map<string, boolean>([[".", true]]);
  const isReal = (folder: string): boolean => {
    const answer = known.get(folder);
    if (answer !== undefined) return answer;
    const real = isReal(dirname(folder)) && isDirectory(join(root, folder));
    known.set(folder, real);
    return real;
  };
  return isReal;
}

function isDirectory(path: string): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A link is never followed: a target inside the root is read where it stands, one outside is told. */
function takeLink({ root, skipped }: Collector, link: string): void {
  const because = linkFault(root, link);
  if (because !== undefined) skipped.push({ file: link, because });
}

function linkFault(root: string, link: string): string | undefined {
  try {
    const target = realpathSync(join(root, link));
    const realRoot = realpathSync(root);
    const inside = target === realRoot || target.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
    return inside ? undefined : "a symbolic link that leaves the scanned folder";
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return code === "ELOOP" ? "a symbolic link that leads to itself" : "a symbolic link that leads nowhere";
  }
}

function walk(collector: Collector, start: string): void {
  const stack: { readonly folder: string; readonly rules: readonly FolderRules[]; readonly depth: number }[] = [
    { folder: start, rules: [], depth: 0 },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { folder, depth } = next;
    const entries = entriesOf(collector, folder);
    const names = entries.map((entry) => entry.name);
    const rules = withRulesOf(collector.root, folder, names, next.rules);
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (isPrunedFolder(entry.name, names) || isIgnored(collector, rules, `${path}/`)) continue;
        if (depth < MAX_DEPTH) stack.push({ folder: path, rules, depth: depth + 1 });
        else collector.skipped.push({ file: path, because: `more than ${MAX_DEPTH} folders deep` });
      } else if (!isIgnored(collector, rules, path)) {
        if (entry.isFile()) collector.files.push(path);
        else if (entry.isSymbolicLink()) takeLink(collector, path);
        else collector.skipped.push({ file: path, because: "a pipe, a socket or a device, which is not read" });
      }
    }
  }
}

function entriesOf({ root, skipped }: Collector, folder: string) {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    skipped.push({ file: folder === "" ? "." : folder, because: readFailure(error) });
    return [];
  }
}

function withRulesOf(
  root: string,
  folder: string,
  names: readonly string[],
  rules: readonly FolderRules[],
): readonly FolderRules[] {
  if (!names.includes(".gitignore")) return rules;
  const text = textOf(root, folder === "" ? ".gitignore" : `${folder}/.gitignore`);
  return text === undefined ? rules : [{ folder, rules: ignore().add(text) }, ...rules];
}

/** The nearest `.gitignore` that says anything decides. */
function isIgnored({ ignored }: Collector, rules: readonly FolderRules[], path: string): boolean {
  if (ignored?.ignores(path) === true) return true;
  for (const { folder, rules: own } of rules) {
    const answer = own.test(folder === "" ? path : path.slice(folder.length + 1));
    if (answer.ignored) return true;
    if (answer.unignored) return false;
  }
  return false;
}
