import {
  type CallFact,
  type Context,
  type Fix,
  findArgument,
  type Place,
  type Seen,
  type SeenObject,
  type WriteFact,
} from "../../framework.ts";
import { addArgument, addEntry, insert, insertAfterLine, replace, replaceAbsent } from "../../write.ts";
import { likelyLiteral } from "../ruby.ts";
import { type App, applicationName, environmentFile, environmentOf } from "./app.ts";
import { type AppSettings, settings } from "./settings.ts";

/** Off on a developer's machine: over http Rails sends no cookie that is Secure. */
export function secureText(context: Context): string {
  return environmentOf(context) === "production"
    ? "Rails.env.production?"
    : "!(Rails.env.development? || Rails.env.test?)";
}

function entryFor(text: string, context: Context): string {
  return text.includes("=>") && !/\w: /.test(text.replace(/#.*/g, ""))
    ? `:secure => ${secureText(context)}`
    : `secure: ${secureText(context)}`;
}

function slice(place: Place, context: Context): string {
  return context.text(place.file).slice(place.span.start, place.span.end);
}

function safe(edits: Fix["edits"] | undefined): readonly Fix[] {
  return edits === undefined ? [] : [{ title: "Set Secure in production", safety: "safe", edits }];
}

/** Adds `secure:` to what is given for a cookie: a hash, or a plain value that becomes one. */
export function fixValue(value: Seen, valuePlace: Place, context: Context): readonly Fix[] {
  const text = slice(valuePlace, context);
  const hash = value.find(
    ({ data }) => data.kind === "object" && data.literal !== undefined && data.items === undefined,
  );
  if (hash?.data.kind === "object") return value.length === 1 ? fixHash(hash.data, valuePlace, text, context) : [];
  if (
    isList(text) ||
    /\b(?:rescue|do)\b|<<[-~"'A-Z]/.test(text) ||
    value.some(({ data }) => data.kind === "object" && data.items !== undefined)
  )
    return [];
  const command = /^[\w.@!?]+ +["':@\w[{]/.test(text);
  const replacement = `{ value: ${command ? `(${text})` : text}, secure: ${secureText(context)} }`;
  return safe([replace(context.text(valuePlace.file), valuePlace, replacement)]);
}

function fixHash(hash: SeenObject, valuePlace: Place, text: string, context: Context): readonly Fix[] {
  const held = hash.properties.get("secure");
  if (held !== undefined) return safe(replaceAbsent(held, secureText(context), context.text));
  if (hash.open !== undefined) return [];
  const literal = hash.literal === undefined ? "" : slice(hash.literal.place, context);
  if (literal.startsWith("{") && literal.endsWith("}"))
    return safe(addEntry(context.text(hash.literal!.place.file), hash, entryFor(literal, context)));
  const file = context.text(valuePlace.file);
  if (/^[^()]*\.merge\([^(){}*]+[^(){}*,\s]\)$/.test(text))
    return safe([insert(valuePlace.file, valuePlace.span.end - 1, `, ${entryFor(text, context)}`)]);
  if (!/^[\w@.:?!]+(?:\([^()]*\))?$/.test(text)) return [];
  return safe([replace(file, valuePlace, `${text}.merge(secure: ${secureText(context)})`)]);
}

/** Several values: what `cookies[:a] = 1, 2` gives, and `[1, 2]`. */
function isList(text: string): boolean {
  let rest = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "x");
  if (/^\[[^[\]]*\]$/.test(rest)) return true;
  for (let depth = 0; depth < 20 && /[([{]/.test(rest); depth += 1)
    rest = rest.replace(/\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}/g, "x");
  return rest.includes(",");
}

/** Adds `secure:` to the options of a call, or replaces the `false` that stands there. */
export function fixCall(call: CallFact, context: Context): readonly Fix[] {
  const text = context.text(call.place.file);
  const given = findArgument(call, undefined, "secure");
  if (given !== undefined) {
    const written = slice(given.valuePlace, context);
    return /^(?:false|nil)$/.test(written) ? safe([replace(text, given.valuePlace, secureText(context))]) : [];
  }
  const written = call.argumentsSpan === undefined ? "" : text.slice(call.argumentsSpan.start, call.argumentsSpan.end);
  return safe(addArgument(text, call, entryFor(written, context)));
}

/** Adds the `session_store` that Rails assumes where none is written, with `secure:`. */
export function fixMissingStore(app: App, classLine: Place, context: Context): readonly Fix[] {
  const name = applicationName(app, context);
  if (name === undefined) return [];
  const text = context.text(classLine.file);
  const after = /^[ \t]*config\.load_defaults\b.*$/m.exec(text)?.index;
  const store = `config.session_store :cookie_store, key: "_${name}_session", secure: ${secureText(context)}`;
  const edit =
    after === undefined
      ? insertAfterLine(text, classLine.file, classLine.span.start, `  ${store}`)
      : insertAfterLine(text, classLine.file, after, store);
  return safe([edit]);
}

const NOTE =
  "`force_ssl` flags every cookie of the application. It also redirects http to https and sends Strict-Transport-Security for two years, subdomains included; a proxy that ends TLS must send `X-Forwarded-Proto: https`, or the redirects never end (or set `config.assume_ssl = true`, since Rails 7.1).";

const fixesOf = new WeakMap<AppSettings, { readonly fix: Fix | undefined }>();

/** Turns `config.force_ssl` on where it is off, commented out or missing. */
export function forceSslFix(app: App, context: Context): Fix | undefined {
  const key = settings(app, context);
  const known = fixesOf.get(key) ?? { fix: makeForceSslFix(app, context) };
  fixesOf.set(key, known);
  return known.fix;
}

function makeForceSslFix(app: App, context: Context): Fix | undefined {
  const { forceSslWrites, sslOptions } = settings(app, context);
  if (sslOptions.redirect !== "on" || !sslOptions.secureCookies) return undefined;
  const edits = turnOn(app, forceSslWrites, context);
  if (edits === undefined) return undefined;
  return { title: "Turn on `config.force_ssl`", safety: "needs a decision", note: NOTE, edits };
}

/** Turns one assignment of `false` around. */
export function forceSslAt(write: WriteFact, context: Context): readonly Fix[] {
  if (slice(write.valuePlace, context) !== "false") return [];
  const edits = [replace(context.text(write.valuePlace.file), write.valuePlace, "true")];
  return [{ title: "Turn on `config.force_ssl`", safety: "needs a decision", note: NOTE, edits }];
}

function turnOn(app: App, writes: readonly WriteFact[], context: Context): Fix["edits"] | undefined {
  const last = writes.at(-1);
  if (last !== undefined) {
    if (likelyLiteral(last.value) !== false || slice(last.valuePlace, context) !== "false") return undefined;
    return [replace(context.text(last.valuePlace.file), last.valuePlace, "true")];
  }
  const file = environmentFile(app, environmentOf(context));
  if (!context.files.has(file)) return undefined;
  const text = context.text(file);
  const comment = commentedOut(app, context);
  if (comment !== undefined) return [replace(text, comment, "config.force_ssl = true")];
  const block = /^[ \t]*[A-Z][\w:.]*\.configure do\b.*$/m.exec(text);
  if (block === null) return undefined;
  const start = block.index + block[0].search(/\S/);
  return [insertAfterLine(text, file, start, "  config.force_ssl = true")];
}

const comments = new WeakMap<AppSettings, { readonly place: Place | undefined }>();

/** `# config.force_ssl = true` in the file of the deployed environment. */
export function commentedOut(app: App, context: Context): Place | undefined {
  const key = settings(app, context);
  const known = comments.get(key) ?? { place: findComment(app, context) };
  comments.set(key, known);
  return known.place;
}

function findComment(app: App, context: Context): Place | undefined {
  const file = environmentFile(app, environmentOf(context));
  if (!context.files.has(file)) return undefined;
  const match = /^[ \t]*(#[ \t]*config\.force_ssl[ \t]*=[ \t]*true)[ \t]*\r?$/m.exec(context.text(file));
  if (match === null) return undefined;
  const start = match.index + match[0].indexOf("#");
  return { file, span: { start, end: start + match[1]!.length } };
}
