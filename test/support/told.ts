import { noConfiguration } from "../../src/configuration.ts";
import type { Cookie } from "../../src/cookie.ts";
import type { Evidence } from "../../src/evidence.ts";
import { takeInventory } from "../../src/inventory.ts";
import { readDeployment } from "../../src/read-deployment.ts";
import { projectOf } from "./project.ts";
import type { Files } from "./report.ts";

/**
 * What is said of each cookie of a project, its `.env` files read, as one line: the verdict, what a condition comes to
 * (`→`), the line that decides where a file does (`:4`), and `fixed`, `withheld` or `wrong type` where that is so.
 */
export async function told(files: Files): Promise<readonly string[]> {
  const project = projectOf(files);
  const { cookies } = await takeInventory(project, readDeployment(project, noConfiguration, {}));
  return cookies.map((cookie) => lineOf(cookie, files));
}

function lineOf({ name, verdict, deletion, condition, decidedBy, fixes, remarks }: Cookie, files: Files): string {
  if (deletion) return `${name ?? "—"} deletion`;
  const comesTo = verdict === "conditional" ? ` → ${condition?.inDeployment ?? "open"}` : "";
  const kinds = new Set<string>(remarks.map(({ kind }) => kind));
  const more = [
    ...(fixes.length > 0 ? ["fixed"] : []),
    ...(kinds.has("withheld") ? ["withheld"] : []),
    ...(kinds.has("wrong-type") ? ["wrong type"] : []),
  ];
  return [`${name ?? "—"} ${verdict}${comesTo}${lineThatDecides(decidedBy, files)}`, ...more].join(", ");
}

function lineThatDecides(evidence: Evidence, files: Files): string {
  if (evidence.from !== "file") return "";
  return ` :${(files[evidence.file] ?? "").slice(0, evidence.span.start).split("\n").length}`;
}
