/**
 * The small neutral program that every programming language is lowered to, and that the one evaluator reads.
 *
 * A program knows no cookie and no framework. It is plain data, and every node
 * carries the span it was read from, in UTF-16 code units of the file's text.
 */

/** A half-open range `[start, end)` of UTF-16 code units in one file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const programLanguageNames = ["csharp", "javascript", "java", "ruby", "python"] as const;
export type ProgramLanguageName = (typeof programLanguageNames)[number];

/** One source file, lowered. */
export interface Program {
  readonly kind: "program";
  /** Path relative to the root, with `/`. */
  readonly file: string;
  readonly language: ProgramLanguageName;
  readonly body: readonly Statement[];
  /** The package or namespace that the file declares (Java `package`, a C# file's first `namespace`). */
  readonly namespace?: string;
  /** Parts that could not be parsed; what lies under one of them is read with lower confidence. */
  readonly errors: readonly Span[];
  /** Comments, for suppressions; and for fixes that uncomment. */
  readonly comments: readonly Span[];
}

export type Statement =
  | { readonly kind: "expression"; readonly value: Expression; readonly span: Span }
  | Assignment
  | { readonly kind: "delete"; readonly target: Target; readonly span: Span }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly else: readonly Statement[];
      readonly span: Span;
    }
  /** for, while, do, foreach, until. `bind` receives an unknown element of `over` on each turn. */
  | {
      readonly kind: "loop";
      readonly bind?: Target;
      readonly over?: Expression;
      readonly test?: Expression;
      readonly body: readonly Statement[];
      readonly span: Span;
    }
  | {
      readonly kind: "try";
      readonly body: readonly Statement[];
      readonly handlers: readonly Handler[];
      readonly finally: readonly Statement[];
      readonly span: Span;
    }
  | { readonly kind: "return"; readonly value?: Expression; readonly span: Span }
  | { readonly kind: "throw"; readonly value?: Expression; readonly span: Span }
  | { readonly kind: "break" | "continue"; readonly span: Span }
  /** A nested block with its own `let` scope. */
  | { readonly kind: "block"; readonly body: readonly Statement[]; readonly span: Span }
  | Import
  | Export;

/**
 * `target = value`. `declare` says where a plain name is bound: `block` (let, const, typed Java and C# locals),
 * `function` (var; any Python name that is not global or nonlocal), `local` (Ruby: the nearest enclosing binding
 * within the method and its blocks, else a new one in the current function); absent: an existing binding is
 * changed, wherever it lives, else a global is made.
 */
export interface Assignment {
  readonly kind: "assign";
  readonly target: Target;
  readonly value: Expression;
  readonly declare?: "block" | "function" | "local";
  /** Compound assignment: `a ||= b` is `or`, `a ??= b` is `??`, `a += b` is `+`, `a |= b` is `|`. */
  readonly operator?: BinaryOperator;
  /** Declared type, as written and without type arguments: `Cookie`, `javax.servlet.http.Cookie`. */
  readonly type?: string;
  /** Function and class declarations that may be used above the line that declares them. */
  readonly hoisted?: boolean;
  readonly span: Span;
}

export interface Handler {
  /** The types caught, as written; empty means all. */
  readonly types: readonly string[];
  readonly bind?: string;
  readonly body: readonly Statement[];
}

/** `import`, `require` with a literal is lowered as a call and resolved by the evaluator. */
export interface Import {
  readonly kind: "import";
  /**
   * The module as written: `./config`, `express`, `django.conf`, `..base` (Python, leading dots kept),
   * `javax.servlet.http.Cookie` (Java: the full name), `System.Web` (C# using).
   */
  readonly from: string;
  /** Bound names. `imported: "*"` binds the whole module to `local`; `default` is the default export. */
  readonly names: readonly { readonly imported: string; readonly local: string; readonly span: Span }[];
  /** `from x import *`, `import javax.servlet.http.*`, `using System.Web`: every public name comes in. */
  readonly star?: boolean;
  readonly span: Span;
}

/** ESM exports. `from` re-exports; `local` names a binding of this module; `exported: "*"` with `from` re-exports all. */
export interface Export {
  readonly kind: "export";
  readonly names: readonly { readonly local: string; readonly exported: string }[];
  readonly from?: string;
  readonly star?: boolean;
  readonly span: Span;
}

/** What can stand on the left of an assignment. */
export type Target =
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | {
      readonly kind: "member";
      readonly object: Expression;
      readonly property: string;
      readonly span: Span;
      readonly propertySpan: Span;
    }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression; readonly span: Span }
  /** `[a, b] = …`, `a, b = …` */
  | {
      readonly kind: "list";
      readonly items: readonly (Target | undefined)[];
      readonly rest?: Target;
      readonly span: Span;
    }
  /** `{a, b: c, ...rest} = …` */
  | {
      readonly kind: "object";
      readonly entries: readonly { readonly key: string; readonly target: Target; readonly default?: Expression }[];
      readonly rest?: Target;
      readonly span: Span;
    }
  /** A parameter or pattern with a default. */
  | { readonly kind: "default"; readonly target: Target; readonly value: Expression; readonly span: Span };

export type BinaryOperator =
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  /** Short-circuit: the value of an operand, as JavaScript, Python and Ruby do; Java's and C#'s are booleans anyway. */
  | "and"
  | "or"
  | "??"
  | "in"
  | "not in"
  | "is"
  | "is not"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "|"
  | "&"
  | "instanceof"
  | "other";

