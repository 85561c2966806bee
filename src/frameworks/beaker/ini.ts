import {
  type CallFact,
  type Context,
  type Cookie,
  type Edit,
  type Fix,
  fallback,
  findArgument,
  named,
  type OwnSource,
  type PasteApp,
  type PasteSetting,
  type Place,
  type Remark,
  type Seen,
  type SettingNode,
  setting,
} from "../../framework.ts";
import { insertAfterLine, replace, uncomment } from "../../write.ts";
import { appsOf, isDevelopment, isWithin, nameOf, notDeployed, projectOf } from "../paste.ts";

export const docs = "https://beaker.readthedocs.io/en/latest/configuration.html#session-options";
export const off = "`secure` is not given, and Beaker's default is off";

/** Beaker reads settings whose names begin so. */
const PREFIXED = /^(?:beaker\.)?session\./;

const MIDDLEWARE = "beaker.middleware.SessionMiddleware";

/** What code hands the settings of an INI file to. */
const CONNECTORS = [MIDDLEWARE, "pyramid_beaker.session_factory_from_settings"];

/** How an application uses Beaker. */
interface Use {
  readonly app: PasteApp;
  /** Pyramid hands over the settings of the section alone; Pylons adds `[DEFAULT]` and `set`. */
  readonly settings: readonly PasteSetting[];
  /** The `secure=` by which the code overrides them. */
  readonly secure: Seen | undefined;
}

/** What the code of one project hands over, and how. */
interface Connections {
  readonly any: boolean;
  /** By pyramid_beaker. */
  readonly pyramid: boolean;
  /** The first `secure=` of a `SessionMiddleware`. */
  readonly secure: Seen | undefined;
}

const known = new WeakMap<object, readonly Use[]>();

/** Beaker's settings in the INI files of a project. */
function usesOf(context: Context): readonly Use[] {
  const before = known.get(context.facts);
  if (before !== undefined) return before;
  const calls = context.facts.calls.filter((call) => named(call.callee, ...CONNECTORS) || isInclusion(call));
  const byFolder = new Map<string, Connections>();
  const uses = appsOf(context.facts.settings).flatMap((app) => {
    const folder = projectOf(app.file);
    const connections = byFolder.get(folder) ?? connectionsOf(folder, calls);
    byFolder.set(folder, connections);
    return useOf(app, connections) ?? [];
  });
  known.set(context.facts, uses);
  return uses;
}

function connectionsOf(folder: string, all: readonly CallFact[]): Connections {
  const calls = all.filter((call) => isWithin(folder, call.place.file));
  const secure = calls
    .filter((call) => named(call.callee, MIDDLEWARE))
    .map((call) => findArgument(call, undefined, "secure"))
    .find((argument) => argument !== undefined);
  return {
    any: calls.length > 0,
    pyramid: calls.some((call) => !named(call.callee, MIDDLEWARE)),
    secure: secure?.value,
  };
}

function useOf(app: PasteApp, connections: Connections): Use | undefined {
  const included = /(^|\s)pyramid_beaker(\s|$)/.test(app.local.get("pyramid.includes")?.value ?? "");
  const pyramid = included || connections.pyramid;
  const all = pyramid ? app.local : new Map([...app.global, ...app.local]);
  const connected = included || connections.any || isFilter(app);
  const settings = [...all.values()].filter(
    ({ name }) => PREFIXED.test(name) && (connected || name.startsWith("beaker.")),
  );
  if (app.kind === "filter" ? !isFilter(app) : settings.length === 0 && !included) return undefined;
  return { app, settings, secure: connections.secure };
}

function isInclusion(call: CallFact): boolean {
  const first = findArgument(call, 0)?.value;
  return (
    call.method === "include" &&
    first?.length === 1 &&
    first[0]?.data.kind === "literal" &&
    first[0].data.value === "pyramid_beaker"
  );
}

/** `[filter:…]` with `use = egg:Beaker#beaker_session`. */
function isFilter({ kind, section }: PasteApp): boolean {
  return (
    kind === "filter" &&
    section.children.some(({ name, value }) => name === "use" && /^egg:beaker/i.test(String(value)))
  );
}

const folders = new WeakMap<object, readonly string[]>();

/** The folders of the projects whose deployment files configure Beaker. */
function foldersOf(context: Context): readonly string[] {
  const before = folders.get(context.facts);
  if (before !== undefined) return before;
  const made = new Set(usesOf(context).flatMap(({ app }) => (isDevelopment(app.file) ? [] : [projectOf(app.file)])));
  folders.set(context.facts, [...made]);
  return [...made];
}

