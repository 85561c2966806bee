/** Where a text first says something that is not commented out. */
export function findInCode(text: string, words: RegExp): { readonly start: number; readonly end: number } | undefined {
  for (const { index, 0: found } of text.matchAll(new RegExp(words, "g"))) {
    const before = text.slice(text.lastIndexOf("\n", index) + 1, index);
    if (!/^\s*\*|\/\//.test(before)) return { start: index, end: index + found.length };
  }
  return undefined;
}
