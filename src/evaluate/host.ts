import type { Deployment } from "../deployment.ts";
import type { Place } from "../evidence.ts";
import type { Helper } from "../facts.ts";
import type { FunctionExpression, Program, Span } from "../program.ts";
import type { Scalar } from "../value.ts";
import type { SymbolTable } from "./symbols.ts";

/** What the evaluator asks of the programs of one language. */
export interface EvaluatorHost {
  /** The lowered program of a file of the project, parsed when first asked for; undefined when it cannot be read. */
  program(file: string): Program | undefined;
  /** The programs that were read so far. */
  programs(): readonly Program[];
  resolve(specifier: string, from: string): string | undefined;
  /** The text of a span, for conditions and reasons. */
  text(file: string, span: Span): string;
  readonly deployment: Deployment;
  readonly symbols: SymbolTable;
  /** Method and function names (the last name alone) that frameworks ask about. */
  readonly methods: ReadonlySet<string>;
  /** Keys and member names whose assignment frameworks ask about; `*` for computed keys is always told. */
  readonly members: ReadonlySet<string>;
  /** Is a function of this file worth entering by itself, when nothing is seen to call it? */
  matters(file: string, value: FunctionExpression): boolean;
  /** How code elsewhere names a function of the project. */
  helperOf(value: FunctionExpression): Helper;
  /** Methods whose arguments are also told as they stand at the end. */
  readonly late: ReadonlySet<string>;
  /** Annotations by which a container puts values of the configuration into fields and parameters. */
  readonly injections: ReadonlySet<string>;
  /** `path.member` of what an object from outside the project always has. */
  readonly always: ReadonlySet<string>;
  /** What configuration files give to an element of something outside the project: `settings[session.secure]`. */
  readonly configured?: Configured;
  /** The configuration files that a module from outside holds, as code in a file sees it. */
  readonly layers?: (module: string, from: string) => Layers | undefined;
  /** The module of the project that a name from outside means, with what the outside adds where it has nothing. */
  readonly alias?: (
    path: string,
    from: string,
  ) =>
    | { readonly file: string; readonly defaults: Readonly<Record<string, string | number | boolean | null>> }
    | undefined;
}

/** The files that a module of layered configuration merges, the first one weakest. */
export interface Layers {
  readonly files: readonly string[];
  /** Names a variable of the environment for each member that one can set. */
  readonly variables?: string;
  /** One of them that is in a format which is not read. */
  readonly unread?: string;
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
