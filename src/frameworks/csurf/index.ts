import {
  type CallFact,
  type Context,
  type Fix,
  type Framework,
  fallback,
  named,
  option,
  type Remark,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { replace } from "../../write.ts";
import {
  configLayers,
  expressTrust,
  javascriptWords,
  literalOf,
  misplacedSecure,
  optionOf,
  rewritten,
  schemeSymbols,
} from "../node.ts";

type Fact = CallFact | WriteFact;

const docs = "https://github.com/expressjs/csurf#cookie";

const csrf: Sink = {
  on: {
    kind: "call",
    method: ["csurf", "default"],
    matches: (call) => named(call.callee, "csurf", "csurf.default") && keepsCookie(call),
  },
  name: [option(0, "cookie", "key"), fallback("_csrf", docs, "the default name")],
  secure: [
    rewritten,
    option(0, "cookie", "secure"),
    fallback(false, docs, "`cookie.secure` is not given, and csurf's default is off"),
  ],
  attributes: {
    httponly: [option(0, "cookie", "httpOnly")],
    samesite: [option(0, "cookie", "sameSite")],
    path: [option(0, "cookie", "path")],
    domain: [option(0, "cookie", "domain")],
  },
  sensitive: true,
  remarks: (fact) => misplaced(fact),
  fixes: (fact, context) => instead(fact, context),
};

export const csurf: Framework = {
  name: "csurf",
  title: "csurf",
  docs,
  language: "javascript",
  words: javascriptWords("csurf", "on-headers"),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [csrf],
  methods: ["on-headers"],
  proxyTrust: expressTrust,
};

/** Without the `cookie` option the secret stays in the session. */
function keepsCookie(call: CallFact): boolean {
  const [options] = call.arguments;
  if (options === undefined) return false;
  const seen = optionOf(call, 0, "cookie");
  if (seen !== undefined) return seen.some(({ data }) => data.kind !== "literal" || Boolean(data.value));
  return options.value.some(({ data }) => data.kind === "object" && data.open !== undefined);
}

function misplaced(fact: Fact): readonly Remark[] {
  return misplacedSecure(fact, "csurf does not read `secure` at the top level; it belongs into `cookie: { }`");
}

/** `cookie: true` becomes an object with what `true` stands for. */
function instead(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind !== "call") return [];
  const seen = optionOf(fact, 0, "cookie");
  if (literalOf(seen) !== true) return [];
  const literal = seen?.[0]?.because.at(-1);
  if (literal?.from !== "file") return [];
  const text = context.text(literal.file);
  if (text.slice(literal.span.start, literal.span.end) !== "true") return [];
  return [{ title: "Set Secure", safety: "safe", edits: [replace(text, literal, "{ secure: true }")] }];
}