/** Are the settings that code in a file hands to Beaker those of an INI file that has a cookie of its own? */
export function isInIni(file: string, context: Context): boolean {
  return foldersOf(context).some((folder) => isWithin(folder, file));
}

/** The sessions that INI files configure, one for each application. */
export function iniCookies(context: Context): readonly Cookie[] {
  const uses = usesOf(context);
  const files = new Set(uses.map(({ app }) => app.file));
  const filtered = new Set(uses.flatMap(({ app }) => (app.kind === "filter" ? [app.file] : [])));
  const own = uses.filter((use) => !isInherited(use, files) && !(filtered.has(use.app.file) && seesOnlyGlobals(use)));
  const bases = new Set(own.flatMap(({ app }) => (isDevelopment(app.file) ? [] : app.uses)));
  return own
    .filter(({ app }) => !bases.has(app.file) || /prod|deploy/i.test(nameOf(app.file)))
    .map((use) => cookieOf(use, context));
}

/** Where a filter makes the session, an application that only sees its global settings makes none. */
function seesOnlyGlobals({ app, settings }: Use): boolean {
  return app.kind === "app" && settings.every(({ name }) => !app.local.has(name));
}

/** A file whose every setting is another file's says nothing of its own. */
function isInherited({ app, settings }: Use, files: ReadonlySet<string>): boolean {
  const [first] = settings;
  if (first === undefined || first.file === app.file) return false;
  return files.has(first.file) && settings.every(({ file }) => file === first.file);
}

function cookieOf(use: Use, context: Context): Cookie {
  const { app, settings } = use;
  const here = settings.filter(({ file }) => file === app.file);
  const anchor = here.find(({ name }) => name.endsWith("session.key")) ?? here[0];
  const sink: Place = { file: app.file, span: anchor?.node.span ?? app.section.nameSpan };
  const name = settings.findLast((each) => each.name.endsWith("session.key"));
  const secure = settings.findLast((each) => /^(?:beaker\.)?session\.secure$/.test(each.name));
  const sources: OwnSource[] = [];
  if (app.error !== undefined)
    sources.push(unknown(app.error.says, { file: app.error.file, span: app.error.node.span }));
  if (use.secure !== undefined) sources.push(setting(use.secure, "secure"));
  const plain = isFilter(app) ? app.local.get("secure") : undefined;
  if (plain !== undefined) sources.push(setting(literal(plain.value ?? "", plain), "secure"));
  if (secure !== undefined) sources.push(read(secure));
  sources.push(
    fallback(false, docs, secure === undefined ? `\`${keyOf(anchor)}\` is not set, and Beaker's default is off` : off),
  );
  return context.judge({
    framework: "beaker",
    name: name === undefined ? "beaker.session.id" : name.value,
    sink,
    language: "python",
    secure: sources,
    ...notDeployed(app.file),
    remarks: remarks(use),
    fixes: () => fixes(use, anchor, secure, context),
  });
}

/** `beaker.session.secure`, with the prefix that the file uses. */
function keyOf(anchor: PasteSetting | undefined): string {
  return anchor?.name.replace(/session\..*$/, "session.secure") ?? "session.secure";
}

const TRUE = /^(?:true|yes|on|y|t|1)$/i;
const FALSE = /^(?:false|no|off|n|f|0)$/i;

/** Beaker reads the text as a boolean, and stops the application where it is none. */
function read(given: PasteSetting): OwnSource {
  const at: Place = { file: given.file, span: given.node.valueSpan ?? given.node.span };
  const value = given.value?.trim();
  if (value === undefined) return unknown(given.because ?? "it is not known", at, given.name);
  if (TRUE.test(value) || FALSE.test(value)) return setting(literal(TRUE.test(value), given), given.name);
  const shown = value === "" ? "an empty value" : `\`${value.slice(0, 60)}\``;
  return unknown(`${shown} is no boolean, and Beaker stops when it starts`, at, given.name);
}

function literal(value: boolean | string, { file, node, name, section }: PasteSetting): Seen {
  const says = `\`${name} = ${String(node.value ?? "").slice(0, 60)}\` in [${section}]`;
  const at = { from: "file", file, span: node.valueSpan ?? node.span, says } as const;
  return [{ data: { kind: "literal", value }, when: [], because: [at] }];
}

function unknown(because: string, at: Place, name = "secure"): OwnSource {
  const evidence = { from: "file", ...at, says: because } as const;
  return setting([{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: [evidence] }], name);
}

