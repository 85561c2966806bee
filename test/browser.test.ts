import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Report } from "../src/report.ts";
import { probe, probeReport } from "./support/probe.ts";
import { certificateFor, type Pair, startSite } from "./support/site.ts";

/** Chromium upgrades names that may be somebody's; one under `.example` it does not. */
const HOST = "app.setsecure-test.com";
const PLAIN = "app.example";

let site: Pair;
let folder: string;
const thirdParty: string[] = [];

const page = `<!doctype html><link rel=icon href="data:,"><title>x</title>
<script src="/app.js"></script>
<script src="https://cdn.setsecure-other.com/x.js"></script>`;
const script = `function keep() {
  document.cookie = "theme=hidden1; Path=/";
}
keep();
document.cookie = "safe=hidden2; Secure";
document.cookie = "never=hidden3; HttpOnly";
cookieStore.set("stored", "hidden4");`;

const hostilePages: Readonly<Record<string, string>> = {
  "/busy": "for (;;);",
  "/asks": "for (;;) alert(1);",
  "/goes-on": "setTimeout(() => location.reload(), 1);",
  "/writes": "for (let i = 0; i < 5000; i++) document.cookie = `w${i % 3000}=${'x'.repeat(100)}; Secure`;",
  "/lies": "__setsecure?.(1, 2); Error.prototype.toString = 1; Error = null; document.cookie = 'lies=1; Secure';",
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-browser-"));
  const certificate = await certificateFor(HOST, PLAIN);
  writeFileSync(join(folder, "ca.pem"), certificate.cert);
  site = await startSite((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (request.headers.host?.includes("other") === true) thirdParty.push(pathname);
    const hsts = pathname === "/hsts" ? { "Strict-Transport-Security": "max-age=31536000" } : {};
    if (pathname === "/app.js") {
      response.writeHead(200, { "Content-Type": "text/javascript", "Set-Cookie": "asset=hidden5; Path=/" }).end(script);
      return;
    }
    const hostile = hostilePages[pathname];
    if (hostile !== undefined) {
      response.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": "early=hidden11; Secure" });
      response.end(`<script>${hostile}</script>`);
      return;
    }
    if (pathname === "/never") {
      response.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": "early=hidden9; Secure" });
      response.write("<p>");
      return;
    }
    const cookies = [
      "sid=hidden6; Path=/; HttpOnly",
      "strict=hidden7; Path=/; SameSite=Strict",
      `wide=hidden8; Path=/; Domain=${request.headers.host?.split(":")[0]}`,
      "kept=hidden9; Path=/; Secure",
      "__Host-bad=hidden10; Path=/",
    ];
    response.writeHead(200, { "Content-Type": "text/html", "Set-Cookie": cookies, ...hsts }).end(page);
  }, certificate);
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

const here = () => ({
  ca: join(folder, "ca.pem"),
  resolve: [HOST, PLAIN, `www.${HOST}`, "cdn.setsecure-other.com"].flatMap((host) => [
    `${host}:443:127.0.0.1:${site.port}`,
    `${host}:80:127.0.0.1:${site.plain}`,
  ]),
});

/** Of the cookies that were set over https: whether each was sent in clear, mode by mode. */
function sent(report: Report): Record<string, readonly boolean[]> {
  return Object.fromEntries(
    report.cookies.flatMap(({ name, wire }) =>
      wire?.proofs === undefined ? [] : [[name ?? "", wire.proofs.map((proof) => proof.sent)]],
    ),
  );
}

test("a browser sees what scripts and the parts of a page set, and names the script's line", async () => {
  const { text } = await probe([`https://${HOST}/`], { ...here(), browser: true });
  const report = JSON.parse(text) as Report;
  const found = (name: string) => report.cookies.filter((cookie) => cookie.name === name);
  expect(found("theme")).toMatchObject([
    { verdict: "insecure", evidence: [{ wire: `https://${HOST}/app.js:2:19`, says: "a script set it here" }] },
  ]);
  expect(found("safe")).toMatchObject([{ verdict: "secure" }]);
  expect(found("stored")).toMatchObject([{ verdict: "secure", attributes: { sameSite: "Strict" } }]);
  expect(found("asset")).toMatchObject([{ verdict: "insecure", wire: { url: `https://${HOST}/app.js` } }]);
  expect(found("never")).toEqual([]);
  expect(found("__Host-bad")[0]?.wire?.proofs).toEqual([
    {
      browser: expect.stringMatching(/^Chromium \d+$/),
      url: `https://${HOST}/`,
      sent: false,
      says: "it dropped the cookie (InvalidPrefix)",
    },
  ]);
  // What our own client was given too is one cookie, not two.
  expect(found("sid").map(({ wire }) => wire?.url)).toEqual([`https://${HOST}/`, `http://${HOST}/`]);
  expect(text).not.toContain("hidden");
  expect(thirdParty).toEqual([]);
});

test("--prove shows in Chromium what leaves in clear text, and what keeps the rest", async () => {
  const file = join(folder, "report.json");
  const { text } = await probe([`https://${HOST}/`], {
    ...here(),
    prove: true,
    format: "text",
    output: [`json=${file}`],
  });
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  // With https within reach Chromium upgrades what is typed; blocked, it falls back.
  expect(sent(report)).toMatchObject({
    sid: [false, true],
    strict: [false, true],
    // A host below that answers nothing over https is asked in clear at once.
    wide: [false, true, true, true],
    theme: [false, true],
    kept: [false, false],
  });
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync("schema/report-1.json", "utf8")));
  validate(report);
  expect(validate.errors).toBeNull();
  const kept = report.cookies.find(({ name }) => name === "kept")?.wire?.proofs;
  expect(kept).toEqual([
    {
      browser: expect.stringMatching(/^Chromium \d+ with its default upgrades, https within reach$/),
      url: `http://${HOST}/`,
      sent: false,
      says: `GET http://${HOST}/ did not leave in clear text, Chromium's own upgrade turned it into https`,
    },
    {
      browser: expect.stringMatching(/^Chromium \d+ with its default upgrades, https blocked$/),
      url: `http://${HOST}/`,
      sent: false,
      says: `GET http://${HOST}/ left in clear text without it (SecureOnly)`,
    },
  ]);
  expect(text).toContain("which was left out (--third-parties): cdn.setsecure-other.com");
  expect(text).toMatch(/ script +theme +sent over http .*; set in https:\/\/app\.setsecure-test\.com\/app\.js:2:19\n/);
  expect(text).toContain(`https blocked: GET http://${HOST}/ carried it in clear text`);
  expect(text).not.toContain("hidden");
});

