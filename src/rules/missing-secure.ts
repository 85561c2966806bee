import type { Cookie, VerdictCondition } from "../cookie.ts";
import type { Place } from "../evidence.ts";
import type { Level } from "../finding.ts";
import type { Rule } from "../rule.ts";
import { cookieName } from "./words.ts";

/** The cookie may travel over plain http. */
export const missingSecure: Rule = {
  name: "missing-secure",
  title: "The cookie does not carry Secure in production",
  cwe: 614,
  securitySeverity: "6.5",
  check(cookie) {
    const level = levelOf(cookie);
    if (level === undefined) return [];
    return [{ level, message: messageOf(cookie), location: locationOf(cookie), related: [cookie.decidedBy] }];
  },
};

function levelOf({ verdict, deletion, dropped, sensitive, notDeployed, condition }: Cookie): Level | undefined {
  if (deletion || dropped !== undefined || verdict === "secure") return undefined;
  if (notDeployed !== undefined || verdict === "unknown") return "note";
  if (verdict === "insecure") return sensitive ? "error" : "warning";
  return condition === undefined || !isLikelyOff(condition) ? "note" : "warning";
}

/** A branch that neither the deployment nor the request decides is somebody's way to the cookie without Secure. */
function isLikelyOff({ on, inDeployment }: VerdictCondition): boolean {
  return inDeployment === "insecure" || (on === "branch" && inDeployment === null);
}

function messageOf(cookie: Cookie): string {
  const { verdict, because, condition, notDeployed } = cookie;
  const says = {
    secure: "",
    insecure: `is sent without Secure: ${because}`,
    conditional: `carries Secure only under a condition: ${condition?.says ?? because}`,
    unknown: `may or may not carry Secure: ${because}`,
  }[verdict];
  const scene = condition?.says.includes("in this deployment") === true ? "there" : "in this deployment";
  const comesTo = condition?.inDeployment === "insecure" ? `; ${scene} it is off` : "";
  const where = notDeployed === undefined ? "" : `; not in this deployment: ${notDeployed}`;
  return `${cookieName(cookie)} ${says}${comesTo}${where}.`;
}

/**
 * The smallest span that decides, where it stands in the file of the sink; where a default decides, the place that
 * makes the cookie, which nothing makes Secure from there on; else the sink.
 */
function locationOf({ decidedBy, sink, madeAt }: Cookie): Place {
  if (decidedBy.from === "docs" && madeAt?.file === sink.file) return madeAt;
  if (decidedBy.from !== "file" || decidedBy.file !== sink.file) return sink;
  return { file: decidedBy.file, span: decidedBy.span };
}
