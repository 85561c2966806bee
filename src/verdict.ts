import type { Remark, Verdict, VerdictCondition } from "./cookie.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { Seen, SeenAlternative } from "./facts.ts";
import {
  type CallFact,
  type Context,
  type FallbackSource,
  findArgument,
  type Given,
  type Meaning,
  type OwnSource,
  openArguments,
  type ProxyTrust,
  type Reading,
  type Source,
  type WriteFact,
} from "./framework.ts";
import type { ProgramLanguageName } from "./program.ts";
import { both, type Condition } from "./value.ts";
import { hasSecureAttribute } from "./wire/set-cookie.ts";

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

type Fact = CallFact | WriteFact;

/** What a source gives for a fact; undefined when it says nothing. */
export function give(source: Source, fact: Fact, context: Context): Given | undefined {
  switch (source.kind) {
    case "argument":
      return giveArgument(source, fact);
    case "setter":
      return giveSetter(source, fact);
    case "value":
      return fact.kind === "write"
        ? descend(fact.value, source.path, fact.valuePlace, source.path.join(".") || "value", source.reading)
        : undefined;
    case "text":
      return giveText(source, fact);
    case "custom":
      return source.read(fact, context);
    case "implied": {
      const given = give(source.by, fact, context);
      if (given === undefined) return undefined;
      return { ...given, reading: { values: { ...source.when, "*": "next" }, absent: "next" } };
    }
    case "fallback":
      return giveFallback(source);
  }
}

function giveFallback(source: FallbackSource): Given {
  return {
    seen: [
      {
        data: { kind: "literal", value: source.value },
        when: [],
        because: [{ from: "docs", url: source.docs, says: source.says }],
      },
    ],
    attribute: "",
    reading: { values: { "request-scheme": "request-scheme" } },
  };
}

function giveArgument(source: Extract<Source, { kind: "argument" }>, fact: Fact): Given | undefined {
  if (fact.kind !== "call") return undefined;
  const argument = findArgument(fact, source.position, source.keyword);
  const attribute = source.path.at(-1) ?? source.keyword ?? "secure";
  if (argument === undefined) {
    const open = openArguments(fact);
    if (open === undefined) return undefined;
    return unknownGiven(
      `\`${open.spread === "map" ? "**" : "*"}\` arguments may hold \`${attribute}\``,
      open.place,
      attribute,
    );
  }
  return descend(
    argument.value,
    source.path,
    argument.valuePlace,
    [...source.path].join(".") || (source.keyword ?? "secure"),
    source.reading,
  );
}

function unknownGiven(because: string, at: Place, attribute: string): Given {
  return {
    seen: [
      {
        data: { kind: "unknown", because, parameter: undefined },
        when: [],
        because: [{ from: "file", ...at, says: because }],
      },
    ],
    attribute,
    reading: {},
  };
}

/** Follows a path of members into an options object, alternative by alternative; a missing one is `undefined`. */
export function descend(
  seen: Seen,
  path: readonly string[],
  valuePlace: Place,
  attribute: string,
  reading: Reading,
): Given | undefined {
  if (path.length === 0) return { seen, attribute, valuePlace, reading };
  const [name, ...rest] = path;
  const result: SeenAlternative[] = [];
  for (const each of seen) {
    const { data } = each;
    const under = (inner: Seen): SeenAlternative[] =>
      inner.flatMap((one) => {
        const when = both(each.when, one.when);
        return when === undefined ? [] : [{ ...one, when }];
      });
    if (data.kind === "object") {
      const held = data.properties.get(name!);
      if (held !== undefined) result.push(...under(held));
      else if (
        data.open !== undefined ||
        (data.literal === undefined &&
          data.instanceOf.length === 0 &&
          data.from === undefined &&
          data.parameter !== undefined)
      ) {
        result.push({
          ...each,
          data: {
            kind: "unknown",
            because: data.open ?? `\`${data.parameter}\` is the caller's`,
            parameter: data.parameter,
          },
        });
      } else if (data.literal === undefined && data.instanceOf.length === 0) {
        result.push({
          ...each,
          data: {
            kind: "unknown",
            because: `\`${data.paths[0] ?? "the options"}\` come from outside the project`,
            parameter: undefined,
          },
        });
      } else result.push({ ...each, data: { kind: "literal", value: undefined } });
    } else if (data.kind === "literal") result.push({ ...each, data: { kind: "literal", value: undefined } });
    else if (data.kind === "function" && data.returns !== undefined)
      result.push(...under(data.returns).flatMap((one) => descendOne(one, name!)));
    else if (data.kind === "unknown") result.push(each);
    else
      result.push({
        ...each,
        data: { kind: "unknown", because: `\`${attribute}\` comes from outside the project`, parameter: undefined },
      });
  }
  return descend(result, rest, valuePlace, attribute, reading);
}

