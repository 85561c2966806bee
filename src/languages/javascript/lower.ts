import type { SourceFile } from "../../language.ts";
import type {
  Argument,
  Assignment,
  BinaryOperator,
  Call,
  ClassExpression,
  Entry,
  Expression,
  FunctionExpression,
  Handler,
  Import,
  Member,
  Parameter,
  Program,
  Span,
  Statement,
  Target,
} from "../../program.ts";
import type { SyntaxNode, SyntaxTree } from "../../syntax.ts";

/** How many levels may nest. */
const DEEPEST = 400;
/** What a link of a chain (`a.b().c()`, `a + b + c`) weighs in levels: it is walked with a loop. */
const LINK = 1 / 8;
/** What an `else if` weighs: it nests a list as well. */
const ARM = 2 * LINK;
/** How many following cases the body of a `case` that falls through takes in. */
const LONGEST_FALL_THROUGH = 8;
/** How many `case` labels in a row are compared one by one. */
const MOST_LABELS = 100;
/** How deep a `break` is looked for in the body of a `case`. */
const DEEPEST_BREAK = 100;

type Syntax = SyntaxNode;

interface Context {
  readonly text: string;
  depth: number;
}

type Lower<T> = (c: Context, node: Syntax) => T;

/** Lowers a parsed JavaScript, TypeScript, JSX or TSX file; never throws. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const top = errors.length === 0 ? root : recovered(root);
  const body = statements({ text: source.text, depth: 0 }, top.children);
  return { kind: "program", file: source.file, language: "javascript", body, errors, comments };
}

// ---- The syntax tree

/** Where the recognisable pieces of a part that could not be parsed go: the nearest list around it. */
const LISTS = new Set(["program", "statement_block", "class_body", "arguments", "object", "array"]);

interface OpenSyntax extends Syntax {
  readonly parts: Syntax[];
  readonly children: Syntax[];
}

/** Where the parts of a node go. */
interface Place {
  readonly node: OpenSyntax;
  readonly list: OpenSyntax;
  /** Directly under a part that could not be parsed, where punctuation means nothing. */
  readonly stray: boolean;
}

/** The tree without the parts that could not be parsed, whose pieces stand in the nearest list around them. */
function recovered(root: Syntax): Syntax {
  const top: OpenSyntax = { ...root, type: "program", parts: [], children: [] };
  const open: { readonly parts: readonly Syntax[]; next: number; readonly place: Place }[] = [
    { parts: root.parts, next: 0, place: { node: top, list: top, stray: false } },
  ];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const { place } = list;
    const part = list.parts[list.next];
    list.next += 1;
    if (part === undefined) open.pop();
    else if (part.type === "ERROR") {
      open.push({ parts: part.parts, next: 0, place: { node: place.list, list: place.list, stray: true } });
    } else {
      const node: OpenSyntax = { ...part, parts: [], children: [] };
      if (part.named || !place.stray) place.node.parts.push(node);
      if (part.named) place.node.children.push(node);
      const around = LISTS.has(part.type) ? node : place.list;
      open.push({ parts: part.parts, next: 0, place: { node, list: around, stray: false } });
    }
  }
  return top;
}

function field(node: Syntax | undefined, name: string): Syntax | undefined {
  return node?.parts.find((part) => part.field === name);
}

function hasToken(node: Syntax, token: string): boolean {
  return node.parts.some((part) => !part.named && part.type === token);
}

function childOf(node: Syntax | undefined, type: string): Syntax | undefined {
  return node?.children.find((child) => child.type === type);
}

function span(node: Span): Span {
  return { start: node.start, end: node.end };
}

function textOf(c: Context, node: Span | undefined): string {
  return node === undefined ? "" : c.text.slice(node.start, node.end);
}

/** What stands between the brackets of a node. */
function inside(c: Context, node: Syntax): Span {
  const closed = node.end - node.start > 1 && ")]}".includes(c.text[node.end - 1] ?? "");
  return { start: node.start + 1, end: closed ? node.end - 1 : node.end };
}

// ---- Statements

const STATEMENTS: Readonly<Record<string, Lower<Statement[]>>> = {
  expression_statement: (c, node) => {
    const value = node.children[0];
    if (value === undefined) return [];
    return value.type === "internal_module" ? namespace(c, value) : effect(c, value, span(node));
  },
  lexical_declaration: (c, node) => declarations(c, node, "block"),
  variable_declaration: (c, node) => declarations(c, node, "function"),
  function_declaration: (c, node) => declared(c, node, functionExpression(c, node), true),
  generator_function_declaration: (c, node) => declared(c, node, functionExpression(c, node), true),
  class_declaration: (c, node) => declared(c, node, classExpression(c, node), false),
  abstract_class_declaration: (c, node) => declared(c, node, classExpression(c, node), false),
  enum_declaration: (c, node) => declared(c, node, enumObject(c, node), false),
  internal_module: namespace,
  module: namespace,
  import_statement: importStatement,
  import_alias: (c, node) => {
    const [local, value] = node.children;
    if (local === undefined || value === undefined) return [];
    return [declare(nameTarget(c, local), dotted(c, value), span(node))];
  },
  export_statement: exportStatement,
  statement_block: (c, node) => [{ kind: "block", body: statements(c, node.children), span: span(node) }],
  if_statement: ifStatement,
  switch_statement: switchStatement,
  for_statement: forStatement,
  for_in_statement: forInStatement,
  while_statement: loop,
  do_statement: loop,
  try_statement: tryStatement,
  with_statement: (c, node) => [...effectOf(c, field(node, "object")), ...body(c, field(node, "body"))],
  labeled_statement: (c, node) => body(c, field(node, "body")),
  return_statement: (c, node) => [{ kind: "return", ...valueOf(c, node), span: span(node) }],
  throw_statement: (c, node) => [{ kind: "throw", ...valueOf(c, node), span: span(node) }],
  break_statement: (_, node) => [{ kind: "break", span: span(node) }],
  continue_statement: (_, node) => [{ kind: "continue", span: span(node) }],
  empty_statement: () => [],
  debugger_statement: () => [],
  hash_bang_line: () => [],
  // What only the type checker reads.
  ambient_declaration: () => [],
  function_signature: () => [],
  interface_declaration: () => [],
  type_alias_declaration: () => [],
};

function statements(c: Context, nodes: readonly Syntax[]): Statement[] {
  const lowered: Statement[] = [];
  for (const node of nodes) for (const one of statement(c, node)) lowered.push(one);
  return lowered;
}

function statement(c: Context, node: Syntax): Statement[] {
  if (c.depth >= DEEPEST) return [expressionStatement(tooDeep(node))];
  const depth = c.depth;
  c.depth += 1;
  const lowered = STATEMENTS[node.type]?.(c, node) ?? pieces(c, node);
  c.depth = depth;
  return lowered;
}

/** What is left of code that could not be parsed; names and literals alone do nothing. */
function pieces(c: Context, node: Syntax): Statement[] {
  if (TYPE_ONLY.has(node.type)) return [];
  return EXPRESSIONS[node.type] === undefined && !TRANSPARENT.has(node.type)
    ? effects(c, node).filter(mayAct).map(expressionStatement)
    : effect(c, node, span(node)).filter((one) => one.kind !== "expression" || mayAct(one.value));
}

function mayAct(value: Expression): boolean {
  return value.kind !== "name" && value.kind !== "literal" && (value.kind !== "opaque" || value.children.length > 0);
}

