import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cookieAt, placeOf, seenAt } from "../../test/support/report.ts";
import type { Cookie, VerdictCondition } from "../cookie.ts";
import { findPage } from "../pages.ts";
import { rules } from "./index.ts";

const files = { "a.js": "sink(options)", "b.js": "secure: false" };
const cookie = (change: Partial<Cookie>) => cookieAt(files, "a.js", "sink(options)", change);
const levels = (name: string, change: Partial<Cookie>) =>
  rules
    .find((rule) => rule.name === name)
    ?.check(cookie(change))
    .map((complaint) => complaint.level);
const condition = (inDeployment: VerdictCondition["inDeployment"]): VerdictCondition => ({
  on: "request-scheme",
  says: "the request arrives as https",
  inDeployment,
});
const branch = (inDeployment: VerdictCondition["inDeployment"]): VerdictCondition => ({
  on: "branch",
  says: "`remember` holds",
  inDeployment,
});

test("each has its page, and each page its rule", () => {
  const pages = readdirSync("src/rules").filter((file) => file.endsWith(".md"));
  expect(pages.sort()).toEqual(rules.map((rule) => `${rule.name}.md`).sort());
  for (const rule of rules) expect(findPage(rule.name)?.text).toMatch(new RegExp(`^# ${rule.name}\n`));
});

test("each has a severity that GitHub can read", () => {
  for (const { securitySeverity } of rules) expect(Number(securitySeverity)).toBeGreaterThan(0);
});

describe("missing-secure", () => {
  test.each<[string, Partial<Cookie>, string[]]>([
    ["an insecure cookie", {}, ["error"]],
    ["one that is plainly not sensitive", { sensitive: false }, ["warning"]],
    ["one that is not deployed", { notDeployed: "a development branch" }, ["note"]],
    ["a secure one", { verdict: "secure" }, []],
    ["a deletion", { deletion: true }, []],
    ["an unknown one", { verdict: "unknown" }, ["note"]],
    ["a conditional one that is off", { verdict: "conditional", condition: condition("insecure") }, ["warning"]],
    ["a conditional one that is on", { verdict: "conditional", condition: condition("secure") }, ["note"]],
    ["a conditional one that is open", { verdict: "conditional", condition: condition(null) }, ["note"]],
    ["one that a branch leaves without", { verdict: "conditional", condition: branch(null) }, ["warning"]],
    ["one whose branch is taken", { verdict: "conditional", condition: branch("secure") }, ["note"]],
  ])("%s", (_what, change, expected) => {
    expect(levels("missing-secure", change)).toEqual(expected);
  });

  test("points at the smallest deciding span in the file of the sink, else at the sink", () => {
    const [here] = rules[0]?.check(cookie({ decidedBy: seenAt(files, "a.js", "options", "no secure") })) ?? [];
    expect(here?.location).toEqual(placeOf(files, "a.js", "options"));
    const [there] = rules[0]?.check(cookie({ decidedBy: seenAt(files, "b.js", "false", "off") })) ?? [];
    expect(there?.location).toEqual(placeOf(files, "a.js", "sink(options)"));
    expect(there?.related).toEqual([seenAt(files, "b.js", "false", "off")]);
  });

  test("says what it depends on", () => {
    const [complaint] = rules[0]?.check(cookie({ verdict: "conditional", condition: condition("insecure") })) ?? [];
    expect(complaint?.message).toBe(
      'The cookie "sid" carries Secure only under a condition: the request arrives as https; in this deployment it is off.',
    );
  });
});

test("missing-secure speaks of the deployment once", () => {
  const on = { on: "environment", says: "`MODE` is not set in this deployment", inDeployment: "insecure" } as const;
  const [complaint] = rules[0]?.check(cookie({ verdict: "conditional", condition: on })) ?? [];
  expect(complaint?.message).toBe(
    'The cookie "sid" carries Secure only under a condition: `MODE` is not set in this deployment; there it is off.',
  );
});

