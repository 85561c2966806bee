import type { Argument, Entry, Expression, Span } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { ARGUMENTS, argument, argumentsOf, spreadOf, typeExpression } from "./chains.ts";
import { type Context, deeper, nameText, textOf } from "./context.ts";
import { branchOf, symbolTest } from "./preprocessor.ts";
import { declaredType } from "./shapes.ts";
import { childOfType, innerSpan, lastPart, partsOf } from "./syntax.ts";
import { elementType, fullType, impliedType, typeText } from "./types.ts";

export function creation(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const typeNode = node.type === "object_creation_expression" ? fieldOf(node, "type") : undefined;
  const list = parts.find((part) => part.type === "argument_list");
  const initializer = parts.find((part) => part.type === "initializer_expression");
  const keyword = { start: node.start, end: node.start + "new".length };
  const type = typeNode ? textOf(context, typeNode) : expected;
  const callee = typeNode
    ? typeExpression(context, typeNode)
    : type === undefined
      ? opaque(keyword, "the type is not written here")
      : impliedType(type, keyword);
  const parameters = type === undefined ? [] : (context.shapes.get(typeText(type))?.methods.get("constructor") ?? []);
  const count = list ? partsOf(list).length : 0;
  const taken = parameters.find((types) => types.length >= count) ?? [];
  return {
    kind: "call",
    callee,
    arguments: list ? argumentsOf(context, list, taken) : [],
    new: true,
    ...(initializer ? { initializer: entriesOf(context, partsOf(initializer), type) } : {}),
    ...(list ? { argumentsSpan: innerSpan(list) } : { bare: true }),
    span: spanOf(node),
  };
}

/** The entries of an initialiser; its plain elements, one after the other, are a spread list. */
function entriesOf(context: Context, nodes: readonly Node[], type: string | undefined): Entry[] {
  const entries: Entry[] = [];
  let items: Argument[] = [];
  const flush = (): void => {
    const [first, last] = [items[0], items.at(-1)];
    if (!first || !last) return;
    const span = { start: first.span.start, end: last.span.end };
    entries.push({ kind: "spread", value: { kind: "list", items, span }, span });
    items = [];
  };
  for (const node of nodes) {
    const entry = entryOf(context, node, type);
    if (entry) {
      flush();
      entries.push(entry);
    } else {
      items.push({ ...spreadOf(context, node, elementType(type)), span: spanOf(node) });
    }
  }
  flush();
  return entries;
}

/** `A = 1`, `["a"] = 1`, `{ "a", 1 }`, and those under `#if`; undefined for a plain element. */
function entryOf(context: Context, node: Node, type: string | undefined): Entry | undefined {
  const span = spanOf(node);
  if (node.type === "assignment_expression") {
    const left = fieldOf(node, "left");
    const right = fieldOf(node, "right");
    if (!left || !right) return undefined;
    const bracketed = left.type === "element_binding_expression" || left.type === "collection_expression";
    const keyNode = bracketed ? innermost(left) : left;
    const key = left.type === "identifier" ? nameText(context, left) : keyOf(context.expression(keyNode));
    const own =
      typeof key === "string" && !bracketed && type !== undefined
        ? context.shapes.get(typeText(type))?.fields.get(key)
        : undefined;
    const value = context.expression(right, bracketed ? elementType(type) : own);
    return { kind: "entry", key, value, keySpan: spanOf(keyNode), span };
  }
  if (node.type === "initializer_expression") {
    const [key, value, ...rest] = partsOf(node);
    if (!key || !value || rest.length > 0) return undefined;
    const named = keyOf(context.expression(key));
    return {
      kind: "entry",
      key: named,
      value: context.expression(value, elementType(type)),
      keySpan: spanOf(key),
      span,
    };
  }
  return node.type === "preproc_if" ? conditionalEntries(context, node, type) : undefined;
}

/** The key in `["k"] = v`. */
function innermost(node: Node): Node {
  const inner = lastPart(node);
  return inner && (ARGUMENTS.has(inner.type) || inner.type === "expression_element")
    ? (lastPart(inner) ?? inner)
    : (inner ?? node);
}

function keyOf(key: Expression): string | Expression {
  return key.kind === "literal" && typeof key.value === "string" ? key.value : key;
}

