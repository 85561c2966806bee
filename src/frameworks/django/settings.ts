import { type AliasProject, type Context, type Place, type Seen, type SeenObject } from "../../framework.ts";
import { byNearness, isTest } from "../python.ts";

/** A settings module that the deployment uses, with the files it takes its names from. */
export interface DjangoApp {
  readonly file: string;
  /** `manage.py` uses another one: what is changed here is not seen in development. */
  readonly onlyDeployed: boolean;
  /** Folders whose files this app serves. */
  readonly folder: string;
}

const DECLARES =
  /DJANGO_SETTINGS_MODULE["']\s*(?:\]\s*=|,)\s*(?:os\.(?:environ\.get|getenv)\([^,()]+,\s*)?(f?)(["'])([^"'\n]+)\2/;
const OVERRIDES = /DJANGO_SETTINGS_MODULE["']\s*\]\s*=/;
const DEFINES = /^[ \t]*MIDDLEWARE(?:_CLASSES)?\b[^\n]*=/m;

const caches = new WeakMap<object, readonly DjangoApp[]>();

/** The apps of the project by their settings modules: what WSGI and ASGI files name first, then the environment, then `manage.py`. */
export function djangoApps(project: AliasProject): readonly DjangoApp[] {
  const known = caches.get(project.files);
  if (known !== undefined) return known;
  const apps = findApps(project);
  caches.set(project.files, apps);
  return apps;
}

function findApps(project: AliasProject): readonly DjangoApp[] {
  const python = project.candidates.filter((file) => file.endsWith(".py") && !isTest(file));
  const naming = python.flatMap((file) => {
    const text = project.text(file);
    const module = text.includes("DJANGO_SETTINGS_MODULE") ? named(text, file, project) : undefined;
    return module === undefined ? [] : [{ file, module, fixed: OVERRIDES.test(text) }];
  });
  const serving = naming.filter(({ file }) => /(?:^|\/)[^/]*(?:wsgi|asgi)[^/]*\.py$/.test(file));
  const managing = naming.filter(({ file }) => /(?:^|\/)manage\.py$/.test(file));
  const variable = project.deployment.environment.DJANGO_SETTINGS_MODULE;
  const apps: DjangoApp[] = [];
  const add = (module: string, from: string) => {
    for (const file of deployed(module, from, project)) {
      if (apps.some((app) => app.file === file)) continue;
      const developed = managing.some((other) => moduleFile(other.module, other.file, project) === file);
      apps.push({ file, onlyDeployed: managing.length > 0 && !developed, folder: folderOf(from) });
    }
  };
  for (const { file, module, fixed } of serving) {
    const overridden =
      !fixed && typeof variable === "string" && !isDevelopment(variable) && moduleFile(variable, file, project);
    add(typeof overridden === "string" && typeof variable === "string" ? variable : module, file);
  }
  const isServed = (file: string) =>
    apps.some(({ folder }) => within(folder, folderOf(file)) || within(folderOf(file), folder));
  if (apps.length === 0 && typeof variable === "string") add(variable, python[0] ?? "");
  for (const { file, module } of managing) if (!isServed(file)) add(module, file);
  if (apps.length > 0) return apps;
  for (const file of python.filter((each) => isSettings(each, project))) {
    for (const one of productionOf(file, project)) {
      if (!apps.some((app) => app.file === one)) apps.push({ file: one, onlyDeployed: false, folder: folderOf(file) });
    }
  }
  return apps;
}

/** The module that a file names; `f"site.settings.{os.environ.get('ENV', 'production')}"` under the deployment. */
function named(text: string, file: string, project: AliasProject): string | undefined {
  // In an f-string the quotes inside differ from those around it.
  const open =
    /DJANGO_SETTINGS_MODULE["']\s*(?:\]\s*=|,)\s*f(["'])([\w.]*)\{(?:os\.(?:environ\.get|getenv)\(\s*["'](\w+)["']\s*(?:,\s*["'](\w+)["']\s*)?\))?[^}]*\}([\w.]*)\1/.exec(
      text,
    );
  if (open !== null) {
    const [, , prefix = "", variable, fallback, suffix = ""] = open;
    const value = variable === undefined ? undefined : (project.deployment.environment[variable] ?? fallback);
    const module = `${prefix}${value ?? "production"}${suffix}`;
    return moduleFile(module, file, project) === undefined ? undefined : module;
  }
  const match = DECLARES.exec(text);
  return match === null || match[1] === "f" ? undefined : match[3];
}

