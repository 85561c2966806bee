import type { Expression, Span, Statement } from "../../program.ts";
import {
  type Branch,
  expressionStatement,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooManyBranches,
} from "../lowering.ts";
import { body, PLAIN_TYPES } from "./bodies.ts";
import { append, expressions, nameOf, optional, type Reading, textOf } from "./reading.ts";
import { child, field, type Syntax } from "./syntax.ts";

/** An if/else-if chain, built from its end. */
function branches(list: readonly Branch[], otherwise: readonly Statement[], cutOff: Span | undefined): Statement[] {
  return [...ifChain(list, cutOff === undefined ? otherwise : [tooManyBranches(cutOff)])];
}

export function ifStatement(node: Syntax, reading: Reading): Statement[] {
  const list: Branch[] = [];
  let at: Syntax | undefined = node;
  while (at !== undefined && at.type !== "else" && list.length < MOST_BRANCHES) {
    const test = optional(field(at, "condition"), at, reading);
    list.push({ test, then: body(field(at, "consequence"), reading), span: spanOf(at) });
    at = field(at, "alternative");
  }
  return at === undefined || at.type === "else" ? branches(list, body(at, reading), undefined) : branches(list, [], at);
}

export function negated(value: Expression): Expression {
  return { kind: "not", value, span: value.span };
}

export function unlessStatement(node: Syntax, reading: Reading): Statement[] {
  const test = negated(optional(field(node, "condition"), node, reading));
  const then = body(field(node, "consequence"), reading);
  return [{ kind: "if", test, then, else: body(field(node, "alternative"), reading), span: spanOf(node) }];
}

export function modifier(node: Syntax, reading: Reading): Statement[] {
  const condition = optional(field(node, "condition"), node, reading);
  const test = node.type === "unless_modifier" ? negated(condition) : condition;
  const inner = field(node, "body");
  const then = inner === undefined ? [] : reading.statement(inner);
  return [{ kind: "if", test, then, else: [], span: spanOf(node) }];
}

function whenTest(pattern: Syntax, subject: Expression | undefined, reading: Reading): Expression {
  const node = pattern.type === "pattern" ? (pattern.children[0] ?? pattern) : pattern;
  const span = spanOf(node);
  const inner = node.type === "splat_argument" ? node.children[0] : undefined;
  const right = reading.expression(inner ?? node);
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

export function caseStatement(node: Syntax, reading: Reading): Statement[] {
  const value = field(node, "value");
  const subject = value === undefined ? undefined : reading.expression(value);
  const whens = node.children.filter((part) => part.type === "when");
  const list = whens.slice(0, MOST_BRANCHES).map((part) => when(part, subject, reading));
  return branches(list, body(child(node, "else"), reading), whens[MOST_BRANCHES]);
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

export function caseMatch(node: Syntax, reading: Reading): Statement[] {
  const value = field(node, "value");
  const subject = value === undefined ? undefined : reading.expression(value);
  const clauses = node.children.filter((part) => part.type === "in_clause");
  const list = clauses
    .slice(0, MOST_BRANCHES)
    .map((clause, at) => inClause(clause, at === 0 ? subject : undefined, reading));
  return branches(list, body(child(node, "else"), reading), clauses[MOST_BRANCHES]);
}

/** `value => pattern`, `value in pattern` */
export function matchPattern(node: Syntax, reading: Reading): Statement[] {
  const pattern = readPattern(field(node, "pattern"));
  const value = optional(field(node, "value"), node, reading);
  const match = opaque(node, "a pattern", [value, ...expressions(pattern.pinned, reading)]);
  return [...bindPattern(pattern, reading), expressionStatement(match)];
}
