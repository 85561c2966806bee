/** What "production" means for this scan. */
export interface Deployment {
  readonly name: string;
  /** `proxy`: TLS ends in front of the process, which sees plain http and `X-Forwarded-Proto: https`. `process`: the process speaks TLS. `none`: plain http. */
  readonly tls: "proxy" | "process" | "none";
  /** Environment variables of the deployment; null means that the variable is known to be unset. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Where each variable came from, for evidence: `docker-compose.yml:12`. */
  readonly origins: Readonly<Record<string, string>>;
}

/** Values that say nothing but yes or no, or which environment it is. */
const harmless =
  /^(?:true|false|yes|no|on|off|0|1|production|staging|development|test|always|never|auto|lax|strict|none)$/i;

/** The environment as a report may show it: a value that could be a secret is left out. */
export function disclosed({ environment }: Deployment): Record<string, string | null> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value === null || harmless.test(value)));
}
