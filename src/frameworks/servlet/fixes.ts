import {
  type CallFact,
  type Context,
  type Edit,
  type Fix,
  once,
  type Place,
  type SeenCall,
  type SeenObject,
} from "../../framework.ts";
import { aboveComment, insert, lineAt, replace } from "../../write.ts";
import { cookieArgument, importsServlet, isResponse, madeBy, objectsOf } from "./servlet-api.ts";

const decision =
  "The cookie will be Secure on plain http too, where browsers keep it to themselves, except on localhost.";

function fix(edits: readonly Edit[] | undefined, followsScheme = false): readonly Fix[] {
  if (edits === undefined) return [];
  return [
    followsScheme
      ? { title: "Set Secure", safety: "needs a decision", note: decision, edits }
      : { title: "Set Secure", safety: "safe", edits },
  ];
}

interface LastSetter {
  readonly place: Place;
  readonly followsScheme: boolean;
  /** A literal somewhere in the project decides: the list of sources leads to it. */
  readonly isDerived: boolean;
}

/** The argument of the last `setSecure` that was called on the cookie. */
function lastSetter(objects: readonly SeenObject[], context: Context): LastSetter | undefined {
  for (const object of objects) {
    const argument = object.calls.findLast(({ method }) => method === "setSecure")?.arguments[0];
    if (argument === undefined) continue;
    const values = [...argument.value, ...(object.properties.get("setSecure()") ?? [])];
    const followsScheme = values.some(({ when }) => when.some(({ kind }) => kind === "request-scheme"));
    const origin = argument.value.length === 1 ? argument.value[0]?.because.at(-1) : undefined;
    const isDerived =
      origin?.from === "file" && context.text(origin.file).slice(origin.span.start, origin.span.end) === "false";
    return { place: argument.valuePlace, followsScheme, isDerived };
  }
  return undefined;
}

function replaceArgument(place: Place, context: Context): readonly Edit[] | undefined {
  const text = context.text(place.file);
  return text.slice(place.span.start, place.span.end) === "true" ? undefined : [replace(text, place, "true")];
}

/** The cookie gets Secure before it is added. */
export function fixAtAddition(call: CallFact, context: Context): readonly Fix[] {
  const last = lastSetter(objectsOf(cookieArgument(call)), context);
  const attribute = objectsOf(cookieArgument(call)).some(({ calls }) => calls.some(isAttribute));
  if (last?.isDerived === true && !attribute) return [];
  const replaced = last === undefined ? undefined : replaceArgument(last.place, context);
  if (last !== undefined && replaced !== undefined) return fix(replaced, last.followsScheme);
  const [argument] = call.arguments;
  if (argument === undefined || argument.place.file !== call.place.file) return [];
  const text = context.text(call.place.file);
  const cookie = text.slice(argument.valuePlace.span.start, argument.valuePlace.span.end);
  const followsScheme = last?.followsScheme === true;
  if (isVariable(cookie)) {
    const statement = /^[ \t]/.test(text.slice(call.argumentsSpan?.start))
      ? `${cookie}.setSecure( true );`
      : `${cookie}.setSecure(true);`;
    const setter = setterAbove(cookie, call, text);
    const edits = setter === undefined ? before(text, call.place, [statement]) : [afterSetter(setter, statement, text)];
    return fix(edits, followsScheme);
  }
  const local = freshName(call, context);
  const statements = [`${cookieType(cookie, call, context)} ${local} = ${cookie};`, `${local}.setSecure(true);`];
  return fix(before(text, call.place, statements, { place: argument.valuePlace, text: local }), followsScheme);
}

