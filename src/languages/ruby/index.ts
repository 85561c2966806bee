import type { ProgramLanguage } from "../../language.ts";
import { lowerRuby } from "./lower.ts";
import { resolveRuby } from "./resolve.ts";

/** Ruby: application code, Rake tasks, Rack configuration and gem specifications. */
export const ruby: ProgramLanguage = {
  kind: "program",
  name: "ruby",
  extensions: [".rb", ".rake", ".ru", ".gemspec"],
  grammar: () => "ruby",
  lower: lowerRuby,
  resolve: resolveRuby,
};
