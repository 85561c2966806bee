import type { ClassExpression, Expression, Member, Statement } from "../../program.ts";
import { DEEPEST, spanOf } from "../lowering.ts";
import { rightSide } from "./assignments.ts";
import { methodFunction } from "./functions.ts";
import { append, member, nameOf, operatorText, optional, type Reading, textOf, withNext } from "./reading.ts";
import { field, type Syntax } from "./syntax.ts";

function methodMember(node: Syntax, isStatic: boolean, reading: Reading): Member {
  const lowered = methodFunction(node, reading);
  const name = lowered.name ?? "";
  if (field(node, "name")?.type === "setter" && name.endsWith("=")) {
    return { kind: "method", name: name.slice(0, -1).trimEnd(), role: "setter", static: isStatic, function: lowered };
  }
  const role = name === "initialize" && !isStatic ? "constructor" : "method";
  return { kind: "method", name, role, static: isStatic, function: lowered };
}

function constantField(node: Syntax, name: string, value: Expression): Member {
  return { kind: "field", name, value, static: true, annotations: [], span: spanOf(node) };
}

/** `X = 1` and `X ||= 1` in a class body. */
function constantMember(node: Syntax, reading: Reading): Member | undefined {
  const left = field(node, "left");
  const right = field(node, "right");
  const operator = operatorText(node, reading) || "||=";
  if (left?.type !== "constant" || right === undefined || operator !== "||=") return undefined;
  return constantField(node, textOf(left, reading), rightSide(right, reading));
}

function isOwnSingleton(node: Syntax, className: string, reading: Reading): boolean {
  const object = field(node, "object") ?? field(node, "value");
  return object?.type === "self" || (object?.type === "constant" && textOf(object, reading) === className);
}

/** `private def x`, `helper_method memoize def x`: the method inside the arguments. */
function methodArguments(node: Syntax): Syntax[] {
  const found: Syntax[] = [];
  let lists = [node];
  for (let level = 0; level < 5 && lists.length > 0; level += 1) {
    const inner = lists.flatMap((call) => (call.type === "call" ? (field(call, "arguments")?.children ?? []) : []));
    append(
      found,
      inner.filter((part) => part.type === "method" || part.type === "singleton_method"),
    );
    lists = inner.filter((part) => part.type === "call");
  }
  return found;
}

interface ClassBody {
  readonly name: string;
  readonly static: boolean;
}

function classMember(node: Syntax, of: ClassBody, reading: Reading): Member[] {
  switch (node.type) {
    case "method":
      return [methodMember(node, of.static, reading)];
    case "singleton_method":
      if (isOwnSingleton(node, of.name, reading)) return [methodMember(node, true, reading)];
      break;
    case "singleton_class":
      if (isOwnSingleton(node, of.name, reading))
        return classMembers(field(node, "body"), { ...of, static: true }, reading);
      break;
    case "class":
    case "module": {
      const lowered = classExpression(node, reading);
      return [constantField(node, lowered.name ?? "", lowered)];
    }
    case "assignment":
    case "operator_assignment": {
      const constant = constantMember(node, reading);
      if (constant !== undefined) return [constant];
      break;
    }
    case "ERROR":
    case "body_statement":
      return classMembers(node, of, reading);
    case "call": {
      const members: Member[] = [];
      for (const argument of methodArguments(node)) {
        append(members, classMember(argument, of, reading));
        reading.lifted.add(argument);
      }
      append(members, statementMembers(node, reading));
      return members;
    }
  }
  return statementMembers(node, reading);
}

function statementMembers(node: Syntax, reading: Reading): Member[] {
  return reading.statement(node).map((statement) => ({ kind: "statement", statement }));
}

function classMembers(node: Syntax | undefined, of: ClassBody, reading: Reading): Member[] {
  const members: Member[] = [];
  if (node === undefined || reading.depth >= DEEPEST) return members;
  reading.depth += 1;
  for (const part of node.children) append(members, classMember(part, of, reading));
  reading.depth -= 1;
  return members;
}

/** The last name of `A::B`, where it stands. */
function className(node: Syntax): Syntax {
  const name = field(node, "name") ?? node;
  return name.type === "scope_resolution" ? (field(name, "name") ?? name) : name;
}

function classExpression(node: Syntax, reading: Reading): ClassExpression {
  const name = textOf(className(node), reading);
  const base = field(node, "superclass")?.children[0];
  const members = withNext(reading, "continue", () =>
    classMembers(field(node, "body"), { name, static: false }, reading),
  );
  return {
    kind: "class",
    name,
    bases: [...(base === undefined ? [] : [reading.expression(base)]), ...members.flatMap(mixins)],
    members,
    annotations: [],
    span: spanOf(node),
  };
}

/** The modules of `include A, B` in the body of a class. */
function mixins(member: Member): Expression[] {
  if (member.kind !== "statement" || member.statement.kind !== "expression") return [];
  const { value } = member.statement;
  if (value.kind !== "call" || value.callee.kind !== "name" || !/^(?:include|prepend)$/.test(value.callee.name))
    return [];
  return value.arguments.map((argument) => argument.value).filter(({ kind }) => kind === "name" || kind === "member");
}

export function classStatement(node: Syntax, reading: Reading): Statement[] {
  const value = classExpression(node, reading);
  return [{ kind: "assign", target: nameOf(className(node), reading), value, declare: "function", span: spanOf(node) }];
}

/** `class << object` outside a class: each method becomes a member of the object. */
export function singletonClass(node: Syntax, reading: Reading): Statement[] {
  const object = optional(field(node, "value"), node, reading);
  const result: Statement[] = [];
  for (const part of field(node, "body")?.children ?? []) {
    const name = part.type === "method" ? field(part, "name") : undefined;
    if (name === undefined) append(result, reading.statement(part));
    else {
      const to = member(object, name.start, name, reading);
      result.push({ kind: "assign", target: to, value: methodFunction(part, reading), span: spanOf(part) });
    }
  }
  return result;
}
