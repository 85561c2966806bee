import {
  type ArgumentSource,
  always,
  argument,
  type CallFact,
  type Context,
  type Framework,
  fallback,
  findArgument,
  header,
  named,
  pathsOf,
  type Seen,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { headersOption, namesCookie } from "../python.ts";
import { isResponseOf } from "../python-response.ts";

const docs = "https://www.starlette.dev/responses/#set-cookie";
const sessionDocs = "https://www.starlette.dev/middleware/#sessionmiddleware";
const transportDocs =
  "https://fastapi-users.github.io/fastapi-users/latest/configuration/authentication/transports/cookie/";

function isResponse(seen: Seen | undefined, file: string, context: Context): boolean {
  return isResponseOf("starlette", seen, file, context);
}

function isOnResponse(call: CallFact, context: Context): boolean {
  return isResponse(call.receiver, call.place.file, context);
}

function literal(seen: Seen | undefined): unknown {
  const [only] = seen ?? [];
  return seen?.length === 1 && only?.data.kind === "literal" ? only.data.value : undefined;
}

/** `max_age=0`, or `expires` as no seconds from now or as a date of 1970. */
function isDeletion(fact: CallFact | WriteFact): boolean {
  if (fact.kind !== "call") return false;
  const age = literal(findArgument(fact, 2, "max_age")?.value);
  const expires = literal(findArgument(fact, 3, "expires")?.value);
  return [age, expires].some((value) => typeof value === "number" && value <= 0) || String(expires).includes("1970");
}

const setCookie: Sink = {
  on: {
    kind: "call",
    method: ["set_cookie"],
    matches: (call, context) => namesCookie(call) && isOnResponse(call, context),
  },
  name: [argument(0, "key")],
  secure: [argument(6, "secure"), fallback(false, docs, "`secure` is not given, and Starlette's default is off")],
  deletion: isDeletion,
};

const deleteCookie: Sink = {
  on: { kind: "call", method: ["delete_cookie"], matches: isOnResponse },
  name: [argument(0, "key")],
  secure: [fallback(false, docs, "it is deleted")],
  deletion: always,
};

/** `response.headers.append("Set-Cookie", …)`; `raw_headers` are bytes and not read. */
const headerCall: Sink = {
  on: {
    kind: "call",
    method: ["append", "setdefault"],
    matches: (call, context) =>
      pathsOf(call.receiver).some((path) => path.endsWith(".headers")) &&
      /^set-cookie$/i.test(String(literal(findArgument(call, 0)?.value))) &&
      isOnResponse(call, context),
  },
  name: [header(1, "name")],
  secure: [header(1, "secure")],
};

const headerWrite: Sink = {
  on: {
    kind: "write",
    members: ["Set-Cookie", "set-cookie"],
    matches: (write, context) =>
      write.paths.some((path) => path.endsWith(".headers")) && isResponse(write.target, write.place.file, context),
  },
  name: [header("value", "name")],
  secure: [header("value", "secure")],
};

const headers = headersOption(
  [
    "Response",
    "JSONResponse",
    "HTMLResponse",
    "PlainTextResponse",
    "RedirectResponse",
    "StreamingResponse",
    "FileResponse",
    "ORJSONResponse",
    "UJSONResponse",
  ],
  (call) => call.callee.some((path) => /^(?:starlette|fastapi)\b/.test(path)),
);

const middleware = "starlette.middleware.sessions.SessionMiddleware";

/** `SessionMiddleware(app, …)`, `Middleware(SessionMiddleware, …)` and `add_middleware(SessionMiddleware, …)` count alike. */
function isSession(call: CallFact): boolean {
  if (named(call.callee, middleware)) return true;
  return named(pathsOf(findArgument(call, 0, "middleware_class")?.value), middleware);
}

const httpsOnly: ArgumentSource = argument(6, "https_only");

const session: Sink = {
  on: { kind: "call", method: ["SessionMiddleware", "Middleware", "add_middleware"], matches: isSession },
  name: [argument(2, "session_cookie"), fallback("session", sessionDocs, "the default name")],
  secure: [
    httpsOnly,
    fallback(false, sessionDocs, "`https_only` is not given, and the default of `SessionMiddleware` is off"),
  ],
};

/** fastapi-users is Secure unless told otherwise. */
const transport: Sink = {
  on: {
    kind: "call",
    method: ["CookieTransport"],
    matches: (call) => call.callee.some((path) => /^fastapi_users\..*\bCookieTransport$/.test(path)),
  },
  name: [argument(0, "cookie_name"), fallback("fastapiusersauth", transportDocs, "the default name")],
  secure: [
    argument(4, "cookie_secure"),
    fallback(true, transportDocs, "`cookie_secure` is not given, and fastapi-users' default is on"),
  ],
};

export const starlette: Framework = {
  name: "starlette",
  title: "Starlette and FastAPI",
  docs,
  language: "python",
  api: ["starlette", "fastapi"],
  words: { ".py": ["starlette", "fastapi"] },
  symbols: [
    {
      path: "*.url.scheme",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "`request.url.scheme` is the scheme with which the request arrives",
    },
    {
      path: "*.url.is_secure",
      is: "request-scheme",
      says: "`request.url.is_secure` is true when the request arrives as https",
    },
  ],
  sinks: [setCookie, deleteCookie, headerCall, headerWrite, headers, session, transport],
};
