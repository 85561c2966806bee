import {
  type CallFact,
  type Context,
  type Framework,
  fallback,
  imports,
  type ProxyTrust,
  setter,
} from "../../framework.ts";
import { chainOf, expiresAtOnce, setBeforeEnd, started } from "../fluent-builder.ts";
import { headerByHand, testing } from "../java.ts";
import { configurationFiles, injectedFrom } from "../java-configuration.ts";
import { springTrust } from "../spring-trust.ts";

const docs =
  "https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/http/ResponseCookie.ResponseCookieBuilder.html#secure(boolean)";

const headerDocs =
  "https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/http/HttpHeaders.html#SET_COOKIE";

/** `ResponseEntity.ok().header(…)`, `headers.add(…)`, `exchange.getResponse().getHeaders().add(…)`; no client's. */
const HEADERS =
  /(?:^|\.)(?:ResponseEntity\.\w+\(\)(?:\.\w+\(\))*\.header|org\.springframework\.http\.HttpHeaders(?:\(\))?\.(?:add|set)|(?:ServerHttpResponse|getResponse\(\)|response)\.getHeaders\(\)\.(?:add|set))$/;

/** `ResponseCookie.from(name, value)….build()`: the cookie is finished there and cannot be changed. */
export const springResponseCookie: Framework = {
  name: "spring-responsecookie",
  title: "Spring's ResponseCookie",
  docs,
  language: "java",
  words: { ".java": ["responsecookie", "set_cookie", "set-cookie"] },
  files: configurationFiles,
  configured: injectedFrom,
  injections: ["org.springframework.beans.factory.annotation.Value"],
  symbols: [
    {
      path: "*.getURI.getScheme",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: '`getURI().getScheme()` is "https" when the request arrives as https',
    },
    {
      path: "*.getURI().getScheme",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: '`getURI().getScheme()` is "https" when the request arrives as https',
    },
  ],
  sinks: [
    {
      on: { kind: "call", method: ["build"], matches: isBuilt },
      name: [started(0)],
      secure: [setter("receiver", "secure()"), fallback(false, docs, "`secure` is not called, and the default is off")],
      attributes: {
        httponly: [setter("receiver", "httpOnly()")],
        samesite: [setter("receiver", "sameSite()")],
        path: [setter("receiver", "path()")],
        domain: [setter("receiver", "domain()")],
      },
      deletion: expiresAtOnce,
      fixes: (fact, context) =>
        fact.kind === "call" && !chainOf(fact).some(isSecureCall) ? setBeforeEnd(fact, context, "secure(true)") : [],
    },
    headerByHand(["header", "add", "set"], headerDocs, isHeaders),
  ],
  proxyTrust: (context) => springTrust(context, "application") ?? unsaid,
};

const unsaid: ProxyTrust = {
  trusted: undefined,
  because: { from: "deployment", says: "nothing in the project makes Spring believe `X-Forwarded-Proto`" },
};

function isHeaders({ callee, place }: CallFact, context: Context): boolean {
  return callee.some((path) => HEADERS.test(path)) && !imports(context, place.file, ...testing);
}

function isBuilt(call: CallFact): boolean {
  return call.callee.some((path) =>
    /(?:^|\.)ResponseCookie\.from(?:ClientResponse)?\(\)(?:\.\w+\(\))*\.build$/.test(path),
  );
}

function isSecureCall({ method }: { readonly method: string }): boolean {
  return method === "secure";
}
