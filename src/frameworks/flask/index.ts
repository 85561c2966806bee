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
  type Given,
  header,
  imports,
  named,
  pathsOf,
  type Seen,
  type Sink,
  type Source,
  type WriteFact,
} from "../../framework.ts";
import { deletionCall, expiresAtOnce, headersOption, namesCookie, returnedHeaders } from "../python.ts";
import { isResponseOf } from "../python-response.ts";
import { type App, CONFIG_METHODS, configured, nearestApp } from "./config.ts";
import { added, ownCookies, session } from "./own.ts";
import { onOldWerkzeug } from "./versions.ts";

const docs = "https://flask.palletsprojects.com/en/stable/api/#flask.Response.set_cookie";
const deletionDocs = "https://flask.palletsprojects.com/en/stable/api/#flask.Response.delete_cookie";
const unsetDocs = "https://flask-jwt-extended.readthedocs.io/en/stable/api.html#flask_jwt_extended.unset_jwt_cookies";
const jwtDocs = "https://flask-jwt-extended.readthedocs.io/en/stable/options.html#JWT_COOKIE_SECURE";

type Fact = CallFact | WriteFact;

function isResponse(seen: Seen | undefined, fact: Fact, context: Context): boolean {
  return isResponseOf("flask", seen, fact.place.file, context);
}

function setsCookie(call: CallFact, context: Context): boolean {
  return namesCookie(call) && isResponse(call.receiver, call, context);
}

/** `secure`, by keyword or as the seventh argument; `0` and `""` are not off on every Werkzeug. */
const secure: Source = custom((fact, context): Given | undefined => {
  if (fact.kind !== "call") return undefined;
  const given = findArgument(fact, 6, "secure");
  if (given === undefined) return undefined;
  return { seen: onOldWerkzeug(given.value, context), attribute: "secure", valuePlace: given.valuePlace };
});

/** The app whose setting a session interface asks its base for, to set the cookie itself. */
function askedApp(fact: Fact, context: Context): App | undefined {
  const given = fact.kind === "call" ? findArgument(fact, 6, "secure")?.value : undefined;
  const asks = pathsOf(given).some((path) =>
    /^flask\.sessions\.\w*SessionInterface\.get_cookie_secure\(\)$/.test(path),
  );
  return asks ? nearestApp(fact.place.file, context) : undefined;
}

const setting: Source = custom((fact, context): Given | undefined => {
  const app = askedApp(fact, context);
  if (app === undefined) return undefined;
  const seen = configured(app, session.key, context);
  const because = [{ from: "docs", url: session.docs, says: session.says }] as const;
  const off: Seen = [{ data: { kind: "literal", value: false }, when: [], because }];
  return { seen: seen === undefined ? off : onOldWerkzeug(seen, context), attribute: session.key };
});

const partitioned: Source = custom((fact): Given | undefined => {
  if (fact.kind !== "call") return undefined;
  const given = findArgument(fact, undefined, "partitioned");
  const on = given?.value.length === 1 && given.value[0]?.data.kind === "literal" && given.value[0].data.value === true;
  if (!on) return undefined;
  return { seen: given.value, attribute: "partitioned", says: "`partitioned=True` makes Werkzeug add Secure" };
});

const setCookie: Sink = {
  on: { kind: "call", method: ["set_cookie"], matches: setsCookie },
  name: [argument(0, "key")],
  secure: [
    partitioned,
    setting,
    secure,
    argument(6, "secure"),
    fallback(false, docs, "`secure` is not given, and Flask's default is off"),
  ],
  attributes: {
    httponly: [argument(7, "httponly")],
    samesite: [argument(8, "samesite")],
    path: [argument(4, "path")],
    domain: [argument(5, "domain")],
  },
  deletion: (fact) => expiresAtOnce(fact, 2),
  fixes: (fact, context) => {
    const app = askedApp(fact, context);
    const edit = app === undefined ? undefined : added(session.key, app, context);
    return edit === undefined ? [] : [{ title: `Set ${session.key}`, safety: "safe", edits: [edit] }];
  },
};

const deleteCookie = deletionCall((call, context) => isResponse(call.receiver, call, context), deletionDocs);

