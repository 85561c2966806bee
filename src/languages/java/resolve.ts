import type { FileIndex } from "../../language.ts";

/** How many trailing names of an import may mean nested classes. */
const MAX_NESTING = 8;

/**
 * The file that declares an imported class; what stands behind the last class name (`a.b.Outer.Inner`) is dropped
 * until a file is found. A name without a package is a class beside `from`.
 * @returns undefined when the class comes from outside the project, and for packages
 */
export function resolve(specifier: string, from: string, files: FileIndex): string | undefined {
  const names = specifier.split(".");
  const fewest = Math.max(1, names.length - MAX_NESTING);
  for (let length = names.length; length >= fewest; length--) {
    // Packages are lower case by convention, so a dropped tail never turns `java.util.X` into a file `java.java`.
    if (length < names.length && !/^\p{Lu}/u.test(names[length - 1] ?? "")) return undefined;
    const found = classFile(names.slice(0, length), from, files);
    if (found !== undefined) return found;
  }
  return undefined;
}

function classFile(names: readonly string[], from: string, files: FileIndex): string | undefined {
  const path = `${names.join("/")}.java`;
  if (names.length > 1) return nearest(files.endingIn(path), from);
  const sibling = from.slice(0, from.lastIndexOf("/") + 1) + path;
  return files.has(sibling) ? sibling : undefined;
}

/** Of several modules or source sets with the same class, the one that shares the longest path with `from`. */
function nearest(candidates: readonly string[], from: string): string | undefined {
  let best: string | undefined;
  let longest = -1;
  for (const candidate of candidates) {
    const shared = sharedFolders(candidate, from);
    if (shared > longest) [best, longest] = [candidate, shared];
  }
  return best;
}

function sharedFolders(one: string, other: string): number {
  const [left, right] = [one.split("/"), other.split("/")];
  let shared = 0;
  while (shared < left.length - 1 && left[shared] === right[shared]) shared++;
  return shared;
}
