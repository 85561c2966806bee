import {
  type AliasProject,
  type CallFact,
  type Context,
  type CustomSource,
  custom,
  type Edit,
  type Evidence,
  findArgument,
  imports,
  type Layers,
  lastOf,
  once,
  PAST,
  type Place,
  type ProxyTrust,
  type Remark,
  type Seen,
  type SeenAlternative,
  type SeenArgument,
  type SeenCall,
  type SeenObject,
  type Symbol,
  type WriteFact,
} from "../framework.ts";
import { addEntry, insertAfterLine, insertBefore, quoteOf, replace } from "../write.ts";

type Fact = CallFact | WriteFact;

// ---- the project

interface Package {
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const packages = new WeakMap<object, Map<string, Package | undefined>>();

/** The nearest `package.json` above a file. */
export function packageOf(context: Pick<Context, "files">, file: string): Package | undefined {
  let known = packages.get(context.files);
  if (known === undefined) {
    known = new Map();
    packages.set(context.files, known);
  }
  const folder = parentOf(file);
  if (!known.has(folder)) known.set(folder, readPackage(context, folder));
  return known.get(folder);
}

function readPackage(context: Pick<Context, "files">, from: string): Package | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const file = folder === "" ? "package.json" : `${folder}/package.json`;
    if (context.files.has(file)) return { folder, dependencies: dependenciesIn(context.files.read(file)) };
    if (folder === "") return undefined;
  }
}

