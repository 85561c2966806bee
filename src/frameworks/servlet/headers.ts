import type { CallFact, Context } from "../../framework.ts";
import { headerByHand, isSetCookie } from "../java.ts";
import { docs, isResponse } from "./servlet-api.ts";

/** `response.addHeader("Set-Cookie", …)`: sent as it is written. */
export const rawHeader = headerByHand(
  ["addHeader", "setHeader"],
  docs.header,
  (call, context) => isResponse(call, context) && !isRewriting(call, context),
);

/** A header that is made of those that are there: `for (String each : response.getHeaders("Set-Cookie")) …`. */
export function isRewriting(call: CallFact, context: Context): boolean {
  const [first, text] = call.arguments;
  if (!isSetCookie(first?.value ?? []) || text === undefined) return false;
  const isOpen = text.value.every(({ data }) => data.kind === "text" && data.parts[0] === undefined);
  return (
    isOpen &&
    context.facts.calls.some(
      (other) =>
        other.method === "getHeaders" &&
        other.place.file === call.place.file &&
        other.within.function === call.within.function &&
        isSetCookie(other.arguments[0]?.value ?? []) &&
        isResponse(other, context),
    )
  );
}
