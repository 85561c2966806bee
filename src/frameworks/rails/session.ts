import {
  type CallFact,
  type Context,
  type Cookie,
  type Fix,
  fallback,
  findArgument,
  named,
  type OwnSource,
  openArguments,
  type Place,
  type Remark,
  type Seen,
  setting,
  type WriteFact,
} from "../../framework.ts";
import { replace } from "../../write.ts";
import { likelyLiteral } from "../ruby.ts";
import {
  type App,
  applicationName,
  appOf,
  apps,
  environmentFile,
  inOrderOfReading,
  isConfig,
  isDeployed,
  isDevelopment,
  isTooLate,
  otherDeployments,
} from "./app.ts";
import { fixCall, fixMissingStore, fixValue, forceSslAt } from "./fixes.ts";
import { givenOverHttps, isFlagged, unlessFlagged } from "./over-https.ts";
import {
  assignments,
  givenByForceSsl,
  givenByMiddleware,
  givenByNotForcing,
  proxyTrust,
  settings,
  valueOf,
  withSetting,
} from "./settings.ts";

export const docs = "https://guides.rubyonrails.org/configuring.html#config-session-store";

/** The session cookie of every application, and of what is configured outside of one. */
export function sessions(context: Context): readonly Cookie[] {
  return [
    ...apps(context).flatMap((app) => sessionsOf(app, context)),
    ...strayStores(context),
    ...straySettings(context),
    ...oldSessions(context),
  ];
}

function storeCalls(context: Context): readonly CallFact[] {
  return context.facts.calls.filter(
    (call) =>
      call.method === "session_store" &&
      call.arguments.length > 0 &&
      call.callee.some((path) => isConfig([path.slice(0, -".session_store".length)])),
  );
}

/** The calls that decide: the last one that always runs, and those behind it that may. */
export function effectiveStores(app: App, context: Context): readonly CallFact[] {
  const calls = inOrderOfReading(storeCalls(context), app, context).filter(({ place }) => !isTooLate(place, context));
  const last = calls.findLastIndex(({ conditions }) => conditions.every(({ holds }) => holds === true));
  return calls.slice(Math.max(0, last));
}

function sessionsOf(app: App, context: Context): readonly Cookie[] {
  const stores = effectiveStores(app, context);
  if (settings(app, context).apiOnly) return apiSessions(app, stores, context);
  if (stores.length === 0) return defaultSession(app, context);
  return stores.filter((call) => !setsNoCookie(call)).map((call) => storeSession(call, app, context));
}

/** The store of JRuby-Rack keeps the session of the servlet container, and takes no options. */
function setsNoCookie(call: CallFact): boolean {
  const store = likelyLiteral(call.arguments[0]?.value);
  return store === "disabled" || store === "java_servlet_store" || store === null || store === false;
}

function storeSession(call: CallFact, app: App, context: Context): Cookie {
  return context.judge({
    framework: "rails",
    name: keyOf(call),
    sink: call.place,
    language: "ruby",
    trust: proxyTrust,
    secure: secureOf(app, call, context),
    attributes: sameSite(call),
    remarks: [...remarksOf(call), ...replaced(call, app, context), ...deploymentRemarks(app, context)],
    fixes: () => sessionFixes(app, call, context),
  });
}

/** An earlier `session_store` that asked for Secure: the later one replaces it, options and all. */
function replaced(call: CallFact, app: App, context: Context): readonly Remark[] {
  if (findArgument(call, undefined, "secure") !== undefined || optionWrites(app, context).length > 0) return [];
  const earlier = inOrderOfReading(storeCalls(context), app, context).find(
    (other) => other !== call && findArgument(other, undefined, "secure") !== undefined,
  );
  const secure = earlier === undefined ? undefined : findArgument(earlier, undefined, "secure");
  if (secure === undefined) return [];
  const says = `the \`session_store\` in ${call.place.file} replaces this one, options and all`;
  return [{ kind: "ineffective", says, at: { from: "file", ...secure.place, says } }];
}

