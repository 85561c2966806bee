import {
  argument,
  type CallFact,
  type Context,
  custom,
  type Fix,
  type Framework,
  fallback,
  type Given,
  named,
  type ProxyTrust,
  type Seen,
  type Sink,
  setter,
  type WriteFact,
} from "../../framework.ts";
import { insert, insertAfterLine } from "../../write.ts";
import { configurationFiles } from "../java-configuration.ts";
import { sessionCookies, trustOf } from "./session.ts";

type Fact = CallFact | WriteFact;

const api = "https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/web";
const security = "https://docs.spring.io/spring-security/site/docs/current/api/org/springframework/security";
const session = "https://docs.spring.io/spring-session/docs/current/api/org/springframework/session/web/http";

/** A class of Spring that sets a cookie of its own, and has a setter for its Secure. */
interface Maker {
  readonly type: string;
  /** Absent where nothing switches it. */
  readonly setter?: string;
  readonly naming?: string;
  /** The default name; absent where there is none. */
  readonly name?: string;
  readonly value: false | "request-scheme";
  readonly docs: string;
}

const MAKERS: readonly Maker[] = [
  {
    type: "CookieLocaleResolver",
    setter: "setCookieSecure",
    naming: "setCookieName",
    name: "org.springframework.web.servlet.i18n.CookieLocaleResolver.LOCALE",
    value: false,
    docs: `${api}/servlet/i18n/CookieLocaleResolver.html#setCookieSecure(boolean)`,
  },
  {
    type: "CookieThemeResolver",
    setter: "setCookieSecure",
    naming: "setCookieName",
    name: "org.springframework.web.servlet.theme.CookieThemeResolver.THEME",
    value: false,
    docs: "https://docs.spring.io/spring-framework/docs/5.3.x/javadoc-api/org/springframework/web/servlet/theme/CookieThemeResolver.html",
  },
  {
    type: "CookieGenerator",
    setter: "setCookieSecure",
    naming: "setCookieName",
    value: false,
    docs: "https://docs.spring.io/spring-framework/docs/5.3.x/javadoc-api/org/springframework/web/util/CookieGenerator.html#setCookieSecure-boolean-",
  },
  {
    type: "DefaultCookieSerializer",
    setter: "setUseSecureCookie",
    naming: "setCookieName",
    name: "SESSION",
    value: "request-scheme",
    docs: `${session}/DefaultCookieSerializer.html#setUseSecureCookie(boolean)`,
  },
  {
    type: "CookieRequestCache",
    name: "REDIRECT_URI",
    value: "request-scheme",
    docs: `${security}/web/savedrequest/CookieRequestCache.html`,
  },
];

const makers: readonly Sink[] = MAKERS.map(({ type, setter: set, naming, name, value, docs }) => ({
  on: {
    kind: "call",
    method: [type],
    late: true,
    matches: (call) =>
      call.new &&
      named(call.callee, `*.${type}`) &&
      call.callee.some((path) => path.startsWith("org.springframework.")),
  },
  name: [
    ...(naming === undefined ? [] : [setter("result", `${naming}()`)]),
    ...(type === "CookieLocaleResolver" ? [argument(0)] : []),
    ...(name === undefined ? [] : [fallback(name, docs, "the default name")]),
  ],
  secure: [
    ...(set === undefined ? [] : [setter("result", `${set}()`)]),
    fallback(value, docs, saysDefault(set, value)),
  ],
  fixes: (fact, context) => (set === undefined ? [] : setBehind(fact, set, context)),
}));

function saysDefault(set: Maker["setter"], value: Maker["value"]): string {
  if (set === undefined) return "it has no switch for Secure, and follows the request";
  return `\`${set}\` is not called, and ${value === false ? "the default is off" : "the cookie then follows the request"}`;
}

/** `x.setCookieSecure(true);` behind the declaration of what is made, where no setter was called. */
function setBehind(fact: Fact, set: string, context: Context): readonly Fix[] {
  const { file, span } = fact.place;
  const text = context.text(file);
  const declared = /\b[A-Z][\w.]*(?:<[^<>]*>)?\s+(\w+)\s*=\s*$/;
  const variable = declared.exec(text.slice(Math.max(0, span.start - 200), span.start))?.[1];
  const object = fact.kind === "call" ? fact.late?.result?.[0]?.data : undefined;
  const isSet = object?.kind === "object" && object.properties.has(`${set}()`);
  const end = /^\s*;/.exec(text.slice(span.end))?.[0].length;
  if (variable === undefined || isSet || end === undefined || isField(text, span.start)) return [];
  const statement = `${variable}.${set}(true);`;
  const isLast = /^[ \t]*(?:\/\/.*)?\r?(?:\n|$)/.test(text.slice(span.end + end));
  const edit = isLast
    ? insertAfterLine(text, file, span.end, statement)
    : insert(file, span.end + end, ` ${statement}`);
  return [{ title: "Set Secure", safety: "safe", edits: [edit] }];
}

/** Does it stand in the body of a class, where no statement may follow? */
function isField(text: string, offset: number): boolean {
  let depth = 0;
  for (let at = offset - 1; at >= 0; at -= 1) {
    if (text[at] === "}") depth += 1;
    else if (text[at] === "{" && depth === 0)
      return /\b(?:class|interface|enum|record)\b[^{};]*$/.test(text.slice(Math.max(0, at - 300), at));
    else if (text[at] === "{") depth -= 1;
  }
  return true;
}