function body(c: Context, node: Syntax | undefined): Statement[] {
  if (node === undefined) return [];
  return node.type === "statement_block" ? statements(c, node.children) : statements(c, [node]);
}

function expressionStatement(value: Expression): Statement {
  return { kind: "expression", value, span: value.span };
}

function valueOf(c: Context, node: Syntax): { value?: Expression } {
  const value = node.children[0];
  return value === undefined ? {} : { value: expression(c, value) };
}

/** Lowers an expression that stands for its effect. */
function effect(c: Context, node: Syntax, at: Span): Statement[] {
  const value = bare(node);
  if (value.type === "sequence_expression") {
    return sequenceItems(value).flatMap((item) => effect(c, item, span(item)));
  }
  const assignment = ASSIGNMENTS[value.type]?.(c, value, at);
  if (assignment !== undefined) return [assignment];
  if (value.type === "unary_expression" && hasToken(value, "delete")) {
    const operand = field(value, "argument");
    const target = operand && targetOf(c, operand);
    if (target !== undefined) return [{ kind: "delete", target, span: at }];
  }
  return [{ kind: "expression", value: expression(c, value), span: at }];
}

function effectOf(c: Context, node: Syntax | undefined): Statement[] {
  return node === undefined ? [] : effect(c, node, span(node));
}

function declarations(c: Context, node: Syntax, scope: "block" | "function"): Statement[] {
  const declarators = node.children.filter((child) => child.type === "variable_declarator");
  return declarators.flatMap((declarator) => {
    const pattern = field(declarator, "name");
    const value = field(declarator, "value");
    const target = pattern && targetOf(c, pattern);
    if (target === undefined) return effectOf(c, value);
    const type = typeName(c, field(declarator, "type"));
    return [
      {
        kind: "assign",
        target,
        value: value === undefined ? undefinedAt({ start: declarator.end, end: declarator.end }) : expression(c, value),
        declare: scope,
        ...(type !== undefined && { type }),
        // A `var` without a value leaves the value alone that an earlier line gave.
        ...(value === undefined && scope === "function" && { hoisted: true }),
        span: span(declarators.length === 1 ? node : declarator),
      } satisfies Assignment,
    ];
  });
}

function declare(target: Target, value: Expression, at: Span, hoisted = false): Assignment {
  return { kind: "assign", target, value, declare: "block", ...(hoisted && { hoisted }), span: at };
}

/** A declaration with a name of its own; without one, what is declared is the value of a statement. */
function declared(c: Context, node: Syntax, value: Expression, hoisted: boolean): Statement[] {
  const name = field(node, "name");
  return [name === undefined ? expressionStatement(value) : declare(nameTarget(c, name), value, span(node), hoisted)];
}

function enumObject(c: Context, node: Syntax): Expression {
  const enumBody = field(node, "body");
  const entries: Entry[] = [];
  let next: number | undefined = 0;
  for (const member of enumBody?.children ?? []) {
    const name = member.type === "enum_assignment" ? field(member, "name") : member;
    if (name === undefined) continue;
    const given = field(member, "value");
    const value: Expression = given
      ? expression(c, given)
      : next === undefined
        ? opaque(member, "an enum member after a computed one")
        : literal(member, next);
    next = value.kind === "literal" && typeof value.value === "number" ? value.value + 1 : undefined;
    entries.push({ kind: "entry", ...key(c, name), value, span: span(member) });
  }
  return { kind: "object", entries, span: span(enumBody ?? node) };
}

/** `namespace N { … }` is what TypeScript compiles it to: a function, called at once, that returns what N exports. */
function namespace(c: Context, node: Syntax): Statement[] {
  const name = field(node, "name");
  const block = field(node, "body");
  if (name === undefined || block === undefined || name.type === "string") return [];
  const lowered = statements(c, block.children);
  const exported = lowered.flatMap((one) => (one.kind === "export" ? one.names : []));
  if (exported.length === 0) return lowered.some((one) => one.kind === "expression") ? lowered : [];
  const at = span(block);
  const entries = exported.map(
    ({ local, exported }): Entry => ({
      kind: "entry",
      key: exported,
      value: { kind: "name", name: local, span: at },
      span: at,
      keySpan: at,
    }),
  );
  const made: FunctionExpression = {
    kind: "function",
    parameters: [],
    body: [
      ...lowered.filter((one) => one.kind !== "export"),
      { kind: "return", value: { kind: "object", entries, span: at }, span: at },
    ],
    annotations: [],
    lexicalThis: true,
    span: at,
    bodySpan: inside(c, block),
  };
  const [first, ...inner] = identifiersIn(name);
  if (first === undefined) return [];
  const value = inner.reduceRight<Expression>(
    (value, part) => ({
      kind: "object",
      entries: [{ kind: "entry", key: textOf(c, part), value, span: at, keySpan: span(part) }],
      span: at,
    }),
    { kind: "call", callee: made, arguments: [], span: at },
  );
  return [declare(nameTarget(c, first), value, span(node))];
}

/** The identifiers of `a.b.c`, in order. */
function identifiersIn(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  let rest: Syntax | undefined = node;
  while (rest !== undefined && rest.children.length > 0) {
    const property = field(rest, "property");
    if (property !== undefined) found.push(property);
    rest = field(rest, "object");
  }
  if (rest !== undefined) found.push(rest);
  return found.toReversed();
}

function dotted(c: Context, node: Syntax): Expression {
  const [first, ...properties] = identifiersIn(node);
  let value = nameAt(c, first ?? node);
  for (const property of properties) {
    value = {
      kind: "member",
      object: value,
      property: textOf(c, property),
      span: { start: node.start, end: property.end },
      propertySpan: span(property),
    };
  }
  return value;
}

// ---- Imports and exports

function importStatement(c: Context, node: Syntax): Statement[] {
  const required = childOf(node, "import_require_clause");
  const source = field(required ?? node, "source");
  if (source === undefined) return [];
  if (required !== undefined) {
    const local = childOf(required, "identifier");
    const keyword = required.parts.find((part) => part.type === "require") ?? required;
    const call: Call = {
      kind: "call",
      callee: { kind: "name", name: "require", span: span(keyword) },
      arguments: [{ value: expression(c, source), span: span(source) }],
      argumentsSpan: span(source),
      span: { start: keyword.start, end: required.end },
    };
    return local === undefined ? [expressionStatement(call)] : [declare(nameTarget(c, local), call, span(node))];
  }
  const names: Import["names"][number][] = [];
  for (const part of childOf(node, "import_clause")?.children ?? []) {
    if (part.type === "identifier") names.push({ imported: "default", local: textOf(c, part), span: span(part) });
    if (part.type === "namespace_import") {
      names.push({ imported: "*", local: textOf(c, childOf(part, "identifier")), span: span(part) });
    }
    for (const specifier of part.type === "named_imports" ? part.children : []) {
      const imported = field(specifier, "name");
      if (imported === undefined) continue;
      const local = textOf(c, field(specifier, "alias") ?? imported);
      names.push({ imported: moduleName(c, imported), local, span: span(specifier) });
    }
  }
  return [{ kind: "import", from: stringValue(c, source), names, span: span(node) }];
}

/** A name in an import or export list, which may be written as a string. */
function moduleName(c: Context, node: Syntax): string {
  return node.type === "string" ? stringValue(c, node) : textOf(c, node);
}

