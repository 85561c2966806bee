import type { Rule } from "../rule.ts";
import { droppedCookie } from "./dropped-cookie.ts";
import { ineffectiveSecure } from "./ineffective-secure.ts";
import { missingSecure } from "./missing-secure.ts";
import { prefixWithoutSecure } from "./prefix-without-secure.ts";
import { sameSiteNoneWithoutSecure } from "./samesite-none-without-secure.ts";
import { withheldCookie } from "./withheld-cookie.ts";

/** Every rule, in the order of reports. */
export const rules: readonly Rule[] = [
  missingSecure,
  ineffectiveSecure,
  prefixWithoutSecure,
  sameSiteNoneWithoutSecure,
  droppedCookie,
  withheldCookie,
];
