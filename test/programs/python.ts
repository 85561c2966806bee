import type { Draw } from "./draw.ts";
import { type Program, type Programs, type Surroundings, statements, type Table } from "./program.ts";

const around: Surroundings = {
  nests: [
    "if request:\n  §body§",
    "if request:\n  pass\nelse:\n  §body§",
    "try:\n  §body§\nexcept ValueError:\n  pass",
    "try:\n  pass\nfinally:\n  §body§",
    "for each in [1]:\n  §body§",
    'with open("a") as file$V:\n  §body§',
    "def later$V():\n  §body§\nlater$V()",
  ],
  above: ["if request:", "with open('a'):", "for each in [1]:"],
  before: ["if request: ", "pass; "],
  comments: ["# secure=True", '# it\'s "here"', "# response.set_cookie('a', '1')"],
  remarks: ["  # secure=False", " # Secure"],
  oneLine: false,
  singleQuotes: true,
  huge: (filler) => `"${filler}";`,
};
const flat: Surroundings = {
  ...around,
  nests: ["if True:\n  §body§", "try:\n  §body§\nexcept ValueError:\n  pass"],
  before: [],
};

const each = (surroundings: Surroundings, ...tables: readonly Table[]): Programs =>
  tables.map((table) => statements(table, surroundings));

/** `set_cookie` of Django, Flask, WebOb and Starlette: the same call, but for names and order of its parameters. */
const setCookie = [
  `response.set_cookie("$N", "1")`,
  `response.set_cookie("$N", "1", )`,
  `response.set_cookie("$N", value="1", «httponly=True¦path="/", httponly=True¦httponly=True,¦httponly = True»)`,
  `response.set_cookie("$N", "1", «secure=False¦secure=False, path="/"¦secure = False»)`,
  `response.set_cookie(\n  "$N",\n  "1"«,¦»\n)`,
  `response.set_cookie(\n  "$N",\n  "1"«,¦»«  # secure=True¦»\n)`,
  `response.set_cookie(\n  "$N",\n  "1",\n  httponly=True,\n  # secure=True,\n)`,
  `response.set_cookie("$N", "1",\n                    httponly=True)`,
  `response.set_cookie(\n  "$N", "1",\n  secure=False«,¦»\n)`,
  `response.set_cookie("$N", "1", **{"httponly": True})`,
  `options$V = {"httponly": True}\nresponse.set_cookie("$N", "1", **options$V)`,
  `options$V = dict(httponly=True)\nresponse.set_cookie("$N", "1", **options$V)`,
  `options$V = {}\noptions$V["secure"] = False\nresponse.set_cookie("$N", "1", **options$V)`,
  `off$V = False\nresponse.set_cookie("$N", "1", secure=off$V)`,
  `off$V = False\nresponse.set_cookie("$N", "1", httponly=off$V, secure=off$V)`,
  `response.set_cookie("$N", "1"); response.set_cookie("$Nb", "1", secure=False)`,
  `response.set_cookie("$N",\\\n  "1")`,
  `response.set_cookie("$N", "1" if request else "2")`,
  `response.set_cookie("$N", f"{request}")`,
  `response.set_cookie(key="$N", value="1"); response.x = 1`,
  `[response.set_cookie(name, "1") for name in ["$N"]]`,
  { text: `for name in ("$N", "$Nb"):\n  response.set_cookie(name, "1")`, off: 1 },
  `send$V = response.set_cookie\nsend$V("$N", "1")`,
  `response.set_cookie(*["$N", "1"])`,
  `response.set_cookie("$N", "1", **dict(httponly=True))`,
  `response.set_cookie("$N", "1", **{**{"httponly": True}, "secure": False})`,
  `response.set_cookie("$N", """1\n  2""")`,
  `response.set_cookie(  # secure=True\n  "$N", "1"\n)`,
  `response.set_cookie(\n  # secure=True\n  "$N",\n  "1"\n  # , secure=True\n)`,
  `(lambda r: r.set_cookie("$N", "1"))(response)`,
  {
    text: `response.set_cookie("$N", "1", secure=Config$V.SECURE)`,
    top: `class Config$V:\n  DEBUG = False\n  SECURE = False`,
  },
  {
    text: `response.set_cookie("$N", "1", **Config$V.OPTIONS)`,
    top: `class Config$V:\n  OPTIONS = {"httponly": True, "secure": False}`,
  },
  { text: `put$V(response, "$N")`, top: `def put$V(response, name):\n  response.set_cookie(name, "1")` },
  {
    text: `put$V(response, "$N", False)`,
    top: `def put$V(response, name, secure):\n  response.set_cookie(name, "1", secure=secure)`,
  },
  {
    text: `put$V(response, "$N")`,
    top: `def put$V(response, name, secure=False):\n  response.set_cookie(name, "1", secure=secure)`,
  },
  { text: `response.set_cookie("$N", "1", secure=SECURE_$V)`, top: "SECURE_$V = False" },
  { text: `response.set_cookie("$N", "1", **OPTIONS_$V)`, top: `OPTIONS_$V = {\n  "httponly": True«,¦»\n}` },
  {
    text: `from options$V import SECURE\nresponse.set_cookie("$N", "1", secure=SECURE)`,
    also: { "options$V.py": "PORT = 80\nSECURE = False\n" },
  },
  {
    text: `from put$V import put$V\nput$V(response, "$N")`,
    also: { "put$V.py": `def put$V(response, name):\n    response.set_cookie(name, "1", httponly=True)\n` },
  },
];

