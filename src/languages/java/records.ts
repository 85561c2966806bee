import type { Expression, Member, Parameter, Span, Statement, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, spanOf } from "../lowering.ts";
import { bodyOf, type Context, inFunction, inside } from "./context.ts";
import { annotations, parameters } from "./functions.ts";
import { modifiersOf } from "./syntax.ts";

/** A record's fields, canonical constructor and accessors, where they are not written out. */
export function recordMembers(context: Context, node: Node, owner: string, written: readonly Member[]): Member[] {
  const header = fieldOf(node, "parameters");
  const components = parameters(context, header);
  const at = header === undefined ? spanOf(node) : spanOf(header);
  const out: Member[] = components.map((component) => ({
    kind: "field",
    name: component.name,
    static: false,
    ...(component.type !== undefined && { type: component.type }),
    annotations: component.annotations ?? [],
    span: component.span,
  }));
  const types = signature(components);
  const canonical = written.some(
    (read) => read.kind === "method" && read.role === "constructor" && signature(read.function.parameters) === types,
  );
  if (!canonical) out.push(canonicalConstructor(context, node, owner, components, at));
  for (const component of components) {
    const isWritten = written.some(
      (read) => read.kind === "method" && read.name === component.name && read.function.parameters.length === 0,
    );
    if (!isWritten) out.push(accessor(component));
  }
  return [...out, ...written];
}

function signature(of: readonly Parameter[]): string {
  return of.map((parameter) => `${parameter.type ?? ""}${parameter.rest ?? ""}`).join();
}

function thisMember(component: Parameter): Target & { kind: "member" } {
  const at = component.target.span;
  return {
    kind: "member",
    object: { kind: "this", span: at },
    property: component.name,
    span: at,
    propertySpan: at,
  };
}

/** The compact constructor's body runs first, then each component is stored. */
function canonicalConstructor(
  context: Context,
  node: Node,
  owner: string,
  components: readonly Parameter[],
  header: Span,
): Member {
  const body = fieldOf(node, "body");
  const compact = body && body.children.find((part) => part.type === "compact_constructor_declaration");
  const block = fieldOf(compact, "body");
  const before = block ? inFunction(context, () => bodyOf(context, block)) : [];
  const stores = components.map((component): Statement => {
    const at = component.target.span;
    const value: Expression = { kind: "name", name: component.name, span: at };
    return { kind: "assign", target: thisMember(component), value, span: at };
  });
  return {
    kind: "method",
    name: owner,
    role: "constructor",
    static: false,
    function: {
      kind: "function",
      name: owner,
      parameters: components,
      body: [...before, ...stores],
      annotations: compact ? annotations(context, modifiersOf(compact)) : [],
      span: compact ? spanOf(compact) : header,
      bodySpan: block ? inside(context, block) : { start: header.end, end: header.end },
    },
  };
}

function accessor(component: Parameter): Member {
  const at = component.span;
  return {
    kind: "method",
    name: component.name,
    role: "method",
    static: false,
    function: {
      kind: "function",
      name: component.name,
      parameters: [],
      body: [{ kind: "return", value: thisMember(component), span: at }],
      annotations: [],
      ...(component.type !== undefined && { returnType: component.type }),
      span: at,
      bodySpan: { start: at.end, end: at.end },
    },
  };
}
