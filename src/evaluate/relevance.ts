import type { FunctionExpression, Import, Program } from "../program.ts";

/** Names that are asked about and yet too common to mean anything by themselves; what stands with them tells. */
const COMMON = new Set(
  `set use enable disable add append delete default update include build url path header respond require setdefault
  session secure expires Add Append Set Use Run Build Bind Delete Configure Value Name Flush GetSection GetValue Header
  Secure Expires`.split(/\s+/),
);

/**
 * Which functions are worth entering by themselves: those that mention a name that is asked about, or that call a
 * function which does. Names are compared without their receivers, so that this errs on the side of entering.
 */
export class Relevance {
  private readonly asked: Set<string>;
  private readonly mentions = new WeakMap<FunctionExpression, ReadonlySet<string>>();

  /** Functions that bear a name that is asked about: what replaces the framework's own. */
  private readonly answering = new WeakSet<FunctionExpression>();
  private readonly tells: (file: string, value: FunctionExpression) => boolean;

  /** By file, its own names for what is asked about: `const sessions = require("express-session")`. */
  private readonly aliases = new Map<string, ReadonlySet<string>>();

  /**
   * @param asked the last names of calls, and written members; `x[]` stands for elements of `x`
   * @param tells does the text of the function say by itself that it matters?
   */
  constructor(asked: Iterable<string>, tells: (file: string, value: FunctionExpression) => boolean) {
    this.asked = new Set([...asked].filter((name) => !COMMON.has(name)));
    this.tells = tells;
  }

  /** Learns the functions of programs: callers of a function that matters matter too. */
  learn(programs: readonly Program[]): void {
    for (const program of programs) this.aliases.set(program.file, aliasesIn(program, this.asked));
    const named = programs.flatMap(namedFunctions);
    for (const { name, value } of named) if (this.asked.has(name)) this.answering.add(value);
    const functions = named.filter(isDistinct);
    for (let grown = true; grown; ) {
      grown = false;
      for (const { name, value, file } of functions) {
        if (this.asked.has(name) || COMMON.has(name) || !this.matters(file, value)) continue;
        this.asked.add(name);
        grown = true;
      }
    }
  }

  matters(file: string, value: FunctionExpression): boolean {
    if (this.answering.has(value) || this.tells(file, value)) return true;
    const own = this.aliases.get(file);
    for (const name of this.mentionsOf(value)) if (this.asked.has(name) || own?.has(name) === true) return true;
    return false;
  }

  private mentionsOf(value: FunctionExpression): ReadonlySet<string> {
    const known = this.mentions.get(value);
    if (known !== undefined) return known;
    const names = new Set<string>();
    visit(value, (node) => {
      for (const name of mentioned(node)) names.add(name);
    });
    this.mentions.set(value, names);
    return names;
  }
}

/** How many functions may share a name that still tells which of them is called. */
const NAMESAKES = 3;

function isDistinct({ name }: NamedFunction, _index: number, all: readonly NamedFunction[]): boolean {
  let counts = countsOf.get(all);
  if (counts === undefined) {
    counts = new Map();
    for (const each of all) counts.set(each.name, (counts.get(each.name) ?? 0) + 1);
    countsOf.set(all, counts);
  }
  return (counts.get(name) ?? 0) <= NAMESAKES;
}

const countsOf = new WeakMap<readonly NamedFunction[], Map<string, number>>();

interface NamedFunction {
  readonly name: string;
  readonly value: FunctionExpression;
  readonly file: string;
}

type Node = { readonly kind?: unknown } & Readonly<Record<string, unknown>>;

/** Goes through plain data without recursion, whatever its depth. */
function visit(root: object, look: (node: Node) => void): void {
  const open: object[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (const item of next) if (typeof item === "object" && item !== null) open.push(item);
      continue;
    }
    const node = next as Node;
    if (typeof node.kind === "string") look(node);
    for (const key in node) {
      const value = node[key];
      if (typeof value === "object" && value !== null && key !== "span" && key !== "propertySpan" && key !== "keySpan")
        open.push(value);
    }
  }
}

/** The names that a file gives to modules, and to what it imports from them, that are asked about. */
function aliasesIn(program: Program, asked: ReadonlySet<string>): ReadonlySet<string> {
  const result = new Set<string>();
  const isAsked = (name: unknown) => typeof name === "string" && asked.has(name) && name !== "default";
  visit(program.body as unknown as object, (node) => {
    if (node.kind === "import") {
      const { from, names } = node as unknown as Import;
      for (const { imported, local } of names) if (isAsked(from) || isAsked(imported)) result.add(local);
    } else if (node.kind === "assign") {
      const target = node["target"] as Node;
      if (target.kind === "name" && requires(node["value"] as Node, isAsked)) result.add(String(target["name"]));
    }
  });
  return result;
}

/** Is it a call with the name of a module that is asked about, or a call or member of what such a call gives? */
function requires(value: Node | undefined, isAsked: (name: unknown) => boolean): boolean {
  let node = value;
  for (let hops = 0; hops < 8 && node !== undefined; hops += 1) {
    if (node.kind === "member") node = node["object"] as Node;
    else if (node.kind === "call") {
      const given = (node["arguments"] as readonly { readonly value: Node }[]).map((argument) => argument.value);
      if (given.some((each) => each.kind === "literal" && isAsked(each["value"]))) return true;
      node = given.find((each) => each.kind === "call") ?? (node["callee"] as Node);
    } else return false;
  }
  return false;
}

/** The names that a node calls, reads as a member or writes. */
function mentioned(node: Node): readonly string[] {
  switch (node.kind) {
    case "name":
      return [String(node["name"])];
    case "member":
      return [String(node["property"])];
    case "index": {
      const object = node["object"] as Node;
      const base = object.kind === "name" ? object["name"] : object.kind === "member" ? object["property"] : undefined;
      const key = node["index"] as Node;
      return [
        ...(base === undefined ? [] : [`${String(base)}[]`]),
        ...(key.kind === "literal" ? [String(key["value"])] : []),
      ];
    }
    case "entry":
      return typeof node["key"] === "string" ? [node["key"]] : [];
    case "super":
      return ["super"];
    default:
      return [];
  }
}

function namedFunctions(program: Program): readonly NamedFunction[] {
  const result: NamedFunction[] = [];
  const seen = new Set<FunctionExpression>();
  const add = (name: unknown, value: unknown): void => {
    const expression = value as FunctionExpression | undefined;
    const known = expression !== undefined && seen.has(expression);
    if (typeof name === "string" && expression?.kind === "function" && !known) {
      seen.add(expression);
      result.push({ name, value: expression, file: program.file });
    }
  };
  visit(program.body as unknown as object, (node) => {
    if (node.kind === "function") add(node["name"], node);
    else if (node.kind === "assign") {
      const target = node["target"] as Node;
      add(target.kind === "name" ? target["name"] : target["property"], node["value"]);
    } else if (node.kind === "entry" || node.kind === "field") add(node["key"] ?? node["name"], node["value"]);
    else if (node.kind === "method") add(node["name"], node["function"]);
  });
  return result;
}
