import { type CallFact, findArgument, type Seen, type SeenAlternative, type WriteFact } from "../framework.ts";

/** Is a `Set-Cookie` text one that deletes: `Max-Age=0`, an `Expires` in the past? */
export function deletesByText(seen: Seen | undefined): boolean {
  return seen !== undefined && seen.length > 0 && seen.every(({ data }) => deletes(textOf(data)));
}

/** `setHeader("Set-Cookie", text)`, where the text deletes. */
export function deletesByHeader(fact: CallFact | WriteFact): boolean {
  return fact.kind === "call" && deletesByText(findArgument(fact, 1)?.value);
}

function textOf(data: SeenAlternative["data"]): string | undefined {
  if (data.kind === "literal") return typeof data.value === "string" ? data.value : undefined;
  return data.kind === "text" ? data.parts.map((part) => part ?? "*").join("") : undefined;
}

function deletes(text: string | undefined): boolean {
  if (text === undefined) return false;
  const age = /;\s*max-age\s*=\s*(-?\d+)\s*(?:;|$)/i.exec(text)?.[1];
  if (age !== undefined) return Number(age) <= 0;
  const date = /;\s*expires\s*=\s*([^;*]+)(?:;|$)/i.exec(text)?.[1];
  return date !== undefined && Date.parse(date) <= Date.now();
}
