import { resolve } from "node:path";
import { decode } from "./files/decode.ts";
import { listFiles, type Skipped } from "./files/list.ts";
import { extensionOf, type Interest, searcher } from "./files/prefilter.ts";
import { readWhole } from "./files/read.ts";
import { searchFiles } from "./files/search-threads.ts";
import { finderOf } from "./files/words.ts";
import type { Project } from "./inventory.ts";
import type { SourceFile } from "./language.ts";

export type { Skipped } from "./files/list.ts";
export type { Interest } from "./files/prefilter.ts";

/** A project read from disk: one walk, one read per file that could matter. */
export interface ProjectOnDisk extends Project {
  readonly root: string;
  /** What the walk found, sorted. */
  readonly files: readonly string[];
  /** What could not be read, or was read with a reservation; grows while sources are read. */
  skipped(): readonly Skipped[];
  /** Adds what was skipped where somebody else read the files. */
  skip(entries: readonly Skipped[]): void;
}

/** What a project is made of once its files are known. Plain data: it crosses threads. */
export interface ProjectParts {
  readonly root: string;
  readonly files: readonly string[];
  readonly candidates: readonly string[];
}

export interface ReadOptions {
  readonly interest: Interest;
  /** In the syntax of `.gitignore`, relative to the root. */
  readonly ignore?: readonly string[];
  /** Only files under these paths, relative to the root, are candidates; the others still answer imports. */
  readonly only?: readonly string[];
  readonly threads?: number;
}

/** Lists and searches the files under a folder that exists. */
export async function readProject(folder: string, options: ReadOptions): Promise<ProjectOnDisk> {
  const root = resolve(folder);
  const listing = await listFiles(root, options.ignore);
  const isInside = within(options.only);
  const files = listing.files.filter(isInside);
  const found = await searchFiles({ root, interest: options.interest, files }, options.threads);
  const passedOver = listing.skipped.filter(({ file }) => isInside(file));
  const project = openProject({ root, files: listing.files, candidates: found.candidates });
  project.skip([...passedOver, ...found.skipped]);
  return project;
}

/** A project whose files are known. */
export function openProject({ root, files, candidates }: ProjectParts): ProjectOnDisk {
  const skipped = new Map<string, Skipped>();
  const paths = new Set(files);

  const text = (file: string): string | undefined => {
    if (!paths.has(file)) return undefined;
    const read = readWhole(root, file);
    if (!("bytes" in read)) {
      skipped.set(file, { file, because: read.because });
      return undefined;
    }
    const decoded = decode(read.bytes);
    if (decoded.note !== undefined) skipped.set(file, { file, because: decoded.note });
    return decoded.text;
  };

  return {
    root,
    files,
    candidates,
    skipped: () => [...skipped.values()].sort((a, b) => (a.file < b.file ? -1 : 1)),
    skip: (entries) => {
      for (const entry of entries) skipped.set(entry.file, entry);
    },
    has: (file) => paths.has(file),
    read: text,
    source: (file): SourceFile | undefined => {
      const read = text(file);
      return read === undefined ? undefined : { file, text: read };
    },
    endingIn: endingIn(files),
    search: searchIn(root, files),
  };
}

/** Does a file lie under one of the paths? */
export function within(only: readonly string[] | undefined): (file: string) => boolean {
  if (only === undefined || only.includes("")) return () => true;
  return (file) => only.some((path) => file === path || file.startsWith(`${path}/`));
}

function depth(path: string): number {
  return path.split("/").length;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Answers from an index by file name, which is made at the first question. */
function endingIn(files: readonly string[]): (suffix: string) => readonly string[] {
  let byName: Map<string, string[]> | undefined;
  return (suffix) => {
    if (byName === undefined) {
      byName = new Map();
      for (const file of files) {
        const same = byName.get(nameOf(file));
        if (same === undefined) byName.set(nameOf(file), [file]);
        else same.push(file);
      }
    }
    return (byName.get(nameOf(suffix)) ?? [])
      .filter((file) => file === suffix || file.endsWith(`/${suffix}`))
      .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  };
}

/** Answers once per question: helpers are asked for again and again. */
function searchIn(root: string, files: readonly string[]): Project["search"] {
  const answers = new Map<string, readonly string[]>();
  const holds = searcher(root);
  return (words, extensions) => {
    const key = JSON.stringify([words, extensions]);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const find = finderOf(words);
    const answer =
      find === undefined
        ? []
        : files.filter((file) => extensions.includes(extensionOf(file)) && holds(file, find) === "hit");
    answers.set(key, answer);
    return answer;
  };
}
