import type { Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";

export function fieldsOf(node: Node, field: string): Node[] {
  return node.parts.filter((child) => child.field === field);
}

export const NAMESPACES = new Set(["namespace_declaration", "file_scoped_namespace_declaration"]);

/** Nodes that may stand anywhere and mean nothing to the program. */
const EXTRAS = new Set([
  "comment",
  "preproc_region",
  "preproc_endregion",
  "preproc_line",
  "preproc_pragma",
  "preproc_nullable",
  "preproc_error",
  "preproc_warning",
  "preproc_define",
  "preproc_undef",
]);

const TYPES = new Set([
  "predefined_type",
  "array_type",
  "nullable_type",
  "implicit_type",
  "pointer_type",
  "function_pointer_type",
  "tuple_type",
  "ref_type",
  "scoped_type",
]);

export const NOT_EXPRESSIONS = new Set([
  ...TYPES,
  "modifier",
  "type_argument_list",
  "type_parameter_list",
  "type_parameter_constraints_clause",
  "attribute_list",
  "interpolation_format_clause",
  "label_name",
  "escape_sequence",
  "preproc_arg",
  "preproc_directive",
]);

export const TYPE_DECLARATIONS = new Set([
  "class_declaration",
  "struct_declaration",
  "record_declaration",
  "interface_declaration",
  "enum_declaration",
]);

/** The children that mean something: named ones, `this` and `base`; what stands in an ERROR takes its place. */
export function partsOf(node: Node): Node[] {
  const parts: Node[] = [];
  const stack = node.parts.toReversed();
  for (let child = stack.pop(); child !== undefined; child = stack.pop()) {
    if (child.type === "ERROR") {
      const inner = child.parts;
      for (let index = inner.length - 1; index >= 0; index--) stack.push(inner[index]!);
    } else if (child.named ? !EXTRAS.has(child.type) : child.type === "this" || child.type === "base") {
      parts.push(child);
    }
  }
  return parts;
}

export function hasToken(node: Node, token: string): boolean {
  return node.parts.some((child) => child.type === token);
}

export function lastPart(node: Node): Node | undefined {
  return partsOf(node).at(-1);
}

export function childOfType(node: Node, type: string): Node | undefined {
  return node.parts.find((child) => child.type === type);
}

/** What stands between the first and the last character of a bracketed node. */
export function innerSpan(node: Node): Span {
  return { start: node.start + 1, end: Math.max(node.start + 1, node.end - 1) };
}

export function nameNode(node: Node): Node {
  return node.type === "generic_name" ? (node.parts.find((child) => child.named) ?? node) : node;
}

export function named(nodes: readonly Node[]): Node[] {
  return nodes.filter((node) => node.named && !EXTRAS.has(node.type));
}
