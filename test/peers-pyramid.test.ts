import { expect, test } from "vitest";
import type { Cookie } from "../src/cookie.ts";
import { applyEdits } from "../src/edit.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

async function cookiesOf(files: Readonly<Record<string, string>>): Promise<readonly Cookie[]> {
  return (await takeInventory(projectOf(files), production)).cookies;
}

/** The file after the best fix of each of its cookies. */
async function fixed(file: string, text: string): Promise<string> {
  const cookies = await cookiesOf({ [file]: text });
  return applyEdits(
    text,
    cookies.flatMap(({ fixes }) => fixes[0]?.edits ?? []),
  );
}

const view = (call: string) => `from pyramid.response import Response


def view(request):
    response = Response()
${call}
    return response
`;

test("Semgrep's pyramid fix changes the inner call of several lines; ours changes set_cookie", async () => {
  const call = ["    response.set_cookie(", '        "a", f(request),', '        "b")'].join("\n");
  const after = await fixed("views.py", view(call));
  expect(after).toBe(view(call.replace('"b")', '"b",\n        secure=True)')));
});

test("Semgrep's pyramid fix is a syntax error behind a trailing comma; ours keeps the list", async () => {
  const call = ["    response.set_cookie(", '        "a",', '        "b",', "    )"].join("\n");
  const after = await fixed("views.py", view(call));
  expect(after).toBe(view(call.replace('"b",', '"b",\n        secure=True,')));
});

test.each([
  ['    response.set_cookie("a", "b",)', '    response.set_cookie("a", "b", secure=True)'],
  ['    response.set_cookie("a", f(")"))', '    response.set_cookie("a", f(")"), secure=True)'],
  ['    response.set_cookie("a", "b")  # keep (this)', '    response.set_cookie("a", "b", secure=True)  # keep (this)'],
])("the fix of %j is read again as Secure", async (before, after) => {
  expect(await fixed("views.py", view(before))).toBe(view(after));
  const again = await cookiesOf({ "views.py": view(after) });
  expect(again.map(({ verdict }) => verdict)).toEqual(["secure"]);
});

test("no peer judges Pyramid's session factories; we do", async () => {
  const cookies = await cookiesOf({
    "app.py": `from pyramid.session import BaseCookieSessionFactory, SignedCookieSessionFactory
SignedCookieSessionFactory("k")
BaseCookieSessionFactory(json, secure=True)
`,
  });
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["session", "insecure"],
    ["session", "secure"],
  ]);
});

test("no peer reads Beaker's code or its INI files; we do", async () => {
  const cookies = await cookiesOf({
    "production.ini": "[app:main]\nuse = egg:shop\nbeaker.session.key = shop\n",
    "tool.py": `from beaker.middleware import SessionMiddleware\nSessionMiddleware(app, {"session.key": "tool"})\n`,
  });
  expect(cookies.map(({ name, verdict }) => [name, verdict])).toEqual([
    ["shop", "insecure"],
    ["tool", "insecure"],
  ]);
});
