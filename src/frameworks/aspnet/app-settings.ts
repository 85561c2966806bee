import type { Configured, ConfiguredValue, SettingNode, Settings } from "../../framework.ts";

const READ = /(?:^|\.)(?:Web)?Configuration(?:Manager|Settings)\.AppSettings\[([^[\]]+)\]$/;

/** Transforms that give a value whatever was there. */
const GIVES = /^(?:SetAttributes|Replace|Insert$)/;

/** What `appSettings` of Web.config gives to `ConfigurationManager.AppSettings["key"]`, as Web.Release.config changes it. */
export function appSettings(settings: readonly Settings[]): Configured {
  const files = settings.filter(({ file }) => /(?:^|\/)web(?:\.release)?\.config$/i.test(file));
  return (paths, from) => {
    const key = paths.flatMap((path) => READ.exec(path)?.[1] ?? [])[0];
    if (key === undefined) return undefined;
    const near = files.filter(({ file }) => from.startsWith(folderOf(file)));
    const folder = near.map(({ file }) => folderOf(file)).sort((a, b) => a.length - b.length)[0];
    const own = near.filter(({ file }) => folderOf(file) === folder);
    const isRelease = ({ file }: Settings) => /release/i.test(file);
    const [release] = own.filter(isRelease).flatMap((each) => added(each, key));
    const [base] = own.filter((each) => !isRelease(each)).flatMap((each) => added(each, key));
    return release ?? base;
  };
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

/** `<add key="…" value="…" />`; in a transform, only where that gives it. */
function added({ file, roots }: Settings, key: string): readonly ConfiguredValue[] {
  const sections = roots.flatMap(({ children }) => children.filter(({ name }) => name === "appSettings"));
  return sections
    .flatMap(({ children }) => children)
    .flatMap((node): readonly ConfiguredValue[] => {
      const value = attribute(node, "value");
      if (node.name !== "add" || attribute(node, "key")?.toLowerCase() !== key.toLowerCase()) return [];
      if (value === undefined) return [];
      if (/release/i.test(file) && !GIVES.test(attribute(node, "Transform") ?? "")) return [];
      const name = file.slice(file.lastIndexOf("/") + 1);
      return [{ is: "known", value, at: { file, span: node.span }, says: `\`${key}\` is \`${value}\` in ${name}` }];
    });
}

function attribute(node: SettingNode, name: string): string | undefined {
  return node.attributes.find((each) => each.name === name)?.value;
}