test("HSTS keeps the host's own cookies, and not those of the domain", async () => {
  const report = await probeReport([`https://${HOST}/hsts`], { ...here(), prove: true });
  expect(sent(report)).toMatchObject({ sid: [false, false], wide: [false, true, false, true] });
  const sid = report.cookies.find(({ name }) => name === "sid");
  expect(sid?.wire?.mitigation).toContain("HSTS");
  expect(sid?.wire?.proofs?.[1]?.says).toContain("HSTS turned it into https");
});

test("a name that Chromium does not upgrade leaks while https is within reach", async () => {
  const report = await probeReport([`https://${PLAIN}/`], { ...here(), prove: true });
  expect(sent(report)).toMatchObject({ sid: [true, true], kept: [false, false] });
});

test("a page that never loads ends, and what it had set is judged", async () => {
  const { text } = await probe([`https://${HOST}/never`], { ...here(), browser: true, format: "text", timeout: 2 });
  expect(text).toContain(
    `https://${HOST}/never: Chromium had not loaded it within 2 s; what it had set by then is judged`,
  );
  expect(text).toContain("early");
});

test("hostile pages end, what had come by then is judged, and the rest goes on", async () => {
  const paths = ["/busy", "/asks", "/goes-on", "/lies", "/", "/writes"];
  const urls = paths.map((path) => `https://${HOST}${path}`);
  const { text } = await probe(urls, { ...here(), browser: true, format: "text", timeout: 2 });
  for (const path of ["/busy", "/asks"]) {
    expect(text).toContain(`https://${HOST}${path}: Chromium had not loaded it within 2 s`);
  }
  expect(text).toContain("the pages set more cookies than are judged in a browser; the rest was left");
  for (const name of ["early", "lies", "theme"])
    expect(text).toMatch(new RegExp(` ${name} +(?:https only|sent over http)`));
}, 60_000);

test("refuses what it cannot do", async () => {
  await expect(probe(["https://localhost:8443"], { prove: true })).rejects.toThrow(
    "--prove cannot prove anything on localhost: browsers trust a loopback host even over plain http.",
  );
  for (const host of ["http://127.0.0.1:3000", "https://[::1]", "https://app.localhost"]) {
    await expect(probe([host], { prove: true })).rejects.toThrow("--prove cannot prove anything on");
  }
  await expect(probe([HOST], { ...here(), browser: true, browserPath: "/nowhere" })).rejects.toThrow(
    "There is no browser at /nowhere",
  );
  await expect(probe([HOST], { ...here(), browser: true, browserPath: join(folder, "ca.pem") })).rejects.toThrow(
    "does not start",
  );
  await expect(probe([HOST], { thirdParties: true, browser: true, header: ["A: b"] })).rejects.toThrow(
    "--third-parties does not go with --header",
  );
});
