import type { SourceFile } from "../../language.ts";
import type {
  Argument,
  Assignment,
  BinaryOperator,
  ClassExpression,
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
import type { SyntaxNode as Node, SyntaxTree } from "../../syntax.ts";

const MAX_DEPTH = 400;
const MAX_BRANCHES = 2_000;
/** How many `case` bodies one `case` may fall through; deeper in nested switches none, so that copies stay few. */
const MAX_FALL_THROUGH = 16;
const MAX_FALL_THROUGH_NESTING = 2;

/** What the lowering carries from node to node of one file. */
interface Context {
  readonly text: string;
  /** The tree has errors, so nodes may be missing. */
  readonly broken: boolean;
  depth: number;
  className: string | undefined;
  /** Jumps out of the innermost `switch` statement; undefined where a loop is nearer. */
  jumps: { breaks: number; continues: number } | undefined;
  /** How many `switch`es stand around. */
  switches: number;
  /** `yield`s of the innermost `switch` expression. */
  yields: { count: number } | undefined;
}

type LowerExpression = (context: Context, node: Node) => Expression;
type LowerStatement = (context: Context, node: Node, out: Statement[]) => void;
type Branch = { readonly test: Expression; readonly then: readonly Statement[]; readonly span: Span };

/** Lowers one parsed Java file. Never throws; what has no counterpart is `opaque`. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    broken: errors.length > 0,
    depth: 0,
    className: undefined,
    jumps: undefined,
    switches: 0,
    yields: undefined,
  };
  const nodes = root.children;
  const declared = nodes.find((node) => node.type === "package_declaration");
  const namespace = declared?.children.find((node) => NAMES.has(node.type));
  return {
    kind: "program",
    file: source.file,
    language: "java",
    body: statements(context, nodes),
    ...(namespace && { namespace: dotted(context, namespace) }),
    errors,
    comments,
  };
}

// Nodes

const NAMES = new Set(["identifier", "scoped_identifier"]);
const ANNOTATIONS = new Set(["annotation", "marker_annotation"]);

function span(node: Node): Span {
  return { start: node.start, end: node.end };
}

function textOf(context: Context, node: Node): string {
  return context.text.slice(node.start, node.end);
}

function fieldOf(node: Node | undefined, name: string): Node | undefined {
  return node?.parts.find((part) => part.field === name);
}

/** The nodes of a type in and under a node, in the order of the text. */
function descendants(node: Node, type: string): Node[] {
  const found: Node[] = [];
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type === type) found.push(next);
    open.push(...next.children.toReversed());
  }
  return found;
}

/** The text between the braces or parentheses of a node; the closing one may be missing. */
function inside(context: Context, node: Node): Span {
  const { start, end } = span(node);
  const closed = end - start >= 2 && /[)}\]]/.test(context.text.charAt(end - 1));
  return { start: Math.min(start + 1, end), end: closed ? end - 1 : end };
}

function dotted(context: Context, node: Node): string {
  return textOf(context, node).replace(/\s+/g, "");
}

function opaque(at: Span, because: string, parts: readonly Expression[] = []): Expression {
  return { kind: "opaque", because, children: parts, span: at };
}

function missing(node: Node): Expression {
  return opaque(span(node), "incomplete code");
}

function name(context: Context, node: Node): Expression & { kind: "name" } {
  return { kind: "name", name: textOf(context, node), span: span(node) };
}

function member(context: Context, object: Expression, property: Node, end = property.end): Expression {
  return {
    kind: "member",
    object,
    property: textOf(context, property),
    span: { start: object.span.start, end },
    propertySpan: span(property),
  };
}

// Types

/** A type as written, without type arguments, annotations and white space. */
function typeText(context: Context, node: Node): string {
  const text = textOf(context, node);
  if (node.type === "type_identifier") return text;
  let depth = 0;
  let plain = "";
  for (const piece of text.split(/([<>])/)) {
    if (piece === "<") depth++;
    else if (piece === ">") depth--;
    else if (depth === 0) plain += piece;
  }
  return plain.replace(/@[\w$.]+(?:\([^()]*\))?/g, "").replace(/\s+/g, "");
}

/** The type of a declaration; `var` says none. */
function declaredType(context: Context, type: Node | undefined, dimensions?: Node): { type?: string } {
  if (type === undefined) return {};
  const text = typeText(context, type);
  if (text === "var") return {};
  return { type: dimensions === undefined ? text : text + typeText(context, dimensions) };
}

/** A class named by a type: a name or a member chain, without type arguments. */
function typeExpression(context: Context, node: Node): Expression {
  const outer: Node[] = [];
  let at = node;
  for (;;) {
    const parts = at.children.filter((part) => part.type !== "type_arguments" && !ANNOTATIONS.has(part.type));
    const scoped = at.type === "scoped_type_identifier" || at.type === "scoped_identifier";
    const first = parts[0];
    if (first === undefined || !(scoped || at.type === "generic_type" || at.type === "annotated_type")) break;
    const property = parts.at(-1);
    if (scoped && property !== undefined && property !== first) outer.push(property);
    at = first;
  }
  const named = !/[[\]]/.test(at.type) && at.type !== "array_type";
  let result: Expression = named ? name(context, at) : opaque(span(at), "an array type");
  for (let index = outer.length - 1; index >= 0; index--) {
    const property = outer[index];
    if (property) result = member(context, result, property);
  }
  return result;
}

// Literals

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f", s: " ", "\n": "" };

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(\r\n|[^]))/g,
    (_, unicode?: string, octal?: string, other?: string) => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[other ?? ""] ?? (other === "\r\n" || other === "\r" ? "" : (other ?? ""));
    },
  );
}

/** A text block's content: incidental indentation and trailing white space removed (JLS 3.10.6). */
function textBlock(raw: string): string {
  const content = raw.slice(3, raw.endsWith('"""') && raw.length >= 6 ? -3 : undefined);
  const lines = content.replace(/\r\n?/g, "\n").split("\n").slice(1);
  let indent = Number.POSITIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    const width = line.length - line.trimStart().length;
    if (width < line.length || index === lines.length - 1) indent = Math.min(indent, width);
  }
  return unescape(lines.map((line) => line.slice(indent).trimEnd()).join("\n"));
}

function string(context: Context, node: Node): Expression {
  const raw = textOf(context, node);
  if (raw.includes("\\{")) return template(context, node);
  const value = raw.startsWith('"""') ? textBlock(raw) : unescape(raw.slice(1, -1));
  return { kind: "literal", value, span: span(node) };
}

function template(context: Context, node: Node): Expression {
  const parts = node.children.map((part) => {
    if (part.type !== "string_interpolation") return unescape(textOf(context, part));
    const value = part.children[0];
    return value === undefined ? missing(part) : expression(context, value);
  });
  return { kind: "text", parts, span: span(node) };
}

