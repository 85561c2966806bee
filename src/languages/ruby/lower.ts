import type { SourceFile } from "../../language.ts";
import type {
  Argument,
  Assignment,
  BinaryOperator,
  ClassExpression,
  Entry,
  Expression,
  FunctionExpression,
  Handler,
  Member,
  Parameter,
  Program,
  Span,
  Statement,
  Target,
} from "../../program.ts";
import type { SyntaxNode, SyntaxTree } from "../../syntax.ts";

const MAX_DEPTH = 400;
const MAX_BRANCHES = 2_000;

type Syntax = SyntaxNode;

interface Reading {
  readonly text: string;
  readonly heredocs: ReadonlyMap<number, Syntax>;
  depth: number;
  /** What `next` does here: a lambda returns, a block or a loop goes on. */
  next: "return" | "continue";
  /** Methods defined as an argument (`private def x`) that were already made members of their class. */
  readonly lifted: Set<Syntax>;
}

/** Here-documents wait for their bodies in the order written; one written inside a body waits within that body. */
interface Waiting {
  readonly beginnings: number[];
  matched: number;
  readonly end: number;
}

type LowerExpression = (node: Syntax, reading: Reading) => Expression;
type LowerStatement = (node: Syntax, reading: Reading) => Statement[];

// --- The tree, copied

function pairHeredoc(node: Syntax, waiting: Waiting[], heredocs: Map<number, Syntax>): void {
  while (waiting.length > 1 && (waiting.at(-1)?.end ?? 0) <= node.start) waiting.pop();
  const current = waiting.at(-1);
  if (current === undefined) return;
  if (node.type === "heredoc_beginning") {
    current.beginnings.push(node.start);
    return;
  }
  const beginning = current.beginnings[current.matched];
  if (beginning !== undefined) heredocs.set(beginning, node);
  current.matched += 1;
  waiting.push({ beginnings: [], matched: 0, end: node.end });
}

interface OpenSyntax extends Syntax {
  readonly parts: Syntax[];
  readonly children: Syntax[];
}

/**
 * The tree without the bodies of here-documents, which stand wherever the line of their beginning ends; and these
 * bodies, by the offset of their `<<~NAME`.
 */
function withoutHeredocs(root: Syntax): { readonly root: Syntax; readonly heredocs: ReadonlyMap<number, Syntax> } {
  const heredocs = new Map<number, Syntax>();
  const waiting: Waiting[] = [{ beginnings: [], matched: 0, end: Number.POSITIVE_INFINITY }];
  const copyOf = (node: Syntax): OpenSyntax => ({ ...node, parts: [], children: [] });
  const top = copyOf(root);
  const open: { readonly parts: readonly Syntax[]; next: number; readonly into: OpenSyntax }[] = [
    { parts: root.parts, next: 0, into: top },
  ];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const part = list.parts[list.next];
    list.next += 1;
    if (part === undefined) {
      open.pop();
      continue;
    }
    const node = copyOf(part);
    if (node.type === "heredoc_beginning" || node.type === "heredoc_body") pairHeredoc(node, waiting, heredocs);
    if (node.type !== "heredoc_body") {
      list.into.parts.push(node);
      if (node.named) list.into.children.push(node);
    }
    open.push({ parts: part.parts, next: 0, into: node });
  }
  return { root: top, heredocs };
}

// --- Small helpers

function field(node: Syntax, name: string): Syntax | undefined {
  return node.children.find((child) => child.field === name);
}

function operatorOf(node: Syntax): Syntax | undefined {
  return node.parts.find((part) => part.field === "operator" && !part.named);
}

function child(node: Syntax, type: string): Syntax | undefined {
  return node.children.find((child) => child.type === type);
}

function spanOf(node: Span): Span {
  return { start: node.start, end: node.end };
}

function textOf(node: Span, reading: Reading): string {
  return reading.text.slice(node.start, node.end);
}

function operatorText(node: Syntax, reading: Reading): string {
  const operator = operatorOf(node);
  return operator === undefined ? "" : textOf(operator, reading);
}

function opaque(node: Span, because: string, children: readonly Expression[] = []): Expression {
  return { kind: "opaque", because, children, span: spanOf(node) };
}

function literal(node: Span, value: string | number | boolean | null): Expression {
  return { kind: "literal", value, span: spanOf(node) };
}

function nameOf(node: Span, reading: Reading): Expression & Target {
  return { kind: "name", name: textOf(node, reading), span: spanOf(node) };
}

function expressionStatement(value: Expression): Statement {
  return { kind: "expression", value, span: value.span };
}

function append<T>(to: T[], items: readonly T[]): void {
  for (const item of items) to.push(item);
}

/** Runs `lower` with another meaning of `next`. */
function withNext<T>(reading: Reading, next: Reading["next"], lower: () => T): T {
  const before = reading.next;
  reading.next = next;
  const result = lower();
  reading.next = before;
  return result;
}

// --- Dispatch

function expression(node: Syntax, reading: Reading): Expression {
  if (reading.depth >= MAX_DEPTH) return opaque(node, "nested too deeply");
  reading.depth += 1;
  const lower = EXPRESSIONS.get(node.type);
  const value =
    lower !== undefined
      ? lower(node, reading)
      : STATEMENTS.has(node.type)
        ? asValue(node, statement(node, reading))
        : opaque(
            node,
            `${node.type.replaceAll("_", " ")} has no value that is followed`,
            expressions(node.children, reading),
          );
  reading.depth -= 1;
  return value;
}

function expressions(nodes: readonly Syntax[], reading: Reading): Expression[] {
  return nodes.map((node) => expression(node, reading));
}

function optional(node: Syntax | undefined, at: Span, reading: Reading): Expression {
  return node === undefined ? opaque(at, "an expression is missing") : expression(node, reading);
}

function statement(node: Syntax, reading: Reading): Statement[] {
  const lower = STATEMENTS.get(node.type);
  if (lower === undefined) return [expressionStatement(expression(node, reading))];
  if (reading.depth >= MAX_DEPTH) return [expressionStatement(opaque(node, "nested too deeply"))];
  reading.depth += 1;
  const result = lower(node, reading);
  reading.depth -= 1;
  return result;
}

function statements(nodes: readonly Syntax[], reading: Reading): Statement[] {
  const result: Statement[] = [];
  for (const node of nodes) append(result, statement(node, reading));
  return result;
}

/** In Ruby an assignment has a value: where the last statement's value counts, it is an expression. */
function withValue(body: readonly Statement[]): Statement[] {
  const last = body.at(-1);
  if (last === undefined) return [];
  return [...body.slice(0, -1), valued(last)];
}

