/** What Java containers and libraries were seen to do, and what their sources say: one row a fact. */
import { describe, expect, test } from "vitest";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";
import type { Files } from "./support/report.ts";
import { verdictsOf } from "./support/verdicts-of.ts";

type Fact = readonly [fact: string, files: Files, cookies: readonly string[]];

const session = (config: string) => `<session-config><cookie-config>${config}</cookie-config></session-config>`;
const on = session("<secure>true</secure>");
const off = session("<secure>false</secure>");
const app = (inner: string, attributes = `version="6.0"`): Files => ({
  "src/main/webapp/WEB-INF/web.xml": `<web-app ${attributes}>${inner}</web-app>`,
});
const context = (inner: string, attributes = ""): Files => ({
  "src/main/webapp/META-INF/context.xml": `<Context ${attributes}>${inner}</Context>`,
});
const beside = (name: string, text: string): Files => ({ [`src/main/webapp/WEB-INF/${name}`]: text });
const server = (inner: string): Files => ({
  "conf/server.xml": `<Server><Service>${inner}</Service></Server>`,
});
const java = (body: string, members = "", imports = ""): Files => ({
  "src/main/java/shop/Page.java": `package shop;
import jakarta.servlet.http.*;
${imports}
class Page extends HttpServlet {
    ${members}
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        ${body}
    }
}
`,
});
const listener = (body: string, annotation = "@WebListener"): Files => ({
  "src/main/java/shop/Start.java": `package shop;
import jakarta.servlet.*;
import jakarta.servlet.annotation.WebListener;
${annotation}
public class Start implements ServletContextListener {
    public void contextInitialized(ServletContextEvent event) {
        ${body}
    }
}
`,
});

const webXml: readonly Fact[] = [
  ...["2.4", "2.5", "3.0", "3.1", "4.0", "5.0", "6.0"].map(
    (version): Fact => [
      `secure=true under version ${version}`,
      app(on, `version="${version}"`),
      ["JSESSIONID: secure"],
    ],
  ),
  ["secure=true without a version", app(on, ""), ["JSESSIONID: secure"]],
  [
    "secure=true under the DTD of 2.3",
    {
      "WEB-INF/web.xml": `<!DOCTYPE web-app PUBLIC "-//Sun Microsystems, Inc.//DTD Web Application 2.3//EN" "http://java.sun.com/dtd/web-app_2_3.dtd">\n<web-app>${on}</web-app>`,
    },
    ["JSESSIONID: secure"],
  ],
  [
    "the last of two `<secure>` on Tomcat, the first on Jetty",
    app(session("<secure>false</secure><secure>true</secure>")),
    ["JSESSIONID: conditional"],
  ],
  [
    "sameSiteCookies brings no Secure",
    { ...app(""), ...context(`<CookieProcessor sameSiteCookies="none"/>`) },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "a prefix in the name brings no Secure",
    { ...app(""), ...context("", `sessionCookieName="__Secure-SID"`) },
    ["__Secure-SID: conditional, insecure"],
  ],
  [
    "partitioned brings no Secure",
    { ...app(""), ...context(`<CookieProcessor partitioned="true"/>`) },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "code says yes, web.xml no",
    { ...app(off), ...listener("event.getServletContext().getSessionCookieConfig().setSecure(true);") },
    ["JSESSIONID: secure"],
  ],
  [
    "code says no, web.xml yes",
    { ...app(on), ...listener("event.getServletContext().getSessionCookieConfig().setSecure(false);") },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "web.xml says yes, a fragment no",
    { ...app(on), "src/main/resources/META-INF/web-fragment.xml": `<web-fragment>${off}</web-fragment>` },
    ["JSESSIONID: secure"],
  ],
  [
    "an empty absolute ordering passes fragments over",
    {
      ...app("<absolute-ordering/>"),
      "src/main/resources/META-INF/web-fragment.xml": `<web-fragment>${on}</web-fragment>`,
    },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "an absolute ordering with others takes them in",
    {
      ...app("<absolute-ordering><others/></absolute-ordering>"),
      "src/main/resources/META-INF/web-fragment.xml": `<web-fragment>${on}</web-fragment>`,
    },
    ["JSESSIONID: secure"],
  ],
  [
    "a fragment says it, and nothing else is there",
    {
      "src/main/resources/META-INF/web-fragment.xml": `<web-fragment>${on}</web-fragment>`,
      ...java("request.getSession();", "", 'import jakarta.servlet.annotation.WebServlet;\n@WebServlet("/")'),
    },
    ["JSESSIONID: secure"],
  ],
  [
    "a servlet that web.xml starts with the application is early enough",
    {
      ...app(
        "<servlet><servlet-name>p</servlet-name><servlet-class>shop.Page</servlet-class><load-on-startup>1</load-on-startup></servlet>",
      ),
      ...java("", "@Override public void init() { getServletContext().getSessionCookieConfig().setSecure(true); }"),
    },
    ["JSESSIONID: secure"],
  ],
  [
    "a servlet that web.xml starts later is too late",
    {
      ...app("<servlet><servlet-name>p</servlet-name><servlet-class>shop.Page</servlet-class></servlet>"),
      ...java("", "@Override public void init() { getServletContext().getSessionCookieConfig().setSecure(true); }"),
    },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "`<secure>` is about the session's cookie alone",
    { ...app(on), ...java(`response.addCookie(new Cookie("c", "v"));`) },
    ["c: insecure", "JSESSIONID: secure"],
  ],
  ["a JSP without a session", { "src/main/webapp/index.jsp": `<%@ page session="false" %><html></html>` }, []],
  [
    "single sign-on has a cookie of its own, which `<secure>` does not reach",
    {
      ...app(on),
      ...server(`<Engine><Host><Valve className="org.apache.catalina.authenticator.SingleSignOn"/></Host></Engine>`),
    },
    ["JSESSIONIDSSO: conditional, insecure", "JSESSIONID: secure"],
  ],
];