function number(context: Context, node: Node): Expression {
  const value = numberValue(textOf(context, node).replaceAll("_", ""));
  if (value === undefined) return opaque(span(node), "a number that cannot be represented exactly");
  return { kind: "literal", value, span: span(node) };
}

function numberValue(text: string): number | undefined {
  const long = /l$/i.test(text);
  const digits = long ? text.slice(0, -1) : text;
  if (/^0[xb]/i.test(digits) || /^0[0-7]+$/.test(digits)) {
    const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (!Number.isSafeInteger(value)) return undefined;
    return long ? value : value | 0;
  }
  const value = Number(digits.replace(/[fd]$/i, ""));
  const exact = Number.isFinite(value) && (Number.isSafeInteger(value) || /[.ef]|d$/i.test(digits));
  return exact ? value : undefined;
}

// Expressions

const BINARY: Readonly<Record<string, BinaryOperator>> = {
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "&&": "and",
  "||": "or",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
};

function operatorOf(text: string): BinaryOperator {
  return BINARY[text] ?? "other";
}

/** The field that leads to the left end of a chain of calls, members and indexes. */
const LINKS: Readonly<Record<string, string>> = {
  method_invocation: "object",
  field_access: "object",
  array_access: "array",
};

const literalOf =
  (value: boolean | null): LowerExpression =>
  (_, node) => ({ kind: "literal", value, span: span(node) });

const inner: LowerExpression = (context, node) => {
  const value = fieldOf(node, "value") ?? node.children.at(-1);
  return value ? expression(context, value) : missing(node);
};

const list: LowerExpression = (context, node) => ({ kind: "list", items: items(context, node), span: span(node) });

const EXPRESSIONS = new Map<string, LowerExpression>([
  ["identifier", name],
  ["this", (_, node) => ({ kind: "this", span: span(node) })],
  ["super", (_, node) => ({ kind: "super", span: span(node) })],
  ["true", literalOf(true)],
  ["false", literalOf(false)],
  ["null_literal", literalOf(null)],
  ["string_literal", string],
  ["character_literal", string],
  ["decimal_integer_literal", number],
  ["hex_integer_literal", number],
  ["octal_integer_literal", number],
  ["binary_integer_literal", number],
  ["decimal_floating_point_literal", number],
  ["hex_floating_point_literal", (_, node) => opaque(span(node), "a hexadecimal floating point number")],
  ["parenthesized_expression", inner],
  ["cast_expression", inner],
  ["template_expression", (context, node) => field(context, node, "template_argument")],
  ["method_invocation", access],
  ["field_access", access],
  ["array_access", access],
  ["binary_expression", binary],
  ["unary_expression", unary],
  ["update_expression", update],
  ["assignment_expression", assignmentValue],
  ["ternary_expression", ternary],
  ["instanceof_expression", instanceOf],
  ["object_creation_expression", creation],
  ["array_creation_expression", arrayCreation],
  ["array_initializer", list],
  ["element_value_array_initializer", list],
  ["lambda_expression", lambda],
  ["method_reference", methodReference],
  ["class_literal", classLiteral],
  ["scoped_identifier", typeExpression],
  ["switch_expression", switchValue],
  ["annotation", annotation],
  ["marker_annotation", annotation],
]);

function expression(context: Context, node: Node): Expression {
  if (context.depth >= MAX_DEPTH) return opaque(span(node), "nested too deeply");
  context.depth++;
  const how = EXPRESSIONS.get(node.type);
  const result = how === undefined ? unknown(context, node) : how(context, node);
  context.depth--;
  return result;
}

function field(context: Context, node: Node, fieldName: string): Expression {
  const value = fieldOf(node, fieldName);
  return value === undefined ? missing(node) : expression(context, value);
}

/** What is not known, or under an error: read what can be read in it, for its effects. */
function unknown(context: Context, node: Node): Expression {
  const because = node.type === "ERROR" ? "a syntax error" : `${node.type.replaceAll("_", " ")} is not read`;
  const parts = node.children.filter((part) => !ANNOTATIONS.has(part.type));
  return opaque(
    span(node),
    because,
    parts.flatMap((part) => effects(context, part)),
  );
}

function effects(context: Context, node: Node): Expression[] {
  if (EXPRESSIONS.has(node.type)) return [expression(context, node)];
  if (node.type !== "ERROR" && STATEMENTS.has(node.type)) {
    return [{ kind: "statements", body: statements(context, [node]), span: span(node) }];
  }
  return node.children.length === 0 ? [] : [expression(context, node)];
}

function items(context: Context, node: Node): Argument[] {
  return node.children
    .filter((child) => child.type !== "ERROR" || child.children.length > 0)
    .map((child) => ({ value: expression(context, child), span: span(child) }));
}

function argumentsOf(context: Context, node: Node | undefined): { arguments: Argument[]; argumentsSpan?: Span } {
  if (node === undefined) return { arguments: [] };
  return { arguments: items(context, node), argumentsSpan: inside(context, node) };
}

/** `a.b().c[0].d`: walked from the right end to the left one, then built in source order. */
function access(context: Context, node: Node): Expression {
  const links: Node[] = [];
  let at: Node | undefined = node;
  for (let by = LINKS[at.type]; at !== undefined && by !== undefined; by = at ? LINKS[at.type] : undefined) {
    links.push(at);
    at = fieldOf(at, by);
  }
  let result = at === undefined ? undefined : expression(context, at);
  for (let index = links.length - 1; index >= 0; index--) {
    const link = links[index];
    if (link) result = accessLink(context, link, result);
  }
  return result ?? missing(node);
}

function accessLink(context: Context, node: Node, object: Expression | undefined): Expression {
  if (node.type === "array_access") {
    if (object === undefined) return missing(node);
    return { kind: "index", object, index: field(context, node, "index"), span: span(node) };
  }
  const isCall = node.type === "method_invocation";
  const property = fieldOf(node, isCall ? "name" : "field");
  if (property === undefined) return opaque(span(node), "incomplete code", object ? [object] : []);
  const callee = selected(context, node, object, property);
  if (!isCall) return callee;
  return { kind: "call", callee, ...argumentsOf(context, fieldOf(node, "arguments")), span: span(node) };
}

function selected(context: Context, node: Node, object: Expression | undefined, property: Node): Expression {
  if (object === undefined) return name(context, property);
  if (property.type === "this") {
    const own = object.kind === "name" && object.name === context.className;
    return own ? { kind: "this", span: span(node) } : opaque(span(node), "the instance of an enclosing class");
  }
  const between = context.text.slice(object.span.end, property.start);
  if (!between.includes("super")) return member(context, object, property);
  const next = node.children.find((child) => child.type === "super");
  return member(context, next ? expression(context, next) : object, property);
}

