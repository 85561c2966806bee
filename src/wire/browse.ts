import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { openContext, startChromium } from "./chromium.ts";
import { type Judgement, judge } from "./judge.ts";
import type { ProfileName } from "./profile.ts";
import { type Attribute, parseSetCookie } from "./set-cookie.ts";
import type { SignIn } from "./sign-in.ts";

export interface BrowseOptions {
  readonly path: string | undefined;
  readonly signIn: SignIn;
  readonly insecure: boolean;
  /** For one page. */
  readonly milliseconds: number;
  readonly profile: ProfileName;
  readonly now: () => number;
}

/** One cookie that a page set while it was loaded. */
export interface BrowsedCookie {
  readonly judgement: Judgement;
  readonly attributes: readonly Attribute[];
  /** The script's place, `https://app.example/app.js:3:10`, or undefined for a header. */
  readonly script: string | undefined;
}

/** A browser with one fresh profile, and all that its pages were seen to set. */
export interface Session {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly cookies: readonly BrowsedCookie[];
  /** By the name of a cookie that the browser dropped when it came: its own reasons. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** Hosts that pages asked for and that the browser was not told to go to. */
  readonly withheld: ReadonlySet<string>;
  /** Whether more was set than is judged. */
  readonly left: boolean;
  /** Loads a page as somebody who types its address; says what kept it from loading. Never rejects. */
  load(url: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Lines of one site that are judged, and writes of one document's scripts that are told. */
const maximumWrites = 1000;
const maximumWritesOfDocument = 200;
const maximumText = 16 * 1024;
const maximumHosts = 20;
/** How long scripts may go on after the page has loaded. */
const settleMilliseconds = 2000;

/**
 * @throws CannotDo when there is no browser
 */
export async function openSession(
  options: BrowseOptions,
  network: { readonly resolverRules: readonly string[]; readonly publicKeys: readonly string[] },
): Promise<Session> {
  const browser = await startChromium({ path: options.path, ...network });
  try {
    const context = await openContext(browser, options.signIn, options);
    const seen: Seen = { cookies: [], refused: new Map(), withheld: new Set(), waiting: new Set(), left: false };
    const tooMany = () => {
      seen.left = true;
    };
    await watchScripts(context, (text, url, script) => keep({ text, url, script }, seen, options), tooMany);
    watchNetwork(context, seen, options);
    let tab = await openTab(context, seen);
    const renew = async () => {
      void tab.page.close().catch(() => undefined);
      tab = await openTab(context, seen);
    };
    return {
      ...seen,
      browser,
      context,
      get page() {
        return tab.page;
      },
      get cdp() {
        return tab.cdp;
      },
      get left() {
        return seen.left;
      },
      load: async (url) => {
        let fault = await load(tab.page, url, options.milliseconds);
        if (fault === interrupted || fault?.includes("ERR_ABORTED") === true) {
          // The page before goes on to others by itself: it is left, with its tab.
          await renew();
          fault = await load(tab.page, url, options.milliseconds);
        }
        // What the page has told by now has arrived when it answers; a page that is busy never does.
        const told = fault === undefined ? tab.page.evaluate("0").catch(() => undefined) : undefined;
        await Promise.race([Promise.all([told, ...seen.waiting]), sleep(settleMilliseconds)]);
        if (fault !== undefined) {
          // A page that goes on for ever must not hold up the next one.
          await renew();
        }
        return fault;
      },
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

interface Seen {
  readonly cookies: BrowsedCookie[];
  readonly refused: Map<string, readonly string[]>;
  readonly withheld: Set<string>;
  /** Headers that are being read. */
  readonly waiting: Set<Promise<void>>;
  left: boolean;
}

interface Line {
  readonly text: string;
  readonly url: string;
  readonly script: string | undefined;
}

function keep({ text, url, script }: Line, seen: Seen, options: BrowseOptions): void {
  const { cookies } = seen;
  const set = parseSetCookie(text, script === undefined ? "latin1" : "utf8");
  // RFC 6265bis, 5.7 step 15: a script's cookie with HttpOnly is dropped.
  if (script !== undefined && set.attributes.some(({ name }) => name === "httponly")) return;
  if (cookies.length >= maximumWrites) {
    seen.left = true;
    return;
  }
  const [judgement] = judge([{ line: cookies.length + 1, url, set }], { ...options, brief: true });
  if (judgement !== undefined) cookies.push({ judgement, attributes: set.attributes, script });
}

function watchNetwork(context: BrowserContext, seen: Seen, options: BrowseOptions): void {
  context.on("response", (response) => {
    const read = async () => {
      for (const { name, value } of await response.headersArray()) {
        if (name.toLowerCase() !== "set-cookie") continue;
        keep({ text: value, url: response.url(), script: undefined }, seen, options);
      }
    };
    const reading = read()
      .catch(() => undefined)
      .finally(() => seen.waiting.delete(reading));
    seen.waiting.add(reading);
  });
  context.on("requestfailed", (request) => {
    const isUnknown = request.failure()?.errorText === "net::ERR_NAME_NOT_RESOLVED";
    if (isUnknown && seen.withheld.size < maximumHosts) seen.withheld.add(new URL(request.url()).host);
  });
}

async function openTab(context: BrowserContext, { refused }: Seen): Promise<{ page: Page; cdp: CDPSession }> {
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  cdp.on("Network.responseReceivedExtraInfo", ({ blockedCookies }) => {
    for (const { cookieLine, blockedReasons } of blockedCookies) {
      if (refused.size < maximumWrites) refused.set(parseSetCookie(cookieLine).name, blockedReasons);
    }
  });
  page.on("dialog", (dialog) => void dialog.dismiss().catch(() => undefined));
  return { page, cdp };
}

const interrupted = "Chromium could not load it: the page went on to another one";

async function load(page: Page, url: string, timeout: number): Promise<string | undefined> {
  try {
    await page.goto(url, { timeout, waitUntil: "load" });
    await page.waitForLoadState("networkidle", { timeout: settleMilliseconds }).catch(() => undefined);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const code = /net::(ERR_[A-Z_]+)/.exec(message)?.[1];
    if (code !== undefined) return `Chromium could not load it (${code})`;
    if (/interrupted by another navigation/.test(message)) return interrupted;
    return /Timeout/.test(message)
      ? `Chromium had not loaded it within ${timeout / 1000} s; what it had set by then is judged`
      : "Chromium could not load it";
  }
}

/** Tells of every write to `document.cookie` and to the cookie store, with the stack of the script. */
async function watchScripts(
  context: BrowserContext,
  keep: (text: string, url: string, script: string) => void,
  tooMany: () => void,
): Promise<void> {
  await context.exposeBinding("__setsecure", ({ frame }, text: unknown, stack: unknown) => {
    if (text === null) tooMany();
    if (typeof text !== "string" || typeof stack !== "string" || text.length > maximumText) return;
    const url = frame.url();
    if (!/^https?:/.test(url)) return;
    keep(text, url, placeIn(stack.slice(0, maximumText)) ?? url);
  });
  await context.addInitScript({ content: hooks });
}

/** The first frame of a stack that lies in a script of the page. */
function placeIn(stack: string): string | undefined {
  const place = /\b(https?:\/\/[^\s)]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  if (place === undefined) return undefined;
  const [, url = "", position = ""] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? [];
  return URL.canParse(url) ? `${new URL(url).origin}${new URL(url).pathname}${position}` : undefined;
}

// https://cookiestore.spec.whatwg.org/: a cookie of the store is Secure, with the path / and SameSite=Strict by default.
const hooks = `(() => {
  const tell = globalThis.__setsecure;
  if (typeof tell !== "function") return;
  // Kept from a page that puts something else in their place.
  const { Error, String, Number, Date } = globalThis;
  let writes = 0;
  const told = (text) => {
    try {
      if (++writes <= ${maximumWritesOfDocument}) tell(String(text), String(new Error().stack));
      else if (writes === ${maximumWritesOfDocument + 1}) tell(null, "");
    } catch {}
  };
  const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    ...cookie,
    set(text) { told(text); return cookie.set.call(this, text); },
  });
  if (typeof CookieStore !== "function") return;
  const { set } = CookieStore.prototype;
  CookieStore.prototype.set = function (...given) {
    const o = typeof given[0] === "object" ? given[0] : { name: given[0], value: given[1] };
    const parts = [o.name + "=" + o.value, "Path=" + (o.path ?? "/"), "Secure", "SameSite=" + (o.sameSite ?? "strict")];
    if (o.domain) parts.push("Domain=" + o.domain);
    if (o.expires != null) parts.push("Expires=" + new Date(Number(o.expires)).toUTCString());
    if (o.partitioned) parts.push("Partitioned");
    told(parts.join("; "));
    return set.apply(this, given);
  };
})();`;
