import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import type { Framework } from "../src/framework.ts";
import { frameworks } from "../src/frameworks/index.ts";
import { readPage } from "./support/page.ts";

/**
 * The flow, from what is read to what is told. A module imports from its own row and from those above it, never from
 * one below. A name with `/` at its end is a folder of `src/`.
 */
const flow: readonly (readonly string[])[] = [
  // The shapes that stages hand to each other, and what needs nothing.
  [
    "program",
    "syntax",
    "settings",
    "scope",
    "value",
    "evidence",
    "edit",
    "cookie",
    "finding",
    "report",
    "deployment",
    "origin",
    "suggestion",
  ],
  ["date", "exit", "lines", "progress", "terminal/", "version"],
  ["language", "languages/", "tree-memory", "grammar", "files/", "wire/"],
  ["agent/"],
  ["facts"],
  ["evaluate/"],
  ["framework", "write"],
  ["frameworks/"],
  ["verdict/", "derive-fix", "replace-literal", "asked-names", "cookies-of", "inventory"],
  ["rule", "rules/"],
  ["configuration", "files", "deployment-files", "read-deployment", "interest"],
  [
    "baseline",
    "suppression",
    "fingerprint",
    "locate",
    "line-hash",
    "make-report",
    "wire-report",
    "agent-lines",
    "correlate",
    "pages",
    "reports/",
  ],
  ["inventory-threads", "inventory-worker"],
  ["scan"],
  ["fix"],
  ["commands/", "index"],
  ["cli"],
  ["bin"],
];

/** Names of frameworks that say no more than the language does. */
const ordinaryWords = new Set([
  "cookie", // what everything here is about
  "cookies",
]);

/**
 * Functions that frameworks have beside their data. It may be raised, on purpose, when a trait is too strange for
 * data; first look for a way to say it as data.
 */
const MOST_FUNCTIONS = 232;

const sources = new Map(
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort()
    .map((file) => [file, readFileSync(`src/${file}`, "utf8")]),
);

const imports = [...sources].flatMap(([file, text]) =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => ({
    file,
    written: fileName,
    target: fileName.startsWith(".") ? posix.join(posix.dirname(file), fileName) : undefined,
  })),
);

/** `framework`, or `languages/` for all that is in the folder. */
function moduleOf(file: string): string {
  const slash = file.indexOf("/");
  return slash === -1 ? file.replace(/\.ts$/, "") : file.slice(0, slash + 1);
}

function withoutComments(file: string, text: string): string {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  return ts.createPrinter({ removeComments: true }).printFile(source);
}

const rowOf = (name: string) => flow.findIndex((row) => row.includes(name));

describe("the flow", () => {
  test("has a row for every module", () => {
    const missing = new Set([...sources.keys()].map(moduleOf).filter((name) => rowOf(name) === -1));
    expect([...missing]).toEqual([]);
  });

  test("imports never run back up", () => {
    const back = imports.flatMap(({ file, target }) => {
      if (target === undefined || !sources.has(target)) return [];
      return rowOf(moduleOf(target)) > rowOf(moduleOf(file)) ? [`${file} imports ${target}`] : [];
    });
    expect(back).toEqual([]);
  });

  test("has no circle of modules, nor of files", () => {
    expect(circles(moduleOf)).toEqual([]);
    expect(circles((file) => file)).toEqual([]);
  });
});

/** Modules, or files, that import each other, by way of others or not. */
function circles(nameOf: (file: string) => string): readonly string[] {
  const after = new Map<string, Set<string>>();
  for (const { file, target } of imports) {
    if (target === undefined || !sources.has(target)) continue;
    const [from, to] = [nameOf(file), nameOf(target)];
    if (from !== to) after.set(from, (after.get(from) ?? new Set()).add(to));
  }
  const reached = (from: string): Set<string> => {
    const found = new Set<string>();
    const open = [from];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const next of after.get(name) ?? []) {
        if (!found.has(next)) open.push(next);
        found.add(next);
      }
    }
    return found;
  };
  return [...after.keys()].filter((name) => reached(name).has(name)).sort();
}

