import { beforeAll, describe, expect, test } from "vitest";
import { judgeTable } from "../lab/judge.ts";
import { judgeFix, type Promised } from "../lab/judge-fix.ts";
import { isMissing, type PageResult, readPages, runLab } from "../lab/lab.ts";
import { type Told, type Way, ways } from "../lab/protocol.ts";
import { comparable, noLongerAsked, type Recorded, recorded, toRecord } from "../lab/results.ts";
import { withSeen } from "../lab/seen.ts";
import { readPage } from "./support/page.ts";

async function disagreementsOf(framework: string, page: string): Promise<readonly string[]> {
  const results = await runLab({ pages: { [framework]: page } });
  return results.flatMap(({ cases }) => cases.flatMap(({ disagreed }) => disagreed));
}

/** A page of one case in Flask. */
function flaskPage(verdict: string, diff: string, afterFix = ""): string {
  return [
    "# Flask",
    "```py app.py",
    "from flask import Flask",
    "",
    "app = Flask(__name__)",
    'app.secret_key = "k"',
    "```",
    "",
    "| Cookie | Secure | Because |",
    "| --- | --- | --- |",
    `| \`session\` | ${verdict} | it says so |`,
    ...(diff === "" ? [] : ["", "```diff app.py", diff, "```"]),
    "",
    afterFix,
  ].join("\n");
}

/** A page of one case in express-session, whose fix makes Express withhold the cookie over plain http. */
function sessionPage(trust: string, afterFix: string): string {
  return [
    "# express-session",
    "```js app.js",
    'const express = require("express");',
    'const session = require("express-session");',
    "const app = express();",
    `app.set("trust proxy", ${trust});`,
    'app.use(session({ secret: "k" }));',
    "```",
    "",
    "| Cookie | Secure | Because |",
    "| --- | --- | --- |",
    "| `connect.sid` | no | it says nothing |",
    "",
    "```diff app.js",
    '-app.use(session({ secret: "k" }));',
    '+app.use(session({ secret: "k", cookie: { secure: true } }));',
    "```",
    "",
    afterFix,
  ].join("\n");
}

describe("the lab", () => {
  let all: readonly PageResult[] = [];

  beforeAll(async () => {
    all = await runLab();
  }, 900_000);

  test("runs every page in every version that it names", () => {
    expect(all.filter(isMissing)).toEqual([]);
  });

  test("agrees with every table and every fix", () => {
    const disagreements = all.flatMap(({ framework, version, cases }) =>
      cases.flatMap(({ title, line, disagreed }) =>
        disagreed.map((each) => `${framework}/readme.md:${line} ${title} [${version}]: ${each}`),
      ),
    );
    expect(disagreements).toEqual([]);
  });

  test("asks every case that it asked before", () => {
    expect(noLongerAsked(all)).toEqual([]);
  });

  test("says of every case that no version was asked what it takes to ask it", () => {
    const asked = new Set(
      all.flatMap(({ framework, cases }) =>
        cases.filter(({ status }) => status !== "not asked").map(({ line }) => `${framework}:${line}`),
      ),
    );
    const reasons = all.flatMap(({ framework, cases }) =>
      cases
        .filter(({ line }) => !asked.has(`${framework}:${line}`))
        .flatMap(({ title, line, notAsked }) => notAsked.map((reason) => `${framework}:${line} ${title}: ${reason}`)),
    );
    expect(
      reasons.filter((each) => !/: (?:needs |Mono does not |it answers no request$|no file of it belongs)/.test(each)),
    ).toEqual([]);
  });

  test("saw what lab/results.json says (`npm run lab -- --record` updates it)", () => {
    expect(toRecord(all).map(comparable).sort()).toEqual(recorded().map(comparable).sort());
  });
});