function exportStatement(c: Context, node: Syntax): Statement[] {
  const at = span(node);
  const source = field(node, "source");
  const clause = childOf(node, "export_clause");
  const all = childOf(node, "namespace_export");
  if (all !== undefined || clause !== undefined || source !== undefined) {
    const names = (clause?.children ?? []).flatMap((specifier) => {
      const local = field(specifier, "name");
      if (local === undefined) return [];
      return [{ local: moduleName(c, local), exported: moduleName(c, field(specifier, "alias") ?? local) }];
    });
    const alias = all?.children[0];
    if (alias !== undefined) names.push({ local: "*", exported: moduleName(c, alias) });
    const star = hasToken(node, "*");
    const from = source && stringValue(c, source);
    return [{ kind: "export", names, ...(from !== undefined && { from }), ...(star && { star }), span: at }];
  }
  if (hasToken(node, "=")) return commonExport(c, node);
  if (hasToken(node, "default")) return defaultExport(c, node);
  const declaration = field(node, "declaration");
  if (declaration === undefined) return [];
  const lowered = withDecorators(c, node, statement(c, declaration));
  const names = lowered
    .flatMap((one) => (one.kind === "assign" ? boundNames(one.target) : []))
    .map((name) => ({ local: name, exported: name }));
  return names.length === 0 ? lowered : [...lowered, { kind: "export", names, span: at }];
}

/** `export = value` */
function commonExport(c: Context, node: Syntax): Statement[] {
  const value = node.children[0];
  if (value === undefined) return [];
  const keyword = span(node.parts[0] ?? node);
  const target: Target = {
    kind: "member",
    object: { kind: "name", name: "module", span: keyword },
    property: "exports",
    span: keyword,
    propertySpan: keyword,
  };
  return [{ kind: "assign", target, value: expression(c, value), span: span(node) }];
}

function defaultExport(c: Context, node: Syntax): Statement[] {
  const value = field(node, "declaration") ?? field(node, "value");
  if (value === undefined || TYPE_ONLY.has(value.type)) return [];
  const names = [{ local: "default", exported: "default" }];
  const exported: Statement = { kind: "export", names, span: span(node) };
  const own = STATEMENTS[value.type] !== undefined && field(value, "name");
  if (own) {
    const lowered = withDecorators(c, node, statement(c, value));
    if (lowered.length === 0) return [];
    return [...lowered, { ...exported, names: [{ local: textOf(c, own), exported: "default" }] }];
  }
  const keyword = node.parts.find((part) => part.type === "default") ?? node;
  const lowered = annotated(c, node, expression(c, value));
  const target: Target = { kind: "name", name: "default", span: span(keyword) };
  const hoisted = lowered.kind === "function" && lowered.lexicalThis !== true;
  return [declare(target, lowered, span(node), hoisted), exported];
}

/** Decorators that stand before `export` belong to the class. */
function annotated(c: Context, node: Syntax, value: Expression): Expression {
  return value.kind === "class" ? { ...value, annotations: [...decorators(c, node), ...value.annotations] } : value;
}

function withDecorators(c: Context, node: Syntax, lowered: Statement[]): Statement[] {
  return lowered.map((one) => (one.kind === "assign" ? { ...one, value: annotated(c, node, one.value) } : one));
}

function boundNames(target: Target): string[] {
  switch (target.kind) {
    case "name":
      return [target.name];
    case "default":
      return boundNames(target.target);
    case "list":
      return [...target.items, target.rest].flatMap((item) => (item ? boundNames(item) : []));
    case "object":
      return [...target.entries.map((entry) => entry.target), target.rest].flatMap((one) =>
        one ? boundNames(one) : [],
      );
    default:
      return [];
  }
}

// ---- Control flow

interface Arm {
  readonly test: Expression;
  readonly then: readonly Statement[];
  readonly span: Span;
}

/** How long a chain may get, so that half of the levels that are left stay for what is in it. */
function roomFor(c: Context, weight: number): number {
  return Math.floor((DEEPEST - c.depth) / 2 / weight);
}

function ifStatement(c: Context, node: Syntax): Statement[] {
  const arms: Arm[] = [];
  const depth = c.depth;
  const longest = roomFor(c, ARM);
  let rest: Syntax | undefined = node;
  while (rest?.type === "if_statement") {
    c.depth = depth + Math.min(arms.length, longest) * ARM;
    const test = field(rest, "condition");
    arms.push({
      test: test === undefined ? opaque(rest, "a condition that could not be read") : expression(c, test),
      then: body(c, field(rest, "consequence")),
      span: { start: rest.start, end: node.end },
    });
    rest = field(rest, "alternative")?.children[0];
  }
  const otherwise = body(c, rest);
  c.depth = depth;
  return chainOfIfs(arms, otherwise, longest);
}

function chainOfIfs(arms: readonly Arm[], otherwise: readonly Statement[], longest: number): Statement[] {
  let rest: readonly Statement[] = otherwise;
  if (arms.length > longest) rest = [expressionStatement(endOfArms(arms.slice(longest), otherwise))];
  for (let i = Math.min(arms.length, longest) - 1; i >= 0; i--) {
    const arm = arms[i];
    if (arm !== undefined) rest = [{ kind: "if", ...arm, else: rest }];
  }
  return [...rest];
}

function endOfArms(arms: readonly Arm[], otherwise: readonly Statement[]): Expression {
  const at = { start: arms[0]?.span.start ?? 0, end: arms.at(-1)?.span.end ?? 0 };
  const children = arms.flatMap((arm): Expression[] => [
    arm.test,
    { kind: "statements", body: arm.then, span: arm.span },
  ]);
  children.push({ kind: "statements", body: otherwise, span: at });
  return { kind: "opaque", because: "a chain of conditions that is too long", children, span: at };
}

interface Case {
  readonly tests: readonly Expression[];
  readonly isDefault: boolean;
  readonly body: readonly Statement[];
  readonly ends: boolean;
  readonly span: Span;
}

/** A chain of comparisons; a body that falls through takes in the bodies after it. */
function switchStatement(c: Context, node: Syntax): Statement[] {
  const value = field(node, "value");
  const before: Statement[] = [];
  let subject: Expression = value === undefined ? opaque(node, "a switch without a subject") : expression(c, value);
  if (!isPath(subject)) {
    const name: Target = { kind: "name", name: "(switch)", span: subject.span };
    before.push(declare(name, subject, subject.span));
    subject = name;
  }
  const longest = roomFor(c, ARM);
  const depth = c.depth;
  const arms: Arm[] = [];
  let otherwise: readonly Statement[] = [];
  c.depth = depth + Math.min(field(node, "body")?.children.length ?? 0, longest) * ARM;
  const cases = casesOf(c, field(node, "body"), subject);
  c.depth = depth;
  for (const [i, one] of cases.entries()) {
    const then = [...one.body];
    for (let j = i; j < i + LONGEST_FALL_THROUGH && cases[j]?.ends === false; j++)
      then.push(...(cases[j + 1]?.body ?? []));
    if (one.isDefault) otherwise = then;
    else arms.push({ test: anyOf(one), then, span: one.span });
  }
  const at = span(node);
  return [{ kind: "block", body: [...before, ...chainOfIfs(arms, otherwise, longest)], span: at }];
}

