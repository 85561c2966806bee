import type { BinaryOperator, Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { expressionStatement, fieldOf, opaque } from "../lowering.ts";
import { CHAINS, OPERATORS, peel, typeExpression } from "./chains.ts";
import { type Context, withSpan } from "./context.ts";
import { bound, isPlain, patternTest } from "./patterns.ts";

const BINARY: ReadonlyMap<string, { readonly operator: BinaryOperator; readonly precedence: number }> = new Map([
  ["*", { operator: "*" as const, precedence: 12 }],
  ["/", { operator: "/" as const, precedence: 12 }],
  ["%", { operator: "%" as const, precedence: 12 }],
  ["+", { operator: "+" as const, precedence: 11 }],
  ["-", { operator: "-" as const, precedence: 11 }],
  ["<<", { operator: "other" as const, precedence: 10 }],
  [">>", { operator: "other" as const, precedence: 10 }],
  [">>>", { operator: "other" as const, precedence: 10 }],
  ["<", { operator: "<" as const, precedence: 9 }],
  ["<=", { operator: "<=" as const, precedence: 9 }],
  [">", { operator: ">" as const, precedence: 9 }],
  [">=", { operator: ">=" as const, precedence: 9 }],
  ["==", { operator: "==" as const, precedence: 8 }],
  ["!=", { operator: "!=" as const, precedence: 8 }],
  ["&", { operator: "&" as const, precedence: 7 }],
  ["^", { operator: "other" as const, precedence: 6 }],
  ["|", { operator: "|" as const, precedence: 5 }],
  ["&&", { operator: "and" as const, precedence: 4 }],
  ["||", { operator: "or" as const, precedence: 3 }],
  ["??", { operator: "??" as const, precedence: 2 }],
]);

const RELATIONAL = 9;

/** One operator and what stands to its right: an operand, or, after `is` and `as`, a type or pattern. */
interface Link {
  readonly operator: string;
  readonly right: Node;
  readonly steps: readonly Node[];
  readonly test?: Node;
}

/** An operand, and where it starts, parentheses included. */
interface Operand {
  readonly value: Expression;
  readonly start: number;
  readonly end: number;
}

/**
 * A chain of operators, read with a loop and joined by precedence: the grammar takes `a && b?.c == d` for
 * `((a && b)?.c) == d`, so what `?.` encloses is spread out again.
 */
export function operators(
  context: Context,
  node: Node,
  expected: string | undefined,
  outer: readonly Node[],
): Expression {
  const links: Link[] = [];
  let at = node;
  let pending = outer;
  let spread = outer.length > 0;
  for (;;) {
    const link = linkOf(at, pending);
    if (link) {
      links.push(link.link);
      at = link.left;
      pending = [];
      continue;
    }
    if (!CHAINS.has(at.type)) break;
    const { base, steps } = peel(at);
    if (!linkOf(base, steps)) break;
    pending = steps;
    at = base;
    spread = true;
  }
  const operands: Operand[] = [operandOf(context, at, expected, pending)];
  const waiting: string[] = [];
  const join = (lowest: number, right = false): void => {
    while (waiting.length > 0) {
      const precedence = BINARY.get(waiting.at(-1)!)?.precedence ?? 0;
      if (precedence < lowest || (right && precedence === lowest)) return;
      const operator = waiting.pop()!;
      const [second, first] = [operands.pop()!, operands.pop()!];
      operands.push(joined(operator, first, second));
    }
  };
  for (const { operator, right, steps, test } of links.toReversed()) {
    const precedence = test ? RELATIONAL : (BINARY.get(operator)?.precedence ?? 0);
    join(spread ? precedence : 0, spread && operator === "??");
    if (test) {
      operands.push(tested(context, operands.pop()!, operator, test));
    } else {
      operands.push(operandOf(context, right, operator === "??" ? expected : undefined, steps));
      waiting.push(operator);
    }
  }
  join(0);
  return operands[0]!.value;
}

function linkOf(node: Node, steps: readonly Node[]): { readonly link: Link; readonly left: Node } | undefined {
  if (!OPERATORS.has(node.type)) return undefined;
  const pattern = node.type === "is_pattern_expression";
  const left = fieldOf(node, pattern ? "expression" : "left");
  const right = fieldOf(node, pattern ? "pattern" : "right");
  if (!left || !right) return undefined;
  const operator = fieldOf(node, "operator")?.type ?? "is";
  if (node.type === "binary_expression") return { left, link: { operator, right, steps } };
  return steps.length > 0 ? undefined : { left, link: { operator, right, steps, test: node } };
}

function operandOf(context: Context, node: Node, expected: string | undefined, steps: readonly Node[]): Operand {
  const broken = OPERATORS.has(node.type) && !linkOf(node, steps);
  const value = broken ? opaque(node, "operator", context.childrenOf(node)) : context.expression(node, expected, steps);
  return { value, start: node.start, end: Math.max(node.end, steps.at(-1)?.end ?? 0) };
}

function joined(operator: string, left: Operand, right: Operand): Operand {
  const span = { start: left.start, end: right.end };
  const kind = BINARY.get(operator)?.operator ?? "other";
  return { value: { kind: "binary", operator: kind, left: left.value, right: right.value, span }, ...span };
}

/** `x as T` is x; `x is T` and `x is pattern` are tests. */
function tested(context: Context, left: Operand, operator: string, node: Node): Operand {
  const span = { start: left.start, end: node.end };
  const pattern = fieldOf(node, "pattern");
  const type = fieldOf(node, "right");
  if (operator === "as") return { value: left.value, ...span };
  if (!pattern) {
    const right = type ? typeExpression(context, type) : opaque(node, "type");
    return { value: { kind: "binary", operator: "instanceof", left: left.value, right, span }, ...span };
  }
  if (isPlain(left.value)) return { value: withSpan(patternTest(context, left.value, pattern, "is"), span), ...span };
  const name = `subject:${left.value.span.start}`;
  const subject: Expression = { kind: "name", name, span: left.value.span };
  const test = expressionStatement(patternTest(context, subject, pattern, "is"), span);
  return {
    value: { kind: "statements", body: [bound(name, left.value, left.value.span, undefined), test], span },
    ...span,
  };
}
