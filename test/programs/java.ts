import type { Draw } from "./draw.ts";
import { type Program, type Programs, type Surroundings, statements, type Table } from "./program.ts";

const around: Surroundings = {
  nests: [
    "if (ready) {\n  §body§\n}",
    "if (ready) {\n  log();\n} else {\n  §body§\n}",
    "try {\n  §body§\n} catch (RuntimeException error) {\n  log();\n}",
    "{\n  §body§\n}",
    "for (int i$V = 0; i$V < 1; i$V++) {\n  §body§\n}",
    "Runnable later$V = () -> {\n  §body§\n};\nlater$V.run();",
    "switch (mode) {\n  case 1:\n    §body§\n    break;\n  default:\n}",
    "synchronized (this) {\n  §body§\n}",
  ],
  before: ["if (ready) ", "if (ready) log(); else ", "while (ready) "],
  above: ["if (ready)", "if (ready)\n  log();\nelse", "while (ready)"],
  comments: ["// setSecure(true)", "/* secure(true) */", '/**\n * it\'s "here"\n */'],
  remarks: [" // secure", " /* setSecure(false) */"],
  oneLine: true,
  singleQuotes: false,
  huge: (filler) => `log("${filler}");`,
};

const each = (...tables: readonly Table[]): Programs => tables.map((table) => statements(table, around));

const methods = (parameters: string) => [
  `void go$V(${parameters}) {\n  §body§\n}`,
  `@Override\nprotected void do$V(${parameters}) throws IOException {\n  §body§\n}`,
  `void other$V(${parameters}) {\n  if (done) return;\n  §body§\n}`,
];

const cookies = (api: string): Table => ({
  files: ["src/main/java/shop/Home.java", "src/main/java/shop/Other.java"],
  frame: `package shop;\n\nimport ${api}.servlet.http.*;\n\npublic class Home extends HttpServlet {\n  §top§\n  §body§\n}\n`,
  functions: methods("HttpServletRequest request, HttpServletResponse response"),
  off: [
    `Cookie c$V = new Cookie("$N", "1");\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1"); response.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setHttpOnly(true);\nc$V.setPath("/");\n«¦\n¦// sent\n»response.addCookie(c$V);`,
    `final Cookie c$V = new Cookie(\n    "$N",\n    "1");\nresponse.addCookie(c$V);`,
    `Cookie c$V;\nc$V = new Cookie("$N", "1");\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(false);\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(true);\nc$V.setSecure(false);\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nresponse.addCookie(c$V);\nc$V.setSecure(true);`,
    `Cookie c$V = new Cookie("$N", "1");\nif (ready) c$V.setPath("/");\nif (ready) response.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nif (ready)\n  response.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(request.isSecure());\nresponse.addCookie(c$V);`,
    `boolean off$V = false;\nCookie c$V = new Cookie("$N", "1");\nc$V.setSecure(off$V);\nresponse.addCookie(c$V);`,
    `response.addCookie(new Cookie("$N", "1"));`,
    `response.addCookie(new Cookie("$N", "1")); response.addCookie(new Cookie("$Nb", "1"));`,
    `response.addCookie(\n    new Cookie("$N", "1"));`,
    { text: `response.addCookie(make$V());`, top: `private Cookie make$V() {\n  return new Cookie("$N", "1");\n}` },
    {
      text: `response.addCookie(make$V("$N"));`,
      top: `private static Cookie make$V(String name) {\n  Cookie cookie = new Cookie(name, "1");\n  cookie.setHttpOnly(true);\n  return cookie;\n}`,
    },
    {
      text: `put$V(response, "$N");`,
      top: `private void put$V(HttpServletResponse response, String name) {\n  Cookie cookie = new Cookie(name, "1");\n  response.addCookie(cookie);\n}`,
    },
    {
      text: `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(SECURE_$V);\nresponse.addCookie(c$V);`,
      top: `private static final boolean SECURE_$V = false;`,
    },
    {
      text: `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(OFF_$V);\nc$V.setHttpOnly(OFF_$V);\nresponse.addCookie(c$V);`,
      top: `private static final boolean OFF_$V = false;`,
    },
    { text: `response.addCookie(field$V);`, top: `private final Cookie field$V = new Cookie("$N", "1");` },
    {
      text: `Cookies$V.add(response, "$N");`,
      also: {
        "src/main/java/shop/Cookies$V.java": `package shop;\n\nimport ${api}.servlet.http.*;\n\nfinal class Cookies$V {\n    static void add(HttpServletResponse response, String name) {\n        Cookie cookie = new Cookie(name, "1");\n        response.addCookie(cookie);\n    }\n}\n`,
      },
    },
    `Runnable r$V = () -> response.addCookie(new Cookie("$N", "1"));\nr$V.run();`,
    `for (String name : new String[] {"$N"}) {\n  response.addCookie(new Cookie("$N", name));\n}`,
    `var c$V = new Cookie("$N", "1");\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1"), d$V = new Cookie("$Nb", "2");\nresponse.addCookie(c$V);\nresponse.addCookie(d$V);`,
    `Cookie c$V = null;\nc$V = new Cookie("$N", "1");\nc$V.setPath("/"); response.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(Boolean.FALSE);\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(ready && false);\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setPath("/");\n((HttpServletResponse) response).addCookie(c$V);`,
    `response.addCookie((Cookie) new Cookie("$N", "1"));`,
    `response.addCookie(limit > 3 ? new Cookie("$N", "1") : new Cookie("$N", "2"));`,
    `final Cookie c$V = new Cookie("$N", "1"); // setSecure(true)\nresponse.addCookie(c$V);`,
    `Cookie[] all$V = { new Cookie("$N", "1") };\nfor (Cookie each$V : all$V) {\n  response.addCookie(each$V);\n}`,
    `response.setHeader("Set-Cookie", "$N=1; Path=/");`,
    `response.addHeader("Set-Cookie", "$N=" + request.getMethod()«¦ + "; HttpOnly"»);`,
  ],
  on: [
    `Cookie c$V = new Cookie("$N", "1");\nc$V.setSecure(true);\nresponse.addCookie(c$V);`,
    `Cookie c$V = new Cookie("$N", "");\nc$V.setMaxAge(0);\nresponse.addCookie(c$V);`,
    `response.addHeader("Set-Cookie", "$N=1; Secure");`,
  ],
});

