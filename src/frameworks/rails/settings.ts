import {
  type CallFact,
  type Condition,
  type Context,
  type Facts,
  type Given,
  named,
  type Place,
  type ProxyTrust,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type WriteFact,
} from "../../framework.ts";
import { likely, likelyLiteral } from "../ruby.ts";
import { type App, inOrderOfReading, isConfig, isTooLate } from "./app.ts";
import { flagsWhatIsNotRedirected } from "./versions.ts";

/** https://api.rubyonrails.org/classes/ActionDispatch/SSL.html */
export const sslDocs = "https://api.rubyonrails.org/classes/ActionDispatch/SSL.html";

/** Rails believes `X-Forwarded-Proto` without being told to. */
export const proxyTrust: ProxyTrust = {
  trusted: true,
  because: { from: "docs", url: sslDocs, says: "Rails believes the proxy's `X-Forwarded-Proto`" },
};

const UNSET: SeenAlternative = { data: { kind: "literal", value: undefined }, when: [], because: [] };

/** The assignments to a setting that an environment makes in time, in order. */
export function assignments(member: string, app: App, context: Context, environment?: string): readonly WriteFact[] {
  const writes = context.facts.writes.filter((write) => write.key === member && !write.index && isConfig(write.paths));
  return inOrderOfReading(writes, app, context, environment).filter(({ place }) => !isTooLate(place, context));
}

/** What a setting holds when the application is built: the last assignment, and where that one has conditions those before it. */
export function valueOf(writes: readonly WriteFact[]): Seen {
  let seen: Seen = [UNSET];
  for (const write of writes.slice(-8)) {
    const given = write.value.map((each) => ({ ...each, when: [...each.when, ...write.conditions] }));
    const open = write.conditions.find(({ holds }) => holds !== true);
    const rest = open === undefined ? [] : seen.map((each) => ({ ...each, when: [...each.when, opposite(open)] }));
    seen = [...given, ...rest];
  }
  return seen;
}

function opposite(condition: Condition): Condition {
  const { arm, holds, says } = condition;
  return {
    ...condition,
    arm: typeof arm === "boolean" ? !arm : `not ${arm}`,
    holds: holds === undefined ? undefined : !holds,
    says: `not ${says}`,
  };
}

/** Off is as if nothing were said; what is not known is a condition of its own. */
function asSwitch(seen: Seen, name: string, app: App): Seen {
  return seen.flatMap((each): SeenAlternative[] => {
    const { data } = each;
    if (data.kind === "literal")
      return data.value === false || data.value === null ? [{ ...UNSET, when: each.when }] : [each];
    const truthy =
      data.kind === "environment" || data.kind === "text" || data.kind === "function" || data.kind === "class";
    if (truthy || (data.kind === "object" && data.literal !== undefined)) return [each];
    const [path] = pathsOf([each]);
    const shown = path === undefined ? `\`${name}\`` : `\`${name}\` (\`${path.replaceAll("()", "")}\`)`;
    const condition = (arm: boolean): Condition => ({
      kind: "configuration",
      key: `${app.root}${name}`,
      arm,
      says: `${shown} is ${arm ? "on" : "off"}`,
      holds: undefined,
    });
    return [
      { ...each, data: { kind: "literal", value: true }, when: [...each.when, condition(true)] },
      { ...UNSET, when: [...each.when, condition(false)] },
    ];
  });
}

/** `config.ssl_options`, as far as it decides about cookies. */
export interface SslOptions {
  /** `excluded`: the middleware leaves some requests, and their cookies, alone. */
  readonly redirect: "on" | "off" | "excluded";
  readonly secureCookies: boolean;
}

function readSslOptions(redirect: Seen | undefined, secureCookies: Seen | undefined): SslOptions {
  const data = likely(redirect);
  const off = data?.kind === "literal" && data.value === false;
  const excluded = data?.kind === "object" && data.properties.has("exclude");
  return {
    redirect: off ? "off" : excluded ? "excluded" : "on",
    secureCookies: likelyLiteral(secureCookies) !== false,
  };
}

function sslOptionsOf(app: App, context: Context): SslOptions {
  const data = likely(valueOf(assignments("ssl_options", app, context)));
  const options = data?.kind === "object" ? data.properties : undefined;
  const single = (key: string): Seen | undefined => {
    const writes = context.facts.writes.filter(
      (write) => write.key === key && write.index && write.paths.some((path) => path.endsWith("config.ssl_options")),
    );
    return inOrderOfReading(writes, app, context).at(-1)?.value;
  };
  return readSslOptions(
    single("redirect") ?? options?.get("redirect"),
    single("secure_cookies") ?? options?.get("secure_cookies"),
  );
}