describe("ineffective-secure", () => {
  const remark = {
    kind: "ineffective" as const,
    says: "`cookie` is not read here",
    at: seenAt(files, "b.js", "secure", ""),
  };
  test.each<[string, Partial<Cookie>, string[]]>([
    ["an attempt that leaves the cookie insecure", { remarks: [remark] }, ["warning"]],
    ["an attempt beside one that works", { remarks: [remark], verdict: "secure" }, ["note"]],
    ["other remarks", { remarks: [{ ...remark, kind: "wrong-type" }] }, []],
    ["a deletion", { remarks: [remark], deletion: true }, []],
  ])("%s", (_what, change, expected) => {
    expect(levels("ineffective-secure", change)).toEqual(expected);
  });
});

describe("withheld-cookie", () => {
  const remark = { kind: "withheld" as const, says: "none is sent", at: seenAt(files, "b.js", "secure", "") };
  test.each<[string, Partial<Cookie>, string[]]>([
    ["a Secure cookie that does not come", { remarks: [remark], verdict: "secure" }, ["note"]],
    ["one that is not Secure", { remarks: [remark], verdict: "conditional" }, []],
    ["other remarks", { remarks: [{ ...remark, kind: "note" }], verdict: "secure" }, []],
    ["a deletion", { remarks: [remark], verdict: "secure", deletion: true }, []],
    ["not in this deployment", { remarks: [remark], verdict: "secure", notDeployed: "it is a development branch" }, []],
  ])("%s", (_what, change, expected) => {
    expect(levels("withheld-cookie", change)).toEqual(expected);
  });
});

describe.each([
  ["prefix-without-secure", { name: "__Host-sid" }, { name: "sid__Host-" }],
  ["prefix-without-secure", { name: "__secure-sid" }, { name: undefined }],
  ["samesite-none-without-secure", { attributes: { sameSite: "None" } }, { attributes: { sameSite: "Lax" } }],
  ["samesite-none-without-secure", { attributes: { samesite: "none" } }, { attributes: { sameSite: null } }],
])("%s", (name, refused: Partial<Cookie>, accepted: Partial<Cookie>) => {
  test("an error without Secure, nothing with it", () => {
    expect(levels(name, refused)).toEqual(["error"]);
    expect(levels(name, { ...refused, verdict: "secure" })).toEqual([]);
    expect(levels(name, { ...refused, deletion: true })).toEqual([]);
    expect(levels(name, accepted)).toEqual([]);
  });
  test("milder where Secure is open", () => {
    expect(levels(name, { ...refused, verdict: "unknown" })).toEqual(["note"]);
    expect(levels(name, { ...refused, verdict: "conditional", condition: condition("insecure") })).toEqual(["warning"]);
    expect(levels(name, { ...refused, notDeployed: "a development branch" })).toEqual(["note"]);
  });
});

describe("a cookie that browsers were seen to drop", () => {
  const rulesOf = (dropped: NonNullable<Cookie["dropped"]>, change: Partial<Cookie> = {}) =>
    rules.flatMap((rule) =>
      rule
        .check(cookie({ name: "__Host-a", attributes: { samesite: "None" }, ...change, dropped }))
        .map(({ level }) => `${rule.name}: ${level}`),
    );
  test.each([
    ["prefix", true, "prefix-without-secure: warning"],
    ["prefix", false, "dropped-cookie: note"],
    ["samesite-none", true, "samesite-none-without-secure: warning"],
    ["partitioned", true, "dropped-cookie: warning"],
    ["too-large", false, "dropped-cookie: note"],
  ])("by %s, for the lack of Secure %s: %s", (by, lacksSecure, expected) => {
    expect(rulesOf({ by, lacksSecure })).toEqual([expected]);
    expect(rulesOf({ by, lacksSecure }, { deletion: true })).toEqual([expected]);
  });
  test("is told by a rule of its own only when it was seen", () => {
    expect(levels("dropped-cookie", { name: "__Host-a" })).toEqual([]);
  });
});