const setCookieOn = [`response.set_cookie("$N", "1", secure=True)`, `response.delete_cookie("$N")`];

const views = [
  "def view$V(request):\n  response = make()\n  §body§\n  return response",
  "async def view$V(request):\n  response = make()\n  §body§\n  return response",
  "class View$V:\n  def get(self, request):\n    response = make()\n    §body§\n    return response",
].map((view) => view);
const made = (call: string) => views.map((view) => view.replace("make()", call));

const djangoViews: Table = {
  files: ["shop/views.py", "shop/more.py"],
  frame: `from django.http import HttpResponse\n\n§top§\n\n§body§\n`,
  functions: made(`HttpResponse("hi")`),
  off: [
    ...setCookie,
    `response.set_signed_cookie("$N", "1"«, salt="a"¦»)`,
    `response.cookies["$N"] = "1"`,
    `response.cookies["$N"] = "1"\nresponse.cookies["$N"]["secure"] = False`,
    `response["Set-Cookie"] = "$N=1; Path=/"`,
  ],
  on: [...setCookieOn, `response.cookies["$N"] = "1"\nresponse.cookies["$N"]["secure"] = True`],
};

/** The module that production uses, itself or by way of a base. */
function djangoSettings(draw: Draw): Program {
  const session = `'django.contrib.sessions.middleware.SessionMiddleware'`;
  const csrf = `'django.middleware.csrf.CsrfViewMiddleware'`;
  const withCsrf = draw.number(1) === 0;
  const names = withCsrf ? ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"] : ["SESSION_COOKIE_SECURE"];
  const said = names.map((name) =>
    draw.pick([
      "",
      `${name} = False`,
      `${name}=False`,
      `# ${name} = True`,
      `${name} = not DEBUG`,
      `${name} = True`,
      `${name} = None`,
      `${name} = env("SECURE", default=False)`,
      `${name} = os.environ.get("SECURE", False)`,
    ]),
  );
  const lines = [
    `SECRET_KEY = 'café'`,
    "DEBUG = True",
    draw.text(`MIDDLEWARE = [«¦\n  »${[session, ...(withCsrf ? [csrf] : [])].join(", ")}«,\n¦»]`),
    draw.text("«¦\n# Cookies\n¦# -----\n»"),
    ...said,
    draw.text(
      "«¦TIME_ZONE = 'UTC'¦\nLANGUAGES = [\n  'en',\n]¦if DEBUG:\n  INTERNAL_IPS = []¦SESSION_COOKIE_AGE = 60  # secure»",
    ),
    draw.text("«¦¦try:\n  from .local import *\nexcept ImportError:\n  pass»"),
  ];
  const settings = `import os\nimport environ\nenv = environ.Env()\n${lines.filter((line) => line !== "").join(draw.pick(["\n", "\n\n"]))}\n`;
  const wsgi = (module: string) => `import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "${module}")\n`;
  const off = said.filter((line) => !line.endsWith("= True") || line.startsWith("#")).length;
  switch (draw.number(2)) {
    case 0:
      return { off, files: { "shop/wsgi.py": wsgi("shop.settings"), "shop/settings.py": settings } };
    case 1:
      return {
        off,
        files: {
          "shop/wsgi.py": wsgi("shop.settings.production"),
          "shop/settings/__init__.py": "",
          "shop/settings/base.py": settings.replace(/^from \.local.*/m, ""),
          "shop/settings/production.py": draw.text(
            "from .base import *«\n¦\n\nDEBUG = False\n¦\n\nALLOWED_HOSTS = ['a']\n»",
          ),
        },
      };
    default:
      return {
        off,
        files: {
          "shop/wsgi.py": wsgi("shop.settings"),
          "shop/settings.py": `${settings}\n\nclass Unused:\n    SESSION_COOKIE_SECURE = True\n`,
        },
      };
  }
}

