/** What System.Web, Katana, web transforms and ASP.NET Core were seen to do, and what their sources say: one row a fact. */
import { describe, expect, test } from "vitest";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";
import type { Files } from "./support/report.ts";
import { verdictsOf } from "./support/verdicts-of.ts";

type Fact = readonly [fact: string, files: Files, cookies: readonly string[]];

const config = (inner: string, file = "Web.config"): Files => ({
  [file]: `<configuration>\n  <system.web>\n    ${inner}\n  </system.web>\n</configuration>\n`,
});
const on = `<httpCookies requireSSL="true" />`;
const noSession = `<sessionState mode="Off" />`;
const transform = (inner: string): Files => ({
  "Web.Release.config": `<configuration xmlns:xdt="http://schemas.microsoft.com/XML-Document-Transform">\n  <system.web>\n    ${inner}\n  </system.web>\n</configuration>\n`,
});
const handler = (body: string, file = "Page.cs"): Files => ({
  [file]: `using System;\nusing System.Web;\nusing System.Web.Security;\npublic class Page : IHttpHandler\n{\n    public bool IsReusable { get { return true; } }\n    public void ProcessRequest(HttpContext context)\n    {\n        var Response = context.Response;\n        var Request = context.Request;\n        ${body}\n    }\n}\n`,
});
const add = (rest: string) => `var c = new HttpCookie("c", "v"); Response.Cookies.Add(c); ${rest}`;
const global = (
  body: string,
  signature = "protected void Application_EndRequest(object sender, EventArgs e)",
): Files => ({
  "Global.asax.cs": `using System;\nusing System.Web;\npublic class Global : HttpApplication\n{\n    ${signature}\n    {\n        ${body}\n    }\n}\n`,
});

const mvc = (attribute: string): Files => ({
  "Controllers/HomeController.cs": `using System.Web.Mvc;\npublic class HomeController : Controller\n{\n    ${attribute}\n    public ActionResult Save()\n    {\n        return View();\n    }\n}\n`,
});

const sections: readonly Fact[] = [
  ["True counts", config(`<httpCookies requireSSL="True" />`), ["ASP.NET_SessionId: secure"]],
  ["a wrong word stops the application", config(`<httpCookies requireSSL="yes" />`), ["ASP.NET_SessionId: unknown"]],
  [
    "under the root it is no section",
    { "Web.config": `<configuration><httpCookies requireSSL="true" /><system.web /></configuration>` },
    ["ASP.NET_SessionId: unknown"],
  ],
  [
    "a folder's own false",
    {
      ...config(on),
      ...config(`<httpCookies requireSSL="false" />`, "sub/Web.config"),
      ...handler(add(""), "sub/Page.cs"),
    },
    ["ASP.NET_SessionId: conditional, insecure", "c: insecure"],
  ],
  [
    "a folder inherits what it does not say",
    {
      ...config(on + noSession),
      ...config(`<httpCookies httpOnlyCookies="true" />`, "sub/Web.config"),
      ...handler(add(""), "sub/Page.cs"),
    },
    ["c: secure"],
  ],
  [
    "only a part is on",
    {
      "Web.config": `<configuration><location path="sub"><system.web>${on}</system.web></location><system.web>${noSession}</system.web></configuration>`,
      ...handler(add(""), "sub/Page.cs"),
    },
    ["c: secure"],
  ],
  [
    "the forms ticket has its own switch",
    config(`${on}${noSession}<authentication mode="Forms"><forms name=".A" /></authentication>`),
    [".A: insecure"],
  ],
  [
    "forms alone does not reach others",
    {
      ...config(`${noSession}<authentication mode="Forms"><forms name=".A" requireSSL="true" /></authentication>`),
      ...handler(add("")),
    },
    ["c: insecure", ".A: secure"],
  ],
  ["roles in a cookie only where they are cached", config(`${on}${noSession}<roleManager enabled="true" />`), []],
  [
    "roles",
    config(`${on}${noSession}<roleManager enabled="true" cacheRolesInCookie="true" />`),
    [".ASPXROLES: insecure"],
  ],
  [
    "anonymous users",
    config(`${on}${noSession}<anonymousIdentification enabled="true" cookieRequireSSL="true" />`),
    [".ASPXANONYMOUS: secure"],
  ],
  ["anonymous users, not in use", config(`${on}${noSession}<anonymousIdentification />`), []],
  ["no cookie for the session", config(`${on}<sessionState cookieless="UseUri" />`), []],
  [
    "the token of forms",
    { ...config(on + noSession), ...mvc("[ValidateAntiForgeryToken]") },
    ["__RequestVerificationToken: secure"],
  ],
  [
    "the token of forms, with nothing said",
    { ...config(noSession), ...mvc("[ValidateAntiForgeryToken]") },
    ["__RequestVerificationToken: insecure"],
  ],
  ["no token is asked for", { ...config(noSession), ...mvc("[HttpPost]") }, []],
];