/** Edits that make the session, and what follows it, Secure in production. */
export function sessionFixes(app: App, call: CallFact, context: Context): readonly Fix[] {
  const written = optionWrites(app, context).at(-1);
  if (written === undefined) return fixCall(call, context);
  const text = context.text(written.valuePlace.file);
  const { start, end } = written.valuePlace.span;
  if (text.slice(start, end) !== "false") return [];
  return [{ title: "Set Secure", safety: "safe", edits: [replace(text, written.valuePlace, "Rails.env.production?")] }];
}

/** `config.session_options[:secure] = …` behind the `session_store` that makes the options. */
function optionWrites(app: App, context: Context): readonly WriteFact[] {
  const writes = context.facts.writes.filter(
    ({ key, index, paths }) =>
      key === "secure" && index && paths.some((path) => path.endsWith("config.session_options")),
  );
  return inOrderOfReading(writes, app, context);
}

/** The session's own `secure`, where one is given. */
export function ownOption(app: App | undefined, call: CallFact, context: Context): OwnSource | undefined {
  const written = app === undefined ? undefined : optionWrites(app, context).at(-1);
  if (written !== undefined) return setting(written.value, "session_options[:secure]", { absent: "insecure" });
  const given = findArgument(call, undefined, "secure");
  if (given !== undefined) return setting(withSetting(given.value, app, context), "secure", { absent: "insecure" });
  const hash = call.arguments.slice(1).flatMap(({ value }) => value);
  const held = hash.flatMap(({ data }) => (data.kind === "object" ? (data.properties.get("secure") ?? []) : []));
  if (held.length > 0) return setting(held, "secure", { absent: "insecure" });
  const open = openArguments(call);
  if (open === undefined) return undefined;
  const because = "the options of `session_store` may hold it";
  const at = [{ from: "file", ...open.place, says: because } as const];
  return setting([{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: at }], "secure");
}

function given(source: ReturnType<typeof givenByForceSsl>): readonly OwnSource[] {
  return source === undefined ? [] : [{ kind: "setting", given: source }];
}

function flaggedOption(
  own: OwnSource | undefined,
  app: App,
  name: string | undefined,
  context: Context,
): OwnSource | undefined {
  if (own?.kind !== "setting") return own;
  const seen = unlessFlagged(own.given.seen, app, name, context);
  return isFlagged(app, name, context) ? { kind: "setting", given: { ...own.given, seen, reading: {} } } : own;
}

/** `force_ssl` flags the session twice: in the middleware, and as the option where none is given. */
export function secureOf(app: App, call: CallFact | undefined, context: Context): readonly OwnSource[] {
  const { forceSsl, sslOptions, apiOnly } = settings(app, context);
  const name = call === undefined ? undefined : keyOf(call);
  const own = call === undefined ? undefined : flaggedOption(ownOption(app, call, context), app, name, context);
  const asOption = own === undefined && !apiOnly && sslOptions.secureCookies;
  return [
    ...given(givenByForceSsl(app, context, undefined)),
    ...given(givenByMiddleware(app, context, "session")),
    ...(own === undefined ? [] : [own]),
    ...(asOption ? [setting(forceSsl, "config.force_ssl")] : []),
    ...given(givenOverHttps(app, name, context)),
    ...given(givenByNotForcing(app, "the session has no `secure`", context)),
    fallback(false, docs, "neither `secure` nor `config.force_ssl` is given, and Rails' default is off"),
  ];
}

function keyOf(call: CallFact): string | undefined {
  const direct = findArgument(call, undefined, "key")?.value ?? findArgument(call, undefined, "session_key")?.value;
  const hash = call.arguments.slice(1).flatMap(({ value }) => value);
  const held = direct ?? hash.flatMap(({ data }) => (data.kind === "object" ? (data.properties.get("key") ?? []) : []));
  const [only] = held;
  if (only === undefined) return openArguments(call) === undefined ? "_session_id" : undefined;
  if (only.data.kind === "text") return only.data.parts.map((part) => part ?? "*").join("");
  return only.data.kind === "literal" ? String(only.data.value) : "*";
}