function dependenciesIn(text: string | undefined): Record<string, string> {
  const result: Record<string, string> = {};
  try {
    const read: unknown = JSON.parse(text?.replace(/^\uFEFF/, "") ?? "");
    for (const group of ["peerDependencies", "devDependencies", "dependencies"])
      Object.assign(result, (read as Record<string, unknown> | null)?.[group]);
  } catch {
    // A package.json that cannot be read names no dependency.
  }
  return result;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** The lowest major version of a dependency that the nearest `package.json` allows. */
export function majorOf(context: Context, file: string, name: string): number | undefined {
  const range = packageOf(context, file)?.dependencies[name];
  const digits = typeof range === "string" ? /^\s*(?:npm:[^@]*@)?[\^~>=v\s]*(\d+)/.exec(range)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** Are all versions that the nearest `package.json` allows below `major.minor`? `^1.11.0` allows 1.19, and installs it. */
export function isBelow(context: Context, file: string, name: string, major: number, minor: number): boolean {
  const range = packageOf(context, file)?.dependencies[name];
  const parts = typeof range === "string" ? /^\s*(?:npm:[^@]*@)?([\^~v=]*)\s*(\d+)(?:\.(\d+))?/.exec(range) : null;
  if (parts === null) return false;
  const [, operator = "", first, second] = parts;
  const highest = Number(first);
  const isOpen = second === undefined || (operator.startsWith("^") && highest > 0);
  return highest < major || (highest === major && !isOpen && Number(second) < minor);
}

/** Before `major.minor` of a package an explicit `undefined` is off, and no automatic flag comes. */
export function offWhereUndefined(position: number, name: string, major: number, minor: number): CustomSource {
  return custom((fact, context) => {
    if (fact.kind !== "call" || !isBelow(context, fact.place.file, name, major, minor)) return undefined;
    const seen = optionOf(fact, position, "secure");
    return seen === undefined ? undefined : { seen, attribute: "secure", reading: { absent: "insecure" } };
  });
}

/** Packages that put an Express response into the hands of the code. */
const expressPackages = [
  "express",
  "express-serve-static-core",
  "@types/express",
  "@nestjs/platform-express",
  "@feathersjs/express",
  "firebase-functions",
  "@google-cloud/functions-framework",
  "sails",
  "loopback",
  "keystone",
  "apostrophe",
];

/** Does the file, its package or a workspace around it use Express? */
export function showsExpress(context: Context, file: string): boolean {
  if (imports(context, file, ...expressPackages)) return true;
  const dependencies = packageOf(context, file)?.dependencies ?? {};
  if (expressPackages.some((name) => Object.hasOwn(dependencies, name))) return true;
  return expressProject(context);
}

/** A piece of code that imports nothing, as documentation shows it: what its names mean, only their use can tell. */
export function isSnippet(context: Context, file: string): boolean {
  return context.facts.modules.get(file)?.imports.length === 0;
}

/** A call of a name that a piece of code does not say the origin of, with options as a session's middleware has them. */
export function isShownSession(call: CallFact, context: Context, ...names: readonly string[]): boolean {
  if (!call.callee.some((path) => names.includes(path)) || !isSnippet(context, call.place.file)) return false;
  const options = onlyObject(findArgument(call, 0)?.value);
  return options?.literal !== undefined && ["secret", "cookie", "keys"].some((key) => options.properties.has(key));
}

const expressProject = once((context) =>
  [...context.facts.modules.keys()].some((file) => imports(context, file, "express")),
);

/** Frameworks whose responses also have a method `cookie` or `clearCookie`. */
const otherPackages = [
  "fastify",
  "hyper-express",
  "ultimate-express",
  "restify",
  "polka",
  "@tinyhttp/app",
  "koa",
  "hono",
];

const otherProject = once((context) =>
  [...context.facts.modules.keys()].some((file) => imports(context, file, ...otherPackages)),
);

/** A part of a project, such as a folder of controllers, that comes without what says on which framework it runs. */
function isPart(context: Context, file: string): boolean {
  return packageOf(context, file) === undefined && !otherProject(context);
}

// ---- configuration

const READ = [".js", ".cjs", ".mjs", ".ts", ".json"];
const UNREAD = [".json5", ".jsonc", ".hjson", ".toml", ".yaml", ".yml", ".cson", ".coffee", ".properties", ".xml"];

/**
 * The package `config`: its files in their order, of the nearest folder `config` around the code that asks.
 * https://github.com/node-config/node-config/wiki/Configuration-Files
 */
export function configLayers({
  files,
  deployment,
}: AliasProject): (module: string, from: string) => Layers | undefined {
  const known = new Map<string, Layers | undefined>();
  const mode = deployment.environment.NODE_CONFIG_ENV ?? deployment.environment.NODE_ENV ?? "development";
  const names = ["default", mode, "local", `local-${mode}`];
  const inFolder = (folder: string): Layers | undefined => {
    const present = (name: string, extensions: readonly string[]) =>
      extensions.map((extension) => `${folder}${name}${extension}`).filter((file) => files.has(file));
    const [unread] = [...names, "custom-environment-variables"].flatMap((name) => present(name, UNREAD));
    const [variables] = present("custom-environment-variables", [".json"]);
    const read = names.flatMap((name) => present(name, READ));
    if (read.length === 0 && unread === undefined) return undefined;
    return {
      files: read,
      ...(variables === undefined ? {} : { variables }),
      ...(unread === undefined ? {} : { unread }),
    };
  };
  const around = (from: string): Layers | undefined => {
    if (packageOf({ files }, from)?.dependencies.config === undefined) return undefined;
    for (let folder = parentOf(from); ; folder = parentOf(folder)) {
      const layers = inFolder(folder === "" ? "config/" : `${folder}/config/`);
      if (layers !== undefined || folder === "") return layers;
    }
  };
  return (module, from) => {
    if (module !== "config") return undefined;
    const folder = parentOf(from);
    if (!known.has(folder)) known.set(folder, around(from));
    return known.get(folder);
  };
}

// ---- receivers

const fluent =
  /(?:\.(?:status|set|header|append|type|contentType|cookie|clearCookie|vary|links|location|attachment|setHeader|writeHead)\(\))+$/;
const responseName =
  /^(?:_?res|_?response|resp|expressRes|expressResponse|httpRes|httpResponse|serverResponse|rawRes)$/i;
/** What NestJS hands guards, interceptors and filters: `context.switchToHttp().getResponse()`. */
const nestResponse = /\.getResponse\(\)$/;
const verbs = /\.(?:get|post|put|patch|delete|del|head|options|all|use|param|route|error|on|handle)(?:\(\))?$/;
const foreign = /^(?:fastify|@hapi\/|koa|hono|h3|elysia|polka|restify|next\/|@remix|@sveltejs|astro)/;

/** The owner of a call's last name: `res` in `res.status().cookie`. */
export function ownerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("."))).replace(fluent, "");
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** What the parameter at the root of a receiver's chain was handed to. */
function handedTo(receiver: Seen | undefined): readonly string[] {
  const result: string[] = [];
  for (const { data } of receiver ?? []) {
    let object = data;
    for (let hops = 0; hops < 12 && object.kind === "object"; hops += 1) {
      result.push(...object.passedTo);
      const next: Seen | undefined = object.from?.receiver;
      const inner = next?.find((each) => each.data.kind === "object")?.data;
      if (inner === undefined) break;
      object = inner;
    }
  }
  return result;
}

