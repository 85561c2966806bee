import type { Place } from "../evidence.ts";
import type { CallFact, ClassFact, Helper, Seen, WriteFact } from "../facts.ts";
import type { Expression, FunctionExpression, Program, ProgramLanguageName, Span, Statement } from "../program.ts";
import type { Scope } from "../scope.ts";
import type { Alternative, ClassData, FunctionData, Value } from "../value.ts";
import type { HeapObject, RecordedArgument } from "./heap.ts";
import type { EvaluatorHost } from "./host.ts";
import { State } from "./state.ts";

/** A module of the project that was run, or is being run. */
export interface ModuleRecord {
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

/** A function that was made, and to what outside the project it was handed. */
export interface Made {
  readonly value: FunctionData;
  readonly passedTo: readonly string[];
}

/** One call that is under way. */
export interface Frame {
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
  readonly made: Made[];
  readonly calledFrom: readonly Place[];
  readonly depth: number;
}

/** How statements end: the next one follows, or the way ends in a `return` or `throw`. */
export type Completion = "normal" | "done";

/**
 * One evaluation: what it has seen and where it stands. The files beside this one each hold a part of what the
 * evaluator does, and call those that come before them; where the parts go in circles, as expressions hold calls and
 * calls hold expressions, they go by the methods that are abstract here.
 */
export abstract class Evaluation {
  readonly calls: CallFact[] = [];
  readonly writes: WriteFact[] = [];
  readonly classes: ClassFact[] = [];
  /** How many facts were told. */
  facts = 0;
  /** How many facts were told of a place. */
  readonly told = new Map<string, number>();
  readonly pendingLate: ((state: State) => void)[] = [];
  /** Files of which a part was not evaluated, and why. */
  readonly notes = new Map<string, string>();

  readonly host: EvaluatorHost;
  readonly modules = new Map<string, ModuleRecord>();
  readonly resolutions = new Map<string, string | undefined>();
  /** What stands at a span, as messages show it: the same ones are asked for on every way to them. */
  private readonly said = new WeakMap<Span, string>();
  /** `around`: the variables of the function that a class stands in. */
  readonly seenClasses: { readonly data: ClassData; readonly file: string; readonly around: State | undefined }[] = [];
  /** Python: names that were given an element of something, and whose. */
  readonly elements = new Map<number, { readonly container: Value; readonly key: Value }>();
  readonly typeInstances = new Map<number, Value>();
  readonly entered = new Set<FunctionExpression>();
  /** Functions that were not worth entering when the code around them had run, and the state it left. */
  passedOver: { readonly made: Made; readonly state: State }[] = [];

  readonly world = new State();
  state: State = this.world;
  /** Where a way ended whose writes the state does not hold, while what was late on it is told. */
  ended: State | undefined;
  frame!: Frame;
  readonly stack: FunctionExpression[] = [];
  /** The function that was entered by itself, and that is under way. */
  enteredBy: Helper | undefined;
  /** The value of the last expression statement, for functions that return it. */
  lastValue: Value | undefined;
  /** The test of a branch that the deployment settles and that has just ended the code around it. */
  settledEnd: { readonly says: string; readonly test: Value } | undefined;
  /** Why the deployment never comes here. */
  notDeployed: string | undefined;
  /** Above 0 while a function is called only to see what it gives. */
  asking = 0;
  /** Above 0 while calls of the past are told: what functions in them give is nobody's question. */
  recalling = 0;
  steps = 0;
  allSteps = 0;
  depth = 0;

  constructor(host: EvaluatorHost) {
    this.host = host;
  }

  /** Runs a module of the project, and the modules it imports, once. */
  abstract runModule(file: string): ModuleRecord | undefined;
  /** Runs statements in a scope. */
  abstract block(statements: readonly Statement[], scope: Scope): Completion;
  /** Runs statements in a scope of their own where they declare names. */
  abstract inner(statements: readonly Statement[], scope: Scope): Completion;
  abstract expression(expression: Expression, scope: Scope): Value;
  /** Calls a function of the project. */
  abstract invoke(data: FunctionData, args: readonly RecordedArgument[], at: Place, entered?: boolean): Value;
  /** What a function of the project gives when code outside the project calls it; for options given as functions. */
  abstract resultOf(data: FunctionData, depth: number, holding: readonly number[]): Seen | undefined;
  /** What those properties of a class give that frameworks ask about, on `self` or on an instance made by nobody. */
  abstract askedGetters(data: ClassData, self?: Value): ReadonlyMap<string, Value>;

  get language(): ProgramLanguageName {
    return this.frame.module.program.language;
  }

  get file(): string {
    return this.frame.module.program.file;
  }

  place(span: Span): Place {
    return { file: this.file, span: { start: span.start, end: span.end } };
  }

  says(span: Span): string {
    const known = this.said.get(span);
    if (known !== undefined) return known;
    const text = shorten(this.host.text(this.file, span));
    this.said.set(span, text);
    return text;
  }

  heapObject = (id: number): HeapObject | undefined => this.state.object(id) ?? this.ended?.object(id);

  /** Says once that a part of a file was not evaluated, and why. */
  note(because: string): void {
    if (!this.notes.has(this.file)) this.notes.set(this.file, because);
  }
}

export function newFrame(
  evaluation: Evaluation,
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
    base: evaluation.state,
    entry: evaluation.state,
    endsAtEntry: false,
    exits: [],
    made: [],
    calledFrom,
    depth: calledFrom.length,
  };
}

/** The caller goes on with what the function wrote: at its end, and on paths that returned early. */
export function leaveFunction(frame: Frame, completion: Completion): void {
  const { base, entry, exits } = frame;
  const arms = completion === "normal" || frame.endsAtEntry || exits.length === 0 ? [entry, ...exits] : exits;
  const [only] = arms;
  if (arms.length === 1 && only !== undefined) base.absorb(only);
  else base.join(arms);
}

function shorten(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 77)}…` : line;
}
