import type { Assignment, Expression, Span, Statement } from "../../program.ts";
import { expressionStatement, spanOf } from "../lowering.ts";
import { literal } from "./reading.ts";

/** In Ruby an assignment has a value: where the last statement's value counts, it is an expression. */
export function withValue(body: readonly Statement[]): Statement[] {
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

export function asValue(node: Span, body: readonly Statement[]): Expression {
  const only = body.length === 1 ? body[0] : undefined;
  if (body.length === 0) return literal(node, null);
  if (only?.kind === "expression") return only.value;
  if (only?.kind === "assign") return assignmentValue(only);
  return { kind: "statements", body: withValue(body), span: spanOf(node) };
}
