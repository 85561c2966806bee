import {
  type CallFact,
  type Context,
  custom,
  type Edit,
  type Fix,
  type Framework,
  fallback,
  findArgument,
  type Given,
  imports,
  named,
  option,
  type Remark,
  reading,
  type Seen,
  type SeenObject,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addEntry, replace } from "../../write.ts";
import {
  changedByHandlers,
  configLayers,
  deprecatedOption,
  expressTrust,
  isBelow,
  isShownSession,
  isTrue,
  javascriptWords,
  literalOf,
  majorOf,
  offWhereUndefined,
  onlyObject,
  optionOf,
  proxyOption,
  rewritten,
  schemeSymbols,
  type Trust,
  trustEdits,
  trustOf,
  withheldWithoutTrust,
} from "../node.ts";
import { lostLogins, productionFlag } from "../production-flag.ts";

type Fact = CallFact | WriteFact;

const docs = "https://expressjs.com/en/resources/middleware/cookie-session.html#cookie-options";
const connectDocs = "https://github.com/senchalabs/connect/tree/2.x#readme";

const withholds = "cookie-session then sends no cookie at all";

const session: Sink = {
  on: {
    kind: "call",
    method: ["cookie-session", "cookieSession", "default"],
    matches: (call, context) =>
      named(call.callee, "cookie-session", "cookie-session.default", "cookie-session.cookieSession") ||
      isShownSession(call, context, "cookieSession"),
  },
  name: [
    option(0, "name"),
    custom((fact, context) => oldName(fact, context)),
    fallback("session", docs, "the default name"),
  ],
  secure: [
    rewritten,
    deprecatedOption(0, "secureProxy"),
    changedByHandlers(/(?:^|\.)sessionOptions$/, "req.sessionOptions.secure"),
    // Versions before 1.4 come with a `cookies` before 0.8.
    offWhereUndefined(0, "cookie-session", 1, 4),
    reading(option(0, "secure"), { null: "insecure" }),
    fallback("request-scheme", docs, "`secure` is not given, and cookie-session's default follows the request"),
  ],
  attributes: {
    httponly: [option(0, "httpOnly")],
    samesite: [option(0, "sameSite")],
    path: [option(0, "path")],
    domain: [option(0, "domain")],
  },
  sensitive: true,
  remarks: (fact, context) => [...nested(fact), ...withheld(fact, context), ...signature(fact, context)],
  fixes: (fact, context) => hoisted(fact, context),
  alsoFix: (fact, context) => ({ edits: trustEdits(context, fact) }),
  secureText: productionFlag,
  decision: (fact, context) => lostLogins(withholds, productionFlag(fact, context)),
};

/** `connect.cookieSession()` of Connect 2 and `express.cookieSession()` of Express 3: there the nested form is read. */
const bundledSession: Sink = {
  on: {
    kind: "call",
    method: ["cookieSession"],
    matches: (call, context) =>
      named(call.callee, "connect.cookieSession", "express.cookieSession", "connect.middleware.cookieSession") &&
      imports(context, call.place.file, "express", "connect") &&
      (majorOf(context, call.place.file, "express") ?? 3) <= 3,
  },
  name: [option(0, "key"), fallback("connect.sess", connectDocs, "the default name")],
  secure: [
    rewritten,
    option(0, "cookie", "secure"),
    fallback(
      false,
      connectDocs,
      "`cookie.secure` is not given, and the cookie session of Connect 2 is off by default, over https too",
    ),
  ],
  sensitive: true,
  remarks: (fact, context) => [...topLevel(fact), ...withheldWithoutOption(fact, context)],
  alsoFix: proxyOption,
  decision: () => "Over what the application takes for plain http, no cookie is sent at all then.",
};

export const cookieSession: Framework = {
  name: "cookie-session",
  title: "cookie-session",
  docs,
  language: "javascript",
  words: javascriptWords("cookie-session", "cookiesession", "sessionoptions", "trust proxy", "on-headers"),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [session, bundledSession],
  methods: ["set", "enable", "disable", "use", "on-headers"],
  members: ["secure", "sessionOptions"],
  proxyTrust: (context, sink) => (asksTheConnection(sink, context) ? onlyTheConnection : expressTrust(context, sink)),
};

/** Before 1.1.0 cookie-session takes the scheme from the connection, and knows no proxy. */
function asksTheConnection({ place }: Fact, context: Context): boolean {
  return isBelow(context, place.file, "cookie-session", 1, 1);
}

const onlyTheConnection: Trust = {
  trusted: false,
  because: {
    from: "docs",
    url: "https://github.com/expressjs/cookie-session/blob/v1.1.0/HISTORY.md",
    says: "before 1.1.0 cookie-session believes no proxy, whatever `trust proxy` says",
  },
};

