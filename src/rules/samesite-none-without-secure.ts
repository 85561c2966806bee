import type { Cookie } from "../cookie.ts";
import type { Rule } from "../rule.ts";
import { refusedUnlessSecure } from "./refused.ts";

/** `SameSite=None` counts only together with Secure: RFC 6265bis, 5.7. */
export const sameSiteNoneWithoutSecure: Rule = {
  name: "samesite-none-without-secure",
  title: "SameSite=None on a cookie without Secure",
  cwe: 614,
  securitySeverity: "4.0",
  check(cookie) {
    return isCrossSite(cookie)
      ? refusedUnlessSecure(cookie, "has SameSite=None, which requires Secure", "samesite-none")
      : [];
  },
};

function isCrossSite({ attributes }: Cookie): boolean {
  const entry = Object.entries(attributes).find(([name]) => name.toLowerCase() === "samesite");
  return typeof entry?.[1] === "string" && entry[1].toLowerCase() === "none";
}
