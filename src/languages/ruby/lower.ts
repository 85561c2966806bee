import type { SourceFile } from "../../language.ts";
import type { Expression, Program, Statement } from "../../program.ts";
import type { SyntaxTree } from "../../syntax.ts";
import { DEEPEST, expressionStatement, opaque, spanOf, tooDeep } from "../lowering.ts";
import { listItems } from "./arguments.ts";
import { assignment } from "./assignments.ts";
import { body, rescueModifier } from "./bodies.ts";
import { caseMatch, caseStatement, ifStatement, matchPattern, modifier, unlessStatement } from "./branches.ts";
import { alias, call, chain, keywordCall, ofThis } from "./calls.ts";
import { classStatement, singletonClass } from "./classes.ts";
import { blockFunction, lambda, method, methodValue } from "./functions.ts";
import { entries } from "./hashes.ts";
import { heredoc } from "./heredocs.ts";
import {
  chainedString,
  character,
  float,
  integer,
  string,
  unknown,
  withInterpolations,
  wordArray,
} from "./literals.ts";
import { callStatement, forLoop, jump, nextStatement, returnStatement, whileLoop } from "./loops.ts";
import { binary, ternary, unary } from "./operators.ts";
import {
  append,
  expressions,
  type LowerExpression,
  type LowerStatement,
  literal,
  nameOf,
  type Reading,
  textOf,
} from "./reading.ts";
import { STATEMENT_LISTS, type Syntax, withoutHeredocs } from "./syntax.ts";
import { asValue } from "./values.ts";

const EXPRESSIONS: ReadonlyMap<string, LowerExpression> = new Map<string, LowerExpression>([
  ["identifier", identifier],
  ["constant", nameOf],
  ["global_variable", nameOf],
  ["instance_variable", ofThis],
  ["class_variable", ofThis],
  ["self", (node) => ({ kind: "this", span: spanOf(node) })],
  ["super", (node, reading) => call(node, { kind: "super", span: spanOf(node) }, undefined, undefined, reading)],
  ["call", chain],
  ["element_reference", chain],
  ["scope_resolution", chain],
  ["yield", keywordCall("yield", (node) => node.children[0])],
  ["alias", alias],
  ["undef", alias],
  ["method", methodValue],
  ["singleton_method", methodValue],
  ["binary", binary],
  ["unary", unary],
  ["conditional", ternary],
  ["nil", (node) => literal(node, null)],
  ["true", (node) => literal(node, true)],
  ["false", (node) => literal(node, false)],
  ["integer", integer],
  ["float", float],
  ["rational", unknown("a rational number")],
  ["complex", unknown("a complex number")],
  ["string", string],
  ["delimited_symbol", string],
  ["simple_symbol", (node, reading) => literal(node, textOf(node, reading).slice(1))],
  ["chained_string", chainedString],
  ["character", character],
  ["heredoc_beginning", heredoc],
  ["string_array", wordArray],
  ["symbol_array", wordArray],
  ["subshell", withInterpolations("the output of a command")],
  ["regex", withInterpolations("a regular expression")],
  ["range", unknown("a range")],
  ["file", unknown("the path of this file")],
  ["line", unknown("a line number")],
  ["encoding", unknown("an encoding")],
  ["array", (node, reading) => ({ kind: "list", items: listItems(node.children, false, reading), span: spanOf(node) })],
  ["hash", (node, reading) => ({ kind: "object", entries: entries(node.children, reading), span: spanOf(node) })],
  ["lambda", lambda],
  ["block", blockFunction],
  ["do_block", blockFunction],
]);

const MAGIC = new Set(["__FILE__", "__LINE__", "__dir__", "__method__", "__ENCODING__"]);

function identifier(node: Syntax, reading: Reading): Expression {
  const name = nameOf(node, reading);
  return name.kind === "name" && MAGIC.has(name.name) ? opaque(node, `${name.name} depends on the place`) : name;
}

const STATEMENTS: ReadonlyMap<string, LowerStatement> = new Map<string, LowerStatement>([
  ...[...STATEMENT_LISTS, "begin_block", "end_block", "parenthesized_statements", "ERROR"].map(
    (type): [string, LowerStatement] => [type, body],
  ),
  ["empty_statement", () => []],
  ["uninterpreted", () => []],
  ["call", callStatement],
  ["assignment", assignment],
  ["operator_assignment", assignment],
  ["if", ifStatement],
  ["elsif", ifStatement],
  ["unless", unlessStatement],
  ["if_modifier", modifier],
  ["unless_modifier", modifier],
  ["case", caseStatement],
  ["case_match", caseMatch],
  ["match_pattern", matchPattern],
  ["test_pattern", matchPattern],
  ["while", whileLoop],
  ["until", whileLoop],
  ["while_modifier", whileLoop],
  ["until_modifier", whileLoop],
  ["for", forLoop],
  ["rescue_modifier", rescueModifier],
  ["return", returnStatement],
  ["next", nextStatement],
  ["redo", jump("continue")],
  ["retry", jump("continue")],
  ["break", jump("break")],
  ["method", method],
  ["singleton_method", method],
  ["class", classStatement],
  ["module", classStatement],
  ["singleton_class", singletonClass],
]);

function expression(node: Syntax, reading: Reading): Expression {
  if (reading.depth >= DEEPEST) return tooDeep(node);
  reading.depth += 1;
  const lower = EXPRESSIONS.get(node.type);
  const value =
    lower !== undefined
      ? lower(node, reading)
      : STATEMENTS.has(node.type)
        ? asValue(node, statement(node, reading))
        : opaque(
            node,
            `${node.type.replaceAll("_", " ")} has no value that is followed`,
            expressions(node.children, reading),
          );
  reading.depth -= 1;
  return value;
}

export function statement(node: Syntax, reading: Reading): Statement[] {
  const lower = STATEMENTS.get(node.type);
  if (lower === undefined) return [expressionStatement(expression(node, reading))];
  if (reading.depth >= DEEPEST) return [expressionStatement(tooDeep(node))];
  reading.depth += 1;
  const result = lower(node, reading);
  reading.depth -= 1;
  return result;
}

function statements(nodes: readonly Syntax[], reading: Reading): Statement[] {
  const result: Statement[] = [];
  for (const node of nodes) append(result, statement(node, reading));
  return result;
}

/** Lowers one Ruby file. */
export function lowerRuby(tree: SyntaxTree, source: SourceFile): Program {
  const { root, heredocs } = source.text.includes("<<")
    ? withoutHeredocs(tree.root)
    : { root: tree.root, heredocs: new Map<number, Syntax>() };
  const reading: Reading = {
    text: source.text,
    heredocs,
    depth: 0,
    next: "continue",
    lifted: new Set(),
    statement: (node) => statement(node, reading),
    statements: (nodes) => statements(nodes, reading),
    expression: (node) => expression(node, reading),
  };
  return {
    kind: "program",
    file: source.file,
    language: "ruby",
    body: statements(root.children, reading),
    errors: tree.errors,
    comments: tree.comments,
  };
}
