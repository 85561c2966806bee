import type { CallFact, Context, Seen } from "../../framework.ts";
import { contains } from "./application.ts";

/** `GetSection("Session").Bind(o)`, `Bind("Session", o)` or `Configure<T>(configuration.GetSection("Session"))`. */
export function boundSection(holder: CallFact, context: Context): { section: string; order: number } | undefined {
  for (const { value } of holder.arguments) {
    const section = sectionOf(value);
    if (section !== undefined) return { section, order: holder.order };
  }
  for (const bind of context.facts.calls) {
    if (bind.method !== "Bind" || !contains(holder.place, bind.place)) continue;
    const [first] = bind.arguments;
    const name = first?.value[0]?.data;
    const section =
      bind.arguments.length > 1 && name?.kind === "literal" ? String(name.value) : sectionOf(bind.receiver ?? []);
    if (section !== undefined) return { section, order: bind.order };
  }
  return undefined;
}

function sectionOf(seen: Seen): string | undefined {
  const [only] = seen;
  if (seen.length !== 1 || only?.data.kind !== "object") return undefined;
  const { from } = only.data;
  const name = from?.arguments[0]?.value[0]?.data;
  if (from?.method !== "GetSection" && from?.method !== "GetRequiredSection") return undefined;
  const outer = sectionOf(from.receiver ?? []);
  if (name?.kind !== "literal") return undefined;
  return outer === undefined ? String(name.value) : `${outer}:${String(name.value)}`;
}
