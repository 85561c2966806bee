import type { Handler, Statement } from "../../program.ts";
import { spanOf } from "../lowering.ts";
import { bindUnknown } from "./assignments.ts";
import { append, type Reading, textOf } from "./reading.ts";
import { field, type Syntax } from "./syntax.ts";

const CLAUSES = new Set(["rescue", "else", "ensure"]);

/** The statements of a body; with `rescue` or `ensure` in it, one `try`. */
export function body(node: Syntax | undefined, reading: Reading): Statement[] {
  if (node === undefined) return [];
  const clauses = node.children.filter((part) => CLAUSES.has(part.type));
  const result = reading.statements(node.children.filter((part) => !CLAUSES.has(part.type)));
  if (clauses.length === 0) return result;
  const handlers: Handler[] = [];
  const last: Statement[] = [];
  for (const clause of clauses) {
    if (clause.type === "rescue") handlers.push(handler(clause, reading));
    else append(clause.type === "ensure" ? last : result, body(clause, reading));
  }
  if (handlers.length === 0 && last.length === 0) return result;
  return [{ kind: "try", body: result, handlers, finally: last, span: spanOf(node) }];
}

export const PLAIN_TYPES = new Set(["constant", "scope_resolution"]);

export function handler(node: Syntax, reading: Reading): Handler {
  const types = field(node, "exceptions")?.children ?? [];
  const variable = field(node, "variable")?.children[0];
  const first: Statement[] = [];
  for (const type of types) {
    if (!PLAIN_TYPES.has(type.type)) append(first, reading.statement(type));
  }
  const bind = variable?.type === "identifier" ? textOf(variable, reading) : undefined;
  if (variable !== undefined && bind === undefined) append(first, bindUnknown(variable, "the error caught", reading));
  return {
    types: types.map((type) => textOf(type, reading)),
    ...(bind !== undefined && { bind }),
    body: [...first, ...body(field(node, "body"), reading)],
  };
}

export function rescueModifier(node: Syntax, reading: Reading): Statement[] {
  const attempted = field(node, "body");
  const instead = field(node, "handler");
  return [
    {
      kind: "try",
      body: attempted === undefined ? [] : reading.statement(attempted),
      handlers: [{ types: [], body: instead === undefined ? [] : reading.statement(instead) }],
      finally: [],
      span: spanOf(node),
    },
  ];
}
