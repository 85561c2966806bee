import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Files, fixed, writing } from "./support/fix-everything.ts";
import { flag, names, spell, spellings } from "./support/programs.ts";

const options = { seed: 614 };

for (const spelling of spellings) {
  test(`${spelling.name}: what a program says of Secure in any shape is fixed, once and for all`, async () => {
    const shape = fc.constantFrom(...Object.keys(spelling.shapes));
    await fc.assert(
      fc.asyncProperty(flag, shape, names, writing, async (each, name, suffix, how) => {
        const files = spelling.shapes[name]!(spell(spelling, each), (original) => `${original}_${suffix}`);
        await fixed(files, how);
      }),
      { ...options, numRuns: 25 },
    );
  });
}

// ---- lists, as people write them

/** What stands between the items of a list: blanks, line ends, comments. */
interface Layout {
  readonly items: readonly number[];
  readonly lines: "one" | "each" | "hanging" | "mixed";
  readonly trailingComma: boolean;
  readonly comment: boolean;
}

const layout: fc.Arbitrary<Layout> = fc.record({
  items: fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 4 }),
  lines: fc.constantFrom("one" as const, "each" as const, "hanging" as const, "mixed" as const),
  trailingComma: fc.boolean(),
  comment: fc.boolean(),
});

/** @param indent of the statement @param remark how a comment to the end of the line begins */
function list(all: readonly string[], how: Layout, indent: string, remark: string, comma: boolean): string {
  const items = how.items.map((index) => all[index]!);
  if (items.length === 0) return how.lines === "each" ? `\n${indent}` : how.lines === "mixed" ? " " : "";
  const trailing = how.trailingComma && comma ? "," : "";
  const said = how.comment ? ` ${remark} café, secure: "no"` : "";
  const inner = `${indent}  `;
  switch (how.lines) {
    case "one":
      return ` ${items.join(", ")}${trailing} `;
    case "each":
      return `\n${items.map((item, index) => `${inner}${item}${index < items.length - 1 ? "," : trailing}${said}\n`).join("")}${indent}`;
    case "hanging":
      return items.join(`,\n${inner}`) + trailing;
    case "mixed":
      return `\n${inner}${items.join(", ")}${trailing}${said}\n${indent}`;
  }
}

const lists: Readonly<Record<string, (how: Layout) => Files>> = {
  "an object in JavaScript": (how) => ({
    "app.js": `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("c", "1", {${list(["httpOnly: true", 'path: "/"', "maxAge: 1000 * 60", 'sameSite: "lax"'], how, "  ", "//", true)}});\n});\n`,
  }),
  "nested options in JavaScript": (how) => ({
    "app.js": `const express = require('express')\nconst session = require('express-session')\nconst app = express()\n// sessions\napp.use(session({${list(["secret: 's'", "resave: false", `cookie: {${list(["httpOnly: true", "path: '/'", "maxAge: 1", "sameSite: 'lax'"], how, "  ", "//", true)}}`, "name: 'c'"], how, "", "//", true)}}))\n`,
  }),
  "keywords in Python": (how) => ({
    "views.py": `from django.http import HttpResponse\n\ndef home(request):\n    response = HttpResponse("hi")\n    response.set_cookie(${list(["key='c'", "httponly=True", "path='/'", "max_age=60"], { ...how, items: [...new Set([0, ...how.items])] }, "    ", "#", true)})\n    return response\n`,
  }),
  "a hash in Ruby": (how) => ({
    "config/application.rb": `require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n`,
    "app/controllers/home_controller.rb": `class HomeController < ApplicationController\n  def index\n    cookies[:c] = {${list([`value: "1"`, "httponly: true", `path: "/"`, ":domain => :all"], { ...how, items: [...new Set([0, ...how.items])] }, "    ", "#", true)}}\n  end\nend\n`,
  }),
  "an initializer in C#": (how) => ({
    "Home.aspx.cs": `using System.Web;\nusing System.Web.UI;\n\npublic class Home : Page\n{\n  protected void Page_Load(object sender, System.EventArgs e)\n  {\n    Response.Cookies.Add(new HttpCookie("c", "1") {${list(["HttpOnly = true", `Path = "/"`, `Domain = "a.example"`, "Shareable = false"], how, "    ", "//", true)}});\n  }\n}\n`,
  }),
};

describe("lists", () => {
  for (const [name, files] of Object.entries(lists)) {
    test(`${name} takes one more item, however it is laid out`, async () => {
      await fc.assert(
        fc.asyncProperty(layout, writing, async (how, written) => {
          const plan = await fixed(files(how), written);
          expect(plan.made.length).toBe(1);
          for (const { after } of plan.changes.values()) expect(after).not.toMatch(/, ,|,,/);
        }),
        { ...options, numRuns: 25 },
      );
    });
  }
});

// ---- settings

const child = (indent: string, elements: readonly string[]) => elements.map((each) => `${indent}${each}\n`).join("");

