import type { Cookie, Verdict } from "./cookie.ts";
import { type Deployment, disclosed } from "./deployment.ts";
import type { Level } from "./finding.ts";
import { fingerprints } from "./fingerprint.ts";
import { type Acceptance, acceptedBySetting } from "./make-report.ts";
import type {
  Location,
  Report,
  ReportCookie,
  ReportEvidence,
  ReportFinding,
  ReportFix,
  WireProof,
  WireSource,
} from "./report.ts";
import type { Rule } from "./rule.ts";
import { visible, wrap } from "./terminal/text.ts";
import { version } from "./version.ts";
import { originOf } from "./wire/jar.ts";
import { type Judgement, loopbackNote } from "./wire/judge.ts";
import { type ProfileName, profiles } from "./wire/profile.ts";

/** One judged Set-Cookie line, where it was seen, and what else is known of it. */
export interface Sighting {
  readonly judgement: Judgement;
  /** Where the line stands, when it was read from a file. */
  readonly location?: Location;
  /** Who set it, as far as that was seen: a line of the application, a line of a script. Best first. */
  readonly evidence?: readonly ReportEvidence[];
  /** What keeps the cookie off plain http although it has no Secure, as one clause: HSTS. Mitigated is not safe. */
  readonly mitigation?: string;
  /** What a real browser was seen to do with the cookie. */
  readonly proofs?: readonly WireProof[];
  /** What the source says of it, and what would mend it there. */
  readonly source?: WireSource;
  readonly fixes?: readonly ReportFix[];
}

export interface WireReportInput {
  readonly sightings: readonly Sighting[];
  readonly rules: readonly Rule[];
  readonly deployment: Deployment;
  readonly acceptance: Acceptance;
  /** What places in files are relative to, as the reader named it. */
  readonly root: string;
  /** How many files, pages or responses were asked for, and how many of them could be judged. */
  readonly files: number;
  readonly parsed: number;
  readonly skipped: Report["skipped"];
  readonly milliseconds: number;
}

/** What the rules say of cookies seen on the wire: a cookie for every sighting, in order, also for one that is dropped. */
export function makeWireReport(input: WireReportInput): Report {
  const { sightings, deployment } = input;
  const cookies = sightings.map(toCookie);
  const live = cookies.filter((_, index) => sightings[index]?.judgement.stored);
  const count = (verdict: Verdict) => live.filter((cookie) => cookie.verdict === verdict).length;
  return {
    version: 1,
    tool: { name: "setsecure", version },
    root: input.root,
    deployment: { name: deployment.name, tls: deployment.tls, environment: disclosed(deployment) },
    cookies: sightings.map((sighting, index) => toReportCookie(sighting, cookies[index])),
    findings: findingsOf(input, cookies),
    skipped: input.skipped,
    summary: {
      files: input.files,
      parsed: input.parsed,
      cookies: live.length,
      secure: count("secure"),
      insecure: count("insecure"),
      conditional: 0,
      unknown: 0,
      deletions: cookies.filter(({ deletion }) => deletion).length,
      fixable: sightings.filter(({ judgement, fixes = [] }) => judgement.stored && fixes.length > 0).length,
      milliseconds: Math.round(input.milliseconds),
    },
  };
}

/** What is said of a loopback host where the reasons of its cookies are brief. */
export const loopbackEvidence = ({ loopback, url }: Judgement): readonly ReportEvidence[] =>
  loopback ? [{ wire: url, says: loopbackNote }] : [];

/** The same, once for all. */
export const loopbackRemark = (sightings: readonly Sighting[]): readonly string[] =>
  sightings.some(({ judgement }) => judgement.loopback) ? [`A loopback host is ${loopbackNote}.`] : [];

/** Names that say by themselves that nothing is at stake. */
const harmless =
  /^(?:(?:user|site|app)[-_.]?)?(?:lang|language|locale|i18n(?:ext)?|timezone|tz|theme|colou?r[-_.]?(?:scheme|mode)|dark[-_.]?mode|cookie[-_.]?(?:consent|notice|banner))$/i;

/** A name as it may stand on a terminal. */
function shownName(name: string): string {
  if (name === "") return "(nameless)";
  return `${visible(name.slice(0, 60))}${name.length > 60 ? "…" : ""}`;
}

/** A cookie of the wire as the rules see one of the source. */
function toCookie({ judgement }: Sighting): Cookie {
  const { name, secure, because, stored, sentOverHttp, deletion, dropped, attributes, url, line } = judgement;
  return {
    name: shownName(name),
    framework: "wire",
    verdict: secure ? "secure" : "insecure",
    because,
    sink: { file: url, span: { start: 0, end: 0 } },
    decidedBy: { from: "wire", url, line: String(line), says: because },
    evidence: [],
    condition: undefined,
    deletion,
    ...(dropped === undefined ? {} : { dropped: { by: dropped.reason, lacksSecure: dropped.lacksSecure } }),
    sensitive: !harmless.test(name),
    notDeployed: deletion || (stored && (secure || sentOverHttp)) ? undefined : because,
    attributes: { secure, ...attributes },
    fixes: [],
    remarks: [],
  };
}

