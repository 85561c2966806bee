import {
  always,
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
  openArguments,
  option,
  pathsOf,
  type Remark,
  type Seen,
  type SeenAlternative,
  type SeenArgument,
  type Sink,
  type Source,
  type WriteFact,
} from "../../framework.ts";
import { addArgument, addEntry, insertBehind, replace, replaceAbsent } from "../../write.ts";
import { endsAtOnce, schemeOfRequest } from "../ruby.ts";
import { flagged, trust } from "./secure-headers.ts";

const docs = "https://github.com/rack/rack-session";
const responseDocs = "https://rubydoc.info/gems/rack/Rack/Response/Helpers#set_cookie-instance_method";

const NOT_DEPLOYED = /(?:^|\/)(?:spec|test|tests|features|templates|fixtures)\//;

/** Does the file require one of these libraries, or a part of one? */
function requires(file: string, context: Context, ...libraries: readonly string[]): boolean {
  const names = requiring(context).get(file) ?? [];
  return names.some((name) => libraries.some((library) => name === library || name.startsWith(`${library}/`)));
}

const requiring = once((context): ReadonlyMap<string, readonly string[]> => {
  const result = new Map<string, string[]>();
  for (const { method, place, arguments: args } of context.facts.calls) {
    const data = args[0]?.value[0]?.data;
    if (method !== "require" || data?.kind !== "literal") continue;
    const names = result.get(place.file) ?? [];
    names.push(String(data.value));
    result.set(place.file, names);
  }
  return result;
});

/** A file of a Sinatra or plain Rack application, and of no other one. */
function isRack(fact: CallFact | WriteFact, context: Context): boolean {
  const { file } = fact.place;
  return (
    isOutsideRails(file, context) &&
    (file.endsWith(".ru") ||
      requires(file, context, "sinatra", "rack") ||
      fact.within.bases.some((base) => /^(?:Sinatra|Roda)\b/.test(base)))
  );
}

/** Middleware need not require anything: it is what has a method `call`. */
function isCalled({ within, place }: WriteFact, context: Context): boolean {
  return within.function === "call" && isOutsideRails(place.file, context);
}

function isOutsideRails(file: string, context: Context): boolean {
  if (NOT_DEPLOYED.test(file)) return false;
  const around = context.files.endingIn("config/application.rb");
  return !around.some((each) => file.startsWith(each.slice(0, -"config/application.rb".length)));
}

function isSinatra(call: CallFact, context: Context): boolean {
  return (
    isRack(call, context) &&
    (requires(call.place.file, context, "sinatra") || call.within.bases.some((base) => base.startsWith("Sinatra")))
  );
}

function isLiteral(seen: Seen | undefined, ...values: readonly unknown[]): boolean {
  return seen?.some(({ data }) => data.kind === "literal" && values.includes(data.value)) === true;
}

const off = fallback(false, docs, "`secure` is not given, and Rack's default is off");
const key: readonly Source[] = [
  argument(undefined, "key"),
  option(1, "key"),
  fallback("rack.session", docs, "the default name"),
];
const secure: readonly Source[] = [argument(undefined, "secure"), option(1, "secure"), off];

const middleware: Sink = {
  on: {
    kind: "call",
    method: ["use"],
    matches: (call, context) =>
      !NOT_DEPLOYED.test(call.place.file) &&
      pathsOf(call.arguments[0]?.value).some((path) => /^Rack\.Session\.\w+$/.test(path)) &&
      isRack(call, context),
  },
  name: key,
  secure,
  secureText: () => 'ENV["RACK_ENV"] == "production"',
  remarks: withheld,
};

/** Rack sends no session that is Secure over http, unless it takes every request for https. */
function withheld(fact: CallFact | WriteFact): readonly Remark[] {
  if (fact.kind !== "call") return [];
  const [secureGiven, assumed] = ["secure", "assume_ssl"].map((name) => findArgument(fact, undefined, name));
  if (secureGiven === undefined || !isAlwaysTrue(secureGiven.value) || isLiteral(assumed?.value, true)) return [];
  const says = "over http, on a developer's machine too, no session cookie is sent at all then; ask where it runs";
  return [{ kind: "withheld", says, at: { from: "file", ...secureGiven.place, says } }];
}