const flaskViews: Table = {
  files: ["app.py", "admin.py"],
  frame: `from flask import Flask, make_response, request\n\napp = Flask(__name__)\n§top§\n\n§body§\n`,
  functions: [`@app.route("/$V")\ndef view$V():\n  response = make_response("hi")\n  §body§\n  return response`],
  off: [...setCookie, `response.headers["Set-Cookie"] = "$N=1; Path=/"`, `response.headers.add("Set-Cookie", "$N=1")`],
  on: setCookieOn,
};

/** One application, and where its settings are. */
function flaskConfig(draw: Draw): Program {
  const head = `from flask import Flask, session\n\n`;
  const use = `\n\n@app.route("/")\ndef home():\n    session["a"] = 1\n    return "hi"\n`;
  const off = draw.number(3) > 0;
  const said = off ? draw.pick(["", "", "False"]) : "True";
  const q = draw.pick([`"`, `'`]);
  const entry = (text: string) => (said === "" ? "" : text);
  const members = (indent: string) =>
    [
      `SECRET_KEY = ${q}x${q}`,
      entry(`SESSION_COOKIE_SECURE = ${said}`),
      draw.pick(["", `SESSION_COOKIE_NAME = ${q}s${q}`, "# SESSION_COOKIE_SECURE = True", "DEBUG = False  # no"]),
    ]
      .filter((line) => line !== "")
      .map((line) => `${indent}${line}\n`)
      .join("");
  const comma = draw.pick([",", ""]);
  const files: Record<string, string> = {};
  switch (draw.number(6)) {
    case 0:
      files["app.py"] =
        `${head}app = Flask(__name__)\napp.secret_key = ${q}x${q}\n${entry(`app.config[${q}SESSION_COOKIE_SECURE${q}] = ${said}\n`)}${use}`;
      break;
    case 1:
      files["app.py"] =
        `${head}app = Flask(__name__)\napp.config.update(SECRET_KEY=${q}x${q}${entry(`, SESSION_COOKIE_SECURE=${said}`)}${comma})\n${use}`;
      break;
    case 2:
      files["app.py"] =
        `${head}app = Flask(__name__)\napp.config.update(\n    SECRET_KEY=${q}x${q},\n${entry(`    SESSION_COOKIE_SECURE=${said},\n`)})\n${use}`;
      break;
    case 3:
      files["app.py"] =
        `${head}class Config:\n${members("    ")}\n\nclass Production(Config):\n    ${draw.pick(["pass", "TESTING = False", `"""For production."""`])}\n\n\napp = Flask(__name__)\napp.config.from_object(Production)\n${use}`;
      break;
    case 4:
      files["config.py"] = members("");
      files["app.py"] = `${head}app = Flask(__name__)\napp.config.from_object(${q}config${q})\n${use}`;
      break;
    case 5:
      files["settings.cfg"] = members("");
      files["app.py"] = `${head}app = Flask(__name__)\napp.config.from_pyfile(${q}settings.cfg${q})\n${use}`;
      break;
    default:
      files["app.py"] =
        `${head}def create_app():\n    app = Flask(__name__)\n    app.config.from_mapping(SECRET_KEY=${q}x${q}${entry(`, SESSION_COOKIE_SECURE=${said}`)})\n    return app\n\n\napp = create_app()\n${use}`;
  }
  return { files, off: off ? 1 : 0 };
}