/** What decides about every cookie of an application. */
export interface AppSettings {
  /** The assignments to `config.force_ssl` that count, in order. */
  readonly forceSslWrites: readonly WriteFact[];
  /** `config.force_ssl`: where it is off, nothing is said. */
  readonly forceSsl: Seen;
  readonly sslOptions: SslOptions;
  /** `config.middleware.insert_before 0, ActionDispatch::SSL`. */
  readonly outerSsl: CallFact | undefined;
  /** `config.middleware.use ActionDispatch::SSL`: inside of what writes cookies. */
  readonly innerSsl: CallFact | undefined;
  /** Names of the middleware that stands outside of `ActionDispatch::SSL`. */
  readonly outside: ReadonlySet<string>;
  readonly apiOnly: boolean;
  /** Calls that add middleware, with the names of what they add. */
  readonly middleware: readonly { readonly call: CallFact; readonly names: readonly string[] }[];
}

const settingsOf = new WeakMap<Facts, Map<string, AppSettings>>();

export function settings(app: App, context: Context): AppSettings {
  const byRoot = settingsOf.get(context.facts) ?? new Map<string, AppSettings>();
  settingsOf.set(context.facts, byRoot);
  const known = byRoot.get(app.root) ?? readSettings(app, context);
  byRoot.set(app.root, known);
  return known;
}

function readSettings(app: App, context: Context): AppSettings {
  const forceSslWrites = assignments("force_ssl", app, context);
  const calls = context.facts.calls.filter(
    ({ method, callee }) => MIDDLEWARE_CALLS.has(method) && named(callee, `*.middleware.${method}`),
  );
  const middleware = inOrderOfReading(calls, app, context).map((call) => ({
    call,
    names: call.arguments.flatMap(({ value }) => namesOf(value)),
  }));
  const ssl = middleware.filter(({ names }) => names.at(-1) === SSL).map(({ call }) => call);
  const outside = middleware.filter(({ call, names }) => isOutermost(call) && names.at(-1) !== SSL);
  return {
    forceSslWrites,
    forceSsl: asSwitch(valueOf(forceSslWrites), "config.force_ssl", app),
    sslOptions: sslOptionsOf(app, context),
    outerSsl: ssl.find((call) => isOutermost(call) && call.method !== "use"),
    innerSsl: ssl.find(({ method }) => method === "use"),
    outside: new Set(outside.flatMap(({ names }) => names.at(-1) ?? [])),
    apiOnly: likelyLiteral(valueOf(assignments("api_only", app, context))) === true,
    middleware,
  };
}

const SSL = "ActionDispatch.SSL";
const MIDDLEWARE_CALLS = new Set(["use", "insert_before", "insert_after", "unshift"]);

function namesOf(value: Seen): readonly string[] {
  return value.flatMap(({ data }) => {
    if (data.kind === "class") return data.name ?? [];
    if (data.kind === "literal") return typeof data.value === "string" ? data.value.replaceAll("::", ".") : [];
    return pathsOf([{ data, when: [], because: [] }]).slice(0, 1);
  });
}

/** Added before everything else, or before `ActionDispatch::SSL` itself. */
function isOutermost(call: CallFact): boolean {
  if (call.method === "unshift") return true;
  const [before] = call.arguments;
  if (call.method !== "insert_before" || before === undefined) return false;
  return (
    likelyLiteral(before.value) === 0 ||
    namesOf(before.value).some((name) =>
      /^(?:ActionDispatch\.(?:SSL|HostAuthorization|AssumeSSL)|Rack\.Sendfile)$/.test(name),
    )
  );
}

/** Which cookies a question is about: the session's, those of `cookies[]`, or those that the response holds already. */
export type Reach = "session" | "jar" | "response";

/** What `config.force_ssl` says about a cookie: Secure, or nothing. */
export function givenByForceSsl(app: App, context: Context, setBy: string | undefined): Given | undefined {
  const { forceSsl, sslOptions, outside } = settings(app, context);
  if (setBy !== undefined && outside.has(setBy)) return undefined;
  if (flagsWhatIsLeftAlone(app, context)) return undefined;
  const seen = limited(forceSsl, sslOptions, app);
  return seen === undefined ? undefined : { seen, attribute: "config.force_ssl" };
}

