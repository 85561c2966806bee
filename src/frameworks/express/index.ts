import {
  argument,
  type CallFact,
  type Context,
  custom,
  type Fix,
  type Framework,
  fallback,
  findArgument,
  header,
  named,
  once,
  option,
  type Place,
  type Remark,
  type Seen,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { replace } from "../../write.ts";
import {
  configLayers,
  deprecatedOption,
  expiresAtOnce,
  expressTrust,
  forced,
  isExpressResponse,
  isRewriter,
  isTrue,
  javascriptWords,
  literalOf,
  majorOf,
  onlyObject,
  optionOf,
  rawHeaders,
  rewritten,
  schemeSymbols,
  showsExpress,
  textAt,
  trustOf,
} from "../node.ts";

type Fact = CallFact | WriteFact;

const docs = "https://expressjs.com/en/api.html#res.cookie";
const clearDocs = "https://expressjs.com/en/api.html#res.clearCookie";

/** Express counts `maxAge` in milliseconds. */
const SECOND = 1_000;

const attributes = {
  httponly: [option(2, "httpOnly")],
  samesite: [option(2, "sameSite")],
  path: [option(2, "path")],
  domain: [option(2, "domain")],
} as const;

const cookie: Sink = {
  on: { kind: "call", method: ["cookie"], matches: (call, context) => setsCookie(call, context) },
  name: [argument(0)],
  secure: [
    rewritten,
    custom((fact, context) => wrapped(fact, context, "forces")),
    option(2, "secure"),
    custom((fact, context) => wrapped(fact, context, "defaults")),
    fallback(false, docs, "`secure` is not given, and Express's default is off"),
  ],
  attributes,
  deletion: (fact, context) => fact.kind === "call" && expiresAtOnce(fact, 2, context, SECOND),
  remarks: (fact) => misspelt(fact, 2),
  fixes: (fact, context) => always(fact, context),
};

const clearCookie: Sink = {
  on: {
    kind: "call",
    method: ["clearCookie"],
    matches: (call, context) => isExpressResponse(call.callee, call.receiver, call.place.file, context),
  },
  name: [argument(0)],
  secure: [
    rewritten,
    custom((fact, context) => wrapped(fact, context, "forces")),
    deprecatedOption(1, "secure"),
    fallback(false, clearDocs, "`secure` is not given, and Express's default is off"),
  ],
  deletion: (fact, context) => !staysAlive(fact, context),
  remarks: (fact, context) => alive(fact, context),
};

const rawHeader: Sink = {
  on: {
    kind: "call",
    method: ["set", "header", "append"],
    matches: (call, context) =>
      named(call.callee, "*.set", "*.header", "*.append") &&
      rawHeaders(call).length > 0 &&
      isExpressResponse(call.callee, call.receiver, call.place.file, context) &&
      !isRewriter(context, call.place),
  },
  split: (fact) => rawHeaders(fact),
  name: [header(1, "name")],
  secure: [rewritten, header(1, "secure")],
};

/** `res.cookie` called, replaced, kept in a variable, or called indirectly; not the much read `req.cookies`. */
const memberWords = [
  ".cookie(",
  ".cookie =",
  ".cookie=",
  ".cookie.",
  ".cookie;",
  ".cookie)",
  '["cookie"]',
  "['cookie']",
];

export const express: Framework = {
  name: "express",
  title: "Express",
  docs,
  language: "javascript",
  words: javascriptWords(...memberWords, "clearcookie", "set-cookie", "trust proxy", "on-headers"),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [cookie, clearCookie, rawHeader],
  methods: ["set", "enable", "disable", "use", "on-headers"],
  members: ["cookie"],
  proxyTrust: expressTrust,
};

function setsCookie(call: CallFact, context: Context): boolean {
  return (
    call.arguments.length > 0 &&
    named(call.callee, "*.cookie") &&
    isExpressResponse(call.callee, call.receiver, call.place.file, context) &&
    !wrappers(context).some((wrapper) => holds(wrapper, call.place))
  );
}

/** Before Express 5 a life given to `clearCookie` counts, and the cookie that should go lives on. */
function staysAlive(fact: Fact, context: Context): boolean {
  if (fact.kind !== "call") return false;
  const major = majorOf(context, fact.place.file, "express");
  if (major === undefined || major >= 5) return false;
  const age = literalOf(optionOf(fact, 1, "maxAge"));
  return typeof age === "number" && age >= SECOND;
}

function alive(fact: Fact, context: Context): readonly Remark[] {
  if (!staysAlive(fact, context)) return [];
  const says = "before Express 5 the `maxAge` of `clearCookie` counts: the cookie lives on; leave `maxAge` out";
  return [{ kind: "note", says, at: { from: "file", ...fact.place, says } }];
}

/** Where `secure: req.secure` never comes true behind the proxy, `true` does: Express sends such a cookie over http too. */
function always(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind !== "call" || trustOf(context, fact.place.file).trusted !== false) return [];
  const seen = optionOf(fact, 2, "secure") ?? [];
  if (!seen.some(({ when }) => when.some(({ kind }) => kind === "request-scheme"))) return [];
  const entry = seen[0]?.because[0];
  if (entry?.from !== "file" || !/^secure\s*:/.test(textAt(context, entry))) return [];
  const note = "The cookie is then Secure over plain http too, where browsers keep it on localhost only.";
  const edits = [replace(context.text(entry.file), entry, "secure: true")];
  return [{ title: "Set Secure whatever the request says", safety: "needs a decision", note, edits }];
}

