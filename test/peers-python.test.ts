import { describe, expect, test } from "vitest";
import type { Cookie } from "../src/cookie.ts";
import { applyEdits } from "../src/edit.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

/** Faults that other tools have on Python, each with the code that shows it. */

async function cookiesOf(texts: Readonly<Record<string, string>>): Promise<readonly Cookie[]> {
  return (await takeInventory(projectOf(texts), production)).cookies;
}

/** A file as the best fix of every cookie leaves it. */
function fixed(text: string, file: string, cookies: readonly Cookie[]): string {
  const edits = cookies.flatMap((cookie) => cookie.fixes[0]?.edits ?? []);
  return applyEdits(
    text,
    edits.filter((edit) => edit.file === file),
  );
}

describe("fault 3: a keyword that is there need not be true, and Secure is not about other attributes", () => {
  const calls = `
    response.set_cookie("explicit", "1", secure=False, httponly=False, samesite=None)
    response.set_cookie("only", "1", secure=True)
`;
  const apps = {
    flask: `from flask import make_response\n\ndef home():\n    response = make_response("hi")${calls}    return response\n`,
    django: `from django.http import HttpResponse\n\ndef home(request):\n    response = HttpResponse("hi")${calls}    return response\n`,
  };
  test.each(Object.entries(apps))("%s", async (framework, text) => {
    const cookies = await cookiesOf({ "views.py": text });
    expect(cookies.map(({ name, verdict, framework: by }) => [name, verdict, by])).toEqual([
      ["explicit", "insecure", framework],
      ["only", "secure", framework],
    ]);
  });
});

describe("fault 9: a fix changes nothing but Secure, and keeps what reads the environment", () => {
  const middleware = 'MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n';

  test("an expression that decides well is left alone", async () => {
    const text = `import environ\n\nenv = environ.Env()\n${middleware}SESSION_COOKIE_SECURE = env.bool("SECURE", default=True)\n`;
    const cookies = await cookiesOf({ "shop/settings.py": text });
    expect(cookies.map(({ name }) => name)).toEqual(["sessionid"]);
    expect(fixed(text, "shop/settings.py", cookies)).toBe(text);
  });

  test("an expression without a default is left to a person", async () => {
    const text = `import environ\n\nenv = environ.Env()\n${middleware}SESSION_COOKIE_SECURE = env.bool("SECURE")\n`;
    const after = fixed(text, "shop/settings.py", await cookiesOf({ "shop/settings.py": text }));
    expect(after).toContain('SESSION_COOKIE_SECURE = env.bool("SECURE")\n');
  });

  test("an expression that is off by default keeps its variable", async () => {
    const text = `import environ\n\nenv = environ.Env()\n${middleware}SESSION_COOKIE_SECURE = env.bool("SECURE", default=False)\n`;
    const after = fixed(text, "shop/settings.py", await cookiesOf({ "shop/settings.py": text }));
    expect(after).toBe(text.replace("default=False", "default=True"));
  });

  test("the module that serves is changed, not the one of development", async () => {
    const texts = {
      "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
      "shop/wsgi.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.production")\n',
      "shop/settings.py": middleware,
      "shop/production.py": "from .settings import *\n",
    };
    const cookies = await cookiesOf(texts);
    expect(fixed(texts["shop/settings.py"], "shop/settings.py", cookies)).toBe(texts["shop/settings.py"]);
    expect(fixed(texts["shop/production.py"], "shop/production.py", cookies)).toBe(
      "from .settings import *\nSESSION_COOKIE_SECURE = True\n",
    );
  });

  test("HttpOnly and SameSite stay as they are", async () => {
    const text =
      'from flask import make_response\n\n\ndef home():\n    response = make_response("hi")\n    response.set_cookie("a", "1")\n    return response\n';
    const after = fixed(text, "views.py", await cookiesOf({ "views.py": text }));
    expect(after).toBe(text.replace('"1")', '"1", secure=True)'));
  });

  test("the fixed files are secure when they are read again", async () => {
    const text = `${middleware}SESSION_COOKIE_SECURE = False\n`;
    const after = fixed(text, "shop/settings.py", await cookiesOf({ "shop/settings.py": text }));
    const again = await cookiesOf({ "shop/settings.py": after });
    expect(again.map(({ verdict }) => verdict)).toEqual(["secure"]);
  });
});
