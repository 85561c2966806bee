import { type Context, once, type Place, type Settings } from "../../framework.ts";
import { type Attribute, applyTransform, type Element, elementOf } from "./xdt.ts";

/** One web application: the Web.config nearest to the root that has `system.web`, and what lies below it. */
export interface Application {
  /** Its folder, with a `/` at the end; empty for the root. */
  readonly folder: string;
  readonly file: string;
  /** The file after its transforms. */
  readonly document: Element;
  readonly layers: readonly Layer[];
  /** Why the application does not start with this configuration. */
  readonly faults: readonly Fault[];
}

interface Fault {
  readonly says: string;
  readonly at: Place;
  /** The name to write instead. */
  readonly instead?: { readonly place: Place; readonly name: string };
}

/** One `system.web` and the folder or page that it is for. */
export interface Layer {
  /** Folder (with `/`) or page below the root of the project; compared without case. */
  readonly path: string;
  /** The path of a `location` as it is written; undefined for the file's own. */
  readonly location: string | undefined;
  readonly file: string;
  readonly web: Element;
}

/** The sections that say something about cookies; names are case-sensitive. */
const SECTIONS = ["httpCookies", "authentication", "forms", "roleManager", "anonymousIdentification"] as const;
const FLAGS: Readonly<Record<string, string>> = {
  httpCookies: "requireSSL",
  forms: "requireSSL",
  roleManager: "cookieRequireSSL",
  anonymousIdentification: "cookieRequireSSL",
};

export const applicationsOf = once((context): readonly Application[] => readApplications(context));

/** The application that a file belongs to; undefined for libraries and for applications that are configured elsewhere. */
export function applicationOf(file: string, context: Context): Application | undefined {
  let best: Application | undefined;
  for (const each of applicationsOf(context)) {
    const inside = file.toLowerCase().startsWith(each.folder.toLowerCase());
    if (inside && (best === undefined || each.folder.length > best.folder.length)) best = each;
  }
  return best;
}

/** An attribute of a section for a page or folder, merged as the runtime does: the nearest one that sets it. */
export function attributeFor(
  application: Application,
  path: string,
  section: string,
  name: string,
): Attribute | undefined {
  let found: Attribute | undefined;
  for (const layer of application.layers) {
    if (!governs(layer.path, path)) continue;
    for (const element of sectionsIn(layer.web, section)) found = element.attributes.get(name) ?? found;
  }
  return found;
}

/** The section's elements of the whole application, outermost first. */
export function elementsOf(application: Application, section: string): readonly { layer: Layer; element: Element }[] {
  return application.layers.flatMap((layer) => sectionsIn(layer.web, section).map((element) => ({ layer, element })));
}

function sectionsIn(web: Element, section: string): readonly Element[] {
  if (section !== "forms") return web.children.filter(({ name }) => name === section);
  return sectionsIn(web, "authentication").flatMap(({ children }) => children.filter(({ name }) => name === "forms"));
}