function descendOne(each: SeenAlternative, name: string): Seen {
  if (each.data.kind !== "object")
    return [
      { ...each, data: { kind: "unknown", because: "what the function gives is not known", parameter: undefined } },
    ];
  return each.data.properties.get(name) ?? [{ ...each, data: { kind: "literal", value: undefined } }];
}

function giveSetter(source: Extract<Source, { kind: "setter" }>, fact: Fact): Given | undefined {
  if (fact.kind !== "call") return undefined;
  const late = fact.late;
  const held =
    source.of === "receiver"
      ? fact.receiver
      : source.of === "result"
        ? late?.result
        : (late?.arguments[source.of] ?? findArgument(fact, source.of))?.value;
  if (held === undefined) return undefined;
  const result: SeenAlternative[] = [];
  for (const each of held) {
    if (each.data.kind !== "object") {
      if (each.data.kind === "unknown" || each.data.kind === "external") {
        result.push({
          ...each,
          data: {
            kind: "unknown",
            because:
              each.data.kind === "unknown"
                ? each.data.because
                : `\`${each.data.paths[0]}\` comes from outside the project`,
            parameter: each.data.kind === "unknown" ? each.data.parameter : undefined,
          },
        });
      }
      continue;
    }
    const found = chainProperty(each, source.names);
    for (const one of found ?? [{ ...each, data: { kind: "literal", value: undefined } as const }]) {
      const when = both(each.when, one.when);
      if (when !== undefined) result.push({ ...one, when });
    }
  }
  if (result.length === 0) return undefined;
  return { seen: result, attribute: (source.names[0] ?? "").replace(/\(\)$/, ""), reading: source.reading };
}

/** A setter's last value on an object or, for fluent builders, on the objects it was made from. */
function chainProperty(each: SeenAlternative, names: readonly string[]): Seen | undefined {
  let object = each.data;
  for (let hops = 0; hops < 40 && object.kind === "object"; hops += 1) {
    let last: Seen | undefined;
    for (const [name, value] of object.properties) if (names.includes(name)) last = value;
    if (last !== undefined) return last;
    const receiver: Seen | undefined = object.from?.receiver;
    const next = receiver?.find(({ data }) => data.kind === "object")?.data;
    if (next === undefined) return undefined;
    object = next;
  }
  return undefined;
}

function giveText(source: Extract<Source, { kind: "text" }>, fact: Fact): Given | undefined {
  const seen =
    source.position === "value"
      ? fact.kind === "write"
        ? fact.value
        : undefined
      : fact.kind === "call"
        ? findArgument(fact, source.position)?.value
        : undefined;
  const valuePlace =
    source.position === "value"
      ? fact.kind === "write"
        ? fact.valuePlace
        : undefined
      : fact.kind === "call"
        ? findArgument(fact, source.position)?.valuePlace
        : undefined;
  if (seen === undefined) return undefined;
  const result = seen.map(
    (each): SeenAlternative => ({
      ...each,
      data: { kind: "literal", value: undefined, ...textPart(each, source.part) } as SeenAlternative["data"],
    }),
  );
  return {
    seen: result,
    attribute: source.called,
    ofText: true,
    ...(valuePlace === undefined ? {} : { valuePlace }),
    reading: {},
  };
}

function textPart(each: SeenAlternative, part: "name" | "secure" | "attributes"): object {
  const { data } = each;
  const parts =
    data.kind === "literal" && typeof data.value === "string"
      ? [data.value]
      : data.kind === "text"
        ? data.parts
        : undefined;
  if (parts === undefined)
    return {
      kind: "unknown",
      because: "the header's text is not known",
      parameter: data.kind === "unknown" ? data.parameter : undefined,
    };
  const text = parts.map((one) => one ?? HOLE).join("");
  if (part === "name") {
    const name = text.split(";")[0]!.split("=")[0]!.trim();
    if (name === HOLE) return { kind: "unknown", because: "the cookie's name is computed", parameter: undefined };
    return { value: name.replaceAll(HOLE, "*") };
  }
  if (hasSecureAttribute(text)) return { value: true };
  if (mayHoldAttributes(text))
    return { kind: "unknown", because: "a part of the header is not known", parameter: undefined };
  return { value: false };
}