describe("the pages", () => {
  test("say on which versions each case was seen (`npm run lab -- --record` writes it)", () => {
    const all = recorded();
    for (const [name, page] of Object.entries(readPages())) {
      const seen = all.filter(({ framework }) => framework === name);
      expect(withSeen(page, seen)).toBe(page);
    }
  });

  const record = (version: string, notAsked: readonly string[] = [], status = "agreed"): Recorded => ({
    framework: "flask",
    version,
    case: "Flask",
    status,
    seen: [],
    after: [],
    notAsked,
    when: "",
  });
  const lineOf = (...records: readonly Recorded[]) =>
    withSeen(flaskPage("no", ""), records)
      .split("\n")
      .find((line) => /^(?:Seen|Not run)/.test(line));

  test("name the newest version first, and what was run beside it where that differs", () => {
    expect(lineOf(record("flask 2.2.5, werkzeug 2.2.3"), record("flask 10.1, werkzeug 3"))).toBe(
      "Seen on Flask 10.1 and 2.2.5.",
    );
    expect(lineOf(record("cookies 1.0, express 5.3.0"), record("cookies 1.0, express 4.2.0"))).toBe(
      "Seen on cookies 1.0 with Express 5.3.0 and 4.2.0.",
    );
    expect(lineOf(record("jetty12 12.0"), record("tomcat9 9.0"))).toBe("Seen on Jetty 12.0, Tomcat 9.0.");
    expect(lineOf(record("node 20.20.2"))).toBe("Seen on Node 20.");
  });

  test("name the rows that did not come", () => {
    expect(lineOf(record("flask 3", ["`a` never came"]), record("flask 2"))).toBe(
      "Seen on Flask 3 (but for `a`) and 2.",
    );
    expect(lineOf(record("flask 3", ["`a` never came"]), record("flask 2", ["`a` never came"]))).toBe(
      "Seen on Flask 3 and 2, but for `a`.",
    );
  });

  test("say why a case was not run, and nothing of one that is new", () => {
    expect(lineOf(record("flask 3", ["needs a browser"], "not asked"))).toBe("Not run: needs a browser.");
    expect(withSeen(flaskPage("no", ""), [])).toBe(flaskPage("no", ""));
  });

  test("are written over, not added to", () => {
    const once = withSeen(flaskPage("no", ""), [record("flask 2")]);
    expect(withSeen(once, [record("flask 3")])).toBe(once.replace("Flask 2", "Flask 3"));
    expect(withSeen(once, [])).toBe(flaskPage("no", ""));
  });
});

describe("a condition", () => {
  const answer = (lines: Readonly<Record<Way, string>>): Told => ({
    id: "",
    answers: ways.map((way) => ({ origin: "GET /", way, status: 200, lines: [lines[way]] })),
  });
  const open = answer({ http: "a=1", proxy: "a=1", tls: "a=1" });
  const secure = answer({ http: "a=1; Secure", proxy: "a=1; Secure", tls: "a=1; Secure" });
  const byScheme = answer({ http: "a=1", proxy: "a=1", tls: "a=1; Secure" });
  const judged = (because: string, base: Told, others: readonly Told[]) => {
    const { agreed, disagreed, notAsked } = judgeTable(
      [{ name: "a", secure: "conditional", because }],
      base,
      others,
      {},
      [],
    );
    return [agreed.length, disagreed.length, notAsked.length];
  };

  test("on the scheme holds when TLS brings Secure", () => {
    const because = "Secure only when the request arrives as https";
    expect(judged(because, byScheme, [])).toEqual([1, 0, 0]);
    expect(judged(because, open, [])).toEqual([0, 1, 0]);
    expect(judged(because, secure, [])).toEqual([0, 1, 0]);
  });

  test("on a variable holds when the other setting differs, in the direction that is said", () => {
    const because = 'Secure only when SECURE is "true", which is not so in this deployment';
    expect(judged(because, open, [secure])).toEqual([1, 0, 0]);
    expect(judged(because, open, [open])).toEqual([0, 1, 0]);
    expect(judged(because, secure, [open])).toEqual([0, 1, 0]);
  });

  test("that cannot be set is not asked, and never agreed", () => {
    expect(judged("Secure only when `strict` holds", open, [])).toEqual([0, 0, 1]);
  });

  test("on a version is settled by the version that runs", () => {
    const row = { name: "a", secure: "conditional", because: "Secure only when Werkzeug is 2.3 or newer" };
    expect(judgeTable([row], open, [], { werkzeug: "2.2.3" }, []).disagreed).toEqual([]);
    expect(judgeTable([row], open, [], { werkzeug: "3.1.9" }, []).disagreed).toHaveLength(1);
    const older = { name: "a", secure: "conditional", because: "Secure only when Servlet is older than 6.1" };
    expect(judgeTable([older], secure, [], { servlet: "6.0" }, []).disagreed).toEqual([]);
    expect(judgeTable([older], secure, [], { servlet: "6.1" }, []).disagreed).toHaveLength(1);
  });
});

