import { enforce } from "./enforce.ts";
import { defaultPath, originOf } from "./jar.ts";
import { createJudge, type Judgement } from "./judge.ts";
import type { ProfileName } from "./profile.ts";
import type { Exchange } from "./proxy.ts";
import { parseCookieDate, parseSetCookie } from "./set-cookie.ts";

/** One cookie with one verdict, as it was first seen. */
export interface Seen {
  readonly judgement: Judgement;
  /** The request that it answered. */
  readonly method: string;
  /** Secure was added on the way; the judgement is about the line that came. */
  readonly repaired: boolean;
  /** In how many responses. */
  readonly times: number;
}

export interface WatcherOptions {
  readonly profile: ProfileName;
  /** Whether Secure is added where a browser then keeps it. */
  readonly enforce: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Is told of every cookie with a verdict that it did not have before. */
  readonly tell: (seen: Seen) => void;
}

/** Judges the Set-Cookie lines that pass, and keeps what a browser would have of them. No value is kept but in the jar. */
export interface Watcher {
  /** Judges the lines of one response, in order; says what goes on to the client. */
  pass(lines: readonly string[], exchange: Exchange): readonly string[];
  /** In the order of their first time. */
  seen(): readonly Seen[];
  /** Responses with a cookie. */
  responses(): number;
  /** Cookies beyond the number that is kept. */
  dropped(): number;
}

/** Names that are made up for each visitor must not fill the memory. */
const MAXIMUM_SEEN = 10_000;

/** One jar for all, in which sites keep to themselves: the last line that wrote a cookie decides. */
export function createWatcher(options: WatcherOptions): Watcher {
  const { profile, now } = options;
  const judgeState = createJudge({ profile, now, replay: true, brief: true });
  const judgeAlone = createJudge({ profile, now, brief: true });
  const all = new Map<string, { -readonly [Key in keyof Seen]: Seen[Key] }>();
  let responses = 0;
  let dropped = 0;

  /** A line that a cookie's last writer writes again changes nothing: neither the state nor what is said of it. */
  const memory = createMemory(now);

  function passLine(line: string, url: string): Passed {
    const key = memory.keyOf(line, url);
    const known = memory.recall(key);
    if (known !== undefined) return { line: known.repaired ? `${line}; Secure` : line, judgement: known.judgement };
    const passed = passNewLine(line, url);
    memory.learn(key, passed.judgement, passed.line !== line);
    return passed;
  }

  function passNewLine(line: string, url: string): Passed {
    const from = originOf(url);
    const number = responses;
    const told = (text: string) => ({ line: number, url, set: parseSetCookie(text, "latin1") });
    const passage = options.enforce && from !== undefined ? enforce(line, from, now()) : undefined;
    if (passage?.kind !== "repaired") return { line, judgement: judgeState(told(line)) };
    judgeState(told(passage.line));
    return { line: passage.line, judgement: judgeAlone(told(line)) };
  }

  function note(judgement: Judgement, method: string, repaired: boolean): void {
    const key = keyOf(judgement, repaired);
    const known = all.get(key);
    if (known !== undefined) {
      known.times++;
      return;
    }
    if (all.size >= MAXIMUM_SEEN) {
      dropped++;
      return;
    }
    const seen = { judgement, method, repaired, times: 1 };
    all.set(key, seen);
    options.tell(seen);
  }

  function pass(lines: readonly string[], { method, url }: Exchange): readonly string[] {
    responses++;
    const passed = lines.map((line) => ({ ...passLine(line, url), came: line }));
    // A browser has taken the whole response before it sends a request: what a later line of it replaced never was.
    const last = new Map(passed.map(({ judgement }, index) => [placeOf(judgement, index), index]));
    for (const [index, { judgement, line, came }] of passed.entries()) {
      if (last.get(placeOf(judgement, index)) === index) note(judgement, method, line !== came);
    }
    return passed.map(({ line }) => line);
  }

  return { pass, seen: () => [...all.values()], responses: () => responses, dropped: () => dropped };
}

interface Passed {
  readonly line: string;
  readonly judgement: Judgement;
}

interface Memory {
  /** What decides the verdict on a line besides the state; undefined where its value does too. */
  keyOf(line: string, url: string): string | undefined;
  recall(key: string | undefined): { readonly judgement: Judgement; readonly repaired: boolean } | undefined;
  learn(key: string | undefined, judgement: Judgement, repaired: boolean): void;
}

const MAXIMUM_REMEMBERED = 1000;
/** Cookies expire; what is remembered is not used for longer, in milliseconds. */
const MEMORY_SPAN = 1000;

/**
 * Remembers verdicts while nothing changes: judging for three user agents takes longer than all else that is done with
 * a request.
 */
function createMemory(now: () => number): Memory {
  const verdicts = new Map<string, { readonly judgement: Judgement; readonly repaired: boolean }>();
  /** The last writer of each cookie. */
  const writers = new Map<string, string>();
  let since = now();

  function keyOf(line: string, url: string): string | undefined {
    const semicolon = line.indexOf(";");
    const end = semicolon < 0 ? line.length : semicolon;
    const equals = line.indexOf("=");
    // Without a name the value decides, and so does its size when it is large, or a character that voids the line.
    if (equals <= 0 || equals >= end || line.length > 1024 || !/^[\x20-\x7E]+$/.test(line)) return undefined;
    const attributes = line.slice(end).replace(/expires=([^;]*)/gi, (_whole, date: string) => {
      const moment = parseCookieDate(date);
      return moment === undefined ? "expires" : moment <= now() ? "expired" : "expires later";
    });
    const query = url.indexOf("?");
    return `${query < 0 ? url : url.slice(0, query)} ${line.slice(0, equals)}=${attributes}`;
  }

  function recall(key: string | undefined) {
    if (now() - since > MEMORY_SPAN || verdicts.size > MAXIMUM_REMEMBERED) {
      verdicts.clear();
      since = now();
    }
    return key === undefined ? undefined : verdicts.get(key);
  }

  function learn(key: string | undefined, judgement: Judgement, repaired: boolean): void {
    if (judgement.dropped === undefined) {
      const place = placeOf(judgement, 0);
      const isSame = key !== undefined && writers.get(place) === key;
      if (writers.size > MAXIMUM_REMEMBERED) writers.clear();
      if (key === undefined) writers.delete(place);
      else writers.set(place, key);
      if (!isSame) {
        verdicts.clear();
        return;
      }
    }
    if (key !== undefined) verdicts.set(key, { judgement, repaired });
  }

  return { keyOf, recall, learn };
}

/** Where a jar keeps the cookie; what was dropped has no place. */
function placeOf({ name, attributes: { domain, hostOnly, path }, dropped }: Judgement, index: number): string {
  return dropped === undefined ? JSON.stringify([name, domain, hostOnly, path]) : String(index);
}

/** The same cookie with the same verdict, whichever page a default path was taken from. */
function keyOf({ url, name, because, dropped, attributes }: Judgement, repaired: boolean): string {
  const from = originOf(url);
  const { domain = from?.host, path } = attributes;
  const shownPath = path === defaultPath(from?.path ?? "/") && path !== "/" ? "" : path;
  return JSON.stringify([from?.scheme, name, domain, shownPath, because, dropped?.reason, repaired]);
}
