import type { Evidence, Place } from "../evidence.ts";
import type {
  CallFact,
  ClassFact,
  ModuleFact,
  Seen,
  SeenAlternative,
  SeenArgument,
  SeenCall,
  SeenData,
  SeenObject,
  WriteFact,
} from "../facts.ts";
import type { BinaryOperator, Span } from "../program.ts";
import type { Alternative, ClassData, Data, Trace, Value } from "../value.ts";
import { externalBases, languageOfFile, resolutionOrder } from "./class-members.ts";
import type { Evaluation, ModuleRecord } from "./evaluation.ts";
import type { HeapObject, RecordedArgument, RecordedCall } from "./heap.ts";
import { objectValue } from "./objects.ts";

/** How deep values are told: an option in an options object in an argument of a call that made the receiver. */
const DEPTH = 5;
const MAXIMUM_EVIDENCE = 12;
/** How many calls of a fluent chain are told. */
const MAXIMUM_LINKS = 40;
const MAXIMUM_ITEMS = 200;
const MAXIMUM_CALLS = 20;
const MAXIMUM_PROPERTIES = 100;

/** Evidence from the newest step to the oldest. */
export function evidenceOf(trace: Trace | undefined): Evidence[] {
  const result: Evidence[] = [];
  for (let each = trace; each !== undefined; each = each.before) {
    const last = result.at(-1);
    const same =
      last?.from === "file" &&
      last.file === each.at.file &&
      last.span.start === each.at.span.start &&
      last.span.end === each.at.span.end;
    // Of several steps at one place the oldest says most.
    if (same) result.pop();
    result.push({ from: "file", file: each.at.file, span: each.at.span, says: each.says });
  }
  return result.length <= MAXIMUM_EVIDENCE ? result : [...result.slice(0, MAXIMUM_EVIDENCE - 1), result.at(-1)!];
}

export function exportValue(
  evaluation: Evaluation,
  value: Value,
  depth = DEPTH,
  holding: readonly number[] = [],
): Seen {
  const path = evaluation.state.path();
  const possible = value.filter((each) =>
    each.when.every((condition) => !path.some((other) => other.key === condition.key && other.arm !== condition.arm)),
  );
  return (possible.length === 0 ? value : possible).map((each) => exportAlternative(evaluation, each, depth, holding));
}

function exportAlternative(
  evaluation: Evaluation,
  each: Alternative,
  depth: number,
  holding: readonly number[],
): SeenAlternative {
  return { data: exportData(evaluation, each.data, depth, holding), when: each.when, because: evidenceOf(each.trace) };
}

function exportData(evaluation: Evaluation, data: Data, depth: number, holding: readonly number[]): SeenData {
  switch (data.kind) {
    case "literal":
    case "text":
    case "module":
    case "external":
      return data;
    case "environment":
      return { kind: "environment", name: data.name };
    case "unknown":
      return { kind: "unknown", because: data.because, parameter: data.parameter };
    case "function":
      return {
        kind: "function",
        place: { file: data.file, span: data.function.span },
        name: data.function.name,
        parameters: data.function.parameters.map((parameter) => parameter.name),
        returns: depth <= 0 || evaluation.recalling > 0 ? undefined : evaluation.resultOf(data, depth, holding),
      };
    case "class":
      return { kind: "class", name: data.class.name, place: { file: data.file, span: data.class.span } };
    case "object":
      return exportObject(evaluation, data.id, depth, holding);
  }
}

/** Of an object with very many members, those that were set last. */
function latest(properties: HeapObject["properties"]): Iterable<[string, Value]> {
  return properties.size <= MAXIMUM_PROPERTIES ? properties : [...properties].slice(-MAXIMUM_PROPERTIES);
}

function tooMany(object: HeapObject): string | undefined {
  return object.properties.size > MAXIMUM_PROPERTIES ? `it has more than ${MAXIMUM_PROPERTIES} members` : undefined;
}

