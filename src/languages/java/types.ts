import type { Expression } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { opaque } from "../lowering.ts";
import { type Context, member, name, textOf } from "./context.ts";
import { ANNOTATIONS } from "./syntax.ts";

/** A type as written, without type arguments, annotations and white space. */
export function typeText(context: Context, node: Node): string {
  const text = textOf(context, node);
  if (node.type === "type_identifier") return text;
  let depth = 0;
  let plain = "";
  for (const piece of text.split(/([<>])/)) {
    if (piece === "<") depth++;
    else if (piece === ">") depth--;
    else if (depth === 0) plain += piece;
  }
  return plain.replace(/@[\w$.]+(?:\([^()]*\))?/g, "").replace(/\s+/g, "");
}

/** The type of a declaration; `var` says none. */
export function declaredType(context: Context, type: Node | undefined, dimensions?: Node): { type?: string } {
  if (type === undefined) return {};
  const text = typeText(context, type);
  if (text === "var") return {};
  return { type: dimensions === undefined ? text : text + typeText(context, dimensions) };
}

/** A class named by a type: a name or a member chain, without type arguments. */
export function typeExpression(context: Context, node: Node): Expression {
  const outer: Node[] = [];
  let at = node;
  for (;;) {
    const parts = at.children.filter((part) => part.type !== "type_arguments" && !ANNOTATIONS.has(part.type));
    const scoped = at.type === "scoped_type_identifier" || at.type === "scoped_identifier";
    const first = parts[0];
    if (first === undefined || !(scoped || at.type === "generic_type" || at.type === "annotated_type")) break;
    const property = parts.at(-1);
    if (scoped && property !== undefined && property !== first) outer.push(property);
    at = first;
  }
  const named = !/[[\]]/.test(at.type) && at.type !== "array_type";
  let result: Expression = named ? name(context, at) : opaque(at, "an array type");
  for (let index = outer.length - 1; index >= 0; index--) {
    const property = outer[index];
    if (property) result = member(context, result, property);
  }
  return result;
}
