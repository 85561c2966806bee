import { readFileSync } from "node:fs";
import { type AgentRecord, readRecords } from "../agent/record.ts";
import { withAgentLines } from "../agent-lines.ts";
import { emptyBaseline } from "../baseline.ts";
import type { Configuration } from "../configuration.ts";
import { correlate } from "../correlate.ts";
import { dayOf } from "../date.ts";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import { production } from "../frameworks/production.ts";
import { findPage } from "../pages.ts";
import type { Location, Report, ReportCookie } from "../report.ts";
import { type ReportWriter, writers } from "../reports/index.ts";
import { rules } from "../rules/index.ts";
import { type Paint, painter } from "../terminal/text.ts";
import { isProfileName, type ProfileName, profiles } from "../wire/profile.ts";
import { makeWireReport, type Sighting, type WireReportInput } from "../wire-report.ts";
import { type Delivery, deliver, type Output, outputsOf, type ReportFlags } from "./deliver.ts";
import { baselineFor, configurationFor, type ProjectFlags, scanTarget, type Target, targetOf } from "./project.ts";

/** The options of every command that judges cookies seen on the wire, as commander gives them. */
export interface WireFlags extends ReportFlags, Omit<ProjectFlags, "progress"> {
  readonly progress?: boolean;
  /** The folder with the source that the cookies come from. */
  readonly source?: string;
  /** The file that `setsecure/agent` wrote in the running application. */
  readonly agent?: string;
  /** `chromium`, `firefox` or `strict`. */
  readonly profile: string;
}

/** What the flags come to: read before the work begins. */
export interface WireSettings {
  readonly flags: WireFlags;
  readonly profile: ProfileName;
  readonly outputs: readonly Output[];
  readonly configuration: Configuration;
  readonly acceptance: WireReportInput["acceptance"];
  readonly source: Target | undefined;
}

/** @throws CannotDo when a flag, the configuration or the baseline cannot be used */
export function wireSettings(flags: WireFlags): WireSettings {
  const { profile } = flags;
  if (!isProfileName(profile)) {
    const known = Object.keys(profiles).join(", ");
    throw new CannotDo(`There is no profile ${JSON.stringify(profile)}: choose ${known}.`);
  }
  const root = process.cwd();
  const configuration = configurationFor(root, flags);
  const { suppressions } = configuration;
  const acceptance = { suppressions, baseline: baselineFor(root, flags), today: dayOf(new Date()) };
  const source = flags.source === undefined ? undefined : targetOf([flags.source]);
  return { flags, profile, outputs: outputsOf(flags), configuration, acceptance, source };
}

export interface WireResult
  extends Pick<WireReportInput, "sightings" | "files" | "parsed" | "skipped" | "milliseconds"> {
  /** What the terminal shows; the other formats have their writers. */
  readonly text: (report: Report, paint: Paint, sightings: readonly Sighting[]) => string;
  readonly stdout?: Delivery["stdout"];
}

/**
 * Reports cookies seen on the wire as scan reports those of the source, beside the source where it was named.
 * @returns the exit status
 */
export async function deliverWire(settings: WireSettings, { text, stdout, ...seen }: WireResult): Promise<ExitStatus> {
  const { flags, outputs, configuration, acceptance, source } = settings;
  const placed = flags.agent === undefined ? seen.sightings : withAgentLines(seen.sightings, recordsIn(flags.agent));
  const sightings = source === undefined ? placed : correlate(placed, await cookiesIn(source, flags));
  const report = makeWireReport({ ...seen, sightings, rules, acceptance, deployment: production, root: "." });
  return deliver(report, {
    flags,
    outputs,
    render: async (format, color) => {
      if (format === "text") return text(report, painter(color), sightings);
      const write: ReportWriter = await writers[format]();
      // The text of the input is withheld: it holds the values of cookies.
      const page = (rule: string) => findPage(rule)?.text;
      return write(report, { text: () => undefined, page, color, width: 80, verbose: false });
    },
    failOn: configuration.failOn,
    stdout,
  });
}

/** @throws CannotDo when the file cannot be read, or is none of the agent's */
function recordsIn(file: string): readonly AgentRecord[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CannotDo(`--agent ${file} cannot be read: ${readFailure(error)}.`);
  }
  const { records, others } = readRecords(text);
  if (records.length === 0 && others > 0) {
    throw new CannotDo(`--agent ${file} is not what setsecure/agent writes: name the file of SETSECURE_AGENT_OUT.`);
  }
  return records;
}

/** The cookies that the source sets, with places relative to where the command runs. */
async function cookiesIn(source: Target, flags: WireFlags): Promise<readonly ReportCookie[]> {
  const configuration = configurationFor(source.root, flags);
  const all = { ...flags, progress: flags.progress === true };
  const { report, recognised } = await scanTarget(source, all, configuration, emptyBaseline);
  if (recognised === 0) {
    throw new CannotDo(`--source ${flags.source}: no file there belongs to a framework that setsecure knows.`);
  }
  const from = <T>(part: T): T => (isPlace(part) ? { ...part, file: `${source.rootName}/${part.file}` } : part);
  if (source.rootName === ".") return report.cookies;
  return report.cookies.map((cookie) => ({
    ...cookie,
    sink: from(cookie.sink),
    decidedBy: from(cookie.decidedBy),
    fix: cookie.fix && { ...cookie.fix, edits: cookie.fix.edits.map(from) },
  }));
}

function isPlace(part: unknown): part is Location {
  return typeof part === "object" && part !== null && "file" in part;
}
