import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { node } from "../lab/node/index.ts";
import { cache, isInstalled } from "../lab/stack.ts";
import { readRecords } from "../src/agent/record.ts";
import { ensureBundle } from "./support/bundle.ts";

beforeAll(ensureBundle, 120_000);

const folder = mkdtempSync(join(tmpdir(), "setsecure-agent-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A place for applications, where the real packages are installed. */
beforeAll(() => {
  const shelf = node.shelves.find(({ name }) => name === "agent");
  if (shelf === undefined || !isInstalled(shelf)) throw new Error("the shelf agent is not there: npm run setup-lab");
  symlinkSync(join(cache, shelf.folder, "node_modules"), join(folder, "node_modules"));
});

function write(file: string, text: string): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const agent = resolve("dist/agent.js");

function run(file: string, words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { status, stderr, stdout } = spawnSync(process.execPath, ["--import", agent, ...words, file], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

/** What the agent saw: each cookie with the text from the place where it is set, and from where it is made. */
function seenIn(file: string, text: string, words: readonly string[] = []) {
  const out = join(folder, `${file}.jsonl`);
  const { status, stderr } = run(write(file, text), words, { SETSECURE_AGENT_OUT: out });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const written = existsSync(out) ? readFileSync(out, "utf8") : "";
  expect(written).not.toContain("hunter2");
  const { records, others } = readRecords(written);
  expect(others).toBe(0);
  const lines = text.split("\n");
  const at = (place: (typeof records)[number]["site"]) => {
    if (place === null) return null;
    expect(place.file).toBe(file);
    return (lines[place.line - 1] ?? "").slice(place.column - 1);
  };
  return Object.fromEntries(
    records.map(({ name, secure, deletion, site, madeAt, by }) => [
      `${name}${secure ? " (Secure)" : ""}${deletion ? " (deletion)" : ""}`,
      [at(site), at(madeAt), by],
    ]),
  );
}

/** Asks every path once, and closes the server. */
const visit = (paths: readonly string[]) => `async function visit(url, close) {
  for (const path of ${JSON.stringify(paths)}) await (await fetch(url + path)).text();
  close();
}`;

const modes = ["cjs", "mjs"] as const;

/** \`require\` and \`import\` of the same packages. */
function imports(mode: (typeof modes)[number], names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([name, from]) => (mode === "mjs" ? `import ${name} from "${from}";` : `const ${name} = require("${from}");`))
    .join("\n");
}

describe.each(modes)("%s", (mode) => {
  test("Express, and what sets its session", () => {
    const text = `${imports(mode, { express: "express", session: "express-session", cookieSession: "cookie-session" })}
${visit(["/", "/", "/session", "/cookie-session"])}
const app = express();
app.use("/session", session({ secret: "k", resave: false, saveUninitialized: true }));
app.use("/cookie-session", cookieSession({ name: "cs", keys: ["k"] }));
app.get(["/session", "/cookie-session"], (req, res) => { req.session.a = 1; res.send("x"); });
app.get("/", async (req, res) => {
  res.cookie("a", "hunter2");
  await null;
  res.cookie("b", "hunter2", { secure: true });
  res.clearCookie("gone");
  res.send("x");
});
const server = app.listen(0, "127.0.0.1", () => visit("http://127.0.0.1:" + server.address().port, () => {
  server.close();
  server.closeAllConnections();
}));
`;
    expect(seenIn(`express.${mode}`, text)).toEqual({
      a: ['cookie("a", "hunter2");', null, "express"],
      "b (Secure)": ['cookie("b", "hunter2", { secure: true });', null, "express"],
      "gone (deletion)": ['clearCookie("gone");', null, "express"],
      "connect.sid": [null, 'session({ secret: "k", resave: false, saveUninitialized: true }));', "express-session"],
      cs: [null, 'cookieSession({ name: "cs", keys: ["k"] }));', "cookie-session"],
      "cs.sig": [null, 'cookieSession({ name: "cs", keys: ["k"] }));', "cookie-session"],
    });
  });

  test("Fastify", () => {
    const text = `${imports(mode, { fastify: "fastify", cookies: "@fastify/cookie", session: "@fastify/session" })}
${visit(["/"])}
const app = fastify();
app.register(cookies);
app.register(session, { secret: "a".repeat(32), cookieName: "fsid", cookie: { secure: false } });
app.get("/", async (request, reply) => {
  request.session.n = 1;
  reply.setCookie("a", "hunter2", { path: "/", secure: true });
  reply.header("set-cookie", "raw=hunter2");
  return "x";
});
app.listen({ port: 0, host: "127.0.0.1" }).then((url) => visit(url, () => app.close()));
`;
    expect(seenIn(`fastify.${mode}`, text)).toEqual({
      "a (Secure)": ['setCookie("a", "hunter2", { path: "/", secure: true });', null, "fastify"],
      raw: ['header("set-cookie", "raw=hunter2");', null, "fastify"],
      fsid: [
        null,
        'register(session, { secret: "a".repeat(32), cookieName: "fsid", cookie: { secure: false } });',
        "@fastify/session",
      ],
    });
  });

  test("Hapi", () => {
    const text = `${imports(mode, { Hapi: "@hapi/hapi" })}
${visit(["/"])}
const server = Hapi.server({ port: 0, host: "127.0.0.1" });
server.state("sid", { isSecure: false, path: "/" });
server.route({ method: "GET", path: "/", handler: (request, h) => {
  h.state("sid", "hunter2");
  const response = h.response("x");
  response.state("b", "hunter2", { isSecure: true });
  return response.header("set-cookie", "raw=hunter2");
} });
server.start().then(() => visit(server.info.uri, () => server.stop({ timeout: 10 })));
`;
    expect(seenIn(`hapi.${mode}`, text)).toEqual({
      sid: ['state("sid", "hunter2");', 'state("sid", { isSecure: false, path: "/" });', "@hapi/hapi"],
      "b (Secure)": ['state("b", "hunter2", { isSecure: true });', null, "@hapi/hapi"],
      raw: ['header("set-cookie", "raw=hunter2");', null, "@hapi/hapi"],
    });
  });

  test("Koa, and its session", () => {
    const text = `${imports(mode, { koa: "koa", session: "koa-session" })}
${visit(["/"])}
const app = new (koa.default ?? koa)();
app.keys = ["k"];
const own = (session.default ?? session)({ key: "koa.sid" }, app);
app.use(async (ctx, next) => { await next(); });
app.use(own);
app.use((ctx) => {
  ctx.session.n = 1;
  ctx.cookies.set("a", "hunter2");
  ctx.append("Set-Cookie", "raw=hunter2; Secure");
  ctx.body = "x";
});
const server = app.listen(0, "127.0.0.1", () => visit("http://127.0.0.1:" + server.address().port, () => {
  server.close();
  server.closeAllConnections();
}));
`;
    const made = '({ key: "koa.sid" }, app);';
    const seen = seenIn(`koa.${mode}`, text);
    expect(seen).toMatchObject({
      a: ['set("a", "hunter2");', null, "cookies"],
      "raw (Secure)": ['append("Set-Cookie", "raw=hunter2; Secure");', null, "koa"],
      "koa.sid": [null, made, "koa-session"],
      "koa.sid.sig": [null, made, "koa-session"],
    });
  });

  test("iron-session: the line that has its options", () => {
    const text = `${imports(mode, { http: "node:http", "{ getIronSession }": "iron-session" })}
${visit(["/"])}
const options = { password: "k".repeat(32), cookieName: "iron", cookieOptions: { secure: false } };
const server = http.createServer(async (request, response) => {
  const session = await getIronSession(request, response, options);
  session.user = "hunter2";
  await session.save();
  response.end("x");
}).listen(0, "127.0.0.1", () => visit("http://127.0.0.1:" + server.address().port, () => {
  server.close();
  server.closeAllConnections();
}));
`;
    expect(seenIn(`iron.${mode}`, text)).toEqual({
      iron: [null, "getIronSession(request, response, options);", "iron-session"],
    });
  });

  test("sessions that are registered", () => {
    const text = `${imports(mode, { fastify: "fastify", secureSession: "@fastify/secure-session" })}
${visit(["/"])}
const app = fastify();
app.register(secureSession, { key: Buffer.alloc(32, 1), cookieName: "secsid", cookie: { path: "/" } });
app.get("/", async (request) => { request.session.set("n", "hunter2"); return "x"; });
app.listen({ port: 0, host: "127.0.0.1" }).then((url) => visit(url, () => app.close()));
`;
    const made = 'register(secureSession, { key: Buffer.alloc(32, 1), cookieName: "secsid", cookie: { path: "/" } });';
    expect(seenIn(`secure-session.${mode}`, text)).toEqual({ secsid: [null, made, "@fastify/secure-session"] });

    const hapi = `${imports(mode, { Hapi: "@hapi/hapi", Yar: "@hapi/yar" })}
${visit(["/"])}
const server = Hapi.server({ port: 0, host: "127.0.0.1" });
const options = { name: "yarsid", storeBlank: true, cookieOptions: { password: "k".repeat(32), isSecure: false } };
server.route({ method: "GET", path: "/", handler: (request) => { request.yar.set("n", "hunter2"); return "x"; } });
(async () => {
  await server.register({ plugin: Yar, options });
  await server.start();
  visit(server.info.uri, () => server.stop({ timeout: 10 }));
})();
`;
    expect(seenIn(`yar.${mode}`, hapi)).toEqual({
      yarsid: [null, "register({ plugin: Yar, options });", "@hapi/yar"],
    });
  });
});

test("Hono, and what the web has for headers", () => {
  const text = `import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
${visit(["/", "/object", "/pairs", "/headers", "/append"])}
const app = new Hono();
app.get("/", (c) => {
  setCookie(c, "a", "hunter2");
  c.header("Set-Cookie", "raw=hunter2; Secure", { append: true });
  return c.text("x");
});
app.get("/object", () => new Response("x", { headers: { "Set-Cookie": "object=hunter2; Secure" } }));
app.get("/pairs", () => new Response("x", { headers: [["Set-Cookie", "p1=hunter2"], ["set-cookie", "p2=hunter2"]] }));
app.get("/headers", () => new Response("x", { headers: new Headers({ "Set-Cookie": "headers=hunter2" }) }));
app.get("/append", () => {
  const response = new Response(null, { status: 204 });
  response.headers.append("Set-Cookie", "append=hunter2");
  return response;
});
const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, async ({ port }) => {
  const url = "http://127.0.0.1:" + port;
  const told = await fetch(url + "/object");
  class Own extends Response {}
  const own = new Own("x", { headers: { "set-cookie": "never=sent" } });
  if (!(told instanceof Response) || !(own instanceof Own) || !(own instanceof Response)) process.exitCode = 3;
  if (own.headers.constructor !== Headers || new Headers() instanceof Response) process.exitCode = 4;
  visit(url, () => {
    server.close();
    server.closeAllConnections();
  });
});
`;
  expect(seenIn("hono.mjs", text)).toEqual({
    a: ['setCookie(c, "a", "hunter2");', null, "hono"],
    "raw (Secure)": ['header("Set-Cookie", "raw=hunter2; Secure", { append: true });', null, "hono"],
    "object (Secure)": [
      'new Response("x", { headers: { "Set-Cookie": "object=hunter2; Secure" } }));',
      null,
      "@hono/node-server",
    ],
    p1: [expect.stringMatching(/^new Response\("x", \{ headers: \[\["Set-Cookie", "p1/), null, "@hono/node-server"],
    p2: [expect.stringMatching(/^new Response\("x", \{ headers: \[\["Set-Cookie", "p1/), null, "@hono/node-server"],
    headers: ['new Headers({ "Set-Cookie": "headers=hunter2" }) }));', null, "@hono/node-server"],
    append: ['append("Set-Cookie", "append=hunter2");', null, "@hono/node-server"],
  });
});

test("a framework that stands before Node's functions, and that writes what was asked for when it is awaited", () => {
  write(
    "around/node_modules/next/index.js",
    `exports.handle = async (response, route) => {
  const own = response.setHeader;
  response.setHeader = function (name, value) { return own.call(this, name, value); };
  const given = await route(response);
  const headers = new Headers();
  for (const line of given.headers.getSetCookie()) headers.append("set-cookie", line);
  for (const line of headers.getSetCookie()) response.appendHeader("set-cookie", line);
  response.end();
};
`,
  );
  const text = `const http = require("node:http");
const next = require("next");
${visit(["/"])}
const route = (response) => {
  response.setHeader("Set-Cookie", "direct=hunter2");
  return new Response("x", { headers: { "set-cookie": "asked=hunter2" } });
};
const server = http.createServer(async (request, response) => {
  await next.handle(response, route);
}).listen(0, "127.0.0.1", () => visit("http://127.0.0.1:" + server.address().port, () => {
  server.close();
  server.closeAllConnections();
}));
`;
  expect(seenIn("around/app.cjs", text)).toEqual({
    direct: ['setHeader("Set-Cookie", "direct=hunter2");', null, null],
    asked: ['new Response("x", { headers: { "set-cookie": "asked=hunter2" } });', null, "next"],
  });
});

test("Node's own functions, over HTTP/1.1 and h2", () => {
  const text = `import http from "node:http";
import { connect, createServer } from "node:http2";
${visit(["/object", "/list", "/methods", "/web"])}
const server = http.createServer((request, response) => {
  if (request.url === "/object") response.writeHead(200, { "Set-Cookie": ["o1=hunter2", "o2=hunter2; Secure"] });
  if (request.url === "/list") response.writeHead(200, ["Set-Cookie", "list=hunter2"]);
  if (request.url === "/methods") {
    response.setHeader("Set-Cookie", "set=hunter2");
    response.appendHeader("set-cookie", "append=hunter2");
    response.setHeaders(new Headers([["set-cookie", "headers=hunter2"]]));
  }
  response.end();
});
server.listen(0, "127.0.0.1", () => visit("http://127.0.0.1:" + server.address().port, () => {
  server.close();
  server.closeAllConnections();
}));
const second = createServer();
second.on("stream", (stream, headers) => {
  if (headers[":path"] !== "/stream") return;
  stream.respond({ "set-cookie": ["stream=hunter2"] });
  stream.end();
});
second.on("request", (request, response) => {
  if (request.url !== "/compat") return;
  response.setHeader("set-cookie", "compat=hunter2");
  response.end();
});
second.listen(0, "127.0.0.1", () => {
  const client = connect("http://127.0.0.1:" + second.address().port);
  let open = 2;
  for (const path of ["/stream", "/compat"]) {
    client.request({ ":path": path }).on("close", () => {
      open--;
      if (open > 0) return;
      client.close();
      second.close();
    }).resume();
  }
});
`;
  const [object, list] = [
    'writeHead(200, { "Set-Cookie": ["o1=hunter2", "o2=hunter2; Secure"] });',
    'writeHead(200, ["Set-Cookie", "list=hunter2"]);',
  ];
  expect(seenIn("node.mjs", text)).toEqual({
    o1: [object, null, null],
    "o2 (Secure)": [object, null, null],
    list: [list, null, null],
    set: ['setHeader("Set-Cookie", "set=hunter2");', null, null],
    append: ['appendHeader("set-cookie", "append=hunter2");', null, null],
    headers: ['setHeaders(new Headers([["set-cookie", "headers=hunter2"]]));', null, null],
    stream: ['respond({ "set-cookie": ["stream=hunter2"] });', null, null],
    compat: ['setHeader("set-cookie", "compat=hunter2");', null, null],
  });
});

describe("source maps", () => {
  const source = `import { createServer, type ServerResponse } from "node:http";

interface Unused {
  readonly nothing: string;
}

function remember(response: ServerResponse): void {
  response.setHeader("Set-Cookie", "sid=hunter2");
}

const server = createServer((_request, response) => {
  remember(response);
  response.end();
}).listen(0, "127.0.0.1", async () => {
  const address = server.address() as { port: number };
  await (await fetch(\`http://127.0.0.1:\${address.port}\`)).text();
  server.close();
  server.closeAllConnections();
});
`;
  const compile = (options: ts.CompilerOptions) =>
    ts.transpileModule(source, {
      fileName: "../src/app.ts",
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, ...options },
    });

  test.each<[string, ts.CompilerOptions, readonly string[]]>([
    ["beside the file", { sourceMap: true }, []],
    ["in the file", { inlineSourceMap: true }, []],
    ["that Node has read itself", { sourceMap: true }, ["--enable-source-maps"]],
  ])("%s", (_where, options, words) => {
    const { outputText, sourceMapText } = compile(options);
    const map = sourceMapText === undefined ? undefined : JSON.parse(sourceMapText);
    const out = join(folder, "maps.jsonl");
    rmSync(out, { force: true });
    const text =
      map === undefined ? outputText : outputText.replace(/sourceMappingURL=.*/, "sourceMappingURL=app.mjs.map");
    const file = write("dist/app.mjs", text);
    if (map !== undefined) write("dist/app.mjs.map", JSON.stringify({ ...map, sources: ["../src/app.ts"] }));
    expect(run(file, words, { SETSECURE_AGENT_OUT: out })).toMatchObject({ status: 0, stderr: "" });
    const { records } = readRecords(readFileSync(out, "utf8"));
    expect(records.map(({ site }) => site)).toEqual([
      // An inline map names its source as lying beside it.
      { file: map === undefined ? "dist/app.ts" : "src/app.ts", line: 8, column: 12 },
    ]);
  });

  test("that is damaged does no harm", () => {
    const file = write(
      "dist/bad.mjs",
      `${compile({ sourceMap: true }).outputText}\n//# sourceMappingURL=bad.mjs.map\n`,
    );
    write("dist/bad.mjs.map", "{ no");
    const { status, stderr } = run(file);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^setsecure: sid is set without Secure at dist\/bad\.mjs:\d+:\d+\n$/);
  });
});

test("a cookie is told once for each place, and the application's errors stay its own", () => {
  const file = write(
    "busy.cjs",
    `const http = require("node:http");
const server = http.createServer((request, response) => {
  for (const name of ["a", "b"]) response.appendHeader("Set-Cookie", name + "=hunter2; Expires=" + new Date().toUTCString());
  try { response.setHeader("Set-Cookie", undefined); } catch (error) { process.stdout.write(error.code + "\\n"); }
  response.end(String(new Error("mine").stack.split("\\n").length > 1));
}).listen(0, "127.0.0.1", async () => {
  const url = "http://127.0.0.1:" + server.address().port;
  for (let at = 0; at < 50; at++) if (await (await fetch(url)).text() !== "true") process.exit(1);
  server.close();
  server.closeAllConnections();
});
`,
  );
  const { status, stdout, stderr } = run(file);
  expect(status).toBe(0);
  expect(new Set(stdout.trim().split("\n"))).toEqual(new Set(["ERR_HTTP_INVALID_HEADER_VALUE"]));
  expect(stderr.trim().split("\n")).toEqual([
    "setsecure: a is deleted at busy.cjs:3:43",
    "setsecure: b is deleted at busy.cjs:3:43",
  ]);
});

test("it is found under its name", () => {
  const { status } = spawnSync(process.execPath, ["--import", "setsecure/agent", "-e", "0"], { encoding: "utf8" });
  expect(status).toBe(0);
});

test("records that are none are counted", () => {
  expect(readRecords('{"version":1}\nno\n\n[]\n"x"\nnull\n')).toEqual({ records: [], others: 5 });
});

test("what the web has is loaded when the application asks for it, and may be replaced", () => {
  const file = write(
    "lazy.mjs",
    `const kind = (name) => ("value" in Object.getOwnPropertyDescriptor(globalThis, name) ? "loaded" : "waits");
const told = [kind("Headers"), kind("Response")];
told.push(new Response("x", { headers: { "set-cookie": "a=1" } }) instanceof Response, kind("Response"));
class Own {}
globalThis.Headers = Own;
told.push(new Headers() instanceof Own);
console.log(JSON.stringify(told));
`,
  );
  expect(run(file)).toEqual({ status: 0, stderr: "", stdout: '["waits","waits",true,"loaded",true]\n' });
});