const cookies: readonly Fact[] = [
  [
    "javax as jakarta",
    {
      "Page.java": `import javax.servlet.http.*;\nclass Page { void go(HttpServletResponse r) { r.addCookie(new Cookie("c", "v")); } }\n`,
    },
    ["c: insecure"],
  ],
  [
    "Secure, added, and then not",
    java(`Cookie c = new Cookie("c", "v"); c.setSecure(true); response.addCookie(c); c.setSecure(false);`),
    ["c: secure"],
  ],
  [
    "what `reset` throws away is not sent",
    java(
      `Cookie c = new Cookie("c", "v"); response.addCookie(c); response.reset(); c.setSecure(true); response.addCookie(c);`,
    ),
    ["c: secure"],
  ],
  ["`Secure` in any case", java(`response.addHeader("SET-COOKIE", "c=v; SeCuRe");`), ["c: secure"]],
  [
    "a lower-case attribute",
    java(`Cookie c = new Cookie("c", "v"); c.setAttribute("secure", "true"); response.addCookie(c);`),
    ["c: conditional"],
  ],
  [
    "an attribute that says no",
    java(
      `Cookie c = new Cookie("c", "v"); c.setSecure(true); c.setAttribute("Secure", "false"); response.addCookie(c);`,
    ),
    ["c: insecure"],
  ],
  [
    "SameSite=None alone",
    java(`Cookie c = new Cookie("c", "v"); c.setAttribute("SameSite", "None"); response.addCookie(c);`),
    ["c: insecure"],
  ],
  [
    "a path is no Secure",
    java(`Cookie c = new Cookie("c", "v"); c.setPath("/; Secure"); response.addCookie(c);`),
    ["c: insecure"],
  ],
  [
    "a logout that loops over the request's cookies",
    java(
      `for (Cookie c : request.getCookies()) { if (c.getName().equals("x")) { c.setMaxAge(0); response.addCookie(c); } }`,
    ),
    ["—: deletion"],
  ],
  [
    "a filter that rewrites the headers covers what came before",
    {
      ...java(`response.addCookie(new Cookie("c", "v"));`),
      "src/main/java/shop/SecureHeaders.java": `package shop;
import jakarta.servlet.*;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.*;
import java.util.Collection;
@WebFilter("/*")
public class SecureHeaders implements Filter {
    public void doFilter(ServletRequest request, ServletResponse answer, FilterChain chain) throws java.io.IOException, ServletException {
        chain.doFilter(request, answer);
        HttpServletResponse response = (HttpServletResponse) answer;
        Collection<String> headers = response.getHeaders("Set-Cookie");
        boolean first = true;
        for (String header : headers) {
            if (first) {
                response.setHeader("Set-Cookie", header + "; Secure");
                first = false;
            } else {
                response.addHeader("Set-Cookie", header + "; Secure");
            }
        }
    }
}
`,
    },
    ["c: conditional, secure"],
  ],
];

