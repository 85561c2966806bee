import { posix } from "node:path";
import type { FileIndex } from "../../language.ts";

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];
/** What an import of a compiled file is written in. */
const WRITTEN_IN: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".jsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
const CONFIGURATIONS = ["tsconfig.json", "jsconfig.json"];
/** Where the sources of a package stand whose entry points at what the build makes. */
const BUILT = /^(?:dist|build|lib|out|esm|cjs)\//;
/** Larger files are not read as configuration. */
const LARGEST = 1_000_000;
/** How many configurations are read for one: those it extends, and theirs. */
const MOST_EXTENDED = 32;
const MOST_REFERENCES = 20;
const MOST_PACKAGES = 2_000;
const DEEPEST_EXPORTS = 8;

type Json = { readonly [key: string]: unknown };

/** A pattern with at most one `*`, and what it stands for, as paths from the root. */
interface Alias {
  readonly pattern: string;
  readonly targets: readonly string[];
}

interface Aliases {
  readonly paths: readonly Alias[];
  /** The folder that bare specifiers are looked up in. */
  readonly base?: string;
}

interface Package {
  readonly folder: string;
  readonly manifest: Json;
}

interface Cache {
  readonly aliases: Map<string, Aliases>;
  readonly nearest: Map<string, Package | undefined>;
  packages?: Map<string, Package>;
}

const caches = new WeakMap<FileIndex, Cache>();

function cacheOf(files: FileIndex): Cache {
  const known = caches.get(files);
  if (known !== undefined) return known;
  const made: Cache = { aliases: new Map(), nearest: new Map() };
  caches.set(files, made);
  return made;
}

/**
 * The project file that an import means: relative paths, `paths` and `baseUrl` of the nearest tsconfig.json or
 * jsconfig.json, `imports` of package.json, packages of the workspace, and the customary `@/` and `~/`.
 * @returns undefined when it comes from outside the project
 */
