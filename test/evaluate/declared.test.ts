import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";
import { verdicts } from "./verdicts.ts";

const java = "import jakarta.servlet.http.*;\n";
const core = "using Microsoft.AspNetCore.Http;\n";
const web = "using System.Web;\n";

test("of the methods of one name the one is called that takes what is given", async () => {
  const cookies = `class Cookies {
    static void put(HttpServletResponse out, String name) { out.addCookie(new Cookie(name, "")); }
    static void put(HttpServletResponse out, String name, int age) { put(out, name, false); }
    static void put(HttpServletResponse out, String name, boolean secure) {
      Cookie cookie = new Cookie(name, "1"); cookie.setSecure(secure); out.addCookie(cookie); } }`;
  const use = `class Use extends HttpServlet { void doGet(HttpServletRequest in, HttpServletResponse out) {
    Cookies.put(out, "plain"); Cookies.put(out, "aged", 60); Cookies.put(out, "flagged", true); } }`;
  expect(await verdicts({ "Cookies.java": java + cookies, "Use.java": java + use })).toEqual([
    "plain: insecure",
    "aged: insecure",
    "flagged: secure",
  ]);
});

test("so of constructors, of methods with parameters that may be left out, and of a base's methods", async () => {
  const made = `class Options { public bool S; public Options() : this(true) { } public Options(bool s) { S = s; } }`;
  const base = `class Base { protected void Put(HttpResponse r, string n, bool s) =>
    r.Cookies.Append(n, "", new CookieOptions { Secure = s }); }`;
  const own = `class Own : Base {
    void Put(HttpResponse r, string n, string v = "", string p = "/") => Put(r, n, new Options().S);
    void Put(HttpResponse r, int n) => Put(r, "number", new Options(false).S);
    public void Go(HttpResponse r) { Put(r, "text"); Put(r, 1); Put(r, s: false, n: "named"); } }`;
  expect(await verdicts({ "A.cs": `${core}${made}\n${base}\n${own}` })).toEqual([
    "text: secure",
    "number: insecure",
    "named: insecure",
  ]);
});

test("an extension method is called on what it extends", async () => {
  const extensions = `public static class Extensions {
    public static void Remember(this HttpResponse r, string n) => r.Remember(n, new CookieOptions());
    public static void Remember(this HttpResponse r, string n, CookieOptions o) => r.Cookies.Append(n, "1", o);
    public static void SetCookie(this HttpResponse r, string n, bool s) => r.Remember(n, new CookieOptions { Secure = s });
  }`;
  const use = `class Home : Controller { public void Index(HttpContext c) {
    Response.Remember("plain"); c.Response.Remember("on", new CookieOptions { Secure = true });
    Response.SetCookie("flagged", true); } }`;
  const all = ["plain: insecure", "on: secure", "flagged: secure"];
  expect(await verdicts({ "A.cs": `${core}${extensions}\n${use}` })).toEqual(all);
  expect(await verdicts({ "Extensions.cs": core + extensions, "Home.cs": core + use })).toEqual(all);
});

test("what an interface's method gives is what the only class that has it gives", async () => {
  const accessor = `interface IAccessor { HttpContextBase Current(); bool Ssl(); HttpCookie Make(string n); }`;
  const use = `class Use { IAccessor a; public Use(IAccessor a) { this.a = a; }
    public void Go() { var h = a.Current(); if (h == null) return;
      h.Response.Cookies.Add(new HttpCookie("asked") { Secure = a.Ssl() });
      h.Response.Cookies.Add(a.Make("made")); } }`;
  const one = `class One : IAccessor { HttpContextBase held; public HttpContextBase Current() { return held ?? null; }
    public bool Ssl() => true; public HttpCookie Make(string n) => new HttpCookie(n); }`;
  const other = one.replace("One", "Other");
  expect(await verdicts({ "A.cs": `${web}${accessor}\n${use}\n${one}` })).toEqual(["asked: secure", "made: insecure"]);
  expect(await verdicts({ "A.cs": `${web}${accessor}\n${use}` })).toEqual(["asked: unknown", "—: unknown"]);
  expect(await verdicts({ "A.cs": `${web}${accessor}\n${use}\n${one}\n${other}` })).toContain("asked: unknown");
});

test("classes that are each other's heirs end", async () => {
  const round = `abstract class A : B { public abstract bool S(); } abstract class B : A { public abstract bool S(); }`;
  const use = `class Use { public void Go(HttpResponse r, A a) =>
    r.Cookies.Append("a", "1", new CookieOptions { Secure = a.S() }); }`;
  expect(await verdicts({ "A.cs": `${core}${round}\n${use}` })).toEqual(["a: unknown"]);
});

test("a class of the usual name is found where its file speaks of no cookie", async () => {
  const use = `${core}class Use { readonly ISsl ssl; public Use(ISsl ssl) { this.ssl = ssl; }
    public void Go(HttpResponse r) => r.Cookies.Append("a", "1", new CookieOptions { Secure = ssl.On() }); }`;
  const project = projectOf({
    "Use.cs": use,
    "ISsl.cs": "public interface ISsl { bool On(); }",
    "DefaultSsl.cs": "public class DefaultSsl : ISsl { public bool On() => true; }",
  });
  const { cookies } = await takeInventory({ ...project, candidates: ["Use.cs"] }, production);
  expect(cookies.map(({ name, verdict }) => `${name}: ${verdict}`)).toEqual(["a: secure"]);
});