/** The last setter of the cookie, where it is a statement of the block that adds it. */
function setterAbove(cookie: string, call: CallFact, text: string): Place | undefined {
  const { file, span } = call.place;
  const { indent } = lineAt(text, span.start);
  for (const setter of objectsOf(cookieArgument(call))[0]?.calls.toReversed() ?? []) {
    const { place, method } = setter;
    if (place.file !== file || !method.startsWith("set") || place.span.end > span.start) continue;
    const line = lineAt(text, place.span.start);
    const written = text.slice(place.span.start, place.span.end);
    const isStatementOfBlock =
      line.start + line.indent.length === place.span.start && line.indent === indent && isStatement(text, line.start);
    const between = withoutComments(text.slice(place.span.end, span.start));
    return isStatementOfBlock && written.startsWith(`${cookie}.`) && /^\s*;/.test(between) && isBalanced(between)
      ? place
      : undefined;
  }
  return undefined;
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const [brace] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}]|\bcase\b|\bdefault\b/g)) {
    if (brace === "{") depth += 1;
    else if (brace === "}") depth -= 1;
    else if (depth === 0 && /^[cd]/.test(brace)) return false;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function afterSetter({ file, span }: Place, statement: string, text: string): Edit {
  return after(text, file, text.indexOf(";", span.end) + 1, statement);
}

function isAttribute({ method, arguments: [name] }: SeenCall): boolean {
  return (
    method === "setAttribute" &&
    name?.value.some(({ data }) => data.kind === "literal" && /^secure$/i.test(String(data.value))) === true
  );
}

/** A cookie that is returned, kept or handed on gets Secure where it is made. */
export function fixAtConstructor(call: CallFact, context: Context): readonly Fix[] {
  const last = lastSetter(objectsOf(call.late?.result ?? []), context);
  if (last?.isDerived === true) return [];
  if (last !== undefined) return fix(replaceArgument(last.place, context), last.followsScheme);
  if (call.within.function === undefined) return [];
  const { file, span } = call.place;
  const text = context.text(file);
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const head = text.slice(lineStart, span.start);
  const made = text.slice(span.start, span.end);
  const handedOn = /^\s*(?=[\w$.]+\(\s*$)/.exec(head);
  if (handedOn !== null && /^\s*\)\s*;/.test(text.slice(span.end, span.end + 200)) && isStatement(text, lineStart)) {
    const close = text.indexOf(")", span.end) + 1;
    const at = { file, span: { start: lineStart + handedOn[0].length, end: close } };
    return fix(withLocal(made, call, at, context));
  }
  const end = /^\s*;/.exec(text.slice(span.end, span.end + 200));
  if (end === null) return [];
  const variable = /(?:^|[^\w$.)])((?:[\w$]+\.)*[\w$]+)\s*=\s*$/.exec(head)?.[1];
  if (
    variable !== undefined &&
    !isWider(variable, text.slice(0, span.start)) &&
    !/^\s*(?:if|else|for|while|case|default)\b/.test(head) &&
    isStatement(text, lineStart)
  ) {
    return fix([after(text, file, span.end + end[0].length, `${variable}.setSecure(true);`)]);
  }
  if (!/^\s*return\s+$/.test(head)) return [];
  return fix(
    withLocal(made, call, { file, span: { start: lineStart + head.indexOf("return"), end: span.end } }, context),
  );
}

/** The cookie gets a name before the statement that returns it or hands it on. */
function withLocal(made: string, call: CallFact, statement: Place, context: Context): readonly Edit[] | undefined {
  const local = freshName(call, context);
  const statements = [`${cookieType(made, call, context)} ${local} = ${made};`, `${local}.setSecure(true);`];
  return before(context.text(statement.file), statement, statements, { place: call.place, text: local });
}

/**
 * Statements before the one that `at` begins, on lines of their own; in braces where only one statement may stand.
 * @param changed a part of that statement, and what it becomes
 */
function before(
  text: string,
  at: Place,
  statements: readonly string[],
  changed?: { place: Place; text: string },
): readonly Edit[] | undefined {
  const { file, span } = at;
  const { indent, newline, start } = lineAt(text, span.start);
  const change = changed === undefined ? [] : [replace(text, changed.place, changed.text)];
  if (start + indent.length === span.start && isStatement(text, start)) {
    const lines = statements.map((each) => `${each}${newline}${indent}`).join("");
    return [insert(file, changed === undefined ? aboveComment(text, span.start) : span.start, lines), ...change];
  }
  const head = text.slice(Math.max(0, span.start - 400), span.start).trimEnd();
  const ending = /^\s*;/.exec(text.slice(span.end, span.end + 200))?.[0];
  if (head.endsWith("->")) {
    const isCase = /(?:^|[\s{;])(?:case\b(?:"[^"\n]*"|[^;{}:"])*|default\s*)->$/.test(head);
    if (isCase && ending === undefined) return undefined;
    const close = isCase ? insert(file, span.end + ending!.length, " }") : insert(file, span.end, "; }");
    return [insert(file, span.start, `{ ${statements.join(" ")} `), ...change, close];
  }
  if (ending === undefined) return undefined;
  if (/[;{}:]$/.test(head)) return [insert(file, span.start, `${statements.join(" ")} `), ...change];
  if (!/\)$|(?:^|[^\w$])else$|(?:^|[^\w$])do$/.test(head)) return undefined;
  return [
    insert(file, span.start, `{ ${statements.join(" ")} `),
    ...change,
    insert(file, span.end + ending.length, " }"),
  ];
}

