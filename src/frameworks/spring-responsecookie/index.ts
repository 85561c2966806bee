import { type CallFact, type Framework, fallback, type SeenAlternative, setter } from "../../framework.ts";
import { chainOf, setBeforeEnd, started } from "../fluent-builder.ts";

const docs =
  "https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/http/ResponseCookie.ResponseCookieBuilder.html#secure(boolean)";

/** `ResponseCookie.from(name, value)….build()`: the cookie is finished there and cannot be changed. */
export const springResponseCookie: Framework = {
  name: "spring-responsecookie",
  title: "Spring's ResponseCookie",
  docs,
  language: "java",
  words: { ".java": ["responsecookie"] },
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
      deletion: (fact) => fact.kind === "call" && chainOf(fact).some(isExpired),
      fixes: (fact, context) =>
        fact.kind === "call" && !chainOf(fact).some(isSecureCall) ? setBeforeEnd(fact, context, "secure(true)") : [],
    },
  ],
};

function isBuilt(call: CallFact): boolean {
  return call.callee.some((path) =>
    /(?:^|\.)ResponseCookie\.from(?:ClientResponse)?\(\)(?:\.\w+\(\))*\.build$/.test(path),
  );
}

function isSecureCall({ method }: { readonly method: string }): boolean {
  return method === "secure";
}

/** `maxAge(0)` and `maxAge(Duration.ZERO)`. */
function isExpired({ method, arguments: [age] }: Pick<CallFact, "method" | "arguments">): boolean {
  return method === "maxAge" && age !== undefined && age.value.every(isZero);
}

function isZero({ data }: SeenAlternative): boolean {
  if (data.kind === "literal") return data.value === 0;
  return data.kind === "external" && data.paths.some((path) => path.endsWith("Duration.ZERO"));
}
