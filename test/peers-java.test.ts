/** What other tools get wrong about servlet cookies, one test a fault. */
import { describe, expect, test } from "vitest";
import { applyEdits } from "../src/edit.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { projectOf } from "./support/project.ts";

async function cookiesOf(texts: Readonly<Record<string, string>>) {
  return (await takeInventory(projectOf(texts), production)).cookies;
}

async function verdictsOf(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return (await cookiesOf(texts)).map(({ name, verdict }) => `${name ?? "—"}: ${verdict}`);
}

function servlet(body: string, members = "", api = "jakarta"): Record<string, string> {
  return {
    "Page.java": `import ${api}.servlet.http.*;
class Page {
    ${members}
    void go(HttpServletRequest request, HttpServletResponse response, boolean choice) {
        ${body}
    }
}
`,
  };
}

async function fixed(texts: Record<string, string>): Promise<string> {
  const edits = (await cookiesOf(texts)).flatMap(({ fixes }) => fixes[0]?.edits ?? []);
  return applyEdits(texts["Page.java"] ?? "", edits);
}

const listener = (value: string) => ({
  "Start.java": `import jakarta.servlet.*;
class Start implements ServletContextListener {
  public void contextInitialized(ServletContextEvent event) {
      event.getServletContext().getSessionCookieConfig().setSecure(${value});
  }
}
`,
});
const silent = {
  "src/main/webapp/WEB-INF/web.xml": "<web-app version='6.0'>\r\n  <distributable/>\r\n</web-app>\r\n",
};

const webXml = (value: string) => ({
  "WEB-INF/web.xml": `<web-app><session-config><cookie-config><secure>${value}</secure></cookie-config></session-config></web-app>`,
});

const guarded = (flag: string) =>
  `Cookie c = new Cookie("a", "1"); if (request.isSecure()) { ${flag} response.addCookie(c); }`;

describe("find-sec-bugs sees only a `new Cookie` that a local variable holds", () => {
  test("a cookie that is made where it is added", async () => {
    expect(await verdictsOf(servlet(`response.addCookie(new Cookie("a", "1"));`))).toEqual(["a: insecure"]);
  });
  test("a cookie in a field", async () => {
    const texts = servlet("response.addCookie(held);", `private final Cookie held = new Cookie("a", "1");`);
    expect(await verdictsOf(texts)).toEqual(["a: insecure"]);
  });
  test("a cookie that is returned", async () => {
    const texts = servlet("response.addCookie(make());", `Cookie make() { return new Cookie("a", "1"); }`);
    expect(await verdictsOf(texts)).toEqual(["a: insecure"]);
  });
  test("branches", async () => {
    const body = `Cookie c = new Cookie("a", "1"); if (choice) c.setSecure(true); response.addCookie(c);`;
    expect(await verdictsOf(servlet(body))).toEqual(["a: conditional"]);
  });
  test("setSecure(false) after setSecure(true)", async () => {
    const body = `Cookie c = new Cookie("a", "1"); c.setSecure(true); c.setSecure(false); response.addCookie(c);`;
    expect(await verdictsOf(servlet(body))).toEqual(["a: insecure"]);
  });
  test("a helper that sets it", async () => {
    const body = `Cookie c = new Cookie("a", "1"); harden(c); response.addCookie(c);`;
    expect(await verdictsOf(servlet(body, "void harden(Cookie c) { c.setSecure(true); }"))).toEqual(["a: secure"]);
  });
  test("web.xml", async () => {
    expect(await verdictsOf(webXml("true"))).toEqual(["JSESSIONID: secure"]);
    expect(await verdictsOf(webXml("false"))).toEqual(["JSESSIONID: conditional"]);
  });
});

