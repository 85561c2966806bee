import {
  createServer,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createSecureServer, type Http2SecureServer, type Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Agent as HttpsAgent } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { ProxyServer } from "httpxy";
import type { Certificate } from "./certificate.ts";

/** One request, as its client sees it. */
export interface Exchange {
  readonly method: string;
  /** Scheme, host and path, with the query. */
  readonly url: string;
}

export interface ProxyOptions {
  /** `http://localhost:3000`, without a path. */
  readonly upstream: URL;
  /** Where clients come in, by scheme, host and port; port 0 takes a free one. */
  readonly listen: readonly URL[];
  /** For the listeners with https. */
  readonly certificate?: Certificate;
  /** PEM: whom else to trust for the upstream's certificate. */
  readonly ca?: string;
  /** Takes any certificate of the upstream. */
  readonly insecure?: boolean;
  /** The upstream gets the client's Host, not its own name. */
  readonly keepHost?: boolean;
  /** The peer in front is trusted: what it says in X-Forwarded-Proto and -Host is where the client came in. */
  readonly trustForwarded?: boolean;
  /** Milliseconds from the end of the request to the end of the answer's headers. */
  readonly patience?: number;
  /** Sees the Set-Cookie lines of a response, one octet a character, in order; says what goes on to the client. */
  readonly pass: (lines: readonly string[], exchange: Exchange) => readonly string[];
  /** Is told what the upstream does wrong, in one sentence. */
  readonly tell: (says: string) => void;
}