/** Is the receiver of a call, or the target of a write, an Express response? */
export function isExpressResponse(
  paths: readonly string[],
  receiver: Seen | undefined,
  file: string,
  context: Context,
): boolean {
  const owners = paths.map(ownerOf);
  if (owners.some((owner) => foreign.test(owner))) return false;
  if (owners.some((owner) => /^(?:@types\/)?express(?:-serve-static-core)?\.(?:default\.)?Response$/.test(owner)))
    return true;
  const handed = handedTo(receiver);
  if (handed.some((path) => /^express(?:\(\)|\.Router\(\)|\.application)/.test(path) && verbs.test(path))) return true;
  if (handed.some((path) => foreign.test(path))) return false;
  if (!showsExpress(context, file) && !isSnippet(context, file) && !isPart(context, file)) return false;
  if (handed.some((path) => /(?:app|router|server|routes?)\.\w+(?:\(\))?$/i.test(path) && verbs.test(path))) {
    const [name = ""] = owners.map(lastName);
    if (!/^(?:req|request|next|err|error)$/i.test(name)) return true;
  }
  return owners.some(
    (owner) =>
      responseName.test(lastName(owner)) || (nestResponse.test(owner) && imports(context, file, "@nestjs/common")),
  );
}

// ---- values

/** A member of an options object given as an argument, when that object is one. */
export function optionOf(call: SeenCall, position: number, ...path: readonly string[]): Seen | undefined {
  let seen = findArgument(call, position)?.value;
  for (const name of path) {
    const object = onlyObject(seen);
    seen = object?.properties.get(name);
  }
  return seen;
}

export function onlyObject(seen: Seen | undefined): SeenObject | undefined {
  const [only] = seen ?? [];
  return seen?.length === 1 && only?.data.kind === "object" ? only.data : undefined;
}

export function literalOf(seen: Seen | undefined): string | number | boolean | null | undefined {
  const [only] = seen ?? [];
  return seen?.length === 1 && only?.data.kind === "literal" ? only.data.value : undefined;
}

/** An option that is read, and that no fix should write: it is deprecated. */
export function deprecatedOption(position: number, name: string): CustomSource {
  return custom((fact) => {
    const seen = fact.kind === "call" ? optionOf(fact, position, name) : undefined;
    return seen === undefined ? undefined : { seen, attribute: name };
  });
}

/** Every way the value can be is a truthy literal. */
export function isTrue(seen: Seen | undefined): boolean {
  return seen !== undefined && seen.every(({ data }) => data.kind === "literal" && Boolean(data.value));
}

/**
 * Do the options make the cookie expire at once: `maxAge: 0`, `expires: new Date(0)`?
 * @param second what `maxAge` is for one second; less comes out as `Max-Age=0`
 */
export function expiresAtOnce(call: SeenCall, position: number, context: Context, second = 1): boolean {
  const age = literalOf(optionOf(call, position, "maxAge"));
  if (typeof age === "number") return age < second;
  return isPast(optionOf(call, position, "expires"), context);
}

