import type { Cookie } from "../cookie.ts";

/** How a sentence begins that speaks of the cookie. */
export function cookieName({ name }: Pick<Cookie, "name">): string {
  return name === undefined ? "A cookie whose name is computed" : `The cookie "${name}"`;
}
