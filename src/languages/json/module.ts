import type { Entry, Expression, Program, Span } from "../../program.ts";
import type { SettingNode } from "../../settings.ts";
import { json } from "./index.ts";

/** What a program that imports a file of JSON gets of it, as if it were written `module.exports = { … }`. */
export function jsonModule(file: string, text: string): Program | undefined {
  const { roots, errors, comments } = json.read({ file, text });
  const [root] = roots;
  if (root === undefined || errors.length > 0) return undefined;
  const at: Span = { start: root.span.start, end: root.span.start };
  const target = {
    kind: "member",
    object: { kind: "name", name: "module", span: at },
    property: "exports",
    span: at,
    propertySpan: at,
  } as const;
  return {
    kind: "program",
    file,
    language: "javascript",
    body: [{ kind: "assign", target, value: expression(root, text), span: root.span }],
    errors: [],
    comments,
  };
}

function expression(node: SettingNode, text: string): Expression {
  const { innerSpan } = node;
  if (innerSpan === undefined) return { kind: "literal", value: node.value, span: scalarSpan(node, text) };
  const span = { start: innerSpan.start - 1, end: node.span.end };
  if (text[span.start] === "{")
    return { kind: "object", entries: node.children.map((child) => entry(child, text)), span };
  const items = node.children.map((child) => ({ value: expression(child, text), span: child.span }));
  return { kind: "list", items, span };
}

function entry(node: SettingNode, text: string): Entry {
  return {
    kind: "entry",
    key: node.name,
    value: expression(node, text),
    span: node.span,
    keySpan: node.nameSpan,
  };
}

/** A text with its quotes, as other languages' literals have them. */
function scalarSpan({ span, valueSpan = span }: SettingNode, text: string): Span {
  const quoted = /["']/.test(text[valueSpan.start - 1] ?? "") && valueSpan.end < span.end;
  return quoted ? { start: valueSpan.start - 1, end: valueSpan.end + 1 } : valueSpan;
}
