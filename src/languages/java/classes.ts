import type { ClassExpression, Expression, Member } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { DEEPEST, expressionStatement, fieldOf, spanOf, tooDeep } from "../lowering.ts";
import { argumentsOf } from "./chains.ts";
import { bodyOf, type Context, inFunction, isStatic, member, textOf } from "./context.ts";
import { declarators } from "./declarations.ts";
import { annotations, functionOf } from "./functions.ts";
import { recordMembers } from "./records.ts";
import { ANNOTATIONS, modifiersOf } from "./syntax.ts";
import { typeExpression } from "./types.ts";

type LowerMember = (context: Context, node: Node, out: Member[], owner: string | undefined) => void;

const method: LowerMember = (context, node, out) => {
  const read = functionOf(context, node);
  if (read.name === undefined) return;
  const fixed = isStatic(context, modifiersOf(node));
  out.push({ kind: "method", name: read.name, role: "method", static: fixed, function: read });
};

const constructor: LowerMember = (context, node, out) => {
  const read = functionOf(context, node);
  if (read.name === undefined) return;
  out.push({ kind: "method", name: read.name, role: "constructor", static: false, function: read });
};

const initializer: LowerMember = (context, node, out) => {
  const block = node.type === "block" ? node : node.children.at(-1);
  if (block === undefined) return;
  const body = inFunction(context, () => bodyOf(context, block));
  const instance = node.type === "block" ? { instance: true as const } : {};
  out.push({ kind: "statement", statement: { kind: "block", body, span: spanOf(node) }, ...instance });
};

const fields: LowerMember = (context, node, out) => {
  const modifiers = modifiersOf(node);
  const marks = annotations(context, modifiers);
  const fixed = node.type === "constant_declaration" || isStatic(context, modifiers);
  for (const { to, value, type, at } of declarators(context, node)) {
    const initial = value === undefined ? {} : { value };
    out.push({ kind: "field", name: to.name, ...initial, static: fixed, ...type, annotations: marks, span: at });
  }
};

const nestedClass: LowerMember = (context, node, out) => {
  const value = classOf(context, node);
  if (value.name === undefined) return;
  out.push({ kind: "field", name: value.name, value, static: true, annotations: [], span: spanOf(node) });
};

const enumConstant: LowerMember = (context, node, out, owner) => {
  const named = fieldOf(node, "name");
  if (named === undefined || owner === undefined) return;
  const own: Expression = { kind: "name", name: owner, span: spanOf(named) };
  const body = fieldOf(node, "body");
  const callArguments = argumentsOf(context, fieldOf(node, "arguments"));
  const callee = body === undefined ? own : anonymous(context, own, body);
  const start = named.start;
  out.push({
    kind: "field",
    name: textOf(context, named),
    value: { kind: "call", callee, ...callArguments, new: true, span: { start, end: node.end } },
    static: true,
    type: owner,
    annotations: annotations(context, modifiersOf(node)),
    span: spanOf(node),
  });
};

const nestedMembers: LowerMember = (context, node, out, owner) => {
  if (context.depth >= DEEPEST) {
    out.push({ kind: "statement", statement: expressionStatement(tooDeep(node)) });
    return;
  }
  context.depth++;
  for (const child of node.children) memberInto(context, child, out, owner);
  context.depth--;
};

const MEMBERS = new Map<string, LowerMember>([
  ["field_declaration", fields],
  ["constant_declaration", fields],
  ["method_declaration", method],
  ["annotation_type_element_declaration", method],
  ["constructor_declaration", constructor],
  ["static_initializer", initializer],
  ["block", initializer],
  ["class_declaration", nestedClass],
  ["interface_declaration", nestedClass],
  ["enum_declaration", nestedClass],
  ["record_declaration", nestedClass],
  ["annotation_type_declaration", nestedClass],
  ["enum_constant", enumConstant],
  ["enum_body_declarations", nestedMembers],
  ["ERROR", nestedMembers],
]);

function memberInto(context: Context, node: Node, out: Member[], owner: string | undefined): void {
  const how = MEMBERS.get(node.type);
  if (how !== undefined) return how(context, node, out, owner);
  if (!context.isStatement(node)) return;
  for (const read of context.statements([node])) out.push({ kind: "statement", statement: read });
}

function isClass(read: Member): boolean {
  return read.kind === "field" && read.value?.kind === "class";
}

/** Nested classes come first: they may be used above the line that declares them. */
function members(context: Context, body: Node | undefined, owner: string | undefined): Member[] {
  if (body === undefined) return [];
  const outer = context.className;
  context.className = owner;
  const out: Member[] = [];
  inFunction(context, () => nestedMembers(context, body, out, owner));
  context.className = outer;
  return [...out.filter(isClass), ...out.filter((read) => !isClass(read))];
}

export function classOf(context: Context, node: Node): ClassExpression {
  const named = fieldOf(node, "name");
  const owner = named === undefined ? undefined : textOf(context, named);
  const body = fieldOf(node, "body");
  const read = members(context, body, owner);
  return {
    kind: "class",
    ...(owner !== undefined && { name: owner }),
    bases: bases(context, node),
    members: node.type === "record_declaration" ? recordMembers(context, node, owner ?? "", read) : read,
    annotations: annotations(context, modifiersOf(node)),
    span: spanOf(node),
  };
}

const BASES = new Set(["superclass", "super_interfaces", "extends_interfaces"]);

function bases(context: Context, node: Node): Expression[] {
  return node.children
    .filter((part) => BASES.has(part.type))
    .flatMap((part) => part.children)
    .flatMap((type) => (type.type === "type_list" ? type.children : [type]))
    .map((type) => typeExpression(context, type));
}

export function creation(context: Context, node: Node): Expression {
  const type = fieldOf(node, "type");
  if (type === undefined) return context.unknown(node);
  const parts = node.children;
  const outer = parts.find((part) => context.isExpression(part) && part.start < type.start);
  const created = outer && !ANNOTATIONS.has(outer.type) ? context.expression(outer) : undefined;
  const plain = type.type === "generic_type" ? (type.children[0] ?? type) : type;
  const named = created === undefined ? typeExpression(context, type) : member(context, created, plain);
  const body = parts.find((part) => part.type === "class_body");
  const callArguments = argumentsOf(context, fieldOf(node, "arguments"));
  const callee = body === undefined ? named : anonymous(context, named, body);
  return { kind: "call", callee, ...callArguments, new: true, span: spanOf(node) };
}

function anonymous(context: Context, base: Expression, body: Node): ClassExpression {
  return {
    kind: "class",
    bases: [base],
    members: members(context, body, undefined),
    annotations: [],
    span: { start: base.span.start, end: body.end },
  };
}
