import type { AttributeValue, Remark, Verdict, VerdictCondition } from "./cookie.ts";
import type { Edit } from "./edit.ts";
import type { Level } from "./finding.ts";

/** 1-based; columns in UTF-16 code units; the end is exclusive. */
export interface Region {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Location = { readonly file: string } & Region;

/** One reason in a report: a place in a file, a documentation page, the deployment, or a line seen on the wire. */
export type ReportEvidence =
  | ({ readonly says: string } & Location)
  | { readonly docs: string; readonly says: string }
  | { readonly deployment: string; readonly says: string }
  | { readonly wire: string; readonly says: string };

export interface ReportFix {
  readonly title: string;
  readonly safety: "safe" | "needs a decision";
  readonly note: string | null;
  readonly edits: readonly (Location & Pick<Edit, "expected" | "replacement">)[];
}

/** What a real browser was seen to do with a cookie. */
export interface WireProof {
  /** Which one, and how it ran: `Chromium 156 with its default upgrades`. */
  readonly browser: string;
  /** The request that was watched. */
  readonly url: string;
  /** Whether it carried the cookie in clear text. */
  readonly sent: boolean;
  /** One clause, with the browser's own reason when the cookie was withheld. */
  readonly says: string;
}

/** A place of the source that can have set a cookie seen on the wire. */
export type WireSourcePlace = Location & {
  /** By what it was found: a line that an agent saw, the whole name, a name with holes, or a name that goes with it. */
  readonly by: "agent" | "name" | "pattern" | "related name";
  readonly framework: string;
  readonly verdict: Verdict;
  readonly because: string;
};

/** What the source says of a cookie seen on the wire. */
export interface WireSource {
  readonly relation:
    | "insecure in both"
    | "secure in both"
    | "secure only in the source"
    | "secure only on the wire"
    | "open in the source"
    | "not in the source";
  /** Sentences: the two side by side, and what is likely. */
  readonly says: string;
  /** Best first. */
  readonly places: readonly WireSourcePlace[];
  /** The documentation of what sets it in front of the application, where its name is known. */
  readonly docs?: string;
}

export interface ReportCookie {
  readonly name: string | null;
  readonly framework: string;
  readonly verdict: Verdict;
  readonly because: string;
  readonly sink: Location | null;
  readonly decidedBy: ReportEvidence;
  readonly evidence: readonly ReportEvidence[];
  readonly sensitive: boolean;
  readonly deletion: boolean;
  /** Why the cookie is not sent in the chosen deployment, or null. */
  readonly notDeployed: string | null;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly condition: VerdictCondition | null;
  /** Traps told beside the verdict. */
  readonly remarks: readonly { readonly kind: Remark["kind"]; readonly says: string; readonly at: ReportEvidence }[];
  readonly fix: ReportFix | null;
  readonly wire?: {
    readonly line: number;
    readonly url: string;
    readonly stored: boolean;
    readonly secure: boolean;
    readonly sentOverHttp: boolean;
    /** What keeps it off plain http all the same; mitigated is not safe. */
    readonly mitigation?: string;
    readonly proofs?: readonly WireProof[];
    /** Only with `--source`. */
    readonly source?: WireSource;
  };
}

export interface ReportFinding {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
  readonly location: Location | null;
  readonly related: readonly ReportEvidence[];
  readonly fingerprint: string;
  readonly cookie: number;
  readonly fixes: readonly ReportFix[];
  /** What to do by hand, and where; only where there is no fix. */
  readonly suggestion?: { readonly says: string } & Location;
  /** Set when a comment, the configuration or the baseline accepts it; such a finding does not count for the exit status. */
  readonly suppressed?: { readonly by: "inline" | "configuration" | "baseline"; readonly reason: string };
}

/** The JSON report, version 1. Its schema is published as `schema/report-1.json`. */
export interface Report {
  readonly version: 1;
  readonly tool: { readonly name: "setsecure"; readonly version: string };
  readonly root: string;
  readonly deployment: {
    readonly name: string;
    readonly tls: "proxy" | "process" | "none";
    readonly environment: Readonly<Record<string, string | null>>;
  };
  readonly cookies: readonly ReportCookie[];
  readonly findings: readonly ReportFinding[];
  readonly skipped: readonly { readonly file: string; readonly because: string }[];
  readonly summary: {
    readonly files: number;
    readonly parsed: number;
    readonly cookies: number;
    readonly secure: number;
    readonly insecure: number;
    readonly conditional: number;
    readonly unknown: number;
    readonly deletions: number;
    readonly fixable: number;
    readonly milliseconds: number;
  };
}