/** The files that serve where a module is named: itself, or the production modules beside one for development. */
function deployed(module: string, from: string, project: AliasProject): readonly string[] {
  const file = moduleFile(module, from, project);
  return file === undefined ? [] : productionOf(file, project);
}

/** Comments, and texts of several lines, as which a module is described. */
const SAID = /"""[^"]*"""|'''[^']*'''|#.*$/gm;

function productionOf(file: string, project: AliasProject): readonly string[] {
  const name = nameOf(file);
  const isBase = /^(?:base|common|defaults?|shared)$/.test(name) || isDevelopment(name);
  const isEmpty = name === "__init__" && !/\w/.test(project.text(file).replace(SAID, ""));
  if (!isBase && !isEmpty) return [file];
  const production = project.candidates.filter(
    (other) =>
      other.endsWith(".py") && folderOf(other) === folderOf(file) && /prod|live|deploy|heroku/i.test(nameOf(other)),
  );
  return production.length > 0 ? production : isEmpty ? [] : [file];
}

function isSettings(file: string, project: AliasProject): boolean {
  const text = project.text(file);
  return /settings|conf/i.test(file) && DEFINES.test(text) && text.includes("django.");
}

function isDevelopment(module: string): boolean {
  return /(?:^|[._])(?:dev|devel|develop|development|local|test|tests|testing|ci|debug)$/i.test(module);
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1).replace(/\.py$/, "");
}

export function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}

function within(inner: string, outer: string): boolean {
  return outer === "" || inner === outer || inner.startsWith(`${outer}/`);
}

/** The app that a file belongs to: the one it shares most folders with. */
export function appOf(file: string, project: AliasProject): DjangoApp | undefined {
  const nearer = byNearness(file);
  return [...djangoApps(project)].sort((a, b) => nearer(a.file, b.file))[0];
}

/** The project file of a module name, absolute or with leading dots, as seen from a file. */
export function moduleFile(module: string, from: string, project: Pick<AliasProject, "files">): string | undefined {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const path = module.slice(dots).replaceAll(".", "/");
  if (!/^[\w/]+$/.test(path)) return undefined;
  if (dots > 0) {
    const folder = from.split("/").slice(0, -dots).join("/");
    const base = folder === "" ? path : `${folder}/${path}`;
    return [`${base}.py`, `${base}/__init__.py`].find((file) => project.files.has(file));
  }
  const found = [...project.files.endingIn(`${path}.py`), ...project.files.endingIn(`${path}/__init__.py`)];
  return found.sort(byNearness(from))[0];
}

/**
 * The settings file and those of its package that it imports from, nearest first: where its lists are written. What is
 * for development or tests comes last.
 */
export function familyOf(app: DjangoApp, context: Context): readonly string[] {
  const result = [app.file];
  const packages = folderOf(app.file).split("/");
  for (let index = 0; index < result.length && result.length < MAXIMUM_FAMILY; index += 1) {
    const file = result[index]!;
    for (const name of context.facts.modules.get(file)?.imports ?? []) {
      const other = moduleFile(name, file, context);
      const isLocal =
        name.startsWith(".") ||
        packages.includes(name.split(".")[0]!) ||
        other?.startsWith(folderOf(app.file)) === true;
      if (other !== undefined && isLocal && !result.includes(other)) result.push(other);
    }
  }
  const isAside = (file: string) => file !== app.file && isDevelopment(nameOf(file));
  return [...result.filter((file) => !isAside(file)), ...result.filter(isAside)];
}