function conditionalEntries(context: Context, node: Node, type: string | undefined): Entry {
  const { condition, body, alternative } = branchOf(node);
  const span = spanOf(node);
  const test = symbolTest(context, condition, node);
  const then: Expression = { kind: "object", entries: entriesOf(context, body, type), span };
  const others = alternative ? (alternative.type === "preproc_elif" ? [alternative] : partsOf(alternative)) : [];
  const entries = others.flatMap((other) =>
    other.type === "preproc_elif"
      ? deeper<Entry[]>(
          context,
          () => [],
          () => [conditionalEntries(context, other, type)],
        )
      : entriesOf(context, [other], type),
  );
  const otherwise: Expression = { kind: "object", entries, span };
  return { kind: "spread", value: { kind: "ternary", test, then, else: otherwise, span }, span };
}

/** `{ … }` where a value stands: members of the object that is there, or the elements of an array. */
export function initializerValue(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const span = spanOf(node);
  const first = parts[0];
  if (first?.type === "assignment_expression" || first?.type === "preproc_if") {
    return { kind: "object", entries: entriesOf(context, parts, expected), span };
  }
  return listOf(context, parts, span, elementType(expected));
}

function listOf(context: Context, nodes: readonly Node[], span: Span, element: string | undefined): Expression {
  const items = nodes.map((node): Argument => {
    const inner = node.type === "collection_element" ? (lastPart(node) ?? node) : node;
    if (ARGUMENTS.has(inner.type)) return argument(context, inner, element);
    return { ...spreadOf(context, inner, element), span: spanOf(node) };
  });
  return { kind: "list", items, span };
}

export function collection(context: Context, node: Node, expected: string | undefined): Expression {
  return listOf(context, partsOf(node), spanOf(node), elementType(expected));
}

export function arrayCreation(context: Context, node: Node): Expression {
  const type = fieldOf(node, "type");
  const initializer = childOfType(node, "initializer_expression");
  if (!initializer) {
    const sizes = type ? context.childrenOf(type) : [];
    return opaque(
      node,
      "array",
      sizes.filter((size) => size.kind !== "name" || size.span.start > (type?.start ?? 0)),
    );
  }
  const element = fieldOf(type, "type");
  return listOf(context, partsOf(initializer), spanOf(node), fullType(context, element));
}

export function tuple(context: Context, node: Node): Expression {
  return { kind: "list", items: argumentsOf(context, node, []), tuple: true, span: spanOf(node) };
}

/** `new { A = 1, b.C, d }`: an element without a name takes that of its last member. */
export function anonymousObject(context: Context, node: Node): Expression {
  const entries: Entry[] = [];
  const parts = partsOf(node);
  for (let index = 0; index < parts.length; index++) {
    const keyNode = parts[index]!;
    const next = parts[index + 1];
    const named = next !== undefined && context.text.slice(keyNode.end, next.start).trim() === "=";
    const valueNode = named ? next : keyNode;
    if (named) index++;
    const value = context.expression(valueNode);
    const name = lastName(value);
    entries.push({
      kind: "entry",
      key: named ? nameText(context, keyNode) : (name?.text ?? opaque(value.span, "key")),
      value,
      keySpan: named ? spanOf(keyNode) : (name?.span ?? value.span),
      span: { start: keyNode.start, end: valueNode.end },
    });
  }
  return { kind: "object", entries, span: spanOf(node) };
}

function lastName(value: Expression): { readonly text: string; readonly span: Span } | undefined {
  if (value.kind === "name") return { text: value.name, span: value.span };
  return value.kind === "member" ? { text: value.property, span: value.propertySpan } : undefined;
}

/** `r with { A = 1 }` as `r.with({ A: 1 })`. */
export function withExpression(context: Context, node: Node): Expression {
  const parts = partsOf(node);
  const inner = parts[0];
  const keyword = childOfType(node, "with");
  const open = childOfType(node, "{");
  const span = spanOf(node);
  if (!inner || !keyword || !open) return opaque(span, "with", context.childrenOf(node));
  const object = context.expression(inner);
  const type = declaredType(context, object);
  const fieldsOfType = type === undefined ? undefined : context.shapes.get(typeText(type))?.fields;
  const entries = parts.slice(1).flatMap((part): Entry[] => {
    const [name, value] = partsOf(part);
    if (!name || !value) return [];
    const key = nameText(context, name);
    return [
      {
        kind: "entry",
        key,
        value: context.expression(value, fieldsOfType?.get(key)),
        keySpan: spanOf(name),
        span: spanOf(part),
      },
    ];
  });
  const braces = { start: open.start, end: node.end };
  const callee: Expression = {
    kind: "member",
    object,
    property: "with",
    span: { start: node.start, end: keyword.end },
    propertySpan: spanOf(keyword),
  };
  const value: Expression = { kind: "object", entries, span: braces };
  return { kind: "call", callee, arguments: [{ value, span: braces }], argumentsSpan: braces, bare: true, span };
}