/** Lines that look as if they set Secure, and do not. */
function remarks({ app, settings }: Use): readonly Remark[] {
  const result: Remark[] = [];
  const tell = (node: SettingNode, says: string) => {
    result.push({ kind: "ineffective", says, at: { from: "file", file: app.file, span: node.span, says } });
  };
  const counted = new Set(settings.map(({ node }) => node));
  for (const section of app.sections) {
    for (const node of section.children) {
      if (counted.has(node)) {
        if (node.name.endsWith("session.cookie_secure")) tell(node, `\`${node.name}\` is no setting of Beaker`);
        continue;
      }
      if (!/^(?:set +)?(?:beaker\.)?session\.(?:cookie_)?secure$/i.test(node.name)) continue;
      const shown = `\`${node.name}\` in [${section.name}]`;
      if (app.skipped.some((each) => each.node === node))
        tell(node, `${shown} has no effect: [DEFAULT] has the key, and only \`set ${node.name}\` would count`);
      else if (section === app.section && !PREFIXED.test(node.name) && PREFIXED.test(node.name.toLowerCase()))
        tell(node, `${shown} has no effect: names keep their case, and Beaker's are in lower case`);
      else if (section.name.startsWith("server:"))
        tell(node, `${shown} has no effect: it is not the application's section`);
      else if (section.name === "DEFAULT")
        tell(node, `${shown} has no effect: it does not reach the settings that Beaker gets`);
    }
  }
  return result;
}

/** Pairs of words that mean no and yes. */
const TURNED = new Map(
  "false true,False True,FALSE TRUE,no yes,No Yes,NO YES,off on,Off On,OFF ON,n y,N Y,f t,F T,0 1"
    .split(",")
    .map((pair) => pair.split(" ") as [string, string]),
);

function fixes(
  { app }: Use,
  anchor: PasteSetting | undefined,
  secure: PasteSetting | undefined,
  context: Context,
): readonly Fix[] {
  const edit = editOf(app, anchor, secure, context);
  if (edit === undefined) return [];
  const title = "Set Secure in the INI file";
  if (notDeployed(app.file).notDeployed === undefined) return [{ title, safety: "safe", edits: [edit] }];
  const note = `${nameOf(app.file)} is for development over http: there, browsers keep a Secure cookie on localhost only.`;
  return [{ title, safety: "needs a decision", note, edits: [edit] }];
}

/** PasteDeploy skips a plain key that `[DEFAULT]` has too; the other prefix is read as well. */
function readableKey(app: PasteApp, key: string): string {
  if (!app.global.has(key)) return key;
  return key.startsWith("beaker.") ? key.slice("beaker.".length) : `beaker.${key}`;
}

function editOf(
  app: PasteApp,
  anchor: PasteSetting | undefined,
  secure: PasteSetting | undefined,
  context: Context,
): Edit | undefined {
  if (secure !== undefined) {
    const turned = TURNED.get(String(secure.node.value ?? "").trim());
    const at = { file: secure.file, span: secure.node.valueSpan ?? secure.node.span };
    return turned === undefined ? undefined : replace(context.text(secure.file), at, turned);
  }
  const text = context.text(app.file);
  const { end } = app.section.nameSpan;
  if (anchor === undefined) return insertAfterLine(text, app.file, end, "session.secure = true");
  const { node } = anchor;
  const delimiter = text.slice(node.nameSpan.end, node.valueSpan?.start ?? node.nameSpan.end);
  const key = readableKey(app, node.name.replace(/session\..*$/, "session.secure"));
  const line = `${key}${/^[ \t]*[=:][ \t]*$/.test(delimiter) ? delimiter : " = "}true`;
  const commented = uncomment(text, { file: app.file, span: sectionAround(text, node.span) }, key, line);
  if (commented !== undefined) return commented;
  // Behind the last line of the value, with the indentation of the key.
  const inserted = insertAfterLine(text, app.file, node.span.end, "");
  const indent = /[ \t]*$/.exec(text.slice(0, node.span.start))?.[0] ?? "";
  return { ...inserted, replacement: `${text.includes("\r\n") ? "\r\n" : "\n"}${indent}${line}` };
}

/** From the header above to the next one. */
function sectionAround(text: string, { start, end }: Place["span"]): Place["span"] {
  const next = text.slice(end).search(/^\[/m);
  return { start: Math.max(0, text.lastIndexOf("\n[", start)), end: next === -1 ? text.length : end + next };
}