function binary(context: Context, node: Node): Expression {
  const chain: Node[] = [];
  let at: Node | undefined = node;
  while (at?.type === "binary_expression") {
    chain.push(at);
    at = fieldOf(at, "left");
  }
  let left = at === undefined ? missing(node) : expression(context, at);
  for (let index = chain.length - 1; index >= 0; index--) {
    const link = chain[index];
    if (link === undefined) continue;
    const operator = operatorOf(fieldOf(link, "operator")?.type ?? "");
    left = { kind: "binary", operator, left, right: field(context, link, "right"), span: span(link) };
  }
  return left;
}

function unary(context: Context, node: Node): Expression {
  const operator = fieldOf(node, "operator")?.type;
  const value = field(context, node, "operand");
  if (operator === "!") return { kind: "not", value, span: span(node) };
  if (operator === "+") return value;
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number") {
    return { ...value, value: -value.value, span: span(node) };
  }
  return opaque(span(node), "arithmetic", [value]);
}

function target(context: Context, node: Node | undefined): Target | undefined {
  if (node === undefined) return undefined;
  const value = expression(context, node);
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

function assignment(context: Context, node: Node): Assignment | undefined {
  const to = target(context, fieldOf(node, "left"));
  if (to === undefined) return undefined;
  const operator = fieldOf(node, "operator")?.type ?? "=";
  return {
    kind: "assign",
    target: to,
    value: field(context, node, "right"),
    ...(operator !== "=" && { operator: operatorOf(operator.slice(0, -1)) }),
    span: span(node),
  };
}

function assignmentValue(context: Context, node: Node): Expression {
  const read = assignment(context, node);
  if (read !== undefined) return { kind: "assignment", assignment: read, span: span(node) };
  const parts = [field(context, node, "left"), field(context, node, "right")];
  return opaque(span(node), "an assignment to something that cannot be assigned", parts);
}

function stepped(context: Context, node: Node): Assignment | undefined {
  const to = target(context, node.children[0]);
  if (to === undefined) return undefined;
  const operator = textOf(context, node).includes("++") ? "+" : "-";
  return {
    kind: "assign",
    target: to,
    value: { kind: "literal", value: 1, span: span(node) },
    operator,
    span: span(node),
  };
}

function update(context: Context, node: Node): Expression {
  const read = stepped(context, node);
  if (read === undefined) return unknown(context, node);
  const value: Expression = { kind: "assignment", assignment: read, span: span(node) };
  const prefix = /^[+-]/.test(context.text.charAt(node.start));
  if (prefix) return value;
  return { kind: "sequence", items: [value, opaque(span(node), "the value before the update")], span: span(node) };
}

function ternary(context: Context, node: Node): Expression {
  return {
    kind: "ternary",
    test: field(context, node, "condition"),
    then: field(context, node, "consequence"),
    else: field(context, node, "alternative"),
    span: span(node),
  };
}

function instanceOf(context: Context, node: Node): Expression {
  const left = field(context, node, "left");
  const pattern = fieldOf(node, "pattern");
  if (pattern !== undefined) return patternTest(context, left, pattern, span(node));
  const type = fieldOf(node, "right");
  if (type === undefined) return missing(node);
  return typeTest(context, left, type, fieldOf(node, "name"), span(node));
}

/** `x instanceof T name`: the name is bound first, then asked for its type, so that `x` is evaluated once. */
function typeTest(context: Context, subject: Expression, type: Node, bind: Node | undefined, at: Span): Expression {
  const right = typeExpression(context, type);
  if (bind === undefined || textOf(context, bind) === "_") {
    return { kind: "binary", operator: "instanceof", left: subject, right, span: at };
  }
  const bound = name(context, bind);
  const declared = { start: type.start, end: bind.end };
  return {
    kind: "sequence",
    items: [
      binding(bound, subject, declared, declaredType(context, type)),
      { kind: "binary", operator: "instanceof", left: bound, right, span: at },
    ],
    span: at,
  };
}

function binding(to: Target, value: Expression, at: Span, type: { type?: string }): Expression {
  const assigned: Assignment = { kind: "assign", target: to, value, declare: "block", ...type, span: at };
  return { kind: "assignment", assignment: assigned, span: at };
}

function patternTest(context: Context, subject: Expression, node: Node, at: Span): Expression {
  const pattern = node.type === "pattern" ? (node.children[0] ?? node) : node;
  const parts = pattern.children.filter((part) => part.type !== "modifiers");
  const type = parts[0];
  if (type === undefined) return opaque(at, "incomplete code", [subject]);
  if (pattern.type === "type_pattern") return typeTest(context, subject, type, parts[1], at);
  const test = typeTest(context, subject, type, undefined, at);
  const components = descendants(pattern, "record_pattern_component").flatMap((component) => {
    const [of, bind] = component.children.slice(-2);
    if (of === undefined || bind?.type !== "identifier" || textOf(context, bind) === "_") return [];
    const value = opaque(span(bind), "a component of a record pattern");
    return [binding(name(context, bind), value, span(component), declaredType(context, of))];
  });
  return components.length === 0 ? test : { kind: "sequence", items: [...components, test], span: at };
}

function creation(context: Context, node: Node): Expression {
  const type = fieldOf(node, "type");
  if (type === undefined) return unknown(context, node);
  const parts = node.children;
  const outer = parts.find((part) => EXPRESSIONS.has(part.type) && part.start < type.start);
  const created = outer && !ANNOTATIONS.has(outer.type) ? expression(context, outer) : undefined;
  const plain = type.type === "generic_type" ? (type.children[0] ?? type) : type;
  const named = created === undefined ? typeExpression(context, type) : member(context, created, plain);
  const body = parts.find((part) => part.type === "class_body");
  const callArguments = argumentsOf(context, fieldOf(node, "arguments"));
  const callee = body === undefined ? named : anonymous(context, named, body);
  return { kind: "call", callee, ...callArguments, new: true, span: span(node) };
}

function anonymous(context: Context, base: Expression, body: Node): ClassExpression {
  return {
    kind: "class",
    bases: [base],
    members: members(context, body, undefined),
    annotations: [],
    span: { start: base.span.start, end: body.end },
  };
}

function arrayCreation(context: Context, node: Node): Expression {
  const value = fieldOf(node, "value");
  if (value !== undefined) return expression(context, value);
  const sizes = node.children.filter((part) => part.type === "dimensions_expr");
  const lowered = sizes.flatMap((part) => part.children.map((size) => expression(context, size)));
  return opaque(span(node), "an array of default values", lowered);
}

function methodReference(context: Context, node: Node): Expression {
  const object = node.children[0];
  const property = node.parts.at(-1);
  if (object === undefined || property === undefined) return missing(node);
  return member(context, typeOrValue(context, object), property);
}

function classLiteral(context: Context, node: Node): Expression {
  const type = node.children[0];
  const property = node.parts.at(-1);
  if (type === undefined || property === undefined) return missing(node);
  return member(context, typeExpression(context, type), property);
}

function typeOrValue(context: Context, node: Node): Expression {
  return EXPRESSIONS.has(node.type) ? expression(context, node) : typeExpression(context, node);
}

function annotation(context: Context, node: Node): Expression {
  const called = fieldOf(node, "name");
  if (called === undefined) return missing(node);
  const written = fieldOf(node, "arguments");
  return {
    kind: "call",
    callee: typeExpression(context, called),
    arguments: written === undefined ? [] : written.children.map((pair) => annotationArgument(context, pair)),
    ...(written !== undefined && { argumentsSpan: inside(context, written) }),
    span: span(node),
  };
}

function annotationArgument(context: Context, node: Node): Argument {
  const key = node.type === "element_value_pair" ? fieldOf(node, "key") : undefined;
  if (key === undefined) return { value: expression(context, node), span: span(node) };
  return { name: textOf(context, key), value: field(context, node, "value"), span: span(node) };
}

// Functions

/** Lowers a function's inside: jumps do not cross it. */
function inFunction<T>(context: Context, read: () => T): T {
  const { jumps, yields } = context;
  context.jumps = undefined;
  context.yields = undefined;
  const result = read();
  context.jumps = jumps;
  context.yields = yields;
  return result;
}

function lambda(context: Context, node: Node): Expression {
  const body = fieldOf(node, "body");
  if (body === undefined) return missing(node);
  const isBlock = body.type === "block";
  return {
    kind: "function",
    parameters: parameters(context, fieldOf(node, "parameters")),
    body: inFunction(context, () => (isBlock ? bodyOf(context, body) : [returned(context, body)])),
    annotations: [],
    lexicalThis: true,
    span: span(node),
    bodySpan: isBlock ? inside(context, body) : span(body),
  };
}

function returned(context: Context, node: Node): Statement {
  return { kind: "return", value: expression(context, node), span: span(node) };
}

function parameters(context: Context, node: Node | undefined): Parameter[] {
  if (node === undefined) return [];
  if (node.type === "identifier") return [untyped(context, node)];
  return node.children.flatMap((child) => {
    const read = PARAMETERS.get(child.type)?.(context, child);
    return read === undefined ? [] : [read];
  });
}

const PARAMETERS = new Map<string, (context: Context, node: Node) => Parameter | undefined>([
  ["identifier", untyped],
  ["formal_parameter", parameter],
  ["spread_parameter", rest],
  ["ERROR", unreadRest],
]);

function untyped(context: Context, node: Node): Parameter {
  const to = name(context, node);
  return { target: to, name: to.name, span: to.span };
}

function parameter(context: Context, node: Node): Parameter | undefined {
  const bound = fieldOf(node, "name");
  if (bound === undefined) return undefined;
  const type = declaredType(context, fieldOf(node, "type"), fieldOf(node, "dimensions"));
  return typedParameter(context, node, bound, type);
}

function typedParameter(context: Context, node: Node, bound: Node, type: { type?: string }): Parameter {
  return {
    ...untyped(context, bound),
    ...type,
    annotations: annotations(context, modifiersOf(node)),
    span: span(node),
  };
}

function rest(context: Context, node: Node): Parameter | undefined {
  const parts = node.children.filter((part) => part.type !== "modifiers" && !ANNOTATIONS.has(part.type));
  const bound = fieldOf(parts.at(-1), "name") ?? parts.at(-1);
  const type = parts[0];
  if (bound === undefined || type === undefined) return undefined;
  return { ...typedParameter(context, node, bound, declaredType(context, type)), rest: "list" };
}

/** `String @Nullable ... values`: the grammar takes the dots for part of the annotation's name. */
function unreadRest(context: Context, node: Node): Parameter | undefined {
  const last = descendants(node, "identifier").at(-1);
  const type = node.children.find((part) => part.type.endsWith("type") || part.type.endsWith("identifier"));
  if (!last || !type || !/\.\.\.\s*[\w$]+$/.test(textOf(context, node))) return undefined;
  return { ...typedParameter(context, node, last, declaredType(context, type)), rest: "list" };
}

function modifiersOf(node: Node): Node | undefined {
  const first = node.children[0];
  return first?.type === "modifiers" ? first : undefined;
}

function annotations(context: Context, modifiers: Node | undefined): Expression[] {
  if (modifiers === undefined) return [];
  const written = modifiers.children.filter((part) => ANNOTATIONS.has(part.type));
  return written.map((part) => expression(context, part));
}

function isStatic(context: Context, modifiers: Node | undefined): boolean {
  if (modifiers === undefined || !textOf(context, modifiers).includes("static")) return false;
  return modifiers.parts.some((part) => part.type === "static");
}

function functionOf(context: Context, node: Node): FunctionExpression {
  const named = fieldOf(node, "name");
  const body = fieldOf(node, "body");
  const end = { start: node.end, end: node.end };
  return {
    kind: "function",
    ...(named && { name: textOf(context, named) }),
    parameters: parameters(context, fieldOf(node, "parameters")),
    body: inFunction(context, () => (body === undefined ? [bodyless(context, node, end)] : bodyOf(context, body))),
    annotations: annotations(context, modifiersOf(node)),
    ...returnType(context, node),
    span: span(node),
    bodySpan: body === undefined ? end : inside(context, body),
  };
}

/** An abstract or native method returns something unknown; an annotation's element its default. */
function bodyless(context: Context, node: Node, at: Span): Statement {
  const value = fieldOf(node, "value");
  if (value !== undefined) return returned(context, value);
  return { kind: "return", value: opaque(at, "the method has no body"), span: at };
}

function returnType(context: Context, node: Node): { returnType?: string } {
  const { type } = declaredType(context, fieldOf(node, "type"), fieldOf(node, "dimensions"));
  return type === undefined ? {} : { returnType: type };
}

// Classes

type LowerMember = (context: Context, node: Node, out: Member[], owner: string | undefined) => void;

const method: LowerMember = (context, node, out) => {
  const read = functionOf(context, node);
  if (read.name === undefined) return;
  const fixed = isStatic(context, modifiersOf(node));
  out.push({ kind: "method", name: read.name, role: "method", static: fixed, function: read });
};

const constructor: LowerMember = (context, node, out) => {
  const read = functionOf(context, node);
  if (read.name === undefined) return;
  out.push({ kind: "method", name: read.name, role: "constructor", static: false, function: read });
};

const initializer: LowerMember = (context, node, out) => {
  const block = node.type === "block" ? node : node.children.at(-1);
  if (block === undefined) return;
  const body = inFunction(context, () => bodyOf(context, block));
  out.push({ kind: "statement", statement: { kind: "block", body, span: span(node) } });
};

const fields: LowerMember = (context, node, out) => {
  const modifiers = modifiersOf(node);
  const marks = annotations(context, modifiers);
  const fixed = node.type === "constant_declaration" || isStatic(context, modifiers);
  for (const { to, value, type, at } of declarators(context, node)) {
    const initial = value === undefined ? {} : { value };
    out.push({ kind: "field", name: to.name, ...initial, static: fixed, ...type, annotations: marks, span: at });
  }
};

const nestedClass: LowerMember = (context, node, out) => {
  const value = classOf(context, node);
  if (value.name === undefined) return;
  out.push({ kind: "field", name: value.name, value, static: true, annotations: [], span: span(node) });
};

const enumConstant: LowerMember = (context, node, out, owner) => {
  const named = fieldOf(node, "name");
  if (named === undefined || owner === undefined) return;
  const own: Expression = { kind: "name", name: owner, span: span(named) };
  const body = fieldOf(node, "body");
  const callArguments = argumentsOf(context, fieldOf(node, "arguments"));
  const callee = body === undefined ? own : anonymous(context, own, body);
  const start = named.start;
  out.push({
    kind: "field",
    name: textOf(context, named),
    value: { kind: "call", callee, ...callArguments, new: true, span: { start, end: node.end } },
    static: true,
    type: owner,
    annotations: annotations(context, modifiersOf(node)),
    span: span(node),
  });
};

const nestedMembers: LowerMember = (context, node, out, owner) => {
  if (context.depth >= MAX_DEPTH) {
    const at = span(node);
    const value = opaque(at, "nested too deeply");
    out.push({ kind: "statement", statement: { kind: "expression", value, span: at } });
    return;
  }
  context.depth++;
  for (const child of node.children) memberInto(context, child, out, owner);
  context.depth--;
};

const MEMBERS = new Map<string, LowerMember>([
  ["field_declaration", fields],
  ["constant_declaration", fields],
  ["method_declaration", method],
  ["annotation_type_element_declaration", method],
  ["constructor_declaration", constructor],
  ["static_initializer", initializer],
  ["block", initializer],
  ["class_declaration", nestedClass],
  ["interface_declaration", nestedClass],
  ["enum_declaration", nestedClass],
  ["record_declaration", nestedClass],
  ["annotation_type_declaration", nestedClass],
  ["enum_constant", enumConstant],
  ["enum_body_declarations", nestedMembers],
  ["ERROR", nestedMembers],
]);

function memberInto(context: Context, node: Node, out: Member[], owner: string | undefined): void {
  const how = MEMBERS.get(node.type);
  if (how !== undefined) return how(context, node, out, owner);
  if (!STATEMENTS.has(node.type) && !isEffect(node)) return;
  for (const read of statements(context, [node])) out.push({ kind: "statement", statement: read });
}

function isClass(read: Member): boolean {
  return read.kind === "field" && read.value?.kind === "class";
}

/** Nested classes come first: they may be used above the line that declares them. */
function members(context: Context, body: Node | undefined, owner: string | undefined): Member[] {
  if (body === undefined) return [];
  const outer = context.className;
  context.className = owner;
  const out: Member[] = [];
  inFunction(context, () => nestedMembers(context, body, out, owner));
  context.className = outer;
  return [...out.filter(isClass), ...out.filter((read) => !isClass(read))];
}

function classOf(context: Context, node: Node): ClassExpression {
  const named = fieldOf(node, "name");
  const owner = named === undefined ? undefined : textOf(context, named);
  const body = fieldOf(node, "body");
  const read = members(context, body, owner);
  return {
    kind: "class",
    ...(owner !== undefined && { name: owner }),
    bases: bases(context, node),
    members: node.type === "record_declaration" ? recordMembers(context, node, owner ?? "", read) : read,
    annotations: annotations(context, modifiersOf(node)),
    span: span(node),
  };
}

const BASES = new Set(["superclass", "super_interfaces", "extends_interfaces"]);

function bases(context: Context, node: Node): Expression[] {
  return node.children
    .filter((part) => BASES.has(part.type))
    .flatMap((part) => part.children)
    .flatMap((type) => (type.type === "type_list" ? type.children : [type]))
    .map((type) => typeExpression(context, type));
}

/** A record's fields, canonical constructor and accessors, where they are not written out. */
function recordMembers(context: Context, node: Node, owner: string, written: readonly Member[]): Member[] {
  const header = fieldOf(node, "parameters");
  const components = parameters(context, header);
  const at = header === undefined ? span(node) : span(header);
  const out: Member[] = components.map((component) => ({
    kind: "field",
    name: component.name,
    static: false,
    ...(component.type !== undefined && { type: component.type }),
    annotations: component.annotations ?? [],
    span: component.span,
  }));
  const types = signature(components);
  const canonical = written.some(
    (read) => read.kind === "method" && read.role === "constructor" && signature(read.function.parameters) === types,
  );
  if (!canonical) out.push(canonicalConstructor(context, node, owner, components, at));
  for (const component of components) {
    const isWritten = written.some(
      (read) => read.kind === "method" && read.name === component.name && read.function.parameters.length === 0,
    );
    if (!isWritten) out.push(accessor(component));
  }
  return [...out, ...written];
}

function signature(of: readonly Parameter[]): string {
  return of.map((parameter) => `${parameter.type ?? ""}${parameter.rest ?? ""}`).join();
}

function thisMember(component: Parameter): Target & { kind: "member" } {
  const at = component.target.span;
  return {
    kind: "member",
    object: { kind: "this", span: at },
    property: component.name,
    span: at,
    propertySpan: at,
  };
}

/** The compact constructor's body runs first, then each component is stored. */
function canonicalConstructor(
  context: Context,
  node: Node,
  owner: string,
  components: readonly Parameter[],
  header: Span,
): Member {
  const body = fieldOf(node, "body");
  const compact = body && body.children.find((part) => part.type === "compact_constructor_declaration");
  const block = fieldOf(compact, "body");
  const before = block ? inFunction(context, () => bodyOf(context, block)) : [];
  const stores = components.map((component): Statement => {
    const at = component.target.span;
    const value: Expression = { kind: "name", name: component.name, span: at };
    return { kind: "assign", target: thisMember(component), value, span: at };
  });
  return {
    kind: "method",
    name: owner,
    role: "constructor",
    static: false,
    function: {
      kind: "function",
      name: owner,
      parameters: components,
      body: [...before, ...stores],
      annotations: compact ? annotations(context, modifiersOf(compact)) : [],
      span: compact ? span(compact) : header,
      bodySpan: block ? inside(context, block) : { start: header.end, end: header.end },
    },
  };
}

function accessor(component: Parameter): Member {
  const at = component.span;
  return {
    kind: "method",
    name: component.name,
    role: "method",
    static: false,
    function: {
      kind: "function",
      name: component.name,
      parameters: [],
      body: [{ kind: "return", value: thisMember(component), span: at }],
      annotations: [],
      ...(component.type !== undefined && { returnType: component.type }),
      span: at,
      bodySpan: { start: at.end, end: at.end },
    },
  };
}

// Statements

const STATEMENTS = new Map<string, LowerStatement>([
  ["import_declaration", importStatement],
  ["package_declaration", nothing],
  ["module_declaration", nothing],
  ["class_declaration", classStatement],
  ["interface_declaration", classStatement],
  ["enum_declaration", classStatement],
  ["record_declaration", classStatement],
  ["annotation_type_declaration", classStatement],
  ["method_declaration", functionStatement],
  ["constructor_declaration", functionStatement],
  ["local_variable_declaration", localVariables],
  ["field_declaration", localVariables],
  ["constant_declaration", localVariables],
  ["expression_statement", expressionStatement],
  ["explicit_constructor_invocation", constructorCall],
  ["block", (context, node, out) => push(out, "block", { body: bodyOf(context, node) }, node)],
  ["constructor_body", (context, node, out) => push(out, "block", { body: bodyOf(context, node) }, node)],
  ["static_initializer", inOrder],
  ["if_statement", ifStatement],
  ["for_statement", forStatement],
  ["enhanced_for_statement", forEachStatement],
  ["while_statement", whileStatement],
  ["do_statement", whileStatement],
  ["switch_expression", switchStatement],
  ["try_statement", tryStatement],
  ["try_with_resources_statement", tryStatement],
  ["return_statement", leave("return")],
  ["throw_statement", leave("throw")],
  ["yield_statement", yieldStatement],
  ["break_statement", jump],
  ["continue_statement", jump],
  ["synchronized_statement", inOrder],
  ["labeled_statement", labeledStatement],
  ["assert_statement", assertStatement],
  ["ERROR", inOrder],
]);

function nothing(): void {}

/** Under an error, what has an effect is kept and loose names are not. */
function isEffect(node: Node): boolean {
  return LINKS[node.type] !== undefined || EFFECTS.has(node.type);
}

const EFFECTS = new Set([
  "assignment_expression",
  "update_expression",
  "object_creation_expression",
  "lambda_expression",
  "parenthesized_expression",
  "binary_expression",
  "ternary_expression",
]);

function statements(context: Context, nodes: readonly Node[]): Statement[] {
  const out: Statement[] = [];
  for (const node of nodes) statement(context, node, out);
  return out;
}

function statement(context: Context, node: Node, out: Statement[]): void {
  if (context.depth >= MAX_DEPTH) {
    push(out, "expression", { value: opaque(span(node), "nested too deeply") }, node);
    return;
  }
  context.depth++;
  const how = STATEMENTS.get(node.type);
  if (how !== undefined) how(context, node, out);
  else if (isEffect(node)) valueStatement(context, node, node, out);
  else if (node.named && !ANNOTATIONS.has(node.type)) inOrder(context, node, out);
  context.depth--;
}

/** The statements and effects found in a node, one after the other. */
function inOrder(context: Context, node: Node, out: Statement[]): void {
  for (const child of node.children) statement(context, child, out);
}

/** A block's statements, or the single statement that stands for one. */
function bodyOf(context: Context, node: Node | undefined): Statement[] {
  if (node === undefined) return [];
  const isBlock = node.type === "block" || node.type === "constructor_body";
  return statements(context, isBlock ? node.children : [node]);
}

type OfKind<K extends Statement["kind"]> = Omit<Extract<Statement, { kind: K }>, "kind" | "span">;

function push<K extends "expression" | "block" | "loop">(out: Statement[], kind: K, rest: OfKind<K>, node: Node): void {
  out.push({ kind, ...rest, span: span(node) } as unknown as Statement);
}

function importStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children;
  const path = parts.find((part) => NAMES.has(part.type));
  if (path === undefined) return;
  const full = dotted(context, path);
  const at = span(node);
  if (parts.some((part) => part.type === "asterisk")) {
    out.push({ kind: "import", from: full, names: [], star: true, span: at });
    return;
  }
  const split = full.lastIndexOf(".");
  const local = full.slice(split + 1);
  const fixed = node.parts[1]?.type === "static";
  const last = span(fieldOf(path, "name") ?? path);
  const names = [{ imported: fixed ? local : "*", local, span: last }];
  out.push({ kind: "import", from: fixed ? full.slice(0, Math.max(split, 0)) : full, names, span: at });
}

