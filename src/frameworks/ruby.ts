import {
  type CallFact,
  type Context,
  findArgument,
  type Place,
  type Seen,
  type SeenAlternative,
  type Symbol,
} from "../framework.ts";

/** What the frameworks of Ruby have in common. */

/** What `Rack::Request`, and the requests of Sinatra and Rails with it, say of the scheme. */
export const schemeOfRequest: readonly Symbol[] = [
  { path: "*.ssl?", is: "request-scheme", says: "`ssl?` is true when the request arrives as https" },
  { path: "*.request.secure?", is: "request-scheme", says: "`secure?` is true when the request arrives as https" },
  ...["*.request.scheme", "Rack.Request.new.scheme", "*.env[rack.url_scheme]"].map(
    (path): Symbol => ({
      path,
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "this is the scheme by which the request arrives",
    }),
  ),
  {
    path: "*.request.protocol",
    is: "request-scheme-text",
    https: "https://",
    http: "http://",
    says: "`request.protocol` is the scheme by which the request arrives, and `://`",
  },
  ...["url", "original_url", "base_url"].map(
    (name): Symbol => ({
      path: `*.request.${name}`,
      is: "request-url",
      says: `\`request.${name}\` begins with \`https\` when the request arrives as https`,
    }),
  ),
];

/** The value on the way that the deployment most likely takes. */
export function likely(seen: Seen | undefined): SeenAlternative["data"] | undefined {
  return (seen?.find(({ when }) => when.every(({ holds }) => holds !== false)) ?? seen?.[0])?.data;
}

export function likelyLiteral(seen: Seen | undefined): unknown {
  const data = likely(seen);
  return data?.kind === "literal" ? data.value : undefined;
}

/** Text of an `expires` that lies in the past, as it is usually written. */
const PAST = /\bago\b|\byesterday\b|\b1970\b|Time\.at\(?\s*0\b|(?:now|current|today)\s*-/;

/** A hash of a cookie's options that lets it end at once. */
export function endsByHash(value: Seen | undefined, context: Context): boolean {
  const data = likely(value);
  if (data?.kind !== "object" || data.literal === undefined) return false;
  if (isNoAge(data.properties.get("max_age"))) return true;
  if (!data.properties.has("expires")) return false;
  const written = textAt(data.literal.place, context);
  return PAST.test(/\bexpires\b(?:['"]?\s*=>|['"]?:)([^,\n}]*(?:\([^)]*\))?[^,\n}]*)/.exec(written)?.[1] ?? "");
}

/** `set_cookie(:a, value: "", max_age: 0)`, or the same in a hash. */
export function endsAtOnce(call: CallFact, context: Context): boolean {
  if (isNoAge(findArgument(call, undefined, "max_age")?.value)) return true;
  const expires = findArgument(call, undefined, "expires");
  if (expires !== undefined) return PAST.test(textAt(expires.valuePlace, context));
  return endsByHash(findArgument(call, 1)?.value, context);
}

function isNoAge(age: Seen | undefined): boolean {
  const seconds = likelyLiteral(age);
  return typeof seconds === "number" && seconds <= 0;
}

function textAt({ file, span }: Place, context: Context): string {
  return context.text(file).slice(span.start, span.end);
}
