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
import type { Evaluator, ModuleRecord } from "./evaluator.ts";
import type { HeapObject, RecordedArgument, RecordedCall } from "./heap.ts";

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

export function exportValue(evaluator: Evaluator, value: Value, depth = DEPTH, holding: readonly number[] = []): Seen {
  const path = evaluator.state.path();
  const possible = value.filter((each) =>
    each.when.every((condition) => !path.some((other) => other.key === condition.key && other.arm !== condition.arm)),
  );
  return (possible.length === 0 ? value : possible).map((each) => exportAlternative(evaluator, each, depth, holding));
}

function exportAlternative(
  evaluator: Evaluator,
  each: Alternative,
  depth: number,
  holding: readonly number[],
): SeenAlternative {
  return { data: exportData(evaluator, each.data, depth, holding), when: each.when, because: evidenceOf(each.trace) };
}

function exportData(evaluator: Evaluator, data: Data, depth: number, holding: readonly number[]): SeenData {
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
        returns: depth <= 0 ? undefined : evaluator.resultOf(data, depth, holding),
      };
    case "class":
      return { kind: "class", name: data.class.name, place: { file: data.file, span: data.class.span } };
    case "object":
      return exportObject(evaluator, data.id, depth, holding);
  }
}

/** Of an object with very many members, those that were set last. */
function latest(properties: HeapObject["properties"]): Iterable<[string, Value]> {
  return properties.size <= MAXIMUM_PROPERTIES ? properties : [...properties].slice(-MAXIMUM_PROPERTIES);
}

function tooMany(object: HeapObject): string | undefined {
  return object.properties.size > MAXIMUM_PROPERTIES ? `it has more than ${MAXIMUM_PROPERTIES} members` : undefined;
}

function exportObject(evaluator: Evaluator, id: number, depth: number, holding: readonly number[]): SeenData {
  const object = evaluator.heapObject(id);
  if (object === undefined) return { kind: "unknown", because: "the object is not known", parameter: undefined };
  const inside = depth > 0 && !holding.includes(id);
  const next = [...holding, id];
  const properties = new Map<string, Seen>();
  if (inside)
    for (const [name, value] of latest(object.properties)) {
      properties.set(name, exportValue(evaluator, value, depth - 1, next));
    }
  const { origin } = object;
  if (inside && origin.kind === "instance")
    for (const [name, value] of evaluator.askedGetters(origin.class, evaluator.objectValue(id)))
      properties.set(name, exportValue(evaluator, value, depth - 1, next));
  const result: SeenObject = {
    kind: "object",
    id,
    paths: object.paths,
    properties,
    items: inside
      ? object.items?.slice(0, MAXIMUM_ITEMS).map((item) => exportValue(evaluator, item, depth - 1, next))
      : undefined,
    open: object.open ?? tooMany(object) ?? (inside ? undefined : "it was not looked into deeper"),
    literal: origin.kind === "literal" ? { place: origin.place, bare: origin.bare, last: origin.last } : undefined,
    instanceOf:
      origin.kind === "instance"
        ? evaluator.resolutionOrder(origin.class).flatMap((each) => each.class.name ?? [])
        : [],
    from: origin.kind === "call" && inside ? exportMaker(evaluator, origin.call, depth - 1, next) : undefined,
    calls:
      depth >= DEPTH - 1
        ? object.calls.slice(-MAXIMUM_CALLS).map((call) => exportRecorded(evaluator, call, depth - 2, next))
        : [],
    parameter: origin.kind === "parameter" ? origin.name : undefined,
    passedTo: origin.kind === "parameter" ? origin.passedTo : rootPassedTo(evaluator, object),
    memberOf: origin.kind === "member" ? origin.of : undefined,
  };
  return result;
}

/** A member of a parameter belongs to what the parameter's function was handed to. */
function rootPassedTo(evaluator: Evaluator, object: HeapObject): readonly string[] {
  let each: HeapObject | undefined = object;
  for (let hops = 0; hops < 10 && each !== undefined; hops += 1) {
    if (each.origin.kind === "parameter") return each.origin.passedTo;
    if (each.origin.kind !== "member" || each.origin.of === undefined) return [];
    each = evaluator.heapObject(each.origin.of);
  }
  return [];
}

/** The call that made an object; where the depth ends, a fluent chain is still told to its beginning. */
function exportMaker(evaluator: Evaluator, call: RecordedCall, depth: number, holding: readonly number[]): SeenCall {
  return depth > 0 ? exportRecorded(evaluator, call, depth, holding) : exportLink(evaluator, call, MAXIMUM_LINKS);
}