/** The cases, those without a body of their own joined with the next. */
function casesOf(c: Context, switchBody: Syntax | undefined, subject: Expression): Case[] {
  const cases: Case[] = [];
  let tests: Expression[] = [];
  let isDefault = false;
  let start: number | undefined;
  const nodes = (switchBody?.children ?? []).filter(
    (one) => one.type === "switch_case" || one.type === "switch_default",
  );
  for (const [i, node] of nodes.entries()) {
    const test = field(node, "value");
    start ??= node.start;
    isDefault ||= node.type === "switch_default";
    if (test !== undefined) {
      const right = expression(c, test);
      tests.push({ kind: "binary", operator: "==", left: subject, right, span: span(test) });
    }
    const own = node.children.filter((child) => child !== test);
    if (own.length === 0 && i < nodes.length - 1) continue;
    cases.push({ tests, isDefault, ...untilBreak(statements(c, own)), span: { start, end: node.end } });
    tests = [];
    isDefault = false;
    start = undefined;
  }
  return cases;
}

function anyOf({ tests, span }: Case): Expression {
  if (tests.length > MOST_LABELS) return { kind: "opaque", because: "too many cases", children: tests, span };
  return tests.reduce((left, right) => ({
    kind: "binary",
    operator: "or",
    left,
    right,
    span: { start: left.span.start, end: right.span.end },
  }));
}

/** Is it a name with members, which may be read twice? */
function isPath(value: Expression): boolean {
  let rest = value;
  while (rest.kind === "member") rest = rest.object;
  return rest.kind === "name" || rest.kind === "this" || rest.kind === "literal";
}

/**
 * The statements of a `case` up to its `break`. What follows an `if` that breaks on one side moves to its other side.
 * Read from the end, so that each statement is moved at most once.
 */
function untilBreak(all: readonly Statement[], level = 0): { body: readonly Statement[]; ends: boolean } {
  if (level > DEEPEST_BREAK) return { body: all, ends: false };
  let rest: Statement[] = [];
  let ends = false;
  let moves = 0;
  for (const one of all.toReversed()) {
    if (one.kind === "break") {
      rest = [];
      ends = true;
    } else if (one.kind === "return" || one.kind === "throw" || one.kind === "continue") {
      rest = [one];
      ends = true;
    } else if (one.kind === "block" || one.kind === "try") {
      const inner = untilBreak(one.body, level + 1);
      if (inner.ends) rest = [];
      ends ||= inner.ends;
      rest.push({ ...one, body: inner.body });
    } else if (one.kind === "if") {
      const sides = { then: untilBreak(one.then, level + 1), else: untilBreak(one.else, level + 1) };
      const broken = { ...one, then: sides.then.body, else: sides.else.body };
      if (sides.then.ends && sides.else.ends) {
        rest = [broken];
        ends = true;
      } else if (sides.then.ends === sides.else.ends || moves >= DEEPEST_BREAK) {
        rest.push(broken);
      } else {
        const side = sides.then.ends ? "else" : "then";
        rest = [{ ...broken, [side]: broken[side].concat(rest.toReversed()) }];
        moves += 1;
      }
    } else {
      rest.push(one);
    }
  }
  return { body: rest.toReversed(), ends };
}

function loop(c: Context, node: Syntax): Statement[] {
  const test = field(node, "condition");
  return [
    {
      kind: "loop",
      ...(test !== undefined && { test: expression(c, test) }),
      body: body(c, field(node, "body")),
      span: span(node),
    },
  ];
}

function forStatement(c: Context, node: Syntax): Statement[] {
  const initializer = field(node, "initializer");
  const condition = field(node, "condition");
  const test = condition?.type === "expression_statement" ? condition.children[0] : condition;
  const turns: Statement = {
    kind: "loop",
    ...(test?.named === true && test.type !== "empty_statement" && { test: expression(c, test) }),
    body: [...body(c, field(node, "body")), ...effectOf(c, field(node, "increment"))],
    span: span(node),
  };
  const before = initializer === undefined ? [] : statement(c, initializer);
  return [{ kind: "block", body: [...before, turns], span: span(node) }];
}

function forInStatement(c: Context, node: Syntax): Statement[] {
  const left = field(node, "left");
  const right = field(node, "right");
  const bind = left && targetOf(c, left);
  const over = right && expression(c, right);
  return [
    {
      kind: "loop",
      ...(bind !== undefined && { bind }),
      ...(over !== undefined && {
        over: hasToken(node, "in") ? opaque(over.span, "the keys of an object", [over]) : over,
      }),
      body: body(c, field(node, "body")),
      span: span(node),
    },
  ];
}

function tryStatement(c: Context, node: Syntax): Statement[] {
  const clause = field(node, "handler");
  return [
    {
      kind: "try",
      body: body(c, field(node, "body")),
      handlers: clause === undefined ? [] : [handler(c, clause)],
      finally: body(c, field(field(node, "finalizer"), "body")),
      span: span(node),
    },
  ];
}

function handler(c: Context, clause: Syntax): Handler {
  const lowered = body(c, field(clause, "body"));
  const parameter = field(clause, "parameter");
  const target = parameter && targetOf(c, parameter);
  if (target === undefined) return { types: [], body: lowered };
  if (target.kind === "name") return { types: [], bind: target.name, body: lowered };
  const caught: Expression = { kind: "name", name: "(caught)", span: target.span };
  return { types: [], bind: caught.name, body: [declare(target, caught, target.span), ...lowered] };
}

// ---- Targets

function nameTarget(c: Context, node: Syntax): Target & { kind: "name" } {
  return { kind: "name", name: textOf(c, node), span: span(node) };
}

/** What can be assigned to; undefined when nothing can. */
function targetOf(c: Context, node: Syntax): Target | undefined {
  if (c.depth >= DEEPEST) return undefined;
  const depth = c.depth;
  c.depth += 1;
  const lowered = target(c, bare(node));
  c.depth = depth;
  return lowered;
}

function target(c: Context, node: Syntax): Target | undefined {
  switch (node.type) {
    case "identifier":
    case "undefined":
    case "type_identifier":
    case "shorthand_property_identifier":
    case "shorthand_property_identifier_pattern":
      return nameTarget(c, node);
    case "member_expression":
    case "subscript_expression": {
      const value = expression(c, node);
      return value.kind === "member" || value.kind === "index" ? value : undefined;
    }
    case "array_pattern":
    case "array":
      return listTarget(c, node);
    case "object_pattern":
    case "object":
      return objectTarget(c, node);
    case "assignment_pattern":
    case "assignment_expression":
    case "object_assignment_pattern": {
      const { target, value } = withDefault(c, node);
      return target && value ? { kind: "default", target, value, span: span(node) } : target;
    }
    default:
      return undefined;
  }
}

/** A pattern and the default it has. */
function withDefault(c: Context, node: Syntax): { target: Target | undefined; value: Expression | undefined } {
  const left = field(node, "left");
  const right = field(node, "right");
  if (left === undefined || right === undefined) return { target: targetOf(c, node), value: undefined };
  return { target: targetOf(c, left), value: expression(c, right) };
}

function isRest(node: Syntax): boolean {
  return node.type === "rest_pattern" || node.type === "spread_element";
}

function restTarget(c: Context, nodes: readonly Syntax[]): { rest?: Target } {
  const inner = nodes.find(isRest)?.children[0];
  const rest = inner && targetOf(c, inner);
  return rest === undefined ? {} : { rest };
}

