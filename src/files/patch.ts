import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { createTwoFilesPatch } from "diff";
import { decode, encode, encodingOf } from "./decode.ts";
import type { Replacement } from "./write.ts";

/**
 * A patch that `git apply` takes, in the encoding of the file itself; a binary one for UTF-16, which git takes for
 * binary files.
 * @param path of the file as the patch is to name it
 */
export function patchOf(path: string, { before, after }: Replacement): Buffer {
  const [old, now] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const head = `diff --git ${old} ${now}\n`;
  const encoding = encodingOf(before);
  if (encoding !== "utf-8" && encoding !== "latin1") return Buffer.from(head + binaryPatch(before, after));
  const options = { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: false } };
  const hunks = createTwoFilesPatch("", "", decode(before).text, decode(after).text, "", "", options);
  return Buffer.concat([
    Buffer.from(`${head}--- ${old}${endOfName(path)}\n+++ ${now}${endOfName(path)}\n`),
    encode(hunks, encoding),
  ]);
}

/** As git writes names: in quotes where they hold quotes, backslashes or control characters. */
function quoted(name: string): string {
  const escaped = name.replace(
    // oxlint-disable-next-line no-control-regex
    /["\\\u0000-\u001F\u007F]/g,
    (unit) => (unit === '"' || unit === "\\" ? `\\${unit}` : `\\${unit.charCodeAt(0).toString(8).padStart(3, "0")}`),
  );
  return escaped === name ? name : `"${escaped}"`;
}

/** A tab ends a name with blanks, which else would end at the first one. */
function endOfName(path: string): string {
  return path.includes(" ") ? "\t" : "";
}

/** https://git-scm.com/docs/diff-format, and `emit_binary_diff_body` of git's diff.c. */
function binaryPatch(before: Buffer, after: Buffer): string {
  const index = `index ${blobName(before)}..${blobName(after)}\n`;
  return `${index}GIT binary patch\n${literal(after)}\n${literal(before)}\n`;
}

function blobName(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

const BYTES_A_LINE = 52;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS = `0123456789${LETTERS}!#$%&()*+-;<=>?@^_\`{|}~`;

function literal(bytes: Buffer): string {
  const packed = deflateSync(bytes);
  const lines = [`literal ${bytes.length}`];
  for (let at = 0; at < packed.length; at += BYTES_A_LINE) {
    const line = packed.subarray(at, at + BYTES_A_LINE);
    lines.push(`${LETTERS[line.length - 1]}${base85(line)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Five digits for four bytes, the most significant first; zeros fill the last four. */
function base85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    const four = Buffer.alloc(4);
    bytes.copy(four, 0, at);
    let digits = "";
    for (let value = four.readUInt32BE(); digits.length < 5; value = Math.floor(value / 85))
      digits = (DIGITS[value % 85] ?? "") + digits;
    text += digits;
  }
  return text;
}