function isAlwaysTrue(seen: Seen): boolean {
  const [only, ...others] = seen;
  return others.length === 0 && only?.when.length === 0 && isLiteral(seen, true);
}

function setsSessions(call: CallFact): boolean {
  return call.method === "set" && isLiteral(call.arguments[0]?.value, "sessions");
}

const set: Sink = {
  on: {
    kind: "call",
    method: ["set"],
    matches: (call, context) =>
      setsSessions(call) && isSinatra(call, context) && !isLiteral(findArgument(call, 1)?.value, false, null),
  },
  name: key,
  secure,
  secureText: () => "production?",
  remarks: withheld,
  fixes: (fact, context) => {
    const given = fact.kind === "call" ? findArgument(fact, 1) : undefined;
    if (given === undefined || !isLiteral(given.value, true)) return [];
    return safe([replace(context.text(given.valuePlace.file), given.valuePlace, "secure: production?")]);
  },
};

/** `enable :sessions`, where no `set :sessions` says more. */
const enable: Sink = {
  on: {
    kind: "call",
    method: ["enable"],
    matches: (call, context) =>
      call.arguments.some(({ value }) => isLiteral(value, "sessions")) &&
      isSinatra(call, context) &&
      !context.facts.calls.some(
        (other) =>
          setsSessions(other) &&
          other.place.file === call.place.file &&
          other.within.class === call.within.class &&
          other.notDeployed === undefined,
      ),
  },
  name: [fallback("rack.session", docs, "the default name")],
  secure: [off],
  fixes: (fact, context) => {
    return fact.kind === "call" ? safe(setInstead(fact, context)) : [];
  },
};

function safe(edits: Fix["edits"] | undefined): readonly Fix[] {
  return edits === undefined ? [] : [{ title: "Set Secure", safety: "safe", edits }];
}

/** `secure` of a hash; a plain value has none. */
const cookieSecure: Source = custom((fact) => {
  if (fact.kind !== "call") return undefined;
  const keyword = findArgument(fact, undefined, "secure");
  if (keyword !== undefined) return { seen: keyword.value, attribute: "secure", valuePlace: keyword.valuePlace };
  const open = openArguments(fact);
  const because = "the arguments may hold `secure`";
  const at = [{ from: "file", ...(open ?? fact).place, says: because } as const];
  if (open !== undefined)
    return {
      seen: [{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: at }],
      attribute: "secure",
    };
  const value = findArgument(fact, 1)?.value;
  return value === undefined ? undefined : { seen: value.flatMap(secureOfHash), attribute: "secure" };
});

function secureOfHash(each: SeenAlternative): Seen {
  const { data } = each;
  if (data.kind !== "object" || data.literal === undefined)
    return [{ ...each, data: { kind: "literal", value: undefined } }];
  const held = data.properties.get("secure");
  if (held !== undefined) return held;
  const open = data.open;
  if (open !== undefined) return [{ ...each, data: { kind: "unknown", because: open, parameter: undefined } }];
  return [{ ...each, data: { kind: "literal", value: undefined } }];
}

/** `enable :a, :sessions` becomes `enable :a` and a `set :sessions`, which takes options. */
function setInstead(call: CallFact, context: Context): Fix["edits"] | undefined {
  const { file, span } = call.place;
  const text = context.text(file);
  const instead = "set :sessions, secure: production?";
  const [first, ...more] = call.arguments;
  if (more.length === 0) return [replace(text, call.place, instead)];
  const index = call.arguments.findIndex(({ value }) => isLiteral(value, "sessions"));
  const sessions = call.arguments[index]?.place.span;
  const before = call.arguments[index - 1]?.place.span;
  const behind = call.arguments[index + 1]?.place.span;
  if (first === undefined || sessions === undefined) return undefined;
  const gone = { start: before?.end ?? sessions.start, end: before === undefined ? behind!.start : sessions.end };
  return [replace(text, { file, span: gone }, ""), insertBehind(text, file, span, instead)];
}

function isResponse(call: CallFact): boolean {
  return call.callee.some((path) => /(?:^|\.)(?:response|resp|res)(?:\(\))?\.\w+$|^Rack\.Response\b/.test(path));
}

