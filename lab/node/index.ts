import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LabCase } from "../case.ts";
import { folderOf, type Shelf, type Stack } from "../stack.ts";

const here = dirname(fileURLToPath(import.meta.url));

const withExpress = {
  express: ["express"],
  "express-session": ["express-session", "express"],
  "cookie-session": ["cookie-session", "express"],
};
const jars = { cookies: ["cookies", "express"], csurf: ["csurf", "express"], cookie: ["cookie"] };

/** The pages of each shelf; `express3` holds what Express 3 and Connect 2 bring along. */
const pages: Readonly<Record<string, Shelf["pages"]>> = {
  express5: { ...withExpress, ...jars, "node-http": [], "document-cookie": [] },
  express4: { ...withExpress, ...jars },
  express3: { express: ["express"], "express-session": ["express"], "cookie-session": ["express"] },
  cookie2: { cookie: ["cookie"] },
  "cookie-session1": { "cookie-session": ["cookie-session", "express"] },
  old: {
    "express-session": ["express-session", "express"],
    "cookie-session": ["cookie-session", "express"],
    cookies: ["cookies"],
  },
};

/** Shelves that only run what asks for their versions. */
const onDemand: ReadonlySet<string> = new Set(["express3", "cookie2", "cookie-session1", "old"]);

function versionsOf(name: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(here, "shelves", name, "package.json"), "utf8");
  return {
    ...(JSON.parse(text) as { dependencies: Record<string, string> }).dependencies,
    node: process.versions.node,
  };
}

/** Node's http, Express and what sets cookies around it. */
export const node: Stack = {
  name: "node",
  shelves: readdirSync(join(here, "shelves")).map((name) => ({
    name,
    folder: folderOf("node", name, readFileSync(join(here, "shelves", name, "package-lock.json"), "utf8")),
    versions: versionsOf(name),
    pages: pages[name] ?? {},
    onDemand: onDemand.has(name),
  })),
  command: (_shelf, folder, tls) => [
    process.execPath,
    join(dirname(createRequire(import.meta.url).resolve("unrun")), "cli.mjs"),
    join(here, "driver.ts"),
    folder,
    tls,
  ],
  wanted: dependencies,
  refuses: ({ framework }) => (framework === "document-cookie" ? "needs a browser" : undefined),
};

function dependencies({ files }: LabCase): Readonly<Record<string, string>> {
  const text = files["package.json"];
  if (text === undefined) return {};
  const { dependencies: own = {}, devDependencies = {} } = JSON.parse(text) as Record<string, Record<string, string>>;
  return { ...devDependencies, ...own };
}
