import type { Place } from "../evidence.ts";
import type { ClassExpression, Expression, Member, Program } from "../program.ts";
import { alternative, type ClassData, type Data, type FunctionData, step, unknown, type Value } from "../value.ts";
import { classMember, methodOf, resolutionOrder } from "./class-members.ts";
import type { Evaluation } from "./evaluation.ts";
import type { RecordedArgument } from "./heap.ts";
import { projectClass } from "./names.ts";
import { lastSegment } from "./objects.ts";
import { fit, namesOf } from "./overloads.ts";
import { instanceOfType, isScalarType, withType } from "./types.ts";

/** A class at the top of a file that was read, found without running the file. */
interface Declared {
  readonly file: string;
  readonly class: ClassExpression;
}

type Method = Extract<Member, { kind: "method" }>;

interface Declarations {
  /** C#: the classes that hold extension methods, by the names of these. */
  readonly extensions: ReadonlyMap<string, readonly Declared[]>;
  /** The classes that name a class or interface as their base, by its simple name. */
  readonly heirs: ReadonlyMap<string, readonly Declared[]>;
}

const declarations = new WeakMap<Evaluation, Declarations>();

function declarationsOf(evaluation: Evaluation): Declarations {
  const known = declarations.get(evaluation);
  if (known !== undefined) return known;
  const extensions = new Map<string, Declared[]>();
  const heirs = new Map<string, Declared[]>();
  for (const program of evaluation.host.programs()) {
    for (const each of classesOf(program)) {
      for (const name of new Set(each.class.members.filter(isExtension).map(({ name }) => name)))
        add(extensions, name, each);
      for (const base of each.class.bases) add(heirs, simpleName(base), each);
    }
  }
  const made = { extensions, heirs };
  declarations.set(evaluation, made);
  return made;
}

function add(map: Map<string, Declared[]>, name: string | undefined, each: Declared): void {
  if (name === undefined) return;
  const known = map.get(name);
  if (known === undefined) map.set(name, [each]);
  else known.push(each);
}

function classesOf({ file, body }: Program): readonly Declared[] {
  return body.flatMap((statement) =>
    statement.kind === "assign" && statement.value.kind === "class" && statement.value.name !== undefined
      ? [{ file, class: statement.value }]
      : [],
  );
}

function simpleName(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  return expression.kind === "member" ? expression.property : undefined;
}

function isExtension(member: Member): member is Method {
  return member.kind === "method" && member.static && member.function.parameters[0]?.receiver === true;
}

/** The class as its file has it once it has run. */
function classOf(evaluation: Evaluation, { file, class: expression }: Declared): ClassData | undefined {
  const slot = evaluation.runModule(file)?.scope.names.get(expression.name ?? "");
  const [only] = (slot === undefined ? undefined : evaluation.state.read(slot)) ?? [];
  return only?.data.kind === "class" && only.data.class === expression ? only.data : undefined;
}

/** C#: the extension method of the project that a call on a value of another type means. */
export function extensionMethod(
  evaluation: Evaluation,
  receiver: Data,
  name: string,
  args: readonly RecordedArgument[],
): FunctionData | undefined {
  if (evaluation.language !== "csharp") return undefined;
  for (const declared of declarationsOf(evaluation).extensions.get(name) ?? []) {
    const member = declared.class.members.find(
      (each): each is Method => isExtension(each) && each.name === name && extend(evaluation, each, receiver, args),
    );
    const data = member === undefined ? undefined : classOf(evaluation, declared);
    if (member !== undefined && data !== undefined) return methodOf(evaluation, data, member, [alternative(data)]);
  }
  return undefined;
}

/** A name that a framework has too is an extension only on what is seen to be of its type. */
function extend(
  evaluation: Evaluation,
  { name, function: fn }: Method,
  receiver: Data,
  args: readonly RecordedArgument[],
): boolean {
  if (fit(evaluation, fn, args) === undefined) return false;
  const type = lastSegment(fn.parameters[0]?.type ?? "");
  const names = namesOf(evaluation, receiver).map((each) => each.replace(/\W.*$/s, ""));
  if (names.some((each) => each !== "" && (type.endsWith(each) || each.endsWith(type)))) return true;
  return !evaluation.host.methods.has(name) && receiver.kind !== "literal";
}

/** What a method without a body gives: what the only class that fills it in gives, or something of its type. */
export function filledIn(
  evaluation: Evaluation,
  data: FunctionData,
  args: readonly RecordedArgument[],
  at: Place,
): Value {
  const { function: fn, owner } = data;
  const heirs = owner?.class.name === undefined ? undefined : heirsOf(evaluation, owner, owner.class.name);
  const [only] = heirs ?? [];
  if (heirs?.length === 1 && only !== undefined && fn.name !== undefined) {
    const [self] = instanceOfType(evaluation, only);
    const [found] = classMember(evaluation, only, fn.name, self) ?? [];
    if (found?.data.kind === "function" && found.data.function !== fn) {
      // Classes can be declared to be each other's heirs: what is on the stack is not called again.
      evaluation.stack.push(fn);
      const value = evaluation.invoke(found.data, args, at);
      evaluation.stack.pop();
      return value;
    }
  }
  const because = `${fn.name === undefined ? "the method" : `\`${fn.name}\``} has no body`;
  const value = unknown(because, step({ file: data.file, span: fn.span }, because, undefined));
  return fn.returnType === undefined || isScalarType(fn.returnType)
    ? value
    : withType(evaluation, value, fn.returnType, data.scope, fn.span);
}

/** The classes that fill in an interface: those that were read, or one of the usual name. */
function heirsOf(evaluation: Evaluation, owner: ClassData, name: string): readonly ClassData[] {
  const declared = declarationsOf(evaluation).heirs.get(name) ?? [];
  if (declared.length > 0)
    return declared.length > 1 ? [] : declared.flatMap((each) => classOf(evaluation, each) ?? []);
  const plain = name.replace(/^I(?=[A-Z])/, "");
  for (const usual of [plain, `Default${plain}`, `${name}Impl`]) {
    const data = usual === name ? undefined : projectClass(evaluation, usual)?.[0]?.data;
    if (data?.kind === "class" && resolutionOrder(data).some(({ statics }) => statics === owner.statics)) return [data];
  }
  return [];
}