/** What is sent may be somebody else's response: no other file can tell that it is one of Flask. */
const flaskHooks: Table = {
  ...flaskViews,
  functions: [`@app.after_request\ndef view$V(response):\n  §body§\n  return response`],
  off: flaskViews.off.filter((spelling) => typeof spelling === "string" || spelling.also === undefined),
};

const starletteViews: Table = {
  files: ["app.py", "more.py"],
  frame: `from starlette.responses import Response\n\n§top§\n\n§body§\n`,
  functions: made(`Response("hi")`),
  off: [
    ...setCookie,
    `response.headers["Set-Cookie"] = "$N=1; Path=/"`,
    `response.headers.append("Set-Cookie", "$N=1")`,
  ],
  on: setCookieOn,
};
const starletteSession: Table = {
  files: ["app.py"],
  frame: `from starlette.applications import Starlette\nfrom starlette.middleware import Middleware\nfrom starlette.middleware.sessions import SessionMiddleware\n\n§top§\n\n§body§\n`,
  functions: ["app$V = Starlette()\n§body§"],
  off: [
    `app.add_middleware(SessionMiddleware, secret_key="k", session_cookie="$N"«, https_only=False¦,¦»)`,
    `app.add_middleware(\n  SessionMiddleware,\n  secret_key="k",\n  session_cookie="$N"«,¦»\n)`,
    `layers$V = [\n  Middleware(SessionMiddleware, secret_key="k", session_cookie="$N"),\n  Middleware(SessionMiddleware, secret_key="k", session_cookie="$Nb", https_only=False)«,¦»\n]`,
    `wrapped$V = SessionMiddleware(app, "k", session_cookie="$N")`,
  ],
  on: [`app.add_middleware(SessionMiddleware, secret_key="k", session_cookie="$N", https_only=True)`],
};

const pyramidViews: Table = {
  files: ["shop/views.py", "shop/more.py"],
  frame: `from pyramid.response import Response\n\n§top§\n\n§body§\n`,
  functions: made(`Response("hi")`),
  off: [...setCookie, `request.response.set_cookie("$N", "1")`, `response.headers.add("Set-Cookie", "$N=1; Path=/")`],
  on: setCookieOn,
};
const pyramidSession: Table = {
  files: ["shop/__init__.py", "shop/security.py"],
  frame: `from pyramid.authentication import AuthTktAuthenticationPolicy\nfrom pyramid.csrf import CookieCSRFStoragePolicy\nfrom pyramid.session import SignedCookieSessionFactory\nfrom webob.cookies import CookieProfile\n\n§top§\n\n§body§\n`,
  functions: ["def main$V(global_config, **settings):\n  §body§\n  return make_app()", "§body§"],
  off: [
    `factory$V = SignedCookieSessionFactory("k", cookie_name="$N"«, secure=False¦, httponly=True¦»)`,
    `factory$V = SignedCookieSessionFactory(\n  "k",\n  cookie_name="$N"«,¦»\n)`,
    `policy$V = CookieCSRFStoragePolicy(cookie_name="$N")`,
    `policy$V = AuthTktAuthenticationPolicy("k", hashalg="sha512", cookie_name="$N"«, secure=False¦»)`,
    `profile$V = CookieProfile("$N")`,
  ],
  on: [`factory$V = SignedCookieSessionFactory("k", cookie_name="$N", secure=True)`],
};

