import type { Assignment, Expression, Span, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, field, missing, name, textOf } from "./context.ts";
import { descendants } from "./syntax.ts";
import { declaredType, typeExpression } from "./types.ts";

export function instanceOf(context: Context, node: Node): Expression {
  const left = field(context, node, "left");
  const pattern = fieldOf(node, "pattern");
  if (pattern !== undefined) return patternTest(context, left, pattern, spanOf(node));
  const type = fieldOf(node, "right");
  if (type === undefined) return missing(node);
  return typeTest(context, left, type, fieldOf(node, "name"), spanOf(node));
}

/** `x instanceof T name`: the name is bound first, then asked for its type, so that `x` is evaluated once. */
function typeTest(context: Context, subject: Expression, type: Node, bind: Node | undefined, at: Span): Expression {
  const right = typeExpression(context, type);
  if (bind === undefined || textOf(context, bind) === "_") {
    return { kind: "binary", operator: "instanceof", left: subject, right, span: at };
  }
  const bound = name(context, bind);
  const declared = { start: type.start, end: bind.end };
  return {
    kind: "sequence",
    items: [
      binding(bound, subject, declared, declaredType(context, type)),
      { kind: "binary", operator: "instanceof", left: bound, right, span: at },
    ],
    span: at,
  };
}

function binding(to: Target, value: Expression, at: Span, type: { type?: string }): Expression {
  const assigned: Assignment = { kind: "assign", target: to, value, declare: "block", ...type, span: at };
  return { kind: "assignment", assignment: assigned, span: at };
}

export function patternTest(context: Context, subject: Expression, node: Node, at: Span): Expression {
  const pattern = node.type === "pattern" ? (node.children[0] ?? node) : node;
  const parts = pattern.children.filter((part) => part.type !== "modifiers");
  const type = parts[0];
  if (type === undefined) return opaque(at, "incomplete code", [subject]);
  if (pattern.type === "type_pattern") return typeTest(context, subject, type, parts[1], at);
  const test = typeTest(context, subject, type, undefined, at);
  const components = descendants(pattern, "record_pattern_component").flatMap((component) => {
    const [of, bind] = component.children.slice(-2);
    if (of === undefined || bind?.type !== "identifier" || textOf(context, bind) === "_") return [];
    const value = opaque(bind, "a component of a record pattern");
    return [binding(name(context, bind), value, spanOf(component), declaredType(context, of))];
  });
  return components.length === 0 ? test : { kind: "sequence", items: [...components, test], span: at };
}
