import type { Framework, Symbol } from "../../framework.ts";
import { added, made, requestMethods, switched } from "./cookies.ts";
import { rawHeader } from "./headers.ts";
import { proxyTrust, sessionCookies } from "./session.ts";
import { throughWrapper } from "./wrappers.ts";

const requests = [
  "*.HttpServletRequest",
  "*.ServletRequest",
  "*.HttpServletRequestWrapper",
  "request",
  "req",
  "httpRequest",
  "servletRequest",
  "httpServletRequest",
];

const symbols: readonly Symbol[] = requests.flatMap((receiver): readonly Symbol[] => [
  {
    path: `${receiver}.isSecure`,
    is: "request-scheme",
    says: "`isSecure()` is true when the request arrives as https",
  },
  {
    path: `${receiver}.getScheme`,
    is: "request-scheme-text",
    https: "https",
    http: "http",
    says: '`getScheme()` is "https" when the request arrives as https',
  },
  {
    path: `${receiver}.getRequestURL`,
    is: "request-url",
    says: "`getRequestURL()` begins with `https` when the request arrives as https",
  },
]);

export const servlet: Framework = {
  name: "servlet",
  title: "Java servlets",
  docs: "https://jakarta.ee/specifications/servlet/6.1/jakarta-servlet-spec-6.1#session-tracking-mechanisms",
  language: "java",
  api: ["javax.servlet", "jakarta.servlet"],
  words: {
    ".java": ["cookie", "@webservlet", "forwardedrequestcustomizer"],
    ".jsp": ["addcookie", "set-cookie"],
    ".jspf": ["addcookie", "set-cookie"],
  },
  files: [
    "web.xml",
    "web-fragment.xml",
    "jetty-web.xml",
    "jetty.xml",
    "jetty-http-forwarded.xml",
    "glassfish-web.xml",
    "sun-web.xml",
    "weblogic.xml",
    "jboss-web.xml",
    "context.xml",
    "server.xml",
  ],
  symbols,
  methods: [
    ...requestMethods,
    "getSessionCookieConfig",
    "getSession",
    "ForwardedRequestCustomizer",
    "reset",
    "getHeaders",
  ],
  late: ["getSessionCookieConfig"],
  sinks: [added, rawHeader, made, switched],
  own: sessionCookies,
  proxyTrust,
  policy: throughWrapper,
};