const MAXIMUM_FAMILY = 40;

/** Where a dotted name stands in quotes in the settings, comments aside. */
export function quoted(name: string, app: DjangoApp, context: Context): Place | undefined {
  return quotedLike(name.replaceAll(".", "\\."), () => true, app, context);
}

/** A middleware that is made of Django's: by its class in the project, or by what packages call such ones. */
export function quotedSubclass(name: string, outside: RegExp, app: DjangoApp, context: Context): Place | undefined {
  const isMade = (path: string) => {
    const own = context.facts.classes.filter((each) => each.name === path.slice(path.lastIndexOf(".") + 1));
    return own.length === 0 ? outside.test(path) : own.some(({ bases }) => bases.includes(name));
  };
  return quotedLike("\\w+(?:\\.\\w+)*\\.\\w*Middleware", isMade, app, context);
}

function quotedLike(
  name: string,
  isMeant: (path: string) => boolean,
  app: DjangoApp,
  context: Context,
): Place | undefined {
  const pattern = new RegExp(`(["'])(${name})\\1`, "g");
  for (const file of familyOf(app, context)) {
    const text = context.text(file);
    for (const match of text.matchAll(pattern)) {
      const [all, , path = ""] = match;
      const isComment = text.slice(text.lastIndexOf("\n", match.index) + 1, match.index).includes("#");
      if (!isComment && isMeant(path)) return { file, span: { start: match.index, end: match.index + all.length } };
    }
  }
  return undefined;
}

/** What a setting holds when the module has run, or in the class that django-configurations picks. */
export function settingOf(app: DjangoApp, key: string, context: Context): Seen | undefined {
  const own = configurationClass(app, context);
  const held = own?.members.get(key) ?? own?.getters.get(key);
  if (own !== undefined) return held?.flatMap((each) => booleanValue(each, key, context));
  return context.facts.modules.get(app.file)?.variables.get(key);
}

/** django-configurations: the class that `DJANGO_CONFIGURATION` names. */
export function configurationClass(app: DjangoApp, context: Context) {
  const classes = context.facts.classes.filter(
    (each) => each.file === app.file && each.bases.some((base) => /^configurations\b.*Configuration$/.test(base)),
  );
  if (classes.length === 0) return undefined;
  const named =
    context.deployment.environment.DJANGO_CONFIGURATION ??
    context.candidates
      .filter((file) => /[aw]sgi[^/]*\.py$/.test(file))
      .map((file) => /DJANGO_CONFIGURATION["']\s*(?:\]\s*=|,)\s*["'](\w+)["']/.exec(context.text(file))?.[1])
      .find((name) => name !== undefined);
  return (
    classes.find(({ name }) => name === named) ??
    classes.find(({ name }) => /prod|live/i.test(name ?? "")) ??
    classes.at(-1)
  );
}

/** `values.BooleanValue(True)`: the default, unless the variable of the setting's name is set. */
function booleanValue(each: Seen[number], key: string, context: Context): Seen {
  const from = each.data.kind === "object" ? (each.data satisfies SeenObject).from : undefined;
  if (from === undefined || from.method !== "BooleanValue") return [each];
  const [first] = from.arguments;
  const name = `DJANGO_${key}`;
  const text = context.deployment.environment[name];
  const condition = { kind: "environment", key: `environment ${name}` } as const;
  if (typeof text === "string") {
    const value = /^(?:yes|y|true|1)$/i.test(text);
    const says = `${name} is ${JSON.stringify(text)}`;
    return [
      {
        ...each,
        data: { kind: "literal", value },
        when: [...each.when, { ...condition, arm: true, says, holds: true }],
      },
    ];
  }
  return (first?.value ?? [{ ...each, data: { kind: "literal", value: false } as const }]).map((one) => ({
    ...one,
    when: [...each.when, ...one.when],
  }));
}