function declared(context: Context, node: Node, value: Expression, out: Statement[]): void {
  const named = fieldOf(node, "name");
  if (named === undefined) return;
  const hoisted = { declare: "block", hoisted: true } as const;
  out.push({ kind: "assign", target: name(context, named), value, ...hoisted, span: span(node) });
}

function classStatement(context: Context, node: Node, out: Statement[]): void {
  declared(context, node, classOf(context, node), out);
}

function functionStatement(context: Context, node: Node, out: Statement[]): void {
  declared(context, node, functionOf(context, node), out);
}

interface Declarator {
  readonly to: Expression & { kind: "name" };
  readonly value: Expression | undefined;
  readonly type: { type?: string };
  readonly at: Span;
}

/** The variables of one declaration. The first one's span starts with the type, the last one's ends with the `;`. */
function declarators(context: Context, node: Node): Declarator[] {
  const type = fieldOf(node, "type");
  const written = node.children.filter((part) => part.type === "variable_declarator");
  return written.flatMap((part, index) => {
    const named = fieldOf(part, "name");
    if (named === undefined) return [];
    const value = fieldOf(part, "value");
    return [
      {
        to: name(context, named),
        value: value === undefined ? undefined : expression(context, value),
        type: declaredType(context, type, fieldOf(part, "dimensions")),
        at: {
          start: index === 0 ? node.start : part.start,
          end: index === written.length - 1 ? node.end : part.end,
        },
      },
    ];
  });
}