function wireEvidence({ url, because }: Judgement): ReportEvidence {
  return { wire: url, says: because };
}

function toReportCookie(sighting: Sighting, cookie: Cookie | undefined): ReportCookie {
  const { judgement, location, mitigation, proofs, source, fixes = [] } = sighting;
  const { name, because, deletion, line, url, stored, secure, sentOverHttp, ignored, differs = [] } = judgement;
  const told = [
    ...ignored.map((says) => `ignored: ${says}`),
    ...differs.map((other) => `${profiles[other.profile].title} differs: ${other.because}`),
  ];
  return {
    name,
    framework: "wire",
    verdict: cookie?.verdict ?? "unknown",
    because,
    sink: location ?? null,
    decidedBy: wireEvidence(judgement),
    evidence: [...(sighting.evidence ?? []), ...told.map((says) => ({ wire: url, says }))],
    sensitive: cookie?.sensitive ?? true,
    deletion,
    notDeployed: cookie?.notDeployed ?? null,
    attributes: cookie?.attributes ?? {},
    condition: null,
    remarks: [],
    fix: fixes[0] ?? null,
    wire: {
      line,
      url,
      stored,
      secure,
      sentOverHttp,
      ...(mitigation === undefined ? {} : { mitigation }),
      ...(proofs === undefined ? {} : { proofs }),
      ...(source === undefined ? {} : { source }),
    },
  };
}

function findingsOf({ sightings, rules, acceptance }: WireReportInput, cookies: readonly Cookie[]): ReportFinding[] {
  const fingerprint = fingerprints();
  const acceptedIn = acceptedBySetting(acceptance);
  return sightings.flatMap((sighting, index): ReportFinding[] => {
    const cookie = cookies[index];
    if (cookie === undefined) return [];
    const { judgement, evidence = [], fixes = [] } = sighting;
    const { name } = judgement;
    return complaintsOf(sighting, cookie, rules).map(({ rule, level, message }) => {
      const id = fingerprint({ rule, framework: "wire", cookie: name, file: siteOf(judgement), sinkLine: "" });
      const suppressed = subjectsOf(sighting)
        .map((file) => acceptedIn({ rule, cookie: name, file }, id))
        .find((accepted) => accepted !== undefined);
      return {
        rule,
        level,
        message,
        location: sighting.location ?? placeInSource(sighting) ?? placeSeen(sighting),
        related: [wireEvidence(judgement), ...evidence, ...sourceEvidence(sighting)],
        fingerprint: id,
        cookie: index,
        fixes,
        ...(suppressed === undefined ? {} : { suppressed }),
      };
    });
  });
}

/** Where a finding leads that has no line of its own: to the source, where it decides what the wire shows. */
function placeInSource({ source }: Sighting): Location | null {
  const [place] = source?.places ?? [];
  const leads = source?.relation === "insecure in both" || source?.relation === "secure only on the wire";
  if (place === undefined || !leads) return null;
  const { file, line, column, endLine, endColumn } = place;
  return { file, line, column, endLine, endColumn };
}

/** The line that was seen to set it, where that lies in the project: what runs elsewhere has no place here. */
function placeSeen({ evidence = [] }: Sighting): Location | null {
  for (const each of evidence) {
    if (!("file" in each) || /^(?:\/|\.\.\/|[A-Za-z][\w+.-]*:)/.test(each.file)) continue;
    const { file, line, column, endLine, endColumn } = each;
    return { file, line, column, endLine, endColumn };
  }
  return null;
}

function sourceEvidence({ source }: Sighting): ReportEvidence[] {
  if (source === undefined) return [];
  const places = source.places.map(({ file, line, column, endLine, endColumn, framework, verdict, because }) => ({
    file,
    line,
    column,
    endLine,
    endColumn,
    says: `${framework}, ${verdict}: ${because}`,
  }));
  return [...places, ...(source.docs === undefined ? [] : [{ docs: source.docs, says: source.says }])];
}

/** A cookie is the same one on whichever page of a site it is seen, so that a baseline outlives ids in paths. */
function siteOf({ url }: Judgement): string {
  const origin = originOf(url);
  return origin === undefined ? "" : `${origin.scheme}://${origin.host}`;
}

