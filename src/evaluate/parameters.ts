import type { Place } from "../evidence.ts";
import type { Parameter } from "../program.ts";
import type { Scope } from "../scope.ts";
import { alternative, type FunctionData, known, nextIdentity, step, unknown, type Value } from "../value.ts";
import { orDefault, writeTarget } from "./assignments.ts";
import type { Evaluation } from "./evaluation.ts";
import { type RecordedArgument, setProperty, spreadUnknown } from "./heap.ts";
import { injected } from "./lookups.ts";
import { newObject, objectValue } from "./objects.ts";
import { instanceOfType, isScalarType, typePaths } from "./types.ts";

export function bindParameters(
  evaluation: Evaluation,
  data: FunctionData,
  given: readonly RecordedArgument[],
  scope: Scope,
  at: Place,
): void {
  const { function: fn, bound } = data;
  const args = [...given];
  const self = data.self ?? undefined;
  const positional: (RecordedArgument | undefined)[] = [];
  if (fn.explicitSelf === true) {
    const first = self ?? args.find((argument) => argument.name === undefined)?.value;
    positional.push(
      first === undefined ? undefined : { value: first, name: undefined, spread: undefined, place: at, valuePlace: at },
    );
    if (self === undefined)
      args.splice(
        args.findIndex((argument) => argument.name === undefined),
        args.length === 0 ? 0 : 1,
      );
  }
  for (const value of bound?.arguments ?? [])
    positional.push({ value, name: undefined, spread: undefined, place: at, valuePlace: at });
  const keywords = new Map<string, RecordedArgument>();
  for (const [name, value] of bound?.keywords ?? [])
    keywords.set(name, { value, name, spread: undefined, place: at, valuePlace: at });
  let open: string | undefined;
  for (const argument of args) {
    if (argument.spread !== undefined)
      open = `the arguments come from \`${evaluation.host.text(argument.place.file, argument.place.span)}\``;
    else if (argument.name !== undefined) keywords.set(argument.name, argument);
    else positional.push(argument);
  }
  let index = 0;
  for (const parameter of fn.parameters) {
    const taken = keywords.get(parameter.name);
    let value: Value;
    if (parameter.rest === "list") {
      const id = newObject(evaluation, {
        kind: "literal",
        place: { file: data.file, span: parameter.span },
        bare: false,
      });
      evaluation.state.own(id)!.items = positional.slice(index).map((argument) => argument?.value ?? known(undefined));
      index = positional.length;
      value = objectValue(id);
    } else if (parameter.rest === "map") {
      const id = newObject(evaluation, {
        kind: "literal",
        place: { file: data.file, span: parameter.span },
        bare: true,
      });
      const object = evaluation.state.own(id)!;
      for (const [name, argument] of keywords) setProperty(object, name, argument.value);
      if (open !== undefined) spreadUnknown(object, open);
      keywords.clear();
      value = objectValue(id);
    } else if (taken !== undefined) {
      keywords.delete(parameter.name);
      value = passed(taken, parameter);
    } else if (parameter.keyword !== true && index < positional.length) {
      const argument = positional[index];
      index += 1;
      value = argument === undefined ? parameterValue(evaluation, parameter, data, []) : passed(argument, parameter);
    } else if (open !== undefined) value = unknown(open);
    else if (parameter.default !== undefined) value = evaluation.expression(parameter.default, scope);
    else if (evaluation.language === "ruby" && keywords.size > 0 && parameter.keyword !== true) {
      value = keywordHash(evaluation, keywords, at);
    } else
      value = known(
        undefined,
        step({ file: data.file, span: parameter.span }, `\`${parameter.name}\` is not given`, undefined),
      );
    if (
      parameter.default !== undefined &&
      value.some((each) => each.data.kind === "literal" && each.data.value === undefined)
    ) {
      value = orDefault(evaluation, value, parameter.default, scope);
    }
    writeTarget(evaluation, parameter.target, value, scope, "block");
  }
}

function keywordHash(evaluation: Evaluation, keywords: Map<string, RecordedArgument>, at: Place): Value {
  const id = newObject(evaluation, { kind: "literal", place: at, bare: true });
  const object = evaluation.state.own(id)!;
  for (const [name, argument] of keywords) setProperty(object, name, argument.value);
  keywords.clear();
  return objectValue(id);
}

function passed(argument: RecordedArgument, parameter: Parameter): Value {
  return argument.value.map((each) => ({
    ...each,
    trace: step(argument.place, `it is passed as \`${parameter.name}\``, each.trace),
  }));
}

export function parameterValue(
  evaluation: Evaluation,
  parameter: Parameter,
  data: FunctionData,
  passedTo: readonly string[],
): Value {
  const place = { file: data.file, span: parameter.span };
  const given = injected(evaluation, parameter.annotations ?? [], parameter.type, data.scope);
  if (given !== undefined) return given;
  if (parameter.rest === "list") return unknown("the arguments are the caller's");
  const typed =
    parameter.type === undefined ? undefined : typePaths(evaluation, parameter.type, data.scope, parameter.span);
  if (typed?.class !== undefined && typed.class.class.members.some((member) => member.kind === "method")) {
    return instanceOfType(evaluation, typed.class);
  }
  if (isScalarType(parameter.type ?? "")) {
    return [
      alternative(
        {
          kind: "unknown",
          because: `\`${parameter.name}\` is the caller's`,
          id: nextIdentity(),
          parameter: parameter.name,
        },
        step(place, `\`${parameter.name}\` is the caller's`, undefined),
      ),
    ];
  }
  const id = newObject(
    evaluation,
    { kind: "parameter", name: parameter.name, type: typed?.paths ?? [], place, passedTo },
    [
      parameter.name,
      ...(typed?.paths ?? []),
      ...(parameter.rest === "map" && data.function.name !== undefined ? [`${data.function.name}(**)`] : []),
    ],
  );
  return objectValue(id, step(place, `\`${parameter.name}\` is the caller's`, undefined));
}