function localVariables(context: Context, node: Node, out: Statement[]): void {
  for (const { to, value = unassigned(to), type, at } of declarators(context, node)) {
    out.push({ kind: "assign", target: to, value, declare: "block", ...type, span: at });
  }
  if (!context.broken) return;
  for (const part of node.children) if (part.type === "ERROR") statement(context, part, out);
}

/** Java lets nobody read a local before it is assigned, so this value is never seen. */
function unassigned(to: Expression): Expression {
  return { kind: "literal", value: undefined, span: to.span };
}

function expressionStatement(context: Context, node: Node, out: Statement[]): void {
  for (const value of node.children) valueStatement(context, value, node, out);
}

/** An expression as a statement; assignments and `switch` have statements of their own. */
function valueStatement(context: Context, node: Node, at: Node, out: Statement[]): void {
  if (node.type === "switch_expression") return switchStatement(context, node, out);
  const assigned =
    node.type === "assignment_expression"
      ? assignment(context, node)
      : node.type === "update_expression"
        ? stepped(context, node)
        : undefined;
  if (assigned !== undefined) out.push({ ...assigned, span: span(at) });
  else push(out, "expression", { value: expression(context, node) }, at);
}

function constructorCall(context: Context, node: Node, out: Statement[]): void {
  const called = fieldOf(node, "constructor");
  const written = fieldOf(node, "arguments");
  if (called === undefined || written === undefined) return inOrder(context, node, out);
  const at = { start: called.start, end: written.end };
  const callee = expression(context, called);
  const outer = fieldOf(node, "object");
  if (outer !== undefined) push(out, "expression", { value: expression(context, outer) }, outer);
  push(out, "expression", { value: { kind: "call", callee, ...argumentsOf(context, written), span: at } }, node);
}

