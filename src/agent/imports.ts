import { latePackages } from "./packages.ts";
import { insideOf, packageOf } from "./stack.ts";

/** Where a module that stands before another finds the agent. */
export const meeting = Symbol.for("setsecure.agent");

/** Gives what is to stand in the place of an export: `createSession` of `koa-session`. */
export type Stand = (file: string, name: string, original: unknown) => unknown;

interface Loaded {
  readonly format: string | null | undefined;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

/**
 * A hook of Node's loader, for ES modules: nobody can change their exports, so another module stands before each
 * module of the table, with the same exports but for those that the agent listens to.
 */
export function load(
  url: string,
  context: { readonly format?: string | null | undefined },
  next: (url: string, context: object) => Loaded | Promise<Loaded>,
): Loaded | Promise<Loaded> {
  const names = context.format === "module" && !url.endsWith(mark) ? namesIn(url) : [];
  if (names.length === 0) return next(url, context);
  return { format: "module", source: standing(url, names), shortCircuit: true };
}

const mark = "?setsecure";

/** The exports of this module that the agent listens to. */
function namesIn(url: string): readonly string[] {
  if (!url.startsWith("file:") || /[?#]/.test(url)) return [];
  const path = decodeURIComponent(url);
  const name = packageOf(path);
  const own = latePackages.find((each) => each.name === name)?.hooks ?? [];
  return own.flatMap(({ file, at }) => (/^\w+$/.test(at) && file.test(insideOf(path, name ?? "")) ? [at] : []));
}

function standing(url: string, names: readonly string[]): string {
  const [own, whole] = [JSON.stringify(url), JSON.stringify(`${url}${mark}`)];
  return [
    `import * as original from ${whole};`,
    // An export of its own goes before one that came with the star.
    `export * from ${whole};`,
    `const stand = globalThis[Symbol.for(${JSON.stringify(meeting.description)})] ?? ((file, name, value) => value);`,
    ...names.map((name, at) => `const own${at} = stand(${own}, "${name}", original.${name});`),
    `export { ${names.map((name, at) => `own${at} as ${name}`).join(", ")} };`,
  ].join("\n");
}
