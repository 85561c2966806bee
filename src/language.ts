import type { Program, ProgramLanguageName } from "./program.ts";
import type { Settings, SettingsFormat } from "./settings.ts";
import type { SyntaxTree } from "./syntax.ts";

/** A file as read: its text is decoded, its path relative to the root with `/`. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** Which files the project has; answered from the one walk, never from disk. */
export interface FileIndex {
  /** Is there such a file (path relative to the root, `/`)? */
  has(file: string): boolean;
  /** Files whose path is `suffix` or ends in `/` + `suffix`, nearest to the root first. */
  endingIn(suffix: string): readonly string[];
  /** The text of a small project file such as `tsconfig.json`, when it can be read. */
  read(file: string): string | undefined;
}

/** A programming language: a parser and a lowering to the neutral program. It knows no cookie and no framework. */
export interface ProgramLanguage {
  readonly kind: "program";
  readonly name: ProgramLanguageName;
  /** With the dot. */
  readonly extensions: readonly string[];
  /** The grammar's file name without `tree-sitter-` and `.wasm`, by path (`typescript`, `tsx`). */
  grammar(file: string): string;
  /** Why a text is not worth parsing, such as what a tool made of others; undefined for what people write. */
  unread?(text: string): string | undefined;
  /** What the grammar reads of a text in which code stands among other things: as long, and blank where there is none. */
  code?(text: string): string;
  /** Never throws: what cannot be lowered is `opaque`; nesting deeper than a bound is `opaque` too. */
  lower(tree: SyntaxTree, source: SourceFile): Program;
  /** The project file that an import means, or undefined when it comes from outside the project. */
  resolve(specifier: string, from: string, files: FileIndex): string | undefined;
}

/** A configuration format, read to settings with key path, value and span. */
export interface SettingsLanguage {
  readonly kind: "settings";
  readonly name: SettingsFormat;
  readonly extensions: readonly string[];
  /** Never throws: what cannot be read is told in `errors`. */
  read(source: SourceFile): Settings;
}

export type Language = ProgramLanguage | SettingsLanguage;
