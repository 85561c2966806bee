import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const ini = (lines: string) => `[app:main]\nuse = egg:shop\n${lines}\n`;

/** The verdict of a session whose Secure is an expression of `main(global_config, **settings)`. */
async function verdictOf(expression: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return verdicts({
    ...files,
    "shop/__init__.py": `from pyramid.session import SignedCookieSessionFactory
from pyramid.settings import asbool


def main(global_config, **settings):
    return SignedCookieSessionFactory("k", secure=${expression})
`,
  });
}

test.each([
  ['asbool(settings["s"])', "s = false", "insecure"],
  ['asbool(settings["s"])', "s = on", "secure"],
  ['settings["s"]', "s = false", "secure"],
  ['settings["s"] == "true"', "s = True", "insecure"],
  ['settings["s"].lower() == "true"', "s = True", "secure"],
  ['settings.get("s", True)', "", "secure"],
  ['asbool(settings.get("s"))', "", "insecure"],
  ['asbool(settings["s"])', "", "unknown"],
  ["asbool(settings[name])", "s = true", "unknown"],
])("%s with %j is %s", async (expression, lines, verdict) => {
  expect(await verdictOf(expression, { "production.ini": ini(lines) })).toEqual([`session: ${verdict}`]);
});

test("files of the deployment decide before those of development, and near ones before far ones", async () => {
  const files = { "development.ini": ini("s = false"), "production.ini": ini("s = true") };
  expect(await verdictOf('asbool(settings["s"])', files)).toEqual(["session: secure"]);
  const far = { "other/production.ini": ini("s = true") };
  expect(await verdictOf('asbool(settings["s"])', far)).toEqual(["session: unknown"]);
});

test("files that disagree leave it open, unless one is production's", async () => {
  const two = { "a.ini": ini("s = true"), "b.ini": ini("s = false") };
  expect(await verdictOf('asbool(settings["s"])', two)).toEqual(["session: unknown"]);
  expect(await verdictOf('asbool(settings["s"])', { ...two, "production.ini": ini("s = true") })).toEqual([
    "session: secure",
  ]);
});

test("what the code sets itself counts before the file", async () => {
  const text = `from pyramid.session import SignedCookieSessionFactory


def main(global_config, **settings):
    settings["s"] = False
    return SignedCookieSessionFactory("k", secure=settings["s"])
`;
  expect(await verdicts({ "production.ini": ini("s = true"), "shop/__init__.py": text })).toEqual([
    "session: insecure",
  ]);
});

test("partials of functions and classes from outside the project are called", async () => {
  const text = `from functools import partial
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.session import SignedCookieSessionFactory

Secure = partial(SignedCookieSessionFactory, secure=True)
Named = partial(Secure, cookie_name="a")
Policy = partial(CookieCSRFStoragePolicy, "b")
Named("k")
Named("k", cookie_name="c", secure=False)
Policy()
`;
  expect(await verdicts({ "app.py": text })).toEqual(["a: secure", "c: insecure", "b: insecure"]);
});
