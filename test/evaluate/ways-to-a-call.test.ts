import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const handler = (body: string) => ({
  "Page.cs": `using System.Web;
public class Page : IHttpHandler
{
    public void ProcessRequest(HttpContext context, bool flag)
    {
        ${body}
    }
}
`,
});

test("what the way to a call excludes is not a state that it was made in", async () => {
  const body = `var cookie = new HttpCookie("a");
        if (flag) { cookie.Secure = true; context.Response.Cookies.Add(cookie); }`;
  expect(await verdicts(handler(body))).toEqual(["a: secure"]);
});

test("without the assignment on that way it stays as it was", async () => {
  const body = `var cookie = new HttpCookie("a");
        if (flag) { context.Response.Cookies.Add(cookie); } else { cookie.Secure = true; }`;
  expect(await verdicts(handler(body))).toEqual(["a: insecure"]);
});

test("a member set on a variable is set on the object that it holds on this way", async () => {
  const body = `HttpCookie cookie = null;
        if (flag) { cookie = new HttpCookie("a"); }
        cookie.Secure = true;
        context.Response.Cookies.Add(cookie);`;
  expect(await verdicts(handler(body))).toEqual(["a: secure"]);
});

test("a cookie of a way that returns early is known, and as it was there", async () => {
  const body = `var cookie = new HttpCookie("a");
        if (flag) { cookie.Secure = true; context.Response.Cookies.Add(cookie); return; }
        context.Response.Cookies.Add(cookie);`;
  expect(await verdicts(handler(body))).toEqual(["a: secure", "a: insecure"]);
});

test("however many ways return early, none loses its cookie", async () => {
  const arms = Array.from(
    { length: 12 },
    (_, index) =>
      `if (context.Items[${index}] != null) { context.Response.Cookies.Add(new HttpCookie("c${index}")); return; }`,
  );
  expect(await verdicts(handler(arms.join("\n        ")))).toEqual(
    Array.from({ length: 12 }, (_, index) => `c${index}: insecure`),
  );
});

test("a file that is read for the first time while a function is asked leaves what is told at the end of others", async () => {
  const use = `var late = new HttpCookie("late"); Response.Cookies.Add(late);
    Response.Cookies.Set(() => Other.Flag); late.Secure = true;`;
  const other = `public class Other { public static bool Flag = true; }`;
  expect(await verdicts({ "A.cs": `using System.Web;\n${use}`, "lib/Other.cs": other })).toContain("late: secure");
});
