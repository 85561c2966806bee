import type { Expression, Target } from "../../program.ts";
import { DEEPEST, fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, nameTarget, textOf } from "./context.ts";
import { key } from "./literals.ts";
import { bare, type Syntax } from "./syntax.ts";

/** What can be assigned to; undefined when nothing can. */
export function targetOf(c: Context, node: Syntax): Target | undefined {
  if (c.depth >= DEEPEST) return undefined;
  const depth = c.depth;
  c.depth += 1;
  const lowered = target(c, bare(node));
  c.depth = depth;
  return lowered;
}

export function target(c: Context, node: Syntax): Target | undefined {
  switch (node.type) {
    case "identifier":
    case "undefined":
    case "type_identifier":
    case "shorthand_property_identifier":
    case "shorthand_property_identifier_pattern":
      return nameTarget(c, node);
    case "member_expression":
    case "subscript_expression": {
      const value = c.expression(node);
      return value.kind === "member" || value.kind === "index" ? value : undefined;
    }
    case "array_pattern":
    case "array":
      return listTarget(c, node);
    case "object_pattern":
    case "object":
      return objectTarget(c, node);
    case "assignment_pattern":
    case "assignment_expression":
    case "object_assignment_pattern": {
      const { target, value } = withDefault(c, node);
      return target && value ? { kind: "default", target, value, span: spanOf(node) } : target;
    }
    default:
      return undefined;
  }
}

/** A pattern and the default it has. */
function withDefault(c: Context, node: Syntax): { target: Target | undefined; value: Expression | undefined } {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  if (left === undefined || right === undefined) return { target: targetOf(c, node), value: undefined };
  return { target: targetOf(c, left), value: c.expression(right) };
}

export function isRest(node: Syntax): boolean {
  return node.type === "rest_pattern" || node.type === "spread_element";
}

function restTarget(c: Context, nodes: readonly Syntax[]): { rest?: Target } {
  const inner = nodes.find(isRest)?.children[0];
  const rest = inner && targetOf(c, inner);
  return rest === undefined ? {} : { rest };
}

function listTarget(c: Context, node: Syntax): Target {
  const items: (Target | undefined)[] = [];
  let filled = false;
  for (const part of node.parts) {
    if (part.type === ",") {
      if (!filled) items.push(undefined);
      filled = false;
    } else if (part.named) {
      filled = true;
      if (!isRest(part)) items.push(targetOf(c, part));
    }
  }
  return { kind: "list", items, ...restTarget(c, node.children), span: spanOf(node) };
}

type ObjectTargetEntry = Extract<Target, { kind: "object" }>["entries"][number];

function objectTarget(c: Context, node: Syntax): Target {
  const entries: ObjectTargetEntry[] = [];
  for (const child of node.children) {
    if (isRest(child)) continue;
    const pair = child.type === "pair_pattern" || child.type === "pair";
    const pattern = pair ? fieldOf(child, "value") : child;
    const name = pair ? fieldOf(child, "key") : (fieldOf(child, "left") ?? child);
    if (pattern === undefined || name === undefined) continue;
    const { target, value } = ["assignment_pattern", "object_assignment_pattern", "assignment_expression"].includes(
      pattern.type,
    )
      ? withDefault(c, pattern)
      : { target: targetOf(c, pattern), value: undefined };
    if (target === undefined) continue;
    entries.push({ target, ...targetKey(c, name, value) });
  }
  return { kind: "object", entries, ...restTarget(c, node.children), span: spanOf(node) };
}

/** A computed key is met by no property, so that its default, which is opaque, is what the target receives. */
function targetKey(c: Context, name: Syntax, value: Expression | undefined): { key: string; default?: Expression } {
  const { key: written } = key(c, name);
  if (typeof written === "string") return { key: written, ...(value !== undefined && { default: value }) };
  const children = value === undefined ? [written] : [written, value];
  return { key: textOf(c, name), default: opaque(name, "a computed key", children) };
}
