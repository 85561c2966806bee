import type { CallFact, Context, SeenAlternative, WriteFact } from "../framework.ts";
import { production } from "./production.ts";

const SAYS_PRODUCTION = /prod/i;
const SAYS_DEVELOPMENT = /dev|local/i;

/**
 * The file's own way to tell production from development, as an expression that is true in production: a constant
 * that it has from a variable such as `NODE_ENV`, above the cookie. Undefined where it has none.
 */
export function productionFlag({ place }: CallFact | WriteFact, { facts }: Context): string | undefined {
  const module = facts.modules.get(place.file);
  for (const [name, seen] of module?.variables ?? []) {
    const bound = module?.bound.get(name);
    const [only, ...others] = seen;
    if (bound === undefined || bound.span.end > place.span.start || only === undefined || others.length > 0) continue;
    if (!isSettledByEnvironment(only) || only.data.kind !== "literal") continue;
    if (only.data.value === true && SAYS_PRODUCTION.test(name)) return name;
    if (only.data.value === false && SAYS_DEVELOPMENT.test(name)) return `!${name}`;
  }
  return undefined;
}

/**
 * What a session that is withheld over plain http costs.
 * @param what happens: `express-session then sends no session cookie at all`
 * @param flag by which Secure is on in production only
 */
export function lostLogins(what: string, flag: string | undefined): string {
  const onLocalhost = flag === undefined ? " on a developer's http://localhost, and" : "";
  return `Over what the application takes for plain http, ${what}: logins fail${onLocalhost} behind a proxy that ends TLS unless \`trust proxy\` is set.`;
}

const tellsProduction = new Set(Object.keys(production.environment).map((name) => `environment ${name}`));

function isSettledByEnvironment({ when }: SeenAlternative): boolean {
  return when.length > 0 && when.every(({ key, holds }) => tellsProduction.has(key) && holds === true);
}