const response: Sink = {
  on: {
    kind: "call",
    method: ["set_cookie"],
    matches: (call, context) => isResponse(call) && isRack(call, context),
  },
  name: [argument(0)],
  secure: [cookieSecure, fallback(false, responseDocs, "`secure` is not given, and Rack's default is off")],
  deletion: (fact, context) => fact.kind === "call" && endsAtOnce(fact, context),
  fixes: (fact, context) => (fact.kind === "call" ? fixResponse(fact, context) : []),
};

function fixResponse(call: CallFact, context: Context): readonly Fix[] {
  const keyword = findArgument(call, undefined, "secure");
  if (keyword !== undefined) return safe(replaceAbsent(keyword.value, "true", context.text));
  const text = context.text(call.place.file);
  const value = findArgument(call, 1);
  if (value === undefined) return safe(addArgument(text, call, "secure: true"));
  const [only] = value.value;
  if (only?.data.kind === "object" && only.data.literal !== undefined) {
    const { place } = only.data.literal;
    const literal = context.text(place.file).slice(place.span.start, place.span.end);
    const held = only.data.properties.get("secure");
    if (held !== undefined) return safe(replaceAbsent(held, "true", context.text));
    if (!/^\{.*\}$/s.test(literal)) return [];
    return safe(addEntry(context.text(place.file), only.data, "secure: true"));
  }
  if (call.arguments.length !== 2) return [];
  const written = text.slice(value.valuePlace.span.start, value.valuePlace.span.end);
  return safe([replace(text, value.valuePlace, `{ value: ${written}, secure: true }`)]);
}

const deletion: Sink = {
  on: {
    kind: "call",
    method: ["delete_cookie"],
    matches: (call, context) => isResponse(call) && isRack(call, context),
  },
  name: [argument(0)],
  secure: [fallback(false, responseDocs, "a deletion needs no Secure")],
  deletion: always,
};

/** Headers of a response, by their names or as the second of what `@app.call(env)` gives. */
const HEADERS = /(?:^|\.)(?:headers|response|res)(?:\(\))?$|^Rack\.Response\b|\.call\(\)\[1\]$/;

/** `response["Set-Cookie"] = "…"`, `headers["Set-Cookie"] = "…"`. */
const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie"],
    matches: (write, context) =>
      write.index &&
      write.paths.some((path) => HEADERS.test(path)) &&
      (isRack(write, context) || isCalled(write, context)),
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
};

/** `headers "Set-Cookie" => "…"` of Sinatra, and `Rack::Response.new("…", 200, { "Set-Cookie" => "…" })`. */
const headersGiven: Sink = {
  on: {
    kind: "call",
    method: ["headers", "new"],
    matches: (call, context) =>
      headerGiven(call) !== undefined &&
      (call.method === "headers"
        ? isSinatra(call, context)
        : named(call.callee, "Rack.Response.new") && isRack(call, context)),
  },
  split: asHeader,
  name: [header(0, "name")],
  secure: [header(0, "secure")],
};

