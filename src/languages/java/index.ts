import type { ProgramLanguage } from "../../language.ts";
import { lower } from "./lower.ts";
import { resolve } from "./resolve.ts";

/** Java, up to the language level of the grammar. */
export const java: ProgramLanguage = {
  kind: "program",
  name: "java",
  extensions: [".java"],
  grammar: () => "java",
  lower,
  resolve,
};
