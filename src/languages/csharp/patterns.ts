import type { BinaryOperator, Expression, Span, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { expressionStatement, fieldOf, opaque, spanOf, tooDeep } from "../lowering.ts";
import { member, peel, typeExpression } from "./chains.ts";
import { binary, type Context, deeper, nameText, textOf } from "./context.ts";
import { declareType } from "./shapes.ts";
import { lastPart, partsOf } from "./syntax.ts";
import { fullType, typed } from "./types.ts";

export function always(span: Span): Expression {
  return { kind: "literal", value: true, span };
}

export function bound(name: string, value: Expression, span: Span, type: string | undefined): Statement {
  return { kind: "assign", target: { kind: "name", name, span }, value, declare: "block", ...typed(type), span };
}

/** Binds the pattern's designation once `test` is read, when it has one. */
export function binding(context: Context, node: Node, subject: Expression, test: Expression): Expression {
  const name = fieldOf(node, "name");
  if (!name) return test;
  const type = fullType(context, fieldOf(node, "type"));
  const text = nameText(context, name);
  declareType(context, text, type);
  const span = spanOf(node);
  return { kind: "statements", body: [bound(text, subject, spanOf(name), type), expressionStatement(test)], span };
}

export function isPlain(value: Expression): boolean {
  let at = value;
  while (at.kind === "member") at = at.object;
  return at.kind === "name" || at.kind === "this" || at.kind === "literal" || at.kind === "super";
}

/** The test that `subject` matches; a bare name is a type after `is` and a constant after `case`. */
export function patternTest(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  return deeper(
    context,
    () => tooDeep(node),
    () => readPattern(context, subject, node, place),
  );
}

function readPattern(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const span = spanOf(node);
  const inner = lastPart(node);
  const again = (part: Node): Expression => patternTest(context, subject, part, place);
  switch (node.type) {
    case "discard":
      return always(span);
    case "parenthesized_pattern":
      return inner ? again(inner) : always(span);
    case "negated_pattern":
      if (inner && PATTERN_CHAINS.has(inner.type)) return patternChain(context, subject, node, place);
      return { kind: "not", value: inner ? again(inner) : always(span), span };
    case "and_pattern":
    case "or_pattern":
      return patternChain(context, subject, node, place);
    case "relational_pattern": {
      const operator = node.parts[0]?.type as BinaryOperator;
      return inner ? binary(operator, subject, context.expression(inner)) : always(span);
    }
    case "var_pattern":
      return binding(context, node, subject, always(span));
    case "type_pattern":
    case "declaration_pattern": {
      const type = fieldOf(node, "type");
      return binding(context, node, subject, type ? instanceOf(context, subject, type) : always(span));
    }
    case "recursive_pattern":
    case "list_pattern":
      return binding(context, node, subject, recursiveTest(context, subject, node));
    case "constant_pattern":
      return inner ? constantTest(context, subject, inner, place) : always(span);
    default:
      return binary("==", subject, context.expression(node));
  }
}

function instanceOf(context: Context, subject: Expression, type: Node): Expression {
  return binary("instanceof", subject, typeExpression(context, type));
}

function constantTest(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const isType = place === "is" && (node.type === "identifier" || node.type === "generic_name");
  const declared = node.type === "identifier" && context.shapes.has(textOf(context, node));
  return isType || declared ? instanceOf(context, subject, node) : binary("==", subject, context.expression(node));
}

/**
 * `not a and b or c`, read with a loop and joined by precedence: the grammar lets `not` take all that follows it.
 */
function patternChain(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const choices: Expression[] = [];
  let test: Expression | undefined;
  const stack: { readonly node: Node; readonly operator?: string; readonly not?: readonly Node[] }[] = [{ node }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node: at, operator = "and", not = [] } = item;
    const left = fieldOf(at, "left");
    const right = fieldOf(at, "right");
    const inner = at.type === "negated_pattern" ? lastPart(at) : undefined;
    if (PATTERN_CHAINS.has(at.type) && left && right) {
      stack.push({ node: right, operator: at.type === "or_pattern" ? "or" : "and" }, { node: left, operator, not });
    } else if (inner && PATTERN_CHAINS.has(inner.type)) {
      stack.push({ node: inner, operator, not: [...not, at] });
    } else {
      const read = not.reduceRight<Expression>(
        (value, { start }) => ({ kind: "not", value, span: { start: start, end: at.end } }),
        patternTest(context, subject, at, place),
      );
      if (operator === "or" && test) choices.push(test);
      test = operator === "or" || !test ? read : binary("and", test, read);
    }
  }
  return [...choices, test ?? always(spanOf(node))].reduce((left, right) => binary("or", left, right));
}

const PATTERN_CHAINS = new Set(["and_pattern", "or_pattern"]);

function recursiveTest(context: Context, subject: Expression, node: Node): Expression {
  const type = fieldOf(node, "type");
  const tests: Expression[] = type ? [instanceOf(context, subject, type)] : [];
  for (const clause of node.type === "list_pattern" ? [node] : partsOf(node)) {
    if (!CLAUSES.has(clause.type)) continue;
    partsOf(clause).forEach((part, index) => {
      if (part.type !== "identifier") tests.push(subpatternTest(context, subject, part, index));
    });
  }
  const first = tests.shift() ?? binary("!=", subject, { kind: "literal", value: null, span: spanOf(node) });
  return tests.reduce((left, right) => binary("and", left, right), first);
}

const CLAUSES = new Set(["positional_pattern_clause", "property_pattern_clause", "list_pattern"]);

function subpatternTest(context: Context, subject: Expression, node: Node, index: number): Expression {
  if (node.type === "slice_pattern") return opaque(node, "slice");
  const [first, pattern] = node.type === "subpattern" ? partsOf(node) : [node];
  const span = spanOf(node);
  if (!first) return always(span);
  if (!pattern) {
    const item: Expression = { kind: "index", object: subject, index: { kind: "literal", value: index, span }, span };
    return patternTest(context, item, first, "is");
  }
  const { base, steps } = peel(first);
  let object: Expression = member(context, subject, base.start, base);
  for (const step of steps) object = member(context, object, base.start, step);
  return patternTest(context, object, pattern, "case");
}
