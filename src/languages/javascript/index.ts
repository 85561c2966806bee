import type { ProgramLanguage } from "../../language.ts";
import { lower } from "./lower.ts";
import { resolve } from "./resolve.ts";

/** Extensions that the JavaScript grammar reads, JSX included. */
const SCRIPT = [".js", ".mjs", ".cjs", ".jsx"];
const TYPED = [".ts", ".mts", ".cts"];

/** JavaScript, TypeScript, JSX and TSX, lowered to one neutral program. */
export const javascript: ProgramLanguage = {
  kind: "program",
  name: "javascript",
  extensions: [...SCRIPT, ...TYPED, ".tsx"],
  grammar(file) {
    if (file.endsWith(".tsx")) return "tsx";
    return TYPED.some((extension) => file.endsWith(extension)) ? "typescript" : "javascript";
  },
  lower,
  resolve,
};