function valued(last: Statement): Statement {
  switch (last.kind) {
    case "assign":
      return last.hoisted === true ? last : expressionStatement(assignmentValue(last));
    case "if":
      return { ...last, then: withValue(last.then), else: withValue(last.else) };
    case "try":
      return {
        ...last,
        body: withValue(last.body),
        handlers: last.handlers.map((handler) => ({ ...handler, body: withValue(handler.body) })),
      };
    default:
      return last;
  }
}

function assignmentValue(assignment: Assignment): Expression {
  return { kind: "assignment", assignment, span: assignment.span };
}

function asValue(node: Span, body: readonly Statement[]): Expression {
  const only = body.length === 1 ? body[0] : undefined;
  if (body.length === 0) return literal(node, null);
  if (only?.kind === "expression") return only.value;
  if (only?.kind === "assign") return assignmentValue(only);
  return { kind: "statements", body: withValue(body), span: spanOf(node) };
}

// --- Bodies

const CLAUSES = new Set(["rescue", "else", "ensure"]);

/** The statements of a body; with `rescue` or `ensure` in it, one `try`. */
function body(node: Syntax | undefined, reading: Reading): Statement[] {
  if (node === undefined) return [];
  const clauses = node.children.filter((part) => CLAUSES.has(part.type));
  const result = statements(
    node.children.filter((part) => !CLAUSES.has(part.type)),
    reading,
  );
  if (clauses.length === 0) return result;
  const handlers: Handler[] = [];
  const last: Statement[] = [];
  for (const clause of clauses) {
    if (clause.type === "rescue") handlers.push(handler(clause, reading));
    else append(clause.type === "ensure" ? last : result, body(clause, reading));
  }
  if (handlers.length === 0 && last.length === 0) return result;
  return [{ kind: "try", body: result, handlers, finally: last, span: spanOf(node) }];
}

const PLAIN_TYPES = new Set(["constant", "scope_resolution"]);

function handler(node: Syntax, reading: Reading): Handler {
  const types = field(node, "exceptions")?.children ?? [];
  const variable = field(node, "variable")?.children[0];
  const first: Statement[] = [];
  for (const type of types) {
    if (!PLAIN_TYPES.has(type.type)) append(first, statement(type, reading));
  }
  const bind = variable?.type === "identifier" ? textOf(variable, reading) : undefined;
  if (variable !== undefined && bind === undefined) append(first, bindUnknown(variable, "the error caught", reading));
  return {
    types: types.map((type) => textOf(type, reading)),
    ...(bind !== undefined && { bind }),
    body: [...first, ...body(field(node, "body"), reading)],
  };
}

function bindUnknown(node: Syntax, because: string, reading: Reading): Statement[] {
  const to = target(node, reading);
  return to === undefined ? [] : [assign(node, to, opaque(node, because))];
}

// --- Names, members, calls

const LINKS: ReadonlyMap<string, string> = new Map([
  ["call", "receiver"],
  ["element_reference", "object"],
  ["scope_resolution", "scope"],
]);

/** `a.b(1)[2]::C`: walked from the right, built from the left, so that length costs no stack. */
function chain(node: Syntax, reading: Reading): Expression {
  const links: Syntax[] = [];
  let at: Syntax | undefined = node;
  for (let inner = LINKS.get(node.type); at !== undefined && inner !== undefined; ) {
    links.push(at);
    at = field(at, inner);
    inner = at === undefined ? undefined : LINKS.get(at.type);
  }
  let value = at === undefined ? undefined : expression(at, reading);
  for (const link of links.toReversed()) value = lowerLink(link, value, reading);
  return value ?? opaque(node, "an expression is missing");
}

function lowerLink(node: Syntax, object: Expression | undefined, reading: Reading): Expression {
  if (node.type === "call") return callLink(node, object, reading);
  if (node.type === "element_reference") return indexLink(node, object, reading);
  const name = field(node, "name");
  if (name === undefined) return object ?? opaque(node, "an expression is missing");
  if (object === undefined) return { kind: "name", name: textOf(name, reading), span: spanOf(node) };
  return member(object, node.start, name, reading);
}

function member(object: Expression, start: number, property: Span, reading: Reading): Expression & Target {
  return {
    kind: "member",
    object,
    property: textOf(property, reading),
    span: { start, end: property.end },
    propertySpan: spanOf(property),
  };
}

function ofThis(node: Syntax, reading: Reading): Expression {
  return member({ kind: "this", span: spanOf(node) }, node.start, node, reading);
}

function indexLink(node: Syntax, object: Expression | undefined, reading: Reading): Expression {
  const items = listItems(
    node.children.filter((part) => part.field !== "object" && part.field !== "block"),
    false,
    reading,
  );
  const only = items.length === 1 ? items[0] : undefined;
  return {
    kind: "index",
    object: object ?? opaque(node, "an expression is missing"),
    index:
      only !== undefined && only.spread === undefined
        ? only.value
        : { kind: "list", items, tuple: true, span: spanOf(node) },
    span: spanOf(node),
  };
}

function callee(node: Syntax, receiver: Expression | undefined, reading: Reading): Expression {
  const method = field(node, "method");
  if (receiver !== undefined) {
    if (method !== undefined) return member(receiver, node.start, method, reading);
    const end = operatorOf(node)?.end ?? receiver.span.end;
    // `a.(x)` is `a.call(x)`.
    const property = { start: end, end };
    return {
      kind: "member",
      object: receiver,
      property: "call",
      span: { start: node.start, end },
      propertySpan: property,
    };
  }
  if (method === undefined) return opaque(node, "an expression is missing");
  return method.type === "super" ? { kind: "super", span: spanOf(method) } : nameOf(method, reading);
}

function callLink(node: Syntax, receiver: Expression | undefined, reading: Reading): Expression {
  const called = callee(node, receiver, reading);
  const list = field(node, "arguments");
  const block = field(node, "block");
  if (list === undefined && block === undefined) return called;
  if (block === undefined) return call(node, called, list, undefined, reading);
  const isLambda = called.kind === "name" && called.name === "lambda";
  const value = isLambda ? lambdaFunction(block, reading) : blockFunction(block, reading);
  return call(node, called, list, { value, block: true, span: spanOf(block) }, reading);
}

/** The span of the arguments; `bare` when no parentheses stand around them. */
function argumentsPlace(list: Syntax, reading: Reading): { readonly span: Span; readonly bare: boolean } {
  const first = list.children[0];
  const last = list.children.at(-1);
  if (first !== undefined && last !== undefined && first.start === list.start) {
    return { span: { start: list.start, end: last.end }, bare: true };
  }
  const closed = reading.text[list.end - 1] === ")" && list.end - 1 > list.start;
  return { span: { start: list.start + 1, end: closed ? list.end - 1 : list.end }, bare: false };
}

