import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

async function cookiesOf(text: string) {
  return (await takeInventory(projectOf({ "Program.cs": text }), production)).cookies;
}

const app = (lines: string) => `using System;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAuthentication()${lines};
var app = builder.Build();
app.Run();
`;

test.each([
  [".AddCookie()", ".AspNetCore.Cookies"],
  [".AddCookie(o => o.SlidingExpiration = true)", ".AspNetCore.Cookies"],
  [".AddCookie(CookieAuthenticationDefaults.AuthenticationScheme)", ".AspNetCore.Cookies"],
  ['.AddCookie("staff room")', ".AspNetCore.staff%20room"],
  ['.AddCookie(Schemes.Staff + ".2", o => {})', undefined],
  [".AddCookie(Schemes.Staff)", undefined],
  ['.AddCookie(Schemes.Staff, o => o.Cookie.Name = "staff")', "staff"],
])("the cookie of %s takes the name of the scheme", async (lines, name) => {
  expect((await cookiesOf(app(lines))).map((cookie) => cookie.name)).toEqual([name]);
});

test.each([
  ["Expires = new DateTime(2000, 1, 1)", true],
  ["Expires = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)", true],
  ["Expires = DateTime.MinValue", true],
  ["Expires = DateTimeOffset.UnixEpoch", true],
  ["MaxAge = TimeSpan.Zero", true],
  ["Expires = DateTime.Now.AddDays(1)", false],
])("options with %s", async (member, deletion) => {
  const cookies = await cookiesOf(`using System;
using Microsoft.AspNetCore.Http;
class Out { void Go(HttpContext context) {
  context.Response.Cookies.Append("a", "", new CookieOptions { ${member} });
} }
`);
  expect(cookies.map((cookie) => cookie.deletion)).toEqual([deletion]);
});

test("a setting that no file has is told by the value that turns it on", async () => {
  const [cookie] = await cookiesOf(`using Microsoft.AspNetCore.Http;
class Out { void Go(HttpContext context) {
  context.Response.Cookies.Append("a", "", new CookieOptions { Secure = configuration.GetValue<bool?>("Cookies:Secure") ?? true });
} }
`);
  expect(cookie?.because).toBe("Secure only when `Cookies:Secure` is `true`");
});
