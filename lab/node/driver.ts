import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import Module, { createRequire, syncBuiltinESMExports } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Answer, Ask, Told, Way } from "../protocol.ts";

/*
 * Runs the cases of Node's pages: reads one `Ask` per line, loads the case, finds what it serves (applications of
 * Express, listeners of `createServer`, exported functions that take a response, exported header texts), asks it three
 * ways and writes one `Told` per line. What a page leaves out is filled in: names that nothing defines, modules that
 * are not installed, an end for responses that a handler leaves open.
 */

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;
// biome-ignore lint/complexity/noBannedTypes: what a case exports is called by the names of its parameters only
type Callable = Function & Record<string, unknown>;
type Members = Record<string, unknown>;

interface Unit {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly handler: Handler;
}

const [shelf = "", tls = ""] = process.argv.slice(2);
const shelfRequire = createRequire(join(shelf, "package.json"));
const write = process.stdout.write.bind(process.stdout);
for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const) console[method] = () => {};

const { transpileModule, ModuleKind, ScriptTarget } = createRequire(import.meta.url)(
  "typescript",
) as typeof import("typescript");

/** What the case at hand made while it loaded. */
let made = nothingMade();
let current: Ask | undefined;
/** The driver's own calls of hooked functions are not the case's. */
let isOwn = false;

function nothingMade() {
  return {
    apps: [] as Callable[],
    listeners: [] as Handler[],
    routers: new Map<unknown, { path: unknown; route?: Members; handlers?: unknown[] }[]>(),
    middlewares: [] as { from: string; handler: Callable }[],
    stubs: new Set<string>(),
    globals: new Set<string>(),
  };
}

function own<T>(work: () => T): T {
  const before = isOwn;
  isOwn = true;
  try {
    return work();
  } finally {
    isOwn = before;
  }
}

/** Stands for what the page does not show: it can be called, read and made a text. */
function stub(name: string): Callable {
  const target = (...values: unknown[]): unknown => {
    const next = values.at(-1);
    if (values.length === 3 && typeof next === "function") return next();
    return stub(name);
  };
  return new Proxy(target as unknown as Callable, {
    get: (_, key) => {
      if (key === Symbol.toPrimitive || key === "toString") return () => "stub";
      if (typeof key === "symbol" || key === "then" || key === "__esModule") return undefined;
      if (key === "prototype" || key === "length" || key === "name") return Reflect.get(target, key);
      return stub(`${name}.${key}`);
    },
    construct: () => stub(name),
  });
}

// --- Loading ---------------------------------------------------------------------------------------------------------

type Loader = { _load(request: string, parent: { filename?: string } | undefined, isMain: boolean): unknown };
type Extensions = Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>;

const loader = Module as unknown as Loader & { _extensions: Extensions };
const isOfCase = (file: string | undefined): boolean =>
  current !== undefined && file?.startsWith(`${current.folder}/`) === true;
const scripts = /\.[cm]?[jt]sx?$/;

