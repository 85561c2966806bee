import {
  always,
  argument,
  type CallFact,
  type Context,
  custom,
  type Facts,
  fallback,
  findArgument,
  type Given,
  header,
  isOnlyTarget,
  openArguments,
  type Place,
  type Remark,
  type Seen,
  type SeenAlternative,
  type Sink,
  type Source,
  type WriteFact,
  written,
} from "../../framework.ts";
import { endsAtOnce, endsByHash, likelyLiteral } from "../ruby.ts";
import { appOf, isDeployed } from "./app.ts";
import { fixCall, fixValue, secureText } from "./fixes.ts";
import { givenOverHttps, unlessFlagged } from "./over-https.ts";
import { givenByForceSsl, givenByMiddleware, givenByNotForcing, type Reach, withSetting } from "./settings.ts";

export const docs = "https://api.rubyonrails.org/classes/ActionDispatch/Cookies.html";

type Fact = CallFact | WriteFact;

/** Code of a Rails application, or of an engine: by its folder, or by what the class around it extends. */
export function isRails(fact: Fact, context: Context): boolean {
  const { file } = fact.place;
  if (!isDeployed(file, context) || fact.within.bases.some((base) => base.startsWith("Sinatra."))) return false;
  return (
    appOf(file, context) !== undefined ||
    /(?:^|\/)app\/(?:admin|controllers|helpers|lib|models|services|middlewares?|components|concerns|views)\//.test(
      file,
    ) ||
    fact.within.bases.some((base) => /(?:^|\.)(?:\w*Controller|ActionController\..*)$/.test(base))
  );
}

