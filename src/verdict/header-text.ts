import type { SeenData } from "../facts.ts";
import type { TextSource } from "../framework.ts";
import { hasSecureAttribute, isDeletion, parseSetCookie } from "../wire/set-cookie.ts";

/** Stands in a text for a part that is not known. */
const HOLE = "\uFFFC";

/** The name, or whether Secure is there, in what is known of a header's text. */
export function partOfHeader(data: SeenData, part: TextSource["part"]): SeenData {
  const text = knownText(data);
  if (text === undefined) return unknown(whyNot(data), data.kind === "unknown" ? data.parameter : undefined);
  if (part === "name") {
    const pair = text.split(";")[0]!;
    const name = pair.split("=")[0]!.trim();
    // RFC 6265bis, 5.6, step 3: what stands without `=` is the value of a cookie without a name.
    if (!pair.includes("=") && !pair.includes(HOLE)) return { kind: "literal", value: "" };
    if (name === HOLE) return unknown("the cookie's name is computed");
    return { kind: "literal", value: name.replaceAll(HOLE, "*") };
  }
  if (hasSecureAttribute(text)) return { kind: "literal", value: true };
  if (mayHoldAttributes(text)) return unknown("a part of the header is not known");
  return { kind: "literal", value: false };
}

/** Has the cookie of a header's text expired when it arrives? */
export function isExpired(data: SeenData): boolean {
  const text = knownText(data);
  return text !== undefined && isDeletion(parseSetCookie(text), Date.now());
}

function knownText(data: SeenData): string | undefined {
  if (data.kind === "text") return data.parts.map((one) => one ?? HOLE).join("");
  return data.kind === "literal" && typeof data.value === "string" ? data.value : undefined;
}

function whyNot(data: SeenData): string {
  const path = data.kind === "object" || data.kind === "external" ? data.paths[0] : undefined;
  return path === undefined ? "the header's text is not known" : `the header's text is what \`${path}\` gives`;
}

function unknown(because: string, parameter?: string): SeenData {
  return { kind: "unknown", because, parameter };
}

/** Can an unknown part of a header hold attributes, rather than a name or a value? */
function mayHoldAttributes(text: string): boolean {
  const [pair = "", ...attributes] = text.split(";");
  if (pair.includes(HOLE) && !pair.includes("=")) return true;
  if (pair.trimEnd().endsWith(HOLE + HOLE)) return true;
  return attributes.some((attribute) => {
    const [name = "", value] = attribute.split("=").map((side) => side.trim());
    if (name.includes(HOLE)) return true;
    if (value === undefined || !value.endsWith(HOLE) || value === HOLE) return false;
    return (
      value.endsWith(HOLE + HOLE) || (name.toLowerCase() !== "domain" && /^(?:\/|[^/]+)$/.test(value.slice(0, -1)))
    );
  });
}
