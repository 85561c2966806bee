import { describe, expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const settings = (lines: string) => ({
  "shop/settings.py": `MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n${lines}\n`,
});

describe("the names of a module", () => {
  test.each([
    ["globals().update(SESSION_COOKIE_SECURE=True)", "secure"],
    ['globals()["SESSION_COOKIE_SECURE"] = True', "secure"],
    ['vars().update({"SESSION_COOKIE_SECURE": True})', "secure"],
    ['locals()["SESSION_COOKIE_SECURE"] = True', "secure"],
    ['def f():\n    locals()["SESSION_COOKIE_SECURE"] = True\n\nf()', "insecure"],
    ["def f():\n    globals().update(SESSION_COOKIE_SECURE=True)\n\nf()", "secure"],
    ["SESSION_COOKIE_SECURE = True\nglobals().update(SESSION_COOKIE_SECURE=False)", "insecure"],
  ])("%j is %s", async (lines, verdict) => {
    expect(await verdicts(settings(lines))).toEqual([`sessionid: ${verdict}`]);
  });
});

const declared = (type: string) =>
  settings(`import environ\nenv = environ.Env(SECURE=(${type}))\nSESSION_COOKIE_SECURE = env("SECURE")`);

describe("environment variables with a declared type", () => {
  test.each([
    ["bool, True", undefined, "conditional"],
    ["bool, True", "False", "insecure"],
    ["bool, False", "on", "secure"],
    ["str, ''", "False", "secure"],
  ])("(%s) with %j is %s", async (type, value, verdict) => {
    expect(await verdicts(declared(type), value === undefined ? {} : { SECURE: value })).toEqual([
      `sessionid: ${verdict}`,
    ]);
  });
});

const propertyApp = (body: string, object: string) => ({
  "app.py": `from flask import Flask


class Base:
  SECRET_KEY = "k"
  DEBUG = True

  @property
  def SESSION_COOKIE_SECURE(self):
${body}


class Production(Base):
  DEBUG = False


app = Flask(__name__)
app.config.from_object(${object})
`,
});

describe("properties that are asked for", () => {
  test("see the instance that they are asked on", async () => {
    const body = "        return not self.DEBUG";
    expect(await verdicts(propertyApp(body, "Production()"))).toEqual(["session: secure"]);
    expect(await verdicts(propertyApp(body, "Base()"))).toEqual(["session: insecure"]);
  });

  test("may not end", async () => {
    const body = "        return self.SESSION_COOKIE_SECURE";
    expect(await verdicts(propertyApp(body, "Production()"))).toEqual(["session: unknown"]);
  });
});

const responseView = (lines: readonly string[]) => ({
  "views.py": `from django.http import HttpResponse\n\n\ndef home(request):\n    response = HttpResponse()\n${lines.map((line) => `    ${line}\n`).join("")}    return response\n`,
});

describe("elements of a container from outside the project", () => {
  test("have elements of their own, whatever they were set to", async () => {
    const lines = ['response.cookies["a"] = token()', 'response.cookies["a"]["secure"] = True'];
    expect(await verdicts(responseView(lines))).toEqual(["a: secure"]);
  });

  test("are told apart", async () => {
    const lines = [
      'response.cookies["a"] = "1"',
      'response.cookies["b"] = "1"',
      'response.cookies["b"]["secure"] = True',
    ];
    expect(await verdicts(responseView(lines))).toEqual(["a: insecure", "b: secure"]);
  });

  test("keep the last word", async () => {
    const lines = [
      'response.cookies["a"] = "1"',
      'response.cookies["a"]["secure"] = True',
      'response.cookies["a"]["secure"] = False',
    ];
    expect(await verdicts(responseView(lines))).toEqual(["a: insecure"]);
  });
});

const settingsView = (secure: string) => ({
  ...settings("DEBUG = False\nSECURE = True"),
  "shop/views.py": `from django.conf import settings\nfrom django.http import HttpResponse\n\n\ndef home(request):\n    response = HttpResponse()\n    response.set_cookie("a", "1", secure=${secure})\n    return response\n`,
});

describe("a module of the project that is known by a name from outside", () => {
  test.each([
    ["settings.SECURE", "secure"],
    ["not settings.DEBUG", "secure"],
    ["settings.CSRF_COOKIE_SECURE", "insecure"],
    ['getattr(settings, "SECURE", False)', "secure"],
    ['getattr(settings, "MISSING", True)', "secure"],
    ['getattr(settings, "MISSING", False)', "insecure"],
    ["settings.MISSING", "unknown"],
  ])("%s is %s", async (secure, verdict) => {
    expect(await verdicts(settingsView(secure))).toContain(`a: ${verdict}`);
  });
});

const configuredApp = (lines: string) => ({
  "app.py": `from flask import Flask\n\napp = Flask(__name__)\napp.secret_key = "k"\n${lines}\n`,
});

describe("the order of facts", () => {
  test.each([
    ['app.config.update(SESSION_COOKIE_SECURE=True)\napp.config["SESSION_COOKIE_SECURE"] = False', "insecure"],
    ['app.config["SESSION_COOKIE_SECURE"] = False\napp.config.update(SESSION_COOKIE_SECURE=True)', "secure"],
  ])("%j is %s", async (lines, verdict) => {
    expect(await verdicts(configuredApp(lines))).toEqual([`session: ${verdict}`]);
  });
});
