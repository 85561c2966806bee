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
  private readonly tells: (file: string, value: FunctionExpression) => boolean;
  /** The innermost functions that mention a name. */
  private readonly mentioning = new Map<string, FunctionExpression[]>();
  private readonly around = new Map<FunctionExpression, FunctionExpression | undefined>();
  /** Functions that mention a name that is asked about, or hold one that does. */
  private readonly telling = new Set<FunctionExpression>();
  /** Functions that bear a name that is asked about: what replaces the framework's own. */
  private readonly answering = new Set<FunctionExpression>();

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
    const named = programs.flatMap((program) => this.index(program));
    for (const { name, value } of named) if (this.asked.has(name)) this.answering.add(value);
    for (const name of this.asked) this.mark(name);
    const growing = new Map(named.filter(isDistinct).map((each) => [each.value, each]));
    const open: string[] = [];
    const grow = ({ name }: NamedFunction): void => {
      if (this.asked.has(name) || COMMON.has(name)) return;
      this.asked.add(name);
      open.push(name);
    };
    for (const each of growing.values()) if (this.matters(each.file, each.value)) grow(each);
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const value of this.mark(name)) {
        const each = growing.get(value);
        if (each !== undefined) grow(each);
      }
    }
  }

  matters(file: string, value: FunctionExpression): boolean {
    return this.telling.has(value) || this.answering.has(value) || this.tells(file, value);
  }

  /** Notes which functions mention what. @returns the functions that have names */
  private index({ body, file }: Program): readonly NamedFunction[] {
    const named = new Map<FunctionExpression, NamedFunction>();
    const mentioning = new Map<string, FunctionExpression[]>();
    const aliases = new Set<string>();
    visit(body, (node, around) => {
      if (node.kind === "function") this.around.set(node as unknown as FunctionExpression, around);
      const { name, value } = naming(node);
      if (typeof name === "string" && value?.kind === "function" && !named.has(value)) {
        named.set(value, { name, value, file });
      }
      for (const alias of aliasesIn(node, this.asked)) aliases.add(alias);
      if (around !== undefined) for (const mention of mentioned(node)) append(mentioning, mention, around);
    });
    for (const [name, functions] of mentioning) for (const value of functions) append(this.mentioning, name, value);
    for (const alias of aliases) for (const value of mentioning.get(alias) ?? []) this.raise(value);
    return [...named.values()];
  }

  /** @returns the functions of which it was not known so far that they mention something that is asked about */
  private mark(name: string): readonly FunctionExpression[] {
    return (this.mentioning.get(name) ?? []).flatMap((innermost) => this.raise(innermost));
  }

  /** A function matters, and those around it. @returns those of which it was not known so far */
  private raise(innermost: FunctionExpression): readonly FunctionExpression[] {
    const raised: FunctionExpression[] = [];
    let value: FunctionExpression | undefined = innermost;
    for (; value !== undefined && !this.telling.has(value); value = this.around.get(value)) {
      this.telling.add(value);
      raised.push(value);
    }
    return raised;
  }
}

function append(to: Map<string, FunctionExpression[]>, name: string, value: FunctionExpression): void {
  const known = to.get(name);
  if (known === undefined) to.set(name, [value]);
  else if (known.at(-1) !== value) known.push(value);
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

/** Goes through plain data without recursion, whatever its depth, and tells in which function each node lies. */
function visit(root: object, look: (node: Node, around: FunctionExpression | undefined) => void): void {
  const open: object[] = [root];
  const owners: (FunctionExpression | undefined)[] = [undefined];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    let around = owners.pop();
    if (Array.isArray(next)) {
      for (const item of next) {
        if (typeof item !== "object" || item === null) continue;
        open.push(item);
        owners.push(around);
      }
      continue;
    }
    const node = next as Node;
    if (typeof node.kind === "string") look(node, around);
    if (node.kind === "function") around = next as FunctionExpression;
    for (const key in node) {
      const value = node[key];
      if (typeof value !== "object" || value === null || SPANS.has(key)) continue;
      open.push(value);
      owners.push(around);
    }
  }
}

const SPANS = new Set(["span", "propertySpan", "keySpan", "argumentsSpan", "bodySpan"]);
/** The names that a file gives to modules, and to what it imports from them, that are asked about: `const sessions = require("express-session")`. */
function aliasesIn(node: Node, asked: ReadonlySet<string>): readonly string[] {
  const isAsked = (name: unknown) => typeof name === "string" && asked.has(name) && name !== "default";
  if (node.kind === "import") {
    const { from, names } = node as unknown as Import;
    return names.flatMap(({ imported, local }) => (isAsked(from) || isAsked(imported) ? [local] : []));
  }
  if (node.kind !== "assign") return [];
  const target = node["target"] as Node;
  return target.kind === "name" && requires(node["value"] as Node, isAsked) ? [String(target["name"])] : [];
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

/** The function that a node gives a name. */
function naming(node: Node): { readonly name?: unknown; readonly value?: FunctionExpression | undefined } {
  switch (node.kind) {
    case "function":
      return { name: node["name"], value: node as unknown as FunctionExpression };
    case "assign": {
      const target = node["target"] as Node;
      return {
        name: target.kind === "name" ? target["name"] : target["property"],
        value: node["value"] as FunctionExpression,
      };
    }
    case "entry":
    case "field":
      return { name: node["key"] ?? node["name"], value: node["value"] as FunctionExpression | undefined };
    case "method":
      return { name: node["name"], value: node["function"] as FunctionExpression };
    default:
      return {};
  }
}
