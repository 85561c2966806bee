import type { Deployment } from "../deployment.ts";
import type { Place } from "../evidence.ts";
import type { CallFact, ClassFact, ModuleFact, Seen, WriteFact } from "../facts.ts";
import type {
  Argument,
  Assignment,
  Call,
  ClassExpression,
  Entry,
  Expression,
  FunctionExpression,
  Import,
  Member,
  Parameter,
  Program,
  ProgramLanguageName,
  Span,
  Statement,
  Target,
} from "../program.ts";
import { declareIn, findSlot, functionScope, newScope, type Scope } from "../scope.ts";
import {
  type Alternative,
  alternative,
  both,
  type ClassData,
  type Condition,
  type Data,
  type FunctionData,
  known,
  mapValue,
  nextIdentity,
  notLiteral,
  onlyLiteral,
  type Scalar,
  step,
  type Trace,
  under,
  union,
  unknown,
  type Value,
} from "../value.ts";
import { exportCall, exportClass, exportModule, exportValue, exportWrite } from "./export.ts";
import {
  type HeapObject,
  type Origin,
  type RecordedArgument,
  type RecordedCall,
  setProperty,
  spreadUnknown,
} from "./heap.ts";
import { callLibrary, environmentMember, type LibraryContext } from "./library.ts";
import { booleanOf, type Decision, decide, negate, operate, partsOf } from "./operators.ts";
import { conditionsSince, joinValues, State } from "./state.ts";
import { type SymbolTable, symbolValue } from "./symbols.ts";

/** What the evaluator asks of the project. */
export interface EvaluatorHost {
  /** The lowered program of a file of the project, parsed when first asked for; undefined when it cannot be read. */
  program(file: string): Program | undefined;
  resolve(specifier: string, from: string, language: ProgramLanguageName): string | undefined;
  /** The text of a span, for conditions and reasons. */
  text(file: string, span: Span): string;
  readonly deployment: Deployment;
  readonly symbols: SymbolTable;
  /** Method and function names (the last name alone) that frameworks ask about, by language. */
  readonly methods: ReadonlyMap<ProgramLanguageName | "any", ReadonlySet<string>>;
  /** Keys and member names whose assignment frameworks ask about; `*` for computed keys is always told. */
  readonly members: ReadonlySet<string>;
  /** Is a function of this file worth entering by itself, when nothing is seen to call it? */
  matters(file: string, value: FunctionExpression): boolean;
  /** Methods whose arguments are also told as they stand at the end. */
  readonly late: ReadonlySet<string>;
  /** What configuration files give to an element of something outside the project: `settings[session.secure]`. */
  readonly configured?: Configured;
  /** The module of the project that a name from outside means, with what the outside adds where it has nothing. */
  readonly alias?: (
    path: string,
    from: string,
  ) =>
    | { readonly file: string; readonly defaults: Readonly<Record<string, string | number | boolean | null>> }
    | undefined;
}

/**
 * Looks up what configuration files say of the qualified names that code in a file reads; undefined when they are
 * not about these names.
 */
export type Configured = (paths: readonly string[], file: string) => ConfiguredValue | undefined;

export type ConfiguredValue =
  | { readonly is: "known"; readonly value: Scalar; readonly at: Place; readonly says: string }
  /** The files are there, the key is not. */
  | { readonly is: "absent"; readonly at: Place; readonly says: string }
  | { readonly is: "unknown"; readonly at: Place; readonly says: string };

interface ModuleRecord {
  readonly program: Program;
  readonly scope: Scope;
  /** JavaScript: the `module` object. */
  readonly moduleObject: number | undefined;
  /** ESM exports: the name outside and where it lives. */
  readonly exports: Map<string, number>;
  readonly exportStars: string[];
  /** External modules whose every name comes in. */
  readonly stars: string[];
  readonly imports: string[];
  readonly unresolved: Set<string>;
  done: boolean;
}

interface Frame {
  readonly module: ModuleRecord;
  readonly self: Value | undefined;
  readonly owner: ClassData | undefined;
  readonly function: FunctionExpression | undefined;
  readonly returns: Alternative[];
  /** The caller's state, and the fork of it that the function begins with. */
  readonly base: State;
  readonly entry: State;
  /** What had been written at returns inside branches. */
  readonly exits: State[];
  /** A return outside any branch was reached. */
  endsAtEntry: boolean;
  /** Functions made here, to be entered when the code around them has run. */
  readonly made: { readonly value: FunctionData; readonly passedTo: readonly string[] }[];
  readonly calledFrom: readonly Place[];
  readonly depth: number;
}

type Completion = "normal" | "done";

const MAXIMUM_CALL_DEPTH = 10;
const MAXIMUM_RECORDED_CALLS = 60;
const MAXIMUM_TEXT_PARTS = 400;
const MAXIMUM_TEXT_WAYS = 8;
const MAXIMUM_EXPRESSION_DEPTH = 600;
/** Of how many early returns of one call the writes are kept. */
const MAXIMUM_EXITS = 6;
const NESTED_TOO_DEEPLY = "a part of it is nested too deeply to be evaluated; the rest was read";
/** Steps in functions that are called, which may multiply; what a function itself holds is always read, once. */
const CALLED_STEPS_PER_ROOT = 2_000;
const CALLED_STEPS_IN_ALL = 500_000;
/** How many times the steps of a root may be used where functions matter. */
const RESERVE = 2;
/** Statements of a function that costs little. */
const SHORT = 3;
/** How many facts are told of one place, reached on different ways. */
const MAXIMUM_FACTS_PER_PLACE = 24;

/** Methods that call the functions they are given at once. */
const IMMEDIATE = new Set([
  "forEach",
  "map",
  "filter",
  "each",
  "reduce",
  "some",
  "every",
  "find",
  "tap",
  "then",
  "apply",
  "with",
  "let",
  "also",
  "run",
  "ifPresent",
  "computeIfAbsent",
]);

/** Runs programs abstractly and tells what it saw. One evaluation, one instance; nothing is global. */
export class Evaluator {
  readonly calls: CallFact[] = [];
  readonly writes: WriteFact[] = [];
  readonly classes: ClassFact[] = [];
  /** Files of which a part was not evaluated, and why. */
  readonly notes = new Map<string, string>();
  readonly world = new State();
  readonly host: EvaluatorHost;
  private readonly modules = new Map<string, ModuleRecord>();
  private readonly entered = new Set<FunctionExpression>();
  private readonly seenClasses: { data: ClassData; file: string }[] = [];
  private readonly resolutions = new Map<string, string | undefined>();
  private readonly typeInstances = new Map<number, Value>();
  private readonly pendingLate: ((state: State) => void)[] = [];
  private notDeployed: string | undefined;
  /** Above 0 while a function is called only to see what it gives. */
  private asking = 0;
  private steps = 0;
  private allSteps = 0;
  private readonly told = new Map<string, number>();
  private facts = 0;
  private depth = 0;
  state: State = this.world;
  frame!: Frame;

  constructor(host: EvaluatorHost) {
    this.host = host;
  }

