import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { hostOf, names, startServers } from "../lab/wire/servers.ts";
import { run } from "../src/cli.ts";
import { probeReport } from "./support/probe.ts";
import { certificateFor } from "./support/site.ts";

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "setsecure-wire-"));
  cpSync("lab/wire/apps", join(folder, "apps"), { recursive: true });
  const { key, cert } = await certificateFor(...names.map(hostOf));
  writeFileSync(join(folder, "key.pem"), key);
  writeFileSync(join(folder, "cert.pem"), cert);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By host and cookie: whether real Chromium sent it in clear text, with https within reach and blocked. */
async function proven(): Promise<Record<string, readonly boolean[]>> {
  const servers = await startServers(join(folder, "apps"), folder);
  try {
    const urls = names.map((name) => `https://${hostOf(name)}/`);
    const report = await probeReport(urls, {
      ca: join(folder, "cert.pem"),
      resolve: servers.resolve,
      prove: true,
      timeout: 30,
    });
    return Object.fromEntries(
      report.cookies.flatMap(({ name, wire }) => {
        const host = new URL(wire?.url ?? "").hostname.split(".")[0];
        return wire?.proofs === undefined ? [] : [[`${host} ${name}`, wire.proofs.map(({ sent }) => sent)]];
      }),
    );
  } finally {
    await servers.stop();
  }
}

/** The edits that setsecure finds by itself, and for nginx the directive that its documentation has. */
async function fixAll(): Promise<void> {
  const told = vi.spyOn(process.stdout, "write").mockImplementation((_text, ...rest: unknown[]) => {
    for (const done of rest) if (typeof done === "function") done();
    return true;
  });
  for (const name of ["express", "django", "tomcat"]) {
    expect(
      await run(["fix", "--all", "--allow-dirty", "--no-config", "--no-progress", join(folder, "apps", name)]),
    ).toBe(0);
  }
  told.mockRestore();
  const conf = join(folder, "apps", "nginx", "nginx.conf");
  // https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cookie_flags
  writeFileSync(conf, readFileSync(conf, "utf8").replace("# The fix goes here.", "proxy_cookie_flags ~ secure;"));
}

const cookies = [
  "express connect.sid",
  "express cart",
  "django sessionid",
  "django cart",
  "tomcat JSESSIONID",
  "tomcat cart",
  "nginx sid",
  "nginx cart",
];
const all = (sent: readonly boolean[]) => Object.fromEntries(cookies.map((cookie) => [cookie, sent]));

test("real servers leak before the fix, and no more after it", { timeout: 120_000 }, async () => {
  expect(await proven()).toEqual(all([false, true]));
  await fixAll();
  expect(await proven()).toEqual(all([false, false]));
});
