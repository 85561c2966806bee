import { expect, test } from "vitest";
import { cookieAt, placeOf } from "../test/support/report.ts";
import type { Cookie } from "./cookie.ts";
import { suggestionFor } from "./suggestion.ts";

const files = { "a.js": "sink(options)", "b.js": "secure: cfg.secure" };
const cookie = (change: Partial<Cookie>) => cookieAt(files, "a.js", "sink(options)", change);
const elsewhere: Cookie["decidedBy"] = { from: "file", ...placeOf(files, "b.js", "cfg.secure"), says: "it is off" };
const remembered: Cookie["condition"] = { on: "branch", says: "`remember` holds", inDeployment: null };

test.each<[string, Partial<Cookie>, string, string]>([
  ["a default", { attribute: "secure" }, "a.js", "set `secure` for the cookie that is made here"],
  ["a default without a name", {}, "a.js", "set Secure for the cookie that is made here"],
  [
    "a value elsewhere",
    { decidedBy: elsewhere, attribute: "secure" },
    "b.js",
    "give `secure` another value here, one that is on in production",
  ],
  [
    "a condition",
    { verdict: "conditional", decidedBy: elsewhere, attribute: "secure", condition: remembered },
    "b.js",
    "it is Secure only when `remember` holds: see to that in production, or give `secure` a value here that is always on",
  ],
])("says what to do, and where: %s", (_name, change, file, says) => {
  const suggestion = suggestionFor(cookie(change));
  expect(suggestion?.says).toBe(says);
  expect(suggestion?.at.file).toBe(file);
});

test.each<[string, Partial<Cookie>]>([
  ["a secure cookie", { verdict: "secure" }],
  ["an unknown one", { verdict: "unknown" }],
  ["a deletion", { deletion: true }],
  ["one that is not deployed", { notDeployed: "a development branch" }],
  ["one that an edit fixes", { fixes: [{ title: "Set Secure", safety: "safe", edits: [] }] }],
  ["one that is on here", { verdict: "conditional", condition: { ...remembered, inDeployment: "secure" } }],
])("has nothing to say of %s", (_name, change) => {
  expect(suggestionFor(cookie(change))).toBeUndefined();
});
