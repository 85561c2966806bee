import type { SettingNode, Settings } from "../../settings.ts";

/** A key as an application or filter gets it. */
export interface PasteSetting {
  /** Without `set` and `get`. */
  readonly name: string;
  /** undefined when the file alone does not say: `because` tells why. */
  readonly value: string | undefined;
  readonly because: string | undefined;
  readonly file: string;
  /** `DEFAULT`, or the section's name as written. */
  readonly section: string;
  readonly node: SettingNode;
}

/** An application or filter of a PasteDeploy file, with the configuration that its factory is called with. */
export interface PasteApp {
  readonly kind: "app" | "filter";
  readonly file: string;
  readonly section: SettingNode;
  /** Every section of the file, `[DEFAULT]` too. */
  readonly sections: readonly SettingNode[];
  /** The keyword arguments of the factory, in their order. */
  readonly local: ReadonlyMap<string, PasteSetting>;
  /** The global configuration: `[DEFAULT]` and what `set` adds. */
  readonly global: ReadonlyMap<string, PasteSetting>;
  /** Plain keys that PasteDeploy skips because `[DEFAULT]` has them. */
  readonly skipped: readonly PasteSetting[];
  /** Why the file cannot be loaded at all. */
  readonly error: { readonly says: string; readonly node: SettingNode; readonly file: string } | undefined;
  /** Other files whose sections it is made from. */
  readonly uses: readonly string[];
}

const MAXIMUM_DEPTH = 10;
const MAXIMUM_APPS = 100;
const MAXIMUM_VALUE = 2_000;

/** The prefixes by which a section is found, as PasteDeploy has them. */
const PREFIXES = {
  app: ["app", "application", "composite", "composit", "pipeline", "filter-app"],
  filter: ["filter"],
} as const;

type Kind = keyof typeof PREFIXES;
type Conf = Map<string, PasteSetting>;

/** One INI file, indexed. */
interface Source {
  readonly file: string;
  readonly all: readonly SettingNode[];
  readonly sections: readonly SettingNode[];
  readonly defaults: readonly SettingNode[];
  readonly defaultKeys: ReadonlyMap<string, SettingNode>;
  readonly error: PasteApp["error"];
}

interface Loaded {
  readonly local: Conf;
  readonly global: Conf;
  readonly skipped: PasteSetting[];
  readonly uses: string[];
}

/**
 * The applications and filters that INI files make, each with its configuration by PasteDeploy's rules: `[DEFAULT]`
 * is the global configuration and hides plain keys of its own names, `set` writes to it and `get` reads from it,
 * `use` inherits from a section or another file, and keys keep their case.
 * https://docs.pylonsproject.org/projects/pastedeploy/en/latest/#global-configuration
 */
export function pasteApps(all: readonly Settings[]): readonly PasteApp[] {
  const sources = new Map<string, Source>();
  for (const settings of all) if (settings.format === "ini") sources.set(settings.file, indexed(settings));
  const result: PasteApp[] = [];
  for (const source of sources.values()) {
    for (const { kind, section } of reachable(source).slice(0, MAXIMUM_APPS)) {
      const loaded = load(source, section, kind, new Map(), sources, 0);
      result.push({ kind, file: source.file, section, sections: source.all, ...loaded, error: source.error });
    }
  }
  return result;
}

function indexed({ file, roots }: Settings): Source {
  const all = roots[0]?.children ?? [];
  const sections = all.filter((node) => node.valueSpan === undefined && node.name !== "DEFAULT");
  const defaults = all
    .filter((node) => node.valueSpan === undefined && node.name === "DEFAULT")
    .flatMap((node) => node.children);
  return { file, all, sections, defaults, defaultKeys: byName(defaults), error: duplicate(file, all) };
}

