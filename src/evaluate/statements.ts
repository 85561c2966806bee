import type { Statement } from "../program.ts";
import { newScope, type Scope } from "../scope.ts";
import { known, under, type Value } from "../value.ts";
import { assignment, deleteTarget } from "./assignments.ts";
import { countStep } from "./bounds.ts";
import { attempt, branch, loop } from "./branches.ts";
import { choose } from "./choices.ts";
import type { Completion, Evaluation } from "./evaluation.ts";
import { exportNames, importModule } from "./modules.ts";
import { conditionsSince } from "./state.ts";
import { tellReturn } from "./tell.ts";

/** Of how many early returns of one call the writes are kept. */
const MAXIMUM_EXITS = 6;

export function runStatement(evaluation: Evaluation, statement: Statement, scope: Scope): Completion {
  countStep(evaluation);
  switch (statement.kind) {
    case "expression": {
      const value = evaluation.expression(statement.value, scope);
      if (evaluation.frame.function?.implicitReturn === true) {
        evaluation.lastValue = value;
        tellReturn(evaluation, statement.value, value);
      }
      return "normal";
    }
    case "assign": {
      const value = assignment(evaluation, statement, scope);
      if (evaluation.frame.function?.implicitReturn === true) evaluation.lastValue = value;
      return "normal";
    }
    case "delete":
      deleteTarget(evaluation, statement.target, scope);
      return "normal";
    case "if":
      return branch(evaluation, statement, scope);
    case "loop":
      return loop(evaluation, statement, scope);
    case "try":
      return attempt(evaluation, statement, scope);
    case "return": {
      const value = statement.value === undefined ? known(undefined) : evaluation.expression(statement.value, scope);
      if (statement.value !== undefined) tellReturn(evaluation, statement.value, value);
      leave(evaluation, value);
      return "done";
    }
    case "throw":
      if (statement.value !== undefined) evaluation.expression(statement.value, scope);
      return "done";
    case "break":
    case "continue":
      return "normal";
    case "block":
      return evaluation.inner(statement.body, scope);
    case "import":
      importModule(evaluation, statement, scope);
      return "normal";
    case "export": {
      exportNames(evaluation, statement, scope);
      return "normal";
    }
  }
}

function leave(evaluation: Evaluation, value: Value): void {
  const { frame } = evaluation;
  frame.returns.push(...under(value, conditionsSince(evaluation.state, frame.base)));
  if (evaluation.state === frame.entry) frame.endsAtEntry = true;
  else if (frame.entry !== frame.base && frame.exits.length < MAXIMUM_EXITS)
    frame.exits.push(evaluation.state.snapshot(frame.base));
}

/** Statements used as a value: the value of the last expression on each path. */
export function valueOfStatements(evaluation: Evaluation, body: readonly Statement[], scope: Scope): Value {
  const inside = newScope("block", scope);
  let value: Value = known(null);
  body.forEach((statement, index) => {
    const last = index === body.length - 1;
    if (last && statement.kind === "expression") value = evaluation.expression(statement.value, inside);
    else if (last && statement.kind === "if") value = conditionalValue(evaluation, statement, inside);
    else if (last && statement.kind === "block") value = valueOfStatements(evaluation, statement.body, inside);
    else if (last && statement.kind === "try") value = valueOfStatements(evaluation, statement.body, inside);
    else if (last && statement.kind === "assign") value = assignment(evaluation, statement, inside);
    else runStatement(evaluation, statement, inside);
  });
  return value;
}

function conditionalValue(evaluation: Evaluation, statement: Extract<Statement, { kind: "if" }>, scope: Scope): Value {
  return choose(
    evaluation,
    statement.test,
    () => valueOfStatements(evaluation, statement.then, scope),
    () => valueOfStatements(evaluation, statement.else, scope),
    scope,
  );
}
