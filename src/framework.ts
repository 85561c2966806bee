import type { Cookie } from "./cookie.ts";
import type { Deployment } from "./deployment.ts";
import type { Edit, Fix } from "./edit.ts";
import type { Configured, Layers } from "./evaluate/host.ts";
import type { Symbol } from "./evaluate/symbols.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { CallFact, Facts, Seen, SeenAlternative, SeenArgument, SeenCall, SeenObject, WriteFact } from "./facts.ts";
import type { FileIndex } from "./language.ts";
import type { ProgramLanguageName } from "./program.ts";
import type { Settings } from "./settings.ts";
import { both, type Condition } from "./value.ts";

export type { Cookie, Remark } from "./cookie.ts";
export type { Deployment } from "./deployment.ts";
export type { Edit, Fix } from "./edit.ts";
export type { Configured, ConfiguredValue, Layers } from "./evaluate/host.ts";
export { PAST } from "./evaluate/library/dates.ts";
export type { Symbol } from "./evaluate/symbols.ts";
export type { Evidence, Place } from "./evidence.ts";
export type {
  CallFact,
  ClassFact,
  Facts,
  ModuleFact,
  Seen,
  SeenAlternative,
  SeenArgument,
  SeenCall,
  SeenObject,
  WriteFact,
} from "./facts.ts";
export { type PasteApp, type PasteSetting, pasteApps } from "./languages/ini/paste-deploy.ts";
export type { SettingNode, Settings } from "./settings.ts";

/**
 * One framework: how its use is seen, which calls and assignments set cookies, and for each attribute the sources of
 * its value in order of precedence. Reading, the deciding line, the fix and the documentation come from this one list.
 */
export interface Framework {
  /** The folder's name. */
  readonly name: string;
  readonly title: string;
  /** The page of the framework's own documentation about its cookies. */
  readonly docs: string;
  readonly language: ProgramLanguageName;
  /** Literal words (case does not count), one of which stands in every file that can matter, by extension. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** Configuration files that are always read: a file name, or `*.ending`. */
  readonly files?: readonly string[];
  /**
   * Packages and modules that are the framework itself: they stay symbols from outside the project even where the
   * project holds their source or stubs of it.
   */
  readonly api?: readonly string[];
  readonly symbols?: readonly Symbol[];
  /** Annotations whose text names a value of the configuration: `@Value("${name:default}")`. */
  readonly injections?: readonly string[];
  /** Members that an object from outside the project always has: no default given to `getattr` stands in for them. */
  readonly always?: Readonly<Record<string, readonly string[]>>;
  /** What the project's configuration files give to names that the code reads from outside. */
  readonly configured?: (settings: readonly Settings[], deployment: Deployment) => Configured;
  readonly sinks: readonly Sink[];
  /** Methods and members that the functions below ask about, beside those of the sinks. */
  readonly methods?: readonly string[];
  readonly members?: readonly string[];
  /** Words by which a function matters whose calls have names too common to tell: what it hands to `include`. */
  readonly telling?: readonly string[];
  /** Of the methods, those whose arguments and results are also told as they stand at the end. */
  readonly late?: readonly string[];
  /** The cookies that the framework sets by itself, and whatever is too strange for data. */
  readonly own?: (context: Context) => readonly Cookie[];
  /**
   * What happens to a cookie whose Secure follows the request's scheme when TLS ends at a proxy: the framework's
   * settings for trusting it. Absent: the process is told the scheme by its server.
   */
  readonly proxyTrust?: (context: Context, sink: CallFact | WriteFact) => ProxyTrust;
  /** Names from outside the project that mean a module of it: `django.conf.settings` is the deployment's settings. */
  readonly aliases?: (project: AliasProject) => (path: string, from: string) => Alias | undefined;
  /** Modules from outside that hold the project's configuration files, merged. */
  readonly layers?: (project: AliasProject) => (module: string, from: string) => Layers | undefined;
  /** A last look over this framework's cookies, for policies that force or forbid. */
  readonly policy?: (cookies: readonly Cookie[], context: Context) => readonly Cookie[];
}

/** What can be asked of the project before anything is evaluated. */
export type AliasProject = Pick<Context, "files" | "text" | "candidates" | "deployment">;

/** A project file that a name from outside the project means, and what the outside adds where the file has nothing. */
export interface Alias {
  readonly file: string;
  readonly defaults: Readonly<Record<string, string | number | boolean | null>>;
}