function call(
  node: Span,
  called: Expression,
  list: Syntax | undefined,
  block: Argument | undefined,
  reading: Reading,
): Expression {
  const place = list === undefined ? undefined : argumentsPlace(list, reading);
  const items = list === undefined ? [] : listItems(list.children, true, reading);
  if (block !== undefined) items.push(block);
  return {
    kind: "call",
    callee: called,
    arguments: items,
    ...(place !== undefined && { argumentsSpan: place.span }),
    ...(place?.bare !== false && { bare: true }),
    span: spanOf(node),
  };
}

const SPREADS: ReadonlyMap<string, { readonly anonymous: string; readonly as: Partial<Argument> }> = new Map([
  ["splat_argument", { anonymous: "*", as: { spread: "list" } }],
  ["hash_splat_argument", { anonymous: "**", as: { spread: "map" } }],
  ["forward_argument", { anonymous: "...", as: { spread: "list" } }],
  ["block_argument", { anonymous: "&", as: { block: true } }],
]);

/** Arguments of a call (`keywords`: symbol keys become names) or items of a list; other pairs are one bare hash. */
function listItems(nodes: readonly Syntax[], keywords: boolean, reading: Reading): Argument[] {
  const keyword = (node: Syntax) => (keywords ? symbolKey(node, reading) : undefined);
  const isEntry = (node: Syntax) =>
    (node.type === "pair" && keyword(node) === undefined) || (!keywords && node.type === "hash_splat_argument");
  const entries = nodes.filter(isEntry);
  const items: Argument[] = [];
  for (const node of nodes) {
    const name = keyword(node);
    const spread = SPREADS.get(node.type);
    if (name !== undefined) items.push({ name, value: pairValue(node, reading), span: spanOf(node) });
    else if (isEntry(node)) {
      if (node === entries[0]) items.push(bareHash(entries, reading));
    } else if (spread === undefined) items.push({ value: expression(node, reading), span: spanOf(node) });
    else {
      const inner = node.children[0];
      const anonymous: Expression = { kind: "name", name: spread.anonymous, span: spanOf(node) };
      items.push({
        value: inner === undefined ? anonymous : expression(inner, reading),
        ...spread.as,
        span: spanOf(node),
      });
    }
  }
  return items;
}

function bareHash(nodes: readonly Syntax[], reading: Reading): Argument {
  const span = { start: nodes[0]?.start ?? 0, end: nodes.at(-1)?.end ?? 0 };
  return { value: { kind: "object", entries: entries(nodes, reading), bare: true, span }, span };
}

// --- Hashes

const SYMBOLS = new Set(["hash_key_symbol", "simple_symbol", "delimited_symbol"]);

/** The name of a pair whose key is a symbol: `a: 1`, `:a => 1`, `"a": 1`. */
function symbolKey(node: Syntax, reading: Reading): string | undefined {
  const key = node.type === "pair" ? field(node, "key") : undefined;
  if (key === undefined || child(key, "interpolation") !== undefined) return undefined;
  const isSymbol = SYMBOLS.has(key.type) || (key.type === "string" && reading.text[key.end] === ":");
  const name = isSymbol ? entryKey(key, reading) : undefined;
  return typeof name === "string" ? name : undefined;
}

function entryKey(key: Syntax, reading: Reading): string | Expression {
  if (key.type === "hash_key_symbol") return textOf(key, reading);
  const value = expression(key, reading);
  return value.kind === "literal" && typeof value.value === "string" ? value.value : value;
}

/** `x:` stands for `x: x`. */
function pairValue(node: Syntax, reading: Reading): Expression {
  const value = field(node, "value");
  if (value !== undefined) return expression(value, reading);
  return nameOf(field(node, "key") ?? node, reading);
}

function entries(nodes: readonly Syntax[], reading: Reading): Entry[] {
  return nodes.map((node): Entry => {
    const key = field(node, "key");
    const span = spanOf(node);
    if (node.type === "pair" && key !== undefined) {
      return {
        kind: "entry",
        key: entryKey(key, reading),
        value: pairValue(node, reading),
        span,
        keySpan: spanOf(key),
      };
    }
    const inner = node.type === "hash_splat_argument" ? node.children[0] : node;
    const anonymous: Expression = { kind: "name", name: "**", span };
    return { kind: "spread", value: inner === undefined ? anonymous : expression(inner, reading), span };
  });
}

// --- Operators

const BINARY: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["&&", "and"],
  ["||", "or"],
  ...(["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "|", "&"] as const).map(
    (operator): [string, BinaryOperator] => [operator, operator],
  ),
]);

function binary(node: Syntax, reading: Reading): Expression {
  const links: Syntax[] = [];
  let at: Syntax | undefined = node;
  while (at !== undefined && at.type === "binary") {
    links.push(at);
    at = field(at, "left");
  }
  let left = optional(at, node, reading);
  for (const link of links.toReversed()) left = binaryLink(link, left, reading);
  return left;
}

function binaryLink(node: Syntax, left: Expression, reading: Reading): Expression {
  const rightNode = field(node, "right");
  const right = optional(rightNode, node, reading);
  const sign = operatorOf(node);
  const operator = operatorText(node, reading);
  if (operator === "<<" && sign !== undefined) {
    return {
      kind: "call",
      callee: member(left, node.start, sign, reading),
      arguments: [{ value: right, span: right.span }],
      argumentsSpan: spanOf(rightNode ?? node),
      bare: true,
      span: spanOf(node),
    };
  }
  return { kind: "binary", operator: BINARY.get(operator) ?? "other", left, right, span: spanOf(node) };
}

function unary(node: Syntax, reading: Reading): Expression {
  const operator = operatorText(node, reading);
  const value = optional(field(node, "operand"), node, reading);
  if (operator === "!" || operator === "not") return { kind: "not", value, span: spanOf(node) };
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number")
    return literal(node, -value.value);
  return opaque(node, `the value of ${operator} is not followed`, [value]);
}

function ternary(node: Syntax, reading: Reading): Expression {
  return {
    kind: "ternary",
    test: optional(field(node, "condition"), node, reading),
    then: optional(field(node, "consequence"), node, reading),
    else: optional(field(node, "alternative"), node, reading),
    span: spanOf(node),
  };
}

// --- Literals

function integer(node: Syntax, reading: Reading): Expression {
  const digits = textOf(node, reading).replaceAll("_", "").toLowerCase();
  const value = Number(digits.replace(/^0d(?=\d)/, "").replace(/^0(?=[0-7]+$)/, "0o"));
  return Number.isSafeInteger(value) ? literal(node, value) : opaque(node, "a big number");
}

function float(node: Syntax, reading: Reading): Expression {
  const value = Number(textOf(node, reading).replaceAll("_", ""));
  return Number.isFinite(value) ? literal(node, value) : opaque(node, "a big number");
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["s", " "],
  ["r", "\r"],
  ["e", "\u001b"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["v", "\v"],
  ["f", "\f"],
  ["\n", ""],
  ["\r\n", ""],
]);