const follow = java(`Cookie c = new Cookie("c", "v"); c.setSecure(request.isSecure()); response.addCookie(c);`);
const schemes: readonly Fact[] = [
  ["no valve", follow, ["c: conditional, insecure"]],
  [
    "a connector with secure=true",
    { ...follow, ...server(`<Connector port="8080" secure="true" scheme="https"/>`) },
    ["c: conditional, secure"],
  ],
  [
    "a connector with a scheme alone",
    { ...follow, ...server(`<Connector port="8080" scheme="https"/>`) },
    ["c: conditional, insecure"],
  ],
  [
    "a valve in server.xml",
    { ...follow, ...server(`<Engine><Valve className="org.apache.catalina.valves.RemoteIpValve"/></Engine>`) },
    ["c: conditional, secure"],
  ],
  [
    "a filter of Tomcat's",
    {
      ...follow,
      ...app(
        "<filter><filter-name>ip</filter-name><filter-class>org.apache.catalina.filters.RemoteIpFilter</filter-class></filter>",
      ),
    },
    ["c: conditional, secure", "JSESSIONID: conditional, secure"],
  ],
  [
    "Jetty's customizer in its XML",
    {
      ...follow,
      "etc/jetty-http-forwarded.xml": `<Configure id="httpConfig" class="org.eclipse.jetty.server.HttpConfiguration"><Call name="addCustomizer"><Arg><New class="org.eclipse.jetty.server.ForwardedRequestCustomizer"/></Arg></Call></Configure>`,
    },
    ["c: conditional, secure"],
  ],
  [
    "Jetty's customizer in code",
    {
      ...follow,
      "src/main/java/shop/Main.java": `package shop;
import org.eclipse.jetty.server.*;
class Main { void go() { HttpConfiguration config = new HttpConfiguration(); config.addCustomizer(new ForwardedRequestCustomizer()); } }
`,
    },
    ["c: conditional, secure"],
  ],
];

const containers: readonly Fact[] = [
  [
    "GlassFish: dynamic",
    {
      ...app(""),
      ...beside(
        "glassfish-web.xml",
        `<glassfish-web-app><session-config><cookie-properties><property name="cookieSecure" value="dynamic"/></cookie-properties></session-config></glassfish-web-app>`,
      ),
    },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "GlassFish: any other text is dynamic",
    {
      ...app(""),
      ...beside(
        "glassfish-web.xml",
        `<glassfish-web-app><session-config><cookie-properties><property name="cookieSecure" value="maybe"/></cookie-properties></session-config></glassfish-web-app>`,
      ),
    },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "GlassFish: false in web.xml is dynamic",
    { ...app(off), ...beside("glassfish-web.xml", "<glassfish-web-app/>") },
    ["JSESSIONID: conditional, insecure"],
  ],
  ...["true", "True", "TRUE", "yes", "Yes", "YES", "Y", "1"].map(
    (text): Fact => [
      `WebLogic: ${text}`,
      {
        ...app(""),
        ...beside(
          "weblogic.xml",
          `<weblogic-web-app><session-descriptor><cookie-secure>${text}</cookie-secure></session-descriptor></weblogic-web-app>`,
        ),
      },
      ["JSESSIONID: secure"],
    ],
  ),
  ...["false", "no", "N", "0"].map(
    (text): Fact => [
      `WebLogic: ${text}`,
      {
        ...app(""),
        ...beside(
          "weblogic.xml",
          `<weblogic-web-app><session-descriptor><cookie-secure>${text}</cookie-secure></session-descriptor></weblogic-web-app>`,
        ),
      },
      ["JSESSIONID: insecure"],
    ],
  ),
  ["WildFly: false", { ...app(off), ...beside("jboss-web.xml", "<jboss-web/>") }, ["JSESSIONID: insecure"]],
  [
    "Jetty embedded",
    {
      "src/main/java/shop/Main.java": `package shop;
import org.eclipse.jetty.servlet.ServletContextHandler;
class Main { void go(ServletContextHandler context) { context.getSessionHandler().getSessionCookieConfig().setSecure(true); } }
`,
    },
    ["JSESSIONID: secure"],
  ],
];