export interface Proxy {
  /** Where it listens, in the order of `listen`. */
  readonly urls: readonly string[];
  /** Ends every connection. */
  close(): Promise<void>;
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** As large as Chromium takes; more ends the response. */
const MAXIMUM_HEAD_OCTETS = 256 * 1024;
/** Node drops further headers without a word. */
const MAXIMUM_HEADERS = 1000;
const PATIENCE_MILLISECONDS = 60_000;
/** Idle connections to the upstream go before the upstream, which waits five seconds or more, ends them. */
const IDLE_MILLISECONDS = 4000;

/**
 * A reverse proxy: HTTP/1.1 and h2 to the client, HTTP/1.1 to the upstream, WebSocket, bodies streamed both ways.
 * What an upstream does wrong ends that response alone, with a 502 or 504 that says why.
 * @throws NodeJS.ErrnoException when it cannot listen
 */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  const { upstream, insecure = false, keepHost = false } = options;
  const patience = options.patience ?? PATIENCE_MILLISECONDS;
  const Agent = upstream.protocol === "https:" ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MILLISECONDS });
  const proxy = new ProxyServer<Request, Response>({
    target: upstream,
    agent,
    changeOrigin: !keepHost,
    secure: !insecure,
    upgradeTimeout: patience,
  });
  const requestOptions = () => ({
    ssl: {
      maxHeaderSize: MAXIMUM_HEAD_OCTETS,
      // A header that HTTP forbids is for us to judge; the client gets only what HTTP allows.
      insecureHTTPParser: true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  });
  const exchanges = new WeakMap<Request, Exchange>();

  proxy.on("proxyReq", (outgoing, request, response) => {
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      timer = setTimeout(() => outgoing.destroy(failure("ETIMEDOUT")), patience);
    };
    if (request.readableEnded) wait();
    else request.once("end", wait);
    for (const event of ["response", "close"]) outgoing.once(event, () => clearTimeout(timer));
    // Without a listener, a 101 that nobody asked for would leave the client waiting.
    outgoing.once("upgrade", (_answer, socket: Socket) => {
      socket.destroy();
      refuse(response, 502, "it switched protocols without being asked to");
    });
  });
  proxy.on("proxyRes", (answer, request, response) => {
    const exchange = exchanges.get(request);
    if (exchange === undefined) return;
    const because = unfit(answer, response instanceof Http2ServerResponse ? 599 : 999);
    if (because !== undefined) {
      answer.destroy();
      return refuse(response, 502, because);
    }
    // RFC 9110, 7.6.1: these are about the connection to the upstream, and h2 has no such headers.
    for (const name of connectionHeaders) delete answer.headers[name];
    tidy(answer, exchange);
    if (response instanceof Http2ServerResponse) reencode(answer.headers);
  });
  proxy.on("proxyReqWs", (outgoing, request) => {
    const exchange = exchanges.get(request);
    for (const event of ["upgrade", "response"]) {
      outgoing.once(event, (answer: IncomingMessage) => {
        if (exchange !== undefined) tidy(answer, exchange);
      });
    }
  });
  proxy.on("error", (error, _request, response) => {
    if (response === undefined) return;
    const [status, because] = explain(error);
    refuse(response, status, because);
  });

  /** Leaves in an answer what may go on to the client. */
  function tidy(answer: IncomingMessage, exchange: Exchange): void {
    const { headers } = answer;
    const lines = headers["set-cookie"];
    if (lines !== undefined) {
      headers["set-cookie"] = options.pass(lines, exchange).filter((line) => !forbidden.test(line));
    }
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value !== "string" || !forbidden.test(value)) continue;
      delete headers[name];
      options.tell(`its header ${name} has a character that HTTP forbids, and was left out`);
    }
    // RFC 9112, 6.3: a proxy passes on one of the two.
    if (headers["transfer-encoding"] !== undefined) delete headers["content-length"];
    if (forbidden.test(answer.statusMessage ?? "")) answer.statusMessage = "";
    const { location } = headers;
    if (!keepHost && location !== undefined && URL.canParse(location)) {
      const { origin, href } = new URL(location);
      if (origin === upstream.origin) headers.location = new URL(exchange.url).origin + href.slice(origin.length);
    }
  }

  /** Node writes headers as UTF-8 over h2 and octet by octet over HTTP/1.1, which is how they were read. */
  function reencode(headers: IncomingHttpHeaders): void {
    const encoded = (value: string): string => {
      const text = Buffer.from(value, "latin1").toString("utf8");
      if (!text.includes("\uFFFD")) return text;
      options.tell("a header has octets that are not UTF-8, which arrive changed over h2");
      return value;
    };
    for (const [name, value] of Object.entries(headers)) {
      if (typeof value === "string") headers[name] = encoded(value);
      else if (value !== undefined) headers[name] = value.map(encoded);
    }
  }

  function refuse(response: Response | Socket, status: number, because: string): void {
    if (response.writableEnded) return;
    options.tell(because);
    const body = `setsecure watch: ${upstream.origin}: ${because}.\n`;
    if (!("writeHead" in response)) {
      response.end(`HTTP/1.1 ${status} ${statusWords[status]}\r\nConnection: close\r\n\r\n${body}`);
    } else if (response.headersSent) {
      response.destroy();
    } else if (response instanceof Http2ServerResponse) {
      response.writeHead(status, { "content-type": "text/plain" });
      response.end(body);
    } else {
      response.writeHead(status, { "content-type": "text/plain", connection: "close" });
      response.end(body);
    }
  }

  const sockets = new Set<Socket>();
  const servers: (Server | Http2SecureServer)[] = [];
  const urls: string[] = [];
  const close = async (): Promise<void> => {
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of sockets) socket.destroy();
    agent.destroy();
    await Promise.all(closed);
  };

  for (const listener of options.listen) {
    const arrive = (request: Request): void => {
      exchanges.set(request, exchangeOf(request, listener, options.trustForwarded === true));
      // The server has answered it already.
      delete request.headers.expect;
      if (listener.protocol === "https:") sayForwarded(request);
    };
    const server = serverFor(listener, options.certificate, (request, response) => {
      arrive(request);
      proxy.web(request, response, requestOptions()).catch(() => response.destroy());
    });
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      arrive(request);
      // Headers are octets; what is piped is no text and keeps its own.
      socket.setDefaultEncoding("latin1");
      socket.on("error", () => socket.destroy());
      proxy.ws(request, socket, requestOptions(), head).catch(() => socket.destroy());
    });
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    });
    servers.push(server);
    try {
      await listening(server, listener);
    } catch (error) {
      servers.pop();
      await close();
      throw error;
    }
    const { port } = server.address() as AddressInfo;
    urls.push(`${listener.protocol}//${listener.hostname}:${port}`);
  }
  return { urls, close };
}

