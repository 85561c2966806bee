import { createTwoFilesPatch } from "diff";
import { describe, expect, test } from "vitest";
import { noConfiguration } from "../src/configuration.ts";
import { planFixes } from "../src/fix.ts";
import { takeInventory } from "../src/inventory.ts";
import { readDeployment } from "../src/read-deployment.ts";
import { projectOf } from "./support/project.ts";

/** The removed and added lines of all best fixes together, as a maintainer would read them. */
async function diffOf(files: Readonly<Record<string, string>>): Promise<string> {
  const project = projectOf(files);
  const deployment = readDeployment(project, noConfiguration, {});
  const inventory = await takeInventory(project, deployment);
  const chosen = inventory.cookies.flatMap((cookie, index) => {
    const [fix] = cookie.fixes;
    return fix === undefined ? [] : [{ cookie: index, fix }];
  });
  const plan = await planFixes(project, deployment, inventory, chosen);
  expect(plan.failed).toEqual([]);
  return [...plan.changes]
    .flatMap(([, { before, after }]) => createTwoFilesPatch("", "", before, after).split("\n").slice(4))
    .filter((line) => /^[-+]/.test(line))
    .join("\n");
}

/** A file as it is after its first fix. */
async function afterOf(files: Readonly<Record<string, string>>, file: string): Promise<string | undefined> {
  const project = projectOf(files);
  const deployment = readDeployment(project, noConfiguration, {});
  const inventory = await takeInventory(project, deployment);
  const plan = await planFixes(project, deployment, inventory, [{ cookie: 0, fix: inventory.cookies[0]!.fixes[0]! }]);
  return plan.changes.get(file)?.after;
}

function lines(text: string): string {
  return text.replace(/^\n/, "").replace(/\n\s*$/, "");
}

const express = (body: string) => ({
  "app.js": `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n${body}\n});\n`,
});
const django = (body: string) => ({
  "views.py": `from django.http import HttpResponse\nDEBUG = False\ndef home(request):\n    response = HttpResponse("hi")\n${body}\n    return response\n`,
});
const servlet = (body: string, more = "") => ({
  "Home.java": `import jakarta.servlet.http.*;\npublic class Home extends HttpServlet {\n  ${more}\n  protected void doGet(HttpServletRequest request, HttpServletResponse response) {\n${body}\n  }\n}\n`,
});

