import type { Fix } from "./edit.ts";
import type { Evidence, Place } from "./evidence.ts";

export type Verdict = "secure" | "insecure" | "conditional" | "unknown";

/** What a `conditional` verdict depends on, or what decided a `secure` or `insecure` one under the deployment. */
export interface VerdictCondition {
  readonly on: "request-scheme" | "environment" | "configuration" | "branch" | "version";
  /** As a reader would say it: `NODE_ENV === "production"`, `the request arrives as https`. */
  readonly says: string;
  /** What it comes to in the chosen deployment; null when the deployment does not settle it. */
  readonly inDeployment: "secure" | "insecure" | null;
}

/** One attribute other than Secure, as far as it is known. */
export type AttributeValue = string | number | boolean | null;

/** One place that sets one cookie, judged. From source and, later, from the wire alike. */
export interface Cookie {
  /** undefined when the code computes it. A name with holes keeps `*` for them. */
  readonly name: string | undefined;
  readonly framework: string;
  readonly verdict: Verdict;
  /** One clause, without the cookie's name: `secure is not given, and Django's default is off`. */
  readonly because: string;
  readonly sink: Place;
  /** Where the cookie or its options were made, where that is another place than the sink. */
  readonly madeAt?: Place;
  readonly decidedBy: Evidence;
  /** The path of evaluation, from the sink to the deciding place. */
  readonly evidence: readonly Evidence[];
  readonly condition: VerdictCondition | undefined;
  /** Recognised as a deletion: counted, never a finding. */
  readonly deletion: boolean;
  /** False where the cookie is plainly not sensitive, such as a language choice. */
  readonly sensitive: boolean;
  /** Not sent in the chosen deployment (a development branch, Web.Debug.config): why. */
  readonly notDeployed: string | undefined;
  /** Seen on the wire, and kept by no browser: which rule of theirs it broke, and whether Secure is what it lacks. */
  readonly dropped?: { readonly by: string; readonly lacksSecure: boolean };
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How Secure is written for it: `secure`, `cookie.secure`, the name of a setting. */
  readonly attribute?: string;
  /** Best first. */
  readonly fixes: readonly Fix[];
  /** Traps told beside the verdict: an option that is ignored, a truthy string, a later mutation without effect. */
  readonly remarks: readonly Remark[];
}

/** Something a rule may report beside the verdict. */
export interface Remark {
  readonly kind:
    | "ineffective" /** an attempt at Secure that the framework ignores */
    | "withheld" /** Secure makes the framework drop the cookie or throw over plain http */
    | "wrong-type" /** secure by accident: a truthy value that is no boolean */
    | "note";
  readonly says: string;
  readonly at: Evidence;
}