/** Branches as one chain of `if` and `else`. */
function chained(branches: readonly Branch[], otherwise: readonly Statement[]): readonly Statement[] {
  let result = otherwise;
  for (let index = branches.length - 1; index >= 0; index--) {
    const branch = branches[index];
    if (branch) result = [{ kind: "if", ...branch, else: result }];
  }
  return result;
}

function tooMany(at: Span): Statement {
  return { kind: "expression", value: opaque(at, "too many branches"), span: at };
}

function ifStatement(context: Context, node: Node, out: Statement[]): void {
  const branches: Branch[] = [];
  let at: Node | undefined = node;
  while (at?.type === "if_statement" && branches.length < MAX_BRANCHES) {
    const test = field(context, at, "condition");
    branches.push({ test, then: bodyOf(context, fieldOf(at, "consequence")), span: span(at) });
    at = fieldOf(at, "alternative");
  }
  const otherwise = at?.type === "if_statement" ? [tooMany(span(at))] : bodyOf(context, at);
  for (const one of chained(branches, otherwise)) out.push(one);
}

/** Lowers a loop's body: its jumps are its own. */
function inLoop<T>(context: Context, read: () => T): T {
  const { jumps } = context;
  context.jumps = undefined;
  const result = read();
  context.jumps = jumps;
  return result;
}

