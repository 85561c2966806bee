import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "./project.ts";
import type { Files } from "./report.ts";

/** `name: verdict`, what a condition comes to, and whether it stands where production does not come. */
export async function verdictsOf(files: Files, tls = production.tls): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf(files), { ...production, tls });
  return cookies.map(({ name, verdict, condition, deletion, notDeployed }) => {
    const comesTo = verdict === "conditional" && condition?.inDeployment;
    const words = [
      deletion ? "deletion" : verdict,
      ...(comesTo ? [comesTo] : []),
      ...(notDeployed ? ["not deployed"] : []),
    ];
    return `${name ?? "—"}: ${words.join(", ")}`;
  });
}
