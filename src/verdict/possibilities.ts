import type { Evidence, Place } from "../evidence.ts";
import type { SeenAlternative, SeenData, SeenObject } from "../facts.ts";
import type { Context, Given, Meaning, OwnSource, Source } from "../framework.ts";
import type { ProgramLanguageName } from "../program.ts";
import { both, type Condition, type Scalar } from "../value.ts";
import { type Fact, give, giveFallback } from "./give.ts";

/** What an attribute may come to on one path. */
export interface Possibility {
  readonly secure: boolean | "request-scheme" | undefined;
  readonly when: readonly Condition[];
  readonly because: readonly Evidence[];
  /** A clause: why. */
  readonly says: string;
  readonly source: Source | OwnSource;
  /** The expression that a fix would replace. */
  readonly valuePlace: Place | undefined;
  /** Secure only because any text counts as true. */
  readonly wrongType: string | undefined;
  readonly parameter: string | undefined;
}

/** Every value Secure may have, by the sources in their order. */
export function possibilities(sources: readonly Source[], fact: Fact, context: Context): readonly Possibility[] {
  return possibilitiesOf(sources, (source) => give(source, fact, context), fact.language);
}

/** Every value Secure may have, by sources that are no argument of a call or value of a write: settings and defaults. */
export function ownPossibilities(
  sources: readonly OwnSource[],
  language: ProgramLanguageName | undefined,
): readonly Possibility[] {
  return possibilitiesOf(
    sources,
    (source) => (source.kind === "fallback" ? giveFallback(source) : source.given),
    language,
  );
}

function possibilitiesOf<S extends Source | OwnSource>(
  sources: readonly S[],
  giveOne: (source: S) => Given | undefined,
  language: ProgramLanguageName | undefined,
): readonly Possibility[] {
  const result: Possibility[] = [];
  let open: readonly (readonly Condition[])[] = [[]];
  for (const source of sources) {
    if (open.length === 0) break;
    const given = giveOne(source);
    if (given === undefined) continue;
    const next: (readonly Condition[])[] = [];
    for (const way of open) {
      for (const each of given.seen) {
        const when = both(way, each.when);
        if (when === undefined) continue;
        const read = readOne(each, given, language);
        if (read === "next") next.push(when);
        else result.push({ ...read, when, source, valuePlace: given.valuePlace });
      }
    }
    open = next;
  }
  return result;
}

type Read = Omit<Possibility, "when" | "source" | "valuePlace">;

function readOne(each: SeenAlternative, given: Given, language: ProgramLanguageName | undefined): Read | "next" {
  const { data, because } = each;
  const read =
    data.kind === "literal"
      ? readLiteral(data.value, because, given, language)
      : readOther(data, given.attribute, language);
  return read === "next" ? "next" : { because, wrongType: undefined, parameter: undefined, ...read };
}

type Heard = Pick<Read, "secure" | "says"> & Partial<Read>;

function readLiteral(
  value: Scalar,
  because: readonly Evidence[],
  given: Given,
  language: ProgramLanguageName | undefined,
): Heard | "next" {
  const { attribute: name, reading = {} } = given;
  if (value === null || value === undefined) {
    const absent = language === "ruby" ? "nil" : value === null ? "null" : "undefined";
    const meaning = value === null ? (reading.null ?? reading.absent) : reading.absent;
    return meaning === undefined ? "next" : meant(meaning, `\`${name}\` is ${absent}`);
  }
  const says =
    given.says ??
    because.find((evidence) => evidence.from === "docs")?.says ??
    ofHeader(given, value) ??
    `\`${name}\` is \`${typeof value === "string" ? JSON.stringify(value) : spelled(value, language)}\``;
  const meaning = reading.values?.[String(value)] ?? reading.values?.["*"];
  if (meaning !== undefined) return meant(meaning, says);
  if (reading.text === "boolean" && typeof value === "string")
    return { secure: /^(true|1|on|yes|y|t)$/i.test(value.trim()), says };
  const secure = language === "ruby" ? value !== false : Boolean(value);
  if (!secure || value === true) return { secure, says };
  const wrongType = `${says}, which is no boolean but counts as true`;
  return { secure, says: wrongType, wrongType };
}

function meant(meaning: Meaning, says: string): Heard | "next" {
  if (meaning === "next") return "next";
  return { secure: meaning === "request-scheme" ? meaning : meaning === "secure", says };
}

function readOther(
  data: Exclude<SeenData, { kind: "literal" }>,
  name: string,
  language: ProgramLanguageName | undefined,
): Heard {
  switch (data.kind) {
    case "environment":
      return { secure: true, says: `\`${name}\` is whatever ${data.name} holds, and any text counts as true` };
    case "object":
      return readObject(data, name, language);
    case "function":
      return countsAsTrue(`\`${name}\` is a function`);
    case "external":
      return {
        secure: undefined,
        says: `\`${name}\` is \`${data.paths[0]}\`, which comes from outside the project`,
      };
    case "unknown":
      return {
        secure: undefined,
        says: `\`${name}\` is not known: ${data.because}`,
        parameter: data.parameter,
      };
  }
  return { secure: undefined, says: `\`${name}\` is not known` };
}

function readObject(data: SeenObject, name: string, language: ProgramLanguageName | undefined): Heard {
  if (data.literal !== undefined && language !== "python") return countsAsTrue(`\`${name}\` is an object`);
  if (data.items !== undefined && data.literal !== undefined)
    return { ...countsAsTrue(`\`${name}\` is a tuple`), secure: data.items.length > 0 };
  // What is taken out of a parameter by a pattern has no name before its first point.
  const called = (data.paths[0] ?? data.parameter ?? "").replace(/^\./, "");
  const says =
    called === "" ? `\`${name}\` comes from outside the project` : `\`${name}\` is \`${called}\`, which is not known`;
  return { secure: undefined, says, parameter: data.parameter };
}

function countsAsTrue(what: string): Heard {
  return { secure: true, says: `${what}, which counts as true`, wrongType: what };
}

/** What the text of a header has, told as such. */
function ofHeader({ attribute, ofText }: Given, value: unknown): string | undefined {
  if (ofText !== true || typeof value !== "boolean") return undefined;
  return `the text of \`${attribute}\` has ${value ? "" : "no "}\`Secure\``;
}

/** Python writes `True` and `False`. */
function spelled(value: number | boolean, language: ProgramLanguageName | undefined): string {
  const text = String(value);
  return language === "python" && typeof value === "boolean" ? text[0]!.toUpperCase() + text.slice(1) : text;
}
