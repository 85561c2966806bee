import { type Baseline, baselineLookup } from "./baseline.ts";
import type { AcceptedFinding } from "./configuration.ts";
import type { Cookie, Verdict } from "./cookie.ts";
import type { Day } from "./date.ts";
import { type Deployment, disclosed } from "./deployment.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { fingerprints } from "./fingerprint.ts";
import type { Inventory } from "./inventory.ts";
import { type Locator, locator } from "./locate.ts";
import type { Report, ReportFinding } from "./report.ts";
import type { Rule } from "./rule.ts";
import { suggestionFor } from "./suggestion.ts";
import { commentsFor, faultOf, type Subject, speaksOf, suppressionLookup } from "./suppression.ts";
import { version } from "./version.ts";

/** What somebody accepted, wherever it was written, and the day on which that is judged. */
export interface Acceptance {
  readonly suppressions: readonly AcceptedFinding[];
  readonly baseline: Baseline;
  readonly today: Day;
}

export interface ReportInput {
  /** As the reader named it. */
  readonly root: string;
  readonly inventory: Inventory;
  readonly rules: readonly Rule[];
  readonly deployment: Deployment;
  readonly acceptance: Acceptance;
  /** The text of a file, as it was when the inventory was taken. */
  readonly text: (file: string) => string | undefined;
  /** How many files the walk found. */
  readonly files: number;
  readonly skipped: Report["skipped"];
  readonly milliseconds: number;
}

/** What the rules say of an inventory, in the order of files and lines, with what was accepted told apart. */
export function makeReport(input: ReportInput): Report {
  const { inventory, deployment } = input;
  const locate = locator(input.text);
  const { cookies } = inReportOrder(inventory);
  const findings = check(cookies, input.rules).sort((a, b) => byPlace(a.location, b.location));
  return {
    version: 1,
    tool: { name: "setsecure", version },
    root: input.root,
    deployment: { name: deployment.name, tls: deployment.tls, environment: disclosed(deployment) },
    cookies: cookies.map(locate.cookie),
    findings: toReport(findings, cookies, input.acceptance, locate),
    skipped: mergeSkipped([...input.skipped, ...inventory.skipped]),
    summary: {
      files: input.files,
      parsed: inventory.parsed,
      ...countCookies(cookies),
      milliseconds: Math.round(input.milliseconds),
    },
  };
}

/** The inventory with its cookies in the order in which reports number them. */
export function inReportOrder(inventory: Inventory): Inventory {
  return { ...inventory, cookies: [...inventory.cookies].sort((a, b) => byPlace(a.sink, b.sink)) };
}

function byPlace(a: Place, b: Place): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.span.start - b.span.start || a.span.end - b.span.end;
}

function check(cookies: readonly Cookie[], rules: readonly Rule[]): Finding[] {
  return cookies.flatMap((cookie, index) =>
    rules.flatMap((rule) =>
      rule.check(cookie).map((complaint): Finding => {
        const suggestion = suggestionFor(cookie);
        const common = { ...complaint, rule: rule.name, cookie: index, fixes: cookie.fixes };
        return suggestion === undefined ? common : { ...common, suggestion };
      }),
    ),
  );
}

function toReport(
  findings: readonly Finding[],
  cookies: readonly Cookie[],
  acceptance: Acceptance,
  locate: Locator,
): ReportFinding[] {
  const fingerprint = fingerprints();
  const acceptedIn = acceptedBySetting(acceptance);
  return findings.flatMap((finding) => {
    const cookie = cookies[finding.cookie];
    if (cookie === undefined) return [];
    const { rule, level, message, location, related, fixes, suggestion } = finding;
    const { file } = cookie.sink;
    const sinkLine = locate.lines(file).text(locate.location(cookie.sink).line);
    const id = fingerprint({ rule, framework: cookie.framework, cookie: cookie.name, file, sinkLine });
    const comment = acceptedInline(finding, cookie, acceptance.today, locate);
    const suppressed = comment.suppressed ?? acceptedIn({ rule, cookie: cookie.name, file }, id);
    return {
      rule,
      level,
      message: message + comment.remark,
      location: locate.location(location),
      related: related.map(locate.evidence),
      fingerprint: id,
      cookie: finding.cookie,
      fixes: fixes.map(locate.fix),
      ...(suggestion === undefined ? {} : { suggestion: { says: suggestion.says, ...locate.location(suggestion.at) } }),
      ...(suppressed === undefined ? {} : { suppressed }),
    };
  });
}

type Suppressed = NonNullable<ReportFinding["suppressed"]>;

/** Answers what the configuration or the baseline says of a finding: accepted, and why. */
export function acceptedBySetting({ suppressions, baseline, today }: Acceptance) {
  const inConfiguration = suppressionLookup(suppressions, today);
  const inBaseline = baselineLookup(baseline, today);
  return (subject: Subject, fingerprint: string): Suppressed | undefined => {
    const configured = inConfiguration(subject);
    if (configured !== undefined) return { by: "configuration", reason: configured.reason };
    const entry = inBaseline(fingerprint);
    return entry === undefined ? undefined : { by: "baseline", reason: entry.reason };
  };
}

interface Inline {
  readonly suppressed?: Suppressed;
  /** Told behind the message: comments that would accept the finding, and do not. */
  readonly remark: string;
}

function acceptedInline(finding: Finding, cookie: Cookie, today: Day, locate: Locator): Inline {
  const comments = commentsAbout(finding, cookie, locate).filter((comment) => speaksOf(comment, finding.rule));
  const valid = comments.find((comment) => faultOf(comment, today) === undefined);
  if (valid !== undefined) return { suppressed: { by: "inline", reason: valid.reason }, remark: "" };
  const faults = comments.map((comment) => `line ${comment.line} does not count: ${faultOf(comment, today)}`);
  return { remark: faults.map((says) => ` The comment setsecure-ignore on ${says}.`).join("") };
}

/** Comments on the line of the finding, of its sink, and of what the verdict rests on; each once. */
function commentsAbout({ location, related }: Finding, { sink, decidedBy, evidence }: Cookie, locate: Locator) {
  const places: Place[] = [location, sink, ...[...related, decidedBy, ...evidence].filter(isInFile)];
  const seen = new Set<string>();
  return places.flatMap((place) => {
    const { file, line } = locate.location(place);
    return commentsFor(locate.lines(file), line).filter((comment) => {
      const key = `${comment.line} ${file}`;
      return !seen.has(key) && seen.add(key);
    });
  });
}

function isInFile(evidence: Evidence): evidence is Extract<Evidence, { readonly from: "file" }> {
  return evidence.from === "file";
}

function countCookies(cookies: readonly Cookie[]) {
  const sent = cookies.filter((cookie) => !cookie.deletion);
  const count = (verdict: Verdict) => sent.filter((cookie) => cookie.verdict === verdict).length;
  return {
    cookies: sent.length,
    secure: count("secure"),
    insecure: count("insecure"),
    conditional: count("conditional"),
    unknown: count("unknown"),
    deletions: cookies.length - sent.length,
    fixable: sent.filter((cookie) => cookie.verdict !== "secure" && cookie.fixes.length > 0).length,
  };
}

/** In path order; a file that two stages speak of is listed with both reasons. */
function mergeSkipped(entries: Report["skipped"]): Report["skipped"] {
  const unique = new Map(entries.map((entry) => [`${entry.file}\0${entry.because}`, entry]));
  return [...unique.values()].sort((a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1));
}
