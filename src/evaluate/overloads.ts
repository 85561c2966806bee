import type { ClassExpression, FunctionExpression, Member, Parameter } from "../program.ts";
import type { Data, FunctionData, Value } from "../value.ts";
import { languageOfFile, methodOf, resolutionOrder } from "./class-members.ts";
import type { Evaluation } from "./evaluation.ts";
import type { RecordedArgument } from "./heap.ts";
import { lastSegment, pathsOf } from "./objects.ts";

type Method = Extract<Member, { kind: "method" }>;

const tables = new WeakMap<ClassExpression, ReadonlyMap<string, readonly Method[]>>();

/** The methods of a class by name, in the order in which they stand; constructors under `constructor`. */
function methodsOf(expression: ClassExpression): ReadonlyMap<string, readonly Method[]> {
  const existing = tables.get(expression);
  if (existing !== undefined) return existing;
  const table = new Map<string, Method[]>();
  for (const member of expression.members) {
    if (member.kind !== "method" || (member.role !== "method" && member.role !== "constructor")) continue;
    const name = member.role === "constructor" ? "constructor" : member.name;
    const known = table.get(name);
    if (known === undefined) table.set(name, [member]);
    else known.push(member);
  }
  tables.set(expression, table);
  return table;
}

/** Java and C# choose among the methods of one name by what they are given. */
export function chosenOverload(
  evaluation: Evaluation,
  data: FunctionData,
  args: readonly RecordedArgument[],
): FunctionData {
  const { owner, function: fn, self } = data;
  if (owner === undefined || fn.name === undefined || fn.lexicalThis === true) return data;
  const language = languageOfFile(evaluation, owner.file);
  if (language !== "java" && language !== "csharp") return data;
  const isOwn = ({ function: other }: Method) => other === fn;
  const isConstructor = methodsOf(owner.class).get("constructor")?.some(isOwn) === true;
  const name = isConstructor ? "constructor" : fn.name;
  if (methodsOf(owner.class).get(name)?.some(isOwn) !== true) return data;
  const classes = isConstructor ? [owner] : resolutionOrder(owner);
  const all = classes.flatMap((each) => (methodsOf(each.class).get(name) ?? []).map((method) => ({ each, method })));
  if (all.length < 2) return data;
  let best: { readonly score: number; readonly at: (typeof all)[number] } | undefined;
  for (const at of all) {
    const score = fit(evaluation, at.method.function, args);
    if (score !== undefined && (best === undefined || score > best.score)) best = { score, at };
  }
  if (best === undefined || isOwn(best.at.method)) return data;
  return methodOf(evaluation, best.at.each, best.at.method, self);
}

/** How well a function takes what it is given; undefined when it cannot. */
export function fit(
  evaluation: Evaluation,
  { parameters }: FunctionExpression,
  args: readonly RecordedArgument[],
): number | undefined {
  if (args.some(({ spread }) => spread !== undefined)) return 0;
  const named = new Map(args.flatMap((argument) => (argument.name === undefined ? [] : [[argument.name, argument]])));
  const positional = args.filter(({ name }) => name === undefined);
  const last = parameters.at(-1);
  const isOpen = last?.rest === "list";
  if (positional.length > parameters.length && !isOpen) return undefined;
  if ([...named.keys()].some((name) => !parameters.some((parameter) => parameter.name === name))) return undefined;
  let score = 0;
  for (const [index, parameter] of parameters.entries()) {
    const given = positional[index] ?? named.get(parameter.name);
    if (given === undefined) {
      if (parameter.default === undefined && parameter.rest === undefined) return undefined;
      score -= LEFT_OUT;
      continue;
    }
    const one = parameter.rest === "list" ? 0 : fitOf(evaluation, given.value, parameter);
    if (one === undefined) return undefined;
    score += one;
  }
  return score;
}

/** A parameter that is left out makes a method fit less well than one that does not have it. */
const LEFT_OUT = 0.1;

const SCALARS: Readonly<Record<string, RegExp>> = {
  string: /^(?:string|charsequence)$/,
  number: /^(?:u?int|u?long|u?short|s?byte|float|double|decimal|integer|char)$/,
  boolean: /^bool(?:ean)?$/,
};

function fitOf(evaluation: Evaluation, value: Value, parameter: Parameter): number | undefined {
  const { type } = parameter;
  if (type === undefined) return 0;
  const plain = lastSegment(type).replace(/[?[\]]+$/, "");
  const scores = value.map(({ data }) => fitOfData(evaluation, data, plain, parameter.name));
  const possible = scores.filter((score) => score !== undefined);
  return possible.length === 0 ? undefined : Math.max(...possible);
}

function fitOfData(evaluation: Evaluation, data: Data, type: string, name: string): number | undefined {
  const scalar = Object.keys(SCALARS).find((kind) => SCALARS[kind]!.test(type.toLowerCase()));
  const held = scalarOf(data);
  if (held !== undefined) return scalar === undefined ? 0 : scalar === held ? 1 : undefined;
  if (data.kind === "unknown") return data.parameter === name ? 0.5 : 0;
  if (data.kind === "function") return scalar === undefined ? 0 : undefined;
  if (data.kind !== "object") return 0;
  if (namesOf(evaluation, data).includes(type)) return 1;
  const origin = evaluation.heapObject(data.id)?.origin;
  const isMade =
    origin?.kind === "instance" || origin?.kind === "literal" || (origin?.kind === "call" && origin.call.new);
  return scalar !== undefined && isMade ? undefined : 0;
}

function scalarOf(data: Data): string | undefined {
  if (data.kind === "text") return "string";
  if (data.kind !== "literal" || data.value === null || data.value === undefined) return undefined;
  return typeof data.value;
}

/** The simple names of the types that a value is known to have. */
export function namesOf(evaluation: Evaluation, data: Data): readonly string[] {
  const names = pathsOf(evaluation, data).map(lastSegment);
  const origin = data.kind === "object" ? evaluation.heapObject(data.id)?.origin : undefined;
  if (origin?.kind !== "instance") return names;
  return [
    ...names,
    ...resolutionOrder(origin.class).flatMap(({ class: { name } }) => (name === undefined ? [] : [name])),
  ];
}
