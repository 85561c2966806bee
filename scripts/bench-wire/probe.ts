import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { generate } from "selfsigned";
import { probeCommand } from "../../src/commands/probe.ts";
import type { Figure } from "./figure.ts";

const SITES = 500;
const CONCURRENCY = 20;
/** The first round is thrown away. */
const ROUNDS = 3;

/** A process of its own, so that its CPU time is not that of the probe. */
const server = `
const { createServer } = require("node:http");
const secure = require("node:https").createServer;
const answer = (request, response) => {
  response.setHeader("Set-Cookie", ["sid=1; Path=/; HttpOnly", "theme=dark; Path=/; Secure", "cart=; Max-Age=0"]);
  response.setHeader("Content-Type", "text/html");
  response.end("<!doctype html><title>x</title>");
};
const { KEY: key, CERT: cert } = process.env;
const servers = [secure({ key, cert }, answer), createServer(answer)];
Promise.all(servers.map((each) => new Promise((resolve) => each.listen(0, "127.0.0.1", resolve)))).then(() =>
  console.log(servers.map((each) => each.address().port).join(" ")));
process.stdin.on("end", () => process.exit()).resume();
`;

/** Probes 500 sites, over https and plain http and over plain http alone, beside bare requests of the same kind. */
export async function probeFigures(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "setsecure-bench-"));
  const names = Array.from({ length: SITES }, (_, index) => `site${index}.bench.example`);
  const altNames = [{ type: 2 as const, value: "*.bench.example" }];
  const { private: key, cert } = await generate([{ name: "commonName", value: "bench.example" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames },
    ],
  });
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, cert);
  const child = spawn(process.execPath, ["-e", server], {
    env: { KEY: key, CERT: cert },
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const [secure = "", plain = ""] = await new Promise<string[]>((resolve) => {
      child.stdout.once("data", (data) => resolve(String(data).trim().split(" ")));
    });
    const both = names.flatMap((name) => [`${name}:443:127.0.0.1:${secure}`, `${name}:80:127.0.0.1:${plain}`]);
    const alone = names.map((name) => `${name}:${plain}:127.0.0.1`);
    return [
      await measure(`probe, ${SITES} sites, https and plain http`, "sites", SITES, () => probe(names, both, ca)),
      await measure("  bare node:https and node:http, the same requests", "sites", SITES, () =>
        inTurns(names, async (name) => {
          await ask(https, { host: "127.0.0.1", port: secure, servername: name, ca: cert });
          await ask(http, { host: "127.0.0.1", port: plain });
        }),
      ),
      await measure(`probe, ${SITES} sites, plain http`, "sites", SITES, () =>
        probe(
          names.map((name) => `http://${name}:${plain}/`),
          alone,
          ca,
        ),
      ),
      await measure("  bare node:http, the same requests", "sites", SITES, () =>
        inTurns(names, () => ask(http, { host: "127.0.0.1", port: plain })),
      ),
    ];
  } finally {
    child.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(what: string, unit: string, count: number, work: () => Promise<void>): Promise<Figure> {
  const rounds: { wall: number; cpu: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    rounds.push({ wall: performance.now() - start, cpu: user + system });
  }
  const kept = rounds.slice(1);
  const wall = Math.min(...kept.map((round) => round.wall));
  return { what, unit, rate: (count * 1000) / wall, cpu: Math.min(...kept.map((round) => round.cpu)) / count };
}

async function probe(urls: readonly string[], resolve: readonly string[], ca: string): Promise<void> {
  let lines = 0;
  await probeCommand(
    [],
    {
      format: "json",
      profile: "chromium",
      urls: "-",
      ca,
      resolve,
      exitZero: true,
      strict: false,
      config: false,
      forwarded: false,
      depth: 0,
      maxPages: 20,
      rate: 10,
      concurrency: CONCURRENCY,
      timeout: 60,
      ignoreRobots: false,
      insecure: false,
      browser: false,
      thirdParties: false,
      prove: false,
      progress: false,
    },
    {
      stdin: Readable.from([urls.join("\n")]),
      stdout: (text) => {
        lines += JSON.parse(text).cookies.length;
      },
    },
  );
  const asked = resolve.length === urls.length ? 1 : 2;
  if (lines !== urls.length * 3 * asked) throw new Error(`${lines} lines came of ${urls.length} sites`);
}

async function inTurns(names: readonly string[], work: (name: string) => Promise<void>): Promise<void> {
  const waiting = names.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const name of waiting) await work(name);
    }),
  );
}

function ask(scheme: typeof http | typeof https, options: https.RequestOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = scheme.request({ ...options, agent: false }, (response) => {
      response.resume();
      response.on("end", resolve);
    });
    request.on("error", reject);
    request.end();
  });
}