for (const extension of [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"]) {
  const original = loader._extensions[extension] ?? loader._extensions[".js"];
  loader._extensions[extension] = (module, file) => {
    if (!isOfCase(file)) return original?.(module, file);
    const { outputText } = transpileModule(readFileSync(file, "utf8"), {
      fileName: file,
      compilerOptions: {
        module: ModuleKind.CommonJS,
        target: ScriptTarget.ES2022,
        esModuleInterop: true,
        allowJs: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      },
    });
    module._compile(outputText, file);
  };
}

/** Middlewares that set a cookie by themselves: what they return is kept, to be asked alone. */
const sessionMakers: ReadonlySet<string> = new Set(["express-session", "cookie-session", "csurf"]);

const load = loader._load;
loader._load = (request, parent, isMain) => {
  if (!isOfCase(parent?.filename)) return load.call(loader, request, parent, isMain);
  try {
    const found = request.startsWith(".") ? load.call(loader, request, parent, isMain) : shelfRequire(request);
    return sessionMakers.has(request) ? kept(request, found as Callable) : found;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND" || !message.includes(`'${request}'`)) throw error;
    made.stubs.add(request);
    return stub(request);
  }
};

function kept(from: string, maker: Callable): Callable {
  return new Proxy(maker, {
    apply: (target, self, values) => {
      const handler = Reflect.apply(target, self, values) as Callable;
      made.middlewares.push({ from, handler });
      return handler;
    },
  });
}

// --- Express: what was mounted where ---------------------------------------------------------------------------------

/** Somebody visits: the session gets something to keep, and a form asks for its token. */
function visit(request: Members, _response: unknown, next: () => void): void {
  try {
    const { session } = request;
    if (typeof session === "object" && session !== null) (session as Members).lab = "1";
    if (typeof request.csrfToken === "function") request.csrfToken();
  } catch {
    // A session that is configured wrongly answers for itself.
  }
  next();
}

interface Express extends Callable {
  readonly application: Record<string, Callable>;
  readonly Router: Callable;
}

function optional<T>(name: string): T | undefined {
  try {
    return shelfRequire(name) as T;
  } catch {
    return undefined;
  }
}

const express = optional<Express>("express");
if (express !== undefined) {
  hook(express.application, "init", (app) => made.apps.push(app as Callable));
  hook(express.application, "use", (app, values) => {
    note(app, values);
    own(() => (app as Members & { use: Callable }).use(...pathOf(values), visit));
  });
  const router = (express.Router.prototype ?? {}) as Record<string, Callable>;
  const routes = typeof router.route === "function" ? router : (express.Router as unknown as Record<string, Callable>);
  if (typeof routes.route === "function") {
    hook(routes, "route", (self, [path], route) => remember(self, { path, route: route as Members }));
    hook(routes, "use", (self, values) => {
      note(self, values);
      own(() => (self as Members & { use: Callable }).use(...pathOf(values), visit));
    });
  }
}

/** Express 3 and Connect 2 keep their routes in `app.routes`; later ones are hooked. */
function hook(
  target: Record<string, Callable>,
  name: string,
  after: (self: unknown, values: unknown[], result: unknown) => void,
): void {
  const original = target[name];
  if (original === undefined) return;
  target[name] = function (this: unknown, ...values: unknown[]) {
    if (isOwn) return original.apply(this, values);
    const result = name === "use" ? own(() => original.apply(this, values)) : original.apply(this, values);
    after(this, values, result);
    return result;
  } as unknown as Callable;
}

function pathOf(values: readonly unknown[]): unknown[] {
  const [path] = values;
  return typeof path === "string" || path instanceof RegExp || Array.isArray(path) ? [path] : [];
}

function note(self: unknown, values: readonly unknown[]): void {
  const [path = "/"] = pathOf(values);
  remember(self, { path, handlers: values.flat(2).filter((value) => typeof value === "function") });
}

function remember(self: unknown, entry: { path: unknown; route?: Members; handlers?: unknown[] }): void {
  made.routers.set(self, [...(made.routers.get(self) ?? []), entry]);
}

/** Every method and path that the case gave to an application or a router. */
function endpoints(mount: Callable, prefix = "", depth = 0): { method: string; path: string }[] {
  if (depth > 8) return [];
  const inner = own(() => innerRouter(mount));
  const entries = [...(made.routers.get(mount) ?? []), ...(inner === undefined ? [] : (made.routers.get(inner) ?? []))];
  const old = Object.values((mount.routes ?? {}) as Record<string, { method: string; path: unknown }[]>).flat();
  return [
    ...entries.flatMap(({ path, route, handlers = [] }) =>
      [path].flat().flatMap((each) => {
        if (typeof each !== "string") return [];
        const full = `${prefix}${each === "/" ? "" : each}`;
        if (route !== undefined) return methodsOf(route).map((method) => ({ method, path: filled(full) }));
        const mounted = handlers.filter((handler) => made.routers.has(handler) || innerRouter(handler) !== undefined);
        if (mounted.length === 0) return [{ method: "GET", path: filled(full) }];
        return mounted.flatMap((handler) => endpoints(handler as Callable, full, depth + 1));
      }),
    ),
    ...old.flatMap(({ method, path }) =>
      typeof path === "string" ? [{ method: method.toUpperCase(), path: filled(prefix + path) }] : [],
    ),
  ];
}

function innerRouter(mount: unknown): unknown {
  if (typeof mount !== "function" || !made.apps.includes(mount as Callable)) return undefined;
  const app = mount as Callable;
  return app._router ?? (typeof app.lazyrouter === "function" || "routes" in app ? undefined : app.router);
}

function methodsOf(route: Members): string[] {
  const methods = Object.keys((route.methods ?? {}) as Members).map((method) => method.toUpperCase());
  return methods.length === 0 || methods.includes("_ALL") ? ["GET"] : methods;
}

function filled(path: string): string {
  const concrete = path.replace(/\{([^}]*)\}/g, "$1").replace(/:\w+\??|\*\w*/g, "1");
  return concrete.startsWith("/") ? concrete : `/${concrete}`;
}