  /** Runs a module of the project, and the modules it imports, once. */
  runModule(file: string): ModuleRecord | undefined {
    const existing = this.modules.get(file);
    if (existing !== undefined) return existing;
    const program = this.host.program(file);
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
      moduleObject: program.language === "javascript" ? this.makeModuleObject(file) : undefined,
      done: false,
    };
    this.modules.set(file, record);
    const outer = { state: this.state, frame: this.frame, steps: this.steps, notDeployed: this.notDeployed };
    this.state = this.world;
    this.steps = 0;
    this.notDeployed = undefined;
    this.frame = this.newFrame(record, undefined, undefined, undefined, []);
    const guarded = this.guard(() => {
      this.block(program.body, scope);
    });
    if (!guarded) this.note(NESTED_TOO_DEEPLY);
    record.done = true;
    this.enterMade(this.frame);
    this.flushLate();
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
    for (const { data, file: at } of this.seenClasses) if (at === file) this.enterMethods(data, record);
  }

  moduleFacts(): Map<string, ModuleFact> {
    const result = new Map<string, ModuleFact>();
    this.state = this.world;
    for (const [file, record] of this.modules) {
      this.frame = this.newFrame(record, undefined, undefined, undefined, []);
      result.set(file, exportModule(this, file, record));
    }
    for (const { data, file } of this.seenClasses) this.classes.push(exportClass(this, data, file));
    return result;
  }

  unresolvedOf(file: string): ReadonlySet<string> {
    return this.modules.get(file)?.unresolved ?? new Set();
  }

  // ---- frames and guards

  private newFrame(
    module: ModuleRecord,
    self: Value | undefined,
    owner: ClassData | undefined,
    fn: FunctionExpression | undefined,
    calledFrom: readonly Place[],
  ): Frame {
    return {
      module,
      self,
      owner,
      function: fn,
      returns: [],
      base: this.state,
      entry: this.state,
      endsAtEntry: false,
      exits: [],
      made: [],
      calledFrom,
      depth: calledFrom.length,
    };
  }

  /** False when the stack was not deep enough. */
  private guard(action: () => void): boolean {
    const { depth, asking } = this;
    try {
      action();
      return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.depth = depth;
      this.asking = asking;
      return false;
    }
  }

  private flushLate(): void {
    for (const tell of this.pendingLate.splice(0)) tell(this.state);
  }

  get language(): ProgramLanguageName {
    return this.frame.module.program.language;
  }

  get file(): string {
    return this.frame.module.program.file;
  }

  place(span: Span): Place {
    return { file: this.file, span: { start: span.start, end: span.end } };
  }

  private says(span: Span): string {
    return shorten(this.host.text(this.file, span));
  }

  heapObject = (id: number): HeapObject | undefined => this.state.object(id);

  private exhausted(): boolean {
    return this.steps > CALLED_STEPS_PER_ROOT || this.allSteps > CALLED_STEPS_IN_ALL;
  }

  /** What may matter, or costs little, is still called when the steps for everything else are used up. */
  private exhaustedFor({ file, function: fn }: FunctionData): boolean {
    if (!this.exhausted()) return false;
    const reserve = CALLED_STEPS_PER_ROOT * RESERVE;
    if (this.steps > reserve || this.allSteps > CALLED_STEPS_IN_ALL) return true;
    return fn.body.length > SHORT && !this.host.matters(file, fn);
  }

  private countStep(): void {
    if (this.frame.calledFrom.length === 0) return;
    this.steps += 1;
    this.allSteps += 1;
  }

  /** A place that callers reach on very many ways is told of for some of them. */
  private toldOften(at: Place): boolean {
    const key = `${at.file}:${at.span.start}`;
    const times = (this.told.get(key) ?? 0) + 1;
    this.told.set(key, times);
    return times > MAXIMUM_FACTS_PER_PLACE && this.frame.calledFrom.length > 0;
  }

  /** Says once that a part of a file was not evaluated, and why. */
  private note(because: string): void {
    if (!this.notes.has(this.file)) this.notes.set(this.file, because);
  }

  // ---- objects

  newObject(origin: Origin, paths: readonly string[] = []): number {
    const id = nextIdentity();
    this.state.add(id, { origin, paths, properties: new Map(), items: undefined, open: undefined, calls: [] });
    return id;
  }

  objectValue(id: number, trace?: Trace): Value {
    return [alternative({ kind: "object", id }, trace)];
  }

  private makeModuleObject(file: string): number {
    const module = nextIdentity();
    const exports = nextIdentity();
    const origin = { kind: "module", file } as const;
    this.world.add(exports, { origin, paths: [], properties: new Map(), items: undefined, open: undefined, calls: [] });
    this.world.add(module, {
      origin,
      paths: [],
      properties: new Map([["exports", this.objectValue(exports)]]),
      items: undefined,
      open: undefined,
      calls: [],
    });
    return module;
  }

  // ---- statements

  private block(statements: readonly Statement[], scope: Scope): Completion {
    for (const statement of statements) {
      if (statement.kind === "assign" && statement.hoisted === true) this.assignment(statement, scope);
    }
    for (const statement of statements) {
      if (statement.kind === "assign" && statement.hoisted === true) continue;
      if (this.statement(statement, scope) === "done") return "done";
    }
    return "normal";
  }

  private inner(statements: readonly Statement[], scope: Scope): Completion {
    const declares = statements.some((statement) => statement.kind === "assign" && statement.declare === "block");
    return this.block(statements, declares ? newScope("block", scope) : scope);
  }

  private statement(statement: Statement, scope: Scope): Completion {
    this.countStep();
    switch (statement.kind) {
      case "expression": {
        const value = this.expression(statement.value, scope);
        if (this.frame.function?.implicitReturn === true) this.lastValue = value;
        return "normal";
      }
      case "assign": {
        const value = this.assignment(statement, scope);
        if (this.frame.function?.implicitReturn === true) this.lastValue = value;
        return "normal";
      }
      case "delete":
        this.remove(statement.target, scope);
        return "normal";
      case "if":
        return this.branch(statement, scope);
      case "loop":
        return this.loop(statement, scope);
      case "try":
        return this.attempt(statement, scope);
      case "return": {
        const value = statement.value === undefined ? known(undefined) : this.expression(statement.value, scope);
        this.leave(value);
        return "done";
      }
      case "throw":
        if (statement.value !== undefined) this.expression(statement.value, scope);
        return "done";
      case "break":
      case "continue":
        return "normal";
      case "block":
        return this.inner(statement.body, scope);
      case "import":
        this.importModule(statement, scope);
        return "normal";
      case "export": {
        this.exportNames(statement, scope);
        return "normal";
      }
    }
  }

  /** The value of the last expression statement, for functions that return it. */
  private lastValue: Value | undefined;

  private leave(value: Value): void {
    const { frame } = this;
    frame.returns.push(...under(value, conditionsSince(this.state, frame.base)));
    if (this.state === frame.entry) frame.endsAtEntry = true;
    else if (frame.entry !== frame.base && frame.exits.length < MAXIMUM_EXITS)
      frame.exits.push(this.state.snapshot(frame.base));
  }

  private decision(test: Expression, scope: Scope): { decision: Decision; value: Value } {
    const value = this.expression(test, scope);
    const key = `${this.file}:${test.span.start}`;
    return { decision: decide(value, this.language, this.heapObject, this.says(test.span), key), value };
  }

  private branch(statement: Extract<Statement, { kind: "if" }>, scope: Scope): Completion {
    const { decision } = this.decision(statement.test, scope);
    const says = this.says(statement.test.span);
    const arms = [
      { when: oneOf(decision.yes, statement.test.span, this.file, says, true), body: statement.then },
      { when: oneOf(decision.no, statement.test.span, this.file, says, false), body: statement.else },
    ];
    const outer = this.state;
    const normal: State[] = [];
    const given: Alternative[] = [];
    let taken = 0;
    for (const arm of arms) {
      if (arm.when === undefined) {
        this.notTaken(arm.body, scope, says);
        continue;
      }
      taken += 1;
      const fork = outer.fork(arm.when);
      this.state = fork;
      this.lastValue = undefined;
      if (this.inner(arm.body, scope) === "normal") {
        normal.push(fork);
        given.push(...under(this.lastValue ?? known(null), arm.when));
      }
      this.state = outer;
    }
    this.lastValue = given.length === 0 ? undefined : union(given);
    return this.meet(outer, normal, taken);
  }

  /** Goes on after a branch with the arms that ended normally. */
  private meet(outer: State, normal: readonly State[], taken: number): Completion {
    const [first] = normal;
    if (first === undefined) return taken === 0 ? "normal" : "done";
    if (normal.length === 1) {
      const settled = first.conditions.filter((condition) => condition.holds === true || taken > 1);
      outer.absorb(first, taken > 1 ? [] : settled.filter((condition) => condition.holds === true));
      if (taken > 1) outer.conditions.push(...first.conditions);
    } else outer.join(normal);
    return "normal";
  }

  /** Code that the deployment never reaches is still looked at, so that its cookies are listed; its effects are dropped. */
  private notTaken(body: readonly Statement[], scope: Scope, says: string): void {
    if (body.length === 0 || this.exhausted()) return;
    const outer = this.state;
    const before = {
      notDeployed: this.notDeployed,
      returns: this.frame.returns.length,
      exits: this.frame.exits.length,
      last: this.lastValue,
    };
    this.state = outer.fork();
    this.notDeployed ??= `it stands behind \`${says}\`, which the deployment settles the other way`;
    this.inner(body, scope);
    this.state = outer;
    this.notDeployed = before.notDeployed;
    this.frame.returns.length = before.returns;
    this.frame.exits.length = before.exits;
    this.lastValue = before.last;
  }

  private loop(statement: Extract<Statement, { kind: "loop" }>, scope: Scope): Completion {
    const inside = newScope("block", scope);
    const over = statement.over === undefined ? undefined : this.expression(statement.over, scope);
    if (statement.bind !== undefined) this.write(statement.bind, this.elementOf(over, statement.span), inside, "block");
    if (statement.test !== undefined) this.expression(statement.test, inside);
    const outer = this.state;
    const fork = outer.fork();
    this.state = fork;
    this.inner(statement.body, inside);
    this.state = outer;
    outer.absorb(fork);
    return "normal";
  }

  /** An element of a list that is gone through: any of the few that are known, else opaque. */
  private elementOf(over: Value | undefined, span: Span): Value {
    const [only] = over ?? [];
    const list = over?.length === 1 && only?.data.kind === "object" ? this.heapObject(only.data.id) : undefined;
    const items = list?.open === undefined ? (list?.items ?? []) : [];
    if (items.length > 0 && items.length <= 8) {
      const key = `${this.file}:${span.start}:element`;
      const says = (index: number) => `the loop is at element ${index + 1}`;
      if (items.length === 1) return items[0]!;
      return union(
        items.flatMap((item, index) =>
          under(item, [{ kind: "branch", key, arm: String(index), says: says(index), holds: undefined }]),
        ),
      );
    }
    const paths = over?.flatMap(({ data }) => this.pathsOf(data)) ?? [];
    return this.opaque(
      { kind: "member", of: undefined, name: "[]", place: this.place(span) },
      paths.map((path) => `${path}[]`),
    );
  }

  private attempt(statement: Extract<Statement, { kind: "try" }>, scope: Scope): Completion {
    const outer = this.state;
    const unresolvedBefore = this.frame.module.unresolved.size;
    const body = outer.fork();
    this.state = body;
    const completion = this.inner(statement.body, scope);
    const importsFailed = this.frame.module.unresolved.size > unresolvedBefore;
    const normal: State[] = completion === "normal" ? [body] : [];
    let taken = 1;
    statement.handlers.forEach((handler, index) => {
      const aboutImports =
        handler.types.length > 0 &&
        handler.types.every((type) => /ImportError|ModuleNotFoundError|LoadError/.test(type));
      if (aboutImports && !importsFailed) return;
      const condition = (arm: boolean): Condition => ({
        kind: "branch",
        key: `${this.file}:${statement.span.start}:handler${index}`,
        arm,
        says: arm ? "an exception is caught" : "no exception is caught",
        holds: undefined,
      });
      const fork = outer.fork([condition(true)]);
      this.state = fork;
      const inside = newScope("block", scope);
      if (handler.bind !== undefined) this.state.write(declareIn(inside, handler.bind), unknown("an exception"));
      const ended = this.inner(handler.body, inside);
      if (ended === "normal" && fork.hasChangesSince(outer)) {
        taken += 1;
        normal.push(fork);
        if (completion === "normal" && !body.conditions.some((each) => each.key === condition(false).key))
          body.conditions.push(condition(false));
      }
      if (ended === "normal" && completion === "done") normal.push(fork);
    });
    this.state = outer;
    const unique = [...new Set(normal)];
    const end =
      unique.length === 1 && unique[0] === body
        ? (outer.absorb(body), "normal" as const)
        : this.meet(outer, unique, taken);
    const last = this.inner(statement.finally, scope);
    return last === "done" ? "done" : end;
  }

  // ---- assignment

  private assignment(statement: Assignment, scope: Scope): Value {
    const { target } = statement;
    let value: Value;
    if (statement.operator === undefined) value = this.expression(statement.value, scope);
    else {
      const before = this.readTarget(target, scope);
      value = this.compound(statement, before, scope);
    }
    if (statement.type !== undefined) value = this.withType(value, statement.type, scope, statement.span);
    this.write(target, value, scope, statement.declare, statement);
    return value;
  }

  private compound(statement: Assignment, before: Value, scope: Scope): Value {
    switch (statement.operator) {
      case "or":
      case "and":
      case "??":
        return this.shortCircuit(statement.operator, before, statement.value, scope, statement.span);
      case "|": {
        const merged = this.mergeInto(before, this.expression(statement.value, scope), statement.span);
        if (merged !== undefined) return merged;
        return operate("|", before, this.expression(statement.value, scope), this.says(statement.span));
      }
      default:
        return operate(
          statement.operator ?? "other",
          before,
          this.expression(statement.value, scope),
          this.says(statement.span),
        );
    }
  }

  /** Python's `a |= b` and `a.update(b)` on dicts: the object itself changes. */
  private mergeInto(before: Value, more: Value, span: Span): Value | undefined {
    const [only] = before;
    if (before.length !== 1 || only?.data.kind !== "object") return undefined;
    const object = this.state.own(only.data.id);
    if (object === undefined) return undefined;
    if (object.origin.kind !== "literal") {
      this.tellMerge(before, more, span);
    }
    this.spread(object, more, span);
    return before;
  }

  /** A merge into something from outside the project is told as one write for each key. */
  private tellMerge(target: Value, more: Value, span: Span): void {
    for (const { data } of more) {
      if (data.kind !== "object") continue;
      for (const [name, value] of this.heapObject(data.id)?.properties ?? []) {
        this.tellWrite(target, name, undefined, value, true, this.place(span), this.place(span), undefined);
      }
    }
  }

  private readTarget(target: Target, scope: Scope): Value {
    switch (target.kind) {
      case "name":
        return this.name(target.name, scope, target.span);
      case "member":
        return this.member(this.expression(target.object, scope), target.property, target.span, target.propertySpan);
      case "index":
        return this.index(this.expression(target.object, scope), this.expression(target.index, scope), target.span);
      default:
        return unknown("a pattern is assigned to");
    }
  }

  private write(
    target: Target,
    value: Value,
    scope: Scope,
    declare: Assignment["declare"],
    statement?: Assignment,
  ): void {
    switch (target.kind) {
      case "name":
        this.writeName(target.name, value, scope, declare, target.span);
        return;
      case "member":
        this.writeMember(
          this.expression(target.object, scope),
          target.property,
          undefined,
          value,
          false,
          target.span,
          statement,
        );
        return;
      case "index": {
        const key = this.expression(target.index, scope);
        const literal = onlyLiteral(key);
        const name = literal === notLiteral || literal === null || literal === undefined ? undefined : String(literal);
        const object = this.elementWritten(this.expression(target.object, scope), target.object, scope);
        this.writeMember(object, name, key, value, true, target.span, statement);
        return;
      }
      case "list": {
        const items = this.itemsOf(value);
        target.items.forEach((item, index) => {
          if (item === undefined) return;
          const part = items?.[index] ?? this.index(value, known(index), target.span);
          this.write(item, part, scope, declare);
        });
        if (target.rest !== undefined) this.write(target.rest, unknown("the rest of a list"), scope, declare);
        return;
      }
      case "object": {
        const taken = new Set<string>();
        for (const entry of target.entries) {
          taken.add(entry.key);
          let part = this.member(value, entry.key, target.span, target.span);
          if (entry.default !== undefined) part = this.orDefault(part, entry.default, scope);
          this.write(entry.target, part, scope, declare);
        }
        if (target.rest !== undefined) this.write(target.rest, this.without(value, taken, target.span), scope, declare);
        return;
      }
      case "default":
        this.write(target.target, this.orDefault(value, target.value, scope), scope, declare);
        return;
    }
  }

  /**
   * `jar[a] = text; jar[a][b] = …`: an element that has elements itself although it was set to a text is what a
   * container from outside the project made of it.
   */
  private elementWritten(object: Value, written: Expression, scope: Scope): Value {
    if (written.kind !== "index") return object;
    const isScalar = object.every(({ data }) => data.kind === "literal" || data.kind === "text");
    if (!isScalar && this.language !== "python") return object;
    const [only, ...others] = this.expression(written.object, scope);
    const key = onlyLiteral(this.expression(written.index, scope));
    if (only?.data.kind !== "object" || others.length > 0 || !this.isOpaque(only.data) || typeof key !== "string")
      return object;
    const { id } = only.data;
    const paths = this.pathsOf(only.data).map((path) => `${path}[${key}]`);
    if (object.some(({ data }) => paths.some((path) => this.pathsOf(data).includes(path)))) return object;
    const child = this.opaque({ kind: "member", of: id, name: key, place: this.place(written.span) }, paths);
    this.state.own(id)?.properties.set(key, child);
    return child;
  }

  /** `value`, or the default where it is undefined. */
  private orDefault(value: Value, fallback: Expression, scope: Scope): Value {
    if (!value.some(({ data }) => data.kind === "literal" && data.value === undefined)) return value;
    return mapValue(value, (data, each) =>
      data.kind === "literal" && data.value === undefined ? this.expression(fallback, scope) : [{ ...each, when: [] }],
    );
  }

  /** A copy of an object less some keys. */
  private without(value: Value, keys: ReadonlySet<string>, span: Span): Value {
    const id = this.newObject({ kind: "literal", place: this.place(span), bare: false });
    const object = this.state.own(id)!;
    this.spread(object, value, span);
    for (const key of keys) object.properties.delete(key);
    return this.objectValue(id);
  }

  private writeName(name: string, value: Value, scope: Scope, declare: Assignment["declare"], span: Span): void {
    const noted = this.noteAssignment(value, name, span);
    if (declare === "block") {
      this.state.write(declareIn(scope, name), noted);
      return;
    }
    if (declare === "function") {
      this.state.write(declareIn(functionScope(scope), name), noted);
      return;
    }
    if (declare === "local") {
      for (
        let each: Scope | undefined = scope;
        each !== undefined;
        each = each.kind === "block" ? each.parent : undefined
      ) {
        const slot = each.names.get(name);
        if (slot !== undefined) {
          this.state.write(slot, noted);
          return;
        }
      }
      this.state.write(declareIn(scope, name), noted);
      return;
    }
    const slot = findSlot(scope, name);
    if (slot !== undefined) {
      this.state.write(slot, noted);
      return;
    }
    const field = this.fieldOwner(name);
    if (field !== undefined) {
      this.writeMember(field, name, undefined, value, false, span);
      return;
    }
    this.state.write(declareIn(this.frame.module.scope, name), noted);
  }

  private noteAssignment(value: Value, name: string, span: Span): Value {
    const at = this.place(span);
    return value.map((each) =>
      each.data.kind === "function" ||
      each.data.kind === "class" ||
      each.data.kind === "module" ||
      each.data.kind === "external"
        ? each
        : { ...each, trace: step(at, `\`${name}\` is set here`, each.trace) },
    );
  }

  /** Java and C#: an unqualified name may be a field of `this`. */
  private fieldOwner(name: string): Value | undefined {
    const { self } = this.frame;
    if (self === undefined || (this.language !== "java" && this.language !== "csharp")) return undefined;
    for (const { data } of self) {
      if (data.kind !== "object") continue;
      const object = this.heapObject(data.id);
      if (object === undefined) continue;
      if (object.properties.has(name)) return self;
      if (object.origin.kind === "instance" && this.findMember(object.origin.class, name) !== undefined) return self;
    }
    return undefined;
  }

  private writeMember(
    target: Value,
    name: string | undefined,
    key: Value | undefined,
    value: Value,
    index: boolean,
    span: Span,
    statement?: Assignment,
  ): void {
    const at = this.place(span);
    const noted =
      name === undefined
        ? value
        : value.map((each) => ({
            ...each,
            trace: step(this.place(statement?.span ?? span), `\`${name}\` is set here`, each.trace),
          }));
    for (const each of target) {
      const { data } = each;
      if (data.kind === "object") {
        const object = this.state.own(data.id);
        if (object === undefined) continue;
        const setter =
          object.origin.kind === "instance" && name !== undefined
            ? this.findAccessor(object.origin.class, name, "setter")
            : undefined;
        if (setter !== undefined) {
          this.invoke(
            { ...setter, self: [each] },
            [{ value, name: undefined, spread: undefined, place: at, valuePlace: at }],
            at,
          );
          continue;
        }
        if (name === undefined) {
          if (object.origin.kind === "literal" || object.origin.kind === "instance")
            spreadUnknown(object, "a member with a computed name is set");
          else object.open ??= "a member with a computed name is set";
        } else if (target.length === 1) {
          setProperty(object, name, noted);
          const position = /^\d+$/.test(name) ? Number(name) : undefined;
          if (index && position !== undefined && object.items?.[position] !== undefined) {
            object.items = object.items.map((item, i) => (i === position ? noted : item));
          }
        } else {
          const before = object.properties.get(name) ?? known(undefined);
          setProperty(object, name, union([...under(before, opposite(each.when)), ...under(noted, each.when)]));
        }
        if (object.origin.kind !== "literal" && object.origin.kind !== "module") {
          this.tellWrite([each], name, key, noted, index, at, this.place(statement?.value.span ?? span), statement);
        }
      } else if (data.kind === "class") {
        const statics = this.state.own(data.statics);
        if (statics !== undefined && name !== undefined) setProperty(statics, name, noted);
        this.tellWrite([each], name, key, noted, index, at, this.place(statement?.value.span ?? span), statement);
      } else if (data.kind === "module" && name !== undefined) {
        const record = this.modules.get(data.file);
        if (record !== undefined) this.state.write(declareIn(record.scope, name), noted);
      } else if (data.kind === "external") {
        this.tellWrite([each], name, key, noted, index, at, this.place(statement?.value.span ?? span), statement);
      } else if (data.kind === "unknown") {
        this.tellWrite([each], name, key, noted, index, at, this.place(statement?.value.span ?? span), statement);
      }
    }
  }

  private tellWrite(
    target: Value,
    key: string | undefined,
    keyValue: Value | undefined,
    value: Value,
    index: boolean,
    place: Place,
    valuePlace: Place,
    statement: Assignment | undefined,
  ): void {
    const interesting =
      (key !== undefined && this.host.members.has(key)) ||
      target.some(({ data }) => this.pathsOf(data).some((path) => this.host.members.has(`${lastSegment(path)}[]`)));
    if (!interesting) return;
    if (this.toldOften(place)) return;
    this.writes.push(
      exportWrite(this, {
        target,
        key,
        keyValue,
        value,
        index,
        place,
        valuePlace,
        operator: statement?.operator,
        paths: target.flatMap(({ data }) => this.pathsOf(data)),
      }),
    );
  }

  private remove(target: Target, scope: Scope): void {
    if (target.kind === "name") {
      const slot = findSlot(scope, target.name);
      if (slot !== undefined) this.state.write(slot, known(undefined));
      return;
    }
    if (target.kind === "member" || target.kind === "index") {
      const name = target.kind === "member" ? target.property : onlyLiteral(this.expression(target.index, scope));
      for (const { data } of this.expression(target.object, scope)) {
        if (data.kind === "object" && typeof name === "string") this.state.own(data.id)?.properties.delete(name);
      }
    }
  }

  // ---- imports and exports

  private resolve(specifier: string, from: string, language: ProgramLanguageName): string | undefined {
    const key = `${language}\n${from}\n${specifier}`;
    if (this.resolutions.has(key)) return this.resolutions.get(key);
    const file = this.host.resolve(specifier, from, language);
    this.resolutions.set(key, file);
    return file;
  }

  private importModule(statement: Import, scope: Scope): void {
    const { module } = this.frame;
    module.imports.push(statement.from);
    const file = this.resolve(statement.from, this.file, this.language);
    if (file !== undefined && this.mayWait(statement)) {
      for (const name of statement.names) this.importLater(statement, name, file, scope);
      return;
    }
    const record = file === undefined ? undefined : this.runModule(file);
    if (record === undefined && this.language === "python" && !statement.from.startsWith("."))
      module.unresolved.add(statement.from);
    if (record === undefined && statement.from.startsWith(".")) module.unresolved.add(statement.from);
    if (statement.star === true) this.importStar(statement, record, scope);
    for (const name of statement.names) {
      this.importName(statement, name, record, file, scope);
    }
  }

  /** An import at the top of a module, of single names: what they mean can wait until one of them is read. */
  private mayWait(statement: Import): boolean {
    return this.language !== "javascript" && this.state === this.world && statement.star !== true;
  }

  private importLater(statement: Import, name: Import["names"][number], file: string, scope: Scope): void {
    const dotted = name.imported === "*" && name.local.includes(".");
    if (dotted) {
      this.importName(statement, name, this.runModule(file), file, scope);
      return;
    }
    const slot = declareIn(scope, name.local);
    if (this.world.read(slot) !== undefined) this.world.write(slot, known(undefined));
    const { module } = this.frame;
    this.world.defer(slot, () => {
      const outer = { state: this.state, frame: this.frame, last: this.lastValue, notDeployed: this.notDeployed };
      this.state = this.world;
      this.notDeployed = undefined;
      this.frame = this.newFrame(module, undefined, undefined, undefined, []);
      this.importName(statement, name, this.runModule(file), file, scope);
      this.state = outer.state;
      this.frame = outer.frame;
      this.lastValue = outer.last;
      this.notDeployed = outer.notDeployed;
      return this.world.read(slot) ?? known(undefined);
    });
  }

  private importStar(statement: Import, record: ModuleRecord | undefined, scope: Scope): void {
    if (record === undefined) {
      this.frame.module.stars.push(statement.from);
      return;
    }
    const all = record.scope.names.get("__all__");
    const listed =
      all === undefined
        ? undefined
        : this.itemsOf(this.state.read(all) ?? known(undefined))?.map((item) => onlyLiteral(item));
    for (const [name, slot] of record.scope.names) {
      if (listed === undefined ? name.startsWith("_") : !listed.includes(name)) continue;
      if (this.state === this.world && this.world.isDeferred(slot)) {
        this.world.defer(declareIn(functionScope(scope), name), () => this.world.read(slot) ?? known(undefined));
        continue;
      }
      const value = this.state.read(slot);
      if (value !== undefined) this.state.write(declareIn(functionScope(scope), name), value);
    }
    this.frame.module.stars.push(...record.stars);
  }

  private importName(
    statement: Import,
    name: Import["names"][number],
    record: ModuleRecord | undefined,
    file: string | undefined,
    scope: Scope,
  ): void {
    const python = this.language === "python";
    const local =
      python && name.imported === "*" && name.local.includes(".")
        ? name.local.slice(0, name.local.indexOf("."))
        : name.local;
    const whole = name.imported === "*";
    if (record !== undefined && file !== undefined) {
      if (whole && local !== name.local) {
        const top = this.resolve(local, this.file, "python");
        if (top !== undefined) this.runModule(top);
        this.state.write(
          declareIn(scope, local),
          top === undefined ? this.external([local]) : [alternative({ kind: "module", file: top })],
        );
        return;
      }
      if (whole && (this.language === "java" || this.language === "csharp")) {
        const found =
          this.exported(record, name.local) ??
          this.exported(record, statement.from.slice(statement.from.lastIndexOf(".") + 1));
        this.state.write(declareIn(scope, local), found ?? this.external([statement.from]));
        return;
      }
      if (whole) {
        this.state.write(declareIn(scope, local), this.moduleValue(record, file));
        return;
      }
      const slot =
        record.exports.get(name.imported) ??
        (this.language === "javascript" ? undefined : record.scope.names.get(name.imported));
      if (slot !== undefined) {
        // A live binding: the importer reads what the exporter holds.
        if (this.language === "javascript") scope.names.set(local, slot);
        else this.state.write(declareIn(scope, local), this.state.read(slot) ?? known(undefined));
        return;
      }
      const found = this.exported(record, name.imported);
      if (found !== undefined) {
        this.state.write(declareIn(scope, local), found);
        return;
      }
    }
    if (python) {
      const separator = statement.from.endsWith(".") ? "" : ".";
      const submodule = this.resolve(`${statement.from}${separator}${name.imported}`, this.file, "python");
      if (submodule !== undefined && this.runModule(submodule) !== undefined) {
        this.state.write(declareIn(scope, local), [alternative({ kind: "module", file: submodule })]);
        return;
      }
    }
    if (record !== undefined) {
      this.state.write(declareIn(scope, local), unknown(`\`${name.imported}\` is not found in ${file}`));
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
    this.state.write(declareIn(scope, local), this.external([path]));
  }

  external(paths: readonly string[]): Value {
    return [alternative({ kind: "external", paths })];
  }

  /** What `import * as x` and `require` give. */
  private moduleValue(record: ModuleRecord, file: string): Value {
    if (record.moduleObject !== undefined && record.exports.size === 0 && record.exportStars.length === 0) {
      return this.world.object(record.moduleObject)?.properties.get("exports") ?? known(undefined);
    }
    return [alternative({ kind: "module", file })];
  }

  /** An exported name of a module of the project. */
  exported(record: ModuleRecord, name: string, seen = new Set<ModuleRecord>()): Value | undefined {
    if (seen.has(record)) return undefined;
    seen.add(record);
    const slot =
      record.exports.get(name) ?? (record.program.language === "javascript" ? undefined : record.scope.names.get(name));
    if (slot !== undefined) return this.state.read(slot);
    for (const star of record.exportStars) {
      const other = this.modules.get(star);
      const value = other === undefined || name === "default" ? undefined : this.exported(other, name, seen);
      if (value !== undefined) return value;
    }
    if (record.moduleObject !== undefined) {
      const exports = this.state.object(record.moduleObject)?.properties.get("exports");
      if (exports === undefined) return undefined;
      if (name === "default") {
        const inner =
          exports.length === 1 && exports[0]?.data.kind === "object"
            ? this.state.object(exports[0].data.id)?.properties.get("default")
            : undefined;
        return inner ?? exports;
      }
      for (const { data } of exports) {
        if (data.kind === "object") {
          const found = this.state.object(data.id)?.properties.get(name);
          if (found !== undefined) return found;
        } else if (data.kind === "class") return this.classMember(data, name);
      }
    }
    return undefined;
  }

  private exportNames(statement: Extract<Statement, { kind: "export" }>, scope: Scope): void {
    const { module } = this.frame;
    if (statement.from === undefined) {
      for (const { local, exported } of statement.names) {
        const slot = findSlot(scope, local) ?? declareIn(module.scope, local);
        module.exports.set(exported, slot);
      }
      return;
    }
    module.imports.push(statement.from);
    const file = this.resolve(statement.from, this.file, this.language);
    const record = file === undefined ? undefined : this.runModule(file);
    if (statement.star === true && file !== undefined) module.exportStars.push(file);
    for (const { local, exported } of statement.names) {
      const name = `re-export ${exported}`;
      const value =
        record === undefined || file === undefined
          ? this.external([local === "default" || local === "*" ? statement.from : `${statement.from}.${local}`])
          : local === "*"
            ? this.moduleValue(record, file)
            : (this.exported(record, local) ?? unknown(`\`${local}\` is not found in ${file}`));
      const slot = record?.exports.get(local) ?? declareIn(module.scope, name);
      if (record?.exports.get(local) === undefined) this.state.write(slot, value);
      module.exports.set(exported, slot);
    }
  }

  // ---- expressions

  expression(expression: Expression, scope: Scope): Value {
    this.countStep();
    if (this.depth > MAXIMUM_EXPRESSION_DEPTH) {
      this.note(NESTED_TOO_DEEPLY);
      return unknown("it is nested too deeply");
    }
    this.depth += 1;
    try {
      return this.evaluate(expression, scope);
    } finally {
      this.depth -= 1;
    }
  }

  private evaluate(expression: Expression, scope: Scope): Value {
    switch (expression.kind) {
      case "literal":
        return known(
          expression.value,
          step(this.place(expression.span), `it is \`${this.says(expression.span)}\``, undefined),
        );
      case "text":
        return this.text(expression, scope);
      case "name":
        return this.name(expression.name, scope, expression.span);
      case "this":
        return this.frame.self ?? this.external(["this"]);
      case "super":
        return this.superValue();
      case "member":
        return this.member(
          this.expression(expression.object, scope),
          expression.property,
          expression.span,
          expression.propertySpan,
        );
      case "index":
        return this.index(
          this.expression(expression.object, scope),
          this.expression(expression.index, scope),
          expression.span,
        );
      case "call":
        return this.call(expression, scope);
      case "object":
        return this.objectLiteral(expression.entries, expression.bare === true, expression.span, scope);
      case "list":
        return this.list(expression.items, expression.span, scope);
      case "function":
        return this.functionValue(expression, scope);
      case "class":
        return this.classValue(expression, scope);
      case "not":
        return this.withStep(
          negate(this.expression(expression.value, scope), this.language, this.heapObject),
          expression.span,
        );
      case "binary":
        return this.binary(expression, scope);
      case "ternary":
        return this.ternary(expression, scope);
      case "assignment":
        return this.assignment(expression.assignment, scope);
      case "sequence": {
        let value: Value = known(undefined);
        for (const item of expression.items) value = this.expression(item, scope);
        return value;
      }
      case "statements": {
        const before = this.lastValue;
        this.lastValue = undefined;
        const value = this.valueOfStatements(expression.body, scope);
        this.lastValue = before;
        return value;
      }
      case "opaque": {
        if (expression.because === "nested too deeply") this.note(NESTED_TOO_DEEPLY);
        for (const child of expression.children) this.expression(child, scope);
        return unknown(expression.because, step(this.place(expression.span), expression.because, undefined));
      }
    }
  }

  private withStep(value: Value, span: Span): Value {
    const at = this.place(span);
    const says = `\`${this.says(span)}\``;
    return value.map((each) => ({ ...each, trace: step(at, says, each.trace) }));
  }

  /** Statements used as a value: the value of the last expression on each path. */
  private valueOfStatements(body: readonly Statement[], scope: Scope): Value {
    const inside = newScope("block", scope);
    let value: Value = known(null);
    body.forEach((statement, index) => {
      const last = index === body.length - 1;
      if (last && statement.kind === "expression") value = this.expression(statement.value, inside);
      else if (last && statement.kind === "if") value = this.conditionalValue(statement, inside);
      else if (last && statement.kind === "block") value = this.valueOfStatements(statement.body, inside);
      else if (last && statement.kind === "try") value = this.valueOfStatements(statement.body, inside);
      else if (last && statement.kind === "assign") value = this.assignment(statement, inside);
      else this.statement(statement, inside);
    });
    return value;
  }

  private conditionalValue(statement: Extract<Statement, { kind: "if" }>, scope: Scope): Value {
    return this.choose(
      statement.test,
      () => this.valueOfStatements(statement.then, scope),
      () => this.valueOfStatements(statement.else, scope),
      scope,
    );
  }

  private ternary(expression: Extract<Expression, { kind: "ternary" }>, scope: Scope): Value {
    const value = this.choose(
      expression.test,
      () => this.expression(expression.then, scope),
      () => this.expression(expression.else, scope),
      scope,
    );
    return value;
  }

  /** One of two values by a test, each with its side effects on its own path. */
  private choose(test: Expression, then: () => Value, otherwise: () => Value, scope: Scope): Value {
    const { decision } = this.decision(test, scope);
    const says = this.says(test.span);
    const yes = oneOf(decision.yes, test.span, this.file, says, true);
    const no = oneOf(decision.no, test.span, this.file, says, false);
    const outer = this.state;
    const arms: State[] = [];
    const alternatives: Alternative[] = [];
    for (const [when, value] of [
      [yes, then],
      [no, otherwise],
    ] as const) {
      if (when === undefined) continue;
      const fork = outer.fork(when);
      this.state = fork;
      alternatives.push(...under(value(), when));
      this.state = outer;
      arms.push(fork);
    }
    if (arms.length === 1) outer.absorb(arms[0]!);
    else outer.join(arms);
    return union(alternatives);
  }

  private binary(expression: Extract<Expression, { kind: "binary" }>, scope: Scope): Value {
    const { operator } = expression;
    if (operator === "and" || operator === "or" || operator === "??") {
      const left = this.expression(expression.left, scope);
      return this.shortCircuit(operator, left, expression.right, scope, expression.span);
    }
    const left = this.expression(expression.left, scope);
    const right = this.expression(expression.right, scope);
    if (operator === "in" || operator === "not in") {
      const member = this.membership(left, right, operator === "in");
      if (member !== undefined) return this.withStep(member, expression.span);
    }
    if (operator === "|") {
      const merged = this.mergedCopy(left, right, expression.span);
      if (merged !== undefined) return merged;
    }
    const value = operate(operator, left, right, this.says(expression.span));
    if (operator !== "+") return this.withStep(value, expression.span);
    // What stands in a text that is known in part is the whole expression's, not its first piece's.
    const whole = step(this.place(expression.span), `it is \`${this.says(expression.span)}\``, undefined);
    return value.map((each) => (each.data.kind === "text" ? { ...each, trace: whole } : each));
  }

  private mergedCopy(left: Value, right: Value, span: Span): Value | undefined {
    const isObject = (value: Value) =>
      value.length === 1 && value[0]!.data.kind === "object" && this.heapObject(value[0]!.data.id)?.items === undefined;
    if (!isObject(left) || !isObject(right)) return undefined;
    const id = this.newObject({ kind: "literal", place: this.place(span), bare: false });
    const object = this.state.own(id)!;
    this.spread(object, left, span);
    this.spread(object, right, span);
    return this.objectValue(id);
  }

  /** `x in (a, b)`: true where one of the elements equals. */
  private membership(left: Value, right: Value, positive: boolean): Value | undefined {
    const items = this.itemsOf(right);
    if (items === undefined) {
      const key = onlyLiteral(left);
      const [only] = right;
      if (right.length === 1 && only?.data.kind === "object" && typeof key === "string") {
        const object = this.heapObject(only.data.id);
        if (object?.origin.kind === "literal" && object.open === undefined)
          return known(object.properties.has(key) === positive);
      }
      return undefined;
    }
    const literals = items.map((item) => onlyLiteral(item));
    return mapValue(left, (data, each) => {
      if (data.kind === "literal") {
        if (literals.includes(data.value)) return known(positive, each.trace);
        return literals.includes(notLiteral as never)
          ? unknown("an element of the list is not known", each.trace)
          : known(!positive, each.trace);
      }
      if (data.kind === "environment") {
        const listed = listOf(literals);
        const condition = {
          kind: "environment",
          key: `environment ${data.name} in`,
          says: `${data.name} is one of ${listed}`,
        } as const;
        return [
          alternative({ kind: "literal", value: positive }, each.trace, [{ ...condition, arm: true, holds: false }]),
          alternative({ kind: "literal", value: !positive }, each.trace, [
            { ...condition, arm: false, says: `${data.name} is none of ${listed}`, holds: undefined },
          ]),
        ];
      }
      return unknown("it is not known whether the list holds it", each.trace);
    });
  }

  private shortCircuit(operator: "and" | "or" | "??", left: Value, right: Expression, scope: Scope, span: Span): Value {
    const booleans = this.language === "java" || this.language === "csharp";
    const result: Alternative[] = [];
    let rightValue: Value | undefined;
    const evaluateRight = () => (rightValue ??= this.expression(right, scope));
    const says = this.says(span);
    for (const each of left) {
      const decision: Decision =
        operator === "??"
          ? nullish(each.data)
            ? { yes: [], no: [[]] }
            : each.data.kind === "unknown" || each.data.kind === "external" || this.isOpaque(each.data)
              ? {
                  yes: [
                    [
                      {
                        kind: "branch",
                        key: `${this.file}:${span.start}:nullish`,
                        arm: true,
                        says: `\`${says}\` has its left side`,
                        holds: undefined,
                      },
                    ],
                  ],
                  no: [
                    [
                      {
                        kind: "branch",
                        key: `${this.file}:${span.start}:nullish`,
                        arm: false,
                        says: `\`${says}\` falls back to its right side`,
                        holds: undefined,
                      },
                    ],
                  ],
                }
              : { yes: [[]], no: [] }
          : decide([{ ...each, when: [] }], this.language, this.heapObject, says, `${this.file}:${span.start}`);
      const keepWhen = operator === "and" ? decision.no : decision.yes;
      const goWhen = operator === "and" ? decision.yes : decision.no;
      for (const when of keepWhen) {
        const data: Data =
          booleans && operator !== "??"
            ? { kind: "literal", value: operator === "or" }
            : this.decided(each.data, operator);
        result.push(...under(under([{ ...each, data }], when), []));
      }
      for (const when of goWhen) result.push(...under(under(evaluateRight(), each.when), when));
    }
    if (rightValue === undefined) this.notTakenExpression(right, scope, says);
    const value = union(result);
    return this.withStep(value, span);
  }

  /** In `a || b`, the `a` that is kept is truthy, and in `a && b` it is falsy. */
  private decided(data: Data, operator: "and" | "or" | "??"): Data {
    if (operator === "??" || data.kind !== "unknown") return data;
    return operator === "and" ? { kind: "literal", value: false } : data;
  }

  private notTakenExpression(expression: Expression, scope: Scope, says: string): void {
    if (expression.kind === "literal" || expression.kind === "name") return;
    this.notTaken([{ kind: "expression", value: expression, span: expression.span }], scope, says);
  }

  private text(expression: Extract<Expression, { kind: "text" }>, scope: Scope): Value {
    let ways: readonly TextWay[] = [{ parts: [], when: [], trace: undefined }];
    const written = joinStrings(expression.parts);
    for (const part of written.slice(MAXIMUM_TEXT_PARTS)) if (typeof part !== "string") this.expression(part, scope);
    if (written.length > MAXIMUM_TEXT_PARTS) this.note("a text in it has too many parts to be evaluated");
    for (const part of written.slice(0, MAXIMUM_TEXT_PARTS)) {
      const choices: Value = typeof part === "string" ? known(part) : this.expression(part, scope);
      const longer = ways.flatMap((way) => choices.flatMap((each) => lengthen(way, each) ?? []));
      ways =
        longer.length > 0 && longer.length <= MAXIMUM_TEXT_WAYS
          ? longer
          : ways.map((way) => ({ ...way, parts: [...way.parts, undefined] }));
    }
    return union(
      ways.map(({ parts: all, when, trace }) => {
        const parts = joinParts(all);
        const [only] = parts;
        const whole = parts.length === 1 && only !== undefined;
        const at = step(
          this.place(expression.span),
          `it is \`${this.says(expression.span)}\``,
          whole ? trace : undefined,
        );
        return alternative(whole ? { kind: "literal", value: only } : { kind: "text", parts }, at, when);
      }),
    );
  }

  name(name: string, scope: Scope, span: Span): Value {
    const slot = findSlot(scope, name);
    if (slot !== undefined) {
      const value = this.state.read(slot);
      if (value !== undefined) return this.compatible(value);
      return unknown(
        `\`${name}\` is read before it is set`,
        step(this.place(span), `\`${name}\` is read before it is set`, undefined),
      );
    }
    return this.freeName(name, span);
  }

  /** Alternatives that the conditions on the way here exclude are left out. */
  private compatible(value: Value): Value {
    if (value.length === 1) return value;
    const path = this.state.path();
    if (path.length === 0) return value;
    const possible = value.filter((each) =>
      each.when.every((condition) => !path.some((other) => other.key === condition.key && other.arm !== condition.arm)),
    );
    return possible.length === 0 ? value : possible;
  }

  private freeName(name: string, span: Span): Value {
    const { module, self, owner } = this.frame;
    const { language } = this;
    if (language === "javascript" && module.moduleObject !== undefined) {
      if (name === "module") return this.objectValue(module.moduleObject);
      if (name === "exports")
        return this.state.object(module.moduleObject)?.properties.get("exports") ?? known(undefined);
    }
    if (self !== undefined && (language === "java" || language === "csharp" || language === "ruby")) {
      const member = this.ownMember(self, name);
      if (member !== undefined) {
        if (language === "ruby" && member.length === 1 && member[0]?.data.kind === "function") {
          return this.invoke({ ...member[0].data, self }, [], this.place(span));
        }
        return member;
      }
    }
    if (owner !== undefined) {
      const member = this.classMember(owner, name);
      if (member !== undefined) return member;
    }
    if (language === "java" || language === "csharp" || (language === "ruby" && /^[A-Z]/.test(name))) {
      const found = this.projectClass(name);
      if (found !== undefined) return found;
    }
    const paths = this.freePaths(name);
    const symbol = this.host.symbols.find(paths);
    if (symbol !== undefined) return symbolValue(symbol, this.host.deployment, this.place(span));
    return this.external(paths);
  }

  private freePaths(name: string): string[] {
    if (this.language === "ruby" || this.language === "javascript") return [name];
    return [name, ...this.frame.module.stars.map((star) => `${star}.${name}`)].slice(0, 24);
  }

  /** A class of the project that is named without an import: same package, namespace, or autoloaded. */
  private projectClass(name: string): Value | undefined {
    const { language } = this;
    const tries = [name];
    if (language === "java" || language === "csharp")
      for (const star of this.frame.module.stars) tries.push(`${star}.${name}`);
    for (const specifier of tries.slice(0, 24)) {
      const file = this.resolve(specifier, this.file, language);
      if (file === undefined || file === this.file) continue;
      const record = this.runModule(file);
      const slot = record?.scope.names.get(name);
      const value = slot === undefined ? undefined : this.state.read(slot);
      if (value?.[0]?.data.kind === "class") return value;
    }
    return undefined;
  }

  private ownMember(self: Value, name: string): Value | undefined {
    for (const each of self) {
      if (each.data.kind === "class") {
        const value = this.classMember(each.data, name);
        if (value !== undefined) return value;
      }
      if (each.data.kind !== "object") continue;
      const object = this.heapObject(each.data.id);
      if (object === undefined) continue;
      const value = object.properties.get(name);
      if (value !== undefined) return this.compatible(value);
      if (object.origin.kind === "instance") {
        const getter = this.findAccessor(object.origin.class, name, "getter");
        if (getter !== undefined) return this.invoke({ ...getter, self: [each] }, [], getterPlace(getter));
        const member = this.classMember(object.origin.class, name, each);
        if (member !== undefined) return member;
      }
    }
    return undefined;
  }

  // ---- members

  pathsOf(data: Data): readonly string[] {
    if (data.kind === "external") return data.paths;
    if (data.kind === "object") return this.heapObject(data.id)?.paths ?? [];
    if (data.kind === "class" && data.class.name !== undefined) return [data.class.name];
    if (data.kind === "unknown" && data.parameter !== undefined) return [data.parameter];
    return [];
  }

  isOpaque(data: Data): boolean {
    if (data.kind !== "object") return false;
    const kind = this.heapObject(data.id)?.origin.kind;
    return kind === "call" || kind === "parameter" || kind === "member";
  }

  opaque(origin: Origin, paths: readonly string[]): Value {
    return this.objectValue(
      this.newObject(origin, [...new Set(paths)].slice(0, 24)),
      step("place" in origin ? origin.place : originPlace(origin), "it comes from outside the project", undefined),
    );
  }

  member(object: Value, name: string, span: Span, _propertySpan: Span): Value {
    return mapValue(object, (data, each) => this.memberOf(data, each, name, span));
  }

  private memberOf(data: Data, each: Alternative, name: string, span: Span): Value {
    const at = this.place(span);
    switch (data.kind) {
      case "object":
        return this.memberOfObject(data.id, each, name, at);
      case "class": {
        const value = this.classMember(data, name);
        if (value !== undefined) return value;
        const base = data.bases.flatMap((value1) => value1).find((other) => other.data.kind === "external");
        return this.externalMember(
          [
            ...(data.class.name === undefined ? [] : [data.class.name]),
            ...(base === undefined ? [] : this.pathsOf(base.data)),
          ],
          name,
          at,
        );
      }
      case "module": {
        const record = this.runModule(data.file);
        const value = record === undefined ? undefined : this.exported(record, name);
        if (value !== undefined) return this.compatible(value);
        const language = record?.program.language;
        if (language === "python") {
          const folder = data.file
            .replace(/\/?__init__\.py$/, "")
            .replace(/\.py$/, "")
            .replaceAll("/", ".");
          const submodule = this.resolve(`${folder}.${name}`, data.file, "python");
          if (submodule !== undefined && this.runModule(submodule) !== undefined)
            return [alternative({ kind: "module", file: submodule })];
        }
        return unknown(`\`${name}\` is not found in ${data.file}`, each.trace);
      }
      case "external": {
        const aliased = this.aliasedMember(data.paths, name, at);
        if (aliased !== undefined) return aliased;
        if (this.language === "python" && data.paths.length === 1 && /^[\w.]+$/.test(data.paths[0]!)) {
          const submodule = this.resolve(`${data.paths[0]}.${name}`, this.file, "python");
          if (submodule !== undefined && this.runModule(submodule) !== undefined)
            return [alternative({ kind: "module", file: submodule })];
        }
        return this.externalMember(data.paths, name, at);
      }
      case "function":
        if (name === "prototype") return unknown("a prototype is not followed", each.trace);
        return [alternative({ kind: "external", paths: [`function.${name}`] }, each.trace)];
      case "environment":
        if (name === "present?") return known(true, each.trace);
        return [{ ...each, when: [], data: { kind: "environment", name: data.name, transformed: true } }];
      case "literal":
      case "text":
        return (
          this.library(
            `${typeof (data.kind === "literal" ? data.value : "")}.${name}`,
            [[{ ...each, when: [] }]],
            at,
          ) ?? unknown(`the member \`${name}\` of a value is not evaluated`, each.trace)
        );
      case "unknown":
        return unknown(data.because, each.trace);
    }
  }

  /** A member of a module of the project that is known by a name from outside. */
  private aliasedMember(paths: readonly string[], name: string, at: Place): Value | undefined {
    const alias = paths.length === 1 ? this.host.alias?.(paths[0]!, this.file) : undefined;
    if (alias === undefined || alias.file === this.file) return undefined;
    const record = this.runModule(alias.file);
    const value = record?.done === true ? this.exported(record, name) : undefined;
    if (value !== undefined) return this.compatible(value);
    if (record?.done !== true || !Object.hasOwn(alias.defaults, name)) return undefined;
    return known(alias.defaults[name], step(at, `\`${name}\` is not set in ${alias.file}`, undefined));
  }

  /** Python's `getattr(x, "name", default)`. */
  private getAttribute(args: readonly RecordedArgument[], at: Place): Value | undefined {
    const [target, name, fallback] = args;
    const literal = onlyLiteral(name?.value);
    if (target === undefined || typeof literal !== "string") return undefined;
    const [only] = target.value;
    if (target.value.length === 1 && only?.data.kind === "external") {
      const aliased = this.aliasedMember(only.data.paths, literal, at);
      const isThere = only.data.paths.some((path) => this.host.alias?.(path, this.file) !== undefined);
      if (aliased !== undefined || isThere) return aliased ?? fallback?.value;
    }
    return undefined;
  }

  private externalMember(paths: readonly string[], name: string, at: Place): Value {
    const full = paths.map((path) => `${path}.${name}`);
    const environment = environmentMember(paths, name, this.host.deployment, at);
    if (environment !== undefined) return environment;
    const symbol = this.host.symbols.find(full);
    if (symbol !== undefined) return symbolValue(symbol, this.host.deployment, at);
    if (full.includes("Boolean.TRUE") || full.includes("java.lang.Boolean.TRUE"))
      return known(true, step(at, "it is `true`", undefined));
    if (full.includes("Boolean.FALSE") || full.includes("java.lang.Boolean.FALSE"))
      return known(false, step(at, "it is `false`", undefined));
    return [
      alternative(
        { kind: "external", paths: full },
        step(at, `\`${full[0]}\` comes from outside the project`, undefined),
      ),
    ];
  }

  private memberOfObject(id: number, each: Alternative, name: string, at: Place): Value {
    const object = this.heapObject(id);
    if (object === undefined) return unknown("the object is not known", each.trace);
    const value = object.properties.get(name);
    if (value !== undefined) return this.compatible(value);
    if (object.origin.kind === "instance") {
      const getter = this.findAccessor(object.origin.class, name, "getter");
      if (getter !== undefined) return this.invoke({ ...getter, self: [each] }, [], at);
      const member = this.classMember(object.origin.class, name, each);
      if (member !== undefined) {
        if (this.language === "ruby" && member[0]?.data.kind === "function")
          return this.invoke({ ...member[0].data, self: [each] }, [], at);
        return member;
      }
      if (this.language === "ruby" && object.properties.has(`@${name}`)) return object.properties.get(`@${name}`)!;
    }
    if (object.origin.kind === "literal" || object.origin.kind === "module") {
      const asList =
        object.items === undefined ? undefined : this.library(`list.${name}`, [[{ ...each, when: [] }]], at);
      if (asList !== undefined) return asList;
      if (object.open !== undefined) return unknown(object.open, each.trace);
      const library = this.library(`object.${name}`, [[{ ...each, when: [] }]], at);
      if (library !== undefined) return library;
      return known(undefined, each.trace);
    }
    const paths = object.paths.map((path) => `${path}.${name}`);
    if (object.origin.kind === "instance")
      paths.push(...this.externalBases(object.origin.class).map((path) => `${path}.${name}`));
    const environment = environmentMember(object.paths, name, this.host.deployment, at);
    if (environment !== undefined) return environment;
    const symbol = this.host.symbols.find(paths);
    if (symbol !== undefined) return symbolValue(symbol, this.host.deployment, at);
    // The same member of the same object is the same object: what is set on it is kept.
    const child = this.opaque({ kind: "member", of: id, name, place: at }, paths);
    const owned = this.state.own(id);
    if (owned !== undefined && !this.isTransient(object)) owned.properties.set(name, child);
    return child;
  }

  private isTransient(object: HeapObject): boolean {
    return object.properties.size > 500;
  }

  index(object: Value, key: Value, span: Span): Value {
    const at = this.place(span);
    return mapValue(object, (data, each) => {
      const literal = onlyLiteral(key);
      if (literal === notLiteral || literal === null || literal === undefined) {
        return this.computedIndex(data, key, each, at);
      }
      const name = String(literal);
      const configured = this.configured(data, name);
      if (configured !== undefined)
        return configured.is === "absent" ? unknown(configured.says) : configuredValue(configured);
      if (data.kind === "external") {
        const environment = environmentMember(data.paths, name, this.host.deployment, at);
        if (environment !== undefined) return environment;
        return [
          alternative(
            { kind: "external", paths: data.paths.map((path) => `${path}[${name}]`) },
            step(at, `\`${data.paths[0]}[${name}]\` comes from outside the project`, undefined),
          ),
        ];
      }
      if (data.kind === "object") {
        const held = this.heapObject(data.id);
        const position = Number(name);
        if (held?.items !== undefined && Number.isInteger(position)) return held.items.at(position) ?? known(undefined);
        const value = held?.properties.get(name);
        if (value !== undefined) return this.compatible(value);
        if (
          held !== undefined &&
          (held.origin.kind === "call" || held.origin.kind === "parameter" || held.origin.kind === "member")
        ) {
          const environment = environmentMember(held.paths, name, this.host.deployment, at);
          if (environment !== undefined) return environment;
          const child = this.opaque(
            { kind: "member", of: data.id, name, place: at },
            held.paths.map((path) => `${path}[${name}]`),
          );
          this.state.own(data.id)?.properties.set(name, child);
          return child;
        }
        if (held?.origin.kind === "literal")
          return held.open === undefined ? known(undefined, each.trace) : unknown(held.open, each.trace);
      }
      return this.memberOf(data, each, name, span);
    });
  }

  /** What configuration files give to an element of something outside the project that the code has not set. */
  private configured(data: Data, name: string): ConfiguredValue | undefined {
    if (this.host.configured === undefined || (data.kind !== "external" && !this.isOpaque(data))) return undefined;
    if (data.kind === "object" && this.heapObject(data.id)?.properties.has(name) === true) return undefined;
    return this.host.configured(
      this.pathsOf(data).map((path) => `${path}[${name}]`),
      this.file,
    );
  }

  /** `settings.get("session.secure", default)` */
  private configuredGet(receiver: Value | undefined, args: readonly RecordedArgument[]): Value | undefined {
    const [first, second] = args;
    const [only] = receiver ?? [];
    const name = onlyLiteral(first?.value);
    if (receiver?.length !== 1 || only === undefined || typeof name !== "string") return undefined;
    const configured = this.configured(only.data, name);
    if (configured?.is !== "absent") return configured === undefined ? undefined : configuredValue(configured);
    return (second?.value ?? known(null)).map((each) => ({
      ...each,
      trace: each.trace ?? step(configured.at, configured.says, undefined),
    }));
  }

  /** An element of a known list or object by a key that is not known: any of them. */
  private computedIndex(data: Data, key: Value, each: Alternative, at: Place): Value {
    if (data.kind === "object") {
      const held = this.heapObject(data.id);
      const choices = held?.origin.kind === "literal" ? [...(held.items ?? held.properties.values())] : [];
      if (choices.length > 0 && choices.length <= 6 && held?.open === undefined) {
        return this.oneOfMany(choices, held?.properties, key, at);
      }
      if (held !== undefined && held.origin.kind !== "literal") {
        return this.opaque(
          { kind: "member", of: data.id, name: "[]", place: at },
          held.paths.map((path) => `${path}[]`),
        );
      }
    }
    if (data.kind === "external") return this.external(data.paths.map((path) => `${path}[]`));
    return unknown("the key is not known", each.trace);
  }

  private oneOfMany(
    choices: readonly Value[],
    properties: Map<string, Value> | undefined,
    key: Value,
    at: Place,
  ): Value {
    const names = properties === undefined ? [] : [...properties.keys()];
    const variable = key.find(({ data }) => data.kind === "environment")?.data;
    const says = variable?.kind === "environment" ? variable.name : "the key";
    return union(
      choices.flatMap((choice, index) => {
        const name = names[index] ?? String(index);
        const literal = key.find(({ data }) => data.kind === "literal" && String(data.value) === name);
        const condition: Condition = {
          kind: variable === undefined ? "branch" : "environment",
          key: `${at.file}:${at.span.start}:key`,
          arm: name,
          says: `${says} is ${JSON.stringify(name)}`,
          // The variable may be set to any key; what it falls back to is what the deployment has.
          holds: variable === undefined ? undefined : literal !== undefined,
        };
        return under(choice, [condition]);
      }),
    );
  }

  itemsOf(value: Value): readonly Value[] | undefined {
    const [only] = value;
    if (value.length !== 1 || only?.data.kind !== "object") return undefined;
    return this.heapObject(only.data.id)?.items;
  }

  // ---- objects and lists

  private objectLiteral(entries: readonly Entry[], bare: boolean, span: Span, scope: Scope): Value {
    const last = entries.at(-1);
    const id = this.newObject({
      kind: "literal",
      place: this.place(span),
      bare,
      ...(last === undefined ? {} : { last: this.place(last.span) }),
    });
    this.fill(id, entries, scope);
    return this.objectValue(id, step(this.place(span), "it is built here", undefined));
  }

  private fill(id: number, entries: readonly Entry[], scope: Scope): void {
    for (const entry of entries) {
      const value = this.expression(entry.value, scope);
      const object = this.state.own(id);
      if (object === undefined) return;
      if (entry.kind === "spread") {
        this.spread(object, value, entry.span);
        continue;
      }
      const key = typeof entry.key === "string" ? entry.key : onlyLiteral(this.expression(entry.key, scope));
      if (typeof key !== "string" && typeof key !== "number") {
        const target = this.state.own(id);
        if (target !== undefined) spreadUnknown(target, "a key is computed");
        continue;
      }
      const at = this.place(entry.span);
      setProperty(
        this.state.own(id)!,
        String(key),
        value.map((each) => ({ ...each, trace: step(at, `\`${this.says(entry.span)}\``, each.trace) })),
      );
    }
  }

  /** Copies what another object holds, as `...other` and `Object.assign` do. */
  spread(object: HeapObject, other: Value, span: Span): void {
    if (other.length === 1) {
      this.spreadOne(object, other[0]!.data, span);
      return;
    }
    const names = new Set<string>();
    for (const { data } of other) {
      if (data.kind === "object") for (const name of this.heapObject(data.id)?.properties.keys() ?? []) names.add(name);
      if (data.kind === "unknown" || data.kind === "external")
        spreadUnknown(object, `\`${this.says(span)}\` may set it`);
    }
    for (const name of names) {
      const before = object.properties.get(name);
      const arms = other.map(({ data, when }) => ({
        when,
        value: data.kind === "object" ? (this.heapObject(data.id)?.properties.get(name) ?? before) : before,
      }));
      setProperty(object, name, joinValues(arms));
    }
  }

  private spreadOne(object: HeapObject, data: Data, span: Span): void {
    if (data.kind === "literal") return;
    if (data.kind === "object") {
      const other = this.heapObject(data.id);
      const transparent =
        other !== undefined &&
        (other.origin.kind === "literal" || other.origin.kind === "instance" || other.origin.kind === "module");
      if (other !== undefined && !transparent) spreadUnknown(object, `\`${this.says(span)}\` may set it`);
      if (other !== undefined && transparent)
        for (const [name, value] of other.properties) setProperty(object, name, value);
      if (other?.open !== undefined) {
        spreadUnknown(object, other.open);
      }
      return;
    }
    if (data.kind === "module") {
      const record = this.runModule(data.file);
      for (const name of record?.exports.keys() ?? []) {
        const value = this.exported(record!, name);
        if (value !== undefined) setProperty(object, name, value);
      }
      return;
    }
    spreadUnknown(object, `\`${this.says(span)}\` may set it`);
  }

  private list(items: readonly Argument[], span: Span, scope: Scope): Value {
    const values: Value[] = [];
    let open: string | undefined;
    for (const item of items) {
      const value = this.expression(item.value, scope);
      if (item.spread === undefined) values.push(value);
      else {
        const spread = this.itemsOf(value);
        if (spread === undefined) open = `\`${this.says(item.span)}\` is not known`;
        else values.push(...spread);
      }
    }
    const id = this.newObject({ kind: "literal", place: this.place(span), bare: false });
    const object = this.state.own(id)!;
    object.items = values.slice(0, 2_000);
    object.open = open;
    return this.objectValue(id, step(this.place(span), "it is built here", undefined));
  }

  // ---- functions and classes

  private functionValue(expression: FunctionExpression, scope: Scope): Value {
    const data: FunctionData = {
      kind: "function",
      function: expression,
      scope,
      file: this.file,
      self: expression.lexicalThis === true ? this.frame.self : undefined,
      owner: expression.lexicalThis === true ? this.frame.owner : undefined,
      bound: undefined,
    };
    this.frame.made.push({ value: data, passedTo: [] });
    for (const annotation of expression.annotations) this.expression(annotation, scope);
    return [alternative(data, step(this.place(expression.span), "it is a function of the project", undefined))];
  }

  private classValue(expression: ClassExpression, scope: Scope): Value {
    const bases = expression.bases.map((base) => this.expression(base, scope));
    const statics = this.newObject({ kind: "statics", place: this.place(expression.span) });
    const inside = newScope("class", scope);
    const data: ClassData = { kind: "class", class: expression, scope: inside, file: this.file, statics, bases };
    const self = [alternative(data)];
    if (expression.name !== undefined) {
      // The class's own body and methods see its name.
      this.state.write(declareIn(inside, expression.name), self);
    }
    for (const annotation of expression.annotations) this.expression(annotation, scope);
    const outer = this.frame;
    this.frame = { ...outer, self, owner: data };
    for (const member of expression.members) {
      if (member.kind === "field" && member.static) {
        const declared = member.type === undefined ? undefined : member.type;
        let value = member.value === undefined ? known(undefined) : this.expression(member.value, inside);
        if (declared !== undefined && member.value !== undefined)
          value = this.withType(value, declared, inside, member.span);
        const at = this.place(member.span);
        const noted = value.map((each) =>
          each.data.kind === "class" || each.data.kind === "function"
            ? each
            : { ...each, trace: step(at, `\`${member.name}\` is set here`, each.trace) },
        );
        setProperty(this.state.own(statics)!, member.name, noted);
        this.state.write(declareIn(inside, member.name), noted);
      } else if (member.kind === "statement") this.classStatement(member.statement, inside, statics);
      else if (member.kind === "method")
        for (const annotation of member.function.annotations) this.expression(annotation, inside);
    }
    this.frame = outer;
    this.seenClasses.push({ data, file: this.file });
    return [alternative(data, step(this.place(expression.span), "it is a class of the project", undefined))];
  }

  private classStatement(statement: Statement, scope: Scope, statics: number): void {
    const known1 = new Set(scope.names.keys());
    this.statement(statement, scope);
    for (const [name, slot] of scope.names) {
      const value = this.state.read(slot);
      if (value === undefined) continue;
      const object = this.state.own(statics)!;
      if (!known1.has(name) || object.properties.has(name)) setProperty(object, name, value);
    }
  }

  /** Classes in the order of method resolution, the class itself first. */
  resolutionOrder(data: ClassData, seen: ClassData[] = []): ClassData[] {
    if (seen.length > 50 || seen.some((other) => other.statics === data.statics)) return seen;
    seen.push(data);
    for (const base of data.bases) {
      for (const each of base) if (each.data.kind === "class") this.resolutionOrder(each.data, seen);
    }
    return seen;
  }

  externalBases(data: ClassData): string[] {
    return this.resolutionOrder(data).flatMap((each) =>
      each.bases.flatMap((base) =>
        base.flatMap((other) => (other.data.kind === "class" ? [] : this.pathsOf(other.data))),
      ),
    );
  }

  findMember(data: ClassData, name: string): Member | undefined {
    for (const each of this.resolutionOrder(data)) {
      const member = membersOf(each.class).get(name);
      if (member !== undefined) return member;
    }
    return undefined;
  }

  private findAccessor(data: ClassData, name: string, role: "getter" | "setter"): FunctionData | undefined {
    for (const each of this.resolutionOrder(data)) {
      const member = membersOf(each.class).get(role === "getter" ? `get ${name}` : `set ${name}`);
      if (member?.kind === "method") return this.methodOf(each, member, undefined);
    }
    return undefined;
  }

  private methodOf(
    owner: ClassData,
    member: Extract<Member, { kind: "method" }>,
    self: Value | undefined,
  ): FunctionData {
    const python = this.languageOf(owner.file) === "python";
    const javascript = this.languageOf(owner.file) === "javascript";
    const scope = (python || javascript) && owner.scope.parent !== undefined ? owner.scope.parent : owner.scope;
    return { kind: "function", function: member.function, scope, file: owner.file, self, owner, bound: undefined };
  }

  private languageOf(file: string): ProgramLanguageName | undefined {
    return this.modules.get(file)?.program.language;
  }

  languageOfFile(file: string): ProgramLanguageName {
    return this.languageOf(file) ?? "javascript";
  }

  /** What a function of the project gives when code outside the project calls it; for options given as functions. */
  resultOf(data: FunctionData, depth: number, holding: readonly number[]): Seen | undefined {
    if (
      data.function.body.length > 3 ||
      this.onStack(data) ||
      this.exhausted() ||
      this.frame.depth >= MAXIMUM_CALL_DEPTH
    )
      return undefined;
    const outer = this.state;
    const { calls, writes } = { calls: this.calls.length, writes: this.writes.length };
    const entered = this.entered.has(data.function);
    this.state = outer.fork();
    const at = { file: data.file, span: data.function.span };
    const args = data.function.parameters.map((parameter) => ({
      value: this.parameterValue(parameter, data, []),
      name: undefined,
      spread: undefined,
      place: at,
      valuePlace: at,
    }));
    const late = this.pendingLate.length;
    this.asking += 1;
    const seen = exportValue(this, this.invoke(data, args, at, true), depth - 1, holding);
    this.asking -= 1;
    this.state = outer;
    this.pendingLate.length = late;
    this.calls.length = calls;
    this.writes.length = writes;
    if (!entered) this.entered.delete(data.function);
    return seen;
  }

  /** What those properties of a class give that frameworks ask about, on `self` or on an instance made by nobody. */
  askedGetters(data: ClassData, self?: Value): ReadonlyMap<string, Value> {
    const asked = this.resolutionOrder(data).flatMap((each) =>
      [...membersOf(each.class).values()].flatMap((member) =>
        member.kind === "method" && member.role === "getter" && this.host.members.has(member.name) ? [member.name] : [],
      ),
    );
    const result = new Map<string, Value>();
    if (asked.length === 0 || this.exhausted() || this.frame.depth >= MAXIMUM_CALL_DEPTH) return result;
    const outer = this.state;
    const { calls, writes } = { calls: this.calls.length, writes: this.writes.length };
    this.state = outer.fork();
    const instance = self ?? this.freshInstance(data);
    for (const name of asked) {
      const getter = this.findAccessor(data, name, "getter");
      if (getter === undefined || this.onStack(getter)) continue;
      result.set(name, this.invoke({ ...getter, self: instance }, [], getterPlace(getter), true));
    }
    this.state = outer;
    this.calls.length = calls;
    this.writes.length = writes;
    return result;
  }

  /** A member of a class or of the classes it extends; a method is bound to `instance` when there is one. */
  classMember(data: ClassData, name: string, instance?: Alternative): Value | undefined {
    for (const each of this.resolutionOrder(data)) {
      const value = this.heapObject(each.statics)?.properties.get(name);
      if (value !== undefined) return value;
      const member = membersOf(each.class).get(name);
      if (member?.kind === "method") {
        const self: Value | undefined = member.static
          ? [alternative(data)]
          : instance === undefined
            ? undefined
            : [{ ...instance, when: [] }];
        return [alternative(this.methodOf(each, member, self))];
      }
    }
    return undefined;
  }

  private superValue(): Value {
    const { owner, self } = this.frame;
    if (owner === undefined) return this.external(["super"]);
    const bases = owner.bases.flatMap((base) => base);
    const project = bases.find((base) => base.data.kind === "class");
    if (project?.data.kind === "class") {
      const id = nextIdentity();
      const [only] = self ?? [];
      const properties =
        only?.data.kind === "object"
          ? (this.heapObject(only.data.id)?.properties ?? new Map())
          : new Map<string, Value>();
      this.state.add(id, {
        origin: { kind: "instance", class: project.data, place: this.place(owner.class.span) },
        paths: [],
        properties,
        items: undefined,
        open: undefined,
        calls: [],
      });
      return this.objectValue(id);
    }
    return this.external(
      bases.length === 0 ? ["super"] : bases.flatMap((base) => this.pathsOf(base.data).map((path) => `${path}`)),
    );
  }

  private instantiate(data: ClassData, args: readonly RecordedArgument[], at: Place, expression?: Call): Value {
    const id = this.newObject({ kind: "instance", class: data, place: at });
    const external = this.externalBases(data);
    if (external.length > 0) this.state.own(id)!.paths = external.slice(0, 12);
    const self = this.objectValue(id, step(at, `a \`${data.class.name ?? "class"}\` is made here`, undefined));
    if (this.frame.depth >= MAXIMUM_CALL_DEPTH || this.exhausted()) return self;
    const chain = this.resolutionOrder(data);
    const outer = this.frame;
    for (const each of chain.toReversed()) {
      const record = this.modules.get(each.file);
      if (record === undefined) continue;
      this.frame = { ...this.newFrame(record, self, each, undefined, [...outer.calledFrom, at]), made: outer.made };
      for (const member of each.class.members) {
        if (member.kind !== "field" || member.static) continue;
        if (member.value === undefined) {
          this.declareField(id, member, each.scope);
          continue;
        }
        let value = this.expression(member.value, each.scope);
        if (member.type !== undefined) value = this.withType(value, member.type, each.scope, member.span);
        const object = this.state.own(id);
        if (object !== undefined)
          setProperty(object, member.name, this.noteAssignment(value, member.name, member.span));
      }
    }
    this.frame = outer;
    for (const each of chain) {
      const member =
        membersOf(each.class).get("constructor") ??
        [...membersOf(each.class).values()].find((other) => other.kind === "method" && other.role === "constructor");
      if (member?.kind === "method") {
        this.invoke(this.methodOf(each, member, self), args, at);
        break;
      }
    }
    if (
      external.length > 0 &&
      !chain.some((each) =>
        [...membersOf(each.class).values()].some((member) => member.kind === "method" && member.role === "constructor"),
      )
    ) {
      this.tellCall(constructorCall(external, args, at, expression), self);
    }
    return self;
  }

  /** A field that only has a type: somebody else sets it, but what it is can be told. */
  private declareField(id: number, member: Extract<Member, { kind: "field" }>, scope: Scope): void {
    const { name, type } = member;
    if (type === undefined || isScalarType(type) || !/^[\w.]+$/.test(type)) return;
    const { paths } = this.typePaths(type, scope, member.span);
    const value = this.opaque({ kind: "member", of: id, name, place: this.place(member.span) }, [name, ...paths]);
    const object = this.state.own(id);
    if (object !== undefined && !object.properties.has(name)) setProperty(object, name, value);
  }

  /** A declared type tells what an opaque value is. */
  private withType(value: Value, type: string, scope: Scope, span: Span): Value {
    return value.map((each) => {
      const untyped = each.data.kind === "unknown" || each.data.kind === "external" || this.isOpaque(each.data);
      if (!untyped || type === "var") return each;
      const paths = this.typePaths(type, scope, span);
      if (each.data.kind === "object") {
        const object = this.state.own(each.data.id);
        if (object !== undefined) object.paths = [...new Set([...object.paths, ...paths.paths])].slice(0, 24);
        return each;
      }
      if (each.data.kind === "unknown" && each.data.parameter === undefined && paths.class === undefined) {
        const id = this.newObject({ kind: "member", of: undefined, name: type, place: this.place(span) }, paths.paths);
        return { ...each, data: { kind: "object", id } as const };
      }
      return each;
    });
  }

  private typePaths(
    type: string,
    scope: Scope,
    span: Span,
  ): { paths: readonly string[]; class: ClassData | undefined } {
    const segments = type.split(/\.|::/);
    let value = this.name(segments[0]!, scope, span);
    for (const segment of segments.slice(1)) value = this.member(value, segment, span, span);
    const [only] = value;
    if (only?.data.kind === "class")
      return {
        paths: [
          ...(only.data.class.name === undefined ? [] : [only.data.class.name]),
          ...this.externalBases(only.data),
        ],
        class: only.data,
      };
    return { paths: only === undefined ? [type] : this.pathsOf(only.data), class: undefined };
  }

  // ---- calls

  private call(expression: Call, scope: Scope): Value {
    const { callee } = expression;
    const at = this.place(expression.span);
    if (
      callee.kind === "name" &&
      callee.name === "require" &&
      this.language === "javascript" &&
      findSlot(scope, "require") === undefined
    ) {
      const required = this.require(expression, scope);
      if (required !== undefined) return required;
    }
    let receiver: Value | undefined;
    let target: Value;
    let method: string;
    if (callee.kind === "member" && expression.new !== true) {
      receiver = this.expression(callee.object, scope);
      method = callee.property;
      target = known(undefined);
    } else if (callee.kind === "super") {
      const args = this.arguments(expression.arguments, scope);
      return this.superCall(args, at);
    } else {
      receiver =
        callee.kind === "name" && expression.new !== true
          ? (this.inheritor(callee.name, scope) ?? this.implicitReceiver(callee.name, scope))
          : undefined;
      target = receiver === undefined ? this.expression(callee, scope) : known(undefined);
      method = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.property : "()";
    }
    const args = this.arguments(expression.arguments, scope);
    const result =
      receiver === undefined
        ? this.callValue(target, method, args, expression, at)
        : this.callMember(receiver, method, args, expression, at);
    if (callee.kind === "member" && method === "__init__")
      this.tellConstructed(receiver ?? [], callee.object.kind === "super" ? args : args.slice(1), at, expression);
    if (expression.initializer !== undefined) {
      for (const { data } of result)
        if (data.kind === "object") this.initialize(data.id, expression.initializer, scope);
    }
    return result;
  }

  /** Java: an unqualified call of a method that only a base from outside the project can have is a call on `this`. */
  private inheritor(name: string, scope: Scope): Value | undefined {
    const { self } = this.frame;
    const [only] = self ?? [];
    if (this.language !== "java" || only?.data.kind !== "object" || findSlot(scope, name) !== undefined)
      return undefined;
    const origin = this.heapObject(only.data.id)?.origin;
    if (origin?.kind !== "instance" || this.externalBases(origin.class).length === 0) return undefined;
    return this.ownMember(self!, name) === undefined ? self : undefined;
  }

  /** Ruby: `m(x)` is `self.m(x)` where the class has such a method. */
  private implicitReceiver(name: string, scope: Scope): Value | undefined {
    const { self } = this.frame;
    if (this.language !== "ruby" || self === undefined || findSlot(scope, name) !== undefined) return undefined;
    const has = self.some(({ data }, index) => {
      if (data.kind === "class") return this.classMember(data, name)?.[0]?.data.kind === "function";
      return data.kind === "object" && this.projectMethod(data.id, self[index]!, name)?.[0]?.data.kind === "function";
    });
    return has ? self : undefined;
  }

  private initialize(id: number, entries: readonly Entry[], scope: Scope): void {
    this.fill(id, entries, scope);
    const object = this.heapObject(id);
    if (object?.origin.kind === "literal") return;
    for (const entry of entries) {
      if (entry.kind !== "entry" || typeof entry.key !== "string") continue;
      const value = this.heapObject(id)?.properties.get(entry.key);
      if (value !== undefined)
        this.tellWrite(
          this.objectValue(id),
          entry.key,
          undefined,
          value,
          false,
          this.place(entry.span),
          this.place(entry.value.span),
          undefined,
        );
    }
  }

  private require(expression: Call, scope: Scope): Value | undefined {
    const [argument] = expression.arguments;
    if (argument === undefined) return undefined;
    const specifier = onlyLiteral(this.expression(argument.value, scope));
    if (typeof specifier !== "string") return undefined;
    this.frame.module.imports.push(specifier);
    const file = this.resolve(specifier, this.file, "javascript");
    const record = file === undefined ? undefined : this.runModule(file);
    if (record !== undefined && file !== undefined) return this.moduleValue(record, file);
    if (specifier.startsWith(".")) {
      this.frame.module.unresolved.add(specifier);
      return unknown(
        `${specifier} is not in the project`,
        step(this.place(expression.span), `${specifier} is not in the project`, undefined),
      );
    }
    return this.external([specifier.replace(/^node:/, "")]);
  }

  private arguments(args: readonly Argument[], scope: Scope): RecordedArgument[] {
    const result: RecordedArgument[] = [];
    for (const argument of args) {
      const value = this.expression(argument.value, scope);
      const place = this.place(argument.span);
      const valuePlace = this.place(argument.value.span);
      const items = argument.spread === "list" ? this.itemsOf(value) : undefined;
      if (items !== undefined)
        for (const item of items) result.push({ value: item, name: undefined, spread: undefined, place, valuePlace });
      else if (argument.spread === "map") this.spreadKeywords(value, place, valuePlace, result);
      else result.push({ value, name: argument.name, spread: argument.spread, place, valuePlace });
    }
    return result;
  }

  /** `**options` whose keys are known are keywords. */
  private spreadKeywords(value: Value, place: Place, valuePlace: Place, result: RecordedArgument[]): void {
    const [only] = value;
    const object = value.length === 1 && only?.data.kind === "object" ? this.heapObject(only.data.id) : undefined;
    if (object !== undefined && object.origin.kind === "literal") {
      for (const [name, held] of object.properties)
        result.push({ value: held, name, spread: undefined, place, valuePlace });
      if (object.open === undefined) return;
    }
    result.push({ value, name: undefined, spread: "map", place, valuePlace });
  }

  private superCall(args: readonly RecordedArgument[], at: Place): Value {
    const { owner, self } = this.frame;
    const bases = owner?.bases.flatMap((base) => base) ?? [];
    for (const base of bases) {
      if (base.data.kind !== "class") continue;
      for (const each of this.resolutionOrder(base.data)) {
        const name = this.frame.function?.name;
        const members = [...membersOf(each.class).values()];
        const member = members.find(
          (other) =>
            other.kind === "method" &&
            (other.role === "constructor" || (this.language === "ruby" && other.name === name)),
        );
        if (member?.kind === "method") return this.invoke(this.methodOf(each, member, self), args, at);
      }
    }
    const paths = bases.flatMap((base) => this.pathsOf(base.data));
    return this.externalCall(
      "super",
      paths.map((path) => `${path}`),
      self,
      args,
      at,
      undefined,
      true,
      true,
    );
  }

  /** A constructor that hands over to a base from outside the project is told as a call of that base. */
  private tellConstructed(base: Value, args: readonly RecordedArgument[], at: Place, expression: Call): void {
    const { self } = this.frame;
    const paths = base.flatMap(({ data }) => (data.kind === "external" ? data.paths : []));
    if (self === undefined || paths[0] === undefined) return;
    this.tellCall(constructorCall(paths, args, at, expression), self);
  }

  private callValue(
    target: Value,
    method: string,
    args: readonly RecordedArgument[],
    expression: Call,
    at: Place,
  ): Value {
    return mapValue(target, (data, each) => {
      switch (data.kind) {
        case "function":
          return this.invoke(data, args, at);
        case "class":
          return this.instantiate(data, args, at, expression);
        case "external": {
          const name = lastSegment(data.paths[0] ?? method);
          return this.externalCall(name, data.paths, undefined, args, at, expression, expression.new === true, false);
        }
        case "object": {
          const object = this.heapObject(data.id);
          if (object?.origin.kind === "instance") {
            const callable = this.classMember(object.origin.class, "__call__", each);
            if (callable?.[0]?.data.kind === "function") return this.invoke(callable[0].data, args, at);
          }
          const partial = this.partialCall(object, args, method, expression, at);
          if (partial !== undefined) return partial;
          const paths = object?.paths ?? [];
          const name = this.isOpaque(data) && paths[0] !== undefined ? lastSegment(paths[0]) : method;
          return this.externalCall(name, paths, [each], args, at, expression, false, true);
        }
        case "literal":
          if (this.language === "ruby") return known(data.value, each.trace);
          return unknown("what is called is not known", each.trace);
        default:
          return this.externalCall(
            method,
            this.pathsOf(data),
            undefined,
            args,
            at,
            expression,
            expression.new === true,
            false,
          );
      }
    });
  }

  /** A call of `functools.partial(f, …)`, where `f` comes from outside the project or is a class. */
  private partialCall(
    object: HeapObject | undefined,
    args: readonly RecordedArgument[],
    method: string,
    expression: Call,
    at: Place,
  ): Value | undefined {
    if (object?.origin.kind !== "call" || !object.origin.call.callee.includes("functools.partial")) return undefined;
    const [target, ...bound] = object.origin.call.arguments;
    if (target === undefined || target.name !== undefined || target.spread !== undefined) return undefined;
    const given = new Set(args.map((argument) => argument.name));
    const kept = bound.filter((argument) => argument.name === undefined || !given.has(argument.name));
    if (this.frame.depth >= MAXIMUM_CALL_DEPTH) return undefined;
    return this.callValue(target.value, method, [...kept, ...args], expression, at);
  }

  private callMember(
    receiver: Value,
    method: string,
    args: readonly RecordedArgument[],
    expression: Call,
    at: Place,
  ): Value {
    return mapValue(receiver, (data, each) =>
      this.callMemberOf(data, { ...each, when: [] }, method, args, expression, at),
    );
  }

  private callMemberOf(
    data: Data,
    each: Alternative,
    method: string,
    args: readonly RecordedArgument[],
    expression: Call,
    at: Place,
  ): Value {
    if (data.kind === "function") {
      if (method === "call" && this.language === "ruby") return this.invoke(data, args, at);
      if (method === "call") return this.invoke({ ...data, self: args[0]?.value ?? data.self }, args.slice(1), at);
      if (method === "apply") return this.invoke({ ...data, self: args[0]?.value ?? data.self }, [], at);
      if (method === "bind") {
        const bound = { arguments: args.slice(1).map(({ value }) => value), keywords: new Map<string, Value>() };
        return [alternative({ ...data, self: args[0]?.value ?? data.self, bound }, each.trace)];
      }
    }
    if (this.language === "javascript" && (data.kind === "external" || this.isOpaque(data))) {
      const called = this.callIndirectly(data, each, method, args, at);
      if (called !== undefined) return called;
    }
    if (data.kind === "class") {
      if (this.language === "ruby" && method === "new") return this.instantiate(data, args, at);
      const member = this.classMember(data, method);
      if (member !== undefined) return this.callValue(member, method, args, expression, at);
    }
    if (data.kind === "module" || (data.kind === "object" && !this.isOpaque(data))) {
      const found =
        data.kind === "module"
          ? this.memberOf(data, each, method, expression.span)
          : this.projectMethod(data.id, each, method);
      const callable = found?.some(
        (other) =>
          other.data.kind === "function" ||
          other.data.kind === "class" ||
          other.data.kind === "external" ||
          this.isOpaque(other.data),
      );
      if (found !== undefined && callable === true) return this.callValue(found, method, args, expression, at);
    }
    if (data.kind === "object" && this.isOpaque(data)) {
      const held = this.heapObject(data.id)?.properties.get(method);
      if (held?.some((other) => other.data.kind === "function") === true)
        return this.callValue(held, method, args, expression, at);
      const typed = this.projectMethodOfType(data.id, method);
      if (typed !== undefined) return this.callValue(typed, method, args, expression, at);
    }
    if (data.kind === "module" && this.language === "python" && method === "update") {
      this.updateModule(each, args, expression.span);
      return known(null);
    }
    const paths = this.receiverPaths(data).map((path) => `${path}.${method}`);
    return this.externalCall(method, paths, [each], args, at, expression, false, true);
  }

  /** `f.call(self, a)`, `f.apply(self, [a])` and `f.bind(self)` of a function from outside the project. */
  private callIndirectly(
    data: Data,
    each: Alternative,
    method: string,
    args: readonly RecordedArgument[],
    at: Place,
  ): Value | undefined {
    const [self, ...rest] = args;
    const paths = this.pathsOf(data);
    if (self === undefined || paths[0] === undefined) return undefined;
    if (method === "bind") return rest.length === 0 ? [each] : undefined;
    if (method !== "call" && method !== "apply") return undefined;
    let given: readonly RecordedArgument[] = rest;
    if (method === "apply") {
      const [list] = rest;
      const items = list === undefined ? [] : this.itemsOf(list.value);
      given =
        list === undefined
          ? []
          : (items?.map((value) => ({ ...list, value })) ?? [{ ...list, spread: "list" as const }]);
    }
    return this.externalCall(lastSegment(paths[0]), paths, self.value, given, at, undefined, false, true);
  }

  /** `globals().update(A=1)`, `vars().update({"A": 1})`. */
  private updateModule(module: Alternative, args: readonly RecordedArgument[], span: Span): void {
    for (const argument of args) {
      const entries =
        argument.name === undefined
          ? argument.value.flatMap(({ data }) =>
              data.kind === "object" ? [...(this.heapObject(data.id)?.properties ?? [])] : [],
            )
          : [[argument.name, argument.value] as const];
      for (const [name, value] of entries) this.writeMember([module], name, undefined, value, true, span);
    }
  }

  /** Names for the receiver of a call; strings, lists and plain objects are named by their type. */
  private receiverPaths(data: Data): readonly string[] {
    const paths = this.pathsOf(data);
    if (paths.length > 0) return paths;
    if (data.kind === "literal") return [data.value === null || data.value === undefined ? "null" : typeof data.value];
    if (data.kind === "text") return ["string"];
    if (data.kind === "environment") return ["environment"];
    if (data.kind === "object") return [this.heapObject(data.id)?.items === undefined ? "object" : "list"];
    return [];
  }

  private projectMethod(id: number, each: Alternative, method: string): Value | undefined {
    const object = this.heapObject(id);
    const own = object?.properties.get(method);
    if (own !== undefined) {
      return own.map((other) =>
        other.data.kind === "function" && other.data.function.lexicalThis !== true && other.data.self === undefined
          ? { ...other, data: { ...other.data, self: [each] } }
          : other,
      );
    }
    if (object?.origin.kind === "instance") return this.classMember(object.origin.class, method, each);
    if (object?.origin.kind === "statics") return undefined;
    return undefined;
  }

  /** Java and C#: a method of a project class that a value of that declared type has. */
  private projectMethodOfType(id: number, method: string): Value | undefined {
    if (this.language !== "java" && this.language !== "csharp") return undefined;
    const object = this.heapObject(id);
    const [path] = object?.paths ?? [];
    if (path === undefined || object === undefined) return undefined;
    for (const name of object.paths) {
      const simple = lastSegment(name);
      if (!/^[A-Z]/.test(simple)) continue;
      const found = this.projectClass(simple);
      const data = found?.[0]?.data;
      if (data?.kind !== "class") continue;
      const member = this.findMember(data, method);
      if (member?.kind === "method" && member.function.body.length > 0)
        return this.classMember(data, method, this.instanceOfType(data)[0]);
    }
    return undefined;
  }

  private instanceOfType(data: ClassData): Value {
    const existing = this.typeInstances.get(data.statics);
    if (
      existing !== undefined &&
      existing[0]?.data.kind === "object" &&
      this.heapObject(existing[0].data.id) !== undefined
    )
      return existing;
    const id = this.newObject({ kind: "instance", class: data, place: { file: data.file, span: data.class.span } });
    const value = this.objectValue(id);
    this.typeInstances.set(data.statics, value);
    return value;
  }

  private libraryContext(at: Place): LibraryContext {
    return {
      language: this.language,
      deployment: this.host.deployment,
      at,
      object: this.heapObject,
      own: (id) => this.state.own(id),
      newObject: () => this.newObject({ kind: "literal", place: at, bare: false }),
      spread: (object, value) => this.spread(object, value, at.span),
      items: (value) => this.itemsOf(value),
      boolean: (value) => booleanOf(value, this.language, this.heapObject),
      invoke: (data, args) =>
        this.invoke(
          data,
          args.map((value) => ({ value, name: undefined, spread: undefined, place: at, valuePlace: at })),
          at,
        ),
      says: this.says(at.span),
    };
  }

  private library(path: string, args: readonly Value[], at: Place): Value | undefined {
    return callLibrary([path], args.slice(0, 1)[0], [], this.libraryContext(at));
  }

  /** A call of something outside the project: known to the library, or recorded and opaque. */
  private externalCall(
    method: string,
    paths: readonly string[],
    receiver: Value | undefined,
    args: readonly RecordedArgument[],
    at: Place,
    expression: Call | undefined,
    isNew: boolean,
    isMethod: boolean,
  ): Value {
    const symbol = this.host.symbols.find(paths, args.length === 1 ? onlyLiteral(args[0]!.value) : undefined);
    if (symbol !== undefined && !isNew) return symbolValue(symbol, this.host.deployment, at);
    const attribute = this.language === "python" && paths[0] === "getattr" ? this.getAttribute(args, at) : undefined;
    if (attribute !== undefined) return attribute;
    if (this.language === "python" && args.length === 0 && this.isNamespace(paths[0]))
      return [alternative({ kind: "module", file: this.file })];
    const known1 = isNew ? undefined : callLibrary(paths, receiver, args, this.libraryContext(at));
    if (known1 !== undefined) return known1;
    const configured = method === "get" ? this.configuredGet(receiver, args) : undefined;
    if (configured !== undefined) return configured;
    const call: RecordedCall = {
      method,
      callee: paths,
      receiver,
      arguments: args,
      new: isNew,
      place: at,
      argumentsSpan: expression?.argumentsSpan,
      bare: expression?.bare === true,
      when: [],
    };
    const result = this.opaqueResult(call, paths, isNew);
    if (receiver !== undefined && isMethod) this.record(receiver, call);
    this.tellCall(call, result);
    this.handOver(args, paths, method, receiver, at);
    return result;
  }

  /** `globals()`, and at the top of a module `locals()` and `vars()`, are the module's names. */
  private isNamespace(name: string | undefined): boolean {
    const { function: within, owner } = this.frame;
    const top = within === undefined && owner === undefined;
    return name === "globals" || (top && (name === "locals" || name === "vars"));
  }

  private opaqueResult(call: RecordedCall, paths: readonly string[], isNew: boolean): Value {
    const made = isNew || (this.language === "ruby" && call.method === "new");
    const names = made ? paths : paths.map((path) => `${path}()`);
    return this.opaque({ kind: "call", call }, names);
  }

  /** Remembers a call on the object it was made on; what a setter was given last is kept as a property. */
  private record(receiver: Value, call: RecordedCall): void {
    for (const { data } of receiver) {
      if (data.kind !== "object") continue;
      const object = this.state.own(data.id);
      if (object === undefined || object.calls.length >= MAXIMUM_RECORDED_CALLS) continue;
      object.calls.push(call);
      const [first, second] = call.arguments;
      const named = first === undefined ? undefined : onlyLiteral(first.value);
      const positional = call.arguments.filter((argument) => argument.name === undefined);
      if (positional.length >= 2 && typeof named === "string" && second !== undefined) {
        setProperty(object, `${call.method}(${named})`, second.value);
      }
      setProperty(
        object,
        `${call.method}()`,
        first === undefined
          ? known(true, step(call.place, `\`${call.method}\` is called`, undefined))
          : this.noteCall(first.value, call),
      );
    }
  }

  private noteCall(value: Value, call: RecordedCall): Value {
    return value.map((each) => ({
      ...each,
      trace: step(call.place, `\`${call.method}\` is called with it`, each.trace),
    }));
  }

  private isAsked(method: string): boolean {
    const { methods } = this.host;
    return methods.get(this.language)?.has(method) === true || methods.get("any")?.has(method) === true;
  }

  private tellCall(call: RecordedCall, result: Value): void {
    const { method, callee: paths, place: at } = call;
    if (!this.isAsked(method) && !paths.some((path) => this.isAsked(lastSegment(path)))) return;
    if (this.toldOften(at)) return;
    const fact = exportCall(this, call, result);
    const index = this.calls.push(fact) - 1;
    if (this.host.late.has(method) || paths.some((path) => this.host.late.has(lastSegment(path)))) {
      this.pendingLate.push((state) => {
        const outer = this.state;
        // What the way to the call excludes is not a state in which it was made.
        this.state = state.fork(fact.conditions);
        const late = exportCall(this, call, result, true);
        this.calls[index] = { ...fact, late: late.late };
        this.state = outer;
      });
    }
  }

  /** Functions given to code outside the project will be called by it. */
  private handOver(
    args: readonly RecordedArgument[],
    paths: readonly string[],
    method: string,
    receiver: Value | undefined,
    at: Place,
  ): void {
    for (const argument of args) {
      for (const { data } of argument.value) {
        if (data.kind !== "function") continue;
        const immediate =
          data.function.blockScope === true ||
          this.language === "java" ||
          this.language === "csharp" ||
          IMMEDIATE.has(method);
        if (immediate) this.enterNow(data, paths, receiver, at);
        else this.frame.made.push({ value: data, passedTo: paths });
      }
    }
  }

  private enterNow(data: FunctionData, paths: readonly string[], receiver: Value | undefined, at: Place): void {
    if (this.frame.depth >= MAXIMUM_CALL_DEPTH || this.exhausted() || this.onStack(data)) {
      return;
    }
    const self = data.self ?? this.frame.self;
    const args = data.function.parameters.map((parameter, index) => {
      const tapped =
        index === 0 &&
        receiver !== undefined &&
        (IMMEDIATE.has(lastSegment(paths[0] ?? "")) || data.function.blockScope === true);
      const value =
        tapped && lastSegment(paths[0] ?? "") === "tap" ? receiver : this.parameterValue(parameter, data, paths);
      return { value, name: undefined, spread: undefined, place: at, valuePlace: at } as RecordedArgument;
    });
    this.invoke({ ...data, self }, args, at, true);
  }

  private onStack(data: FunctionData): boolean {
    return this.stack.filter((other) => other === data.function).length >= 2;
  }

  private readonly stack: FunctionExpression[] = [];

  /** Calls a function of the project. */
  invoke(data: FunctionData, args: readonly RecordedArgument[], at: Place, entered = false): Value {
    const { function: fn } = data;
    const name = fn.name === undefined ? "a function" : `\`${fn.name}\``;
    if (this.frame.depth >= MAXIMUM_CALL_DEPTH)
      return unknown(`the calls through ${name} go deeper than ${MAXIMUM_CALL_DEPTH}`);
    if (this.onStack(data)) return unknown(`${name} calls itself`);
    if (this.exhaustedFor(data)) return unknown(`${name} was not followed: the evaluation has a bound`);
    const record = this.modules.get(data.file);
    if (record === undefined) return unknown(`${name} is not known`);
    this.entered.add(fn);
    const outer = { frame: this.frame, last: this.lastValue };
    const calledFrom = entered ? outer.frame.calledFrom : [...outer.frame.calledFrom, at];
    const block = fn.blockScope === true;
    const base = this.state;
    const entry = base.fork();
    const frame: Frame = {
      ...this.newFrame(record, data.self, data.owner, fn, calledFrom),
      depth: outer.frame.depth + 1,
      base,
      entry,
    };
    this.frame = frame;
    this.state = entry;
    this.stack.push(fn);
    this.lastValue = undefined;
    const scope = newScope(block ? "block" : "function", data.scope);
    this.bind(data, args, scope, at);
    const completion = this.block(fn.body, scope);
    const value = this.result(frame, completion, fn);
    this.enterMade(frame);
    this.state = base;
    leaveFunction(frame, completion);
    this.stack.pop();
    this.frame = outer.frame;
    this.lastValue = outer.last;
    return value;
  }

  private result(frame: Frame, completion: Completion, fn: FunctionExpression): Value {
    const returns = [...frame.returns];
    if (completion === "normal" && (fn.implicitReturn === true || returns.length === 0 || frame.exits.length > 0)) {
      const value = fn.implicitReturn === true ? (this.lastValue ?? known(null)) : known(undefined);
      returns.push(...under(value, frame.entry.conditions));
    }
    return returns.length === 0 ? unknown("it never returns") : union(returns);
  }

  private bind(data: FunctionData, given: readonly RecordedArgument[], scope: Scope, at: Place): void {
    const { function: fn, bound } = data;
    const args = [...given];
    const self = data.self ?? undefined;
    const positional: (RecordedArgument | undefined)[] = [];
    if (fn.explicitSelf === true) {
      const first = self ?? args.find((argument) => argument.name === undefined)?.value;
      positional.push(
        first === undefined
          ? undefined
          : { value: first, name: undefined, spread: undefined, place: at, valuePlace: at },
      );
      if (self === undefined)
        args.splice(
          args.findIndex((argument) => argument.name === undefined),
          args.length === 0 ? 0 : 1,
        );
    }
    for (const value of bound?.arguments ?? [])
      positional.push({ value, name: undefined, spread: undefined, place: at, valuePlace: at });
    const keywords = new Map<string, RecordedArgument>();
    for (const [name, value] of bound?.keywords ?? [])
      keywords.set(name, { value, name, spread: undefined, place: at, valuePlace: at });
    let open: string | undefined;
    for (const argument of args) {
      if (argument.spread !== undefined)
        open = `the arguments come from \`${this.host.text(argument.place.file, argument.place.span)}\``;
      else if (argument.name !== undefined) keywords.set(argument.name, argument);
      else positional.push(argument);
    }
    let index = 0;
    for (const parameter of fn.parameters) {
      const taken = keywords.get(parameter.name);
      let value: Value;
      if (parameter.rest === "list") {
        const id = this.newObject({ kind: "literal", place: { file: data.file, span: parameter.span }, bare: false });
        this.state.own(id)!.items = positional.slice(index).map((argument) => argument?.value ?? known(undefined));
        index = positional.length;
        value = this.objectValue(id);
      } else if (parameter.rest === "map") {
        const id = this.newObject({ kind: "literal", place: { file: data.file, span: parameter.span }, bare: true });
        const object = this.state.own(id)!;
        for (const [name, argument] of keywords) setProperty(object, name, argument.value);
        if (open !== undefined) spreadUnknown(object, open);
        keywords.clear();
        value = this.objectValue(id);
      } else if (taken !== undefined) {
        keywords.delete(parameter.name);
        value = this.passed(taken, parameter);
      } else if (parameter.keyword !== true && index < positional.length) {
        const argument = positional[index];
        index += 1;
        value = argument === undefined ? this.parameterValue(parameter, data, []) : this.passed(argument, parameter);
      } else if (open !== undefined) value = unknown(open);
      else if (parameter.default !== undefined) value = this.expression(parameter.default, scope);
      else if (this.language === "ruby" && keywords.size > 0 && parameter.keyword !== true) {
        value = this.keywordHash(keywords, at);
      } else
        value = known(
          undefined,
          step({ file: data.file, span: parameter.span }, `\`${parameter.name}\` is not given`, undefined),
        );
      if (
        parameter.default !== undefined &&
        value.some((each) => each.data.kind === "literal" && each.data.value === undefined)
      ) {
        value = this.orDefault(value, parameter.default, scope);
      }
      this.write(parameter.target, value, scope, "block");
    }
  }

  private keywordHash(keywords: Map<string, RecordedArgument>, at: Place): Value {
    const id = this.newObject({ kind: "literal", place: at, bare: true });
    const object = this.state.own(id)!;
    for (const [name, argument] of keywords) setProperty(object, name, argument.value);
    keywords.clear();
    return this.objectValue(id);
  }

  private passed(argument: RecordedArgument, parameter: Parameter): Value {
    return argument.value.map((each) => ({
      ...each,
      trace: step(argument.place, `it is passed as \`${parameter.name}\``, each.trace),
    }));
  }

  private parameterValue(parameter: Parameter, data: FunctionData, passedTo: readonly string[]): Value {
    const place = { file: data.file, span: parameter.span };
    if (parameter.rest === "list") return unknown("the arguments are the caller's");
    const typed = parameter.type === undefined ? undefined : this.typePaths(parameter.type, data.scope, parameter.span);
    if (typed?.class !== undefined && typed.class.class.members.some((member) => member.kind === "method")) {
      return this.instanceOfType(typed.class);
    }
    if (isScalarType(parameter.type ?? "")) {
      return [
        alternative(
          {
            kind: "unknown",
            because: `\`${parameter.name}\` is the caller's`,
            id: nextIdentity(),
            parameter: parameter.name,
          },
          step(place, `\`${parameter.name}\` is the caller's`, undefined),
        ),
      ];
    }
    const id = this.newObject({ kind: "parameter", name: parameter.name, type: typed?.paths ?? [], place, passedTo }, [
      parameter.name,
      ...(typed?.paths ?? []),
      ...(parameter.rest === "map" && data.function.name !== undefined ? [`${data.function.name}(**)`] : []),
    ]);
    return this.objectValue(id, step(place, `\`${parameter.name}\` is the caller's`, undefined));
  }

  /** Enters functions that were made in a frame and that nothing has called, as their unknown callers would. */
  private enterMade(frame: Frame): void {
    // Of what is only asked for, the facts are dropped: functions made there are entered when the code runs in earnest.
    if (this.asking > 0) return;
    const handedOver = new Set(
      frame.made.flatMap(({ value, passedTo }) => (passedTo.length > 0 ? [value.function] : [])),
    );
    for (let index = 0; index < frame.made.length; index += 1) {
      const { value, passedTo } = frame.made[index]!;
      if (passedTo.length === 0 && (this.entered.has(value.function) || handedOver.has(value.function))) continue;
      if (!this.host.matters(value.file, value.function)) continue;
      this.enter(value, passedTo);
    }
  }

  private enter(data: FunctionData, passedTo: readonly string[]): void {
    if (this.onStack(data)) return;
    const record = this.modules.get(data.file);
    if (record === undefined) return;
    const isRoot = this.stack.length === 0;
    const outer = { state: this.state, frame: this.frame, steps: this.steps, last: this.lastValue };
    this.entered.add(data.function);
    this.state = outer.state.fork();
    if (isRoot) this.steps = 0;
    const frame: Frame = { ...this.newFrame(record, data.self, data.owner, data.function, []), depth: 0 };
    this.frame = frame;
    this.stack.push(data.function);
    const scope = newScope("function", data.scope);
    this.guard(() => {
      for (const [index, parameter] of data.function.parameters.entries()) {
        const self = index === 0 && data.function.explicitSelf === true ? data.self : undefined;
        const value = self ?? this.parameterValue(parameter, data, passedTo);
        this.write(
          parameter.target.kind === "default" ? parameter.target.target : parameter.target,
          value,
          scope,
          "block",
        );
      }
      this.block(data.function.body, scope);
      this.enterMade(frame);
    });
    this.stack.pop();
    this.flushLate();
    this.state = outer.state;
    this.frame = outer.frame;
    this.lastValue = outer.last;
    if (isRoot) this.steps = outer.steps;
  }

  /** Methods that nothing has called, each on a fresh instance. */
  private enterMethods(data: ClassData, record: ModuleRecord): void {
    this.state = this.world;
    this.frame = this.newFrame(record, undefined, undefined, undefined, []);
    const fork = this.world.fork();
    this.state = fork;
    this.steps = 0;
    let self: Value | undefined;
    for (const member of data.class.members) {
      if (member.kind !== "method" || this.entered.has(member.function)) continue;
      if (!this.host.matters(data.file, member.function)) continue;
      this.steps = 0;
      if (member.static) {
        this.enter(this.methodOf(data, member, [alternative(data)]), []);
        continue;
      }
      self ??= this.freshInstance(data);
      if (member.role === "constructor" && this.entered.has(member.function)) continue;
      this.enter(this.methodOf(data, member, self), []);
    }
    this.enterMade(this.frame);
    this.state = this.world;
  }

  /** An instance whose fields are as the class makes them, constructed by unknown callers. */
  private freshInstance(data: ClassData): Value {
    const constructor = this.resolutionOrder(data)
      .flatMap((each) => [...membersOf(each.class).values()].map((member) => ({ each, member })))
      .find(({ member }) => member.kind === "method" && member.role === "constructor");
    const member = constructor?.member;
    const args: RecordedArgument[] = [];
    if (constructor !== undefined && member?.kind === "method") {
      const place = { file: data.file, span: data.class.span };
      const fn = this.methodOf(constructor.each, member, undefined);
      const parameters = fn.function.explicitSelf === true ? fn.function.parameters.slice(1) : fn.function.parameters;
      for (const parameter of parameters) {
        if (parameter.rest !== undefined) continue;
        args.push({
          value: this.parameterValue(parameter, fn, []),
          name: parameter.keyword === true ? parameter.name : undefined,
          spread: undefined,
          place,
          valuePlace: place,
        });
      }
    }
    const value = this.instantiate(data, args, { file: data.file, span: data.class.span });
    if (member?.kind === "method") this.entered.add(member.function);
    return value;
  }

  reached(
    uncertain: boolean,
  ): Pick<CallFact, "order" | "language" | "within" | "conditions" | "calledFrom" | "notDeployed" | "uncertain"> {
    const { frame } = this;
    this.facts += 1;
    return {
      order: this.facts,
      language: this.language,
      within: {
        function: frame.function?.name,
        class: frame.owner?.class.name,
        bases:
          frame.owner === undefined
            ? []
            : [
                ...this.resolutionOrder(frame.owner).flatMap((each) => each.class.name ?? []),
                ...this.externalBases(frame.owner),
              ].slice(0, 24),
      },
      conditions: this.state.path(),
      calledFrom: frame.calledFrom,
      notDeployed: this.notDeployed,
      uncertain,
    };
  }

  isUnderError(span: Span): boolean {
    return this.frame.module.program.errors.some((error) => error.start <= span.start && span.end <= error.end);
  }
}