function governs(layer: string, path: string): boolean {
  const [outer, inner] = [layer.toLowerCase(), path.toLowerCase()];
  if (outer === "" || outer.endsWith("/")) return inner.startsWith(outer);
  // A page's class stands in the file beside it: `page.aspx.cs`.
  return inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}/`);
}

export function isTrue(attribute: Attribute | undefined): boolean {
  return /^true$/i.test(attribute?.value.trim() ?? "");
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

/** Files by their paths in lower case, as Windows takes them. */
type ByPath = ReadonlyMap<string, Settings>;

function readApplications(context: Context): readonly Application[] {
  const files = context.facts.settings.filter(({ format }) => format === "xml");
  const byPath: ByPath = new Map(files.map((each) => [each.file.toLowerCase(), each]));
  const configs = files
    .filter(({ file }) => /(?:^|\/|\.)web\.config$/i.test(file) && !/(?:^|\/)(?:node_modules|packages)\//.test(file))
    .sort((a, b) => a.file.split("/").length - b.file.split("/").length || (a.file < b.file ? -1 : 1));
  const result: { application: Application; layers: Layer[]; faults: Fault[] }[] = [];
  for (const config of configs) {
    const { file } = config;
    const folder = folderOf(file);
    const name = file.slice(folder.length).toLowerCase();
    const roots = config.roots.filter((root) => root.name === "configuration");
    const outer =
      name === "web.config"
        ? result.find(
            ({ application }) =>
              application.file.slice(application.folder.length).toLowerCase() === "web.config" &&
              folder.toLowerCase().startsWith(application.folder.toLowerCase()),
          )
        : undefined;
    for (const root of roots) {
      const document = elementOf(root, file);
      if (name === "web.config")
        for (const transform of transformsOf(folder, byPath, context))
          for (const each of transform.roots) applyTransform(document, each, transform.file);
      resolveSources(document, folder, byPath, 0);
      const layers = layersOf(document, folder, file);
      const faults = faultsOf(document);
      if (outer !== undefined) {
        outer.layers.push(...layers);
        outer.faults.push(...faults);
      } else if (layers.length > 0 && !/(?:^|\/)Views\/$/i.test(folder)) {
        result.push({ application: { folder, file, document, layers, faults }, layers, faults });
      }
    }
  }
  for (const { layers } of result) sortLayers(layers);
  return result.map(({ application }) => application);
}

/** A folder's own file is stronger than what its parents say about it by `location`; pages come last. */
function sortLayers(layers: Layer[]): void {
  const depth = ({ path }: Layer) => path.split("/").length + (path === "" || path.endsWith("/") ? 0 : 0.5);
  layers.sort((a, b) => depth(a) - depth(b) || folderOf(a.file).length - folderOf(b.file).length);
}

/** Publishing applies Web.Release.config, then the transform that is named as the deployment. */
function transformsOf(folder: string, files: ByPath, context: Context): readonly Settings[] {
  const names = ["release", context.deployment.name.toLowerCase()];
  return [...new Set(names)].flatMap((name) => files.get(`${folder.toLowerCase()}web.${name}.config`) ?? []);
}

/** `configSource="c.config"`: the element stands in a file of its own. */
function resolveSources(element: Element, folder: string, files: ByPath, depth: number): void {
  for (const [index, child] of element.children.entries()) {
    const source = child.attributes.get("configSource")?.value.replaceAll("\\", "/");
    const path = source === undefined ? undefined : `${folder}${source}`.toLowerCase();
    const other = path === undefined ? undefined : files.get(path);
    const root = other?.roots.find(({ name }) => name === child.name);
    if (other !== undefined && root !== undefined) element.children[index] = elementOf(root, other.file);
    else if (depth < 4) resolveSources(child, folder, files, depth + 1);
  }
}

function layersOf(document: Element, folder: string, file: string): Layer[] {
  const layers: Layer[] = [];
  for (const child of document.children) {
    if (child.name === "system.web") layers.push({ path: folder, location: undefined, file, web: child });
    if (child.name !== "location") continue;
    const location = (child.attributes.get("path")?.value ?? "").trim();
    const path = locationPath(folder, location);
    for (const web of child.children)
      if (web.name === "system.web") layers.push({ path, location: path === folder ? undefined : location, file, web });
  }
  return layers;
}

/** No path and `.` mean the folder itself; a path without an ending is taken for a folder. */
function locationPath(folder: string, location: string): string {
  const path = location.replaceAll("\\", "/").replace(/^[~/]+|\/+$/g, "");
  if (path === "" || path === ".") return folder;
  return /\.\w+$/.test(path) ? `${folder}${path}` : `${folder}${path}/`;
}

function at({ file, node }: Element): Place {
  return { file, span: node.nameSpan };
}

function faultsOf(document: Element): Fault[] {
  const faults: Fault[] = [];
  const stops = "and the application does not start with it";
  const visit = (element: Element, inside: boolean, depth: number): void => {
    for (const child of element.children) {
      const right = inside ? SECTIONS.find((name) => name.toLowerCase() === child.name.toLowerCase()) : undefined;
      if (right !== undefined && right !== child.name)
        faults.push({
          says: `\`<${child.name}>\` is no section (names are case-sensitive: \`${right}\`), ${stops}`,
          at: at(child),
          instead: { place: at(child), name: right },
        });
      const flag = inside ? FLAGS[child.name] : undefined;
      if (flag !== undefined) flagFaults(child, flag, stops, faults);
      if (depth < 6) visit(child, inside || child.name === "system.web", depth + 1);
    }
    if (element.name !== "system.web") return;
    for (const name of SECTIONS) {
      const [, second] = element.children.filter((child) => child.name === name);
      if (second !== undefined)
        faults.push({ says: `\`<${name}>\` is defined more than once, ${stops}`, at: at(second) });
    }
  };
  visit(document, false, 0);
  for (const child of document.children)
    if (SECTIONS.some((name) => name === child.name))
      faults.push({
        says: `\`<${child.name}>\` is a section of \`system.web\` and none of \`configuration\`, ${stops}`,
        at: at(child),
      });
  return faults;
}

function flagFaults(element: Element, flag: string, stops: string, faults: Fault[]): void {
  for (const { name, value, place, valuePlace } of element.attributes.values()) {
    if (name !== flag && name.toLowerCase() === flag.toLowerCase())
      faults.push({
        says: `\`${name}\` is no attribute of \`${element.name}\` (names are case-sensitive: \`${flag}\`), ${stops}`,
        at: place,
        instead: {
          place: { file: place.file, span: { start: place.span.start, end: place.span.start + name.length } },
          name: flag,
        },
      });
    if (name === flag && !/^(?:true|false)$/i.test(value.trim()))
      faults.push({
        says: `\`${name}="${value}"\` is no boolean, ${stops}`,
        at: valuePlace,
        instead: { place: valuePlace, name: "true" },
      });
  }
}
