import { known, mapValue, notLiteral, onlyLiteral, unknown } from "../../value.ts";
import { joinedText } from "../texts.ts";
import { environmentSwitch } from "./booleans.ts";
import { asArgument, type LibraryFunction } from "./function.ts";
import { orElse } from "./makers.ts";
import { holds } from "./texts.ts";

/** `list.includes(x)`, `text.includes(x)`. */
const includes: LibraryFunction = (args, context, receiver) => {
  const items = receiver === undefined ? undefined : context.items(receiver);
  const value = args[0]?.value;
  if (items !== undefined && value !== undefined) {
    const literals = items.map((item) => onlyLiteral(item));
    if (literals.includes(notLiteral)) return undefined;
    return mapValue(value, (data, each) => {
      if (data.kind === "literal") return known(literals.includes(data.value), each.trace);
      if (data.kind === "environment") return environmentSwitch(data.name, each.trace);
      return unknown("it is not known whether the list holds it", each.trace);
    });
  }
  return holds(args, context, receiver);
};

const append: LibraryFunction = (args, context, receiver) => {
  const [only] = receiver ?? [];
  if (receiver?.length !== 1 || only?.data.kind !== "object") return undefined;
  const object = context.own(only.data.id);
  if (object?.items === undefined) return undefined;
  object.items = [...object.items, ...args.map(({ value }) => value)].slice(0, 2_000);
  return ["ruby", "java", "csharp"].includes(context.language) ? receiver : known(undefined);
};

const joined: LibraryFunction = (args, context, receiver) => {
  // Python's `", ".join(items)` has it the other way round.
  const [list, text] = context.language === "python" ? [args[0]?.value, receiver] : [receiver, args[0]?.value];
  const separator = onlyLiteral(text);
  const items = list === undefined ? undefined : context.items(list);
  if (items === undefined) return undefined;
  const between = known(typeof separator === "string" ? separator : ",");
  return joinedText(
    items.flatMap((item, index) => (index === 0 ? [item] : [between, item])),
    context.at,
    context.says,
  );
};

/** Methods of lists; what asks whether a list holds something asks texts, too. */
export const listMethods: Readonly<Record<string, LibraryFunction>> = {
  includes,
  "include?": includes,
  "exclude?": (args, context, receiver) => {
    const included = includes(args, context, receiver);
    return included === undefined
      ? undefined
      : mapValue(included, (data, each) =>
          data.kind === "literal" ? known(data.value !== true, each.trace) : [{ ...each, when: [] }],
        );
  },
  "in?": (args, context, receiver) => includes([asArgument(receiver)], context, args[0]?.value),
  contains: includes,
  Contains: includes,
  append,
  Append: append,
  add: append,
  push: append,
  "<<": append,
  join: joined,
  orElse,
  orElseThrow: orElse,
};