export interface ProxyTrust {
  readonly trusted: boolean | undefined;
  readonly because: Evidence;
}

/** What frameworks may ask beside the facts. */
export interface Context {
  readonly facts: Facts;
  readonly deployment: Deployment;
  readonly files: FileIndex;
  readonly text: (file: string) => string;
  /** The files that were parsed and those that the prefilter kept. */
  readonly candidates: readonly string[];
  /** Judges a cookie that the framework sets by itself. */
  readonly judge: (own: OwnCookie) => Cookie;
}

/** A question to all facts that is answered once. */
export function once<T>(answer: (context: Context) => T): (context: Context) => T {
  const answers = new WeakMap<object, { readonly value: T }>();
  return (context) => {
    let known = answers.get(context.facts);
    if (known === undefined) {
      known = { value: answer(context) };
      answers.set(context.facts, known);
    }
    return known.value;
  };
}

/** A cookie that the framework sets by itself: where it comes from, and what its settings give. */
export interface OwnCookie {
  readonly framework: string;
  readonly name: string | undefined;
  /** The place that makes it happen: the middleware's line, the secret key, the settings file. */
  readonly sink: Place;
  /** Of the settings: what counts as true. Absent: as in most languages. */
  readonly language?: ProgramLanguageName;
  /** In order of precedence; the last one is the documented default. */
  readonly secure: readonly OwnSource[];
  readonly trust?: ProxyTrust;
  readonly attributes?: Cookie["attributes"];
  readonly sensitive?: boolean;
  readonly notDeployed?: string;
  readonly remarks?: Cookie["remarks"];
  /** Asked only where Secure is off; best first. */
  readonly fixes?: (cookie: Cookie) => readonly Fix[];
}

/** What a setting gives, or the documented default. */
export type OwnSource = { readonly kind: "setting"; readonly given: Given } | FallbackSource;

/** A call or assignment that sets a cookie. */
export interface Sink {
  readonly on: CallPattern | WritePattern;
  readonly name: readonly Source[];
  readonly secure: readonly Source[];
  /** Other attributes, by their RFC 6265bis names in lower case: `httponly`, `samesite`, `path`, `domain`, `max-age`. */
  readonly attributes?: Readonly<Record<string, readonly Source[]>>;
  /** Where one call sets several cookies: one fact for each, such as the elements of a list of headers. */
  readonly split?: (fact: CallFact | WriteFact, context: Context) => readonly (CallFact | WriteFact)[];
  /** The argument that is the cookie, which another call may have made; absent: the one whose setters are asked. */
  readonly cookie?: number;
  /** Recognises a deletion. */
  readonly deletion?: (fact: CallFact | WriteFact, context: Context) => boolean;
  /** Traps to tell beside the verdict. */
  readonly remarks?: (fact: CallFact | WriteFact, context: Context) => Cookie["remarks"];
  /** Fixes that the sources cannot derive, best first; they stand before the derived ones. */
  readonly fixes?: (fact: CallFact | WriteFact, context: Context) => readonly Fix[];
  /** Edits that every derived fix needs beside its own, such as trusting the proxy. */
  readonly alsoFix?: (
    fact: CallFact | WriteFact,
    context: Context,
  ) => { edits: readonly Edit[]; note?: string } | undefined;
  /** The text of the value that a derived fix writes; default `true` in the language's spelling. */
  readonly secureText?: (fact: CallFact | WriteFact, context: Context) => string | undefined;
  /** Why a derived fix needs a decision; undefined where it is safe. */
  readonly decision?: (fact: CallFact | WriteFact, context: Context) => string | undefined;
  /** Absent: the cookie is taken as sensitive unless its name is plainly not. */
  readonly sensitive?: boolean;
}

export interface CallPattern {
  readonly kind: "call";
  /** The last name of the callee. */
  readonly method: readonly string[];
  /** Does this call set a cookie? Receivers, imports and types are looked at here. */
  readonly matches: (call: CallFact, context: Context) => boolean;
  /** Changes to the arguments after the call count too, until the response is sent. */
  readonly late?: boolean;
}

export interface WritePattern {
  readonly kind: "write";
  /**
   * Keys or member names; `x[]` stands for any key written to something whose last name is `x`, and `x[][]` for one
   * written to an element of it.
   */
  readonly members: readonly string[];
  readonly matches: (write: WriteFact, context: Context) => boolean;
}

/**
 * A place an attribute's value comes from. `Argument`, `Option` and the others are plain data made by the functions
 * below; a `Custom` source is a small function in the open, for what is too strange.
 */
