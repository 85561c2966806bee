import {
  type ArgumentSource,
  always,
  argument,
  type CallFact,
  type Context,
  type Cookie,
  custom,
  type Framework,
  fallback,
  findArgument,
  header,
  imports,
  named,
  pathsOf,
  type Remark,
  type Seen,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { configured, pasteWords } from "../paste.ts";
import { headersOption, namesCookie, setCookiePair, setCookieTexts } from "../python.ts";
import { isResponseOf } from "../python-response.ts";

const api = "https://docs.pylonsproject.org/projects/pyramid/en/latest/api";
const webob = "https://docs.pylonsproject.org/projects/webob/en/stable/api";

/** A function or class that is told once what cookie to set, and how. */
interface Maker {
  readonly path: string;
  readonly docs: string;
  readonly name: ArgumentSource;
  /** The default name of its cookie. */
  readonly called?: string;
  readonly secure: ArgumentSource;
}

const sessions = `${api}/session.html#pyramid.session`;
const authentication = `${api}/authentication.html#pyramid.authentication`;

const makers: readonly Maker[] = [
  {
    path: "pyramid.session.SignedCookieSessionFactory",
    docs: `${sessions}.SignedCookieSessionFactory`,
    name: argument(1, "cookie_name"),
    called: "session",
    secure: argument(5, "secure"),
  },
  {
    path: "pyramid.session.BaseCookieSessionFactory",
    docs: `${sessions}.BaseCookieSessionFactory`,
    name: argument(1, "cookie_name"),
    called: "session",
    secure: argument(5, "secure"),
  },
  {
    path: "pyramid.session.UnencryptedCookieSessionFactoryConfig",
    docs: "https://docs.pylonsproject.org/projects/pyramid/en/1.10-branch/api/session.html#pyramid.session.UnencryptedCookieSessionFactoryConfig",
    name: argument(2, "cookie_name"),
    called: "session",
    secure: argument(6, "cookie_secure"),
  },
  {
    path: "pyramid.csrf.CookieCSRFStoragePolicy",
    docs: `${api}/csrf.html#pyramid.csrf.CookieCSRFStoragePolicy`,
    name: argument(0, "cookie_name"),
    called: "csrf_token",
    secure: argument(1, "secure"),
  },
  {
    path: "pyramid.authentication.AuthTktAuthenticationPolicy",
    docs: `${authentication}.AuthTktAuthenticationPolicy`,
    name: argument(2, "cookie_name"),
    called: "auth_tkt",
    secure: argument(3, "secure"),
  },
  {
    path: "pyramid.authentication.AuthTktCookieHelper",
    docs: `${authentication}.AuthTktCookieHelper`,
    name: argument(1, "cookie_name"),
    called: "auth_tkt",
    secure: argument(2, "secure"),
  },
  {
    path: "webob.cookies.make_cookie",
    docs: `${webob}/cookies.html#webob.cookies.make_cookie`,
    name: argument(0, "name"),
    secure: argument(5, "secure"),
  },
  {
    path: "webob.cookies.CookieProfile",
    docs: `${webob}/cookies.html#webob.cookies.CookieProfile`,
    name: argument(0, "cookie_name"),
    secure: argument(1, "secure"),
  },
  {
    path: "webob.cookies.SignedCookieProfile",
    docs: `${webob}/cookies.html#webob.cookies.SignedCookieProfile`,
    name: argument(2, "cookie_name"),
    secure: argument(3, "secure"),
  },
];

function makerSink({ path, docs, name, called, secure }: Maker): Sink {
  const from = path.startsWith("webob") ? "WebOb" : "Pyramid";
  return {
    on: {
      kind: "call",
      method: [path.slice(path.lastIndexOf(".") + 1), "__init__"],
      matches: (call, context) => named(call.callee, path, `${path}.__init__`) && !isDefinition(call, context),
    },
    name: called === undefined ? [name] : [name, fallback(called, docs, "the default name")],
    secure: [secure, fallback(false, docs, `\`${secure.keyword}\` is not given, and ${from}'s default is off`)],
    ...(path === "webob.cookies.make_cookie" ? { deletion: isDeletion } : {}),
    remarks: (fact) => refusal(fact, secure),
  };
}

/** A subclass that nobody constructs here is told at its definition. */
function isDefinition(call: CallFact, context: Context): boolean {
  const { file, span } = call.place;
  return /^(class\s|@)/.test(context.text(file).slice(span.start, span.start + 6));
}

const setCookie = `${webob}/response.html#webob.response.Response.set_cookie`;
const secure = argument(5, "secure");
const cookieName = [argument(0, "name"), argument(undefined, "key")];

const responseSinks: readonly Sink[] = [
  {
    on: {
      kind: "call",
      method: ["set_cookie"],
      matches: (call, context) => namesCookie(call) && isOnResponse(call, context),
    },
    name: cookieName,
    secure: [secure, fallback(false, setCookie, "`secure` is not given, and WebOb's default is off")],
    deletion: isDeletion,
    remarks: (fact) => refusal(fact, secure),
  },
  {
    on: { kind: "call", method: ["delete_cookie"], matches: isOnResponse },
    name: cookieName,
    secure: [fallback(false, setCookie, "it is deleted")],
    deletion: always,
  },
  {
    on: {
      kind: "call",
      method: ["add"],
      matches: (call, context) => isRaw(call) && isOnResponse(call, context) && !isMade(findArgument(call, 1)?.value),
    },
    name: [header(1, "name")],
    secure: [header(1, "secure")],
  },
  {
    on: {
      kind: "call",
      method: ["append", "extend"],
      matches: (call, context) => listed(call).length > 0 && isOnResponse(call, context),
    },
    split: (fact) => (fact.kind === "call" ? listed(fact) : []),
    name: [header(0, "name")],
    secure: [header(0, "secure")],
  },
  {
    on: {
      kind: "write",
      members: ["Set-Cookie", "set-cookie"],
      matches: (write, context) =>
        write.paths.some((path) => path.endsWith(".headers")) &&
        !isMade(write.value) &&
        isResponse(write.target, write.place.file, context),
    },
    name: [header("value", "name")],
    secure: [header("value", "secure")],
  },
  headersOption(
    [
      "Response",
      "HTTPFound",
      "HTTPSeeOther",
      "HTTPMovedPermanently",
      "HTTPTemporaryRedirect",
      "HTTPOk",
      "HTTPNoContent",
    ],
    (call) => call.callee.some((path) => /^(?:pyramid|webob)\b/.test(path)),
  ),
];

/** The pairs of `headerlist.append(("Set-Cookie", …))` and `headerlist.extend([…])`, each as a call of its own. */
function listed(call: CallFact): readonly CallFact[] {
  const [given] = call.arguments;
  if (given === undefined || !pathsOf(call.receiver).some((path) => path.endsWith(".headerlist"))) return [];
  const texts = call.method === "append" ? setCookiePair(given.value) : setCookieTexts(given.value);
  return texts
    .filter((text) => !isMade(text))
    .map((value) => ({ ...call, arguments: [{ ...given, name: undefined, value }] }));
}

/** A text that `make_cookie` gives is told where it is made. */
function isMade(text: Seen | undefined): boolean {
  return named(pathsOf(text), "webob.cookies.make_cookie()");
}

const ticketPolicy = "pyramid.authentication.AuthTktAuthenticationPolicy";

function ticketPolicyOf(context: Context): CallFact | undefined {
  return context.facts.calls.find((call) => named(call.callee, ticketPolicy));
}

/** `forget(request)` expires the ticket of the project's policy. */
const forget: Sink = {
  on: {
    kind: "call",
    method: ["forget"],
    matches: (call, context) => named(call.callee, "pyramid.security.forget") && ticketPolicyOf(context) !== undefined,
  },
  name: [
    custom((_fact, context) => {
      const policy = ticketPolicyOf(context);
      const given = policy === undefined ? undefined : findArgument(policy, 2, "cookie_name")?.value;
      return given === undefined ? undefined : { seen: given, attribute: "name" };
    }),
    fallback("auth_tkt", `${authentication}.AuthTktAuthenticationPolicy`, "the default name"),
  ],
  secure: [
    fallback(
      false,
      `${api}/security.html#pyramid.security.forget`,
      "`forget` expires the ticket, which needs no Secure",
    ),
  ],
  deletion: always,
};

function isRaw(call: CallFact): boolean {
  return (
    pathsOf(call.receiver).some((path) => path.endsWith(".headers")) &&
    /^set-cookie$/i.test(text(findArgument(call, 0)?.value))
  );
}

function isOnResponse(call: CallFact, context: Context): boolean {
  return isResponse(call.receiver, call.place.file, context);
}

/** Only Pyramid's request has a response. */
function isResponse(receiver: Seen | undefined, file: string, context: Context): boolean {
  if (isResponseOf("pyramid", receiver, file, context)) return true;
  return (
    pathsOf(receiver).some((path) => /(^|\.)request\.response(\.headers)?$/.test(path)) &&
    !imports(context, file, "django", "flask", "quart", "starlette", "fastapi", "bottle")
  );
}

/** `None`, no lifetime left, or a date in the past. */
function isDeletion(fact: CallFact | WriteFact): boolean {
  if (fact.kind !== "call") return false;
  if (only(findArgument(fact, 1, "value")?.value) === null) return true;
  return isOver(findArgument(fact, 2, "max_age")?.value) || isOver(findArgument(fact, 8, "expires")?.value);
}

function isOver(seen: Seen | undefined): boolean {
  const [each] = seen ?? [];
  if (seen?.length !== 1 || each === undefined) return false;
  const { data } = each;
  if (data.kind === "literal") {
    return (typeof data.value === "number" && data.value <= 0) || /\b19[79]\d\b/.test(String(data.value));
  }
  if (data.kind !== "object" || data.from === undefined) return false;
  const first = data.from.arguments[0];
  const given = only(first?.value);
  if (named(data.from.callee, "datetime.timedelta"))
    return first === undefined || (typeof given === "number" && given <= 0);
  return named(data.from.callee, "datetime.datetime") && typeof given === "number" && given < 2020;
}

/** The one literal that a value is; undefined when it is not one. */
function only(seen: Seen | undefined): unknown {
  const [each] = seen ?? [];
  return seen?.length === 1 && each?.data.kind === "literal" ? each.data.value : undefined;
}

function text(seen: Seen | undefined): string {
  const value = only(seen);
  return typeof value === "string" ? value : "";
}

/** WebOb raises `ValueError` for SameSite=None without Secure. */
function refusal(fact: CallFact | WriteFact, source: ArgumentSource): Cookie["remarks"] {
  if (fact.kind !== "call") return [];
  const samesite = fact.arguments.find(({ name }) => name === "samesite" || name === "cookie_samesite");
  const given = findArgument(fact, source.position, source.keyword);
  const off =
    given === undefined ? !fact.arguments.some(({ spread }) => spread !== undefined) : only(given.value) === false;
  if (samesite === undefined || !off || text(samesite.value).toLowerCase() !== "none") return [];
  const says = 'WebOb raises `ValueError` for `samesite="None"` without Secure, so no cookie is set';
  const remark: Remark = { kind: "note", says, at: { from: "file", ...samesite.place, says } };
  return [remark];
}

export const pyramid: Framework = {
  name: "pyramid",
  title: "Pyramid and WebOb",
  docs: `${api}/session.html`,
  language: "python",
  api: ["pyramid", "webob"],
  words: {
    ".py": ["pyramid", "webob", "pylons", "request.response"],
    ".ini": pasteWords,
    ".ini_tmpl": pasteWords,
  },
  configured,
  symbols: [
    {
      path: "*.request.scheme",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "`request.scheme` is the scheme with which the request arrives",
    },
  ],
  sinks: [...makers.map(makerSink), ...responseSinks, forget],
};