const transforms: readonly Fact[] = [
  [
    "SetAttributes",
    {
      ...config(`<httpCookies httpOnlyCookies="true" />`),
      ...transform(`<httpCookies requireSSL="true" xdt:Transform="SetAttributes(requireSSL)" />`),
    },
    ["ASP.NET_SessionId: secure"],
  ],
  [
    "Remove",
    { ...config(on), ...transform(`<httpCookies xdt:Transform="Remove" />`) },
    ["ASP.NET_SessionId: insecure"],
  ],
  [
    "SetAttributes to false",
    { ...config(on), ...transform(`<httpCookies requireSSL="false" xdt:Transform="SetAttributes(requireSSL)" />`) },
    ["ASP.NET_SessionId: insecure"],
  ],
  [
    "forms",
    {
      ...config(`${noSession}<authentication mode="Forms"><forms loginUrl="~/in" /></authentication>`),
      ...transform(
        `<authentication><forms requireSSL="true" xdt:Transform="SetAttributes(requireSSL)" /></authentication>`,
      ),
    },
    [".ASPXAUTH: secure"],
  ],
  [
    "Insert into a system.web without it",
    { ...config("<compilation />"), ...transform(`<httpCookies requireSSL="true" xdt:Transform="Insert" />`) },
    ["ASP.NET_SessionId: secure"],
  ],
];

