import { jsonModule } from "../languages/json/module.ts";
import type { Program } from "../program.ts";
import type { EvaluatorHost } from "./host.ts";

/** Characters; what holds options is small, and what is longer holds records. */
const MAXIMUM_LENGTH = 100_000;

/** A file of data that a program imports, as `require("./config.json")` does. */
export function dataModule(host: EvaluatorHost, file: string): Program | undefined {
  if (!file.endsWith(".json")) return undefined;
  const text = host.text(file, { start: 0, end: MAXIMUM_LENGTH + 1 });
  return text.length > MAXIMUM_LENGTH ? undefined : jsonModule(file, text);
}
