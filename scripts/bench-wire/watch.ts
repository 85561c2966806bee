import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Figure } from "./figure.ts";
import { bestOf, type Subject, started, startNode } from "./load.ts";

const REQUESTS = 10_000;
const ROUNDS = 2;

/** The upstream, which answers by itself with two cookies, and a plain proxy in front of it. */
const nginxConfiguration = (folder: string, upstream: number, plain: number) => `
daemon off; master_process on; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
  uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 1000000;
  upstream app { server 127.0.0.1:${upstream}; keepalive 32; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${upstream};
    location / {
      add_header Set-Cookie "sid=1; Path=/; HttpOnly"; add_header Set-Cookie "theme=dark; Path=/; Secure";
      default_type text/html; return 200 "<!doctype html><title>x</title>";
    }
  }
  server {
    listen 127.0.0.1:${plain};
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`;

const bareProxy = (target: string) => `
import { createServer } from "node:http";
import { createProxyServer } from "httpxy";
const proxy = createProxyServer({ target: ${JSON.stringify(target)} });
const server = createServer((request, response) => void proxy.web(request, response));
server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));
`;

/** Requests through \`watch\`, beside nginx as a plain proxy and beside the library that \`watch\` is made with. */
export async function watchFigures(): Promise<readonly Figure[]> {
  if (spawnSync("nginx", ["-v"]).error !== undefined) throw new Error("nginx is not installed: apt-get install nginx");
  const folder = mkdtempSync(join(tmpdir(), "setsecure-bench-"));
  const children: ChildProcess[] = [];
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child);
    return child;
  };
  try {
    const [upstream, plain] = [await freePort(), await freePort()];
    const configuration = join(folder, "nginx.conf");
    writeFileSync(configuration, nginxConfiguration(folder, upstream, plain));
    const nginx = keep(spawn("nginx", ["-c", configuration], { stdio: "ignore" }));
    const target = `http://127.0.0.1:${upstream}`;
    await answering(target);
    const workers = workersOf(nginx.pid ?? 0);
    const bare = keep(startNode(["--input-type=module", "-e", bareProxy(target)]));
    const bareUrl = await started(bare);
    const watch = async (...more: readonly string[]) => {
      const child = keep(startNode([resolve("dist/cli.js"), "watch", target, "--listen", "0", "--no-config", ...more]));
      return { pids: [child.pid ?? 0], url: / at (\S+);/.exec(await started(child))?.[1] ?? "" };
    };
    const subjects: readonly Subject[] = [
      { what: "the upstream itself (nginx, two cookies in each answer)", url: target, pids: workers },
      {
        what: "  through nginx as a plain proxy (CPU: with the upstream's)",
        url: `http://127.0.0.1:${plain}`,
        pids: workers,
      },
      { what: "  through httpxy alone", url: bareUrl, pids: [bare.pid ?? 0] },
      { what: "  through watch", ...(await watch()) },
      {
        what: "  through watch --enforce, for clients over https",
        ...(await watch("--enforce", "--trust-forwarded")),
        header: "X-Forwarded-Proto=https",
      },
    ];
    return bestOf(subjects, ROUNDS, REQUESTS);
  } finally {
    for (const child of children) child.kill("SIGTERM");
    await Promise.all(children.map((child) => child.exitCode ?? new Promise((done) => child.once("exit", done))));
    rmSync(folder, { recursive: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function answering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} does not answer`);
}

function workersOf(master: number): number[] {
  return readFileSync(`/proc/${master}/task/${master}/children`, "utf8").trim().split(" ").map(Number);
}