/** Is the value a date that has passed? */
export function isPast(seen: Seen | undefined, context: Context): boolean {
  const object = onlyObject(seen);
  const date = object?.from;
  if (date === undefined || !date.new || !date.callee.includes("Date")) return false;
  // What a `Date` was set to later, the evaluator keeps there.
  const set = object?.properties.get(PAST);
  if (set !== undefined) return literalOf(set) === true;
  const [first] = date.arguments;
  if (first === undefined) return true;
  const literal = literalOf(first.value);
  if (typeof literal === "number") return literal <= Date.now();
  if (typeof literal === "string") return Date.parse(literal) <= Date.now();
  const { file, span } = first.valuePlace;
  return /^Date\.now\(\)\s*(?:-[^+]*)?$/.test(context.text(file).slice(span.start, span.end));
}

// ---- raw headers

/** A call for one header: its name and one cookie's text. */
function oneHeader(fact: CallFact, value: Seen, at: Place | undefined): CallFact {
  const { span } = fact.place;
  const inside =
    at !== undefined && at.file === fact.place.file && at.span.start >= span.start && at.span.end <= span.end;
  const place = inside ? at : fact.place;
  const name: SeenArgument = {
    value: [{ data: { kind: "literal", value: "Set-Cookie" }, when: [], because: [] }],
    name: undefined,
    spread: undefined,
    place: fact.place,
    valuePlace: fact.place,
  };
  const valuePlace = at ?? fact.place;
  return { ...fact, place, arguments: [name, { ...name, value, place: valuePlace, valuePlace }] };
}

function isSetCookie(name: unknown): boolean {
  return typeof name === "string" && name.toLowerCase() === "set-cookie";
}

/** What gives a header's text elsewhere: it is judged there, or it is what other calls have set already. */
const judgedElsewhere =
  /^(?:cookie\.(?:serialize|stringifySetCookie)|.*\.getHeader|.*\.getSetCookie|.*\.get)(?:\(\))?$/;

function headerFacts(fact: CallFact, value: Seen, place: Place): readonly CallFact[] {
  const result: CallFact[] = [];
  for (const each of value) {
    if (each.data.kind === "object" && each.data.items !== undefined) {
      for (const item of each.data.items) {
        // Where a variable is set, its name stands, and not what the header says.
        const own = item[0]?.because.find(({ says }) => !says.endsWith("is set here"));
        const at = own?.from === "file" ? { file: own.file, span: own.span } : undefined;
        result.push(...headerFacts(fact, item, at ?? place));
      }
    }
  }
  const plain = value.filter(({ data }) => {
    if (data.kind === "literal") return typeof data.value === "string";
    if (data.kind !== "object") return data.kind !== "function" && data.kind !== "class";
    if (data.items !== undefined) return false;
    return !(data.from?.callee ?? []).some((path) => judgedElsewhere.test(path));
  });
  return plain.length === 0 ? result : [...result, oneHeader(fact, plain, place)];
}

/**
 * The cookies that a call sets by raw headers, one fact for each: `(name, value)`, `({ name: value })`,
 * `(status, { name: value })`, `(status, [name, value, …])`, and a `Headers` object.
 */
export function rawHeaders(fact: Fact): readonly CallFact[] {
  if (fact.kind !== "call") return [];
  const [first, second] = fact.arguments;
  if (first !== undefined && isSetCookie(literalOf(first.value)))
    return second === undefined || second.spread !== undefined
      ? []
      : headerFacts(fact, second.value, second.valuePlace);
  return fact.arguments.flatMap((argument) => {
    const object = onlyObject(argument.value);
    if (object === undefined) return [];
    if (object.items !== undefined) return flatHeaders(fact, object.items, argument.valuePlace);
    if (object.from?.new === true && object.from.callee.some((name) => name === "Headers" || name === "Map"))
      return headersObject(fact, object, object.from);
    return [...object.properties]
      .filter(([name]) => isSetCookie(name))
      .flatMap(([, value]) => headerFacts(fact, value, placeOf(value) ?? argument.valuePlace));
  });
}

function flatHeaders(fact: CallFact, items: readonly Seen[], place: Place): readonly CallFact[] {
  return items.flatMap((item, index) => {
    const pair = onlyObject(item)?.items;
    if (pair !== undefined) return flatHeaders(fact, pair, place);
    const value = items[index + 1];
    return index % 2 === 0 && value !== undefined && isSetCookie(literalOf(item))
      ? headerFacts(fact, value, placeOf(value) ?? place)
      : [];
  });
}

