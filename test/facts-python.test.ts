import { describe, expect, test } from "vitest";
import type { Files } from "./support/report.ts";
import { told } from "./support/told.ts";

/** What was seen on the wire of Python's frameworks, and on no page: programs, and what is said of each cookie. */
type Row = readonly [fact: string, files: Files, said: readonly string[]];

const indented = (code: string): string =>
  code
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");

const key = "SESSION_COOKIE_SECURE";
const sessions = 'MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n';
const settings = (code: string, more: Files = {}): Files => ({ "shop/settings.py": `${sessions}${code}\n`, ...more });
const env = (line: string): Files => ({ ".env": `${line}\n` });
const environ = (code: string): string => `import environ\nenv = environ.Env()\n${key} = ${code}`;
const djangoView = (code: string): Files => ({
  "views.py": `from django.http import HttpResponse\ndef home(request):\n    response = HttpResponse("hi")\n${indented(code)}    return response\n`,
});
const flaskView = (code: string): Files => ({
  "app.py": `from flask import Flask, make_response, request\napp = Flask(__name__)\n@app.get("/")\ndef home():\n    response = make_response("hi")\n${indented(code)}    return response\n`,
});
const flask = (code: string, more: Files = {}): Files => ({
  "app.py": `from flask import Flask\napp = Flask(__name__)\napp.secret_key = "k"\n${code}\n`,
  ...more,
});
const pyramidView = (code: string): Files => ({
  "views.py": `from pyramid.response import Response\ndef home(request):\n    response = Response()\n${indented(code)}    return response\n`,
});
const starletteView = (code: string): Files => ({
  "app.py": `from starlette.responses import Response\nasync def home(request):\n    response = Response()\n${indented(code)}    return response\n`,
});
const ini = (lines: string): Files => ({ "production.ini": `${lines}\n` });

/** By the attribute's name alone, as browsers read it. */
const spelledHeaders = (write: (text: string) => string): string =>
  ["Secure=0", "Secure=False", "SECURE", "secure ", "Secured", "Path=/secure"]
    .map((attribute, index) => write(`c${index}=1; ${attribute}`))
    .join("\n");

