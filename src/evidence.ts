import type { Span } from "./program.ts";

/** A place in a file of the project: path relative to the root with `/`, span in UTF-16 code units of its text. */
export interface Place {
  readonly file: string;
  readonly span: Span;
}

/** One reason, with where it was seen. `says` is a clause a reader understands without the code. */
export type Evidence =
  | ({ readonly from: "file"; readonly says: string } & Place)
  | { readonly from: "docs"; readonly url: string; readonly says: string }
  | { readonly from: "deployment"; readonly says: string }
  | { readonly from: "wire"; readonly url: string; readonly line: string; readonly says: string };
