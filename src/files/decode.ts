import { isUtf8 } from "node:buffer";

export interface Decoded {
  /** A byte order mark stays as U+FEFF, so that offsets in the text match the file. */
  readonly text: string;
  /** What a reader should know about the reading, as a clause. */
  readonly note?: string;
}

type Marked = "utf-8" | "utf-16le" | "utf-16be";
export type Encoding = Marked | "latin1";

/** By byte order mark alone, as editors write it. */
export function markedEncodingOf(bytes: Uint8Array): Marked {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** By byte order mark; without one UTF-8 where the bytes are that, else a character for each byte. */
export function encodingOf(bytes: Uint8Array): Encoding {
  const marked = markedEncodingOf(bytes);
  return marked === "utf-8" && !isUtf8(bytes) ? "latin1" : marked;
}

/** Never throws: bytes that are no UTF-8 are read one by one, and the note says so. */
export function decode(bytes: Buffer): Decoded {
  switch (encodingOf(bytes)) {
    case "utf-8":
      return { text: bytes.toString("utf8") };
    case "utf-16le":
      return { text: bytes.toString("utf16le") };
    case "utf-16be": {
      const even = bytes.length - (bytes.length % 2);
      return { text: Buffer.from(bytes.subarray(0, even)).swap16().toString("utf16le") };
    }
    case "latin1":
      return { text: bytes.toString("latin1"), note: "read as Latin-1, since it is not valid UTF-8" };
  }
}

/** The bytes of a text in the encoding of a file; the inverse of `decode` for files that are what they claim to be. */
export function encode(text: string, encoding: Encoding): Buffer {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(text, "utf8");
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "latin1":
      return Buffer.from(text, "latin1");
  }
}
