import type { Cookie } from "../cookie.ts";
import type { Complaint } from "../rule.ts";
import { cookieName } from "./words.ts";

/**
 * A cookie that browsers refuse unless it carries Secure.
 * @param by what a browser that was asked calls this reason
 */
export function refusedUnlessSecure(cookie: Cookie, why: string, by: string): readonly Complaint[] {
  const { verdict, deletion, dropped, notDeployed, condition, sink, decidedBy, because } = cookie;
  if (dropped !== undefined) {
    if (dropped.by !== by || !dropped.lacksSecure) return [];
    const message = `${cookieName(cookie)} never gets into a browser: ${because}.`;
    return [{ level: "warning", message, location: sink, related: [decidedBy] }];
  }
  if (deletion || verdict === "secure") return [];
  const off = verdict === "insecure" || condition?.inDeployment === "insecure";
  const level = notDeployed !== undefined || !off ? "note" : verdict === "insecure" ? "error" : "warning";
  const how = off ? "Browsers refuse it" : "Browsers refuse it whenever Secure is off";
  return [
    { level, message: `${cookieName(cookie)} ${why}. ${how}: ${because}.`, location: sink, related: [decidedBy] },
  ];
}
