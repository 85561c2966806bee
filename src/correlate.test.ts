import { describe, expect, test } from "vitest";
import { emptyBaseline } from "./baseline.ts";
import { correlate } from "./correlate.ts";
import { production } from "./frameworks/production.ts";
import type { ReportCookie } from "./report.ts";
import { writeSarif } from "./reports/sarif.ts";
import { rules } from "./rules/index.ts";
import { judge } from "./wire/judge.ts";
import { makeWireReport, type Sighting, sourceRows } from "./wire-report.ts";

const seen = (line: string, more: Omit<Sighting, "judgement"> & { readonly url?: string } = {}): Sighting => {
  const { url = "https://app.test/", ...rest } = more;
  const [judgement] = judge([line], { url, now: () => Date.UTC(2026, 0, 1) });
  if (judgement === undefined) throw new Error("no judgement");
  return { judgement, ...rest };
};

let line = 0;
const inSource = (name: string | null, change: Partial<ReportCookie> = {}): ReportCookie => {
  line += 10;
  return {
    name,
    framework: "some-framework",
    verdict: "insecure",
    because: "`secure` is not given",
    sink: { file: "app.js", line, column: 1, endLine: line + 1, endColumn: 9 },
    decidedBy: { docs: "https://docs.example/", says: "off" },
    evidence: [],
    sensitive: true,
    deletion: false,
    notDeployed: null,
    attributes: {},
    condition: null,
    remarks: [],
    fix: null,
    ...change,
  };
};
const secure = { verdict: "secure", because: "`secure` is `true`" } as const;
const unknown = { verdict: "unknown", because: "it is a parameter" } as const;
const onScheme = {
  verdict: "conditional",
  condition: { on: "request-scheme", says: "the request arrives as https", inDeployment: "insecure" },
} as const;

const sourceOf = (sighting: Sighting, ...source: ReportCookie[]) => correlate([sighting], source)[0]?.source;

describe("how the two compare", () => {
  test.each([
    ["sid=1", [{}], "insecure in both"],
    ["sid=1; Secure", [secure], "secure in both"],
    ["sid=1", [secure], "secure only in the source"],
    ["sid=1; Secure", [{}], "secure only on the wire"],
    ["sid=1", [onScheme], "open in the source"],
    ["sid=1", [unknown], "open in the source"],
    ["sid=1; Secure", [onScheme], "open in the source"],
    ["sid=1", [], "not in the source"],
    // One of several places is enough to explain what came, and none is blamed for what another may have done.
    ["sid=1", [secure, {}], "insecure in both"],
    ["sid=1; Secure", [secure, {}], "secure in both"],
    ["sid=1", [secure, onScheme], "open in the source"],
    ["sid=1; Secure", [unknown, {}], "open in the source"],
  ] as const)("%s beside %j is %s", (text, changes, relation) => {
    expect(sourceOf(seen(text), ...changes.map((change) => inSource("sid", change)))?.relation).toBe(relation);
  });

  test("the places that leave it off are named first", () => {
    const places = sourceOf(seen("sid=1"), inSource("sid", secure), inSource("sid", unknown), inSource("sid"))?.places;
    expect(places?.map(({ verdict }) => verdict)).toEqual(["insecure", "unknown", "secure"]);
  });
});