function listTarget(c: Context, node: Syntax): Target {
  const items: (Target | undefined)[] = [];
  let filled = false;
  for (const part of node.parts) {
    if (part.type === ",") {
      if (!filled) items.push(undefined);
      filled = false;
    } else if (part.named) {
      filled = true;
      if (!isRest(part)) items.push(targetOf(c, part));
    }
  }
  return { kind: "list", items, ...restTarget(c, node.children), span: span(node) };
}

type ObjectTargetEntry = Extract<Target, { kind: "object" }>["entries"][number];

function objectTarget(c: Context, node: Syntax): Target {
  const entries: ObjectTargetEntry[] = [];
  for (const child of node.children) {
    if (isRest(child)) continue;
    const pair = child.type === "pair_pattern" || child.type === "pair";
    const pattern = pair ? field(child, "value") : child;
    const name = pair ? field(child, "key") : (field(child, "left") ?? child);
    if (pattern === undefined || name === undefined) continue;
    const { target, value } = ["assignment_pattern", "object_assignment_pattern", "assignment_expression"].includes(
      pattern.type,
    )
      ? withDefault(c, pattern)
      : { target: targetOf(c, pattern), value: undefined };
    if (target === undefined) continue;
    entries.push({ target, ...targetKey(c, name, value) });
  }
  return { kind: "object", entries, ...restTarget(c, node.children), span: span(node) };
}

/** A computed key is met by no property, so that its default, which is opaque, is what the target receives. */
function targetKey(c: Context, name: Syntax, value: Expression | undefined): { key: string; default?: Expression } {
  const { key: written } = key(c, name);
  if (typeof written === "string") return { key: written, ...(value !== undefined && { default: value }) };
  const children = value === undefined ? [written] : [written, value];
  return { key: textOf(c, name), default: opaque(name, "a computed key", children) };
}

// ---- Assignments

const COMPOUND: Readonly<Record<string, BinaryOperator>> = {
  "||=": "or",
  "&&=": "and",
  "??=": "??",
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "/=": "/",
  "%=": "%",
  "|=": "|",
  "&=": "&",
};

const ASSIGNMENTS: Readonly<Record<string, (c: Context, node: Syntax, at: Span) => Statement | undefined>> = {
  assignment_expression: (c, node, at) => {
    const isUsing = hasToken(node, "using");
    return assign(c, node, at, isUsing ? { declare: "block" } : {});
  },
  augmented_assignment_expression: (c, node, at) =>
    assign(c, node, at, { operator: COMPOUND[field(node, "operator")?.type ?? ""] ?? "other" }),
  update_expression: (c, node, at) => update(c, node, at),
};

function assign(
  c: Context,
  node: Syntax,
  at: Span,
  how: Pick<Assignment, "declare" | "operator">,
): Assignment | undefined {
  const left = field(node, "left");
  const right = field(node, "right");
  const target = left && targetOf(c, left);
  if (target === undefined || right === undefined) return undefined;
  return { kind: "assign", target, value: expression(c, right), ...how, span: at };
}

function update(c: Context, node: Syntax, at: Span): Assignment | undefined {
  const operand = field(node, "argument");
  const operator = field(node, "operator");
  const target = operand && targetOf(c, operand);
  if (target === undefined || operator === undefined) return undefined;
  const sign = operator.type === "++" ? "+" : "-";
  return { kind: "assign", target, value: literal(operator, 1), operator: sign, span: at };
}

function assignmentExpression(c: Context, node: Syntax): Expression {
  const assignment = ASSIGNMENTS[node.type]?.(c, node, span(node));
  if (assignment?.kind !== "assign") return other(c, node);
  const value: Expression = { kind: "assignment", assignment, span: span(node) };
  const isPostfix = node.type === "update_expression" && node.parts[0]?.named === true;
  return isPostfix ? opaque(node, "the value before the update", [value]) : value;
}

// ---- Expressions

/** Nodes that keep the value of what they hold. */
const TRANSPARENT = new Set([
  "parenthesized_expression",
  "await_expression",
  "as_expression",
  "satisfies_expression",
  "non_null_expression",
  "type_assertion",
  "instantiation_expression",
]);

/** The value that stands under parentheses, casts, assertions and `await`. */
function bare(node: Syntax): Syntax {
  let rest = node;
  while (TRANSPARENT.has(rest.type)) {
    const inner = rest.type === "type_assertion" ? rest.children.at(-1) : rest.children[0];
    if (inner === undefined) return rest;
    rest = inner;
  }
  return rest;
}

const EXPRESSIONS: Readonly<Record<string, Lower<Expression>>> = {
  identifier: (c, node) => nameAt(c, node),
  shorthand_property_identifier: (c, node) => nameAt(c, node),
  import: (c, node) => nameAt(c, node),
  undefined: (_, node) => undefinedAt(span(node)),
  null: (_, node) => literal(node, null),
  true: (_, node) => literal(node, true),
  false: (_, node) => literal(node, false),
  number: numberLiteral,
  string: (c, node) => literal(node, stringValue(c, node)),
  private_property_identifier: (c, node) => literal(node, textOf(c, node)),
  template_string: template,
  regex: (_, node) => opaque(node, "a regular expression"),
  this: (_, node) => ({ kind: "this", span: span(node) }),
  super: (_, node) => ({ kind: "super", span: span(node) }),
  meta_property: metaProperty,
  member_expression: chain,
  subscript_expression: chain,
  call_expression: chain,
  new_expression: newExpression,
  object: (c, node) => ({
    kind: "object",
    entries: node.children.flatMap((child) => entry(c, child)),
    span: span(node),
  }),
  array: list,
  function_expression: functionExpression,
  function: functionExpression,
  generator_function: functionExpression,
  function_declaration: functionExpression,
  generator_function_declaration: functionExpression,
  arrow_function: functionExpression,
  method_definition: functionExpression,
  class: (c, node) => classExpression(c, node),
  binary_expression: binary,
  unary_expression: unary,
  ternary_expression: ternary,
  assignment_expression: assignmentExpression,
  augmented_assignment_expression: assignmentExpression,
  update_expression: assignmentExpression,
  sequence_expression: (c, node) => ({
    kind: "sequence",
    items: sequenceItems(node).map((item) => expression(c, item)),
    span: span(node),
  }),
  yield_expression: (c, node) => opaque(node, "what a generator is resumed with", effects(c, node)),
  jsx_element: jsx,
  jsx_fragment: jsx,
  jsx_self_closing_element: jsx,
};

function expression(c: Context, node: Syntax): Expression {
  const value = bare(node);
  if (c.depth >= DEEPEST) return tooDeep(value);
  const depth = c.depth;
  c.depth += 1;
  const lowered = (EXPRESSIONS[value.type] ?? other)(c, value);
  c.depth = depth;
  return lowered;
}

function other(c: Context, node: Syntax): Expression {
  if (EXPRESSIONS[node.type] === undefined && STATEMENTS[node.type] !== undefined) {
    return { kind: "statements", body: statement(c, node), span: span(node) };
  }
  return opaque(node, `a ${node.type.replaceAll("_", " ")} that could not be read`, effects(c, node));
}

/** What only the type checker reads; nothing in there runs. */
const TYPE_ONLY = new Set([
  "type_annotation",
  "type_arguments",
  "type_parameters",
  "type_predicate_annotation",
  "asserts_annotation",
  "implements_clause",
  "interface_declaration",
  "type_alias_declaration",
  "function_signature",
  "ambient_declaration",
]);