/** `[200, { "Set-Cookie" => "…" }, body]` that `call` gives. */
const triple: Sink = {
  on: {
    kind: "write",
    members: ["return[]"],
    matches: (write, context) =>
      headerReturned(write) !== undefined && (isRack(write, context) || isCalled(write, context)),
  },
  split: (fact) => {
    const value = fact.kind === "write" ? headerReturned(fact) : undefined;
    return value === undefined ? [] : [{ ...fact, value } as WriteFact];
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
};

function headerReturned({ paths, value }: WriteFact): Seen | undefined {
  const [only] = value;
  const items = paths[0] === "return" && only?.data.kind === "object" ? only.data.items : undefined;
  return items?.length === 3 ? headerIn(items[1]?.[0]) : undefined;
}

function asHeader(fact: CallFact | WriteFact): readonly (CallFact | WriteFact)[] {
  const given = fact.kind === "call" ? headerGiven(fact) : undefined;
  return given === undefined || fact.kind !== "call" ? [] : [{ ...fact, arguments: [given] }];
}

/** The text of `Set-Cookie`, by keyword or in a hash, as an argument by itself. */
function headerGiven({ arguments: given }: CallFact): SeenArgument | undefined {
  for (const each of given) {
    const value = each.name?.toLowerCase() === "set-cookie" ? each.value : headerIn(each.value[0]);
    if (value !== undefined) return { ...each, name: undefined, value };
  }
  return undefined;
}

function headerIn(hash: SeenAlternative | undefined): Seen | undefined {
  const isWritten = hash?.data.kind === "object" && hash.data.literal !== undefined;
  const entries = isWritten ? [...hash.data.properties] : [];
  return entries.find(([name]) => name.toLowerCase() === "set-cookie")?.[1];
}

const contribDocs = "https://sinatrarb.com/contrib/cookies";

/** The helper `cookies` of sinatra-contrib. */
function hasJar({ place }: CallFact | WriteFact, context: Context): boolean {
  return !NOT_DEPLOYED.test(place.file) && requires(place.file, context, "sinatra/cookies", "sinatra/contrib");
}

/** `set :cookie_options, secure: true`, which holds for every cookie of the jar. */
const cookieOptions: Source = custom((fact, context) => {
  const call = context.facts.calls.findLast(
    (each) =>
      each.method === "set" &&
      each.place.file === fact.place.file &&
      each.within.class === fact.within.class &&
      isLiteral(each.arguments[0]?.value, "cookie_options"),
  );
  const keyword = call === undefined ? undefined : findArgument(call, undefined, "secure");
  if (keyword !== undefined)
    return { seen: keyword.value, attribute: "cookie_options[:secure]", valuePlace: keyword.valuePlace };
  const hash = call === undefined ? undefined : findArgument(call, 1);
  return hash === undefined
    ? undefined
    : { seen: hash.value.flatMap(secureOfHash), attribute: "cookie_options[:secure]" };
});

const asTheRequest = fallback(
  "request-scheme",
  contribDocs,
  "`secure` is not given, and the default of sinatra-contrib follows the request",
);

const jarWrite: Sink = {
  on: { kind: "write", members: ["cookies[]"], matches: (write, context) => write.index && hasJar(write, context) },
  name: [
    custom((fact) =>
      fact.kind !== "write" || fact.keySeen === undefined ? undefined : { seen: fact.keySeen, attribute: "name" },
    ),
  ],
  secure: [cookieOptions, asTheRequest],
};

const jarSet: Sink = {
  on: {
    kind: "call",
    method: ["set"],
    matches: (call, context) => named(call.callee, "*.cookies.set", "*.cookies().set") && hasJar(call, context),
  },
  name: [argument(0)],
  secure: [argument(undefined, "secure"), option(1, "secure"), cookieOptions, asTheRequest],
};

const jarDelete: Sink = {
  on: {
    kind: "call",
    method: ["delete"],
    matches: (call, context) => named(call.callee, "*.cookies.delete", "*.cookies().delete") && hasJar(call, context),
  },
  name: [argument(0)],
  secure: [fallback(false, contribDocs, "a deletion needs no Secure")],
  deletion: always,
};

export const rack: Framework = {
  name: "rack",
  title: "Rack and Sinatra",
  docs,
  language: "ruby",
  words: {
    ".rb": [
      "Rack::Session",
      ":sessions",
      "set_cookie",
      "delete_cookie",
      "set-cookie",
      "sinatra/cookies",
      "sinatra/contrib",
      "SecureHeaders::",
    ],
    ".ru": ["Rack::Session", "set_cookie", "set-cookie", "SecureHeaders::"],
  },
  symbols: [
    ...schemeOfRequest,
    ...["production?", "settings.production?", "Sinatra.Base.production?", "Sinatra.Application.production?"].map(
      (path) => ({ path, is: "environment-equals", variable: "APP_ENV", equals: "production" }) as const,
    ),
  ],
  methods: ["require", "default"],
  members: ["cookies"],
  sinks: [middleware, set, enable, response, headersGiven, triple, headerWrite, deletion, jarWrite, jarSet, jarDelete],
  proxyTrust: () => trust,
  policy: (cookies, context) => cookies.map((cookie) => flagged(cookie, context)),
};