/** Options that Express does not read: `Secure`, `isSecure`, and a nested `cookie`. */
function misspelt(fact: Fact, position: number): readonly Remark[] {
  if (fact.kind !== "call") return [];
  const options = onlyObject(findArgument(fact, position)?.value);
  const found = [
    ...["Secure", "isSecure", "SECURE"].map((name) => [name, options?.properties.get(name)] as const),
    ["cookie.secure", optionOf(fact, position, "cookie", "secure")] as const,
  ];
  return found.flatMap(([name, seen]): Remark[] => {
    const at = seen?.[0]?.because[0];
    return at === undefined
      ? []
      : [{ kind: "ineffective", says: `\`${name}\` is no option of \`res.cookie\`; it reads \`secure\` only`, at }];
  });
}

// ---- code that replaces res.cookie

/** Functions that stand in for `res.cookie`: set by a middleware, or on the prototype of all responses. */
const wrappers = once((context): readonly Place[] => {
  const result: Place[] = [];
  for (const write of context.facts.writes) {
    if (write.key !== "cookie" || write.notDeployed !== undefined) continue;
    const { file } = write.place;
    const owners = write.paths.map((path) => `${path}.cookie`);
    const everywhere = write.paths.some((path) => /(?:^|\.)(?:express\(\)|app|express)\.response$/.test(path));
    if (!(everywhere && showsExpress(context, file)) && !isExpressResponse(owners, write.target, file, context))
      continue;
    for (const { data } of write.value) if (data.kind === "function") result.push(data.place);
  }
  return result;
});

function holds(outer: Place, inner: Place): boolean {
  return outer.file === inner.file && outer.span.start <= inner.span.start && inner.span.end <= outer.span.end;
}

/** What a wrapper says of Secure: it forces it whatever the caller gives, or gives it where the caller does not. */
function wrapped(fact: Fact, context: Context, how: Effect["how"]): ReturnType<typeof forced> {
  const effect = fact.kind === "call" ? effects(context).find((each) => each.how === how) : undefined;
  if (effect === undefined) return undefined;
  const says =
    how === "forces"
      ? "`res.cookie` is wrapped by code that adds `secure: true`, whatever the call says"
      : "`secure` is not given, and `res.cookie` is wrapped by code that then adds `secure: true`";
  return forced(effect.wrapper, true, says);
}

interface Effect {
  readonly how: "forces" | "defaults";
  readonly wrapper: Place;
}

const effects = once((context): readonly Effect[] =>
  wrappers(context).flatMap((wrapper) => {
    const inner = context.facts.calls.find((call) => call.method === "cookie" && holds(wrapper, call.place));
    const how = effectOf(inner === undefined ? undefined : optionOf(inner, 2, "secure"));
    return how === undefined ? [] : [{ how, wrapper }];
  }),
);

function effectOf(secure: Seen | undefined): Effect["how"] | undefined {
  if (secure === undefined) return undefined;
  if (isTrue(secure)) return "forces";
  const known = secure.filter(({ data }) => data.kind === "literal");
  return known.length > 0 && isTrue(known) ? "defaults" : undefined;
}
