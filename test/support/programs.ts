import fc from "fast-check";

/** Whether the cookie is Secure, as a program may say it. */
export type Flag =
  | { readonly kind: "literal"; readonly value: boolean }
  | { readonly kind: "production" | "scheme" }
  | { readonly kind: "not"; readonly value: Flag }
  | { readonly kind: "and" | "or"; readonly left: Flag; readonly right: Flag }
  | { readonly kind: "choice"; readonly test: Flag; readonly then: Flag; readonly else: Flag };

export const { flag } = fc.letrec<{ flag: Flag }>((tie) => ({
  flag: fc.oneof(
    { maxDepth: 3, depthIdentifier: "flag" },
    fc.record({ kind: fc.constant("literal" as const), value: fc.boolean() }),
    fc.constantFrom<Flag>({ kind: "production" }, { kind: "scheme" }),
    fc.record({ kind: fc.constant("not" as const), value: tie("flag") }),
    fc.record({ kind: fc.constantFrom("and" as const, "or" as const), left: tie("flag"), right: tie("flag") }),
    fc.record({ kind: fc.constant("choice" as const), test: tie("flag"), then: tie("flag"), else: tie("flag") }),
  ),
}));

/** How one language spells a flag, and programs that set one cookie with it in different shapes. */
export interface Spelling {
  readonly name: string;
  readonly literal: (value: boolean) => string;
  readonly production: string;
  readonly scheme: string;
  readonly not: (value: string) => string;
  readonly and: (left: string, right: string) => string;
  readonly or: (left: string, right: string) => string;
  readonly choice: (test: string, then: string, otherwise: string) => string;
  readonly shapes: Readonly<
    Record<string, (flag: string, name: (original: string) => string) => Record<string, string>>
  >;
}

export function spell(spelling: Spelling, flag: Flag): string {
  switch (flag.kind) {
    case "literal":
      return spelling.literal(flag.value);
    case "production":
      return spelling.production;
    case "scheme":
      return spelling.scheme;
    case "not":
      return spelling.not(spell(spelling, flag.value));
    case "and":
      return spelling.and(spell(spelling, flag.left), spell(spelling, flag.right));
    case "or":
      return spelling.or(spell(spelling, flag.left), spell(spelling, flag.right));
    case "choice":
      return spelling.choice(spell(spelling, flag.test), spell(spelling, flag.then), spell(spelling, flag.else));
  }
}

const braces = {
  literal: (value: boolean) => String(value),
  not: (value: string) => `!(${value})`,
  and: (left: string, right: string) => `(${left} && ${right})`,
  or: (left: string, right: string) => `(${left} || ${right})`,
  choice: (test: string, then: string, otherwise: string) => `(${test} ? ${then} : ${otherwise})`,
};

const javascript: Spelling = {
  ...braces,
  name: "JavaScript",
  production: `process.env.NODE_ENV === "production"`,
  scheme: "req.secure",
  shapes: shapesOf((files) => files, {
    inline: (flag) => ({ "app.js": js(`res.cookie("c", "1", { secure: ${flag} });`) }),
    variable: (flag, n) => ({
      "app.js": js(`const ${n("on")} = ${flag};\n  res.cookie("c", "1", { secure: ${n("on")} });`),
    }),
    options: (flag, n) => ({
      "app.js": js(
        `const ${n("options")} = {};\n  ${n("options")}.secure = ${flag};\n  res.cookie("c", "1", { ...${n("options")} });`,
      ),
    }),
    returns: (flag, n) => ({
      "app.js": `${js(`res.cookie("c", "1", { secure: ${n("flagOf")}(req) });`)}function ${n("flagOf")}(req) {\n  return ${flag};\n}\n`,
    }),
    receives: (flag, n) => ({
      "app.js": `${js(`${n("put")}(res, ${flag});`)}function ${n("put")}(res, ${n("on")}) {\n  res.cookie("c", "1", { secure: ${n("on")} });\n}\n`,
    }),
    elsewhere: (flag, n) => ({
      "app.js": `const ${n("helper")} = require("./helper");\n${js(`res.cookie("c", "1", ${n("helper")}.options(req));`)}`,
      "helper.js": `exports.options = (req) => ({ httpOnly: true, secure: ${flag} });\n`,
    }),
    branches: (flag, n) => ({
      "app.js": js(
        `let ${n("on")} = false;\n  if (${flag}) {\n    ${n("on")} = true;\n  }\n  res.cookie("c", "1", { secure: ${n("on")} });`,
      ),
    }),
  }),
};

