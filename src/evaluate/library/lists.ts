import { alternative, known, mapValue, notLiteral, onlyLiteral, unknown } from "../../value.ts";
import { environmentSwitch } from "./booleans.ts";
import { asArgument, type LibraryFunction } from "./function.ts";
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
  return context.language === "ruby" ? receiver : known(undefined);
};

const joined: LibraryFunction = (args, context, receiver) => {
  const separator = onlyLiteral(args[0]?.value);
  const items = receiver === undefined ? undefined : context.items(receiver);
  if (items === undefined) return undefined;
  const parts: (string | undefined)[] = [];
  items.forEach((item, index) => {
    const literal = onlyLiteral(item);
    if (index > 0) parts.push(typeof separator === "string" ? separator : ",");
    parts.push(literal === notLiteral ? undefined : String(literal ?? ""));
  });
  if (!parts.includes(undefined)) return known(parts.join(""), receiver?.[0]?.trace);
  return [alternative({ kind: "text", parts }, receiver?.[0]?.trace)];
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
  push: append,
  "<<": append,
  join: joined,
};
