import type { Call, Import, Statement } from "../program.ts";
import { declareIn, findSlot, functionScope, type Scope } from "../scope.ts";
import { alternative, known, nextIdentity, onlyLiteral, step, unknown, type Value } from "../value.ts";
import { classMember } from "./class-members.ts";
import { type Evaluation, type ModuleRecord, newFrame } from "./evaluation.ts";
import { external, itemsOf, objectValue } from "./objects.ts";

export function resolveModule(evaluation: Evaluation, specifier: string, from: string): string | undefined {
  const key = `${from}\n${specifier}`;
  if (evaluation.resolutions.has(key)) return evaluation.resolutions.get(key);
  const file = evaluation.host.resolve(specifier, from);
  evaluation.resolutions.set(key, file);
  return file;
}

export function importModule(evaluation: Evaluation, statement: Import, scope: Scope): void {
  const { module } = evaluation.frame;
  module.imports.push(statement.from);
  const file = resolveModule(evaluation, statement.from, evaluation.file);
  if (file !== undefined && mayWait(evaluation, statement)) {
    for (const name of statement.names) importLater(evaluation, statement, name, file, scope);
    return;
  }
  const record = file === undefined ? undefined : evaluation.runModule(file);
  if (record === undefined && evaluation.language === "python" && !statement.from.startsWith("."))
    module.unresolved.add(statement.from);
  if (record === undefined && statement.from.startsWith(".")) module.unresolved.add(statement.from);
  if (statement.star === true) importStar(evaluation, statement, record, scope);
  for (const name of statement.names) {
    importName(evaluation, statement, name, record, file, scope);
  }
}

/** An import at the top of a module, of single names: what they mean can wait until one of them is read. */
function mayWait(evaluation: Evaluation, statement: Import): boolean {
  return evaluation.language !== "javascript" && evaluation.state === evaluation.world && statement.star !== true;
}

function importLater(
  evaluation: Evaluation,
  statement: Import,
  name: Import["names"][number],
  file: string,
  scope: Scope,
): void {
  const dotted = name.imported === "*" && name.local.includes(".");
  if (dotted) {
    importName(evaluation, statement, name, evaluation.runModule(file), file, scope);
    return;
  }
  const slot = declareIn(scope, name.local);
  if (evaluation.world.read(slot) !== undefined) evaluation.world.write(slot, known(undefined));
  const { module } = evaluation.frame;
  evaluation.world.defer(slot, () => {
    const outer = {
      state: evaluation.state,
      frame: evaluation.frame,
      last: evaluation.lastValue,
      notDeployed: evaluation.notDeployed,
    };
    evaluation.state = evaluation.world;
    evaluation.notDeployed = undefined;
    evaluation.frame = newFrame(evaluation, module, undefined, undefined, undefined, []);
    importName(evaluation, statement, name, evaluation.runModule(file), file, scope);
    evaluation.state = outer.state;
    evaluation.frame = outer.frame;
    evaluation.lastValue = outer.last;
    evaluation.notDeployed = outer.notDeployed;
    return evaluation.world.read(slot) ?? known(undefined);
  });
}

function importStar(evaluation: Evaluation, statement: Import, record: ModuleRecord | undefined, scope: Scope): void {
  if (record === undefined) {
    evaluation.frame.module.stars.push(statement.from);
    return;
  }
  const all = record.scope.names.get("__all__");
  const listed =
    all === undefined
      ? undefined
      : itemsOf(evaluation, evaluation.state.read(all) ?? known(undefined))?.map((item) => onlyLiteral(item));
  for (const [name, slot] of record.scope.names) {
    if (listed === undefined ? name.startsWith("_") : !listed.includes(name)) continue;
    if (evaluation.state === evaluation.world && evaluation.world.isDeferred(slot)) {
      evaluation.world.defer(
        declareIn(functionScope(scope), name),
        () => evaluation.world.read(slot) ?? known(undefined),
      );
      continue;
    }
    const value = evaluation.state.read(slot);
    if (value !== undefined) evaluation.state.write(declareIn(functionScope(scope), name), value);
  }
  evaluation.frame.module.stars.push(...record.stars);
}

function importName(
  evaluation: Evaluation,
  statement: Import,
  name: Import["names"][number],
  record: ModuleRecord | undefined,
  file: string | undefined,
  scope: Scope,
): void {
  const python = evaluation.language === "python";
  const local =
    python && name.imported === "*" && name.local.includes(".")
      ? name.local.slice(0, name.local.indexOf("."))
      : name.local;
  const whole = name.imported === "*";
  if (record !== undefined && file !== undefined) {
    if (whole && local !== name.local) {
      const top = resolveModule(evaluation, local, evaluation.file);
      if (top !== undefined) evaluation.runModule(top);
      evaluation.state.write(
        declareIn(scope, local),
        top === undefined ? external([local]) : [alternative({ kind: "module", file: top })],
      );
      return;
    }
    if (whole && (evaluation.language === "java" || evaluation.language === "csharp")) {
      const found =
        exported(evaluation, record, name.local) ??
        exported(evaluation, record, statement.from.slice(statement.from.lastIndexOf(".") + 1));
      evaluation.state.write(declareIn(scope, local), found ?? external([statement.from]));
      return;
    }
    if (whole) {
      evaluation.state.write(declareIn(scope, local), moduleValue(evaluation, record, file));
      return;
    }
    const slot =
      record.exports.get(name.imported) ??
      (evaluation.language === "javascript" ? undefined : record.scope.names.get(name.imported));
    if (slot !== undefined) {
      // A live binding: the importer reads what the exporter holds.
      if (evaluation.language === "javascript") scope.names.set(local, slot);
      else evaluation.state.write(declareIn(scope, local), evaluation.state.read(slot) ?? known(undefined));
      return;
    }
    const found = exported(evaluation, record, name.imported);
    if (found !== undefined) {
      evaluation.state.write(declareIn(scope, local), found);
      return;
    }
  }
  if (python) {
    const separator = statement.from.endsWith(".") ? "" : ".";
    const submodule = resolveModule(evaluation, `${statement.from}${separator}${name.imported}`, evaluation.file);
    if (submodule !== undefined && evaluation.runModule(submodule) !== undefined) {
      evaluation.state.write(declareIn(scope, local), [alternative({ kind: "module", file: submodule })]);
      return;
    }
  }
  if (record !== undefined) {
    evaluation.state.write(declareIn(scope, local), unknown(`\`${name.imported}\` is not found in ${file}`));
    return;
  }
  const from = statement.from.replace(/^node:/, "");
  const path = whole
    ? local === name.local
      ? from
      : local
    : name.imported === "default"
      ? from
      : `${from}.${name.imported}`;
  evaluation.state.write(declareIn(scope, local), external([path]));
}