function sameSite(call: CallFact): Cookie["attributes"] {
  const value = likelyLiteral(findArgument(call, undefined, "same_site")?.value);
  return typeof value === "string" ? { samesite: value } : {};
}

function remarksOf(call: CallFact): readonly Remark[] {
  const result: Remark[] = [];
  const friend = findArgument(call, undefined, "secure_session_only");
  if (friend !== undefined) {
    const says = "`secure_session_only` is not the attribute: it keeps the session from being read over http";
    result.push({ kind: "ineffective", says, at: { from: "file", ...friend.place, says } });
  }
  const secure = findArgument(call, undefined, "secure");
  if (
    secure !== undefined &&
    secure.value.length === 1 &&
    secure.value[0]!.when.length === 0 &&
    likelyLiteral(secure.value) === true
  ) {
    const says =
      "over http, on a developer's machine too, Rails sends no session cookie at all then; `secure: Rails.env.production?` keeps that working";
    result.push({ kind: "withheld", says, at: { from: "file", ...secure.place, says } });
  }
  return result;
}

/** Other environments that are deployed, and assignments that come too late or change nothing. */
function deploymentRemarks(app: App, context: Context): readonly Remark[] {
  return [...ineffective(app, context), ...stagingRemarks(app, context)];
}

function ineffective(app: App, context: Context): readonly Remark[] {
  const { innerSsl, outerSsl } = settings(app, context);
  const result: Remark[] = [];
  for (const write of context.facts.writes) {
    if (write.key !== "force_ssl" || appOf(write.place.file, context) !== app || !isTooLate(write.place, context))
      continue;
    const says = "in a block that runs when the application is built already, `config.force_ssl` has no effect";
    result.push({ kind: "ineffective", says, at: { from: "file", ...write.place, says } });
  }
  if (innerSsl !== undefined && outerSsl === undefined) {
    const says =
      "`ActionDispatch::SSL` stands inside of what writes the session and `cookies[]`, and flags neither; `config.force_ssl = true` puts it outside";
    result.push({ kind: "ineffective", says, at: { from: "file", ...innerSsl.place, says } });
  }
  const assumed = assignments("assume_ssl", app, context).at(-1);
  if (
    assumed !== undefined &&
    likelyLiteral(assumed.value) === true &&
    settings(app, context).forceSslWrites.length === 0
  ) {
    const says = "`config.assume_ssl` takes every request for https, and flags no cookie";
    result.push({ kind: "ineffective", says, at: { from: "file", ...assumed.place, says } });
  }
  return result;
}

function stagingRemarks(app: App, context: Context): readonly Remark[] {
  const here = likelyLiteral(settings(app, context).forceSsl);
  if (here === undefined || here === false) return [];
  return otherDeployments(app, context).flatMap((name): Remark[] => {
    const there = likelyLiteral(valueOf(assignments("force_ssl", app, context, name)));
    if (there !== undefined && there !== false && there !== null) return [];
    const file = environmentFile(app, name);
    const says = `where \`RAILS_ENV\` is \`${name}\`, \`config.force_ssl\` is off`;
    return [{ kind: "note", says, at: { from: "file", file, span: { start: 0, end: 0 }, says } }];
  });
}

/** Nobody calls `session_store`: Rails stores the session in a cookie named after the application. */
function defaultSession(app: App, context: Context): readonly Cookie[] {
  const place = applicationClass(app, context);
  if (place === undefined) return [];
  const name = applicationName(app, context);
  return [
    context.judge({
      framework: "rails",
      name: name === undefined ? undefined : `_${name}_session`,
      sink: place,
      language: "ruby",
      trust: proxyTrust,
      secure: secureOf(app, undefined, context),
      remarks: deploymentRemarks(app, context),
      fixes: () => fixMissingStore(app, place, context),
    }),
  ];
}