/** Stands in a text for a part that is not known. */
const HOLE = "\uFFFC";

/** Can an unknown part of a header hold attributes, rather than a name or a value? */
function mayHoldAttributes(text: string): boolean {
  const [pair = "", ...attributes] = text.split(";");
  if (pair.includes(HOLE) && !pair.includes("=")) return true;
  if (pair.trimEnd().endsWith(HOLE + HOLE)) return true;
  return attributes.some((attribute) => {
    const [name = "", value] = attribute.split("=").map((side) => side.trim());
    if (name.includes(HOLE)) return true;
    if (value === undefined || !value.endsWith(HOLE) || value === HOLE) return false;
    return (
      value.endsWith(HOLE + HOLE) || (name.toLowerCase() !== "domain" && /^(?:\/|[^/]+)$/.test(value.slice(0, -1)))
    );
  });
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

function readOne(
  each: SeenAlternative,
  given: Given,
  language: ProgramLanguageName | undefined,
): Omit<Possibility, "when" | "source" | "valuePlace"> | "next" {
  const { data } = each;
  const reading = given.reading ?? {};
  const base = { because: each.because, wrongType: undefined, parameter: undefined };
  const name = given.attribute;
  const meaningOf = (meaning: Meaning | undefined, says: string) => {
    if (meaning === "next") return "next" as const;
    return { ...base, secure: meaning === "request-scheme" ? meaning : meaning === "secure", says };
  };
  if (data.kind === "literal") {
    const { value } = data;
    const documented = each.because.find((evidence) => evidence.from === "docs");
    if (value === null || value === undefined) {
      if (reading.absent !== undefined)
        return meaningOf(
          reading.absent,
          `\`${name}\` is ${language === "ruby" ? "nil" : value === null ? "null" : "undefined"}`,
        );
      return "next";
    }
    const special = reading.values?.[String(value)] ?? reading.values?.["*"];
    const shown =
      given.says ??
      documented?.says ??
      ofHeader(given, value) ??
      `\`${name}\` is \`${typeof value === "string" ? JSON.stringify(value) : spelled(value, language)}\``;
    if (special !== undefined) return meaningOf(special, shown);
    if (reading.text === "boolean" && typeof value === "string") {
      const secure = /^(true|1|on|yes|y|t)$/i.test(value.trim());
      return { ...base, secure, says: shown };
    }
    const secure = language === "ruby" ? value !== false : Boolean(value);
    const wrongType = secure && value !== true ? `${shown}, which is no boolean but counts as true` : undefined;
    return { ...base, secure, says: wrongType ?? shown, wrongType };
  }
  if (data.kind === "environment") {
    return { ...base, secure: true, says: `\`${name}\` is whatever ${data.name} holds, and any text counts as true` };
  }
  if (data.kind === "object") {
    if (data.literal !== undefined && language !== "python")
      return {
        ...base,
        secure: true,
        says: `\`${name}\` is an object, which counts as true`,
        wrongType: `\`${name}\` is an object`,
      };
    if (data.items !== undefined && data.literal !== undefined)
      return {
        ...base,
        secure: data.items.length > 0,
        says: `\`${name}\` is a tuple, which counts as true`,
        wrongType: `\`${name}\` is a tuple`,
      };
    return {
      ...base,
      secure: undefined,
      says: `\`${name}\` is \`${data.paths[0] ?? data.parameter ?? "an object"}\`, which is not known`,
      parameter: data.parameter,
    };
  }
  if (data.kind === "function")
    return {
      ...base,
      secure: true,
      says: `\`${name}\` is a function, which counts as true`,
      wrongType: `\`${name}\` is a function`,
    };
  if (data.kind === "external")
    return {
      ...base,
      secure: undefined,
      says: `\`${name}\` is \`${data.paths[0]}\`, which comes from outside the project`,
    };
  if (data.kind === "unknown")
    return { ...base, secure: undefined, says: `\`${name}\` is not known: ${data.because}`, parameter: data.parameter };
  return { ...base, secure: undefined, says: `\`${name}\` is not known` };
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

export interface Judged {
  readonly verdict: Verdict;
  readonly because: string;
  readonly decidedBy: Evidence;
  readonly evidence: readonly Evidence[];
  readonly condition: VerdictCondition | undefined;
  readonly remarks: readonly Remark[];
  /** The possibility that decided, for the fix. */
  readonly deciding: Possibility | undefined;
  /** The verdict hangs on a parameter whose callers were not seen. */
  readonly parameter: string | undefined;
}

/**
 * The verdict over all possibilities. `sink` stands in as evidence where a possibility has none.
 * @param trust whether a proxy that ends TLS is believed, for what follows the request's scheme
 */
export function judge(
  all: readonly Possibility[],
  sink: Evidence,
  trust: ProxyTrust | undefined,
  context: Context,
): Judged {
  const remarks = all.flatMap((each): Remark[] =>
    each.wrongType === undefined ? [] : [{ kind: "wrong-type", says: each.wrongType, at: decider(each, sink) }],
  );
  const made = (verdict: Verdict, deciding: Possibility, because: string, condition?: VerdictCondition): Judged => ({
    verdict,
    because,
    decidedBy: decider(deciding, sink),
    evidence: [
      sink,
      ...deciding.because.filter((evidence) => evidence.from !== "docs"),
      ...deciding.because.filter((evidence) => evidence.from === "docs"),
    ],
    condition,
    remarks,
    deciding,
    parameter: deciding.parameter,
  });
  const [first] = all;
  if (first === undefined) {
    return {
      verdict: "unknown",
      because: "nothing is known of it",
      decidedBy: sink,
      evidence: [sink],
      condition: undefined,
      remarks,
      deciding: undefined,
      parameter: undefined,
    };
  }
  const undecided = all.find((each) => each.secure === undefined);
  const scheme = all.find((each) => each.secure === "request-scheme");
  const off = likeliest(all.filter((each) => each.secure === false));
  const on = likeliest(all.filter((each) => each.secure === true));
  if (scheme !== undefined && off === undefined && undecided === undefined) {
    return made(
      "conditional",
      scheme,
      `${scheme.says}: Secure only when the request arrives as https`,
      schemeCondition(trust, context),
    );
  }
  if (undecided !== undefined) return made("unknown", undecided, undecided.says);
  if (off === undefined && on !== undefined)
    return made("secure", on, settledSays(on, on.says), settledCondition(on, "secure"));
  if (on === undefined && scheme === undefined && off !== undefined)
    return made("insecure", off, settledSays(off, off.says), settledCondition(off, "insecure"));
  return mixed(all, made, trust, context);
}

/** The first one that the deployment does not rule out. */
function likeliest(all: readonly Possibility[]): Possibility | undefined {
  return all.find((each) => each.when.every((condition) => condition.holds !== false)) ?? all[0];
}

function mixed(
  all: readonly Possibility[],
  made: (verdict: Verdict, deciding: Possibility, because: string, condition?: VerdictCondition) => Judged,
  trust: ProxyTrust | undefined,
  context: Context,
): Judged {
  const off = all.find((each) => each.secure === false)!;
  const on = all.find((each) => each.secure !== false)!;
  const conditions = all.flatMap((each) => each.when);
  const byScheme = conditions.find((condition) => condition.kind === "request-scheme");
  const differing =
    telling(on.when, off.when).find(
      (condition) =>
        condition.kind === "environment" || condition.kind === "configuration" || condition.kind === "version",
    ) ??
    byScheme ??
    on.when[0] ??
    off.when[0];
  if (byScheme !== undefined && (differing === byScheme || differing?.holds === true)) {
    const onHttps = [on, off].find((each) =>
      each.when.some((condition) => condition.kind === "request-scheme" && condition.arm === true),
    );
    if (onHttps?.secure === false)
      return made(
        "conditional",
        off,
        "Secure only when the request arrives as plain http, which is the wrong way round",
        { on: "request-scheme", says: "the request arrives as http", inDeployment: "insecure" },
      );
    return made(
      "conditional",
      onHttps ?? on,
      "Secure only when the request arrives as https",
      schemeCondition(trust, context),
    );
  }
  const likely = all.filter((each) => each.when.every((condition) => condition.holds !== false));
  const kinds = new Set(likely.map((each) => each.secure));
  const settled =
    likely.length > 0 &&
    kinds.size === 1 &&
    (likely.length < all.length || likely.some((each) => each.when.some((condition) => condition.holds !== undefined)));
  const inDeployment = settled ? (likely[0]!.secure === true ? "secure" : "insecure") : null;
  const shown =
    (on.when.find((condition) => condition.key === differing?.key) ?? on.when[0])?.says ??
    `not ${off.when[0]?.says ?? "always"}`;
  const kind = differing?.kind ?? "branch";
  const fact = settled ? `, which is ${inDeployment === "secure" ? "so" : "not so"} in this deployment` : "";
  const negated = on.when.some((condition) => condition.arm === false && condition.kind === "branch");
  const says = negated ? `\`${shown}\` does not hold` : kind === "branch" ? `\`${shown}\` holds` : shown;
  const deciding = inDeployment === "secure" ? on : off;
  return made("conditional", deciding, `Secure only when ${says}${fact}`, { on: kind, says, inDeployment });
}

/** The conditions that tell two ways apart: those that both share do not. */
function telling(on: readonly Condition[], off: readonly Condition[]): readonly Condition[] {
  const isShared = ({ key, arm }: Condition) =>
    [on, off].every((side) => side.some((other) => other.key === key && other.arm === arm));
  return [...on, ...off].filter((condition) => !isShared(condition));
}

function schemeCondition(trust: ProxyTrust | undefined, context: Context): VerdictCondition {
  const says = "the request arrives as https";
  const { tls } = context.deployment;
  if (tls === "process") return { on: "request-scheme", says, inDeployment: "secure" };
  if (tls === "none") return { on: "request-scheme", says, inDeployment: "insecure" };
  if (trust === undefined) return { on: "request-scheme", says, inDeployment: null };
  if (trust.trusted === undefined)
    return { on: "request-scheme", says: `${says}: ${trust.because.says}`, inDeployment: null };
  return {
    on: "request-scheme",
    says: `${says}: ${trust.because.says}`,
    inDeployment: trust.trusted ? "secure" : "insecure",
  };
}

function settledCondition(possibility: Possibility, verdict: "secure" | "insecure"): VerdictCondition | undefined {
  const condition =
    possibility.when.find((each) => each.kind === "environment" && each.holds === true) ??
    possibility.when.find((each) => each.kind === "environment");
  return condition === undefined ? undefined : { on: "environment", says: condition.says, inDeployment: verdict };
}

function settledSays(possibility: Possibility, says: string): string {
  const condition = possibility.when.find((each) => each.kind === "environment" && each.holds === true);
  return condition === undefined ? says : `${says}, because ${condition.says} in this deployment`;
}

/** The place a value comes from, or the documented default. */
function decider(possibility: Possibility, sink: Evidence): Evidence {
  const documented = possibility.because.find((evidence) => evidence.from === "docs");
  return documented ?? possibility.because.at(-1) ?? sink;
}

/** The text of a name; holes are `*`. Several names the code may give are joined by `|`. */
export function readName(sources: readonly Source[], fact: Fact, context: Context): string | undefined {
  const names = new Set<string>();
  for (const source of sources) {
    const given = give(source, fact, context);
    if (given === undefined) continue;
    let fell = false;
    for (const { data } of given.seen) {
      if (data.kind === "literal" && (data.value === undefined || data.value === null)) fell = true;
      else if (data.kind === "literal") names.add(String(data.value));
      else if (data.kind === "text") names.add(data.parts.map((part) => part ?? "*").join(""));
      else return names.size > 0 ? [...names].join("|") : undefined;
    }
    if (!fell) break;
  }
  return names.size === 0 ? undefined : [...names].slice(0, 4).join("|");
}

/** Plainly not sensitive: languages, themes, consent to cookies. */
export function isSensitiveName(name: string | undefined): boolean {
  if (name === undefined) return true;
  return !/(^|[._-])(lang|language|locale|i18n|theme|dark_?mode|colou?r_?scheme|timezone|tz|cookie_?consent|consent)($|[._-])/i.test(
    name,
  );
}
