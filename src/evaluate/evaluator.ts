import type { Place } from "../evidence.ts";
import type { ModuleFact, Seen } from "../facts.ts";
import type { Expression, Statement } from "../program.ts";
import { newScope, type Scope } from "../scope.ts";
import { type ClassData, type FunctionData, unknown, type Value } from "../value.ts";
import { askedGetters, resultOf } from "./asked.ts";
import { assignment } from "./assignments.ts";
import { countStep, guard, MAXIMUM_EXPRESSION_DEPTH, NESTED_TOO_DEEPLY } from "./bounds.ts";
import { behindSettledEnd } from "./choices.ts";
import { dataModule } from "./data-modules.ts";
import { enterMade, enterMethods, enterPassedOver } from "./entering.ts";
import { type Completion, Evaluation, type ModuleRecord, newFrame } from "./evaluation.ts";
import { exportClass, exportModule } from "./export.ts";
import { evaluateExpression } from "./expressions.ts";
import { invoke } from "./functions.ts";
import type { RecordedArgument } from "./heap.ts";
import { makeModuleObject } from "./modules.ts";
import { runStatement } from "./statements.ts";
import { flushLate } from "./tell.ts";

/** Runs programs abstractly and tells what it saw. One evaluation, one instance; nothing is global. */
export class Evaluator extends Evaluation {
  runModule(file: string): ModuleRecord | undefined {
    const existing = this.modules.get(file);
    if (existing !== undefined) return existing;
    const program = this.host.program(file) ?? dataModule(this.host, file);
    if (program === undefined) return undefined;
    const scope = newScope("module", undefined);
    const record: ModuleRecord = {
      program,
      scope,
      exports: new Map(),
      exportStars: [],
      stars: [],
      imports: [],
      unresolved: new Set(),
      moduleObject: program.language === "javascript" ? makeModuleObject(this, file) : undefined,
      done: false,
    };
    this.modules.set(file, record);
    const late = this.pendingLate.length;
    const outer = { state: this.state, frame: this.frame, steps: this.steps, notDeployed: this.notDeployed };
    this.state = this.world;
    this.steps = 0;
    this.notDeployed = undefined;
    this.frame = newFrame(this, record, undefined, undefined, undefined, []);
    const guarded = guard(this, () => {
      this.block(program.body, scope);
    });
    if (!guarded) this.note(NESTED_TOO_DEEPLY);
    record.done = true;
    enterMade(this, this.frame);
    flushLate(this, late);
    this.state = outer.state;
    this.frame = outer.frame;
    this.steps = outer.steps;
    this.notDeployed = outer.notDeployed;
    return record;
  }

  /** Enters every function of the module that nothing in the project was seen to call. */
  runUncalled(file: string): void {
    const record = this.modules.get(file);
    if (record === undefined) return;
    for (const { data, file: at, around } of this.seenClasses) {
      if (at === file) enterMethods(this, data, record, around ?? this.world);
    }
  }

  /** Enters every function that was seen before and has come to matter since. */
  runGrown(): void {
    enterPassedOver(this);
    for (const file of this.modules.keys()) this.runUncalled(file);
  }

  moduleFacts(): Map<string, ModuleFact> {
    const result = new Map<string, ModuleFact>();
    this.state = this.world;
    for (const [file, record] of this.modules) {
      this.frame = newFrame(this, record, undefined, undefined, undefined, []);
      result.set(file, exportModule(this, file, record));
    }
    for (const { data, file } of this.seenClasses) this.classes.push(exportClass(this, data, file));
    return result;
  }

  block(statements: readonly Statement[], scope: Scope): Completion {
    for (const statement of statements) {
      if (statement.kind === "assign" && statement.hoisted === true) assignment(this, statement, scope);
    }
    for (const [index, statement] of statements.entries()) {
      if (statement.kind === "assign" && statement.hoisted === true) continue;
      this.settledEnd = undefined;
      if (runStatement(this, statement, scope) === "normal") continue;
      if (statement.kind !== "return" && statement.kind !== "throw")
        behindSettledEnd(this, statements.slice(index + 1), scope);
      return "done";
    }
    return "normal";
  }

  inner(statements: readonly Statement[], scope: Scope): Completion {
    const declares = statements.some((statement) => statement.kind === "assign" && statement.declare === "block");
    return this.block(statements, declares ? newScope("block", scope) : scope);
  }

  expression(expression: Expression, scope: Scope): Value {
    countStep(this);
    if (this.depth > MAXIMUM_EXPRESSION_DEPTH) {
      this.note(NESTED_TOO_DEEPLY);
      return unknown("it is nested too deeply");
    }
    this.depth += 1;
    try {
      return evaluateExpression(this, expression, scope);
    } finally {
      this.depth -= 1;
    }
  }

  invoke(data: FunctionData, args: readonly RecordedArgument[], at: Place, entered?: boolean): Value {
    return invoke(this, data, args, at, entered);
  }

  resultOf(data: FunctionData, depth: number, holding: readonly number[]): Seen | undefined {
    return resultOf(this, data, depth, holding);
  }

  askedGetters(data: ClassData, self?: Value): ReadonlyMap<string, Value> {
    return askedGetters(this, data, self);
  }
}
