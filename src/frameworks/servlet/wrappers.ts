import { type Context, type Cookie, type Place, type SeenAlternative } from "../../framework.ts";
import { isAddition, isWrapper } from "./cookies.ts";
import { isRewriting } from "./headers.ts";
import { cookieArgument, objectsOf } from "./servlet-api.ts";

/**
 * A filter that wraps the response and sets Secure in `addCookie` covers what goes through it: cookies that are
 * added, and neither headers nor the session cookie.
 */
export function throughWrapper(cookies: readonly Cookie[], context: Context): readonly Cookie[] {
  const rewriting = rewriter(context);
  const wrapper = rewriting ?? hardened(context);
  if (wrapper === undefined) return cookies;
  const mapped = isMappedEverywhere(context, wrapper.name);
  const places = new Set(
    context.facts.calls.filter((call) => isAddition(call, context)).map(({ place }) => key(place)),
  );
  const isOff = ({ verdict, condition }: Cookie) => verdict === "insecure" || condition?.inDeployment === "insecure";
  return cookies.map((cookie): Cookie => {
    if (!isOff(cookie) || (rewriting === undefined && !places.has(key(cookie.sink)))) return cookie;
    const says = `the response goes through \`${wrapper.name}\`, which sets Secure`;
    return {
      ...cookie,
      verdict: "conditional",
      because: `Secure only when ${says}`,
      decidedBy: { from: "file", ...wrapper.place, says },
      fixes: mapped ? [] : cookie.fixes,
      condition: { on: "configuration", says, inDeployment: mapped ? "secure" : null },
    };
  });
}

/** A filter that writes each `Set-Cookie` header anew with Secure, the session's too. */
function rewriter(context: Context): { name: string; place: Place } | undefined {
  for (const call of context.facts.calls) {
    const { class: name } = call.within;
    if (!/^(?:add|set)Header$/.test(call.method) || name === undefined || !isRewriting(call, context)) continue;
    const texts = call.arguments[1]?.value ?? [];
    if (texts.every(({ data }) => data.kind === "text" && data.parts.some((part) => /;\s*secure\b/i.test(part ?? ""))))
      return { name, place: call.place };
  }
  return undefined;
}

function key({ file, span }: Place): string {
  return `${file}:${span.start}`;
}

/** A response wrapper whose `addCookie` hands on every cookie with Secure. */
function hardened(context: Context): { name: string; place: Place } | undefined {
  for (const call of context.facts.calls) {
    if (!isAddition(call, context) || !isWrapper(call) || call.within.class === undefined) continue;
    const state = objectsOf(cookieArgument(call)).map(({ properties }) => properties.get("setSecure()"));
    if (state.length > 0 && state.every(isAlwaysTrue)) return { name: call.within.class, place: call.place };
  }
  return undefined;
}

function isAlwaysTrue(seen: readonly SeenAlternative[] | undefined): boolean {
  return (
    seen !== undefined && seen.length > 0 && seen.every(({ data }) => data.kind === "literal" && data.value === true)
  );
}

/** Is a filter that makes the wrapper mapped to every path? */
function isMappedEverywhere(context: Context, wrapper: string): boolean {
  return context.facts.classes.some(
    ({ file, annotations }) =>
      annotations.includes("WebFilter") &&
      new RegExp(`\\b(?:new|class)\\s+${wrapper}\\b`).test(context.text(file)) &&
      /@WebFilter\s*\([^)]*"\/\*"/.test(context.text(file)),
  );
}
