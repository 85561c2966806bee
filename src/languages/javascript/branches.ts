import type { Expression, Span, Statement } from "../../program.ts";
import { expressionStatement, fieldOf, opaque } from "../lowering.ts";
import { ARM, body, type Context, roomFor } from "./context.ts";
import type { Syntax } from "./syntax.ts";

export interface Arm {
  readonly test: Expression;
  readonly then: readonly Statement[];
  readonly span: Span;
}

export function ifStatement(c: Context, node: Syntax): Statement[] {
  const arms: Arm[] = [];
  const depth = c.depth;
  const longest = roomFor(c, ARM);
  let rest: Syntax | undefined = node;
  while (rest?.type === "if_statement") {
    c.depth = depth + Math.min(arms.length, longest) * ARM;
    const test = fieldOf(rest, "condition");
    arms.push({
      test: test === undefined ? opaque(rest, "a condition that could not be read") : c.expression(test),
      then: body(c, fieldOf(rest, "consequence")),
      span: { start: rest.start, end: node.end },
    });
    rest = fieldOf(rest, "alternative")?.children[0];
  }
  const otherwise = body(c, rest);
  c.depth = depth;
  return chainOfIfs(arms, otherwise, longest);
}

export function chainOfIfs(arms: readonly Arm[], otherwise: readonly Statement[], longest: number): Statement[] {
  let rest: readonly Statement[] = otherwise;
  if (arms.length > longest) rest = [expressionStatement(endOfArms(arms.slice(longest), otherwise))];
  for (let i = Math.min(arms.length, longest) - 1; i >= 0; i--) {
    const arm = arms[i];
    if (arm !== undefined) rest = [{ kind: "if", ...arm, else: rest }];
  }
  return [...rest];
}

function endOfArms(arms: readonly Arm[], otherwise: readonly Statement[]): Expression {
  const at = { start: arms[0]?.span.start ?? 0, end: arms.at(-1)?.span.end ?? 0 };
  const children = arms.flatMap((arm): Expression[] => [
    arm.test,
    { kind: "statements", body: arm.then, span: arm.span },
  ]);
  children.push({ kind: "statements", body: otherwise, span: at });
  return { kind: "opaque", because: "a chain of conditions that is too long", children, span: at };
}