const rest = (expression: string): Files => ({
  "Page.java": `import jakarta.ws.rs.core.*;\nimport java.util.Date;\nclass Page { NewCookie go(Cookie old) { return ${expression}; } }\n`,
});
const restCookies: readonly Fact[] = [
  ["two arguments", rest(`new NewCookie("n", "v")`), ["n: insecure"]],
  ["seven", rest(`new NewCookie("n", "v", "/", "d", "c", 1, true)`), ["n: secure"]],
  ["eight", rest(`new NewCookie("n", "v", "/", "d", "c", 1, false, true)`), ["n: insecure"]],
  ["eight with a version", rest(`new NewCookie("n", "v", "/", "d", 1, "c", 1, true)`), ["n: secure"]],
  ["ten", rest(`new NewCookie("n", "v", "/", "d", 1, "c", 1, new Date(), true, false)`), ["n: secure"]],
  [
    "eleven",
    rest(`new NewCookie("n", "v", "/", "d", 1, "c", 1, new Date(), false, true, NewCookie.SameSite.LAX)`),
    ["n: insecure"],
  ],
  ["a copy", rest(`new NewCookie(old)`), ["—: insecure"]],
  ["a copy with four", rest(`new NewCookie(old, "c", 1, true)`), ["—: secure"]],
  ["a copy with six", rest(`new NewCookie(old, "c", 1, new Date(), false, true)`), ["—: insecure"]],
  ["a builder", rest(`new NewCookie.Builder("n").value("v").build()`), ["n: insecure"]],
  ["a builder that copies", rest(`new NewCookie.Builder(old).secure(true).build()`), ["—: secure"]],
];

