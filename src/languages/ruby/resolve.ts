import type { FileIndex } from "../../language.ts";

const MAX_SPECIFIER_LENGTH = 500;
const CONSTANT = /^(?:::)?[A-Z]\w*(?:::[A-Z]\w*)*$/;

/** `Foo::HTMLPage` → `foo/html_page`, as Ruby's autoloaders spell it. */
function underscore(constant: string): string {
  return constant
    .replace(/^::/, "")
    .replaceAll("::", "/")
    .replace(/([A-Z])(?=[A-Z][a-z])|([a-z\d])(?=[A-Z])/g, "$&_")
    .toLowerCase();
}

function folder(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

/** Joins and resolves `.` and `..`; undefined when the path leaves the root. */
function join(base: string, path: string): string | undefined {
  const parts = base === "" ? [] : base.split("/");
  for (const part of path.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function sharedFolders(a: string, b: string): number {
  const left = folder(a).split("/");
  const right = folder(b).split("/");
  const differs = left.findIndex((part, at) => part !== right[at]);
  return differs === -1 ? left.length : differs;
}

function isUnder(file: string, folders: readonly string[]): boolean {
  return folders.some((name) => file.startsWith(`${name}/`) || file.includes(`/${name}/`));
}

/** The candidate in one of the load folders that shares most folders with `from`; among equals the first. */
function nearest(candidates: readonly string[], from: string): string | undefined {
  const distinct = candidates.filter((file) => file !== from);
  const preferred = distinct.filter((file) => isUnder(file, ["app", "lib"]));
  let best: string | undefined;
  let shared = -1;
  for (const file of preferred.length > 0 ? preferred : distinct) {
    const count = sharedFolders(file, from);
    if (count > shared) [best, shared] = [file, count];
  }
  return best;
}

function existing(path: string | undefined, files: FileIndex): string | undefined {
  if (path === undefined) return undefined;
  return (
    [path, `${path}.rb`].find((file) => file.endsWith(".rb") && files.has(file)) ?? (files.has(path) ? path : undefined)
  );
}

/** A path on the load path: `lib` of the project or of an engine in it, a folder of `app`, or, when it names a folder, any. */
function onLoadPath(specifier: string, from: string, files: FileIndex): string | undefined {
  const file = specifier.endsWith(".rb") ? specifier : `${specifier}.rb`;
  const candidates = files.endingIn(file);
  return (
    nearest(files.endingIn(`lib/${file}`), from) ??
    nearest(
      candidates.filter((path) => isUnder(path, ["app"])),
      from,
    ) ??
    (file.includes("/") ? nearest(candidates, from) : undefined)
  );
}

/**
 * The project file that `require`, `require_relative`, `load` or a constant name means.
 * @param specifier the string as written, or a constant's name (`Foo::BarBaz`)
 * @param from the file in which it stands
 */
export function resolveRuby(specifier: string, from: string, files: FileIndex): string | undefined {
  if (specifier === "" || specifier.length > MAX_SPECIFIER_LENGTH || specifier.startsWith("/")) return undefined;
  if (CONSTANT.test(specifier)) return nearest(files.endingIn(`${underscore(specifier)}.rb`), from);
  const relative = existing(join(folder(from), specifier), files);
  if (relative !== undefined || /^\.\.?(?:\/|$)/.test(specifier)) return relative;
  return existing(join("", specifier), files) ?? onLoadPath(specifier, from, files);
}