/** `cookie: { secure }`, which is express-session's spelling: cookie-session reads nothing in it. */
function nested(fact: Fact): readonly Remark[] {
  const held = fact.kind === "call" ? optionOf(fact, 0, "cookie") : undefined;
  const at = held?.[0]?.because[0];
  const object = onlyObject(held);
  if (at === undefined || object === undefined) return [];
  const others = [...object.properties.keys()].filter((name) => name !== "secure");
  const rest =
    others.length === 0
      ? ""
      : `; ${others.map((name) => `\`${name}\``).join(", ")} beside it ${others.length === 1 ? "does" : "do"} nothing either`;
  const what = object.properties.has("secure") ? "`cookie.secure`" : "the nested `cookie`";
  return [
    {
      kind: "ineffective",
      says: `cookie-session ignores ${what}: its options belong at the top level${rest}`,
      at: object.properties.get("secure")?.[0]?.because[0] ?? at,
    },
  ];
}

function topLevel(fact: Fact): readonly Remark[] {
  const at = fact.kind === "call" ? optionOf(fact, 0, "secure")?.[0]?.because[0] : undefined;
  return at === undefined
    ? []
    : [{ kind: "ineffective", says: "the cookie session of Connect 2 reads `secure` inside `cookie: { }` only", at }];
}

/** Connect 2 sends a Secure cookie behind a proxy only where the `proxy` option says so. */
function withheldWithoutOption(fact: Fact, context: Context): readonly Remark[] {
  const secure = fact.kind === "call" ? optionOf(fact, 0, "cookie", "secure") : undefined;
  const at = secure?.[0]?.because[0];
  if (fact.kind !== "call" || at === undefined || !isTrue(secure)) return [];
  const trusted = isTrue(optionOf(fact, 0, "proxy"));
  const trust: Trust = { trusted, because: { from: "docs", url: connectDocs, says: "`proxy` is not on" } };
  return withheldWithoutTrust(context, trust, at, "Connect's cookie session sends no cookie at all: `proxy` is not on");
}

/** Before 2.0 the name may be given as `key`, and the default is another one. */
function oldName(fact: Fact, context: Context): Given | undefined {
  if (fact.kind !== "call" || !isBelow(context, fact.place.file, "cookie-session", 2, 0)) return undefined;
  const seen = optionOf(fact, 0, "key") ?? [
    { data: { kind: "literal", value: "express:sess" }, when: [], because: [] },
  ];
  return { seen, attribute: "name" };
}

function withheld(fact: Fact, context: Context): readonly Remark[] {
  if (fact.kind !== "call" || isTrue(optionOf(fact, 0, "secureProxy"))) return [];
  const secure = optionOf(fact, 0, "secure");
  const at = secure?.[0]?.because[0];
  if (at === undefined || !isTrue(secure)) return [];
  const crashes = asksTheConnection(fact, context);
  const trust = crashes ? onlyTheConnection : trustOf(context, fact.place.file);
  const says = crashes ? "the process ends with an exception" : "cookie-session sends no cookie at all";
  return withheldWithoutTrust(context, trust, at, `${says}: ${trust.because.says}`);
}

/** A signed session is two cookies: the second one holds the signature. */
function signature(fact: Fact, context: Context): readonly Remark[] {
  if (fact.kind !== "call" || onlyObject(findArgument(fact, 0)?.value) === undefined) return [];
  if (literalOf(optionOf(fact, 0, "signed")) === false) return [];
  const name = literalOf(optionOf(fact, 0, "name") ?? oldName(fact, context)?.seen) ?? "session";
  return [
    {
      kind: "note",
      says: `it is two cookies: \`${String(name)}.sig\` holds the signature, with the same attributes`,
      at: { from: "file", ...fact.place, says: "the session is signed" },
    },
  ];
}

/** Takes `secure` out of the nested object to where it is read; what stands beside it stays dead, as it was. */
function hoisted(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind !== "call") return [];
  const options = onlyObject(findArgument(fact, 0)?.value);
  const held = optionOf(fact, 0, "cookie");
  const inner = onlyObject(held);
  const secure = inner?.properties.get("secure");
  if (options?.literal === undefined || inner === undefined || secure === undefined) return [];
  if (options.properties.has("secure") || !isTrue(secure)) return [];
  const others = [...inner.properties.keys()].filter((name) => name !== "secure");
  const edits = others.length === 0 ? unwrapped(held, context) : moved(options, secure, context);
  if (edits === undefined) return [];
  const rest =
    others.length === 0
      ? ""
      : ` ${others.map((name) => `\`${name}\``).join(", ")} in \`cookie\` had no effect so far and still ${others.length === 1 ? "has" : "have"} none: move them only if they are right.`;
  return [
    {
      title: "Set Secure at the top level",
      safety: "needs a decision",
      note: `${lostLogins(withholds, undefined)}${rest}`,
      edits: [...edits, ...trustEdits(context, fact)],
    },
  ];
}

/** `cookie: { secure: true }` becomes `secure: true`. */
function unwrapped(held: Seen | undefined, context: Context): readonly Edit[] | undefined {
  const entry = held?.[0]?.because.find((each) => each.from === "file" && /^`cookie\b/.test(each.says));
  return entry?.from === "file" ? [replace(context.text(entry.file), entry, "secure: true")] : undefined;
}

/** The dead entry goes with its comma, and with its line where it has one; the new one stands at the top level. */
function moved(options: SeenObject, secure: Seen, context: Context): readonly Edit[] | undefined {
  const entry = secure[0]?.because[0];
  if (entry?.from !== "file" || options.literal === undefined) return undefined;
  const { file } = options.literal.place;
  const added = addEntry(context.text(file), options, "secure: true");
  if (added === undefined) return undefined;
  const text = context.text(entry.file);
  let { start, end } = entry.span;
  end += /^\s*,/.exec(text.slice(end, end + 200))?.[0].length ?? 0;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const rest = /^[ \t]*(?:\r?\n)/.exec(text.slice(end, end + 200))?.[0];
  if (rest !== undefined && text.slice(lineStart, start).trim() === "") {
    start = lineStart;
    end += rest.length;
  } else end += /^[ \t]*/.exec(text.slice(end, end + 200))?.[0].length ?? 0;
  return [{ file: entry.file, span: { start, end }, expected: text.slice(start, end), replacement: "" }, ...added];
}
