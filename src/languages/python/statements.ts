import type { Expression, Handler, Statement } from "../../program.ts";
import {
  type Branch,
  DEEPEST,
  expressionStatement,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooDeep,
  tooManyBranches,
} from "../lowering.ts";
import {
  assign,
  assignments,
  augmentedAssignment,
  deleteStatement,
  lists,
  shareNames,
  targetOf,
} from "./assignments.ts";
import { classDefinition, decoratedDefinition } from "./classes.ts";
import {
  bodyOf,
  type Context,
  children,
  elseOf,
  given,
  kidOfType,
  kidsOf,
  opaqueOver,
  recover,
  type Syntax,
  textOf,
} from "./context.ts";
import { functionDefinition } from "./functions.ts";
import { importFrom, importStatement } from "./imports.ts";
import { matchStatement } from "./matches.ts";

type LowerStatement = (context: Context, node: Syntax) => readonly Statement[];

export const statements = new Map<string, LowerStatement>([
  ["module", (context, node) => statementsOf(context, kidsOf(context, node))],
  ["block", (context, node) => statementsOf(context, kidsOf(context, node))],
  [
    "ERROR",
    (context, node) =>
      statementsOf(
        context,
        kidsOf(context, node).filter((kid) => !tokens.has(kid.type)),
      ),
  ],
  ["expression_statement", (context, node) => kidsOf(context, node).flatMap((kid) => statementOf(context, kid))],
  ["assignment", assignments],
  ["augmented_assignment", augmentedAssignment],
  ["import_statement", importStatement],
  ["import_from_statement", importFrom],
  ["future_import_statement", importFrom],
  ["function_definition", (context, node) => functionDefinition(context, node, node, [])],
  ["class_definition", (context, node) => classDefinition(context, node, node, [])],
  ["decorated_definition", decoratedDefinition],
  ["if_statement", ifStatement],
  ["while_statement", whileStatement],
  ["for_statement", forStatement],
  ["with_statement", withStatement],
  ["try_statement", tryStatement],
  ["match_statement", matchStatement],
  ["return_statement", returnStatement],
  ["raise_statement", raiseStatement],
  ["assert_statement", assertStatement],
  ["delete_statement", deleteStatement],
  ["global_statement", shareNames],
  ["nonlocal_statement", shareNames],
  ["pass_statement", () => []],
  ["type_alias_statement", () => []],
  ["break_statement", (_, node) => [{ kind: "break", span: spanOf(node) }]],
  ["continue_statement", (_, node) => [{ kind: "continue", span: spanOf(node) }]],
  ["print_statement", (context, node) => [expressionStatement(opaqueOver(context, node, "print statement"))]],
  ["exec_statement", (context, node) => [expressionStatement(opaqueOver(context, node, "exec statement"))]],
]);

/** What says nothing by itself when it stands loose in a part that could not be parsed. */
const tokens = new Set(["identifier", "integer", "float", "string", "true", "false", "none", "ellipsis", "type"]);

export function statementsOf(context: Context, nodes: readonly Syntax[]): Statement[] {
  const lowered: Statement[] = [];
  const take = (node: Syntax) => {
    for (const statement of statementOf(context, node)) lowered.push(statement);
  };
  const errors = context.pending;
  context.pending = [];
  const inOrder = errors.length === 0 ? nodes : [...nodes, ...errors].sort((a, b) => a.start - b.start);
  for (const node of inOrder) {
    take(node);
    recover(context, take);
  }
  return lowered;
}

export function statementOf(context: Context, node: Syntax): readonly Statement[] {
  const lower = statements.get(node.type);
  if (lower === undefined) return [expressionStatement(context.expressionOf(node), node)];
  if (context.depth >= DEEPEST) return [expressionStatement(tooDeep(node))];
  context.depth += 1;
  const lowered = lower(context, node);
  context.depth -= 1;
  return lowered;
}

function ifStatement(context: Context, node: Syntax): readonly Statement[] {
  const clauses = [node, ...kidsOf(context, node).filter((kid) => kid.type === "elif_clause")];
  const branches = clauses.slice(0, MOST_BRANCHES).map((clause): Branch => {
    return {
      test: headOf(context, clause),
      then: bodyOf(context, clause),
      span: { start: clause.start, end: node.end },
    };
  });
  const dropped = clauses[MOST_BRANCHES];
  return ifChain(branches, dropped === undefined ? elseOf(context, node) : [tooManyBranches(dropped)]);
}