/** A descriptor; what stands in it may come in any order that its schema allows. */
function webXml(draw: Draw): Program {
  const prefix = "";
  const p = (text: string) => text.replace(/<(\/?)(?=[a-z])/g, `<$1${prefix}`);
  const body = draw.pick([
    "",
    "<session-config></session-config>",
    "<session-config/>",
    "<session-config>\n      <session-timeout>30</session-timeout>\n    </session-config>",
    "<session-config>\n      <session-timeout>30</session-timeout>\n      <tracking-mode>COOKIE</tracking-mode>\n    </session-config>",
    "<session-config>\n      <cookie-config>\n        <http-only>true</http-only>\n        <max-age>60</max-age>\n      </cookie-config>\n    </session-config>",
    "<session-config>\n      <cookie-config>\n        <!-- <secure>true</secure> -->\n      </cookie-config>\n    </session-config>",
    "<session-config><cookie-config><secure> false </secure></cookie-config></session-config>",
    "<session-config><cookie-config><secure/></cookie-config></session-config>",
    "<session-config>\n      <cookie-config />\n    </session-config>",
    "<session-config>\n      <secure>true</secure>\n    </session-config>",
  ]);
  const elements = [
    draw.pick(["", "<display-name>a</display-name>"]),
    draw.pick(["", "<!-- <secure>true</secure> -->"]),
    body,
    draw.pick(["", "<welcome-file-list><welcome-file>i</welcome-file></welcome-file-list>"]),
  ].filter((element) => element !== "");
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">\n${elements.map((element) => `    ${p(element)}\n`).join("")}</web-app>\n`;
  return {
    off: 1,
    files: {
      "src/main/webapp/WEB-INF/web.xml": draw.number(4) === 0 ? text.replace(/\n\s*/g, "") : text,
      "src/main/java/Home.java": `import jakarta.servlet.http.*;\npublic class Home extends HttpServlet {\n  protected void doGet(HttpServletRequest request, HttpServletResponse response) {\n    request.getSession().setAttribute("a", "b");\n  }\n}\n`,
    },
  };
}

