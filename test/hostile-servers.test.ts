import type { Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { probe } from "./support/probe.ts";
import { certificateFor, type Listening, startRaw } from "./support/site.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: early=1; Secure\r\n";

/** Writes on and on, as fast as the other side takes it, until the connection ends. */
function endlessly(socket: Socket, chunk: string, first: string): void {
  socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
}

/** A byte now and then, so that no pause is a long one. */
function drip(socket: Socket, text: string, first: string): void {
  socket.write(first);
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ""), 20);
  socket.on("close", () => clearInterval(timer));
}

type Case = readonly [name: string, write: (socket: Socket) => void, line: string];

const large = "its headers are larger than 384 KiB, which no browser takes";
const noHttp = "what it sends is no HTTP";
const slow = "no complete headers within 1 s";

const chunk = "HTTP/1.1 302 Found\r\nLocation: /";
let hop = 0;

/** What ends because of what comes. */
const ended: readonly Case[] = [
  ["endless-headers", (to) => endlessly(to, `X-Filler: ${"x".repeat(1000)}\r\n`, head), large],
  ["endless-name", (to) => endlessly(to, "x".repeat(4096), head), large],
  ["large-header", (to) => to.end(`${head}X-Large: ${"x".repeat(1024 * 1024)}\r\n\r\n`), large],
  ["endless-body", (to) => endlessly(to, "<a href=/x>".repeat(1000), `${head}\r\n`), "early  dropped"],
  [
    "many-cookies",
    (to) => to.end(`${head}${Array.from({ length: 10_000 }, (_, each) => `Set-Cookie: c${each}=1\r\n`).join("")}\r\n`),
    "cookies beyond the first 2000 that differ were not judged (8001 times)",
  ],
  ["redirect-to-itself", (to) => to.end(`${chunk}\r\nSet-Cookie: loop=1; Secure\r\n\r\n`), "loop  dropped"],
  ["endless-redirects", (to) => to.end(`${chunk}${++hop}\r\n\r\n`), "left after 20, as a browser leaves it"],
  ["closes-at-once", (to) => to.destroy(), "the connection was c"],
  [
    "changes-protocol",
    (to) => to.end("HTTP/1.1 101 Go\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    "was closed without",
  ],
  ["speaks-smtp", (to) => to.end("220 mail.example ESMTP\r\n"), noHttp],
  ["no-colon", (to) => to.end("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"), noHttp],
  ["bad-status", (to) => to.end("HTTP/1.1 999999999999 \r\n\r\n"), noHttp],
  ["good", (to) => to.end(`${head}\r\n`), "early  dropped"],
];

/** What only the clock ends. */
const cut: readonly Case[] = [
  ["slow-headers", (to) => drip(to, "X-Drip: 1\r\n", head), slow],
  ["slow-body", (to) => drip(to, "<p>", `${head}\r\n`), "early  dropped"],
  ["never-answers", () => undefined, slow],
  ["only-informs", (to) => drip(to, "HTTP/1.1 100 Continue\r\n\r\n", ""), slow],
];

/** Asks all of them in one run, beside each other. */
async function probeAll(cases: readonly Case[], timeout: number): Promise<(name: string) => string> {
  const servers = await Promise.all(cases.map(([, write]) => startRaw(write)));
  open.push(...servers);
  const { text } = await probe(
    cases.map(([name], index) => `http://${name}.example:${servers[index]?.port}/`),
    {
      format: "text",
      resolve: cases.map(([name], index) => `${name}.example:${servers[index]?.port}:127.0.0.1`),
      timeout,
      depth: 1,
      maxPages: 2,
      ignoreRobots: true,
      concurrency: cases.length,
    },
  );
  const sites = text.split("── ");
  return (name) => sites.find((site) => site.startsWith(`${name}.example`)) ?? "";
}

// The runner's own limit is shorter than the time a request is given: nothing here waits for the clock.
test("each ends by itself with a clear line, and the rest goes on", async () => {
  const siteOf = await probeAll(ended, 3600);
  for (const [name, , line] of ended) expect(siteOf(name), name).toContain(line);
});

test("what never ends is cut, and what had come by then is judged", async () => {
  const siteOf = await probeAll(cut, 1);
  for (const [name, , line] of cut) expect(siteOf(name), name).toContain(line);
});

test("wrong TLS has a clear line each", async () => {
  const certificate = await certificateFor("wrong.example", "signed.example");
  const signed = await startRaw((to) => to.end(), certificate);
  const broken = await startRaw((to) => to.end("no TLS at all\r\n\r\n"));
  const mute = await startRaw(() => undefined);
  open.push(signed, broken, mute);
  const ask = (name: string, { port }: Listening, ca?: string) =>
    probe([`https://${name}.example:${port}/`], {
      resolve: [`${name}.example:${port}:127.0.0.1`],
      timeout: 1,
      ...(ca === undefined ? {} : { ca }),
    });
  await expect(ask("signed", signed)).rejects.toThrow("its certificate is signed by itself (--ca takes it");
  await expect(ask("else", signed)).rejects.toThrow("its certificate is");
  await expect(ask("broken", broken)).rejects.toThrow(
    "it speaks no TLS; for plain http, write http:// before the name",
  );
  await expect(ask("mute", mute)).rejects.toThrow(slow);
});
