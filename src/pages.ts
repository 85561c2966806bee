import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A page of the reference, about a rule or a framework. */
export interface Page {
  readonly name: string;
  readonly about: "rule" | "framework";
  readonly text: string;
}

/** In the package the pages stand beside the bundle; in the repository, beside what they are about. */
const bundled = fileURLToPath(new URL("./pages/", import.meta.url));
const base = existsSync(bundled) ? bundled : fileURLToPath(new URL("./", import.meta.url));

const isName = /^[a-z0-9][a-z0-9-]*$/;

/** The page of that name, of a rule or of a framework. */
export function findPage(name: string): Page | undefined {
  if (!isName.test(name)) return undefined;
  return (
    pageAt(`${base}rules/${name}.md`, name, "rule") ?? pageAt(`${base}frameworks/${name}/readme.md`, name, "framework")
  );
}

function pageAt(path: string, name: string, about: Page["about"]): Page | undefined {
  return existsSync(path) ? { name, about, text: readFileSync(path, "utf8") } : undefined;
}

/** The names of all pages, sorted. */
export function pageNames(): { readonly rules: readonly string[]; readonly frameworks: readonly string[] } {
  const rules = entries(`${base}rules`).filter((file) => file.endsWith(".md"));
  const frameworks = entries(`${base}frameworks`).filter((name) => existsSync(`${base}frameworks/${name}/readme.md`));
  return { rules: rules.map((file) => file.slice(0, -".md".length)).sort(), frameworks: frameworks.sort() };
}

function entries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