const jaxRs: Table = {
  files: ["src/main/java/shop/Login.java"],
  frame: `package shop;\n\nimport java.util.Date;\nimport javax.ws.rs.core.*;\n\nclass Login {\n  §top§\n  §body§\n}\n`,
  functions: [`Response go$V(Cookie old, String value) {\n  §body§\n  return Response.ok().build();\n}`],
  off: [
    `NewCookie c$V = new NewCookie.Builder("$N").value(value).build();`,
    `NewCookie c$V = new NewCookie.Builder("$N")\n    .value(value)\n    .httpOnly(true)\n    .build();`,
    `NewCookie c$V = new NewCookie.Builder("$N").secure(false).build();`,
    `Response r$V = Response.ok().cookie(new NewCookie("$N", value)).build();`,
    `Response r$V = Response.ok()\n    .cookie(new NewCookie("$N", "1"), new NewCookie("$Nb", "2"))\n    .build();`,
    `NewCookie c$V = new NewCookie("$N", "v", "/", "d", "c", 60, false);`,
    `NewCookie c$V = new NewCookie("$N", "v", "/", "d", 1, "c", 60, new Date(), false, true);`,
  ],
  on: [
    `NewCookie c$V = new NewCookie.Builder("$N").secure(true).build();`,
    `NewCookie c$V = new NewCookie("$N", "v", "/", "d", "c", 60, true);`,
  ],
};

const responseCookie: Table = {
  files: ["src/main/java/shop/Login.java"],
  frame: `package shop;\n\nimport jakarta.servlet.http.HttpServletResponse;\nimport org.springframework.http.HttpHeaders;\nimport org.springframework.http.ResponseCookie;\n\nclass Login {\n  §top§\n  §body§\n}\n`,
  functions: methods("HttpServletResponse response"),
  off: [
    `ResponseCookie c$V = ResponseCookie.from("$N", "1").build();`,
    `ResponseCookie c$V = ResponseCookie.from("$N", "1").path("/").httpOnly(true).build();`,
    `ResponseCookie c$V = ResponseCookie.from("$N", "1")\n    .path("/")\n    .build();`,
    `ResponseCookie c$V = ResponseCookie\n    .from("$N", "1") // secure(true)\n    .path("/").build();`,
    `ResponseCookie c$V = ResponseCookie.from("$N", "1").secure(false).build();`,
    `response.addHeader(HttpHeaders.SET_COOKIE, ResponseCookie.from("$N", "1").path("/").build().toString());`,
    `ResponseCookie.ResponseCookieBuilder b$V = ResponseCookie.from("$N", "1");\nb$V.path("/");\nresponse.addHeader("Set-Cookie", b$V.build().toString());`,
    {
      text: `ResponseCookie c$V = ResponseCookie.from("$N", "1").secure(ON_$V).build();`,
      top: "private static final boolean ON_$V = false;",
    },
  ],
  on: [`ResponseCookie c$V = ResponseCookie.from("$N", "1").secure(true).build();`],
};

const spring: Table = {
  files: ["src/main/java/shop/Beans.java", "src/main/java/shop/Others.java"],
  frame:
    "package shop;\n\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity;\nimport org.springframework.web.servlet.i18n.CookieLocaleResolver;\n\nclass Beans {\n  §top§\n  §body§\n}\n",
  functions: ["void go$V(HttpSecurity http) throws Exception {\n  §body§\n}"],
  off: [
    `CookieLocaleResolver r$V = new CookieLocaleResolver("$N");\nkeep(r$V);`,
    `CookieLocaleResolver r$V = new CookieLocaleResolver("$N");\nr$V.setCookieSecure(false);\nkeep(r$V);`,
    `http.rememberMe(me -> me.rememberMeCookieName("$N").useSecureCookie(false));`,
  ],
  on: [
    `CookieLocaleResolver r$V = new CookieLocaleResolver("$N");\nr$V.setCookieSecure(true);\nkeep(r$V);`,
    `http.rememberMe(me -> me.rememberMeCookieName("$N").useSecureCookie(true));`,
  ],
};

export const java: Readonly<Record<string, Programs>> = {
  servlet: [...each(cookies("jakarta"), cookies("javax")), webXml],
  "jax-rs": each(jaxRs),
  spring: each(spring),
  "spring-responsecookie": each(responseCookie),
};
