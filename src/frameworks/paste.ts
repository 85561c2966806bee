import {
  type Configured,
  type ConfiguredValue,
  type PasteApp,
  type PasteSetting,
  pasteApps,
  type Settings,
} from "../framework.ts";

/** Words that stand in every INI file that makes an application. */
export const pasteWords = ["[app:", "[application:", "[filter:"];

const known = new WeakMap<readonly Settings[], readonly PasteApp[]>();

/** The applications and filters of all INI files; those of deployment files first. */
export function appsOf(settings: readonly Settings[]): readonly PasteApp[] {
  const before = known.get(settings);
  if (before !== undefined) return before;
  const all = pasteApps(settings);
  const apps = [...all.filter((app) => !isDevelopment(app.file)), ...all.filter((app) => isDevelopment(app.file))];
  known.set(settings, apps);
  return apps;
}

/** `development.ini`, `test.ini`, and what lies in a folder of tests. */
export function isDevelopment(file: string): boolean {
  return (
    /(^|[-_.])(dev|devel|develop|development|debug|local|localhost|test|tests|testing|ci)([-_.]|$)/i.test(
      nameOf(file),
    ) || /(^|\/)(tests?|testing|fixtures)\//i.test(file)
  );
}

/** Why the cookies of a file are not those of the deployment. */
export function notDeployed(file: string): { readonly notDeployed?: string } {
  return isDevelopment(file) ? { notDeployed: `\`${nameOf(file)}\` is a development file` } : {};
}

export function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

/** Folders of a project that hold its configuration, not its code. */
const CONFIGURATION =
  /\/?(conf|config|configs|configuration|etc|ini|inis|settings|deploy|deployment|env|environments)$/i;

/** The folder of the project that an INI file configures. */
export function projectOf(file: string): string {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
  return folder.replace(CONFIGURATION, "");
}

export function isWithin(folder: string, file: string): boolean {
  return folder === "" || file.startsWith(`${folder}/`);
}

const around = new WeakMap<readonly Settings[], Map<string, readonly PasteApp[]>>();

/** The applications that a file's code may belong to: of deployment files where there are any, the nearest ones. */
export function appsFor(settings: readonly Settings[], file: string): readonly PasteApp[] {
  const folders = around.get(settings) ?? new Map<string, readonly PasteApp[]>();
  around.set(settings, folders);
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const before = folders.get(folder);
  if (before !== undefined) return before;
  const apps = nearest(appsOf(settings).filter((app) => app.kind === "app" && isWithin(projectOf(app.file), file)));
  folders.set(folder, apps);
  return apps;
}

function nearest(all: readonly PasteApp[]): readonly PasteApp[] {
  const deployed = all.filter((app) => !isDevelopment(app.file));
  const apps = deployed.length > 0 ? deployed : all;
  const depth = apps.reduce((most, app) => Math.max(most, projectOf(app.file).length), 0);
  return apps.filter((app) => projectOf(app.file).length === depth);
}

/** Names under which the code of an application holds its own configuration, and the global one. */
const LOCAL = /(^|\.)(settings|main\(\*\*\)|app_conf|local_conf|app_settings|get_settings\(\))$/;
const GLOBAL = /^(global_conf|global_config)$/;
const BOTH = /^(pylons\.config|config)$/;

/** What INI files give to `settings["session.secure"]` in `main(global_config, **settings)` and wherever it is handed on. */
export function configured(settings: readonly Settings[]): Configured {
  if (appsOf(settings).length === 0) return () => undefined;
  return (paths, file) => {
    for (const path of paths) {
      const [, from = "", name = ""] = /^(.*)\[([^[\]]+)\]$/.exec(path) ?? [];
      const local = LOCAL.test(from) || BOTH.test(from);
      const global = GLOBAL.test(from) || BOTH.test(from);
      if (!local && !global) continue;
      const apps = appsFor(settings, file);
      const value = lookUp(apps, name, (app) =>
        local && app.local.has(name) ? app.local.get(name) : global ? app.global.get(name) : undefined,
      );
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function lookUp(
  apps: readonly PasteApp[],
  name: string,
  find: (app: PasteApp) => PasteSetting | undefined,
): ConfiguredValue | undefined {
  const [first] = apps;
  if (first === undefined) return undefined;
  const found = apps.flatMap((app) => find(app) ?? []);
  const production = found.filter(({ file }) => /prod/i.test(nameOf(file)));
  const [setting, ...others] = production.length > 0 ? production : found;
  const shown = `\`${name}\``;
  if (setting === undefined) {
    if (isDevelopment(first.file)) return undefined;
    const at = { file: first.file, span: first.section.nameSpan };
    return { is: "absent", at, says: `${shown} is not in ${nameOf(first.file)}` };
  }
  const { file, node, value } = setting;
  const at = { file, span: node.valueSpan ?? node.span };
  if (isDevelopment(file)) return { is: "unknown", at, says: `${shown} is known from ${nameOf(file)} only` };
  if (value === undefined) return { is: "unknown", at, says: `${shown} in ${nameOf(file)}: ${setting.because}` };
  if (others.some((other) => other.value !== value))
    return { is: "unknown", at, says: `${shown} differs between the INI files` };
  return { is: "known", value, at, says: `${shown} is \`${value}\` in ${nameOf(file)}` };
}
