import type { BinaryOperator, ProgramLanguageName } from "../program.ts";
import {
  type Alternative,
  alternative,
  type Condition,
  type Data,
  known,
  mapPair,
  nextIdentity,
  type Scalar,
  unknown,
  type Value,
} from "../value.ts";
import type { HeapObject } from "./heap.ts";

/** How a value decides a branch. `undefined`: either way. */
export function truth(
  data: Data,
  language: ProgramLanguageName,
  object: (id: number) => HeapObject | undefined,
): boolean | undefined {
  switch (data.kind) {
    case "literal":
      if (language === "ruby") return data.value !== null && data.value !== undefined && data.value !== false;
      return Boolean(data.value);
    case "text":
      if (language === "ruby" || data.parts.some((part) => part !== undefined && part.length > 0)) return true;
      return undefined;
    case "object": {
      if (language !== "python") return isOpaque(object(data.id)) ? undefined : true;
      const held = object(data.id);
      if (held === undefined || held.open !== undefined || isOpaque(held)) return undefined;
      if (held.items !== undefined) return held.items.length > 0;
      return held.origin.kind === "literal" ? held.properties.size > 0 : true;
    }
    case "function":
    case "class":
    case "module":
      return true;
    case "environment":
      return data.transformed ? undefined : true;
    case "external":
    case "unknown":
      return undefined;
  }
}

function isOpaque(object: HeapObject | undefined): boolean {
  const kind = object?.origin.kind;
  return kind === undefined || kind === "call" || kind === "parameter" || kind === "member";
}

/** The two ways a branch can go, each with the alternatives' conditions; an empty list means never. */
export interface Decision {
  readonly yes: readonly (readonly Condition[])[];
  readonly no: readonly (readonly Condition[])[];
}

/** Splits a test into the conditions under which it holds and does not. `says` is the test as written. */
export function decide(
  test: Value,
  language: ProgramLanguageName,
  object: (id: number) => HeapObject | undefined,
  says: string,
  key: string,
): Decision {
  const yes: (readonly Condition[])[] = [];
  const no: (readonly Condition[])[] = [];
  for (const each of test) {
    const result = truth(each.data, language, object);
    if (result === true) yes.push(each.when);
    else if (result === false) no.push(each.when);
    else {
      const open = openCondition(each.data, says, key);
      yes.push([...each.when, { ...open, arm: true }]);
      no.push([...each.when, { ...open, arm: false }]);
    }
  }
  return { yes, no };
}

function openCondition(data: Data, says: string, key: string): Condition {
  if (data.kind === "environment") {
    return {
      kind: "environment",
      key: `environment ${data.name} on`,
      arm: true,
      says: `${data.name} is switched on`,
      holds: undefined,
    };
  }
  if (data.kind === "unknown") return { kind: "branch", key: `unknown ${data.id}`, arm: true, says, holds: undefined };
  if (data.kind === "object") return { kind: "branch", key: `object ${data.id}`, arm: true, says, holds: undefined };
  if (data.kind === "external")
    return { kind: "branch", key: `external ${data.paths[0]}`, arm: true, says, holds: undefined };
  return { kind: "branch", key, arm: true, says, holds: undefined };
}

/** `not value`, alternative by alternative. */
export function negate(
  value: Value,
  language: ProgramLanguageName,
  object: (id: number) => HeapObject | undefined,
): Value {
  return booleanOf(value, language, object).map((each) =>
    each.data.kind === "literal" ? { ...each, data: { kind: "literal", value: !each.data.value } } : each,
  );
}

/** The truth of a value as a boolean; what can go either way stays unknown, or splits on its variable. */
export function booleanOf(
  value: Value,
  language: ProgramLanguageName,
  object: (id: number) => HeapObject | undefined,
): Value {
  const result: Alternative[] = [];
  for (const each of value) {
    const result1 = truth(each.data, language, object);
    if (result1 !== undefined) result.push({ ...each, data: { kind: "literal", value: result1 } });
    else if (each.data.kind === "environment") {
      const condition = openCondition(each.data, "", "");
      result.push({
        ...each,
        data: { kind: "literal", value: true },
        when: [...each.when, { ...condition, holds: false }],
      });
      result.push({
        ...each,
        data: { kind: "literal", value: false },
        when: [...each.when, { ...condition, arm: false }],
      });
    } else result.push(each);
  }
  return result;
}

/** A comparison or arithmetic on two values; `says` is the expression as written. */
export function operate(
  operator: BinaryOperator,
  left: Value,
  right: Value,
  says: string,
  language: ProgramLanguageName,
): Value {
  return mapPair(left, right, (a, b) => operateOne(operator, a, b, says, language));
}