describe("a fix that is called safe", () => {
  const told = (lines: readonly string[]): Told => ({
    id: "",
    answers: ways.map((way) => ({
      origin: "GET /",
      way,
      status: 200,
      lines: way === "http" ? lines : ["a=1; Secure"],
    })),
  });
  const page = (safe: readonly string[]): Promised => ({
    expected: [{ name: "a", secure: "no", because: "" }],
    afterFix: new Map([["a", "withheld"]]),
    safe: new Set(safe),
  });
  const production = { before: told(["a=1"]), after: told([]) };

  test("may not take the cookie away from a developer", () => {
    const taken = { before: told(["a=1"]), after: told([]) };
    expect(judgeFix(page(["a"]), production, taken).disagreed).toEqual([
      "`a` is no longer sent to a developer after a fix that is called safe: GET /: http none, proxy secure, tls secure",
    ]);
    expect(judgeFix(page([]), production, taken).disagreed).toEqual([]);
  });

  test("may leave it as it was for a developer", () => {
    for (const lines of [["a=1"], ["a=1; Secure"]])
      expect(judgeFix(page(["a"]), production, { before: told(["a=1"]), after: told(lines) }).disagreed).toEqual([]);
    expect(judgeFix(page(["a"]), production, { before: told([]), after: told([]) }).disagreed).toEqual([]);
  });
});

test("the fix of an application that did not start is judged by what comes after it", () => {
  const told = (lines: readonly string[]): Told => ({
    id: "",
    answers: ways.map((way) => ({ origin: "GET /", way, status: 200, lines })),
  });
  const page: Promised = {
    expected: [{ name: "a", secure: "unknown", because: "the application does not start" }],
    afterFix: new Map(),
    safe: new Set(),
  };
  const judged = (after: readonly string[]) =>
    judgeFix(page, { before: told([]), after: told(after) }, undefined).agreed.length;
  expect([judged(["a=1; Secure"]), judged(["a=1"]), judged([])]).toEqual([1, 0, 0]);
});

describe("a case that is silently not asked", () => {
  test("fails where no stack runs its page", async () => {
    const results = await runLab({ pages: { hapi: flaskPage("no", "") } });
    expect(results.filter(isMissing).map(({ notRun }) => notRun)).toEqual(["no stack runs this page"]);
  });

  test("fails where no version takes it", async () => {
    const page = [
      "# Express 3",
      '```json package.json\n{ "dependencies": { "express-session": "~9.9.0" } }\n```',
      "```js app.js",
      'require("express-session");',
      "```",
      "",
      "| Cookie | Secure | Because |",
      "| --- | --- | --- |",
    ].join("\n");
    const results = await runLab({ pages: { "express-session": page } });
    expect(results.filter(isMissing).map(({ notRun }) => notRun)).toEqual(['no version takes the case "Express 3"']);
  });

  test("is noticed by what was asked before", () => {
    const before = recorded().find(({ framework, status }) => framework === "flask" && status === "agreed");
    const { framework = "", version = "", case: title = "" } = before ?? {};
    const result = (status: "agreed" | "not asked") => [
      {
        framework,
        version,
        cases: [{ title, line: 1, status, agreed: [], disagreed: [], notAsked: [], seen: [], after: [] }],
      },
    ];
    const isMissed = (status: "agreed" | "not asked") =>
      noLongerAsked(result(status)).some((each) => each.case === title && each.version === version);
    expect([isMissed("not asked"), isMissed("agreed")]).toEqual([true, false]);
  });
});