export type Source =
  | ArgumentSource
  | SetterSource
  | ValueSource
  | ImpliedSource
  | TextSource
  | FallbackSource
  | CustomSource;

/** How values are read. */
export interface Reading {
  /** Values that are not what their truth says: `{ auto: "request-scheme" }`. */
  readonly values?: Readonly<Record<string, Meaning>>;
  /** Only real booleans and these texts count (XML, INI); default: the language's truth. */
  readonly text?: "boolean";
  /** What an explicit `undefined`, `None` or `null` means; default: as if it were not given. */
  readonly absent?: Meaning;
  /** What an explicit `null` means where that is not `absent`. */
  readonly null?: Meaning;
}

export type Meaning = "secure" | "insecure" | "request-scheme" | "next";

export interface ArgumentSource {
  readonly kind: "argument";
  readonly position: number | undefined;
  readonly keyword: string | undefined;
  /** Into an options object in that argument. */
  readonly path: readonly string[];
  readonly reading: Reading;
}
export interface SetterSource {
  readonly kind: "setter";
  /** Which object: an argument's position, the receiver, or the result. */
  readonly of: number | "receiver" | "result";
  /** `setSecure()` or `Secure`, as the evaluator keeps them. */
  readonly names: readonly string[];
  readonly reading: Reading;
}
/** The value that is written, or a member of it. */
export interface ValueSource {
  readonly kind: "value";
  readonly path: readonly string[];
  readonly reading: Reading;
}
/** Another attribute's value implies this one: `prefix: "host"` implies Secure. */
export interface ImpliedSource {
  readonly kind: "implied";
  readonly by: Source;
  readonly when: Readonly<Record<string, Meaning>>;
}
/** A raw `Set-Cookie` text. */
export interface TextSource {
  readonly kind: "text";
  readonly position: number | "value";
  /** What is asked of the text. */
  readonly part: "name" | "secure" | "attributes";
  /** What the text is called in messages. */
  readonly called: string;
}
export interface FallbackSource {
  readonly kind: "fallback";
  readonly value: boolean | string | "request-scheme";
  readonly docs: string;
  readonly says: string;
}
export interface CustomSource {
  readonly kind: "custom";
  readonly read: (fact: CallFact | WriteFact, context: Context) => Given | undefined;
}

/** What a source gives: a value, where it stands, and how its attribute was written. */
export interface Given {
  readonly seen: Seen;
  /** The attribute as written, for messages: `secure`, `cookie.secure`, `setSecure`. */
  readonly attribute: string;
  /** What to tell of a value instead of the attribute and what it is. */
  readonly says?: string;
  /** `attribute` is the name of a text that holds the cookie and all its attributes. */
  readonly ofText?: boolean;
  /** Where the value's expression stands, to be replaced by a fix. */
  readonly valuePlace?: Place;
  readonly reading?: Reading;
}

export function argument(position: number | undefined, keyword?: string, reading: Reading = {}): ArgumentSource {
  return { kind: "argument", position, keyword, path: [], reading };
}

/** A member of an options object given as an argument. */
export function option(position: number, ...path: readonly string[]): ArgumentSource {
  return { kind: "argument", position, keyword: undefined, path, reading: {} };
}

export function reading<S extends ArgumentSource | SetterSource | ValueSource>(source: S, how: Reading): S {
  return { ...source, reading: how };
}

export function setter(of: SetterSource["of"], ...names: readonly string[]): SetterSource {
  return { kind: "setter", of, names, reading: {} };
}

export function written(...path: readonly string[]): ValueSource {
  return { kind: "value", path, reading: {} };
}

export function implied(by: Source, when: Readonly<Record<string, Meaning>>): ImpliedSource {
  return { kind: "implied", by, when };
}

export function header(position: number | "value", part: TextSource["part"], called = "Set-Cookie"): TextSource {
  return { kind: "text", position, part, called };
}

/** @param says a clause for readers: `Django's default is off` */
export function fallback(value: FallbackSource["value"], docs: string, says: string): FallbackSource {
  return { kind: "fallback", value, docs, says };
}

/** A setting of an own cookie. @param attribute as written, for messages: `SESSION_COOKIE_SECURE` */
export function setting(seen: Seen, attribute: string, reading: Reading = {}): OwnSource {
  return { kind: "setting", given: { seen, attribute, reading } };
}

/** The `deletion` of a call that can do nothing else. */
export function always(): boolean {
  return true;
}