/** What the `file` of a suppression is compared with: the file of the line, and its URL without the scheme. */
function subjectsOf({ judgement, location }: Sighting): string[] {
  const page = judgement.url.replace(/^\w+:\/\//, "").replace(/\/$/, "");
  return [location?.file ?? "", page].filter((subject) => subject !== "");
}

interface WireComplaint {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
}

function complaintsOf(sighting: Sighting, cookie: Cookie, rules: readonly Rule[]): WireComplaint[] {
  const found = rules.flatMap((rule) =>
    rule.check(cookie).map(({ level, message }) => ({
      rule: rule.name,
      level: sighting.mitigation !== undefined && level === "error" ? ("warning" as const) : level,
      message: message + remarksOf(sighting),
    })),
  );
  return sighting.source?.relation === "secure only on the wire" ? [...found, onlyOnTheWire(sighting, cookie)] : found;
}

function onlyOnTheWire(sighting: Sighting, { name }: Cookie): WireComplaint {
  return {
    rule: "missing-secure",
    level: "note",
    message: `The cookie "${name}" carries Secure on the wire.${sourceSays(sighting)}`,
  };
}

const sourceSays = ({ source }: Sighting) => (source === undefined ? "" : ` ${source.says}`);

function remarksOf(sighting: Sighting): string {
  const { mitigation, proofs = [] } = sighting;
  const mitigated = mitigation === undefined ? "" : ` Mitigated, not safe: ${mitigation}.`;
  const seen = proofs.map(({ browser, says }) => ` Seen in ${browser}: ${says}.`);
  return mitigated + seen.join("") + sourceSays(sighting);
}

type Told = "sent over http" | "https only" | "never sent" | "dropped" | "deletion" | "mitigated";

type Outcome = Pick<Judgement, "stored" | "secure" | "deletion" | "sentOverHttp">;

function outcomeWord({ stored, secure, deletion, sentOverHttp }: Outcome): Told {
  if (!stored) return deletion ? "deletion" : "dropped";
  if (sentOverHttp) return "sent over http";
  return secure ? "https only" : "never sent";
}

function wordOf({ judgement, mitigation }: Sighting): Told {
  if (judgement.dropped !== undefined) return "dropped";
  const word = outcomeWord(judgement);
  return word === "sent over http" && mitigation !== undefined ? "mitigated" : word;
}

/** How wide names are shown in a table of these cookies. */
export function nameWidth(sightings: readonly Sighting[]): number {
  return sightings.reduce((most, { judgement }) => Math.max(most, Math.min(24, shownName(judgement.name).length)), 0);
}

/** One cookie on one line for the terminal, without where it was seen: name, what becomes of it, why. */
export function wireRow(sighting: Sighting, width: number): string {
  const { judgement, mitigation, proofs = [], evidence = [] } = sighting;
  const { name, because, differs = [] } = judgement;
  const lines = linesIn(evidence);
  const told = [
    because,
    ...differs.map((other) => `${profiles[other.profile].title}: ${outcomeWord(other)}`),
    ...(mitigation === undefined ? [] : [`mitigated, not safe: ${visible(mitigation)}`]),
    ...proofs.map(({ browser, says }) => `seen in ${browser}: ${visible(says)}`),
    ...(lines.length === 0 ? [] : [`set by ${lines.join(", ")}`]),
  ];
  return `${shownName(name).padEnd(width)}  ${wordOf(sighting).padEnd(14)}  ${told.join("; ")}`;
}

function linesIn(evidence: NonNullable<Sighting["evidence"]>): string[] {
  return evidence.flatMap((each) => ("file" in each ? [`${visible(each.file)}:${each.line}:${each.column}`] : []));
}

/** The lines that were seen to set the cookies, for a terminal that showed the cookies before these were known. */
export function lineRows(sightings: readonly Sighting[]): string[] {
  const width = nameWidth(sightings);
  const rows = sightings.flatMap(({ judgement, evidence = [] }) => {
    const lines = linesIn(evidence);
    return lines.length === 0 ? [] : [`  ${shownName(judgement.name).padEnd(width)}  ${lines.join(", ")}`];
  });
  return rows.length === 0 ? [] : ["Set by these lines:", ...new Set(rows)];
}

const SOURCE_WIDTH = 100;

/** The cookies of the wire beside the source, each with what that comes to; empty where the source was not asked. */
export function sourceRows(sightings: readonly Sighting[]): string[] {
  const asked = sightings.filter(({ source }) => source !== undefined);
  const width = nameWidth(asked);
  const rows = asked.map(({ judgement, source }) => {
    const says = wrap(visible(source?.says ?? ""), SOURCE_WIDTH).map((line) => `     ${line}`);
    return [`  ${shownName(judgement.name).padEnd(width)}  ${source?.relation}`, ...says].join("\n");
  });
  // The same cookie on many pages is told once.
  return rows.length === 0 ? [] : ["Beside the source:", ...new Set(rows)];
}

const noun = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** `6 lines, judged as Chromium 156 does: 2 sent over plain http, …`. */
export function wireSummary(sightings: readonly Sighting[], report: Report, profile: ProfileName): string {
  const words = sightings.map(wordOf);
  const count = (word: Told) => words.filter((other) => other === word).length;
  const accepted = report.findings.filter(({ suppressed }) => suppressed !== undefined).length;
  const parts = [
    `${count("sent over http")} sent over plain http`,
    ...(count("mitigated") === 0 ? [] : [`${count("mitigated")} mitigated`]),
    `${count("https only")} over https only`,
    ...(count("never sent") === 0 ? [] : [`${count("never sent")} never sent`]),
    `${count("dropped")} dropped`,
    noun(count("deletion"), "deletion", "deletions"),
    ...(accepted === 0 ? [] : [noun(accepted, "finding accepted", "findings accepted")]),
  ];
  return `${noun(sightings.length, "line", "lines")}, judged as ${profiles[profile].title} does: ${parts.join(", ")}.`;
}
