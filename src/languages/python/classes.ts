import type { Expression, Member, Span, Statement } from "../../program.ts";
import { expressionStatement, opaque, spanOf } from "../lowering.ts";
import { argumentsOf } from "./chains.ts";
import { bodyOf, type Context, children, given, kidOfType, kidsOf, type Syntax, textOf, within } from "./context.ts";
import { define, functionDefinition, lastName } from "./functions.ts";

export function decoratedDefinition(context: Context, node: Syntax): readonly Statement[] {
  const annotations = kidsOf(context, node)
    .filter((kid) => kid.type === "decorator")
    .flatMap((kid) => children(context, kid));
  const definition = kidOfType(context, node, "function_definition", "class_definition");
  if (definition === undefined) return annotations.map((value) => expressionStatement(value));
  const define = definition.type === "class_definition" ? classDefinition : functionDefinition;
  return define(context, definition, node, annotations);
}

export function classDefinition(
  context: Context,
  node: Syntax,
  whole: Span,
  annotations: readonly Expression[],
): readonly Statement[] {
  const name = kidOfType(context, node, "identifier");
  const list = kidOfType(context, node, "argument_list");
  const bases = list === undefined ? [] : argumentsOf(context, list).filter((base) => base.name === undefined);
  const members = within(context, "class", () => bodyOf(context, node).flatMap(memberOf));
  const value: Expression = {
    kind: "class",
    ...given({ name: name && textOf(context, name) }),
    bases: bases.map((base) =>
      base.spread === undefined ? base.value : opaque(base.span, "unpacked bases", [base.value]),
    ),
    members,
    annotations,
    span: spanOf(node),
  };
  return [define(context, name, value, whole)];
}

/** A class body's statement: a function or a plain assignment is a member, all else stays a statement. */
function memberOf(statement: Statement): Member {
  const isPlain = statement.kind === "assign" && statement.operator === undefined && statement.declare === "function";
  if (!isPlain || statement.target.kind !== "name") return { kind: "statement", statement };
  const { value, target, type, span } = statement;
  if (value.kind !== "function" || value.name === undefined) {
    return { kind: "field", name: target.name, value, static: true, ...given({ type }), annotations: [], span };
  }
  const roles = value.annotations.map((annotation) => roleOf(annotation, target.name));
  if (roles.includes("deleter")) return { kind: "statement", statement: expressionStatement(value) };
  const role = target.name === "__init__" ? "constructor" : (roles.find((role) => role !== undefined) ?? "method");
  return {
    kind: "method",
    name: target.name,
    role: role as "constructor" | "method" | "getter" | "setter",
    static: onClass.has(target.name) || value.annotations.some((annotation) => onClass.has(lastName(annotation) ?? "")),
    function: value,
  };
}

/** Decorators of functions that belong to the class, and the methods that Python treats so unasked. */
const onClass = new Set([
  "staticmethod",
  "classmethod",
  "abstractstaticmethod",
  "abstractclassmethod",
  "__new__",
  "__init_subclass__",
  "__class_getitem__",
]);

const getters = new Set(["property", "cached_property", "abstractproperty"]);

/** What a decorator makes of the function `name`: `@property`, `@name.setter`, `@name.deleter`. */
function roleOf(annotation: Expression, name: string): "getter" | "setter" | "deleter" | undefined {
  const last = lastName(annotation) ?? "";
  if (getters.has(last)) return "getter";
  if (annotation.kind !== "member" || lastName(annotation.object) !== name) return undefined;
  if (last === "getter" || last === "setter" || last === "deleter") return last;
  return undefined;
}
