import { structuredPatch } from "diff";
import type { Cookie } from "../../src/cookie.ts";
import { applyEdits } from "../../src/edit.ts";
import type { PageCase } from "./page.ts";

/** The lines that the best fix of every cookie removes and adds, by file. */
export function fixed(each: PageCase, cookies: readonly Cookie[]): Record<string, readonly string[]> {
  const edits = cookies.flatMap((cookie) => cookie.fixes[0]?.edits ?? []);
  const result: Record<string, readonly string[]> = {};
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const before = each.files[file] ?? "";
    const after = applyEdits(
      before,
      edits.filter((edit) => edit.file === file),
    );
    result[file] = structuredPatch(file, file, before, after, "", "", { context: 0 }).hunks.flatMap((hunk) =>
      hunk.lines.filter((line) => /^[-+]/.test(line)),
    );
  }
  return result;
}
