import { existsSync } from "node:fs";
import type { Browser, BrowserContext } from "playwright-core";
import { CannotDo } from "../exit.ts";
import { createJar } from "./jar.ts";
import { parseSetCookie } from "./set-cookie.ts";
import type { SignIn } from "./sign-in.ts";

export interface ChromiumOptions {
  /** Undefined: SETSECURE_BROWSER, then the usual places. */
  readonly path: string | undefined;
  /** Where names lead, in Chromium's own language, the first match first. */
  readonly resolverRules: readonly string[];
  /** SHA-256, base64: certificates with these keys are taken, because our own client found them valid. */
  readonly publicKeys: readonly string[];
}

const usualPlaces: Readonly<Record<string, readonly string[]>> = {
  linux: ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  ],
};

/** Chromium has none for root. */
export const hasSandbox = process.getuid?.() !== 0;

/**
 * Starts headless Chromium with its own defaults for what becomes of plain http.
 * @throws CannotDo when playwright-core or Chromium is not installed, or does not start
 */
export async function startChromium(options: ChromiumOptions): Promise<Browser> {
  const { chromium } = await loadPlaywright();
  const executablePath = findChromium(options.path, chromium.executablePath());
  try {
    return await chromium.launch({
      executablePath,
      chromiumSandbox: hasSandbox,
      args: [
        "--disable-quic",
        `--host-resolver-rules=${options.resolverRules.join(", ")}`,
        `--ignore-certificate-errors-spki-list=${options.publicKeys.join(",")}`,
        // The last one counts: Playwright's own list would switch off the upgrades that Chromium does by default.
        "--disable-features=DialMediaRouteProvider",
      ],
    });
  } catch (error) {
    const [first = ""] = error instanceof Error ? error.message.split("\n") : [];
    throw new CannotDo(`Chromium at ${executablePath} does not start: ${first}`);
  }
}

async function loadPlaywright(): Promise<typeof import("playwright-core")> {
  try {
    return await import("playwright-core");
  } catch {
    throw new CannotDo(
      "--browser and --prove need playwright-core, which drives Chromium. Install it beside setsecure: npm install playwright-core",
    );
  }
}

function findChromium(given: string | undefined, playwrights: string): string {
  const told = given ?? process.env["SETSECURE_BROWSER"];
  if (told !== undefined) {
    if (existsSync(told)) return told;
    throw new CannotDo(`There is no browser at ${told} (--browser-path, SETSECURE_BROWSER).`);
  }
  const found = [...(usualPlaces[process.platform] ?? []), playwrights].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new CannotDo(
    "No Chromium is found: install it (apt-get install chromium, or npx playwright-core install chromium), or say where it is with --browser-path.",
  );
}

/** A fresh profile of somebody who is signed in. */
export async function openContext(
  browser: Browser,
  { headers, cookies }: SignIn,
  { insecure }: { readonly insecure: boolean },
): Promise<BrowserContext> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: insecure,
    extraHTTPHeaders: headers,
    serviceWorkers: "block",
  });
  const jar = createJar({ now: Date.now });
  for (const { host, line } of cookies) {
    const receipt = jar.receive(parseSetCookie(line, "latin1"), { scheme: "https", host, path: "/" });
    if (receipt.kind !== "stored") continue;
    const { name, value, domain, hostOnly, path, secure, httpOnly, expires } = receipt.cookie;
    await context.addCookies([
      {
        name,
        value: Buffer.from(value, "latin1").toString("utf8"),
        domain: hostOnly ? domain : `.${domain}`,
        path,
        secure,
        httpOnly,
        expires: Number.isFinite(expires) ? expires / 1000 : -1,
      },
    ]);
  }
  return context;
}

/** `Chromium 156.0.8078.79` → `Chromium 156` */
export const nameOf = (browser: Browser): string => `Chromium ${browser.version().split(".")[0]}`;