/** What `new Headers(…)` and `new Map(…)` were made with, and what was put into them later. */
function headersObject(fact: CallFact, object: SeenObject, made: SeenCall): readonly CallFact[] {
  const calls = object.calls.filter(
    ({ method, arguments: args }) =>
      (method === "append" || method === "set") && isSetCookie(literalOf(args[0]?.value)),
  );
  const later = calls.flatMap((call) => {
    const value = call.arguments[1];
    return value === undefined ? [] : headerFacts({ ...fact, place: call.place }, value.value, value.valuePlace);
  });
  return [...rawHeaders({ ...fact, place: made.place, arguments: made.arguments.slice(0, 1) }), ...later];
}

/** Where the expression behind a value stands. */
function placeOf(value: Seen): Place | undefined {
  const literal = value[0]?.because.find((evidence) => evidence.from === "file" && evidence.says.startsWith("it is `"));
  return literal?.from === "file" ? { file: literal.file, span: literal.span } : undefined;
}

// ---- what is done to every cookie

/** `on-headers`: a listener that rewrites every `Set-Cookie` before it is sent. */
const rewriters = once((context): readonly Place[] =>
  context.facts.calls
    .filter((call) => call.callee.includes("on-headers") && call.notDeployed === undefined)
    .flatMap((call) =>
      call.arguments.flatMap(({ value }) =>
        value.flatMap(({ data }) => (data.kind === "function" ? [data.place] : [])),
      ),
    )
    .filter((place) => /set-cookie/i.test(textAt(context, place))),
);

/** The one of them that adds Secure. */
const securer = once((context) => rewriters(context).find((each) => /;\s*secure\b/i.test(textAt(context, each))));

export function textAt(context: Context, { file, span }: Place): string {
  return context.text(file).slice(span.start, span.end);
}

function holds(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.span.start <= inner.span.start && inner.span.end <= outer.span.end;
}

/** Is the code inside a listener that rewrites cookies which other code has set? */
export function isRewriter(context: Context, place: Place): boolean {
  return rewriters(context).some((rewriter) => holds(rewriter, place));
}

/** Every cookie is given Secure by a listener of `on-headers`, raw headers too. */
export const rewritten: CustomSource = custom((_fact, context) => {
  const place = securer(context);
  return place === undefined ? undefined : forced(place, true, "an `on-headers` listener adds Secure to every cookie");
});

/** A value that stands at a place, for a reason of its own. */
export function forced(place: Place, value: boolean, says: string): ReturnType<CustomSource["read"]> {
  return {
    seen: [{ data: { kind: "literal", value }, when: [], because: [{ from: "file", ...place, says }] }],
    attribute: "secure",
    says,
  };
}

const secureWrites = once((context) =>
  context.facts.writes.filter(({ key, notDeployed }) => key === "secure" && notDeployed === undefined),
);

/**
 * Handlers that write Secure of a cookie on the request, such as `req.session.cookie.secure = false`: what was
 * configured holds only where they have not run.
 */
export function changedByHandlers(owner: RegExp, written: string): CustomSource {
  return custom((fact, context) => {
    const writes = secureWrites(context).filter(({ paths }) => paths.some((path) => owner.test(path)));
    const [write] = writes;
    if (write === undefined) return undefined;
    const says = `${written} = ${textAt(context, write.valuePlace)}`;
    const always = writes.length === 1 && runsForEveryRequest(write, fact, context);
    const value = literalOf(write.value);
    if (always && typeof value === "boolean" && write.conditions.length === 0)
      return forced(write.place, value, `a middleware sets \`${says}\` for every request`);
    const branch = {
      kind: "branch",
      key: `handler ${write.place.file}:${write.place.span.start}`,
      arm: true,
      says,
      holds: undefined,
    } as const;
    const set: Evidence = { from: "file", ...write.place, says: `a handler sets \`${says}\`` };
    return {
      seen: lastOf([
        {
          value: write.value.map((each) => ({ ...each, because: [...each.because, set] })),
          conditions: always ? write.conditions : [branch],
        },
      ]),
      attribute: written,
    };
  });
}

