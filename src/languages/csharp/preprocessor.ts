import type { Expression, Statement } from "../../program.ts";
import type { SyntaxNode as Node } from "../../syntax.ts";
import { fieldOf, opaque, spanOf } from "../lowering.ts";
import { type Context, textOf } from "./context.ts";
import { partsOf } from "./syntax.ts";

/** The parts of a `#if` or `#elif` between its condition and its alternative. */
export function branchOf(node: Node): { condition: Node | undefined; body: Node[]; alternative: Node | undefined } {
  const condition = fieldOf(node, "condition");
  const alternative = fieldOf(node, "alternative");
  const body = partsOf(node).filter((part) => part !== condition && part !== alternative);
  return { condition, body, alternative };
}

export function conditionOf(context: Context, node: Node | undefined, owner: Node): Expression {
  return node ? context.expression(node) : opaque(owner, "no condition");
}

/** What `#if` and `#elif` ask. */
export function symbolTest(context: Context, node: Node | undefined, owner: Node): Expression {
  return ofSymbols(context, conditionOf(context, node, owner));
}

/** A symbol is none of the program's names: it is told with `#` in front, or as what the file itself makes of it. */
function ofSymbols(context: Context, test: Expression): Expression {
  if (test.kind === "not") return { ...test, value: ofSymbols(context, test.value) };
  if (test.kind === "binary")
    return { ...test, left: ofSymbols(context, test.left), right: ofSymbols(context, test.right) };
  if (test.kind !== "name") return test;
  const value = context.symbols.get(test.name);
  return value === undefined ? { ...test, name: `#${test.name}` } : { kind: "literal", value, span: test.span };
}

/** `#define` and `#undef`, which stand before all else in a file. */
export function definedIn(context: Context, root: Node): void {
  for (const part of root.parts) {
    if (part.type !== "preproc_define" && part.type !== "preproc_undef") continue;
    const name = part.parts.find(({ named }) => named);
    if (name) context.symbols.set(textOf(context, name), part.type === "preproc_define");
  }
}

/** `#if` makes no scope: what a branch imports or declares is seen behind it, so that stands before the `if`. */
export function preprocessorIf(context: Context, node: Node): Statement[] {
  const { condition, body, alternative } = branchOf(node);
  const inner = context.statements(body);
  const otherwise = alternative ? context.statementOf(alternative) : [];
  const outside: Statement[] = [];
  const test = symbolTest(context, condition, node);
  const branch = (all: readonly Statement[]): Statement[] =>
    all.flatMap((statement): Statement[] => {
      if (statement.kind === "import" || (statement.kind === "assign" && statement.hoisted)) {
        outside.push(statement);
        return [];
      }
      if (statement.kind !== "assign" || statement.declare === undefined) return [statement];
      const { declare: _, ...assignment } = statement;
      outside.push({ ...statement, value: { kind: "literal", value: undefined, span: statement.target.span } });
      return [assignment];
    });
  const choice: Statement = { kind: "if", test, then: branch(inner), else: branch(otherwise), span: spanOf(node) };
  return choice.then.length + choice.else.length > 0 ? [...outside, choice] : outside;
}

export function preprocessorValue(context: Context, node: Node, expected: string | undefined): Expression {
  const { condition, body, alternative } = branchOf(node);
  const span = spanOf(node);
  return {
    kind: "ternary",
    test: symbolTest(context, condition, node),
    then: body[0] ? context.expression(body[0], expected) : opaque(span, "nothing"),
    else: alternative ? context.expression(alternative, expected) : opaque(span, "nothing"),
    span,
  };
}
