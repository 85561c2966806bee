import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const settings = "public static class Settings { public static bool Tls { get { return true; } } }\n";

test("a static property gives what its getter returns, within its class and from outside", async () => {
  const page = (value: string) => ({
    "Settings.cs": settings,
    "Page.cs": `using System.Web;
public class Page : IHttpHandler
{
    static string Name { get { return "sid"; } }
    public void ProcessRequest(HttpContext context)
    {
        context.Response.Cookies.Add(new HttpCookie(Name) { Secure = ${value} });
    }
}
`,
  });
  expect(await verdicts(page("Settings.Tls"))).toEqual(["sid: secure"]);
  expect(await verdicts(page("!Settings.Tls"))).toEqual(["sid: insecure"]);
});

test("a static getter of JavaScript is read, not called", async () => {
  const app = `import express from "express";
class Options { static get cookie() { return { secure: true }; } }
express().get("/", (req, res) => { res.cookie("a", "1", Options.cookie); res.end(); });
`;
  expect(await verdicts({ "app.mjs": app })).toEqual(["a: secure"]);
});