// --- Plain servers ---------------------------------------------------------------------------------------------------

const createServer = http.createServer;
const createTlsServer = https.createServer;
for (const [module, names] of [
  [http, ["createServer"]],
  [https, ["createServer"]],
  [http2, ["createServer", "createSecureServer"]],
] as const) {
  for (const name of names) {
    (module as unknown as Members)[name] = (...values: unknown[]) => {
      const server = createServer();
      const listener = values.find((value) => typeof value === "function");
      const listen = (handler: Handler) => {
        if (!made.apps.includes(handler as unknown as Callable)) made.listeners.push(handler);
      };
      if (listener !== undefined) listen(listener as Handler);
      const on = server.on.bind(server);
      server.on = ((event: string, handler: Handler) => {
        if (event === "request") listen(handler);
        return on(event, handler);
      }) as typeof server.on;
      server.listen = () => server;
      return server;
    };
  }
}
syncBuiltinESMExports();

// --- What a case serves ----------------------------------------------------------------------------------------------

/** Loads the case; whatever name nothing defines gets a stub, and the case is loaded again. */
function loadCase(ask: Ask): Members[] {
  for (let turn = 0; ; turn += 1) {
    const { globals } = made;
    made = { ...nothingMade(), globals };
    for (const file of Object.keys(shelfRequire.cache)) if (isOfCase(file)) delete shelfRequire.cache[file];
    try {
      const files = ask.files.filter((file) => scripts.test(file) && !/\.(?:test|spec)\./.test(file));
      return files.map((file) => shelfRequire(join(ask.folder, file)) as Members);
    } catch (error) {
      if (turn > 20 || !define(error)) throw error;
    }
  }
}

/** Makes the undefined name of a `ReferenceError` a stub; false where it is another error. */
function define(error: unknown): boolean {
  const name = error instanceof ReferenceError ? /^(\S+) is not defined$/.exec(error.message)?.[1] : undefined;
  if (name === undefined || name in globalThis) return false;
  Object.defineProperty(globalThis, name, { value: stub(name), configurable: true, writable: true });
  made.globals.add(name);
  return true;
}

async function unitsOf(ask: Ask, modules: readonly Members[]): Promise<readonly Unit[]> {
  const apps = made.apps.filter((app) => app.parent === undefined);
  for (const app of apps) own(() => (app.use as Callable)(end));
  if (express !== undefined && apps.length === 0 && made.routers.size > 0) {
    const app = own(() => express()) as Callable;
    for (const router of made.routers.keys()) own(() => (app.use as Callable)(router));
    return unitsOfApp(
      app,
      [...made.routers.keys()].flatMap((router) => endpoints(router as Callable)),
    );
  }
  const served = [
    ...apps.flatMap((app) => unitsOfApp(app, endpoints(app))),
    ...made.listeners.flatMap((handler) => pathsIn(ask).map((path) => unit("GET", path, handler))),
  ];
  if (served.length > 0) return served;
  const values = modules.flatMap(exported);
  const controllers = values.filter(([, value]) => typeof value === "function" && isController(value as Callable));
  if (controllers.length > 0) return nest(controllers.map(([, value]) => value as Callable));
  return values.flatMap(([name, value]) => unitOfExport(ask, name, value));
}

