import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { probe, probeReport } from "./support/probe.ts";
import { certificateFor, type Listening, listen, type Pair, startRaw, startSite } from "./support/site.ts";

const HOST = "app.example";

let site: Pair;
let certificate: { readonly key: string; readonly cert: string };
let folder: string;
/** What was asked: the scheme, the path, and the headers of the last request. */
let asked: string[] = [];
let headers: Record<string, IncomingMessage["headers"]> = {};

const pages: Record<string, (response: ServerResponse, request: IncomingMessage) => void> = {
  "/": (response) => {
    response.setHeader("Set-Cookie", ["sid=hidden1; Path=/; HttpOnly", "theme=hidden2; Path=/; Secure"]);
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(
      '<a href="/a">a</a><a href="/logout">out</a><a href="https://other.example/">away</a><a href="/private">p</a>',
    );
  },
  "/a": (response) => {
    response.setHeader("Set-Cookie", "deep=hidden3; Path=/a");
    response.setHeader("Content-Type", "text/html");
    response.end('<a href="/a/b">b</a>');
  },
  "/a/b": (response) => response.setHeader("Set-Cookie", "deeper=hidden4").end(),
  "/private": (response) => response.setHeader("Set-Cookie", "private=hidden5").end(),
  "/logout": (response) => response.setHeader("Set-Cookie", "out=hidden6").end(),
  "/robots.txt": (response) =>
    response.setHeader("Content-Type", "text/plain").end("User-agent: *\nDisallow: /private"),
  "/step1": (response) =>
    response.writeHead(302, { Location: "/step2", "Set-Cookie": "step=hidden7; Path=/; Secure" }).end(),
  "/step2": (response, request) => {
    const seen = request.headers.cookie?.includes("step=hidden7") === true;
    response.setHeader("Set-Cookie", seen ? "carried=hidden8; Secure" : "lost=hidden8; Secure").end();
  },
  "/scheme": (response, request) => {
    const secure = "encrypted" in request.socket || request.headers["x-forwarded-proto"] === "https";
    response.setHeader("Set-Cookie", `follows=hidden9; Path=/${secure ? "; Secure" : ""}`).end();
  },
  "/away": (response) => response.writeHead(301, { Location: "https://elsewhere.example/" }).end(),
  "/hsts": (response) => {
    response.setHeader("Strict-Transport-Security", "max-age=31536000");
    response.setHeader("Set-Cookie", [`own=hidden10`, `wide=hidden11; Domain=${HOST}`]).end();
  },
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-probe-"));
  certificate = await certificateFor(HOST);
  writeFileSync(join(folder, "ca.pem"), certificate.cert);
  site = await startSite((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    const scheme = "encrypted" in request.socket ? "https" : "http";
    const forwarded = request.headers["x-forwarded-proto"] === undefined ? "" : "+forwarded";
    asked.push(`${scheme}${forwarded} ${path}`);
    headers[`${scheme} ${path}`] = request.headers;
    const page = pages[path];
    if (page === undefined) response.writeHead(404).end();
    else page(response, request);
  }, certificate);
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  headers = {};
});

const here = () => ({
  ca: join(folder, "ca.pem"),
  resolve: [`${HOST}:443:127.0.0.1:${site.port}`, `${HOST}:80:127.0.0.1:${site.plain}`],
});

const names = (report: { cookies: readonly { name: string | null }[] }) => report.cookies.map(({ name }) => name);

test("asks over https and over plain http, and judges what each sets", async () => {
  const { status, text } = await probe([HOST], here());
  expect(status).toBe(1);
  const report = JSON.parse(text);
  expect(asked).toEqual(["https /", "http /"]);
  expect(report.cookies.map(({ name, wire }: never) => [name, wire])).toMatchObject([
    ["sid", { line: 1, url: `https://${HOST}/`, stored: true, secure: false, sentOverHttp: true }],
    ["theme", { line: 2, url: `https://${HOST}/`, stored: true, secure: true, sentOverHttp: false }],
    ["sid", { line: 3, url: `http://${HOST}/`, stored: true, secure: false, sentOverHttp: true }],
    ["theme", { line: 4, url: `http://${HOST}/`, stored: false, secure: true, sentOverHttp: false }],
  ]);
  expect(text).not.toContain("hidden");
});

