import { readPage } from "../test/support/page.ts";
import type { Recorded } from "./results.ts";

/** What people call a package, where it is not the name under which it is installed. */
const titles: Readonly<Record<string, string>> = {
  "asp.net core": "ASP.NET Core",
  beaker: "Beaker",
  django: "Django",
  express: "Express",
  flask: "Flask",
  "jersey-server": "Jersey",
  jetty11: "Jetty",
  jetty12: "Jetty",
  jetty121: "Jetty",
  mono: "Mono",
  node: "Node",
  pyramid: "Pyramid",
  python: "Python",
  rack: "Rack",
  rails: "Rails",
  "spring-web": "Spring",
  starlette: "Starlette",
  tomcat9: "Tomcat",
  tomcat10: "Tomcat",
  tomcat11: "Tomcat",
  undertow23: "Undertow",
};

/** Of what differs from machine to machine, the page names so many numbers. */
const numbers: Readonly<Record<string, number>> = { node: 1, python: 2 };

/** The lines that this module writes. */
const written = /^(?:Seen on|Not run:) /;

/** The page with a line under each table that says on which versions its cookies were seen, or why on none. */
export function withSeen(page: string, records: readonly Recorded[]): string {
  const lines = page.split("\n");
  for (const { title, tableEnd } of readPage(page).toReversed()) {
    const line = seenLine(records.filter((each) => each.case === title));
    const old = written.test(lines[tableEnd + 1] ?? "") ? 2 : 0;
    lines.splice(tableEnd, old, ...(line === undefined ? [] : ["", line]));
  }
  return lines.join("\n");
}

/** `Seen on Django 5.2.18 and 3.2.25.`, or `Not run: needs a browser.` */
function seenLine(records: readonly Recorded[]): string | undefined {
  const seen = records.filter(({ status }) => status === "agreed");
  const reason = records[0]?.notAsked[0];
  if (seen.length === 0) return reason === undefined ? undefined : `Not run: ${reason}.`;
  const missing = new Set(seen.map((each) => missingIn([each])));
  const [everywhere] = missing.size === 1 ? missing : [""];
  return `Seen on ${groups(seen, everywhere === "").join(", ")}${everywhere === "" ? "" : `, ${everywhere}`}.`;
}

/** `Express 5.3.0 and 4.22.3` for each thing that was run, the newest version first. */
function groups(records: readonly Recorded[], tellsMissing: boolean): readonly string[] {
  const byTitle = new Map<string, string[]>();
  for (const [[title, version], same] of byLabel(records)) {
    const missing = tellsMissing ? missingIn(same) : "";
    const told = `${version}${beside(same)}${missing === "" ? "" : ` (${missing})`}`;
    byTitle.set(title, [...(byTitle.get(title) ?? []), told]);
  }
  return [...byTitle].map(([title, versions]) => `${title} ${inWords(versions)}`);
}

type Label = readonly [title: string, version: string];

function byLabel(records: readonly Recorded[]): readonly (readonly [Label, readonly Recorded[]])[] {
  const found = new Map<string, Recorded[]>();
  for (const each of records) {
    const [first = ""] = each.version.split(", ");
    found.set(first, [...(found.get(first) ?? []), each]);
  }
  return [...found]
    .map(([first, same]) => [labelOf(first), same] as const)
    .sort(([[, one]], [[, other]]) => other.localeCompare(one, "en", { numeric: true }));
}

/** `express 5.3.0` → Express, 5.3.0 */
function labelOf(versioned: string): Label {
  const space = versioned.lastIndexOf(" ");
  const name = versioned.slice(0, space);
  const version = versioned.slice(space + 1).split(".");
  return [titles[name] ?? name, version.slice(0, numbers[name]).join(".")];
}

/** ` with Express 5.3.0 and 4.22.3`, where the same version was run on several others. */
function beside(same: readonly Recorded[]): string {
  if (same.length < 2) return "";
  const others = same.map(({ version }) => labelOf(version.split(", ")[1] ?? ""));
  return ` with ${others[0]?.[0]} ${inWords(others.map(([, version]) => version))}`;
}

/** `but for `a` and `b``: the rows that did not come there. */
function missingIn(same: readonly Recorded[]): string {
  const names = same.flatMap(({ notAsked }) => notAsked.flatMap((reason) => /^`[^`]+`/.exec(reason)?.[0] ?? []));
  return names.length === 0 ? "" : `but for ${inWords([...new Set(names)])}`;
}

function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
