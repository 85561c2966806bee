import type { Expression } from "../program.ts";
import type { Scope } from "../scope.ts";
import {
  alternative,
  known,
  mapValue,
  notLiteral,
  onlyLiteral,
  type Scalar,
  step,
  unknown,
  type Value,
} from "../value.ts";
import { assignment } from "./assignments.ts";
import { NESTED_TOO_DEEPLY } from "./bounds.ts";
import { callExpression } from "./calls.ts";
import { shortCircuit, ternary, withStep } from "./choices.ts";
import { classValue, superValue } from "./classes.ts";
import { readElement } from "./elements.ts";
import type { Evaluation } from "./evaluation.ts";
import { functionValue } from "./functions.ts";
import { isFormat, percent } from "./library/formats.ts";
import { libraryContext } from "./library-calls.ts";
import { listLiteral, mergedCopy, objectLiteral } from "./literals.ts";
import { memberOf, readMember } from "./members.ts";
import { readName } from "./names.ts";
import { external, itemsOf } from "./objects.ts";
import { negate, operate } from "./operators.ts";
import { valueOfStatements } from "./statements.ts";
import { textValue } from "./texts.ts";

export function evaluateExpression(evaluation: Evaluation, expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case "literal":
      return known(
        expression.value,
        step(evaluation.place(expression.span), `it is \`${evaluation.says(expression.span)}\``, undefined),
      );
    case "text":
      return textValue(evaluation, expression, scope);
    case "name":
      return readName(evaluation, expression.name, scope, expression.span);
    case "this":
      return evaluation.frame.self ?? external(["this"]);
    case "super":
      return superValue(evaluation);
    case "member":
      return memberValue(evaluation, expression, scope);
    case "index":
      return readElement(
        evaluation,
        evaluation.expression(expression.object, scope),
        evaluation.expression(expression.index, scope),
        expression.span,
      );
    case "call":
      return callExpression(evaluation, expression, scope);
    case "object":
      return objectLiteral(evaluation, expression.entries, expression.bare === true, expression.span, scope);
    case "list":
      return listLiteral(evaluation, expression.items, expression.span, scope);
    case "function":
      return functionValue(evaluation, expression, scope);
    case "class":
      return classValue(evaluation, expression, scope);
    case "not":
      return withStep(
        evaluation,
        negate(evaluation.expression(expression.value, scope), evaluation.language, evaluation.heapObject),
        expression.span,
      );
    case "binary":
      return binary(evaluation, expression, scope);
    case "ternary":
      return ternary(evaluation, expression, scope);
    case "assignment":
      return assignment(evaluation, expression.assignment, scope);
    case "sequence": {
      let value: Value = known(undefined);
      for (const item of expression.items) value = evaluation.expression(item, scope);
      return value;
    }
    case "statements": {
      const before = evaluation.lastValue;
      evaluation.lastValue = undefined;
      const value = valueOfStatements(evaluation, expression.body, scope);
      evaluation.lastValue = before;
      return value;
    }
    case "opaque": {
      if (expression.because === "nested too deeply") evaluation.note(NESTED_TOO_DEEPLY);
      for (const child of expression.children) evaluation.expression(child, scope);
      return unknown(expression.because, step(evaluation.place(expression.span), expression.because, undefined));
    }
  }
}

function binary(evaluation: Evaluation, expression: Extract<Expression, { kind: "binary" }>, scope: Scope): Value {
  const { operator } = expression;
  if (operator === "and" || operator === "or" || operator === "??") {
    const left = evaluation.expression(expression.left, scope);
    return shortCircuit(evaluation, operator, left, expression.right, scope, expression.span);
  }
  const left = evaluation.expression(expression.left, scope);
  const right = evaluation.expression(expression.right, scope);
  if (operator === "in" || operator === "not in") {
    const member = membership(evaluation, left, right, operator === "in");
    if (member !== undefined) return withStep(evaluation, member, expression.span);
  }
  if (operator === "|") {
    const merged = mergedCopy(evaluation, left, right, expression.span);
    if (merged !== undefined) return merged;
  }
  if (operator === "%" && isFormat(left)) {
    const text = percent(left, right, libraryContext(evaluation, evaluation.place(expression.span)));
    if (text !== undefined) return text;
  }
  const value = operate(operator, left, right, evaluation.says(expression.span), evaluation.language);
  if (operator !== "+") return withStep(evaluation, value, expression.span);
  // What stands in a text that is known in part is the whole expression's, not its first piece's.
  const whole = step(evaluation.place(expression.span), `it is \`${evaluation.says(expression.span)}\``, undefined);
  return value.map((each) => (each.data.kind === "text" ? { ...each, trace: whole } : each));
}

/** `x in (a, b)`: true where one of the elements equals. */
function membership(evaluation: Evaluation, left: Value, right: Value, positive: boolean): Value | undefined {
  const items = itemsOf(evaluation, right);
  if (items === undefined) {
    const key = onlyLiteral(left);
    const [only] = right;
    if (right.length === 1 && only?.data.kind === "object" && typeof key === "string") {
      const object = evaluation.heapObject(only.data.id);
      if (object?.origin.kind === "literal" && object.open === undefined)
        return known(object.properties.has(key) === positive);
    }
    return undefined;
  }
  const literals = items.map((item) => onlyLiteral(item));
  return mapValue(left, (data, each) => {
    if (data.kind === "literal") {
      if (literals.includes(data.value)) return known(positive, each.trace);
      return literals.includes(notLiteral as never)
        ? unknown("an element of the list is not known", each.trace)
        : known(!positive, each.trace);
    }
    if (data.kind === "environment") {
      const listed = listOf(literals);
      const condition = {
        kind: "environment",
        key: `environment ${data.name} in`,
        says: `${data.name} is one of ${listed}`,
      } as const;
      return [
        alternative({ kind: "literal", value: positive }, each.trace, [{ ...condition, arm: true, holds: false }]),
        alternative({ kind: "literal", value: !positive }, each.trace, [
          { ...condition, arm: false, says: `${data.name} is none of ${listed}`, holds: undefined },
        ]),
      ];
    }
    return unknown("it is not known whether the list holds it", each.trace);
  });
}

/** `a?.b` is nothing where `a` is. */
function memberValue(
  evaluation: Evaluation,
  { object, property, optional, span }: Extract<Expression, { kind: "member" }>,
  scope: Scope,
): Value {
  const value = evaluation.expression(object, scope);
  if (optional !== true) return readMember(evaluation, value, property, span);
  return mapValue(value, (data, each) =>
    data.kind === "literal" && (data.value === undefined || data.value === null)
      ? known(undefined, each.trace)
      : memberOf(evaluation, data, { ...each, when: [] }, property, span),
  );
}

/** The first few values of a list, for messages. */
function listOf(values: readonly (Scalar | typeof notLiteral)[]): string {
  const shown = values.slice(0, 6).map((value) => (value === notLiteral ? "…" : JSON.stringify(value)));
  return [...shown, ...(values.length > shown.length ? ["…"] : [])].join(", ");
}
