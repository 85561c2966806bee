import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
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

/**
 * Replaces files whole or not at all: every new content is on disk before the first file is renamed into place.
 * @throws CannotDo when a file is not as it was read, may not be written, or the disk is full; no file has changed then
 */
export function replaceFiles(root: string, replacements: readonly Replacement[]): void {
  const staged: { readonly temporary: string; readonly target: string; readonly replacement: Replacement }[] = [];
  try {
    for (const replacement of replacements) {
      const target = join(root, replacement.file);
      check(root, target, replacement);
      staged.push({ temporary: stage(target, replacement), target, replacement });
    }
    for (const { target, replacement } of staged) check(root, target, replacement);
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
      putBack(root, done);
      throw new CannotDo(`${replacement.file} cannot be replaced: ${codeOf(error)}. The other files are as they were.`);
    }
  }
}

function putBack(root: string, done: readonly Replacement[]): void {
  for (const { file, before, after } of done) {
    const target = join(root, file);
    renameSync(stage(target, { file, before: after, after: before }), target);
  }
}

function check(root: string, target: string, { file, before }: Replacement): void {
  try {
    accessSync(target, constants.W_OK);
    if ((lstatSync(target).mode & 0o222) === 0) throw Object.assign(new Error("read-only"), { code: "EROFS" });
  } catch (error) {
    throw new CannotDo(`${file} may not be written (${codeOf(error)}). Nothing was changed.`);
  }
  const now = readWhole(root, file);
  if ("because" in now || !now.bytes.equals(before)) {
    throw new CannotDo(`${file} has changed since it was read. Nothing was changed; run setsecure fix again.`);
  }
}

/** Writes the new content beside the file, with the file's permissions. */
function stage(target: string, { file, after }: Replacement): string {
  const temporary = join(dirname(target), `.setsecure-${randomBytes(6).toString("hex")}.tmp`);
  let descriptor: number | undefined;
  try {
    const { mode } = lstatSync(target);
    descriptor = openSync(temporary, "wx", mode);
    for (let written = 0; written < after.length; ) written += writeSync(descriptor, after, written);
    fchmodSync(descriptor, mode);
    fsyncSync(descriptor);
    closeSync(descriptor);
    return temporary;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    discard(temporary);
    throw new CannotDo(`${file} cannot be written (${codeOf(error)}). Nothing was changed.`);
  }
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
