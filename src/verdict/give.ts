import type { Place } from "../evidence.ts";
import type { Seen, SeenAlternative, SeenArgument, SeenObject } from "../facts.ts";
import {
  type ArgumentSource,
  type CallFact,
  type Context,
  type FallbackSource,
  findArgument,
  type Given,
  openArguments,
  type Reading,
  type SetterSource,
  type Source,
  type TextSource,
  type WriteFact,
} from "../framework.ts";
import { both, type Condition } from "../value.ts";
import { isExpired, partOfHeader } from "./header-text.ts";

export type Fact = CallFact | WriteFact;

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

export function giveFallback(source: FallbackSource): Given {
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

function giveArgument(source: ArgumentSource, fact: Fact): Given | undefined {
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
function descend(
  seen: Seen,
  path: readonly string[],
  valuePlace: Place,
  attribute: string,
  reading: Reading,
): Given | undefined {
  const inner = path.reduce<Seen>((outer, name) => outer.flatMap((each) => memberOf(each, name, attribute)), seen);
  return { seen: inner, attribute, valuePlace, reading };
}

function memberOf(each: SeenAlternative, name: string, attribute: string): Seen {
  const { data } = each;
  switch (data.kind) {
    case "literal":
      return nothing(each);
    case "unknown":
      return [each];
    case "object":
      return memberOfObject(each, data, name);
    case "function":
      if (data.returns !== undefined) return under(data.returns, each.when).flatMap((one) => memberOfResult(one, name));
  }
  return unknown(each, `\`${attribute}\` comes from outside the project`);
}

function memberOfObject(each: SeenAlternative, object: SeenObject, name: string): Seen {
  const { open, literal, instanceOf, from, parameter, paths } = object;
  const held = object.properties.get(name);
  if (held !== undefined) return under(held, each.when);
  if (open !== undefined) return unknown(each, open, parameter);
  if (literal !== undefined || instanceOf.length > 0) return nothing(each);
  if (from === undefined && parameter !== undefined)
    return unknown(
      each,
      parameter === "" ? "the options are the caller's" : `\`${parameter}\` is the caller's`,
      parameter,
    );
  return unknown(
    each,
    paths[0] === undefined
      ? "the options come from outside the project"
      : `\`${paths[0]}\` comes from outside the project`,
  );
}

function memberOfResult(each: SeenAlternative, name: string): Seen {
  const { data } = each;
  return data.kind === "object"
    ? memberOfObject(each, data, name)
    : unknown(each, "what the function gives is not known");
}

function nothing(each: SeenAlternative): Seen {
  return [{ ...each, data: { kind: "literal", value: undefined } }];
}

function unknown(each: SeenAlternative, because: string, parameter?: string): Seen {
  return [{ ...each, data: { kind: "unknown", because, parameter } }];
}

/** What can hold within an alternative that holds under conditions. */
function under(inner: Seen, outer: readonly Condition[]): Seen {
  return inner.flatMap((each) => {
    const when = both(outer, each.when);
    return when === undefined ? [] : [{ ...each, when }];
  });
}

function giveSetter(source: SetterSource, fact: Fact): Given | undefined {
  if (fact.kind !== "call") return undefined;
  const seen = heldBy(source, fact)?.flatMap((each) => lastSet(each, source.names)) ?? [];
  if (seen.length === 0) return undefined;
  return { seen, attribute: (source.names[0] ?? "").replace(/\(\)$/, ""), reading: source.reading };
}

/** The object that the setter is called on. */
function heldBy({ of }: SetterSource, fact: CallFact): Seen | undefined {
  if (of === "receiver") return fact.receiver;
  if (of === "result") return fact.late?.result;
  return (fact.late?.arguments[of] ?? findArgument(fact, of))?.value;
}

function lastSet(each: SeenAlternative, names: readonly string[]): Seen {
  const { data } = each;
  if (data.kind === "object") return under(chainProperty(each, names) ?? nothing(each), each.when);
  if (data.kind === "unknown") return [each];
  return data.kind === "external" ? unknown(each, `\`${data.paths[0]}\` comes from outside the project`) : [];
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

function textOf({ position }: TextSource, fact: Fact): Pick<SeenArgument, "value" | "valuePlace"> | undefined {
  if (position === "value") return fact.kind === "write" ? fact : undefined;
  return fact.kind === "call" ? findArgument(fact, position) : undefined;
}

/** Does the text of a header that says all about its cookie expire it, whichever text it is? */
export function deletesByText(sources: readonly Source[], fact: Fact): boolean {
  const source = sources.find((each) => each.kind === "text");
  const seen = source === undefined ? undefined : textOf(source, fact)?.value;
  return seen !== undefined && seen.length > 0 && seen.every(({ data }) => isExpired(data));
}

function giveText(source: TextSource, fact: Fact): Given | undefined {
  const held = textOf(source, fact);
  if (held === undefined) return undefined;
  return {
    seen: held.value.map((each) => ({ ...each, data: partOfHeader(each.data, source.part) })),
    attribute: source.called,
    ofText: true,
    valuePlace: held.valuePlace,
    reading: {},
  };
}