function unitsOfApp(app: Callable, found: readonly { method: string; path: string }[]): Unit[] {
  const keys = new Set(found.map(({ method, path }) => `${method} ${path}`));
  if (keys.size === 0) keys.add("GET /");
  return [...keys].map((key) => {
    const [method = "GET", path = "/"] = key.split(" ");
    return unit(method, path, app as unknown as Handler);
  });
}

function unit(method: string, path: string, handler: Handler, origin = `${method} ${path}`): Unit {
  return { origin, method, path, handler };
}

/** A listener shows its paths as texts only. */
function pathsIn({ folder, files }: Ask): readonly string[] {
  const paths = files
    .filter((file) => scripts.test(file))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), "utf8").matchAll(/(?:url|pathname)\s*===?\s*["'](\/[^"']*)/g),
    ])
    .map((match) => match[1] ?? "/");
  return [...new Set(["/", ...paths])];
}

function exported(module: Members): [string, unknown][] {
  if (typeof module === "function") return [["module.exports", module]];
  if (typeof module !== "object" || module === null) return [];
  return Object.entries(module);
}

function unitOfExport(ask: Ask, name: string, value: unknown): Unit[] {
  if (typeof value === "string" && value.includes("="))
    return [unit("GET", "/", (_, response) => void response.setHeader("Set-Cookie", value), `the text ${name}`)];
  if (typeof value !== "function") return [];
  const parameters = parametersOf(value as Callable);
  if (!parameters.some((parameter) => responseName.test(parameter))) return [];
  const call = (request: unknown, response: unknown) =>
    (value as Callable)(
      ...parameters.map((parameter) => {
        if (responseName.test(parameter)) return response;
        if (requestName.test(parameter)) return request;
        return parameter === "next" ? () => {} : "lab";
      }),
    );
  const usesExpress = ask.files.some((file) => /["']express["']/.test(readFileSync(join(ask.folder, file), "utf8")));
  if (express === undefined || !usesExpress) return [unit("GET", "/", call, `${name}()`)];
  const app = own(() => express()) as Callable;
  own(() => (app.use as Callable)((request: unknown, response: unknown) => call(request, response)));
  return [unit("GET", "/", app as unknown as Handler, `${name}()`)];
}

const responseName = /^(?:res|response|reply|answer)$/i;
const requestName = /^(?:req|request)$/i;

function parametersOf(value: Callable): string[] {
  const head = /^(?:async\s*)?(?:function\s*\w*\s*)?(?:\w+\s*)?\(([^)]*)\)|^(?:async\s+)?(\w+)\s*=>/.exec(
    String(value),
  );
  return (head?.[1] ?? head?.[2] ?? "").split(",").map((each) => each.trim().replace(/\s*=.*$/, ""));
}

function end(_request: unknown, response: http.ServerResponse): void {
  response.end("ok");
}

// --- NestJS ----------------------------------------------------------------------------------------------------------

const metadata = (target: object, key: string): unknown =>
  (Reflect as unknown as { getMetadata?(key: string, target: object): unknown }).getMetadata?.(key, target);

function isController(value: Callable): boolean {
  return metadata(value, "__controller__") === true;
}

/** The module that the controllers of a case are put into. */
function Root(): void {}

const nestMethods = ["GET", "POST", "PUT", "DELETE", "PATCH", "GET", "OPTIONS", "HEAD"];

async function nest(controllers: readonly Callable[]): Promise<readonly Unit[]> {
  const { Module: moduleOf } = shelfRequire("@nestjs/common") as {
    Module: (options: object) => (target: object) => void;
  };
  const { NestFactory } = shelfRequire("@nestjs/core") as {
    NestFactory: { create(module: object, options: object): Promise<Record<string, Callable>> };
  };
  moduleOf({ controllers })(Root);
  const app = await NestFactory.create(Root, { logger: false, abortOnError: false });
  await app.init?.();
  const adapter = app.getHttpAdapter?.() as Record<string, Callable>;
  const handler = adapter.getInstance?.() as unknown as Handler;
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, Callable>;
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const method = prototype[name];
      const path = name === "constructor" || method === undefined ? undefined : metadata(method, "path");
      if (method === undefined || typeof path !== "string") return [];
      const full = `/${metadata(controller, "path")}/${path}`.replace(/\/+/g, "/").replace(/(?<=.)\/$/, "");
      return [unit(nestMethods[Number(metadata(method, "method"))] ?? "GET", filled(full), handler)];
    });
  });
}