export type { ModuleRecord };

/** The construction of something outside the project, by a class of the project or by a call of `super`. */
function constructorCall(
  paths: readonly string[],
  args: readonly RecordedArgument[],
  place: Place,
  expression: Call | undefined,
): RecordedCall {
  return {
    method: lastSegment(paths[0] ?? ""),
    callee: paths,
    receiver: undefined,
    arguments: args,
    new: true,
    place,
    argumentsSpan: expression?.argumentsSpan,
    bare: false,
    when: [],
  };
}

/** The caller goes on with what the function wrote: at its end, and on paths that returned early. */
function leaveFunction(frame: Frame, completion: Completion): void {
  const { base, entry, exits } = frame;
  const arms = completion === "normal" || frame.endsAtEntry || exits.length === 0 ? [entry, ...exits] : exits;
  const [only] = arms;
  if (arms.length === 1 && only !== undefined) base.absorb(only);
  else base.join(arms);
}

const memberTables = new WeakMap<ClassExpression, Map<string, Member>>();

/** Members by name; accessors under `get name` and `set name`. */
function membersOf(expression: ClassExpression): Map<string, Member> {
  const existing = memberTables.get(expression);
  if (existing !== undefined) return existing;
  const table = new Map<string, Member>();
  for (const member of expression.members) {
    if (member.kind === "statement") continue;
    if (member.kind === "method" && member.role === "getter") table.set(`get ${member.name}`, member);
    else if (member.kind === "method" && member.role === "setter") table.set(`set ${member.name}`, member);
    else if (member.kind === "method" && member.role === "constructor") table.set("constructor", member);
    else table.set(member.name, member);
  }
  memberTables.set(expression, table);
  return table;
}

