import {
  argument,
  type CallFact,
  type Context,
  custom,
  type Framework,
  fallback,
  findArgument,
  type Given,
  header,
  imports,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { insertAfterLine } from "../../write.ts";
import { ownCookies } from "./own.ts";
import { appOf, isTest, settingOf } from "./settings.ts";

const docs = "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.set_cookie";
const signedDocs =
  "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.set_signed_cookie";
const deletionDocs =
  "https://docs.djangoproject.com/en/stable/ref/request-response/#django.http.HttpResponse.delete_cookie";
const proxyDocs = "https://docs.djangoproject.com/en/stable/ref/settings/#secure-proxy-ssl-header";

type Fact = CallFact | WriteFact;

/** A response of Django: made by it, or whatever a file that imports Django calls like one. */
function isResponse(seen: Seen | undefined, fact: Fact, context: Context): boolean {
  const paths = pathsOf(seen);
  if (paths.some((path) => /^(?:django|rest_framework|ninja)\b/.test(path))) return true;
  if (paths.some((path) => /^(?:flask|werkzeug|quart)\b/.test(path))) return false;
  const { file } = fact.place;
  return imports(context, file, "django", "rest_framework", "ninja") && !isForeign(paths, file, context);
}

/** Every name begins with a module that the file imports, or is a test client's: the object is not a response. */
function isForeign(paths: readonly string[], file: string, context: Context): boolean {
  const modules = (context.facts.modules.get(file)?.imports ?? []).map((name) => name.split(".")[0]);
  const isOther = (path: string) => /jar\b|client\b/i.test(path) || modules.includes(path.split(/[.([]/)[0]);
  return paths.length > 0 && paths.every(isOther);
}

function expires(fact: Fact): boolean {
  if (fact.kind !== "call") return false;
  const shift = fact.method === "set_signed_cookie" ? 1 : 0;
  const literal = (position: number, keyword: string) => {
    const [only] = findArgument(fact, position + shift, keyword)?.value ?? [];
    return only?.data.kind === "literal" ? only.data.value : undefined;
  };
  const age = literal(2, "max_age");
  const moment = literal(3, "expires");
  return (
    (typeof age === "number" && age <= 0) || moment === 0 || (typeof moment === "string" && moment.includes("1970"))
  );
}

/** `response.cookies["a"]["secure"] = …` after the cookie was set. */
const morsel = custom((fact, context): Given | undefined => {
  const name = fact.kind === "write" ? fact.key : literalText(findArgument(fact, 0, "key")?.value);
  if (name === undefined) return undefined;
  const later = context.facts.writes.filter(
    (write) =>
      write.index &&
      write.key === "secure" &&
      write.order > fact.order &&
      write.place.file === fact.place.file &&
      write.within.function === fact.within.function &&
      write.paths.some((path) => path.endsWith(`.cookies[${name}]`)),
  );
  const last = later.at(-1);
  if (last === undefined) return undefined;
  const sometimes = last.conditions.filter((condition) => !fact.conditions.some((own) => own.key === condition.key));
  const before: SeenAlternative = { data: { kind: "literal", value: undefined }, when: [], because: [] };
  return {
    seen: [
      ...last.value.map((each) => ({ ...each, when: [...each.when, ...sometimes] })),
      ...sometimes.map((condition) => ({
        ...before,
        when: [{ ...condition, arm: typeof condition.arm === "boolean" ? !condition.arm : `not ${condition.arm}` }],
      })),
    ],
    attribute: "secure",
    valuePlace: last.valuePlace,
  };
});

function literalText(seen: Seen | undefined): string | undefined {
  const [only] = seen ?? [];
  return only?.data.kind === "literal" && typeof only.data.value === "string" ? only.data.value : undefined;
}

const setCookie: Sink = {
  on: {
    kind: "call",
    method: ["set_cookie"],
    matches: (call, context) =>
      call.arguments.length > 0 &&
      isResponse(call.receiver, call, context) &&
      // `CookieJar.set_cookie(cookie)` of an HTTP client takes a cookie and nothing else.
      (call.arguments.length > 1 || literalText(call.arguments[0]?.value) !== undefined),
  },
  name: [argument(0, "key")],
  secure: [morsel, argument(6, "secure"), fallback(false, docs, "`secure` is not given, and Django's default is off")],
  attributes: {
    httponly: [argument(7, "httponly")],
    samesite: [argument(8, "samesite")],
    path: [argument(4, "path")],
    domain: [argument(5, "domain")],
  },
  deletion: expires,
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
  deletion: expires,
};

const deleteCookie: Sink = {
  on: { kind: "call", method: ["delete_cookie"], matches: (call, context) => isResponse(call.receiver, call, context) },
  name: [argument(0, "key")],
  secure: [fallback(false, deletionDocs, "`delete_cookie` expires the cookie, which needs no Secure")],
  deletion: () => true,
};

/** `response.cookies["a"] = "1"`. */
const cookieWrite: Sink = {
  on: {
    kind: "write",
    members: ["cookies[]"],
    matches: (write, context) =>
      write.language === "python" &&
      write.index &&
      write.paths.some((path) => path.endsWith(".cookies")) &&
      !isTest(write.place.file) &&
      isResponse(write.target, write, context),
  },
  name: [
    custom((fact): Given | undefined =>
      fact.kind !== "write" || fact.keySeen === undefined ? undefined : { seen: fact.keySeen, attribute: "name" },
    ),
  ],
  secure: [morsel, fallback(false, docs, "nothing sets its `secure`, and the default is off")],
  fixes: (fact, context) => {
    const text = context.text(fact.place.file);
    const target = text.slice(fact.place.span.start, fact.place.span.end);
    const isNew = possiblySet(fact, context);
    return isNew
      ? []
      : [
          {
            title: "Set Secure",
            safety: "safe",
            edits: [insertAfterLine(text, fact.place.file, endOf(fact), `${target}["secure"] = True`)],
          },
        ];
  },
};

function possiblySet(fact: Fact, context: Context): boolean {
  return morsel.read(fact, context) !== undefined;
}

function endOf(fact: Fact): number {
  return fact.kind === "write" ? fact.valuePlace.span.end : fact.place.span.end;
}

/** `response["Set-Cookie"] = "…"`, `response.headers["Set-Cookie"] = "…"`. */
const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie", "Set-cookie"],
    matches: (write, context) => write.language === "python" && write.index && isResponse(write.target, write, context),
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
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
    ],
  },
  symbols: [
    {
      path: "*.request.is_secure",
      is: "request-scheme",
      says: "`request.is_secure()` is true when the request arrives as https",
    },
  ],
  sinks: [setCookie, setSignedCookie, deleteCookie, cookieWrite, headerWrite],
  methods: ["include", "path", "re_path", "url"],
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
  aliases: (project) => (path, from) => {
    if (path !== "django.conf.settings") return undefined;
    const app = appOf(from, project);
    return app === undefined
      ? undefined
      : {
          file: app.file,
          defaults: {
            DEBUG: false,
            SESSION_COOKIE_SECURE: false,
            CSRF_COOKIE_SECURE: false,
            LANGUAGE_COOKIE_SECURE: false,
            SECURE_SSL_REDIRECT: false,
          },
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