const systemWeb: readonly Fact[] = [
  ...[
    "Response.Cookies.Add(c);",
    "Response.AppendCookie(c);",
    "Response.SetCookie(c);",
    "Response.Cookies.Set(c);",
  ].flatMap((call): Fact[] => [
    [`${call} says nothing`, handler(`var c = new HttpCookie("c", "v"); ${call}`), ["c: insecure"]],
    [
      `${call} with requireSSL`,
      { ...config(on + noSession), ...handler(`var c = new HttpCookie("c", "v"); ${call}`) },
      ["c: secure"],
    ],
    [
      `${call} and Secure afterwards`,
      handler(`var c = new HttpCookie("c", "v"); ${call} c.Secure = true;`),
      ["c: secure"],
    ],
  ]),
  ["set by index afterwards", handler(add(`Response.Cookies["c"].Secure = true;`)), ["c: secure"]],
  [
    "Secure and then not",
    {
      ...config(on + noSession),
      ...handler(`var c = new HttpCookie("c", "v") { Secure = true }; Response.Cookies.Add(c); c.Secure = false;`),
    },
    ["c: insecure"],
  ],
  ["after Flush", handler(add("Response.Flush(); c.Secure = true;")), ["c: insecure"]],
  [
    "as the request, with requireSSL",
    { ...config(on + noSession), ...handler(add("c.Secure = Request.IsSecureConnection;")) },
    ["c: conditional, insecure"],
  ],
  [
    "a header is out of reach",
    { ...config(on + noSession), ...handler(`Response.AppendHeader("Set-Cookie", "c=v");`) },
    ["c: insecure"],
  ],
  [
    "a path is no Secure",
    handler(`Response.Cookies.Add(new HttpCookie("c", "v") { Path = "/; Secure" });`),
    ["c: insecure"],
  ],
  [
    "a ticket by hand follows httpCookies",
    {
      ...config(on + noSession),
      ...handler(`Response.Cookies.Add(new HttpCookie(FormsAuthentication.FormsCookieName, "t"));`),
    },
    [".ASPXAUTH: secure"],
  ],
  [
    "a ticket as forms says",
    {
      ...config(on + noSession),
      ...handler(
        `Response.Cookies.Add(new HttpCookie(FormsAuthentication.FormsCookieName, "t") { Secure = FormsAuthentication.RequireSSL });`,
      ),
    },
    [".ASPXAUTH: insecure"],
  ],
  [
    "GetAuthCookie with Secure",
    handler(`var t = FormsAuthentication.GetAuthCookie("u", false); t.Secure = true; Response.Cookies.Add(t);`),
    [".ASPXAUTH: secure"],
  ],
  [
    "RedirectFromLoginPage",
    { ...config(on + noSession), ...handler(`FormsAuthentication.RedirectFromLoginPage("u", false);`) },
    [".ASPXAUTH: insecure"],
  ],
  [
    "SetAuthCookie with forms",
    {
      ...config(`${noSession}<authentication mode="Forms"><forms requireSSL="true" /></authentication>`),
      ...handler(`FormsAuthentication.SetAuthCookie("u", false);`),
    },
    [".ASPXAUTH: secure"],
  ],
  [
    "EndRequest, by index",
    {
      ...config("<compilation />"),
      ...global("for (int i = 0; i < Response.Cookies.Count; i++) { Response.Cookies[i].Secure = true; }"),
      ...handler(add("")),
    },
    ["c: secure", "ASP.NET_SessionId: secure"],
  ],
  [
    "EndRequest, by key",
    {
      ...config("<compilation />"),
      ...global("foreach (string k in Response.Cookies) { Response.Cookies[k].Secure = true; }"),
      ...handler(add("")),
    },
    ["c: secure", "ASP.NET_SessionId: secure"],
  ],
  [
    "PreSendRequestHeaders",
    {
      ...config("<compilation />"),
      ...global(
        "foreach (string k in Response.Cookies.AllKeys) { Response.Cookies[k].Secure = true; }",
        "protected void Application_PreSendRequestHeaders()",
      ),
      ...handler(add("")),
    },
    ["c: secure", "ASP.NET_SessionId: secure"],
  ],
  [
    "EndRequest, through a method",
    {
      ...config("<compilation />"),
      "Global.asax.cs": `using System;\nusing System.Web;\npublic class Global : HttpApplication\n{\n    protected void Application_EndRequest(object sender, EventArgs e)\n    {\n        Harden(Response);\n    }\n    private static void Harden(HttpResponse response)\n    {\n        foreach (string name in response.Cookies.AllKeys)\n        {\n            Protect(response.Cookies[name]);\n        }\n    }\n    private static void Protect(HttpCookie cookie)\n    {\n        cookie.Secure = true;\n    }\n}\n`,
      ...handler(add("")),
    },
    ["c: secure", "ASP.NET_SessionId: secure"],
  ],
  [
    "EndRequest, on https only",
    {
      ...config("<compilation />"),
      ...global(
        "if (Request.IsSecureConnection) { foreach (string k in Response.Cookies.AllKeys) { Response.Cookies[k].Secure = true; } }",
      ),
      ...handler(add("")),
    },
    ["c: conditional, insecure", "ASP.NET_SessionId: conditional, insecure"],
  ],
  [
    "EndRequest of one cookie",
    {
      ...config("<compilation />"),
      ...global(
        `if (Response.Cookies["ASP.NET_SessionId"] != null) { Response.Cookies["ASP.NET_SessionId"].Secure = true; }`,
      ),
      ...handler(add("")),
    },
    ["c: insecure", "ASP.NET_SessionId: secure"],
  ],
  [
    "EndRequest, not in debug builds",
    {
      ...config("<compilation />"),
      ...global(
        "#if !DEBUG\n        foreach (string k in Response.Cookies.AllKeys) { Response.Cookies[k].Secure = true; }\n#endif",
      ),
      ...handler(add("")),
    },
    ["c: secure", "ASP.NET_SessionId: secure"],
  ],
];

const owin = (body: string): Files => ({
  "Startup.cs": `using Microsoft.Owin;\nusing Microsoft.Owin.Security.Cookies;\nusing Owin;\npublic class Startup\n{\n    public void Configuration(IAppBuilder app)\n    {\n        ${body}\n    }\n}\n`,
});
const katana: readonly Fact[] = [
  [
    "the default",
    owin("app.UseCookieAuthentication(new CookieAuthenticationOptions());"),
    [".AspNet.Cookies: conditional, insecure"],
  ],
  [
    "always",
    owin("app.UseCookieAuthentication(new CookieAuthenticationOptions { CookieSecure = CookieSecureOption.Always });"),
    [".AspNet.Cookies: secure"],
  ],
  [
    "never",
    owin("app.UseCookieAuthentication(new CookieAuthenticationOptions { CookieSecure = CookieSecureOption.Never });"),
    [".AspNet.Cookies: insecure"],
  ],
  ["Append", owin(`app.Use((c, next) => { c.Response.Cookies.Append("k", "v"); return next(); });`), ["k: insecure"]],
  [
    "Append with options",
    owin(
      `app.Use((c, next) => { c.Response.Cookies.Append("k", "v", new CookieOptions { Secure = true }); return next(); });`,
    ),
    ["k: secure"],
  ],
  ["Delete", owin(`app.Use((c, next) => { c.Response.Cookies.Delete("k"); return next(); });`), ["k: deletion"]],
  [
    "options changed after Append",
    owin(
      `app.Use((c, next) => { var o = new CookieOptions(); c.Response.Cookies.Append("k", "v", o); o.Secure = true; return next(); });`,
    ),
    ["k: insecure"],
  ],
];

