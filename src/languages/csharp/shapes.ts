import type { Expression, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf } from "../lowering.ts";
import { type Context, nameText, type Shape } from "./context.ts";
import { childOfType, partsOf, TYPE_DECLARATIONS } from "./syntax.ts";
import { fullType, typeText } from "./types.ts";

const NESTING = new Set([
  "namespace_declaration",
  "file_scoped_namespace_declaration",
  "preproc_if",
  "preproc_elif",
  "preproc_else",
]);

export function collectShapes(context: Context, nodes: readonly Node[]): void {
  const stack: { node: Node; shape: Shape | undefined }[] = [];
  const push = (children: readonly Node[], shape: Shape | undefined): void => {
    for (const node of children) stack.push({ node, shape });
  };
  push(nodes, undefined);
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node, shape } = item;
    const body = fieldOf(node, "body");
    if (TYPE_DECLARATIONS.has(node.type)) {
      const own = shapeOf(context, node);
      const parameters = childOfType(node, "parameter_list");
      if (parameters) {
        const list = parameterTypes(context, parameters);
        for (const { name, type } of list) if (type !== undefined) own.fields.set(name, type);
        addOverload(own, "constructor", list);
      }
      if (body) push(partsOf(body), own);
    } else if (NESTING.has(node.type)) {
      push(partsOf(body ?? node), shape);
    } else if (shape) {
      noteMember(context, node, shape);
    }
  }
}

export function shapeOf(context: Context, node: Node): Shape {
  const name = fieldOf(node, "name");
  const key = name ? nameText(context, name) : "";
  let shape = context.shapes.get(key);
  if (!shape) {
    shape = { fields: new Map(), methods: new Map() };
    context.shapes.set(key, shape);
  }
  return shape;
}

function addOverload(shape: Shape, name: string, list: readonly { type: string | undefined }[]): void {
  const overloads = shape.methods.get(name) ?? [];
  overloads.push(list.map(({ type }) => type ?? ""));
  shape.methods.set(name, overloads);
}

function noteMember(context: Context, node: Node, shape: Shape): void {
  const name = fieldOf(node, "name");
  const parameters = fieldOf(node, "parameters");
  if (node.type === "field_declaration") {
    const declaration = childOfType(node, "variable_declaration");
    const type = fullType(context, fieldOf(declaration, "type"));
    if (!declaration || type === undefined) return;
    for (const declarator of partsOf(declaration)) {
      const declared = declarator.type === "variable_declarator" ? fieldOf(declarator, "name") : undefined;
      if (declared) shape.fields.set(nameText(context, declared), type);
    }
  } else if (node.type === "property_declaration" && name) {
    const type = fullType(context, fieldOf(node, "type"));
    if (type !== undefined) shape.fields.set(nameText(context, name), type);
  } else if (node.type === "method_declaration" && name && parameters) {
    addOverload(shape, nameText(context, name), parameterTypes(context, parameters));
  } else if (node.type === "constructor_declaration" && parameters) {
    addOverload(shape, "constructor", parameterTypes(context, parameters));
  }
}

function parameterTypes(context: Context, list: Node): { name: string; type: string | undefined }[] {
  return partsOf(list)
    .filter((node) => node.type === "parameter")
    .map((node) => {
      const name = fieldOf(node, "name");
      return { name: name ? nameText(context, name) : "", type: fullType(context, fieldOf(node, "type")) };
    });
}

/** The declared type of an expression of names and members, as far as this file tells. */
export function declaredType(context: Context, expression: Expression | Target): string | undefined {
  const path: string[] = [];
  let at: Expression | Target = expression;
  while (at.kind === "member" && path.length < 20) {
    path.push(at.property);
    at = at.object;
  }
  let type: string | undefined;
  let shape: Shape | undefined;
  if (at.kind === "this") shape = context.owners.at(-1);
  else if (at.kind === "name") type = nameType(context, at.name);
  else return undefined;
  for (const property of path.toReversed()) {
    if (type !== undefined) shape = context.shapes.get(typeText(type));
    type = shape?.fields.get(property);
    shape = undefined;
  }
  return type;
}

function nameType(context: Context, name: string): string | undefined {
  for (let index = context.scopes.length - 1; index >= 0; index--) {
    const type = context.scopes[index]?.get(name);
    if (type !== undefined) return type;
  }
  return context.owners.at(-1)?.fields.get(name);
}

/** The parameter types of the function of this file that a call with so many arguments means. */
export function calledParameters(context: Context, callee: Expression, count: number): readonly string[] {
  let overloads: readonly string[][] | undefined;
  if (callee.kind === "name") {
    overloads =
      context.owners.at(-1)?.methods.get(callee.name) ?? context.shapes.get(callee.name)?.methods.get("constructor");
  } else if (callee.kind === "member") {
    const { object, property } = callee;
    const type = declaredType(context, object);
    const named = object.kind === "name" ? object.name : "";
    const owner =
      object.kind === "this" ? context.owners.at(-1) : context.shapes.get(type === undefined ? named : typeText(type));
    overloads = owner?.methods.get(property);
  }
  return overloads?.find((list) => list.length >= count) ?? [];
}

export function declareType(context: Context, name: string, type: string | undefined): void {
  if (type !== undefined) context.scopes.at(-1)?.set(name, type);
}
