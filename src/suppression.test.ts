import { describe, expect, test } from "vitest";
import { contextOf, cookieAt, reportOf, seenAt } from "../test/support/report.ts";
import { writeSarif } from "./reports/sarif.ts";
import { suppressionLookup } from "./suppression.ts";

function findingIn(text: string, today = "2026-06-15") {
  const files = { "a.js": text };
  return reportOf(files, [cookieAt(files, "a.js", "sink()")], { today }).findings[0];
}

describe("a comment", () => {
  test.each([
    ["on the line", "sink() // setsecure-ignore: the kiosk has no TLS"],
    ["on the line above", "# setsecure-ignore: the kiosk has no TLS\nsink()"],
    ["in XML", "<!-- setsecure-ignore: the kiosk has no TLS -->\r\nsink()"],
    ["of a block", "/* setsecure-ignore: the kiosk has no TLS */ sink()"],
    ["in JSX", "{/* setsecure-ignore: the kiosk has no TLS */}\nsink()"],
    [
      "inside a block of several lines",
      "/*\n  setsecure-ignore: the kiosk has no TLS\n*/ sink()".replace("\n*/", " */"),
    ],
    ["of INI", "; setsecure-ignore: the kiosk has no TLS\nsink()"],
    ["of ERB", "<%# setsecure-ignore: the kiosk has no TLS %>\nsink()"],
    ["naming the rule", "sink() // setsecure-ignore[missing-secure]: the kiosk has no TLS"],
    ["with a day that has not come", "sink() // setsecure-ignore: the kiosk has no TLS until=2026-06-15"],
    ["behind another comment", "sink() // eslint-disable-line -- setsecure-ignore: the kiosk has no TLS"],
  ])("%s accepts the finding", (_where, text) => {
    expect(findingIn(text)?.suppressed).toEqual({ by: "inline", reason: "the kiosk has no TLS" });
  });

  test.each([
    ["of another rule", "sink() // setsecure-ignore[prefix-without-secure]: why"],
    ["two lines above", "// setsecure-ignore: why\n\nsink()"],
    ["that belongs to the code above", "other() // setsecure-ignore: why\nsink()"],
    ["below", "sink()\n// setsecure-ignore: why"],
    ["that is no comment", "setsecure_ignore(); sink()"],
    ["of another tool", "sink() // not-setsecure-ignored: why"],
  ])("%s accepts nothing", (_where, text) => {
    expect(findingIn(text)?.suppressed).toBeUndefined();
    expect(findingIn(text)?.message).not.toContain("does not count");
  });

  test.each([
    ["sink() // setsecure-ignore", "it gives no reason"],
    ["sink() // setsecure-ignore:", "it gives no reason"],
    ["<!-- setsecure-ignore: -->\nsink()", "it gives no reason"],
    ["sink() // setsecure-ignore: until=2027-01-01", "it gives no reason"],
    ["sink() // setsecure-ignore: why until=2026-06-14", "it ended on 2026-06-14"],
    ["sink() // setsecure-ignore: why until=2026-02-30", "`until=2026-02-30` is no day"],
  ])("%s is itself told", (text, says) => {
    expect(findingIn(text)?.suppressed).toBeUndefined();
    expect(findingIn(text)?.message).toContain(`does not count: ${says}`);
  });

  test("counts on every line that the verdict rests on", () => {
    const files = { "a.js": "sink()", "options.js": "x = {} // setsecure-ignore: why" };
    const decidedBy = seenAt(files, "options.js", "{}", "no secure");
    const report = reportOf(files, [cookieAt(files, "a.js", "sink()", { decidedBy })]);
    expect(report.findings[0]?.suppressed?.reason).toBe("why");
    expect(JSON.parse(writeSarif(report, contextOf(files))).runs[0].results).toEqual([]);
  });
});

describe("the configuration", () => {
  const subject = { rule: "missing-secure", cookie: "theme-dark", file: "src/legacy/a.js" };
  test.each([
    [{ rule: "missing-secure" }, true],
    [{ cookie: "theme-*" }, true],
    [{ cookie: "*dark" }, true],
    [{ cookie: "*-*" }, true],
    [{ cookie: "theme" }, false],
    [{ cookie: "theme-dark*dark" }, false],
    [{ file: "src/legacy/" }, true],
    [{ file: "*.js" }, true],
    [{ file: "legacy.js" }, false],
    [{ rule: "missing-secure", cookie: "other" }, false],
    [{ rule: "missing-secure", until: "2026-06-15" }, true],
    [{ rule: "missing-secure", until: "2026-06-14" }, false],
  ])("%j accepts: %s", (entry, accepts) => {
    const found = suppressionLookup([{ ...entry, reason: "why" }], "2026-06-15")(subject);
    expect(found !== undefined).toBe(accepts);
  });
});