const program = (services: string, pipeline = ""): Files => ({
  "Program.cs": `var builder = WebApplication.CreateBuilder(args);\n${services}\nvar app = builder.Build();\n${pipeline}\napp.Run();\n`,
});
const page = `app.MapControllers();\napp.MapGet("/", () => "hi");\n// the page\nstatic void Told(Controller controller) => controller.TempData["told"] = "1";`;
const append = `app.MapGet("/", (HttpResponse response) => response.Cookies.Append("a", "1"));`;
const always = "builder.Services.Configure<CookiePolicyOptions>(o => o.Secure = CookieSecurePolicy.Always);";
const core: readonly Fact[] = [
  ["Append", program("", append), ["a: insecure"]],
  [
    "Append over https too",
    program("", `app.MapGet("/", (HttpResponse response) => response.Cookies.Append("a", "1", new CookieOptions()));`),
    ["a: insecure"],
  ],
  ["session", program("builder.Services.AddSession();", "app.UseSession();"), [".AspNetCore.Session: insecure"]],
  ["antiforgery", program("builder.Services.AddAntiforgery();"), [".AspNetCore.Antiforgery.*: insecure"]],
  [
    "TempData",
    program("builder.Services.AddControllersWithViews().AddCookieTempDataProvider();"),
    [".AspNetCore.Mvc.CookieTempDataProvider: insecure"],
  ],
  [
    "TempData by Configure",
    program(
      "builder.Services.AddRazorPages();\nbuilder.Services.Configure<CookieTempDataProviderOptions>(o => o.Cookie.SecurePolicy = CookieSecurePolicy.Always);",
      page,
    ),
    [".AspNetCore.Mvc.CookieTempDataProvider: secure"],
  ],
  [
    "TempData that is written, with nothing said",
    program("builder.Services.AddControllersWithViews();\nbuilder.Services.AddRazorPages();", page),
    [".AspNetCore.Mvc.CookieTempDataProvider: insecure"],
  ],
  ["TempData that nobody writes", program("builder.Services.AddControllersWithViews();"), []],
  [
    "TempData in the session",
    program("builder.Services.AddControllersWithViews().AddSessionStateTempDataProvider();", page),
    [],
  ],
  [
    "the token of forms",
    program(
      "builder.Services.AddControllersWithViews(o => o.Filters.Add(new AutoValidateAntiforgeryTokenAttribute()));",
    ),
    [".AspNetCore.Antiforgery.*: insecure"],
  ],
  [
    "the token of Razor components",
    program("builder.Services.AddRazorComponents();", "app.UseAntiforgery();"),
    [".AspNetCore.Antiforgery.*: insecure"],
  ],
  ["no token is asked for", program("builder.Services.AddControllersWithViews();"), []],
  [
    "cookie authentication",
    program("builder.Services.AddAuthentication().AddCookie();"),
    [".AspNetCore.Cookies: conditional, insecure"],
  ],
  [
    "Identity",
    program("builder.Services.AddDefaultIdentity<IdentityUser>();"),
    [".AspNetCore.Identity.Application: conditional, insecure"],
  ],
  [
    "Identity, always, told before AddIdentity",
    program(
      "builder.Services.ConfigureApplicationCookie(o => o.Cookie.SecurePolicy = CookieSecurePolicy.Always);\nbuilder.Services.AddIdentity<IdentityUser, IdentityRole>();",
    ),
    [".AspNetCore.Identity.Application: secure"],
  ],
  ["the policy", program(always, `app.UseCookiePolicy();\n${append}`), ["a: secure"]],
  ["the policy without its middleware", program(always, append), ["a: insecure"]],
  [
    "SameAsRequest does not take away",
    program(
      "builder.Services.Configure<CookiePolicyOptions>(o => o.Secure = CookieSecurePolicy.SameAsRequest);",
      `app.UseCookiePolicy();\napp.MapGet("/", (HttpResponse r) => r.Cookies.Append("a", "1", new CookieOptions { Secure = true }));`,
    ),
    ["a: secure"],
  ],
  [
    "None leaves alone",
    program(
      "builder.Services.Configure<CookiePolicyOptions>(o => o.Secure = CookieSecurePolicy.None);",
      `app.UseCookiePolicy();\napp.MapGet("/", (HttpResponse r) => r.Cookies.Append("a", "1", new CookieOptions { Secure = true }));`,
    ),
    ["a: secure"],
  ],
  [
    "the last Configure of the policy",
    program(
      `${always}\nbuilder.Services.PostConfigure<CookiePolicyOptions>(o => o.Secure = CookieSecurePolicy.None);`,
      `app.UseCookiePolicy();\n${append}`,
    ),
    ["a: insecure"],
  ],
  [
    "a raw header under the policy",
    program(
      always,
      `app.UseCookiePolicy();\napp.MapGet("/", (HttpResponse r) => { r.Headers.Append("Set-Cookie", "a=1"); });`,
    ),
    ["a: insecure"],
  ],
  [
    "typed headers",
    program(
      "",
      `app.MapGet("/", (HttpContext context) => {\n  var headers = context.Response.GetTypedHeaders();\n  headers.SetCookie = new List<SetCookieHeaderValue> { new SetCookieHeaderValue("a", "1"), new SetCookieHeaderValue("b", "1") { Secure = true } };\n});`,
    ),
    ["a: insecure", "b: secure"],
  ],
  [
    "a SetCookieHeaderValue as a text",
    program(
      "",
      `app.MapGet("/", (HttpContext context) => {\n  var value = new SetCookieHeaderValue("a", "1") { HttpOnly = true };\n  context.Response.Headers.Append("Set-Cookie", value.ToString());\n});`,
    ),
    ["a: insecure"],
  ],
  [
    "appended twice",
    program(
      "",
      `app.MapGet("/", (HttpResponse r) => { r.Cookies.Append("a", "1"); r.Cookies.Append("a", "1", new CookieOptions { Secure = true }); });`,
    ),
    ["a: insecure", "a: secure"],
  ],
  ["Delete", program("", `app.MapGet("/", (HttpResponse r) => r.Cookies.Delete("a"));`), ["a: deletion"]],
  [
    "IsHttps",
    program(
      "",
      `app.MapGet("/", (HttpContext c) => c.Response.Cookies.Append("a", "1", new CookieOptions { Secure = c.Request.IsHttps }));`,
    ),
    ["a: conditional, insecure"],
  ],
  [
    "IsHttps behind forwarded headers",
    program(
      "",
      `app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto });\napp.MapGet("/", (HttpContext c) => c.Response.Cookies.Append("a", "1", new CookieOptions { Secure = c.Request.IsHttps }));`,
    ),
    ["a: conditional, secure"],
  ],
  [
    "forwarded headers after authentication",
    program(
      "builder.Services.AddAuthentication().AddCookie();",
      "app.UseAuthentication();\napp.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto });",
    ),
    [".AspNetCore.Cookies: conditional, insecure"],
  ],
  [
    "forwarded headers without the scheme",
    program(
      "builder.Services.AddAuthentication().AddCookie();",
      "app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor });\napp.UseAuthentication();",
    ),
    [".AspNetCore.Cookies: conditional, insecure"],
  ],
  [
    "a culture cookie",
    program(
      "",
      `app.MapGet("/", (HttpResponse r) => r.Cookies.Append(CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(new RequestCulture("fr"))));`,
    ),
    [".AspNetCore.Culture: insecure"],
  ],
  [
    "a debug build's own",
    program(
      "",
      `app.MapGet("/", (HttpResponse r) => {\n#if DEBUG\n  r.Cookies.Append("a", "1", new CookieOptions { Secure = false });\n#else\n  r.Cookies.Append("a", "1", new CookieOptions { Secure = true });\n#endif\n});`,
    ),
    ["a: insecure, not deployed", "a: secure"],
  ],
  [
    "options in a debug build",
    program(
      "",
      `app.MapGet("/", (HttpResponse r) => {\n  var options = new CookieOptions();\n#if !DEBUG\n  options.Secure = true;\n#endif\n  r.Cookies.Append("a", "1", options);\n});`,
    ),
    ["a: secure"],
  ],
  [
    "a symbol that nobody defines",
    program(
      "",
      `app.MapGet("/", (HttpResponse r) => {\n  var options = new CookieOptions();\n#if CLOUD\n  options.Secure = true;\n#endif\n  r.Cookies.Append("a", "1", options);\n});`,
    ),
    ["a: conditional"],
  ],
  [
    "a field of debug builds",
    {
      "Page.cs": `using Microsoft.AspNetCore.Http;\npublic class Page\n{\n#if DEBUG\n    private const bool Safe = false;\n#else\n    private const bool Safe = true;\n#endif\n#if !DEBUG\n    private static readonly CookieOptions Options = new CookieOptions { Secure = true };\n#else\n    private static readonly CookieOptions Options = new CookieOptions();\n#endif\n    public void Go(HttpResponse response)\n    {\n        response.Cookies.Append("a", "1", new CookieOptions { Secure = Safe });\n        response.Cookies.Append("b", "1", Options);\n    }\n}\n`,
    },
    ["a: secure", "b: secure"],
  ],
  [
    "a method of debug builds",
    {
      "Page.cs": `using Microsoft.AspNetCore.Http;\npublic class Page\n{\n#if DEBUG\n    private static CookieOptions Make() => new CookieOptions();\n#else\n    private static CookieOptions Make() => new CookieOptions { Secure = true };\n#endif\n    public void Go(HttpResponse response)\n    {\n        response.Cookies.Append("a", "1", Make());\n    }\n}\n`,
    },
    ["—: insecure, not deployed", "a: secure"],
  ],
  [
    "two AddSession",
    program(
      "builder.Services.AddSession();\nbuilder.Services.AddSession(o => o.Cookie.SecurePolicy = CookieSecurePolicy.Always);",
      "app.UseSession();",
    ),
    [".AspNetCore.Session: secure"],
  ],
];

