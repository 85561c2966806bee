import { type CallFact, type Context, once, type Place, type WriteFact } from "../../framework.ts";

/** A Rails application of the project: the folder that holds its `config`. */
export interface App {
  /** `""`, or a folder with a `/` at its end. */
  readonly root: string;
}

/** Folders whose Ruby code no deployment runs: tests, the applications inside them, and what generators copy. */
const NOT_DEPLOYED =
  /(?:^|\/)(?:spec|specs|test|features|cypress|dummy|templates|fixtures|benchmarks?)\/|(?:^|\/)tests\/(?:.*\/)?[^/]*_test\.rb$/;

/** An application that stands by itself among the tests of something else is one all the same. */
export function isDeployed(file: string, context: Context): boolean {
  const app = appOf(file, context);
  return !NOT_DEPLOYED.test(app === undefined ? file : file.slice(app.root.length));
}

/** It brings its own gems, or is of the time before there was a Gemfile; what tests an engine uses the engine's. */
function standsAlone(root: string, context: Context): boolean {
  const gems = ["Gemfile", "gems.rb"].some((name) => context.files.has(`${root}${name}`));
  return gems || !context.files.has(`${root}config/application.rb`);
}

/** The applications, the innermost folder first. */
export const apps = once((context): readonly App[] => {
  const roots = new Set<string>();
  for (const mark of ["config/application.rb", "config/environments/production.rb"]) {
    for (const file of context.files.endingIn(mark)) {
      const root = file.slice(0, -mark.length);
      if (!NOT_DEPLOYED.test(root) || standsAlone(root, context)) roots.add(root);
    }
  }
  return [...roots].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).map((root) => ({ root }));
});

export function appOf(file: string, context: Context): App | undefined {
  return apps(context).find(({ root }) => file.startsWith(root));
}

/** The environment that is deployed: `RAILS_ENV`. */
export function environmentOf(context: Context): string {
  const { RAILS_ENV, RACK_ENV } = context.deployment.environment;
  return RAILS_ENV ?? RACK_ENV ?? "production";
}

export function environmentFile(app: App, environment: string): string {
  return `${app.root}config/environments/${environment}.rb`;
}

const DEVELOPMENT = /^(?:development|test|ci|cucumber|local|shared|common)$/;

/** The file of an environment that is a developer's or a test's machine. */
export function isDevelopment(file: string): boolean {
  return DEVELOPMENT.test(/(?:^|\/)config\/environments\/(\w+)\.rb$/.exec(file)?.[1] ?? "");
}

/** Environments other than the deployed one that are no developer's and no test's machine. */
export function otherDeployments(app: App, context: Context): readonly string[] {
  const folder = `${app.root}config/environments/`;
  return context.candidates
    .filter((file) => file.startsWith(folder) && file.endsWith(".rb"))
    .map((file) => file.slice(folder.length, -3))
    .filter((name) => /^\w+$/.test(name) && !DEVELOPMENT.test(name))
    .filter((name) => name !== environmentOf(context) && name !== "production");
}

/** `require_relative "production"` in an environment's file: the files of both are read. */
function environmentsRead(app: App, environment: string, context: Context): ReadonlySet<string> {
  const names = new Set([environment]);
  for (const name of names) {
    const file = environmentFile(app, name);
    if (!context.files.has(file) || names.size > 8) continue;
    const text = context.text(file).slice(0, 50_000);
    for (const [, required = ""] of text.matchAll(
      /^[ \t]*(?:require|load)[^\n]{0,100}?(\w{1,50})(?:\.rb)?["')]{1,3}[ \t]*$/gm,
    ))
      if (context.files.has(environmentFile(app, required))) names.add(required);
  }
  return names;
}

/**
 * When a configuration file is read: application.rb, then the environment's file, then the initializers.
 * undefined for files that this environment does not read.
 */
function phase(file: string, app: App, environments: ReadonlySet<string>): number | undefined {
  const path = file.slice(app.root.length);
  const environment = /^config\/environments\/([^/]+)\.rb$/.exec(path)?.[1];
  if (environment !== undefined) return environments.has(environment) ? 1 : undefined;
  return path.startsWith("config/initializers/") ? 2 : 0;
}

/** The facts of an application that an environment runs, in the order in which Rails reads their files. */
export function inOrderOfReading<F extends CallFact | WriteFact>(
  facts: readonly F[],
  app: App,
  context: Context,
  environment = environmentOf(context),
): readonly F[] {
  const environments = environmentsRead(app, environment, context);
  return facts
    .filter(
      ({ place, language, notDeployed }) =>
        language === "ruby" &&
        notDeployed === undefined &&
        isDeployed(place.file, context) &&
        appOf(place.file, context) === app,
    )
    .flatMap((fact) => {
      const when = phase(fact.place.file, app, environments);
      return when === undefined ? [] : [{ fact, when }];
    })
    .sort((a, b) => a.when - b.when || compare(a.fact.place, b.fact.place))
    .map(({ fact }) => fact);
}

function compare(a: Place, b: Place): number {
  return a.file === b.file ? a.span.start - b.span.start : a.file < b.file ? -1 : 1;
}

/** Is it a setting of the application: `config.x`, `Rails.application.config.x`, `app.config.x`? */
export function isConfig(paths: readonly string[]): boolean {
  return paths.some((path) => /(?:^|\.)config(?:uration)?$/.test(path));
}

const LATE = new Set(["after_initialize", "to_prepare", "on_load"]);

/** Stands it in a block that Rails runs when the middleware is built already? */
export function isTooLate(place: Place, context: Context): boolean {
  return context.facts.calls.some(
    (call) =>
      LATE.has(call.method) &&
      call.place.file === place.file &&
      call.place.span.start < place.span.start &&
      place.span.end <= call.place.span.end,
  );
}

/** `Shop::Application` is `_shop_session`, as Rails names the session when nobody does. */
export function applicationName(app: App, context: Context): string | undefined {
  const file = `${app.root}config/application.rb`;
  if (!context.files.has(file)) return undefined;
  const text = context.text(file).slice(0, 20_000);
  const [, module, name] =
    /^[ \t]*module[ \t]+([A-Z]\w*)[\s\S]*?^[ \t]*class[ \t]+(\w+)[ \t]*<[ \t]*(?:::)?Rails::Application/m.exec(text) ??
    [];
  const constant =
    module === undefined
      ? /^[ \t]*class[ \t]+([A-Z][\w:]*)[ \t]*<[ \t]*(?:::)?Rails::Application/m.exec(text)?.[1]
      : `${module}::${name}`;
  if (constant === undefined) return undefined;
  return underscore(constant).replace(/_application$/, "");
}

export function underscore(constant: string): string {
  return constant
    .replaceAll("::", "_")
    .replace(/([A-Z]+)([A-Z][a-z])|([a-z\d])(?=[A-Z])/g, (_all, upper: string, next: string, lower: string) =>
      lower === undefined ? `${upper}_${next}` : `${lower}_`,
    )
    .toLowerCase();
}
