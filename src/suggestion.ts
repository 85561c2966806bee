import type { Cookie } from "./cookie.ts";
import type { Place } from "./evidence.ts";

/** What a person can do where no edit is known. */
export interface Suggestion {
  readonly says: string;
  readonly at: Place;
}

/** What to do by hand, and where; undefined for a cookie that an edit fixes, or that needs none. */
export function suggestionFor(cookie: Cookie): Suggestion | undefined {
  const { verdict, condition, deletion, notDeployed, fixes, decidedBy, sink } = cookie;
  const open = verdict === "insecure" || (verdict === "conditional" && condition?.inDeployment !== "secure");
  if (!open || deletion || notDeployed !== undefined || fixes.length > 0) return undefined;
  const at = decidedBy.from === "file" ? { file: decidedBy.file, span: decidedBy.span } : sink;
  return { says: saysOf(cookie), at };
}

function saysOf({ condition, decidedBy, attribute }: Cookie): string {
  const what = attribute === undefined ? "Secure" : `\`${attribute}\``;
  if (condition !== undefined)
    return `it is Secure only when ${condition.says}: see to that in production, or give ${what} a value here that is always on`;
  return decidedBy.from === "file"
    ? `give ${what} another value here, one that is on in production`
    : `set ${what} for the cookie that is made here`;
}
