import type { ProgramLanguage } from "../../language.ts";
import { lowerPython } from "./lower.ts";
import { resolvePython } from "./resolve.ts";

/** Python 3, and what the grammar still accepts of Python 2. */
export const python: ProgramLanguage = {
  kind: "program",
  name: "python",
  extensions: [".py", ".pyw"],
  grammar: () => "python",
  lower: lowerPython,
  resolve: resolvePython,
};
