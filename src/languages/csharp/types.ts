import type { Expression, Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { type Context, textOf } from "./context.ts";

/** A type as written, without type arguments, `?`, `ref` and `global::`. */
export function typeText(type: string): string {
  let text = "";
  let open = 0;
  for (const character of type.replace(/^(?:(?:ref|readonly|scoped|params)\s+)+/, "")) {
    if (character === "<") open++;
    else if (character === ">") open--;
    else if (open === 0 && character !== "?" && !/\s/.test(character)) text += character;
  }
  return text.replace(/^global::/, "").replaceAll("@", "");
}

/** The declared type in full, or undefined for `var`. */
export function fullType(context: Context, node: Node | undefined): string | undefined {
  if (!node || node.type === "implicit_type") return undefined;
  const text = textOf(context, node);
  return text === "" || text === "var" ? undefined : text;
}

export function typed(type: string | undefined): { readonly type?: string } {
  return type === undefined ? {} : { type: typeText(type) };
}

/** The type of one element of a collection type: `List<T>`, `T[]`, the value of `Dictionary<K, T>`. */
export function elementType(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  const plain = type.trim().replace(/\?$/, "");
  if (plain.endsWith("[]")) return plain.slice(0, -2);
  return plain.endsWith(">") ? lastTypeArgument(plain) : undefined;
}

function lastTypeArgument(type: string): string | undefined {
  let start = type.indexOf("<") + 1;
  let open = 0;
  for (let at = start; at < type.length - 1; at++) {
    const character = type[at];
    if (character === "<" || character === "(") open++;
    else if (character === ">" || character === ")") open--;
    else if (character === "," && open === 0) start = at + 1;
  }
  return start === 0 ? undefined : type.slice(start, -1).trim();
}

/** The type that `return` takes: what an async method's task brings. */
export function returnedType(type: string | undefined, async: boolean): string | undefined {
  if (type === undefined || !async) return type;
  return /^(?:[\w.]+\.)?(?:Value)?Task</.test(type) ? lastTypeArgument(type) : undefined;
}

/** The dotted name as it would be written at `span`, where the source leaves it out (`new()`). */
export function impliedType(type: string, span: Span): Expression {
  const [first = "", ...rest] = typeText(type).split(".");
  return rest.reduce<Expression>(
    (object, property) => ({ kind: "member", object, property, span, propertySpan: span }),
    { kind: "name", name: first, span },
  );
}
