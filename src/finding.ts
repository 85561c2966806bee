import type { Fix } from "./edit.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { Suggestion } from "./suggestion.ts";

export type Level = "error" | "warning" | "note";

export interface Finding {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
  readonly location: Place;
  readonly related: readonly Evidence[];
  /** Index into the inventory. */
  readonly cookie: number;
  readonly fixes: readonly Fix[];
  /** What to do by hand, where there is no fix. */
  readonly suggestion?: Suggestion;
}