describe("which places can have set it", () => {
  test.each([
    ["sid", "sid", "name"],
    ["sid", "SID", undefined],
    ["cart_7", "cart_*", "pattern"],
    ["cart_7", "*_7", undefined],
    ["cart", "*", undefined],
    ["b_x", "a|b_x", "name"],
    ["b_17", "a|b_1*", "pattern"],
    ["shop.sig", "shop", "related name"],
    ["__Host-sid", "sid", "related name"],
    ["token.1", "token", "related name"],
    [".sig", "", undefined],
    ["sid", null, undefined],
  ])("%s: %s by %s", (name, written, by) => {
    expect(sourceOf(seen(`${name}=1`), inSource(written))?.places.map((place) => place.by)).toEqual(by ? [by] : []);
  });

  test("a whole name counts before a pattern, and the longer pattern before the shorter", () => {
    const source = [inSource("cart_*"), inSource("cart_item_*"), inSource("cart_x")];
    const lines = (name: string) => sourceOf(seen(`${name}=1`), ...source)?.places.map((place) => place.line);
    expect(lines("cart_x")).toEqual([source[2]?.sink?.line]);
    expect(lines("cart_item_1")).toEqual([source[1]?.sink?.line]);
  });

  test("attributes tell places of the same name apart, and only then", () => {
    const admin = inSource("sid", { attributes: { path: "/admin", httponly: true }, ...secure });
    const site = inSource("sid", { attributes: { path: "/", samesite: "lax" } });
    const placesOf = (text: string) => sourceOf(seen(text), admin, site)?.places.map((place) => place.line);
    expect(placesOf("sid=1; Path=/admin; HttpOnly")).toEqual([admin.sink?.line]);
    expect(placesOf("sid=1; Path=/; SameSite=Lax")).toEqual([site.sink?.line]);
    expect(placesOf("sid=1; Path=/other")).toEqual([site.sink?.line, admin.sink?.line]);
  });

  test("what is not deployed counts only where nothing else is there", () => {
    const dev = inSource("sid", { notDeployed: "a development branch" });
    const live = inSource("sid", secure);
    expect(sourceOf(seen("sid=1; Secure"), dev, live)?.places.map((place) => place.line)).toEqual([live.sink?.line]);
    expect(sourceOf(seen("sid=1"), dev)?.places).toHaveLength(1);
  });

  test("a line that was seen to set it is proof, whatever the names say", () => {
    const [here, there] = [inSource("sid"), inSource(null, secure)];
    const at = { file: "/srv/shop/app.js", column: 1, endColumn: 2, says: "this line set it" };
    const sighting = (on: number) => seen("sid=1; Secure", { evidence: [{ ...at, line: on, endLine: on }] });
    const thereLine = there.sink?.line ?? 0;
    expect(sourceOf(sighting(thereLine + 1), here, there)).toMatchObject({
      relation: "secure in both",
      places: [{ line: thereLine, by: "agent" }],
    });
    expect(sourceOf(sighting(9999), inSource("other"))?.says).toContain("/srv/shop/app.js:9999, where setsecure knows");
  });

  test("deletions belong to deletions", () => {
    const [sets, deletes] = [inSource("sid"), inSource("sid", { deletion: true })];
    expect(sourceOf(seen("sid=; Max-Age=0"), sets, deletes)).toBeUndefined();
    expect(sourceOf(seen("sid=1"), deletes)?.relation).toBe("not in the source");
    const failed = sourceOf(seen("__Host-sid=; Max-Age=0; Path=/"), sets, inSource("__Host-sid", { deletion: true }));
    expect(failed?.says).toContain("The line that is to delete it: in app.js:");
  });
});

describe("what is likely", () => {
  const saysOf = (sighting: Sighting, ...source: ReportCookie[]) => sourceOf(sighting, ...source)?.says ?? "";

  test("the server runs with other settings, where the source depends on them", () => {
    const condition = { on: "environment", says: 'MODE is "production"', inDeployment: "secure" } as const;
    const cookie = inSource("sid", { ...secure, condition });
    expect(saysOf(seen("sid=1"), cookie)).toContain("Likely this server runs with other settings, where");
    expect(saysOf(seen("sid=1", { url: "http://localhost:3000/" }), cookie)).toContain("a development server");
  });

  test("other code, where other attributes differ too", () => {
    const cookie = inSource("sid", { ...secure, attributes: { httponly: true, path: "/x" } });
    expect(saysOf(seen("sid=1; Path=/"), cookie)).toContain("HttpOnly and Path are not as in the source either");
  });

  test("a proxy, where all of the neighbours lost it; an older deployment, where one kept it", () => {
    const source = ["sid", "b", "c"].map((name) => inSource(name, secure));
    const all = (...lines: string[]) =>
      correlate(
        lines.map((text) => seen(text)),
        source,
      )[0]?.source?.says;
    expect(all("sid=1")).toContain("Ask the application itself, past the proxy");
    expect(all("sid=1", "b=1", "c=1")).toContain("Likely a proxy in front takes it off");
    expect(all("sid=1", "b=1", "c=1; Secure")).toContain("Likely an older deployment or other code set it: 1 other");
  });

  test("a header that is not trusted, where the source follows the request", () => {
    expect(saysOf(seen("sid=1"), inSource("sid", onScheme))).toContain("the proxy must send X-Forwarded-Proto");
    expect(saysOf(seen("sid=1", { url: "http://app.test/" }), inSource("sid", onScheme))).toContain(
      "It came over plain http, where the source leaves it off.",
    );
  });

  test("a proxy that adds it", () => {
    const says = correlate([seen("sid=1; Secure"), seen("b=1; Secure")], [inSource("sid"), inSource("b")])[0]?.source;
    expect(says?.says).toContain("Likely a proxy in front adds it, as it does for 1 other cookie");
  });

  test.each([
    ["AWSALB", "AWS's application load balancer"],
    ["AWSALBTGCORS", "AWS's application load balancer"],
    ["__cf_bm", "Cloudflare"],
    ["ARRAffinitySameSite", "Azure App Service"],
    ["BIGipServerpool_1", "F5 BIG-IP"],
    ["visid_incap_12345", "Imperva"],
    ["NSC_wtsw", "NetScaler"],
  ])("%s is set by %s", (name, title) => {
    const source = sourceOf(seen(`${name}=1`), inSource("sid"));
    expect(source?.relation).toBe("not in the source");
    expect(source?.says).toContain(`${title} sets cookies of this name`);
    expect(source?.docs).toMatch(/^https:/);
    // An application that sets one of that name is the one to look at.
    expect(sourceOf(seen(`${name}=1`), inSource(name))?.relation).toBe("insecure in both");
  });

  test("a cookie whose name is computed may be the one, and is not blamed", () => {
    const source = sourceOf(seen("x=1"), inSource(null), inSource("*"), inSource(null, { deletion: true }));
    expect(source).toMatchObject({ relation: "not in the source", places: [] });
    expect(source?.says).toContain("It may be one of 2 cookies whose name is computed");
  });
});