export function requireModule(evaluation: Evaluation, expression: Call, scope: Scope): Value | undefined {
  const [argument] = expression.arguments;
  if (argument === undefined) return undefined;
  const specifier = onlyLiteral(evaluation.expression(argument.value, scope));
  if (typeof specifier !== "string") return undefined;
  evaluation.frame.module.imports.push(specifier);
  const file = resolveModule(evaluation, specifier, evaluation.file);
  const record = file === undefined ? undefined : evaluation.runModule(file);
  if (record !== undefined && file !== undefined) return moduleValue(evaluation, record, file);
  if (specifier.startsWith(".")) {
    evaluation.frame.module.unresolved.add(specifier);
    const says = file === undefined ? `${specifier} is not in the project` : `${file} could not be read`;
    return unknown(says, step(evaluation.place(expression.span), says, undefined));
  }
  return external([specifier.replace(/^node:/, "")]);
}

/** What `import * as x` and `require` give. */
function moduleValue(evaluation: Evaluation, record: ModuleRecord, file: string): Value {
  if (record.moduleObject !== undefined && record.exports.size === 0 && record.exportStars.length === 0) {
    return evaluation.world.object(record.moduleObject)?.properties.get("exports") ?? known(undefined);
  }
  return [alternative({ kind: "module", file })];
}

/** An exported name of a module of the project. */
export function exported(
  evaluation: Evaluation,
  record: ModuleRecord,
  name: string,
  seen = new Set<ModuleRecord>(),
): Value | undefined {
  if (seen.has(record)) return undefined;
  seen.add(record);
  const slot =
    record.exports.get(name) ?? (record.program.language === "javascript" ? undefined : record.scope.names.get(name));
  if (slot !== undefined) return evaluation.state.read(slot);
  for (const star of record.exportStars) {
    const other = evaluation.modules.get(star);
    const value = other === undefined || name === "default" ? undefined : exported(evaluation, other, name, seen);
    if (value !== undefined) return value;
  }
  if (record.moduleObject !== undefined) {
    const exports = evaluation.state.object(record.moduleObject)?.properties.get("exports");
    if (exports === undefined) return undefined;
    if (name === "default") {
      const inner =
        exports.length === 1 && exports[0]?.data.kind === "object"
          ? evaluation.state.object(exports[0].data.id)?.properties.get("default")
          : undefined;
      return inner ?? exports;
    }
    for (const { data } of exports) {
      if (data.kind === "object") {
        const found = evaluation.state.object(data.id)?.properties.get(name);
        if (found !== undefined) return found;
      } else if (data.kind === "class") return classMember(evaluation, data, name);
    }
  }
  return undefined;
}

export function exportNames(
  evaluation: Evaluation,
  statement: Extract<Statement, { kind: "export" }>,
  scope: Scope,
): void {
  const { module } = evaluation.frame;
  if (statement.from === undefined) {
    for (const { local, exported: name } of statement.names) {
      const slot = findSlot(scope, local) ?? declareIn(module.scope, local);
      module.exports.set(name, slot);
    }
    return;
  }
  module.imports.push(statement.from);
  const file = resolveModule(evaluation, statement.from, evaluation.file);
  const record = file === undefined ? undefined : evaluation.runModule(file);
  if (statement.star === true && file !== undefined) module.exportStars.push(file);
  for (const { local, exported: name } of statement.names) {
    const value =
      record === undefined || file === undefined
        ? external([local === "default" || local === "*" ? statement.from : `${statement.from}.${local}`])
        : local === "*"
          ? moduleValue(evaluation, record, file)
          : (exported(evaluation, record, local) ?? unknown(`\`${local}\` is not found in ${file}`));
    const slot = record?.exports.get(local) ?? declareIn(module.scope, `re-export ${name}`);
    if (record?.exports.get(local) === undefined) evaluation.state.write(slot, value);
    module.exports.set(name, slot);
  }
}

export function makeModuleObject(evaluation: Evaluation, file: string): number {
  const module = nextIdentity();
  const exports = nextIdentity();
  const origin = { kind: "module", file } as const;
  evaluation.world.add(exports, {
    origin,
    paths: [],
    properties: new Map(),
    items: undefined,
    open: undefined,
    calls: [],
  });
  evaluation.world.add(module, {
    origin,
    paths: [],
    properties: new Map([["exports", objectValue(exports)]]),
    items: undefined,
    open: undefined,
    calls: [],
  });
  return module;
}
