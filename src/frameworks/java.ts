import { type CallPattern, fallback, header, pathsOf, type Seen, type Sink } from "../framework.ts";

/** What the frameworks of Java have in common. */

/** Libraries of tests, whose responses nobody gets. */
export const testing = [
  "org.junit",
  "org.testng",
  "org.mockito",
  "org.springframework.mock",
  "org.springframework.test",
];

/** `Set-Cookie` by hand, as a name and a text: sent as it is written. */
export function headerByHand(method: readonly string[], docs: string, isSent: CallPattern["matches"]): Sink {
  return {
    on: {
      kind: "call",
      method,
      matches: (call, context) =>
        call.arguments.length === 2 &&
        isSetCookie(call.arguments[0]?.value ?? []) &&
        !isBuilt(call.arguments[1]?.value ?? []) &&
        isSent(call, context),
    },
    name: [header(1, "name")],
    secure: [header(1, "secure"), fallback(false, docs, "the header has no `Secure`")],
  };
}

/** The header's name, as a text or a constant. */
export function isSetCookie(seen: Seen): boolean {
  return seen.some(({ data }) => {
    if (data.kind === "literal") return typeof data.value === "string" && /^set-cookie$/i.test(data.value.trim());
    return pathsOf([{ data, when: [], because: [] }]).some((path) => /(?:^|\.)SET_COOKIE$/.test(path));
  });
}

/** A text that another library's cookie gives of itself is that library's cookie. */
function isBuilt(seen: Seen): boolean {
  return seen.some(
    ({ data }) => data.kind === "object" && (data.from?.method === "toString" || data.from?.method === "encode"),
  );
}