test("the text shows each site as it comes, and what was asked", async () => {
  const { text } = await probe([`https://${HOST}/?token=hidden`], { ...here(), format: "text" });
  expect(text).toContain(`── ${HOST} ─`);
  expect(text).toContain(
    `  https://${HOST}/: 200\n  http://${HOST}/: 200\n  https  sid    sent over http  it has no Secure`,
  );
  expect(text).toContain("4 lines, judged as Chromium 156 does: 2 sent over plain http");
  expect(text).toContain("1 site, 2 requests, 2 answers.");
  expect(text).not.toContain("hidden");
});

test("the lines that the agent saw are told at the end", async () => {
  const agent = join(folder, "agent.jsonl");
  const record = { version: 1, name: "sid", secure: false, httpOnly: false, sameSite: "", path: "", domain: "" };
  const site = { file: "app.js", line: 3, column: 5 };
  writeFileSync(agent, `${JSON.stringify({ ...record, deletion: false, site, madeAt: null, by: null })}\n`);
  const { text } = await probe([HOST], { ...here(), agent, format: "text" });
  expect(text).toContain("\n\nSet by these lines:\n  sid    app.js:3:5\n\n4 lines, judged");
});

test("a redirect is followed, each hop is judged, and the cookies of a hop go with the next", async () => {
  const report = await probeReport([`https://${HOST}/step1`], here());
  expect(names(report).slice(0, 2)).toEqual(["step", "carried"]);
  // Over plain http a browser does not keep what has Secure.
  expect(names(report).slice(2)).toEqual(["step", "lost"]);
});

test("goes nowhere it was not told to", async () => {
  const { text } = await probe([`https://${HOST}/away`], { ...here(), format: "text" });
  expect(text).toContain("it redirects to elsewhere.example, where it was not told to go (--also elsewhere.example)");
  const { text: told } = await probe([`https://${HOST}/away`], {
    ...here(),
    format: "text",
    also: ["elsewhere.example"],
    resolve: [...here().resolve, `elsewhere.example:443:127.0.0.1:${site.port}`],
  });
  expect(told).toContain("https://elsewhere.example/: its certificate is for another name");
});

test("follows links only as deep as it is told, within robots.txt, and never one that signs out", async () => {
  const depth1 = await probeReport([`https://${HOST}/`], { ...here(), depth: 1 });
  expect(names(depth1)).toContain("deep");
  expect(names(depth1)).not.toContain("deeper");
  expect(asked).not.toContain("https /private");
  expect(asked).not.toContain("https /logout");
  expect(asked.filter((path) => path === "https /robots.txt")).toHaveLength(1);
  asked = [];
  const free = await probeReport([`https://${HOST}/`], { ...here(), depth: 2, ignoreRobots: true });
  expect(names(free)).toEqual(expect.arrayContaining(["deep", "deeper", "private"]));
  expect(asked).not.toContain("https /robots.txt");
  asked = [];
  const few = await probe([`https://${HOST}/`], { ...here(), depth: 2, maxPages: 2, format: "text" });
  expect(few.text).toContain("more pages were linked than --max-pages allows");
});

test("--forwarded asks plain http as a proxy would, and judges that as https", async () => {
  const report = await probeReport([`http://${HOST}:${site.plain}/scheme`], {
    forwarded: true,
    resolve: [`${HOST}:${site.plain}:127.0.0.1`],
  });
  expect(asked).toEqual(["http /scheme", "http+forwarded /scheme"]);
  expect(report.cookies.map(({ verdict, wire }) => [verdict, wire?.url])).toEqual([
    ["insecure", `http://${HOST}:${site.plain}/scheme`],
    ["secure", `https://${HOST}:${site.plain}/scheme`],
  ]);
});

