import type { SourceFile } from "../../language.ts";
import type {
  Argument,
  Assignment,
  BinaryOperator,
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
const MAX_TYPE_LENGTH = 1_000;

type Syntax = SyntaxNode;

interface Scope {
  readonly kind: "module" | "function" | "class";
  /** Names said to be `global` or `nonlocal` here. */
  readonly shared: Set<string>;
}

interface Context {
  readonly text: string;
  /** The kids of nodes that have children of another sort. */
  readonly kids: Map<Syntax, readonly Syntax[]>;
  scope: Scope;
  depth: number;
  /** ERROR nodes passed inside the statement at hand; lowered after it. */
  pending: Syntax[];
}

/** Lowers a Python module. Never throws. */
export function lowerPython({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    kids: new Map(),
    scope: { kind: "module", shared: new Set() },
    depth: 0,
    pending: [],
  };
  const body = statementsOf(context, kidsOf(context, root));
  return { kind: "program", file: source.file, language: "python", body, errors, comments };
}

// Syntax

function spanOf(node: Span): Span {
  return { start: node.start, end: node.end };
}

function textOf(context: Context, span: Span): string {
  return context.text.slice(span.start, span.end);
}

/** Named children without ERRORs, which wait in `pending`, and what joins lines. */
function kidsOf(context: Context, node: Syntax): readonly Syntax[] {
  const known = context.kids.get(node);
  if (known !== undefined) return known;
  const kids = node.children.filter(({ type }) => type !== "line_continuation" && type !== "ERROR");
  if (kids.length === node.children.length) return node.children;
  context.kids.set(node, kids);
  context.pending.push(...node.children.filter(({ type }) => type === "ERROR"));
  return kids;
}

function kidOfType(context: Context, node: Syntax, ...types: readonly string[]): Syntax | undefined {
  return kidsOf(context, node).find((kid) => types.includes(kid.type));
}

function opaque(because: string, children: readonly Expression[], span: Span): Expression {
  return { kind: "opaque", because, children, span: spanOf(span) };
}

/** Leaves out what is undefined, as `exactOptionalPropertyTypes` asks. */
function given<T extends object>(properties: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function within<T>(context: Context, kind: Scope["kind"], lower: () => T): T {
  const outer = context.scope;
  context.scope = { kind, shared: new Set() };
  const lowered = lower();
  context.scope = outer;
  return lowered;
}

// Statements

type LowerStatement = (context: Context, node: Syntax) => readonly Statement[];

const statements = new Map<string, LowerStatement>([
  ["module", (context, node) => statementsOf(context, kidsOf(context, node))],
  ["block", (context, node) => statementsOf(context, kidsOf(context, node))],
  [
    "ERROR",
    (context, node) =>
      statementsOf(
        context,
        kidsOf(context, node).filter((kid) => !tokens.has(kid.type)),
      ),
  ],
  ["expression_statement", (context, node) => kidsOf(context, node).flatMap((kid) => statementOf(context, kid))],
  ["assignment", assignments],
  ["augmented_assignment", augmentedAssignment],
  ["import_statement", importStatement],
  ["import_from_statement", importFrom],
  ["future_import_statement", importFrom],
  ["function_definition", (context, node) => functionDefinition(context, node, node, [])],
  ["class_definition", (context, node) => classDefinition(context, node, node, [])],
  ["decorated_definition", decoratedDefinition],
  ["if_statement", ifStatement],
  ["while_statement", whileStatement],
  ["for_statement", forStatement],
  ["with_statement", withStatement],
  ["try_statement", tryStatement],
  ["match_statement", matchStatement],
  ["return_statement", returnStatement],
  ["raise_statement", raiseStatement],
  ["assert_statement", assertStatement],
  ["delete_statement", deleteStatement],
  ["global_statement", shareNames],
  ["nonlocal_statement", shareNames],
  ["pass_statement", () => []],
  ["type_alias_statement", () => []],
  ["break_statement", (_, node) => [{ kind: "break", span: spanOf(node) }]],
  ["continue_statement", (_, node) => [{ kind: "continue", span: spanOf(node) }]],
  ["print_statement", (context, node) => [expressionStatement(opaqueOver(context, node, "print statement"))]],
  ["exec_statement", (context, node) => [expressionStatement(opaqueOver(context, node, "exec statement"))]],
]);

/** What says nothing by itself when it stands loose in a part that could not be parsed. */
const tokens = new Set(["identifier", "integer", "float", "string", "true", "false", "none", "ellipsis", "type"]);

function statementsOf(context: Context, nodes: readonly Syntax[]): Statement[] {
  const lowered: Statement[] = [];
  const take = (node: Syntax) => {
    for (const statement of statementOf(context, node)) lowered.push(statement);
  };
  const errors = context.pending;
  context.pending = [];
  const inOrder = errors.length === 0 ? nodes : [...nodes, ...errors].sort((a, b) => a.start - b.start);
  for (const node of inOrder) {
    take(node);
    recover(context, take);
  }
  return lowered;
}

function recover(context: Context, take: (node: Syntax) => void): void {
  while (context.pending.length > 0) {
    const errors = context.pending;
    context.pending = [];
    for (const error of errors) take(error);
  }
}

function statementOf(context: Context, node: Syntax): readonly Statement[] {
  const lower = statements.get(node.type);
  if (lower === undefined) return [expressionStatement(expressionOf(context, node), node)];
  if (context.depth >= MAX_DEPTH) return [expressionStatement(opaque("nested too deeply", [], node))];
  context.depth += 1;
  const lowered = lower(context, node);
  context.depth -= 1;
  return lowered;
}

function expressionStatement(value: Expression, span: Span = value.span): Statement {
  return { kind: "expression", value, span: spanOf(span) };
}

function bodyOf(context: Context, node: Syntax): Statement[] {
  const block = kidOfType(context, node, "block");
  return block === undefined ? [] : statementsOf(context, kidsOf(context, block));
}

function elseOf(context: Context, node: Syntax): Statement[] {
  const clause = kidOfType(context, node, "else_clause");
  return clause === undefined ? [] : bodyOf(context, clause);
}

function importStatement(context: Context, node: Syntax): readonly Statement[] {
  return kidsOf(context, node).map((kid): Statement => {
    const [from, local] = importedName(context, kid);
    return { kind: "import", from, names: [{ imported: "*", local, span: spanOf(kid) }], span: spanOf(node) };
  });
}

function importFrom(context: Context, node: Syntax): readonly Statement[] {
  const kids = kidsOf(context, node);
  const future = node.type === "future_import_statement";
  const [module] = kids;
  if (!future && (module === undefined || !["dotted_name", "relative_import"].includes(module.type))) return [];
  const imported = kids.filter((kid) => (future || kid !== module) && kid.type !== "wildcard_import");
  const names = imported.map((kid) => {
    const [imported, local] = importedName(context, kid);
    return { imported, local, span: spanOf(kid) };
  });
  const from = future || module === undefined ? "__future__" : dotted(context, module);
  const star = kids.some((kid) => kid.type === "wildcard_import");
  return [{ kind: "import", from, names, ...(star ? { star } : {}), span: spanOf(node) }];
}

/** What is imported, and the name that it is bound to. */
function importedName(context: Context, node: Syntax): [imported: string, local: string] {
  const [name, alias] = node.type === "aliased_import" ? kidsOf(context, node) : [node];
  const imported = dotted(context, name ?? node);
  return [imported, alias === undefined ? imported : textOf(context, alias)];
}

function dotted(context: Context, node: Span): string {
  return textOf(context, node).replace(/[\s\\]+/g, "");
}

const augmented: Readonly<Record<string, BinaryOperator>> = {
  "+=": "+",
  "-=": "-",
  "*=": "*",
  "/=": "/",
  "%=": "%",
  "|=": "|",
  "&=": "&",
};

function augmentedAssignment(context: Context, node: Syntax): readonly Statement[] {
  const [left, right] = kidsOf(context, node);
  if (left === undefined || right === undefined)
    return children(context, node).map((value) => expressionStatement(value));
  const operator = augmented[between(context, left, right)] ?? "other";
  return assign(context, left, expressionOf(context, right), node, { operator });
}

/** `a = b = value`: the value is evaluated once, so the other targets read the first one unless it is a literal. */
function assignments(context: Context, node: Syntax): readonly Statement[] {
  const links: { left: Syntax; type: string | undefined; metadata: readonly Expression[] }[] = [];
  let value: Syntax | undefined = node;
  while (value?.type === "assignment") {
    const [left, ...rest]: readonly Syntax[] = kidsOf(context, value);
    const type = rest.find((kid) => kid.type === "type");
    value = rest.findLast((kid) => kid.type !== "type");
    if (left !== undefined) {
      links.push({ left, type: type && typeName(context, type), metadata: type ? metadataOf(context, type) : [] });
    }
  }
  const before = links.flatMap((link) => link.metadata).map((metadata) => expressionStatement(metadata));
  if (value === undefined) return before;
  const lowered = expressionOf(context, value);
  const first =
    links.find((link) => link.left.type === "identifier") ?? links.find((link) => link.left.type === "attribute");
  const shared = lowered.kind === "literal" || links.length < 2 || first === undefined ? undefined : first;
  const ordered = shared === undefined ? links : [shared, ...links.filter((link) => link !== shared)];
  return before.concat(
    ordered.flatMap(({ left, type }) => {
      const isCopy = shared !== undefined && left !== shared.left;
      return assign(context, left, isCopy ? expressionOf(context, shared.left) : lowered, node, given({ type }));
    }),
  );
}

function assign(
  context: Context,
  left: Syntax,
  value: Expression,
  span: Span,
  more: Pick<Assignment, "operator" | "type">,
): readonly Statement[] {
  const target = targetOf(context, left);
  if (target === undefined)
    return [expressionStatement(opaque("not a target", [expressionOf(context, left), value], span))];
  const known =
    target.kind === "list" && hasMiddleStar(context, left) ? opaque("starred target", [value], value.span) : value;
  return [assignmentTo(context, target, known, span, more)];
}

function assignmentTo(
  context: Context,
  target: Target,
  value: Expression,
  span: Span,
  more: Pick<Assignment, "operator" | "type"> = {},
): Assignment {
  const declare = isBoundHere(context, target) ? ({ declare: "function" } as const) : {};
  return { kind: "assign", target, value, ...declare, ...more, span: spanOf(span) };
}

function isBoundHere(context: Context, target: Target): boolean {
  if (target.kind === "name") return !context.scope.shared.has(target.name);
  if (target.kind !== "list") return false;
  const items = target.rest === undefined ? target.items : [...target.items, target.rest];
  return items.some((item) => item !== undefined && isBoundHere(context, item));
}

const lists = new Set(["pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"]);
const stars = new Set(["list_splat_pattern", "list_splat"]);

function hasMiddleStar(context: Context, node: Syntax): boolean {
  const kids = kidsOf(context, node);
  const star = kids.findIndex((kid) => stars.has(kid.type));
  return star >= 0 && star < kids.length - 1;
}

function targetOf(context: Context, node: Syntax): Target | undefined {
  if (context.depth >= MAX_DEPTH) return undefined;
  context.depth += 1;
  const target = lowerTarget(context, node);
  context.depth -= 1;
  return target;
}

function lowerTarget(context: Context, node: Syntax): Target | undefined {
  if (node.type === "identifier") return { kind: "name", name: textOf(context, node), span: spanOf(node) };
  const kids = kidsOf(context, node);
  if (lists.has(node.type)) {
    const items = kids.filter((kid) => !stars.has(kid.type)).map((kid) => targetOf(context, kid));
    const star = kids.find((kid) => stars.has(kid.type));
    const starred = star && kidsOf(context, star)[0];
    return { kind: "list", items, ...given({ rest: starred && targetOf(context, starred) }), span: spanOf(node) };
  }
  const [first, ...rest] = kids;
  if (first === undefined) return undefined;
  if (node.type === "attribute" || node.type === "subscript") {
    const lowered = expressionOf(context, node);
    if (lowered.kind === "member" || lowered.kind === "index") return lowered;
    const index = opaque("slice", children(context, node).slice(1), rest[0] ?? node);
    return { kind: "index", object: expressionOf(context, first), index, span: spanOf(node) };
  }
  return wrappers.has(node.type) ? targetOf(context, first) : undefined;
}

/** Nodes that stand around one other node without a meaning here. */
const wrappers = new Set(["parenthesized_expression", "as_pattern_target", "await", "type", "list_splat_pattern"]);

function deleteStatement(context: Context, node: Syntax): readonly Statement[] {
  const targets = kidsOf(context, node).flatMap((kid) => (lists.has(kid.type) ? kidsOf(context, kid) : [kid]));
  return targets.map((kid): Statement => {
    const target = targetOf(context, kid);
    if (target === undefined) return expressionStatement(expressionOf(context, kid));
    return { kind: "delete", target, span: spanOf(node) };
  });
}

function shareNames(context: Context, node: Syntax): readonly Statement[] {
  if (context.scope.kind !== "module") {
    for (const kid of kidsOf(context, node)) context.scope.shared.add(textOf(context, kid));
  }
  return [];
}

interface Branch {
  readonly test: Expression;
  readonly then: readonly Statement[];
  readonly start: number;
}

/** Folds branches to nested `if`s from the last one on. */
function ifChain(branches: readonly Branch[], otherwise: readonly Statement[], end: number): readonly Statement[] {
  return branches.reduceRight<readonly Statement[]>(
    (rest, { test, then, start }) => [{ kind: "if", test, then, else: rest, span: { start, end } }],
    otherwise,
  );
}

function tooManyBranches(span: Span): Statement {
  return expressionStatement(opaque("too many branches", [], span));
}

function ifStatement(context: Context, node: Syntax): readonly Statement[] {
  const clauses = [node, ...kidsOf(context, node).filter((kid) => kid.type === "elif_clause")];
  const branches = clauses.slice(0, MAX_BRANCHES).map((clause): Branch => {
    return { test: headOf(context, clause), then: bodyOf(context, clause), start: clause.start };
  });
  const dropped = clauses[MAX_BRANCHES];
  return ifChain(branches, dropped === undefined ? elseOf(context, node) : [tooManyBranches(dropped)], node.end);
}

/** The expression before a block. */
function headOf(context: Context, node: Syntax): Expression {
  const [head] = kidsOf(context, node);
  return head === undefined || head.type === "block" ? opaque("syntax error", [], node) : expressionOf(context, head);
}

function whileStatement(context: Context, node: Syntax): readonly Statement[] {
  const loop: Statement = {
    kind: "loop",
    test: headOf(context, node),
    body: bodyOf(context, node),
    span: spanOf(node),
  };
  return [loop, ...elseOf(context, node)];
}

function forStatement(context: Context, node: Syntax): readonly Statement[] {
  const [left, right] = kidsOf(context, node);
  const bind = left && targetOf(context, left);
  const over = right === undefined || right.type === "block" ? undefined : expressionOf(context, right);
  const loop: Statement = {
    kind: "loop",
    ...given({ bind, over }),
    body: bodyOf(context, node),
    span: spanOf(node),
  };
  return [loop, ...elseOf(context, node)];
}

function withStatement(context: Context, node: Syntax): readonly Statement[] {
  const clause = kidOfType(context, node, "with_clause");
  const items = clause === undefined ? [] : kidsOf(context, clause);
  const entered = items.flatMap((item): readonly Statement[] => {
    const [held] = item.type === "with_item" ? kidsOf(context, item) : [item];
    if (held === undefined) return [];
    const [value, alias] = held.type === "as_pattern" ? kidsOf(context, held) : [held];
    if (value === undefined) return [];
    if (alias === undefined) return [expressionStatement(expressionOf(context, value))];
    return assign(context, kidsOf(context, alias)[0] ?? alias, expressionOf(context, value), item, {});
  });
  return [...entered, ...bodyOf(context, node)];
}

function tryStatement(context: Context, node: Syntax): readonly Statement[] {
  const clauses = kidsOf(context, node);
  const last = clauses.find((kid) => kid.type === "finally_clause");
  const body = bodyOf(context, node).concat(elseOf(context, node));
  const handlers = clauses.filter((kid) => kid.type.startsWith("except")).map((kid) => handlerOf(context, kid));
  return [
    { kind: "try", body, handlers, finally: last === undefined ? [] : bodyOf(context, last), span: spanOf(node) },
  ];
}

function handlerOf(context: Context, node: Syntax): Handler {
  const values = kidsOf(context, node).filter((kid) => kid.type !== "block");
  const [first] = values;
  let types = values;
  let bind: Syntax | undefined;
  if (first?.type === "as_pattern") {
    const [caught, alias] = kidsOf(context, first);
    types = caught === undefined ? [] : [caught];
    bind = alias;
  } else if (values.length === 2 && values[1] !== undefined && /^[a-z_]\w*$/.test(textOf(context, values[1]))) {
    // Python 2: `except Error, e`.
    types = values.slice(0, 1);
    bind = values[1];
  }
  const names = types
    .flatMap((type) => (lists.has(type.type) ? kidsOf(context, type) : [type]))
    .map((type) => textOf(context, type));
  return { types: names, ...given({ bind: bind && textOf(context, bind) }), body: bodyOf(context, node) };
}

function returnStatement(context: Context, node: Syntax): readonly Statement[] {
  const [value] = kidsOf(context, node);
  return [{ kind: "return", ...given({ value: value && expressionOf(context, value) }), span: spanOf(node) }];
}

function raiseStatement(context: Context, node: Syntax): readonly Statement[] {
  const [value, cause] = children(context, node);
  const before = cause === undefined ? [] : [expressionStatement(cause)];
  return [...before, { kind: "throw", ...given({ value }), span: spanOf(node) }];
}

function assertStatement(context: Context, node: Syntax): readonly Statement[] {
  const [test, message] = children(context, node);
  if (test === undefined) return [];
  const value: Expression =
    message === undefined
      ? test
      : {
          kind: "binary",
          operator: "or",
          left: test,
          right: message,
          span: { start: test.span.start, end: message.span.end },
        };
  return [expressionStatement(value, node)];
}

// match

function matchStatement(context: Context, node: Syntax): readonly Statement[] {
  const subjects = kidsOf(context, node).filter((kid) => kid.type !== "block");
  const block = kidOfType(context, node, "block");
  const [first, last] = [subjects[0], subjects.at(-1)];
  if (first === undefined || last === undefined) return bodyOf(context, node);
  const span = { start: first.start, end: last.end };
  const value =
    subjects.length === 1
      ? expressionOf(context, first)
      : tuple(
          subjects.map((kid) => argumentOf(context, kid)),
          span,
        );
  // A subject that does something is evaluated once; no Python name can be called like this one.
  const isPlain = value.kind === "name" || value.kind === "member";
  const name = `match@${node.start}`;
  const subject: Expression = isPlain ? value : { kind: "name", name, span };
  const held = isPlain ? [] : [assignmentTo(context, { kind: "name", name, span }, value, span)];
  const cases = block === undefined ? [] : kidsOf(context, block).filter((kid) => kid.type === "case_clause");
  return [...held, ...caseChain(context, cases, subject, node.end)];
}

function caseChain(
  context: Context,
  clauses: readonly Syntax[],
  subject: Expression,
  end: number,
): readonly Statement[] {
  const branches: Branch[] = [];
  for (const clause of clauses) {
    if (branches.length >= MAX_BRANCHES) return ifChain(branches, [tooManyBranches(clause)], end);
    const patterns = kidsOf(context, clause).filter((kid) => kid.type === "case_pattern");
    const guardClause = kidOfType(context, clause, "if_clause");
    const guard = guardClause && children(context, guardClause)[0];
    const [pattern] = patterns;
    const matched =
      patterns.length === 1 && pattern ? patternTest(context, pattern, subject) : opaque("pattern", [subject], clause);
    const bound = captures(context, patterns, subject);
    if (matched === undefined && guard === undefined) {
      return ifChain(branches, [...bound, ...bodyOf(context, clause)], end);
    }
    const test = guarded(matched, bound, guard) ?? opaque("pattern", [subject], clause);
    const then = guard === undefined ? [...bound, ...bodyOf(context, clause)] : bodyOf(context, clause);
    branches.push({ test, then, start: clause.start });
  }
  return ifChain(branches, [], end);
}

/** A guard sees the names that its pattern binds. */
function guarded(
  matched: Expression | undefined,
  bound: readonly Assignment[],
  guard: Expression | undefined,
): Expression | undefined {
  if (guard === undefined) return matched;
  const items = bound.map((assignment): Expression => ({ kind: "assignment", assignment, span: assignment.span }));
  const condition: Expression =
    items.length === 0 ? guard : { kind: "sequence", items: [...items, guard], span: guard.span };
  if (matched === undefined) return condition;
  const span = { start: matched.span.start, end: guard.span.end };
  return { kind: "binary", operator: "and", left: matched, right: condition, span };
}

/** @returns undefined when the pattern always matches */
function patternTest(context: Context, pattern: Syntax, subject: Expression): Expression | undefined {
  const [inner] = kidsOf(context, pattern);
  if (inner === undefined) return textOf(context, pattern) === "_" ? undefined : opaque("pattern", [subject], pattern);
  if (isCapture(context, inner)) return undefined;
  const alternatives = inner.type === "union_pattern" ? kidsOf(context, inner) : [inner];
  let start = pattern.start;
  let test: Expression | undefined;
  for (const alternative of alternatives) {
    const value = patternValue(context, alternative, context.text.slice(start, alternative.start).includes("-"));
    if (value === undefined) return opaque("pattern", [subject], pattern);
    const right: Expression = { kind: "binary", operator: "==", left: subject, right: value, span: value.span };
    const span = { start: pattern.start, end: alternative.end };
    test = test === undefined ? right : { kind: "binary", operator: "or", left: test, right, span };
    start = alternative.end;
  }
  return test;
}

const literalPatterns = new Set(["string", "concatenated_string", "integer", "float", "true", "false", "none"]);

/** The constant that a pattern compares with: a literal or a dotted name. */
function patternValue(context: Context, node: Syntax, negated: boolean): Expression | undefined {
  if (node.type === "dotted_name" && kidsOf(context, node).length > 1) return expressionOf(context, node);
  if (!literalPatterns.has(node.type)) return undefined;
  const value = expressionOf(context, node);
  if (!negated) return value;
  return value.kind === "literal" && typeof value.value === "number" ? { ...value, value: -value.value } : undefined;
}

function isCapture(context: Context, node: Syntax): boolean {
  return node.type === "dotted_name" && kidsOf(context, node).length === 1;
}

/** Names that patterns bind. Only a pattern that is one name receives the subject itself. */
function captures(context: Context, patterns: readonly Syntax[], subject: Expression): readonly Assignment[] {
  const bound: Assignment[] = [];
  const bind = (name: Syntax, value: Expression) => {
    const target: Target = { kind: "name", name: textOf(context, name), span: spanOf(name) };
    bound.push(assignmentTo(context, target, value, name));
  };
  const open = [...patterns];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const kids = kidsOf(context, node);
    if (isCapture(context, node)) {
      const whole = patterns.length === 1 && patterns[0] !== undefined && kidsOf(context, patterns[0])[0] === node;
      bind(node, whole ? subject : opaque("part of a pattern", [], node));
      continue;
    }
    const isAlias = node.type === "as_pattern" || node.type === "splat_pattern";
    const skipsFirst = node.type === "class_pattern" || node.type === "keyword_pattern";
    for (const kid of skipsFirst ? kids.slice(1) : kids) {
      if (kid.type === "identifier") {
        if (isAlias) bind(kid, opaque("part of a pattern", [], kid));
      } else open.push(kid);
    }
  }
  return bound;
}

// Functions and classes

function decoratedDefinition(context: Context, node: Syntax): readonly Statement[] {
  const annotations = kidsOf(context, node)
    .filter((kid) => kid.type === "decorator")
    .flatMap((kid) => children(context, kid));
  const definition = kidOfType(context, node, "function_definition", "class_definition");
  if (definition === undefined) return annotations.map((value) => expressionStatement(value));
  const define = definition.type === "class_definition" ? classDefinition : functionDefinition;
  return define(context, definition, node, annotations);
}

function functionDefinition(
  context: Context,
  node: Syntax,
  whole: Span,
  annotations: readonly Expression[],
): readonly Statement[] {
  const name = kidOfType(context, node, "identifier");
  const parameters = kidOfType(context, node, "parameters");
  const returned = kidOfType(context, node, "type");
  const block = kidOfType(context, node, "block");
  const isMethod = context.scope.kind === "class" && !annotations.some((value) => lastName(value) === "staticmethod");
  const lowered: FunctionExpression = {
    kind: "function",
    ...given({ name: name && textOf(context, name) }),
    parameters: parameters === undefined ? [] : parametersOf(context, parameters),
    body: within(context, "function", () => bodyOf(context, node)),
    annotations,
    ...(isMethod ? { explicitSelf: true } : {}),
    ...given({ returnType: returned && typeName(context, returned) }),
    ...(context.text.startsWith("async", node.start) ? { async: true } : {}),
    span: spanOf(node),
    bodySpan: block === undefined ? { start: node.end, end: node.end } : spanOf(block),
  };
  return [define(context, name, lowered, whole)];
}

function define(context: Context, name: Syntax | undefined, value: Expression, span: Span): Statement {
  if (name === undefined) return expressionStatement(value);
  const target: Target = { kind: "name", name: textOf(context, name), span: spanOf(name) };
  return assignmentTo(context, target, value, span);
}

function parametersOf(context: Context, node: Syntax): readonly Parameter[] {
  const parameters: Parameter[] = [];
  let keyword = false;
  for (const kid of kidsOf(context, node)) {
    if (kid.type === "keyword_separator") keyword = true;
    const parameter = parameterOf(context, kid, keyword);
    if (parameter === undefined) continue;
    parameters.push(parameter);
    if (parameter.rest === "list") keyword = true;
  }
  return parameters;
}

const rests: Readonly<Record<string, "list" | "map">> = { list_splat_pattern: "list", dictionary_splat_pattern: "map" };
const withParts = new Set(["default_parameter", "typed_parameter", "typed_default_parameter"]);

function parameterOf(context: Context, node: Syntax, keyword: boolean): Parameter | undefined {
  const [head, ...parts] = withParts.has(node.type) ? kidsOf(context, node) : [node];
  if (head === undefined) return undefined;
  const rest = rests[head.type];
  const bound = rest === undefined ? head : kidsOf(context, head)[0];
  const target = bound && targetOf(context, bound);
  if (target === undefined) return undefined;
  const type = parts.find((part) => part.type === "type");
  const value = parts.find((part) => part.type !== "type");
  const metadata = type === undefined ? [] : metadataOf(context, type);
  return {
    target,
    name: target.kind === "name" ? target.name : "",
    ...given({ default: value && expressionOf(context, value), type: type && typeName(context, type), rest }),
    ...(keyword && rest === undefined ? { keyword } : {}),
    ...(metadata.length > 0 ? { annotations: metadata } : {}),
    span: spanOf(node),
  };
}

function lambda(context: Context, node: Syntax): Expression {
  const kids = kidsOf(context, node);
  const parameters = kids.find((kid) => kid.type === "lambda_parameters");
  const body = kids.findLast((kid) => kid !== parameters);
  const value = body && within(context, "function", () => expressionOf(context, body));
  const span = body === undefined ? { start: node.end, end: node.end } : spanOf(body);
  return {
    kind: "function",
    parameters: parameters === undefined ? [] : parametersOf(context, parameters),
    body: [{ kind: "return", ...given({ value }), span }],
    annotations: [],
    span: spanOf(node),
    bodySpan: span,
  };
}

function classDefinition(
  context: Context,
  node: Syntax,
  whole: Span,
  annotations: readonly Expression[],
): readonly Statement[] {
  const name = kidOfType(context, node, "identifier");
  const list = kidOfType(context, node, "argument_list");
  const bases = list === undefined ? [] : argumentsOf(context, list).filter((base) => base.name === undefined);
  const members = within(context, "class", () => bodyOf(context, node).flatMap(memberOf));
  const value: Expression = {
    kind: "class",
    ...given({ name: name && textOf(context, name) }),
    bases: bases.map((base) =>
      base.spread === undefined ? base.value : opaque("unpacked bases", [base.value], base.span),
    ),
    members,
    annotations,
    span: spanOf(node),
  };
  return [define(context, name, value, whole)];
}

/** A class body's statement: a function or a plain assignment is a member, all else stays a statement. */
function memberOf(statement: Statement): Member {
  const isPlain = statement.kind === "assign" && statement.operator === undefined && statement.declare === "function";
  if (!isPlain || statement.target.kind !== "name") return { kind: "statement", statement };
  const { value, target, type, span } = statement;
  if (value.kind !== "function" || value.name === undefined) {
    return { kind: "field", name: target.name, value, static: true, ...given({ type }), annotations: [], span };
  }
  const roles = value.annotations.map((annotation) => roleOf(annotation, target.name));
  if (roles.includes("deleter")) return { kind: "statement", statement: expressionStatement(value) };
  const role = target.name === "__init__" ? "constructor" : (roles.find((role) => role !== undefined) ?? "method");
  return {
    kind: "method",
    name: target.name,
    role: role as "constructor" | "method" | "getter" | "setter",
    static: onClass.has(target.name) || value.annotations.some((annotation) => onClass.has(lastName(annotation) ?? "")),
    function: value,
  };
}

/** Decorators of functions that belong to the class, and the methods that Python treats so unasked. */
const onClass = new Set([
  "staticmethod",
  "classmethod",
  "abstractstaticmethod",
  "abstractclassmethod",
  "__new__",
  "__init_subclass__",
  "__class_getitem__",
]);

const getters = new Set(["property", "cached_property", "abstractproperty"]);

/** What a decorator makes of the function `name`: `@property`, `@name.setter`, `@name.deleter`. */
function roleOf(annotation: Expression, name: string): "getter" | "setter" | "deleter" | undefined {
  const last = lastName(annotation) ?? "";
  if (getters.has(last)) return "getter";
  if (annotation.kind !== "member" || lastName(annotation.object) !== name) return undefined;
  if (last === "getter" || last === "setter" || last === "deleter") return last;
  return undefined;
}

function lastName(value: Expression): string | undefined {
  if (value.kind === "name") return value.name;
  return value.kind === "member" ? value.property : undefined;
}

// Types

const transparent = /^(?:[\w.]+\.)?(?:Optional|Annotated|ClassVar|Final|Required|NotRequired)\s*\[/;

/** A type without its arguments; `Optional[T]`, `T | None`, `Annotated[T, …]` and `"T"` are `T`. */
function typeName(context: Context, node: Span): string {
  let name = textOf(context, { start: node.start, end: Math.min(node.end, node.start + MAX_TYPE_LENGTH) });
  for (;;) {
    const unquoted = name.trim().replace(/^["']+|["']+$/g, "");
    const present = splitOutside(unquoted, "|").filter((part) => part.trim() !== "None");
    const single = (present.length === 1 ? present[0] : undefined)?.trim() ?? unquoted;
    const prefix = transparent.exec(single);
    if (prefix === null) return present.length > 1 ? single : single.replace(/\s*\[.*$/s, "");
    name = splitOutside(single.slice(prefix[0].length).replace(/\]$/, ""), ",")[0] ?? "";
  }
}

/** Splits at a separator that stands outside of brackets. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if ("[(".includes(character)) depth += 1;
    else if ("])".includes(character)) depth -= 1;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}

/** What `Annotated[T, …]` says besides the type. */
function metadataOf(context: Context, type: Syntax): readonly Expression[] {
  const [generic] = kidsOf(context, type);
  if (generic === undefined || !/^(?:[\w.]+\.)?Annotated\s*\[/.test(textOf(context, generic))) return [];
  const [, ...parameters] = kidsOf(context, generic);
  const [first] = parameters;
  const all = first?.type === "type_parameter" ? kidsOf(context, first) : parameters;
  return all.slice(1).map((kid) => expressionOf(context, kid));
}

// Expressions

type LowerExpression = (context: Context, node: Syntax) => Expression;
type LowerChained = (context: Context, node: Syntax, first: Expression) => Expression;

/** Nodes that nest in their first child without bound; lowered in a loop from the innermost. */
const chained = new Map<string, LowerChained>([
  ["attribute", attribute],
  ["call", call],
  ["subscript", subscript],
  ["binary_operator", binary],
  ["boolean_operator", binary],
]);

const expressions = new Map<string, LowerExpression>([
  ["identifier", name],
  ["keyword_identifier", name],
  ["true", (_, node) => ({ kind: "literal", value: true, span: spanOf(node) })],
  ["false", (_, node) => ({ kind: "literal", value: false, span: spanOf(node) })],
  ["none", (_, node) => ({ kind: "literal", value: null, span: spanOf(node) })],
  ["integer", number],
  ["float", number],
  ["string", string],
  ["concatenated_string", concatenatedString],
  ["dotted_name", dottedName],
  ["tuple", (context, node) => tuple(argumentsOf(context, node), node)],
  ["expression_list", (context, node) => tuple(argumentsOf(context, node), node)],
  ["pattern_list", (context, node) => tuple(argumentsOf(context, node), node)],
  ["tuple_pattern", (context, node) => tuple(argumentsOf(context, node), node)],
  ["list", (context, node) => ({ kind: "list", items: argumentsOf(context, node), span: spanOf(node) })],
  ["set", (context, node) => ({ kind: "list", items: argumentsOf(context, node), span: spanOf(node) })],
  ["dictionary", dictionary],
  ["comparison_operator", comparison],
  ["not_operator", (context, node) => ({ kind: "not", value: onlyChild(context, node), span: spanOf(node) })],
  ["unary_operator", unary],
  ["conditional_expression", conditional],
  ["named_expression", namedExpression],
  ["lambda", lambda],
  ["parenthesized_expression", onlyChild],
  ["await", onlyChild],
  ["type", onlyChild],
  ["list_comprehension", comprehension],
  ["set_comprehension", comprehension],
  ["dictionary_comprehension", comprehension],
  ["generator_expression", comprehension],
  ["yield", (context, node) => opaqueOver(context, node, "the value sent to a generator")],
]);

/** Lowers an expression; nothing under it is lost but what is nested too deeply. */
function expressionOf(context: Context, node: Syntax): Expression {
  if (context.depth >= MAX_DEPTH) return opaque("nested too deeply", [], node);
  context.depth += 1;
  const chain: { node: Syntax; lower: LowerChained }[] = [];
  let inner = node;
  for (let lower = chained.get(inner.type); lower !== undefined; lower = chained.get(inner.type)) {
    const [first] = kidsOf(context, inner);
    if (first === undefined) break;
    chain.push({ node: inner, lower });
    inner = first;
  }
  let value = lowerExpression(context, inner);
  for (let link = chain.pop(); link !== undefined; link = chain.pop()) value = link.lower(context, link.node, value);
  context.depth -= 1;
  return value;
}

function lowerExpression(context: Context, node: Syntax): Expression {
  const lower = expressions.get(node.type);
  if (lower !== undefined) return lower(context, node);
  if (statements.has(node.type)) return { kind: "statements", body: statementOf(context, node), span: spanOf(node) };
  return opaqueOver(context, node, node.type.replaceAll("_", " "));
}

function children(context: Context, node: Syntax): Expression[] {
  return kidsOf(context, node).map((kid) => expressionOf(context, kid));
}

function opaqueOver(context: Context, node: Syntax, because: string): Expression {
  return opaque(because, children(context, node), node);
}

function onlyChild(context: Context, node: Syntax): Expression {
  const kids = kidsOf(context, node);
  const [first] = kids;
  return first !== undefined && kids.length === 1
    ? expressionOf(context, first)
    : opaqueOver(context, node, "syntax error");
}

function name(context: Context, node: Syntax): Expression {
  return { kind: "name", name: textOf(context, node), span: spanOf(node) };
}

function dottedName(context: Context, node: Syntax): Expression {
  const [first, ...rest] = kidsOf(context, node);
  if (first === undefined) return opaque("syntax error", [], node);
  return rest.reduce((object, kid) => memberOfObject(context, object, kid), name(context, first));
}

function memberOfObject(context: Context, object: Expression, property: Syntax): Expression {
  return {
    kind: "member",
    object,
    property: textOf(context, property),
    span: { start: object.span.start, end: property.end },
    propertySpan: spanOf(property),
  };
}

function attribute(context: Context, node: Syntax, object: Expression): Expression {
  const property = kidsOf(context, node)[1];
  if (property === undefined) return opaque("syntax error", [object], node);
  return { ...memberOfObject(context, object, property), span: spanOf(node) };
}

function call(context: Context, node: Syntax, callee: Expression): Expression {
  if (callee.kind === "name" && callee.name === "super") return { kind: "super", span: spanOf(node) };
  const list = kidsOf(context, node)[1];
  if (list === undefined) return { kind: "call", callee, arguments: [], span: spanOf(node) };
  const end = context.text[list.end - 1] === ")" && list.end > list.start ? list.end - 1 : list.end;
  const argumentsSpan = { start: Math.min(list.start + 1, end), end };
  const isGenerator = list.type === "generator_expression";
  const given: readonly Argument[] = isGenerator
    ? [{ value: expressionOf(context, list), span: argumentsSpan }]
    : argumentsOf(context, list);
  const unread: readonly Argument[] = list.children.some(({ type }) => type === "ERROR")
    ? [{ value: opaque("syntax error", [], { start: end, end }), spread: "map", span: { start: end, end } }]
    : [];
  return { kind: "call", callee, arguments: [...given, ...unread], argumentsSpan, span: spanOf(node) };
}

function argumentsOf(context: Context, node: Syntax): readonly Argument[] {
  return kidsOf(context, node).map((kid) => argumentOf(context, kid));
}

const spreads: Readonly<Record<string, "list" | "map">> = {
  list_splat: "list",
  list_splat_pattern: "list",
  parenthesized_list_splat: "list",
  dictionary_splat: "map",
};

function argumentOf(context: Context, node: Syntax): Argument {
  if (node.type === "keyword_argument") {
    const [name, value] = kidsOf(context, node);
    if (name !== undefined && value !== undefined) {
      return { name: textOf(context, name), value: expressionOf(context, value), span: spanOf(node) };
    }
  }
  const spread = spreads[node.type];
  if (spread === undefined) return { value: expressionOf(context, node), span: spanOf(node) };
  const [inner] = kidsOf(context, node);
  if (inner === undefined) return { value: opaque("syntax error", [], node), spread, span: spanOf(node) };
  // `(*a)` holds the star inside.
  const unpacked = spreads[inner.type] === undefined ? inner : (kidsOf(context, inner)[0] ?? inner);
  return { value: expressionOf(context, unpacked), spread, span: spanOf(node) };
}

function tuple(items: readonly Argument[], span: Span): Expression {
  return { kind: "list", items, tuple: true, span: spanOf(span) };
}

function subscript(context: Context, node: Syntax, object: Expression): Expression {
  const [first, ...rest] = kidsOf(context, node).slice(1);
  const last = rest.at(-1) ?? first;
  if (first === undefined || last === undefined) return opaque("syntax error", [object], node);
  const all = [first, ...rest];
  const isTuple =
    rest.length > 0 || spreads[first.type] !== undefined || textAfter(context, first, node).startsWith(",");
  const span = { start: first.start, end: last.end };
  if (all.some((kid) => kid.type === "slice")) {
    return opaque("slice", [object, ...all.map((kid) => expressionOf(context, kid))], node);
  }
  const index = isTuple
    ? tuple(
        all.map((kid) => argumentOf(context, kid)),
        span,
      )
    : expressionOf(context, first);
  return { kind: "index", object, index, span: spanOf(node) };
}

function textAfter(context: Context, inner: Span, outer: Span): string {
  return context.text.slice(inner.end, Math.min(outer.end, inner.end + 100)).trimStart();
}

/** The operator between two operands. */
function between(context: Context, left: Span, right: Span): string {
  const text = context.text.slice(left.end, right.start);
  return text
    .replace(/#.*|\\(?=\r?\n)/g, " ")
    .trim()
    .replace(/\s+/g, " ");
}

const operators: Readonly<Record<string, BinaryOperator>> = {
  and: "and",
  or: "or",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
  "|": "|",
  "&": "&",
  "==": "==",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  in: "in",
  "not in": "not in",
  is: "is",
  "is not": "is not",
};

function binary(context: Context, node: Syntax, left: Expression): Expression {
  const [first, second] = kidsOf(context, node);
  if (first === undefined || second === undefined) return opaque("syntax error", [left], node);
  const operator = operators[between(context, first, second)] ?? "other";
  return { kind: "binary", operator, left, right: expressionOf(context, second), span: spanOf(node) };
}

/** `a < b < c` is `a < b and b < c`. */
function comparison(context: Context, node: Syntax): Expression {
  const operands = kidsOf(context, node);
  const values = children(context, node);
  let result = values[0] ?? opaque("syntax error", [], node);
  for (let index = 1; index < operands.length; index++) {
    const [before, after, left, right] = [operands[index - 1], operands[index], values[index - 1], values[index]];
    if (before === undefined || after === undefined || left === undefined || right === undefined) break;
    const operator = operators[between(context, before, after)] ?? "other";
    const pair: Expression = { kind: "binary", operator, left, right, span: { start: before.start, end: after.end } };
    const span = { start: node.start, end: after.end };
    result = index === 1 ? pair : { kind: "binary", operator: "and", left: result, right: pair, span };
  }
  return result;
}

function unary(context: Context, node: Syntax): Expression {
  const value = onlyChild(context, node);
  const sign = context.text[node.start];
  if (value.kind !== "literal" || typeof value.value !== "number" || sign === "~") {
    return opaque("arithmetic", [value], node);
  }
  return { ...value, value: sign === "-" ? -value.value : value.value, span: spanOf(node) };
}

function conditional(context: Context, node: Syntax): Expression {
  const [then, test, otherwise] = children(context, node);
  if (then === undefined || test === undefined || otherwise === undefined)
    return opaqueOver(context, node, "syntax error");
  return { kind: "ternary", test, then, else: otherwise, span: spanOf(node) };
}

function namedExpression(context: Context, node: Syntax): Expression {
  const [left, right] = kidsOf(context, node);
  const target = left && targetOf(context, left);
  if (target === undefined || right === undefined) return opaqueOver(context, node, "syntax error");
  const assignment = assignmentTo(context, target, expressionOf(context, right), node);
  return { kind: "assignment", assignment, span: spanOf(node) };
}

/** What is iterated over and filtered by comes before the element, as it is evaluated. */
function comprehension(context: Context, node: Syntax): Expression {
  const [element, ...clauses] = kidsOf(context, node);
  const sources = clauses.flatMap((clause) => {
    const kids = kidsOf(context, clause);
    return (clause.type === "for_in_clause" ? kids.slice(1) : kids).map((kid) => expressionOf(context, kid));
  });
  const parts = element?.type === "pair" ? children(context, element) : element && [expressionOf(context, element)];
  return opaque("comprehension", [...sources, ...(parts ?? [])], node);
}

function dictionary(context: Context, node: Syntax): Expression {
  const entries = kidsOf(context, node).map((kid): Entry => {
    const [first, second] = kidsOf(context, kid);
    if (kid.type !== "pair" || first === undefined || second === undefined) {
      const value = first === undefined ? opaque("syntax error", [], kid) : expressionOf(context, first);
      return { kind: "spread", value, span: spanOf(kid) };
    }
    const key = expressionOf(context, first);
    const isText = key.kind === "literal" && typeof key.value === "string";
    return {
      kind: "entry",
      key: isText ? String(key.value) : key,
      value: expressionOf(context, second),
      span: spanOf(kid),
      keySpan: spanOf(first),
    };
  });
  return { kind: "object", entries, span: spanOf(node) };
}

function number(context: Context, node: Syntax): Expression {
  const text = textOf(context, node).replaceAll("_", "").replace(/[lL]$/, "");
  // Python 2 writes octal as 0777.
  const value = Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  const isKept = node.type === "float" ? Number.isFinite(value) : Number.isSafeInteger(value);
  return isKept ? { kind: "literal", value, span: spanOf(node) } : opaque("number", [], node);
}

// Strings

/** One-letter escapes; a line end after the backslash is left out. */
const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const escape = /\\(?:(\n)|([\\'"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})|(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})))/g;

function decode(raw: string, prefix: string): string {
  const text = raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
  if (prefix.includes("r") || !text.includes("\\")) return text;
  return text.replace(escape, (whole, line, letter, octal, byte, short, long) => {
    if (line !== undefined) return "";
    if (letter !== undefined) return escapes[letter] ?? letter;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (byte !== undefined) return String.fromCharCode(Number.parseInt(byte, 16));
    const code = Number.parseInt(short ?? long, 16);
    return prefix.includes("b") || code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}

function string(context: Context, node: Syntax): Expression {
  const parts = stringParts(context, node);
  return parts === undefined ? opaque("string", [], node) : textFrom(parts, node);
}

function concatenatedString(context: Context, node: Syntax): Expression {
  const parts = kidsOf(context, node).flatMap((kid): readonly (string | Expression)[] => {
    return (kid.type === "string" ? stringParts(context, kid) : undefined) ?? [expressionOf(context, kid)];
  });
  return textFrom(parts, node);
}

function textFrom(parts: readonly (string | Expression)[], span: Span): Expression {
  const joined: (string | Expression)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined[joined.length - 1] = last + part;
    else if (part !== "") joined.push(part);
  }
  const [first = ""] = joined;
  if (joined.length < 2 && typeof first === "string") return { kind: "literal", value: first, span: spanOf(span) };
  return { kind: "text", parts: joined, span: spanOf(span) };
}

/** @returns undefined when the value is not known: Python 2 backticks, characters called by name */
function stringParts(context: Context, node: Syntax): (string | Expression)[] | undefined {
  const text = textOf(context, node);
  const opening = /^([A-Za-z]{0,3})("""|'''|"|')/.exec(text);
  if (opening === null) return undefined;
  const [start, letters = "", quote = ""] = opening;
  const prefix = letters.toLowerCase();
  const isClosed = text.endsWith(quote) && text.length >= start.length + quote.length;
  const end = node.end - (isClosed ? quote.length : 0);
  const isFormatted = prefix.includes("f") || prefix.includes("t");
  if (!isFormatted) {
    const raw = context.text.slice(node.start + start.length, end);
    if (!prefix.includes("r") && raw.includes("\\N{")) return undefined;
    return [decode(raw, prefix)];
  }
  const parts: (string | Expression)[] = [];
  const literal = (from: number, to: number) => {
    parts.push(
      decode(
        context.text.slice(from, to).replace(/\{\{|\}\}/g, (pair) => pair[0] ?? ""),
        prefix,
      ),
    );
  };
  let position = node.start + start.length;
  for (const hole of kidsOf(context, node).filter((kid) => kid.type === "interpolation")) {
    literal(position, hole.start);
    for (const part of holeParts(context, hole)) parts.push(part);
    position = hole.end;
  }
  literal(position, end);
  return parts;
}

/** The parts of `{value}`, `{value=}`, `{value!r}` and `{value:format}`; the last three print something else than `value`. */
function holeParts(context: Context, hole: Syntax): (string | Expression)[] {
  const [first, ...modifiers] = kidsOf(context, hole);
  const value = first && expressionOf(context, first);
  if (value === undefined) return [opaque("syntax error", [], hole)];
  const after = context.text.slice(value.span.end, hole.end - 1).trim();
  if (after === "" || after === "!s" || /^\)+$/.test(after)) return [value];
  const nested = modifiers.filter((kid) => kid.type === "format_specifier").flatMap((kid) => kidsOf(context, kid));
  return [opaque("formatted", [value, ...nested.flatMap((kid) => children(context, kid).slice(0, 1))], hole)];
}
