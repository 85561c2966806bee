import type { Configured, SettingNode, Settings } from "../framework.ts";

/** The files in which Spring Boot, Quarkus and MicroProfile look for a value that is injected. */

export const configurationFiles = [
  "application.properties",
  "application.yml",
  "application.yaml",
  "application-prod*.properties",
  "application-prod*.yml",
  "application-prod*.yaml",
  "microprofile-config.properties",
];

/** One document of one file: what it says, and whether it is for production alone. */
interface Layer {
  readonly file: string;
  readonly production: boolean;
  readonly values: ReadonlyMap<string, SettingNode>;
}

const PROFILE = /^(?:prod|production)$/i;
const NAME = /(?:^|\/)(?:application(?:-(\w+))?\.(?:properties|ya?ml)|microprofile-config\.properties)$/i;
/** How many keys of one document are read. */
const MAXIMUM_KEYS = 20_000;

/** What the nearest files say of `${key}`; those of the production profile come first. */
export function injectedFrom(settings: readonly Settings[]): Configured {
  const layers = settings.flatMap(layersOf);
  if (layers.length === 0) return () => undefined;
  return ([path = ""], file) => {
    const key = /^\$\{(.+)\}$/.exec(path)?.[1];
    if (key === undefined) return undefined;
    const name = canonical(key);
    const found = nearest(layers, file)
      .flatMap((layer) => {
        // https://quarkus.io/guides/config-reference#profiles
        const own = layer.values.get(`%prod.${name}`);
        const node = own ?? layer.values.get(name);
        return node === undefined ? [] : [{ layer, node, production: own !== undefined || layer.production }];
      })
      .sort((a, b) => Number(b.production) - Number(a.production))[0];
    if (found?.node.value === undefined) return undefined;
    const { layer, node } = found;
    const at = { file: layer.file, span: node.valueSpan ?? node.span };
    return { is: "known", value: node.value, at, says: nameOf(layer.file) };
  };
}

function layersOf({ file, roots }: Settings): readonly Layer[] {
  const named = NAME.exec(file);
  if (named === null || /(?:^|\/)src\/test\//.test(file)) return [];
  if (named[1] !== undefined && !PROFILE.test(named[1])) return [];
  return roots.flatMap((root) => {
    const values = flattened(root);
    // https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.activation-properties
    const profile = values.get("spring.config.activate.onprofile") ?? values.get("spring.profiles");
    if (profile !== undefined && !PROFILE.test(String(profile.value))) return [];
    return [{ file, values, production: named[1] !== undefined || profile !== undefined }];
  });
}

function flattened(root: SettingNode): ReadonlyMap<string, SettingNode> {
  const values = new Map<string, SettingNode>();
  const open = [{ node: root, path: "" }];
  for (let next = open.pop(); next !== undefined && values.size < MAXIMUM_KEYS; next = open.pop()) {
    for (const child of next.node.children) {
      const path = next.path === "" ? child.name : `${next.path}.${child.name}`;
      if (child.value !== undefined) values.set(canonical(path), child);
      else if (path.length < 500) open.push({ node: child, path });
    }
  }
  return values;
}

/** https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding */
function canonical(key: string): string {
  return key.toLowerCase().replace(/[-_]/g, "");
}

/** The layers of the module that a file belongs to: those that share most of its path. */
function nearest(layers: readonly Layer[], file: string): readonly Layer[] {
  const around = layers.filter((layer) => file.startsWith(moduleOf(layer.file)));
  const depth = Math.max(...around.map((layer) => moduleOf(layer.file).length));
  return around.filter((layer) => moduleOf(layer.file).length === depth);
}

/** The folder above `src/main/resources`. */
function moduleOf(file: string): string {
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return folder.replace(/(?:src\/main\/resources\/|config\/|META-INF\/)+$/, "");
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
