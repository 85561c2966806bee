import type { Cookie } from "./cookie.ts";
import type { Deployment } from "./deployment.ts";
import type { FileIndex, SourceFile } from "./language.ts";

/** What the inventory needs of the files; reading is the caller's. */
export interface Project extends FileIndex {
  /** Files whose text shows that they can matter, in path order. */
  readonly candidates: readonly string[];
  /** Decoded text; undefined when the file cannot be read (it is then listed as skipped by the reader). */
  readonly source: (file: string) => SourceFile | undefined;
  /** Files of these extensions whose text holds one of the words: the callers of a helper. */
  readonly search: (words: readonly string[], extensions: readonly string[]) => readonly string[];
}

export interface Inventory {
  readonly cookies: readonly Cookie[];
  readonly skipped: readonly { readonly file: string; readonly because: string }[];
  /** How many files were parsed. */
  readonly parsed: number;
  /** The files that the frameworks recognised as theirs; none means that there was nothing to say. */
  readonly recognised: number;
}

/** Every cookie that the project's code and configuration set, judged under the deployment. */
export async function takeInventory(_project: Project, _deployment: Deployment): Promise<Inventory> {
  throw new Error("the evaluator is being built");
}
