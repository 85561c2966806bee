import type { FileIndex } from "../../language.ts";

/** How many leading characters two paths share, whole folders only. */
function sharedFolders(left: string, right: string): number {
  let shared = 0;
  for (let at = 0; at < left.length && left[at] === right[at]; at++) if (left[at] === "/") shared = at + 1;
  return shared;
}

/**
 * C# names are not file paths; by convention the type `A.B.Foo` stands in `Foo.cs`, and of several such files the
 * one that shares the most folders with `from` is meant.
 */
export function resolve(specifier: string, from: string, files: FileIndex): string | undefined {
  const name = specifier.slice(specifier.lastIndexOf(".") + 1);
  if (name === "") return undefined;
  let best: string | undefined;
  let most = -1;
  for (const file of files.endingIn(`${name}.cs`)) {
    const shared = sharedFolders(file, from);
    if (shared > most) [best, most] = [file, shared];
  }
  return best;
}