export type Expression =
  /** `regex` and big numbers are opaque. Ruby symbols are strings. `undefined`, `None`, `nil`, `null` are `undefined` and `null`. */
  | { readonly kind: "literal"; readonly value: string | number | boolean | null | undefined; readonly span: Span }
  /** Template literal, f-string, interpolated string, and string concatenation with holes. */
  | { readonly kind: "text"; readonly parts: readonly (string | Expression)[]; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "this"; readonly span: Span }
  /** The next class in the order of method resolution: `super`, `base`, Python's `super()`. */
  | { readonly kind: "super"; readonly span: Span }
  | {
      readonly kind: "member";
      readonly object: Expression;
      readonly property: string;
      /** `a?.b`: nothing where `a` is nothing. */
      readonly optional?: true;
      readonly span: Span;
      readonly propertySpan: Span;
    }
  | { readonly kind: "index"; readonly object: Expression; readonly index: Expression; readonly span: Span }
  | Call
  | ObjectExpression
  | { readonly kind: "list"; readonly items: readonly Argument[]; readonly tuple?: boolean; readonly span: Span }
  | FunctionExpression
  | ClassExpression
  | { readonly kind: "not"; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    }
  | {
      readonly kind: "ternary";
      readonly test: Expression;
      readonly then: Expression;
      readonly else: Expression;
      readonly span: Span;
    }
  /** An assignment used as a value. */
  | { readonly kind: "assignment"; readonly assignment: Assignment; readonly span: Span }
  /** Several expressions, the last one's value. */
  | { readonly kind: "sequence"; readonly items: readonly Expression[]; readonly span: Span }
  /**
   * Statements whose value is the value of the last expression statement reached: Ruby's `if`, `case` and
   * `begin` used as values, a switch expression, a C# `is` pattern that binds.
   */
  | { readonly kind: "statements"; readonly body: readonly Statement[]; readonly span: Span }
  /** A value the lowering cannot express; `children` are evaluated for their effects. */
  | {
      readonly kind: "opaque";
      readonly because: string;
      readonly children: readonly Expression[];
      readonly span: Span;
    };

export interface Call {
  readonly kind: "call";
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
  /** `new X(…)`; Python and Ruby calls of a class are plain calls (`X.new` is a member call). */
  readonly new?: boolean;
  /** Members set on the new object: C# `new X { A = 1 }`. */
  readonly initializer?: readonly Entry[];
  /** The span between (and without) the parentheses, or of the bare argument list; absent when there is none. */
  readonly argumentsSpan?: Span;
  /** Ruby `foo bar: 1` and C# `new X { }`: no parentheses stand there. */
  readonly bare?: boolean;
  readonly span: Span;
}

export interface Argument {
  readonly value: Expression;
  /** Keyword or named argument. */
  readonly name?: string;
  /** `...x`, `*x` (list) or `**x` (map). */
  readonly spread?: "list" | "map";
  /** Ruby's `&block` and `do … end`. */
  readonly block?: boolean;
  /** The whole argument, keyword included. */
  readonly span: Span;
}

/** An object literal, dict, hash, map literal. Order decides. */
export interface ObjectExpression {
  readonly kind: "object";
  readonly entries: readonly Entry[];
  /** Bare keyword-like hash in a Ruby call (`foo a: 1`): no braces stand there. */
  readonly bare?: boolean;
  readonly span: Span;
}

export type Entry =
  | {
      readonly kind: "entry";
      readonly key: string | Expression;
      readonly value: Expression;
      readonly span: Span;
      readonly keySpan: Span;
    }
  | { readonly kind: "spread"; readonly value: Expression; readonly span: Span };

export interface Parameter {
  readonly target: Target;
  readonly name: string;
  readonly default?: Expression;
  readonly type?: string;
  /** `...rest`, `*args` (list), `**kwargs` (map). */
  readonly rest?: "list" | "map";
  /** Only by keyword (Python after `*`, Ruby `key:`). */
  readonly keyword?: boolean;
  readonly annotations?: readonly Expression[];
  /** C#'s `this T x`: the function can be called on a value of the type. */
  readonly receiver?: true;
  readonly span: Span;
}

export interface FunctionExpression {
  readonly kind: "function";
  readonly name?: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  /** Decorators, annotations, attributes, as expressions; outermost first. */
  readonly annotations: readonly Expression[];
  /** The last expression statement is the value (Ruby methods and blocks). Arrow bodies are lowered to `return`. */
  readonly implicitReturn?: boolean;
  /** `this` is the enclosing one (arrow functions, lambdas, Ruby blocks). */
  readonly lexicalThis?: boolean;
  /** Ruby blocks: `return` and locals belong to the enclosing method. */
  readonly blockScope?: boolean;
  /** The receiver is passed as the first parameter (Python methods). */
  readonly explicitSelf?: boolean;
  readonly returnType?: string;
  readonly async?: boolean;
  /** It has no body: a method of an interface, an abstract one. */
  readonly abstract?: true;
  readonly span: Span;
  /** The body between its braces or the indented block. */
  readonly bodySpan: Span;
}

export interface ClassExpression {
  readonly kind: "class";
  readonly name?: string;
  readonly bases: readonly Expression[];
  readonly members: readonly Member[];
  readonly annotations: readonly Expression[];
  readonly span: Span;
}

export type Member =
  | {
      readonly kind: "field";
      readonly name: string;
      readonly value?: Expression;
      readonly static: boolean;
      readonly type?: string;
      readonly annotations: readonly Expression[];
      readonly span: Span;
    }
  | {
      readonly kind: "method";
      readonly name: string;
      /** `constructor`: JavaScript constructor, Python `__init__`, Ruby `initialize`, Java and C# constructors. */
      readonly role: "method" | "constructor" | "getter" | "setter";
      readonly static: boolean;
      readonly function: FunctionExpression;
    }
  /** Statements in the class body (Python, Ruby), static initialisers; `instance`: run for each new object (Java). */
  | { readonly kind: "statement"; readonly statement: Statement; readonly instance?: true };
