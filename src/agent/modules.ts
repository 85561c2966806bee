import { Module } from "node:module";
import { listening, replace } from "./listen.ts";
import type { Notebook } from "./notebook.ts";
import { type Asking, type Hook, latePackages, type Method } from "./packages.ts";
import { packageOf } from "./stack.ts";

interface LoadedModule {
  exports: unknown;
}

/**
 * Listens to the packages that set cookies late. CommonJS passes here whether it is required or imported, and before
 * Node takes note of what it exports.
 */
export function listenToModules(notebook: Notebook): void {
  const hooks = new Map(latePackages.map(({ name, hooks = [] }) => [name, hooks]));
  const extensions: unknown = Reflect.get(Module, "_extensions");
  replace(extensions, ".js", (original) =>
    listening(
      original,
      () => undefined,
      (_result, [module, file]) => {
        if (typeof file !== "string" || !isModule(module)) return;
        const name = packageOf(file);
        const own = name === undefined ? undefined : hooks.get(name);
        if (name === undefined || own === undefined) return;
        const mark = `/node_modules/${name}/`;
        const path = file.replaceAll("\\", "/");
        const inside = path.slice(path.lastIndexOf(mark) + mark.length);
        for (const hook of own) if (hook.file.test(inside)) hookInto(module, hook, name, notebook);
      },
    ),
  );
}

const isModule = (value: unknown): value is LoadedModule => value instanceof Module;

function hookInto(module: LoadedModule, hook: Hook, name: string, notebook: Notebook): void {
  const make = (original: unknown): unknown => {
    if (hook.does === "makes") {
      const after = (made: unknown) => listenToMethods(made, hook.methods, name, notebook);
      return listening(original, () => undefined, after);
    }
    return listening(original, (words) => note(hook, words, name, notebook));
  };
  const steps = hook.at === "" ? [] : hook.at.split(".");
  const last = steps.pop();
  if (last === undefined) {
    replace(module, "exports", make);
    return;
  }
  const holder = steps.reduce<unknown>((value, step) => Reflect.get(Object(value), step), module.exports);
  replace(holder, last, make);
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
  } else if (hook.does === "mounts") {
    if (typeof first === "function" && first.name === hook.named)
      notebook.constructs({ package: hook.of, name: undefined, mounted: true });
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
        listening(original, ([plugin, options]) => {
          const own = pluginName(plugin);
          if (own !== undefined) notebook.constructs({ package: own, name: nameIn([options], method.names) });
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

/** The name that a plugin bears for its application, or the one by which it was packed. */
function pluginName(plugin: unknown): string | undefined {
  if (typeof plugin !== "function") return undefined;
  const name: unknown = Reflect.get(plugin, Symbol.for("fastify.display-name"));
  return typeof name === "string" ? name : undefined;
}
