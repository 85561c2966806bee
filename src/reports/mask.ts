import { extensionOf } from "../files/prefilter.ts";

/** Half-open, in code units from 0, within one line. */
export interface Columns {
  readonly start: number;
  readonly end: number;
}

/** A literal as most languages write it, closed on its line or not; an apostrophe within a word opens none. */
const LITERAL = /(?<![\w"'`])[rbfu@$]{0,2}(["'`])((?:\\.|(?!\1)[^\\])*)\1?/gi;
/** Values that need no quotes, by the format's extension. */
const BARE: Readonly<Record<string, RegExp>> = Object.fromEntries([
  ...[".env", ".ini", ".cfg", ".conf", ".properties", ".toml"].map((each) => [
    each,
    /(?<==\s*)(?!["'\s])[^\s#;][^#;]*/g,
  ]),
  ...[".yaml", ".yml"].map((each) => [each, /(?<=(?::|^\s*-)\s+)(?!["'\s[{&*|>])[^\s#][^#]*/g]),
  ...[".xml", ".config", ".html", ".jsp"].map((each) => [each, /(?<=>)[^<>]+(?=<)/g]),
]);
/** What stands before a literal that names something: a module, a variable of the environment. */
const NAMES =
  /(?:\bfrom|\bimport|\brequire\(|\benv\w*\(|\benviron(?:\.get\(|\[)|\bgetenv\(|\bENV(?:\.fetch\(|\[)|EnvironmentVariable\(|\bname\s*=)\s*$/;
/** A longer line is not written by hand: of it, only what is kept is shown. */
const LONG = 10_000;
const HARMLESS =
  /^(?:\W{0,2}|(?:\/[a-z_-]{0,20})+|true|false|yes|no|on|off|null|none|lax|strict|\d{1,5}|https?|production|development|test|secure|httponly|samesite)$/i;

/** The path of a class or module, the name of a host: letters only, so that no token is taken for one. */
const DOTTED = /^[a-z_]{1,40}(?:\.[a-z_]{1,40})+$/i;
/** A word, a version, a path of a site: what a setting that keeps no secret may say. */
const PLAIN = /^(?:[a-z][a-z_-]{0,24}|\d{1,3}(?:\.\d{1,3}){0,3}|(?:~?\/[a-z._-]{1,24})+)$/i;
/** The key that a literal is given for, right before it. */
const KEY = /([\w.-]+)["']?\s*(?:=>|[:=])\s*$/;
const SECRETIVE =
  /secret|pass|pwd|phrase|key|token|salt|seed|cred|auth|sign|hash|priv|pin|code|val|data|conn|^id$|_id$/i;

function isPlainSetting(text: string, before: string): boolean {
  const key = KEY.exec(before)?.[1];
  return key !== undefined && !SECRETIVE.test(key) && PLAIN.test(text);
}

/**
 * A line for people to read, its text literals blanked: they may be secrets. Columns stay as they were.
 * What is kept: the cookie's name, keys, names of modules, classes and variables, words like `true`, plain words under
 * a key that tells of no secret, and what touches `kept`.
 */
export function maskLine(line: string, file: string, name: string | null, kept: readonly Columns[]): string {
  if (line.length > LONG) return blankAround(line, kept);
  const names = new Set(name?.split(/[|*]/));
  const touches = (start: number, end: number) => kept.some((span) => span.start <= end && span.end >= start);
  const blank = (text: string, start: number) =>
    HARMLESS.test(text.trim()) ||
    DOTTED.test(text.trim()) ||
    names.has(text.trim()) ||
    touches(start, start + text.length) ||
    isPlainSetting(text, line.slice(0, start).replace(/["'`]$/, ""))
      ? text
      : text.replace(/\S/g, "*");
  const masked = line.replace(LITERAL, (whole: string, quote: string, text: string, at: number) => {
    const opened = whole.indexOf(quote) + 1;
    const isKey = /^\s*(?:\]|=>|:(?!:))/.test(line.slice(at + whole.length));
    if (isKey || NAMES.test(line.slice(0, at))) return whole;
    return whole.slice(0, opened) + blank(text, at + opened) + whole.slice(opened + text.length);
  });
  const bare = BARE[extensionOf(file)] ?? (/(?:^|\/)\.env[^/]*$/.test(file) ? BARE[".env"] : undefined);
  return bare === undefined ? masked : masked.replace(bare, blank);
}

function blankAround(line: string, kept: readonly Columns[]): string {
  let shown = "";
  for (const { start, end } of [...kept].sort((a, b) => a.start - b.start)) {
    const from = Math.min(Math.max(start, shown.length), line.length);
    shown += "*".repeat(from - shown.length) + line.slice(from, Math.max(from, end));
  }
  return shown + "*".repeat(line.length - shown.length);
}
