import {
  type CallFact,
  type Context,
  type Edit,
  type Fix,
  findArgument,
  type Given,
  lastOf,
  memberOf,
  named,
  once,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type WriteFact,
} from "../../framework.ts";
import { addMember, turnOnAssignment } from "../../write.ts";
import { fixOptions, objectIds, optionOf, optionsOf, secureFix } from "../cookie-options.ts";
import { asPolicy, fromConfiguration, isBuilder, isCore, policies, typeName } from "./application.ts";

export type Fact = CallFact | WriteFact;

const COOKIES = /(?:^|\.)(?:(?:Http)?Response\.Cookies|IResponseCookies)\.(?:Append|Delete)$/i;

/** `Response.Cookies.Append(…)` and `Delete`; OWIN has the same names. */
export function isResponseCookies(call: CallFact, context: Context): boolean {
  const { file } = call.place;
  const foreign = imports(context, file);
  return !call.new && call.callee.some((path) => COOKIES.test(path)) && (isCore(context, file) || !foreign);
}

function imports(context: Context, file: string): boolean {
  const names = context.facts.modules.get(file)?.imports ?? [];
  return names.some((name) => /^(?:Microsoft\.Owin|Owin|System\.Web|Nancy)(?:\.|$)/.test(name));
}

/** The object whose members decide, as it stood when it counted. */
function held(fact: Fact): Seen {
  if (fact.kind === "write") return fact.target;
  if (fact.new) return fact.late?.result ?? [];
  return optionsOf(fact)?.value ?? [];
}

export function secureOf(fact: Fact, context: Context): Given | undefined {
  const built = fact.kind === "write" ? [] : held(fact).flatMap(policyOfBuilt);
  if (built.length > 0 && built.length === held(fact).length) return asPolicy(policies(built), "SecurePolicy");
  const seen = fact.kind === "write" ? lastOf(sameTarget(fact, context)) : optionOf(held(fact), "Secure");
  return seen.length === 0 ? undefined : { seen: withSettings(seen, fact, context), attribute: "Secure" };
}

/** `builder.Build(context)` makes options by the builder's policy. */
function policyOfBuilt({ data, when }: SeenAlternative): Seen {
  if (data.kind !== "object" || data.from?.method !== "Build") return [];
  return memberOf(data.from.receiver ?? [], "SecurePolicy", isBuilder).map((each): SeenAlternative => {
    const both = [...when, ...each.when];
    if (each.data.kind !== "literal" || each.data.value !== undefined) return { ...each, when: both };
    const url = "https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore.http.cookiebuilder.securepolicy";
    const says = "`SecurePolicy` of the `CookieBuilder` is not set, and its default is `SameAsRequest`";
    return { data: { kind: "literal", value: "SameAsRequest" }, when: both, because: [{ from: "docs", url, says }] };
  });
}

/** https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore.localization.cookierequestcultureprovider.defaultcookiename */
const NAMES: Readonly<Record<string, string>> = {
  "CookieRequestCultureProvider.DefaultCookieName": ".AspNetCore.Culture",
};

/** The name of a cookie that the framework only makes the value of. */
export function nameOf(fact: Fact): Given | undefined {
  const given = fact.kind === "call" ? findArgument(fact, 0, "key") : undefined;
  const [, name] = Object.entries(NAMES).find(([path]) => named(pathsOf(given?.value), `*.${path}`)) ?? [];
  if (name === undefined) return undefined;
  return { seen: [{ data: { kind: "literal", value: name }, when: [], because: [] }], attribute: "name" };
}

export function member(name: string): (fact: Fact) => Given | undefined {
  return (fact) => {
    const seen = optionOf(held(fact), name);
    return seen.length === 0 ? undefined : { seen, attribute: name };
  };
}

/** `configuration.GetValue<bool>("Key")` is what the shipped files say. */
function withSettings(seen: Seen, fact: Fact, context: Context): Seen {
  return seen.flatMap((each) => {
    const { data } = each;
    if (data.kind !== "object" || data.from?.method !== "GetValue") return [each];
    const key = data.from.arguments[0]?.value[0]?.data;
    const fallback = data.from.arguments[1]?.value;
    if (key?.kind !== "literal" || typeof key.value !== "string") return [each];
    return fromConfiguration(key.value, fact.place.file, context, "true").flatMap((one) => {
      const when = [...each.when, ...one.when];
      if (one.data.kind === "literal" && one.data.value === undefined && fallback !== undefined)
        return fallback.map((other) => ({ ...other, when: [...when, ...other.when] }));
      const value = one.data.kind === "literal" && /^(?:true|always)$/i.test(String(one.data.value));
      return [{ ...one, when, data: { kind: "literal", value } as const }];
    });
  });
}

// ---- options that are not seen appended

const takenBy = once((context): { places: ReadonlySet<string>; ids: ReadonlySet<number> } => {
  const places = new Set<string>();
  const ids = new Set<number>();
  for (const call of context.facts.calls) {
    const isCopy = call.new && named(call.callee, "*.CookieOptions");
    if (!isCopy && !call.callee.some((path) => COOKIES.test(path))) continue;
    for (const { data } of (isCopy ? call.arguments[0] : optionsOf(call))?.value ?? []) {
      if (data.kind !== "object") continue;
      ids.add(data.id);
      if (data.from !== undefined) places.add(placeKey(data.from));
    }
  }
  return { places, ids };
});