function operateOne(
  operator: BinaryOperator,
  left: Alternative,
  right: Alternative,
  says: string,
  language: ProgramLanguageName,
): Value {
  const trace =
    right.trace !== undefined && left.data.kind === "literal" && left.trace === undefined
      ? right.trace
      : (left.trace ?? right.trace);
  const a = left.data;
  const b = right.data;
  if (a.kind === "literal" && b.kind === "literal") {
    const value = isOneNothing(a.value, b.value, language)
      ? computeNothing(operator)
      : compute(operator, a.value, b.value);
    return value === undefined ? unknown(`\`${says}\` is not evaluated`, trace) : known(value.value, trace);
  }
  const moved = fromClock(operator, a, b);
  if (moved !== undefined) return [alternative(moved, trace)];
  if (operator === "+" && isTextual(a) && isTextual(b)) {
    return [alternative({ kind: "text", parts: [...partsOf(a), ...partsOf(b)] }, trace)];
  }
  const equality =
    operator === "==" || operator === "is" ? true : operator === "!=" || operator === "is not" ? false : undefined;
  if (equality !== undefined) {
    const environment = a.kind === "environment" ? a : b.kind === "environment" ? b : undefined;
    const other = environment === a ? b : a;
    if (environment !== undefined && other.kind === "literal") {
      if (other.value === null || other.value === undefined) return known(!equality, trace);
      return compareEnvironment(environment.name, String(other.value), equality, trace);
    }
    const identity = (data: Data) => data.kind === "function" || data.kind === "class" || data.kind === "module";
    if ((identity(a) && b.kind === "literal") || (identity(b) && a.kind === "literal")) return known(!equality, trace);
  }
  return [alternative({ kind: "unknown", because: `\`${says}\` is not known`, id: nextIdentity() }, trace)];
}

/** A variable that is not set by the deployment equals a given text only where somebody sets it so. */
export function compareEnvironment(name: string, text: string, equal: boolean, trace: Alternative["trace"]): Value {
  const key = `environment ${name} is ${text}`;
  const says = `${name} is ${JSON.stringify(text)}`;
  return [
    {
      data: { kind: "literal", value: equal },
      trace,
      when: [{ kind: "environment", key, arm: true, says, holds: false }],
    },
    {
      data: { kind: "literal", value: !equal },
      trace,
      when: [
        { kind: "environment", key, arm: false, says: `${name} is not ${JSON.stringify(text)}`, holds: undefined },
      ],
    },
  ];
}

function isTextual(data: Data): boolean {
  return (
    data.kind === "text" ||
    data.kind === "environment" ||
    data.kind === "unknown" ||
    data.kind === "object" ||
    data.kind === "external" ||
    (data.kind === "literal" && typeof data.value !== "boolean")
  );
}

/** A value as part of a text: known pieces and holes. */
export function partsOf(data: Data): readonly (string | undefined)[] {
  if (data.kind === "literal") return [String(data.value ?? "")];
  if (data.kind === "text") return data.parts;
  return [undefined];
}

/** A number counted from the clock, and so much more or less. */
function fromClock(operator: BinaryOperator, a: Data, b: Data): Data | undefined {
  const [time, by] = operator === "+" && a.kind === "literal" ? [b, a] : [a, b];
  if ((operator !== "+" && operator !== "-") || time.kind !== "unknown" || time.fromNow === undefined) return undefined;
  if (by.kind !== "literal" || typeof by.value !== "number") return undefined;
  return { ...time, id: nextIdentity(), fromNow: operator === "+" ? time.fromNow + by.value : time.fromNow - by.value };
}

/** Of JavaScript's two, `null` and `undefined`, one each: for the other languages they are the same. */
function isOneNothing(a: Scalar, b: Scalar, language: ProgramLanguageName): boolean {
  return language === "javascript" && a !== b && (a ?? null) === null && (b ?? null) === null;
}

/** `null === undefined`; where two signs are written, both are asked for by the program itself. */
function computeNothing(operator: BinaryOperator): Computed {
  return operator === "==" || operator === "!=" ? { value: operator === "!=" } : undefined;
}

type Computed = { readonly value: string | number | boolean | null | undefined } | undefined;

function compute(operator: BinaryOperator, a: string | number | boolean | null | undefined, b: typeof a): Computed {
  switch (operator) {
    case "==":
      return {
        value:
          a === b ||
          ((a ?? null) === null && (b ?? null) === null) ||
          (a !== null &&
            b !== null &&
            typeof a !== typeof b &&
            typeof a !== "boolean" &&
            typeof b !== "boolean" &&
            String(a) === String(b)),
      };
    case "!=":
      return { value: compute("==", a, b)?.value !== true };
    case "is":
      return { value: (a ?? null) === (b ?? null) };
    case "is not":
      return { value: (a ?? null) !== (b ?? null) };
    case "+":
      if (typeof a === "number" && typeof b === "number") return { value: a + b };
      if (typeof a === "string" || typeof b === "string") return { value: `${a ?? ""}${b ?? ""}` };
      return undefined;
    case "in":
      return typeof a === "string" && typeof b === "string" ? { value: b.includes(a) } : undefined;
    case "not in":
      return typeof a === "string" && typeof b === "string" ? { value: !b.includes(a) } : undefined;
    case "-":
    case "*":
    case "/":
    case "%":
    case "|":
    case "&":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return arithmetic(operator, a, b);
    default:
      return undefined;
  }
}

function arithmetic(operator: BinaryOperator, a: unknown, b: unknown): Computed {
  if (typeof a === "boolean" && typeof b === "boolean") {
    if (operator === "|") return { value: a || b };
    if (operator === "&") return { value: a && b };
  }
  if (typeof a !== "number" || typeof b !== "number") return undefined;
  switch (operator) {
    case "-":
      return { value: a - b };
    case "*":
      return { value: a * b };
    case "/":
      return { value: a / b };
    case "%":
      return { value: a % b };
    case "|":
      return { value: a | b };
    case "&":
      return { value: a & b };
    case "<":
      return { value: a < b };
    case "<=":
      return { value: a <= b };
    case ">":
      return { value: a > b };
    case ">=":
      return { value: a >= b };
    default:
      return undefined;
  }
}
