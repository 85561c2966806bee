import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../report.ts";
import { throwAwayCertificate } from "../wire/certificate.ts";
import { type WatchFlags, type WatchMeans, watchCommand } from "./watch.ts";

const folder = mkdtempSync(join(tmpdir(), "setsecure-watch-"));
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://app.example");
  const lines = pathname === "/login" ? ["sid=hunter2; Path=/", "ok=hunter2; Secure"] : [];
  response.setHeader("Set-Cookie", lines).end("hi");
});
let upstream: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const flags: WatchFlags = {
  listen: ["127.0.0.1:0"],
  insecure: false,
  keepHost: false,
  trustForwarded: false,
  enforce: false,
  allowEmpty: false,
  profile: "chromium",
  format: "text",
  exitZero: false,
  strict: false,
  config: false,
};

interface Run {
  readonly command?: readonly string[];
  readonly flags?: Partial<WatchFlags>;
  /** What clients do before the watch is ended. */
  readonly visit?: (urls: readonly string[]) => Promise<void>;
}

async function run({ command = [], flags: own, visit }: Run) {
  let [stdout, stderr] = ["", ""];
  const end = new AbortController();
  const means: WatchMeans = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    signal: end.signal,
    ready: (urls) => {
      void visit?.(urls).finally(() => end.abort());
    },
    now: () => Date.UTC(2026, 0, 1),
  };
  const status = await watchCommand(upstream, command, { ...flags, ...own }, means);
  return { status, stdout, stderr };
}

const get = async (url: string | undefined, path: string) => void (await (await fetch(`${url}${path}`)).text());

test("cookies are told as they pass, and reported at the end", async () => {
  const { status, stdout, stderr } = await run({
    visit: async ([url]) => {
      await get(url, "/login?token=hunter2");
      await get(url, "/");
      await get(url, "/login");
    },
  });
  expect(status).toBe(1);
  expect(stdout).toBe(
    [
      "sid  sent over http  it has no Secure, so a browser sends it over plain http too  (GET /login)",
      "ok   https only      it has Secure, so a browser sends it over https only  (GET /login)",
      "",
      "2 lines, judged as Chromium 156 does: 1 sent over plain http, 1 over https only, 0 dropped, 0 deletions.",
      "A loopback host is judged as the https host it will be in production, for browsers trust a loopback host even over http.",
      "",
    ].join("\n"),
  );
  const [first, ...rows] = stderr.trimEnd().split("\n");
  expect(first).toMatch(/^Watching http:\/\/127\.0\.0\.1:\d+ at http:\/\/127\.0\.0\.1:\d+; Ctrl\+C ends it\.$/);
  expect(rows.map((row) => row.split(/ +/)[0])).toEqual(["sid", "ok"]);
  expect(stdout + stderr).not.toContain("hunter2");
});

test("where there are several listeners, each row says through which", async () => {
  const { stdout } = await run({
    visit: async ([first, second]) => {
      await get(first, "/login?token=hunter2");
      await get(second, "/login");
    },
    flags: { listen: ["127.0.0.1:0", "127.0.0.2:0"] },
  });
  expect(stdout.match(/^sid .*\(GET (http:\/\/127\.0\.0\.\d):\d+\/login\)$/gm)).toHaveLength(2);
  expect(stdout).not.toContain("hunter2");
});

test("JSON fits the schema", async () => {
  const { stdout } = await run({ visit: ([url]) => get(url, "/login"), flags: { format: "json" } });
  const report: Report = JSON.parse(stdout);
  const valid = new Ajv({ strict: false }).compile(JSON.parse(readFileSync("schema/report-1.json", "utf8")));
  expect(valid(report), JSON.stringify(valid.errors)).toBe(true);
  expect(report.cookies.map(({ name, verdict, wire }) => [name, verdict, wire?.sentOverHttp])).toEqual([
    ["sid", "insecure", true],
    ["ok", "secure", false],
  ]);
  expect(report.summary).toMatchObject({ files: 1, cookies: 2, insecure: 1, secure: 1 });
  expect(stdout).not.toContain("hunter2");
});

