import type { SourceFile } from "../../language.ts";
import type {
  Argument,
  Assignment,
  BinaryOperator,
  Call,
  ClassExpression,
  Entry,
  Expression,
  FunctionExpression,
  Handler,
  Import,
  Member,
  Parameter,
  Program,
  Span,
  Statement,
  Target,
} from "../../program.ts";
import type { SyntaxNode as Node, SyntaxTree } from "../../syntax.ts";

const DEEPEST = 400;
const LONGEST_CHAIN = 2_000;

/** The declared types of one type's members, as written; needed to know what `new()` makes. */
interface Shape {
  readonly fields: Map<string, string>;
  /** Method name (`constructor` for constructors) to the parameter types of each overload. */
  readonly methods: Map<string, string[][]>;
}

interface Context {
  readonly text: string;
  readonly shapes: Map<string, Shape>;
  /** Declared types of parameters and locals, one map per function, innermost last. */
  readonly scopes: Map<string, string>[];
  /** Return types of the functions around, innermost last. */
  readonly returns: (string | undefined)[];
  readonly owners: Shape[];
  depth: number;
}

/** Lowers one C# file. */
export function lower({ root, errors, comments }: SyntaxTree, source: SourceFile): Program {
  const context: Context = {
    text: source.text,
    shapes: new Map(),
    scopes: [new Map()],
    returns: [undefined],
    owners: [],
    depth: 0,
  };
  const nodes = partsOf(root);
  collectShapes(context, nodes);
  const namespace = fieldOf(
    nodes.find((node) => NAMESPACES.has(node.type)),
    "name",
  );
  return {
    kind: "program",
    file: source.file,
    language: "csharp",
    body: statements(context, nodes),
    ...(namespace ? { namespace: typeText(textOf(context, namespace)) } : {}),
    errors,
    comments,
  };
}

// Nodes

function fieldOf(node: Node | undefined, field: string): Node | undefined {
  return node?.parts.find((child) => child.field === field);
}

function fieldsOf(node: Node, field: string): Node[] {
  return node.parts.filter((child) => child.field === field);
}

const NAMESPACES = new Set(["namespace_declaration", "file_scoped_namespace_declaration"]);

/** Nodes that may stand anywhere and mean nothing to the program. */
const EXTRAS = new Set([
  "comment",
  "preproc_region",
  "preproc_endregion",
  "preproc_line",
  "preproc_pragma",
  "preproc_nullable",
  "preproc_error",
  "preproc_warning",
  "preproc_define",
  "preproc_undef",
]);

const TYPES = new Set([
  "predefined_type",
  "array_type",
  "nullable_type",
  "implicit_type",
  "pointer_type",
  "function_pointer_type",
  "tuple_type",
  "ref_type",
  "scoped_type",
]);

const NOT_EXPRESSIONS = new Set([
  ...TYPES,
  "modifier",
  "type_argument_list",
  "type_parameter_list",
  "type_parameter_constraints_clause",
  "attribute_list",
  "interpolation_format_clause",
  "label_name",
  "escape_sequence",
  "preproc_arg",
  "preproc_directive",
]);

function spanOf(node: Node): Span {
  return { start: node.start, end: node.end };
}

function textOf(context: Context, node: Node): string {
  return context.text.slice(node.start, node.end);
}

/** The children that mean something: named ones, `this` and `base`; what stands in an ERROR takes its place. */
function partsOf(node: Node): Node[] {
  const parts: Node[] = [];
  const stack = node.parts.toReversed();
  for (let child = stack.pop(); child !== undefined; child = stack.pop()) {
    if (child.type === "ERROR") {
      const inner = child.parts;
      for (let index = inner.length - 1; index >= 0; index--) stack.push(inner[index]!);
    } else if (child.named ? !EXTRAS.has(child.type) : child.type === "this" || child.type === "base") {
      parts.push(child);
    }
  }
  return parts;
}

function hasToken(node: Node, token: string): boolean {
  return node.parts.some((child) => child.type === token);
}

function lastPart(node: Node): Node | undefined {
  return partsOf(node).at(-1);
}

function childOfType(node: Node, type: string): Node | undefined {
  return node.parts.find((child) => child.type === type);
}

function hasModifier(context: Context, node: Node, ...modifiers: readonly string[]): boolean {
  return node.parts.some((child) => child.type === "modifier" && modifiers.includes(textOf(context, child)));
}

/** The identifier, without `@` and without type arguments. */
function nameText(context: Context, node: Node): string {
  return textOf(context, nameNode(node)).replace(/^@/, "");
}

function nameNode(node: Node): Node {
  return node.type === "generic_name" ? (node.parts.find((child) => child.named) ?? node) : node;
}

/** What stands between the first and the last character of a bracketed node. */
function innerSpan(node: Node): Span {
  return { start: node.start + 1, end: Math.max(node.start + 1, node.end - 1) };
}

function opaque(because: string, span: Span, children: readonly Expression[] = []): Expression {
  return { kind: "opaque", because, children, span };
}

/** Runs `read` one level deeper, or gives `fallback` where the nesting has no end. */
function deeper<T>(context: Context, fallback: () => T, read: () => T): T {
  if (context.depth >= DEEPEST) return fallback();
  context.depth++;
  const result = read();
  context.depth--;
  return result;
}

// Types

/** A type as written, without type arguments, `?`, `ref` and `global::`. */
function typeText(type: string): string {
  let text = "";
  let open = 0;
  for (const character of type.replace(/^(?:(?:ref|readonly|scoped|params)\s+)+/, "")) {
    if (character === "<") open++;
    else if (character === ">") open--;
    else if (open === 0 && character !== "?" && !/\s/.test(character)) text += character;
  }
  return text.replace(/^global::/, "").replaceAll("@", "");
}

/** The declared type in full, or undefined for `var`. */
function fullType(context: Context, node: Node | undefined): string | undefined {
  if (!node || node.type === "implicit_type") return undefined;
  const text = textOf(context, node);
  return text === "" || text === "var" ? undefined : text;
}

function typed(type: string | undefined): { readonly type?: string } {
  return type === undefined ? {} : { type: typeText(type) };
}

/** The type of one element of a collection type: `List<T>`, `T[]`, the value of `Dictionary<K, T>`. */
function elementType(type: string | undefined): string | undefined {
  if (type === undefined) return undefined;
  const plain = type.trim().replace(/\?$/, "");
  if (plain.endsWith("[]")) return plain.slice(0, -2);
  return plain.endsWith(">") ? lastTypeArgument(plain) : undefined;
}

function lastTypeArgument(type: string): string | undefined {
  let start = type.indexOf("<") + 1;
  let open = 0;
  for (let at = start; at < type.length - 1; at++) {
    const character = type[at];
    if (character === "<" || character === "(") open++;
    else if (character === ">" || character === ")") open--;
    else if (character === "," && open === 0) start = at + 1;
  }
  return start === 0 ? undefined : type.slice(start, -1).trim();
}

/** The type that `return` takes: what an async method's task brings. */
function returnedType(type: string | undefined, async: boolean): string | undefined {
  if (type === undefined || !async) return type;
  return /^(?:[\w.]+\.)?(?:Value)?Task</.test(type) ? lastTypeArgument(type) : undefined;
}

/** A type as an expression: a name or a member chain. */
function typeExpression(context: Context, node: Node): Expression {
  switch (node.type) {
    case "nullable_type":
    case "array_type":
    case "ref_type":
    case "scoped_type":
    case "pointer_type": {
      const inner = fieldOf(node, "type");
      return inner
        ? deeper(
            context,
            () => tooDeep(node),
            () => typeExpression(context, inner),
          )
        : opaque("type", spanOf(node));
    }
    case "predefined_type":
      return { kind: "name", name: textOf(context, node), span: spanOf(node) };
    case "identifier":
    case "generic_name":
    case "qualified_name":
    case "alias_qualified_name":
    case "member_access_expression":
      return chain(context, node);
    default:
      return opaque("type", spanOf(node));
  }
}

/** The dotted name as it would be written at `span`, where the source leaves it out (`new()`). */
function impliedType(type: string, span: Span): Expression {
  const [first = "", ...rest] = typeText(type).split(".");
  return rest.reduce<Expression>(
    (object, property) => ({ kind: "member", object, property, span, propertySpan: span }),
    { kind: "name", name: first, span },
  );
}

// What the file declares, for `new()`

const TYPE_DECLARATIONS = new Set([
  "class_declaration",
  "struct_declaration",
  "record_declaration",
  "interface_declaration",
  "enum_declaration",
]);

const NESTING = new Set([
  "namespace_declaration",
  "file_scoped_namespace_declaration",
  "preproc_if",
  "preproc_elif",
  "preproc_else",
]);

