import type { ProgramLanguage } from "../../language.ts";
import { lower } from "./lower.ts";
import { resolve } from "./resolve.ts";

/** C# source files and scripts. */
export const csharp: ProgramLanguage = {
  kind: "program",
  name: "csharp",
  extensions: [".cs", ".csx"],
  grammar: () => "c-sharp",
  lower,
  resolve,
};
