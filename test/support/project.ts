import type { Project } from "../../src/inventory.ts";
import { programLanguageOf, settingsLanguageOf } from "../../src/languages/index.ts";

/** A project that lives in memory: paths and texts. Every file of a known language is a candidate. */
export function projectOf(texts: Readonly<Record<string, string>>): Project {
  const files = Object.keys(texts).sort();
  const read = (file: string): string | undefined => texts[file];
  return {
    candidates: files.filter((file) => programLanguageOf(file) !== undefined || settingsLanguageOf(file) !== undefined),
    has: (file) => Object.hasOwn(texts, file),
    endingIn: (suffix) => files.filter((file) => file === suffix || file.endsWith(`/${suffix}`)),
    read,
    source: (file) => {
      const text = read(file);
      return text === undefined ? undefined : { file, text };
    },
    search: (words, extensions) =>
      files.filter(
        (file) =>
          extensions.some((extension) => file.endsWith(extension)) &&
          words.some((word) => texts[file]?.toLowerCase().includes(word.toLowerCase()) === true),
      ),
  };
}