/** `response.headers["Set-Cookie"] = "…"`. */
const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie", "Set-cookie"],
    matches: (write, context) =>
      write.paths.some((path) => path.endsWith(".headers")) && isResponse(write.target, write, context),
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
};

/** `response.headers.add("Set-Cookie", "…")`. */
const headerCall: Sink = {
  on: {
    kind: "call",
    method: ["add", "set", "add_header", "setlist", "append"],
    matches: (call, context) => {
      const [first] = findArgument(call, 0)?.value ?? [];
      return (
        call.callee.some((path) => path.includes(".headers.")) &&
        first?.data.kind === "literal" &&
        String(first.data.value).toLowerCase() === "set-cookie" &&
        isResponse(call.receiver, call, context)
      );
    },
  },
  name: [header(1, "name")],
  secure: [header(1, "secure")],
};

const headers = headersOption(["Response", "BaseResponse", "make_response"], (call) =>
  call.callee.some((path) => /^(?:flask|werkzeug|quart)\b/.test(path)),
);

const returned = returnedHeaders(
  (write, context) =>
    imports(context, write.place.file, "flask", "quart") &&
    !imports(context, write.place.file, "django", "rest_framework"),
);

/** A cookie of flask-jwt-extended: a token, or what guards it against CSRF. */
interface TokenCookie {
  readonly of: "access" | "refresh";
  readonly name: Sink["name"];
  readonly guards: boolean;
}

function tokenCookie(of: TokenCookie["of"], key: string, name: string): TokenCookie {
  const given = custom((fact, context) => config(fact, key, context));
  return { of, name: [given, fallback(name, jwtDocs, "the default name")], guards: key.includes("_CSRF_") };
}

const tokenCookies: readonly TokenCookie[] = [
  tokenCookie("access", "JWT_ACCESS_COOKIE_NAME", "access_token_cookie"),
  tokenCookie("access", "JWT_ACCESS_CSRF_COOKIE_NAME", "csrf_access_token"),
  tokenCookie("refresh", "JWT_REFRESH_COOKIE_NAME", "refresh_token_cookie"),
  tokenCookie("refresh", "JWT_REFRESH_CSRF_COOKIE_NAME", "csrf_refresh_token"),
];

function onTokens(cookie: TokenCookie, ...method: readonly string[]): Sink["on"] {
  const paths = method.map((each) => `flask_jwt_extended.${each}`);
  return {
    kind: "call",
    method,
    matches: (call, context) => named(call.callee, ...paths) && (!cookie.guards || guards(call, context)),
  };
}

const jwtSecure: Source = custom(
  (fact, context) => config(fact, "JWT_COOKIE_SECURE", context) ?? withoutApp(fact, context),
);

/** flask-jwt-extended keeps its tokens in cookies of its own, and what guards them against CSRF in others beside them. */
function jwtCookie(cookie: TokenCookie): Sink {
  return {
    on: onTokens(cookie, `set_${cookie.of}_cookies`),
    name: cookie.name,
    secure: [
      jwtSecure,
      fallback(false, jwtDocs, "`JWT_COOKIE_SECURE` is not set, and flask-jwt-extended's default is off"),
    ],
    sensitive: true,
    fixes: fixTokens,
  };
}

function fixTokens(fact: Fact, context: Context): readonly Fix[] {
  const app = nearestApp(fact.place.file, context);
  const isSet = app !== undefined && configured(app, "JWT_COOKIE_SECURE", context) !== undefined;
  const edit = app === undefined || isSet ? undefined : added("JWT_COOKIE_SECURE", app, context);
  return edit === undefined ? [] : [{ title: "Set JWT_COOKIE_SECURE", safety: "safe", edits: [edit] }];
}

/** `unset_jwt_cookies(response)` and its like expire what the others set. */
function jwtDeletion(cookie: TokenCookie): Sink {
  return {
    on: onTokens(cookie, "unset_jwt_cookies", `unset_${cookie.of}_cookies`),
    name: cookie.name,
    secure: [fallback(false, unsetDocs, "the cookie is expired, which needs no Secure")],
    deletion: always,
    sensitive: true,
  };
}

