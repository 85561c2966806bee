import { askedNames, askedNamesIn } from "./asked-names.ts";
import type { Cookie } from "./cookie.ts";
import type { Deployment } from "./deployment.ts";
import { fixesOf } from "./derive-fix.ts";
import type { Fix } from "./edit.ts";
import { Evaluator } from "./evaluate/evaluator.ts";
import type { EvaluatorHost } from "./evaluate/host.ts";
import { elementOf } from "./evaluate/objects.ts";
import { Relevance } from "./evaluate/relevance.ts";
import { SymbolTable } from "./evaluate/symbols.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { CallFact, Facts, SeenData, WriteFact } from "./facts.ts";
import {
  type AliasProject,
  type Context,
  type Framework,
  findArgument,
  type OwnCookie,
  type OwnSource,
  type Sink,
  type Source,
} from "./framework.ts";
import { frameworks } from "./frameworks/index.ts";
import { loadGrammar, parse, startParser } from "./grammar.ts";
import type { FileIndex, ProgramLanguage, SourceFile } from "./language.ts";
import { programLanguageOf, settingsLanguageOf } from "./languages/index.ts";
import { type Origin, originOf } from "./origin.ts";
import type { Program } from "./program.ts";
import type { Settings } from "./settings.ts";
import { judge } from "./verdict/judge.ts";
import { isSensitiveName, readName } from "./verdict/name.ts";
import { ownPossibilities, possibilities } from "./verdict/possibilities.ts";

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
  /** The files that the frameworks recognised as theirs; none means that there was nothing to say. */
  readonly recognised: number;
  /** The text of a file as it was when the inventory was taken; undefined where it was not read. */
  readonly text: (file: string) => string | undefined;
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
  await startParser();
  return evaluate(project, deployment, new Reader(project));
}