/** The expressions in a node that is not one, for their effects. */
function effects(c: Context, node: Syntax): Expression[] {
  if (c.depth >= DEEPEST) return [];
  const depth = c.depth;
  c.depth += 1;
  const found: Expression[] = [];
  for (const child of node.children) {
    if (TYPE_ONLY.has(child.type) || (child.field === "name" && node.type.startsWith("jsx_"))) continue;
    const isValue = EXPRESSIONS[child.type] ?? STATEMENTS[child.type] ?? TRANSPARENT.has(child.type);
    for (const value of isValue ? [expression(c, child)] : effects(c, child)) {
      if (value.kind !== "literal") found.push(value);
    }
  }
  c.depth = depth;
  return found;
}

function opaque(node: Span, because: string, children: readonly Expression[] = []): Expression {
  return { kind: "opaque", because, children, span: span(node) };
}

function tooDeep(node: Syntax): Expression {
  return opaque(node, "nested too deeply");
}

function literal(node: Span, value: string | number | boolean | null | undefined): Expression & { kind: "literal" } {
  return { kind: "literal", value, span: span(node) };
}

function undefinedAt(at: Span): Expression {
  return { kind: "literal", value: undefined, span: at };
}

function nameAt(c: Context, node: Syntax): Expression {
  const name = textOf(c, node);
  return name === "undefined" ? undefinedAt(span(node)) : { kind: "name", name, span: span(node) };
}

function jsx(c: Context, node: Syntax): Expression {
  return opaque(node, "JSX", effects(c, node));
}

/** `import.meta` is a member of the name `import`. */
function metaProperty(c: Context, node: Syntax): Expression {
  const [object, , property] = node.parts;
  if (object?.type !== "import" || property === undefined) return opaque(node, "new.target");
  return {
    kind: "member",
    object: { kind: "name", name: "import", span: span(object) },
    property: textOf(c, property),
    span: span(node),
    propertySpan: span(property),
  };
}

// ---- Literals

function numberLiteral(c: Context, node: Syntax): Expression {
  const written = textOf(c, node).replaceAll("_", "");
  const value = /^0[0-7]+$/.test(written) ? Number.parseInt(written, 8) : Number(written);
  return Number.isNaN(value) ? opaque(node, "a big integer") : literal(node, value);
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v" };
const ESCAPE =
  /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3][0-7]{0,2}|[4-7][0-7]?)|(\r\n|[\s\S]))/g;

function unescape(raw: string): string {
  if (!raw.includes("\\")) return raw;
  return raw.replace(ESCAPE, (all, point?: string, unit?: string, byte?: string, octal?: string, other = "") => {
    const hex = point ?? unit ?? byte;
    const code = hex === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) return all;
    if (!Number.isNaN(code)) return String.fromCodePoint(code);
    return /^[\r\n\u2028\u2029]/.test(other) ? "" : (ESCAPES[other] ?? other);
  });
}

function stringValue(c: Context, node: Syntax): string {
  const written = textOf(c, node);
  const closed = written.length > 1 && written.endsWith(written.charAt(0));
  return unescape(written.slice(1, closed ? -1 : undefined));
}

/** A template without holes is a literal. */
function template(c: Context, node: Syntax): Expression {
  const parts: (string | Expression)[] = [];
  let from = node.start + 1;
  const take = (to: number) => {
    if (to > from) parts.push(unescape(c.text.slice(from, to).replaceAll("\r\n", "\n")));
  };
  for (const hole of node.children) {
    if (hole.type !== "template_substitution") continue;
    take(hole.start);
    const value = hole.children[0];
    if (value !== undefined) parts.push(expression(c, value));
    from = hole.end;
  }
  const closed = node.end > from && c.text[node.end - 1] === "`";
  take(closed ? node.end - 1 : node.end);
  const constant = parts.length === 0 ? "" : parts.length === 1 ? parts[0] : undefined;
  return typeof constant === "string" ? literal(node, constant) : { kind: "text", parts, span: span(node) };
}

function list(c: Context, node: Syntax): Expression {
  const items: Argument[] = [];
  let filled = false;
  for (const part of node.parts) {
    if (part.type === ",") {
      if (!filled) items.push({ value: undefinedAt({ start: part.start, end: part.start }), span: span(part) });
      filled = false;
    } else if (part.named) {
      filled = true;
      items.push(argument(c, part));
    }
  }
  return { kind: "list", items, span: span(node) };
}

// ---- Objects

/** The key of an entry or member: a string when it is known. */
function key(c: Context, node: Syntax): { key: string | Expression; keySpan: Span } {
  const keySpan = span(node);
  switch (node.type) {
    case "string":
      return { key: stringValue(c, node), keySpan };
    case "number": {
      const value = numberLiteral(c, node);
      return { key: value.kind === "literal" ? String(value.value) : textOf(c, node), keySpan };
    }
    case "computed_property_name": {
      const inner = node.children[0];
      const value = inner === undefined ? opaque(node, "an empty key") : expression(c, inner);
      const known = value.kind === "literal" && ["string", "number"].includes(typeof value.value);
      return { key: known ? String(value.value) : value, keySpan };
    }
    default:
      return { key: textOf(c, node), keySpan };
  }
}

function entry(c: Context, node: Syntax): Entry[] {
  const at = span(node);
  switch (node.type) {
    case "pair": {
      const name = field(node, "key");
      const value = field(node, "value");
      if (name === undefined || value === undefined) break;
      return [{ kind: "entry", ...key(c, name), value: expression(c, value), span: at }];
    }
    case "shorthand_property_identifier":
      return [{ kind: "entry", key: textOf(c, node), value: nameAt(c, node), span: at, keySpan: at }];
    case "spread_element": {
      const value = node.children[0];
      return value === undefined ? [] : [{ kind: "spread", value: expression(c, value), span: at }];
    }
    case "method_definition": {
      const name = field(node, "name");
      if (name === undefined) break;
      const named = key(c, name);
      // A setter is no value: its key is one that no read meets.
      const isSetter = hasToken(node, "set") && typeof named.key === "string";
      const value = functionExpression(c, node);
      return [{ kind: "entry", ...named, ...(isSetter && { key: `set ${named.key}` }), value, span: at }];
    }
  }
  const children = EXPRESSIONS[node.type] ? [expression(c, node)].filter(mayAct) : effects(c, node);
  return children.length === 0
    ? []
    : [{ kind: "spread", value: opaque(node, "an entry that could not be read", children), span: at }];
}

// ---- Functions

function functionExpression(c: Context, node: Syntax): FunctionExpression {
  const name = field(node, "name");
  const block = field(node, "body");
  const isExpression = block !== undefined && block.type !== "statement_block";
  const list = field(node, "parameters") ?? field(node, "parameter");
  const returnType = typeName(c, field(node, "return_type"));
  const given = list?.type === "formal_parameters" ? list.children : list ? [list] : [];
  const parameters: Parameter[] = [];
  const properties: Statement[] = [];
  for (const one of given) {
    if (one.type === "decorator") continue;
    const lowered = parameter(c, one);
    if (lowered === undefined) continue;
    parameters.push(lowered);
    if (isProperty(one)) properties.push(propertyOf(lowered));
  }
  const own: Statement[] = isExpression
    ? [{ kind: "return", value: expression(c, block), span: span(block) }]
    : body(c, block);
  return {
    kind: "function",
    ...(name !== undefined && { name: nameOf(c, name) }),
    parameters,
    body: [...properties, ...own],
    annotations: decorators(c, node),
    ...(node.type === "arrow_function" && { lexicalThis: true }),
    ...(returnType !== undefined && { returnType }),
    ...(hasToken(node, "async") && { async: true }),
    span: span(node),
    bodySpan: block === undefined ? { start: node.end, end: node.end } : isExpression ? span(block) : inside(c, block),
  };
}

