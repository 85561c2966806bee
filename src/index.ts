export type { Baseline, BaselineEntry } from "./baseline.ts";
export { parseBaseline } from "./baseline.ts";
export type { AcceptedFinding, Configuration } from "./configuration.ts";
export { findConfiguration, parseConfiguration, readConfiguration } from "./configuration.ts";
export type { AttributeValue, Verdict, VerdictCondition } from "./cookie.ts";
export { CannotDo } from "./exit.ts";
export type { Level } from "./finding.ts";
export type { DeploymentFlags } from "./read-deployment.ts";
export type {
  Location,
  Region,
  Report,
  ReportCookie,
  ReportEvidence,
  ReportFinding,
  ReportFix,
} from "./report.ts";
export type { Scan, ScanOptions } from "./scan.ts";
export { scan } from "./scan.ts";
