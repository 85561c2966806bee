import {
  argument,
  type CallFact,
  type Context,
  type CustomSource,
  custom,
  type Edit,
  type Fix,
  type Framework,
  fallback,
  findArgument,
  imports,
  named,
  option,
  type ProxyTrust,
  type Reading,
  type Remark,
  reading,
  type SeenCall,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addArgument, addEntry } from "../../write.ts";
import {
  configLayers,
  deprecatedOption,
  expiresAtOnce,
  isPast,
  isTrue,
  javascriptWords,
  literalOf,
  offWhereUndefined,
  onlyObject,
  optionOf,
  rewritten,
  schemeSymbols,
  showsExpress,
  trustOf,
} from "../node.ts";

type Fact = CallFact | WriteFact;

const docs = "https://github.com/pillarjs/cookies#readme";

const throws =
  "Over what the process takes for plain http, a call with `secure: true` throws, also on a developer's http://localhost; `secure: true` for the constructor stops that.";

/** Only `undefined` counts as not given. */
const nullIsOff: Reading = { null: "insecure" };

const set: Sink = {
  on: {
    kind: "call",
    method: ["set"],
    matches: (call, context) => isJar(call, context) && call.arguments.length > 0,
  },
  name: [argument(0)],
  secure: [
    rewritten,
    deprecatedOption(2, "secureProxy"),
    // https://github.com/pillarjs/cookies/blob/0.8.0/HISTORY.md
    offWhereUndefined(2, "cookies", 0, 8),
    reading(option(2, "secure"), nullIsOff),
    constructed(),
    fallback("request-scheme", docs, "`secure` is not given, and the default of `cookies` follows the request"),
  ],
  attributes: {
    httponly: [option(2, "httpOnly")],
    samesite: [option(2, "sameSite")],
    path: [option(2, "path")],
    domain: [option(2, "domain")],
  },
  deletion: (fact, context) => deletes(fact, context),
  remarks: (fact, context) => thrown(fact, context),
  fixes: (fact, context) => onConstructor(fact, context),
  alsoFix: (fact, context) => ({ edits: constructorEdits(fact, context) ?? [] }),
  decision: (fact, context) => decides(fact, context),
};

export const cookies: Framework = {
  name: "cookies",
  title: "cookies",
  docs,
  language: "javascript",
  words: javascriptWords('"cookies"', "'cookies'", "cookies.set", "on-headers"),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [set],
  methods: ["set", "enable", "disable", "on-headers"],
  proxyTrust: trustOfServer,
};

/** `new Cookies(req, res).set`, or the jar that `app.use(Cookies.express())` puts on requests and responses. */
function isJar(call: CallFact, context: Context): boolean {
  if (maker(call) !== undefined) return true;
  const names = ["", "req.", "res.", "request.", "response."].map((owner) => `${owner}cookies.set`);
  return named(call.callee, ...names, "cookies.default.set") && imports(context, call.place.file, "cookies");
}

/** The call that made the jar. */
function maker(fact: Fact): SeenCall | undefined {
  if (fact.kind !== "call") return undefined;
  const made = onlyObject(fact.receiver)?.from;
  return made !== undefined && named(made.callee, "cookies", "cookies.default") ? made : undefined;
}

/** `new Cookies(req, res, { secure })`, which also stops `set` from throwing. */
function constructed(): CustomSource {
  return custom((fact) => {
    const call = maker(fact);
    const seen = call === undefined ? undefined : optionOf(call, 2, "secure");
    return seen === undefined ? undefined : { seen, attribute: "secure", reading: nullIsOff };
  });
}

/** Without a value, or with one that has run out, the cookie is deleted; a `maxAge` of `0` counts as not given. */
function deletes(fact: Fact, context: Context): boolean {
  if (fact.kind !== "call") return false;
  const value = findArgument(fact, 1);
  if (value === undefined) return fact.arguments.every(({ spread }) => spread === undefined);
  const literal = literalOf(value.value);
  const known = value.value.length === 1 && value.value[0]?.data.kind === "literal";
  if (known && (literal === null || literal === undefined || literal === "")) return true;
  const ignoresAge = literalOf(optionOf(fact, 2, "maxAge")) === 0;
  return ignoresAge ? isPast(optionOf(fact, 2, "expires"), context) : expiresAtOnce(fact, 2, context);
}

/** `cookies` asks the request for `protocol`, which Express has and Node has not. */
function trustOfServer(context: Context, sink: Fact): ProxyTrust {
  if (showsExpress(context, sink.place.file)) return trustOf(context, sink.place.file);
  return {
    trusted: false,
    because: {
      from: "docs",
      url: docs,
      says: "`cookies` looks at the socket, which is plain http behind a proxy that ends TLS",
    },
  };
}

function thrown(fact: Fact, context: Context): readonly Remark[] {
  if (fact.kind !== "call" || context.deployment.tls !== "proxy" || deletes(fact, context)) return [];
  const secure = optionOf(fact, 2, "secure");
  const at = secure?.[0]?.because[0];
  const call = maker(fact);
  if (at === undefined || !isTrue(secure) || (call !== undefined && isTrue(optionOf(call, 2, "secure")))) return [];
  const trust = trustOfServer(context, fact);
  return trust.trusted === false ? [{ kind: "withheld", says: `the call throws: ${trust.because.says}`, at }] : [];
}

/** The constructor's `secure: true` holds for every cookie of the jar and never throws. */
function onConstructor(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind !== "call" || optionOf(fact, 2, "secure") !== undefined) return [];
  const edits = constructorEdits(fact, context);
  return edits === undefined ? [] : [{ title: "Set Secure for every cookie of the jar", safety: "safe", edits }];
}

function constructorEdits(fact: Fact, context: Context): readonly Edit[] | undefined {
  const call = maker(fact);
  if (call === undefined || optionOf(call, 2, "secure") !== undefined) return undefined;
  const text = context.text(call.place.file);
  const options = findArgument(call, 2);
  if (options === undefined)
    return call.arguments.length === 2 ? addArgument(text, call, "{ secure: true }") : undefined;
  const object = onlyObject(options.value);
  return object === undefined || object.items !== undefined ? undefined : addEntry(text, object, "secure: true");
}

/** A call's own `secure: true` throws, unless the constructor says so too. */
function decides(fact: Fact, context: Context): string | undefined {
  const call = maker(fact);
  const told = call !== undefined && optionOf(call, 2, "secure") !== undefined;
  return told || constructorEdits(fact, context) !== undefined ? undefined : throws;
}
