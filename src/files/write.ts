import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CannotDo } from "../exit.ts";
import { readWhole } from "./read.ts";

/** A file that is to hold other bytes than it was read with. */
export interface Replacement {
  readonly file: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

interface Staged {
  readonly temporary: string;
  readonly target: string;
  readonly replacement: Replacement;
}

/**
 * Replaces files whole or not at all: every new content is on disk before the first file is renamed into place.
 * @throws CannotDo when a file is not as it was read, may not be written, or the disk is full; no file has changed then
 */
export function replaceFiles(root: string, replacements: readonly Replacement[]): void {
  const staged: Staged[] = [];
  try {
    for (const replacement of replacements) {
      refuseStale(root, replacement);
      const target = join(root, replacement.file);
      staged.push({ temporary: stage(target, replacement), target, replacement });
    }
    for (const { replacement } of staged) refuseStale(root, replacement);
  } catch (error) {
    for (const { temporary } of staged) discard(temporary);
    throw error;
  }
  const done: Replacement[] = [];
  for (const { temporary, target, replacement } of staged) {
    try {
      renameSync(temporary, target);
      done.push(replacement);
    } catch (error) {
      for (const each of staged.slice(done.length)) discard(each.temporary);
      const kept = putBack(root, done);
      const others =
        kept.length === 0 ? "The other files are as they were." : `${kept.join(", ")} could not be put back.`;
      throw new CannotDo(`${replacement.file} cannot be replaced: ${codeOf(error)}. ${others}`);
    }
  }
}

/**
 * Gives files the bytes back that they had, each by itself.
 * @returns those that could not be put back; they are whole, and hold what was written, or what somebody wrote since
 */
export function putBack(root: string, written: readonly Replacement[]): readonly string[] {
  return written.flatMap(({ file, before, after }) => {
    try {
      replaceFiles(root, [{ file, before: after, after: before }]);
      return [];
    } catch {
      return [file];
    }
  });
}

/** Why a file cannot be replaced, as a clause; undefined when it can. */
export function obstacleTo(root: string, file: string): string | undefined {
  const target = join(root, file);
  try {
    const status = lstatSync(target);
    if (realpathSync(target) !== join(realpathSync(root), file)) return "a symbolic link leads to it";
    if (!status.isFile()) return "it is no regular file";
    if (status.nlink > 1) return "it has other hard links, which would keep the old text";
    if ((status.mode & 0o222) === 0) return "it is read-only";
    accessSync(target, constants.W_OK);
    accessSync(dirname(target), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function refuseStale(root: string, { file, before }: Replacement): void {
  const obstacle = obstacleTo(root, file);
  if (obstacle !== undefined) throw new CannotDo(`${file} may not be written: ${obstacle}. Nothing was changed.`);
  const now = readWhole(root, file);
  if ("because" in now || !now.bytes.equals(before)) {
    throw new CannotDo(`${file} has changed since it was read. Nothing was changed; run setsecure fix again.`);
  }
}

/** Writes the new content beside the file, with the file's owner and permissions. */
function stage(target: string, { file, after }: Replacement): string {
  const temporary = join(dirname(target), `.setsecure-${randomBytes(6).toString("hex")}.tmp`);
  let descriptor: number | undefined;
  try {
    const status = lstatSync(target);
    descriptor = openSync(temporary, "wx", status.mode & 0o777);
    for (let written = 0; written < after.length; ) written += writeSync(descriptor, after, written);
    keepOwner(descriptor, status);
    fchmodSync(descriptor, status.mode);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return temporary;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    discard(temporary);
    throw new CannotDo(`${file} cannot be written: ${codeOf(error)}. Nothing was changed.`);
  }
}

/** Whoever may not give files away can only replace their own. */
function keepOwner(descriptor: number, { uid, gid }: Stats): void {
  const own = fstatSync(descriptor);
  if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid);
}

function discard(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {
    // It was never made, or is gone.
  }
}

const codes: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "it is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOENT: "it is gone",
};

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return codes[code] ?? code;
}
