import { known, notLiteral, onlyLiteral, unknown, type Value } from "../../value.ts";
import { joinedText } from "../texts.ts";
import { type Arguments, asArgument, type LibraryContext, type LibraryFunction } from "./function.ts";

/** `%s`, `%1$s`, `%-5.2f`, `%(name)s`, `%{name}` and `%<name>s`; `%%` and Java's `%n` stand for a text. */
const PERCENT =
  /%(?:(?<index>\d{1,3})\$|\(\w*\)|<\w*>)?(?:(?<plain>[%n])|\{\w*\}|[-#+ 0,(]*\d{0,9}(?:\.\d{1,9})?[a-zA-Z])/g;
/** `{}`, `{0}`, `{name}`, `{0:>5}`; doubled braces stand for one. */
const BRACES = /\{\{|\}\}|\{(?<index>\d{0,3})[^{}]*\}/g;

/** A format with its holes filled; what is given by name is not known. */
function filled(format: string, holes: RegExp, values: readonly Value[], at: LibraryContext): Value {
  const parts: Value[] = [];
  let end = 0;
  let next = 0;
  for (const match of format.matchAll(holes)) {
    parts.push(known(format.slice(end, match.index)));
    end = match.index + match[0].length;
    const { index, plain } = match.groups ?? {};
    const isDoubled = match[0] === "{{" || match[0] === "}}";
    if (plain !== undefined || isDoubled) parts.push(known(plain === "n" ? "\n" : (plain ?? match[0].slice(1))));
    else if (/[A-Za-z_]\w*[)}>]|^\{[A-Za-z_]/.test(match[0])) parts.push(unknown("it is given by name"));
    else {
      const position = index ? Number(index) - (holes === PERCENT ? 1 : 0) : next++;
      parts.push(values[position] ?? unknown("it is not given"));
    }
  }
  return joinedText([...parts, known(format.slice(end))], at.at, at.says);
}

function formatted(format: Value | undefined, holes: RegExp, args: Arguments, context: LibraryContext) {
  const text = onlyLiteral(format);
  if (typeof text !== "string") return undefined;
  const given = args.filter(({ name }) => name === undefined);
  return filled(
    text,
    holes,
    given.some(({ spread }) => spread !== undefined) ? [] : given.map(({ value }) => value),
    context,
  );
}

/** `"%s=%s" % (a, b)`. */
export function percent(left: Value, right: Value, context: LibraryContext): Value | undefined {
  const given = context.items(right)?.map(asArgument) ?? [asArgument(right)];
  return formatted(left, PERCENT, given, context);
}

const percentOfFirst: LibraryFunction = ([format, ...args], context) =>
  formatted(format?.value, PERCENT, args, context);

const joinedArguments: LibraryFunction = ([separator, ...args], context) => {
  const text = onlyLiteral(separator?.value);
  const [only] = args;
  const items = args.length === 1 && only !== undefined ? context.items(only.value) : undefined;
  const values = items ?? args.map(({ value }) => value);
  if (typeof text !== "string" || (items === undefined && args.length < 2)) return undefined;
  return joinedText(
    values.flatMap((value, index) => (index === 0 ? [value] : [known(text), value])),
    context.at,
    context.says,
  );
};

/** What makes a text of a format, or of several. */
export const formatFunctions: Readonly<Record<string, LibraryFunction>> = {
  "java:String.format": percentOfFirst,
  "java:java.lang.String.format": percentOfFirst,
  "java:String.join": joinedArguments,
  "java:MessageFormat.format": ([format, ...args], context) => formatted(format?.value, BRACES, args, context),
  "java:java.text.MessageFormat.format": ([format, ...args], context) =>
    formatted(format?.value, BRACES, args, context),
  "csharp:string.Format": ([format, ...args], context) => formatted(format?.value, BRACES, args, context),
  "csharp:String.Format": ([format, ...args], context) => formatted(format?.value, BRACES, args, context),
  "ruby:format": percentOfFirst,
  "ruby:sprintf": percentOfFirst,
  "util.format": percentOfFirst,
};

export const formatMethods: Readonly<Record<string, LibraryFunction>> = {
  formatted: (args, context, receiver) => formatted(receiver, PERCENT, args, context),
  format: (args, context, receiver) =>
    context.language === "python" ? formatted(receiver, BRACES, args, context) : undefined,
  concat: (args, context, receiver) =>
    receiver === undefined || context.items(receiver) !== undefined || onlyLiteral(receiver) === null
      ? undefined
      : joinedText([receiver, ...args.map(({ value }) => value)], context.at, context.says),
};

/** Is it a text that a format can be made of? */
export function isFormat(value: Value): boolean {
  const text = onlyLiteral(value);
  return text !== notLiteral && typeof text === "string" && text.includes("%");
}
