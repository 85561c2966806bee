import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { java } from "../java/index.ts";
import { node } from "../node/index.ts";
import { python } from "../python/index.ts";
import { cache, isInstalled, type Stack } from "../stack.ts";

export const names = ["express", "django", "tomcat", "nginx"] as const;
export type Name = (typeof names)[number];

export const hostOf = (name: Name): string => `${name}.setsecure-lab.com`;

export interface Running {
  /** Where each host is reached over TLS, for `--resolve`. */
  readonly resolve: readonly string[];
  stop(): Promise<void>;
}

/** @throws Error when the shelf is not installed */
function shelf(stack: Stack, name: string): string {
  const found = stack.shelves.find((each) => each.name === name);
  if (found === undefined || !isInstalled(found))
    throw new Error(`${name} is not installed: run \`npm run setup-lab\``);
  return join(cache, found.folder);
}

/** @throws Error when nginx is not installed */
function nginx(): string {
  const found = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/opt/homebrew/bin/nginx"].find((path) =>
    existsSync(path),
  );
  if (found === undefined) throw new Error("nginx is not installed: run `npm run setup-lab`");
  return found;
}

/**
 * Starts the four servers from a copy of `lab/wire/apps`: Express with TLS of its own; Django, Tomcat and an old
 * application behind nginx, which ends TLS.
 * @param tls where `cert.pem` and `key.pem` lie
 */
export async function startServers(apps: string, tls: string): Promise<Running> {
  const [express, django, tomcat, legacy, front] = await freePorts(5);
  const env = { CERT: join(tls, "cert.pem"), KEY: join(tls, "key.pem"), NODE_ENV: "production" };
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
  };
  const start = (
    folder: string,
    port: number | undefined,
    [command, ...words]: readonly [string, ...string[]],
    extra = {},
  ) => {
    const child = spawn(command, words, {
      cwd: join(apps, folder),
      env: { PATH: process.env.PATH, ...env, ...extra, PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    return child;
  };
  try {
    const jars = join(shelf(java, "tomcat10"), "*");
    const modules = { NODE_PATH: join(shelf(node, "express5"), "node_modules") };
    const started = [
      start("express", express, [process.execPath, "app.js"], modules),
      start("django", django, [join(shelf(python, "django52"), "bin", "python"), "serve.py"]),
      start("tomcat", tomcat, ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", jars, "Shop.java"]),
      start("nginx", legacy, [process.execPath, "legacy.js"]),
    ];
    writeConfiguration(join(apps, "nginx"), {
      CERT: env.CERT,
      KEY: env.KEY,
      PORT: front,
      DJANGO: django,
      TOMCAT: tomcat,
      LEGACY: legacy,
    });
    const proxy = start("nginx", front, [nginx(), "-p", join(apps, "nginx"), "-c", "running.conf"]);
    await Promise.all([...started.map(saysListening), answersAt(front ?? 0, proxy)]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    resolve: names.map((name) => `${hostOf(name)}:443:127.0.0.1:${name === "express" ? express : front}`),
    stop,
  };
}

function writeConfiguration(folder: string, values: Readonly<Record<string, string | number | undefined>>): void {
  const text = readFileSync(join(folder, "nginx.conf"), "utf8");
  const filled = text.replace(/\b(?:CERT|KEY|PORT|DJANGO|TOMCAT|LEGACY)\b/g, (word) => String(values[word]));
  writeFileSync(join(folder, "running.conf"), filled);
}

/** All are held open until all are known, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => net.createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function saysListening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let complaints = "";
    child.stdout?.on("data", (data) => {
      if (String(data).includes("listening")) resolve();
    });
    child.stderr?.on("data", (data) => {
      complaints = (complaints + String(data)).slice(-4000);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${child.spawnargs.join(" ")} ended with ${code}\n${complaints}`)));
  });
}

/** nginx says nothing when it is ready. */
async function answersAt(port: number, child: ChildProcess): Promise<void> {
  let complaints = "";
  child.stderr?.on("data", (data) => {
    complaints = (complaints + String(data)).slice(-4000);
  });
  while (child.exitCode === null) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", () => setTimeout(() => resolve(false), 50));
    });
    if (reached) return;
  }
  throw new Error(`nginx ended with ${child.exitCode}\n${complaints}`);
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    child.on("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
