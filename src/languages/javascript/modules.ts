import type { Call, Expression, Import, Statement, Target } from "../../program.ts";
import { expressionStatement, fieldOf, spanOf } from "../lowering.ts";
import { type Context, declare, nameTarget, textOf } from "./context.ts";
import { decorators } from "./functions.ts";
import { stringValue } from "./literals.ts";
import { childOf, hasToken, type Syntax, TYPE_ONLY } from "./syntax.ts";

export function importStatement(c: Context, node: Syntax): Statement[] {
  const required = childOf(node, "import_require_clause");
  const source = fieldOf(required ?? node, "source");
  if (source === undefined) return [];
  if (required !== undefined) {
    const local = childOf(required, "identifier");
    const keyword = required.parts.find((part) => part.type === "require") ?? required;
    const call: Call = {
      kind: "call",
      callee: { kind: "name", name: "require", span: spanOf(keyword) },
      arguments: [{ value: c.expression(source), span: spanOf(source) }],
      argumentsSpan: spanOf(source),
      span: { start: keyword.start, end: required.end },
    };
    return local === undefined ? [expressionStatement(call)] : [declare(nameTarget(c, local), call, spanOf(node))];
  }
  const names: Import["names"][number][] = [];
  for (const part of childOf(node, "import_clause")?.children ?? []) {
    if (part.type === "identifier") names.push({ imported: "default", local: textOf(c, part), span: spanOf(part) });
    if (part.type === "namespace_import") {
      names.push({ imported: "*", local: textOf(c, childOf(part, "identifier")), span: spanOf(part) });
    }
    for (const specifier of part.type === "named_imports" ? part.children : []) {
      const imported = fieldOf(specifier, "name");
      if (imported === undefined) continue;
      const local = textOf(c, fieldOf(specifier, "alias") ?? imported);
      names.push({ imported: moduleName(c, imported), local, span: spanOf(specifier) });
    }
  }
  return [{ kind: "import", from: stringValue(c, source), names, span: spanOf(node) }];
}

/** A name in an import or export list, which may be written as a string. */
function moduleName(c: Context, node: Syntax): string {
  return node.type === "string" ? stringValue(c, node) : textOf(c, node);
}

export function exportStatement(c: Context, node: Syntax): Statement[] {
  const at = spanOf(node);
  const source = fieldOf(node, "source");
  const clause = childOf(node, "export_clause");
  const all = childOf(node, "namespace_export");
  if (all !== undefined || clause !== undefined || source !== undefined) {
    const names = (clause?.children ?? []).flatMap((specifier) => {
      const local = fieldOf(specifier, "name");
      if (local === undefined) return [];
      return [{ local: moduleName(c, local), exported: moduleName(c, fieldOf(specifier, "alias") ?? local) }];
    });
    const alias = all?.children[0];
    if (alias !== undefined) names.push({ local: "*", exported: moduleName(c, alias) });
    const star = hasToken(node, "*");
    const from = source && stringValue(c, source);
    return [{ kind: "export", names, ...(from !== undefined && { from }), ...(star && { star }), span: at }];
  }
  if (hasToken(node, "=")) return commonExport(c, node);
  if (hasToken(node, "default")) return defaultExport(c, node);
  const declaration = fieldOf(node, "declaration");
  if (declaration === undefined) return [];
  const lowered = withDecorators(c, node, c.statements([declaration]));
  const names = lowered
    .flatMap((one) => (one.kind === "assign" ? boundNames(one.target) : []))
    .map((name) => ({ local: name, exported: name }));
  return names.length === 0 ? lowered : [...lowered, { kind: "export", names, span: at }];
}

/** `export = value` */
function commonExport(c: Context, node: Syntax): Statement[] {
  const value = node.children[0];
  if (value === undefined) return [];
  const keyword = spanOf(node.parts[0] ?? node);
  const target: Target = {
    kind: "member",
    object: { kind: "name", name: "module", span: keyword },
    property: "exports",
    span: keyword,
    propertySpan: keyword,
  };
  return [{ kind: "assign", target, value: c.expression(value), span: spanOf(node) }];
}

function defaultExport(c: Context, node: Syntax): Statement[] {
  const value = fieldOf(node, "declaration") ?? fieldOf(node, "value");
  if (value === undefined || TYPE_ONLY.has(value.type)) return [];
  const names = [{ local: "default", exported: "default" }];
  const exported: Statement = { kind: "export", names, span: spanOf(node) };
  const own = c.isStatement(value) && fieldOf(value, "name");
  if (own) {
    const lowered = withDecorators(c, node, c.statements([value]));
    if (lowered.length === 0) return [];
    return [...lowered, { ...exported, names: [{ local: textOf(c, own), exported: "default" }] }];
  }
  const keyword = node.parts.find((part) => part.type === "default") ?? node;
  const lowered = annotated(c, node, c.expression(value));
  const target: Target = { kind: "name", name: "default", span: spanOf(keyword) };
  const hoisted = lowered.kind === "function" && lowered.lexicalThis !== true;
  return [declare(target, lowered, spanOf(node), hoisted), exported];
}

/** Decorators that stand before `export` belong to the class. */
function annotated(c: Context, node: Syntax, value: Expression): Expression {
  return value.kind === "class" ? { ...value, annotations: [...decorators(c, node), ...value.annotations] } : value;
}

function withDecorators(c: Context, node: Syntax, lowered: Statement[]): Statement[] {
  return lowered.map((one) => (one.kind === "assign" ? { ...one, value: annotated(c, node, one.value) } : one));
}

function boundNames(target: Target): string[] {
  switch (target.kind) {
    case "name":
      return [target.name];
    case "default":
      return boundNames(target.target);
    case "list":
      return [...target.items, target.rest].flatMap((item) => (item ? boundNames(item) : []));
    case "object":
      return [...target.entries.map((entry) => entry.target), target.rest].flatMap((one) =>
        one ? boundNames(one) : [],
      );
    default:
      return [];
  }
}