/** What the SSL middleware that the application adds by itself says about a cookie. */
export function givenByMiddleware(app: App, context: Context, reach: Reach): Given | undefined {
  const { outerSsl, innerSsl } = settings(app, context);
  const call = outerSsl ?? (reach === "response" ? innerSsl : undefined);
  if (call === undefined) return undefined;
  const option = (name: string): Seen | undefined => call.arguments.find((each) => each.name === name)?.value;
  const options = readSslOptions(option("redirect"), option("secure_cookies"));
  const on: SeenAlternative = {
    data: { kind: "literal", value: "ActionDispatch::SSL" },
    when: call.conditions,
    because: [{ from: "file", ...call.place, says: "the middleware is added here" }],
  };
  const seen = limited([on], options, app);
  if (seen === undefined) return undefined;
  return {
    seen,
    attribute: `config.middleware.${call.method}`,
    says: `\`ActionDispatch::SSL\` stands ${outerSsl === undefined ? "around the response" : "around everything"}`,
    reading: { values: { "ActionDispatch::SSL": "secure" } },
  };
}

/** The middleware flags no cookie of a request that it leaves alone. */
function limited(on: Seen, { redirect, secureCookies }: SslOptions, app: App): Seen | undefined {
  if (redirect === "off" || !secureCookies) return undefined;
  if (redirect === "on") return on;
  const condition = (arm: boolean): Condition => ({
    kind: "configuration",
    key: `${app.root}excluded`,
    arm,
    says: `\`redirect: { exclude: … }\` ${arm ? "does not leave the request out" : "leaves the request out"}`,
    holds: undefined,
  });
  return on.flatMap((each): SeenAlternative[] =>
    each.data.kind === "literal" && each.data.value === undefined
      ? [each]
      : [
          { ...each, when: [...each.when, condition(true)] },
          { ...UNSET, when: [...each.when, condition(false)] },
        ],
  );
}

/** Is `force_ssl` on, in a Rails that flags the cookies of requests which are not redirected as well? */
export function flagsWhatIsLeftAlone(app: App, context: Context): boolean {
  const { forceSsl, sslOptions } = settings(app, context);
  const data = likely(forceSsl);
  const isOn = data !== undefined && !(data.kind === "literal" && data.value === undefined);
  return isOn && sslOptions.redirect !== "on" && sslOptions.secureCookies && flagsWhatIsNotRedirected(app, context);
}

/** Why `config.force_ssl`, though it is given, says nothing about a cookie, and where that stands. */
export function whyNotForced(app: App | undefined, context: Context): { says: string; at: Place } | undefined {
  if (app === undefined) return undefined;
  const { forceSslWrites, forceSsl, sslOptions } = settings(app, context);
  const on = likely(forceSsl);
  const at = forceSslWrites.at(-1)?.place;
  if (at === undefined) return undefined;
  if (on === undefined || (on.kind === "literal" && on.value === undefined))
    return likelyLiteral(valueOf(forceSslWrites)) === false ? { says: "`config.force_ssl` is `false`", at } : undefined;
  const options = assignments("ssl_options", app, context).at(-1)?.place ?? at;
  if (!sslOptions.secureCookies) return { says: "`ssl_options` has `secure_cookies: false`", at: options };
  if (sslOptions.redirect === "off" && !flagsWhatIsLeftAlone(app, context))
    return { says: "`ssl_options` has `redirect: false`, with which `force_ssl` flags no cookie", at: options };
  return undefined;
}

/** That, as what decides where nothing else does. */
export function givenByNotForcing(app: App | undefined, besides: string, context: Context): Given | undefined {
  const why = whyNotForced(app, context);
  if (why === undefined) return undefined;
  const says = `${why.says}, and ${besides}`;
  return {
    seen: [{ data: { kind: "literal", value: false }, when: [], because: [{ from: "file", ...why.at, says }] }],
    attribute: "config.force_ssl",
    says,
  };
}

/** `secure: Rails.application.config.force_ssl` is what the setting holds. */
export function withSetting(seen: Seen, app: App | undefined, context: Context): Seen {
  if (app === undefined) return seen;
  return seen.flatMap((each): Seen => {
    if (!named(pathsOf([each]), "*.config.force_ssl", "*.configuration.force_ssl")) return [each];
    const held = valueOf(settings(app, context).forceSslWrites);
    return held.map((one) => ({
      data: one.data.kind === "literal" && one.data.value === undefined ? { kind: "literal", value: false } : one.data,
      when: [...each.when, ...one.when],
      because: [...each.because, ...one.because],
    }));
  });
}