function codePoint(value: number): string {
  return value <= 0x10ffff ? String.fromCodePoint(value) : "\ufffd";
}

/** What one escape sequence of a double-quoted string stands for; `escape` begins with the backslash. */
function unescape(escape: string): string {
  const rest = escape.slice(1);
  if (/^u\{[\da-f\s]*\}$/i.test(rest)) {
    const codes = rest.slice(2, -1).trim().split(/\s+/);
    return codes.map((code) => (code === "" ? "" : codePoint(Number.parseInt(code, 16)))).join("");
  }
  if (/^(?:u[\da-f]{4}|x[\da-f]{1,2})$/i.test(rest)) return codePoint(Number.parseInt(rest.slice(1), 16));
  if (/^[0-7]{1,3}$/.test(rest)) return codePoint(Number.parseInt(rest, 8) & 0xff);
  return ESCAPES.get(rest) ?? rest;
}

const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);

/** Characters that a backslash protects in a literal without interpolation; undefined when escapes are decoded. */
function rawDelimiters(node: Syntax, reading: Reading): string | undefined {
  const opening = reading.text.slice(node.start, node.start + 3);
  if (opening.startsWith("'") || opening.startsWith(":'")) return "'\\";
  if (!/^%[qwis]/.test(opening)) return undefined;
  const delimiter = opening[2] ?? "";
  return `\\${delimiter}${CLOSERS.get(delimiter) ?? ""}${/^%[wi]/.test(opening) ? " \n\t" : ""}`;
}

type Part = string | Expression;

function partsOf(node: Syntax, raw: string | undefined, reading: Reading): Part[] {
  return node.children.map((part): Part => {
    const written = textOf(part, reading);
    if (part.type === "interpolation") return asValue(part, statements(part.children, reading));
    if (raw !== undefined) return written.replace(/\\([^])/g, (all, kept: string) => (raw.includes(kept) ? kept : all));
    return part.type === "escape_sequence" ? unescape(written) : written;
  });
}

/** A literal when every part is constant, else `text`; neighbouring constants become one. */
function textFrom(node: Span, parts: readonly Part[]): Expression {
  const merged: Part[] = [];
  let constant: string[] = [];
  const flush = () => {
    const joined = constant.join("");
    if (joined !== "") merged.push(joined);
    constant = [];
  };
  for (const part of parts) {
    if (typeof part === "string") constant.push(part);
    else {
      flush();
      merged.push(part);
    }
  }
  flush();
  const [only = ""] = merged;
  if (merged.length <= 1 && typeof only === "string") return literal(node, only);
  return { kind: "text", parts: merged, span: spanOf(node) };
}

function string(node: Syntax, reading: Reading): Expression {
  return textFrom(node, partsOf(node, rawDelimiters(node, reading), reading));
}

function wordArray(node: Syntax, reading: Reading): Expression {
  const raw = rawDelimiters(node, reading);
  const items = node.children.map((word) => ({
    value: textFrom(word, partsOf(word, raw, reading)),
    span: spanOf(word),
  }));
  return { kind: "list", items, span: spanOf(node) };
}

function chainedString(node: Syntax, reading: Reading): Expression {
  const parts: Part[] = [];
  for (const value of expressions(node.children, reading)) {
    if (value.kind === "text") append(parts, value.parts);
    else parts.push(value.kind === "literal" && typeof value.value === "string" ? value.value : value);
  }
  return textFrom(node, parts);
}

function character(node: Syntax, reading: Reading): Expression {
  const written = textOf(node, reading).slice(1);
  return literal(node, written.startsWith("\\") ? unescape(written) : written);
}

/** Columns that leading blanks take; a tab goes to the next multiple of eight. */
function indentWidth(line: string): number {
  let width = 0;
  for (const blank of line) {
    if (blank === " ") width += 1;
    else if (blank === "\t") width += 8 - (width % 8);
    else break;
  }
  return width;
}

function stripIndent(line: string, columns: number): string {
  let at = 0;
  for (let width = 0; at < line.length && width < columns; at += 1) {
    const blank = line[at];
    if (blank !== " " && blank !== "\t") break;
    width += blank === " " ? 1 : 8 - (width % 8);
    if (width > columns) break;
  }
  return line.slice(at);
}

function startsLine(segment: number, line: number): boolean {
  return segment === 0 || line > 0;
}

/** Removes the least indentation from every line, as `<<~` does; `undefined` stands for what is not constant. */
function dedent(texts: readonly (string | undefined)[]): (string | undefined)[] {
  const lines = texts.map((text) => text?.split("\n"));
  let least = Number.POSITIVE_INFINITY;
  for (const [segment, own] of lines.entries()) {
    for (const [at, line] of own?.entries() ?? []) {
      const goesOn = at === (own?.length ?? 0) - 1 && segment < lines.length - 1;
      if (startsLine(segment, at) && (goesOn || line.trim() !== "")) least = Math.min(least, indentWidth(line));
    }
  }
  return lines.map((own, segment) =>
    own?.map((line, at) => (startsLine(segment, at) ? stripIndent(line, least) : line)).join("\n"),
  );
}

function heredoc(node: Syntax, reading: Reading): Expression {
  const content = reading.heredocs.get(node.start);
  if (content === undefined) return opaque(node, "the here-document has no body");
  const opening = textOf(node, reading);
  const segments = content.children.filter((part) => part.type !== "heredoc_end");
  const written = segments.map((part) => (part.type === "heredoc_content" ? textOf(part, reading) : undefined));
  const last = written.at(-1);
  // The body's first line break ends the line of `<<~NAME`; the blanks after its last one indent `NAME`.
  if (last !== undefined) written[written.length - 1] = last.slice(0, last.lastIndexOf("\n") + 1);
  written[0] = written[0]?.replace(/^\r?\n/, "");
  const texts = opening.startsWith("<<~") ? dedent(written) : written;
  const parts = partsOf({ ...content, children: segments }, undefined, reading).map((part, at) => texts[at] ?? part);
  if (opening.includes("`")) {
    return opaque(
      node,
      "the output of a command",
      parts.filter((part) => typeof part !== "string"),
    );
  }
  return textFrom(node, parts);
}

function withInterpolations(because: string): LowerExpression {
  return (node, reading) =>
    opaque(
      node,
      because,
      node.children
        .filter((part) => part.type === "interpolation")
        .map((part) => asValue(part, statements(part.children, reading))),
    );
}

function unknown(because: string): LowerExpression {
  return (node, reading) => opaque(node, because, expressions(node.children, reading));
}

// --- Functions

type ReadParameter = (node: Syntax, reading: Reading) => Omit<Parameter, "span">;

