import type { Assignment, Expression, Handler, Import, Member, Statement, Target } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import {
  type Branch,
  expressionStatement,
  fieldOf,
  ifChain,
  MOST_BRANCHES,
  opaque,
  spanOf,
  tooDeep,
  tooManyBranches,
} from "../lowering.ts";
import { initialValue, targetOf } from "./assignments.ts";
import { classExpression, MEMBERS, members } from "./classes.ts";
import { asStatement, type Context, deeper, nameText, textOf } from "./context.ts";
import { attributesIn, bodyOf, functionOf, throwStatement } from "./functions.ts";
import { conditionOf, preprocessorIf } from "./preprocessor.ts";
import { declareType } from "./shapes.ts";
import { switchStatement } from "./switches.ts";
import { childOfType, fieldsOf, lastPart, NOT_EXPRESSIONS, named, partsOf } from "./syntax.ts";
import { fullType, typed, typeText } from "./types.ts";

export function statements(context: Context, nodes: readonly Node[]): Statement[] {
  return nodes.flatMap((node) => statementOf(context, node));
}

type StatementReader = (context: Context, node: Node) => readonly Statement[];

export function statementOf(context: Context, node: Node): readonly Statement[] {
  return deeper(
    context,
    () => [{ kind: "expression", value: tooDeep(node), span: spanOf(node) }],
    () => {
      const read = STATEMENTS.get(node.type);
      if (read) return read(context, node);
      if (MEMBERS.has(node.type)) return members(context, node).flatMap((item) => memberAsStatement(item, node));
      if (NOT_STATEMENTS.has(node.type) || NOT_EXPRESSIONS.has(node.type)) return [];
      return [{ kind: "expression", value: context.expression(node), span: spanOf(node) }];
    },
  );
}

/** What may lie loose in an ERROR and says nothing by itself. */
const NOT_STATEMENTS = new Set([
  "identifier",
  "this",
  "base",
  "generic_name",
  "qualified_name",
  "alias_qualified_name",
  "empty_statement",
  "delegate_declaration",
  "extern_alias_directive",
  "shebang_directive",
  "base_list",
  "type_parameter",
  "type_parameter_constraint",
]);

/** A member outside of a class, after a syntax error: kept as a declaration of the module. */
function memberAsStatement(item: Member, node: Node): Statement[] {
  if (item.kind === "statement") return [item.statement];
  const span = spanOf(node);
  const target: Target = { kind: "name", name: item.name, span };
  const value = item.kind === "field" ? item.value : item.function;
  return value === undefined
    ? []
    : [{ kind: "assign", target, value, declare: "block", hoisted: item.kind !== "field", span }];
}

export const STATEMENTS: ReadonlyMap<string, StatementReader> = new Map<string, StatementReader>([
  ["using_directive", (context, node) => [usingDirective(context, node)]],
  ["namespace_declaration", (context, node) => inBody(context, node)],
  ["file_scoped_namespace_declaration", () => []],
  ["global_statement", (context, node) => statements(context, partsOf(node))],
  ["global_attribute", (context, node) => attributesIn(context, node).map((value) => expressionStatement(value))],
  ["class_declaration", typeDeclaration],
  ["struct_declaration", typeDeclaration],
  ["record_declaration", typeDeclaration],
  ["interface_declaration", typeDeclaration],
  ["enum_declaration", typeDeclaration],
  ["declaration_list", (context, node) => statements(context, partsOf(node))],
  ["preproc_if", preprocessorIf],
  ["preproc_elif", preprocessorIf],
  ["preproc_else", (context, node) => statements(context, partsOf(node))],
  ["block", (context, node) => [{ kind: "block", body: statements(context, partsOf(node)), span: spanOf(node) }]],
  ["checked_statement", (context, node) => statements(context, partsOf(node))],
  ["unsafe_statement", (context, node) => statements(context, partsOf(node))],
  ["labeled_statement", (context, node) => statements(context, partsOf(node).slice(1))],
  ["break_statement", (_, node) => [{ kind: "break", span: spanOf(node) }]],
  ["continue_statement", (_, node) => [{ kind: "continue", span: spanOf(node) }]],
  ["goto_statement", (context, node) => [expressionStatement(opaque(node, "goto", context.childrenOf(node)))]],
  ["return_statement", returnStatement],
  ["throw_statement", (context, node) => [throwStatement(context, node)]],
  ["yield_statement", yieldStatement],
  ["expression_statement", expressionStatements],
  ["local_declaration_statement", (context, node) => declarationsIn(context, node)],
  ["variable_declaration", variableDeclaration],
  ["local_function_statement", localFunction],
  ["if_statement", ifStatement],
  ["switch_statement", switchStatement],
  ["for_statement", forStatement],
  ["foreach_statement", foreachStatement],
  ["while_statement", whileStatement],
  ["do_statement", doStatement],
  ["using_statement", scopedStatement],
  ["lock_statement", scopedStatement],
  ["fixed_statement", scopedStatement],
  ["try_statement", tryStatement],
]);

