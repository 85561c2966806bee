import type { Configured, Deployment, Evidence, Place, SettingNode, Settings } from "../framework.ts";

/** The files in which Spring Boot, Quarkus and MicroProfile look for a value that is injected. */

export const configurationFiles = [
  "application.properties",
  "application.yml",
  "application.yaml",
  "application-*.properties",
  "application-*.yml",
  "application-*.yaml",
  "microprofile-config.properties",
];

/** One document of one file: what it says, and whether it is for production alone. */
interface Layer {
  readonly file: string;
  readonly production: boolean;
  readonly values: ReadonlyMap<string, SettingNode>;
}

const PROFILE = /^(?:prod|production)$/i;
const NAME = /(?:^|\/)(?:application(?:-([\w-]+))?\.(?:properties|ya?ml)|microprofile-config\.properties)$/i;
/** How many keys of one document are read. */
const MAXIMUM_KEYS = 20_000;

/** What the nearest files say of `${key}`; those of the production profile come first. */
export function injectedFrom(settings: readonly Settings[], deployment: Deployment): Configured {
  const layers = settings.flatMap((each) => layersOf(each, deployment));
  if (layers.length === 0) return () => undefined;
  return ([path = ""], file) => {
    const key = /^\$\{(.+)\}$/.exec(path)?.[1];
    const found = key === undefined ? undefined : strongest(nearest(layers, file), key);
    return found && { is: "known", value: found.value, at: found.at, says: nameOf(found.at.file) };
  };
}

/** What a key is, and where that stands, unless a variable says it. */
export interface Property {
  readonly value: NonNullable<SettingNode["value"]>;
  readonly at?: Place;
  readonly because: Evidence;
}

/** What the files of a module say of a key, those of the active profiles first. */
export function propertyOf(
  key: string,
  file: string,
  settings: readonly Settings[],
  deployment: Deployment,
): Property | undefined {
  const layers = settings.flatMap((each) => layersOf(each, deployment));
  // https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding.environment-variables
  const variable = key.toUpperCase().replaceAll("-", "").replaceAll(".", "_");
  const set = deployment.environment[variable];
  if (typeof set === "string") {
    const origin = deployment.origins[variable];
    const says = `${variable} is ${JSON.stringify(set)} in this deployment${origin === undefined ? "" : ` (${origin})`}`;
    return { value: set, because: { from: "deployment", says } };
  }
  const found = strongest(nearest(layers, file), key);
  if (found === undefined) return undefined;
  return {
    value: found.value,
    at: found.at,
    because: { from: "file", ...found.at, says: `\`${key}\` is \`${found.value}\`` },
  };
}

/** The files of Spring's configuration that count in the deployment. */
export function configurationOf(settings: readonly Settings[], deployment: Deployment): readonly string[] {
  return settings.filter((each) => layersOf(each, deployment).length > 0).map(({ file }) => file);
}

function strongest(layers: readonly Layer[], key: string): { value: Property["value"]; at: Place } | undefined {
  const name = canonical(key);
  const found = layers
    .flatMap((layer) => {
      // https://quarkus.io/guides/config-reference#profiles
      const own = layer.values.get(`%prod.${name}`);
      const node = own ?? layer.values.get(name);
      return node === undefined ? [] : [{ layer, node, production: own !== undefined || layer.production }];
    })
    .sort((a, b) => Number(b.production) - Number(a.production))[0];
  const value = found?.node.value;
  if (found === undefined || value === undefined || value === null) return undefined;
  return { value, at: { file: found.layer.file, span: found.node.valueSpan ?? found.node.span } };
}

/** Production's profile by its usual names, unless the deployment says which are active. */
function isActive(profile: string, { environment }: Deployment): boolean {
  const active = environment["SPRING_PROFILES_ACTIVE"];
  if (typeof active !== "string") return PROFILE.test(profile);
  return active.split(",").some((each) => each.trim() === profile);
}

function layersOf({ file, roots }: Settings, deployment: Deployment): readonly Layer[] {
  const named = NAME.exec(file);
  if (named === null || /(?:^|\/)src\/test\//.test(file)) return [];
  if (named[1] !== undefined && !isActive(named[1], deployment)) return [];
  return roots.flatMap((root) => {
    const values = flattened(root);
    // https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.activation-properties
    const profile = values.get("spring.config.activate.onprofile") ?? values.get("spring.profiles");
    if (profile !== undefined && !isActive(String(profile.value), deployment)) return [];
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
export function moduleOf(file: string): string {
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return folder.replace(/(?:src\/main\/resources\/|config\/|META-INF\/)+$/, "");
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
