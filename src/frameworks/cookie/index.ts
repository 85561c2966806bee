import {
  argument,
  type CallFact,
  type Context,
  custom,
  type Framework,
  fallback,
  findArgument,
  type Given,
  imports,
  named,
  option,
  type Remark,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import {
  configLayers,
  expiresAtOnce,
  expressTrust,
  forced,
  javascriptWords,
  majorOf,
  onlyObject,
  rewritten,
  schemeSymbols,
} from "../node.ts";

type Fact = CallFact | WriteFact;

const docs = "https://github.com/jshttp/cookie#secure";

const secureDefault = fallback(false, docs, "`secure` is not given, and the default of `cookie` is off");

function isOwn(call: CallFact, context: Context, ...methods: readonly string[]): boolean {
  return (
    methods.some((method) => named(call.callee, `cookie.${method}`, `cookie.default.${method}`)) &&
    imports(context, call.place.file, "cookie")
  );
}

const attributes = (position: number) => ({
  httponly: [option(position, "httpOnly")],
  samesite: [option(position, "sameSite")],
  path: [option(position, "path")],
  domain: [option(position, "domain")],
});

/** `serialize(name, value, options)`, and its new name with the same arguments. */
const byArguments: Sink = {
  on: {
    kind: "call",
    method: ["serialize", "stringifySetCookie"],
    matches: (call, context) =>
      isOwn(call, context, "serialize", "stringifySetCookie") && !isRecord(call) && call.arguments.length > 0,
  },
  name: [custom((fact, context) => undefinedName(fact, context)), argument(0)],
  secure: [rewritten, custom((fact, context) => undefinedCookie(fact, context)), option(2, "secure"), secureDefault],
  attributes: attributes(2),
  deletion: (fact, context) => fact.kind === "call" && expiresAtOnce(fact, 2, context),
  remarks: (fact, context) => gone(fact, context),
};

/** `stringifySetCookie({ name, value, secure })`. */
const byRecord: Sink = {
  on: {
    kind: "call",
    method: ["stringifySetCookie"],
    matches: (call, context) => isOwn(call, context, "stringifySetCookie") && isRecord(call),
  },
  name: [option(0, "name")],
  secure: [rewritten, option(0, "secure"), secureDefault],
  attributes: attributes(0),
  deletion: (fact, context) => fact.kind === "call" && expiresAtOnce(fact, 0, context),
};

export const cookie: Framework = {
  name: "cookie",
  title: "cookie",
  docs,
  language: "javascript",
  words: javascriptWords('"cookie"', "'cookie'", "on-headers"),
  symbols: schemeSymbols,
  layers: configLayers,
  sinks: [byArguments, byRecord],
  methods: ["on-headers"],
  proxyTrust: expressTrust,
};

/** An object in the place of the name, known or not: one argument alone is no name without a value. */
function isRecord(call: CallFact): boolean {
  const first = findArgument(call, 0)?.value;
  if (onlyObject(first)?.properties.has("name") === true) return true;
  return (
    named(call.callee, "*.stringifySetCookie") &&
    call.arguments.length === 1 &&
    first?.every(({ data }) => data.kind !== "literal" && data.kind !== "text") === true
  );
}

function isVersion2(fact: Fact, context: Context): fact is CallFact {
  return fact.kind === "call" && (majorOf(context, fact.place.file, "cookie") ?? 1) >= 2;
}

/** The name that version 2 writes where it is given separate arguments. */
function undefinedName(fact: Fact, context: Context): Given | undefined {
  const secure = undefinedCookie(fact, context);
  if (secure === undefined) return undefined;
  return {
    ...secure,
    attribute: "name",
    seen: secure.seen.map((each) => ({ ...each, data: { kind: "literal", value: "undefined" } })),
  };
}

/** Version 2 reads one object; from separate arguments it writes a cookie without name or attributes. */
function undefinedCookie(fact: Fact, context: Context): Given | undefined {
  if (!isVersion2(fact, context) || named(fact.callee, "*.serialize")) return undefined;
  return forced(fact.place, false, "cookie 2 reads one object only, and writes `undefined=` without attributes here");
}

function gone(fact: Fact, context: Context): readonly Remark[] {
  if (!isVersion2(fact, context)) return [];
  const how = "call `stringifySetCookie({ name, value, secure: true })`";
  const says = named(fact.callee, "*.serialize")
    ? `\`serialize\` is gone from cookie 2: ${how}`
    : `separate arguments are not read by cookie 2: ${how}`;
  return [{ kind: "ineffective", says, at: { from: "file", ...fact.place, says } }];
}
