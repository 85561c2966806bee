import type { Expression, Statement } from "../../program.ts";
import { expressionStatement, spanOf } from "../lowering.ts";
import { listItems } from "./arguments.ts";
import { target } from "./assignments.ts";
import { body } from "./bodies.ts";
import { negated } from "./branches.ts";
import { chain } from "./calls.ts";
import { type LowerStatement, optional, type Reading, textOf, withNext } from "./reading.ts";
import { field, STATEMENT_LISTS, type Syntax } from "./syntax.ts";

export function whileLoop(node: Syntax, reading: Reading): Statement[] {
  const condition = optional(field(node, "condition"), node, reading);
  const inner = field(node, "body");
  const turns = withNext(reading, "continue", () => {
    if (inner === undefined) return [];
    return STATEMENT_LISTS.has(inner.type) ? body(inner, reading) : reading.statement(inner);
  });
  const test = node.type.startsWith("until") ? negated(condition) : condition;
  return [{ kind: "loop", test, body: turns, span: spanOf(node) }];
}

export function forLoop(node: Syntax, reading: Reading): Statement[] {
  const pattern = field(node, "pattern");
  const bind = pattern === undefined ? undefined : target(pattern, reading);
  const over = optional(field(node, "value")?.children[0], node, reading);
  const turns = withNext(reading, "continue", () => body(field(node, "body"), reading));
  return [{ kind: "loop", ...(bind !== undefined && { bind }), over, body: turns, span: spanOf(node) }];
}

/** `loop do … end` is a loop; every other call stays one. */
export function callStatement(node: Syntax, reading: Reading): Statement[] {
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

export function returnStatement(node: Syntax, reading: Reading): Statement[] {
  const value = jumpValue(node, reading);
  return [{ kind: "return", ...(value !== undefined && { value }), span: spanOf(node) }];
}

/** `next value` and `break value`: the value is the last one reached. */
export function jump(kind: "continue" | "break"): LowerStatement {
  return (node, reading) => {
    const value = jumpValue(node, reading);
    const last: Statement = { kind, span: spanOf(node) };
    return value === undefined ? [last] : [expressionStatement(value), last];
  };
}

export function nextStatement(node: Syntax, reading: Reading): Statement[] {
  return (reading.next === "return" ? returnStatement : jump("continue"))(node, reading);
}