describe("OpenRewrite's CookieSetSecure", () => {
  test("is for javax only", async () => {
    for (const api of ["javax", "jakarta"])
      expect(await verdictsOf(servlet(`response.addCookie(new Cookie("a", "1"));`, "", api))).toEqual(["a: insecure"]);
  });
  test("keeps one cookie a block in mind", async () => {
    const body = `Cookie a = new Cookie("a", "1");
        Cookie b = new Cookie("b", "1");
        Cookie c = new Cookie("c", "1");
        b.setSecure(true);
        c.setSecure(false);
        response.addCookie(a);
        response.addCookie(b);
        response.addCookie(c);`;
    expect(await verdictsOf(servlet(body))).toEqual(["a: insecure", "b: secure", "c: insecure"]);
    const text = await fixed(servlet(body));
    expect(text).toContain("a.setSecure(true);\n        response.addCookie(a);");
    expect(text).toContain("        c.setSecure(true);\n");
    expect(text).not.toContain("setSecure(false)");
    expect(text.match(/b\.setSecure/g)).toHaveLength(1);
  });
  test("passes over arrays", async () => {
    const body = `Cookie[] all = { new Cookie("a", "1"), new Cookie("b", "1") }; response.addCookie(all[0]);`;
    expect(await verdictsOf(servlet(body))).toContain("a: insecure");
  });
});

describe("a search for setSecure(false) passes the OWASP Benchmark; it does not pass these", () => {
  test("nothing said at all", async () => {
    expect(await verdictsOf(servlet(`Cookie c = new Cookie("a", "1"); response.addCookie(c);`))).toEqual([
      "a: insecure",
    ]);
  });
  test("false by a constant", async () => {
    const body = `Cookie c = new Cookie("a", "1"); c.setSecure(OFF); response.addCookie(c);`;
    expect(await verdictsOf(servlet(body, "static final boolean OFF = false;"))).toEqual(["a: insecure"]);
  });
  test("said after the cookie was added", async () => {
    const [cookie] = await cookiesOf(
      servlet(`Cookie c = new Cookie("a", "1"); response.addCookie(c); c.setSecure(true);`),
    );
    expect(cookie?.verdict).toBe("insecure");
    expect(cookie?.remarks.map(({ kind }) => kind)).toEqual(["ineffective"]);
  });
  test("false in a comment, or taken back", async () => {
    const body = `Cookie c = new Cookie("a", "1"); /* c.setSecure(false) */
        c.setSecure(false); c.setSecure(true); response.addCookie(c);`;
    expect(await verdictsOf(servlet(body))).toEqual(["a: secure"]);
  });
  test("Juliet's one shape, with and without the flag", async () => {
    expect(await verdictsOf(servlet(guarded("")))).toEqual(["a: insecure"]);
    expect(await verdictsOf(servlet(guarded("c.setSecure(true);")))).toEqual(["a: secure"]);
  });
});

describe("no other tool that was read knows the session cookie of a servlet application", () => {
  test("web.xml without `<secure>` follows the request, which is plain http behind a proxy", async () => {
    const [cookie] = await cookiesOf(silent);
    expect(cookie?.condition).toMatchObject({ on: "request-scheme", inDeployment: "insecure" });
  });
  test("the fix keeps the file's line ends and indentation", async () => {
    const [cookie] = await cookiesOf(silent);
    const [text = ""] = Object.values(silent);
    expect(applyEdits(text, cookie?.fixes[0]?.edits ?? [])).toBe(
      [
        "<web-app version='6.0'>",
        "  <distributable/>",
        "  <session-config>",
        "    <cookie-config>",
        "      <secure>true</secure>",
        "    </cookie-config>",
        "  </session-config>",
        "</web-app>",
        "",
      ].join("\r\n"),
    );
  });
  test("SessionCookieConfig", async () => {
    expect(await verdictsOf(listener("true"))).toEqual(["JSESSIONID: secure"]);
    expect(await verdictsOf({ ...silent, ...listener("true") })).toEqual(["JSESSIONID: secure"]);
  });
  test("a listener's false beats web.xml's true", async () => {
    const texts = {
      "src/main/webapp/WEB-INF/web.xml":
        "<web-app><session-config><cookie-config><secure>true</secure></cookie-config></session-config></web-app>",
      ...listener("false"),
    };
    const [cookie, ...others] = await cookiesOf(texts);
    expect(others).toEqual([]);
    expect(cookie?.sink.file).toBe("Start.java");
    expect(cookie?.condition?.inDeployment).toBe("insecure");
  });
  test("with TLS in the process the same web.xml is right", async () => {
    const { cookies } = await takeInventory(projectOf(silent), { ...production, tls: "process" });
    expect(cookies[0]?.condition?.inDeployment).toBe("secure");
  });
});
