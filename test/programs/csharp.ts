import type { Draw } from "./draw.ts";
import { type Program, type Programs, type Surroundings, statements, type Table } from "./program.ts";

const around: Surroundings = {
  nests: [
    "if (ready)\n{\n  §body§\n}",
    "if (ready) {\n  Log();\n} else {\n  §body§\n}",
    "try\n{\n  §body§\n}\ncatch (Exception error)\n{\n  Log();\n}",
    "using (var file$V = Open())\n{\n  §body§\n}",
    "foreach (var each$V in All())\n{\n  §body§\n}",
    "Action later$V = () =>\n{\n  §body§\n};\nlater$V();",
    "switch (mode)\n{\n  case 1:\n    §body§\n    break;\n}",
    "#region cookies\n§body§\n#endregion",
  ],
  before: ["if (ready) ", "if (ready) Log(); else "],
  above: ["if (ready)", "if (ready)\n  Log();\nelse"],
  comments: ["// Secure = true", "/* secure */", '/// <summary>it\'s "here"</summary>'],
  remarks: [" // Secure", " /* Secure = false */"],
  oneLine: true,
  singleQuotes: false,
  huge: (filler) => `Log("${filler}");`,
};

const each = (...tables: readonly Table[]): Programs => tables.map((table) => statements(table, around));

const systemWeb: Table = {
  files: ["Home.aspx.cs", "Other.aspx.cs"],
  frame: `using System;\nusing System.Web;\nusing System.Web.UI;\n\npublic class Home : Page\n{\n  §top§\n  §body§\n}\n`,
  functions: [
    "protected void Go$V(object sender, EventArgs e)\n{\n  §body§\n}",
    "private static class Inner$V\n{\n  internal static void Go(HttpResponse Response)\n  {\n    §body§\n  }\n}",
  ],
  off: [
    `HttpCookie c$V = new HttpCookie("$N", "1");\nResponse.Cookies.Add(c$V);`,
    `HttpCookie c$V = new HttpCookie("$N", "1"); Response.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N", "1");«¦ // secure»\nc$V.HttpOnly = true;\nResponse.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N", "1");\nc$V.Secure = false;\nResponse.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N", "1") { HttpOnly = true };\nResponse.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N") { Value = "1", Secure = false };\nResponse.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N")\n{\n  Value = "1",\n  HttpOnly = true«,¦»\n};\nResponse.Cookies.Add(c$V);`,
    `HttpCookie c$V;\nc$V = new HttpCookie("$N", "1");\nResponse.Cookies.Add(c$V);`,
    `Action a$V = () => Response.Cookies.Add(new HttpCookie("$N", "1"));\na$V();`,
    `HttpCookie c$V = new HttpCookie("$N"), d$V = new HttpCookie("$Nb");\nResponse.Cookies.Add(c$V);\nResponse.Cookies.Add(d$V);`,
    `var c$V = new HttpCookie("$N")\n{\n  Value = "1", // secure\n  HttpOnly = true // secure\n};\nResponse.Cookies.Add(c$V);`,
    `var c$V = new System.Web.HttpCookie("$N", "1"); c$V.Path = "/";\nHttpContext.Current.Response.Cookies.Add(c$V);`,
    `Response.Cookies.Add(\n  new HttpCookie("$N", "1"));`,
    `Response.Cookies.Set(new HttpCookie("$N")\n{ Value = "1" });`,
    `using (var x$V = Open()) Response.Cookies.Add(new HttpCookie("$N", "1"));`,
    {
      text: `Response.Cookies.Add(Make$V());`,
      top: `private static HttpCookie Make$V() => new HttpCookie("$N", "1");`,
    },
    {
      text: `Response.Cookies.Add(Make$V);`,
      top: `private static HttpCookie Make$V { get { return new HttpCookie("$N", "1"); } }`,
    },
    `Response.Cookies["$N"]["key"] = "1";`,
    `Response.Cookies["$N"].Values["key"] = "1";`,
    `Response.Cookies.Add(new HttpCookie("$N", "1"));`,
    `Response.AppendCookie(new HttpCookie("$N", "1") { HttpOnly = true«,¦» });`,
    `Response.SetCookie(new HttpCookie("$N", "1")\n{\n  HttpOnly = true«,¦»\n});`,
    `Response.Cookies["$N"].Value = "1";`,
    `Response.Cookies["$N"].Value = "1";\nResponse.Cookies["$N"].Secure = false;`,
    `Response.Cookies["$N"].Value = "1"; Response.Cookies["$N"].HttpOnly = true;`,
    `var c$V = new HttpCookie("$N", "1");\nc$V.Secure = off$V;\nResponse.Cookies.Add(c$V);`.replace("off$V;", "false;"),
    {
      text: `Response.Cookies.Add(Make$V());`,
      top: `private static HttpCookie Make$V()\n{\n  return new HttpCookie("$N", "1");\n}`,
    },
    {
      text: `Response.Cookies.Add(Make$V());`,
      top: `private static HttpCookie Make$V()\n{\n  var cookie = new HttpCookie("$N", "1");\n  cookie.HttpOnly = true;\n  return cookie;\n}`,
    },
    { text: `Response.Cookies.Add(field$V);`, top: `private static HttpCookie field$V = new HttpCookie("$N", "1");` },
    {
      text: `Cookies$V.Put(Response, "$N");`,
      also: {
        "Cookies$V.cs": `using System.Web;\n\npublic static class Cookies$V\n{\n    public static void Put(HttpResponse response, string name)\n    {\n        var cookie = new HttpCookie(name, "1");\n        response.Cookies.Add(cookie);\n    }\n}\n`,
      },
    },
  ],
  on: [
    `var c$V = new HttpCookie("$N", "1") { Secure = true };\nResponse.Cookies.Add(c$V);`,
    `var c$V = new HttpCookie("$N", "1");\nResponse.Cookies.Add(c$V);\nc$V.Secure = true;`,
  ],
};