// --- Asking ----------------------------------------------------------------------------------------------------------

const units = new Map<string, { unit: Unit; fail: (error: unknown) => void }>();

function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
  const key = String(request.headers["x-lab"]);
  delete request.headers["x-lab"];
  const asked = units.get(key);
  if (asked === undefined) return void response.end();
  prepare(request);
  let result: unknown;
  try {
    result = asked.unit.handler(request, response);
  } catch (error) {
    asked.fail(error);
  }
  Promise.resolve(result)
    .catch(asked.fail)
    .finally(() => endSoon(response));
}

/** A page's handler often ends nothing: it is done when it has been silent for a few turns. */
function endSoon(response: http.ServerResponse): void {
  setTimeout(() => {
    if (!response.writableEnded) response.end();
  }, 20);
}

/** What a body parser and a cookie parser would have left. */
function prepare(request: http.IncomingMessage): void {
  const usesTokens = made.middlewares.length > 0 && made.middlewares.every(({ from }) => from === "csurf");
  Object.assign(
    request,
    { cookies: {}, signedCookies: {}, secret: "lab", body: {} },
    usesTokens ? { session: {} } : {},
  );
}

const plain = createServer(serve);
const secure = createTlsServer(
  { key: readFileSync(join(tls, "key.pem")), cert: readFileSync(join(tls, "cert.pem")) },
  serve,
);
const agents = { http: new http.Agent({ keepAlive: true }), tls: new https.Agent({ keepAlive: true }) };

let last = 0;
/** A value for each parameter that the case reads by name. */
let query = "";