function namedParameter(node: Syntax, anonymous: string, reading: Reading): Omit<Parameter, "span"> {
  const place = field(node, "name");
  const name = place === undefined ? anonymous : textOf(place, reading);
  const value = field(node, "value");
  return {
    target: { kind: "name", name, span: spanOf(place ?? node) },
    name,
    ...(value !== undefined && { default: expression(value, reading) }),
  };
}

const PARAMETERS: ReadonlyMap<string, ReadParameter> = new Map<string, ReadParameter>([
  ["identifier", (node, reading) => ({ target: nameOf(node, reading), name: textOf(node, reading) })],
  ["optional_parameter", (node, reading) => namedParameter(node, "", reading)],
  ["keyword_parameter", (node, reading) => ({ ...namedParameter(node, "", reading), keyword: true })],
  ["splat_parameter", (node, reading) => ({ ...namedParameter(node, "*", reading), rest: "list" })],
  ["hash_splat_parameter", (node, reading) => ({ ...namedParameter(node, "**", reading), rest: "map" })],
  ["forward_parameter", (node, reading) => ({ ...namedParameter(node, "...", reading), rest: "list" })],
  // `&block` takes the block, never a positional argument: its type says so.
  ["block_parameter", (node, reading) => ({ ...namedParameter(node, "&", reading), type: "Proc" })],
  ["destructured_parameter", (node, reading) => ({ target: listTarget(node, reading), name: textOf(node, reading) })],
]);

function parameters(list: Syntax | undefined, reading: Reading): Parameter[] {
  const result: Parameter[] = [];
  for (const node of list?.children ?? []) {
    const read = node.field === "locals" ? undefined : PARAMETERS.get(node.type);
    if (read !== undefined) result.push({ ...read(node, reading), span: spanOf(node) });
  }
  return result;
}

function bodySpan(node: Syntax, reading: Reading): Span {
  const inner = field(node, "body");
  if (inner !== undefined) return spanOf(inner);
  const end = node.end - (reading.text[node.end - 1] === "}" ? 1 : 3);
  const start = field(node, "parameters")?.end ?? field(node, "name")?.end ?? node.start;
  return { start: Math.max(start, end), end: Math.max(start, end) };
}

/** Several statements, or the one expression of `def x = value`. */
function functionBody(node: Syntax | undefined, reading: Reading): Statement[] {
  if (node === undefined) return [];
  return withValue(STATEMENT_LISTS.has(node.type) ? body(node, reading) : statement(node, reading));
}

function makeFunction(node: Syntax, next: Reading["next"], reading: Reading): FunctionExpression {
  return withNext(reading, next, () => ({
    kind: "function",
    parameters: parameters(field(node, "parameters"), reading),
    body: functionBody(field(node, "body"), reading),
    annotations: [],
    implicitReturn: true,
    span: spanOf(node),
    bodySpan: bodySpan(node, reading),
  }));
}

function blockFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "continue", reading), lexicalThis: true, blockScope: true };
}

/** The block of a lambda: `return` and `next` leave the lambda itself. */
function lambdaFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "return", reading), lexicalThis: true };
}

/** `->(x) { … }`: the parameters stand beside the block. */
function lambda(node: Syntax, reading: Reading): Expression {
  const lowered = lambdaFunction(field(node, "body") ?? node, reading);
  return { ...lowered, parameters: parameters(field(node, "parameters"), reading), span: spanOf(node) };
}

function methodFunction(node: Syntax, reading: Reading): FunctionExpression {
  return { ...makeFunction(node, "continue", reading), name: textOf(field(node, "name") ?? node, reading) };
}

/** `def x` outside a class body; `def object.x` is an assignment to a member. */
function method(node: Syntax, reading: Reading): Statement[] {
  const value = methodFunction(node, reading);
  const name = field(node, "name") ?? node;
  const object = node.type === "singleton_method" ? field(node, "object") : undefined;
  if (object !== undefined) {
    const to = member(expression(object, reading), object.start, name, reading);
    return [{ kind: "assign", target: to, value, span: spanOf(node) }];
  }
  const to = nameOf(name, reading);
  return [{ kind: "assign", target: to, value, declare: "function", hoisted: true, span: spanOf(node) }];
}

// --- Classes

function methodMember(node: Syntax, isStatic: boolean, reading: Reading): Member {
  const lowered = methodFunction(node, reading);
  const name = lowered.name ?? "";
  if (field(node, "name")?.type === "setter" && name.endsWith("=")) {
    return { kind: "method", name: name.slice(0, -1).trimEnd(), role: "setter", static: isStatic, function: lowered };
  }
  const role = name === "initialize" && !isStatic ? "constructor" : "method";
  return { kind: "method", name, role, static: isStatic, function: lowered };
}

function constantField(node: Syntax, name: string, value: Expression): Member {
  return { kind: "field", name, value, static: true, annotations: [], span: spanOf(node) };
}

/** `X = 1` and `X ||= 1` in a class body. */
function constantMember(node: Syntax, reading: Reading): Member | undefined {
  const left = field(node, "left");
  const right = field(node, "right");
  const operator = operatorText(node, reading) || "||=";
  if (left?.type !== "constant" || right === undefined || operator !== "||=") return undefined;
  return constantField(node, textOf(left, reading), rightSide(right, reading));
}

function isOwnSingleton(node: Syntax, className: string, reading: Reading): boolean {
  const object = field(node, "object") ?? field(node, "value");
  return object?.type === "self" || (object?.type === "constant" && textOf(object, reading) === className);
}

/** `private def x`, `helper_method memoize def x`: the method inside the arguments. */
function methodArguments(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  let lists = [node];
  for (let level = 0; level < 5 && lists.length > 0; level += 1) {
    const inner = lists.flatMap((call) => (call.type === "call" ? (field(call, "arguments")?.children ?? []) : []));
    append(
      found,
      inner.filter((part) => part.type === "method" || part.type === "singleton_method"),
    );
    lists = inner.filter((part) => part.type === "call");
  }
  return found;
}

interface ClassBody {
  readonly name: string;
  readonly static: boolean;
}

function classMember(node: Syntax, of: ClassBody, reading: Reading): Member[] {
  switch (node.type) {
    case "method":
      return [methodMember(node, of.static, reading)];
    case "singleton_method":
      if (isOwnSingleton(node, of.name, reading)) return [methodMember(node, true, reading)];
      break;
    case "singleton_class":
      if (isOwnSingleton(node, of.name, reading))
        return classMembers(field(node, "body"), { ...of, static: true }, reading);
      break;
    case "class":
    case "module": {
      const lowered = classExpression(node, reading);
      return [constantField(node, lowered.name ?? "", lowered)];
    }
    case "assignment":
    case "operator_assignment": {
      const constant = constantMember(node, reading);
      if (constant !== undefined) return [constant];
      break;
    }
    case "ERROR":
    case "body_statement":
      return classMembers(node, of, reading);
    case "call": {
      const members: Member[] = [];
      for (const argument of methodArguments(node)) {
        append(members, classMember(argument, of, reading));
        reading.lifted.add(argument);
      }
      append(members, statementMembers(node, reading));
      return members;
    }
  }
  return statementMembers(node, reading);
}

