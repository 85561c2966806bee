import { expect, test } from "vitest";
import { loadGrammar, parse, startParser } from "../../grammar.ts";
import type { Program } from "../../program.ts";
import { jsp } from "./index.ts";

async function lower(text: string): Promise<Program> {
  await startParser();
  const code = jsp.code?.(text) ?? "";
  expect(code).toHaveLength(text.length);
  const tree = parse(loadGrammar(jsp.grammar("a.jsp")), code);
  if (tree === undefined) throw new Error("it took too long to parse");
  return jsp.lower(tree, { file: "a.jsp", text });
}

const code = (text: string) => jsp.code?.(text);

test("everything but the Java is blank, and stays where it is", () => {
  expect(code("<p>é</p>\r\n<% a(); %>x")).toBe("        \r\n   a();    ");
  expect(code("<%= a %><%! int b; %>")).toBe("    a ;     int b;   ");
  expect(code('<%@ page import="a.B" %><%-- <% c(); %> --%>d')).toBe(" ".repeat(45));
});

test("what is not closed ends with the page", () => {
  expect(code("a<% b();")).toBe("    b();");
  expect(code("a<%= b")).toBe("     b");
  expect(code("a<%-- b")).toBe("       ");
  expect(code("<%")).toBe("  ");
});

test("a statement goes on over the text between its parts", async () => {
  const { body, errors } = await lower("<% if (a) { %><b><% b(); %></b><% } else { %><%= c %><% } %>");
  expect(errors).toEqual([]);
  expect(body.map(({ kind }) => kind)).toEqual(["if"]);
});

test("the directive imports classes and packages", async () => {
  const { body } = await lower(
    "<%@page import=\"a.B, c.d.*\"%>\n<%@ page session='false' import='e.F' %>\n<%@ include file='import=\"g.H\"' %>",
  );
  expect(
    body.map((each) => (each.kind === "import" ? [each.from, each.star ?? false, each.names[0]?.local] : each.kind)),
  ).toEqual([
    ["a.B", false, "B"],
    ["c.d", true, undefined],
    ["e.F", false, "F"],
  ]);
});

test("hostile pages take no more time than their length", () => {
  const page = "<%= ".repeat(200_000) + "<%--".repeat(200_000);
  expect(code(page)).toHaveLength(page.length);
});