/** The token that a script reads: `setCookieCustomizer` since Spring Security 6.1, `setSecure` before. */
const csrf: Sink = {
  on: {
    kind: "call",
    method: ["CookieCsrfTokenRepository", "CookieServerCsrfTokenRepository", "withHttpOnlyFalse"],
    late: true,
    matches: ({ callee, new: made, method }) =>
      callee.some((path) => /(?:^|\.)Cookie(?:Server)?CsrfTokenRepository(?:\.withHttpOnlyFalse)?$/.test(path)) &&
      (made || method === "withHttpOnlyFalse"),
  },
  name: [
    setter("result", "setCookieName()"),
    fallback("XSRF-TOKEN", `${security}/web/csrf/CookieCsrfTokenRepository.html`, "the default name"),
  ],
  secure: [
    custom(customized),
    setter("result", "setSecure()"),
    fallback(
      "request-scheme",
      `${security}/web/csrf/CookieCsrfTokenRepository.html`,
      "`secure` is not set by `setCookieCustomizer`, and the cookie then follows the request",
    ),
  ],
};

/** `secure(…)` inside of what is handed to `setCookieCustomizer`. */
function customized(fact: Fact, context: Context): Given | undefined {
  const object = fact.kind === "call" ? fact.late?.result?.[0]?.data : undefined;
  if (object?.kind !== "object") return undefined;
  const customizer = object.calls.findLast(({ method }) => method === "setCookieCustomizer");
  return customizer === undefined
    ? undefined
    : lastCall("secure", customizer.place.file, customizer.argumentsSpan, context);
}

function lastCall(method: string, file: string, span: CallFact["argumentsSpan"], context: Context): Given | undefined {
  const call = context.facts.calls.findLast(
    ({ method: name, place }) =>
      name === method &&
      place.file === file &&
      span !== undefined &&
      span.start <= place.span.start &&
      place.span.end <= span.end,
  );
  const [given] = call?.arguments ?? [];
  return given === undefined ? undefined : { seen: given.value, attribute: method, valuePlace: given.valuePlace };
}

/** `http.rememberMe(…)`: the cookie follows the request unless `useSecureCookie` is called. */
const rememberMe: Sink = {
  on: {
    kind: "call",
    method: ["rememberMe"],
    matches: ({ callee }) =>
      callee.some((path) => /(?:^|\.)HttpSecurity(?:\(\))?(?:\.\w+\(\))*\.rememberMe$/.test(path)),
  },
  name: [
    custom((fact, context) => configured(fact, "rememberMeCookieName", context)),
    fallback(
      "remember-me",
      `${security}/config/annotation/web/configurers/RememberMeConfigurer.html`,
      "the default name",
    ),
  ],
  secure: [
    custom((fact, context) => configured(fact, "useSecureCookie", context)),
    fallback(
      "request-scheme",
      `${security}/config/annotation/web/configurers/RememberMeConfigurer.html#useSecureCookie(boolean)`,
      "`useSecureCookie` is not called, and the cookie then follows the request",
    ),
  ],
};

/** A call inside of the lambda that configures it, or behind it in the chain. */
function configured(fact: Fact, method: string, context: Context): Given | undefined {
  if (fact.kind !== "call") return undefined;
  const { place, argumentsSpan } = fact;
  const inside = lastCall(method, place.file, argumentsSpan, context);
  if (inside !== undefined || fact.arguments.length > 0) return inside;
  const chained = context.facts.calls.find(
    (call) => call.method === method && call.place.file === place.file && call.place.span.start === place.span.start,
  );
  const given: { value: Seen; valuePlace: CallFact["place"] } | undefined = chained?.arguments[0];
  return given === undefined ? undefined : { seen: given.value, attribute: method, valuePlace: given.valuePlace };
}

/** https://github.com/spring-projects/spring-security/blob/6.5.0/web/src/main/java/org/springframework/security/web/server/csrf/CookieServerCsrfTokenRepository.java */
const asksForTls: ProxyTrust = {
  trusted: false,
  because: {
    from: "docs",
    url: `${security}/web/server/csrf/CookieServerCsrfTokenRepository.html`,
    says: "it asks whether the connection to the process itself is TLS, whatever a proxy says",
  },
};

/** Spring Boot, Spring Session, Spring Security and Spring MVC. */
export const spring: Framework = {
  name: "spring",
  title: "Spring (Boot, Session, Security, MVC)",
  docs: "https://docs.spring.io/spring-boot/reference/web/servlet.html#web.servlet.embedded-container",
  language: "java",
  words: {
    ".java": [
      "CookieLocaleResolver",
      "CookieThemeResolver",
      "CookieGenerator",
      "CookieSerializer",
      "CookieRequestCache",
      "CsrfTokenRepository",
      "rememberMe(",
      "@SpringBootApplication",
      "HttpSession",
      ".getSession(",
      "formLogin(",
      "oauth2Login(",
      "@SessionAttributes",
    ],
  },
  files: configurationFiles,
  methods: ["secure", "useSecureCookie", "rememberMeCookieName"],
  sinks: [...makers, csrf, rememberMe],
  own: sessionCookies,
  proxyTrust: (context, sink) =>
    /\bCookieServerCsrfTokenRepository\b/.test(
      context.text(sink.place.file).slice(sink.place.span.start, sink.place.span.end),
    )
      ? asksForTls
      : trustOf({ asker: "application" }, context),
};