/** Does a write stand in a middleware that the application uses right after the sink's, on every path? */
function runsForEveryRequest(write: WriteFact, sink: Fact, context: Context): boolean {
  const { file, span } = sink.place;
  if (write.place.file !== file) return false;
  const text = context.text(file);
  return context.facts.calls.some((call) => {
    const first = call.method === "use" && call.place.file === file ? call.arguments[0] : undefined;
    const handler =
      first?.value.length === 1 && first.value[0]?.data.kind === "function" ? first.valuePlace : undefined;
    if (handler === undefined || !holds(handler, write.place)) return false;
    const before = text.slice(handler.span.start, write.place.span.start);
    const isPlain = before.match(/=>|\bfunction\b/g)?.length === 1 && !/\breturn\b/.test(before);
    return isPlain && /^[\s;)]*$/.test(text.slice(span.end, call.place.span.start));
  });
}

// ---- trust in a proxy

const trustDocs = "https://expressjs.com/en/guide/behind-proxies.html";

export interface Trust extends ProxyTrust {
  /** The text `'1'` or the like that Express reads as an address: replaced by a number it does what was meant. */
  readonly mistaken?: Place;
}

/** The applications that a file makes, `const app = express()`, and those that they are mounted on, whose settings they inherit. */
function appsOf(context: Context, file: string): ReadonlySet<number> {
  const variables = context.facts.modules.get(file)?.variables.values() ?? [];
  const apps = new Set([...variables].flatMap(appsIn));
  if (apps.size === 0) return apps;
  for (let hops = 0, size = 0; hops < 5 && apps.size > size; hops += 1) {
    size = apps.size;
    for (const mount of mountsOf(context)) {
      if (mount.arguments.some(({ value }) => appsIn(value).some((id) => apps.has(id))))
        for (const id of appsIn(mount.receiver ?? [])) apps.add(id);
    }
  }
  return apps;
}

const mountsOf = once((context) =>
  context.facts.calls.filter(
    ({ method, arguments: args }) => method === "use" && args.some(({ value }) => appsIn(value).length > 0),
  ),
);

function appsIn(seen: Seen): readonly number[] {
  return seen.flatMap(({ data }) => (data.kind === "object" && data.paths.includes("express()") ? [data.id] : []));
}

const inTests = /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/|[._-](?:test|spec)\.\w+$/i;

/** Is a call of `set` one for the application that the file belongs to? */
function concerns(call: CallFact, file: string, apps: ReadonlySet<number>, context: Context): boolean {
  if (call.place.file === file || call.calledFrom.some((place) => place.file === file)) return true;
  if (apps.size > 0) return appsIn(call.receiver ?? []).some((id) => apps.has(id));
  if (inTests.test(call.place.file) && !inTests.test(file)) return false;
  return packageOf(context, call.place.file)?.folder === packageOf(context, file)?.folder;
}

const trustCalls = once((context) =>
  context.facts.calls.filter(
    (call) =>
      ["set", "enable", "disable"].includes(call.method) &&
      literalOf(call.arguments[0]?.value) === "trust proxy" &&
      call.notDeployed === undefined,
  ),
);

/** What the application says of the proxy in front of it: `app.set("trust proxy", …)`. */
export function trustOf(context: Context, file: string): Trust {
  const apps = appsOf(context, file);
  const calls = trustCalls(context).filter((call) => concerns(call, file, apps, context));
  const all = calls.map((call) => readTrust(call));
  return (
    all.find(({ trusted }) => trusted === true) ??
    all.find(({ trusted }) => trusted === undefined) ??
    all[0] ?? {
      trusted: false,
      because: {
        from: "docs",
        url: trustDocs,
        says: "`trust proxy` is not set, so behind a proxy that ends TLS Express sees plain http",
      },
    }
  );
}

