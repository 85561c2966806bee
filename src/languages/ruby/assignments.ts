import type { Assignment, BinaryOperator, Expression, Span, Statement, Target } from "../../program.ts";
import { DEEPEST, expressionStatement, opaque, spanOf } from "../lowering.ts";
import { listItems } from "./arguments.ts";
import { operatorText, type Reading } from "./reading.ts";
import { field, type Syntax } from "./syntax.ts";

const LISTS = new Set(["left_assignment_list", "destructured_left_assignment", "destructured_parameter"]);

const RESTS = new Set(["rest_assignment", "splat_parameter"]);

function asTarget(value: Expression): Target | undefined {
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

export function target(node: Syntax, reading: Reading): Target | undefined {
  if (!LISTS.has(node.type)) return asTarget(reading.expression(node));
  return reading.depth >= DEEPEST ? undefined : listTarget(node, reading);
}

export function listTarget(node: Syntax, reading: Reading): Target {
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
export function rightSide(node: Syntax, reading: Reading): Expression {
  if (node.type === "right_assignment_list" || node.type === "splat_argument") {
    const nodes = node.type === "splat_argument" ? [node] : node.children;
    return { kind: "list", items: listItems(nodes, false, reading), span: spanOf(node) };
  }
  return reading.expression(node);
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

export function assignment(node: Syntax, reading: Reading): Statement[] {
  const left = field(node, "left") ?? node.children[0] ?? node;
  const right = field(node, "right");
  const written = left === node || LISTS.has(left.type) ? undefined : reading.expression(left);
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

export function bindUnknown(node: Syntax, because: string, reading: Reading): Statement[] {
  const to = target(node, reading);
  return to === undefined ? [] : [assign(node, to, opaque(node, because))];
}