function js(body: string): string {
  return `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  ${body}\n});\n`;
}

const python: Spelling = {
  name: "Python",
  literal: (value) => (value ? "True" : "False"),
  production: `os.environ.get("APP_ENV") == "production"`,
  scheme: "request.is_secure()",
  not: (value) => `(not ${value})`,
  and: (left, right) => `(${left} and ${right})`,
  or: (left, right) => `(${left} or ${right})`,
  choice: (test, then, otherwise) => `(${then} if ${test} else ${otherwise})`,
  shapes: shapesOf((files) => files, {
    inline: (flag) => ({ "views.py": py(`response.set_cookie("c", "1", secure=${flag})`) }),
    variable: (flag, n) => ({
      "views.py": py(`${n("on")} = ${flag}\n    response.set_cookie("c", "1", secure=${n("on")})`),
    }),
    options: (flag, n) => ({
      "views.py": py(
        `${n("options")} = {"httponly": True}\n    ${n("options")}["secure"] = ${flag}\n    response.set_cookie("c", "1", **${n("options")})`,
      ),
    }),
    returns: (flag, n) => ({
      "views.py": `${py(`response.set_cookie("c", "1", secure=${n("flag_of")}(request))`)}\ndef ${n("flag_of")}(request):\n    return ${flag}\n`,
    }),
    receives: (flag, n) => ({
      "views.py": `${py(`${n("put")}(response, ${flag})`)}\ndef ${n("put")}(response, ${n("on")}):\n    response.set_cookie("c", "1", secure=${n("on")})\n`,
    }),
    elsewhere: (flag, n) => ({
      "views.py": `from helper import flag_of as ${n("flag_of")}\n${py(`response.set_cookie("c", "1", secure=${n("flag_of")}(request))`)}`,
      "helper.py": `import os\n\ndef flag_of(request):\n    return ${flag}\n`,
    }),
    branches: (flag, n) => ({
      "views.py": py(
        `${n("on")} = False\n    if ${flag}:\n        ${n("on")} = True\n    response.set_cookie("c", "1", secure=${n("on")})`,
      ),
    }),
  }),
};

function py(body: string): string {
  return `import os\nfrom django.http import HttpResponse\n\ndef view(request):\n    response = HttpResponse("hi")\n    ${body}\n    return response\n`;
}

const java: Spelling = {
  ...braces,
  name: "Java",
  production: `"production".equals(System.getenv("APP_ENV"))`,
  scheme: "request.isSecure()",
  shapes: shapesOf((files) => files, {
    inline: (flag) => ({ "app/Home.java": servlet(`cookie.setSecure(${flag});\n    response.addCookie(cookie);`) }),
    variable: (flag, n) => ({
      "app/Home.java": servlet(
        `boolean ${n("on")} = ${flag};\n    cookie.setSecure(${n("on")});\n    response.addCookie(cookie);`,
      ),
    }),
    returns: (flag, n) => ({
      "app/Home.java": servlet(
        `cookie.setSecure(${n("flagOf")}(request));\n    response.addCookie(cookie);`,
        `private boolean ${n("flagOf")}(HttpServletRequest request) {\n    return ${flag};\n  }`,
      ),
    }),
    receives: (flag, n) => ({
      "app/Home.java": servlet(
        `${n("put")}(response, cookie, ${flag});`,
        `private void ${n("put")}(HttpServletResponse response, Cookie cookie, boolean ${n("on")}) {\n    cookie.setSecure(${n("on")});\n    response.addCookie(cookie);\n  }`,
      ),
    }),
    elsewhere: (flag, n) => ({
      "app/Home.java": servlet(`cookie.setSecure(Helper.${n("flagOf")}(request));\n    response.addCookie(cookie);`),
      "app/Helper.java": `package app;\n\nimport jakarta.servlet.http.HttpServletRequest;\n\nfinal class Helper {\n  static boolean ${n("flagOf")}(HttpServletRequest request) {\n    return ${flag};\n  }\n}\n`,
    }),
    branches: (flag) => ({
      "app/Home.java": servlet(
        `cookie.setSecure(false);\n    if (${flag}) {\n      cookie.setSecure(true);\n    }\n    response.addCookie(cookie);`,
      ),
    }),
  }),
};