function exportObject(evaluation: Evaluation, id: number, depth: number, holding: readonly number[]): SeenData {
  const object = evaluation.heapObject(id);
  if (object === undefined) return { kind: "unknown", because: "the object is not known", parameter: undefined };
  const inside = depth > 0 && !holding.includes(id);
  const next = [...holding, id];
  const properties = new Map<string, Seen>();
  if (inside)
    for (const [name, value] of latest(object.properties)) {
      properties.set(name, exportValue(evaluation, value, depth - 1, next));
    }
  const { origin } = object;
  const parameter = rootParameter(evaluation, object);
  if (inside && origin.kind === "instance")
    for (const [name, value] of evaluation.askedGetters(origin.class, objectValue(id)))
      properties.set(name, exportValue(evaluation, value, depth - 1, next));
  const result: SeenObject = {
    kind: "object",
    id,
    paths: object.paths,
    properties,
    items: inside
      ? object.items?.slice(0, MAXIMUM_ITEMS).map((item) => exportValue(evaluation, item, depth - 1, next))
      : undefined,
    open: object.open ?? tooMany(object) ?? (inside ? undefined : "it was not looked into deeper"),
    literal: origin.kind === "literal" ? { place: origin.place, bare: origin.bare, last: origin.last } : undefined,
    instanceOf: origin.kind === "instance" ? resolutionOrder(origin.class).map((each) => each.class.name ?? "") : [],
    from: origin.kind === "call" && inside ? exportMaker(evaluation, origin.call, depth - 1, next) : undefined,
    calls: depth >= DEPTH - 1 ? exportPast(evaluation, object, depth - 2, next) : [],
    parameter: parameter?.name,
    passedTo: parameter?.passedTo ?? [],
    memberOf: origin.kind === "member" ? origin.of : undefined,
  };
  return result;
}

function exportPast(
  evaluation: Evaluation,
  { calls }: HeapObject,
  depth: number,
  holding: readonly number[],
): readonly SeenCall[] {
  evaluation.recalling += 1;
  const past = calls.slice(-MAXIMUM_CALLS).map((call) => exportRecorded(evaluation, call, depth, holding));
  evaluation.recalling -= 1;
  return past;
}

/** The parameter that an object is, or is a member of: what it is, and to what its function was handed, holds for both. */
function rootParameter(
  evaluation: Evaluation,
  object: HeapObject,
): Extract<HeapObject["origin"], { kind: "parameter" }> | undefined {
  let each: HeapObject | undefined = object;
  for (let hops = 0; hops < 10 && each !== undefined; hops += 1) {
    if (each.origin.kind === "parameter") return each.origin;
    if (each.origin.kind !== "member" || each.origin.of === undefined) return undefined;
    each = evaluation.heapObject(each.origin.of);
  }
  return undefined;
}

/** The call that made an object; where the depth ends, a fluent chain is still told to its beginning. */
function exportMaker(evaluation: Evaluation, call: RecordedCall, depth: number, holding: readonly number[]): SeenCall {
  return depth > 0 ? exportRecorded(evaluation, call, depth, holding) : exportLink(evaluation, call, MAXIMUM_LINKS);
}

/** One link of a fluent chain: what it was given, what was set on its receiver, and nothing deeper. */
function exportLink(evaluation: Evaluation, call: RecordedCall, links: number): SeenCall {
  const [only, ...others] = call.receiver ?? [];
  const receiver =
    only !== undefined && others.length === 0 && links > 0 ? exportLinked(evaluation, only, links) : undefined;
  return {
    ...exportRecorded(evaluation, call, 0, []),
    arguments: call.arguments.map((argument) => exportArgument(evaluation, argument, 0, [])),
    receiver: receiver === undefined ? undefined : [receiver],
  };
}

function exportLinked(evaluation: Evaluation, each: Alternative, links: number): SeenAlternative {
  const seen = exportAlternative(evaluation, each, 0, []);
  const object = each.data.kind === "object" ? evaluation.heapObject(each.data.id) : undefined;
  if (object === undefined || seen.data.kind !== "object") return seen;
  const properties = new Map<string, Seen>();
  for (const [name, value] of latest(object.properties)) properties.set(name, exportValue(evaluation, value, 0));
  const from = object.origin.kind === "call" ? exportLink(evaluation, object.origin.call, links - 1) : undefined;
  return { ...seen, data: { ...seen.data, properties, from, open: object.open } };
}

function exportRecorded(
  evaluation: Evaluation,
  call: RecordedCall,
  depth: number,
  holding: readonly number[],
): SeenCall {
  return {
    method: call.method,
    callee: call.callee,
    receiver:
      call.receiver === undefined || depth <= 0 ? undefined : exportValue(evaluation, call.receiver, depth, holding),
    arguments: depth <= 0 ? [] : call.arguments.map((argument) => exportArgument(evaluation, argument, depth, holding)),
    new: call.new,
    place: call.place,
    argumentsSpan: call.argumentsSpan,
    bare: call.bare,
  };
}

function exportArgument(
  evaluation: Evaluation,
  argument: RecordedArgument,
  depth: number,
  holding: readonly number[],
): SeenArgument {
  // A handler is no option: nobody asks what it gives.
  const isHandler = argument.name === undefined && argument.value.every(isCode);
  return { ...argument, value: exportValue(evaluation, argument.value, isHandler ? 0 : depth, holding) };
}

/** How and where a fact came about. */
function reached(
  evaluation: Evaluation,
  span: Span,
): Pick<
  CallFact,
  "order" | "language" | "within" | "enteredBy" | "conditions" | "calledFrom" | "notDeployed" | "uncertain"