const webXml = fc
  .record({
    prefix: fc.constantFrom("", "j:"),
    before: fc.subarray(["<display-name>a</display-name>", "<!-- <secure>true</secure> -->", "<distributable/>"]),
    session: fc.constantFrom("none", "empty", "closed", "timeout", "cookie", "off", "cookie closed"),
    after: fc.subarray(["<welcome-file-list><welcome-file>i</welcome-file></welcome-file-list>"]),
    oneLine: fc.boolean(),
  })
  .map(({ prefix, before, session, after, oneLine }): Files => {
    const p = (text: string) => text.replace(/<(\/?)(?=[a-z])/g, `<$1${prefix}`);
    const bodies: Record<string, string> = {
      none: "",
      empty: "<session-config></session-config>",
      closed: "<session-config/>",
      timeout: "<session-config>\n      <session-timeout>30</session-timeout>\n    </session-config>",
      cookie:
        "<session-config>\n      <cookie-config>\n        <http-only>true</http-only>\n      </cookie-config>\n    </session-config>",
      off: "<session-config><cookie-config><secure> false </secure></cookie-config></session-config>",
      "cookie closed": "<session-config>\n      <cookie-config />\n    </session-config>",
    };
    const elements = [...before, bodies[session]!, ...after].filter((each) => each !== "").map(p);
    const namespace = `xmlns${prefix === "" ? "" : ":j"}="https://jakarta.ee/xml/ns/jakartaee"`;
    const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}web-app ${namespace} version="6.0">\n${child("    ", elements)}</${prefix}web-app>\n`;
    return {
      "src/main/webapp/WEB-INF/web.xml": oneLine ? text.replace(/\n\s*/g, "") : text,
      "src/main/java/Home.java": `import jakarta.servlet.http.*;\npublic class Home extends HttpServlet {\n  protected void doGet(HttpServletRequest request, HttpServletResponse response) {\n    request.getSession().setAttribute("a", "b");\n  }\n}\n`,
    };
  });

const webConfig = fc
  .record({
    cookies: fc.constantFrom(
      "",
      "<httpCookies/>",
      "<httpCookies httpOnlyCookies='true' />",
      `<httpCookies requireSSL="false"></httpCookies>`,
      `<httpCookies\n      requireSSL = "False"\n    />`,
    ),
    forms: fc.constantFrom(
      "",
      `<authentication mode="Forms"><forms loginUrl="~/in" /></authentication>`,
      `<authentication mode="Forms">\n      <forms loginUrl="~/in" requireSSL="false"/>\n    </authentication>`,
    ),
    others: fc.subarray([`<compilation debug="true" />`, `<!-- <httpCookies requireSSL="true" /> -->`, `<pages />`]),
    web: fc.constantFrom("open", "closed"),
  })
  .map(({ cookies, forms, others, web }): Files => {
    const elements = [...others, cookies, forms].filter((each) => each !== "");
    const body =
      web === "closed" && elements.length === 0
        ? "  <system.web/>\n"
        : `  <system.web>\n${child("    ", elements)}  </system.web>\n`;
    return { "Web.config": `<?xml version="1.0"?>\n<configuration>\n${body}</configuration>\n` };
  });

const ini = fc
  .record({
    separator: fc.constantFrom(" = ", "=", ": "),
    secure: fc.constantFrom(undefined, "false", "no", "0"),
    inDefault: fc.boolean(),
    comment: fc.boolean(),
    more: fc.boolean(),
  })
  .map(({ separator, secure, inDefault, comment, more }): Files => {
    const line = secure === undefined ? "" : `beaker.session.secure${separator}${secure}\n`;
    const head = inDefault ? `[DEFAULT]\ndebug${separator}false\n${line}\n` : "";
    const app = `[app:main]\nuse${separator}egg:shop\nbeaker.session.key${separator}shop\n${comment ? "# beaker.session.secure = true\n" : ""}${inDefault ? "" : line}beaker.session.secret${separator}café\n`;
    return {
      "production.ini": `${head}${app}${more ? `\n[server:main]\nuse${separator}egg:Paste#http\n` : ""}`,
      "shop/config/middleware.py": `from beaker.middleware import SessionMiddleware\n\n\ndef make_app(global_conf, full_stack=True, **app_conf):\n    config = load_environment(global_conf, app_conf)\n    app = PylonsApp(config=config)\n    return SessionMiddleware(app, config)\n`,
    };
  });

const djangoSettings = fc
  .record({
    lines: fc.subarray([
      "DEBUG = False",
      "SESSION_COOKIE_SECURE = False",
      "CSRF_COOKIE_SECURE = False",
      "LANGUAGE_COOKIE_SECURE = False",
    ]),
    env: fc.boolean(),
    last: fc.constantFrom(
      "",
      "MIDDLEWARE = [\n  'a',\n]\n",
      "try:\n    from .local import *\nexcept ImportError:\n    pass\n",
    ),
  })
  .map(
    ({ lines, env, last }): Files => ({
      "manage.py": `import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n`,
      "shop/__init__.py": "",
      "shop/wsgi.py": `import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\napplication = get_wsgi_application()\n`,
      "shop/settings.py": `import os\nSECRET_KEY = 'café'\nINSTALLED_APPS = ['django.contrib.sessions']\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware', 'django.middleware.csrf.CsrfViewMiddleware']\n${env ? "SESSION_COOKIE_AGE = int(os.environ.get('AGE', '60'))\n" : ""}${lines.join("\n")}\n${last}`,
    }),
  );

describe("settings", () => {
  const formats = {
    "web.xml": webXml,
    "Web.config": webConfig,
    "an INI file of Paste": ini,
    "a settings module": djangoSettings,
  };
  for (const [name, files] of Object.entries(formats)) {
    test(`${name} is fixed, however it is written`, async () => {
      await fc.assert(
        fc.asyncProperty(files, writing, async (each, how) => {
          await fixed(each, { ...how, tabs: how.tabs && !name.startsWith("an INI") });
        }),
        { ...options, numRuns: 25 },
      );
    });
  }
});