export function resolve(specifier: string, from: string, files: FileIndex): string | undefined {
  const folder = posix.dirname(from);
  if (/^\.\.?(?:\/|$)/.test(specifier)) return probe(posix.join(folder, specifier), files);
  if (specifier === "" || specifier.startsWith("/")) return undefined;
  if (specifier.startsWith("#")) {
    const inner = fromPackageImports(specifier, folder, files);
    if (inner !== undefined) return inner;
  }
  return (
    fromAliases(specifier, folder, files) ??
    (/^[@~]\//.test(specifier) ? fromCustom(specifier.slice(2), folder, files) : fromWorkspace(specifier, files))
  );
}

/** The file a path means, which may lack its extension or be a folder. */
function probe(path: string, files: FileIndex): string | undefined {
  const file = posix.normalize(path).replace(/\/$/, "");
  if (file.startsWith("../") || file === "..") return undefined;
  const within = file === "." ? "" : `${file}/`;
  if (within !== "") {
    if (files.has(file)) return file;
    const extension = posix.extname(file);
    const stem = file.slice(0, file.length - extension.length);
    const found = firstOf(stem, WRITTEN_IN[extension] ?? [], files) ?? firstOf(file, EXTENSIONS, files);
    if (found !== undefined) return found;
  }
  return firstOf(`${within}index`, EXTENSIONS, files);
}

function firstOf(stem: string, extensions: readonly string[], files: FileIndex): string | undefined {
  const extension = extensions.find((one) => files.has(stem + one));
  return extension === undefined ? undefined : stem + extension;
}

function probeFirst(paths: readonly string[], files: FileIndex): string | undefined {
  for (const path of paths) {
    const found = probe(path, files);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The folder itself and those around it, up to the root (`.`). */
function upward(folder: string): string[] {
  const found = [folder];
  for (let next = folder; next !== "." && next !== "/" && next !== ""; found.push(next)) next = posix.dirname(next);
  return found;
}

// ---- Patterns

/** What `*` stands for; the empty string when the pattern has none; undefined when it does not match. */
function match(pattern: string, specifier: string): string | undefined {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === specifier ? "" : undefined;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  const fits = specifier.length >= before.length + after.length;
  return fits && specifier.startsWith(before) && specifier.endsWith(after)
    ? specifier.slice(before.length, specifier.length - after.length)
    : undefined;
}

/** The targets of the pattern that fits best: without a star first, then the longest text before it. */
function targetsOf(aliases: readonly Alias[], specifier: string): string[] {
  const weight = ({ pattern }: Alias) => (pattern.includes("*") ? pattern.indexOf("*") : Number.MAX_SAFE_INTEGER);
  let best: { alias: Alias; stands: string } | undefined;
  for (const alias of aliases) {
    const stands = match(alias.pattern, specifier);
    if (stands !== undefined && (best === undefined || weight(alias) > weight(best.alias))) best = { alias, stands };
  }
  const { alias, stands = "" } = best ?? {};
  return alias?.targets.map((target) => target.replace("*", () => stands)) ?? [];
}

// ---- tsconfig.json and jsconfig.json

function fromAliases(specifier: string, folder: string, files: FileIndex): string | undefined {
  const { paths, base } = nearestAliases(folder, files);
  return (
    probeFirst(targetsOf(paths, specifier), files) ??
    (base === undefined ? undefined : probe(posix.join(base, specifier), files))
  );
}

function nearestAliases(folder: string, files: FileIndex): Aliases {
  const { aliases } = cacheOf(files);
  const known = aliases.get(folder);
  if (known !== undefined) return known;
  const file = upward(folder)
    .flatMap((one) => CONFIGURATIONS.map((name) => posix.join(one, name)))
    .find((one) => files.has(one));
  const read = file === undefined ? { paths: [] } : aliasesWithReferences(file, files);
  aliases.set(folder, read);
  return read;
}

/** A solution's `tsconfig.json` may leave the aliases to the configurations it refers to. */
function aliasesWithReferences(file: string, files: FileIndex): Aliases {
  const own = aliasesOf(file, files, { left: MOST_EXTENDED });
  const { references } = readJson(file, files) ?? {};
  if (!Array.isArray(references)) return own;
  const referred = references
    .slice(0, MOST_REFERENCES)
    .map((reference) => configurationAt(posix.join(posix.dirname(file), String(asJson(reference)?.["path"])), files))
    .filter((one) => one !== undefined)
    .map((one) => aliasesOf(one, files, { left: MOST_EXTENDED }));
  const base = own.base ?? referred.find((one) => one.base !== undefined)?.base;
  return { paths: [own, ...referred].flatMap((one) => one.paths), ...(base !== undefined && { base }) };
}

function configurationAt(path: string, files: FileIndex): string | undefined {
  return [path, `${path}.json`, posix.join(path, "tsconfig.json")].find((one) => files.has(one));
}

function aliasesOf(file: string, files: FileIndex, budget: { left: number }): Aliases {
  const json = readJson(file, files);
  if (json === undefined || budget.left <= 0) return { paths: [] };
  budget.left -= 1;
  const folder = posix.dirname(file);
  const inherited: { paths: readonly Alias[]; base: string | undefined } = { paths: [], base: undefined };
  for (const extended of [json["extends"]].flat()) {
    if (typeof extended !== "string" || !extended.startsWith(".")) continue;
    const found = configurationAt(posix.join(folder, extended), files);
    if (found === undefined) continue;
    const { paths, base } = aliasesOf(found, files, budget);
    if (paths.length > 0) inherited.paths = paths;
    inherited.base = base ?? inherited.base;
  }
  const options = asJson(json["compilerOptions"]);
  const url = options?.["baseUrl"];
  const base = typeof url === "string" ? posix.join(folder, url) : inherited.base;
  const paths = asJson(options?.["paths"]);
  const own = Object.entries(paths ?? {}).map(([pattern, targets]) => ({
    pattern,
    targets: (Array.isArray(targets) ? targets : [])
      .filter((target) => typeof target === "string")
      .map((target) => posix.join(base ?? folder, target)),
  }));
  return { paths: paths === undefined ? inherited.paths : own, ...(base !== undefined && { base }) };
}

function asJson(value: unknown): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** Reads JSON that may hold comments and trailing commas. */
function readJson(file: string, files: FileIndex): Json | undefined {
  const text = files.read(file);
  if (text === undefined || text.length > LARGEST) return undefined;
  const plain = text
    .replace(/^\uFEFF/, "")
    .replace(/("(?:\\[\s\S]|[^"\\])*"?)|\/\/[^\n]*|\/\*(?:[\s\S]*?\*\/|[\s\S]*$)/g, "$1")
    .replace(/("(?:\\[\s\S]|[^"\\])*"?)|,(?=\s*[}\]])/g, "$1");
  try {
    return asJson(JSON.parse(plain));
  } catch {
    return undefined;
  }
}

// ---- package.json

function nearestPackage(folder: string, files: FileIndex): Package | undefined {
  const { nearest } = cacheOf(files);
  if (nearest.has(folder)) return nearest.get(folder);
  const owner = upward(folder).find((one) => files.has(posix.join(one, "package.json")));
  const manifest = owner === undefined ? undefined : readJson(posix.join(owner, "package.json"), files);
  const found = owner === undefined || manifest === undefined ? undefined : { folder: owner, manifest };
  nearest.set(folder, found);
  return found;
}

function fromPackageImports(specifier: string, folder: string, files: FileIndex): string | undefined {
  const owner = nearestPackage(folder, files);
  if (owner === undefined) return undefined;
  return probeFirst(targetsOf(entriesOf(owner.folder, asJson(owner.manifest["imports"])), specifier), files);
}

/** The patterns of `imports` or `exports`, each with the files of all its conditions. */
function entriesOf(folder: string, entries: Json | undefined): Alias[] {
  return Object.entries(entries ?? {}).map(([pattern, value]) => ({
    pattern,
    targets: filesIn(value, DEEPEST_EXPORTS)
      .filter((target) => target.startsWith("."))
      .flatMap((target) => withSources(folder, target)),
  }));
}

function filesIn(value: unknown, left: number): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null || left === 0) return [];
  return Object.values(value).flatMap((one) => filesIn(one, left - 1));
}

/** The file, and where its source stands when it is one that the build makes. */
function withSources(folder: string, target: string): string[] {
  const path = posix.normalize(target);
  const found = [posix.join(folder, path)];
  if (BUILT.test(path)) found.push(posix.join(folder, path.replace(BUILT, "src/")));
  return found;
}

/** `@/` and `~/` without a configuration that this can read: the sources of the package, or of one around it. */
function fromCustom(rest: string, folder: string, files: FileIndex): string | undefined {
  const owners = upward(folder).filter((one) => one === "." || files.has(posix.join(one, "package.json")));
  const roots = owners.flatMap((one) => [posix.join(one, "src"), posix.join(one, "app"), one]);
  return probeFirst(
    roots.map((root) => posix.join(root, rest)),
    files,
  );
}

function packagesOf(files: FileIndex): Map<string, Package> {
  const cache = cacheOf(files);
  if (cache.packages !== undefined) return cache.packages;
  const packages = new Map<string, Package>();
  for (const file of files.endingIn("package.json").slice(0, MOST_PACKAGES)) {
    if (posix.basename(file) !== "package.json" || file.split("/").includes("node_modules")) continue;
    const manifest = readJson(file, files);
    const name = manifest?.["name"];
    if (manifest === undefined || typeof name !== "string" || packages.has(name)) continue;
    packages.set(name, { folder: posix.dirname(file), manifest });
  }
  cache.packages = packages;
  return packages;
}

function fromWorkspace(specifier: string, files: FileIndex): string | undefined {
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const found = packagesOf(files).get(parts.slice(0, length).join("/"));
  if (found === undefined) return undefined;
  const { folder, manifest } = found;
  const rest = parts.slice(length).join("/");
  const inner = rest === "" ? "." : `./${rest}`;
  const exported = exportsOf(manifest["exports"]);
  const main = ["source", "module", "main", "types"]
    .map((name) => manifest[name])
    .filter((value) => typeof value === "string")
    .flatMap((value) => withSources(folder, value));
  return probeFirst(
    [
      ...targetsOf(entriesOf(folder, exported), inner),
      ...(rest === "" ? main : []),
      posix.join(folder, "src", rest),
      posix.join(folder, rest),
    ],
    files,
  );
}

/** `exports` may be short for its `.` entry. */
function exportsOf(exported: unknown): Json | undefined {
  const entries = asJson(exported);
  const isShort = entries === undefined || !Object.keys(entries).some((name) => name.startsWith("."));
  return isShort ? { ".": exported } : entries;
}
