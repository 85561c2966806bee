import { argument, custom, type Framework, fallback, header, setter } from "../../framework.ts";
import { isDeletion, setTooLate } from "../cookie-options.ts";
import { debugSymbol, schemeNames } from "../csharp.ts";
import { proxyTrust } from "./application.ts";
import { COMPONENT_METHODS, componentSinks } from "./components.ts";
import {
  fixesOf,
  fixHeaderValue,
  isHeader,
  isHeaderValue,
  isHeaderWrite,
  isLeftAlone,
  isResponseCookies,
  isTurnedOff,
  member,
  nameOf,
  secureOf,
} from "./cookies.ts";
import { applyPolicy, MIDDLEWARE } from "./policy.ts";

const docs = "https://learn.microsoft.com/en-us/dotnet/api/microsoft.aspnetcore.http.cookieoptions.secure";
const headerDocs =
  "https://learn.microsoft.com/en-us/dotnet/api/microsoft.net.http.headers.setcookieheadervalue.secure";

const options = {
  secure: [
    custom(secureOf),
    fallback(false, docs, "`Secure` of `CookieOptions` is not set, and its default is off, on https too"),
  ],
  attributes: {
    httponly: [custom(member("HttpOnly"))],
    path: [custom(member("Path"))],
    domain: [custom(member("Domain"))],
  },
  deletion: isDeletion,
  remarks: setTooLate,
  fixes: fixesOf,
};

export const aspnetCore: Framework = {
  name: "aspnet-core",
  title: "ASP.NET Core",
  docs: "https://learn.microsoft.com/en-us/aspnet/core/security/gdpr",
  language: "csharp",
  words: {
    ".cs": [
      "CookieOptions",
      "Cookies.Append",
      "Cookies.Delete",
      "Set-Cookie",
      "SetCookie",
      "AddSession",
      "AddAntiforgery",
      "TempData",
      "AntiforgeryToken",
      "UseAntiforgery",
      "GetAndStoreTokens",
      "AddMvc",
      "AddControllersWithViews",
      "AddRazorPages",
      "AddRazorComponents",
      "AddCookie",
      "AddIdentity",
      "AddDefaultIdentity",
      "ExternalCookie",
      "ApplicationCookie",
      "AddOpenIdConnect",
      "AddOAuth",
      "AddGoogle",
      "AddFacebook",
      "AddMicrosoftAccount",
      "AddTwitter",
      "CookiePolicy",
      "SecurePolicy",
      "ForwardedHeaders",
      "WebApplication.Create",
    ],
  },
  files: ["*.csproj", "appsettings.json", "appsettings.Production.json"],
  symbols: [
    ...["*.Request.IsHttps", "*.HttpRequest.IsHttps"].map(
      (path) =>
        ({ path, is: "request-scheme", says: "`Request.IsHttps` is true when the request arrives as https" }) as const,
    ),
    ...["*.Request.Scheme", "*.HttpRequest.Scheme"].map(
      (path) =>
        ({
          path,
          is: "request-scheme-text",
          https: "https",
          http: "http",
          says: "`Request.Scheme` is the scheme that the request arrives by",
        }) as const,
    ),
    ...["Development", "Production", "Staging"].map(
      (equals) =>
        ({ path: `*.Is${equals}`, is: "environment-equals", variable: "ASPNETCORE_ENVIRONMENT", equals }) as const,
    ),
    debugSymbol,
    ...schemeNames,
  ],
  methods: [
    ...COMPONENT_METHODS,
    "AddCookiePolicy",
    "UseCookiePolicy",
    ...MIDDLEWARE,
    "UseWhen",
    "MapWhen",
    "Map",
    "OnStarting",
    "UseStartup",
    "Build",
    "GetSection",
    "GetRequiredSection",
    "GetValue",
  ],
  members: [
    "Secure",
    "SecurePolicy",
    "Cookie",
    "NonceCookie",
    "CorrelationCookie",
    "Name",
    "OnAppendCookie",
    "ForwardedHeaders",
    "Expires",
    "MaxAge",
  ],
  sinks: [
    {
      on: { kind: "call", method: ["Append", "Delete"], matches: isResponseCookies },
      name: [custom(nameOf), argument(0, "key")],
      ...options,
    },
    { on: { kind: "call", method: ["CookieOptions"], matches: isLeftAlone, late: true }, name: [], ...options },
    { on: { kind: "write", members: ["Secure"], matches: isTurnedOff }, name: [], ...options },
    ...componentSinks,
    {
      on: { kind: "call", method: ["SetCookieHeaderValue"], matches: isHeaderValue, late: true },
      name: [argument(0, "name")],
      secure: [
        setter("result", "Secure"),
        fallback(false, headerDocs, "`Secure` of `SetCookieHeaderValue` is not set, and its default is off"),
      ],
      attributes: { httponly: [setter("result", "HttpOnly")], path: [setter("result", "Path")] },
      fixes: fixHeaderValue,
    },
    {
      on: { kind: "call", method: ["Append", "Add", "TryAdd", "AppendCommaSeparatedValues"], matches: isHeader },
      name: [header(1, "name")],
      secure: [header(1, "secure")],
    },
    {
      on: { kind: "write", members: ["Set-Cookie", "SetCookie", "Headers[]"], matches: isHeaderWrite },
      name: [header("value", "name")],
      secure: [header("value", "secure")],
    },
  ],
  proxyTrust,
  policy: applyPolicy,
};
