import type { Context, Cookie, Framework, Remark } from "../../framework.ts";
import { schemeOfRequest } from "../ruby.ts";
import { type App, appOf, apps } from "./app.ts";
import { docs, sinks } from "./cookies.ts";
import { rememberedUsers } from "./devise.ts";
import { commentedOut, forceSslFix } from "./fixes.ts";
import { sessions } from "./session.ts";
import { proxyTrust, settings } from "./settings.ts";

export const rails: Framework = {
  name: "rails",
  title: "Ruby on Rails",
  docs,
  language: "ruby",
  words: {
    ".rb": [
      "cookies",
      "cookie_jar",
      "set_cookie",
      "set-cookie",
      "delete_cookie",
      "force_ssl",
      "session_store",
      "rails::application",
      ".application.configure",
      "ActionDispatch::SSL",
      "ActionController::Base.session",
      "action_controller.session",
      ":rememberable",
      "rememberable_options",
      "SecureHeaders::Configuration",
    ],
  },
  files: ["*.gemspec"],
  symbols: [{ path: "Rails.env", is: "environment-value", variable: "RAILS_ENV" }, ...schemeOfRequest],
  methods: [
    "session_store",
    "use",
    "insert_before",
    "insert_after",
    "unshift",
    "after_initialize",
    "to_prepare",
    "on_load",
    "devise",
    "default",
  ],
  members: [
    "force_ssl",
    "ssl_options",
    "ssl_options[]",
    "assume_ssl",
    "api_only",
    "session_options[]",
    "session",
    "cookies",
    "rememberable_options",
    "cookies_same_site_protection",
  ],
  sinks,
  own: (context) => [...sessions(context), ...rememberedUsers(context)],
  proxyTrust: () => proxyTrust,
  policy: (cookies, context) => cookies.map((cookie) => withApplication(cookie, context)),
};

function withApplication(cookie: Cookie, context: Context): Cookie {
  if (cookie.deletion) return cookie;
  const app = appOf(cookie.sink.file, context);
  if (app === undefined) return inEngine(cookie, context);
  const sent = withoutJar(cookie, app, context);
  const off = sent.verdict === "insecure" || sent.condition?.inDeployment === "insecure";
  if (!off) return sent;
  const fix = forceSslFix(app, context);
  return {
    ...sent,
    fixes: fix === undefined ? sent.fixes : [...sent.fixes, fix],
    remarks: [...sent.remarks, ...commented(app, context)],
  };
}

function commented(app: App, context: Context): readonly Remark[] {
  const place = settings(app, context).forceSslWrites.length > 0 ? undefined : commentedOut(app, context);
  if (place === undefined) return [];
  const says = "`config.force_ssl = true` is only a comment here";
  return [{ kind: "note", says, at: { from: "file", ...place, says } }];
}

/** `config.api_only` leaves out what writes `cookies[]`. */
function withoutJar(cookie: Cookie, app: App, context: Context): Cookie {
  const { apiOnly, middleware } = settings(app, context);
  if (!apiOnly || middleware.some(({ names }) => names.includes("ActionDispatch.Cookies"))) return cookie;
  const { file, span } = cookie.sink;
  if (!/^[\w.@]*(?:cookies|cookie_jar)\b/.test(context.text(file).slice(span.start, span.end))) return cookie;
  return {
    ...cookie,
    notDeployed: "`config.api_only` leaves out `ActionDispatch::Cookies`, without which `cookies` are not sent",
  };
}

/** An engine's cookies are what the application around it makes of them. */
function inEngine(cookie: Cookie, context: Context): Cookie {
  if (cookie.verdict !== "insecure" || cookie.decidedBy.from !== "docs" || !isEngine(cookie.sink.file, context))
    return cookie;
  const says = "the application that mounts this engine has `config.force_ssl` on";
  return {
    ...cookie,
    verdict: "conditional",
    because: `${cookie.because}: Secure only when ${says}`,
    condition: { on: "configuration", says, inDeployment: null },
  };
}

/** A gem of its own: a `*.gemspec` around it, and no application. */
function isEngine(file: string, context: Context): boolean {
  if (apps(context).length > 0) return false;
  return context.candidates.some(
    (each) => each.endsWith(".gemspec") && file.startsWith(each.slice(0, each.lastIndexOf("/") + 1)),
  );
}