const cases: Readonly<Record<string, { files: Readonly<Record<string, string>>; diff: string }>> = {
  "a constant that others read keeps its value": {
    files: express(`  const off = false;\n  res.cookie("a", "1", { httpOnly: off, secure: off });`),
    diff: `
-  res.cookie("a", "1", { httpOnly: off, secure: off });
+  res.cookie("a", "1", { httpOnly: off, secure: true });`,
  },
  "one that nobody else reads changes": {
    files: express(`  const off = false;\n  res.cookie("a", "1", { secure: off });`),
    diff: `
-  const off = false;
+  const off = true;`,
  },
  "one that speaks of Secure changes for all": {
    files: express(
      `  const secureCookies = false;\n  res.cookie("a", "1", { secure: secureCookies });\n  res.cookie("b", "1", { secure: secureCookies });`,
    ),
    diff: `
-  const secureCookies = false;
+  const secureCookies = true;`,
  },
  "DEBUG is not switched on": {
    files: django(`    response.set_cookie("a", "1", secure=DEBUG)\n    print(DEBUG)`),
    diff: `
-    response.set_cookie("a", "1", secure=DEBUG)
+    response.set_cookie("a", "1", secure=True)`,
  },
  "a constant of a Java class that others read": {
    files: servlet(
      `    Cookie cookie = new Cookie("c", "1");\n    cookie.setHttpOnly(OFF);\n    cookie.setSecure(OFF);\n    response.addCookie(cookie);`,
      "private static final boolean OFF = false;",
    ),
    diff: `
-    cookie.setSecure(OFF);
+    cookie.setSecure(true);`,
  },
  "a condition that never holds gives way as a whole": {
    files: express(`  res.cookie("a", "1", { secure: req.secure && false, path: "/" });`),
    diff: `
-  res.cookie("a", "1", { secure: req.secure && false, path: "/" });
+  res.cookie("a", "1", { secure: true, path: "/" });`,
  },
  "one whose place is not known is left to a person": {
    files: express(`  const on = req.secure && false;\n  res.cookie("a", "1", { secure: on });`),
    diff: "",
  },
  "the name of a cookie is no place for attributes": {
    files: {
      "a.js": `function set(name, value) {\n  document.cookie = name + "=" + value;\n}\nset("a", "1");\nset("b", "2");\n`,
    },
    diff: `
-  document.cookie = name + "=" + value;
+  document.cookie = name + "=" + value + "; Secure";`,
  },
  "a text that says Secure under a condition gets no second one": {
    files: {
      "a.js": `function set(name, value, options) {\n  let text = name + "=" + value;\n  if (options.secure) text += "; Secure";\n  document.cookie = text;\n}\nset("a", "1", {});\n`,
    },
    diff: "",
  },
  "nor does one with the condition in it": {
    files: {
      "a.js": `function set(name, value, secure) {\n  document.cookie = name + "=" + value + (secure ? "; Secure" : "");\n}\nset("a", "1");\n`,
    },
    diff: "",
  },
  "a text that ends in a semicolon": {
    files: { "a.js": `document.cookie = "a=" + value + ";";\ndocument.cookie = "b=1; path=/; ";\n` },
    diff: `
-document.cookie = "a=" + value + ";";
-document.cookie = "b=1; path=/; ";
+document.cookie = "a=" + value + "; Secure";
+document.cookie = "b=1; path=/; Secure";`,
  },
  "a type that the file names without its namespace": {
    files: {
      "Startup.cs": `using Microsoft.Extensions.DependencyInjection;\npublic class Startup\n{\n    public void ConfigureServices(IServiceCollection services)\n    {\n        services.AddSession();\n        services.AddAntiforgery(options => options.Cookie.SecurePolicy = CookieSecurePolicy.Always);\n    }\n}\n`,
    },
    diff: `
-        services.AddSession();
+        services.AddSession(options => options.Cookie.SecurePolicy = CookieSecurePolicy.Always);`,
  },
  "a project whose namespaces a file above imports": {
    files: {
      "Directory.Build.props": `<Project><PropertyGroup><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>\n`,
      "src/Startup.cs": `using Microsoft.Extensions.DependencyInjection;\npublic class Startup\n{\n    public void ConfigureServices(IServiceCollection services)\n    {\n        services.AddSession();\n    }\n}\n`,
    },
    diff: `
-        services.AddSession();
+        services.AddSession(options => options.Cookie.SecurePolicy = CookieSecurePolicy.Always);`,
  },
  "an initializer that ends in a remark": {
    files: {
      "A.cs": `using Microsoft.AspNetCore.Http;\npublic static class A\n{\n    public static void Go(HttpResponse response)\n    {\n        response.Cookies.Append("a", "1", new CookieOptions\n        {\n            Path = "/", // everywhere\n            HttpOnly = true // no scripts\n        });\n    }\n}\n`,
    },
    diff: `
-            HttpOnly = true // no scripts
+            HttpOnly = true, // no scripts
+            Secure = true`,
  },
  "brackets with blanks inside": {
    files: servlet(`    Cookie cookie = new Cookie( "a", "1" );\n    response.addCookie( cookie );`),
    diff: `
+    cookie.setSecure( true );`,
  },
  "a morsel of a computed name": {
    files: {
      "jar.py": `from http.cookies import SimpleCookie\ndef jar(names):\n    jar = SimpleCookie()\n    jar[names["a"]] = "1"\n    return jar\n`,
    },
    diff: "",
  },
  "a text that a call makes": {
    files: { "a.js": `document.cookie = ["a=1", "path=/"].join("; ");\n` },
    diff: `
-document.cookie = ["a=1", "path=/"].join("; ");
+document.cookie = ["a=1", "path=/"].join("; ") + "; Secure";`,
  },
  "an assignment before another statement": {
    files: {
      "jar.py": `from http.cookies import SimpleCookie\ndef jar(request):\n    jar = SimpleCookie()\n    jar["a"] = "1"\n    jar["a"]["secure"] = False\n    if request:\n        return jar\n`,
    },
    diff: `
-    jar["a"]["secure"] = False
+    jar["a"]["secure"] = True`,
  },
  "a morsel that shares its line": {
    files: {
      "views.py": `from django.http import HttpResponse\ndef home(request):\n    response = HttpResponse("hi")\n    if request: response.cookies["a"] = "1"\n    response.cookies["b"] = "1"; response["X"] = "1"\n    return response\n`,
    },
    diff: `
-    if request: response.cookies["a"] = "1"
-    response.cookies["b"] = "1"; response["X"] = "1"
+    if request: response.cookies["a"] = "1"; response.cookies["a"]["secure"] = True
+    response.cookies["b"] = "1"; response.cookies["b"]["secure"] = True; response["X"] = "1"`,
  },
  "an explicit nil of Rails": {
    files: {
      "config/application.rb": `require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n`,
      "app/controllers/a_controller.rb": `class AController < ApplicationController\n  def go\n    cookies[:a] = { value: "1", secure: nil }\n  end\nend\n`,
    },
    diff: `
-    cookies[:a] = { value: "1", secure: nil }
+    cookies[:a] = { value: "1", secure: Rails.env.production? }`,
  },
  "an explicit nil of Rack": {
    files: {
      "app.rb": `require "sinatra"\nget "/" do\n  response.set_cookie("b", { value: "1", secure: nil })\nend\n`,
    },
    diff: `
-  response.set_cookie("b", { value: "1", secure: nil })
+  response.set_cookie("b", { value: "1", secure: true })`,
  },
  "options of a hash in Rails": {
    files: {
      "config/application.rb": `require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n`,
      "app/controllers/a_controller.rb": `class AController < ApplicationController\n  def go\n    cookies[:a] = { value: "1" }.merge(path: "/")\n    cookies[:b] = [1, 2].join(",")\n    cookies[:c], @x = "1", 2\n  end\nend\n`,
    },
    diff: `
-    cookies[:a] = { value: "1" }.merge(path: "/")
-    cookies[:b] = [1, 2].join(",")
+    cookies[:a] = { value: "1" }.merge(path: "/", secure: Rails.env.production?)
+    cookies[:b] = { value: [1, 2].join(","), secure: Rails.env.production? }`,
  },
  "one of two objects": {
    files: express(`  res.cookie("a", "1", req.query.x ? { path: "/" } : {});`),
    diff: `
-  res.cookie("a", "1", req.query.x ? { path: "/" } : {});
+  res.cookie("a", "1", req.query.x ? { path: "/", secure: true } : { secure: true });`,
  },
  "an object whose type the parameter gives": {
    files: {
      "A.cs": `using Microsoft.AspNetCore.Http;\npublic static class A\n{\n    public static void Go(HttpResponse response)\n    {\n        response.Cookies.Append("a", "1", new() { HttpOnly = true });\n    }\n}\n`,
    },
    diff: `
-        response.Cookies.Append("a", "1", new() { HttpOnly = true });
+        response.Cookies.Append("a", "1", new() { HttpOnly = true, Secure = true });`,
  },
  "sessions of Sinatra among other switches": {
    files: {
      "app.rb": `require "sinatra/base"\nclass App < Sinatra::Base\n  enable :logging, :sessions\nend\nclass Admin < Sinatra::Base\n  enable :sessions, :logging # both\nend\n`,
    },
    diff: `
-  enable :logging, :sessions
+  enable :logging
+  set :sessions, secure: production?
-  enable :sessions, :logging # both
+  enable :logging # both
+  set :sessions, secure: production?`,
  },
  "a literal elsewhere that is all of the text": {
    files: { "a.js": `const text = "a=1; Path=/";\ndocument.cookie = text;\n` },
    diff: `
-const text = "a=1; Path=/";
+const text = "a=1; Path=/; Secure";`,
  },
  "a keyword before those of a dictionary": {
    files: django(
      `    options = dict(httponly=True)\n    response.set_cookie("a", "1", **options)\n    response.set_cookie(\n        "b",\n        **options\n    )`,
    ),
    diff: `
-    response.set_cookie("a", "1", **options)
+    response.set_cookie("a", "1", secure=True, **options)
+        secure=True,`,
  },
  "keywords with blanks around them": {
    files: django(`    response.set_cookie("a", "1", httponly = True)`),
    diff: `
-    response.set_cookie("a", "1", httponly = True)
+    response.set_cookie("a", "1", httponly = True, secure = True)`,
  },
  "arguments that have lines of their own, the bracket behind the last one": {
    files: django(`    response.set_cookie("a", "1",\n                        httponly=True)`),
    diff: `
-                        httponly=True)
+                        httponly=True,
+                        secure=True)`,
  },
  "the quotes of the statement that sets the cookie": {
    files: {
      "jar.py": `from http.cookies import SimpleCookie\ndef jar():\n    cookies = SimpleCookie()\n    cookies['a'] = "1"\n    return cookies\n`,
    },
    diff: `
+    cookies['a']['secure'] = True`,
  },
  "the quotes of the file": {
    files: {
      "app.py": `from flask import Flask, session\napp = Flask(__name__)\napp.config['SECRET_KEY'] = 'x'\n@app.get('/')\ndef home():\n    session['a'] = 1\n    return 'hi'\n`,
    },
    diff: `
+app.config['SESSION_COOKIE_SECURE'] = True`,
  },
  "a comment keeps speaking of its statement": {
    files: servlet(
      `    Cookie cookie = new Cookie("c", request.getParameter("c"));\n    log();\n\n    /* sent to the browser */\n    // as it is\n    response.addCookie(cookie);`,
    ),
    diff: `
+    cookie.setSecure(true);`,
  },
  "a setter beside the cookie's others": {
    files: servlet(
      `    Cookie cookie = new Cookie("c", "1");\n    cookie.setHttpOnly(true);\n    cookie.setPath("/"); // everywhere\n\n    log("{");\n    response.addCookie(cookie);`,
    ),
    diff: `
+    cookie.setSecure(true);`,
  },
  "a cookie that is handed on": {
    files: {
      "Home.java": `import jakarta.servlet.http.*;\npublic class Home {\n  void fill(java.util.List<Cookie> cookies, Box box) {\n    if (cookies.isEmpty()) {\n      cookies.add(new Cookie("a", "1"));\n    }\n    box.cookie = new Cookie("b", "1");\n    log(next(), new Cookie("c", "1"));\n  }\n}\n`,
    },
    diff: `
-      cookies.add(new Cookie("a", "1"));
+      Cookie aCookie = new Cookie("a", "1");
+      aCookie.setSecure(true);
+      cookies.add(aCookie);
+    box.cookie.setSecure(true);`,
  },
  "settings under a blank line, as the others": {
    files: {
      "shop/settings.py": `MIDDLEWARE = [\n    "django.contrib.sessions.middleware.SessionMiddleware",\n    "django.middleware.csrf.CsrfViewMiddleware",\n]\n\nTIME_ZONE = "UTC"\n`,
    },
    diff: `
+
+SESSION_COOKIE_SECURE = True
+CSRF_COOKIE_SECURE = True`,
  },
  "a lambda in an old switch": {
    files: servlet(
      `    switch (mode) {\n      case 1:\n        Runnable run = () -> response.addCookie(new Cookie("a", "1"));\n    }`,
    ),
    diff: `
-        Runnable run = () -> response.addCookie(new Cookie("a", "1"));
+        Runnable run = () -> { Cookie cookie = new Cookie("a", "1"); cookie.setSecure(true); response.addCookie(cookie); };`,
  },
  "names of locals are counted in each method": {
    files: {
      "Home.java": `import jakarta.servlet.http.*;\npublic class Home {\n  Cookie first(HttpServletResponse response) {\n    response.addCookie(new Cookie("sid", "1"));\n    response.addCookie(new Cookie("sid", "2"));\n    return null;\n  }\n  Cookie second() {\n    return new Cookie("sid", "3");\n  }\n}\n`,
    },
    diff: `
-    response.addCookie(new Cookie("sid", "1"));
-    response.addCookie(new Cookie("sid", "2"));
+    Cookie sidCookie = new Cookie("sid", "1");
+    sidCookie.setSecure(true);
+    response.addCookie(sidCookie);
+    Cookie sidCookie2 = new Cookie("sid", "2");
+    sidCookie2.setSecure(true);
+    response.addCookie(sidCookie2);
-    return new Cookie("sid", "3");
+    Cookie sidCookie = new Cookie("sid", "3");
+    sidCookie.setSecure(true);
+    return sidCookie;`,
  },
  "a comment above the middleware that needs the proxy's word": {
    files: {
      "app.js": `const session = require('express-session')\nmodule.exports = (app) => {\n  app.disable('x-powered-by')\n  // keeps people signed in\n  app.use(session({ secret: 's' }))\n}\n`,
    },
    diff: `
+  app.set('trust proxy', 1)
-  app.use(session({ secret: 's' }))
+  app.use(session({ secret: 's', cookie: { secure: true } }))`,
  },
  "a variable of a type without setSecure": {
    files: servlet(`    Object cookie = new Cookie("c", "1");\n    request.setAttribute("c", cookie);`),
    diff: "",
  },
  "a local named after a cookie in capitals": {
    files: {
      "Home.java": `import jakarta.servlet.http.*;\npublic class Home {\n  Cookie first() {\n    return new Cookie("XSRF-TOKEN", "1");\n  }\n  Cookie second() {\n    return new Cookie("SID", "1");\n  }\n}\n`,
    },
    diff: `
-    return new Cookie("XSRF-TOKEN", "1");
+    Cookie xsrfTokenCookie = new Cookie("XSRF-TOKEN", "1");
+    xsrfTokenCookie.setSecure(true);
+    return xsrfTokenCookie;
-    return new Cookie("SID", "1");
+    Cookie sidCookie = new Cookie("SID", "1");
+    sidCookie.setSecure(true);
+    return sidCookie;`,
  },
  "a hash with rockets, and a comment in it": {
    files: {
      "config/application.rb": `require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n`,
      "config/initializers/session_store.rb": `Rails.application.config.session_store :cookie_store,\n  # todo: rename\n  :key   => "_app"\n`,
    },
    diff: `
-  :key   => "_app"
+  :key   => "_app",
+  :secure => Rails.env.production?`,
  },
  "an element among siblings that are indented otherwise than the first": {
    files: {
      "WEB-INF/web.xml": `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">\n    <display-name>app</display-name>\n\t<listener>\n\t\t<listener-class>a.B</listener-class>\n\t</listener>\n</web-app>\n`,
    },
    diff: `
+\t<session-config>
+\t\t<cookie-config>
+\t\t\t<secure>true</secure>
+\t\t</cookie-config>
+\t</session-config>`,
  },
};