function forStatement(context: Context, node: Node, out: Statement[]): void {
  const before = statements(context, fieldNodes(node, "init"));
  const test = fieldOf(node, "condition");
  const condition = test === undefined ? {} : { test: expression(context, test) };
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  const after = statements(context, fieldNodes(node, "update"));
  const loop: Statement = { kind: "loop", ...condition, body: [...body, ...after], span: span(node) };
  if (before.length === 0) out.push(loop);
  else push(out, "block", { body: [...before, loop] }, node);
}

function fieldNodes(node: Node, fieldName: string): Node[] {
  return node.children.filter((part) => part.field === fieldName);
}

function forEachStatement(context: Context, node: Node, out: Statement[]): void {
  const bound = fieldOf(node, "name");
  const over = field(context, node, "value");
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  push(out, "loop", { ...(bound && { bind: name(context, bound) }), over, body }, node);
}

function whileStatement(context: Context, node: Node, out: Statement[]): void {
  const test = field(context, node, "condition");
  const body = inLoop(context, () => bodyOf(context, fieldOf(node, "body")));
  push(out, "loop", { test, body }, node);
}

function tryStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children;
  const resources = fieldOf(node, "resources");
  const held = resources === undefined ? [] : resources.children.flatMap((part) => resource(context, part));
  const body = [...held, ...bodyOf(context, fieldOf(node, "body"))];
  const handlers = parts.filter((part) => part.type === "catch_clause").map((part) => handler(context, part));
  const last = parts.find((part) => part.type === "finally_clause");
  if (handlers.length === 0 && last === undefined) return push(out, "block", { body }, node);
  const final = last === undefined ? [] : bodyOf(context, last.children[0]);
  out.push({ kind: "try", body, handlers, finally: final, span: span(node) });
}

function resource(context: Context, node: Node): Statement[] {
  const named = fieldOf(node, "name");
  if (named === undefined) {
    const values = node.children.map((part) => expression(context, part));
    return values.map((value) => ({ kind: "expression", value, span: value.span }));
  }
  const type = declaredType(context, fieldOf(node, "type"));
  const value = field(context, node, "value");
  return [{ kind: "assign", target: name(context, named), value, declare: "block", ...type, span: span(node) }];
}

function handler(context: Context, node: Node): Handler {
  const caught = node.children.find((part) => part.type === "catch_formal_parameter");
  const types = caught && caught.children.find((part) => part.type === "catch_type");
  const bound = fieldOf(caught, "name");
  return {
    types: types ? types.children.map((type) => typeText(context, type)) : [],
    ...(bound && { bind: textOf(context, bound) }),
    body: bodyOf(context, fieldOf(node, "body")),
  };
}

function leave(kind: "return" | "throw"): LowerStatement {
  return (context, node, out) => {
    const value = node.children[0];
    out.push({ kind, ...(value && { value: expression(context, value) }), span: span(node) });
  };
}

function jump(context: Context, node: Node, out: Statement[]): void {
  const isBreak = node.type === "break_statement";
  const labelled = node.children[0]?.type === "identifier";
  if (context.jumps && isBreak && !labelled) context.jumps.breaks++;
  if (context.jumps && !isBreak) context.jumps.continues++;
  out.push({ kind: isBreak ? "break" : "continue", span: span(node) });
}

function labeledStatement(context: Context, node: Node, out: Statement[]): void {
  const body = node.children[1];
  if (body !== undefined) statement(context, body, out);
}

function assertStatement(context: Context, node: Node, out: Statement[]): void {
  const parts = node.children.map((part) => expression(context, part));
  push(out, "expression", { value: opaque(span(node), "an assertion", parts) }, node);
}

// Switch

/** One `case … ->` rule, or one `case …:` with its statements. */
interface Case {
  readonly tests: readonly Expression[];
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
  readonly falls: boolean;
  readonly span: Span;
}

function switchStatement(context: Context, node: Node, out: Statement[]): void {
  const { jumps } = context;
  const own = { breaks: 0, continues: 0 };
  context.jumps = own;
  const { before, chain } = switchOf(context, node);
  context.jumps = jumps;
  if (jumps) jumps.continues += own.continues;
  const body = [...before, ...chain];
  const at = span(node);
  // A loop of one turn gives the `break`s inside the cases something to leave; `continue` would mean that loop too.
  if (own.breaks > 0 && own.continues === 0) {
    const always: Expression = { kind: "literal", value: true, span: at };
    out.push({ kind: "loop", test: always, body: [...body, { kind: "break", span: at }], span: at });
  } else push(out, "block", { body }, node);
}

/**
 * A `switch` as a value: each case ends in an expression. Where a `yield` stands further inside, the cases
 * are the body of a function called on the spot, and `yield` its `return`.
 */
function switchValue(context: Context, node: Node): Expression {
  const { jumps, yields } = context;
  const own = { count: 0 };
  context.jumps = undefined;
  context.yields = own;
  const { before, chain, tails } = switchOf(context, node, own);
  context.jumps = jumps;
  context.yields = yields;
  const body = [...before, ...chain];
  const at = span(node);
  if (own.count === tails) return { kind: "statements", body, span: at };
  const callee: Expression = {
    kind: "function",
    parameters: [],
    body,
    annotations: [],
    lexicalThis: true,
    span: at,
    bodySpan: at,
  };
  return { kind: "call", callee, arguments: [], span: at };
}

