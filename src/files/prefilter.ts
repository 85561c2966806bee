import { fstatSync, readSync } from "node:fs";
import { decode, markedEncodingOf } from "./decode.ts";
import { isGenerated } from "./prune.ts";
import { MAX_BYTES, readFailure, tooLarge, withFile } from "./read.ts";

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

function escape(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}

/** Says whether a text holds what is looked for. */
export interface Matcher {
  test(text: string): boolean;
}

/** Parts that many words share: a text without any of them needs no look for the words themselves. */
const STEMS = ["cookie", "session"];
/** Up to so many single words are found faster one after the other than as alternatives of one expression. */
const FEW = 8;

/** One matcher for all words, in any case; undefined for none. */
export function anyOf(words: readonly string[]): Matcher | undefined {
  if (words.length === 0) return undefined;
  const whole = new RegExp(words.map(escape).join("|"), "i");
  const stems = [...new Set(words.map((word) => STEMS.find((stem) => word.includes(stem)) ?? word))];
  if (stems.length > FEW) return whole;
  const each = stems.map((stem) => new RegExp(escape(stem), "i"));
  return { test: (text) => each.some((stem) => stem.test(text)) && whole.test(text) };
}

function namePattern(names: readonly string[]): RegExp | undefined {
  if (names.length === 0) return undefined;
  const alternatives = names.map((name) => name.split("*").map(escape).join("[^/]*"));
  return new RegExp(`(?:^|/)(?:${alternatives.join("|")})$`, "i");
}

/** A function that decides for one file of the root, reading it at most once, into one buffer for all files. */
export function prefilter(root: string, interest: Interest): (file: string) => Outcome {
  const named = namePattern(interest.names);
  const search = searcher(root);
  const expressions = new Map<string, Matcher | undefined>();
  for (const [extension, words] of Object.entries(interest.words)) expressions.set(extension, anyOf(words));
  return (file) => {
    if (named?.test(file) === true) return "hit";
    const extension = extensionOf(file);
    if (!expressions.has(extension) || isGenerated(file)) return "miss";
    const expression = expressions.get(extension);
    return expression === undefined ? "hit" : search(file, expression);
  };
}

/** A function that says whether a file holds what an expression of ASCII words describes. */
export function searcher(root: string): (file: string, expression: Matcher) => Outcome {
  const buffer = Buffer.allocUnsafe(CHUNK);
  return (file, expression) => {
    try {
      return withFile(root, file, (descriptor) => {
        const length = readSync(descriptor, buffer, 0, CHUNK, null);
        if (length === CHUNK) return searchLarge(descriptor, buffer, expression);
        return holds(buffer.subarray(0, length), expression) ? "hit" : "miss";
      });
    } catch (error) {
      return { because: readFailure(error) };
    }
  };
}

function holds(bytes: Buffer, expression: Matcher): boolean {
  return expression.test(markedEncodingOf(bytes) === "utf-8" ? bytes.toString("latin1") : decode(bytes).text);
}

/** The buffer is full: either a long text, searched in chunks that overlap, or something without an end. */
function searchLarge(descriptor: number, buffer: Buffer, expression: Matcher): Outcome {
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
    if (expression.test(wide ? withoutZeros(bytes) : bytes.toString("latin1"))) return found;
    buffer.copyWithin(0, length - overlap, length);
    const count = readSync(descriptor, buffer, overlap, CHUNK - overlap, position);
    if (count === 0) return "miss";
    position += count;
    length = overlap + count;
  }
}

/** ASCII words in UTF-16 of either byte order, wherever the chunk begins. */
function withoutZeros(bytes: Buffer): string {
  return bytes.toString("latin1").replaceAll("\0", "");
}
