import { Module, register } from "node:module";
import { load, meeting, type Stand } from "./imports.ts";
import { listening, replace } from "./listen.ts";
import type { Notebook } from "./notebook.ts";
import { type Asking, type Hook, latePackages, type Method } from "./packages.ts";
import { insideOf, packageOf } from "./stack.ts";

interface LoadedModule {
  exports: unknown;
}

/** Listens to the packages that set cookies late. */
export function listenToModules(notebook: Notebook): void {
  listenToCommonJs(notebook);
  listenToImports(notebook);
}

/** CommonJS passes here whether it is required or imported, and before Node takes note of what it exports. */
function listenToCommonJs(notebook: Notebook): void {
  const extensions: unknown = Reflect.get(Module, "_extensions");
  replace(extensions, ".js", (original) =>
    listening(
      original,
      () => undefined,
      (_result, [module, file]) => {
        if (typeof file !== "string" || !isModule(module)) return;
        for (const { hook, name } of hooksIn(file)) hookInto(module, hook, name, notebook);
      },
    ),
  );
}

function listenToImports(notebook: Notebook): void {
  const stand: Stand = (file, name, original) =>
    hooksIn(decodeURIComponent(file)).reduce(
      (made, { hook, name: own }) => (hook.at === name ? heard(made, hook, own, notebook) : made),
      original,
    );
  Object.defineProperty(globalThis, meeting, { value: stand });
  // In the thread of the application where Node can; 20 has its hooks in a thread of their own.
  const registerHooks: unknown = Reflect.get(Module, "registerHooks");
  if (typeof registerHooks === "function") registerHooks({ load });
  else register(new URL("./agent-imports.js", import.meta.url));
}

function hooksIn(file: string): readonly { readonly hook: Hook; readonly name: string }[] {
  const name = packageOf(file);
  const hooks = name === undefined ? [] : (hooksOf.get(name) ?? []);
  if (name === undefined || hooks.length === 0) return [];
  const inside = insideOf(file, name);
  return hooks.flatMap((hook) => (hook.file.test(inside) ? [{ hook, name }] : []));
}

const hooksOf = new Map(latePackages.map(({ name, hooks = [] }) => [name, hooks]));

const isModule = (value: unknown): value is LoadedModule => value instanceof Module;

function hookInto(module: LoadedModule, hook: Hook, name: string, notebook: Notebook): void {
  const make = (original: unknown): unknown => heard(original, hook, name, notebook);
  const steps = hook.at === "" ? [] : hook.at.split(".");
  const last = steps.pop();
  if (last === undefined) {
    replace(module, "exports", make);
    return;
  }
  const holder = steps.reduce<unknown>((value, step) => Reflect.get(Object(value), step), module.exports);
  // Compilers export through getters that cannot be changed.
  const fixed = Object.getOwnPropertyDescriptor(Object(holder), last)?.configurable === false;
  if (holder === module.exports && fixed) module.exports = withOther(Object(holder), last, make);
  else replace(holder, last, make);
}

/** A copy of an object that has another function under this name. */
function withOther(holder: object, name: string, make: (original: unknown) => unknown): object {
  const value = make(Reflect.get(holder, name));
  const all = { ...Object.getOwnPropertyDescriptors(holder), [name]: { value, enumerable: true } };
  return Object.create(Object.getPrototypeOf(holder), all);
}

/** What stands in the place of the function. */
function heard(original: unknown, hook: Hook, name: string, notebook: Notebook): unknown {
  if (hook.does !== "makes") return listening(original, (words) => note(hook, words, name, notebook));
  const after = (made: unknown) => listenToMethods(made, hook.methods, name, notebook);
  return listening(original, () => undefined, after);
}

function note(
  hook: Exclude<Hook, { does: "makes" }>,
  words: readonly unknown[],
  name: string,
  notebook: Notebook,
): void {
  const [first, second] = words;
  if (hook.does === "constructs") {
    notebook.constructs({ package: name, name: nameIn(words, hook.names) });
  } else if (hook.does === "asks") {
    asks(words, hook, name, notebook);
  } else if (typeof first === "string" && first.length === 10 && first.toLowerCase() === "set-cookie") {
    for (const line of [second].flat()) if (typeof line === "string") notebook.asksLine(line, name);
  }
}

function asks(
  words: readonly unknown[],
  { secure: [argument, option], deletion }: Asking,
  by: string,
  notebook: Notebook,
): void {
  const [name] = words;
  if (typeof name !== "string") return;
  const secure: unknown = Reflect.get(Object(words[argument]), option);
  notebook.asks({ name, by, secure: typeof secure === "boolean" ? secure : undefined, deletion });
}

/** The name of the cookie, in the first argument that has options. */
function nameIn(words: readonly unknown[], names: readonly string[]): string | undefined {
  for (const word of words) {
    if (typeof word !== "object" || word === null) continue;
    for (const name of names) {
      const value: unknown = Reflect.get(word, name);
      if (typeof value === "string") return value;
    }
  }
  return undefined;
}

function listenToMethods(made: unknown, methods: readonly Method[], name: string, notebook: Notebook): void {
  for (const method of methods) {
    if (method.does === "registers") {
      replace(made, method.name, (original) =>
        listening(original, ([plugins, options]) => {
          for (const plugin of [plugins].flat()) {
            const own = pluginName(plugin);
            const given = [Reflect.get(Object(plugin), "options"), options];
            if (own !== undefined) notebook.constructs({ package: own, name: nameIn(given, method.names) });
          }
        }),
      );
    } else if (method.does === "configures") {
      replace(made, method.name, (original) =>
        listening(original, ([cookie]) => {
          if (typeof cookie === "string") notebook.constructs({ package: "", name: cookie });
        }),
      );
    } else {
      replace(made, method.name, (original) => decorating(original, method.asking, name, notebook));
    }
  }
}

/** What is added under such a name is listened to. */
function decorating(
  original: unknown,
  asking: Readonly<Record<string, Asking>>,
  name: string,
  notebook: Notebook,
): unknown {
  if (typeof original !== "function") return original;
  return new Proxy(original, {
    apply(target, self, [method, value, ...rest]) {
      const own = Object.hasOwn(asking, String(method)) ? asking[String(method)] : undefined;
      const heard = own === undefined ? value : listening(value, (given) => asks(given, own, name, notebook));
      return Reflect.apply(target, self, [method, heard, ...rest]);
    },
  });
}

/** The name that a plugin bears for its application, or the one by which it was packed: as given, or wrapped. */
function pluginName(plugin: unknown): string | undefined {
  const inner: unknown = Reflect.get(Object(plugin), "plugin");
  const wrapped = [plugin, inner, Reflect.get(Object(inner), "plugin")].map(Object);
  const names: readonly unknown[] = wrapped.flatMap((each) => [
    Reflect.get(each, Symbol.for("fastify.display-name")),
    Reflect.get(Object(Reflect.get(each, "pkg")), "name"),
  ]);
  return names.find((name): name is string => typeof name === "string");
}