/** One condition list for a branch's arm: the only way it can be reached, or the test as written; undefined for never. */
function oneOf(
  ways: readonly (readonly Condition[])[],
  span: Span,
  file: string,
  says: string,
  arm: boolean,
): readonly Condition[] | undefined {
  if (ways.length === 0) return undefined;
  if (ways.length === 1) return ways[0];
  return [{ kind: "branch", key: `${file}:${span.start}:test`, arm, says, holds: undefined }];
}

/** When one condition does not hold; nothing where there are several, of which any may fail. */
function opposite(when: readonly Condition[]): readonly Condition[] {
  const [only] = when;
  if (when.length !== 1 || only === undefined || typeof only.arm !== "boolean") return [];
  return [{ ...only, arm: !only.arm, ...(only.holds === undefined ? {} : { holds: !only.holds }) }];
}

function nullish(data: Data): boolean {
  return data.kind === "literal" && (data.value === null || data.value === undefined);
}

interface TextWay {
  readonly parts: readonly (string | undefined)[];
  readonly when: readonly Condition[];
  readonly trace: Trace | undefined;
}

/** A text with one more part; undefined where the two exclude each other. */
function lengthen(way: TextWay, each: Alternative): TextWay | undefined {
  const when = both(way.when, each.when);
  return when === undefined
    ? undefined
    : { parts: [...way.parts, ...partsOf(each.data)], when, trace: way.trace ?? each.trace };
}