describe("in the report", () => {
  const fix = { title: "Set Secure", safety: "safe", note: null, edits: [] } as const;
  const reportOf = (sightings: readonly Sighting[]) =>
    makeWireReport({
      sightings,
      rules,
      deployment: production,
      acceptance: { suppressions: [], baseline: emptyBaseline, today: "2026-01-01" },
      root: ".",
      files: 1,
      parsed: 1,
      skipped: [],
      milliseconds: 0,
    });

  test("a finding leads to the line and the fix", () => {
    const cookie = inSource("sid", { fix });
    const report = reportOf(correlate([seen("sid=1")], [cookie]));
    expect(report.findings).toMatchObject([
      {
        level: "error",
        location: cookie.sink,
        fixes: [fix],
        message: expect.stringContaining("The source says so too: in app.js:"),
      },
    ]);
    expect(report.findings[0]?.related).toContainEqual({ ...cookie.sink, says: expect.stringContaining("insecure") });
    expect(report.cookies[0]?.wire?.source?.relation).toBe("insecure in both");
    expect(report.summary.fixable).toBe(1);
    const page = () => undefined;
    const sarif = JSON.parse(writeSarif(report, { text: page, page, color: false, width: 80, verbose: false }));
    const [result] = sarif.runs[0].results;
    expect(result.relatedLocations[0].physicalLocation.artifactLocation.uri).toBe("app.js");
    expect(result.locations[0].physicalLocation.region.startLine).toBe(cookie.sink?.line);
  });

  test("several places give no fix: nobody knows which of them it was", () => {
    const [finding] = reportOf(
      correlate([seen("sid=1")], [inSource("sid", { fix }), inSource("sid", { fix })]),
    ).findings;
    expect(finding?.fixes).toEqual([]);
    expect(finding?.message).toContain("the first of 2 places");
  });

  test("what only the wire makes Secure is a note at the line that does not", () => {
    const cookie = inSource("sid");
    const { findings } = reportOf(correlate([seen("sid=1; Secure")], [cookie]));
    expect(findings).toMatchObject([{ rule: "missing-secure", level: "note", location: cookie.sink }]);
  });

  test("where the source is right, the finding has no place in it", () => {
    const { findings } = reportOf(correlate([seen("sid=1")], [inSource("sid", secure)]));
    expect(findings).toMatchObject([{ level: "error", location: null }]);
  });

  test("the terminal tells each cookie once, beside the source", () => {
    const rows = sourceRows(correlate([seen("sid=1"), seen("sid=2"), seen("x=1")], [inSource("sid")]));
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatch(/^ {2}sid {2}insecure in both\n {5}The source says so too: in app\.js:/);
    expect(sourceRows([seen("sid=1")])).toEqual([]);
  });
});

test("ten thousand cookies beside a thousand places end", () => {
  const source = Array.from({ length: 1000 }, (_, at) => inSource(at % 2 === 0 ? `a${at}` : `pattern_${at}_*`));
  const sightings = Array.from({ length: 10_000 }, (_, at) => seen(`a${at}=1`));
  expect(correlate(sightings, source)).toHaveLength(10_000);
});
