import type {
  ClassExpression,
  Expression,
  FunctionExpression,
  Member,
  Parameter,
  Span,
  Statement,
  Target,
} from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { expressionStatement, fieldOf, spanOf, tooDeep } from "../lowering.ts";
import { initialValue } from "./assignments.ts";
import { call, typeExpression } from "./chains.ts";
import { binary, type Context, deeper, hasModifier, nameText, textOf } from "./context.ts";
import { annotations, bodyFunction, functionOf, parameter, parametersOf } from "./functions.ts";
import { branchOf, symbolTest } from "./preprocessor.ts";
import { shapeOf } from "./shapes.ts";
import { childOfType, partsOf, TYPE_DECLARATIONS } from "./syntax.ts";
import { fullType, typed, typeText } from "./types.ts";

type MemberReader = (context: Context, node: Node) => Member[];

export const MEMBERS: ReadonlyMap<string, MemberReader> = new Map<string, MemberReader>([
  ["field_declaration", fields],
  ["event_field_declaration", fields],
  ["property_declaration", property],
  ["indexer_declaration", property],
  ["event_declaration", property],
  ["method_declaration", method],
  ["constructor_declaration", constructorMember],
  ["destructor_declaration", method],
  ["operator_declaration", method],
  ["conversion_operator_declaration", method],
  ["enum_member_declaration", () => []],
  ["extension_declaration", extension],
]);

const SKIPPED_MEMBERS = new Set([
  "modifier",
  "attribute_list",
  "delegate_declaration",
  "using_directive",
  "preproc_arg",
]);

export function members(context: Context, node: Node): Member[] {
  return deeper<Member[]>(
    context,
    () => [{ kind: "statement", statement: expressionStatement(tooDeep(node)) }],
    () => {
      const read = MEMBERS.get(node.type);
      if (read) return read(context, node);
      if (TYPE_DECLARATIONS.has(node.type)) return nestedType(context, node);
      if (SKIPPED_MEMBERS.has(node.type)) return [];
      if (node.type.startsWith("preproc_")) return allBranches(context, node);
      return context.statementOf(node).map((statement) => ({ kind: "statement", statement }));
    },
  );
}

/** Members of all branches of an `#if` count; one that both sides declare is the one or the other. */
function allBranches(context: Context, node: Node): Member[] {
  const { condition, body, alternative } = branchOf(node);
  const then = body.flatMap((part) => members(context, part));
  const others = alternative ? members(context, alternative) : [];
  const test = symbolTest(context, condition, node);
  const both = new Map(then.map((member) => [member, others.find((other) => isSameMember(member, other))]));
  const taken = new Set(both.values());
  return [
    ...[...both].map(([member, other]) => eitherMember(test, member, other, spanOf(node))),
    ...others.filter((other) => !taken.has(other)),
  ];
}

function isSameMember(one: Member, other: Member): boolean {
  if (one.kind === "field") return other.kind === "field" && one.name === other.name;
  if (one.kind !== "method" || other.kind !== "method") return false;
  const parameters = (method: typeof one) => method.function.parameters.map(({ name }) => name).join();
  return one.name === other.name && one.role === other.role && parameters(one) === parameters(other);
}

function eitherMember(test: Expression, member: Member, other: Member | undefined, span: Span): Member {
  if (member.kind === "field" && other?.kind === "field" && member.value && other.value)
    return { ...member, value: { kind: "ternary", test, then: member.value, else: other.value, span } };
  if (member.kind !== "method" || other?.kind !== "method") return member;
  const choice: Statement = { kind: "if", test, then: member.function.body, else: other.function.body, span };
  return { ...member, function: { ...member.function, body: [choice] } };
}

function nestedType(context: Context, node: Node): Member[] {
  const name = fieldOf(node, "name");
  if (!name) return [];
  const value = classExpression(context, node);
  return [{ kind: "field", name: nameText(context, name), value, static: true, annotations: [], span: spanOf(node) }];
}

