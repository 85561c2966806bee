import { describe, expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

async function told(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf(texts), production);
  return cookies.map(({ name, verdict, deletion }) => `${name ?? "—"}: ${deletion ? "deletion" : verdict}`);
}

const page = (body: string) => ({
  "Page.aspx.cs": `using System;
using System.Web;
using System.Web.Security;
public partial class Shop : System.Web.UI.Page {
  const string Basket = "basket";
  protected string Go() {
    ${body}
    return null;
  }
}
`,
});

const past = "DateTime.Now.AddDays(-1)";

describe("a cookie out of the request", () => {
  test.each([
    [`var old = Request.Cookies[Basket]; old.Expires = ${past}; Response.Cookies.Add(old);`, "basket: deletion"],
    [
      `var old = Request.Cookies["a"]; if (old != null) { old.Expires = ${past}; Response.SetCookie(old); }`,
      "a: deletion",
    ],
    [
      'var old = Request.Cookies["a"]; if (old == null) return ""; old.Expires = new DateTime(2000, 1, 1); Response.SetCookie(old);',
      "a: deletion",
    ],
    [
      `HttpCookie old = Request.Cookies["a"]; if (old == null) old = new HttpCookie("a"); old.Expires = ${past}; Response.Cookies.Add(old);`,
      "a: deletion",
    ],
    ['var old = Request.Cookies["a"]; old.Secure = true; Response.Cookies.Add(old);', "a: secure"],
    ['var old = Request.Cookies["a"]; if (old != null) { old.Secure = true; Response.Cookies.Add(old); }', "a: secure"],
    [
      'var old = Request.Cookies["a"]; if (old != null) old.Secure = true; Response.Cookies.Add(old);',
      "a: conditional",
    ],
    ['var old = Request.Cookies["a"]; Request.Cookies["b"].Secure = true; Response.Cookies.Add(old);', "a: insecure"],
    ['var old = Request.Cookies["a"]; old.Value = "1"; Response.Cookies.Add(old);', "a: insecure"],
  ])("%s", async (body, expected) => {
    expect(await told(page(body))).toEqual([expected]);
  });
});

test("Response.Cookies[…] on another way than the cookie that is added is a place of its own", async () => {
  const body = `if (Response.Cookies["a"] == null) Response.Cookies.Add(new HttpCookie("a", "1"));
    else Response.Cookies["a"].Value = "1";`;
  expect(await told(page(body))).toEqual(["a: insecure", "a: insecure"]);
  expect(await told(page(`Go(); ${body}`))).toEqual(["a: insecure", "a: insecure"]);
  const same = 'Response.Cookies.Add(new HttpCookie("a", "1")); Response.Cookies["a"].Secure = true;';
  expect(await told(page(same))).toEqual(["a: secure"]);
});

test("a ticket of which only the expiry is read is not kept", async () => {
  expect(await told(page('var end = FormsAuthentication.GetAuthCookie("a", true).Expires;'))).toEqual([]);
  expect(await told(page('HttpCookie ticket = FormsAuthentication.GetAuthCookie("a", true); Keep(ticket);'))).toEqual([
    ".ASPXAUTH: insecure",
  ]);
});

test("a file that only signs out deletes a cookie", async () => {
  expect(
    await told({
      "Out.aspx.cs": `using System.Web.Security;
public partial class Out : System.Web.UI.Page {
  protected void Page_Load(object sender, System.EventArgs e) { FormsAuthentication.SignOut(); }
}
`,
    }),
  ).toEqual([".ASPXAUTH: deletion"]);
});

test("a Web.config whose requests all go to ASP.NET Core has no session of System.Web, but for applications below", async () => {
  const config = (handler: string, flag = "") => ({
    "web.config": `<configuration>
  <system.web><httpRuntime enableVersionHeader="false" />${flag}</system.web>
  <system.webServer><handlers>${handler}</handlers></system.webServer>
</configuration>
`,
  });
  const core = (path: string) => `<add name="aspNetCore" path="${path}" verb="*" modules="AspNetCoreModuleV2" />`;
  expect(await told(config(core("*")))).toEqual([]);
  expect(await told(config(core("*"), '<httpCookies requireSSL="false" />'))).toEqual(["ASP.NET_SessionId: insecure"]);
  expect(await told(config(core("api/*")))).toEqual(["ASP.NET_SessionId: insecure"]);
});

test("Uri.UriSchemeHttps is the text that a scheme is compared with", async () => {
  const owin = (test: string) => ({
    "Signs.cs": `using System;
using Microsoft.Owin;
class Signs { void Go(IOwinContext context) {
  context.Response.Cookies.Append("a", "1", new CookieOptions { Secure = ${test} });
} }
`,
  });
  expect(await told(owin("context.Request.Scheme == Uri.UriSchemeHttps"))).toEqual(["a: conditional"]);
  expect(await told(owin("Uri.UriSchemeHttps == Uri.UriSchemeHttp"))).toEqual(["a: insecure"]);
});

test("ValidateAntiForgeryToken is that of MVC, not an attribute of the same name", async () => {
  const posts = (using: string) => ({
    "Posts.cs": `${using}
class Posts : Base { [ValidateAntiForgeryToken] public void Save() { Set(new HttpCookieOptions()); } }
`,
  });
  expect(await told(posts("using System.Web.Mvc;"))).toEqual(["__RequestVerificationToken: insecure"]);
  expect(await told(posts("using System.Web.Http;\nusing Own.Filters;"))).toEqual([]);
});

test("a wrapper of the response hands on what others add", async () => {
  const wrapper = (base: string) => ({
    "Wrapper.cs": `using System.Web;
class Wrapper : ${base} {
  private HttpResponseBase response;
  public override void AppendCookie(HttpCookie cookie) { response.AppendCookie(cookie); }
}
`,
  });
  expect(await told(wrapper("HttpResponseBase"))).toEqual([]);
  expect(await told(wrapper("Own"))).toEqual(["—: unknown"]);
});