/** `Web.config`, with what it says of the session and of forms. */
function webConfig(draw: Draw): Program {
  const cookies = draw.pick([
    "",
    "<httpCookies/>",
    "<httpCookies httpOnlyCookies='true' />",
    `<httpCookies requireSSL="false"></httpCookies>`,
    `<httpCookies\n      requireSSL = "False"\n    />`,
    `<httpCookies httpOnlyCookies="true"\n                 domain="a.example" />`,
    `<httpCookies requireSSL="true" />`,
  ]);
  const forms = draw.pick([
    "",
    `<authentication mode="Forms" />`,
    `<authentication mode="Forms"><forms loginUrl="~/in" /></authentication>`,
    `<authentication mode="Forms">\n      <forms loginUrl="~/in" requireSSL="false"/>\n    </authentication>`,
    `<authentication mode="Forms">\n      <forms loginUrl="~/in"\n             timeout="30" />\n    </authentication>`,
  ]);
  const roles = draw.pick(["", "", `<roleManager enabled="true" cacheRolesInCookie="true" />`]);
  const others = draw.pick(["", `<compilation debug="true" />`, `<!-- <httpCookies requireSSL="true" /> -->`]);
  const elements = [others, cookies, forms, roles].filter((element) => element !== "");
  const body =
    elements.length === 0
      ? draw.pick(["  <system.web/>\n", "  <system.web>\n  </system.web>\n", "  <system.web></system.web>\n"])
      : `  <system.web>\n${elements.map((element) => `    ${element}\n`).join("")}  </system.web>\n`;
  const text = `<?xml version="1.0"?>\n<configuration>\n${body}</configuration>\n`;
  const off =
    (cookies.includes(`"true" />`) && cookies.includes("requireSSL") ? 0 : 1) +
    (forms === "" ? 0 : 1) +
    (roles === "" ? 0 : 1);
  return { off, files: { "Web.config": draw.number(4) === 0 ? text.replace(/\n\s*/g, " ") : text } };
}

