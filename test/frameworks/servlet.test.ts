import { describe, expect, test } from "vitest";
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
