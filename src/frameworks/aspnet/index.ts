import {
  type CallFact,
  type Context,
  type Cookie,
  custom,
  type Evidence,
  type Framework,
  header,
  imports,
  named,
  type OwnSource,
  type Place,
  type ProxyTrust,
  type Remark,
  type Sink,
  type WriteFact,
} from "../../framework.ts";
import { schemeNames } from "../csharp.ts";
import { findInCode } from "../find-in-code.ts";
import { appSettings } from "./app-settings.ts";
import {
  defaultSecure,
  fixesOf,
  indexOf,
  isAdded,
  isDeleted,
  isIndexed,
  isLeftAlone,
  isShown,
  isSystemWeb,
  nameOf,
  secureOf,
  ticketName,
  ticketSecure,
} from "./cookies.ts";
import { eventOf, handlerOf, handlers, isMet, runsAtTheEnd } from "./end-request.ts";
import { isOwin, owinSinks, schemeRestored } from "./owin.ts";
import {
  flagSource,
  formsDefault,
  formsFix,
  httpCookiesDefault,
  httpCookiesDocs,
  httpCookiesFix,
  ownCookies,
} from "./own.ts";
import { webApiCookies } from "./web-api.ts";
import { applicationOf, applicationsOf, attributeFor } from "./web-config.ts";

const ofCookie = {
  name: [custom(nameOf)],
  secure: [custom(secureOf), custom(defaultSecure), httpCookiesDefault],
  deletion: isDeleted,
  remarks: undoing,
  fixes: fixesOf,
} satisfies Omit<Sink, "on">;

const RESPONSE_HEADERS =
  /(?:^|\.)(?:(?:Http|I?Owin)?Response(?:Base|Wrapper)?(?:\.Headers)?|(?:HttpResponseMessage|Request\.Create(?:Error)?Response)(?:\(\))?\.Headers)\.\w+$/i;

export const aspnet: Framework = {
  name: "aspnet",
  title: "ASP.NET (System.Web)",
  docs: "https://learn.microsoft.com/en-us/dotnet/api/system.web.httpcookie.secure",
  language: "csharp",
  words: {
    ".cs": [
      "HttpCookie",
      "Response.Cookies",
      "AppendCookie",
      "SetCookie",
      "GetAuthCookie",
      "SetAuthCookie",
      "Set-Cookie",
      "RedirectFromLoginPage",
      "FormsAuthentication.SignOut",
      "AntiForgery",
      "UseCookieAuthentication",
      "UseExternalSignInCookie",
      "UseTwoFactor",
      "Cookies.Append",
      "Cookies.Delete",
      "EndRequest",
      "PreSendRequestHeaders",
      "CookieHeaderValue",
      "AddCookies",
    ],
    ".config": ["system.web>", "system.web ", "requireSSL", "httpCookies", "<appSettings"],
  },
  files: ["web.config", "Web.config", "packages.config"],
  configured: appSettings,
  symbols: [
    {
      path: "*.IsSecureConnection",
      is: "request-scheme",
      says: "`Request.IsSecureConnection` is true when the request arrives as https",
    },
    ...["*.Request.IsSecure", "*.IOwinRequest.IsSecure"].map(
      (path) =>
        ({ path, is: "request-scheme", says: "`Request.IsSecure` is true when the request arrives as https" }) as const,
    ),
    {
      path: "*.Request.Url.Scheme",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "`Request.Url.Scheme` is the scheme that the request arrives by",
    },
    ...schemeNames,
  ],
  methods: ["Flush", "SetAuthCookie", "RedirectFromLoginPage", "SignOut", ...handlers],
  members: [
    "Secure",
    "Value",
    "Expires",
    "HttpOnly",
    "RequireSsl",
    "CookieName",
    "Scheme",
    "EndRequest",
    "PreSendRequestHeaders",
  ],
  sinks: [
    {
      on: { kind: "call", method: ["Add", "Set", "AppendCookie", "SetCookie"], matches: isAdded, late: true },
      ...ofCookie,
    },
    ...owinSinks,
    webApiCookies,
    { on: { kind: "call", method: ["HttpCookie", "GetAuthCookie"], matches: isLeftAlone, late: true }, ...ofCookie },
    {
      on: {
        kind: "write",
        members: ["Value", "Secure", "Expires", "HttpOnly", "Cookies[][]", "Values[]"],
        matches: isIndexed,
      },
      ...ofCookie,
    },
    {
      on: { kind: "call", method: ["SetAuthCookie", "RedirectFromLoginPage", "SignOut"], matches: isTicketCall },
      name: [custom(ticketName)],
      secure: [custom(ticketSecure), formsDefault],
      deletion: (fact) => fact.kind === "call" && fact.method === "SignOut",
      fixes: ({ place }, context) => {
        const application = applicationOf(place.file, context);
        return application === undefined ? [] : formsFix(application, context);
      },
    },
    {
      on: {
        kind: "call",
        method: ["AppendHeader", "AddHeader", "Add", "TryAddWithoutValidation", "Set", "Append"],
        matches: isHeader,
      },
      name: [header(1, "name")],
      secure: [header(1, "secure")],
    },
    {
      on: { kind: "write", members: ["Set-Cookie"], matches: isHeaderWrite },
      name: [header("value", "name")],
      secure: [header("value", "secure")],
    },
  ],
  own: (context) => [...ownCookies(context), ...antiForgeryCookies(context)],
  proxyTrust,
  policy,
};