function queryOf({ folder, files }: Ask): string {
  const texts = files.filter((file) => scripts.test(file)).map((file) => readFileSync(join(folder, file), "utf8"));
  const names = texts.flatMap((text) => [...text.matchAll(/\bquery(?:\.|\[["'])(\w+)/g)].map((match) => match[1]));
  return names.length === 0 ? "" : `?${[...new Set(names)].map((name) => `${name}=lab`).join("&")}`;
}

function askUnit(each: Unit, way: Way): Promise<Answer> {
  last += 1;
  const key = String(last);
  return new Promise((resolve) => {
    let thrown: string | undefined;
    const fail = (error: unknown) => {
      define(error);
      thrown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    };
    const done = (status: number, lines: readonly string[]) => {
      units.delete(key);
      resolve({ origin: each.origin, way, status, lines, ...(thrown === undefined ? {} : { error: thrown }) });
    };
    units.set(key, { unit: each, fail });
    const headers: Record<string, string> = { host: current?.host ?? "app.example", "x-lab": key };
    if (way === "proxy") Object.assign(headers, { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7" });
    const options = {
      host: "127.0.0.1",
      port: ((way === "tls" ? secure : plain).address() as AddressInfo).port,
      method: each.method,
      path: `${each.path}${query}`,
      headers,
      agent: way === "tls" ? agents.tls : agents.http,
      rejectUnauthorized: false,
      timeout: 5000,
    };
    const answered = (response: http.IncomingMessage) => {
      let body = "";
      response.on("data", (data) => (body += String(data)));
      response.on("end", () => {
        if ((response.statusCode ?? 0) >= 500 && thrown === undefined) thrown = textOf(body);
        done(response.statusCode ?? 0, response.headers["set-cookie"] ?? []);
      });
    };
    const request = way === "tls" ? https.request(options, answered) : http.request(options, answered);
    request.on("timeout", () => request.destroy(new Error("no answer within 5 s")));
    request.on("error", (error) => {
      thrown ??= error.message;
      done(0, []);
    });
    request.end();
  });
}

function textOf(html: string): string {
  return (/<pre>(.*?)(?:<br>|<\/pre>|\n)/s.exec(html)?.[1] ?? html).slice(0, 200);
}

async function askAll(list: readonly Unit[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const each of list)
    answers.push(...(await Promise.all((["http", "proxy", "tls"] as const).map((way) => askUnit(each, way)))));
  return answers;
}

/** The middlewares of which no cookie came, each in an application of its own that trusts what the case trusts. */
function alone(ask: Ask, answers: readonly Answer[]): Unit[] {
  const seen = new Set(answers.flatMap(({ lines }) => lines.map((line) => line.split("=")[0])));
  if (express === undefined || ask.names.every((name) => seen.has(name))) return [];
  return made.middlewares.map(({ from, handler }, index) =>
    own(() => {
      const app = express() as Record<string, Callable>;
      const [first] = made.apps as unknown as Record<string, Callable>[];
      const trust = first?.get?.("trust proxy fn");
      if (trust !== undefined) app.set?.("trust proxy", trust);
      for (const each of [handler, visit, end]) app.use?.(each);
      return unit("GET", "/", app as unknown as Handler, `${from} ${index + 1} alone`);
    }),
  );
}

/** Prototypes that a case may have changed for everyone. */
const shared = [
  http.ServerResponse.prototype,
  ...(express === undefined ? [] : [express.response, express.request, express.application]),
];

function snapshot(): () => void {
  const before = shared.map((target) => Object.getOwnPropertyDescriptors(target as object));
  return () => {
    for (const [index, target] of shared.entries())
      for (const [name, descriptor] of Object.entries(before[index] ?? {}))
        if (descriptor.configurable === true) Object.defineProperty(target as object, name, descriptor);
  };
}

function setVariable(name: string, value: string | null | undefined): void {
  if (value === null || value === undefined) delete process.env[name];
  else process.env[name] = value;
}

function notThere(): string {
  const names = [...made.stubs, ...made.globals];
  return names.length === 0 ? "" : ` (not there: ${names.join(", ")})`;
}

async function run(ask: Ask): Promise<Told> {
  const environment = new Map(Object.keys(ask.environment).map((name) => [name, process.env[name]]));
  const restore = snapshot();
  current = ask;
  made = nothingMade();
  query = queryOf(ask);
  for (const [name, value] of Object.entries(ask.environment)) setVariable(name, value);
  try {
    for (let turn = 0; ; turn += 1) {
      const list = await unitsOf(ask, loadCase(ask));
      if (list.length === 0)
        return {
          id: ask.id,
          answers: [],
          notAsked: `it answers no request${ask.names.length === 0 ? "" : notThere()}`,
        };
      const before = made.globals.size;
      const answers = await askAll(list);
      if (made.globals.size > before && turn < 20) continue;
      answers.push(...(await askAll(alone(ask, answers))));
      return { id: ask.id, answers, at: Date.now(), own: [], stubs: [...made.stubs, ...made.globals] };
    }
  } catch (error) {
    return {
      id: ask.id,
      answers: [],
      notAsked: error instanceof Error ? `${error.name}: ${error.message.split("\n")[0]}` : String(error),
    };
  } finally {
    for (const name of made.globals) delete (globalThis as unknown as Members)[name];
    for (const [name, value] of environment) setVariable(name, value);
    restore();
    current = undefined;
  }
}

process.on("uncaughtException", (error) => {
  for (const { fail } of units.values()) fail(error);
});
process.stdout.on("error", () => process.exit(1));
process.on("unhandledRejection", () => {});

await Promise.all([plain, secure].map((server) => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))));
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== "") write(`${JSON.stringify(await run(JSON.parse(line) as Ask))}\n`);
}
process.exit(0);
