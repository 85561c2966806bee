import type { Edit, Fix } from "./edit.ts";
import type { Seen, SeenObject } from "./facts.ts";
import {
  type CallFact,
  type Context,
  findArgument,
  type Sink,
  type Source,
  type TextSource,
  type WriteFact,
} from "./framework.ts";
import { replaceLiteral } from "./replace-literal.ts";
import type { Judged } from "./verdict/judge.ts";
import { addArgument, addEntry, insert, isAbsent, isData, replace, replaceAbsent } from "./write.ts";

type Fact = CallFact | WriteFact;

/** The fixes of an insecure cookie: the framework's own, then the one that its list of sources leads to. */
export function fixesOf(sink: Sink, fact: Fact, judged: Judged, context: Context): readonly Fix[] {
  const off = judged.verdict === "insecure" || judged.condition?.inDeployment === "insecure";
  if (!off) return [];
  const own = sink.fixes?.(fact, context) ?? [];
  // A default that follows the request's scheme gives way to a value that is written down.
  const derivable = judged.verdict === "insecure" || judged.deciding?.source.kind === "fallback";
  const derived = derivable ? derive(sink, fact, judged, context) : undefined;
  if (derived === undefined) return own;
  const also = sink.alsoFix?.(fact, context);
  const decision = sink.decision?.(fact, context);
  const note = [decision, also?.note].filter((text) => text !== undefined).join(" ");
  const fix: Fix = {
    title: "Set Secure",
    safety: decision === undefined ? "safe" : "needs a decision",
    ...(note === "" ? {} : { note }),
    edits: [...derived, ...(also?.edits ?? [])],
  };
  return [...own, fix];
}

function derive(sink: Sink, fact: Fact, judged: Judged, context: Context): readonly Edit[] | undefined {
  const own = sink.secureText?.(fact, context);
  const value = own ?? (fact.language === "python" ? "True" : "true");
  if (judged.deciding?.source.kind === "text") return addToText(judged.deciding.source, fact, judged, context);
  const given = replaceLiteral(judged, value, own === undefined, context);
  if (given !== undefined) return given;
  if (judged.deciding?.source.kind !== "fallback") return undefined;
  for (const source of sink.secure) {
    const edits = add(source, fact, value, context);
    if (edits !== undefined) return edits;
  }
  return undefined;
}

/** Adds the attribute to a header's text: in the literal that ends it, else behind the expression. */
function addToText(
  source: TextSource,
  fact: Fact,
  { deciding, decidedBy }: Judged,
  context: Context,
): readonly Edit[] | undefined {
  const place = deciding?.valuePlace;
  if (place === undefined) return undefined;
  const text = context.text(place.file);
  const written = text.slice(place.span.start, place.span.end);
  const inside = (file: string, end: number) => [insert(file, end - 1, asAttribute(context.text(file), end - 1))];
  if (endsInLiteral(written)) return inside(place.file, place.span.end);
  if (decidedBy.from === "file") {
    const literal = context.text(decidedBy.file).slice(decidedBy.span.start, decidedBy.span.end);
    if (isWhole(literal, source, fact)) return inside(decidedBy.file, decidedBy.span.end);
  }
  const quote = written.includes("'") ? "'" : '"';
  return isSummand(written) && !mayHoldSecure(written, text.slice(0, place.span.start))
    ? [insert(place.file, place.span.end, ` + ${quote}; Secure${quote}`)]
    : undefined;
}

/** `; Secure`, or what is missing of it where the text ends in a semicolon. */
function asAttribute(text: string, offset: number): string {
  const [, blank] = /;( ?)$/.exec(text.slice(Math.max(0, offset - 2), offset)) ?? [];
  if (blank === undefined) return "; Secure";
  return blank === "" ? " Secure" : "Secure";
}

const LITERALS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

/** Can `+` stand behind it? So it can behind names, calls and sums of them, whatever stands in their brackets. */
function isSummand(written: string): boolean {
  if (/[\n`]|\/\//.test(written)) return false;
  let rest = written.replace(LITERALS, "x");
  for (let depth = 0; depth < 20 && /[([]/.test(rest); depth += 1)
    rest = rest.replace(/\([^()[\]]*\)|\[[^()[\]]*\]/g, "x");
  return /^[\w$.+ ]+$/.test(rest);
}

/** Is the literal all that the header can say? One that is a part of it, such as the name, is no place for attributes. */
function isWhole(literal: string, { position }: TextSource, fact: Fact): boolean {
  const seen = position === "value" ? fact.kind === "write" && fact.value : argumentAt(fact, position);
  if (!seen || seen.length !== 1 || !endsInLiteral(literal) || literal[0] !== literal.at(-1)) return false;
  const data = seen[0]?.data;
  return data?.kind === "literal" && typeof data.value === "string" && literal.slice(1, -1) === data.value;
}

function argumentAt(fact: Fact, position: number): Seen | undefined {
  return fact.kind === "call" ? findArgument(fact, position)?.value : undefined;
}

/** Is `; Secure` added under some condition, here or to a variable in the code before? A second one says nothing more. */
function mayHoldSecure(written: string, before: string): boolean {
  if (/;\s*secure\b/i.test(written)) return true;
  const nearby = before.slice(-2_000);
  return [...new Set(written.replace(LITERALS, "").match(/[A-Za-z_$][\w$]*/g))].some((name) =>
    new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$&")}\\s*\\+?=[^=\\n][^\\n]*;\\s*secure\\b`, "i").test(nearby),
  );
}

