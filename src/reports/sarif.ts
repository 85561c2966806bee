import { gzipSync } from "node:zlib";
import type { Level } from "../finding.ts";
import { lineHashes } from "../line-hash.ts";
import type { Location, Report, ReportEvidence, ReportFinding, ReportFix } from "../report.ts";
import type { Rule } from "../rule.ts";
import { rules } from "../rules/index.ts";
import type { ReportContext } from "./context.ts";

/** https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const LIMITS = {
  results: 25_000,
  steps: 1_000,
  locations: 1_000,
  gzippedBytes: 10 * 1024 * 1024,
  notifications: 1_000,
};
const ROOT = "%SRCROOT%";
const severity: readonly Level[] = ["error", "warning", "note"];

/** Findings of one rule that share a line, which GitHub would take for one alert. */
type Group = readonly [ReportFinding, ...ReportFinding[]];

/** SARIF 2.1.0. What was accepted stays out, since consumers read a suppression as a false positive. */
export function writeSarif(report: Report, context: ReportContext): string {
  const groups = groupByLine(report.findings.filter((finding) => finding.suppressed === undefined));
  const hashes = hashesByFile(context.text);
  let kept = groups.slice(0, LIMITS.results);
  for (;;) {
    const log = logOf(report, context, kept, groups.length - kept.length, hashes);
    const text = `${JSON.stringify(log, null, 2)}\n`;
    const fits = text.length < LIMITS.gzippedBytes || gzipSync(text).length <= LIMITS.gzippedBytes;
    if (fits || kept.length === 0) return text;
    kept = kept.slice(0, Math.floor(kept.length * 0.8));
  }
}

/** Worst first, so that a limit cuts off the least. */
function groupByLine(findings: readonly ReportFinding[]): Group[] {
  const groups = new Map<string, [ReportFinding, ...ReportFinding[]]>();
  const worstFirst = [...findings].sort((a, b) => severity.indexOf(a.level) - severity.indexOf(b.level));
  for (const finding of worstFirst) {
    const { rule, location } = finding;
    const key = JSON.stringify([rule, location?.file ?? finding.fingerprint, location?.line]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

type Hashes = (location: Location) => string | undefined;

function hashesByFile(text: ReportContext["text"]): Hashes {
  const known = new Map<string, readonly string[]>();
  return ({ file, line }) => {
    let hashes = known.get(file);
    if (hashes === undefined) {
      const content = text(file);
      hashes = content === undefined ? [] : lineHashes(content);
      known.set(file, hashes);
    }
    return hashes[line - 1];
  };
}

function logOf(report: Report, context: ReportContext, groups: readonly Group[], cut: number, hashes: Hashes) {
  const { tool, root, skipped } = report;
  const shown = root === "." || root.startsWith("/") || root.startsWith("..") ? "" : `${encodeURI(root)}/`;
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: tool.name,
            version: tool.version,
            semanticVersion: tool.version,
            rules: rules.map((rule) => describeRule(rule, context)),
          },
        },
        automationDetails: { id: `setsecure/${shown}` },
        originalUriBaseIds: { [ROOT]: { description: { text: "The folder that was scanned." } } },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications(skipped, cut) }],
        results: groups.map((group) => resultOf(group, report, hashes)),
      },
    ],
  };
}

function describeRule(rule: Rule, { page }: ReportContext) {
  const text = page(rule.name) ?? rule.title;
  return {
    id: rule.name,
    name: rule.name,
    shortDescription: { text: rule.title },
    fullDescription: { text: summaryOf(text) ?? rule.title },
    help: { text, markdown: text },
    defaultConfiguration: { level: "error" },
    properties: {
      tags: ["security", `external/cwe/cwe-${rule.cwe}`],
      precision: "high",
      "problem.severity": "error",
      "security-severity": rule.securitySeverity,
    },
  };
}

