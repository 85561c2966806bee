import { enforce } from "./enforce.ts";
import { defaultPath, originOf } from "./jar.ts";
import { createJudge, type Judgement } from "./judge.ts";
import type { ProfileName } from "./profile.ts";
import type { Exchange } from "./proxy.ts";
import { parseSetCookie } from "./set-cookie.ts";

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

  function passLine(line: string, url: string): { readonly line: string; readonly judgement: Judgement } {
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