/** Neighbouring strings as one, so that a long concatenation is short. */
function joinStrings(parts: readonly (string | Expression)[]): readonly (string | Expression)[] {
  const result: (string | Expression)[] = [];
  let strings: string[] = [];
  const flush = (): void => {
    if (strings.length > 0) result.push(strings.join(""));
    strings = [];
  };
  for (const part of parts) {
    if (typeof part === "string") strings.push(part);
    else {
      flush();
      result.push(part);
    }
  }
  flush();
  return result;
}

function joinParts(parts: readonly (string | undefined)[]): (string | undefined)[] {
  const result: (string | undefined)[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part !== undefined && last !== undefined && result.length > 0) result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result.length === 0 ? [""] : result;
}

/** The last name of a path: `a.b()` is `b()`, `a.b[c]` is `b[c]`. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function shorten(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}

function isScalarType(type: string): boolean {
  return /^(boolean|Boolean|bool|bool\?|String|string|str|int|Integer|long|number)$/.test(type);
}

function getterPlace(getter: FunctionData): Place {
  return { file: getter.file, span: getter.function.span };
}

function configuredValue(configured: Exclude<ConfiguredValue, { is: "absent" }>): Value {
  const trace = step(configured.at, configured.says, undefined);
  return configured.is === "known" ? known(configured.value, trace) : unknown(configured.says, trace);
}

function originPlace(origin: Origin): Place {
  return origin.kind === "call"
    ? origin.call.place
    : { file: origin.kind === "module" ? origin.file : "", span: { start: 0, end: 0 } };
}

/** The first few values of a list, for messages. */
function listOf(values: readonly (Scalar | typeof notLiteral)[]): string {
  const shown = values.slice(0, 6).map((value) => (value === notLiteral ? "…" : JSON.stringify(value)));
  return [...shown, ...(values.length > shown.length ? ["…"] : [])].join(", ");
}
