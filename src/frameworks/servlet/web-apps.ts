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

export function descriptorsNamed(context: Context, name: string): readonly Descriptor[] {
  return context.facts.settings.flatMap((settings): readonly Descriptor[] => {
    const [root] = settings.roots;
    return baseName(settings.file) === name && root !== undefined && settings.format === "xml"
      ? [{ file: settings.file, root }]
      : [];
  });
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
  const bases = new Map<string, Descriptor | undefined>();
  for (const descriptor of descriptors) bases.set(descriptor.file, descriptor);
  const only = descriptors.length === 1 ? descriptors[0] : undefined;
  const owner = (file: string) => only ?? nearest(descriptors, file);
  const apps = descriptors.map(
    (webXml): WebApp => ({
      base: baseOf(webXml.file),
      webXml,
      fragments: descriptorsNamed(context, "web-fragment.xml").filter(({ file }) => owner(file) === webXml),
      vendors: vendorsOf(context, webXml.file),
      code: code.filter(({ place }) => owner(place.file) === webXml),
    }),
  );
  return [...apps, ...codeOnly(code.filter(({ place }) => owner(place.file) === undefined))];
}

/** Code that configures the session cookie of an application without a web.xml: one application a module. */
function codeOnly(code: readonly CallFact[]): readonly WebApp[] {
  const modules = new Map<string, CallFact[]>();
  for (const call of code) {
    const base = moduleOf(call.place.file);
    const own = modules.get(base);
    if (own === undefined) modules.set(base, [call]);
    else own.push(call);
  }
  return [...modules].map(([base, own]) => ({
    base,
    webXml: undefined,
    fragments: [],
    vendors: new Map(),
    code: own,
  }));
}

function nearest(descriptors: readonly Descriptor[], file: string): Descriptor | undefined {
  let best: Descriptor | undefined;
  for (const descriptor of descriptors) {
    const base = baseOf(descriptor.file);
    const holds = base === "" || file.startsWith(`${base}/`);
    if (holds && (best === undefined || base.length > baseOf(best.file).length)) best = descriptor;
  }
  return best;
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
    const found = descriptorsNamed(context, name).find(({ file }) => file === folder + name);
    if (found !== undefined) result.set(container, found);
  }
  const contextFile = `${folder.replace(/WEB-INF\/$/, "")}META-INF/context.xml`;
  const tomcat = descriptorsNamed(context, "context.xml").find(({ file }) => file === contextFile);
  if (tomcat !== undefined) result.set("Tomcat", tomcat);
  return result;
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
