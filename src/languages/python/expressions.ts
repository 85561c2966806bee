import type { Entry, Expression } from "../../program.ts";
import { DEEPEST, opaque, spanOf, tooDeep } from "../lowering.ts";
import { assignmentTo, targetOf } from "./assignments.ts";
import { argumentsOf, attribute, call, dottedName, type LowerChained, subscript, tuple } from "./chains.ts";
import { type Context, children, kidsOf, name, onlyChild, opaqueOver, type Syntax } from "./context.ts";
import { lambda } from "./functions.ts";
import { concatenatedString, number, string } from "./literals.ts";
import { binary, comparison, conditional, unary } from "./operators.ts";
import { statementOf, statements } from "./statements.ts";

type LowerExpression = (context: Context, node: Syntax) => Expression;

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
export function expressionOf(context: Context, node: Syntax): Expression {
  if (context.depth >= DEEPEST) return tooDeep(node);
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
  return opaque(node, "comprehension", [...sources, ...(parts ?? [])]);
}

function dictionary(context: Context, node: Syntax): Expression {
  const entries = kidsOf(context, node).map((kid): Entry => {
    const [first, second] = kidsOf(context, kid);
    if (kid.type !== "pair" || first === undefined || second === undefined) {
      const value = first === undefined ? opaque(kid, "syntax error") : expressionOf(context, first);
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
