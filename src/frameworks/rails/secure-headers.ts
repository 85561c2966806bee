import {
  type Context,
  type Facts,
  type Given,
  named,
  pathsOf,
  type Seen,
  type SeenAlternative,
} from "../../framework.ts";
import { likely, likelyLiteral } from "../ruby.ts";
import { type App, inOrderOfReading } from "./app.ts";

/** https://github.com/github/secure_headers/blob/main/docs/cookies.md */
export const secureHeadersDocs = "https://github.com/github/secure_headers/blob/main/docs/cookies.md";

/** Which cookies the middleware of secure_headers flags over https; undefined where the application does not use it. */
type Flags = (name: string | undefined) => boolean;

const flagsOf = new WeakMap<Facts, Map<string, Flags | undefined>>();

export function secureHeaders(app: App, context: Context): Flags | undefined {
  const byRoot = flagsOf.get(context.facts) ?? new Map<string, Flags | undefined>();
  flagsOf.set(context.facts, byRoot);
  if (!byRoot.has(app.root)) byRoot.set(app.root, readFlags(app, context));
  return byRoot.get(app.root);
}

function readFlags(app: App, context: Context): Flags | undefined {
  const calls = context.facts.calls.filter(
    ({ method, callee }) => method === "default" && named(callee, "SecureHeaders.Configuration.default"),
  );
  const call = inOrderOfReading(calls, app, context).at(-1);
  if (call === undefined) return undefined;
  const writes = context.facts.writes.filter(
    ({ key, index, place }) =>
      key === "cookies" &&
      !index &&
      place.file === call.place.file &&
      call.place.span.start < place.span.start &&
      place.span.end <= call.place.span.end,
  );
  return flagsBy(inOrderOfReading(writes, app, context).at(-1)?.value);
}

/** `config.cookies`: all cookies where nothing is said, none where it is opted out of. */
function flagsBy(cookies: Seen | undefined): Flags | undefined {
  if (cookies === undefined) return () => true;
  if (isOptedOut(cookies)) return undefined;
  const data = likely(cookies);
  const secure = data?.kind === "object" ? data.properties.get("secure") : undefined;
  if (secure === undefined) return () => true;
  if (isOptedOut(secure)) return undefined;
  const choice = likely(secure);
  if (choice?.kind !== "object") return () => true;
  const only = choice.properties.get("only");
  const except = choice.properties.get("except");
  if (only !== undefined) return (name) => name !== undefined && listed(only).includes(name);
  return (name) => name === undefined || except === undefined || !listed(except).includes(name);
}

function isOptedOut(seen: Seen): boolean {
  return likelyLiteral(seen) === false || named(pathsOf(seen), "*.OPT_OUT");
}

function listed(seen: Seen): readonly unknown[] {
  const data = likely(seen);
  return data?.kind === "object" ? (data.items ?? []).map((item) => likelyLiteral(item)) : [];
}

/** What secure_headers says about a cookie that nothing else makes Secure. */
export function givenBySecureHeaders(app: App, name: string | undefined, context: Context): Given | undefined {
  if (secureHeaders(app, context)?.(name) !== true) return undefined;
  const says = "secure_headers flags it";
  const on: SeenAlternative = {
    data: { kind: "literal", value: "on" },
    when: [],
    because: [{ from: "docs", url: secureHeadersDocs, says }],
  };
  return { seen: [on], attribute: "secure", says, reading: { values: { on: "request-scheme" } } };
}

/** It flags what says `secure: false` too. */
export function unlessFlagged(seen: Seen, app: App | undefined, name: string | undefined, context: Context): Seen {
  if (app === undefined || secureHeaders(app, context)?.(name) !== true) return seen;
  return seen.map((each) =>
    each.data.kind === "literal" && (each.data.value === false || each.data.value === null)
      ? { ...each, data: { kind: "literal", value: undefined } }
      : each,
  );
}
