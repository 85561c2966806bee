import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

/** `name: verdict` for every cookie of a project in memory, in order of file and place. */
export async function verdicts(
  texts: Readonly<Record<string, string>>,
  environment: Record<string, string | null> = {},
): Promise<readonly string[]> {
  const deployment = { ...production, environment: { ...production.environment, ...environment } };
  const { cookies } = await takeInventory(projectOf(texts), deployment);
  return cookies.map((cookie) => `${cookie.name ?? "—"}: ${cookie.verdict}`);
}