test("languages know no cookie", () => {
  const telling = [...sources].filter(([file, text]) => file.startsWith("languages/") && /cookie/i.test(text));
  expect(telling.map(([file]) => file)).toEqual([]);
});

// A comment may take its example from a framework; code may not know one. The agent runs inside of an application, where
// declarations cannot be loaded; the packages that it listens to are in one table.
const mayName = (file: string) => file.startsWith("frameworks/") || file === "agent/packages.ts";

test("no framework is named outside its folder", () => {
  const names = frameworks.map(({ name }) => name).filter((name) => !ordinaryWords.has(name));
  const named = new RegExp(`(?<![a-z0-9])(?:${names.join("|")})(?![a-z0-9])`, "gi");
  const found = [...sources]
    .filter(([file, text]) => !mayName(file) && text.search(named) !== -1)
    .flatMap(([file, text]) => [...withoutComments(file, text).matchAll(named)].map(([name]) => `${file}: ${name}`));
  expect(found).toEqual([]);
});

test("a framework imports what is made for frameworks, its own folder and shared neighbours", () => {
  const strange = imports.filter(({ file, target }) => {
    if (!file.startsWith("frameworks/") || file === "frameworks/index.ts") return false;
    if (target === "framework.ts" || target === "write.ts") return false;
    if (target === undefined) return true;
    const shared = /^frameworks\/[^/]+\.ts$/.test(target) && target !== "frameworks/index.ts";
    return !shared && posix.dirname(target) !== posix.dirname(file);
  });
  expect(strange.map(({ file, written }) => `${file} imports ${written}`)).toEqual([]);
});

const folders = readdirSync("src/frameworks", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

test("every folder of a framework is registered under its name", () => {
  expect(frameworks.map(({ name }) => name).sort()).toEqual(folders.sort());
});

describe.each(frameworks.map((framework) => [framework.name, framework] as const))("%s", (name, framework) => {
  test("says where its documentation is", () => {
    expect(framework.title).not.toBe("");
    for (const url of [framework.docs, ...fallbackDocs(framework)])
      expect(url).toMatch(/^https:\/\/[^\s/]+\.[^\s/]+\//);
  });

  test("has a page with a cookie that is Secure and one that is not", () => {
    const rows = readPage(readFileSync(`src/frameworks/${name}/readme.md`, "utf8")).flatMap(({ expected }) => expected);
    const verdicts = new Set(rows.map(({ secure }) => secure));
    const needed = framework.sinks.length > 0 || framework.own !== undefined ? ["no", "yes"] : [];
    expect(needed.filter((verdict) => !verdicts.has(verdict))).toEqual([]);
  });
});

test("frameworks link to https only; names of XML are no links", () => {
  const links = [...sources]
    .filter(([file]) => file.startsWith("frameworks/"))
    .flatMap(([, text]) => text.split("\n").filter((line) => /["'`]http:\/\/\w/.test(line)));
  expect(links.filter((line) => !/\bNAMESPACE\b/.test(line))).toEqual([]);
});

test("functions beside the data stay few", () => {
  expect(new Set(frameworks.flatMap((framework) => [...functionsIn(framework)])).size).toBeLessThanOrEqual(
    MOST_FUNCTIONS,
  );
});

/** The documentation of every default that the declaration holds; those inside functions are shown by the pages. */
function fallbackDocs(framework: Framework): readonly string[] {
  return [...partsOf(framework)].flatMap((part) =>
    typeof part === "object" && "kind" in part && part.kind === "fallback" && "docs" in part ? [String(part.docs)] : [],
  );
}

/** All but `matches`, which says what a sink is. */
function* functionsIn(framework: Framework): Generator<object> {
  for (const part of partsOf(framework, "matches")) if (typeof part === "function") yield part;
}

/** Every object and function that a declaration is made of. */
function* partsOf(whole: object, without?: string): Generator<object> {
  const seen = new Set<object>([whole]);
  for (const part of seen) {
    yield part;
    if (typeof part === "function") continue;
    for (const [key, value] of Object.entries(part)) {
      if (key !== without && (typeof value === "function" || (typeof value === "object" && value !== null)))
        seen.add(value);
    }
  }
}