function serverFor(
  listener: URL,
  certificate: Certificate | undefined,
  handle: (request: Request, response: Response) => void,
): Server | Http2SecureServer {
  if (listener.protocol === "http:") return createServer({ requestTimeout: 0 }, handle);
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, handle);
  // A client that does not trust the certificate is no news.
  return server.on("sessionError", () => undefined);
}

function listening(server: Server | Http2SecureServer, { protocol, hostname, port }: URL): Promise<void> {
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(number, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function firstOf(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === "string" ? header : header?.[0];
  return text?.split(",")[0]?.trim();
}

function exchangeOf(request: Request, listener: URL, trusted: boolean): Exchange {
  const { headers, method = "GET", url = "/" } = request;
  const forwarded = trusted ? firstOf(headers["x-forwarded-proto"])?.toLowerCase() : undefined;
  const scheme = forwarded === "https" || forwarded === "http" ? `${forwarded}:` : listener.protocol;
  const named = (trusted ? firstOf(headers["x-forwarded-host"]) : undefined) ?? headers[":authority"] ?? headers.host;
  const path = url.startsWith("/") ? url : "/";
  const whole = `${scheme}//${String(named)}`;
  // What a client calls the host may be anything.
  const origin = URL.canParse(whole) ? new URL(whole).origin : `${scheme}//${listener.host}`;
  return { method, url: origin + path };
}

/** TLS ends here, so the upstream has to be told. */
function sayForwarded({ headers, socket }: Request): void {
  const before = headers["x-forwarded-for"];
  headers["x-forwarded-for"] = [...(before === undefined ? [] : [before]), socket.remoteAddress ?? "unknown"].join(
    ", ",
  );
  headers["x-forwarded-proto"] = "https";
  headers["x-forwarded-host"] ??= String(headers[":authority"] ?? headers.host ?? "");
}

/** What HTTP does not allow in the value of a header (RFC 9110, 5.5). */
const forbidden = /[^\t\x20-\x7E\x80-\xFF]/;

const connectionHeaders = ["connection", "keep-alive", "proxy-connection", "upgrade", "te", "http2-settings"];

/** Why an answer cannot be passed on. */
function unfit({ statusCode = 0, rawHeaders }: IncomingMessage, highest: number): string | undefined {
  if (statusCode < 200 || statusCode > highest) return `it answered with the status ${statusCode}, which is none`;
  if (rawHeaders.length >= 2 * MAXIMUM_HEADERS) return `its answer has ${MAXIMUM_HEADERS} headers or more`;
  return undefined;
}

const failure = (code: string) => Object.assign(new Error(code), { code });

const statusWords: Readonly<Record<number, string>> = { 502: "Bad Gateway", 504: "Gateway Timeout" };

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there (is it running?)",
  ECONNRESET: "it ended the connection without an answer",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "its name cannot be looked up now",
  EHOSTUNREACH: "there is no way to that host",
  EPROTO: "it does not speak TLS there (is it http?)",
  ETIMEDOUT: "it gave no answer in time",
  ERR_UPSTREAM_UPGRADE_TIMEOUT: "it gave no answer to a WebSocket in time",
  HPE_HEADER_OVERFLOW: `the headers of its answer are larger than ${MAXIMUM_HEAD_OCTETS / 1024} KiB`,
};

/** The status for the client, and a clause about the upstream. */
function explain(error: Error): readonly [status: 502 | 504, because: string] {
  const code = "code" in error ? String(error.code) : "";
  const status = /TIMEOUT|TIMEDOUT/.test(code) ? 504 : 502;
  const known = Object.hasOwn(failures, code) ? failures[code] : undefined;
  if (known !== undefined) return [status, known];
  if (code.startsWith("HPE_")) return [status, `its answer is not HTTP (${code})`];
  if (/CERT|SIGNATURE|ERR_TLS/.test(code)) {
    return [
      status,
      `its certificate is not trusted (${code}): name who issued it with --ca, or take any with --insecure`,
    ];
  }
  return [status, `the request failed (${code || "no reason was given"})`];
}