test("HSTS mitigates the cookie that it reaches, and lowers the level", async () => {
  const report = await probeReport([`https://${HOST}/hsts`], here());
  const [own, wide] = report.cookies;
  expect(own?.verdict).toBe("insecure");
  expect(own?.wire?.mitigation).toContain(
    `HSTS of ${HOST} keeps a browser that has been there before on https for 365 days`,
  );
  expect(wide?.wire?.mitigation).toBeUndefined();
  expect(report.findings.map(({ level }) => level).slice(0, 2)).toEqual(["warning", "error"]);
});

test("a certificate that was not checked gives no HSTS", async () => {
  const report = await probeReport([`https://${HOST}/hsts`], { resolve: here().resolve, insecure: true });
  expect(report.cookies.map(({ wire }) => wire?.mitigation)).toEqual([undefined, undefined, undefined, undefined]);
});

test("what signs in goes over https, and never to the plain http that was not told", async () => {
  writeFileSync(
    join(folder, "cookies.txt"),
    `# Netscape HTTP Cookie File\n${HOST}\tFALSE\t/\tFALSE\t0\tsession\thidden12\n#HttpOnly_other.example\tFALSE\t/\tTRUE\t0\tother\thidden13\n`,
  );
  const given = { ...here(), header: ["X-Token: hidden14", "User-Agent: mine"], cookies: join(folder, "cookies.txt") };
  const { text } = await probe([`https://${HOST}/a`], given);
  expect(headers["https /a"]).toMatchObject({
    "x-token": "hidden14",
    "user-agent": "mine",
    cookie: "session=hidden12",
  });
  expect(headers["http /a"]).not.toHaveProperty("x-token");
  expect(headers["http /a"]).not.toHaveProperty("cookie");
  expect(headers["http /a"]).toMatchObject({ "user-agent": "mine" });
  expect(text).not.toContain("hidden");
  await probe([`http://${HOST}/a`], given);
  expect(headers["http /a"]).toMatchObject({ "x-token": "hidden14", cookie: "session=hidden12" });
});

test("a storage state of Playwright signs in too", async () => {
  const cookies = [
    {
      name: "s",
      value: "hidden15",
      domain: HOST,
      path: "/",
      expires: -1,
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
    },
    { name: "w", value: "hidden16", domain: `.${HOST}`, path: "/a", expires: 4e9, secure: false, httpOnly: false },
  ];
  writeFileSync(join(folder, "state.json"), JSON.stringify({ cookies, origins: [] }));
  await probe([`https://${HOST}/a`], { ...here(), cookies: join(folder, "state.json") });
  expect(headers["https /a"]?.cookie).toBe("w=hidden16; s=hidden15");
});

test("a client certificate is shown", async () => {
  const client = await certificateFor("client.example");
  writeFileSync(join(folder, "client.pem"), `${client.cert}\n${client.key}`);
  const server = await startRaw(
    (socket) => {
      const known = "authorized" in socket && socket.authorized === true;
      socket.end(`HTTP/1.1 200 OK\r\nSet-Cookie: ${known ? "known" : "stranger"}=1\r\n\r\n`);
    },
    { ...certificate, requestCert: true, rejectUnauthorized: false, ca: client.cert },
  );
  const url = `https://${HOST}:${server.port}/`;
  const resolve = [`${HOST}:${server.port}:127.0.0.1`];
  const known = await probeReport([url], { ca: here().ca, resolve, cert: join(folder, "client.pem") });
  const stranger = await probeReport([url], { ca: here().ca, resolve });
  await server.close();
  expect([names(known), names(stranger)]).toEqual([["known"], ["stranger"]]);
});

