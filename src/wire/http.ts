import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import net, { isIP, type Socket } from "node:net";
import tls, { type TLSSocket } from "node:tls";
import { CannotDo } from "../exit.ts";

/** Where a name and port lead, as `--resolve` says: `app.example:443` → 127.0.0.1, on the same port or another. */
export type Resolve = ReadonlyMap<string, { readonly address: string; readonly port: number }>;

export interface ClientOptions {
  /** For one request from its start to the end of what is read of its answer. */
  readonly milliseconds: number;
  readonly resolve?: Resolve;
  /** An http or https URL, with user and password where it asks for them. */
  readonly proxy?: URL;
  /** Takes any certificate. */
  readonly insecure?: boolean;
  /** PEM: authorities in addition to those of the system, and the client's own certificate with its key. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  /** As they came, in order; names in lower case, values byte by byte (latin1). */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The beginning of the body, where it was asked for. */
  readonly body: string;
  /** Over TLS, with a certificate that is valid for the host. */
  readonly trusted: boolean;
  /** SHA-256 of the public key of a valid certificate, in base64, as Chromium takes it. */
  readonly publicKey: string | undefined;
}

export interface NoAnswer {
  readonly kind: "none";
  /** A clause: `nothing listens there`. */
  readonly because: string;
  /** Nothing was reached: for the other scheme of a site that is no fault. */
  readonly closed: boolean;
}

export interface Ask {
  readonly headers: Readonly<Record<string, string>>;
  /** Which bodies to read, and how much of them; without it the request ends with the headers. */
  readonly read?: { readonly octets: number; readonly wants: (status: number, contentType: string) => boolean };
}

export type Client = (url: URL, ask: Ask) => Promise<Answer | NoAnswer>;

/**
 * What Firefox takes by default (`network.http.max_response_header_size`), which is more than Chromium's 256 KiB:
 * beyond it no browser sees the cookies either.
 */
const maximumHeaderOctets = 384 * 1024;

/**
 * Asks one URL at a time, follows nothing and keeps nothing. The client never rejects.
 * It is Node's own with the lenient parser: undici's strict one refuses a page because of one illegal byte.
 * @throws CannotDo when a certificate or key cannot be used
 */
export function createClient(options: ClientOptions): Client {
  // Once: reading the authorities of the system takes longer than a request.
  const secure: tls.ConnectionOptions = {
    secureContext: secureContextOf(options),
    rejectUnauthorized: options.insecure !== true,
  };
  return async (url, ask) => {
    const signal = AbortSignal.timeout(options.milliseconds);
    try {
      const to = destinationOf(bare(url.hostname), portOf(url), options.resolve);
      const tunnel = options.proxy === undefined ? undefined : await openTunnel(options.proxy, to, signal);
      return await exchange(url, ask, { options, secure, signal, tunnel });
    } catch (error) {
      return { kind: "none", ...faultOf(error, options.milliseconds) };
    }
  };
}

function secureContextOf({ ca, certificate, key, passphrase }: ClientOptions): tls.SecureContext {
  try {
    return tls.createSecureContext({
      ...(ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] }),
      ...(certificate === undefined ? {} : { cert: certificate }),
      ...(key === undefined ? {} : { key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    throw new CannotDo(
      `--ca, --cert or --key cannot be used${code}: each must be PEM, and a key that is locked needs SETSECURE_PASSPHRASE.`,
    );
  }
}

export const portOf = (url: URL): number =>
  url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);

/** An address in brackets is one to connect to without them. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a name and port lead. */
export function destinationOf(host: string, port: number, resolve: Resolve | undefined): Address {
  const mapped = resolve?.get(`${host}:${port}`);
  return mapped === undefined ? { host, port } : { host: mapped.address, port: mapped.port };
}

/** A connection to an address, through the proxy where there is one. */
export function connectTo(to: Address, proxy: URL | undefined, milliseconds: number): Promise<Socket> {
  if (proxy !== undefined) return openTunnel(proxy, to, AbortSignal.timeout(milliseconds));
  return new Promise((resolve, reject) => {
    const socket = net.connect(to, () => resolve(socket));
    socket.on("error", reject);
  });
}

interface Way {
  readonly options: ClientOptions;
  readonly secure: tls.ConnectionOptions;
  readonly signal: AbortSignal;
  readonly tunnel: Socket | undefined;
}

function exchange(url: URL, { headers, read }: Ask, { options, secure, signal, tunnel }: Way): Promise<Answer> {
  const host = bare(url.hostname);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // A request with an agent would not take the connection it is given.
  const through =
    tunnel === undefined ? { agent: false } : { createConnection: () => overTunnel(url, tunnel, secure, servername) };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request({
      ...destinationOf(host, portOf(url), options.resolve),
      ...secure,
      ...servername,
      ...through,
      path: `${url.pathname}${url.search}`,
      headers: { Host: url.host, ...headers },
      insecureHTTPParser: true,
      maxHeaderSize: maximumHeaderOctets,
      signal,
    });
    // Beyond 2000 header lines Node would drop the rest without a word.
    request.maxHeadersCount = 0;
    let answering = false;
    // Once the headers have come, an end before its time only cuts the body short.
    const fail = (error: Error) => {
      if (!answering) reject(error);
    };
    request.on("error", fail);
    request.on("close", () => fail(new Error("no answer")));
    request.on("response", (response) => {
      answering = true;
      const { socket } = response;
      const trusted = isTls(socket) && socket.authorized;
      const publicKey = trusted ? publicKeyOf(socket) : undefined;
      const answered = pairs(response.rawHeaders);
      const done = (text: string) => {
        resolve({
          kind: "answer",
          status: response.statusCode ?? 0,
          headers: answered,
          body: text,
          trusted,
          publicKey,
        });
        request.destroy();
      };
      const contentType = answered.find(([name]) => name === "content-type")?.[1] ?? "";
      if (read?.wants(response.statusCode ?? 0, contentType) === true) readStart(response, read.octets, done);
      else done("");
    });
    request.end();
  });
}

