import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const head = "import jakarta.servlet.http.*;\n";

test("a field without a value is known by its type", async () => {
  const body = `class A { private HttpServletResponse out; void go() { out.addCookie(new Cookie("a", "1")); } }`;
  expect(await verdicts({ "A.java": head + body })).toEqual(["a: insecure"]);
});

test("an unqualified call of an inherited method is a call on this", async () => {
  const own = `class Own extends Cookie { Own(String name) { super(name, "1"); setSecure(true); setPath("/"); } }`;
  const body = `class A { void go(HttpServletResponse out) { out.addCookie(new Own("own")); } }`;
  expect(await verdicts({ "A.java": `${head}${own}\n${body}` })).toEqual(["own: secure"]);
});

test("a method of the class stands before one that a base may have", async () => {
  const own = `class Own extends Cookie { Own() { super("own", "1"); harden(); } void harden() { setSecure(true); } }`;
  const body = `class A { void go(HttpServletResponse out) { out.addCookie(new Own()); } }`;
  expect(await verdicts({ "A.java": `${head}${own}\n${body}` })).toEqual(["own: secure"]);
});

test("new with a qualified name makes an object, also in a class with a base from outside", async () => {
  const go = (type: string) => `void go(HttpServletResponse out) { out.addCookie(new ${type}("a", "1")); }`;
  expect(await verdicts({ "A.java": `class A { ${go("jakarta.servlet.http.Cookie")} }` })).toEqual(["a: insecure"]);
  expect(await verdicts({ "A.java": `${head}class A extends HttpServlet { ${go("Cookie")} }` })).toEqual([
    "a: insecure",
  ]);
});

test("a text that follows the scheme can be compared either way round", async () => {
  const go = (test: string) =>
    `${head}class A { void go(HttpServletRequest request, HttpServletResponse out) {
      Cookie c = new Cookie("a", "1"); c.setSecure(${test}); out.addCookie(c); } }`;
  expect(await verdicts({ "A.java": go('"https".equals(request.getScheme())') })).toEqual(["a: conditional"]);
  expect(await verdicts({ "A.java": go('request.getScheme().equals("https")') })).toEqual(["a: conditional"]);
});