/** What only Rails can mean, in a file that stands by itself: `cookies.signed[:a] = …`, `cookies[:a] = { value: … }`. */
function isSnippet(write: WriteFact, context: Context): boolean {
  // A module counts itself among its bases.
  const extended = write.within.bases.filter((base) => base !== write.within.class);
  const isOther =
    extended.length > 0 ||
    /^\s*require[ (]+["'](?!base64|digest|json|openssl|securerandom|time|uri)/m.test(context.text(write.place.file));
  if (isOther || !isDeployed(write.place.file, context)) return false;
  return (
    write.paths.some((path) => /\.(?:permanent|signed|encrypted)(?:\(\))?$/.test(path)) ||
    write.value.some(({ data }) => data.kind === "object" && data.properties.has("value"))
  );
}

/**
 * `cookies`, `cookies.permanent.signed`, `controller.cookies`, Warden's `auth.cookies`, `request.cookie_jar`, and
 * whatever has jars within it; no client's `response.cookies`.
 */
const JAR =
  /^(?:(?:.*\.)?(?:controller|context|view_context|helpers|auth|warden|this|super|[A-Z]\w*Controller|ActionController\.(?:Base|API))\.cookies|cookies|(?:.*\.)?cookie_jar)(?:\.(?:permanent|signed|encrypted|signed_or_encrypted)(?:\(\))?)*$|\bcookies(?:\.(?:permanent|signed|encrypted|signed_or_encrypted)(?:\(\))?)+$/;

function isJar(paths: readonly string[]): boolean {
  return paths.some((path) => JAR.test(path));
}

function force(reach: Reach): readonly Source[] {
  return [
    custom((fact, context) => {
      const app = appOf(fact.place.file, context);
      return app === undefined ? undefined : givenByForceSsl(app, context, fact.within.class);
    }),
    custom((fact, context) => {
      const app = appOf(fact.place.file, context);
      return app === undefined ? undefined : givenByMiddleware(app, context, reach);
    }),
  ];
}

function nameOf(fact: Fact): string | undefined {
  const literal = fact.kind === "write" ? fact.key : likelyLiteral(fact.arguments[0]?.value);
  return typeof literal === "string" ? literal : undefined;
}

/** What flags a cookie that says nothing of its own. */
const flagged: Source = custom((fact, context) => {
  return givenOverHttps(appOf(fact.place.file, context), nameOf(fact), context);
});

/** What keeps `force_ssl` from deciding. */
const notForced: Source = custom((fact, context) =>
  givenByNotForcing(appOf(fact.place.file, context), "`secure` is not given", context),
);

const off = fallback(false, docs, "`secure` is not given, and Rails' default is off");

const HASH_LIKE =
  /(?:^|[._])(?:options|opts|hash|attributes|attrs|settings|config|merge|slice|except|to_h|cookie)(?:\(\))*$/i;

/** A member of what is given for a cookie: of a hash, or nothing, where it is a plain value. */
function memberOf(seen: Seen, name: string): Seen {
  return seen.flatMap((each): readonly SeenAlternative[] => {
    const { data } = each;
    if (data.kind === "object" && data.literal !== undefined && data.items === undefined) {
      const held = data.properties.get(name);
      if (held !== undefined) return held.map((one) => ({ ...one, when: [...each.when, ...one.when] }));
      if (data.open !== undefined) return [unknownBecause(each, data.open, data.parameter)];
      return [{ ...each, data: { kind: "literal", value: undefined } }];
    }
    const path = data.kind === "object" || data.kind === "external" ? data.paths[0] : undefined;
    const parameter = data.kind === "object" || data.kind === "unknown" ? data.parameter : undefined;
    const shown = path ?? parameter;
    if (shown !== undefined && HASH_LIKE.test(shown))
      return [unknownBecause(each, `what \`${shown.replaceAll("()", "")}\` holds is not known`, parameter)];
    return [{ ...each, data: { kind: "literal", value: undefined } }];
  });
}

function unknownBecause(each: SeenAlternative, because: string, parameter: string | undefined): SeenAlternative {
  return { ...each, data: { kind: "unknown", because, parameter } };
}

/** In `cookies[:a] ||= b`, what stands there already is no value of this line's. */
function valueOf(write: WriteFact): Seen {
  if (write.operator === undefined) return write.value;
  const own = write.value.filter(
    ({ data }) =>
      !(data.kind === "external" || data.kind === "object") || !data.paths.some((path) => /cookie/.test(path)),
  );
  return own.length === 0 ? write.value : own.map((each) => ({ ...each, when: [] }));
}

const ownSecure: Source = custom((fact, context) => {
  if (fact.kind !== "write") return undefined;
  const app = appOf(fact.place.file, context);
  const seen = withSetting(memberOf(valueOf(fact), "secure"), app, context);
  return { seen: unlessFlagged(seen, app, nameOf(fact), context), attribute: "secure" };
});

const keyName: Source = custom((fact): Given | undefined => {
  if (fact.kind !== "write") return undefined;
  const literal: Seen = [{ data: { kind: "literal", value: fact.key }, when: [], because: [] }];
  return { seen: fact.keySeen ?? literal, attribute: "name" };
});

/** `config.action_dispatch.cookies_same_site_protection`, for cookies that say nothing of their own. */
const sameSiteProtection: Source = custom((fact, context) => {
  const write = context.facts.writes.find(
    ({ key, place }) =>
      key === "cookies_same_site_protection" && appOf(place.file, context) === appOf(fact.place.file, context),
  );
  const value = likelyLiteral(write?.value);
  if (typeof value !== "string") return undefined;
  return { seen: [{ data: { kind: "literal", value }, when: [], because: [] }], attribute: "same_site" };
});

const redirecting = new WeakMap<Facts, Map<string, Place | undefined>>();

/** `force_ssl` in the body of a controller's class. */
function controllersForceSsl(file: string, context: Context): Place | undefined {
  const byFile = redirecting.get(context.facts) ?? new Map<string, Place | undefined>();
  redirecting.set(context.facts, byFile);
  if (!byFile.has(file)) {
    const match = /^[ \t]*(force_ssl)\b(?![ \t]*=[^>])/m.exec(context.text(file));
    const end = match === null ? 0 : match.index + match[0].length;
    byFile.set(file, match === null ? undefined : { file, span: { start: end - "force_ssl".length, end } });
  }
  return byFile.get(file);
}

/** A controller's own `force_ssl` redirects, and flags nothing. */
function remarks(fact: Fact, context: Context): readonly Remark[] {
  if (!fact.within.bases.some((base) => /Controller\b/.test(base))) return [];
  const place = controllersForceSsl(fact.place.file, context);
  if (place === undefined) return [];
  const says = "a controller's `force_ssl` redirects to https, and flags no cookie";
  return [{ kind: "ineffective", says, at: { from: "file", ...place, says } }];
}

const jar: Sink = {
  on: {
    kind: "write",
    members: ["cookies[]", "cookie_jar[]", "permanent[]", "signed[]", "encrypted[]", "signed_or_encrypted[]"],
    matches: (write, context) =>
      write.index && isJar(write.paths) && (isRails(write, context) || isSnippet(write, context)),
  },
  name: [keyName],
  secure: [...force("jar"), ownSecure, flagged, notForced, off],
  attributes: {
    samesite: [written("same_site"), sameSiteProtection],
    httponly: [written("httponly")],
    domain: [written("domain")],
    path: [written("path")],
  },
  deletion: (fact, context) => fact.kind === "write" && endsByHash(valueOf(fact), context),
  fixes: (fact, context) =>
    fact.kind === "write" && isOnlyTarget(fact) ? fixValue(valueOf(fact), fact.valuePlace, context) : [],
  secureText: (_fact, context) => secureText(context),
  remarks,
};

const deletedFromJar: Sink = {
  on: {
    kind: "call",
    method: ["delete", "delete_cookie"],
    matches: (call, context) =>
      isRails(call, context) &&
      (call.method === "delete"
        ? call.callee.some((path) => path.endsWith(".delete") && isJar([path.slice(0, -".delete".length)]))
        : call.callee.some((path) => RESPONSE.test(path.slice(0, -".delete_cookie".length)))),
  },
  name: [argument(0)],
  secure: [fallback(false, docs, "a deletion needs no Secure")],
  deletion: always,
};

const RESPONSE = /(?:^|\.)(?:response|resp|res|@response)(?:\(\))?$|^Rack\.Response\b/;

const cookieHash: Source = custom((fact, context) => {
  const given = fact.kind === "call" ? secureArgument(fact) : undefined;
  if (given === undefined) return undefined;
  return { ...given, seen: unlessFlagged(given.seen, appOf(fact.place.file, context), nameOf(fact), context) };
});

function secureArgument(fact: CallFact): Given | undefined {
  const keyword = findArgument(fact, undefined, "secure");
  if (keyword !== undefined) return { seen: keyword.value, attribute: "secure", valuePlace: keyword.valuePlace };
  const open = openArguments(fact);
  if (open !== undefined) {
    const because = "the arguments may hold `secure`";
    const at = [{ from: "file", ...open.place, says: because } as const];
    return {
      seen: [{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: at }],
      attribute: "secure",
    };
  }
  const value = findArgument(fact, 1);
  return value === undefined ? undefined : { seen: memberOf(value.value, "secure"), attribute: "secure" };
}

const response: Sink = {
  on: {
    kind: "call",
    method: ["set_cookie"],
    matches: (call, context) =>
      isRails(call, context) && call.callee.some((path) => RESPONSE.test(path.slice(0, -".set_cookie".length))),
  },
  name: [argument(0)],
  secure: [...force("response"), cookieHash, flagged, notForced, off],
  deletion: (fact, context) => fact.kind === "call" && endsAtOnce(fact, context),
  fixes: (fact, context) => {
    if (fact.kind !== "call") return [];
    const value = findArgument(fact, 1);
    return value === undefined ? fixCall(fact, context) : fixValue(value.value, value.valuePlace, context);
  },
  secureText: (_fact, context) => secureText(context),
  remarks,
};

function isHeaderText(value: Seen): boolean {
  return value.some(
    ({ data }) =>
      (data.kind === "literal" && typeof data.value === "string" && data.value.includes("=")) ||
      (data.kind === "text" && data.parts[0]?.includes("=") === true),
  );
}

const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie"],
    matches: (write, context) =>
      write.paths.some((path) => /(?:^|\.)(?:headers|response)$/.test(path)) &&
      isHeaderText(write.value) &&
      isRails(write, context),
  },
  name: [header("value", "name")],
  secure: [...force("response"), header("value", "secure")],
  remarks,
};

const headerCall: Sink = {
  on: {
    kind: "call",
    method: ["set_header", "add_header"],
    matches: (call, context) =>
      /^set-cookie$/i.test(String(likelyLiteral(call.arguments[0]?.value))) &&
      isHeaderText(call.arguments[1]?.value ?? []) &&
      call.callee.some((path) => RESPONSE.test(path.slice(0, path.lastIndexOf(".")))) &&
      isRails(call, context),
  },
  name: [header(1, "name")],
  secure: [...force("response"), header(1, "secure")],
  remarks,
};

export const sinks: readonly Sink[] = [jar, deletedFromJar, response, headerWrite, headerCall];