const boot = (text: string, file = "application.properties"): Files => ({ [`src/main/resources/${file}`]: text });
const starts: Files = {
  "src/main/java/shop/App.java": `package shop;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import jakarta.servlet.http.HttpSession;
@SpringBootApplication
public class App { void go(HttpSession session) { session.setAttribute("a", "b"); } }
`,
};
const secure = "server.servlet.session.cookie.secure";
const pom = (artifact: string): Files => ({
  "pom.xml": `<project><dependencies><dependency><artifactId>${artifact}</artifactId></dependency></dependencies></project>`,
});
const configuration = (body: string): Files => ({
  "src/main/java/shop/Config.java": `package shop;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.session.web.http.DefaultCookieSerializer;
import org.springframework.web.servlet.i18n.CookieLocaleResolver;
import org.springframework.web.util.CookieGenerator;
import org.springframework.http.ResponseCookie;
class Config {
    Object go(HttpSecurity http) throws Exception {
        ${body}
    }
}
`,
});
const springs: readonly Fact[] = [
  ["nothing said", starts, ["JSESSIONID: conditional, insecure"]],
  [
    "no session is used",
    {
      "src/main/java/shop/App.java": (starts["src/main/java/shop/App.java"] ?? "")
        .replace("jakarta.servlet.http.HttpSession", "java.util.List")
        .replace("HttpSession session", "String name")
        .replace("session.setAttribute", "System.setProperty"),
    },
    [],
  ],
  ...["true", "on", "yes", "1", "TRUE"].map(
    (word): Fact => [`secure=${word}`, { ...starts, ...boot(`${secure}=${word}\n`) }, ["JSESSIONID: secure"]],
  ),
  ["secure=false", { ...starts, ...boot(`${secure}=false\n`) }, ["JSESSIONID: conditional, insecure"]],
  ["an empty value says nothing", { ...starts, ...boot(`${secure}=\n`) }, ["JSESSIONID: conditional, insecure"]],
  ["a wrong word stops the application", { ...starts, ...boot(`${secure}=maybe\n`) }, ["JSESSIONID: unknown"]],
  [
    "YAML, with a name",
    {
      ...starts,
      ...boot(
        "server:\n  servlet:\n    session:\n      cookie:\n        name: SHOP\n        secure: true\n",
        "application.yml",
      ),
    },
    ["SHOP: secure"],
  ],
  ["dotted keys in YAML", { ...starts, ...boot(`${secure}: true\n`, "application.yml") }, ["JSESSIONID: secure"]],
  [
    "properties before YAML",
    { ...starts, ...boot(`${secure}: true\n`, "application.yml"), ...boot(`${secure}=false\n`) },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "the profile of production",
    { ...starts, ...boot(`${secure}=true\n`), ...boot(`${secure}=false\n`, "application-prod.properties") },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "a document for production",
    {
      ...starts,
      ...boot(`${secure}: false\n---\nspring.config.activate.on-profile: prod\n${secure}: true\n`, "application.yml"),
    },
    ["JSESSIONID: secure"],
  ],
  [
    "another profile",
    { ...starts, ...boot(`${secure}=true\n`), ...boot(`${secure}=false\n`, "application-dev.properties") },
    ["JSESSIONID: secure"],
  ],
  ["the old key", { ...starts, ...boot("server.session.cookie.secure=true\n") }, ["JSESSIONID: secure"]],
  ["a variable with a default", { ...starts, ...boot(`${secure}=\${COOKIE_SECURE:true}\n`) }, ["JSESSIONID: unknown"]],
  [
    "native forwarding",
    { ...starts, ...boot("server.forward-headers-strategy=native\n") },
    ["JSESSIONID: conditional, secure"],
  ],
  [
    "framework forwarding does not reach the container",
    { ...starts, ...boot("server.forward-headers-strategy=framework\n") },
    ["JSESSIONID: conditional, insecure"],
  ],
  [
    "framework forwarding reaches isSecure",
    { ...follow, ...boot("server.forward-headers-strategy=framework\n") },
    ["c: conditional, secure"],
  ],
  [
    "Spring's filter in web.xml reaches isSecure, and not the session",
    {
      ...follow,
      ...app(
        "<filter><filter-name>f</filter-name><filter-class>org.springframework.web.filter.ForwardedHeaderFilter</filter-class></filter>",
      ),
    },
    ["c: conditional, secure", "JSESSIONID: conditional, insecure"],
  ],
  [
    "Tomcat's own key",
    { ...starts, ...boot("server.tomcat.remoteip.protocol-header=x-forwarded-proto\n") },
    ["JSESSIONID: conditional, secure"],
  ],
  ["Undertow", { ...starts, ...pom("spring-boot-starter-undertow") }, ["JSESSIONID: insecure"]],
  [
    "Undertow, true",
    { ...starts, ...pom("spring-boot-starter-undertow"), ...boot(`${secure}=true\n`) },
    ["JSESSIONID: secure"],
  ],
  ["Spring Session", { ...starts, ...pom("spring-session-data-redis") }, ["SESSION: conditional, insecure"]],
  [
    "Spring Session, true",
    { ...starts, ...pom("spring-session-data-redis"), ...boot(`${secure}=true\n`) },
    ["SESSION: secure"],
  ],
  [
    "Spring Session, false is never",
    {
      ...starts,
      ...pom("spring-session-data-redis"),
      ...boot(`${secure}=false\nserver.forward-headers-strategy=native\n`),
    },
    ["SESSION: insecure"],
  ],
  [
    "Spring Session, framework forwarding",
    { ...starts, ...pom("spring-session-data-redis"), ...boot("server.forward-headers-strategy=framework\n") },
    ["SESSION: conditional, secure"],
  ],
  [
    "a serializer of its own makes the property void",
    { ...starts, ...boot(`${secure}=true\n`), ...configuration("return new DefaultCookieSerializer();") },
    ["SESSION: conditional, insecure"],
  ],
  [
    "a serializer, true",
    configuration("DefaultCookieSerializer s = new DefaultCookieSerializer(); s.setUseSecureCookie(true); return s;"),
    ["SESSION: secure"],
  ],
  [
    "a serializer, false",
    configuration("DefaultCookieSerializer s = new DefaultCookieSerializer(); s.setUseSecureCookie(false); return s;"),
    ["SESSION: insecure"],
  ],
  ["WebFlux", { ...boot("server.reactive.session.cookie.secure=true\n") }, ["SESSION: secure"]],
  [
    "the locale's cookie",
    configuration("return new CookieLocaleResolver();"),
    ["org.springframework.web.servlet.i18n.CookieLocaleResolver.LOCALE: insecure"],
  ],
  [
    "the locale's cookie, true",
    configuration(`CookieLocaleResolver r = new CookieLocaleResolver("lang"); r.setCookieSecure(true); return r;`),
    ["lang: secure"],
  ],
  [
    "a generator",
    configuration(`CookieGenerator g = new CookieGenerator(); g.setCookieName("g"); return g;`),
    ["g: insecure"],
  ],
  [
    "a generator, true",
    configuration(
      `CookieGenerator g = new CookieGenerator(); g.setCookieName("g"); g.setCookieSecure(true); return g;`,
    ),
    ["g: secure"],
  ],
  [
    "the token of forms",
    configuration("return CookieCsrfTokenRepository.withHttpOnlyFalse();"),
    ["XSRF-TOKEN: conditional, insecure"],
  ],
  [
    "the token of forms, customized",
    configuration(
      "CookieCsrfTokenRepository r = CookieCsrfTokenRepository.withHttpOnlyFalse(); r.setCookieCustomizer(c -> c.secure(true)); return r;",
    ),
    ["XSRF-TOKEN: secure"],
  ],
  [
    "the token of forms, turned off",
    configuration(
      "CookieCsrfTokenRepository r = new CookieCsrfTokenRepository(); r.setCookieCustomizer(c -> c.secure(false)); return r;",
    ),
    ["XSRF-TOKEN: insecure"],
  ],
  [
    "the token of forms, before 6.1",
    configuration("CookieCsrfTokenRepository r = new CookieCsrfTokenRepository(); r.setSecure(true); return r;"),
    ["XSRF-TOKEN: secure"],
  ],
  [
    "the reactive token asks for TLS, whatever a proxy says",
    {
      ...boot("server.forward-headers-strategy=native\n"),
      ...configuration("return new org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository();"),
    },
    ["XSRF-TOKEN: conditional, insecure"],
  ],
  [
    "a session of something else",
    {
      "src/main/java/shop/Dao.java": `package shop;\nimport org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;\nclass Dao { Object go(Cluster cluster) { return cluster.getSession(); } }\n`,
    },
    [],
  ],
  [
    "remember me",
    configuration('http.rememberMe(r -> r.key("k")); return http.build();'),
    ["remember-me: conditional, insecure"],
  ],
  [
    "remember me, true",
    configuration("http.rememberMe(r -> r.useSecureCookie(true)); return http.build();"),
    ["remember-me: secure"],
  ],
  [
    "remember me, false",
    configuration("http.rememberMe(r -> r.useSecureCookie(false)); return http.build();"),
    ["remember-me: insecure"],
  ],
  [
    "remember me, in a chain",
    configuration("http.rememberMe().useSecureCookie(true); return http.build();"),
    ["remember-me: secure"],
  ],
  [
    "mutate keeps Secure",
    configuration(`return ResponseCookie.from("a", "1").secure(true).build().mutate().path("/").build();`),
    ["a: secure"],
  ],
];

