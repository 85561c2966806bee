import { askedNames, askedNamesIn } from "./asked-names.ts";
import type { Cookie } from "./cookie.ts";
import { cookiesOf, judgeOwn } from "./cookies-of.ts";
import type { Deployment } from "./deployment.ts";
import { Evaluator } from "./evaluate/evaluator.ts";
import type { EvaluatorHost } from "./evaluate/host.ts";
import { Relevance } from "./evaluate/relevance.ts";
import { SymbolTable } from "./evaluate/symbols.ts";
import type { CallFact, Facts, SeenData, WriteFact } from "./facts.ts";
import type { AliasProject, Context, Framework } from "./framework.ts";
import { frameworks } from "./frameworks/index.ts";
import { loadGrammar, parse, startParser } from "./grammar.ts";
import type { FileIndex, ProgramLanguage, SourceFile } from "./language.ts";
import { programLanguageOf, settingsLanguageOf } from "./languages/index.ts";
import { originOf } from "./origin.ts";
import { type Program, type ProgramLanguageName, programLanguageNames } from "./program.ts";
import type { Settings, SettingsFormat } from "./settings.ts";

/** What the inventory needs of the files; reading is the caller's. */
export interface Project extends FileIndex {
  /** Files whose text shows that they can matter, in path order. */
  readonly candidates: readonly string[];
  /** Decoded text; undefined when the file cannot be read (it is then listed as skipped by the reader). */
  readonly source: (file: string) => SourceFile | undefined;
  /** Files of these extensions whose text holds one of the words: the callers of a helper. */
  readonly search: (words: readonly string[], extensions: readonly string[]) => readonly string[];
}

export interface Inventory {
  readonly cookies: readonly Cookie[];
  readonly skipped: readonly { readonly file: string; readonly because: string }[];
  /** How many files were parsed. */
  readonly parsed: number;
  /** How many files the frameworks recognised as theirs; none means that there was nothing to say. */
  readonly recognised: number;
  /** The text of a file as it was when the inventory was taken; undefined where it was not read. */
  readonly text: (file: string) => string | undefined;
}

/** What the programs of one language, and the settings of its frameworks, set. Plain data: it crosses threads. */
export interface LanguageInventory {
  readonly language: ProgramLanguageName;
  readonly cookies: readonly Cookie[];
  readonly skipped: readonly (readonly [file: string, because: string])[];
  /** How many programs were parsed. */
  readonly parsed: number;
  /** Was anything seen that a framework asks about? */
  readonly asked: boolean;
  readonly texts: ReadonlyMap<string, string>;
}

/** How many files are read beside the candidates because they may call a helper that sets a cookie. */
const MAXIMUM_CALLERS = 300;
/** What is shorter stands in too many files to find callers by it, as do too many words. */
const SHORTEST_WORD = 4;
const MAXIMUM_WORDS = 50;
/** How many callers of callers are followed. */
const MAXIMUM_CALLERS_DEEP = 10;

/** Every cookie that the project's code and configuration set, judged under the deployment. */
export async function takeInventory(project: Project, deployment: Deployment): Promise<Inventory> {
  const settings = readAllSettings(project);
  return merge(settings, await takeInventories(project, deployment, settings, programLanguageNames));
}

/** For each of the languages: programs of one never see those of another. */
export async function takeInventories(
  project: Project,
  deployment: Deployment,
  settings: ProjectSettings,
  languages: readonly ProgramLanguageName[],
): Promise<readonly LanguageInventory[]> {
  await startParser();
  return languages.map((language) => evaluate(project, deployment, settings, language));
}

