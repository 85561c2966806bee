import { deploymentInterest } from "./deployment-files.ts";
import type { Interest } from "./files.ts";
import { frameworks } from "./frameworks/index.ts";

/** Which files can matter to any framework, or to the deployment. */
export const interest: Interest = merge([
  ...frameworks.map(({ words, files }) => ({ words, names: files ?? [] })),
  deploymentInterest,
]);

function merge(all: readonly Interest[]): Interest {
  const words = new Map<string, Set<string>>();
  for (const [extension, own] of all.flatMap((one) => Object.entries(one.words))) {
    const known = words.get(extension) ?? new Set();
    for (const word of own) known.add(word.toLowerCase());
    words.set(extension, known);
  }
  return {
    words: Object.fromEntries([...words].map(([extension, own]) => [extension, withoutLonger([...own])])),
    names: [...new Set(all.flatMap((one) => one.names))],
  };
}

/** A word that holds another one finds nothing more than that one does. */
function withoutLonger(words: readonly string[]): string[] {
  return words.filter((word) => !words.some((other) => other !== word && word.includes(other)));
}