function switchOf(context: Context, node: Node, yields?: { readonly count: number }) {
  const written = field(context, node, "condition");
  const { subject, before } = evaluatedOnce(written, span(node));
  const body = fieldOf(node, "body");
  context.switches++;
  const labelled = body === undefined ? [] : body.children;
  const read = labelled.flatMap((part) => switchCase(context, part, subject, yields !== undefined));
  const through = context.switches > MAX_FALL_THROUGH_NESTING ? 1 : MAX_FALL_THROUGH;
  context.switches--;
  const tails = read.filter((one) => one.body.at(-1)?.kind === "return").length;
  const asValues = yields !== undefined && yields.count === tails;
  const cases = merged(read);
  const done = cases.map((one, index) => {
    const whole = throughBody(cases.slice(index, index + through));
    return { tests: one.tests, isDefault: one.isDefault, body: asValues ? asValue(whole) : whole, span: one.span };
  });
  const branches: Branch[] = done
    .filter((one) => !one.isDefault)
    .map((one) => ({ test: anyOf(one.tests, one.span), then: one.body, span: one.span }));
  const otherwise = done.find((one) => one.isDefault)?.body ?? [];
  const isCut = branches.length > MAX_BRANCHES;
  const last = isCut ? [tooMany(span(node)), ...otherwise] : otherwise;
  return { before, chain: chained(branches.slice(0, MAX_BRANCHES), last), tails };
}

/** A subject with effects is kept in a variable that no Java program can name. */
function evaluatedOnce(subject: Expression, at: Span): { subject: Expression; before: Statement[] } {
  if (subject.kind === "name" || subject.kind === "this" || subject.kind === "literal") return { subject, before: [] };
  const kept: Expression & Target = { kind: "name", name: `switch@${at.start}`, span: subject.span };
  const before: Statement[] = [{ kind: "assign", target: kept, value: subject, declare: "block", span: subject.span }];
  return { subject: kept, before };
}

function switchCase(context: Context, node: Node, subject: Expression, isValue: boolean): Case[] {
  if (node.type !== "switch_rule" && node.type !== "switch_block_statement_group") {
    const body = statements(context, [node]);
    return body.length === 0 ? [] : [{ tests: [], isDefault: false, body, falls: false, span: span(node) }];
  }
  const isRule = node.type === "switch_rule";
  const parts = node.children;
  const labels = parts.filter((part) => part.type === "switch_label");
  const bodies = parts.filter((part) => part.type !== "switch_label");
  const single = isRule ? bodies[0] : undefined;
  const body =
    single?.type === "expression_statement" && isValue
      ? yielded(context, single)
      : single === undefined
        ? statements(context, bodies)
        : bodyOf(context, single);
  const { rest, ends } = withoutBreak(context, body);
  return [
    {
      tests: labels.flatMap((label) => labelTests(context, label, subject)),
      isDefault: labels.some((label) => isDefaultLabel(context, label)),
      body: rest,
      falls: !isRule && !ends,
      span: span(node),
    },
  ];
}

function yielded(context: Context, node: Node): Statement[] {
  const out: Statement[] = [];
  yieldStatement(context, node, out);
  return out;
}

function yieldStatement(context: Context, node: Node, out: Statement[]): void {
  const written = node.children[0];
  const value = written === undefined ? missing(node) : expression(context, written);
  if (context.yields === undefined) return push(out, "expression", { value }, node);
  context.yields.count++;
  out.push({ kind: "return", value, span: span(node) });
}

function isDefaultLabel(context: Context, label: Node): boolean {
  return /^default\b|,\s*default$/.test(textOf(context, label));
}

function labelTests(context: Context, label: Node, subject: Expression): Expression[] {
  const parts = label.children.flatMap((part) => (part.type === "ERROR" ? part.children : [part]));
  const guard = parts.find((part) => part.type === "guard");
  const tests = parts
    .filter((part) => part !== guard && textOf(context, part) !== "default")
    .map((part) => labelTest(context, part, subject));
  const condition = guard && guard.children[0];
  if (condition === undefined) return tests;
  const right = expression(context, condition);
  const at = span(label);
  return [{ kind: "binary", operator: "and", left: anyOf(tests, at), right, span: at }];
}

function labelTest(context: Context, node: Node, subject: Expression): Expression {
  if (node.type.endsWith("pattern")) return patternTest(context, subject, node, span(node));
  return { kind: "binary", operator: "==", left: subject, right: expression(context, node), span: span(node) };
}

function anyOf(tests: readonly Expression[], at: Span): Expression {
  const [first, ...others] = tests;
  if (first === undefined) return opaque(at, "a case without a label");
  return others.reduce<Expression>((left, right) => ({ kind: "binary", operator: "or", left, right, span: at }), first);
}

/** `case 1: case 2: body` is one case of two labels. */
function merged(cases: readonly Case[]): Case[] {
  const out: Case[] = [];
  let waiting: Expression[] = [];
  let isDefault = false;
  for (const [index, one] of cases.entries()) {
    for (const test of one.tests) waiting.push(test);
    isDefault ||= one.isDefault;
    if (one.body.length === 0 && one.falls && index < cases.length - 1) continue;
    out.push({ ...one, tests: waiting, isDefault });
    waiting = [];
    isDefault = false;
  }
  return out;
}

/** A case's own statements and those that it falls through to. */
function throughBody(cases: readonly Case[]): Statement[] {
  const body: Statement[] = [];
  for (const one of cases) {
    for (const each of one.body) body.push(each);
    if (!one.falls) break;
  }
  return body;
}

const ENDS = new Set<Statement["kind"]>(["break", "continue", "return", "throw"]);

/** The `break` that ends a case is the end of the branch; blocks that only wrap the case are opened. */
function withoutBreak(context: Context, body: readonly Statement[]): { rest: readonly Statement[]; ends: boolean } {
  let rest = body;
  for (let last = rest.at(-1); rest.length === 1 && last?.kind === "block"; last = rest.at(-1)) rest = last.body;
  const last = rest.at(-1);
  if (last === undefined || !ENDS.has(last.kind)) return { rest, ends: false };
  const plain = last.kind === "break" && /^break\s*;?$/.test(context.text.slice(last.span.start, last.span.end));
  if (!plain || context.jumps === undefined) return { rest, ends: true };
  context.jumps.breaks--;
  return { rest: rest.slice(0, -1), ends: true };
}

function asValue(body: readonly Statement[]): readonly Statement[] {
  const last = body.at(-1);
  if (last?.kind !== "return" || last.value === undefined) return body;
  return [...body.slice(0, -1), { kind: "expression", value: last.value, span: last.span }];
}
