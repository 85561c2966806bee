import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Language, Parser } from "web-tree-sitter";
import type { SyntaxTree } from "./syntax.ts";
import { readTree } from "./tree-memory.ts";

/** How long one file may be parsed, in milliseconds; what takes longer is listed as skipped. */
export const PARSE_MILLISECONDS = 5_000;

const parsers = new Map<string, Parser>();
/** The parser adds its memory; the view is another one when it grows. */
const parserModule: { HEAP_DATA_VIEW?: DataView } = {};
let initialised: Promise<void> | undefined;

/** In the package the wasm files stand beside the bundle; in the repository, in the packages they come from. */
function wasmPath(file: string, fromPackage: string): string {
  const bundled = fileURLToPath(new URL(`./grammars/${file}`, import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(import.meta.resolve(`${fromPackage}/${file}`));
}

/**
 * Loads a grammar once. Parsing is synchronous from then on.
 * @param grammar the file name without `tree-sitter-` and `.wasm`
 */
export async function loadGrammar(grammar: string): Promise<void> {
  if (parsers.has(grammar)) return;
  initialised ??= Parser.init(
    Object.assign(parserModule, { locateFile: (file: string) => wasmPath(file, "web-tree-sitter") }),
  );
  await initialised;
  const path = wasmPath(`tree-sitter-${grammar}.wasm`, "@vscode/tree-sitter-wasm/wasm");
  const language = await Language.load(await readFile(path));
  if (parsers.has(grammar)) return;
  const parser = new Parser();
  parser.setLanguage(language);
  parsers.set(grammar, parser);
}

export function isGrammarLoaded(grammar: string): boolean {
  return parsers.has(grammar);
}

/**
 * Parses with a grammar that is loaded.
 * @returns undefined when the time is over
 * @throws Error when the grammar was not loaded
 */
export function parse(grammar: string, text: string): SyntaxTree | undefined {
  const parser = parsers.get(grammar);
  if (parser === undefined) throw new Error(`grammar ${grammar} is not loaded`);
  const end = performance.now() + PARSE_MILLISECONDS;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > end });
  if (tree === null) {
    parser.reset();
    return undefined;
  }
  try {
    const { HEAP_DATA_VIEW: memory } = parserModule;
    if (memory === undefined) throw new Error("the parser does not show its memory");
    return readTree(memory, tree);
  } finally {
    tree.delete();
  }
}