/** Is the line's first word the beginning of a statement among others? */
function isStatement(text: string, lineStart: number): boolean {
  const head = withoutComments(text.slice(Math.max(0, lineStart - 2_000), lineStart)).trimEnd();
  return /[;{}]$|\bdefault\s*:$|\bcase\b[^;{}?]*:$|->\s*\{$/.test(head);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
}

/** A statement after the one that ends at `offset`: on the next line, or behind it where more follows. */
function after(text: string, file: string, offset: number, statement: string): Edit {
  const { indent, newline } = lineAt(text, offset);
  const newlineAt = text.indexOf("\n", offset);
  const rest = text.slice(offset, newlineAt === -1 ? text.length : newlineAt);
  if (!/^\s*(?:\/\/.*|\/\*.*\*\/\s*)?$/.test(rest)) return insert(file, offset, ` ${statement}`);
  return insert(file, offset + rest.trimEnd().length, `${newline}${indent}${statement}`);
}

/** Is the variable declared with a type that has no `setSecure`? The nearest declaration before counts. */
function isWider(variable: string, before: string): boolean {
  const name = variable.slice(variable.lastIndexOf(".") + 1).replaceAll("$", "\\$&");
  const declared = [...before.matchAll(new RegExp(`([\\w$.]+)(?:<[^<>]*>)?\\s+${name}\\s*[=;]`, "g"))].at(-1)?.[1];
  return declared !== undefined && /^(?:java\.(?:lang|io)\.)?(?:Object|Serializable|Cloneable)$/.test(declared);
}

/** The type to declare a cookie with, as the file can name it. */
function cookieType(expression: string, call: CallFact, context: Context): string {
  const written = /^new\s+([\w$.]+)\s*[(<]/.exec(expression)?.[1];
  if (written !== undefined) return written;
  const imported = context.facts.modules.get(call.place.file)?.imports ?? [];
  if (imported.some((name) => /^(?:javax|jakarta)\.servlet\.http(?:\.Cookie)?$/.test(name))) return "Cookie";
  const jakarta = imported.some((name) => name.startsWith("jakarta.")) || !importsServlet(context, call.place.file);
  return `${jakarta ? "jakarta" : "javax"}.servlet.http.Cookie`;
}

/** A name for a local that nothing in the file has: `cookie`, or one made from the cookie's own name. */
function freshName(call: CallFact, context: Context): string {
  const text = context.text(call.place.file);
  const positions = inlinePositions(call, context);
  const isFree = (name: string) => !new RegExp(`\\b${name}\\b`).test(text);
  if (positions.size <= 1 && isFree("cookie")) return "cookie";
  const base = `${camelCase(nameOf(call)) || "new"}Cookie`;
  const position = positions.get(call.place.span.start) ?? 1;
  const numbered = position <= 1 ? base : `${base}${position}`;
  return isFree(numbered) ? numbered : `${base}_${call.place.span.start}`;
}

function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word, index) => (index === 0 ? lowerFirst(word) : upperFirst(word))).join("");
  return /^[A-Za-z]/.test(joined) ? joined : "";
}

function lowerFirst(word: string): string {
  return /^[A-Z0-9]+$/.test(word) ? word.toLowerCase() : word.charAt(0).toLowerCase() + word.slice(1);
}

function upperFirst(word: string): string {
  const rest = word.slice(1);
  return word.charAt(0).toUpperCase() + (/^[A-Z0-9]+$/.test(word) ? rest.toLowerCase() : rest);
}

function nameOf(call: CallFact): string {
  const maker = call.new ? call : objectsOf(cookieArgument(call)).map(madeBy)[0];
  const [only] = maker?.arguments[0]?.value ?? [];
  return only?.data.kind === "literal" && typeof only.data.value === "string" ? only.data.value : "";
}

/** Where the file makes cookies that a fix may have to give a local name: the how manieth of its name each is. */
function inlinePositions(call: CallFact, context: Context): ReadonlyMap<number, number> {
  return inline(context).get(call.place.file) ?? new Map();
}

const inline = once((context): ReadonlyMap<string, ReadonlyMap<number, number>> => {
  const files = new Map<string, Map<number, CallFact>>();
  for (const each of context.facts.calls) {
    if (!isInline(each, context)) continue;
    const places = files.get(each.place.file) ?? new Map<number, CallFact>();
    files.set(each.place.file, places.set(each.place.span.start, each));
  }
  return new Map([...files].map(([file, places]) => [file, positionsOf(places)]));
});

/** Counted in each method; in a lambda, whose method is not told, among all before it in the file. */
function positionsOf(places: ReadonlyMap<number, CallFact>): ReadonlyMap<number, number> {
  const counts = new Map<string, number>();
  const next = (...key: readonly (string | undefined)[]): number => {
    const count = (counts.get(JSON.stringify(key)) ?? 0) + 1;
    counts.set(JSON.stringify(key), count);
    return count;
  };
  const inOrder = [...places].sort(([a], [b]) => a - b);
  return new Map(
    inOrder.map(([start, call]) => {
      const { class: owner, function: method } = call.within;
      const inFile = next(nameOf(call));
      return [start, method === undefined ? inFile : next(nameOf(call), owner, method)];
    }),
  );
}

function isInline(call: CallFact, context: Context): boolean {
  const { file, span } = call.place;
  if (call.method === "addCookie" && isResponse(call, context)) {
    const argument = call.arguments[0]?.valuePlace.span;
    return argument !== undefined && !isVariable(context.text(file).slice(argument.start, argument.end));
  }
  if (call.method !== "Cookie" || !call.new) return false;
  return /\breturn\s+$|\n\s*(?![\w$.]*\baddCookie\()[\w$.]+\(\s*$/.test(
    context.text(file).slice(Math.max(0, span.start - 200), span.start),
  );
}

function isVariable(text: string): boolean {
  return /^(?:this\.)?[\w$]+$/.test(text);
}