export function classExpression(context: Context, node: Node): ClassExpression {
  const name = fieldOf(node, "name");
  const body = fieldOf(node, "body");
  const bases = partsOf(node).find((part) => part.type === "base_list");
  const parameters = childOfType(node, "parameter_list");
  const baseParts = bases
    ? partsOf(bases).flatMap((part) => (part.type === "primary_constructor_base_type" ? partsOf(part) : [part]))
    : [];
  const baseArguments = baseParts.find((part) => part.type === "argument_list");
  context.owners.push(shapeOf(context, node));
  context.scopes.push(new Map());
  const all: Member[] = parameters ? primaryConstructor(context, parameters, baseArguments) : [];
  const declared = body ? partsOf(body) : [];
  if (node.type === "enum_declaration") for (const item of enumFields(context, declared)) all.push(item);
  else for (const part of declared) for (const item of members(context, part)) all.push(item);
  context.scopes.pop();
  context.owners.pop();
  return {
    kind: "class",
    ...(name ? { name: nameText(context, name) } : {}),
    bases: baseParts.filter((part) => part.type !== "argument_list").map((part) => typeExpression(context, part)),
    members: all,
    annotations: annotations(context, node),
    span: spanOf(node),
  };
}

/** `class C(int a) : B(a)`: a field for each parameter, and the constructor that fills it. */
function primaryConstructor(context: Context, list: Node, baseArguments: Node | undefined): Member[] {
  const span = spanOf(list);
  const parameters = parametersOf(context, list);
  const body: Statement[] = baseArguments
    ? [expressionStatement(call(context, { kind: "super", span: spanOf(baseArguments) }, baseArguments, baseArguments))]
    : [];
  const own: Member[] = [];
  for (const { name, type, target } of parameters) {
    const { span } = target;
    own.push({ kind: "field", name, static: false, ...(type === undefined ? {} : { type }), annotations: [], span });
    const filled: Target = { kind: "member", object: { kind: "this", span }, property: name, span, propertySpan: span };
    body.push({ kind: "assign", target: filled, value: { kind: "name", name, span }, span });
  }
  const value: FunctionExpression = {
    kind: "function",
    name: "constructor",
    parameters,
    body,
    annotations: [],
    span,
    bodySpan: span,
  };
  return [...own, { kind: "method", name: "constructor", role: "constructor", static: false, function: value }];
}

function enumFields(context: Context, nodes: readonly Node[]): Member[] {
  const fields: Member[] = [];
  let base: Expression | undefined;
  let offset = 0;
  for (const node of nodes.flatMap(enumMembers)) {
    const name = fieldOf(node, "name");
    const given = fieldOf(node, "value");
    if (!name) continue;
    if (given) {
      const value = context.expression(given);
      const number = value.kind === "literal" && typeof value.value === "number";
      base = number ? undefined : value;
      offset = number ? Number(value.value) : 0;
    }
    const literal: Expression = { kind: "literal", value: offset, span: spanOf(given ?? name) };
    const value = base === undefined ? literal : offset === 0 ? base : binary("+", base, literal);
    const span = spanOf(node);
    fields.push({
      kind: "field",
      name: nameText(context, name),
      value,
      static: true,
      annotations: annotations(context, node),
      span,
    });
    offset++;
  }
  return fields;
}

/** An enum's member, or those in all branches of an `#if`. */
function enumMembers(node: Node): Node[] {
  const found: Node[] = [];
  const stack = [node];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at.type === "enum_member_declaration") found.push(at);
    else if (at.type.startsWith("preproc_")) for (const part of partsOf(at).toReversed()) stack.push(part);
  }
  return found;
}

function fields(context: Context, node: Node): Member[] {
  const declaration = childOfType(node, "variable_declaration");
  if (!declaration) return [];
  const type = fullType(context, fieldOf(declaration, "type"));
  const isStatic = hasModifier(context, node, "static", "const");
  const attributes = annotations(context, node);
  return partsOf(declaration).flatMap((part): Member[] => {
    const name = part.type === "variable_declarator" ? fieldOf(part, "name") : undefined;
    if (!name) return [];
    const value = initialValue(context, partsOf(part), type);
    return [field(nameText(context, name), value, isStatic, type, attributes, spanOf(node))];
  });
}

export function field(
  name: string,
  value: Expression | undefined,
  isStatic: boolean,
  type: string | undefined,
  attributes: readonly Expression[],
  span: Span,
): Member {
  return {
    kind: "field",
    name,
    ...(value ? { value } : {}),
    static: isStatic,
    ...typed(type),
    annotations: attributes,
    span,
  };
}

const ACCESSORS: ReadonlyMap<string, { readonly role: "getter" | "setter" | "method"; readonly prefix: string }> =
  new Map([
    ["get", { role: "getter", prefix: "" }],
    ["set", { role: "setter", prefix: "" }],
    ["init", { role: "setter", prefix: "" }],
    ["add", { role: "method", prefix: "add_" }],
    ["remove", { role: "method", prefix: "remove_" }],
  ]);