const jar: Table = {
  files: ["app.py", "more.py"],
  frame: `from http.cookies import SimpleCookie\n\n§top§\n\n§body§\n`,
  functions: ["def jar$V(request):\n  jar = SimpleCookie()\n  §body§\n  return jar"],
  off: [
    `jar["$N"] = "1"`,
    `jar["$N"] = "1"\njar["$N"]["path"] = "/"`,
    `jar["$N"] = "1"\njar["$N"]["secure"] = False`,
    `jar["$N"] = "1"; jar["$N"]["httponly"] = True`,
    `jar["$N"] = "1"\njar["$Nb"] = "1"`,
  ],
  on: [`jar["$N"] = "1"\njar["$N"]["secure"] = True`, `jar["$N"] = ""\njar["$N"]["max-age"] = 0`],
};

const beakerCode: Table = {
  files: ["app.py"],
  frame: `from beaker.middleware import SessionMiddleware\nfrom pyramid_beaker import BeakerSessionFactoryConfig\n\n§top§\n\n§body§\n`,
  functions: ["§body§", "def make$V(app, request):\n  §body§\n  return app"],
  off: [
    `app$V = SessionMiddleware(app, {"session.key": "$N"«,¦»})`,
    `app$V = SessionMiddleware(app, {\n  "session.key": "$N",\n  "session.type": "file"«,¦»\n})`,
    `app$V = SessionMiddleware(app, {"session.key": "$N", "session.secure": False})`,
    `app$V = SessionMiddleware(app, key="$N")`,
    `options$V = {"session.key": "$N", "session.secure": "false"}\napp$V = SessionMiddleware(app, options$V)`,
    { text: "app$V = SessionMiddleware(app, OPTIONS$V)", top: `OPTIONS$V = {\n  "session.key": "$N"«,¦»\n}` },
    `factory$V = BeakerSessionFactoryConfig(key="$N"«,¦»)`,
  ],
  on: [`app$V = SessionMiddleware(app, {"session.key": "$N", "session.secure": True})`],
};

/** A file that PasteDeploy reads. */
function beakerIni(draw: Draw): Program {
  const separator = draw.pick([" = ", "=", ": "]);
  const secure = draw.pick([undefined, undefined, "false", "no", "0", "True"]);
  const line = secure === undefined ? "" : `beaker.session.secure${separator}${secure}\n`;
  const inDefault = draw.number(2) === 0;
  const head = inDefault ? `[DEFAULT]\ndebug${separator}false\n${line}\n` : "";
  const app = `[app:main]\nuse${separator}egg:shop\nbeaker.session.key${separator}shop\n${draw.pick(["", "# beaker.session.secure = true\n", "; cookies\n", "\n"])}${inDefault ? "" : line}${draw.pick(["", `beaker.session.secret${separator}café\n`, "logging =\n    a\n    b\n"])}`;
  return {
    off: secure === "True" ? 0 : 1,
    files: {
      "production.ini": `${head}${app}${draw.pick(["", `\n[server:main]\nuse${separator}egg:Paste#http\n`])}`,
      "shop/config/middleware.py": `from beaker.middleware import SessionMiddleware\n\n\ndef make_app(global_conf, full_stack=True, **app_conf):\n    config = load_environment(global_conf, app_conf)\n    app = PylonsApp(config=config)\n    return SessionMiddleware(app, config)\n`,
    },
  };
}

export const python: Readonly<Record<string, Programs>> = {
  django: [...each(around, djangoViews), djangoSettings],
  flask: [...each(around, flaskViews, flaskHooks), flaskConfig],
  starlette: [...each(around, starletteViews), ...each(flat, starletteSession)],
  pyramid: [...each(around, pyramidViews), ...each(flat, pyramidSession)],
  "http-cookies": each(around, jar),
  beaker: [...each(flat, beakerCode), beakerIni],
};
