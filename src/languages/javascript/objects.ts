import type { Argument, Entry, Expression } from "../../program.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { argument } from "./chains.ts";
import { type Context, mayAct, nameAt, textOf, undefinedAt } from "./context.ts";
import { functionExpression } from "./functions.ts";
import { key } from "./literals.ts";
import { hasToken, type Syntax } from "./syntax.ts";

export function entry(c: Context, node: Syntax): Entry[] {
  const at = spanOf(node);
  switch (node.type) {
    case "pair": {
      const name = fieldOf(node, "key");
      const value = fieldOf(node, "value");
      if (name === undefined || value === undefined) break;
      return [{ kind: "entry", ...key(c, name), value: c.expression(value), span: at }];
    }
    case "shorthand_property_identifier":
      return [{ kind: "entry", key: textOf(c, node), value: nameAt(c, node), span: at, keySpan: at }];
    case "spread_element": {
      const value = node.children[0];
      return value === undefined ? [] : [{ kind: "spread", value: c.expression(value), span: at }];
    }
    case "method_definition": {
      const name = fieldOf(node, "name");
      if (name === undefined) break;
      const named = key(c, name);
      // A setter is no value: its key is one that no read meets.
      const isSetter = hasToken(node, "set") && typeof named.key === "string";
      const value = functionExpression(c, node);
      return [{ kind: "entry", ...named, ...(isSetter && { key: `set ${named.key}` }), value, span: at }];
    }
  }
  const children = c.isExpression(node) ? [c.expression(node)].filter(mayAct) : c.effects(node);
  return children.length === 0
    ? []
    : [{ kind: "spread", value: opaque(node, "an entry that could not be read", children), span: at }];
}

export function list(c: Context, node: Syntax): Expression {
  const items: Argument[] = [];
  let filled = false;
  for (const part of node.parts) {
    if (part.type === ",") {
      if (!filled) items.push({ value: undefinedAt({ start: part.start, end: part.start }), span: spanOf(part) });
      filled = false;
    } else if (part.named) {
      filled = true;
      items.push(argument(c, part));
    }
  }
  return { kind: "list", items, span: spanOf(node) };
}