const sessionApp = (before: string, options: string) => ({
  "app.js": `const express = require("express");
const session = require("express-session");
const app = express();
app.set("trust proxy", 1);
${before}
app.use(session({ secret: process.env.SECRET${options} }));
`,
});

test.each([
  ["a constant", 'const isProduction = process.env.NODE_ENV === "production";', "isProduction"],
  ["one that says the contrary", 'const isDev = process.env.NODE_ENV !== "production";', "!isDev"],
  ["one that says something else", 'const verbose = process.env.NODE_ENV !== "production";', "true"],
  ["none", "", "true"],
  ["one that no variable decides", "const isProduction = true;", "true"],
])("the fix of a session follows how the file tells production: %s", async (_what, before, value) => {
  expect(await diffOf(sessionApp(before, ""))).toBe(
    `-app.use(session({ secret: process.env.SECRET }));\n+app.use(session({ secret: process.env.SECRET, cookie: { secure: ${value} } }));`,
  );
  expect(await diffOf(sessionApp(before, ", cookie: { secure: false }"))).toBe(
    `-app.use(session({ secret: process.env.SECRET, cookie: { secure: false } }));\n+app.use(session({ secret: process.env.SECRET, cookie: { secure: ${value} } }));`,
  );
});

/** Settings in which what production needs is there, commented out. */
const commentedOut: Readonly<Record<string, { files: Readonly<Record<string, string>>; diff: string }>> = {
  "a key of an INI file": {
    files: {
      "production.ini": `[app:main]
use = egg:shop
beaker.session.key = shop
# beaker.session.secure says nothing yet
#beaker.session.secure = false
pyramid.includes = pyramid_beaker

[server:main]
# beaker.session.secure = true
`,
    },
    diff: `
-#beaker.session.secure = false
+beaker.session.secure = true`,
  },
  "settings of a module": {
    files: {
      "shop/wsgi.py": `import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n`,
      "shop/settings.py": `MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
# SESSION_COOKIE_SECURE = True
LANGUAGE_CODE = "en"
`,
    },
    diff: `
-# SESSION_COOKIE_SECURE = True
+SESSION_COOKIE_SECURE = True`,
  },
  "not above a star import, which might undo it": {
    files: {
      "shop/wsgi.py": `import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n`,
      "shop/base.py": `MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n`,
      "shop/settings.py": `# SESSION_COOKIE_SECURE = True\nfrom .base import *\n`,
    },
    diff: `
+SESSION_COOKIE_SECURE = True`,
  },
  "a member of a class": {
    files: {
      "app.py": `from flask import Flask, session


class Config:
    SECRET_KEY = "x"
    # SESSION_COOKIE_SECURE = False
    TESTING = False


app = Flask(__name__)
app.config.from_object(Config)


@app.route("/")
def home():
    session["a"] = 1
    return ""
`,
    },
    diff: `
-    # SESSION_COOKIE_SECURE = False
+    SESSION_COOKIE_SECURE = True`,
  },
};