function servlet(body: string, more = ""): string {
  return `package app;\n\nimport jakarta.servlet.http.*;\n\npublic class Home extends HttpServlet {\n  protected void doGet(HttpServletRequest request, HttpServletResponse response) {\n    Cookie cookie = new Cookie("c", "1");\n    ${body}\n  }\n  ${more}\n}\n`;
}

const csharp: Spelling = {
  ...braces,
  name: "C#",
  production: `Environment.GetEnvironmentVariable("APP_ENV") == "production"`,
  scheme: "Request.IsSecureConnection",
  shapes: shapesOf((files) => files, {
    inline: (flag) => ({ "Home.aspx.cs": page(`cookie.Secure = ${flag};\n        Response.Cookies.Add(cookie);`) }),
    variable: (flag, n) => ({
      "Home.aspx.cs": page(
        `bool ${n("on")} = ${flag};\n        cookie.Secure = ${n("on")};\n        Response.Cookies.Add(cookie);`,
      ),
    }),
    late: (flag) => ({ "Home.aspx.cs": page(`Response.Cookies.Add(cookie);\n        cookie.Secure = ${flag};`) }),
    returns: (flag, n) => ({
      "Home.aspx.cs": page(
        `cookie.Secure = ${n("FlagOf")}();\n        Response.Cookies.Add(cookie);`,
        `private bool ${n("FlagOf")}() { return ${flag}; }`,
      ),
    }),
    receives: (flag, n) => ({
      "Home.aspx.cs": page(
        `${n("Put")}(cookie, ${flag});`,
        `private void ${n("Put")}(HttpCookie cookie, bool ${n("on")}) {\n        cookie.Secure = ${n("on")};\n        Response.Cookies.Add(cookie);\n    }`,
      ),
    }),
  }),
};

function page(body: string, more = ""): string {
  return `using System;\nusing System.Web;\nusing System.Web.UI;\n\npublic class Home : Page\n{\n    protected void Page_Load(object sender, EventArgs e)\n    {\n        HttpCookie cookie = new HttpCookie("c", "1");\n        ${body}\n    }\n    ${more}\n}\n`;
}

const ruby: Spelling = {
  ...braces,
  name: "Ruby",
  production: "Rails.env.production?",
  scheme: "request.ssl?",
  shapes: shapesOf(
    (files) => ({
      "config/application.rb": 'require "rails"\nmodule App\n  class Application < Rails::Application\n  end\nend\n',
      ...files,
    }),
    {
      inline: (flag) => ({
        "app/controllers/home_controller.rb": controller(`cookies[:c] = { value: "1", secure: ${flag} }`),
      }),
      variable: (flag, n) => ({
        "app/controllers/home_controller.rb": controller(
          `${n("on")} = ${flag}\n    cookies[:c] = { value: "1", secure: ${n("on")} }`,
        ),
      }),
      options: (flag, n) => ({
        "app/controllers/home_controller.rb": controller(
          `${n("options")} = { value: "1" }\n    ${n("options")}[:secure] = ${flag}\n    cookies[:c] = ${n("options")}`,
        ),
      }),
      returns: (flag, n) => ({
        "app/controllers/home_controller.rb": controller(
          `cookies[:c] = { value: "1", secure: ${n("flag_of")} }`,
          `def ${n("flag_of")}\n    ${flag}\n  end`,
        ),
      }),
      receives: (flag, n) => ({
        "app/controllers/home_controller.rb": controller(
          `${n("put")}(${flag})`,
          `def ${n("put")}(${n("on")})\n    cookies[:c] = { value: "1", secure: ${n("on")} }\n  end`,
        ),
      }),
    },
  ),
};

function controller(body: string, more = ""): string {
  return `class HomeController < ApplicationController\n  def index\n    ${body}\n  end\n\n  private\n\n  ${more}\nend\n`;
}

type Shapes = Spelling["shapes"];

function shapesOf(wrap: (files: Record<string, string>) => Record<string, string>, shapes: Shapes): Shapes {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, (flag, rename) => wrap(shape(flag, rename))]),
  );
}

const letters = "abcdefghij";
/** A suffix for names. */
export const names = fc
  .array(fc.nat({ max: letters.length - 1 }), { minLength: 1, maxLength: 5 })
  .map((digits) => digits.map((digit) => letters[digit]).join(""));

export const spellings: readonly Spelling[] = [javascript, python, java, csharp, ruby];
