import type { Assignment, Entry, Expression, FunctionExpression, Statement } from "../../program.ts";
import { expressionStatement, fieldOf, opaque, spanOf } from "../lowering.ts";
import { effectOf } from "./assignments.ts";
import { identifiersIn } from "./chains.ts";
import { type Context, declare, inside, literal, nameTarget, textOf, undefinedAt } from "./context.ts";
import { typeName } from "./functions.ts";
import { key } from "./literals.ts";
import type { Syntax } from "./syntax.ts";
import { targetOf } from "./targets.ts";

export function declarations(c: Context, node: Syntax, scope: "block" | "function"): Statement[] {
  const declarators = node.children.filter((child) => child.type === "variable_declarator");
  return declarators.flatMap((declarator) => {
    const pattern = fieldOf(declarator, "name");
    const value = fieldOf(declarator, "value");
    const target = pattern && targetOf(c, pattern);
    if (target === undefined) return effectOf(c, value);
    const type = typeName(c, fieldOf(declarator, "type"));
    return [
      {
        kind: "assign",
        target,
        value: value === undefined ? undefinedAt({ start: declarator.end, end: declarator.end }) : c.expression(value),
        declare: scope,
        ...(type !== undefined && { type }),
        // A `var` without a value leaves the value alone that an earlier line gave.
        ...(value === undefined && scope === "function" && { hoisted: true }),
        span: spanOf(declarators.length === 1 ? node : declarator),
      } satisfies Assignment,
    ];
  });
}

/** A declaration with a name of its own; without one, what is declared is the value of a statement. */
export function declared(c: Context, node: Syntax, value: Expression, hoisted: boolean): Statement[] {
  const name = fieldOf(node, "name");
  return [name === undefined ? expressionStatement(value) : declare(nameTarget(c, name), value, spanOf(node), hoisted)];
}

export function enumObject(c: Context, node: Syntax): Expression {
  const enumBody = fieldOf(node, "body");
  const entries: Entry[] = [];
  let next: number | undefined = 0;
  for (const member of enumBody?.children ?? []) {
    const name = member.type === "enum_assignment" ? fieldOf(member, "name") : member;
    if (name === undefined) continue;
    const given = fieldOf(member, "value");
    const value: Expression = given
      ? c.expression(given)
      : next === undefined
        ? opaque(member, "an enum member after a computed one")
        : literal(member, next);
    next = value.kind === "literal" && typeof value.value === "number" ? value.value + 1 : undefined;
    entries.push({ kind: "entry", ...key(c, name), value, span: spanOf(member) });
  }
  return { kind: "object", entries, span: spanOf(enumBody ?? node) };
}

/** `namespace N { … }` is what TypeScript compiles it to: a function, called at once, that returns what N exports. */
export function namespace(c: Context, node: Syntax): Statement[] {
  const name = fieldOf(node, "name");
  const block = fieldOf(node, "body");
  if (name === undefined || block === undefined || name.type === "string") return [];
  const lowered = c.statements(block.children);
  const exported = lowered.flatMap((one) => (one.kind === "export" ? one.names : []));
  if (exported.length === 0) return lowered.some((one) => one.kind === "expression") ? lowered : [];
  const at = spanOf(block);
  const entries = exported.map(
    ({ local, exported }): Entry => ({
      kind: "entry",
      key: exported,
      value: { kind: "name", name: local, span: at },
      span: at,
      keySpan: at,
    }),
  );
  const made: FunctionExpression = {
    kind: "function",
    parameters: [],
    body: [
      ...lowered.filter((one) => one.kind !== "export"),
      { kind: "return", value: { kind: "object", entries, span: at }, span: at },
    ],
    annotations: [],
    lexicalThis: true,
    span: at,
    bodySpan: inside(c, block),
  };
  const [first, ...inner] = identifiersIn(name);
  if (first === undefined) return [];
  const value = inner.reduceRight<Expression>(
    (value, part) => ({
      kind: "object",
      entries: [{ kind: "entry", key: textOf(c, part), value, span: at, keySpan: spanOf(part) }],
      span: at,
    }),
    { kind: "call", callee: made, arguments: [], span: at },
  );
  return [declare(nameTarget(c, first), value, spanOf(node))];
}