const core: Table = {
  files: ["CartController.cs", "Other.cs"],
  frame: `using System;\nusing Microsoft.AspNetCore.Http;\nusing Microsoft.AspNetCore.Mvc;\n\npublic class CartController : Controller\n{\n  §top§\n  §body§\n}\n`,
  functions: [
    "public IActionResult Go$V()\n{\n  §body§\n  return View();\n}",
    "public static class Set$V\n{\n  public static void Go(HttpResponse Response)\n  {\n    §body§\n  }\n}",
  ],
  off: [
    `Response.Cookies.Append("$N", "1");`,
    `Response.Cookies.Append("$N", "1"); Response.Cookies.Append("$Nb", "2", new CookieOptions());`,
    `Response.Cookies.Append("$N", "1", new CookieOptions«()¦{ }¦() {}¦ { HttpOnly = true }¦ { HttpOnly = true, }¦ { Secure = false }¦() { Path = "/" }»);`.replace(
      "¦{ }",
      "¦ { }",
    ),
    `Response.Cookies.Append("$N", "1", new CookieOptions\n{\n  HttpOnly = true«,¦»«¦ // Secure = true»\n});`,
    `Response.Cookies.Append("$N", "1", new CookieOptions\n{\n  HttpOnly = true,\n  // Secure = true,\n});`,
    `Response.Cookies.Append(\n  "$N",\n  "1",\n  new CookieOptions { Path = "/" });`,
    `Response.Cookies.Append(\n  "$N",\n  "1");`,
    `var o$V = new CookieOptions();\no$V.HttpOnly = true;\nResponse.Cookies.Append("$N", "1", o$V);`,
    `CookieOptions o$V = new() { HttpOnly = true };\nResponse.Cookies.Append("$N", "1", o$V);`,
    `var o$V = new CookieOptions { Secure = true };\no$V.Secure = false;\nResponse.Cookies.Append("$N", "1", o$V);`,
    `Response.Cookies.Append("$N", "1", options: new CookieOptions { HttpOnly = true });`,
    `Action a$V = () => Response.Cookies.Append("$N", "1");\na$V();`,
    `var o$V = new CookieOptions\n{\n  HttpOnly = true, // secure\n  Path = "/" // secure\n};\nResponse.Cookies.Append("$N", "1", o$V);`,
    `var o$V = new CookieOptions { };\nResponse.Cookies.Append("$N", "1", o$V);`,
    `var o$V = new CookieOptions();\no$V.Secure = ready && false;\nResponse.Cookies.Append("$N", "1", o$V);`,
    `Response.Cookies.Append("$N", "1", new() { HttpOnly = true });`,
    `Response.Cookies.Append("$N", $"{ready}", new CookieOptions\n{ HttpOnly = true });`,
    `Response.Cookies.Append("$N", @"a""b"«¦, new CookieOptions { HttpOnly = true }»);`,
    {
      text: `Response.Cookies.Append("$N", "1", Options$V);`,
      top: `private static readonly CookieOptions Options$V = new CookieOptions { HttpOnly = true };`,
    },
    {
      text: `Response.Cookies.Append("$N", "1", Make$V());`,
      top: `private static CookieOptions Make$V() => new CookieOptions { HttpOnly = true };`,
    },
    {
      text: `Response.Cookies.Append("$N", "1", Make$V());`,
      top: `private static CookieOptions Make$V()\n{\n  var options = new CookieOptions();\n  options.Path = "/";\n  return options;\n}`,
    },
    {
      text: `CookieHelper$V.Set(Response, "$N");`,
      also: {
        "CookieHelper$V.cs": `using Microsoft.AspNetCore.Http;\n\npublic static class CookieHelper$V\n{\n    public static void Set(HttpResponse response, string name)\n    {\n        response.Cookies.Append(name, "1", new CookieOptions { HttpOnly = true });\n    }\n}\n`,
      },
    },
    `Response.Headers.Append("Set-Cookie", "$N=1; Path=/");`,
    `Response.Headers["Set-Cookie"] = "$N=1";`,
  ],
  on: [`Response.Cookies.Append("$N", "1", new CookieOptions { Secure = true });`, `Response.Cookies.Delete("$N");`],
};

/** What a program adds of sessions and the like, with options in the ways that lambdas take them. */
function components(draw: Draw): Program {
  const lambda = draw.pick([
    "",
    `options => options.Cookie.Name = "s"`,
    `options => { options.Cookie.HttpOnly = true; }`,
    `options =>\n{\n    options.IdleTimeout = TimeSpan.FromMinutes(20);\n    options.Cookie.HttpOnly = true;\n}`,
    `o => o.Cookie.SecurePolicy = CookieSecurePolicy.None`,
    `options =>\n{\n    // options.Cookie.SecurePolicy = CookieSecurePolicy.Always;\n    options.Cookie.SecurePolicy = CookieSecurePolicy.None;\n}`,
    `options => options.Cookie = new CookieBuilder { Name = "s", SecurePolicy = CookieSecurePolicy.None }`,
  ]);
  const service = draw.pick(["AddSession", "AddAntiforgery"]);
  const more = draw.pick(["", "builder.Services.AddControllers();\n", "// sessions\n"]);
  const text = `var builder = WebApplication.CreateBuilder(args);\n${more}builder.Services.${service}(${lambda});\nvar app = builder.Build();\n${draw.pick(["", "app.UseHttpsRedirection();\n", "app.UseStaticFiles();\napp.UseRouting();\n"])}app.UseSession();\napp.Run();\n`;
  return { off: 1, files: { "Program.cs": text } };
}

export const csharp: Readonly<Record<string, Programs>> = {
  aspnet: [...each(systemWeb), webConfig],
  "aspnet-core": [...each(core), components],
};