/** `class Application < Rails::Application`, of an application that has controllers. */
function applicationClass(app: App, context: Context): Place | undefined {
  const file = `${app.root}config/application.rb`;
  if (!context.files.has(file)) return undefined;
  const text = context.text(file);
  if (!/rails\/all|action_controller/.test(text)) return undefined;
  const match = /class[ \t]+[\w:]+[ \t]*<[ \t]*(?:::)?Rails::Application/.exec(text);
  if (match === null) return undefined;
  return { file, span: { start: match.index, end: match.index + match[0].length } };
}

/** `config.api_only` leaves sessions out, unless their middleware is added. */
function apiSessions(app: App, stores: readonly CallFact[], context: Context): readonly Cookie[] {
  const added = settings(app, context).middleware.find(({ names }) =>
    names.some((name) => /^ActionDispatch\.Session\.|(?:^|\.)config\.session_store/.test(name)),
  );
  if (added === undefined) return [];
  const { call } = added;
  const store = stores.at(-1);
  const options = store === undefined || findArgument(call, undefined, "key") !== undefined ? call : store;
  return [
    context.judge({
      framework: "rails",
      name: keyOf(options),
      sink: call.place,
      language: "ruby",
      trust: proxyTrust,
      secure: secureOf(app, options, context),
      fixes: () => fixCall(options, context),
    }),
  ];
}

/** `session_store` in a file that no application stands around: each speaks for itself. */
function strayStores(context: Context): readonly Cookie[] {
  const stray = storeCalls(context).filter(
    (call) =>
      isDeployed(call.place.file, context) &&
      appOf(call.place.file, context) === undefined &&
      call.callee.some((path) => /(?:^|\.)[aA]pplication\.config\.session_store$/.test(path)) &&
      !setsNoCookie(call),
  );
  return stray.map((call) => {
    const own = ownOption(undefined, call, context);
    return context.judge({
      framework: "rails",
      name: keyOf(call),
      sink: call.place,
      language: "ruby",
      secure: [
        ...(own === undefined ? [] : [own]),
        fallback(false, docs, "`secure` is not given, and Rails' default is off"),
      ],
      attributes: sameSite(call),
      remarks: remarksOf(call),
      fixes: () => fixCall(call, context),
    });
  });
}

/** `config.force_ssl` in a file that no application stands around. */
function straySettings(context: Context): readonly Cookie[] {
  const stray = context.facts.writes.filter(
    (write) =>
      write.key === "force_ssl" &&
      !write.index &&
      isConfig(write.paths) &&
      isDeployed(write.place.file, context) &&
      appOf(write.place.file, context) === undefined &&
      !isDevelopment(write.place.file) &&
      write.value.every(({ data }) => data.kind === "literal"),
  );
  return stray.map((write) =>
    context.judge({
      framework: "rails",
      name: undefined,
      sink: write.place,
      language: "ruby",
      secure: [
        setting(write.value, "config.force_ssl"),
        fallback(false, docs, "`config.force_ssl` is not given, and Rails' default is off"),
      ],
      fixes: () => forceSslAt(write, context),
    }),
  );
}

/** Rails 2: `ActionController::Base.session = { key: …, secure: … }`. */
function oldSessions(context: Context): readonly Cookie[] {
  const writes = context.facts.writes.filter(
    (write) =>
      write.key === "session" &&
      isDeployed(write.place.file, context) &&
      named(write.paths, "ActionController.Base", "*.config.action_controller", "config.action_controller"),
  );
  return writes.flatMap((write) => {
    const [only] = write.value;
    if (only?.data.kind !== "object" || only.data.literal === undefined) return [];
    const { properties } = only.data;
    const key: Seen | undefined = properties.get("key") ?? properties.get("session_key");
    const secure = properties.get("secure") ?? properties.get("session_secure");
    return [
      context.judge({
        framework: "rails",
        name: key === undefined ? "_session_id" : String(likelyLiteral(key)),
        sink: write.place,
        language: "ruby",
        secure: [
          ...(secure === undefined ? [] : [setting(secure, "secure", { absent: "insecure" })]),
          fallback(false, docs, "`secure` is not given, and Rails' default is off"),
        ],
        fixes: () => fixValue(write.value, write.valuePlace, context),
      }),
    ];
  });
}
