import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { judgeTable } from "../lab/judge.ts";
import { isMissing, type PageResult, runLab } from "../lab/lab.ts";
import { type Told, type Way, ways } from "../lab/protocol.ts";
import { comparable, recorded, toRecord } from "../lab/results.ts";
import { readPage } from "./support/page.ts";

/** The versions that ran; one that a setup should have installed and did not fails the lab. */
function run(results: readonly PageResult[]): readonly PageResult[] {
  return results.filter(({ notRun }) => notRun === undefined);
}

async function disagreementsOf(page: string): Promise<readonly string[]> {
  const results = await runLab({ pages: { flask: page } });
  return results.flatMap(({ cases }) => cases.flatMap(({ disagreed }) => disagreed));
}

/** A page of one case in Flask. */
function flaskPage(verdict: string, diff: string): string {
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
  ].join("\n");
}

describe("the lab", () => {
  const all = runLab();

  test("runs every page in every version that it names", async () => {
    expect((await all).filter(isMissing)).toEqual([]);
  }, 300_000);

  test("agrees with every table and every fix", async () => {
    const disagreements = (await all).flatMap(({ framework, version, cases }) =>
      cases.flatMap(({ title, line, disagreed }) =>
        disagreed.map((each) => `${framework}/readme.md:${line} ${title} [${version}]: ${each}`),
      ),
    );
    expect(disagreements).toEqual([]);
  });

  test("takes every case of the pages that it runs", async () => {
    const results = run(await all);
    for (const framework of new Set(results.map((each) => each.framework))) {
      const page = readFileSync(new URL(`../src/frameworks/${framework}/readme.md`, import.meta.url), "utf8");
      const lines = results
        .filter((each) => each.framework === framework)
        .flatMap(({ cases }) => cases.map(({ line }) => line));
      expect(readPage(page).filter(({ line }) => !lines.includes(line))).toEqual([]);
    }
  });

  test("gives a reason for every case that it did not ask", async () => {
    const silent = run(await all).flatMap(({ cases }) =>
      cases.filter(
        ({ status, notAsked }) => status === "not asked" && (notAsked.length === 0 || notAsked.includes("")),
      ),
    );
    expect(silent).toEqual([]);
  });

  test("saw what lab/results.json says (`npm run lab -- --record` updates it)", async () => {
    expect(
      toRecord(await all)
        .map(comparable)
        .sort(),
    ).toEqual(recorded().map(comparable).sort());
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
  });
});

describe("a page that lies", () => {
  test("by its verdict fails", async () => {
    const disagreed = await disagreementsOf(flaskPage("yes", ""));
    expect(disagreed).toContain("`session` is yes in the table, and came as lab /lab: http open, proxy open, tls open");
  });

  test("by a diff that does not help fails", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = "k"\n+app.config["SESSION_COOKIE_SECURE"] = None';
    expect(await disagreementsOf(flaskPage("no", diff))).toContain("the fix changes nothing on the wire");
  });

  test("by a diff that loses the cookie fails", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = None';
    const disagreed = await disagreementsOf(flaskPage("no", diff));
    expect(disagreed.length).toBeGreaterThan(0);
    for (const each of disagreed) expect(each).toMatch(/no longer set|changes nothing/);
  });

  test("by a fix that loses the session behind a proxy fails", async () => {
    const page = [
      "# express-session",
      "```js app.js",
      'const express = require("express");',
      'const session = require("express-session");',
      "const app = express();",
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
    ].join("\n");
    const results = await runLab({ pages: { "express-session": page } });
    const disagreed = results.flatMap(({ cases }) => cases.flatMap((each) => each.disagreed));
    expect(disagreed).toContain("`connect.sid` is not Secure after the fix: GET /: http none, proxy none, tls secure");
  });

  test("in nothing agrees", async () => {
    const diff = '-app.secret_key = "k"\n+app.secret_key = "k"\n+app.config["SESSION_COOKIE_SECURE"] = True';
    const results = await runLab({ pages: { flask: flaskPage("no", diff) } });
    expect(results.map(({ cases }) => cases.map(({ status }) => status))).toEqual(results.map(() => ["agreed"]));
  });
});
