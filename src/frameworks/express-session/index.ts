import {
  type CallFact,
  type Context,
  custom,
  type Edit,
  type Fix,
  type Framework,
  fallback,
  type Given,
  imports,
  named,
  option,
  type ProxyTrust,
  type Remark,
  reading,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import {
  changedByHandlers,
  configLayers,
  expressTrust,
  inDeployment,
  isBelow,
  isShownSession,
  isTrue,
  javascriptWords,
  literalOf,
  majorOf,
  misplacedSecure,
  optionOf,
  proxyOption,
  rewritten,
  schemeSymbols,
  type Trust,
  trustEdits,
  withheldWithoutTrust,
} from "../node.ts";
import { lostLogins, productionFlag } from "../production-flag.ts";

type Fact = CallFact | WriteFact;

const docs = "https://expressjs.com/en/resources/middleware/session.html#cookiesecure";
const proxyDocs = "https://expressjs.com/en/resources/middleware/session.html#proxy";
const connectDocs = "https://github.com/senchalabs/connect/tree/2.x#readme";

/** Names under which the middleware is known: its own package, Connect 2 and Express 3. */
const own = ["express-session", "express-session.default", "express-session.session"];
const bundled = ["connect.session", "express.session", "connect.middleware.session"];

const session: Sink = {
  on: {
    kind: "call",
    method: ["express-session", "session", "expressSession", "default"],
    matches: (call, context) =>
      named(call.callee, ...own) || isShownSession(call, context, "session", "expressSession"),
  },
  name: [option(0, "name"), option(0, "key"), fallback("connect.sid", docs, "the default name")],
  secure: [
    rewritten,
    changedByHandlers(/(?:^|\.)session\.cookie$/, "req.session.cookie.secure"),
    custom((fact, context) => oldAuto(fact, context)),
    reading(option(0, "cookie", "secure"), { values: { auto: "request-scheme" } }),
    fallback(false, docs, "`cookie.secure` is not given, and express-session's default is off"),
  ],
  attributes: {
    httponly: [option(0, "cookie", "httpOnly")],
    samesite: [option(0, "cookie", "sameSite")],
    path: [option(0, "cookie", "path")],
    domain: [option(0, "cookie", "domain")],
  },
  sensitive: true,
  remarks: (fact, context) => [...misplaced(fact), ...withheld(fact, context)],
  fixes: (fact, context) => believed(fact, context),
  alsoFix: (fact, context) => trusting(fact, context),
  secureText: productionFlag,
  decision: (fact, context) =>
    lostLogins("express-session then sends no session cookie at all", productionFlag(fact, context)),
};

/** `connect.session()` of Connect 2 and `express.session()` of Express 3: the same middleware, built in. */
const bundledSession: Sink = {
  ...session,
  on: {
    kind: "call",
    method: ["session"],
    matches: (call, context) =>
      named(call.callee, ...bundled) &&
      imports(context, call.place.file, "express", "connect") &&
      (majorOf(context, call.place.file, "express") ?? 3) <= 3,
  },
  secure: [
    rewritten,
    changedByHandlers(/(?:^|\.)session\.cookie$/, "req.session.cookie.secure"),
    option(0, "cookie", "secure"),
    fallback(false, connectDocs, "`cookie.secure` is not given, and the session of Connect 2 is off by default"),
  ],
  fixes: () => [],
  decision: () => "Over what the application takes for plain http, no session cookie is sent at all then.",
  alsoFix: proxyOption,
};

export const expressSession: Framework = {
  name: "express-session",
  title: "express-session",
  docs,
  language: "javascript",
  words: javascriptWords(
    "(session({",
    "= session({",
    "express-session",
    "express.session",
    "connect.session",
    "session.cookie",
    "trust proxy",
    "on-headers",
  ),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [session, bundledSession],
  methods: ["set", "enable", "disable", "use", "on-headers"],
  members: ["secure"],
  proxyTrust: (context, sink) => sessionTrust(sink, context),
};

/** The `proxy` option, which wins over the application's `trust proxy` when it is exactly `true` or `false`. */
function proxyOf(fact: Fact): Trust | undefined {
  const seen = fact.kind === "call" ? inDeployment(optionOf(fact, 0, "proxy") ?? []) : [];
  if (seen.length === 0) return undefined;
  const because = seen[0]?.because.at(-1) ?? { from: "docs", url: proxyDocs, says: "" };
  if (seen.some(({ data }) => data.kind !== "literal"))
    return { trusted: undefined, because: { ...because, says: "what `proxy` is set to is not known" } };
  const value = literalOf(seen);
  if (typeof value !== "boolean") return undefined;
  const says = value ? "`proxy` is on" : "`proxy` is off, whatever `trust proxy` says";
  return { trusted: value, because: { ...because, says } };
}

/** Whether a proxy is believed: before 1.3.0 the session's own option alone decides. */
function sessionTrust(fact: Fact, context: Context): ProxyTrust {
  const own = proxyOf(fact);
  if (own !== undefined) return own;
  return ignoresApplication(fact, context) ? ownOptionOnly : expressTrust(context, fact);
}

/** https://github.com/expressjs/session/blob/v1.3.0/History.md */
function ignoresApplication({ place }: Fact, context: Context): boolean {
  return isBelow(context, place.file, "express-session", 1, 3);
}

const ownOptionOnly: ProxyTrust = {
  trusted: false,
  because: {
    from: "docs",
    url: "https://github.com/expressjs/session/blob/v1.3.0/History.md",
    says: "before 1.3.0 express-session believes a proxy with `proxy: true` only, whatever `trust proxy` says",
  },
};

/** What makes the session believe the one proxy in front. */
function trusting(fact: Fact, context: Context): { edits: readonly Edit[]; note?: string } {
  if (proxyOf(fact) !== undefined) return { edits: [] };
  return ignoresApplication(fact, context) ? proxyOption(fact, context) : { edits: trustEdits(context, fact) };
}

/**
 * Before 1.12.0 `"auto"` is a text like any other, and counts as true.
 * https://github.com/expressjs/session/blob/v1.12.0/HISTORY.md
 */
function oldAuto(fact: Fact, context: Context): Given | undefined {
  const seen = fact.kind === "call" ? optionOf(fact, 0, "cookie", "secure") : undefined;
  const isOld = isBelow(context, fact.place.file, "express-session", 1, 12);
  return seen !== undefined && isOld && literalOf(seen) === "auto" ? { seen, attribute: "cookie.secure" } : undefined;
}

/** `"auto"` needs no other value, only a proxy that is believed. */
function believed(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind !== "call" || literalOf(optionOf(fact, 0, "cookie", "secure")) !== "auto") return [];
  const { edits } = trusting(fact, context);
  if (edits.length === 0) return [];
  const note =
    "`trust proxy` believes what one proxy in front of the application says of the client; there must be one.";
  return [{ title: "Trust the proxy", safety: "needs a decision", note, edits }];
}

/** `secure` at the top level, where express-session does not look. */
function misplaced(fact: Fact): readonly Remark[] {
  return misplacedSecure(
    fact,
    "`secure` stands at the top level, where express-session does not read it; it belongs into `cookie: { }`",
  );
}

function withheld(fact: Fact, context: Context): readonly Remark[] {
  const secure = fact.kind === "call" ? optionOf(fact, 0, "cookie", "secure") : undefined;
  const at = secure?.[0]?.because[0];
  if (at === undefined || !isTrue(secure)) return [];
  const trust = sessionTrust(fact, context);
  if (literalOf(secure) === "auto" && oldAuto(fact, context) === undefined) {
    return context.deployment.tls === "proxy" && trust.trusted === false
      ? [{ kind: "note", says: `"auto" never comes to Secure here: ${trust.because.says}`, at }]
      : [];
  }
  return withheldWithoutTrust(
    context,
    trust,
    at,
    `express-session sends no session cookie at all: ${trust.because.says}`,
  );
}