test("--enforce mends what goes out over https and says so", async () => {
  const got: string[] = [];
  const { status, stdout } = await run({
    flags: { listen: ["127.0.0.1:0"], enforce: true, trustForwarded: true },
    visit: async ([url]) => {
      const response = await fetch(`${url}/login`, {
        headers: { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "app.example" },
      });
      got.push(...response.headers.getSetCookie());
      await response.text();
    },
  });
  expect(got).toEqual(["sid=hunter2; Path=/; Secure", "ok=hunter2; Secure"]);
  expect(status).toBe(0);
  expect(stdout).toContain("mitigated, not safe: Secure was added on the way, by setsecure watch");
});

test("https with a throw-away certificate", async () => {
  const { stderr } = await run({
    flags: { listen: ["https://127.0.0.1:0"], allowEmpty: true },
    visit: async () => undefined,
  });
  expect(stderr).toMatch(/at https:\/\/127\.0\.0\.1:\d+;/);
});

describe("a command runs meanwhile", () => {
  const visitor = (path: string, status: number) => [
    process.execPath,
    "-e",
    `fetch(process.env.SETSECURE_URL + ${JSON.stringify(path)}).then((r) => r.text()).then(() => process.exit(${status}))`,
  ];

  test("and ends the watch", async () => {
    const { status, stdout } = await run({ command: visitor("/login", 0) });
    expect(status).toBe(1);
    expect(stdout).toContain("2 lines");
  });

  test("its failure is told after the report", async () => {
    await expect(run({ command: visitor("/login", 3) })).rejects.toThrow("failed: it ended with status 3.");
  });

  test("it does not outlive the watch", async () => {
    const { status } = await run({
      command: [process.execPath, "-e", "setInterval(() => {}, 1000)"],
      visit: ([url]) => get(url, "/login"),
    });
    expect(status).toBe(1);
  });

  test("there may be none of that name", async () => {
    await expect(run({ command: ["no-such-program"], flags: { allowEmpty: true } })).rejects.toThrow(
      "no-such-program cannot be run",
    );
  });
});

describe("what cannot be done is said", () => {
  test("nothing passed", async () => {
    const visit = ([url]: readonly string[]) => get(url, "/");
    await expect(run({ visit })).rejects.toThrow("no Set-Cookie line passed. With --allow-empty");
    expect((await run({ visit, flags: { allowEmpty: true } })).status).toBe(0);
  });

  test.each([
    ["ftp://a/", "is no http or https URL"],
    ["http://localhost:3000/app", "is a server, not a page of it"],
  ])("the upstream %s", async (text, says) => {
    await expect(watchCommand(text, [], flags)).rejects.toThrow(says);
  });

  test("a listener that is none, a port that is taken, half a certificate", async () => {
    await expect(run({ flags: { listen: ["ftp://x"] } })).rejects.toThrow("--listen ftp://x: write a port");
    const taken = createTcpServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    await expect(run({ flags: { listen: [String(port)] } })).rejects.toThrow("the port is taken");
    taken.close();
    await expect(run({ flags: { tlsCert: "x.pem" } })).rejects.toThrow("--tls-cert and --tls-key go together");
  });

  test("a certificate that is none", async () => {
    const { cert } = await throwAwayCertificate("localhost");
    const [tlsCert, tlsKey] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(tlsCert, cert);
    writeFileSync(tlsKey, "no key");
    const listen = ["https://127.0.0.1:0"];
    await expect(run({ flags: { listen, tlsCert, tlsKey } })).rejects.toThrow("cannot listen at https://127.0.0.1:0");
    await expect(run({ flags: { listen, tlsCert, tlsKey: join(folder, "none") } })).rejects.toThrow("cannot be read");
  });
});