describe("a page that lies", () => {
  test("by its verdict fails", async () => {
    const disagreed = await disagreementsOf("flask", flaskPage("yes", ""));
    expect(disagreed).toContain("`session` is yes in the table, and came as lab /lab: http open, proxy open, tls open");
  });

  test("by a diff that does not help fails", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = "k"\n+app.config["SESSION_COOKIE_SECURE"] = None';
    expect(await disagreementsOf("flask", flaskPage("no", diff))).toContain("the fix changes nothing on the wire");
  });

  test("by a diff that loses the cookie fails", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = None';
    const disagreed = await disagreementsOf("flask", flaskPage("no", diff));
    expect(disagreed.length).toBeGreaterThan(0);
    for (const each of disagreed) expect(each).toMatch(/no longer set|changes nothing/);
  });

  test("by a fix that loses the session behind a proxy fails", async () => {
    expect(await disagreementsOf("express-session", sessionPage("false", withheld))).toContain(
      "`connect.sid` is not Secure after the fix: GET /: http none, proxy none, tls secure",
    );
  });

  const withheld = "After the fix, `connect.sid` is not sent over plain http.";
  const ways = "before GET /: http open, proxy open, tls open; after GET /: http none, proxy secure, tls secure";

  test("by silence about a cookie that its fix takes away over plain http fails", async () => {
    const expected = `the page does not say "${withheld}", and it came so: ${ways}`;
    expect(new Set(await disagreementsOf("express-session", sessionPage("1", "")))).toEqual(new Set([expected]));
    expect(await disagreementsOf("express-session", sessionPage("1", withheld))).toEqual([]);
  });

  test("by another way in which it goes fails", async () => {
    const throws = "After the fix, setting `connect.sid` over plain http throws.";
    expect(await disagreementsOf("express-session", sessionPage("1", throws))).toContain(
      `the page does not say "${withheld}", and it came so: ${ways}`,
    );
  });

  test("about a cookie that its fix takes away fails where it still comes", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = "k"\n+app.config["SESSION_COOKIE_SECURE"] = True';
    const disagreed = await disagreementsOf(
      "flask",
      flaskPage("no", diff, "After the fix, `session` is not sent over plain http."),
    );
    expect(disagreed).toContain(
      'the page says "After the fix, `session` is not sent over plain http.", and it came as before lab /lab: http open, proxy open, tls open; after lab /lab: http secure, proxy secure, tls secure',
    );
  });

  test("in a sentence that nobody can check is refused", () => {
    const page = (afterFix: string, diff = "-x\n+y") => flaskPage("no", diff, afterFix);
    expect(() => readPage(page("After the fix all is well."))).toThrow(/says nothing that the lab can check/);
    expect(() => readPage(page(withheld, ""))).toThrow(/says what is after a fix and shows none/);
  });

  test("of what Mono does otherwise is not asked, and of the rest fails", async () => {
    const page = [
      "# ASP.NET",
      "```xml Web.config",
      "<configuration>",
      "  <system.web>",
      '    <anonymousIdentification enabled="true" cookieName="who" />',
      "  </system.web>",
      "</configuration>",
      "```",
      "",
      "| Cookie | Secure | Because |",
      "| --- | --- | --- |",
      "| `ASP.NET_SessionId` | yes | it says so |",
      "| `who` | yes | it says so |",
    ].join("\n");
    const [result] = (await runLab({ pages: { aspnet: page } })).flatMap(({ cases }) => cases);
    expect(result?.disagreed).toEqual([
      "`ASP.NET_SessionId` is yes in the table, and came as session: http open, proxy open, tls open",
    ]);
    expect(result?.notAsked).toEqual(["`who`: in Mono this cookie follows `httpCookies` too"]);
  });

  test("in nothing agrees", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = "k"\n+app.config["SESSION_COOKIE_SECURE"] = True';
    const results = await runLab({ pages: { flask: flaskPage("no", diff) } });
    expect(results.map(({ cases }) => cases.map(({ status }) => status))).toEqual(results.map(() => ["agreed"]));
  });
});