/** configparser refuses a file in which a section, or a key of one section, stands twice. */
function duplicate(file: string, sections: readonly SettingNode[]): PasteApp["error"] {
  const names = new Set<string>();
  const keys = new Set<string>();
  for (const section of sections) {
    if (section.name !== "DEFAULT" && names.has(section.name))
      return { says: `\`[${section.name}]\` stands twice, and PasteDeploy refuses the file`, node: section, file };
    names.add(section.name);
    for (const key of section.children) {
      const id = `${section.name}\n${key.name}`;
      if (keys.has(id))
        return { says: `\`${key.name}\` stands twice, and PasteDeploy refuses the file`, node: key, file };
      keys.add(id);
    }
  }
  return undefined;
}

type Found = { readonly kind: Kind; readonly section: SettingNode };

/** What `main` is made of; every application where there is no `main`. */
function reachable(source: Source): readonly Found[] {
  const main = find(source, "app", "main");
  if (main === undefined) {
    return source.sections.flatMap((section): Found[] =>
      /^(app|application):/.test(section.name) ? [{ kind: "app", section }] : [],
    );
  }
  const result: Found[] = [];
  const queue: Found[] = [{ kind: "app", section: main }];
  for (let found = queue.shift(); found !== undefined && result.length < MAXIMUM_APPS; found = queue.shift()) {
    const { section } = found;
    if (result.some((other) => other.section === section)) continue;
    result.push(found);
    for (const part of parts(found)) {
      const next = find(source, part.kind, part.name);
      if (next !== undefined) queue.push({ kind: part.kind, section: next });
    }
  }
  return result.filter(({ section }) => !/^(composite|composit|pipeline):/.test(section.name));
}

/** The names of the sections that a composite, a pipeline or a filtered application leads to. */
function parts({ section }: Found): readonly { kind: Kind; name: string }[] {
  const type = section.name.slice(0, section.name.indexOf(":"));
  const result: { kind: Kind; name: string }[] = [];
  for (const { name, value } of section.children) {
    const text = String(value ?? "");
    if (name === "filter-with") result.push({ kind: "filter", name: text });
    else if (type === "filter-app" && name === "next") result.push({ kind: "app", name: text });
    else if (type === "pipeline" && name === "pipeline") {
      const names = text.split(/\s+/).filter((each) => each !== "");
      for (const each of names.slice(0, -1)) result.push({ kind: "filter", name: each });
      result.push({ kind: "app", name: names.at(-1) ?? "" });
    } else if (type.startsWith("composit") && name !== "use") result.push({ kind: "app", name: text });
  }
  return result;
}

