import http from "node:http";
import https from "node:https";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import tls from "node:tls";
import { generate } from "selfsigned";

/** A throw-away certificate for these names, which is also its own authority. */
export async function certificateFor(...names: string[]): Promise<{ readonly key: string; readonly cert: string }> {
  const altNames = names.map((value) => ({ type: 2 as const, value }));
  const { private: key, cert } = await generate([{ name: "commonName", value: names[0] ?? "" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { key, cert };
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1; closing ends its connections too. */
export async function listen(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export interface Pair extends Listening {
  /** The port of plain http. */
  readonly plain: number;
}

/** The same handler over TLS and over plain http, on two ports. */
export async function startSite(
  handler: http.RequestListener,
  certificate: { readonly key: string; readonly cert: string },
): Promise<Pair> {
  const secure = await listen(https.createServer(certificate, handler));
  const plain = await listen(http.createServer(handler));
  return {
    port: secure.port,
    plain: plain.port,
    close: async () => {
      await Promise.all([secure.close(), plain.close()]);
    },
  };
}

/** A server that writes bytes as it likes, once a request has come. */
export function startRaw(write: (socket: Socket) => void, certificate?: tls.TlsOptions): Promise<Listening> {
  const each = (socket: Socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => write(socket));
  };
  return listen(certificate === undefined ? net.createServer(each) : tls.createServer(certificate, each));
}