> {
  const { frame } = evaluation;
  evaluation.facts += 1;
  return {
    order: evaluation.facts,
    language: evaluation.language,
    enteredBy: evaluation.enteredBy,
    within: {
      function: frame.function === undefined ? undefined : evaluation.host.helperOf(frame.function).function,
      class: frame.owner?.class.name,
      bases:
        frame.owner === undefined
          ? []
          : [
              ...resolutionOrder(frame.owner).flatMap((each) => each.class.name ?? []),
              ...externalBases(evaluation, frame.owner),
            ].slice(0, 24),
    },
    conditions: evaluation.state.path(),
    calledFrom: frame.calledFrom,
    notDeployed: evaluation.notDeployed,
    uncertain: frame.module.program.errors.some((error) => error.start <= span.start && span.end <= error.end),
  };
}

export function exportCall(evaluation: Evaluation, call: RecordedCall, result: Value, late = false): CallFact {
  const [only] = result;
  const args = call.arguments.map((argument) => exportArgument(evaluation, argument, DEPTH, []));
  return {
    kind: "call",
    ...reached(evaluation, call.place.span),
    ...exportRecorded(evaluation, { ...call, arguments: [] }, DEPTH, []),
    arguments: args,
    result: only?.data.kind === "object" ? only.data.id : undefined,
    late: late ? { arguments: args, result: exportValue(evaluation, result) } : undefined,
  };
}

export interface WriteToExport {
  readonly target: Value;
  readonly key: string | undefined;
  readonly keyValue: Value | undefined;
  readonly value: Value;
  readonly index: boolean;
  readonly place: Place;
  readonly valuePlace: Place;
  readonly operator: BinaryOperator | undefined;
  readonly paths: readonly string[];
}

export function exportWrite(evaluation: Evaluation, write: WriteToExport): WriteFact {
  return {
    kind: "write",
    ...reached(evaluation, write.place.span),
    target: exportValue(evaluation, write.target, DEPTH - 1),
    paths: write.paths,
    key: write.key,
    keySeen: write.keyValue === undefined ? undefined : exportValue(evaluation, write.keyValue, 1),
    value: exportValue(evaluation, write.value),
    operator: write.operator,
    index: write.index,
    place: write.place,
    valuePlace: write.valuePlace,
  };
}

/** Functions and classes are told by name alone. */
function isCode({ data }: Alternative): boolean {
  return data.kind === "function" || data.kind === "class";
}

export function exportModule(evaluation: Evaluation, file: string, record: ModuleRecord): ModuleFact {
  const variables = new Map<string, Seen>();
  for (const [name, slot] of record.scope.names) {
    // Constants are asked for by name; other imports that nobody needed stay unread.
    if (evaluation.world.isDeferred(slot) && !/^[A-Z][A-Z0-9_]*$/.test(name)) continue;
    const value = evaluation.world.read(slot);
    if (value !== undefined) variables.set(name, exportValue(evaluation, value, value.every(isCode) ? 0 : 2));
  }
  const bound = new Map<string, Place>();
  for (const statement of record.program.body) {
    if (statement.kind === "assign" && statement.target.kind === "name")
      bound.set(statement.target.name, { file, span: statement.span });
  }
  return {
    file,
    language: record.program.language,
    imports: record.imports,
    variables,
    bound,
    end: endOf(record.program.body),
  };
}

function endOf(body: readonly { readonly span: Span }[]): number {
  return body.at(-1)?.span.end ?? 0;
}

export function exportClass(evaluation: Evaluation, data: ClassData, file: string): ClassFact {
  const order = resolutionOrder(data);
  const members = new Map<string, Seen>();
  for (const each of order.toReversed()) {
    for (const [name, value] of evaluation.heapObject(each.statics)?.properties ?? []) {
      members.set(name, exportValue(evaluation, value, 2));
    }
  }
  const getters = new Map<string, Seen>();
  for (const [name, value] of evaluation.askedGetters(data)) getters.set(name, exportValue(evaluation, value, 2));
  return {
    getters,
    name: data.class.name,
    file,
    place: { file, span: data.class.span },
    language: languageOfFile(evaluation, file),
    bases: [...order.slice(1).flatMap((each) => each.class.name ?? []), ...externalBases(evaluation, data)],
    members,
    methods: order.flatMap((each) =>
      each.class.members.flatMap((member) => (member.kind === "method" ? [member.name] : [])),
    ),
    annotations: data.class.annotations.flatMap((annotation) =>
      annotation.kind === "name"
        ? [annotation.name]
        : annotation.kind === "call" && annotation.callee.kind === "name"
          ? [annotation.callee.name]
          : [],
    ),
  };
}
