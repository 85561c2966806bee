import { expect, test } from "vitest";
import { verdicts } from "../evaluate/verdicts.ts";

const middleware = (...names: readonly string[]) =>
  `ALLOWED_HOSTS = []\nMIDDLEWARE = [\n    "django.middleware.common.CommonMiddleware",\n${names.map((name) => `    "${name}",\n`).join("")}]\n`;

test("a middleware that is made of Django's sets its cookie, in the project and in a package", async () => {
  const own = `from django.contrib.sessions.middleware import SessionMiddleware
from django.middleware.csrf import CsrfViewMiddleware


class QuietSessionMiddleware(SessionMiddleware):
    pass


class VisitSessionMiddleware:
    pass


class StrictCsrfMiddleware(CsrfViewMiddleware):
    pass
`;
  const all = ["VisitSessionMiddleware", "QuietSessionMiddleware", "StrictCsrfMiddleware"].map(
    (name) => `site.middleware.${name}`,
  );
  const settings = middleware(...all);
  expect(await verdicts({ "site/middleware.py": own, "site/settings.py": settings })).toEqual([
    "sessionid: insecure",
    "csrftoken: insecure",
  ]);
  const visits = middleware("site.middleware.VisitSessionMiddleware", "corsheaders.middleware.CorsPostCsrfMiddleware");
  expect(await verdicts({ "site/middleware.py": own, "site/settings.py": visits })).toEqual([]);
  expect(await verdicts({ "site/settings.py": middleware("user_sessions.middleware.SessionMiddleware") })).toEqual([
    "sessionid: insecure",
  ]);
});

test("lists that stand in another folder of the settings' package are theirs", async () => {
  const files = {
    "shop/parts/web.py": middleware("django.contrib.sessions.middleware.SessionMiddleware"),
    "shop/settings/prod.py": "from shop.parts.web import *\n\nSESSION_COOKIE_SECURE = True\n",
    "shop/wsgi.py": 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.prod")\n',
  };
  expect(await verdicts(files)).toEqual(["sessionid: secure"]);
});

test("settings that begin with those of a package are not known where they say nothing", async () => {
  const listed = middleware("django.contrib.sessions.middleware.SessionMiddleware");
  expect(await verdicts({ "site/settings.py": `from portal.settings import *\n${listed}` })).toEqual([
    "sessionid: unknown",
  ]);
  expect(
    await verdicts({ "site/settings.py": `from portal.settings import *\n${listed}SESSION_COOKIE_SECURE = True\n` }),
  ).toEqual(["sessionid: secure"]);
  const others = "from os.path import *\nfrom django.conf.global_settings import *\n";
  expect(await verdicts({ "site/settings.py": others + listed })).toEqual(["sessionid: insecure"]);
  const local = `${listed}try:\n    from .local_settings import *\nexcept ImportError:\n    pass\n`;
  expect(await verdicts({ "site/settings.py": local })).toEqual(["sessionid: insecure"]);
});

test("no default stands in for a setting that Django's settings always have", async () => {
  const view = `from django.conf import settings


def keep(response, token):
    response.set_cookie("token", token, secure=getattr(settings, "SESSION_COOKIE_SECURE", True))
`;
  expect(await verdicts({ "shop/tokens.py": view })).toEqual(["token: unknown"]);
  const settings = middleware("django.middleware.gzip.GZipMiddleware");
  expect(await verdicts({ "shop/tokens.py": view, "shop/settings.py": settings })).toEqual(["token: insecure"]);
});

test("a package that only describes itself is as empty as one that says nothing", async () => {
  const files = {
    "shop/asgi.py": 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "shop/settings/__init__.py": '"""\nThe settings of the shop. No logic here.\n"""\n',
    "shop/settings/base.py": middleware("django.contrib.sessions.middleware.SessionMiddleware"),
    "shop/settings/dev.py": "from .base import *\n",
    "shop/settings/prod.py": "from .base import *\n\nSESSION_COOKIE_SECURE = True\n",
  };
  expect(await verdicts(files)).toEqual(["sessionid: secure"]);
});
