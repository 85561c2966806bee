import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Language, Parser } from "web-tree-sitter";
import type { SyntaxTree } from "./syntax.ts";
import { readTree } from "./tree-memory.ts";

/** How long one file may be parsed, in milliseconds; what takes longer is listed as skipped. */
export const PARSE_MILLISECONDS = 5_000;

/** Node has it; its types do not say so. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };

const parsers = new Map<string, Parser>();
/** The parser adds its memory; the view is another one when it grows. */
const parserModule: { HEAP_DATA_VIEW?: DataView } = {};
let started: Promise<void> | undefined;

/** In the package the wasm files stand beside the bundle; in the repository, in the packages they come from. */
function wasmPath(file: string, fromPackage: string): string {
  const bundled = fileURLToPath(new URL(`./grammars/${file}`, import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(import.meta.resolve(`${fromPackage}/${file}`));
}

/** Makes the parser ready. From then on grammars are loaded and texts parsed without waiting. */
export function startParser(): Promise<void> {
  started ??= Parser.init(
    Object.assign(parserModule, { locateFile: (file: string) => wasmPath(file, "web-tree-sitter") }),
  );
  return started;
}

/**
 * Has grammars that are loaded from now on compiled once and plainly, in the whole process: optimising a parser takes
 * longer than parsing a few hundred files. Node 20 and 22 heed it; later ones go on as they would.
 */
export function compilePlainly(): void {
  setFlagsFromString("--liftoff-only");
}

/**
 * Loads a grammar, once, when the parser is started.
 * @param grammar the file name without `tree-sitter-` and `.wasm`
 */
export function loadGrammar(grammar: string): Parser {
  const known = parsers.get(grammar);
  if (known !== undefined) return known;
  const bytes = readFileSync(wasmPath(`tree-sitter-${grammar}.wasm`, "@vscode/tree-sitter-wasm/wasm"));
  const parser = new Parser();
  parser.setLanguage(Language.loadSync(new WebAssembly.Module(bytes)));
  parsers.set(grammar, parser);
  return parser;
}

/**
 * Parses a text.
 * @returns undefined when the time is over
 */
export function parse(parser: Parser, text: string): SyntaxTree | undefined {
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
