import {
  type CallFact,
  type Context,
  type Cookie,
  type Fix,
  fallback,
  type OwnSource,
  type Seen,
  setting,
} from "../../framework.ts";
import { replace } from "../../write.ts";
import { likely } from "../ruby.ts";
import { type App, appOf, isDeployed, underscore } from "./app.ts";
import { fixValue, secureText } from "./fixes.ts";
import { givenOverHttps } from "./over-https.ts";
import { effectiveStores, ownOption, sessionFixes } from "./session.ts";
import { assignments, givenByForceSsl, givenByMiddleware, proxyTrust, settings, valueOf } from "./settings.ts";

const docs = "https://github.com/heartcombo/devise/blob/main/lib/devise/models/rememberable.rb";

/** `remember_user_token`, which Devise sets for every model that is `:rememberable`. */
export function rememberedUsers(context: Context): readonly Cookie[] {
  return context.facts.calls.filter(isRememberable).flatMap((call) => {
    const app = appOf(call.place.file, context);
    const model = call.within.class;
    if (app === undefined || model === undefined || !isDeployed(call.place.file, context)) return [];
    const name = `remember_${underscore(model)}_token`;
    return [
      context.judge({
        framework: "rails",
        name,
        sink: call.place,
        language: "ruby",
        trust: proxyTrust,
        secure: secureOf(app, name, context),
        fixes: () => fixes(app, context),
      }),
    ];
  });
}

function isRememberable({ method, arguments: args }: CallFact): boolean {
  return (
    method === "devise" &&
    args.some(({ value }) => value.some(({ data }) => data.kind === "literal" && data.value === "rememberable"))
  );
}

function options(app: App, context: Context): Seen | undefined {
  const writes = assignments("rememberable_options", app, context);
  return writes.length === 0 ? undefined : valueOf(writes);
}

/** Its own options, then what the session says, which it copies. */
function secureOf(app: App, name: string, context: Context): readonly OwnSource[] {
  const own = options(app, context)?.flatMap((each): Seen => {
    if (each.data.kind !== "object") return [{ ...each, data: { kind: "literal", value: undefined } }];
    const held = each.data.properties.get("secure");
    if (held === undefined) return [{ ...each, data: { kind: "literal", value: undefined } }];
    return held.map((one) => ({ ...one, when: [...each.when, ...one.when] }));
  });
  const store = effectiveStores(app, context).at(-1);
  const session = store === undefined ? undefined : ownOption(app, store, context);
  const { forceSsl, sslOptions } = settings(app, context);
  const forced = [givenByForceSsl(app, context, undefined), givenByMiddleware(app, context, "jar")];
  return [
    ...forced.flatMap((given): OwnSource[] => (given === undefined ? [] : [{ kind: "setting", given }])),
    ...(own === undefined ? [] : [setting(own, "rememberable_options[:secure]")]),
    ...(session === undefined ? [] : [session]),
    ...(session === undefined && sslOptions.secureCookies ? [setting(forceSsl, "config.force_ssl")] : []),
    ...[givenOverHttps(app, name, context)].flatMap((given): OwnSource[] =>
      given === undefined ? [] : [{ kind: "setting", given }],
    ),
    fallback(false, docs, "neither `rememberable_options` nor the session has `secure`, and Devise's default is off"),
  ];
}

/** The session's fix, which it follows; else its own options. */
function fixes(app: App, context: Context): readonly Fix[] {
  const write = assignments("rememberable_options", app, context).at(-1);
  if (write !== undefined) {
    const data = likely(write.value);
    const given = data?.kind === "object" ? data.properties.get("secure") : undefined;
    if (given === undefined) return fixValue(write.value, write.valuePlace, context);
    const at = given[0]?.because.at(-1);
    const text = at?.from === "file" ? context.text(at.file) : "";
    if (at?.from !== "file" || text.slice(at.span.start, at.span.end) !== "false") return [];
    return [{ title: "Set Secure in production", safety: "safe", edits: [replace(text, at, secureText(context))] }];
  }
  const store = effectiveStores(app, context).at(-1);
  return store === undefined ? [] : sessionFixes(app, store, context);
}