function endsInLiteral(written: string): boolean {
  const quote = written.at(-1) ?? "";
  if (!`"'\``.includes(quote) || written.at(-2) === "\\") return false;
  const single = written[0] === quote && !written.slice(1, -1).includes(quote);
  return single || !written.includes("?");
}

/** Adds the attribute where a source would read it. */
function add(source: Source, fact: Fact, value: string, context: Context): readonly Edit[] | undefined {
  if (source.kind === "argument" && fact.kind === "call") return addToCall(source, fact, value, context);
  if (source.kind === "value" && fact.kind === "write") return addAlong(fact.value, source.path, value, fact, context);
  return undefined;
}

function addToCall(
  source: Extract<Source, { kind: "argument" }>,
  fact: CallFact,
  value: string,
  context: Context,
): readonly Edit[] | undefined {
  const text = context.text(fact.place.file);
  const argument = findArgument(fact, source.position, source.keyword);
  if (source.path.length === 0) {
    // An explicit `None` or `null` stands where the value belongs.
    if (argument?.value.length === 1 && argument.spread === undefined && isAbsent(argument.value))
      return argument.valuePlace.file === fact.place.file ? [replace(text, argument.valuePlace, value)] : undefined;
    if (source.keyword === undefined || argument !== undefined) return undefined;
    return addArgument(text, fact, assignment(fact, source.keyword, value, text));
  }
  if (argument !== undefined) {
    if (argument.value.length === 1 && isAbsent(argument.value))
      return [replace(text, argument.valuePlace, nested(fact, source.path, value))];
    return addAlong(argument.value, source.path, value, fact, context);
  }
  if (source.position === undefined) return undefined;
  const positional = fact.arguments.filter((each) => each.name === undefined && each.spread === undefined);
  if (positional.length !== source.position || fact.arguments.some((each) => each.spread !== undefined))
    return undefined;
  return addArgument(text, fact, nested(fact, source.path, value));
}

/** Adds an entry to the object literals that the path leads to, making what is missing on the way. */
function addAlong(
  seen: Seen,
  path: readonly string[],
  value: string,
  fact: Fact,
  context: Context,
): readonly Edit[] | undefined {
  if (seen.length > 1) {
    const edits = seen.map((each) => addAlong([each], path, value, fact, context));
    return edits.includes(undefined) ? undefined : edits.flatMap((each) => each ?? []);
  }
  const [only] = seen;
  if (only?.data.kind !== "object" || only.data.literal === undefined) return undefined;
  const object: SeenObject = only.data;
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const held = object.properties.get(name);
  if (held !== undefined && rest.length > 0 && !isAbsent(held)) return addAlong(held, rest, value, fact, context);
  if (held !== undefined) return replaceAbsent(held, value, context.text);
  const { file } = only.data.literal.place;
  const given = isData(file) ? "true" : value;
  const added = entry(fact, name, rest.length === 0 ? given : nested(fact, rest, given, file), file);
  return addEntry(context.text(file), object, added);
}

/** With blanks around `=` where the call's other keywords have them. */
function assignment(call: CallFact, keyword: string, value: string, text: string): string {
  if (call.language !== "python") return `${keyword}: ${value}`;
  const others = call.arguments.filter(({ name, place }) => name !== undefined && place.file === call.place.file);
  const spaced = others.some(({ place }) => /^\w+ = /.test(text.slice(place.span.start, place.span.end)));
  return spaced ? `${keyword} = ${value}` : `${keyword}=${value}`;
}

function entry(fact: Fact, name: string, value: string, file = fact.place.file): string {
  return fact.language === "python" || isData(file) ? `"${name}": ${value}` : `${name}: ${value}`;
}

/** `{ a: { b: value } }` for a path. */
function nested(fact: Fact, path: readonly string[], value: string, file = fact.place.file): string {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const inner = entry(fact, name, nested(fact, rest, value, file), file);
  return fact.language === "python" ? `{${inner}}` : `{ ${inner} }`;
}
