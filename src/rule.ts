import type { Cookie } from "./cookie.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { Level } from "./finding.ts";

/** What a rule says of one cookie. */
export interface Complaint {
  readonly level: Level;
  readonly message: string;
  readonly location: Place;
  readonly related: readonly Evidence[];
}

/** A rule sees only cookies, so that it judges one from source and one from the wire alike. Pure. */
export interface Rule {
  readonly name: string;
  readonly title: string;
  /** CWE number. */
  readonly cwe: number;
  /** CVSS-like number that GitHub reads, as text: "5.0". */
  readonly securitySeverity: string;
  check(cookie: Cookie): readonly Complaint[];
}
