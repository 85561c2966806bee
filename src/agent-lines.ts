import type { AgentRecord, Site } from "./agent/record.ts";
import type { ReportEvidence } from "./report.ts";
import type { Judgement } from "./wire/judge.ts";
import type { Sighting } from "./wire-report.ts";

/** Gives each cookie the lines of the application that a running agent saw set it. */
export function withAgentLines(sightings: readonly Sighting[], records: readonly AgentRecord[]): Sighting[] {
  const byName = new Map<string, AgentRecord[]>();
  for (const record of records) byName.set(record.name, [...(byName.get(record.name) ?? []), record]);
  return sightings.map((sighting) => {
    const lines = linesFor(sighting.judgement, byName.get(sighting.judgement.name) ?? []);
    return lines.length === 0 ? sighting : { ...sighting, evidence: [...lines, ...(sighting.evidence ?? [])] };
  });
}

/** Of the records with its name, those with its flags where there are any: a proxy may have changed them. */
function linesFor(judgement: Judgement, named: readonly AgentRecord[]): readonly ReportEvidence[] {
  const { secure, deletion, attributes } = judgement;
  const same = named.filter((record) => record.deletion === deletion);
  const alike = same.filter((record) => record.secure === secure && record.httpOnly === attributes.httpOnly);
  return (alike.length > 0 ? alike : same).flatMap(({ site, madeAt, by }) => [
    ...evidenceAt(site, `this line set it when it ran${by === null ? "" : `, by ${by}`}`),
    ...evidenceAt(
      madeAt,
      site === null ? `what set it was constructed here${by === null ? "" : ` (${by})`}` : "configured here",
    ),
  ]);
}

function evidenceAt(site: Site | null, says: string): readonly ReportEvidence[] {
  if (site === null) return [];
  const { file, line, column } = site;
  return [{ file, line, column, endLine: line, endColumn: column + 1, says }];
}