/** The expression before a block. */
function headOf(context: Context, node: Syntax): Expression {
  const [head] = kidsOf(context, node);
  return head === undefined || head.type === "block" ? opaque(node, "syntax error") : context.expressionOf(head);
}

function whileStatement(context: Context, node: Syntax): readonly Statement[] {
  const loop: Statement = {
    kind: "loop",
    test: headOf(context, node),
    body: bodyOf(context, node),
    span: spanOf(node),
  };
  return [loop, ...elseOf(context, node)];
}

function forStatement(context: Context, node: Syntax): readonly Statement[] {
  const [left, right] = kidsOf(context, node);
  const bind = left && targetOf(context, left);
  const over = right === undefined || right.type === "block" ? undefined : context.expressionOf(right);
  const loop: Statement = {
    kind: "loop",
    ...given({ bind, over }),
    body: bodyOf(context, node),
    span: spanOf(node),
  };
  return [loop, ...elseOf(context, node)];
}

function withStatement(context: Context, node: Syntax): readonly Statement[] {
  const clause = kidOfType(context, node, "with_clause");
  const items = clause === undefined ? [] : kidsOf(context, clause);
  const entered = items.flatMap((item): readonly Statement[] => {
    const [held] = item.type === "with_item" ? kidsOf(context, item) : [item];
    if (held === undefined) return [];
    const [value, alias] = held.type === "as_pattern" ? kidsOf(context, held) : [held];
    if (value === undefined) return [];
    if (alias === undefined) return [expressionStatement(context.expressionOf(value))];
    return assign(context, kidsOf(context, alias)[0] ?? alias, context.expressionOf(value), item, {});
  });
  return [...entered, ...bodyOf(context, node)];
}

function tryStatement(context: Context, node: Syntax): readonly Statement[] {
  const clauses = kidsOf(context, node);
  const last = clauses.find((kid) => kid.type === "finally_clause");
  const body = bodyOf(context, node).concat(elseOf(context, node));
  const handlers = clauses.filter((kid) => kid.type.startsWith("except")).map((kid) => handlerOf(context, kid));
  return [
    { kind: "try", body, handlers, finally: last === undefined ? [] : bodyOf(context, last), span: spanOf(node) },
  ];
}

function handlerOf(context: Context, node: Syntax): Handler {
  const values = kidsOf(context, node).filter((kid) => kid.type !== "block");
  const [first] = values;
  let types = values;
  let bind: Syntax | undefined;
  if (first?.type === "as_pattern") {
    const [caught, alias] = kidsOf(context, first);
    types = caught === undefined ? [] : [caught];
    bind = alias;
  } else if (values.length === 2 && values[1] !== undefined && /^[a-z_]\w*$/.test(textOf(context, values[1]))) {
    // Python 2: `except Error, e`.
    types = values.slice(0, 1);
    bind = values[1];
  }
  const names = types
    .flatMap((type) => (lists.has(type.type) ? kidsOf(context, type) : [type]))
    .map((type) => textOf(context, type));
  return { types: names, ...given({ bind: bind && textOf(context, bind) }), body: bodyOf(context, node) };
}

function returnStatement(context: Context, node: Syntax): readonly Statement[] {
  const [value] = kidsOf(context, node);
  return [{ kind: "return", ...given({ value: value && context.expressionOf(value) }), span: spanOf(node) }];
}

function raiseStatement(context: Context, node: Syntax): readonly Statement[] {
  const [value, cause] = children(context, node);
  const before = cause === undefined ? [] : [expressionStatement(cause)];
  return [...before, { kind: "throw", ...given({ value }), span: spanOf(node) }];
}

function assertStatement(context: Context, node: Syntax): readonly Statement[] {
  const [test, message] = children(context, node);
  if (test === undefined) return [];
  const value: Expression =
    message === undefined
      ? test
      : {
          kind: "binary",
          operator: "or",
          left: test,
          right: message,
          span: { start: test.span.start, end: message.span.end },
        };
  return [expressionStatement(value, node)];
}
