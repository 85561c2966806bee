import { loadGrammar, parse } from "../../src/grammar.ts";
import type { ProgramLanguage } from "../../src/language.ts";
import type { Program } from "../../src/program.ts";

/** Parses and lowers one file, as the tests of a language do. */
export async function lower(language: ProgramLanguage, file: string, text: string): Promise<Program> {
  const grammar = language.grammar(file);
  await loadGrammar(grammar);
  const tree = parse(grammar, text);
  if (tree === undefined) throw new Error(`${file} took too long to parse`);
  return language.lower(tree, { file, text });
}
