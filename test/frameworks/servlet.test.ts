import { describe, expect, test } from "vitest";
import { applyEdits } from "../../src/edit.ts";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { verdicts } from "../evaluate/verdicts.ts";
import { projectOf } from "../support/project.ts";

async function reasons(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf(texts), production);
  return cookies.map(({ verdict, because }) => `${verdict}: ${because}`);
}

describe("the session's configuration in code", () => {
  const start = (body: string) => ({
    "Start.java": `import jakarta.servlet.*;
class Start implements ServletContextListener {
  public void contextInitialized(ServletContextEvent event) {
    ServletContext context = event.getServletContext();
    ${body}
  }
}
`,
  });

  test("setSecure on one way only is not Secure on all", async () => {
    const asked = "boolean only = settings().isOn(HTTPS);";
    const some = "`setSecure` is called on the `SessionCookieConfig` only on some ways";
    for (const body of [
      `${asked} if (only) context.getSessionCookieConfig().setSecure(true);`,
      `${asked} SessionCookieConfig config = context.getSessionCookieConfig(); if (only) config.setSecure(true);`,
    ]) {
      const [first] = await reasons(start(body));
      expect(first).toContain(`conditional: ${some}`);
    }
  });

  test("one that is read or handed on configures nothing", async () => {
    expect(
      await verdicts(start("SessionCookieConfig config = context.getSessionCookieConfig(); log(config.getName());")),
    ).toEqual([]);
    expect(await verdicts(start("config = context.getSessionCookieConfig();"))).toEqual([]);
    expect(await verdicts(start("context.getSessionCookieConfig().setHttpOnly(true);"))).toEqual([
      "JSESSIONID: conditional",
    ]);
  });
});

test.each([
  [
    "    context.getSessionCookieConfig().setHttpOnly(true);\n",
    "    context.getSessionCookieConfig().setHttpOnly(true);\n    context.getSessionCookieConfig().setSecure(true);\n",
  ],
  [
    '    SessionCookieConfig config = context\n        .getSessionCookieConfig();\n    config.setName("sid");\n',
    '    SessionCookieConfig config = context\n        .getSessionCookieConfig();\n    config.setSecure(true);\n    config.setName("sid");\n',
  ],
])("setSecure is added beside what is configured in code: %j", async (before, after) => {
  const source = (lines: string) => `import jakarta.servlet.*;
class Start implements ServletContainerInitializer {
  public void onStartup(java.util.Set<Class<?>> types, ServletContext context) {
${lines}  }
}
`;
  const { cookies } = await takeInventory(projectOf({ "Start.java": source(before) }), production);
  expect(cookies.map(({ verdict }) => verdict)).toEqual(["conditional"]);
  expect(applyEdits(source(before), cookies[0]?.fixes[0]?.edits ?? [])).toBe(source(after));
  expect(await verdicts({ "Start.java": source(after) })).toEqual([expect.stringMatching(/: secure$/)]);
});

test("no statement is added behind one that is a lambda's body", async () => {
  const files = {
    "Boot.java": `import jakarta.servlet.*;
class Boot {
  Initializer sessions() {
    return context -> context.getSessionCookieConfig().setHttpOnly(true);
  }
}
`,
  };
  const { cookies } = await takeInventory(projectOf(files), production);
  expect(cookies.map(({ fixes }) => fixes)).toEqual([[]]);
});

test("Spring's WebUtils finds cookies of the request, which have no Secure", async () => {
  const files = {
    "Token.java": `import jakarta.servlet.http.*;
import org.springframework.web.util.WebUtils;
class Token {
  void renew(HttpServletRequest request, HttpServletResponse response) {
    Cookie token = WebUtils.getCookie(request, "token");
    token.setValue("2");
    response.addCookie(token);
  }
}
`,
  };
  expect(await verdicts(files)).toEqual(["token: insecure"]);
});

test("what stands in Set-Cookie without `=` is the value of a cookie without a name", async () => {
  const files = {
    "Same.java": `import jakarta.servlet.http.*;
class Same {
  void filter(HttpServletResponse response) {
    response.setHeader("Set-Cookie", "HttpOnly; SameSite=Strict");
  }
}
`,
  };
  expect(await verdicts(files)).toEqual([": insecure"]);
});

test("a variable that begins as null and takes a cookie of the request is that cookie", async () => {
  const files = {
    "List.java": `import jakarta.servlet.http.*;
class List {
  void add(HttpServletRequest request, HttpServletResponse response, String action) {
    Cookie list = null;
    for (Cookie each : request.getCookies()) if (each.getName().equals("list")) list = each;
    if (list == null || list.getValue().equals("")) return;
    list.setMaxAge(60);
    response.addCookie(list);
  }
}
`,
  };
  expect(await reasons(files)).toEqual([
    "insecure: `setSecure` is not called before `addCookie`, and the default is off",
  ]);
});

test("an anonymous class sees the variables of the method that it stands in", async () => {
  const files = {
    "Filters.java": `import jakarta.servlet.*;
import jakarta.servlet.http.*;
class Filters {
  Filter visits(boolean secure) {
    boolean always = true;
    return new Filter() {
      public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) {
        Cookie one = new Cookie("one", "1");
        one.setSecure(always);
        ((HttpServletResponse) response).addCookie(one);
        Cookie two = new Cookie("two", "1");
        two.setSecure(secure);
        ((HttpServletResponse) response).addCookie(two);
      }
    };
  }
}
`,
  };
  const [one, two] = await reasons(files);
  expect(one).toBe("secure: `setSecure` is `true`");
  expect(two).toContain("unknown: ");
  expect(two).not.toContain("read before it is set");
});

test("a response of the project's own hands on what others add", async () => {
  const response = (head: string) => ({
    "Own.java": `import jakarta.servlet.http.*;
class Own ${head} {
  private HttpServletResponse response;
  public void addCookie(Cookie cookie) { response.addCookie(cookie); }
}
`,
  });
  expect(await verdicts(response("implements HttpServletResponse"))).toEqual([]);
  expect(await verdicts(response(""))).toEqual(["—: unknown"]);
});
