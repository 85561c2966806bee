import type { Span } from "./program.ts";

/** Replaces what stands at `span`, which must be `expected` to the letter; an empty span inserts. */
export interface Edit {
  readonly file: string;
  readonly span: Span;
  readonly expected: string;
  readonly replacement: string;
}

/**
 * The edits that make one cookie Secure.
 * `safe`: nothing but Secure changes, also on a developer's plain-http localhost.
 * `needs a decision`: may change behaviour; `note` says what.
 */
export interface Fix {
  readonly title: string;
  readonly safety: "safe" | "needs a decision";
  readonly note?: string;
  readonly edits: readonly Edit[];
}

/** Why edits could not be applied. */
export class EditConflict extends Error {
  override readonly name = "EditConflict";
}

/**
 * Applies edits of one file to its text. Equal edits count once; edits at the same empty span keep their order.
 * @throws EditConflict when text is stale or edits overlap
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const unique: Edit[] = [];
  for (const edit of edits) {
    const same = (other: Edit) =>
      other.span.start === edit.span.start &&
      other.span.end === edit.span.end &&
      other.replacement === edit.replacement;
    if (!unique.some(same)) unique.push(edit);
  }
  const ordered = unique
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => a.edit.span.start - b.edit.span.start || a.edit.span.end - b.edit.span.end || a.index - b.index);
  let result = "";
  let position = 0;
  for (const { edit } of ordered) {
    const { start, end } = edit.span;
    if (start < position) throw new EditConflict(`edits of ${edit.file} overlap at ${start}`);
    if (text.slice(start, end) !== edit.expected) {
      throw new EditConflict(
        `${edit.file} is not as it was read at ${start}: expected ${JSON.stringify(edit.expected)}`,
      );
    }
    result += text.slice(position, start) + edit.replacement;
    position = end;
  }
  return result + text.slice(position);
}
