import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const python = (text: string) => ({
  "app.py": [
    "from flask import make_response, request",
    "def view():",
    "    response = make_response('x')",
    `    response.headers['Set-Cookie'] = ${text}`,
    "    return response",
  ].join("\n"),
});

const java = (...statements: readonly string[]) => ({
  "A.java": [
    "import javax.servlet.http.*;",
    "import java.util.*;",
    "class A { void go(HttpServletResponse response, String value, boolean safe) {",
    ...statements,
    "} }",
  ].join("\n"),
});

test.each([
  ['"a=%s; Path=/" % request.args["a"]', "a: insecure"],
  ['"%s=%d; Secure" % ("a", 1)', "a: secure"],
  ['"a={}; Secure".format(request.args["a"])', "a: secure"],
  ['"{0}={1}; {0}".format("a", "1")', "a: insecure"],
  ['"a={value}; Path=/".format(value=1)', "a: insecure"],
  ['"; ".join(["a=1", "Secure"])', "a: secure"],
  // What is behind the last `;` may be Secure.
  ['"a=1; %s" % request.args["b"]', "a: unknown"],
])("in Python %s", async (text, verdict) => {
  expect(await verdicts(python(text))).toEqual([verdict]);
});

test.each([
  ['String text = String.format("%2$s=%1$s; Secure", value, "a");', "a: secure"],
  ['String text = "a=%s; Path=/".formatted(value);', "a: insecure"],
  ['String text = "a=1".concat("; Secure");', "a: secure"],
  ['String text = String.join("; ", "a=1", "Secure");', "a: secure"],
  [
    'StringBuilder built = new StringBuilder(16).append("a=").append(1); String text = built.toString();',
    "a: insecure",
  ],
  [
    'StringBuilder built = new StringBuilder("a=1; Secure"); built.setLength(3); String text = built.toString();',
    "—: unknown",
  ],
])("in Java %s", async (statement, verdict) => {
  expect(await verdicts(java(statement, 'response.addHeader("Set-Cookie", text);'))).toEqual([verdict]);
});

test.each([
  ['"a=%s; secure" % params[:a]', "a: secure"],
  ['"%s=%s; path=/" % ["a", "1"]', "a: insecure"],
  ['"%s=%s; path=/" % [request.path, "1"]', "—: insecure"],
  ['format("a=%<value>s; path=/", value: 1)', "a: insecure"],
])("in Ruby %s", async (text, verdict) => {
  const app = `require "sinatra"\nget "/" do\n  response["Set-Cookie"] = ${text}\nend\n`;
  expect(await verdicts({ "app.rb": app })).toEqual([verdict]);
});

test("what only one arm of a branch puts into a list is not in the other's", async () => {
  const filled = java(
    "List<Cookie> cookies = new ArrayList<>();",
    'if (safe) { Cookie one = new Cookie("one", "1"); one.setSecure(true); cookies.add(one); }',
    'cookies.add(new Cookie("two", "2"));',
    "for (Cookie cookie : cookies) response.addCookie(cookie);",
  );
  expect(await verdicts(filled)).toEqual(["one: secure", "two: insecure"]);
});

test.each([
  ['response.addCookie(Optional.of(new Cookie("one", "1")).orElseThrow());', "one: insecure"],
  ['response.addCookie(Optional.ofNullable((Cookie) null).orElse(new Cookie("other", "1")));', "other: insecure"],
  ['Optional.of(new Cookie("a", "1")).ifPresent(a -> { a.setSecure(true); response.addCookie(a); });', "a: secure"],
])("what an Optional holds: %s", async (statement, expected) => {
  expect(await verdicts(java(statement))).toEqual([expected]);
});
