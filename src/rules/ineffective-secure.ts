import type { Cookie, Remark } from "../cookie.ts";
import type { Complaint, Rule } from "../rule.ts";
import { cookieName } from "./words.ts";

/** Somebody wanted Secure, wrote it down, and the framework does not read it there. */
export const ineffectiveSecure: Rule = {
  name: "ineffective-secure",
  title: "An attempt at Secure that has no effect",
  cwe: 614,
  securitySeverity: "5.0",
  check(cookie) {
    if (cookie.deletion) return [];
    return cookie.remarks.filter(({ kind }) => kind === "ineffective").map((remark) => complain(cookie, remark));
  },
};

function complain(cookie: Cookie, { says, at }: Remark): Complaint {
  const harmless = cookie.verdict === "secure" || cookie.notDeployed !== undefined;
  return {
    level: harmless ? "note" : "warning",
    message: `${cookieName(cookie)} does not get Secure from this: ${says}.`,
    location: at.from === "file" ? { file: at.file, span: at.span } : cookie.sink,
    related: [at],
  };
}
