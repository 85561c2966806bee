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
