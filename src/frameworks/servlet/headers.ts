import { type CallFact, fallback, header, pathsOf, type SeenAlternative, type Sink } from "../../framework.ts";
import { docs, isResponse, objectsOf } from "./servlet-api.ts";

/** `response.addHeader("Set-Cookie", …)`: sent as it is written. */
export const rawHeader: Sink = {
  on: {
    kind: "call",
    method: ["addHeader", "setHeader"],
    matches: (call, context) =>
      call.language === "java" &&
      call.arguments.length === 2 &&
      isSetCookie(call.arguments[0]?.value ?? []) &&
      !isBuilt(call.arguments[1]?.value ?? []) &&
      isResponse(call, context),
  },
  name: [header(1, "name")],
  secure: [header(1, "secure"), fallback(false, docs.header, "the header has no `Secure`")],
  deletion: (fact) => fact.kind === "call" && textsOf(fact).some((text) => /;\s*max-age\s*=\s*0\s*(?:;|$)/i.test(text)),
};

function isSetCookie(seen: readonly SeenAlternative[]): boolean {
  return seen.some(({ data }) => {
    if (data.kind === "literal") return typeof data.value === "string" && /^set-cookie$/i.test(data.value.trim());
    return pathsOf([{ data, when: [], because: [] }]).some((path) => /(?:^|\.)SET_COOKIE$/.test(path));
  });
}

/** A text that another library's cookie gives of itself is that library's cookie. */
function isBuilt(seen: readonly SeenAlternative[]): boolean {
  return objectsOf(seen).some(({ from }) => from?.method === "toString" || from?.method === "encode");
}

function textsOf(call: CallFact): readonly string[] {
  return (call.arguments[1]?.value ?? []).flatMap(({ data }) =>
    data.kind === "literal"
      ? [String(data.value)]
      : data.kind === "text"
        ? [data.parts.map((part) => part ?? "*").join("")]
        : [],
  );
}
