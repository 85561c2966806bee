import { loadGrammar, parse, startParser } from "../../src/grammar.ts";
import type { ProgramLanguage } from "../../src/language.ts";
import type { Program } from "../../src/program.ts";

/** Parses and lowers one file, as the tests of a language do. */
export async function lower(language: ProgramLanguage, file: string, text: string): Promise<Program> {
  await startParser();
  const tree = parse(loadGrammar(language.grammar(file)), language.code?.(text) ?? text);
  if (tree === undefined) throw new Error(`${file} took too long to parse`);
  return language.lower(tree, { file, text });
}