function statementMembers(node: Syntax, reading: Reading): Member[] {
  return statement(node, reading).map((statement) => ({ kind: "statement", statement }));
}

function classMembers(node: Syntax | undefined, of: ClassBody, reading: Reading): Member[] {
  const members: Member[] = [];
  if (node === undefined || reading.depth >= MAX_DEPTH) return members;
  reading.depth += 1;
  for (const part of node.children) append(members, classMember(part, of, reading));
  reading.depth -= 1;
  return members;
}

/** The last name of `A::B`, where it stands. */
function className(node: Syntax): Syntax {
  const name = field(node, "name") ?? node;
  return name.type === "scope_resolution" ? (field(name, "name") ?? name) : name;
}

function classExpression(node: Syntax, reading: Reading): ClassExpression {
  const name = textOf(className(node), reading);
  const base = field(node, "superclass")?.children[0];
  const members = withNext(reading, "continue", () =>
    classMembers(field(node, "body"), { name, static: false }, reading),
  );
  return {
    kind: "class",
    name,
    bases: [...(base === undefined ? [] : [expression(base, reading)]), ...members.flatMap(mixins)],
    members,
    annotations: [],
    span: spanOf(node),
  };
}

/** The modules of `include A, B` in the body of a class. */
function mixins(member: Member): Expression[] {
  if (member.kind !== "statement" || member.statement.kind !== "expression") return [];
  const { value } = member.statement;
  if (value.kind !== "call" || value.callee.kind !== "name" || !/^(?:include|prepend)$/.test(value.callee.name))
    return [];
  return value.arguments.map((argument) => argument.value).filter(({ kind }) => kind === "name" || kind === "member");
}

function classStatement(node: Syntax, reading: Reading): Statement[] {
  const value = classExpression(node, reading);
  return [{ kind: "assign", target: nameOf(className(node), reading), value, declare: "function", span: spanOf(node) }];
}

/** `class << object` outside a class: each method becomes a member of the object. */
function singletonClass(node: Syntax, reading: Reading): Statement[] {
  const object = optional(field(node, "value"), node, reading);
  const result: Statement[] = [];
  for (const part of field(node, "body")?.children ?? []) {
    const name = part.type === "method" ? field(part, "name") : undefined;
    if (name === undefined) append(result, statement(part, reading));
    else {
      const to = member(object, name.start, name, reading);
      result.push({ kind: "assign", target: to, value: methodFunction(part, reading), span: spanOf(part) });
    }
  }
  return result;
}

function methodValue(node: Syntax, reading: Reading): Expression {
  const name = field(node, "name") ?? node;
  return reading.lifted.has(node) ? literal(name, textOf(name, reading)) : asValue(node, statement(node, reading));
}

// --- Assignments

const LISTS = new Set(["left_assignment_list", "destructured_left_assignment", "destructured_parameter"]);
const RESTS = new Set(["rest_assignment", "splat_parameter"]);

function asTarget(value: Expression): Target | undefined {
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

function target(node: Syntax, reading: Reading): Target | undefined {
  if (!LISTS.has(node.type)) return asTarget(expression(node, reading));
  return reading.depth >= MAX_DEPTH ? undefined : listTarget(node, reading);
}

function listTarget(node: Syntax, reading: Reading): Target {
  reading.depth += 1;
  const at = node.children.findIndex((part) => RESTS.has(part.type));
  const plain = at === -1 ? node.children : node.children.slice(0, at);
  const restName = node.children[at]?.children[0];
  const rest = restName === undefined ? undefined : target(restName, reading);
  const items = plain.map((part) => target(part, reading));
  reading.depth -= 1;
  return { kind: "list", items, ...(rest !== undefined && { rest }), span: spanOf(node) };
}

/** The targets after a splat, whose place in the list depends on its length. */
function afterRest(node: Syntax): readonly Syntax[] {
  const at = LISTS.has(node.type) ? node.children.findIndex((part) => RESTS.has(part.type)) : -1;
  return at === -1 ? [] : node.children.slice(at + 1);
}

const DECLARES: ReadonlyMap<string, "local" | "function"> = new Map([
  ["identifier", "local"],
  ["constant", "function"],
  ...[...LISTS].map((type): [string, "local"] => [type, "local"]),
]);

function assign(left: Syntax, to: Target, value: Expression, whole: Span = left): Assignment {
  const declare = DECLARES.get(left.type);
  return { kind: "assign", target: to, value, ...(declare !== undefined && { declare }), span: spanOf(whole) };
}

/** `= 1, *b` is a list. */
function rightSide(node: Syntax, reading: Reading): Expression {
  if (node.type === "right_assignment_list" || node.type === "splat_argument") {
    const nodes = node.type === "splat_argument" ? [node] : node.children;
    return { kind: "list", items: listItems(nodes, false, reading), span: spanOf(node) };
  }
  return expression(node, reading);
}

const COMPOUND: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["||=", "or"],
  ["&&=", "and"],
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["|=", "|"],
  ["&=", "&"],
]);

function assignment(node: Syntax, reading: Reading): Statement[] {
  const left = field(node, "left") ?? node.children[0] ?? node;
  const right = field(node, "right");
  const written = left === node || LISTS.has(left.type) ? undefined : expression(left, reading);
  const listed = LISTS.has(left.type) ? target(left, reading) : undefined;
  const to = written === undefined ? listed : asTarget(written);
  const value = right === undefined ? opaque(node, "an expression is missing") : rightSide(right, reading);
  if (to === undefined) {
    const children = written === undefined ? [value] : [written, value];
    return [expressionStatement(opaque(node, "an assignment to what cannot be followed", children))];
  }
  const plain = assign(left, to, value, node);
  if (node.type === "operator_assignment") {
    const operator = operatorText(node, reading);
    return [{ ...plain, operator: COMPOUND.get(operator) ?? "other" }];
  }
  const unknowns = afterRest(left).flatMap((part) => bindUnknown(part, "it stands after a splat", reading));
  return [plain, ...unknowns];
}

// --- Branches

interface Branch {
  readonly test: Expression;
  readonly then: Statement[];
  readonly span: Span;
}

/** An if/else-if chain, built from its end. */
function branches(list: readonly Branch[], otherwise: readonly Statement[], cutOff: Span | undefined): Statement[] {
  let rest: Statement[] =
    cutOff === undefined ? [...otherwise] : [expressionStatement(opaque(cutOff, "too many branches"))];
  for (const branch of list.toReversed()) rest = [{ kind: "if", ...branch, else: rest }];
  return rest;
}

