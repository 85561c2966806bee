import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Files above this size are not parsed. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** Neither follows a link in the last part of the path, nor waits for the writer of a FIFO. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Runs `use` with the open file, and closes it whatever happens. */
export function withFile<T>(root: string, file: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(`${root}/${file}`, flags);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export type Read = { readonly bytes: Buffer } | { readonly because: string };

/** The whole file, or why it cannot be had. */
export function readWhole(root: string, file: string, limit = MAX_BYTES): Read {
  try {
    return withFile(root, file, (descriptor) => {
      const status = fstatSync(descriptor);
      if (!status.isFile()) return { because: "not a regular file" };
      if (status.size > limit) return { because: tooLarge(status.size) };
      const bytes = Buffer.allocUnsafe(status.size);
      let length = 0;
      while (length < bytes.length) {
        const count = readSync(descriptor, bytes, length, bytes.length - length, null);
        if (count === 0) break;
        length += count;
      }
      return { bytes: bytes.subarray(0, length) };
    });
  } catch (error) {
    return { because: readFailure(error) };
  }
}

export function tooLarge(size: number): string {
  return `${(size / 1024 / 1024).toFixed(1)} MB is more than the ${MAX_BYTES / 1024 / 1024} MB that are read`;
}

const failures: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a folder",
  EAGAIN: "not a regular file",
  ENXIO: "not a regular file",
  ENOENT: "there is no such file, or not any more",
  ELOOP: "a symbolic link",
  EMFILE: "too many files are open",
};

/** Why a file cannot be read, written or run, as a clause. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return failures[code] ?? `the system says ${code}`;
}
