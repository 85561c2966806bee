import type { ProgramLanguage } from "../../language.ts";
import { lower } from "./lower.ts";
import { resolve } from "./resolve.ts";

/** Extensions that the JavaScript grammar reads, JSX included. */
const SCRIPT = [".js", ".mjs", ".cjs", ".jsx"];
const TYPED = [".ts", ".mts", ".cts"];

/** What a bundler made: long, and of lines longer than people write. */
const BUNDLE_LENGTH = 20_000;
const BUNDLE_LINE_LENGTH = 500;

function unread(text: string): string | undefined {
  if (text.length < BUNDLE_LENGTH || text.length < BUNDLE_LINE_LENGTH * countLines(text)) return undefined;
  return "by its long lines a bundler or minifier made it; what it was made from is read where the project has it";
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/** JavaScript, TypeScript, JSX and TSX, lowered to one neutral program. */
export const javascript: ProgramLanguage = {
  kind: "program",
  name: "javascript",
  extensions: [...SCRIPT, ...TYPED, ".tsx"],
  grammar(file) {
    if (file.endsWith(".tsx")) return "tsx";
    return TYPED.some((extension) => file.endsWith(extension)) ? "typescript" : "javascript";
  },
  unread,
  lower,
  resolve,
};