describe.each([
  ["the session's cookie", webXml],
  ["Cookie", cookies],
  ["the scheme of the request", schemes],
  ["containers", containers],
  ["NewCookie", restCookies],
  ["Spring", springs],
])("%s", (_, facts) => {
  test.each(facts)("%s", async (_fact, files, expected) => {
    expect(await verdictsOf(files)).toEqual(expected);
  });
});

test("over https to the container, `false` in web.xml forbids nothing", async () => {
  expect(await verdictsOf(app(off), "process")).toEqual(["JSESSIONID: conditional, secure"]);
});

test("the deployment says which profiles are active", async () => {
  const files = { ...starts, ...boot(`${secure}=false\n`), ...boot(`${secure}=true\n`, "application-live.properties") };
  const environment = { ...production.environment, SPRING_PROFILES_ACTIVE: "cloud, live" };
  const { cookies } = await takeInventory(projectOf(files), { ...production, environment });
  expect(cookies.map(({ verdict }) => verdict)).toEqual(["secure"]);
});

test("a variable beats the files", async () => {
  const files = { ...starts, ...boot(`${secure}=false\n`) };
  const environment = { ...production.environment, SERVER_SERVLET_SESSION_COOKIE_SECURE: "true" };
  const { cookies } = await takeInventory(projectOf(files), { ...production, environment });
  expect(cookies.map(({ verdict }) => verdict)).toEqual(["secure"]);
});