function readTrust(call: CallFact): Trust {
  const told = (trusted: boolean | undefined, says: string, mistaken?: Place): Trust => ({
    trusted,
    because: { from: "file", ...call.place, says },
    ...(mistaken === undefined ? {} : { mistaken }),
  });
  const unsettled = call.conditions.find(({ kind, holds: so }) => so !== true && kind !== "branch");
  if (unsettled !== undefined) return told(unsettled.holds, `\`trust proxy\` is set only when ${unsettled.says}`);
  if (call.method === "enable") return told(true, "`trust proxy` is enabled");
  if (call.method === "disable") return told(false, "`trust proxy` is disabled");
  const argument = call.arguments[1];
  const possible = inDeployment(argument?.value ?? []);
  const [only] = possible;
  const variable = argument?.value.find(({ data }) => data.kind === "environment");
  const isSettled = possible.length === 1 && only?.data.kind === "literal" && only.data.value !== undefined;
  if (argument !== undefined && variable !== undefined && !isSettled)
    return trustValue(variable.data, argument.valuePlace, told);
  if (argument === undefined || only === undefined || possible.length > 1)
    return told(undefined, "what `trust proxy` is set to is not known");
  return trustValue(only.data, argument.valuePlace, told);
}

/** The alternatives that the deployment does not rule out. */
export function inDeployment(seen: Seen): Seen {
  return seen.filter(({ when }) => when.every((condition) => condition.holds !== false));
}

function trustValue(
  data: SeenAlternative["data"],
  place: Place,
  told: (trusted: boolean | undefined, says: string, mistaken?: Place) => Trust,
): Trust {
  if (data.kind === "function") return told(true, "`trust proxy` is a function that decides");
  if (data.kind === "object" && data.items !== undefined)
    return told(true, "`trust proxy` names the proxies' addresses");
  if (data.kind === "environment")
    return told(
      undefined,
      `\`trust proxy\` is whatever ${data.name} holds, as a text: \`1\` would be read as an address, so wrap it into \`Number()\``,
    );
  if (data.kind !== "literal") return told(undefined, "what `trust proxy` is set to is not known");
  const { value } = data;
  if (typeof value === "string" && /^\s*\d+\s*$/.test(value))
    return told(
      false,
      `\`trust proxy\` is the text \`${JSON.stringify(value)}\`, which Express reads as an address and not as a number of proxies`,
      place,
    );
  if (value === "true" || value === "false")
    return told(false, `\`trust proxy\` is the text \`"${value}"\`, at which Express throws`, place);
  if (typeof value === "string" && value.trim() !== "")
    return told(true, `\`trust proxy\` is \`${JSON.stringify(value)}\``);
  const on = value === true || (typeof value === "number" && value > 0);
  return told(on, `\`trust proxy\` is \`${String(value)}\``);
}

/** The framework's answer on `X-Forwarded-Proto`, for cookies that follow the request's scheme. */
export function expressTrust(context: Context, sink: Fact): ProxyTrust {
  return trustOf(context, sink.place.file);
}

/** Edits that make Express believe the one proxy in front of it; none when it does already or nothing is known. */
export function trustEdits(context: Context, sink: Fact): readonly Edit[] {
  if (context.deployment.tls !== "proxy") return [];
  const trust = trustOf(context, sink.place.file);
  if (trust.trusted !== false) return [];
  if (trust.mistaken !== undefined) return mendedTrust(context, trust.mistaken);
  if (trust.because.from === "file") return [];
  return addedTrust(context, sink) ?? [];
}