function decorators(c: Context, node: Syntax): Expression[] {
  return node.children.flatMap((child) => (child.type === "decorator" ? decorator(c, child) : []));
}

function decorator(c: Context, node: Syntax): Expression[] {
  const value = node.children[0];
  return value === undefined ? [] : [expression(c, value)];
}

/** `constructor(private readonly x: X)` declares a field as well. */
function isProperty(node: Syntax): boolean {
  return node.parts.some(
    ({ type }) => type === "accessibility_modifier" || type === "override_modifier" || type === "readonly",
  );
}

function propertyOf({ name, span }: Parameter): Statement {
  return {
    kind: "assign",
    target: { kind: "member", object: { kind: "this", span }, property: name, span, propertySpan: span },
    value: { kind: "name", name, span },
    span,
  };
}

/** @returns undefined for TypeScript's `this` parameter */
function parameter(c: Context, node: Syntax): Parameter | undefined {
  const typed = field(node, "pattern");
  const pattern = typed ?? field(node, "left") ?? node;
  const value = typed === undefined ? field(node, "right") : field(node, "value");
  if (pattern.type === "this") return undefined;
  const rest = isRest(pattern);
  const bound = (rest ? pattern.children[0] : pattern) ?? pattern;
  const target = targetOf(c, bound) ?? nameTarget(c, bound);
  const type = typeName(c, field(node, "type"));
  const annotations = decorators(c, node);
  return {
    target,
    name: target.kind === "name" ? target.name : "",
    ...(value !== undefined && { default: expression(c, value) }),
    ...(type !== undefined && { type }),
    ...(rest && { rest: "list" }),
    ...(annotations.length > 0 && { annotations }),
    span: span(node),
  };
}

/** A type's name without its arguments; of `T | undefined`, `T`. Types that have no name are left out. */
function typeName(c: Context, node: Syntax | undefined): string | undefined {
  let type = node;
  while (type !== undefined) {
    switch (type.type) {
      case "type_annotation":
      case "parenthesized_type":
        type = type.children[0];
        break;
      case "generic_type":
        type = field(type, "name") ?? type.children[0];
        break;
      case "union_type": {
        const members: Syntax[] = type.children.filter((one) => !["null", "undefined"].includes(textOf(c, one)));
        type = members.length === 1 ? members[0] : undefined;
        break;
      }
      case "type_identifier":
      case "nested_type_identifier":
      case "predefined_type":
      case "identifier":
        return textOf(c, type);
      default:
        return undefined;
    }
  }
  return undefined;
}

// ---- Classes

function classExpression(c: Context, node: Syntax): ClassExpression {
  const name = field(node, "name");
  const heritage = childOf(node, "class_heritage");
  const extended = childOf(heritage, "extends_clause");
  const base = extended ? field(extended, "value") : heritage?.children.find((child) => !TYPE_ONLY.has(child.type));
  return {
    kind: "class",
    ...(name !== undefined && { name: textOf(c, name) }),
    bases: base === undefined ? [] : [expression(c, base)],
    members: members(c, field(node, "body")),
    annotations: decorators(c, node),
    span: span(node),
  };
}

function members(c: Context, classBody: Syntax | undefined): Member[] {
  const lowered: Member[] = [];
  let annotations: Expression[] = [];
  for (const node of classBody?.children ?? []) {
    if (node.type === "decorator") {
      annotations.push(...decorator(c, node));
      continue;
    }
    lowered.push(...(MEMBERS[node.type]?.(c, node, annotations) ?? strayMember(c, node)));
    annotations = [];
  }
  return lowered;
}

const MEMBERS: Readonly<Record<string, (c: Context, node: Syntax, annotations: readonly Expression[]) => Member[]>> = {
  method_definition: method,
  field_definition: fieldDefinition,
  public_field_definition: fieldDefinition,
  class_static_block: (c, node) => {
    const block = field(node, "body");
    return block === undefined ? [] : statement(c, block).map((one) => ({ kind: "statement", statement: one }));
  },
  method_signature: () => [],
  abstract_method_signature: () => [],
  index_signature: () => [],
};

function strayMember(c: Context, node: Syntax): Member[] {
  return pieces(c, node).map((one) => ({ kind: "statement", statement: one }));
}

/** The name of a member; a computed one is known by how it is written. */
function nameOf(c: Context, node: Syntax): string {
  const inner = node.type === "computed_property_name" ? node.children[0] : node;
  if (inner?.type === "string") return stringValue(c, inner);
  return textOf(c, node);
}

function computedName(c: Context, node: Syntax): Member[] {
  if (node.type !== "computed_property_name") return [];
  return effects(c, node)
    .filter(mayAct)
    .map((value) => ({ kind: "statement", statement: expressionStatement(value) }));
}

function method(c: Context, node: Syntax, before: readonly Expression[]): Member[] {
  const written = field(node, "name");
  if (written === undefined) return strayMember(c, node);
  const name = nameOf(c, written);
  const isStatic = hasToken(node, "static");
  const lowered = functionExpression(c, node);
  const role = hasToken(node, "get")
    ? "getter"
    : hasToken(node, "set")
      ? "setter"
      : name === "constructor" && !isStatic
        ? "constructor"
        : "method";
  const annotations = [...before, ...lowered.annotations];
  return [
    ...computedName(c, written),
    { kind: "method", name, role, static: isStatic, function: { ...lowered, annotations } },
  ];
}

function fieldDefinition(c: Context, node: Syntax, before: readonly Expression[]): Member[] {
  const written = field(node, "name") ?? field(node, "property");
  if (written === undefined || hasToken(node, "declare")) return [];
  const value = field(node, "value");
  const type = typeName(c, field(node, "type"));
  return [
    ...computedName(c, written),
    {
      kind: "field",
      name: nameOf(c, written),
      ...(value !== undefined && { value: expression(c, value) }),
      static: hasToken(node, "static"),
      ...(type !== undefined && { type }),
      annotations: [...before, ...decorators(c, node)],
      span: span(node),
    },
  ];
}

// ---- Operators and chains

/** Lowers a left-nested chain from its innermost link outward, with a loop; past a bound the rest is flat and opaque. */
function leftChain(
  c: Context,
  node: Syntax,
  beneath: (link: Syntax) => Syntax | undefined,
  join: (left: Expression, link: Syntax) => Expression,
  operands: (link: Syntax) => Expression[],
): Expression {
  const links: Syntax[] = [];
  let base = node;
  for (let next = beneath(base); next !== undefined; next = beneath(base)) {
    links.push(base);
    base = next;
  }
  if (links.length === 0) return other(c, node);
  const depth = c.depth;
  const room = roomFor(c, LINK);
  c.depth += Math.min(links.length, room) * LINK;
  let value = expression(c, base);
  let nested = 0;
  let rest: Expression[] | undefined;
  for (const link of links.toReversed()) {
    if (nested >= room) rest ??= [value];
    if (rest === undefined) value = join(value, link);
    else for (const operand of operands(link)) rest.push(operand);
    if (value.kind !== "text") nested += 1;
  }
  c.depth = depth;
  return rest === undefined ? value : opaque(node, "a chain that is too long", rest);
}

