import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { defineConfig, type Rolldown } from "tsdown";

const require = createRequire(import.meta.url);
/** Folders of the packages of which the bundle holds something; what is copied besides. */
const bundled = new Set(["node_modules/@vscode/tree-sitter-wasm"]);
const grammars = ["javascript", "typescript", "tsx", "python", "java", "c-sharp", "ruby"];

const shared = {
  format: "esm",
  platform: "node",
  target: "node20.19",
  outExtensions: () => ({ js: ".js", dts: ".d.ts" }),
} as const;

export default defineConfig([
  {
    ...shared,
    entry: {
      cli: "src/bin.ts",
      "search-worker": "src/files/search-worker.ts",
      "inventory-worker": "src/inventory-worker.ts",
      index: "src/index.ts",
    },
    // playwright-core is an optional peer: only who wants a browser installs it.
    deps: { alwaysBundle: /^(?!playwright-core$)./, neverBundle: ["playwright-core"], onlyBundle: false },
    minify: true,
    dts: false,
    plugins: [noteBundled()],
    hooks: {
      "build:done": () => {
        copyGrammars();
        copyPages();
        collectLicenses();
      },
    },
  },
  // One small file, for it is loaded into the application.
  {
    ...shared,
    entry: { agent: "src/agent/index.ts" },
    deps: { alwaysBundle: /./, onlyBundle: false },
    minify: true,
    dts: false,
    clean: false,
  },
  // What Node 20 loads into the thread of its module hooks.
  {
    ...shared,
    entry: { "agent-imports": "src/agent/imports.ts" },
    deps: { alwaysBundle: /./, onlyBundle: false },
    minify: true,
    dts: false,
    clean: false,
  },
  // The types of the parser stay outside: no public type speaks of them.
  {
    ...shared,
    entry: { index: "src/index.ts" },
    deps: { neverBundle: ["web-tree-sitter"] },
    dts: { emitDtsOnly: true },
    clean: false,
  },
]);

function copyGrammars(): void {
  const wasm = join(dirname(require.resolve("@vscode/tree-sitter-wasm/package.json")), "wasm");
  for (const name of grammars) {
    const file = `tree-sitter-${name}.wasm`;
    cpSync(join(wasm, file), join("dist/grammars", file));
  }
  cpSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), "dist/grammars/web-tree-sitter.wasm");
}

/** The reference pages, where `explain` finds them: of each rule, and of each framework. */
function copyPages(): void {
  for (const file of readdirSync("src/rules")) {
    if (file.endsWith(".md")) cpSync(join("src/rules", file), join("dist/pages/rules", file));
  }
  if (!existsSync("src/frameworks")) return;
  for (const name of readdirSync("src/frameworks")) {
    const page = join("src/frameworks", name, "readme.md");
    if (existsSync(page)) cpSync(page, join("dist/pages/frameworks", name, "readme.md"));
  }
}

/** Sees from which packages the chunks are made. */
function noteBundled(): Rolldown.Plugin {
  return {
    name: "note-bundled",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      for (const id of modules) {
        const [, folder] = /^(.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id) ?? [];
        if (folder !== undefined) bundled.add(relative(".", folder));
      }
    },
  };
}

/** What is bundled keeps its licence beside it. */
function collectLicenses(): void {
  const texts = [...bundled].sort().map((folder) => {
    const { name, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  writeFileSync("dist/licenses.txt", texts.join(`\n${"-".repeat(80)}\n\n`));
}
