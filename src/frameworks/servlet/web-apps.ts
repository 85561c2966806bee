import type { CallFact, Context, SettingNode } from "../../framework.ts";

/** A descriptor with its root element. */
export interface Descriptor {
  readonly file: string;
  readonly root: SettingNode;
}

/** One web application: its folder of sources, and the descriptors that speak of it. */
export interface WebApp {
  readonly base: string;
  readonly webXml: Descriptor | undefined;
  readonly fragments: readonly Descriptor[];
  /** The container's own descriptors, by container. */
  readonly vendors: ReadonlyMap<Container, Descriptor>;
  /** `getSessionCookieConfig()` and what is set on it. */
  readonly code: readonly CallFact[];
}

export type Container = "Tomcat" | "Jetty" | "WildFly" | "GlassFish" | "WebLogic";

const vendorFiles: Readonly<Record<string, Container>> = {
  "jetty-web.xml": "Jetty",
  "jboss-web.xml": "WildFly",
  "glassfish-web.xml": "GlassFish",
  "sun-web.xml": "GlassFish",
  "weblogic.xml": "WebLogic",
};

const tables = new WeakMap<Context["facts"], Map<string, Descriptor[]>>();

export function descriptorsNamed(context: Context, name: string): readonly Descriptor[] {
  let table = tables.get(context.facts);
  if (table === undefined) {
    table = new Map();
    for (const { file, format, roots } of context.facts.settings) {
      const [root] = roots;
      if (format !== "xml" || root === undefined) continue;
      const list = table.get(baseName(file));
      if (list === undefined) table.set(baseName(file), [{ file, root }]);
      else list.push({ file, root });
    }
    tables.set(context.facts, table);
  }
  return table.get(name) ?? [];
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** `conf/web.xml` of the server itself, which stands under every application. */
export function serverWide(context: Context): Descriptor | undefined {
  return descriptorsNamed(context, "web.xml").find(({ file }) => isServerWide(file));
}

function isServerWide(file: string): boolean {
  return /(?:^|\/)conf\/web\.xml$/.test(file);
}

/** The web applications that descriptors and code show. */
export function webApps(context: Context, code: readonly CallFact[]): readonly WebApp[] {
  const descriptors = descriptorsNamed(context, "web.xml").filter(
    ({ file, root }) => root.name === "web-app" && !isServerWide(file),
  );
  const only = descriptors.length === 1 ? descriptors[0] : undefined;
  const byBase = new Map(descriptors.map((descriptor) => [baseOf(descriptor.file), descriptor]));
  const owner = (file: string) => only ?? nearest(byBase, file);
  const fragments = groupBy(descriptorsNamed(context, "web-fragment.xml"), ({ file }) => owner(file));
  const ownCode = groupBy(code, ({ place }) => owner(place.file));
  const apps = descriptors.map(
    (webXml): WebApp => ({
      base: baseOf(webXml.file),
      webXml,
      fragments: fragments.get(webXml) ?? [],
      vendors: vendorsOf(context, webXml.file),
      code: ownCode.get(webXml) ?? [],
    }),
  );
  return [...apps, ...codeOnly(ownCode.get(undefined) ?? [])];
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Code that configures the session cookie of an application without a web.xml: one application a module. */
function codeOnly(code: readonly CallFact[]): readonly WebApp[] {
  return [...groupBy(code, ({ place }) => moduleOf(place.file))].map(([base, own]) => ({
    base,
    webXml: undefined,
    fragments: [],
    vendors: new Map(),
    code: own,
  }));
}

/** The application whose folder of sources holds the file, the innermost first. */
function nearest(byBase: ReadonlyMap<string, Descriptor>, file: string): Descriptor | undefined {
  for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) {
    const found = byBase.get(file.slice(0, end));
    if (found !== undefined) return found;
  }
  return byBase.get("");
}

/** The module's folder: what stands before the folder of web resources. */
function baseOf(webXml: string): string {
  const folder = webXml.replace(/(?:^|\/)(?:WEB-INF\/)?web\.xml$/, "");
  return folder.replace(/(?:^|\/)(?:src\/\w+\/(?:webapp|resources)|WebContent|WebRoot|webapp|web|war)$/, "");
}

function moduleOf(file: string): string {
  return /^(.*?)(?:^|\/)src\//.exec(file)?.[1] ?? "";
}

function vendorsOf(context: Context, webXml: string): ReadonlyMap<Container, Descriptor> {
  const folder = webXml.slice(0, webXml.lastIndexOf("/") + 1);
  const result = new Map<Container, Descriptor>();
  for (const [name, container] of Object.entries(vendorFiles)) {
    const found = descriptorAt(context, folder, name);
    if (found !== undefined) result.set(container, found);
  }
  const tomcat = descriptorAt(context, `${folder.replace(/WEB-INF\/$/, "")}META-INF/`, "context.xml");
  if (tomcat !== undefined) result.set("Tomcat", tomcat);
  return result;
}

function descriptorAt(context: Context, folder: string, name: string): Descriptor | undefined {
  if (!context.files.has(folder + name)) return undefined;
  return descriptorsNamed(context, name).find(({ file }) => file === folder + name);
}

export function childrenNamed(node: SettingNode | undefined, name: string): readonly SettingNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

export function textOf(node: SettingNode | undefined): string | undefined {
  return node === undefined ? undefined : String(node.value ?? "").trim();
}

export function attributeOf(node: SettingNode, name: string): string | undefined {
  return node.attributes.find((attribute) => attribute.name === name)?.value;
}

/** Every element of a tree, outermost first, with the elements around it. */
export function* elementsOf(
  node: SettingNode,
  around: readonly SettingNode[] = [],
): Generator<{ node: SettingNode; around: readonly SettingNode[] }> {
  yield { node, around };
  if (around.length > 30) return;
  for (const child of node.children) yield* elementsOf(child, [...around, node]);
}