test("a proxy is asked for a connection, with its password, for both schemes", async () => {
  const asks: string[] = [];
  const proxy = http.createServer();
  proxy.on("connect", (request, socket) => {
    asks.push(`${request.url} ${request.headers["proxy-authorization"]}`);
    if (request.headers["proxy-authorization"] === undefined) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const port = request.url?.endsWith(":443") === true ? site.port : site.plain;
    const onward = net.connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  const listening: Listening = await listen(proxy);
  const { ca } = here();
  const report = await probeReport([HOST], { ca, proxy: `http://me:pass@127.0.0.1:${listening.port}` });
  const refused = probe([HOST], { ca, proxy: `127.0.0.1:${listening.port}` });
  await expect(refused).rejects.toThrow(`the proxy 127.0.0.1:${listening.port} refuses to connect: 407`);
  await listening.close();
  expect(report.cookies).toHaveLength(4);
  const login = `Basic ${Buffer.from("me:pass").toString("base64")}`;
  expect(asks.slice(0, 2)).toEqual([`${HOST}:443 ${login}`, `${HOST}:80 ${login}`]);
});

test("one illegal byte hides neither its line nor the others", async () => {
  const server = await startRaw((socket) => {
    socket.end(
      Buffer.from("HTTP/1.1 200 OK\r\nSet-Cookie: a=\x01; Secure\r\nSet-Cookie: b=\xe9; Path=/\r\n\r\n", "latin1"),
    );
  });
  const report = await probeReport([`http://${HOST}:${server.port}`], {
    resolve: [`${HOST}:${server.port}:127.0.0.1`],
  });
  await server.close();
  expect(report.cookies.map(({ name, wire }) => [name, wire?.stored])).toEqual([
    ["a", false],
    ["b", true],
  ]);
});

test("reads URLs from standard input, one site for each host, and reports all of them", async () => {
  const stdin = Readable.from([`# sites\n${HOST}\n\nhttps://${HOST}/a\r\nhttp://nobody.invalid:1/\n`]);
  const { text } = await probe(
    [],
    { ...here(), urls: "-", resolve: [...here().resolve, "nobody.invalid:1:127.0.0.1"] },
    { stdin },
  );
  const report = JSON.parse(text);
  expect(names(report)).toEqual(["sid", "theme", "deep", "sid", "theme", "deep"]);
  expect(report.skipped).toEqual([{ file: "http://nobody.invalid:1/", because: "nothing listens there" }]);
  expect(report.summary).toMatchObject({ files: 5, parsed: 4 });
});

test("says what is wrong with what it was given", async () => {
  await expect(probe([])).rejects.toThrow("name a URL");
  await expect(probe(["ftp://x/"])).rejects.toThrow('"ftp://x/" is no http or https URL');
  await expect(probe(["https://me:hidden@x/"])).rejects.toThrow(/^x: a user and password belong in --header/);
  await expect(probe(["http://me:hidden@a b/?hidden"])).rejects.toThrow('"http://…@a b/" is no http or https URL');
  await expect(probe(["x"], { resolve: ["x:443"] })).rejects.toThrow("write host:port:address");
  await expect(probe(["x"], { also: ["https://login.example/"] })).rejects.toThrow("write a host without scheme");
  await expect(probe(["x"], { header: ["hidden\nvalue"] })).rejects.toThrow('write it as "Name: value"');
  await expect(probe(["x"], { cookies: join(folder, "ca.pem") })).rejects.toThrow("holds no cookies");
  await expect(probe(["x"], { ca: "/nowhere" })).rejects.toThrow("--ca /nowhere cannot be read");
  writeFileSync(join(folder, "none.pem"), "none");
  await expect(probe(["x"], { cert: join(folder, "none.pem") })).rejects.toThrow("each must be PEM");
  await expect(probe(["x"], { proxy: "socks5://x" })).rejects.toThrow("proxies of other kinds are not known");
  await expect(probe(["http://nobody.invalid:1"], { resolve: ["nobody.invalid:1:127.0.0.1"] })).rejects.toThrow(
    "nothing answered.\nhttp://nobody.invalid:1/: nothing listens there",
  );
});
