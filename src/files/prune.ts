/** Folders that hold other people's code or what a tool made, wherever they stand. */
const folders = [
  "node_modules",
  "bower_components",
  "jspm_packages",
  "vendor",
  "site-packages",
  "venv",
  ".venv",
  ".tox",
  ".nox",
  "__pycache__",
  ".git",
  ".hg",
  ".svn",
  ".gradle",
  ".mvn",
  ".idea",
  ".vs",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".parcel-cache",
  ".turbo",
  ".yarn",
  ".terraform",
  "coverage",
];

/** Files that are made from others, or hold no code: they stay in the index and are never read. */
const generated = [
  /\.min\.(?:js|mjs|cjs)$/i,
  /\.bundle\.js$/i,
  /\.d\.[cm]?ts$/,
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|composer\.lock)\.json$/,
];

/** Outputs of a build: pruned only beside the build file that makes them, and only where git does not track them. */
const outputs: Readonly<Record<string, RegExp>> = {
  dist: /^(?:package\.json|pyproject\.toml|setup\.py)$/,
  build: /^(?:package\.json|pyproject\.toml|setup\.py|build\.gradle(?:\.kts)?)$/,
  out: /^(?:package\.json|build\.gradle(?:\.kts)?)$/,
  target: /^(?:pom\.xml|build\.sbt|Cargo\.toml)$/,
  bin: /\.(?:cs|vb)proj$/i,
  obj: /\.(?:cs|vb)proj$/i,
};

const pruned = new Set(folders);
const prunedSegment = new RegExp(
  `(?:^|/)(?:${folders.map((name) => name.replaceAll(".", String.raw`\.`)).join("|")})/`,
);

/** Is this folder never entered, given the names that stand beside it? */
export function isPrunedFolder(name: string, beside: readonly string[]): boolean {
  if (pruned.has(name)) return true;
  const maker = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  return maker !== undefined && beside.some((other) => maker.test(other));
}

/** Does the path lead through a folder that is never entered? */
export function isUnderPrunedFolder(path: string): boolean {
  return prunedSegment.test(path);
}

export function isGenerated(path: string): boolean {
  return generated.some((pattern) => pattern.test(path));
}
