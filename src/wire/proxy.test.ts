import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Certificate, throwAwayCertificate } from "./certificate.ts";
import { type Exchange, type ProxyOptions, startProxy } from "./proxy.ts";

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

let certificate: Certificate;
beforeAll(async () => {
  certificate = await throwAwayCertificate("localhost");
});
afterAll(() => expect(closers).toEqual([]));

async function listen(server: Server, scheme = "http"): Promise<URL> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const upstreamWith = (handle: RequestListener) => listen(createServer(handle));

/** An upstream that answers every request with these octets (latin1), and then does what it does. */
const rawUpstream = (answer: string, then: (socket: Socket) => void = (socket) => socket.end()) =>
  listen(
    createTcpServer((socket) => {
      socket.once("data", () => {
        socket.write(Buffer.from(answer, "latin1"));
        then(socket);
      });
    }),
  );

interface Watched {
  readonly urls: readonly string[];
  readonly passed: (Exchange & { readonly lines: readonly string[] })[];
  readonly told: string[];
}

async function watch(upstream: URL, options: Partial<ProxyOptions> = {}): Promise<Watched> {
  const passed: Watched["passed"] = [];
  const told: string[] = [];
  const proxy = await startProxy({
    upstream,
    listen: [new URL("http://127.0.0.1:0")],
    keepHost: true,
    pass: (lines, exchange) => {
      passed.push({ ...exchange, lines });
      return lines;
    },
    tell: (says) => told.push(says),
    ...options,
  });
  closers.push(proxy.close);
  return { urls: proxy.urls, passed, told };
}

