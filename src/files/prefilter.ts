import { fstatSync, readSync } from "node:fs";
import { decode, markedEncodingOf } from "./decode.ts";
import { isGenerated } from "./prune.ts";
import { MAX_BYTES, readFailure, tooLarge, withFile } from "./read.ts";
import { type Finder, finderOf } from "./words.ts";

/** Which files can matter, before anything is parsed. Plain data: it crosses worker threads. */
export interface Interest {
  /** By extension with the dot, in lower case: a file counts when it holds one of the words, in any case. An empty list takes every file. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** File names that always count; `*` stands for anything: `.env`, `docker-compose*.yml`. */
  readonly names: readonly string[];
}

/** `hit`: take it. Or why it could not be searched, or not be taken. */
export type Outcome = "hit" | "miss" | { readonly because: string };

const CHUNK = 1024 * 1024;
/** Where the search itself gives up. */
const MAX_SEARCHED = 64 * 1024 * 1024;

/** With the dot and in lower case; empty when there is none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
}

/** Says whether a file name is one of these. */
function nameMatcher(names: readonly string[]): (name: string) => boolean {
  const exact = new Set(names.filter((name) => !name.includes("*")).map((name) => name.toLowerCase()));
  const patterns = names.filter((name) => name.includes("*"));
  const alternatives = patterns.map((name) => name.split("*").map(escape).join(".*"));
  const open = patterns.length === 0 ? undefined : new RegExp(`^(?:${alternatives.join("|")})$`, "i");
  return (name) => exact.has(name.toLowerCase()) || open?.test(name) === true;
}

/** A text as an expression that finds just it. */
export function escape(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

/** A function that decides for one file of the root, reading it at most once, into one buffer for all files. */
export function prefilter(root: string, interest: Interest): (file: string) => Outcome {
  const isNamed = nameMatcher(interest.names);
  const search = searcher(root);
  const finders = new Map<string, Finder | undefined>();
  for (const [extension, words] of Object.entries(interest.words)) finders.set(extension, finderOf(words));
  return (file) => {
    if (isNamed(file.slice(file.lastIndexOf("/") + 1))) return "hit";
    const extension = extensionOf(file);
    if (!finders.has(extension) || isGenerated(file)) return "miss";
    const find = finders.get(extension);
    return find === undefined ? "hit" : search(file, find);
  };
}

/** A function that says whether a file holds what is looked for. */
export function searcher(root: string): (file: string, find: Finder) => Outcome {
  const buffer = Buffer.allocUnsafe(CHUNK);
  return (file, find) => {
    try {
      return withFile(root, file, (descriptor) => {
        const length = readSync(descriptor, buffer, 0, CHUNK, null);
        if (length === CHUNK) return searchLarge(descriptor, buffer, find);
        return holds(buffer.subarray(0, length), find) ? "hit" : "miss";
      });
    } catch (error) {
      return { because: readFailure(error) };
    }
  };
}

function holds(bytes: Buffer, find: Finder): boolean {
  return find(markedEncodingOf(bytes) === "utf-8" ? bytes : Buffer.from(decode(bytes).text));
}

/** The buffer is full: either a long text, searched in chunks that overlap, or something without an end. */
function searchLarge(descriptor: number, buffer: Buffer, find: Finder): Outcome {
  const status = fstatSync(descriptor);
  if (!status.isFile()) return { because: "not a regular file" };
  if (status.size > MAX_SEARCHED) return { because: tooLarge(status.size) };
  const found = status.size > MAX_BYTES ? { because: tooLarge(status.size) } : "hit";
  const wide = markedEncodingOf(buffer) !== "utf-8";
  const overlap = 256;
  let length = CHUNK;
  let position = CHUNK;
  for (;;) {
    const bytes = buffer.subarray(0, length);
    if (find(wide ? withoutZeros(bytes) : bytes)) return found;
    buffer.copyWithin(0, length - overlap, length);
    const count = readSync(descriptor, buffer, overlap, CHUNK - overlap, position);
    if (count === 0) return "miss";
    position += count;
    length = overlap + count;
  }
}

/** ASCII words in UTF-16 of either byte order, wherever the chunk begins. */
function withoutZeros(bytes: Buffer): Uint8Array {
  return bytes.filter((byte) => byte !== 0);
}