/** The ticket that the runtime sets; where Web.config turns forms authentication on, the cookie is told there. */
function isTicketCall(call: CallFact, context: Context): boolean {
  if (!call.callee.some((path) => /(?:^|\.)FormsAuthentication\.\w+$/.test(path))) return false;
  if (!isShown(context, call.place.file)) return false;
  const application = applicationOf(call.place.file, context);
  const mode = application && attributeFor(application, application.folder, "authentication", "mode");
  return call.method === "SignOut" || !/^forms$/i.test(mode?.value.trim() ?? "");
}

/** The token's cookie where forms are checked for it: `AntiForgeryConfig.RequireSsl`, else it follows `httpCookies`. */
function antiForgeryCookies(context: Context): readonly Cookie[] {
  const writes = context.facts.writes.filter(({ paths }) => named(paths, "*.AntiForgeryConfig"));
  const ssl = writes.filter(({ key }) => key === "RequireSsl");
  const token = { framework: "aspnet", name: tokenName(writes), language: "csharp" } as const;
  if (ssl.length === 0)
    return tokenPlaces(context).map((place) =>
      context.judge({
        ...token,
        sink: place,
        secure: configured(place.file, context),
        fixes: () => {
          const application = applicationOf(place.file, context);
          return application === undefined ? [] : httpCookiesFix(application, context);
        },
      }),
    );
  return ssl.map((write) =>
    context.judge({
      ...token,
      sink: write.place,
      secure: [
        {
          kind: "setting",
          given: {
            seen: write.value.map((each) =>
              each.data.kind === "literal" && each.data.value === false
                ? { ...each, data: { kind: "literal", value: undefined } as const }
                : each,
            ),
            attribute: "RequireSsl",
            valuePlace: write.valuePlace,
          },
        },
        ...configured(write.place.file, context),
      ],
      remarks: isAlways(write) && context.deployment.tls === "proxy" ? [antiForgeryThrows(write)] : [],
    }),
  );
}

function tokenName(writes: readonly WriteFact[]): string {
  const data = writes.findLast(({ key }) => key === "CookieName")?.value[0]?.data;
  return data?.kind === "literal" ? String(data.value) : "__RequestVerificationToken";
}

/** Where an application first asks for the token of a form. */
function tokenPlaces(context: Context): readonly Place[] {
  const places = new Map<unknown, Place>();
  const speaksOfIt = (file: string) =>
    isSystemWeb(context, file) && imports(context, file, "System.Web.Mvc", "System.Web.Helpers");
  for (const file of [...context.facts.modules.keys()].filter(speaksOfIt).sort()) {
    const span = findInCode(context.text(file), /\bValidateAntiForgeryToken|\bAntiForgery\.GetHtml\b/);
    const application = applicationOf(file, context);
    // A library's code runs in the applications beside it, which are told of by themselves.
    const isOthers = application === undefined && applicationsOf(context).length > 0;
    if (span !== undefined && !isOthers && !places.has(application)) places.set(application, { file, span });
  }
  return [...places.values()];
}

function configured(file: string, context: Context): readonly OwnSource[] {
  const application = applicationOf(file, context);
  const flag = application && attributeFor(application, file, "httpCookies", "requireSSL");
  return application === undefined || flag === undefined
    ? [httpCookiesDefault]
    : [flagSource(flag, "httpCookies", application), httpCookiesDefault];
}

function isAlways({ value }: WriteFact): boolean {
  return value.every(({ data }) => data.kind === "literal" && data.value === true);
}

function antiForgeryThrows({ place }: WriteFact): Remark {
  const says =
    "the token is refused on a request that does not arrive as https, also when TLS ends at a proxy in front; `httpCookies requireSSL` sets Secure without that";
  return { kind: "withheld", says, at: { from: "file", ...place, says } };
}

function isHeader(call: CallFact, context: Context): boolean {
  const [first] = call.arguments;
  const name = first?.value.length === 1 ? first.value[0]?.data : undefined;
  return (
    name?.kind === "literal" &&
    /^set-cookie$/i.test(String(name.value)) &&
    call.callee.some((path) => RESPONSE_HEADERS.test(path)) &&
    isOfOurs(context, call.place.file)
  );
}

function isHeaderWrite(write: WriteFact, context: Context): boolean {
  return (
    write.paths.some((path) => /(?:^|\.)(?:Http|I?Owin)?Response(?:Base|Wrapper)?\.Headers$/i.test(path)) &&
    isOfOurs(context, write.place.file)
  );
}

function isOfOurs(context: Context, file: string): boolean {
  return isSystemWeb(context, file) || isOwin(context, file);
}