function placeKey({
  place,
}: {
  readonly place: { readonly file: string; readonly span: { readonly start: number } };
}): string {
  return `${place.file}:${place.span.start}`;
}

/** `new CookieOptions` that no `Append` in the project is seen to take. */
export function isLeftAlone(call: CallFact, context: Context): boolean {
  if (!call.new || !named(call.callee, "*.CookieOptions") || call.arguments.length > 0) return false;
  if (!isCore(context, call.place.file) && !call.callee.includes("Microsoft.AspNetCore.Http.CookieOptions"))
    return false;
  return !takenBy(context).places.has(placeKey(call));
}

/** `options.Secure = false` on options that come from elsewhere: a field, a property, a parameter. */
export function isTurnedOff(write: WriteFact, context: Context): boolean {
  if (write.index || !isCore(context, write.place.file)) return false;
  const typed = write.paths.some((path) => path === "CookieOptions" || path.endsWith("Http.CookieOptions"));
  const off = write.value.some(({ data }) => data.kind === "literal" && data.value === false);
  if (!typed || !off) return false;
  return write.target.every(({ data }) => {
    if (data.kind !== "object") return true;
    if (takenBy(context).ids.has(data.id)) return false;
    const { from } = data;
    const made = from && context.facts.calls.find((call) => call.new && placeKey(call) === placeKey(from));
    if (made === undefined) return from === undefined;
    return made.within.function !== write.within.function || made.within.class !== write.within.class;
  });
}

/** The assignments to Secure of one object in one function, up to its end. */
function sameTarget(write: WriteFact, context: Context): readonly WriteFact[] {
  const ids = objectIds(write.target);
  return context.facts.writes.filter(
    (other) =>
      other.key === "Secure" &&
      other.order >= write.order &&
      other.place.file === write.place.file &&
      other.within.function === write.within.function &&
      objectIds(other.target).some((id) => ids.includes(id)),
  );
}

// ---- fixes

export function fixesOf(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind === "write") return secureFix(turnOnAssignment(context.text(fact.place.file), fact.place));
  const seen = held(fact);
  const [only] = seen;
  if (seen.length === 1 && only?.data.kind === "object" && only.data.from?.method === "Build")
    return secureFix(builderEdits(only.data.from.receiver ?? [], context));
  return fixOptions(fact, seen, typeName("CookieOptions", fact.place.file, context), context);
}

/** `SecurePolicy` in the builder that makes the options, where it has none. */
function builderEdits(builder: Seen, context: Context): readonly Edit[] | undefined {
  const [only] = builder;
  if (builder.length !== 1 || only?.data.kind !== "object" || !isBuilder(only.data)) return undefined;
  const { from, properties } = only.data;
  if (from === undefined || properties.has("SecurePolicy")) return undefined;
  const { file } = from.place;
  return addMember(
    context.text(file),
    from,
    "SecurePolicy",
    `${typeName("CookieSecurePolicy", file, context)}.Always`,
    false,
  );
}

// ---- typed headers

/** `new SetCookieHeaderValue(name, value)`, for `GetTypedHeaders().SetCookie` or as a text: no policy reaches it. */
export function isHeaderValue(call: CallFact, context: Context): boolean {
  return call.new && named(call.callee, "*.SetCookieHeaderValue") && isCore(context, call.place.file);
}

export function fixHeaderValue(fact: Fact, context: Context): readonly Fix[] {
  if (fact.kind === "write") return [];
  const set = fact.late?.result?.flatMap(({ data }) =>
    data.kind === "object" ? (data.properties.get("Secure") ?? []) : [],
  );
  if (set !== undefined && set.length > 0) return [];
  return secureFix(addMember(context.text(fact.place.file), fact, "Secure", "true", false));
}

// ---- raw headers

const HEADERS = /(?:^|\.)(?:Http)?Response\.Headers$/i;

export function isHeader(call: CallFact, context: Context): boolean {
  const receivers = call.callee.map((path) => path.slice(0, Math.max(path.lastIndexOf("."), 0)));
  const first = call.arguments[0]?.value;
  const name = first?.length === 1 && first[0]?.data.kind === "literal" ? String(first[0].data.value) : "";
  const isSetCookie = /^set-cookie$/i.test(name) || named(pathsOf(first), "*.HeaderNames.SetCookie");
  if (!isSetCookie || isHeaderText(call.arguments[1]?.value)) return false;
  return receivers.some((path) => HEADERS.test(path)) && isCore(context, call.place.file);
}

/** What a `SetCookieHeaderValue` gives as a text stands under its own constructor. */
function isHeaderText(seen: Seen | undefined): boolean {
  return pathsOf(seen).some((path) => /(?:^|\.)SetCookieHeaderValue(?:\(\))?\.ToString\(\)$/.test(path));
}

export function isHeaderWrite(write: WriteFact, context: Context): boolean {
  const isNamed = write.key === undefined && named(pathsOf(write.keySeen), "*.HeaderNames.SetCookie");
  if (!isNamed && !/^set-?cookie$/i.test(write.key ?? "")) return false;
  if (isHeaderText(write.value)) return false;
  return write.paths.some((path) => HEADERS.test(path)) && isCore(context, write.place.file);
}
