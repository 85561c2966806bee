import type { Context, ProxyTrust } from "../framework.ts";
import { configurationOf, propertyOf } from "./java-configuration.ts";

/**
 * Does Spring Boot's configuration make the container, or the application in it, believe `X-Forwarded-Proto`?
 * `framework` wraps the request for the application alone: the container that makes its session's cookie is not told.
 * https://docs.spring.io/spring-boot/how-to/webserver.html#howto.webserver.use-behind-a-proxy-server
 */
export function springTrust(context: Context, asker: "container" | "application"): ProxyTrust | undefined {
  const { settings } = context.facts;
  for (const file of configurationOf(settings, context.deployment)) {
    const property = (key: string) => propertyOf(key, file, settings, context.deployment);
    const strategy = property("server.forward-headers-strategy");
    const word = String(strategy?.value).toLowerCase();
    if (strategy !== undefined && word === "framework" && asker === "container") {
      const says =
        "`server.forward-headers-strategy=framework` tells the application of the scheme, and not the container";
      return { trusted: false, because: { ...strategy.because, says } };
    }
    if (strategy !== undefined && (word === "native" || word === "framework"))
      return {
        trusted: true,
        because: { ...strategy.because, says: `\`server.forward-headers-strategy\` is \`${word}\`` },
      };
    for (const key of ["server.tomcat.remoteip.protocol-header", "server.tomcat.protocol-header"]) {
      const header = property(key);
      if (header !== undefined && header.value !== "")
        return { trusted: true, because: { ...header.because, says: `\`${key}\` makes Tomcat believe the header` } };
    }
    const old = property("server.use-forward-headers");
    if (String(old?.value) === "true" && old !== undefined)
      return { trusted: true, because: { ...old.because, says: "`server.use-forward-headers` is `true`" } };
  }
  return undefined;
}
