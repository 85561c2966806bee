import type { Expression, Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf } from "../lowering.ts";
import { type Context, name } from "./context.ts";
import { declaredType } from "./types.ts";

interface Declarator {
  readonly to: Expression & { kind: "name" };
  readonly value: Expression | undefined;
  readonly type: { type?: string };
  readonly at: Span;
}

/** The variables of one declaration. The first one's span starts with the type, the last one's ends with the `;`. */
export function declarators(context: Context, node: Node): Declarator[] {
  const type = fieldOf(node, "type");
  const written = node.children.filter((part) => part.type === "variable_declarator");
  return written.flatMap((part, index) => {
    const named = fieldOf(part, "name");
    if (named === undefined) return [];
    const value = fieldOf(part, "value");
    return [
      {
        to: name(context, named),
        value: value === undefined ? undefined : context.expression(value),
        type: declaredType(context, type, fieldOf(part, "dimensions")),
        at: {
          start: index === 0 ? node.start : part.start,
          end: index === written.length - 1 ? node.end : part.end,
        },
      },
    ];
  });
}

/** Java lets nobody read a local before it is assigned, so this value is never seen. */
export function unassigned(to: Expression): Expression {
  return { kind: "literal", value: undefined, span: to.span };
}
