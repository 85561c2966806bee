import type { Rule } from "../rule.ts";
import { cookieName } from "./words.ts";

/** Secure is right, and over what the application takes for plain http nothing is sent: not a leak, but lost logins. */
export const withheldCookie: Rule = {
  name: "withheld-cookie",
  title: "Over what it takes for plain http the framework sends no cookie at all",
  cwe: 614,
  securitySeverity: "1.0",
  check(cookie) {
    if (cookie.deletion || cookie.notDeployed !== undefined || cookie.verdict !== "secure") return [];
    return cookie.remarks
      .filter(({ kind }) => kind === "withheld")
      .map(({ says, at }) => ({
        level: "note",
        message: `${cookieName(cookie)} is Secure, and may never be sent: ${says}.`,
        location: at.from === "file" ? { file: at.file, span: at.span } : cookie.sink,
        related: [at],
      }));
  },
};
