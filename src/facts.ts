import type { Evidence, Place } from "./evidence.ts";
import type { ProgramLanguageName, Span } from "./program.ts";
import type { Settings } from "./settings.ts";
import type { Condition, Scalar } from "./value.ts";

/**
 * What the evaluator saw, as plain data: values are resolved to the depth that frameworks look, objects as they
 * stood when the code ran (and, where asked, as they stood at its end). Frameworks read facts and nothing else.
 */
export interface Facts {
  readonly calls: readonly CallFact[];
  readonly writes: readonly WriteFact[];
  readonly modules: ReadonlyMap<string, ModuleFact>;
  readonly classes: readonly ClassFact[];
  readonly settings: readonly Settings[];
}

/** What an expression may hold. Never empty. */
export type Seen = readonly SeenAlternative[];

export interface SeenAlternative {
  readonly data: SeenData;
  readonly when: readonly Condition[];
  /** From the expression to where the value comes from; the last one is the deciding place. */
  readonly because: readonly Evidence[];
}

export type SeenData =
  | { readonly kind: "literal"; readonly value: Scalar }
  | { readonly kind: "text"; readonly parts: readonly (string | undefined)[] }
  | SeenObject
  | {
      readonly kind: "function";
      readonly place: Place;
      readonly name: string | undefined;
      readonly parameters: readonly string[];
      readonly returns: Seen | undefined;
    }
  | { readonly kind: "class"; readonly name: string | undefined; readonly place: Place }
  | { readonly kind: "module"; readonly file: string }
  | { readonly kind: "external"; readonly paths: readonly string[] }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "unknown"; readonly because: string; readonly parameter: string | undefined };

export interface SeenObject {
  readonly kind: "object";
  readonly id: number;
  readonly paths: readonly string[];
  readonly properties: ReadonlyMap<string, Seen>;
  readonly items: readonly Seen[] | undefined;
  /** Why there may be more properties than are listed. */
  readonly open: string | undefined;
  /** An object or hash literal: where it stands, so that an edit can add to it. */
  readonly literal: { readonly place: Place; readonly bare: boolean; readonly last: Place | undefined } | undefined;
  /** The project class it is an instance of, nearest first: `Cookie`, `BaseCookie`; empty for one without a name. */
  readonly instanceOf: readonly string[];
  /** The call of something outside the project that gave it. */
  readonly from: SeenCall | undefined;
  /** Calls of methods from outside the project on it, oldest first. */
  readonly calls: readonly SeenCall[];
  readonly parameter: string | undefined;
  /** For a parameter of a function that was handed to something outside the project: to what. */
  readonly passedTo: readonly string[];
  /** For a member of something outside the project: the object that it was read from. */
  readonly memberOf: number | undefined;
}

export interface SeenCall {
  readonly method: string;
  /** Qualified names the callee may have, `()` standing for the result of a call: `express().use`. */
  readonly callee: readonly string[];
  readonly receiver: Seen | undefined;
  readonly arguments: readonly SeenArgument[];
  readonly new: boolean;
  readonly place: Place;
  /** Between the parentheses. */
  readonly argumentsSpan: Span | undefined;
  readonly bare: boolean;
}

export interface SeenArgument {
  readonly value: Seen;
  readonly name: string | undefined;
  readonly spread: "list" | "map" | undefined;
  readonly place: Place;
  readonly valuePlace: Place;
}

/** How callers name a function. */
export interface Helper {
  readonly function: string | undefined;
  /** Of a method: the class of its object, where that is made with something. */
  readonly class: string | undefined;
  /** Does it belong to a class that has heirs, which may hold something else? */
  readonly inherited: boolean;
  readonly parameters: readonly string[];
}

/** Where and how a fact was reached. */
export interface Reached {
  /** Facts count upwards in the order in which the evaluation came by. */
  readonly order: number;
  readonly language: ProgramLanguageName;
  /** The function around it, and the class around that. */
  readonly within: {
    readonly function: string | undefined;
    readonly class: string | undefined;
    readonly bases: readonly string[];
  };
  /**
   * The function that was entered by itself on the way here: what its parameters hold, callers may tell. Undefined where
   * it was handed to something outside the project, or nothing was entered.
   */
  readonly enteredBy: Helper | undefined;
  readonly conditions: readonly Condition[];
  /** The calls that led here, outermost first; none when the code was entered by itself. */
  readonly calledFrom: readonly Place[];
  /** The code is not reached in the chosen deployment: why. */
  readonly notDeployed: string | undefined;
  /** Under a syntax error. */
  readonly uncertain: boolean;
}

export interface CallFact extends SeenCall, Reached {
  readonly kind: "call";
  /** What the call gave, as an object that later facts can hold. */
  readonly result: number | undefined;
  /** Arguments and result as they stood when the code around the call had ended. */
  readonly late: { readonly arguments: readonly SeenArgument[]; readonly result: Seen | undefined } | undefined;
}

/** An assignment to a member or element of something outside the project: `cookies[:a] = 1`, `app.config["X"] = True`. */
export interface WriteFact extends Reached {
  readonly kind: "write";
  readonly target: Seen;
  /** Qualified names of what is written to, without the key. */
  readonly paths: readonly string[];
  /** undefined when computed. */
  readonly key: string | undefined;
  readonly keySeen: Seen | undefined;
  readonly value: Seen;
  readonly operator: string | undefined;
  /** `x[k] = v` rather than `x.k = v`. */
  readonly index: boolean;
  readonly place: Place;
  readonly valuePlace: Place;
}

/** A module of the project, as it stands when it has run. */
export interface ModuleFact {
  readonly file: string;
  readonly language: ProgramLanguageName;
  /** What it imports from outside and inside, as written. */
  readonly imports: readonly string[];
  readonly variables: ReadonlyMap<string, Seen>;
  /** Where each top-level name is bound last. */
  readonly bound: ReadonlyMap<string, Place>;
  /** Where a statement can be added: after the last import, at the end. */
  readonly end: number;
}

export interface ClassFact {
  readonly name: string | undefined;
  readonly file: string;
  readonly place: Place;
  readonly language: ProgramLanguageName;
  /** Names of the bases as resolved: project class names and external paths, transitively. */
  readonly bases: readonly string[];
  /** Class-level members by the order of method resolution. */
  readonly members: ReadonlyMap<string, Seen>;
  /** What those properties (getters) give on an instance that frameworks ask about by `members`. */
  readonly getters: ReadonlyMap<string, Seen>;
  readonly methods: readonly string[];
  readonly annotations: readonly string[];
}