function ifStatement(node: Syntax, reading: Reading): Statement[] {
  const list: Branch[] = [];
  let at: Syntax | undefined = node;
  while (at !== undefined && at.type !== "else" && list.length < MAX_BRANCHES) {
    const test = optional(field(at, "condition"), at, reading);
    list.push({ test, then: body(field(at, "consequence"), reading), span: spanOf(at) });
    at = field(at, "alternative");
  }
  return at === undefined || at.type === "else" ? branches(list, body(at, reading), undefined) : branches(list, [], at);
}

function negated(value: Expression): Expression {
  return { kind: "not", value, span: value.span };
}

function unlessStatement(node: Syntax, reading: Reading): Statement[] {
  const test = negated(optional(field(node, "condition"), node, reading));
  const then = body(field(node, "consequence"), reading);
  return [{ kind: "if", test, then, else: body(field(node, "alternative"), reading), span: spanOf(node) }];
}

function modifier(node: Syntax, reading: Reading): Statement[] {
  const condition = optional(field(node, "condition"), node, reading);
  const test = node.type === "unless_modifier" ? negated(condition) : condition;
  const inner = field(node, "body");
  const then = inner === undefined ? [] : statement(inner, reading);
  return [{ kind: "if", test, then, else: [], span: spanOf(node) }];
}

function whenTest(pattern: Syntax, subject: Expression | undefined, reading: Reading): Expression {
  const node = pattern.type === "pattern" ? (pattern.children[0] ?? pattern) : pattern;
  const span = spanOf(node);
  const inner = node.type === "splat_argument" ? node.children[0] : undefined;
  const right = expression(inner ?? node, reading);
  if (subject === undefined) return right;
  if (inner !== undefined) return { kind: "binary", operator: "in", left: subject, right, span };
  // `when String` asks for the class; a constant in capitals holds a value.
  const isClass = PLAIN_TYPES.has(node.type) && /[A-Z]\w*[a-z]\w*$/.test(textOf(node, reading).slice(-200));
  return { kind: "binary", operator: isClass ? "instanceof" : "==", left: subject, right, span };
}

function when(node: Syntax, subject: Expression | undefined, reading: Reading): Branch {
  let test: Expression | undefined;
  for (const pattern of node.children) {
    if (pattern.field !== "pattern") continue;
    const right = whenTest(pattern, subject, reading);
    test =
      test === undefined
        ? right
        : { kind: "binary", operator: "or", left: test, right, span: { start: test.span.start, end: right.span.end } };
  }
  const missing = opaque(node, "an expression is missing");
  return { test: test ?? missing, then: body(field(node, "body"), reading), span: spanOf(node) };
}

function caseStatement(node: Syntax, reading: Reading): Statement[] {
  const value = field(node, "value");
  const subject = value === undefined ? undefined : expression(value, reading);
  const whens = node.children.filter((part) => part.type === "when");
  const list = whens.slice(0, MAX_BRANCHES).map((part) => when(part, subject, reading));
  return branches(list, body(child(node, "else"), reading), whens[MAX_BRANCHES]);
}

const PINNED = new Set(["variable_reference_pattern", "expression_reference_pattern"]);

interface Pattern {
  /** The variables that it binds. */
  readonly names: readonly Syntax[];
  /** The expressions that it compares with: `^(x)`. */
  readonly pinned: readonly Syntax[];
}

function readPattern(node: Syntax | undefined): Pattern {
  const names: Syntax[] = [];
  const pinned: Syntax[] = [];
  const left = node === undefined ? [] : [node];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (PINNED.has(part.type)) append(pinned, part.children);
    else if (part.type === "identifier") names.push(part);
    else if (part.type === "hash_key_symbol") continue;
    else {
      const key = part.type === "keyword_pattern" && part.children.length === 1 ? part.children[0] : undefined;
      if (key !== undefined) names.push(key);
      append(left, part.children.toReversed());
    }
  }
  return { names, pinned };
}

function bindPattern(pattern: Pattern, reading: Reading): Statement[] {
  return pattern.names.map((name) => ({
    kind: "assign",
    target: nameOf(name, reading),
    value: opaque(name, "bound by a pattern"),
    declare: "local",
    span: spanOf(name),
  }));
}

function inClause(node: Syntax, subject: Expression | undefined, reading: Reading): Branch {
  const place = field(node, "pattern");
  const pattern = readPattern(place);
  const guard = field(node, "guard");
  const children = [...(subject === undefined ? [] : [subject]), ...expressions(pattern.pinned, reading)];
  if (guard !== undefined) append(children, expressions(guard.children, reading));
  const then = [...bindPattern(pattern, reading), ...body(field(node, "body"), reading)];
  return { test: opaque(guard ?? place ?? node, "a pattern", children), then, span: spanOf(node) };
}

function caseMatch(node: Syntax, reading: Reading): Statement[] {
  const value = field(node, "value");
  const subject = value === undefined ? undefined : expression(value, reading);
  const clauses = node.children.filter((part) => part.type === "in_clause");
  const list = clauses
    .slice(0, MAX_BRANCHES)
    .map((clause, at) => inClause(clause, at === 0 ? subject : undefined, reading));
  return branches(list, body(child(node, "else"), reading), clauses[MAX_BRANCHES]);
}

/** `value => pattern`, `value in pattern` */
function matchPattern(node: Syntax, reading: Reading): Statement[] {
  const pattern = readPattern(field(node, "pattern"));
  const value = optional(field(node, "value"), node, reading);
  const match = opaque(node, "a pattern", [value, ...expressions(pattern.pinned, reading)]);
  return [...bindPattern(pattern, reading), expressionStatement(match)];
}

// --- Loops and jumps

function whileLoop(node: Syntax, reading: Reading): Statement[] {
  const condition = optional(field(node, "condition"), node, reading);
  const inner = field(node, "body");
  const turns = withNext(reading, "continue", () => {
    if (inner === undefined) return [];
    return STATEMENT_LISTS.has(inner.type) ? body(inner, reading) : statement(inner, reading);
  });
  const test = node.type.startsWith("until") ? negated(condition) : condition;
  return [{ kind: "loop", test, body: turns, span: spanOf(node) }];
}

function forLoop(node: Syntax, reading: Reading): Statement[] {
  const pattern = field(node, "pattern");
  const bind = pattern === undefined ? undefined : target(pattern, reading);
  const over = optional(field(node, "value")?.children[0], node, reading);
  const turns = withNext(reading, "continue", () => body(field(node, "body"), reading));
  return [{ kind: "loop", ...(bind !== undefined && { bind }), over, body: turns, span: spanOf(node) }];
}

