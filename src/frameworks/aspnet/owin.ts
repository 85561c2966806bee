import {
  argument,
  type CallFact,
  type Context,
  custom,
  type Edit,
  type Fix,
  fallback,
  type Given,
  imports,
  memberOf,
  named,
  type Place,
  type ProxyTrust,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type SeenObject,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { addMember, replace } from "../../write.ts";
import { fixOptions, isDeletion, optionOf, setTooLate, optionsOf as sharedOptions } from "../cookie-options.ts";
import { httpCookiesFor } from "./cookies.ts";

type Fact = CallFact | WriteFact;

const katana = "https://github.com/aspnet/AspNetKatana/blob/v4.2.3/src";
const authenticationDocs = `${katana}/Microsoft.Owin.Security.Cookies/CookieAuthenticationOptions.cs`;
const optionsDocs = `${katana}/Microsoft.Owin/CookieOptions.cs`;
const identityDocs =
  "https://github.com/aspnet/AspNetIdentity/blob/9c48993a446288032f9824633e6dae81257da06e/src/Microsoft.AspNet.Identity.Owin/Extensions/AppBuilderExtensions.cs";

/** Katana, which runs beside System.Web: https://github.com/aspnet/AspNetKatana */
export function isOwin(context: Context, file: string): boolean {
  return (
    imports(context, file, "Owin", "Microsoft.Owin", "Microsoft.AspNet.Identity.Owin") &&
    !imports(context, file, "Microsoft.AspNetCore")
  );
}

/** `UseCookieAuthentication(new CookieAuthenticationOptions { … })`, whose options the middleware keeps. */
const authentication: Sink = {
  on: {
    kind: "call",
    method: ["UseCookieAuthentication"],
    matches: (call, context) => !call.new && isOwin(context, call.place.file),
    late: true,
  },
  name: [custom(nameOf), fallback(".AspNet.Cookies", authenticationDocs, "the default name")],
  secure: [
    custom(secureOf),
    fallback("request-scheme", authenticationDocs, "`CookieSecure` is not set, and its default is `SameAsRequest`"),
  ],
  fixes: fixesOf,
};

/** Identity's own, which make their options themselves. */
const identity: Sink = {
  on: {
    kind: "call",
    method: ["UseExternalSignInCookie", "UseTwoFactorSignInCookie", "UseTwoFactorRememberBrowserCookie"],
    matches: (call, context) => !call.new && isOwin(context, call.place.file),
  },
  name: [custom(nameOf), fallback(".AspNet.ExternalCookie", identityDocs, "the default name")],
  secure: [
    custom(secureOf),
    fallback(
      "request-scheme",
      identityDocs,
      "it takes no options, and the default of `CookieSecure` is `SameAsRequest`",
    ),
  ],
};

const COOKIES = /(?:^|\.)(?:(?:I?Owin)?Response\.Cookies|ResponseCookieCollection)\.(?:Append|Delete)$/i;
const isOwinCookies = (call: CallFact, context: Context) =>
  !call.new &&
  call.callee.some(
    (path) => COOKIES.test(path) && (/\bGetOwinContext\(\)|\bIOwin/.test(path) || isOwin(context, call.place.file)),
  );

/** `context.Response.Cookies.Append(name, value, options)`, which writes the header there and then. */
const appended: Sink = {
  on: { kind: "call", method: ["Append", "Delete"], matches: isOwinCookies },
  name: [argument(0, "key")],
  secure: [
    custom((fact) => givenOption(fact, "Secure")),
    fallback(false, optionsDocs, "`Secure` of `CookieOptions` is not set, and its default is off, on https too"),
  ],
  deletion: isDeletion,
  remarks: setTooLate,
  fixes: (fact, context) =>
    fact.kind === "call" ? fixOptions(fact, appendedWith(fact), typeOf(fact.place.file, context), context) : [],
};

export const owinSinks: readonly Sink[] = [authentication, identity, appended];

function appendedWith(fact: Fact): Seen {
  return fact.kind === "call" ? (sharedOptions(fact)?.value ?? []) : [];
}

function givenOption(fact: Fact, name: string): Given | undefined {
  const seen = optionOf(appendedWith(fact), name);
  return seen.length === 0 ? undefined : { seen, attribute: name };
}

function typeOf(file: string, context: Context): string {
  return context.facts.modules.get(file)?.imports.includes("Microsoft.Owin") === false
    ? "Microsoft.Owin.CookieOptions"
    : "CookieOptions";
}

function optionsOf(fact: Fact): Seen {
  if (fact.kind === "write" || fact.method !== "UseCookieAuthentication") return [];
  return (fact.late?.arguments[0] ?? fact.arguments[0])?.value ?? [];
}

function isOptions({ from }: SeenObject): boolean {
  return from?.new === true && (from.callee.length === 0 || named(from.callee, "*.CookieAuthenticationOptions"));
}

// ---- names

const TYPES: Readonly<Record<string, string>> = {
  "DefaultAuthenticationTypes.ApplicationCookie": "ApplicationCookie",
  "DefaultAuthenticationTypes.ExternalCookie": "ExternalCookie",
  "DefaultAuthenticationTypes.TwoFactorCookie": "TwoFactorCookie",
  "DefaultAuthenticationTypes.TwoFactorRememberBrowserCookie": "TwoFactorRememberBrowser",
  "CookieAuthenticationDefaults.AuthenticationType": "Cookies",
};

function nameOf(fact: Fact): Given | undefined {
  const options = optionsOf(fact);
  if (fact.kind === "call" && fact.method !== "UseCookieAuthentication") return byType(fact.arguments[0]?.value ?? []);
  const own = given(memberOf(options, "CookieName", isOptions));
  if (own.length > 0) return { seen: own, attribute: "CookieName" };
  return byType(memberOf(options, "AuthenticationType", isOptions));
}

/** `.AspNet.` and the authentication type. */
function byType(types: Seen): Given | undefined {
  const seen = given(types).map((each): SeenAlternative => {
    const constant = pathsOf([each]).flatMap((path) => TYPES[path.split(".").slice(-2).join(".")] ?? [])[0];
    const text = constant ?? (each.data.kind === "literal" ? each.data.value : undefined);
    return typeof text === "string" ? { ...each, data: { kind: "literal", value: `.AspNet.${text}` } } : each;
  });
  return seen.length === 0 ? undefined : { seen, attribute: "AuthenticationType" };
}

function given(seen: Seen): Seen {
  return seen.filter(({ data }) => data.kind !== "literal" || data.value !== undefined);
}

// ---- Secure

const SAYS: Readonly<Record<string, string>> = {
  Always: "`CookieSecure` is `Always`",
  Never: "`CookieSecure` is `Never`",
  SameAsRequest: "`CookieSecure` is `SameAsRequest`",
};

function secureOf(fact: Fact, context: Context): Given | undefined {
  const seen = memberOf(optionsOf(fact), "CookieSecure", isOptions).map((each): SeenAlternative => {
    const value = pathsOf([each]).flatMap((path) => /\bCookieSecureOption\.(\w+)$/.exec(path)?.[1] ?? [])[0];
    return value === undefined ? each : { ...each, data: { kind: "literal", value } };
  });
  const own = given(seen);
  const isAlways = own.length > 0 && own.every(({ data }) => data.kind === "literal" && data.value === "Always");
  const configured = isAlways ? [] : required(fact, context);
  if (own.length === 0 && configured.length === 0) return undefined;
  const [only] = own;
  const value = own.length === 1 && only?.data.kind === "literal" ? String(only.data.value) : "";
  const says =
    configured.length > 0 ? `${throughSystemWeb}, where \`httpCookies requireSSL\` is \`true\`` : SAYS[value];
  return {
    seen: configured.length > 0 ? orElse(configured, own) : seen,
    attribute: "CookieSecure",
    reading: { values: { Always: "secure", Never: "insecure", SameAsRequest: "request-scheme" } },
    ...(says === undefined ? {} : { says }),
  };
}

const throughSystemWeb = "Katana makes the cookie through System.Web";

/** Of Web.config, where the cookie is made as an `HttpCookie`: by the manager that is given, or since 4.2.3 by default. */
function required(fact: Fact, context: Context): Seen {
  const { file } = fact.place;
  const configured = httpCookiesFor(file, context);
  if (!configured.every(({ data }) => data.kind === "literal" && data.value === true)) return [];
  const managers = given(memberOf(optionsOf(fact), "CookieManager", isOptions));
  const isOurs = ({ data }: SeenAlternative) =>
    data.kind === "object" &&
    named(data.from?.callee ?? [], "*.SystemWebCookieManager", "*.SystemWebChunkingCookieManager");
  if (managers.length > 0) return managers.every(isOurs) ? configured : [];
  const isNew = isSince423(context);
  if (isNew === false) return [];
  return configured.map((each) => ({ ...each, when: [...each.when, version(true, isNew)] }));
}

/** https://github.com/aspnet/AspNetKatana/pull/486 */
function version(arm: boolean, holds: boolean | undefined): SeenAlternative["when"][number] {
  const says = "Katana is 4.2.3 or newer, which makes its cookies through System.Web";
  return { kind: "version", key: "Katana 4.2.3", says, arm, holds };
}

function orElse(configured: Seen, own: Seen): Seen {
  const open = configured.some(({ when }) => when.some(({ kind, holds }) => kind === "version" && holds === undefined));
  if (!open) return configured.map((each) => ({ ...each, when: each.when.filter(({ kind }) => kind !== "version") }));
  const says = "`CookieSecure` is not set, and its default is `SameAsRequest`";
  const same: SeenAlternative = {
    data: { kind: "literal", value: "SameAsRequest" },
    when: [],
    because: [{ from: "docs", url: authenticationDocs, says }],
  };
  const rest = own.length > 0 ? own : [same];
  return [...configured, ...rest.map((each) => ({ ...each, when: [version(false, undefined), ...each.when] }))];
}

/** By the packages of the project; undefined where they do not say. */
function isSince423(context: Context): boolean | undefined {
  const lists = [...context.files.endingIn("packages.config"), ...context.files.endingIn(".csproj")].slice(0, 20);
  for (const each of lists) {
    const found = PACKAGE.exec(context.files.read(each) ?? "");
    if (found === null) continue;
    const [major = 0, minor = 0, patch = 0] = (found[1] ?? "").split(".").map(Number);
    return major > 4 || (major === 4 && (minor > 2 || (minor === 2 && patch >= 3)));
  }
  return undefined;
}

const PACKAGE = /"Microsoft\.Owin\.Host\.SystemWeb"[^>]{0,40}?\bversion\s*=\s*"(\d+(?:\.\d+){1,3})"/i;

/** A middleware that sets the scheme of the request by itself: it is asked only when the cookie is written. */
export function schemeRestored(context: Context): ProxyTrust | undefined {
  const write = context.facts.writes.find(
    ({ key, paths, place, value }) =>
      key === "Scheme" &&
      isOwin(context, place.file) &&
      paths.some((path) => /(?:^|\.)(?:I?Owin)?Request$/i.test(path)) &&
      value.some(({ data }) => data.kind !== "literal" || data.value === "https"),
  );
  if (write === undefined) return undefined;
  return { trusted: true, because: { from: "file", ...write.place, says: "a middleware sets `Request.Scheme`" } };
}

// ---- fixes

function fixesOf(fact: Fact, context: Context): readonly Fix[] {
  const [only, ...others] = optionsOf(fact);
  if (only?.data.kind !== "object" || only.data.from === undefined || others.length > 0 || !isOptions(only.data))
    return [];
  const { from } = only.data;
  const text = context.text(from.place.file);
  const space = /^new\s+((?:\w+\.)+)\w/.exec(text.slice(from.place.span.start, from.place.span.end))?.[1] ?? "";
  const value = `${space}CookieSecureOption.Always`;
  const set = given(memberOf([only], "CookieSecure", isOptions));
  const [place] = set.flatMap(({ because: [first] }) => (first?.from === "file" ? [first] : []));
  if (set.length > 1 || (set.length === 1 && place === undefined)) return [];
  const edits =
    place === undefined
      ? addMember(text, from, "CookieSecure", value, false)
      : replaceValue(context.text(place.file), place, value);
  return edits === undefined || edits.length === 0 ? [] : [{ title: "Set CookieSecure", safety: "safe", edits }];
}

/** The value behind `CookieSecure =`. */
function replaceValue(text: string, place: Place, value: string): readonly Edit[] {
  const [, before, old] =
    /^([\s\S]*?\bCookieSecure\s*=\s*)([\s\S]*?)\s*;?$/.exec(text.slice(place.span.start, place.span.end)) ?? [];
  if (before === undefined || !old) return [];
  const start = place.span.start + before.length;
  return [replace(text, { file: place.file, span: { start, end: start + old.length } }, value)];
}