test.each(Object.keys(commentedOut))("what is commented out is taken: %s", async (name) => {
  const { files, diff } = commentedOut[name]!;
  expect(await diffOf(files)).toBe(lines(diff));
});

describe("fixes read as if a maintainer had written them", () => {
  for (const [name, { files, diff }] of Object.entries(cases)) {
    test(name, async () => {
      expect(await diffOf(files)).toBe(lines(diff));
    });
  }

  test("a setting stands beside its like", async () => {
    const settings = `MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]\n\nSESSION_COOKIE_AGE = 60  # a minute\n\nTIME_ZONE = "UTC"\n`;
    expect(await afterOf({ "shop/settings.py": settings }, "shop/settings.py")).toBe(
      settings.replace("# a minute\n", "# a minute\nSESSION_COOKIE_SECURE = True\n"),
    );
  });

  test("a setter stands behind the others and the comment on their line", async () => {
    expect(await afterOf(cases["a setter beside the cookie's others"]!.files, "Home.java")).toContain(
      `    cookie.setPath("/"); // everywhere\n    cookie.setSecure(true);\n\n    log("{");`,
    );
  });

  test("what is inserted stands above the comments, not between them and what they speak of", async () => {
    expect(await afterOf(cases["a comment keeps speaking of its statement"]!.files, "Home.java")).toContain(
      `    cookie.setSecure(true);\n    /* sent to the browser */\n    // as it is\n    response.addCookie(cookie);`,
    );
  });
});

test.each([
  ["app.js", "safe", undefined],
  ["test/app.js", "needs a decision", "It stands among the tests"],
  ["public/third-party/app.js", "needs a decision", "It is a copy of somebody else's code"],
])("what stands in %s is %s", async (file, safety, note) => {
  const project = projectOf({ [file]: express(`  res.cookie("a", "1");`)["app.js"] });
  const inventory = await takeInventory(project, readDeployment(project, noConfiguration, {}));
  const [fix] = inventory.cookies[0]!.fixes;
  expect(fix?.safety).toBe(safety);
  expect(fix?.note?.slice(0, note?.length)).toBe(note);
});
