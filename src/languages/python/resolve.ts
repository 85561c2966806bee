import type { FileIndex } from "../../language.ts";

/** Where a project names the distributions that it installs. */
const DEPENDENCY_FILES = ["requirements.txt", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile"];

const dependencies = new WeakMap<FileIndex, ReadonlySet<string>>();

/**
 * The project file that a Python module name means.
 * @param specifier `a.b.c`, or with leading dots as in `from ..a import b`
 * @param from the importing file, relative to the root
 * @returns undefined when no file of the project is meant
 */
export function resolvePython(specifier: string, from: string, files: FileIndex): string | undefined {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const name = specifier.slice(dots);
  const segments = name === "" ? [] : name.split(".");
  if (segments.some((segment) => segment === "" || /[\s/\\]/.test(segment))) return undefined;
  if (dots > 0) {
    const folder = ancestors(from)[dots - 1];
    return folder === undefined ? undefined : moduleFile(folder, segments, files);
  }
  if (segments.length === 0) return undefined;
  for (const folder of searchPath(from, segments[0] ?? "", files)) {
    const found = moduleFile(folder, segments, files);
    // A script named like the library it imports means the library.
    if (found !== undefined && found !== from) return found;
  }
  return undefined;
}

/** The folders above a file, nearest first; the root is the empty string. */
function ancestors(file: string): string[] {
  const segments = file.split("/");
  return segments.map((_, index) => segments.slice(0, segments.length - 1 - index).join("/"));
}

/**
 * Python looks in the script's folder and in `sys.path`. A package's own folder is not on `sys.path`, so the folders
 * between the importer and the root count only when they are no package, and not for what the project installs.
 */
function searchPath(from: string, top: string, files: FileIndex): string[] {
  const folders = ancestors(from);
  const own = folders[0] ?? "";
  const isPackage = (folder: string) => files.has(join(folder, "__init__.py"));
  const installed = installedNames(files).has(normalise(top));
  const between = installed ? [] : folders.slice(1, -1).filter((folder) => !isPackage(folder));
  const roots = [...between, ""].filter((folder) => folder !== own);
  const found = own !== "" && isPackage(own) ? [...roots, own] : [own, ...roots];
  return found.flatMap((folder) => [folder, join(folder, "src")]);
}

function moduleFile(folder: string, segments: readonly string[], files: FileIndex): string | undefined {
  const path = join(folder, ...segments);
  const candidates = segments.length === 0 ? [join(path, "__init__.py")] : [join(path, "__init__.py"), `${path}.py`];
  return candidates.find((file) => files.has(file));
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("/");
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

/** Every name at the start of a line or of a string in the files that list dependencies: more than they install. */
function installedNames(files: FileIndex): ReadonlySet<string> {
  const known = dependencies.get(files);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const file of DEPENDENCY_FILES) {
    for (const [, name] of (files.read(file) ?? "").matchAll(
      /(?:^[ \t]*|["'])([A-Za-z][\w-]*)(?=[ \t]*(?:[<>=!~;[(\]"',\r\n]|$))/gm,
    )) {
      if (name !== undefined) names.add(normalise(name));
    }
  }
  dependencies.set(files, names);
  return names;
}