describe.each<[string, readonly Row[]]>([
  [
    "a header by hand",
    [
      [
        "Django: the attribute's name counts, and not its value",
        djangoView(spelledHeaders((text) => `response["Set-Cookie"] = "${text}"`)),
        [
          "c0 secure :4",
          "c1 secure :5",
          "c2 secure :6",
          "c3 secure :7",
          "c4 insecure :8, fixed",
          "c5 insecure :9, fixed",
        ],
      ],
      [
        "Flask: so too",
        flaskView(spelledHeaders((text) => `response.headers.add("Set-Cookie", "${text}")`)),
        [
          "c0 secure :6",
          "c1 secure :7",
          "c2 secure :8",
          "c3 secure :9",
          "c4 insecure :10, fixed",
          "c5 insecure :11, fixed",
        ],
      ],
      [
        "Django: a deletion",
        djangoView(
          'response["Set-Cookie"] = "a=; Max-Age=0; Path=/"\nresponse.headers["Set-Cookie"] = "b=deleted; expires=Thu, 01-Jan-1970 00:00:00 GMT"\nresponse["Set-Cookie"] = f"c={request.path}; Max-Age=0"\nresponse["Set-Cookie"] = "d=; Max-Age=60"',
        ),
        ["a deletion", "b deletion", "c deletion", "d insecure :7, fixed"],
      ],
      [
        "Flask: a deletion, in what a view gives too",
        {
          "app.py": `from flask import Flask, Response, make_response
app = Flask(__name__)
@app.get("/a")
def a():
    response = make_response("bye")
    response.headers["Set-Cookie"] = "a=; Max-Age=0"
    return response
@app.get("/b")
def b():
    return "bye", 200, {"Set-Cookie": "b=; Max-Age=0"}
@app.get("/c")
def c():
    return Response("bye", headers={"Set-Cookie": "c=; Max-Age=-1"})
`,
        },
        ["a deletion", "b deletion", "c deletion"],
      ],
      [
        "WebOb: in the list of headers, and not twice what make_cookie makes",
        {
          "views.py": `from pyramid.httpexceptions import HTTPFound
from pyramid.response import Response
from webob.cookies import make_cookie
def home(request):
    response = Response()
    response.headerlist.append(("Set-Cookie", "a=1"))
    response.headerlist.extend([("Set-Cookie", "b=1; secure"), ("Set-Cookie", "c=; Max-Age=0")])
    response.headers.add("Set-Cookie", make_cookie("d", "1", secure=True))
    response.headerlist.append(("Set-Cookie", make_cookie("e", "1")))
    return response
def leave(request):
    return HTTPFound(location="/", headers=[("Set-Cookie", "f=1")])
`,
        },
        [
          "a insecure :6, fixed",
          "b secure :7",
          "c deletion",
          "d secure :8",
          "e insecure, fixed",
          "f insecure :12, fixed",
        ],
      ],
    ],
  ],
  [
    "any truthy value is Secure",
    (
      [
        ["Django", djangoView],
        ["Flask", flaskView],
        ["Pyramid", pyramidView],
        ["Starlette", starletteView],
      ] as const
    ).map(([name, view]): Row => {
      const first = name === "Flask" ? 6 : 4;
      return [
        name,
        view(
          'response.set_cookie("a", "1", secure=(False,))\nresponse.set_cookie("b", "1", secure="False")\nresponse.set_cookie("c", "1", secure=1)',
        ),
        [0, 1, 2].map((index) => `${"abc"[index]} secure :${first + index}, wrong type`),
      ];
    }),
  ],
  [
    "Django",
    [
      [
        "the session's setting covers messages, and nothing else",
        {
          ...settings(`${key} = True\nMESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"`),
          "shop/urls.py":
            'from django.urls import include, path\nurlpatterns = [path("i18n/", include("django.conf.urls.i18n"))]\n',
          "shop/views.py":
            'from django.contrib import messages\nfrom django.http import HttpResponse\ndef home(request):\n    messages.info(request, "hi")\n    response = HttpResponse("hi")\n    response.set_cookie("own", "1")\n    return response\n',
        },
        ["sessionid secure :2", "messages secure :2", "django_language insecure, fixed", "own insecure, fixed"],
      ],
      [
        "messages that are kept in the session have no cookie",
        {
          "shop/settings.py":
            'MIDDLEWARE = ["django.contrib.messages.middleware.MessageMiddleware"]\nMESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"\n',
        },
        [],
      ],
      [
        "deletions take no secure",
        djangoView('response.delete_cookie("__Host-a")\nresponse.delete_cookie("b", samesite="None")'),
        ["__Host-a deletion", "b deletion"],
      ],
      ["vars().update", settings(`vars().update({"${key}": True})`), ["sessionid secure :2"]],
      ["the last assignment wins", settings(`${key} = False\n${key} = True`), ["sessionid secure :3"]],
      [
        "if not DEBUG, while it is on",
        settings(`DEBUG = True\nif not DEBUG:\n    ${key} = True`),
        ["sessionid insecure, fixed"],
      ],
      ["True and a comma", settings(`${key} = True,`), ["sessionid secure :2, wrong type"]],
      [
        "a variable's 0 is text",
        settings(`import os\n${key} = os.environ.get("V", False)`, env("V=0")),
        ["sessionid secure :3, wrong type"],
      ],
      [
        "bool of no variable",
        settings(`import os\n${key} = bool(os.environ.get("V"))`),
        ["sessionid conditional → insecure :3, fixed"],
      ],
      [
        "== 'True' of True",
        settings(`import os\n${key} = os.environ.get("V") == "True"`, env("V=True")),
        ["sessionid secure :3"],
      ],
      [
        "bool(int()) of 0",
        settings(`import os\n${key} = bool(int(os.environ.get("V", 1)))`, env("V=0")),
        ["sessionid insecure :3, fixed"],
      ],
      [
        "lower() in of 1",
        settings(`import os\n${key} = os.getenv("V", "false").lower() in ("true", "1")`, env("V=1")),
        ["sessionid secure :3"],
      ],
      [
        "django-environ without a cast",
        settings(environ('env("V")'), env("V=False")),
        ["sessionid secure :4, wrong type"],
      ],
      [
        "django-environ by its default",
        settings(environ('env("V", default=False)'), env("V=False")),
        ["sessionid insecure :4, fixed"],
      ],
      [
        "django-environ by its default, on",
        settings(environ('env("V", default=False)'), env("V=on")),
        ["sessionid secure :4"],
      ],
      [
        "django-environ, its default a text",
        settings(environ('env("V", default="False")'), env("V=False")),
        ["sessionid secure :4, wrong type"],
      ],
      ["env.bool of False", settings(environ('env.bool("V", True)'), env("V=False")), ["sessionid insecure :4, fixed"]],
      [
        "a scheme of on",
        settings(`import environ\nenv = environ.Env(V=(bool, False))\n${key} = env("V")`, env("V=on")),
        ["sessionid secure :4"],
      ],
      [
        "request.is_secure() follows SECURE_PROXY_SSL_HEADER",
        {
          ...settings(`${key} = True\nSECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")`),
          "shop/views.py":
            'from django.http import HttpResponse\ndef home(request):\n    response = HttpResponse("hi")\n    response.set_cookie("a", "1", secure=request.is_secure())\n    return response\n',
        },
        ["sessionid secure :2", "a conditional → secure :4"],
      ],
      [
        "and without it does not see https",
        djangoView('response.set_cookie("a", "1", secure=request.is_secure())'),
        ["a conditional → insecure :4"],
      ],
      [
        "a keyword before what may hold it, and behind a dict that does not",
        djangoView('response.set_cookie("a", "1", **extra)\nresponse.set_cookie("b", "1", **{"max_age": 5})'),
        ["a unknown :4", "b insecure, fixed"],
      ],
      [
        "the last write to a morsel, by update too",
        djangoView(
          'response.set_cookie("a", "1")\nresponse.cookies["a"]["secure"] = True\nresponse.cookies["a"]["secure"] = False\nresponse.cookies["b"] = "1"\nresponse.cookies["b"].update({"secure": True})',
        ),
        ["a insecure :6, fixed", "b secure :8"],
      ],
    ],
  ],
  [
    "Flask",
    [
      ["the text False", flask(`app.config["${key}"] = "False"`), ["session secure :4, wrong type"]],
      ["no text at all depends on Werkzeug", flask(`app.config["${key}"] = ""`), ["session conditional → open :4"]],
      [
        "and is Secure on a new one",
        flask(`app.config["${key}"] = ""`, { "requirements.txt": "werkzeug==3.1.3\n" }),
        ["session conditional → secure :4"],
      ],
      [
        "a prefixed True is text",
        flask("app.config.from_prefixed_env()", env(`FLASK_${key}=True`)),
        ["session secure :4, wrong type"],
      ],
      [
        "a prefixed 1 is a number",
        flask("app.config.from_prefixed_env()", env(`FLASK_${key}=1`)),
        ["session secure :4, wrong type"],
      ],
      [
        "a prefixed 0 on a new Werkzeug",
        flask("app.config.from_prefixed_env()", { ...env(`FLASK_${key}=0`), "requirements.txt": "flask==3.1.3\n" }),
        ["session conditional → secure :4"],
      ],
      [
        "a prefixed 0 on an old one",
        flask("app.config.from_prefixed_env()", { ...env(`FLASK_${key}=0`), "requirements.txt": "werkzeug==2.2.2\n" }),
        ["session conditional → insecure :4, fixed"],
      ],
      [
        "a prefix of one's own",
        flask('app.config.from_prefixed_env("SHOP")', env(`SHOP_${key}=true`)),
        ["session secure :4"],
      ],
      [
        "ProxyFix makes is_secure true",
        {
          "app.py": `from flask import Flask, make_response, request
from werkzeug.middleware.proxy_fix import ProxyFix
app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
@app.get("/")
def home():
    response = make_response("hi")
    response.set_cookie("a", "1", secure=request.is_secure)
    return response
`,
        },
        ["a conditional → secure :8"],
      ],
      [
        "Talisman does not reach cookies of one's own",
        {
          "app.py":
            'from flask import Flask, make_response\nfrom flask_talisman import Talisman\napp = Flask(__name__)\napp.secret_key = "k"\nTalisman(app)\n@app.get("/")\ndef home():\n    response = make_response("hi")\n    response.set_cookie("a", "1")\n    return response\n',
        },
        ["session secure :5", "a insecure, fixed"],
      ],
      [
        "partitioned=False forces nothing",
        flaskView('response.set_cookie("a", "1", partitioned=False)'),
        ["a insecure, fixed"],
      ],
      [
        "a deletion's secure counts for nothing",
        flaskView('response.delete_cookie("a", secure=False)'),
        ["a deletion"],
      ],
    ],
  ],
  [
    "Pyramid",
    [
      [
        "AuthTktCookieHelper's third, and a policy that says no",
        {
          "security.py":
            'from pyramid.authentication import AuthTktCookieHelper\nfrom pyramid.csrf import CookieCSRFStoragePolicy\nhelper = AuthTktCookieHelper("k", "ticket", True)\npolicy = CookieCSRFStoragePolicy(secure=False)\n',
        },
        ["ticket secure :3", "csrf_token insecure :4, fixed"],
      ],
      ...(
        [
          ["session.key = shop\nsession.secure = true", ["shop secure :4"]],
          ["session.key = shop\nsession.secure = false", ["shop insecure :4, fixed"]],
          ["beaker.session.key = shop", ["shop insecure, fixed"]],
        ] as const
      ).map(
        ([lines, said]): Row => [
          `pyramid_beaker reads ${lines.replace("\n", ", ")}`,
          {
            ...ini(`[app:main]\nuse = egg:shop\n${lines}`),
            "shop/__init__.py":
              "from pyramid_beaker import session_factory_from_settings\ndef main(global_config, **settings):\n    return session_factory_from_settings(settings)\n",
          },
          said,
        ],
      ),
    ],
  ],
  [
    "Beaker",
    [
      ...(
        [
          ["0", "insecure :4, fixed"],
          ["False", "insecure :4, fixed"],
          ["1", "secure :4"],
          ["on", "secure :4"],
          ["True", "secure :4"],
        ] as const
      ).map(
        ([value, said]): Row => [
          `reads ${value}`,
          ini(`[app:main]\nuse = egg:shop\nbeaker.session.key = shop\nbeaker.session.secure = ${value}`),
          [`shop ${said}`],
        ],
      ),
      [
        "[DEFAULT] stays where the application says otherwise without set",
        ini(
          "[DEFAULT]\nbeaker.session.secure = true\n[app:main]\nuse = egg:shop\nbeaker.session.key = shop\nbeaker.session.secure = false",
        ),
        ["shop secure :2"],
      ],
      [
        "and set undoes it",
        ini(
          "[DEFAULT]\nbeaker.session.secure = true\n[app:main]\nuse = egg:shop\nbeaker.session.key = shop\nset beaker.session.secure = false",
        ),
        ["shop insecure :6, fixed"],
      ],
      [
        "what the used file says holds",
        {
          "base.ini": "[app:main]\nuse = egg:shop\nbeaker.session.key = shop\nbeaker.session.secure = true\n",
          ...ini("[app:main]\nuse = config:base.ini"),
        },
        ["shop secure :4"],
      ],
      [
        "a wrong key, texts that are read, and the keyword that wins",
        {
          "app.py": `from beaker.middleware import SessionMiddleware
a = SessionMiddleware(app, {"session.key": "a", "session.cookie_secure": True})
b = SessionMiddleware(app, {"session.key": "b", "session.secure": "on"})
c = SessionMiddleware(app, {"session.key": "c", "session.secure": "0"})
d = SessionMiddleware(app, {"session.key": "d", "session.type": "cookie", "session.secure": True}, secure=False)
`,
        },
        ["a insecure, fixed", "b secure :3", "c insecure :4, fixed", "d insecure :5, fixed"],
      ],
    ],
  ],
  [
    "others",
    [
      [
        "Starlette: SameSite=None brings no Secure",
        starletteView('response.set_cookie("a", "1", samesite="none")'),
        ["a insecure, fixed"],
      ],
      [
        "fastapi-users says so itself",
        {
          "auth.py":
            "from fastapi_users.authentication import CookieTransport\nt = CookieTransport(cookie_secure=True)\n",
        },
        ["fastapiusersauth secure :2"],
      ],
      [
        "http.cookies: 0 and no text are off, 1 is on; what update is given may not be known",
        {
          "app.py": `from http.cookies import SimpleCookie
def jar(options):
    jar = SimpleCookie()
    jar["a"] = "1"
    jar["a"]["secure"] = 1
    jar["b"] = "1"
    jar["b"]["secure"] = 0
    jar["c"] = "1"
    jar["c"]["secure"] = ""
    jar["d"] = "1"
    jar["d"].update(options)
    return jar
`,
        },
        ["a secure :5, wrong type", "b insecure :7, fixed", "c insecure :9, fixed", "d unknown :2"],
      ],
      [
        "secure=True needs no SameSite beside it",
        flaskView(
          'response.set_cookie("a", "1", secure=True)\nresponse.set_cookie("b", "1", secure=False, httponly=False, samesite=None)',
        ),
        ["a secure :6", "b insecure :7, fixed"],
      ],
      [
        "a syntax error hides no cookie",
        {
          "views.py":
            'from django.http import HttpResponse\ndef broken(:\n    pass\ndef home(request):\n    response = HttpResponse("hi")\n    response.set_cookie("a", "1")\n    return response\n',
        },
        ["a insecure, fixed"],
      ],
    ],
  ],
])("%s", (_framework, rows) => {
  test.each(rows)("%s", async (_fact, files, said) => expect(await told(files)).toEqual(said));
});