/** Both settings are on by default; where either is `False`, no CSRF cookie is set. */
function guards(fact: Fact, context: Context): boolean {
  return ["JWT_COOKIE_CSRF_PROTECT", "JWT_CSRF_IN_COOKIES"].every((key) => {
    const [only, ...others] = config(fact, key, context)?.seen ?? [];
    return others.length > 0 || only?.data.kind !== "literal" || Boolean(only.data.value);
  });
}

/** Where no app is in the project, neither is its configuration. */
function withoutApp(fact: Fact, context: Context): Given | undefined {
  if (nearestApp(fact.place.file, context) !== undefined) return undefined;
  const because = "the app that sets `JWT_COOKIE_SECURE` is not in the project";
  const at = [{ from: "file", ...fact.place, says: because } as const];
  return {
    seen: [{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: at }],
    attribute: "JWT_COOKIE_SECURE",
  };
}

function config(fact: Fact, key: string, context: Context): Given | undefined {
  const app = nearestApp(fact.place.file, context);
  const seen = app === undefined ? undefined : configured(app, key, context);
  return seen === undefined ? undefined : { seen, attribute: key };
}

/** https://flask.palletsprojects.com/en/stable/config/#DEBUG */
const debug = { is: "environment-switch", variable: "FLASK_DEBUG" } as const;

export const flask: Framework = {
  name: "flask",
  title: "Flask",
  docs: "https://flask.palletsprojects.com/en/stable/web-security/#set-cookie-options",
  language: "python",
  api: ["flask", "flask_login"],
  words: {
    ".py": ["flask", "quart", "session_cookie_", "remember_cookie_", "set_cookie", "secret_key"],
    ".json": ["session_cookie_secure", "remember_cookie_secure"],
    ".yaml": ["session_cookie_secure", "remember_cookie_secure"],
    ".yml": ["session_cookie_secure", "remember_cookie_secure"],
  },
  symbols: [
    {
      path: "flask.request.is_secure",
      is: "request-scheme",
      says: "`request.is_secure` is true when the request arrives as https",
    },
    ...["url", "base_url", "url_root", "host_url"].map(
      (member) =>
        ({
          path: `flask.request.${member}`,
          is: "request-url",
          says: `\`request.${member}\` begins with \`https\` when the request arrives as https`,
        }) as const,
    ),
    ...["flask.Flask()", "flask.current_app"].flatMap((app) => [
      { path: `${app}.debug`, ...debug },
      { path: `${app}.config[DEBUG]`, ...debug },
      { path: `${app}.config.get`, argument: "DEBUG", ...debug },
    ]),
  ],
  sinks: [
    setCookie,
    deleteCookie,
    headerWrite,
    headers,
    returned,
    headerCall,
    ...tokenCookies.map(jwtCookie),
    ...tokenCookies.map(jwtDeletion),
  ],
  methods: [
    "Flask",
    "Quart",
    "APIFlask",
    ...CONFIG_METHODS,
    "setdefault",
    "LoginManager",
    "login_user",
    "flash",
    "Talisman",
    "init_app",
    "ProxyFix",
  ],
  members: [
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_NAME",
    "SECRET_KEY",
    "secret_key",
    "REMEMBER_COOKIE_SECURE",
    "REMEMBER_COOKIE_NAME",
    "JWT_COOKIE_SECURE",
    "JWT_ACCESS_COOKIE_NAME",
    "JWT_REFRESH_COOKIE_NAME",
    "JWT_ACCESS_CSRF_COOKIE_NAME",
    "JWT_REFRESH_CSRF_COOKIE_NAME",
    "JWT_COOKIE_CSRF_PROTECT",
    "JWT_CSRF_IN_COOKIES",
    "session_cookie_secure",
    "get_cookie_secure",
    "session_interface",
    "session[]",
    "wsgi_app",
  ],
  own: ownCookies,
  proxyTrust: (context, sink) => {
    const fix = context.facts.calls.find(
      (call) =>
        call.method === "ProxyFix" && nearestApp(call.place.file, context) === nearestApp(sink.place.file, context),
    );
    return fix === undefined
      ? {
          trusted: false,
          because: {
            from: "docs",
            url: "https://flask.palletsprojects.com/en/stable/deploying/proxy_fix/",
            says: "without `ProxyFix` Flask does not see that the proxy was reached over https",
          },
        }
      : { trusted: true, because: { from: "file", ...fix.place, says: "`ProxyFix` trusts the proxy" } };
  },
};
