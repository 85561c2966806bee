import {
  type CallFact,
  type Context,
  custom,
  type Edit,
  type Fix,
  type Given,
  type Seen,
  type SeenAlternative,
  type SeenArgument,
  type SeenCall,
  type SeenObject,
  type Source,
  type WriteFact,
} from "../framework.ts";
import { insert } from "../write.ts";

/** How many calls a chain may have. */
const MAXIMUM_CHAIN = 40;

/** The calls that a builder was made by, from the last back to the one that began the chain. */
export function chainOf(call: SeenCall): readonly SeenCall[] {
  const result: SeenCall[] = [];
  let each: SeenCall | undefined = call;
  while (each !== undefined && result.length < MAXIMUM_CHAIN) {
    result.push(each);
    each = firstObject(each.receiver)?.from;
  }
  return result;
}

function firstObject(seen: Seen | undefined): SeenObject | undefined {
  const held = seen?.find(({ data }) => data.kind === "object")?.data;
  return held?.kind === "object" ? held : undefined;
}

/** The argument of the call that began the chain, such as the name in `from(name, value)`. */
export function started(position: number): Source {
  return custom((fact: CallFact | WriteFact): Given | undefined => {
    if (fact.kind !== "call") return undefined;
    const value = chainOf(fact).at(-1)?.arguments[position]?.value;
    return value === undefined ? undefined : { seen: value, attribute: "name" };
  });
}

/** `.secure(true)` in front of the `.build()` that ends a chain, on a line of its own where that has one. */
export function setBeforeEnd(call: CallFact, context: Context, setter: string): readonly Fix[] {
  const { file, span } = call.place;
  const text = context.text(file).slice(span.start, span.end);
  const end = new RegExp(`(\\s*)\\.\\s*${call.method}\\s*\\(\\s*\\)$`).exec(text);
  if (end === null) return [];
  const edit: Edit = insert(file, span.start + end.index, `${end[1] ?? ""}.${setter}`);
  return [{ title: "Set Secure", safety: "safe", edits: [edit] }];
}

/** A chain with `maxAge(0)` or `maxAge(Duration.ZERO)`. */
export function expiresAtOnce(fact: CallFact | WriteFact): boolean {
  return (
    fact.kind === "call" && chainOf(fact).some(({ method, arguments: [age] }) => method === "maxAge" && isZero(age))
  );
}

function isZero(age: SeenArgument | undefined): boolean {
  return age?.value.every(({ data }) => isNothing(data)) === true;
}

function isNothing(data: SeenAlternative["data"]): boolean {
  if (data.kind === "literal") return data.value === 0;
  return data.kind === "external" && data.paths.some((path) => path.endsWith("Duration.ZERO"));
}