/** @param inventories of all languages, in any order */
export function merge(settings: ProjectSettings, inventories: readonly LanguageInventory[]): Inventory {
  const parts = programLanguageNames.flatMap((name) => inventories.filter(({ language }) => language === name));
  const cookies = parts.flatMap((part) => part.cookies);
  const recognised = new Set(cookies.map((cookie) => cookie.sink.file)).size;
  const asked = settings.read.some(({ format }) => !SHARED.has(format)) || parts.some((part) => part.asked);
  const skipped = new Map([...settings.skipped, ...parts.flatMap((part) => part.skipped)]);
  return {
    cookies: inOrder(cookies),
    skipped: [...skipped].map(([file, because]) => ({ file, because })),
    parsed: settings.read.length + parts.reduce((sum, { parsed }) => sum + parsed, 0),
    recognised: Math.max(recognised, asked ? 1 : 0),
    text: (file) => {
      for (const { texts } of [settings, ...parts]) {
        const text = texts.get(file);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

/** Parses the programs of a language when they are asked for, and remembers them. */
class Reader {
  readonly skipped = new Map<string, string>();
  readonly texts = new Map<string, string>();
  private readonly programs = new Map<string, Program | undefined>();
  private readonly project: Project;
  parsed = 0;

  constructor(project: Project) {
    this.project = project;
  }

  text(file: string): string | undefined {
    const known = this.texts.get(file);
    if (known !== undefined) return known;
    const text = this.project.source(file)?.text;
    if (text !== undefined) this.texts.set(file, text);
    return text;
  }

  program(file: string): Program | undefined {
    if (this.programs.has(file)) return this.programs.get(file);
    const language = programLanguageOf(file);
    if (language === undefined) return undefined;
    const program = this.parse(file, language);
    this.programs.set(file, program);
    return program;
  }

  all(): readonly Program[] {
    return [...this.programs.values()].flatMap((program) => program ?? []);
  }

  private parse(file: string, language: ProgramLanguage): Program | undefined {
    const read = this.text(file);
    if (read === undefined) return undefined;
    const text = withoutMark(read);
    const unread = language.unread?.(text);
    if (unread !== undefined) {
      this.skipped.set(file, unread);
      return undefined;
    }
    const parser = loadGrammar(language.grammar(file));
    try {
      const tree = parse(parser, language.code?.(text) ?? text);
      if (tree === undefined) {
        this.skipped.set(file, "it takes too long to parse");
        return undefined;
      }
      this.parsed += 1;
      if (tree.errors.length > 0)
        this.skipped.set(file, "a part of it has syntax that could not be parsed; the rest was read");
      return language.lower(tree, { file, text });
    } catch (error) {
      this.skipped.set(file, `it could not be read: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}

/** A byte order mark reads as a part of the first word; a line end in its place keeps every offset. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "\n");
}

function evaluate(
  project: Project,
  deployment: Deployment,
  { read: settings, texts }: ProjectSettings,
  language: ProgramLanguageName,
): LanguageInventory {
  const reader = new Reader(project);
  const own = frameworks.filter((framework) => framework.language === language);
  const programs = project.candidates.filter((file) => programLanguageOf(file)?.name === language);
  const lookups = own.flatMap(({ configured }) => configured?.(settings, deployment) ?? []);
  const api = own.flatMap((framework) => framework.api ?? []);
  const read = (file: string) => texts.get(file) ?? reader.text(file);
  const text = (file: string) => read(file) ?? "";
  const entered: Entered = {
    files: new Set(),
    relevance: new Relevance(askedNamesIn(own, text), tellingOf(own), text),
  };
  const evaluator = new Evaluator({
    program: (file) => reader.program(file),
    programs: () => reader.all(),
    resolve: (specifier, from) => {
      if (api.some((prefix) => specifier === prefix || specifier.startsWith(`${prefix}.`))) return undefined;
      return programLanguageOf(from)?.resolve(specifier, from, project);
    },
    text: (file, span) => read(file)?.slice(span.start, span.end) ?? "",
    deployment,
    symbols: new SymbolTable(own.flatMap((framework) => framework.symbols ?? [])),
    injections: new Set(own.flatMap((framework) => framework.injections ?? [])),
    always: new Set(
      own.flatMap(({ always = {} }) =>
        Object.entries(always).flatMap(([path, members]) => members.map((member) => `${path}.${member}`)),
      ),
    ),
    ...namesOf(own, {
      files: project,
      candidates: project.candidates,
      deployment,
      text: (file) => withoutMark(text(file)),
    }),
    configured: (paths, file) => {
      for (const lookup of lookups) {
        const value = lookup(paths, file);
        if (value !== undefined) return value;
      }
      return undefined;
    },
    matters: (file, value) => entered.files.has(file) && entered.relevance.matters(file, value),
    helperOf: (value) => entered.relevance.helperOf(value),
    ...askedNames(own),
  });
  run(evaluator, programs, reader, entered);
  followHelpers(evaluator, project, reader, entered);
  const facts: Facts = {
    calls: evaluator.calls,
    writes: evaluator.writes,
    modules: evaluator.moduleFacts(),
    classes: evaluator.classes,
    settings,
  };
  const context: Context = {
    facts,
    deployment,
    files: project,
    candidates: project.candidates,
    text: (file) => withoutMark(text(file)),
    judge: (cookie) => judgeOwn(cookie, context),
  };
  return {
    language,
    cookies: own.flatMap((framework) => cookiesOf(framework, context)),
    skipped: [...evaluator.notes, ...reader.skipped],
    parsed: reader.parsed,
    asked: evaluator.calls.length > 0,
    texts: reader.texts,
  };
}

/** A function that speaks of cookies is worth a look. */
const COOKIE = "cookie";

function tellingOf(frameworks: readonly Framework[]): RegExp {
  return new RegExp([COOKIE, ...frameworks.flatMap(({ telling = [] }) => telling)].join("|"), "gi");
}

/** The configuration files of the project, as every language meets them. */
export interface ProjectSettings {
  readonly read: readonly Settings[];
  readonly skipped: readonly (readonly [file: string, because: string])[];
  readonly texts: ReadonlyMap<string, string>;
}

/** Formats in which any program has its settings: a file of theirs is no sign of a framework. */
const SHARED: ReadonlySet<SettingsFormat> = new Set(["env", "yaml", "properties"]);

export function readAllSettings(project: Project): ProjectSettings {
  const read: Settings[] = [];
  const skipped: (readonly [string, string])[] = [];
  const texts = new Map<string, string>();
  for (const file of project.candidates) {
    const language = settingsLanguageOf(file);
    const source = language === undefined ? undefined : project.source(file);
    if (language === undefined || source === undefined) continue;
    texts.set(file, source.text);
    const settings = language.read(source);
    read.push(settings);
    const [error] = settings.errors;
    if (error !== undefined)
      skipped.push([file, `a part of it could not be read (${error.because}); the rest was read`]);
  }
  return { read, skipped, texts };
}

/** Runs files, and enters what nothing in the project was seen to call. */
function run(evaluator: Evaluator, files: readonly string[], reader: Reader, entered: Entered): void {
  for (const file of files) entered.files.add(file);
  entered.relevance.learn(files.flatMap((file) => reader.program(file) ?? []));
  for (const file of files) evaluator.runModule(file);
  for (const file of files) evaluator.runUncalled(file);
}

/** The files whose functions are entered by themselves, and which of their functions matter. */
interface Entered {
  readonly files: Set<string>;
  readonly relevance: Relevance;
}

/**
 * What a helper does with a cookie may hang on what it is given: its callers are entered, and theirs, in files that do
 * not speak of cookies too.
 */
function followHelpers(evaluator: Evaluator, project: Project, reader: Reader, entered: Entered): void {
  const { relevance } = entered;
  for (let round = 0, [calls, writes] = [0, 0]; round < MAXIMUM_CALLERS_DEEP; round += 1) {
    const names = new Map<ProgramLanguage, Set<string>>();
    let grown = false;
    for (const fact of [...evaluator.calls.slice(calls), ...evaluator.writes.slice(writes)]) {
      for (const name of helpersOf(fact)) {
        const language = programLanguageOf(fact.place.file);
        if (language === undefined || !relevance.grow(name, fact.place)) continue;
        grown = true;
        if (originOf(fact.place.file) === "test") continue;
        const words = names.get(language) ?? new Set();
        words.add(name);
        names.set(language, words);
      }
    }
    if (!grown) return;
    [calls, writes] = [evaluator.calls.length, evaluator.writes.length];
    run(evaluator, callersOf(names, project, entered), reader, entered);
    evaluator.runGrown();
  }
}

/** Files of the application in which its helpers are named, beside those that were entered before. */
function callersOf(
  names: ReadonlyMap<ProgramLanguage, ReadonlySet<string>>,
  project: Project,
  { files }: Entered,
): readonly string[] {
  const callers = new Set<string>();
  for (const [{ name, extensions }, words] of names) {
    const telling = [...words].filter((word) => word.length >= SHORTEST_WORD).slice(0, MAXIMUM_WORDS);
    const calls = name === "ruby" ? telling : telling.map((word) => `${word}(`);
    for (const file of project.search(calls, extensions)) {
      if (files.has(file) || originOf(file) === "test") continue;
      if (files.size + callers.size < project.candidates.length + MAXIMUM_CALLERS) callers.add(file);
    }
  }
  return [...callers].sort();
}

/** The names by which callers are found that tell what the fact leaves open. */
function helpersOf(fact: CallFact | WriteFact): readonly string[] {
  const { enteredBy, within } = fact;
  // What the callers so far rule out, others may reach.
  if (fact.notDeployed !== undefined && fact.calledFrom.length > 0)
    return within.function === undefined ? [] : [within.function];
  if (enteredBy === undefined) return [];
  const given = fact.kind === "call" ? fact.arguments.map(({ value }) => value) : [fact.value, fact.keySeen ?? []];
  const open = given.flatMap((value) => value.flatMap(({ data }) => openIn(data)));
  const isOwn = (name: string | undefined) => name === undefined || enteredBy.parameters.includes(name);
  return [
    ...(enteredBy.inherited || open.some(isOwn) ? [enteredBy.function] : []),
    ...(open.every(isOwn) ? [] : [enteredBy.class]),
  ].flatMap((name) => name ?? []);
}

/** The parameters that a value hangs on; undefined for what may be one. */
function openIn(data: SeenData): readonly (string | undefined)[] {
  if (data.kind === "unknown") return data.parameter === undefined ? [] : [data.parameter];
  if (data.kind === "text") return data.parts.includes(undefined) ? [undefined] : [];
  if (data.kind !== "object") return [];
  if (data.parameter !== undefined) return [data.parameter];
  const held = [...data.properties.values()].flatMap((value) =>
    value.flatMap((each) =>
      each.data.kind === "unknown" && each.data.parameter === undefined ? [undefined] : openIn(each.data),
    ),
  );
  return data.open === undefined ? held : [...held, undefined];
}

/** What names from outside the project mean in it. */
function namesOf(own: readonly Framework[], project: AliasProject): Required<Pick<EvaluatorHost, "alias" | "layers">> {
  const aliases = own.flatMap(({ aliases: of }) => of?.(project) ?? []);
  const layers = [...new Set(own.flatMap(({ layers: of }) => of ?? []))].map((of) => of(project));
  return { alias: firstOf(aliases), layers: firstOf(layers) };
}

function firstOf<T>(
  lookups: readonly ((name: string, from: string) => T | undefined)[],
): (name: string, from: string) => T | undefined {
  return (name, from) => {
    for (const lookup of lookups) {
      const found = lookup(name, from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function inOrder(cookies: readonly Cookie[]): readonly Cookie[] {
  return [...cookies].sort((a, b) =>
    a.sink.file < b.sink.file ? -1 : a.sink.file > b.sink.file ? 1 : a.sink.span.start - b.sink.span.start,
  );
}
