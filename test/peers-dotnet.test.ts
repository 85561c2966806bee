import { describe, expect, test } from "vitest";
import type { Cookie } from "../src/cookie.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

/** What other tools get wrong about cookies in .NET, each shown on code that trips them. */

async function cookiesOf(files: Readonly<Record<string, string>>): Promise<readonly Cookie[]> {
  return (await takeInventory(projectOf(files), production)).cookies;
}

async function verdicts(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const cookies = await cookiesOf(files);
  return Object.fromEntries(cookies.map(({ name, verdict }) => [name ?? "?", verdict]));
}

const webConfig = (inner: string) =>
  `<configuration>\n  <system.web>\n    ${inner}\n  </system.web>\n</configuration>\n`;
const page = (body: string) =>
  `using System.Web;\npublic class Page : IHttpHandler\n{\n    public void ProcessRequest(HttpContext context)\n    {\n        ${body}\n    }\n}\n`;
const controller = (body: string) =>
  `using Microsoft.AspNetCore.Http;\npublic static class Page\n{\n    public static void Set(HttpResponse response)\n    {\n        ${body}\n    }\n}\n`;

describe("CodeQL for C#", () => {
  const made = `context.Response.Cookies.Add(new HttpCookie("cart", "1"));`;

  test("requireSSL of forms says nothing about other cookies", async () => {
    const files = {
      "Web.config": webConfig(`<authentication mode="Forms"><forms requireSSL="true" /></authentication>`),
      "Page.cs": page(made),
    };
    expect(await verdicts(files)).toEqual({
      ".ASPXAUTH": "secure",
      "ASP.NET_SessionId": "insecure",
      cart: "insecure",
    });
  });

  test("requireSSL of httpCookies says nothing about the forms ticket", async () => {
    const files = { "Web.config": webConfig(`<httpCookies requireSSL="true" /><authentication mode="Forms" />`) };
    expect(await verdicts(files)).toEqual({ "ASP.NET_SessionId": "secure", ".ASPXAUTH": "insecure" });
  });

  test("a Web.config governs its own folder", async () => {
    const files = {
      "shop/Web.config": webConfig(`<httpCookies requireSSL="true" />`),
      "shop/Page.cs": page(made),
      "blog/Web.config": webConfig(`<httpCookies requireSSL="false" />`),
      "blog/Page.cs": page(made.replace("cart", "draft")),
    };
    expect(await verdicts(files)).toMatchObject({ cart: "secure", draft: "insecure" });
  });

  test("a method that happens to be called Startup.Configure sets no policy", async () => {
    const files = {
      "Startup.cs": `using Microsoft.AspNetCore.Http;\npublic class Startup\n{\n    public void Configure(Tool tool)\n    {\n        tool.Secure = CookieSecurePolicy.Always;\n    }\n}\n`,
      "Page.cs": controller(`response.Cookies.Append("cart", "1");`),
    };
    expect(await verdicts(files)).toEqual({ cart: "insecure" });
  });

  test.each([
    ["a local", "bool v = false;", "v"],
    ["a constant", "const bool v = false;", "v"],
    ["a negation", "bool v = !true;", "v"],
    ["two steps", "var a = false; var v = a;", "v"],
  ])("false by way of %s is false", async (_, before, value) => {
    const files = {
      "Page.cs": controller(
        `${before}\n        response.Cookies.Append("cart", "1", new CookieOptions { Secure = ${value} });`,
      ),
      "Old.cs": page(
        `${before}\n        context.Response.Cookies.Add(new HttpCookie("old", "1") { Secure = ${value} });`,
      ),
    };
    expect(await verdicts(files)).toEqual({ cart: "insecure", old: "insecure" });
  });
});

describe("Sonar for C#", () => {
  test("Web.config does not reach the cookies of ASP.NET Core", async () => {
    const files = {
      "Web.config": webConfig(`<httpCookies requireSSL="true" />`),
      "Page.cs": controller(`response.Cookies.Append("core", "1", new CookieOptions());`),
    };
    expect(await verdicts(files)).toEqual({ core: "insecure" });
  });

  test("a Web.config of another application says nothing", async () => {
    const files = {
      "a/Web.config": webConfig(`<httpCookies requireSSL="true" />`),
      "b/Web.config": webConfig(`<compilation />`),
      "b/Page.cs": page(`context.Response.Cookies.Add(new HttpCookie("cart", "1"));`),
    };
    expect(await verdicts(files)).toMatchObject({ cart: "insecure" });
  });

  test("the cookie policy of ASP.NET Core does not reach HttpCookie", async () => {
    const files = {
      "Program.cs": `var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.Configure<CookiePolicyOptions>(o => o.Secure = CookieSecurePolicy.Always);\nvar app = builder.Build();\napp.UseCookiePolicy();\n`,
      "Page.cs": page(`context.Response.Cookies.Add(new HttpCookie("old", "1"));`),
    };
    expect(await verdicts(files)).toEqual({ old: "insecure" });
  });

  test("Secure that is set on every path counts, wherever the object was made", async () => {
    const files = {
      "Page.cs": `using Microsoft.AspNetCore.Http;\npublic class Page\n{\n    public CookieOptions Make(bool late)\n    {\n        CookieOptions options = null;\n        if (late)\n        {\n            options = new CookieOptions();\n        }\n        options.Secure = true;\n        return options;\n    }\n}\n`,
    };
    expect((await cookiesOf(files)).map(({ verdict }) => verdict)).toEqual(["secure"]);
  });
});
