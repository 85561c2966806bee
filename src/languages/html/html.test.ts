import { expect, test } from "vitest";
import { loadGrammar, parse, startParser } from "../../grammar.ts";
import type { Program } from "../../program.ts";
import { html } from "./index.ts";

const code = (text: string) => html.code?.(text);

async function lower(text: string, file = "a.html"): Promise<Program> {
  await startParser();
  const read = code(text) ?? "";
  expect(read).toHaveLength(text.length);
  const tree = parse(loadGrammar(html.grammar(file)), read);
  if (tree === undefined) throw new Error("it took too long to parse");
  return html.lower(tree, { file, text });
}

test("everything but the scripts is blank, and stays where it is", () => {
  expect(code("<p>é</p>\r\n<script>a()</script>x")).toBe("        \r\n        a()          ");
  expect(code("<SCRIPT type='module'>a</SCRIPT ><script>b</script>")).toMatch(/^ {22}a {18}b {9}$/);
  expect(code("<!-- <script>a</script> --><script src=x></script>")?.trim()).toBe("");
});

test("data and templates are no scripts", () => {
  for (const type of ["application/json", "text/template", "text/x-handlebars", "importmap"])
    expect(code(`<script type="${type}">a</script>`)?.trim()).toBe("");
  for (const type of ["text/javascript", "application/javascript", "text/babel"])
    expect(code(`<script type="${type}">a</script>`)?.trim()).toBe("a");
  expect(code('<script lang="ts" setup>a</script>')?.trim()).toBe("a");
});

test("what is not closed ends with the page", () => {
  expect(code("<script>a")).toBe("        a");
  expect(code("<script")).toBe("       ");
  expect(code("<!-- <script>a")?.trim()).toBe("");
});

test("of a template's tags those stay that put something in, without what they hold", () => {
  expect(code('<script>a = "<%= f("x") %>"; <% if (b) { %>c<% } %></script>')?.trim()).toBe(
    'a = "<%=        %>";               c',
  );
  expect(code("<script>a = '{{ b }}'{% if c %}</script>")?.trim()).toBe("a = '{{   }}'");
});

test("the statements of all scripts are read, with their offsets, TypeScript in components", async () => {
  const text = "<script>a();</script>\n<script>b();</script>";
  const { body, language } = await lower(text);
  expect(language).toBe("javascript");
  expect(body.map(({ span }) => text.slice(span.start, span.end))).toEqual(["a();", "b();"]);
  const typed = await lower('<template/><script lang="ts">const a: string = "1";</script>', "A.vue");
  expect(typed.errors).toEqual([]);
});

test("hostile pages end", () => {
  for (const part of ["<script", "<script>", "<!--", "<script>{{", "<script><%"])
    expect(code(part.repeat(50_000))).toHaveLength(50_000 * part.length);
});