export function custom(read: CustomSource["read"]): CustomSource {
  return { kind: "custom", read };
}

/** The argument at a position or of a keyword. */
export function findArgument(call: SeenCall, position: number | undefined, keyword?: string): SeenArgument | undefined {
  if (keyword !== undefined) {
    const named = call.arguments.find((each) => each.name === keyword);
    if (named !== undefined) return named;
  }
  if (position === undefined) return undefined;
  const positional: SeenArgument[] = [];
  for (const each of call.arguments) {
    if (each.spread !== undefined) break;
    if (each.name === undefined) positional.push(each);
  }
  return positional[position];
}

/** Keyword or list arguments whose content is not known may hold anything. */
export function openArguments(call: SeenCall): SeenArgument | undefined {
  return call.arguments.find((each) => each.spread !== undefined);
}

/** Does any of the qualified names equal one of these, or end in `.` and it where it begins with `*.`? */
export function named(paths: readonly string[], ...patterns: readonly string[]): boolean {
  return paths.some((path) =>
    patterns.some((pattern) =>
      pattern.startsWith("*.") ? path.endsWith(pattern.slice(1)) || path === pattern.slice(2) : path === pattern,
    ),
  );
}

/** The qualified names of what a value may be. */
export function pathsOf(seen: Seen | undefined): readonly string[] {
  return (seen ?? []).flatMap(({ data }) => (data.kind === "object" || data.kind === "external" ? data.paths : []));
}

/**
 * A member of the objects that a value may be: what was set, `undefined` where nothing was set on an object that
 * `made` knows, and unknown where the object is somebody else's.
 */
export function memberOf(seen: Seen, name: string, made: (object: SeenObject) => boolean): Seen {
  return seen.flatMap((each): SeenAlternative[] => {
    const { data } = each;
    if (data.kind === "literal" || data.kind === "unknown") return [each];
    const held = data.kind === "object" ? data.properties.get(name) : undefined;
    if (held !== undefined) {
      return held.flatMap((one) => {
        const when = both(each.when, one.when);
        return when === undefined ? [] : [{ ...one, when }];
      });
    }
    if (data.kind === "object" && made(data)) return [{ ...each, data: { kind: "literal", value: undefined } }];
    const [path] = pathsOf([each]);
    const because = path === undefined ? "it is made elsewhere" : `\`${path}\` is made elsewhere`;
    const parameter = data.kind === "object" ? data.parameter : undefined;
    return [{ ...each, data: { kind: "unknown", because, parameter } }];
  });
}

/** Without what the way to a call or assignment excludes. */
export function onTheWay({ conditions }: CallFact | WriteFact, seen: Seen): Seen {
  return seen.filter(({ when }) => both(conditions, when) !== undefined);
}

/** Does no way lead to both? */
export function excludes(one: CallFact | WriteFact, other: CallFact | WriteFact): boolean {
  return both(one.conditions, other.conditions) === undefined;
}

/** What assignments in their order come to: the last one wins; one under a condition leaves the rest to those before. */
export function lastOf(writes: readonly { readonly value: Seen; readonly conditions: readonly Condition[] }[]): Seen {
  let before: Seen = [];
  for (const { value, conditions } of writes.slice(-50)) {
    const own = value.map((each) => ({ ...each, when: [...conditions, ...each.when] }));
    const [condition] = conditions;
    if (condition === undefined || typeof condition.arm !== "boolean") {
      before = own;
      continue;
    }
    const holds = condition.holds === undefined ? undefined : !condition.holds;
    const otherwise = { ...condition, arm: !condition.arm, holds };
    const absent: Seen = [{ data: { kind: "literal", value: undefined }, when: [], because: [] }];
    const rest = before.length > 0 ? before : absent;
    before = [...own, ...rest.map((each) => ({ ...each, when: [otherwise, ...each.when] }))].slice(0, 24);
  }
  return before;
}

/** Does the statement write nothing else? The value of one of several targets has no place of its own. */
export function isOnlyTarget({ place, valuePlace }: WriteFact): boolean {
  return valuePlace.span.start !== place.span.start;
}

/** Does the file import one of these modules (as written, or a submodule)? */
export function imports(context: Context, file: string, ...modules: readonly string[]): boolean {
  const fact = context.facts.modules.get(file);
  return (
    fact?.imports.some((name) =>
      modules.some((module) => name === module || name.startsWith(`${module}.`) || name.startsWith(`${module}/`)),
    ) === true
  );
}

export type { Condition };
