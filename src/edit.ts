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

/** Without those that others repeat: fixes of several cookies may share one, such as a setting of all of them. */
export function uniqueEdits(edits: readonly Edit[]): readonly Edit[] {
  const keyOf = ({ file, span, replacement }: Edit) => JSON.stringify([file, span.start, span.end, replacement]);
  return [...new Map(edits.map((edit) => [keyOf(edit), edit])).values()];
}

/**
 * Applies edits of one file to its text. Equal edits count once; edits at the same empty span keep their order.
 * @throws EditConflict when text is stale or edits overlap
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = uniqueEdits(edits)
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
