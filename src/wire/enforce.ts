import { createJar, type Origin, type Receipt } from "./jar.ts";
import { lowerCase, parseSetCookie } from "./set-cookie.ts";

/** What is done to one line on its way to a browser. */
export type Passage =
  /** It goes on as it is. */
  | { readonly kind: "untouched" }
  /** It lacked Secure; `line` is the same line, octet for octet, with Secure behind it. */
  | { readonly kind: "repaired"; readonly line: string };

const untouched: Passage = { kind: "untouched" };

/** Names whose deletion a browser takes only with Secure (5.7 steps 20 and 21). */
const prefixes = ["__secure-", "__host-", "__http-"];

/**
 * Adds Secure where a browser will then keep it: to a cookie that reaches the browser over https, and to the deletion
 * of a cookie with a name prefix, which fails without. Other deletions work without it, and what a browser rejects is
 * left for its author to see.
 * @param line one octet a character (latin1)
 * @param from what the browser takes the line to come from
 * @param now milliseconds since 1970
 */
export function enforce(line: string, from: Origin, now: number): Passage {
  if (from.scheme !== "https") return untouched;
  const before = receive(line, from, now);
  if (before.cookie.secure || !mayBeRepaired(before)) return untouched;
  const repaired = `${line}; Secure`;
  // Proven by reading it again: the browser must do the same as before, or delete what it could not.
  const after = receive(repaired, from, now);
  return after.kind !== "dropped" && after.cookie.secure ? { kind: "repaired", line: repaired } : untouched;
}

function receive(line: string, from: Origin, now: number): Receipt {
  return createJar({ now: () => now, trustLoopback: false }).receive(parseSetCookie(line, "latin1"), from);
}

function mayBeRepaired(receipt: Receipt): boolean {
  if (receipt.kind === "stored") return true;
  const name = lowerCase(receipt.cookie.name.slice(0, 16));
  const prefixed = prefixes.some((prefix) => name.startsWith(prefix));
  return prefixed && receipt.kind === "dropped" && receipt.deletion && receipt.lacksSecure;
}