function usingDirective(context: Context, node: Node): Import {
  const span = spanOf(node);
  const alias = fieldOf(node, "name");
  const from = lastPart(node);
  const name = from ? typeText(textOf(context, from)) : "";
  if (!alias || alias === from) return { kind: "import", from: name, names: [], star: true, span };
  const local = nameText(context, alias);
  return { kind: "import", from: name, names: [{ imported: "*", local, span: spanOf(alias) }], span };
}

function inBody(context: Context, node: Node): Statement[] {
  const body = fieldOf(node, "body");
  return body ? statements(context, partsOf(body)) : [];
}

function typeDeclaration(context: Context, node: Node): Statement[] {
  const name = fieldOf(node, "name");
  if (!name) return inBody(context, node);
  const target: Target = { kind: "name", name: nameText(context, name), span: spanOf(name) };
  const value = classExpression(context, node);
  return [{ kind: "assign", target, value, declare: "block", hoisted: true, span: spanOf(node) }];
}

function returnStatement(context: Context, node: Node): Statement[] {
  const part = lastPart(node);
  const span = spanOf(node);
  if (!part) return [{ kind: "return", span }];
  return [{ kind: "return", value: context.expression(part, context.returns.at(-1)), span }];
}

function yieldStatement(context: Context, node: Node): Statement[] {
  const part = lastPart(node);
  if (!part) return [{ kind: "return", span: spanOf(node) }];
  return [expressionStatement(opaque(node, "yield", [context.expression(part)]))];
}

function expressionStatements(context: Context, node: Node): Statement[] {
  return partsOf(node).map((part) => asStatement(context.expression(part), spanOf(node)));
}

function declarationsIn(context: Context, node: Node): Statement[] {
  return partsOf(node).flatMap((part) =>
    part.type === "variable_declaration" ? variableDeclaration(context, part) : [],
  );
}

function variableDeclaration(context: Context, node: Node): Statement[] {
  const type = fullType(context, fieldOf(node, "type"));
  return partsOf(node).flatMap((part): Statement[] =>
    part.type === "variable_declarator" ? [declarator(context, part, type)] : [],
  );
}

export function declarator(context: Context, node: Node, type: string | undefined): Assignment {
  const span = spanOf(node);
  const parts = partsOf(node);
  const first = parts[0];
  const target: Target = first ? targetOf(context, first) : { kind: "name", name: "", span };
  if (target.kind === "name") declareType(context, target.name, type);
  return {
    kind: "assign",
    target,
    value: initialValue(context, parts, type) ?? { kind: "literal", value: undefined, span },
    declare: "block",
    ...typed(type),
    span,
  };
}

function localFunction(context: Context, node: Node): Statement[] {
  const name = fieldOf(node, "name");
  if (!name) return [];
  const value = functionOf(context, node, fieldOf(node, "type"));
  const target: Target = { kind: "name", name: nameText(context, name), span: spanOf(name) };
  const span = spanOf(node);
  return [{ kind: "assign", target, value: { ...value, lexicalThis: true }, declare: "block", hoisted: true, span }];
}

function ifStatement(context: Context, first: Node): Statement[] {
  const branches: Branch[] = [];
  let otherwise: readonly Statement[] = [];
  for (let node: Node | undefined = first; node; ) {
    if (node.type !== "if_statement") {
      otherwise = bodyOf(context, node);
      break;
    }
    if (branches.length === MOST_BRANCHES) {
      otherwise = [tooManyBranches(node)];
      break;
    }
    branches.push({
      test: conditionOf(context, fieldOf(node, "condition"), node),
      then: bodyOf(context, fieldOf(node, "consequence")),
      span: spanOf(node),
    });
    node = fieldOf(node, "alternative");
  }
  return [...ifChain(branches, otherwise)];
}

