import {
  type CallFact,
  type Given,
  named,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type WriteFact,
} from "../framework.ts";
import { likely, likelyLiteral } from "./ruby.ts";

/** The gem secure_headers: https://github.com/github/secure_headers/blob/main/docs/cookies.md */
const docs = "https://github.com/github/secure_headers/blob/main/docs/cookies.md";

/** Which cookies the middleware flags over https; undefined where it flags none. */
export type Flags = (name: string | undefined) => boolean;

/** Something that flags a cookie where the request arrives as https. */
export interface Flagging {
  readonly says: string;
  readonly docs: string;
}

export const bySecureHeaders: Flagging = { says: "secure_headers flags it", docs };

export function configures({ method, callee }: CallFact): boolean {
  return method === "default" && named(callee, "SecureHeaders.Configuration.default");
}

/** Is it `config.cookies = …` in the block of the call that configures? */
export function isCookiesOf({ key, index, place }: WriteFact, call: CallFact): boolean {
  const { file, span } = call.place;
  return (
    key === "cookies" && !index && place.file === file && span.start < place.span.start && place.span.end <= span.end
  );
}

/** `config.cookies`: all cookies where nothing is said, none where it is opted out of. */
export function flagsBy(cookies: Seen | undefined): Flags | undefined {
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

/** What is said of a cookie that nothing else makes Secure. */
export function givenByFlagging({ says, docs: url }: Flagging): Given {
  const on: SeenAlternative = {
    data: { kind: "literal", value: "on" },
    when: [],
    because: [{ from: "docs", url, says }],
  };
  return { seen: [on], attribute: "secure", says, reading: { values: { on: "request-scheme" } } };
}

/** A cookie that says `secure: false` is flagged too. */
export function withoutFalse(seen: Seen): Seen {
  return seen.map((each) =>
    each.data.kind === "literal" && (each.data.value === false || each.data.value === null)
      ? { ...each, data: { kind: "literal", value: undefined } }
      : each,
  );
}