/** `loop do … end` is a loop; every other call stays one. */
function callStatement(node: Syntax, reading: Reading): Statement[] {
  const block = field(node, "block");
  const name = field(node, "method");
  const isLoop =
    block !== undefined && node.children.length === 2 && name !== undefined && textOf(name, reading) === "loop";
  if (!isLoop) return [expressionStatement(chain(node, reading))];
  const turns = withNext(reading, "continue", () => body(field(block, "body"), reading));
  return [{ kind: "loop", body: turns, span: spanOf(node) }];
}

function jumpValue(node: Syntax, reading: Reading): Expression | undefined {
  const list = node.children[0];
  if (list === undefined) return undefined;
  const items = listItems(list.children, false, reading);
  const [only] = items;
  if (items.length === 1 && only !== undefined && only.spread === undefined) return only.value;
  return { kind: "list", items, span: spanOf(list) };
}

function returnStatement(node: Syntax, reading: Reading): Statement[] {
  const value = jumpValue(node, reading);
  return [{ kind: "return", ...(value !== undefined && { value }), span: spanOf(node) }];
}

/** `next value` and `break value`: the value is the last one reached. */
function jump(kind: "continue" | "break"): LowerStatement {
  return (node, reading) => {
    const value = jumpValue(node, reading);
    const last: Statement = { kind, span: spanOf(node) };
    return value === undefined ? [last] : [expressionStatement(value), last];
  };
}

function nextStatement(node: Syntax, reading: Reading): Statement[] {
  return (reading.next === "return" ? returnStatement : jump("continue"))(node, reading);
}

function rescueModifier(node: Syntax, reading: Reading): Statement[] {
  const attempted = field(node, "body");
  const instead = field(node, "handler");
  return [
    {
      kind: "try",
      body: attempted === undefined ? [] : statement(attempted, reading),
      handlers: [{ types: [], body: instead === undefined ? [] : statement(instead, reading) }],
      finally: [],
      span: spanOf(node),
    },
  ];
}

/** `yield 1`, `alias a b`: a call of the keyword. */
function keywordCall(keyword: string, list: (node: Syntax) => Syntax | undefined): LowerExpression {
  return (node, reading) =>
    call(
      node,
      nameOf({ start: node.start, end: node.start + keyword.length }, reading),
      list(node),
      undefined,
      reading,
    );
}

function alias(node: Syntax, reading: Reading): Expression {
  const items = node.children.map((name) => ({
    value: literal(name, textOf(name, reading).replace(/^:/, "")),
    span: spanOf(name),
  }));
  const callee = nameOf({ start: node.start, end: node.start + node.type.length }, reading);
  return { kind: "call", callee, arguments: items, bare: true, span: spanOf(node) };
}

// --- Tables

const STATEMENT_LISTS = new Set(["program", "body_statement", "block_body", "then", "do", "else", "begin", "ensure"]);

const EXPRESSIONS: ReadonlyMap<string, LowerExpression> = new Map<string, LowerExpression>([
  ["identifier", identifier],
  ["constant", nameOf],
  ["global_variable", nameOf],
  ["instance_variable", ofThis],
  ["class_variable", ofThis],
  ["self", (node) => ({ kind: "this", span: spanOf(node) })],
  ["super", (node, reading) => call(node, { kind: "super", span: spanOf(node) }, undefined, undefined, reading)],
  ["call", chain],
  ["element_reference", chain],
  ["scope_resolution", chain],
  ["yield", keywordCall("yield", (node) => node.children[0])],
  ["alias", alias],
  ["undef", alias],
  ["method", methodValue],
  ["singleton_method", methodValue],
  ["binary", binary],
  ["unary", unary],
  ["conditional", ternary],
  ["nil", (node) => literal(node, null)],
  ["true", (node) => literal(node, true)],
  ["false", (node) => literal(node, false)],
  ["integer", integer],
  ["float", float],
  ["rational", unknown("a rational number")],
  ["complex", unknown("a complex number")],
  ["string", string],
  ["delimited_symbol", string],
  ["simple_symbol", (node, reading) => literal(node, textOf(node, reading).slice(1))],
  ["chained_string", chainedString],
  ["character", character],
  ["heredoc_beginning", heredoc],
  ["string_array", wordArray],
  ["symbol_array", wordArray],
  ["subshell", withInterpolations("the output of a command")],
  ["regex", withInterpolations("a regular expression")],
  ["range", unknown("a range")],
  ["file", unknown("the path of this file")],
  ["line", unknown("a line number")],
  ["encoding", unknown("an encoding")],
  ["array", (node, reading) => ({ kind: "list", items: listItems(node.children, false, reading), span: spanOf(node) })],
  ["hash", (node, reading) => ({ kind: "object", entries: entries(node.children, reading), span: spanOf(node) })],
  ["lambda", lambda],
  ["block", blockFunction],
  ["do_block", blockFunction],
]);

const MAGIC = new Set(["__FILE__", "__LINE__", "__dir__", "__method__", "__ENCODING__"]);

function identifier(node: Syntax, reading: Reading): Expression {
  const name = nameOf(node, reading);
  return name.kind === "name" && MAGIC.has(name.name) ? opaque(node, `${name.name} depends on the place`) : name;
}

const STATEMENTS: ReadonlyMap<string, LowerStatement> = new Map<string, LowerStatement>([
  ...[...STATEMENT_LISTS, "begin_block", "end_block", "parenthesized_statements", "ERROR"].map(
    (type): [string, LowerStatement] => [type, body],
  ),
  ["empty_statement", () => []],
  ["uninterpreted", () => []],
  ["call", callStatement],
  ["assignment", assignment],
  ["operator_assignment", assignment],
  ["if", ifStatement],
  ["elsif", ifStatement],
  ["unless", unlessStatement],
  ["if_modifier", modifier],
  ["unless_modifier", modifier],
  ["case", caseStatement],
  ["case_match", caseMatch],
  ["match_pattern", matchPattern],
  ["test_pattern", matchPattern],
  ["while", whileLoop],
  ["until", whileLoop],
  ["while_modifier", whileLoop],
  ["until_modifier", whileLoop],
  ["for", forLoop],
  ["rescue_modifier", rescueModifier],
  ["return", returnStatement],
  ["next", nextStatement],
  ["redo", jump("continue")],
  ["retry", jump("continue")],
  ["break", jump("break")],
  ["method", method],
  ["singleton_method", method],
  ["class", classStatement],
  ["module", classStatement],
  ["singleton_class", singletonClass],
]);

/** Lowers one Ruby file. */
export function lowerRuby(tree: SyntaxTree, source: SourceFile): Program {
  const { root, heredocs } = source.text.includes("<<")
    ? withoutHeredocs(tree.root)
    : { root: tree.root, heredocs: new Map<number, Syntax>() };
  const reading: Reading = { text: source.text, heredocs, depth: 0, next: "continue", lifted: new Set() };
  return {
    kind: "program",
    file: source.file,
    language: "ruby",
    body: statements(root.children, reading),
    errors: tree.errors,
    comments: tree.comments,
  };
}