/** A property, an indexer (`this[]`) or an event with accessors. */
export function property(context: Context, node: Node): Member[] {
  const nameNode = fieldOf(node, "name");
  const name = node.type === "indexer_declaration" ? "this[]" : nameNode ? nameText(context, nameNode) : "";
  const type = fullType(context, fieldOf(node, "type"));
  const isStatic = hasModifier(context, node, "static");
  const attributes = annotations(context, node);
  const list = fieldOf(node, "parameters");
  const value = fieldOf(node, "value");
  if (value?.type === "arrow_expression_clause") {
    const getter = bodyFunction(context, { node, name, list, body: value, result: type, attributes });
    return [{ kind: "method", name, role: "getter", static: isStatic, function: getter }];
  }
  const accessors = fieldOf(node, "accessors");
  const methods = (accessors ? partsOf(accessors) : []).flatMap((part): Member[] => {
    const body = fieldOf(part, "body");
    const accessor = ACCESSORS.get(accessorName(context, part));
    if (!body || !accessor) return [];
    const { role, prefix } = accessor;
    const writes = role !== "getter";
    const span = spanOf(fieldOf(part, "name") ?? part);
    const extra: Parameter[] = writes
      ? [{ target: { kind: "name", name: "value", span }, name: "value", ...typed(type), span }]
      : [];
    const result = writes ? undefined : type;
    const made = bodyFunction(context, { node: part, name: prefix + name, list, body, result, attributes, extra });
    return [{ kind: "method", name: prefix + name, role, static: isStatic, function: made }];
  });
  if (methods.length > 0 && !value) return methods;
  const initial = value ? context.expression(value, type) : undefined;
  return [field(name, initial, isStatic, type, attributes, spanOf(node)), ...methods];
}

function accessorName(context: Context, node: Node): string {
  const name = fieldOf(node, "name");
  return name ? textOf(context, name) : "";
}

const METHOD_NAMES: ReadonlyMap<string, (context: Context, node: Node) => string> = new Map([
  ["destructor_declaration", () => "Finalize"],
  ["operator_declaration", (_: Context, node: Node) => `operator ${fieldOf(node, "operator")?.type ?? ""}`],
  [
    "conversion_operator_declaration",
    (context: Context, node: Node) => `operator ${typeText(fullType(context, fieldOf(node, "type")) ?? "")}`,
  ],
]);

function method(context: Context, node: Node): Member[] {
  const nameNode = fieldOf(node, "name");
  const name = METHOD_NAMES.get(node.type)?.(context, node) ?? (nameNode ? nameText(context, nameNode) : "");
  const made = functionOf(context, node, fieldOf(node, "returns") ?? fieldOf(node, "type"), name);
  return [{ kind: "method", name, role: "method", static: hasModifier(context, node, "static"), function: made }];
}

function constructorMember(context: Context, node: Node): Member[] {
  const name = fieldOf(node, "name");
  if (name && nameText(context, name) === "extension") return extension(context, node);
  const made = functionOf(context, node, undefined, "constructor");
  if (hasModifier(context, node, "static")) {
    return [{ kind: "statement", statement: { kind: "block", body: made.body, span: made.span } }];
  }
  return [{ kind: "method", name: "constructor", role: "constructor", static: false, function: made }];
}

/**
 * C# 14 `extension(T receiver) { … }`: static methods whose first parameter is the receiver, where each of them begins.
 * To a grammar that does not know it, it is a constructor with local functions.
 */
function extension(context: Context, node: Node): Member[] {
  const list = fieldOf(node, "parameters");
  const receiver = childOfType(node, "receiver_parameter") ?? (list && childOfType(list, "parameter"));
  const body = childOfType(node, "extension_body") ?? fieldOf(node, "body");
  const first = receiver ? [{ ...parameter(context, receiver), receiver: true as const }] : [];
  return (body ? partsOf(body) : []).flatMap((part) => {
    const items = part.type === "local_function_statement" ? method(context, part) : members(context, part);
    return items.map((item) => (item.kind === "method" ? received(item, first) : item));
  });
}

function received(item: Extract<Member, { kind: "method" }>, first: readonly Parameter[]): Member {
  const { function: own } = item;
  const span = { start: first[0]?.span.start ?? own.span.start, end: own.span.end };
  return { ...item, static: true, function: { ...own, parameters: [...first, ...own.parameters], span } };
}