const BENEATH: Readonly<Record<string, string>> = {
  member_expression: "object",
  subscript_expression: "object",
  call_expression: "function",
};

/** `a.b[c](d)` */
function chain(c: Context, node: Syntax): Expression {
  return leftChain(
    c,
    node,
    (link) => (link.type === "non_null_expression" ? link.children[0] : field(link, BENEATH[link.type] ?? "")),
    (left, link) => {
      if (link.type === "call_expression") return call(c, link, left);
      if (link.type === "member_expression") return member(c, link, left);
      return link.type === "subscript_expression" ? index(c, link, left) : left;
    },
    (link) => (link.type === "member_expression" ? [] : operandsOf(c, link)),
  );
}

function operandsOf(c: Context, link: Syntax): Expression[] {
  const given = field(link, "index");
  if (given !== undefined) return [expression(c, given)];
  return argumentsOf(c, field(link, "arguments")).map((one) => one.value);
}

function member(c: Context, node: Syntax, object: Expression): Expression {
  const property = field(node, "property");
  if (property === undefined) return object;
  const optional = node.children.some((child) => child?.type === "optional_chain");
  return {
    kind: "member",
    object,
    property: textOf(c, property),
    ...(optional && { optional }),
    span: span(node),
    propertySpan: span(property),
  };
}

function index(c: Context, node: Syntax, object: Expression): Expression {
  const given = field(node, "index");
  if (given === undefined) return opaque(node, "an index that could not be read", [object]);
  return { kind: "index", object, index: expression(c, given), span: span(node) };
}

/** A tagged template is a call without parentheses, the text its argument. */
function call(c: Context, node: Syntax, callee: Expression): Call {
  const given = field(node, "arguments");
  return {
    kind: "call",
    callee,
    arguments: argumentsOf(c, given),
    ...(given?.type === "arguments" && { argumentsSpan: inside(c, given) }),
    ...(given?.type === "template_string" && { bare: true }),
    span: span(node),
  };
}

function argumentsOf(c: Context, given: Syntax | undefined): Argument[] {
  if (given === undefined) return [];
  return (given.type === "arguments" ? given.children : [given]).map((one) => argument(c, one));
}

function argument(c: Context, node: Syntax): Argument {
  const isSpread = node.type === "spread_element";
  const value = (isSpread ? node.children[0] : node) ?? node;
  return { value: expression(c, value), ...(isSpread && { spread: "list" }), span: span(node) };
}

function newExpression(c: Context, node: Syntax): Expression {
  const made = field(node, "constructor");
  if (made === undefined) return other(c, node);
  return { ...call(c, node, expression(c, made)), new: true };
}

const OPERATORS: Readonly<Record<string, BinaryOperator>> = {
  "==": "==",
  "===": "==",
  "!=": "!=",
  "!==": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "&&": "and",
  "||": "or",
  "??": "??",
  in: "in",
  instanceof: "instanceof",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
};

function binary(c: Context, node: Syntax): Expression {
  let parts: (string | Expression)[] | undefined;
  return leftChain(
    c,
    node,
    (link) =>
      field(link, "right") === undefined || link.type !== "binary_expression" ? undefined : field(link, "left"),
    (left, link) => {
      const [right] = rightOf(c, link);
      const written = field(link, "operator")?.type ?? "";
      if (right === undefined) return left;
      if (written === "+" && (parts !== undefined || isText(left) || isText(right))) {
        parts ??= [...partsOf(left)];
        for (const part of partsOf(right)) parts.push(part);
        return { kind: "text", parts, span: span(link) };
      }
      parts = undefined;
      return compare(c, link, written, left, right);
    },
    (link) => rightOf(c, link),
  );
}

function rightOf(c: Context, link: Syntax): Expression[] {
  const right = field(link, "right");
  return right === undefined ? [] : [expression(c, right)];
}

function isText(value: Expression): boolean {
  return value.kind === "text" || (value.kind === "literal" && typeof value.value === "string");
}

function partsOf(value: Expression): readonly (string | Expression)[] {
  if (value.kind === "text") return value.parts;
  return value.kind === "literal" && typeof value.value === "string" ? [value.value] : [value];
}

/** `x == null` asks for undefined as well; `typeof x === "undefined"` asks for nothing else. */
function compare(c: Context, node: Syntax, written: string, left: Expression, right: Expression): Expression {
  const operator = OPERATORS[written] ?? "other";
  const at = span(node);
  const plain: Expression = { kind: "binary", operator, left, right, span: at };
  if (operator !== "==" && operator !== "!=") return plain;
  const asked = typeofUndefined(c, node, right);
  if (asked !== undefined) return { ...plain, left: asked, right: undefinedAt(right.span) };
  const isNull = right.kind === "literal" && (right.value === null || right.value === undefined);
  if (written.length === 2 && isNull && isPath(left)) {
    return {
      kind: "binary",
      operator: operator === "==" ? "or" : "and",
      left: { ...plain, right: literal(right.span, null) },
      right: { ...plain, right: undefinedAt(right.span) },
      span: at,
    };
  }
  return plain;
}

function typeofUndefined(c: Context, node: Syntax, right: Expression): Expression | undefined {
  const left = field(node, "left");
  if (right.kind !== "literal" || right.value !== "undefined" || left === undefined) return undefined;
  const asked = bare(left);
  if (asked.type !== "unary_expression" || !hasToken(asked, "typeof")) return undefined;
  const operand = field(asked, "argument");
  return operand && expression(c, operand);
}

function unary(c: Context, node: Syntax): Expression {
  const operand = field(node, "argument");
  const operator = field(node, "operator")?.type ?? "";
  const at = span(node);
  if (operand === undefined) return other(c, node);
  if (operator === "delete") {
    const deleted = targetOf(c, operand);
    if (deleted === undefined) return opaque(node, "delete", [expression(c, operand)]);
    return {
      kind: "statements",
      body: [{ kind: "delete", target: deleted, span: at }, expressionStatement(literal(node, true))],
      span: at,
    };
  }
  const value = expression(c, operand);
  if (operator === "!") return { kind: "not", value, span: at };
  if (operator === "void") {
    return value.kind === "literal" ? undefinedAt(at) : { kind: "sequence", items: [value, undefinedAt(at)], span: at };
  }
  if (value.kind === "literal" && typeof value.value === "number") {
    if (operator === "-") return literal(node, -value.value);
    if (operator === "+") return literal(node, value.value);
  }
  return opaque(node, operator, [value]);
}

function ternary(c: Context, node: Syntax): Expression {
  const test = field(node, "condition");
  const then = field(node, "consequence");
  const otherwise = field(node, "alternative");
  if (test === undefined || then === undefined || otherwise === undefined) return other(c, node);
  return {
    kind: "ternary",
    test: expression(c, test),
    then: expression(c, then),
    else: expression(c, otherwise),
    span: span(node),
  };
}

/** The items of `a, b, c`, whichever way the grammar nests them. */
function sequenceItems(node: Syntax): Syntax[] {
  const items: Syntax[] = [];
  const open = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.type !== "sequence_expression") items.push(next);
    else for (const child of next.children.toReversed()) open.push(child);
  }
  return items;
}