function find(source: Source, kind: Kind, name: string): SettingNode | undefined {
  for (const prefix of PREFIXES[kind]) {
    const found = source.sections.find(
      (section) =>
        (section.name.startsWith(`${prefix}:`) && section.name.slice(prefix.length + 1).trim() === name) ||
        (name === "main" && section.name === prefix),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What PasteDeploy's `ConfigLoader.get_context` gives for a section. */
function load(
  source: Source,
  section: SettingNode,
  kind: Kind,
  outer: ReadonlyMap<string, PasteSetting>,
  sources: ReadonlyMap<string, Source>,
  depth: number,
): Loaded {
  const read = (node: SettingNode, name: string, from: string): PasteSetting => ({
    ...interpolated(source, section, node),
    name,
    file: source.file,
    section: from,
    node,
  });
  const defaults: Conf = new Map(source.defaults.map((node) => [node.name, read(node, node.name, "DEFAULT")]));
  if (depth > 0) for (const [name, given] of outer) if (!defaults.has(name)) defaults.set(name, given);
  const global: Conf = new Map([...defaults, ...outer]);
  const added: Conf = new Map();
  const local: Conf = new Map();
  const skipped: PasteSetting[] = [];
  const got: [string, string, SettingNode][] = [];
  for (const node of section.children) {
    const [, word, rest] = /^(set|get) +(.*)$/.exec(node.name) ?? [];
    if (word === "set" && rest !== undefined) added.set(rest, read(node, rest, section.name));
    else if (word === "get" && rest !== undefined) got.push([rest, String(node.value ?? ""), node]);
    else if (defaults.has(node.name)) skipped.push(read(node, node.name, section.name));
    else local.set(node.name, read(node, node.name, section.name));
  }
  for (const [name, given] of added) global.set(name, given);
  for (const [name, from] of got) {
    const given = global.get(from);
    if (given !== undefined) local.set(name, { ...given, name });
  }
  const use = local.get("use");
  local.delete("use");
  const base = use === undefined ? undefined : used(source, String(use.value ?? ""), kind, global, sources, depth);
  if (base === undefined) return { local, global, skipped, uses: [] };
  for (const [name, given] of added) base.global.set(name, given);
  for (const [name, given] of local) base.local.set(name, given);
  return { ...base, skipped: [...skipped, ...base.skipped] };
}

function used(
  source: Source,
  use: string,
  kind: Kind,
  global: Conf,
  sources: ReadonlyMap<string, Source>,
  depth: number,
): Loaded | undefined {
  if (depth >= MAXIMUM_DEPTH) return undefined;
  const [, path, name] = /^config:([^#]*)(?:#(.*))?$/.exec(use) ?? [];
  if (path === undefined) {
    const section = /^[A-Za-z]+:/.test(use) ? undefined : find(source, kind, use);
    return section === undefined ? undefined : load(source, section, kind, global, sources, depth + 1);
  }
  const other = sources.get(beside(source.file, path));
  const section = other === undefined ? undefined : find(other, kind, name ?? "main");
  if (other === undefined || section === undefined) return undefined;
  const loaded = load(other, section, kind, global, sources, depth + 1);
  return { ...loaded, uses: [...loaded.uses, other.file] };
}

/** A path relative to the folder of a file. */
function beside(file: string, path: string): string {
  const folder = file.split("/").slice(0, -1);
  for (const segment of path.replace(/^%\(here\)s\//, "").split("/")) {
    if (segment === "..") folder.pop();
    else if (segment !== "." && segment !== "") folder.push(segment);
  }
  return folder.join("/");
}

const keys = new WeakMap<SettingNode, ReadonlyMap<string, SettingNode>>();

function keysOf(section: SettingNode): ReadonlyMap<string, SettingNode> {
  const known = keys.get(section);
  if (known !== undefined) return known;
  const made = byName(section.children);
  keys.set(section, made);
  return made;
}

function byName(nodes: readonly SettingNode[]): ReadonlyMap<string, SettingNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Marks that something else fills the file in before it is used. */
const TEMPLATE = /\$\{|\{\{|\{%|<%/;

/** `%(name)s` stands for another key of the section or of `[DEFAULT]`. */
function interpolated(
  source: Source,
  section: SettingNode,
  node: SettingNode,
): { readonly value: string | undefined; readonly because: string | undefined } {
  let text = String(node.value ?? "");
  for (let turn = 0; turn < MAXIMUM_DEPTH && text.includes("%("); turn += 1) {
    const [whole, name = ""] = /%\(([^)]*)\)s/.exec(text) ?? [];
    if (whole === undefined) break;
    if (name === "here" || name === "__file__") return { value: undefined, because: `it holds \`${whole}\`` };
    const found = keysOf(section).get(name) ?? source.defaultKeys.get(name);
    if (found === undefined)
      return { value: undefined, because: `\`${whole}\` is not defined, and PasteDeploy refuses the file` };
    text = text.replace(whole, () => String(found.value ?? ""));
    if (text.length > MAXIMUM_VALUE) return { value: undefined, because: "it is too long" };
  }
  if (/%\([^)]*\)s/.test(text)) return { value: undefined, because: "it refers to itself" };
  if (TEMPLATE.test(text)) return { value: undefined, because: `\`${text.slice(0, 60)}\` is filled in later` };
  return { value: text.replaceAll("%%", "%"), because: undefined };
}