function collectShapes(context: Context, nodes: readonly Node[]): void {
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

function shapeOf(context: Context, node: Node): Shape {
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
function declaredType(context: Context, expression: Expression | Target): string | undefined {
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
function calledParameters(context: Context, callee: Expression, count: number): readonly string[] {
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

function declareType(context: Context, name: string, type: string | undefined): void {
  if (type !== undefined) context.scopes.at(-1)?.set(name, type);
}

// Statements

function statements(context: Context, nodes: readonly Node[]): Statement[] {
  const body: Statement[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const recovered = conditionalAssignment(context, nodes, index);
    if (recovered) {
      body.push(recovered.statement);
      index = recovered.last;
    } else {
      for (const statement of statementOf(context, nodes[index]!)) body.push(statement);
    }
  }
  return body;
}

/**
 * `a?.B = v` is C# 14, which the grammar leaves as loose parts in an ERROR: a name, bindings, and the value.
 */
function conditionalAssignment(
  context: Context,
  nodes: readonly Node[],
  first: number,
): { readonly statement: Statement; readonly last: number } | undefined {
  let last = first;
  while (nodes[last + 1]?.type === "member_binding_expression") last++;
  const object = nodes[first]!;
  const value = nodes[last + 1];
  const binding = nodes[last];
  if (last === first || !value || !binding) return undefined;
  if (!/^\s*=\s*$/.test(context.text.slice(binding.end, value.start))) return undefined;
  let target = expression(context, object);
  for (const node of nodes.slice(first + 1, last + 1)) target = member(context, target, object.start, node);
  const span = { start: object.start, end: value.end };
  if (target.kind !== "member") return undefined;
  return {
    last: last + 1,
    statement: { kind: "assign", target, value: expression(context, value, declaredType(context, target)), span },
  };
}

type StatementReader = (context: Context, node: Node) => readonly Statement[];

function statementOf(context: Context, node: Node): readonly Statement[] {
  return deeper(
    context,
    () => [{ kind: "expression", value: tooDeep(node), span: spanOf(node) }],
    () => {
      const read = STATEMENTS.get(node.type);
      if (read) return read(context, node);
      if (MEMBERS.has(node.type)) return members(context, node).flatMap((item) => memberAsStatement(item, node));
      if (NOT_STATEMENTS.has(node.type) || NOT_EXPRESSIONS.has(node.type)) return [];
      return [{ kind: "expression", value: expression(context, node), span: spanOf(node) }];
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

function tooDeep(node: Node): Expression {
  return opaque("nested too deeply", spanOf(node));
}

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

const STATEMENTS: ReadonlyMap<string, StatementReader> = new Map<string, StatementReader>([
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
  ["goto_statement", (context, node) => [expressionStatement(opaque("goto", spanOf(node), childrenOf(context, node)))]],
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

function expressionStatement(value: Expression, span: Span = value.span): Statement {
  return { kind: "expression", value, span };
}

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

/** The parts of a `#if` or `#elif` between its condition and its alternative. */
function branchOf(node: Node): { condition: Node | undefined; body: Node[]; alternative: Node | undefined } {
  const condition = fieldOf(node, "condition");
  const alternative = fieldOf(node, "alternative");
  const body = partsOf(node).filter((part) => part !== condition && part !== alternative);
  return { condition, body, alternative };
}

function conditionOf(context: Context, node: Node | undefined, owner: Node): Expression {
  return node ? expression(context, node) : opaque("no condition", spanOf(owner));
}

/** `#if` makes no scope: what a branch imports or declares is seen behind it, so that stands before the `if`. */
function preprocessorIf(context: Context, node: Node): Statement[] {
  const { condition, body, alternative } = branchOf(node);
  const inner = statements(context, body);
  const otherwise = alternative ? statementOf(context, alternative) : [];
  const outside: Statement[] = [];
  const test = conditionOf(context, condition, node);
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

function returnStatement(context: Context, node: Node): Statement[] {
  const part = lastPart(node);
  const span = spanOf(node);
  if (!part) return [{ kind: "return", span }];
  return [{ kind: "return", value: expression(context, part, context.returns.at(-1)), span }];
}

function throwStatement(context: Context, node: Node): Statement {
  const part = lastPart(node);
  return { kind: "throw", ...(part ? { value: expression(context, part) } : {}), span: spanOf(node) };
}

function yieldStatement(context: Context, node: Node): Statement[] {
  const part = lastPart(node);
  if (!part) return [{ kind: "return", span: spanOf(node) }];
  return [expressionStatement(opaque("yield", spanOf(node), [expression(context, part)]))];
}

function expressionStatements(context: Context, node: Node): Statement[] {
  return partsOf(node).map((part) => asStatement(expression(context, part), spanOf(node)));
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

function declarator(context: Context, node: Node, type: string | undefined): Assignment {
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

/** The value after `=` in a declarator, whose first part is its name. */
function initialValue(context: Context, parts: readonly Node[], type: string | undefined): Expression | undefined {
  const last = parts.length > 1 ? parts.at(-1) : undefined;
  return last && last.type !== "bracketed_argument_list" ? expression(context, last, type) : undefined;
}

function localFunction(context: Context, node: Node): Statement[] {
  const name = fieldOf(node, "name");
  if (!name) return [];
  const value = functionOf(context, node, fieldOf(node, "type"));
  const target: Target = { kind: "name", name: nameText(context, name), span: spanOf(name) };
  const span = spanOf(node);
  return [{ kind: "assign", target, value: { ...value, lexicalThis: true }, declare: "block", hoisted: true, span }];
}

/** The statements of a body, without the block around them. */
function bodyOf(context: Context, node: Node | undefined): readonly Statement[] {
  if (!node) return [];
  return node.type === "block" ? statements(context, partsOf(node)) : statementOf(context, node);
}

function ifStatement(context: Context, first: Node): Statement[] {
  const branches: { readonly test: Expression; readonly then: readonly Statement[]; readonly span: Span }[] = [];
  let otherwise: readonly Statement[] = [];
  for (let node: Node | undefined = first; node; ) {
    if (node.type !== "if_statement") {
      otherwise = bodyOf(context, node);
      break;
    }
    if (branches.length === LONGEST_CHAIN) {
      otherwise = [expressionStatement(opaque("too many branches", spanOf(node)))];
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

function ifChain(
  branches: readonly { readonly test: Expression; readonly then: readonly Statement[]; readonly span: Span }[],
  otherwise: readonly Statement[],
): readonly Statement[] {
  return branches.reduceRight<readonly Statement[]>(
    (rest, branch) => [{ kind: "if", ...branch, else: rest }],
    otherwise,
  );
}

function forStatement(context: Context, node: Node): Statement[] {
  const span = spanOf(node);
  const condition = fieldOf(node, "condition");
  const initial = named(fieldsOf(node, "initializer"));
  const update = named(fieldsOf(node, "update"));
  const before = initial.flatMap((part) =>
    part.type === "variable_declaration"
      ? variableDeclaration(context, part)
      : [asStatement(expression(context, part))],
  );
  const test = condition ? { test: expression(context, condition) } : {};
  const after = update.map((part) => asStatement(expression(context, part)));
  const body = [...bodyOf(context, fieldOf(node, "body")), ...after];
  return [{ kind: "block", body: [...before, { kind: "loop", ...test, body, span }], span }];
}

function named(nodes: readonly Node[]): Node[] {
  return nodes.filter((node) => node.named && !EXTRAS.has(node.type));
}

function asStatement(value: Expression, span: Span = value.span): Statement {
  return value.kind === "assignment" ? { ...value.assignment, span } : expressionStatement(value, span);
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
      ...(right ? { over: expression(context, right) } : {}),
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
    part.type === "variable_declaration"
      ? variableDeclaration(context, part)
      : [asStatement(expression(context, part))],
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
    body: condition ? filtered(expression(context, condition), body) : body,
  };
}

/** `catch … when (test)`: what the filter does not take is thrown on. */
function filtered(test: Expression, then: readonly Statement[]): Statement[] {
  const { span } = test;
  return [{ kind: "if", test, then, else: [{ kind: "throw", span }], span }];
}

// Switch

interface Case {
  readonly test: Expression | undefined;
  readonly then: readonly Statement[];
  readonly span: Span;
}

/** A subject that may be read several times; anything else is first put into a variable that no source can name. */
function subjectOf(context: Context, node: Node): { readonly subject: Expression; readonly before: Statement[] } {
  const value = expression(context, node);
  if (isPlain(value)) return { subject: value, before: [] };
  const { span } = value;
  const name = `subject:${span.start}`;
  const target: Target = { kind: "name", name, span };
  return {
    subject: { kind: "name", name, span },
    before: [{ kind: "assign", target, value, declare: "block", span }],
  };
}

function isPlain(value: Expression): boolean {
  let at = value;
  while (at.kind === "member") at = at.object;
  return at.kind === "name" || at.kind === "this" || at.kind === "literal" || at.kind === "super";
}

/** Cases in order as an if chain, the default last. */
function caseChain(cases: readonly Case[], span: Span): readonly Statement[] {
  const branches = cases.flatMap(({ test, then, span }) => (test ? [{ test, then, span }] : []));
  const otherwise = cases.find(({ test }) => test === undefined)?.then ?? [];
  if (branches.length <= LONGEST_CHAIN) return ifChain(branches, otherwise);
  return ifChain(branches.slice(0, LONGEST_CHAIN), [expressionStatement(opaque("too many branches", span))]);
}

function switchStatement(context: Context, node: Node): Statement[] {
  const value = fieldOf(node, "value");
  const body = fieldOf(node, "body");
  const span = spanOf(node);
  if (!value || !body) return [expressionStatement(opaque("switch", span, childrenOf(context, node)))];
  const { subject, before } = subjectOf(context, value);
  const cases: Case[] = [];
  let labels: (Expression | undefined)[] = [];
  for (const section of partsOf(body)) {
    if (section.type !== "switch_section") continue;
    const { test, inner } = sectionOf(context, subject, section);
    labels.push(test);
    if (inner.length === 0) continue;
    cases.push({ test: anyOf(labels), then: withoutBreaks(statements(context, inner)), span: spanOf(section) });
    labels = [];
  }
  return [{ kind: "block", body: [...before, ...caseChain(cases, span)], span }];
}

function sectionOf(context: Context, subject: Expression, node: Node): { test: Expression | undefined; inner: Node[] } {
  const parts = partsOf(node);
  if (!hasToken(node, "case")) return { test: undefined, inner: parts };
  const pattern = parts.shift();
  const when = parts[0]?.type === "when_clause" ? parts.shift() : undefined;
  return { test: pattern ? caseTest(context, subject, pattern, when) : undefined, inner: parts };
}

/** One of several labels; undefined when `default` is among them. */
function anyOf(labels: readonly (Expression | undefined)[]): Expression | undefined {
  let test = labels[0];
  for (const right of labels.slice(1)) {
    if (test === undefined || right === undefined) return undefined;
    test = binary("or", test, right);
  }
  return test;
}

function caseTest(context: Context, subject: Expression, pattern: Node, when: Node | undefined): Expression {
  const test = patternTest(context, subject, pattern, "case");
  const guard = when ? lastPart(when) : undefined;
  return guard ? binary("and", test, expression(context, guard)) : test;
}

/** `break` leaves the switch: it goes, and what follows a branch that ends in one moves into the other branch. */
function withoutBreaks(body: readonly Statement[], depth = 0): readonly Statement[] {
  if (depth > DEEPEST) return body;
  const kept: Statement[] = [];
  for (let index = 0; index < body.length; index++) {
    const statement = body[index]!;
    if (statement.kind === "break") return kept;
    if (statement.kind === "block") {
      kept.push({ ...statement, body: withoutBreaks(statement.body, depth + 1) });
      if (statement.body.at(-1)?.kind === "break") return kept;
    } else if (statement.kind === "try") {
      kept.push({ ...statement, body: withoutBreaks(statement.body, depth + 1) });
      if (statement.body.at(-1)?.kind === "break") return kept;
    } else if (statement.kind === "if") {
      const leavesThen = statement.then.at(-1)?.kind === "break";
      const leavesElse = statement.else.at(-1)?.kind === "break";
      const rest = leavesThen || leavesElse ? body.slice(index + 1) : [];
      kept.push({
        ...statement,
        then: withoutBreaks(leavesThen ? statement.then : [...statement.then, ...rest], depth + 1),
        else: withoutBreaks(leavesElse || !leavesThen ? statement.else : [...statement.else, ...rest], depth + 1),
      });
      if (leavesThen || leavesElse) return kept;
    } else {
      kept.push(statement);
    }
  }
  return kept;
}

function switchExpression(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const value = parts[0];
  const span = spanOf(node);
  if (!value) return opaque("switch", span);
  const { subject, before } = subjectOf(context, value);
  const cases = parts
    .filter((part) => part.type === "switch_expression_arm")
    .map((arm): Case => {
      const inner = partsOf(arm);
      const [pattern, when] = inner;
      const result = inner.at(-1);
      const guard = when?.type === "when_clause" ? when : undefined;
      const always = pattern?.type === "discard" && !guard;
      return {
        test: pattern && !always ? caseTest(context, subject, pattern, guard) : undefined,
        then: result ? [valueStatement(context, result, expected)] : [],
        span: spanOf(arm),
      };
    });
  return { kind: "statements", body: [...before, ...caseChain(cases, span)], span };
}

function valueStatement(context: Context, node: Node, expected: string | undefined): Statement {
  return node.type === "throw_expression"
    ? throwStatement(context, node)
    : expressionStatement(expression(context, node, expected));
}

// Patterns

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return {
    kind: "binary",
    operator,
    left,
    right,
    span: { start: Math.min(left.span.start, right.span.start), end: right.span.end },
  };
}

function bound(name: string, value: Expression, span: Span, type: string | undefined): Statement {
  return { kind: "assign", target: { kind: "name", name, span }, value, declare: "block", ...typed(type), span };
}

function always(span: Span): Expression {
  return { kind: "literal", value: true, span };
}

/** Binds the pattern's designation once `test` is read, when it has one. */
function binding(context: Context, node: Node, subject: Expression, test: Expression): Expression {
  const name = fieldOf(node, "name");
  if (!name) return test;
  const type = fullType(context, fieldOf(node, "type"));
  const text = nameText(context, name);
  declareType(context, text, type);
  const span = spanOf(node);
  return { kind: "statements", body: [bound(text, subject, spanOf(name), type), expressionStatement(test)], span };
}

/** The test that `subject` matches; a bare name is a type after `is` and a constant after `case`. */
function patternTest(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  return deeper(
    context,
    () => tooDeep(node),
    () => readPattern(context, subject, node, place),
  );
}

function readPattern(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const span = spanOf(node);
  const inner = lastPart(node);
  const again = (part: Node): Expression => patternTest(context, subject, part, place);
  switch (node.type) {
    case "discard":
      return always(span);
    case "parenthesized_pattern":
      return inner ? again(inner) : always(span);
    case "negated_pattern":
      if (inner && PATTERN_CHAINS.has(inner.type)) return patternChain(context, subject, node, place);
      return { kind: "not", value: inner ? again(inner) : always(span), span };
    case "and_pattern":
    case "or_pattern":
      return patternChain(context, subject, node, place);
    case "relational_pattern": {
      const operator = node.parts[0]?.type as BinaryOperator;
      return inner ? binary(operator, subject, expression(context, inner)) : always(span);
    }
    case "var_pattern":
      return binding(context, node, subject, always(span));
    case "type_pattern":
    case "declaration_pattern": {
      const type = fieldOf(node, "type");
      return binding(context, node, subject, type ? instanceOf(context, subject, type) : always(span));
    }
    case "recursive_pattern":
    case "list_pattern":
      return binding(context, node, subject, recursiveTest(context, subject, node));
    case "constant_pattern":
      return inner ? constantTest(context, subject, inner, place) : always(span);
    default:
      return binary("==", subject, expression(context, node));
  }
}

function instanceOf(context: Context, subject: Expression, type: Node): Expression {
  return binary("instanceof", subject, typeExpression(context, type));
}

function constantTest(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const isType = place === "is" && (node.type === "identifier" || node.type === "generic_name");
  const declared = node.type === "identifier" && context.shapes.has(textOf(context, node));
  return isType || declared ? instanceOf(context, subject, node) : binary("==", subject, expression(context, node));
}

/**
 * `not a and b or c`, read with a loop and joined by precedence: the grammar lets `not` take all that follows it.
 */
function patternChain(context: Context, subject: Expression, node: Node, place: "is" | "case"): Expression {
  const choices: Expression[] = [];
  let test: Expression | undefined;
  const stack: { readonly node: Node; readonly operator?: string; readonly not?: readonly Node[] }[] = [{ node }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { node: at, operator = "and", not = [] } = item;
    const left = fieldOf(at, "left");
    const right = fieldOf(at, "right");
    const inner = at.type === "negated_pattern" ? lastPart(at) : undefined;
    if (PATTERN_CHAINS.has(at.type) && left && right) {
      stack.push({ node: right, operator: at.type === "or_pattern" ? "or" : "and" }, { node: left, operator, not });
    } else if (inner && PATTERN_CHAINS.has(inner.type)) {
      stack.push({ node: inner, operator, not: [...not, at] });
    } else {
      const read = not.reduceRight<Expression>(
        (value, { start }) => ({ kind: "not", value, span: { start: start, end: at.end } }),
        patternTest(context, subject, at, place),
      );
      if (operator === "or" && test) choices.push(test);
      test = operator === "or" || !test ? read : binary("and", test, read);
    }
  }
  return [...choices, test ?? always(spanOf(node))].reduce((left, right) => binary("or", left, right));
}

const PATTERN_CHAINS = new Set(["and_pattern", "or_pattern"]);

function recursiveTest(context: Context, subject: Expression, node: Node): Expression {
  const type = fieldOf(node, "type");
  const tests: Expression[] = type ? [instanceOf(context, subject, type)] : [];
  for (const clause of node.type === "list_pattern" ? [node] : partsOf(node)) {
    if (!CLAUSES.has(clause.type)) continue;
    partsOf(clause).forEach((part, index) => {
      if (part.type !== "identifier") tests.push(subpatternTest(context, subject, part, index));
    });
  }
  const first = tests.shift() ?? binary("!=", subject, { kind: "literal", value: null, span: spanOf(node) });
  return tests.reduce((left, right) => binary("and", left, right), first);
}

const CLAUSES = new Set(["positional_pattern_clause", "property_pattern_clause", "list_pattern"]);

function subpatternTest(context: Context, subject: Expression, node: Node, index: number): Expression {
  if (node.type === "slice_pattern") return opaque("slice", spanOf(node));
  const [first, pattern] = node.type === "subpattern" ? partsOf(node) : [node];
  const span = spanOf(node);
  if (!first) return always(span);
  if (!pattern) {
    const item: Expression = { kind: "index", object: subject, index: { kind: "literal", value: index, span }, span };
    return patternTest(context, item, first, "is");
  }
  const { base, steps } = peel(first);
  let object: Expression = member(context, subject, base.start, base);
  for (const step of steps) object = member(context, object, base.start, step);
  return patternTest(context, object, pattern, "case");
}

// Classes

type MemberReader = (context: Context, node: Node) => Member[];

const MEMBERS: ReadonlyMap<string, MemberReader> = new Map<string, MemberReader>([
  ["field_declaration", fields],
  ["event_field_declaration", fields],
  ["property_declaration", property],
  ["indexer_declaration", property],
  ["event_declaration", property],
  ["method_declaration", method],
  ["constructor_declaration", constructorMember],
  ["destructor_declaration", method],
  ["operator_declaration", method],
  ["conversion_operator_declaration", method],
  ["enum_member_declaration", () => []],
  ["extension_declaration", extension],
]);

const SKIPPED_MEMBERS = new Set([
  "modifier",
  "attribute_list",
  "delegate_declaration",
  "using_directive",
  "preproc_arg",
]);

function members(context: Context, node: Node): Member[] {
  return deeper<Member[]>(
    context,
    () => [{ kind: "statement", statement: expressionStatement(tooDeep(node)) }],
    () => {
      const read = MEMBERS.get(node.type);
      if (read) return read(context, node);
      if (TYPE_DECLARATIONS.has(node.type)) return nestedType(context, node);
      if (SKIPPED_MEMBERS.has(node.type)) return [];
      if (node.type.startsWith("preproc_")) return allBranches(context, node);
      return statementOf(context, node).map((statement) => ({ kind: "statement", statement }));
    },
  );
}

/** Members under `#if` may not depend on a condition: those of all branches count. */
function allBranches(context: Context, node: Node): Member[] {
  const { body, alternative } = branchOf(node);
  return [...body, ...(alternative ? [alternative] : [])].flatMap((part) => members(context, part));
}

function nestedType(context: Context, node: Node): Member[] {
  const name = fieldOf(node, "name");
  if (!name) return [];
  const value = classExpression(context, node);
  return [{ kind: "field", name: nameText(context, name), value, static: true, annotations: [], span: spanOf(node) }];
}

function classExpression(context: Context, node: Node): ClassExpression {
  const name = fieldOf(node, "name");
  const body = fieldOf(node, "body");
  const bases = partsOf(node).find((part) => part.type === "base_list");
  const parameters = childOfType(node, "parameter_list");
  const baseParts = bases
    ? partsOf(bases).flatMap((part) => (part.type === "primary_constructor_base_type" ? partsOf(part) : [part]))
    : [];
  const baseArguments = baseParts.find((part) => part.type === "argument_list");
  context.owners.push(shapeOf(context, node));
  context.scopes.push(new Map());
  const all: Member[] = parameters ? primaryConstructor(context, parameters, baseArguments) : [];
  const declared = body ? partsOf(body) : [];
  if (node.type === "enum_declaration") for (const item of enumFields(context, declared)) all.push(item);
  else for (const part of declared) for (const item of members(context, part)) all.push(item);
  context.scopes.pop();
  context.owners.pop();
  return {
    kind: "class",
    ...(name ? { name: nameText(context, name) } : {}),
    bases: baseParts.filter((part) => part.type !== "argument_list").map((part) => typeExpression(context, part)),
    members: all,
    annotations: annotations(context, node),
    span: spanOf(node),
  };
}

/** `class C(int a) : B(a)`: a field for each parameter, and the constructor that fills it. */
function primaryConstructor(context: Context, list: Node, baseArguments: Node | undefined): Member[] {
  const span = spanOf(list);
  const parameters = parametersOf(context, list);
  const body: Statement[] = baseArguments
    ? [expressionStatement(call(context, { kind: "super", span: spanOf(baseArguments) }, baseArguments, baseArguments))]
    : [];
  const own: Member[] = [];
  for (const { name, type, target } of parameters) {
    const { span } = target;
    own.push({ kind: "field", name, static: false, ...(type === undefined ? {} : { type }), annotations: [], span });
    const filled: Target = { kind: "member", object: { kind: "this", span }, property: name, span, propertySpan: span };
    body.push({ kind: "assign", target: filled, value: { kind: "name", name, span }, span });
  }
  const value: FunctionExpression = {
    kind: "function",
    name: "constructor",
    parameters,
    body,
    annotations: [],
    span,
    bodySpan: span,
  };
  return [...own, { kind: "method", name: "constructor", role: "constructor", static: false, function: value }];
}

function enumFields(context: Context, nodes: readonly Node[]): Member[] {
  const fields: Member[] = [];
  let base: Expression | undefined;
  let offset = 0;
  for (const node of nodes.flatMap(enumMembers)) {
    const name = fieldOf(node, "name");
    const given = fieldOf(node, "value");
    if (!name) continue;
    if (given) {
      const value = expression(context, given);
      const number = value.kind === "literal" && typeof value.value === "number";
      base = number ? undefined : value;
      offset = number ? Number(value.value) : 0;
    }
    const literal: Expression = { kind: "literal", value: offset, span: spanOf(given ?? name) };
    const value = base === undefined ? literal : offset === 0 ? base : binary("+", base, literal);
    const span = spanOf(node);
    fields.push({
      kind: "field",
      name: nameText(context, name),
      value,
      static: true,
      annotations: annotations(context, node),
      span,
    });
    offset++;
  }
  return fields;
}

/** An enum's member, or those in all branches of an `#if`. */
function enumMembers(node: Node): Node[] {
  const found: Node[] = [];
  const stack = [node];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (at.type === "enum_member_declaration") found.push(at);
    else if (at.type.startsWith("preproc_")) for (const part of partsOf(at).toReversed()) stack.push(part);
  }
  return found;
}

function fields(context: Context, node: Node): Member[] {
  const declaration = childOfType(node, "variable_declaration");
  if (!declaration) return [];
  const type = fullType(context, fieldOf(declaration, "type"));
  const isStatic = hasModifier(context, node, "static", "const");
  const attributes = annotations(context, node);
  return partsOf(declaration).flatMap((part): Member[] => {
    const name = part.type === "variable_declarator" ? fieldOf(part, "name") : undefined;
    if (!name) return [];
    const value = initialValue(context, partsOf(part), type);
    return [field(nameText(context, name), value, isStatic, type, attributes, spanOf(node))];
  });
}

function field(
  name: string,
  value: Expression | undefined,
  isStatic: boolean,
  type: string | undefined,
  attributes: readonly Expression[],
  span: Span,
): Member {
  return {
    kind: "field",
    name,
    ...(value ? { value } : {}),
    static: isStatic,
    ...typed(type),
    annotations: attributes,
    span,
  };
}

const ACCESSORS: ReadonlyMap<string, { readonly role: "getter" | "setter" | "method"; readonly prefix: string }> =
  new Map([
    ["get", { role: "getter", prefix: "" }],
    ["set", { role: "setter", prefix: "" }],
    ["init", { role: "setter", prefix: "" }],
    ["add", { role: "method", prefix: "add_" }],
    ["remove", { role: "method", prefix: "remove_" }],
  ]);

/** A property, an indexer (`this[]`) or an event with accessors. */
function property(context: Context, node: Node): Member[] {
  const nameNode = fieldOf(node, "name");
  const name = node.type === "indexer_declaration" ? "this[]" : nameNode ? nameText(context, nameNode) : "";
  const type = fullType(context, fieldOf(node, "type"));
  const isStatic = hasModifier(context, node, "static");
  const attributes = annotations(context, node);
  const list = fieldOf(node, "parameters");
  const value = fieldOf(node, "value");
  if (value?.type === "arrow_expression_clause") {
    const getter = bodyFunction(context, { node, name, list, body: value, result: type, attributes });
    return [{ kind: "method", name, role: "getter", static: isStatic, function: getter }];
  }
  const accessors = fieldOf(node, "accessors");
  const methods = (accessors ? partsOf(accessors) : []).flatMap((part): Member[] => {
    const body = fieldOf(part, "body");
    const accessor = ACCESSORS.get(accessorName(context, part));
    if (!body || !accessor) return [];
    const { role, prefix } = accessor;
    const writes = role !== "getter";
    const span = spanOf(fieldOf(part, "name") ?? part);
    const extra: Parameter[] = writes
      ? [{ target: { kind: "name", name: "value", span }, name: "value", ...typed(type), span }]
      : [];
    const result = writes ? undefined : type;
    const made = bodyFunction(context, { node: part, name: prefix + name, list, body, result, attributes, extra });
    return [{ kind: "method", name: prefix + name, role, static: isStatic, function: made }];
  });
  if (methods.length > 0 && !value) return methods;
  const initial = value ? expression(context, value, type) : undefined;
  return [field(name, initial, isStatic, type, attributes, spanOf(node)), ...methods];
}

function accessorName(context: Context, node: Node): string {
  const name = fieldOf(node, "name");
  return name ? textOf(context, name) : "";
}

const METHOD_NAMES: ReadonlyMap<string, (context: Context, node: Node) => string> = new Map([
  ["destructor_declaration", () => "Finalize"],
  ["operator_declaration", (_: Context, node: Node) => `operator ${fieldOf(node, "operator")?.type ?? ""}`],
  [
    "conversion_operator_declaration",
    (context: Context, node: Node) => `operator ${typeText(fullType(context, fieldOf(node, "type")) ?? "")}`,
  ],
]);

function method(context: Context, node: Node): Member[] {
  const nameNode = fieldOf(node, "name");
  const name = METHOD_NAMES.get(node.type)?.(context, node) ?? (nameNode ? nameText(context, nameNode) : "");
  const made = functionOf(context, node, fieldOf(node, "returns") ?? fieldOf(node, "type"), name);
  return [{ kind: "method", name, role: "method", static: hasModifier(context, node, "static"), function: made }];
}

function constructorMember(context: Context, node: Node): Member[] {
  const name = fieldOf(node, "name");
  if (name && nameText(context, name) === "extension") return extension(context, node);
  const made = functionOf(context, node, undefined, "constructor");
  if (hasModifier(context, node, "static")) {
    return [{ kind: "statement", statement: { kind: "block", body: made.body, span: made.span } }];
  }
  return [{ kind: "method", name: "constructor", role: "constructor", static: false, function: made }];
}

/** `: base(…)` and `: this(…)` as the constructor's first call. */
function constructorCall(context: Context, node: Node): Statement[] {
  const initializer = childOfType(node, "constructor_initializer");
  const list = initializer ? childOfType(initializer, "argument_list") : undefined;
  if (!initializer || !list) return [];
  const base = childOfType(initializer, "base");
  const span = spanOf(base ?? childOfType(initializer, "this") ?? initializer);
  const callee: Expression = base
    ? { kind: "super", span }
    : { kind: "member", object: { kind: "this", span }, property: "constructor", span, propertySpan: span };
  const whole = { start: span.start, end: list.end };
  return [expressionStatement({ ...call(context, callee, list, initializer), span: whole })];
}

/**
 * C# 14 `extension(T receiver) { … }`: static methods whose first parameter is the receiver. To a grammar that does
 * not know it, it is a constructor with local functions.
 */
function extension(context: Context, node: Node): Member[] {
  const list = fieldOf(node, "parameters");
  const receiver = childOfType(node, "receiver_parameter") ?? (list && childOfType(list, "parameter"));
  const body = childOfType(node, "extension_body") ?? fieldOf(node, "body");
  const first = receiver ? [parameter(context, receiver)] : [];
  return (body ? partsOf(body) : []).flatMap((part) => {
    const items = part.type === "local_function_statement" ? method(context, part) : members(context, part);
    return items.map((item) => (item.kind === "method" ? received(item, first) : item));
  });
}

function received(item: Extract<Member, { kind: "method" }>, first: readonly Parameter[]): Member {
  return { ...item, static: true, function: { ...item.function, parameters: [...first, ...item.function.parameters] } };
}

// Functions

interface FunctionParts {
  readonly node: Node;
  readonly name?: string;
  readonly list: Node | undefined;
  readonly body: Node | undefined;
  readonly result: string | undefined;
  readonly attributes: readonly Expression[];
  readonly extra?: readonly Parameter[];
  readonly before?: () => Statement[];
}

function functionOf(context: Context, node: Node, result: Node | undefined, name?: string): FunctionExpression {
  const nameNode = fieldOf(node, "name");
  const made = name ?? (nameNode ? nameText(context, nameNode) : undefined);
  return bodyFunction(context, {
    node,
    ...(made === undefined ? {} : { name: made }),
    list: fieldOf(node, "parameters"),
    body: fieldOf(node, "body"),
    result: fullType(context, result),
    attributes: annotations(context, node),
    before: () => constructorCall(context, node),
  });
}

function bodyFunction(context: Context, parts: FunctionParts): FunctionExpression {
  const { node, name, list, body, result, attributes, extra = [], before } = parts;
  const async = hasModifier(context, node, "async");
  context.scopes.push(new Map());
  context.returns.push(returnedType(result, async));
  const parameters = [...(list ? parametersOf(context, list) : []), ...extra];
  const inner = [...(before?.() ?? []), ...functionBody(context, body)];
  context.returns.pop();
  context.scopes.pop();
  return {
    kind: "function",
    ...(name === undefined ? {} : { name }),
    parameters,
    body: inner,
    annotations: attributes,
    ...(result === undefined ? {} : { returnType: typeText(result) }),
    ...(async ? { async } : {}),
    span: spanOf(node),
    bodySpan: bodySpan(body, node),
  };
}

function bodySpan(body: Node | undefined, node: Node): Span {
  if (!body) return { start: node.end, end: node.end };
  if (body.type === "block") return innerSpan(body);
  return spanOf(body.type === "arrow_expression_clause" ? (lastPart(body) ?? body) : body);
}

/** A block's statements, or `return` of the expression after `=>`. */
function functionBody(context: Context, body: Node | undefined): readonly Statement[] {
  if (!body || body.type === "block") return bodyOf(context, body);
  const value = body.type === "arrow_expression_clause" ? lastPart(body) : body;
  if (!value) return [];
  if (value.type === "throw_expression") return [throwStatement(context, value)];
  return [{ kind: "return", value: expression(context, value, context.returns.at(-1)), span: spanOf(value) }];
}

function parametersOf(context: Context, list: Node): Parameter[] {
  if (list.type === "implicit_parameter" || list.type === "identifier") return [implicitParameter(context, list)];
  const parameters: Parameter[] = [];
  let rest: Node | undefined;
  let restType: Node | undefined;
  for (const child of list.parts) {
    if (child.type === "parameter") parameters.push(parameter(context, child));
    else if (child.type === "implicit_parameter") parameters.push(implicitParameter(context, child));
    else if (child.type === "params") rest = child;
    else if (rest && child.named && !restType && child.type !== "attribute_list") restType = child;
    else if (rest && child.type === "identifier") {
      const type = fullType(context, restType);
      const name = nameText(context, child);
      const span = { start: rest.start, end: child.end };
      parameters.push({
        target: { kind: "name", name, span: spanOf(child) },
        name,
        ...typed(type),
        rest: "list",
        span,
      });
      declareType(context, name, type);
    }
  }
  return parameters;
}

function implicitParameter(context: Context, node: Node): Parameter {
  const name = nameText(context, node);
  return { target: { kind: "name", name, span: spanOf(node) }, name, span: spanOf(node) };
}

function parameter(context: Context, node: Node): Parameter {
  const nameNode = fieldOf(node, "name");
  const name = nameNode ? nameText(context, nameNode) : "";
  const type = fullType(context, fieldOf(node, "type"));
  const last = hasToken(node, "=") ? lastPart(node) : undefined;
  const attributes = annotations(context, node);
  declareType(context, name, type);
  return {
    target: { kind: "name", name, span: spanOf(nameNode ?? node) },
    name,
    ...(last ? { default: expression(context, last, type) } : {}),
    ...typed(type),
    ...(attributes.length > 0 ? { annotations: attributes } : {}),
    span: spanOf(node),
  };
}

function lambda(context: Context, node: Node): Expression {
  const list = fieldOf(node, "parameters");
  const body = fieldOf(node, "body") ?? childOfType(node, "block");
  const result = fullType(context, fieldOf(node, "type"));
  const parts = { node, list, body, result, attributes: annotations(context, node) };
  return { ...bodyFunction(context, parts), lexicalThis: true };
}

function annotations(context: Context, node: Node): Expression[] {
  return node.parts.filter((child) => child.type === "attribute_list").flatMap((child) => attributesIn(context, child));
}

function attributesIn(context: Context, node: Node): Expression[] {
  return partsOf(node)
    .filter((part) => part.type === "attribute")
    .map((part) => {
      const name = fieldOf(part, "name");
      const callee = name ? typeExpression(context, name) : opaque("attribute", spanOf(part));
      const list = childOfType(part, "attribute_argument_list");
      return list ? call(context, callee, list, part) : callee;
    });
}

// Expressions

type ExpressionReader = (context: Context, node: Node, expected: string | undefined) => Expression;

function operand(context: Context, node: Node, steps: readonly Node[], expected?: string): Expression {
  const inner = lastPart(node);
  return inner ? expression(context, inner, expected, steps) : opaque(node.type, spanOf(node));
}

/**
 * @param expected the declared type of the place that takes the value, for `new()`
 * @param steps member accesses that the grammar put around this node but that belong to its last operand
 */
function expression(context: Context, node: Node, expected?: string, steps: readonly Node[] = []): Expression {
  return deeper(
    context,
    () => tooDeep(node),
    () => {
      if (OPERATORS.has(node.type)) return operators(context, node, expected, steps);
      const loose = steps.length > 0 ? LOOSE.get(node.type) : undefined;
      if (loose) return loose(context, node, steps);
      if (CHAINS.has(node.type) || steps.length > 0) return chain(context, node, expected, steps);
      return primary(context, node, expected);
    },
  );
}

function primary(context: Context, node: Node, expected: string | undefined): Expression {
  const read = EXPRESSIONS.get(node.type);
  return read ? read(context, node, expected) : opaque(reason(node.type), spanOf(node), childrenOf(context, node));
}

function reason(type: string): string {
  return type.replace(/_(?:expression|literal|statement)$/, "").replaceAll("_", " ");
}

/** Every expression directly under a node, for what has no place in the neutral program. */
function childrenOf(context: Context, node: Node): Expression[] {
  const children: Expression[] = [];
  const stack = partsOf(node).toReversed();
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    if (NOT_EXPRESSIONS.has(part.type) || (part.field === "name" && part.type === "identifier")) continue;
    if (WRAPPERS.test(part.type)) for (const inner of partsOf(part).toReversed()) stack.push(inner);
    else if (STATEMENTS.has(part.type) && part.type !== "preproc_if") children.push(asExpression(context, part));
    else children.push(expression(context, part));
  }
  return children;
}

/** Nodes that only hold expressions: query clauses, argument lists, sizes of arrays. */
const WRAPPERS = /_clause$|^(?:argument|bracketed_argument|attribute_argument)_list$|^argument$|^array_rank_specifier$/;

function asExpression(context: Context, node: Node): Expression {
  return { kind: "statements", body: statementOf(context, node), span: spanOf(node) };
}

const EXPRESSIONS: ReadonlyMap<string, ExpressionReader> = new Map<string, ExpressionReader>([
  ["identifier", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(node) })],
  ["generic_name", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(nameNode(node)) })],
  ["implicit_parameter", (context, node) => ({ kind: "name", name: nameText(context, node), span: spanOf(node) })],
  ["predefined_type", typeExpression],
  ["alias_qualified_name", aliased],
  ["this", (_, node) => ({ kind: "this", span: spanOf(node) })],
  ["base", (_, node) => ({ kind: "super", span: spanOf(node) })],
  ["null_literal", (_, node) => ({ kind: "literal", value: null, span: spanOf(node) })],
  [
    "boolean_literal",
    (context, node) => ({ kind: "literal", value: textOf(context, node) === "true", span: spanOf(node) }),
  ],
  ["integer_literal", numberLiteral],
  ["real_literal", numberLiteral],
  ["character_literal", (context, node) => stringLiteral(node, unescape(textOf(context, node).slice(1, -1)))],
  ["string_literal", (context, node) => stringLiteral(node, unescape(quoted(textOf(context, node), 1)))],
  [
    "verbatim_string_literal",
    (context, node) => stringLiteral(node, quoted(textOf(context, node), 2).replaceAll('""', '"')),
  ],
  ["raw_string_literal", (context, node) => stringLiteral(node, rawText(textOf(context, node)))],
  ["interpolated_string_expression", interpolated],
  ["parenthesized_expression", (context, node, expected) => operand(context, node, [], expected)],
  ["await_expression", (context, node) => operand(context, node, [])],
  ["checked_expression", (context, node, expected) => operand(context, node, [], expected)],
  ["ref_expression", (context, node) => operand(context, node, [])],
  ["expression_element", (context, node, expected) => operand(context, node, [], expected)],
  ["constant_pattern", (context, node) => operand(context, node, [])],
  ["cast_expression", (context, node) => cast(context, node, [])],
  ["prefix_unary_expression", (context, node) => prefix(context, node, [])],
  ["unary_expression", (context, node) => prefix(context, node, [])],
  ["postfix_unary_expression", postfix],
  ["assignment_expression", assignment],
  ["conditional_expression", conditional],
  ["preproc_if", preprocessorValue],
  ["preproc_elif", preprocessorValue],
  ["preproc_else", (context, node, expected) => operand(context, node, [], expected)],
  ["object_creation_expression", creation],
  ["implicit_object_creation_expression", creation],
  ["anonymous_object_creation_expression", anonymousObject],
  ["array_creation_expression", arrayCreation],
  ["implicit_array_creation_expression", arrayCreation],
  ["stackalloc_expression", arrayCreation],
  ["implicit_stackalloc_expression", arrayCreation],
  ["initializer_expression", initializerValue],
  ["collection_expression", collection],
  ["element_binding_expression", collection],
  ["tuple_expression", tuple],
  ["with_expression", withExpression],
  ["switch_expression", switchExpression],
  ["lambda_expression", lambda],
  ["anonymous_method_expression", lambda],
  [
    "throw_expression",
    (context, node) => ({ kind: "statements", body: [throwStatement(context, node)], span: spanOf(node) }),
  ],
  ["default_expression", (_, node) => opaque("default", spanOf(node))],
  ["typeof_expression", (_, node) => opaque("typeof", spanOf(node))],
  ["sizeof_expression", (_, node) => opaque("sizeof", spanOf(node))],
  ["declaration_expression", (context, node) => outVariable(context, node)],
  ["query_expression", (context, node) => opaque("query", spanOf(node), childrenOf(context, node))],
]);

/** What binds more loosely than `.` though the grammar lets `a?.b` take it whole: `!a?.b`, `(T)a?.b`, `await a?.b`. */
const LOOSE: ReadonlyMap<string, (context: Context, node: Node, steps: readonly Node[]) => Expression> = new Map([
  ["prefix_unary_expression", prefix],
  ["cast_expression", cast],
  ["await_expression", operand],
  ["ref_expression", operand],
]);

function aliased(context: Context, node: Node): Expression {
  const alias = fieldOf(node, "alias");
  const name = fieldOf(node, "name");
  if (!alias || !name) return opaque("name", spanOf(node));
  if (textOf(context, alias) === "global") return { kind: "name", name: nameText(context, name), span: spanOf(node) };
  return member(context, { kind: "name", name: nameText(context, alias), span: spanOf(alias) }, node.start, node);
}

function cast(context: Context, node: Node, steps: readonly Node[]): Expression {
  const value = fieldOf(node, "value");
  return value
    ? expression(context, value, fullType(context, fieldOf(node, "type")), steps)
    : opaque("cast", spanOf(node), childrenOf(context, node));
}

function prefix(context: Context, node: Node, steps: readonly Node[]): Expression {
  const operator = node.parts[0]?.type ?? "";
  const value = operand(context, node, steps);
  const span = { start: node.start, end: Math.max(node.end, value.span.end) };
  if (operator === "!") return { kind: "not", value, span };
  if (operator === "++" || operator === "--") return step(value, operator, node.parts[0]!, span);
  if (operator === "+") return value;
  if (operator === "-" && value.kind === "literal" && typeof value.value === "number") {
    return { kind: "literal", value: -value.value, span };
  }
  return opaque(`unary ${operator}`, span, [value]);
}

function postfix(context: Context, node: Node): Expression {
  const inner = partsOf(node)[0];
  const operator = node.parts.at(-1);
  const span = spanOf(node);
  if (!inner || !operator) return opaque("unary", span);
  return step(expression(context, inner), operator.type, operator, span);
}

/** `x++` and `x--`. */
function step(value: Expression, operator: string, at: Node, span: Span): Expression {
  const target = asTarget(value);
  if (!target) return opaque(`unary ${operator}`, span, [value]);
  const one: Expression = { kind: "literal", value: 1, span: spanOf(at) };
  const sign = operator === "--" ? "-" : "+";
  return { kind: "assignment", assignment: { kind: "assign", target, operator: sign, value: one, span }, span };
}

const COMPOUND: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["+=", "+"],
  ["-=", "-"],
  ["*=", "*"],
  ["/=", "/"],
  ["%=", "%"],
  ["&=", "&"],
  ["|=", "|"],
  ["??=", "??"],
]);

function assignment(context: Context, node: Node): Expression {
  const left = fieldOf(node, "left");
  const right = fieldOf(node, "right");
  const operator = fieldOf(node, "operator")?.type ?? "=";
  const span = spanOf(node);
  if (!left || !right) return opaque("assignment", span, childrenOf(context, node));
  if (left.type === "identifier" && textOf(context, left) === "_") return expression(context, right);
  const target = targetOf(context, left);
  const value = expression(context, right, declaredType(context, target));
  return {
    kind: "assignment",
    assignment: {
      kind: "assign",
      target,
      value,
      ...(declaresAll(left) ? { declare: "block" as const } : {}),
      ...(operator === "=" ? {} : { operator: COMPOUND.get(operator) ?? "other" }),
      span,
    },
    span,
  };
}

/** `(var a, int b) = …` */
function declaresAll(left: Node): boolean {
  if (left.type !== "tuple_expression") return false;
  return partsOf(left).every((part) => childOfType(part, "declaration_expression") !== undefined);
}

function targetOf(context: Context, node: Node): Target {
  const span = spanOf(node);
  switch (node.type) {
    case "tuple_pattern":
    case "tuple_expression":
      return deeper<Target>(
        context,
        () => ({ kind: "list", items: [], span }),
        () => ({ kind: "list", items: partsOf(node).map((part) => itemTarget(context, part)), span }),
      );
    case "declaration_expression": {
      const name = fieldOf(node, "name");
      const text = name ? nameText(context, name) : "";
      declareType(context, text, fullType(context, fieldOf(node, "type")));
      return { kind: "name", name: text, span: spanOf(name ?? node) };
    }
    default: {
      const value = expression(context, node);
      return asTarget(value) ?? { kind: "index", object: value, index: opaque("target", span), span };
    }
  }
}

function itemTarget(context: Context, node: Node): Target | undefined {
  if (node.type === "discard" || textOf(context, node) === "_") return undefined;
  const inner = node.type === "argument" ? lastPart(node) : node;
  return inner ? targetOf(context, inner) : undefined;
}

function asTarget(value: Expression): Target | undefined {
  return value.kind === "name" || value.kind === "member" || value.kind === "index" ? value : undefined;
}

function conditional(context: Context, node: Node, expected: string | undefined): Expression {
  const test = fieldOf(node, "condition");
  const then = fieldOf(node, "consequence");
  const otherwise = fieldOf(node, "alternative");
  const span = spanOf(node);
  if (!test || !then || !otherwise) return opaque("conditional", span, childrenOf(context, node));
  return {
    kind: "ternary",
    test: expression(context, test),
    then: expression(context, then, expected),
    else: expression(context, otherwise, expected),
    span,
  };
}

function preprocessorValue(context: Context, node: Node, expected: string | undefined): Expression {
  const { condition, body, alternative } = branchOf(node);
  const span = spanOf(node);
  return {
    kind: "ternary",
    test: conditionOf(context, condition, node),
    then: body[0] ? expression(context, body[0], expected) : opaque("nothing", span),
    else: alternative ? expression(context, alternative, expected) : opaque("nothing", span),
    span,
  };
}

// Operators

const OPERATORS = new Set(["binary_expression", "is_expression", "is_pattern_expression", "as_expression"]);

const BINARY: ReadonlyMap<string, { readonly operator: BinaryOperator; readonly precedence: number }> = new Map([
  ["*", { operator: "*" as const, precedence: 12 }],
  ["/", { operator: "/" as const, precedence: 12 }],
  ["%", { operator: "%" as const, precedence: 12 }],
  ["+", { operator: "+" as const, precedence: 11 }],
  ["-", { operator: "-" as const, precedence: 11 }],
  ["<<", { operator: "other" as const, precedence: 10 }],
  [">>", { operator: "other" as const, precedence: 10 }],
  [">>>", { operator: "other" as const, precedence: 10 }],
  ["<", { operator: "<" as const, precedence: 9 }],
  ["<=", { operator: "<=" as const, precedence: 9 }],
  [">", { operator: ">" as const, precedence: 9 }],
  [">=", { operator: ">=" as const, precedence: 9 }],
  ["==", { operator: "==" as const, precedence: 8 }],
  ["!=", { operator: "!=" as const, precedence: 8 }],
  ["&", { operator: "&" as const, precedence: 7 }],
  ["^", { operator: "other" as const, precedence: 6 }],
  ["|", { operator: "|" as const, precedence: 5 }],
  ["&&", { operator: "and" as const, precedence: 4 }],
  ["||", { operator: "or" as const, precedence: 3 }],
  ["??", { operator: "??" as const, precedence: 2 }],
]);

const RELATIONAL = 9;

/** One operator and what stands to its right: an operand, or, after `is` and `as`, a type or pattern. */
interface Link {
  readonly operator: string;
  readonly right: Node;
  readonly steps: readonly Node[];
  readonly test?: Node;
}

/** An operand, and where it starts, parentheses included. */
interface Operand {
  readonly value: Expression;
  readonly start: number;
  readonly end: number;
}

/**
 * A chain of operators, read with a loop and joined by precedence: the grammar takes `a && b?.c == d` for
 * `((a && b)?.c) == d`, so what `?.` encloses is spread out again.
 */
function operators(context: Context, node: Node, expected: string | undefined, outer: readonly Node[]): Expression {
  const links: Link[] = [];
  let at = node;
  let pending = outer;
  let spread = outer.length > 0;
  for (;;) {
    const link = linkOf(at, pending);
    if (link) {
      links.push(link.link);
      at = link.left;
      pending = [];
      continue;
    }
    if (!CHAINS.has(at.type)) break;
    const { base, steps } = peel(at);
    if (!linkOf(base, steps)) break;
    pending = steps;
    at = base;
    spread = true;
  }
  const operands: Operand[] = [operandOf(context, at, expected, pending)];
  const waiting: string[] = [];
  const join = (lowest: number, right = false): void => {
    while (waiting.length > 0) {
      const precedence = BINARY.get(waiting.at(-1)!)?.precedence ?? 0;
      if (precedence < lowest || (right && precedence === lowest)) return;
      const operator = waiting.pop()!;
      const [second, first] = [operands.pop()!, operands.pop()!];
      operands.push(joined(operator, first, second));
    }
  };
  for (const { operator, right, steps, test } of links.toReversed()) {
    const precedence = test ? RELATIONAL : (BINARY.get(operator)?.precedence ?? 0);
    join(spread ? precedence : 0, spread && operator === "??");
    if (test) {
      operands.push(tested(context, operands.pop()!, operator, test));
    } else {
      operands.push(operandOf(context, right, operator === "??" ? expected : undefined, steps));
      waiting.push(operator);
    }
  }
  join(0);
  return operands[0]!.value;
}

function linkOf(node: Node, steps: readonly Node[]): { readonly link: Link; readonly left: Node } | undefined {
  if (!OPERATORS.has(node.type)) return undefined;
  const pattern = node.type === "is_pattern_expression";
  const left = fieldOf(node, pattern ? "expression" : "left");
  const right = fieldOf(node, pattern ? "pattern" : "right");
  if (!left || !right) return undefined;
  const operator = fieldOf(node, "operator")?.type ?? "is";
  if (node.type === "binary_expression") return { left, link: { operator, right, steps } };
  return steps.length > 0 ? undefined : { left, link: { operator, right, steps, test: node } };
}

function operandOf(context: Context, node: Node, expected: string | undefined, steps: readonly Node[]): Operand {
  const broken = OPERATORS.has(node.type) && !linkOf(node, steps);
  const value = broken
    ? opaque("operator", spanOf(node), childrenOf(context, node))
    : expression(context, node, expected, steps);
  return { value, start: node.start, end: Math.max(node.end, steps.at(-1)?.end ?? 0) };
}

function joined(operator: string, left: Operand, right: Operand): Operand {
  const span = { start: left.start, end: right.end };
  const kind = BINARY.get(operator)?.operator ?? "other";
  return { value: { kind: "binary", operator: kind, left: left.value, right: right.value, span }, ...span };
}

/** `x as T` is x; `x is T` and `x is pattern` are tests. */
function tested(context: Context, left: Operand, operator: string, node: Node): Operand {
  const span = { start: left.start, end: node.end };
  const pattern = fieldOf(node, "pattern");
  const type = fieldOf(node, "right");
  if (operator === "as") return { value: left.value, ...span };
  if (!pattern) {
    const right = type ? typeExpression(context, type) : opaque("type", spanOf(node));
    return { value: { kind: "binary", operator: "instanceof", left: left.value, right, span }, ...span };
  }
  if (isPlain(left.value)) return { value: withSpan(patternTest(context, left.value, pattern, "is"), span), ...span };
  const name = `subject:${left.value.span.start}`;
  const subject: Expression = { kind: "name", name, span: left.value.span };
  const test = expressionStatement(patternTest(context, subject, pattern, "is"), span);
  return {
    value: { kind: "statements", body: [bound(name, left.value, left.value.span, undefined), test], span },
    ...span,
  };
}

function withSpan(value: Expression, span: Span): Expression {
  return value.kind === "name" ? value : { ...value, span };
}

// Chains of members, calls and elements

/** Node type to the field that holds what the access is made on. */
const CHAINS: ReadonlyMap<string, string> = new Map([
  ["member_access_expression", "expression"],
  ["qualified_name", "qualifier"],
  ["invocation_expression", "function"],
  ["element_access_expression", "expression"],
  ["conditional_access_expression", "condition"],
  ["postfix_unary_expression", ""],
]);

/** The innermost object of a chain, and the accesses made on it, first to last. */
function peel(node: Node): { readonly base: Node; readonly steps: readonly Node[] } {
  const steps: Node[] = [];
  let base = node;
  for (;;) {
    const name = CHAINS.get(base.type);
    if (name === undefined) break;
    const inner = name === "" ? nonNull(base) : fieldOf(base, name);
    if (!inner) break;
    steps.push(base);
    base = inner;
  }
  return { base, steps: steps.toReversed() };
}

/** What stands before the `!` that only silences the compiler. */
function nonNull(node: Node): Node | undefined {
  return node.parts.at(-1)?.type === "!" ? partsOf(node)[0] : undefined;
}

function chain(context: Context, node: Node, expected?: string, outer: readonly Node[] = []): Expression {
  const { base, steps } = peel(node);
  const all = outer.length > 0 ? [...steps, ...outer] : steps;
  if (all.length > 0 && (OPERATORS.has(base.type) || LOOSE.has(base.type)))
    return expression(context, base, expected, all);
  let value: Expression =
    CHAINS.has(base.type) && base.type !== "postfix_unary_expression"
      ? opaque(reason(base.type), spanOf(base), childrenOf(context, base))
      : all.length > 0 && base !== node
        ? expression(context, base)
        : primary(context, base, expected);
  for (const step of all) value = access(context, value, base.start, step);
  return value;
}

function access(context: Context, object: Expression, start: number, node: Node): Expression {
  switch (node.type) {
    case "postfix_unary_expression":
      return object;
    case "invocation_expression": {
      const list = fieldOf(node, "arguments");
      if (!list) return object;
      if (object.kind === "name" && object.name === "nameof") return nameOf(context, list, spanOf(node));
      return { ...call(context, object, list, node), span: { start, end: node.end } };
    }
    case "element_access_expression":
      return element(context, object, start, fieldOf(node, "subscript"), node);
    case "conditional_access_expression": {
      const binding = lastPart(node);
      return binding?.type === "member_binding_expression"
        ? member(context, object, start, binding)
        : element(context, object, start, binding, node);
    }
    default:
      return member(context, object, start, node);
  }
}

/** The member that `node` names: an access, a binding, or a bare identifier. */
function member(context: Context, object: Expression, start: number, node: Node): Expression {
  const name = nameNode(fieldOf(node, "name") ?? node);
  return {
    kind: "member",
    object,
    property: nameText(context, name),
    span: { start, end: node.end },
    propertySpan: spanOf(name),
  };
}

function element(context: Context, object: Expression, start: number, list: Node | undefined, node: Node): Expression {
  const items = list ? argumentsOf(context, list, []) : [];
  const [first] = items;
  const span = { start, end: node.end };
  if (!first) return opaque("element", span, [object]);
  const index: Expression =
    items.length === 1 ? first.value : { kind: "list", items, tuple: true, span: list ? innerSpan(list) : span };
  return { kind: "index", object, index, span };
}

/** `nameof(A.B)` is `"B"`. */
function nameOf(context: Context, list: Node, span: Span): Expression {
  const text = context.text.slice(list.start + 1, list.end - 1);
  return { kind: "literal", value: typeText(text.slice(0, 1_000)).split(".").at(-1) ?? "", span };
}

function call(context: Context, callee: Expression, list: Node, node: Node): Call {
  const count = partsOf(list).length;
  return {
    kind: "call",
    callee,
    arguments: argumentsOf(context, list, calledParameters(context, callee, count)),
    argumentsSpan: innerSpan(list),
    span: spanOf(node),
  };
}

function argumentsOf(context: Context, list: Node, expected: readonly string[]): Argument[] {
  return partsOf(list).map((part, index) => argument(context, part, expected[index] || undefined));
}

function argument(context: Context, node: Node, expected: string | undefined): Argument {
  const span = spanOf(node);
  if (!ARGUMENTS.has(node.type)) return { value: expression(context, node, expected), span };
  const parts = partsOf(node);
  const nameNode = fieldOf(node, "name");
  const last = parts.at(-1);
  if (!last) return { value: opaque("argument", span), span };
  const attribute = node.type === "attribute_argument";
  if (attribute && last.type === "assignment_expression") {
    const left = fieldOf(last, "left");
    const right = fieldOf(last, "right");
    if (left && right) return { name: nameText(context, left), value: expression(context, right), span };
  }
  const name = nameNode ? { name: nameText(context, nameNode) } : {};
  if (hasToken(node, "out")) return { ...name, value: outVariable(context, last), span };
  return { ...name, ...spreadOf(context, last, expected), span };
}

const ARGUMENTS = new Set(["argument", "attribute_argument"]);

/** `..x` in a collection, else the value. */
function spreadOf(context: Context, node: Node, expected: string | undefined): Pick<Argument, "value" | "spread"> {
  const spread = node.type === "spread_element" || (node.type === "range_expression" && node.parts[0]?.type === "..");
  const inner = spread ? lastPart(node) : undefined;
  return inner ? { value: expression(context, inner), spread: "list" } : { value: expression(context, node, expected) };
}

/** `out x` and `out var x`: the callee gives the variable a value that is not known here. */
function outVariable(context: Context, node: Node): Expression {
  const span = spanOf(node);
  const value = opaque("out", span);
  if (node.type === "discard" || textOf(context, node) === "_") return value;
  const declares = node.type === "declaration_expression";
  const type = declares ? fullType(context, fieldOf(node, "type")) : undefined;
  const target = targetOf(context, node);
  if (target.kind === "name" && target.name === "_") return value;
  const declare = declares ? { declare: "block" as const, ...typed(type) } : {};
  return { kind: "assignment", assignment: { kind: "assign", target, value, ...declare, span }, span };
}

// Objects and collections

function creation(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const typeNode = node.type === "object_creation_expression" ? fieldOf(node, "type") : undefined;
  const list = parts.find((part) => part.type === "argument_list");
  const initializer = parts.find((part) => part.type === "initializer_expression");
  const keyword = { start: node.start, end: node.start + "new".length };
  const type = typeNode ? textOf(context, typeNode) : expected;
  const callee = typeNode
    ? typeExpression(context, typeNode)
    : type === undefined
      ? opaque("the type is not written here", keyword)
      : impliedType(type, keyword);
  const parameters = type === undefined ? [] : (context.shapes.get(typeText(type))?.methods.get("constructor") ?? []);
  const count = list ? partsOf(list).length : 0;
  const taken = parameters.find((types) => types.length >= count) ?? [];
  return {
    kind: "call",
    callee,
    arguments: list ? argumentsOf(context, list, taken) : [],
    new: true,
    ...(initializer ? { initializer: entriesOf(context, partsOf(initializer), type) } : {}),
    ...(list ? { argumentsSpan: innerSpan(list) } : { bare: true }),
    span: spanOf(node),
  };
}

/** The entries of an initialiser; its plain elements, one after the other, are a spread list. */
function entriesOf(context: Context, nodes: readonly Node[], type: string | undefined): Entry[] {
  const entries: Entry[] = [];
  let items: Argument[] = [];
  const flush = (): void => {
    const [first, last] = [items[0], items.at(-1)];
    if (!first || !last) return;
    const span = { start: first.span.start, end: last.span.end };
    entries.push({ kind: "spread", value: { kind: "list", items, span }, span });
    items = [];
  };
  for (const node of nodes) {
    const entry = entryOf(context, node, type);
    if (entry) {
      flush();
      entries.push(entry);
    } else {
      items.push({ ...spreadOf(context, node, elementType(type)), span: spanOf(node) });
    }
  }
  flush();
  return entries;
}

/** `A = 1`, `["a"] = 1`, `{ "a", 1 }`, and those under `#if`; undefined for a plain element. */
function entryOf(context: Context, node: Node, type: string | undefined): Entry | undefined {
  const span = spanOf(node);
  if (node.type === "assignment_expression") {
    const left = fieldOf(node, "left");
    const right = fieldOf(node, "right");
    if (!left || !right) return undefined;
    const bracketed = left.type === "element_binding_expression" || left.type === "collection_expression";
    const keyNode = bracketed ? innermost(left) : left;
    const key = left.type === "identifier" ? nameText(context, left) : keyOf(expression(context, keyNode));
    const own =
      typeof key === "string" && !bracketed && type !== undefined
        ? context.shapes.get(typeText(type))?.fields.get(key)
        : undefined;
    const value = expression(context, right, bracketed ? elementType(type) : own);
    return { kind: "entry", key, value, keySpan: spanOf(keyNode), span };
  }
  if (node.type === "initializer_expression") {
    const [key, value, ...rest] = partsOf(node);
    if (!key || !value || rest.length > 0) return undefined;
    const named = keyOf(expression(context, key));
    return {
      kind: "entry",
      key: named,
      value: expression(context, value, elementType(type)),
      keySpan: spanOf(key),
      span,
    };
  }
  return node.type === "preproc_if" ? conditionalEntries(context, node, type) : undefined;
}

/** The key in `["k"] = v`. */
function innermost(node: Node): Node {
  const inner = lastPart(node);
  return inner && (ARGUMENTS.has(inner.type) || inner.type === "expression_element")
    ? (lastPart(inner) ?? inner)
    : (inner ?? node);
}

function keyOf(key: Expression): string | Expression {
  return key.kind === "literal" && typeof key.value === "string" ? key.value : key;
}

function conditionalEntries(context: Context, node: Node, type: string | undefined): Entry {
  const { condition, body, alternative } = branchOf(node);
  const span = spanOf(node);
  const test = conditionOf(context, condition, node);
  const then: Expression = { kind: "object", entries: entriesOf(context, body, type), span };
  const others = alternative ? (alternative.type === "preproc_elif" ? [alternative] : partsOf(alternative)) : [];
  const entries = others.flatMap((other) =>
    other.type === "preproc_elif"
      ? deeper<Entry[]>(
          context,
          () => [],
          () => [conditionalEntries(context, other, type)],
        )
      : entriesOf(context, [other], type),
  );
  const otherwise: Expression = { kind: "object", entries, span };
  return { kind: "spread", value: { kind: "ternary", test, then, else: otherwise, span }, span };
}

/** `{ … }` where a value stands: members of the object that is there, or the elements of an array. */
function initializerValue(context: Context, node: Node, expected: string | undefined): Expression {
  const parts = partsOf(node);
  const span = spanOf(node);
  const first = parts[0];
  if (first?.type === "assignment_expression" || first?.type === "preproc_if") {
    return { kind: "object", entries: entriesOf(context, parts, expected), span };
  }
  return listOf(context, parts, span, elementType(expected));
}

function listOf(context: Context, nodes: readonly Node[], span: Span, element: string | undefined): Expression {
  const items = nodes.map((node): Argument => {
    const inner = node.type === "collection_element" ? (lastPart(node) ?? node) : node;
    if (ARGUMENTS.has(inner.type)) return argument(context, inner, element);
    return { ...spreadOf(context, inner, element), span: spanOf(node) };
  });
  return { kind: "list", items, span };
}

function collection(context: Context, node: Node, expected: string | undefined): Expression {
  return listOf(context, partsOf(node), spanOf(node), elementType(expected));
}

function arrayCreation(context: Context, node: Node): Expression {
  const type = fieldOf(node, "type");
  const initializer = childOfType(node, "initializer_expression");
  if (!initializer) {
    const sizes = type ? childrenOf(context, type) : [];
    return opaque(
      "array",
      spanOf(node),
      sizes.filter((size) => size.kind !== "name" || size.span.start > (type?.start ?? 0)),
    );
  }
  const element = fieldOf(type, "type");
  return listOf(context, partsOf(initializer), spanOf(node), fullType(context, element));
}

function tuple(context: Context, node: Node): Expression {
  return { kind: "list", items: argumentsOf(context, node, []), tuple: true, span: spanOf(node) };
}

/** `new { A = 1, b.C, d }`: an element without a name takes that of its last member. */
function anonymousObject(context: Context, node: Node): Expression {
  const entries: Entry[] = [];
  const parts = partsOf(node);
  for (let index = 0; index < parts.length; index++) {
    const keyNode = parts[index]!;
    const next = parts[index + 1];
    const named = next !== undefined && context.text.slice(keyNode.end, next.start).trim() === "=";
    const valueNode = named ? next : keyNode;
    if (named) index++;
    const value = expression(context, valueNode);
    const name = lastName(value);
    entries.push({
      kind: "entry",
      key: named ? nameText(context, keyNode) : (name?.text ?? opaque("key", value.span)),
      value,
      keySpan: named ? spanOf(keyNode) : (name?.span ?? value.span),
      span: { start: keyNode.start, end: valueNode.end },
    });
  }
  return { kind: "object", entries, span: spanOf(node) };
}

function lastName(value: Expression): { readonly text: string; readonly span: Span } | undefined {
  if (value.kind === "name") return { text: value.name, span: value.span };
  return value.kind === "member" ? { text: value.property, span: value.propertySpan } : undefined;
}

/** `r with { A = 1 }` as `r.with({ A: 1 })`. */
function withExpression(context: Context, node: Node): Expression {
  const parts = partsOf(node);
  const inner = parts[0];
  const keyword = childOfType(node, "with");
  const open = childOfType(node, "{");
  const span = spanOf(node);
  if (!inner || !keyword || !open) return opaque("with", span, childrenOf(context, node));
  const object = expression(context, inner);
  const type = declaredType(context, object);
  const fieldsOfType = type === undefined ? undefined : context.shapes.get(typeText(type))?.fields;
  const entries = parts.slice(1).flatMap((part): Entry[] => {
    const [name, value] = partsOf(part);
    if (!name || !value) return [];
    const key = nameText(context, name);
    return [
      {
        kind: "entry",
        key,
        value: expression(context, value, fieldsOfType?.get(key)),
        keySpan: spanOf(name),
        span: spanOf(part),
      },
    ];
  });
  const braces = { start: open.start, end: node.end };
  const callee: Expression = {
    kind: "member",
    object,
    property: "with",
    span: { start: node.start, end: keyword.end },
    propertySpan: spanOf(keyword),
  };
  const value: Expression = { kind: "object", entries, span: braces };
  return { kind: "call", callee, arguments: [{ value, span: braces }], argumentsSpan: braces, bare: true, span };
}

// Literals

function stringLiteral(node: Node, value: string): Expression {
  return { kind: "literal", value, span: spanOf(node) };
}

function numberLiteral(context: Context, node: Node): Expression {
  const text = textOf(context, node).replaceAll("_", "").toLowerCase();
  const radix = /^0[xb]/.test(text);
  const value = Number(text.replace(text.startsWith("0x") ? /[ul]+$/ : radix ? /[ul]+$/ : /[ulfdm]+$/, ""));
  const exact = Number.isFinite(value) && (node.type === "real_literal" || Number.isSafeInteger(value));
  return exact ? { kind: "literal", value, span: spanOf(node) } : opaque("big number", spanOf(node));
}

/** The text between `opening` characters and the last quote, without a `u8` after it. */
function quoted(text: string, opening: number): string {
  return text.slice(opening, text.lastIndexOf('"'));
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,4})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, short: string | undefined, unit: string | undefined, long: string | undefined, single: string | undefined) => {
      if (single !== undefined) return ESCAPES[single] ?? single;
      const code = Number.parseInt(short ?? unit ?? long ?? "0", 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    },
  );
}

/** A raw string's text: between its quotes, and without the indentation of its last line when it has several. */
function rawText(text: string): string {
  const quotes = /^"+/.exec(text)?.[0].length ?? 0;
  return dedented([text.slice(quotes, text.lastIndexOf('"') + 1 - quotes)])[0] as string;
}

/** Removes the first and last line break of a raw string and the indentation that its last line shows. */
function dedented(parts: readonly (string | Expression)[]): (string | Expression)[] {
  const first = parts[0];
  const last = parts.at(-1);
  const indent = typeof last === "string" ? /\r?\n([ \t]*)$/.exec(last) : undefined;
  if (!indent || typeof first !== "string" || !/^[ \t]*\r?\n/.test(first)) return [...parts];
  const lines = `\n${indent[1] ?? ""}`;
  return parts.map((part, index) => {
    if (typeof part !== "string") return part;
    let text = index === parts.length - 1 ? part.slice(0, part.length - indent[0].length) : part;
    if (index === 0 && text === "") return "";
    text = text.replaceAll(lines, "\n");
    return index === 0 ? text.replace(/^[ \t]*\r?\n/, "") : text;
  });
}

function interpolated(context: Context, node: Node): Expression {
  const parts: (string | Expression)[] = [];
  const start = textOf(context, node).slice(0, 10);
  const raw = /^\$+"""/.test(start);
  const verbatim = /^(?:\$@|@\$)/.test(start);
  const add = (text: string): void => {
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = last + text;
    else parts.push(text);
  };
  for (const part of partsOf(node)) {
    if (part.type === "string_content") add(contentOf(textOf(context, part), raw, verbatim));
    else if (part.type === "escape_sequence") add(unescape(textOf(context, part)));
    else if (part.type === "interpolation") {
      const inner = partsOf(part).find((child) => child.type !== "interpolation_brace");
      parts.push(inner ? expression(context, inner) : opaque("interpolation", spanOf(part)));
    }
  }
  const read = raw ? dedented(parts) : parts;
  const [only = ""] = read;
  if (read.length <= 1 && typeof only === "string") return stringLiteral(node, only);
  return { kind: "text", parts: read, span: spanOf(node) };
}

function contentOf(text: string, raw: boolean, verbatim: boolean): string {
  if (raw) return text;
  const plain = text.replaceAll("{{", "{").replaceAll("}}", "}");
  return verbatim ? plain.replaceAll('""', '"') : plain;
}