function mendedTrust(context: Context, place: Place): readonly Edit[] {
  const written = textAt(context, place);
  if (!/^["'].*["']$/.test(written)) return [];
  const inner = written.slice(1, -1).trim();
  return [replace(context.text(place.file), place, inner)];
}

function addedTrust(context: Context, sink: Fact): readonly Edit[] | undefined {
  const { file } = sink.place;
  const text = context.text(file);
  const quote = quoteOf(text);
  const statement = (app: string, end: string) => `${app}.set(${quote}trust proxy${quote}, 1)${end}`;
  const module = context.facts.modules.get(file);
  for (const [name, seen] of module?.variables ?? []) {
    const bound = module?.bound.get(name);
    if (bound === undefined || !seen.some(({ data }) => data.kind === "object" && data.paths.includes("express()")))
      continue;
    const end = /;\s*$/.test(text.slice(bound.span.start, bound.span.end + 1)) ? ";" : "";
    return [insertAfterLine(text, file, bound.span.end, statement(name, end))];
  }
  const use = context.facts.calls.find((call) => call.method === "use" && holds(call.place, sink.place));
  const app = use === undefined ? undefined : /^[\w$.]+(?=\.use\b)/.exec(textAt(context, use.place))?.[0];
  if (use === undefined || app === undefined || /router/i.test(app)) return undefined;
  const end = text[use.place.span.end] === ";" ? ";" : "";
  const edit = insertBefore(text, file, use.place.span.start, statement(app, end));
  return edit === undefined ? undefined : [edit];
}

/** `proxy: true` for the sessions of Connect 2, which send no Secure cookie behind a proxy without it. */
export function proxyOption(fact: Fact, context: Context): { edits: readonly Edit[]; note?: string } {
  if (fact.kind !== "call" || context.deployment.tls !== "proxy" || isTrue(optionOf(fact, 0, "proxy")))
    return { edits: [] };
  const options = onlyObject(findArgument(fact, 0)?.value);
  const { file } = options?.literal?.place ?? fact.place;
  const edits =
    options === undefined || options.properties.has("proxy")
      ? undefined
      : addEntry(context.text(file), options, "proxy: true");
  return edits === undefined
    ? { edits: [], note: "Behind a proxy that ends TLS, also pass `proxy: true`." }
    : { edits, note: "`proxy: true` believes what one proxy in front says of the client; there must be one." };
}

/** What to tell of Secure on a session whose middleware sends no cookie over what it takes for plain http. */
export function withheldWithoutTrust(
  context: Context,
  trust: ProxyTrust,
  at: Evidence,
  says: string,
): readonly Remark[] {
  return context.deployment.tls === "proxy" && trust.trusted === false ? [{ kind: "withheld", says, at }] : [];
}

/** `req.secure` and the like: what Express and its kin say of the request's scheme. */
export const schemeSymbols: readonly Symbol[] = [
  ...["req.secure", "request.secure", "express.Request.secure", "*.req.secure", "*.request.secure"].map(
    (path): Symbol => ({
      path,
      is: "request-scheme",
      says: `\`${path.replace("*.", "").replace("express.Request", "req")}\` is true when the request arrives as https`,
    }),
  ),
  ...["connection", "socket"].map(
    (name): Symbol => ({
      path: `*.${name}.encrypted`,
      is: "connection-scheme",
      says: `\`${name}.encrypted\` is true where TLS ends in the process itself, and not behind a proxy that ends it`,
    }),
  ),
  // https://vite.dev/guide/env-and-mode
  { path: "import.meta.env.PROD", is: "environment-equals", variable: "NODE_ENV", equals: "production" },
  { path: "import.meta.env.DEV", is: "environment-equals", variable: "NODE_ENV", equals: "production", not: true },
  ...["express().get", "app.get", "server.get", "req.app.get", "request.app.get"].map(
    (path): Symbol => ({ path, is: "environment-value", variable: "NODE_ENV", argument: "env" }),
  ),
  ...["req.protocol", "request.protocol", "express.Request.protocol", "*.req.protocol"].map(
    (path): Symbol => ({
      path,
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "`req.protocol` is the scheme by which the request arrives",
    }),
  ),
];

/** The same words for every extension of JavaScript and TypeScript. */
export function javascriptWords(...words: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"].map((extension) => [extension, words]),
  );
}

/** `secure` at the top level of options that are read from `cookie: { }`. */
export function misplacedSecure(fact: CallFact | WriteFact, says: string): readonly Remark[] {
  const at = fact.kind === "call" ? optionOf(fact, 0, "secure")?.[0]?.because[0] : undefined;
  return at === undefined ? [] : [{ kind: "ineffective", says, at }];
}
