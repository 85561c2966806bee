import {
  always,
  argument,
  type CallFact,
  type Context,
  custom,
  type Framework,
  fallback,
  type Given,
  header,
  imports,
  named,
  pathsOf,
  type Seen,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import {
  deletionCall,
  expiresAtOnce,
  headersOption,
  isTest,
  morselSecure,
  morselWrites,
  namesCookie,
  secureMorsel,
} from "../python.ts";
import { isResponseOf } from "../python-response.ts";
import { ownCookies, sessionName } from "./own.ts";
import { appOf, settingOf } from "./settings.ts";

const docs = "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.set_cookie";
const signedDocs =
  "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.set_signed_cookie";
const deletionDocs =
  "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.delete_cookie";
const proxyDocs = "https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header";

type Fact = CallFact | WriteFact;

function isMade(seen: Seen | undefined): boolean {
  return pathsOf(seen).some((path) => /^(?:django|rest_framework|ninja)\b/.test(path));
}

function isResponse(seen: Seen | undefined, fact: Fact, context: Context): boolean {
  return isResponseOf("django", seen, fact.place.file, context);
}

const isMorsel = (path: string, name: string) => path.endsWith(`.cookies[${name}]`);

/** `response.cookies["a"]["secure"] = …` after the cookie was set. */
const morsel = morselSecure(isMorsel);

const setCookie: Sink = {
  on: {
    kind: "call",
    method: ["set_cookie"],
    matches: (call, context) => namesCookie(call) && isResponse(call.receiver, call, context),
  },
  name: [argument(0, "key")],
  secure: [morsel, argument(6, "secure"), fallback(false, docs, "`secure` is not given, and Django's default is off")],
  attributes: {
    httponly: [argument(7, "httponly")],
    samesite: [argument(8, "samesite")],
    path: [argument(4, "path")],
    domain: [argument(5, "domain")],
  },
  deletion: (fact) => expiresAtOnce(fact, 2),
};

const setSignedCookie: Sink = {
  on: {
    kind: "call",
    method: ["set_signed_cookie"],
    matches: (call, context) => isResponse(call.receiver, call, context),
  },
  name: [argument(0, "key")],
  secure: [
    morsel,
    argument(7, "secure"),
    fallback(false, signedDocs, "`secure` is not given: a signed cookie is as open as any other by default"),
  ],
  attributes: { httponly: [argument(8, "httponly")], samesite: [argument(9, "samesite")] },
  deletion: (fact) => expiresAtOnce(fact, 3),
};

const deleteCookie = deletionCall((call, context) => isResponse(call.receiver, call, context), deletionDocs);

const flushDocs =
  "https://docs.djangoproject.com/en/stable/topics/http/sessions/#django.contrib.sessions.backends.base.SessionBase.flush";

/** `request.session.flush()`, which `logout(request)` calls too. */
const flush: Sink = {
  on: {
    kind: "call",
    method: ["flush", "logout"],
    matches: (call, context) =>
      named(call.callee, "django.contrib.auth.logout") ||
      (named(call.callee, "*.request.session.flush") && imports(context, call.place.file, "django")),
  },
  name: [
    custom((fact, context) => ({
      seen: [{ data: { kind: "literal", value: sessionName(fact.place.file, context) }, when: [], because: [] }],
      attribute: "name",
    })),
  ],
  secure: [fallback(false, flushDocs, "ending the session expires its cookie, which needs no Secure")],
  deletion: always,
  sensitive: true,
};

/** `response.cookies["a"] = "1"`. */
const cookieWrite: Sink = {
  on: {
    kind: "write",
    members: ["cookies[]"],
    matches: (write, context) =>
      write.index &&
      write.paths.some((path) => path.endsWith(".cookies")) &&
      (!isTest(write.place.file) || isMade(write.target)) &&
      isResponse(write.target, write, context),
  },
  name: [
    custom((fact): Given | undefined =>
      fact.kind !== "write" || fact.keySeen === undefined ? undefined : { seen: fact.keySeen, attribute: "name" },
    ),
  ],
  secure: [morsel, fallback(false, docs, "nothing sets its `secure`, and the default is off")],
  fixes: (fact, context) => {
    if (fact.kind !== "write" || morselWrites(fact, "secure", isMorsel, context).length > 0) return [];
    return secureMorsel(fact, context);
  },
};

const headers = headersOption(
  ["HttpResponse", "JsonResponse", "StreamingHttpResponse", "FileResponse", "Response"],
  (call) => call.callee.some((path) => /^(?:django|rest_framework|ninja)\b/.test(path)),
);

/** `response["Set-Cookie"] = "…"`, `response.headers["Set-Cookie"] = "…"`. */
const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie", "Set-cookie"],
    matches: (write, context) => write.index && isResponse(write.target, write, context),
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
};

/** What Django's own settings hold of what is asked about. */
const defaults = {
  DEBUG: false,
  SESSION_COOKIE_SECURE: false,
  CSRF_COOKIE_SECURE: false,
  LANGUAGE_COOKIE_SECURE: false,
  SECURE_SSL_REDIRECT: false,
};

export const django: Framework = {
  name: "django",
  title: "Django",
  docs: "https://docs.djangoproject.com/en/stable/topics/http/sessions/#using-cookie-based-sessions",
  language: "python",
  api: ["django"],
  words: {
    ".py": [
      "set_cookie",
      "set_signed_cookie",
      "delete_cookie",
      ".cookies[",
      "set-cookie",
      "_cookie_secure",
      "django_settings_module",
      "middleware",
      "allowed_hosts",
      "import *",
      "django.conf.urls.i18n",
      "set_language",
      "contrib.messages",
      "import messages",
      "debug =",
      "session.flush",
      "logout(request",
      "ensure_csrf_cookie",
      "csrf_protect",
    ],
  },
  symbols: [
    {
      path: "*.request.is_secure",
      is: "request-scheme",
      says: "`request.is_secure()` is true when the request arrives as https",
    },
  ],
  sinks: [setCookie, setSignedCookie, deleteCookie, flush, cookieWrite, headerWrite, headers],
  methods: ["include", "path", "re_path", "url", "update"],
  members: [
    "secure",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "LANGUAGE_COOKIE_SECURE",
    "CSRF_USE_SESSIONS",
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
  ],
  own: ownCookies,
  always: { "django.conf.settings": Object.keys(defaults) },
  aliases: (project) => (path, from) => {
    if (path !== "django.conf.settings") return undefined;
    const app = appOf(from, project);
    return app === undefined
      ? undefined
      : {
          file: app.file,
          defaults,
        };
  },
  proxyTrust: (context, sink) => {
    const app = appOf(sink.place.file, context);
    const seen = app === undefined ? undefined : settingOf(app, "SECURE_PROXY_SSL_HEADER", context);
    const at = seen?.[0]?.because.at(-1);
    const isSet = seen?.some(({ data }) => data.kind === "object") === true;
    return isSet && at !== undefined
      ? { trusted: true, because: { ...at, says: "`SECURE_PROXY_SSL_HEADER` trusts the proxy" } }
      : {
          trusted: false,
          because: {
            from: "docs",
            url: proxyDocs,
            says: "without `SECURE_PROXY_SSL_HEADER` Django does not see that the proxy was reached over https",
          },
        };
  },
};