const api: readonly Fact[] = [
  [
    "Web API's CookieHeaderValue",
    {
      "ThingsController.cs": `using System.Net.Http;\nusing System.Net.Http.Headers;\nusing System.Web.Http;\npublic class ThingsController : ApiController\n{\n    public HttpResponseMessage Get()\n    {\n        var response = Request.CreateResponse();\n        var cookie = new CookieHeaderValue("a", "1");\n        cookie.HttpOnly = true;\n        var safe = new CookieHeaderValue("b", "1") { Secure = true };\n        response.Headers.AddCookies(new[] { cookie, safe });\n        return response;\n    }\n}\n`,
    },
    ["a: insecure", "b: secure"],
  ],
  [
    "Web API's raw header",
    {
      "ThingsController.cs": `using System.Net.Http;\nusing System.Web.Http;\npublic class ThingsController : ApiController\n{\n    public HttpResponseMessage Get()\n    {\n        var response = Request.CreateResponse();\n        response.Headers.Add("Set-Cookie", "a=1; path=/");\n        return response;\n    }\n}\n`,
    },
    ["a: insecure"],
  ],
];

describe.each([
  ["Web.config", sections],
  ["transforms", transforms],
  ["HttpCookie", systemWeb],
  ["Katana", katana],
  ["ASP.NET Core", core],
  ["Web API", api],
])("%s", (_, facts) => {
  test.each(facts)("%s", async (_fact, files, expected) => {
    expect(await verdictsOf(files)).toEqual(expected);
  });
});

test("a debug build is what development runs", async () => {
  const files = program(
    "",
    `app.MapGet("/", (HttpResponse r) => {\n  var options = new CookieOptions();\n#if !DEBUG\n  options.Secure = true;\n#endif\n  r.Cookies.Append("a", "1", options);\n});`,
  );
  const { cookies } = await takeInventory(projectOf(files), { ...production, name: "development" });
  expect(cookies.map(({ verdict }) => verdict)).toEqual(["insecure"]);
});

test("the file's own `#define` counts", async () => {
  const files = {
    "Page.cs": `#define SAFE\nusing Microsoft.AspNetCore.Http;\nclass Page\n{\n    void Go(HttpResponse r)\n    {\n        var options = new CookieOptions();\n#if SAFE\n        options.Secure = true;\n#endif\n        r.Cookies.Append("a", "1", options);\n    }\n}\n`,
  };
  expect(await verdictsOf(files)).toEqual(["a: secure"]);
});
