import type { Rule } from "../rule.ts";
import { refusedUnlessSecure } from "./refused.ts";

/** Browsers compare the prefix in any case: RFC 6265bis, 4.1.3. */
const prefix = /^__(?:Secure|Host|Http|Host-Http)-/i;

/** The name promises Secure, and the cookie does not keep the promise. */
export const prefixWithoutSecure: Rule = {
  name: "prefix-without-secure",
  title: "A name prefix that requires Secure, on a cookie without it",
  cwe: 614,
  securitySeverity: "4.0",
  check(cookie) {
    const found = prefix.exec(cookie.name ?? "");
    return found === null
      ? []
      : refusedUnlessSecure(cookie, `has the prefix ${found[0]}, which requires Secure`, "prefix");
  },
};