function forStatement(context: Context, node: Node): Statement[] {
  const span = spanOf(node);
  const condition = fieldOf(node, "condition");
  const initial = named(fieldsOf(node, "initializer"));
  const update = named(fieldsOf(node, "update"));
  const before = initial.flatMap((part) =>
    part.type === "variable_declaration" ? variableDeclaration(context, part) : [asStatement(context.expression(part))],
  );
  const test = condition ? { test: context.expression(condition) } : {};
  const after = update.map((part) => asStatement(context.expression(part)));
  const body = [...bodyOf(context, fieldOf(node, "body")), ...after];
  return [{ kind: "block", body: [...before, { kind: "loop", ...test, body, span }], span }];
}

function foreachStatement(context: Context, node: Node): Statement[] {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  const type = fullType(context, fieldOf(node, "type"));
  const bind = left ? targetOf(context, left) : undefined;
  if (bind?.kind === "name") declareType(context, bind.name, type);
  return [
    {
      kind: "loop",
      ...(bind ? { bind } : {}),
      ...(right ? { over: context.expression(right) } : {}),
      body: bodyOf(context, fieldOf(node, "body")),
      span: spanOf(node),
    },
  ];
}

function whileStatement(context: Context, node: Node): Statement[] {
  const test = conditionOf(context, fieldOf(node, "condition"), node);
  return [{ kind: "loop", test, body: bodyOf(context, fieldOf(node, "body")), span: spanOf(node) }];
}

/** `do` runs its body at least once: an endless loop that breaks when the condition does not hold. */
function doStatement(context: Context, node: Node): Statement[] {
  const body = bodyOf(context, fieldOf(node, "body"));
  const condition = conditionOf(context, fieldOf(node, "condition"), node);
  const { span } = condition;
  const test: Expression = { kind: "not", value: condition, span };
  const end: Statement = { kind: "if", test, then: [{ kind: "break", span }], else: [], span };
  return [{ kind: "loop", body: [...body, end], span: spanOf(node) }];
}

/** `using (…) body`, `lock (…) body`, `fixed (…) body`. */
function scopedStatement(context: Context, node: Node): Statement[] {
  const parts = partsOf(node);
  const body = parts.pop();
  const before = parts.flatMap((part) =>
    part.type === "variable_declaration" ? variableDeclaration(context, part) : [asStatement(context.expression(part))],
  );
  return [{ kind: "block", body: [...before, ...bodyOf(context, body)], span: spanOf(node) }];
}

function tryStatement(context: Context, node: Node): Statement[] {
  const clauses = partsOf(node);
  const last = clauses.find((clause) => clause.type === "finally_clause");
  return [
    {
      kind: "try",
      body: bodyOf(context, fieldOf(node, "body")),
      handlers: clauses.filter((clause) => clause.type === "catch_clause").map((clause) => handler(context, clause)),
      finally: last ? bodyOf(context, childOfType(last, "block")) : [],
      span: spanOf(node),
    },
  ];
}

function handler(context: Context, node: Node): Handler {
  const declaration = childOfType(node, "catch_declaration");
  const filter = childOfType(node, "catch_filter_clause");
  const name = fieldOf(declaration, "name");
  const type = fullType(context, fieldOf(declaration, "type"));
  const condition = filter ? lastPart(filter) : undefined;
  if (name) declareType(context, nameText(context, name), type);
  const body = bodyOf(context, fieldOf(node, "body"));
  return {
    types: type === undefined ? [] : [typeText(type)],
    ...(name ? { bind: nameText(context, name) } : {}),
    body: condition ? filtered(context.expression(condition), body) : body,
  };
}

/** `catch … when (test)`: what the filter does not take is thrown on. */
function filtered(test: Expression, then: readonly Statement[]): Statement[] {
  const { span } = test;
  return [{ kind: "if", test, then, else: [{ kind: "throw", span }], span }];
}