/** One link of a fluent chain: what it was given, what was set on its receiver, and nothing deeper. */
function exportLink(evaluator: Evaluator, call: RecordedCall, links: number): SeenCall {
  const [only, ...others] = call.receiver ?? [];
  const receiver =
    only !== undefined && others.length === 0 && links > 0 ? exportLinked(evaluator, only, links) : undefined;
  return {
    ...exportRecorded(evaluator, call, 0, []),
    arguments: call.arguments.map((argument) => exportArgument(evaluator, argument, 0, [])),
    receiver: receiver === undefined ? undefined : [receiver],
  };
}

function exportLinked(evaluator: Evaluator, each: Alternative, links: number): SeenAlternative {
  const seen = exportAlternative(evaluator, each, 0, []);
  const object = each.data.kind === "object" ? evaluator.heapObject(each.data.id) : undefined;
  if (object === undefined || seen.data.kind !== "object") return seen;
  const properties = new Map<string, Seen>();
  for (const [name, value] of latest(object.properties)) properties.set(name, exportValue(evaluator, value, 0));
  const from = object.origin.kind === "call" ? exportLink(evaluator, object.origin.call, links - 1) : undefined;
  return { ...seen, data: { ...seen.data, properties, from, open: object.open } };
}

function exportRecorded(evaluator: Evaluator, call: RecordedCall, depth: number, holding: readonly number[]): SeenCall {
  return {
    method: call.method,
    callee: call.callee,
    receiver:
      call.receiver === undefined || depth <= 0 ? undefined : exportValue(evaluator, call.receiver, depth, holding),
    arguments: depth <= 0 ? [] : call.arguments.map((argument) => exportArgument(evaluator, argument, depth, holding)),
    new: call.new,
    place: call.place,
    argumentsSpan: call.argumentsSpan,
    bare: call.bare,
  };
}

function exportArgument(
  evaluator: Evaluator,
  argument: RecordedArgument,
  depth: number,
  holding: readonly number[],
): SeenArgument {
  return { ...argument, value: exportValue(evaluator, argument.value, depth, holding) };
}

export function exportCall(evaluator: Evaluator, call: RecordedCall, result: Value, late = false): CallFact {
  const [only] = result;
  const args = call.arguments.map((argument) => exportArgument(evaluator, argument, DEPTH, []));
  return {
    kind: "call",
    ...evaluator.reached(evaluator.isUnderError(call.place.span)),
    ...exportRecorded(evaluator, { ...call, arguments: [] }, DEPTH, []),
    arguments: args,
    result: only?.data.kind === "object" ? only.data.id : undefined,
    late: late ? { arguments: args, result: exportValue(evaluator, result) } : undefined,
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

export function exportWrite(evaluator: Evaluator, write: WriteToExport): WriteFact {
  return {
    kind: "write",
    ...evaluator.reached(evaluator.isUnderError(write.place.span)),
    target: exportValue(evaluator, write.target, DEPTH - 1),
    paths: write.paths,
    key: write.key,
    keySeen: write.keyValue === undefined ? undefined : exportValue(evaluator, write.keyValue, 1),
    value: exportValue(evaluator, write.value),
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

export function exportModule(evaluator: Evaluator, file: string, record: ModuleRecord): ModuleFact {
  const variables = new Map<string, Seen>();
  for (const [name, slot] of record.scope.names) {
    // Constants are asked for by name; other imports that nobody needed stay unread.
    if (evaluator.world.isDeferred(slot) && !/^[A-Z][A-Z0-9_]*$/.test(name)) continue;
    const value = evaluator.world.read(slot);
    if (value !== undefined) variables.set(name, exportValue(evaluator, value, value.every(isCode) ? 0 : 2));
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

export function exportClass(evaluator: Evaluator, data: ClassData, file: string): ClassFact {
  const order = evaluator.resolutionOrder(data);
  const members = new Map<string, Seen>();
  for (const each of order.toReversed()) {
    for (const [name, value] of evaluator.heapObject(each.statics)?.properties ?? []) {
      members.set(name, exportValue(evaluator, value, 2));
    }
  }
  const getters = new Map<string, Seen>();
  for (const [name, value] of evaluator.askedGetters(data)) getters.set(name, exportValue(evaluator, value, 2));
  return {
    getters,
    name: data.class.name,
    file,
    place: { file, span: data.class.span },
    language: evaluator.languageOfFile(file),
    bases: [...order.slice(1).flatMap((each) => each.class.name ?? []), ...evaluator.externalBases(data)],
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