/** What has come when the limit is reached, the time is over or the connection breaks; a page cut short still has links. */
function readStart(response: http.IncomingMessage, limit: number, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = () => done(Buffer.concat(chunks).toString("utf8", 0, limit));
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= limit) finish();
  });
  response.on("error", finish);
  response.on("close", finish);
}

const isTls = (socket: Socket): socket is TLSSocket => "authorized" in socket;

function publicKeyOf(socket: TLSSocket): string | undefined {
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
  return key === undefined ? undefined : createHash("sha256").update(key).digest("base64");
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.push([(raw[index] ?? "").toLowerCase(), raw[index + 1] ?? ""]);
  }
  return headers;
}

function overTunnel(url: URL, socket: Socket, secure: tls.ConnectionOptions, servername: { servername?: string }) {
  return url.protocol === "https:"
    ? tls.connect({ ...secure, ...servername, host: bare(url.hostname), socket })
    : socket;
}

/** RFC 9110, 9.3.6: asks the proxy for a connection to the host, also for plain http, so that the proxy adds nothing. */
function openTunnel(proxy: URL, { host, port }: Address, signal: AbortSignal): Promise<Socket> {
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization =
    proxy.username === "" ? {} : { "Proxy-Authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
  return new Promise((resolveSocket, reject) => {
    const request = (proxy.protocol === "https:" ? https : http).request({
      host: bare(proxy.hostname),
      port: portOf(proxy),
      method: "CONNECT",
      path: target,
      headers: { Host: target, ...authorization },
      agent: false,
      signal,
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? error : new ProxyFault(`the proxy ${proxy.host}: ${faultOf(error, 0).because}`));
    });
    request.on("connect", (response, socket) => {
      if (response.statusCode === 200) resolveSocket(socket);
      else {
        socket.destroy();
        reject(new ProxyFault(`the proxy ${proxy.host} refuses to connect: ${response.statusCode}`));
      }
    });
    // Anything but a tunnel, such as a page that asks for a password.
    request.on("response", (response) => {
      request.destroy();
      reject(new ProxyFault(`the proxy ${proxy.host} refuses to connect: ${response.statusCode}`));
    });
    request.end();
  });
}

class ProxyFault extends Error {
  override readonly name = "ProxyFault";
}

const noTls = "it speaks no TLS; for plain http, write http:// before the name";

const faults: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut before an answer came",
  EPIPE: "the connection was cut before an answer came",
  ETIMEDOUT: "there is no connection",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ENOTFOUND: "the name is not known (--resolve can say where it leads)",
  EAI_AGAIN: "the name cannot be looked up now",
  HPE_HEADER_OVERFLOW: `its headers are larger than ${maximumHeaderOctets >> 10} KiB, which no browser takes`,
  EPROTO: "it speaks no TLS that is understood",
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name (--insecure takes any)",
  CERT_HAS_EXPIRED: "its certificate has expired (--insecure takes any)",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by itself (--ca takes it, --insecure takes any)",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is from an authority that is not known (--ca takes it, --insecure any)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate is from an authority that is not known (--ca takes it, --insecure any)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "its certificate is from an authority that is not known (--ca takes it, --insecure any)",
};

/** Nothing was there that could have answered. */
const unreached = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]);

function faultOf(error: unknown, milliseconds: number): Omit<NoAnswer, "kind"> {
  const told = (because: string) => ({ because, closed: false });
  if (error instanceof ProxyFault) return told(error.message);
  if (!(error instanceof Error)) return told("it cannot be asked");
  if (error.name === "AbortError" || error.name === "TimeoutError") {
    return told(`no complete headers within ${milliseconds / 1000} s`);
  }
  const codes = [error, ...(error instanceof AggregateError ? error.errors : [])].map(codeOf);
  const code = codes.find((each) => Object.hasOwn(faults, each)) ?? codes[0] ?? "";
  if (code.startsWith("HPE_") && !Object.hasOwn(faults, code)) return told(`what it sends is no HTTP (${code})`);
  // Some versions of Node keep OpenSSL's reason in the text alone.
  if (code === "EPROTO" && /wrong version number|packet length too long/.test(error.message)) return told(noTls);
  if (code === "") return told("the connection was closed without an answer");
  return { because: faults[code] ?? `it cannot be asked (${code})`, closed: unreached.has(code) };
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
