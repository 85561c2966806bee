import type { Edit } from "./edit.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { Context, OwnSource, Source } from "./framework.ts";
import type { Span } from "./program.ts";
import type { Judged } from "./verdict/judge.ts";
import { isAnswer, isData, replace } from "./write.ts";

/** A literal `false` that decides is replaced where it stands. */
export function replaceLiteral(
  judged: Judged,
  value: string,
  inItsCase: boolean,
  context: Context,
): readonly Edit[] | undefined {
  const { decidedBy, deciding } = judged;
  if (decidedBy.from !== "file" || deciding === undefined || deciding.source.kind === "fallback") return undefined;
  const text = context.text(decidedBy.file);
  const literal = text.slice(decidedBy.span.start, decidedBy.span.end);
  if (!/^(false|False|FALSE|null|None|nil|undefined|0|''|"")$/.test(literal)) return undefined;
  if (isAnswer(text, decidedBy.span)) return replaceCall(deciding.valuePlace, value, context);
  const shared = sharedName(deciding.because, context);
  if (shared !== undefined) return replaceUse(shared, deciding, value, context);
  if (isOperand(text, decidedBy.span)) {
    const whole = wholeExpression(deciding, decidedBy, context);
    return whole === undefined ? undefined : [replace(context.text(whole.file), whole, value)];
  }
  // A value from a configuration file has that file's spelling.
  const spelled = new Map([
    ["false", "true"],
    ["False", "True"],
    ["FALSE", "TRUE"],
  ]).get(literal);
  const written = isData(decidedBy.file) ? "true" : inItsCase ? (spelled ?? value) : value;
  return [replace(text, decidedBy, written)];
}

/** A variable on the way to what decides, and how manieth of the evidence it is. */
interface Shared {
  readonly name: string;
  readonly index: number;
}

const SPEAKS_OF_SECURE = /secure|https|ssl|tls/i;

/** The first variable on the way that says nothing of Secure, and that more reads than this cookie: it keeps its value. */
function sharedName(because: readonly Evidence[], context: Context): Shared | undefined {
  for (const [index, evidence] of because.entries()) {
    const name = /^`([\w$.]+)` is set here$/.exec(evidence.says)?.[1];
    if (name === undefined || evidence.from !== "file") continue;
    const last = name.slice(name.lastIndexOf(".") + 1);
    if (SPEAKS_OF_SECURE.test(last)) return undefined;
    const mentions = context
      .text(evidence.file)
      .match(new RegExp(`(?<![\\w$])${last.replaceAll("$", "\\$&")}(?![\\w$])`, "g"));
    if ((mentions?.length ?? 0) > 2) return { name, index };
  }
  return undefined;
}

/** The value is written where the variable is used, when that place is known. */
function replaceUse(
  { name, index }: Shared,
  { because, valuePlace }: NonNullable<Judged["deciding"]>,
  value: string,
  context: Context,
): readonly Edit[] | undefined {
  const before = because[index - 1];
  const places: readonly (Place | undefined)[] = [valuePlace, before?.from === "file" ? before : undefined];
  for (const place of places) {
    if (place === undefined) continue;
    const text = context.text(place.file);
    const use = new RegExp(`(?:^|[:=(]\\s*)(${name.replaceAll(/[.$]/g, "\\$&")})\\)?$`).exec(
      text.slice(place.span.start, place.span.end),
    );
    if (use?.[1] === undefined) continue;
    const start = place.span.start + use.index + use[0].indexOf(use[1]);
    return [replace(text, { file: place.file, span: { start, end: start + use[1].length } }, value)];
  }
  return undefined;
}

/** What a function answers is left to it: the value is written where it is asked. */
function replaceCall(asked: Place | undefined, value: string, context: Context): readonly Edit[] | undefined {
  if (asked === undefined) return undefined;
  const text = context.text(asked.file);
  const isCall = callOf(text.slice(asked.span.start, asked.span.end)) !== undefined;
  return isCall ? [replace(text, asked, value)] : undefined;
}

const OPERATOR_BEFORE = /(?:&&|\|\||\?|!|[=!<>]=|[<>+]|\b(?:and|or|not|if|else|unless)|\?[^?;{}]*:)$/;
/** On a later line, `if` without an `else` is a statement of its own. */
const OPERATOR_BEHIND =
  /^\s*(?:&&|\|\||\?(?!\.)|[=!<>]=|[<>+]|(?:and|or)\b|if\b[^\n]*\belse\b)|^[ \t]*(?:if|unless|else)\b/;
const NEARBY = 400;

/** Is the literal a part of an expression? Then another value in its place may decide nothing. */
function isOperand(text: string, { start, end }: Span): boolean {
  let before = text.slice(Math.max(0, start - NEARBY), start).trimEnd();
  let behind = text.slice(end, end + NEARBY);
  while (before.endsWith("(") && /^\s*\)/.test(behind) && !/[\w$)\]]\s*\($/.test(before)) {
    before = before.slice(0, -1).trimEnd();
    behind = behind.slice(behind.indexOf(")") + 1);
  }
  return OPERATOR_BEFORE.test(before) || OPERATOR_BEHIND.test(behind);
}

/** The expression around a literal that gives the attribute its value, where it stands at the cookie. */
function wholeExpression(
  { because, valuePlace, source }: NonNullable<Judged["deciding"]>,
  literal: Place,
  context: Context,
): Place | undefined {
  const holds = ({ file, span }: Place) =>
    file === literal.file && span.start <= literal.span.start && span.end >= literal.span.end;
  if (valuePlace !== undefined && holds(valuePlace) && isBare(source)) return valuePlace;
  for (const evidence of because) {
    if (evidence.from !== "file" || !holds(evidence)) continue;
    const { file, span } = evidence;
    const written = context.text(file).slice(span.start, span.end);
    const key = /^[:"']?[\w$-]+["']?\s*(?::(?!:)|=>|=(?![=>]))\s*/.exec(written)?.[0];
    const call = key === undefined ? callOf(written) : undefined;
    const head = key ?? call;
    if (head === undefined || span.start + head.length > literal.span.start) continue;
    return { file, span: { start: span.start + head.length, end: span.end - (call === undefined ? 0 : 1) } };
  }
  return undefined;
}

/** `cookie.setSecure(` of a call that is all there is, to its closing bracket. */
function callOf(written: string): string | undefined {
  const head = /^[\w$.]+\(\s*/.exec(written)?.[0];
  if (head === undefined || !written.endsWith(")")) return undefined;
  let depth = 1;
  for (const bracket of written.slice(head.length, -1).match(/[()]/g) ?? []) {
    depth += bracket === "(" ? 1 : -1;
    if (depth === 0) return undefined;
  }
  return depth === 1 ? head : undefined;
}

/** Is the value's place the attribute's own, and not that of the options around it? */
function isBare(source: Source | OwnSource): boolean {
  return (source.kind === "argument" || source.kind === "value") && source.path.length === 0;
}
