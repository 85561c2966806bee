import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo, type Server, type Socket } from "node:net";
import type { Address } from "./http.ts";

/** A request that came in clear text; of its cookies only the names are kept. */
export interface ClearRequest {
  readonly url: string;
  readonly names: readonly string[];
}

/**
 * What stands between a browser on this machine and a site. The browser gets no further than the addresses of the
 * gate; it passes them on untouched, through our own way of finding and reaching hosts, until it is blocked. Plain
 * http ends here, as at an attacker on the way, so that a proof sends nothing in clear text over a network.
 */
export interface Gate {
  /** Where the browser finds the site, in Chromium's language. */
  readonly resolverRules: readonly string[];
  /** From now on every connection is cut but those in clear text. */
  block(): void;
  /** What has come in clear text since it was asked last. */
  take(): readonly ClearRequest[];
  close(): Promise<void>;
}

export interface GateOptions {
  /** The addresses that the browser may reach. */
  readonly addresses: readonly Address[];
  readonly connect: (address: Address) => Promise<Socket>;
  /** Whether plain http on port 80, of whatever host, ends at the gate; else it is as any other address. */
  readonly takesClear: boolean;
}

/** Listens on free ports of 127.0.0.1. */
export async function openGate({ addresses, connect, takesClear }: GateOptions): Promise<Gate> {
  let blocked = false;
  let clear: ClearRequest[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };

  const forwarders = addresses.map((address) => {
    const server = net.createServer(async (socket) => {
      keep(socket);
      const onward = blocked ? undefined : await connect(address).catch(() => undefined);
      if (onward === undefined) {
        socket.resetAndDestroy();
        return;
      }
      keep(onward);
      socket.pipe(onward).pipe(socket);
      socket.on("close", () => onward.destroy());
      onward.on("close", () => socket.destroy());
      if (socket.destroyed) onward.destroy();
    });
    return { address, server };
  });
  const listener = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = `http://${request.headers.host ?? ""}${(request.url ?? "/").split("?")[0]}`;
    clear.push({ url, names: namesIn(request.headers.cookie ?? "") });
    // Nothing to show, so that the browser stays where it is and asks for nothing more.
    response.writeHead(204, { Connection: "close" }).end();
  });
  listener.on("connection", keep);

  const rules: string[] = [];
  for (const { address, server } of forwarders) {
    rules.push(`MAP ${address.host}:${address.port} 127.0.0.1:${await listenLocally(server)}`);
  }
  if (takesClear) rules.push(`MAP *:80 127.0.0.1:${await listenLocally(listener)}`);
  const servers: Server[] = [...forwarders.map(({ server }) => server), ...(takesClear ? [listener] : [])];
  const destroyAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    resolverRules: rules,
    block() {
      blocked = true;
      destroyAll();
    },
    take() {
      const taken = clear;
      clear = [];
      return taken;
    },
    async close() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      destroyAll();
      await Promise.all(closed);
    },
  };
}

function listenLocally(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** A nameless cookie is sent as its bare value, which is not kept: it counts as the empty name. */
function namesIn(header: string): string[] {
  return header === "" ? [] : header.split("; ").map((pair) => (pair.includes("=") ? (pair.split("=")[0] ?? "") : ""));
}