/** The first paragraph of a page. */
function summaryOf(page: string): string | undefined {
  return page
    .split(/\n\s*\n/)
    .find((block) => block.trim() !== "" && !block.startsWith("#"))
    ?.replace(/\s+/g, " ")
    .trim();
}

function notifications(skipped: Report["skipped"], cut: number) {
  const unread = skipped.slice(0, LIMITS.notifications).map(({ file, because }) => ({
    level: "warning",
    message: { text: `${file}: ${because}` },
    locations: [{ physicalLocation: { artifactLocation: artifact(file) } }],
  }));
  const more = skipped.length - unread.length;
  return [
    ...unread,
    ...(more > 0 ? [notice(`${more} more files were skipped.`)] : []),
    ...(cut > 0 ? [notice(`${cut} results were left out to keep GitHub's limits, the least severe ones.`)] : []),
  ];
}

function notice(text: string) {
  return { level: "warning", message: { text } };
}

function resultOf(group: Group, report: Report, hashes: Hashes) {
  const [first] = group;
  const { rule, level, location, related, fingerprint, fixes } = first;
  const hash = location === null ? undefined : hashes(location);
  const places = related.filter(isInFile).slice(0, LIMITS.locations);
  const linked = places.length > 0 ? " [Decided here](0)." : "";
  const flow = (report.cookies[first.cookie]?.evidence ?? []).filter(isInFile).slice(0, LIMITS.steps);
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex((one) => one.name === rule),
    level,
    message: { text: escapeLinks(group.map(messageOf).join(" ")) + linked },
    locations: location === null ? pageOf(first, report) : [{ physicalLocation: physical(location) }],
    ...(places.length === 0 ? {} : { relatedLocations: places.map((place, id) => ({ id, ...located(place) })) }),
    ...(flow.length === 0
      ? {}
      : { codeFlows: [{ threadFlows: [{ locations: flow.map((step) => ({ location: located(step) })) }] }] }),
    ...(hash === undefined ? {} : { partialFingerprints: { primaryLocationLineHash: hash } }),
    fingerprints: { "setsecure/v1": fingerprint },
    ...(fixes.length === 0 ? {} : { fixes: fixes.map(fixOf) }),
  };
}

/** What is wrong, and what to do where there is no edit to carry. */
function messageOf({ message, suggestion }: ReportFinding): string {
  if (suggestion === undefined) return message;
  return `${message} By hand, in ${suggestion.file}, line ${suggestion.line}: ${suggestion.says}.`;
}

/** A message is plain text in which `[text](0)` would be a link. */
function escapeLinks(text: string): string {
  return text.replace(/[[\]\\]/g, String.raw`\$&`);
}

function isInFile(evidence: ReportEvidence): evidence is Extract<ReportEvidence, Location> {
  return "file" in evidence;
}

function located(evidence: Extract<ReportEvidence, Location>) {
  return { physicalLocation: physical(evidence), message: { text: escapeLinks(evidence.says) } };
}

function physical(location: Location) {
  return { artifactLocation: artifact(location.file), region: regionOf(location) };
}

/** Where a cookie of the wire came from. GitHub refuses a log in which a result has no location. */
function pageOf({ cookie }: ReportFinding, report: Report) {
  const url = report.cookies[cookie]?.wire?.url;
  return url === undefined ? [] : [{ physicalLocation: { artifactLocation: artifact(url), region: { startLine: 1 } } }];
}

function artifact(file: string) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file)) return { uri: encodeURI(decoded(file)) };
  return { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: ROOT };
}

/** Of URLs, some have escapes already. */
function decoded(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

function regionOf({ line, column, endLine, endColumn }: Location) {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

function fixOf({ title, note, edits }: ReportFix) {
  const files = [...new Set(edits.map((edit) => edit.file))];
  return {
    description: { text: note === null ? title : `${title} (${note})` },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(file),
      replacements: edits
        .filter((edit) => edit.file === file)
        .map((edit) => ({ deletedRegion: regionOf(edit), insertedContent: { text: edit.replacement } })),
    })),
  };
}
