import { type Configuration } from "../configuration.ts";
import { dayOf } from "../date.ts";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { production } from "../frameworks/production.ts";
import { findPage } from "../pages.ts";
import type { Report } from "../report.ts";
import { type ReportWriter, writers } from "../reports/index.ts";
import { rules } from "../rules/index.ts";
import { type Paint, painter } from "../terminal/text.ts";
import { isProfileName, type ProfileName, profiles } from "../wire/profile.ts";
import { makeWireReport, type WireReportInput } from "../wire-report.ts";
import { type Delivery, deliver, type Output, outputsOf, type ReportFlags } from "./deliver.ts";
import { baselineFor, configurationFor, type ProjectFlags } from "./project.ts";

/** The options of every command that judges cookies seen on the wire, as commander gives them. */
export interface WireFlags extends ReportFlags, Pick<ProjectFlags, "config" | "baseline"> {
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
  return { flags, profile, outputs: outputsOf(flags), configuration, acceptance };
}

export interface WireResult
  extends Pick<WireReportInput, "sightings" | "files" | "parsed" | "skipped" | "milliseconds"> {
  /** What the terminal shows; the other formats have their writers. */
  readonly text: (report: Report, paint: Paint) => string;
  readonly stdout?: Delivery["stdout"];
}

/** Reports cookies seen on the wire as scan reports those of the source, and says the exit status. */
export function deliverWire(settings: WireSettings, { text, stdout, ...seen }: WireResult): Promise<ExitStatus> {
  const { flags, outputs, configuration, acceptance } = settings;
  const report = makeWireReport({ ...seen, rules, acceptance, deployment: production, root: "." });
  return deliver(report, {
    flags,
    outputs,
    render: async (format, color) => {
      if (format === "text") return text(report, painter(color));
      const write: ReportWriter = await writers[format]();
      // The text of the input is withheld: it holds the values of cookies.
      const page = (rule: string) => findPage(rule)?.text;
      return write(report, { text: () => undefined, page, color, width: 80, verbose: false });
    },
    failOn: configuration.failOn,
    stdout,
  });
}