/** All octets (latin1) that come back until the connection ends. */
async function exchange(url: string | undefined, request = "GET / HTTP/1.1\r\nHost: app.example\r\n"): Promise<string> {
  const { port } = new URL(url ?? "");
  const socket = connect(Number(port), "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes: Buffer) => {
    answer += bytes.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.write(`${request}Connection: close\r\n\r\n`);
  await once(socket, "close");
  return answer;
}

const setCookiesOf = (answer: string) => answer.split("\r\n").filter((line) => /^set-cookie:/i.test(line));

describe("what passes", () => {
  test("Set-Cookie lines keep their octets and their order", async () => {
    const lines = ["b=\u00FC\u00FF; Path=/;;", 'a="x; y"', "a=1", "noname", "=; Secure", `big=${"x".repeat(5000)}`];
    const upstream = await rawUpstream(
      `HTTP/1.1 200 OK\r\n${lines.map((line) => `Set-Cookie: ${line}\r\n`).join("")}Content-Length: 2\r\n\r\nhi`,
    );
    const { urls, passed } = await watch(upstream);
    const answer = await exchange(urls[0]);
    expect(setCookiesOf(answer)).toEqual(lines.map((line) => `set-cookie: ${line}`));
    expect(answer.endsWith("hi")).toBe(true);
    expect(passed).toEqual([{ method: "GET", url: "http://app.example/", lines }]);
  });

  test("a changed line takes the place of the one that came", async () => {
    const upstream = await upstreamWith((_request, response) => {
      response.setHeader("Set-Cookie", ["a=1", "b=2", "c=3"]).end();
    });
    const { urls } = await watch(upstream, { pass: (lines) => lines.map((line) => `${line}; Secure`) });
    expect(setCookiesOf(await exchange(urls[0]))).toEqual([
      "set-cookie: a=1; Secure",
      "set-cookie: b=2; Secure",
      "set-cookie: c=3; Secure",
    ]);
  });

  test("bodies stream both ways", async () => {
    const upstream = await upstreamWith((request, response) => {
      request.pipe(response);
    });
    const { urls } = await watch(upstream);
    const outgoing = httpRequest(urls[0] ?? "", { method: "POST" });
    outgoing.write("one");
    const [response] = await once(outgoing, "response");
    // The first part comes back before the last one is sent.
    expect(String((await once(response, "data"))[0])).toBe("one");
    const [next, end] = [once(response, "data"), once(response, "end")];
    outgoing.end("two");
    expect(String((await next)[0])).toBe("two");
    await end;
  });

  test("a client that leaves ends the request to the upstream", async () => {
    let left = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const upstream = await upstreamWith((_request, response) => {
      response.on("close", left);
      response.write("…");
    });
    const { urls } = await watch(upstream);
    const outgoing = httpRequest(urls[0] ?? "").on("error", () => undefined);
    outgoing.end();
    await once(outgoing, "response");
    outgoing.destroy();
    await gone;
  });

  test("the upstream gets the client's Host when told, and else its own; links to itself are turned back", async () => {
    const upstream = await upstreamWith((request, response) => {
      response.writeHead(302, {
        Location: `http://${request.headers.host}/next`,
        "X-Host": request.headers.host ?? "",
      });
      response.end();
    });
    const kept = await exchange((await watch(upstream)).urls[0]);
    expect(kept).toContain("x-host: app.example\r\n");
    const changed = await exchange((await watch(upstream, { keepHost: false })).urls[0]);
    expect(changed).toContain(`x-host: ${upstream.host}\r\n`);
    expect(changed).toContain("location: http://app.example/next\r\n");
  });

  test("a WebSocket, with the cookies of its handshake", async () => {
    const server = createServer();
    server.on("upgrade", (_request, socket: Socket) => {
      socket.write(
        Buffer.from(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSet-Cookie: w=\u00FC\r\n\r\n",
          "latin1",
        ),
      );
      socket.pipe(socket);
    });
    const { urls, passed } = await watch(await listen(server));
    const outgoing = httpRequest(urls[0] ?? "", { headers: { Connection: "Upgrade", Upgrade: "websocket" } });
    outgoing.end();
    const [response, socket] = await once(outgoing, "upgrade");
    expect(response.headers["set-cookie"]).toEqual(["w=\u00FC"]);
    expect(passed.map(({ lines }) => lines)).toEqual([["w=\u00FC"]]);
    const octets = Buffer.from([0, 255, 128, 10]);
    socket.write(octets);
    expect((await once(socket, "data"))[0]).toEqual(octets);
    socket.destroy();
  });

  test("a WebSocket that the upstream refuses", async () => {
    const upstream = await rawUpstream("HTTP/1.1 403 No\r\nSet-Cookie: a=1\r\nContent-Length: 2\r\n\r\nno");
    const { urls, passed } = await watch(upstream);
    const outgoing = httpRequest(urls[0] ?? "", { headers: { Connection: "Upgrade", Upgrade: "websocket" } });
    outgoing.end();
    const [response] = await once(outgoing, "response");
    expect(response.statusCode).toBe(403);
    response.resume();
    await once(response, "end");
    expect(passed.map(({ lines }) => lines)).toEqual([["a=1"]]);
  });
});

describe("TLS and h2", () => {
  const httpsListener = [new URL("https://127.0.0.1:0")];
  const echo: RequestListener = (request, response) => {
    // The octets of UTF-8, as Node writes them over HTTP/1.1.
    response.setHeader("Set-Cookie", ["a=1", "b=\u00C3\u00BC"]);
    response.setHeader("Keep-Alive", "timeout=5");
    response.end(JSON.stringify(request.headers));
  };

  test("h2 to the client, who is told to the upstream", async () => {
    const { urls, passed } = await watch(await upstreamWith(echo), { listen: httpsListener, certificate });
    const client = connectHttp2(urls[0] ?? "", { rejectUnauthorized: false });
    const stream = client.request({ ":path": "/x?y=1", ":authority": "app.example", "x-forwarded-proto": "http" });
    let body = "";
    stream.setEncoding("utf8").on("data", (part: string) => {
      body += part;
    });
    const [headers] = await once(stream, "response");
    await once(stream, "end");
    client.close();
    expect(headers["set-cookie"]).toEqual(["a=1", "b=\u00C3\u00BC"]);
    const got: IncomingHttpHeaders = JSON.parse(body);
    expect(got.host).toBe("app.example");
    expect(got["x-forwarded-proto"]).toBe("https");
    expect(passed.map(({ url }) => url)).toEqual(["https://app.example/x?y=1"]);
  });

  test("an upstream with a certificate: refused, taken with its issuer, or taken whatever it is", async () => {
    const upstream = await listen(createHttpsServer({ ...certificate }, echo), "https");
    const refused = await watch(upstream);
    expect(await exchange(refused.urls[0])).toMatch(/^HTTP\/1.1 502 .*name who issued it with --ca/s);
    expect(refused.told).toEqual([
      expect.stringContaining("its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)"),
    ]);
    const trusting = await watch(upstream, { ca: certificate.cert, keepHost: false });
    expect(await exchange(trusting.urls[0])).toContain("set-cookie: a=1\r\n");
    const careless = await watch(upstream, { insecure: true });
    expect(await exchange(careless.urls[0])).toContain("set-cookie: a=1\r\n");
  });

  test("X-Forwarded-Proto and -Host count only when whoever connects is trusted", async () => {
    const upstream = await upstreamWith(echo);
    const request =
      "GET / HTTP/1.1\r\nHost: inside\r\nX-Forwarded-Proto: https, http\r\nX-Forwarded-Host: app.example\r\n";
    for (const [trustForwarded, url] of [
      [false, "http://inside/"],
      [true, "https://app.example/"],
    ] as const) {
      const { urls, passed } = await watch(upstream, { trustForwarded });
      await exchange(urls[0], request);
      expect(passed.map((each) => each.url)).toEqual([url]);
    }
  });
});

describe("a hostile upstream ends its own response alone", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  const hold = (socket: Socket) => void socket.resume();

  test.each<[string, string, ((socket: Socket) => void) | undefined, RegExp, string]>([
    ["no answer", "", undefined, /^HTTP\/1.1 502 /, "it ended the connection without an answer"],
    ["an answer that never comes", "", hold, /^HTTP\/1.1 504 /, "it gave no answer in time"],
    ["headers that never end", `${ok}A: 1\r\n`, hold, /^HTTP\/1.1 504 /, "it gave no answer in time"],
    [
      "a reset",
      "",
      (socket) => socket.resetAndDestroy(),
      /^HTTP\/1.1 502 /,
      "it ended the connection without an answer",
    ],
    ["no HTTP", "SSH-2.0-x\r\n\r\n", undefined, /^HTTP\/1.1 502 /, "its answer is not HTTP (HPE_"],
    ["huge header", `${ok}A: ${"x".repeat(1024 * 1024)}\r\n\r\n`, undefined, /^HTTP\/1.1 502 /, "larger than 256 KiB"],
    ["endless headers", `${ok}${"A: b\r\n".repeat(200_000)}`, hold, /^HTTP\/1.1 502 /, "larger than 256 KiB"],
    [
      "10,000 cookies",
      `${ok}${"Set-Cookie: a=1\r\n".repeat(10_000)}\r\n`,
      undefined,
      /^HTTP\/1.1 502 /,
      "1000 headers or more",
    ],
    ["a status that is none", "HTTP/1.1 042 X\r\n\r\n", undefined, /^HTTP\/1.1 502 /, "the status 42"],
    [
      "a switch that nobody asked for",
      "HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      hold,
      /^HTTP\/1.1 502 /,
      "it switched protocols",
    ],
  ])("%s", async (_what, answer, then, status, says) => {
    const upstream = await rawUpstream(answer, then);
    const { urls, told } = await watch(upstream, status.source.includes("504") ? { patience: 100 } : {});
    expect(await exchange(urls[0])).toMatch(status);
    expect(told).toEqual([expect.stringContaining(says)]);
    expect(await exchange(urls[0])).toMatch(status);
  });

  test("it drips its headers", async () => {
    const upstream = await rawUpstream(ok, (socket) => {
      const timer = setInterval(() => socket.write("A: b\r\n"), 20);
      socket.on("close", () => clearInterval(timer));
    });
    const { urls, told } = await watch(upstream, { patience: 100 });
    expect(await exchange(urls[0])).toMatch(/^HTTP\/1.1 504 /);
    expect(told).toEqual(["it gave no answer in time"]);
  });

  test("a body that breaks off breaks off for the client too", async () => {
    const upstream = await rawUpstream(`${ok}Set-Cookie: a=1\r\nContent-Length: 100\r\n\r\nhalf`);
    const { urls, passed } = await watch(upstream);
    const answer = await exchange(urls[0]);
    expect(answer.endsWith("half")).toBe(true);
    expect(passed).toHaveLength(1);
  });

  test("what HTTP forbids in a header is left out, the rest goes on", async () => {
    const upstream = await rawUpstream(
      `HTTP/1.1 200 O\u0001K\r\nSet-Cookie: a=\u00011\r\nSet-Cookie: b=2\r\nX-Bad: \u0007\r\nX-Good: 1\r\nContent-Length: 2\r\n\r\nhi`,
    );
    const { urls, passed, told } = await watch(upstream);
    const answer = await exchange(urls[0]);
    expect(setCookiesOf(answer)).toEqual(["set-cookie: b=2"]);
    expect(answer).toContain("x-good: 1\r\n");
    expect(answer.endsWith("hi")).toBe(true);
    expect(passed[0]?.lines).toEqual(["a=\u00011", "b=2"]);
    expect(told).toEqual(["its header x-bad has a character that HTTP forbids, and was left out"]);
  });

  test("a length and chunks at once: the chunks count", async () => {
    const upstream = await rawUpstream(
      `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    );
    const answer = await exchange((await watch(upstream)).urls[0]);
    expect(answer).not.toMatch(/content-length/i);
    expect(answer).toContain("\r\nhi\r\n");
  });

  test("over h2 too", async () => {
    const listener = { listen: [new URL("https://127.0.0.1:0")], certificate };
    const upstream = await rawUpstream("HTTP/1.1 999 X\r\nConnection: x\r\nKeep-Alive: 1\r\nTE: x\r\n\r\n");
    const { urls } = await watch(upstream, listener);
    const client = connectHttp2(urls[0] ?? "", { rejectUnauthorized: false });
    const stream = client.request({ ":path": "/" });
    stream.resume();
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).toBe(502);
    client.close();
  });

  test("nobody there, for pages and for WebSockets", async () => {
    const server = createTcpServer();
    const upstream = await listen(server);
    server.close();
    await once(server, "close");
    const { urls, told } = await watch(upstream);
    expect(await exchange(urls[0])).toContain(`${upstream.origin}: nothing listens there (is it running?).`);
    const answer = await exchange(
      urls[0],
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\n/);
    expect(new Set(told)).toEqual(new Set(["nothing listens there (is it running?)"]));
  });
});

test("a Host that is none does no harm", async () => {
  const upstream = await upstreamWith((_request, response) => {
    response.setHeader("Set-Cookie", "a=1").end();
  });
  const { urls, passed } = await watch(upstream);
  await exchange(urls[0], "GET /p HTTP/1.1\r\nHost: [[[\r\n");
  expect(passed[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1(?::\d+)?\/p$/);
});