/** Parses programs when they are asked for, and remembers them. */
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

  programsIn(language: Program["language"]): readonly Program[] {
    return [...this.programs.values()].flatMap((program) => (program?.language === language ? [program] : []));
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

/** Outlives the programs that the reader holds. */
function textsOf({ texts }: Reader): Inventory["text"] {
  return (file) => texts.get(file);
}

/** A byte order mark reads as a part of the first word; a line end in its place keeps every offset. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "\n");
}

function evaluate(project: Project, deployment: Deployment, reader: Reader): Inventory {
  const settings: Settings[] = [];
  const programs: string[] = [];
  for (const file of project.candidates) {
    if (programLanguageOf(file) !== undefined) programs.push(file);
    else {
      const read = readSettings(file, project, reader);
      if (read !== undefined) settings.push(read);
    }
  }
  const lookups = frameworks.flatMap(({ configured }) => configured?.(settings) ?? []);
  const api = frameworks.flatMap((framework) => framework.api ?? []);
  const text = (file: string) => reader.text(file) ?? "";
  const entered: Entered = {
    files: new Set(),
    relevance: new Relevance(askedNamesIn(frameworks, text), COOKIE, text),
  };
  const evaluator = new Evaluator({
    program: (file) => reader.program(file),
    programs: (language) => reader.programsIn(language),
    resolve: (specifier, from, name) => {
      if (api.some((prefix) => specifier === prefix || specifier.startsWith(`${prefix}.`))) return undefined;
      const language = programLanguageOf(from);
      return language?.name === name ? language.resolve(specifier, from, project) : undefined;
    },
    text: (file, span) => reader.text(file)?.slice(span.start, span.end) ?? "",
    deployment,
    symbols: new SymbolTable(frameworks.flatMap((framework) => framework.symbols ?? [])),
    injections: new Set(frameworks.flatMap((framework) => framework.injections ?? [])),
    alias: aliasesOf({
      files: project,
      candidates: project.candidates,
      deployment,
      text: (file) => withoutMark(reader.text(file) ?? ""),
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
    ...askedNames(frameworks),
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
    text: (file) => withoutMark(reader.text(file) ?? ""),
    judge: (own) => judgeOwn(own, context),
  };
  const cookies = frameworks.flatMap((framework) => cookiesOf(framework, context));
  const recognised = new Set(cookies.map((cookie) => cookie.sink.file));
  return {
    cookies: inOrder(cookies),
    skipped: [...new Map([...evaluator.notes, ...reader.skipped])].map(([file, because]) => ({ file, because })),
    parsed: reader.parsed + settings.length,
    recognised: Math.max(recognised.size, settings.length + evaluator.calls.length > 0 ? 1 : 0),
    text: textsOf(reader),
  };
}

/** A function that speaks of cookies is worth a look. */
const COOKIE = /cookie/gi;

function readSettings(file: string, project: Project, reader: Reader): Settings | undefined {
  const language = settingsLanguageOf(file);
  const source = language === undefined ? undefined : project.source(file);
  if (language === undefined || source === undefined) return undefined;
  reader.texts.set(file, source.text);
  const settings = language.read(source);
  const [error] = settings.errors;
  if (error !== undefined)
    reader.skipped.set(file, `a part of it could not be read (${error.because}); the rest was read`);
  return settings;
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
  const { enteredBy } = fact;
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

type Judgement = {
  readonly cookie: Cookie;
  readonly fact: CallFact | WriteFact;
  readonly parameter: string | undefined;
};

function cookiesOf(framework: Framework, context: Context): readonly Cookie[] {
  const judgements: Judgement[] = [];
  for (const sink of framework.sinks) {
    const facts: readonly (CallFact | WriteFact)[] =
      sink.on.kind === "call" ? callsOf(context, sink.on.method) : writesOf(context, sink.on.members);
    for (const fact of facts) {
      if (framework.language !== "any" && fact.language !== framework.language) continue;
      if (!matches(sink, fact, context)) continue;
      for (const each of sink.split?.(fact, context) ?? [fact])
        judgements.push(judgeFact(framework, sink, each, context));
    }
  }
  const cookies = [...chosen(judgements), ...(framework.own?.(context) ?? [])];
  return (framework.policy?.(cookies, context) ?? cookies).map(withCare);
}

const CARE: Readonly<Record<Origin, string>> = {
  test: "It stands among the tests: a client that speaks plain http may lose the cookie.",
  "third-party": "It is a copy of somebody else's code: the next update undoes the change.",
};

/** What stands among the tests, or comes from others, is not changed unasked. */
function withCare(cookie: Cookie): Cookie {
  if (cookie.fixes.length === 0) return cookie;
  const fixes = cookie.fixes.map((fix): Fix => {
    const [origin] = fix.edits.flatMap(({ file }) => originOf(file) ?? []);
    if (origin === undefined) return fix;
    const note = fix.note === undefined ? CARE[origin] : `${CARE[origin]} ${fix.note}`;
    return { ...fix, safety: "needs a decision", note };
  });
  return { ...cookie, fixes };
}

function aliasesOf(project: AliasProject): NonNullable<EvaluatorHost["alias"]> {
  const lookups = frameworks.flatMap(({ aliases }) => aliases?.(project) ?? []);
  return (path, from) => {
    for (const lookup of lookups) {
      const alias = lookup(path, from);
      if (alias !== undefined) return alias;
    }
    return undefined;
  };
}

/** A cookie that a framework sets by itself, judged as those of sinks are. */
function judgeOwn(own: OwnCookie, context: Context): Cookie {
  const at: Evidence = { from: "file", ...own.sink, says: "the cookie is set because of this" };
  const judged = judge(ownPossibilities(own.secure, own.language), at, own.trust, context);
  const cookie: Cookie = {
    name: own.name,
    framework: own.framework,
    verdict: judged.verdict,
    because: judged.because,
    sink: own.sink,
    decidedBy: judged.decidedBy,
    evidence: judged.evidence,
    condition: judged.condition,
    deletion: false,
    sensitive: own.sensitive ?? isSensitiveName(own.name),
    notDeployed: own.notDeployed,
    attributes: own.attributes ?? {},
    fixes: [],
    remarks: [...judged.remarks, ...(own.remarks ?? [])],
    ...attributeOf(own.secure),
  };
  const off = cookie.verdict === "insecure" || cookie.condition?.inDeployment === "insecure";
  return off && own.fixes !== undefined ? { ...cookie, fixes: own.fixes(cookie) } : cookie;
}

function matches(sink: Sink, fact: CallFact | WriteFact, context: Context): boolean {
  if (sink.on.kind === "call") return fact.kind === "call" && sink.on.matches(fact, context);
  return fact.kind === "write" && sink.on.matches(fact, context);
}

const byMethod = new WeakMap<Facts, Map<string, CallFact[]>>();

function callsOf(context: Context, methods: readonly string[]): readonly CallFact[] {
  let table = byMethod.get(context.facts);
  if (table === undefined) {
    table = new Map();
    for (const call of context.facts.calls) {
      const list = table.get(call.method);
      if (list === undefined) table.set(call.method, [call]);
      else list.push(call);
    }
    byMethod.set(context.facts, table);
  }
  return methods.flatMap((method) => table.get(method) ?? []);
}

function writesOf(context: Context, members: readonly string[]): readonly WriteFact[] {
  const keys = new Set(members.filter((member) => !member.endsWith("[]")));
  const elements = new Set(members.filter((member) => member.endsWith("[]")));
  return context.facts.writes.filter(
    (write) =>
      (write.key !== undefined && keys.has(write.key)) ||
      (elements.size > 0 && write.paths.some((path) => elements.has(elementOf(path)))),
  );
}

function judgeFact(framework: Framework, sink: Sink, fact: CallFact | WriteFact, context: Context): Judgement {
  const name = readName(sink.name, fact, context);
  const at: Evidence = { from: "file", ...fact.place, says: "the cookie is set here" };
  const all = possibilities(sink.secure, fact, context);
  const judged = judge(all, at, framework.proxyTrust?.(context, fact), context);
  const deletion = sink.deletion?.(fact, context) === true;
  const attributes: Record<string, string | number | boolean | null> = {};
  for (const [attribute, sources] of Object.entries(sink.attributes ?? {})) {
    const value = readName(sources, fact, context);
    if (value !== undefined) attributes[attribute] = value === "true" ? true : value === "false" ? false : value;
  }
  const calledFrom = fact.calledFrom.map((place): Evidence => ({ from: "file", ...place, says: "it is called here" }));
  const remarks = [...judged.remarks, ...(sink.remarks?.(fact, context) ?? [])];
  const madeAt = makingOf(sink, fact);
  const cookie: Cookie = {
    ...(madeAt === undefined ? {} : { madeAt }),
    name,
    framework: framework.name,
    verdict: judged.verdict,
    because: judged.because,
    sink: fact.place,
    decidedBy: judged.decidedBy,
    evidence: [...judged.evidence, ...calledFrom],
    condition: judged.condition,
    deletion,
    sensitive: sink.sensitive ?? isSensitiveName(name),
    notDeployed: fact.notDeployed,
    attributes,
    fixes: deletion ? [] : fixesOf(sink, fact, judged, context),
    remarks,
    ...attributeOf(sink.secure),
  };
  return { cookie, fact, parameter: judged.parameter };
}

/** How Secure is written where the first of the sources that can be written reads it. */
function attributeOf(sources: readonly (Source | OwnSource)[]): Pick<Cookie, "attribute"> {
  for (const source of sources) {
    const written = attributeIn(source);
    if (written !== undefined && written !== "") return { attribute: written };
  }
  return {};
}

function attributeIn(source: Source | OwnSource): string | undefined {
  switch (source.kind) {
    case "argument":
      return source.keyword ?? source.path.join(".");
    case "value":
      return source.path.join(".");
    case "setter":
      return source.names[0];
    case "setting":
      return source.given.attribute;
    default:
      return undefined;
  }
}

/** The constructor of the object that is the cookie. */
function makingOf(sink: Sink, fact: CallFact | WriteFact): Place | undefined {
  if (fact.kind !== "call") return undefined;
  const position = sink.cookie ?? sink.secure.find((source) => source.kind === "setter")?.of;
  if (typeof position !== "number") return undefined;
  const [only, ...others] = findArgument(fact, position)?.value ?? [];
  return others.length === 0 && only?.data.kind === "object" && only.data.from?.new === true
    ? only.data.from.place
    : undefined;
}

/** One cookie per place and name: what was reached through callers stands for what the code alone leaves open. */
function chosen(judgements: readonly Judgement[]): readonly Cookie[] {
  const groups = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    const { file, span } = judgement.cookie.sink;
    const key = `${file}:${span.start}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judgement]);
    else group.push(judgement);
  }
  const result: Cookie[] = [];
  for (const group of groups.values()) {
    const continued = new Set(group.flatMap(({ fact }) => ways(fact).slice(1)));
    const isSuperseded = ({ fact, parameter, cookie }: Judgement) =>
      (parameter !== undefined || cookie.name === undefined || fact.enteredBy !== undefined) &&
      continued.has(ways(fact)[0]!);
    const kept = group.filter((each) => !isSuperseded(each));
    const seen = new Set<string>();
    for (const { cookie } of settled(kept.length === 0 ? group : kept)) {
      const decided = cookie.decidedBy.from === "file" ? `${cookie.decidedBy.file}:${cookie.decidedBy.span.start}` : "";
      const key = JSON.stringify([cookie.name, cookie.verdict, cookie.deletion, decided]);
      if (seen.has(key)) continue;
      seen.add(key);
      result.push(cookie);
    }
  }
  return result;
}

/** The way to a fact from its outermost caller, and the same way from each function on it. */
function ways({ calledFrom }: CallFact | WriteFact): readonly string[] {
  const places = calledFrom.map(({ file, span }) => `${file}:${span.start}`);
  return [...places.keys(), places.length].map((from) => places.slice(from).join(" "));
}

/** What one way to a place leaves unknown says nothing more where another way shows that the cookie may lack Secure. */
function settled(judgements: readonly Judgement[]): readonly Judgement[] {
  const told = new Set(
    judgements.flatMap(({ cookie: { name, verdict } }) =>
      verdict === "insecure" || verdict === "conditional" ? [name] : [],
    ),
  );
  return judgements.filter(({ cookie }) => cookie.verdict !== "unknown" || !told.has(cookie.name));
}

function inOrder(cookies: readonly Cookie[]): readonly Cookie[] {
  return [...cookies].sort((a, b) =>
    a.sink.file < b.sink.file ? -1 : a.sink.file > b.sink.file ? 1 : a.sink.span.start - b.sink.span.start,
  );
}