/** System.Web knows the scheme by the HTTPS server variable alone. */
function proxyTrust(context: Context, sink: CallFact | WriteFact): ProxyTrust {
  const application = applicationOf(sink.place.file, context);
  const rewritten = application?.document.children
    .filter(({ name }) => name === "system.webServer")
    .flatMap(({ children }) => children.filter(({ name }) => name === "rewrite"))
    .find(({ node, file }) =>
      /<set\s[^>]*name="HTTPS"[^>]*value="on"/i.test(context.text(file).slice(node.span.start, node.span.end)),
    );
  if (rewritten !== undefined) {
    const says = "a rewrite rule sets the server variable `HTTPS`";
    return { trusted: true, because: { from: "file", file: rewritten.file, span: rewritten.node.nameSpan, says } };
  }
  const restored = schemeRestored(context);
  if (restored !== undefined && isOwin(context, sink.place.file)) return restored;
  const says = "`Request.IsSecureConnection` is false behind a proxy that ends TLS, whatever `X-Forwarded-Proto` says";
  return { trusted: false, because: { from: "docs", url: httpCookiesDocs, says } };
}

/** `c.Secure = Request.IsSecureConnection` takes back what `requireSSL` gave. */
function undoing(fact: CallFact | WriteFact, context: Context): Cookie["remarks"] {
  const given = secureOf(fact, context);
  const scheme = given?.seen.find(({ when }) => when.some(({ kind }) => kind === "request-scheme"));
  const at = scheme?.because[0];
  const application = applicationOf(fact.place.file, context);
  if (at === undefined || application === undefined) return [];
  const session = ownCookies(context).find(({ sink }) => sink.file === application.file);
  if (session?.verdict !== "secure") return [];
  return [{ kind: "note", says: "the assignment takes back what `requireSSL` in Web.config gives every cookie", at }];
}

/** Global.asax: `Application_EndRequest` that sets Secure on every cookie; `Session_Start` for the session's own. */
function policy(cookies: readonly Cookie[], context: Context): readonly Cookie[] {
  const writes = context.facts.writes.filter(
    ({ key, paths, place }) => key === "Secure" && paths.length > 0 && isSystemWeb(context, place.file),
  );
  const all = writes.filter((write) => /^\d*$/.test(indexOf(write) ?? "-") && runsAtTheEnd(write, context));
  const session = writes.filter(
    (write) =>
      /^(?:asp\.net_sessionid)$/i.test(indexOf(write) ?? "") &&
      (write.within.function === "Session_Start" || runsAtTheEnd(write, context)),
  );
  if (all.length === 0 && session.length === 0) return cookies;
  return cookies.map((cookie) => {
    if (cookie.deletion || isRaw(cookie, context)) return cookie;
    const isSession = session.length > 0 && cookie.name === "ASP.NET_SessionId";
    const write = [...(isSession ? session : []), ...all].find((each) => reaches(each, cookie, context));
    return write === undefined ? cookie : forced(cookie, write, context);
  });
}

/** What no `HttpCookie` stands for: raw headers, and those of OWIN. */
function isRaw({ sink }: Cookie, context: Context): boolean {
  return /Header|\.Use\w+Cookie|\.UseCookieAuth|\.Cookies\.(?:Append|Delete)\b/.test(
    context.text(sink.file).slice(sink.span.start, sink.span.end),
  );
}

function reaches(write: WriteFact, cookie: Cookie, context: Context): boolean {
  const own = applicationOf(write.place.file, context);
  return own === undefined || own === applicationOf(cookie.sink.file, context) || applicationsOf(context).length === 1;
}

function forced(cookie: Cookie, write: WriteFact, context: Context): Cookie {
  if (cookie.verdict === "secure") return cookie;
  const [value] = write.value;
  const scheme = [...write.conditions, ...(value?.when ?? [])].find(({ kind }) => kind === "request-scheme");
  const where = `\`${handlerOf(write) ?? eventOf(write, context)}\``;
  const at: Evidence = { from: "file", ...write.place, says: `${where} sets Secure` };
  const evidence = [...cookie.evidence, at];
  if (scheme !== undefined) {
    const says = "the request arrives as https";
    const { trusted, because } = proxyTrust(context, write);
    const inDeployment =
      context.deployment.tls === "process" || (context.deployment.tls === "proxy" && trusted === true);
    return {
      ...cookie,
      verdict: "conditional",
      because: `${where} sets Secure only when ${says}`,
      decidedBy: at,
      evidence,
      condition: {
        on: "request-scheme",
        says: inDeployment ? says : `${says}: ${because.says}`,
        inDeployment: inDeployment ? "secure" : "insecure",
      },
    };
  }
  if (
    write.conditions.some((condition) => !isMet(condition, write, context)) ||
    write.value.length !== 1 ||
    value?.data.kind !== "literal" ||
    value.data.value !== true
  )
    return cookie;
  return {
    ...cookie,
    verdict: "secure",
    because: `${where} sets Secure on ${indexOf(write) === "" || /^\d+$/.test(indexOf(write) ?? "") ? "every cookie" : "it"}`,
    decidedBy: at,
    evidence,
    condition: undefined,
    fixes: [],
  };
}
