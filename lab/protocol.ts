/** One case in one form (before or after its fix) and one environment, as a driver gets it: one JSON line on stdin. */
export interface Ask {
  readonly id: string;
  /** The page that the case stands on. */
  readonly framework: string;
  /** Holds the files of the case. */
  readonly folder: string;
  readonly files: readonly string[];
  /** Set while the case runs; null means unset. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** The `Host` that requests name; `app.example` where it is not given. */
  readonly host?: string;
  /** The cookies that the table promises: what was not seen may be asked for on its own. */
  readonly names: readonly string[];
}

/** How a request comes: plain http, plain http with `X-Forwarded-Proto: https`, TLS that ends in the process. */
export type Way = "http" | "proxy" | "tls";

export const ways: readonly Way[] = ["http", "proxy", "tls"];

/** What came back for one request. */
export interface Answer {
  /** What was asked: `GET /login`, or the part of the case that was asked on its own. */
  readonly origin: string;
  readonly way: Way;
  readonly status: number;
  /** The raw `Set-Cookie` lines. */
  readonly lines: readonly string[];
  /** The exception, where one came instead. */
  readonly error?: string;
}

/** What a driver says of an `Ask`: one JSON line on stdout. */
export interface Told {
  readonly id: string;
  readonly answers: readonly Answer[];
  /** When the last answer came, in milliseconds since 1970: a cookie that expires later was not deleted. */
  readonly at?: number;
  /** Cookies that only the runner brought in: the table need not have them. Without it, `Stack.ownCookies` and what came from origins that say `lab`. */
  readonly own?: readonly string[];
  /** Cookies of which the driver left out some lines or all, since what runs here is known to send others than the framework, and why. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Why the case could not be asked. */
  readonly notAsked?: string;
  /** What the page leaves out and the driver filled in: undefined names, modules that are not there. */
  readonly stubs?: readonly string[];
}
