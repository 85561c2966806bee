import type { ProgramLanguage } from "../../language.ts";
import { lower } from "./lower.ts";
import { resolve } from "./resolve.ts";

/** The `?` of `a?.B = v`, which is C# 14. */
const CONDITIONAL_TARGET = /\?(?=\.@?[A-Za-z_](?:[\w.@]|\?\.){0,200}\s{0,20}(?:\?\?|<<|>>>?|[-+*/%&|^])?=(?![=>]))/g;

/** C# source files and scripts. */
export const csharp: ProgramLanguage = {
  kind: "program",
  name: "csharp",
  extensions: [".cs", ".csx"],
  grammar: () => "c-sharp",
  // The grammar does not know an assignment to what may be null, and loses the function around it.
  code: (text) => text.replace(CONDITIONAL_TARGET, " "),
  lower,
  resolve,
};
