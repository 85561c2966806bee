import type { Place } from "../evidence.ts";
import type { Helper } from "../facts.ts";
import { originOf } from "../origin.ts";
import type { ClassExpression, FunctionExpression, Import, Member, Program, Span } from "../program.ts";

/** Names that are asked about and yet too common to mean anything by themselves; what stands with them tells. */
const COMMON = new Set(
  `set use enable disable add append delete default update include build url path header respond require setdefault
  session secure expires Add Append Set Use Run Build Bind Delete Configure Value Name Flush GetSection GetValue Header
  Secure Expires constructor __init__ initialize`.split(/\s+/),
);

/** What is asked about in a file. */
export interface AskedNames {
  /** The last names of calls. */
  readonly methods: ReadonlySet<string>;
  /** Written members; `x[]` stands for elements of `x`. */
  readonly members: ReadonlySet<string>;
}

/**
 * Which functions are worth entering by themselves: those that mention a name that is asked about, and those that call
 * a helper whose facts hang on what it is given. Names are compared without their receivers, so that this errs on the
 * side of entering.
 */
export class Relevance {
  private readonly askedIn: (file: string) => AskedNames;
  private readonly tells: RegExp;
  private readonly text: (file: string) => string;
  /** Where the texts stand that tell by themselves, by file. */
  private readonly told = new Map<string, readonly Span[]>();
  /** Helpers whose callers matter: of those of tests all, of those of the application what is no test. */
  private readonly helpers = { test: new Set<string>(), application: new Set<string>() };
  /** The innermost functions that call a name, or hand over what it means. */
  private readonly calling = {
    test: new Map<string, FunctionExpression[]>(),
    application: new Map<string, FunctionExpression[]>(),
  };
  private readonly around = new Map<FunctionExpression, FunctionExpression | undefined>();
  private readonly names = new Map<FunctionExpression, string>();
  /** The classes of methods. */
  private readonly classes = new Map<FunctionExpression, ClassExpression>();
  /** The names of classes that have heirs. */
  private readonly bases = new Set<string>();
  /** How many functions or classes bear a name. */
  private readonly namesakes = new Map<string, number>();
  /** Functions that mention a name that is asked about, or hold one that does. */
  private readonly telling = new Set<FunctionExpression>();
  /** Functions that bear a name that is asked about: what replaces the framework's own. */
  private readonly answering = new Set<FunctionExpression>();

  /** @param tells found in a function it makes it matter, whatever else it mentions; with the flag `g` */
  constructor(askedIn: (file: string) => AskedNames, tells: RegExp, text: (file: string) => string) {
    this.askedIn = askedIn;
    this.tells = tells;
    this.text = text;
  }

  /** Learns the functions of programs. */
  learn(programs: readonly Program[]): void {
    for (const program of programs) this.index(program);
    for (const helper of this.helpers.application) this.raiseAll(this.calling.application.get(helper));
    for (const helper of this.helpers.test) this.raiseAll(this.calling.test.get(helper));
  }

  /**
   * From now on the callers of a helper matter. False when they did before, or when the name does not tell what is
   * called.
   */
  grow(helper: string, of: Place): boolean {
    const helpers = this.helpers[sideOf(of.file)];
    if (helpers.has(helper) || COMMON.has(helper)) return false;
    if ((this.namesakes.get(helper) ?? 0) > NAMESAKES) return false;
    helpers.add(helper);
    this.raiseAll(this.calling.application.get(helper));
    if (helpers === this.helpers.test) this.raiseAll(this.calling.test.get(helper));
    return true;
  }

  /** By which name callers of a function know it, and of a method the class of the object it is called on. */
  helperOf(value: FunctionExpression): Helper {
    const parameters = value.parameters.map((parameter) => parameter.name);
    const of = this.classes.get(value);
    return {
      function: this.names.get(value),
      class: of?.members.some(isMadeWith) === true ? of.name : undefined,
      inherited: of?.name !== undefined && this.bases.has(of.name),
      parameters,
    };
  }

  matters(file: string, value: FunctionExpression): boolean {
    if (this.telling.has(value) || this.answering.has(value)) return true;
    const { span } = value;
    return this.told.get(file)?.some(({ start, end }) => span.start <= start && end <= span.end) === true;
  }

  /** Notes which functions mention what. */
  private index({ file, body, language }: Program): void {
    const { methods, members } = this.askedIn(file);
    const found = this.text(file).matchAll(this.tells);
    this.told.set(
      file,
      Array.from(found, ({ index, 0: { length } }) => ({ start: index, end: index + length })),
    );
    const isCalled = (name: string) => methods.has(name) && !COMMON.has(name);
    const isAsked = (name: string) => isCalled(name) || (members.has(name) && !COMMON.has(name));
    const calling = this.calling[sideOf(file)];
    const aliases = new Set<string>();
    const mentioning = new Map<string, FunctionExpression[]>();
    visit(body, (node, around) => {
      if (node.kind === "function") this.around.set(node as unknown as FunctionExpression, around);
      const { name, value } = naming(node);
      if (typeof name === "string" && value?.kind === "function" && !this.names.has(value)) {
        this.names.set(value, name);
        this.count(name);
        if (isAsked(name)) this.answering.add(value);
      }
      if (node.kind === "class") this.indexClass(node as unknown as ClassExpression);
      for (const alias of aliasesIn(node, isAsked)) aliases.add(alias);
      if (around === undefined) return;
      for (const mention of mentioned(node)) {
        // A variable is no member that is written.
        if (node.kind === "name" ? isCalled(mention) : isAsked(mention)) this.raise(around);
        append(mentioning, mention, around);
        // Ruby calls without parentheses.
        if (language === "ruby") append(calling, mention, around);
      }
      if (language !== "ruby") for (const called of calledIn(node)) append(calling, called, around);
    });
    for (const alias of aliases) this.raiseAll(mentioning.get(alias));
  }

  private count(name: string): void {
    this.namesakes.set(name, (this.namesakes.get(name) ?? 0) + 1);
  }

  private indexClass(value: ClassExpression): void {
    for (const base of value.bases.flatMap((each) => nameOf(each as unknown as Node))) this.bases.add(base);
    if (value.name !== undefined) this.count(value.name);
    for (const member of value.members) if (member.kind === "method") this.classes.set(member.function, value);
  }

  private raiseAll(functions: readonly FunctionExpression[] | undefined): void {
    for (const value of functions ?? []) this.raise(value);
  }

  /** A function matters, and those around it. */
  private raise(innermost: FunctionExpression): void {
    let value: FunctionExpression | undefined = innermost;
    for (; value !== undefined && !this.telling.has(value); value = this.around.get(value)) this.telling.add(value);
  }
}

/** What tests pass to the application says nothing of production. */
function sideOf(file: string): "test" | "application" {
  return originOf(file) === "test" ? "test" : "application";
}

/** Is it a constructor that takes something? */
function isMadeWith(member: Member): boolean {
  if (member.kind !== "method" || member.role !== "constructor") return false;
  const { parameters, explicitSelf } = member.function;
  return parameters.length > (explicitSelf === true ? 1 : 0);
}

function append(to: Map<string, FunctionExpression[]>, name: string, value: FunctionExpression): void {
  const known = to.get(name);
  if (known === undefined) to.set(name, [value]);
  else if (known.at(-1) !== value) known.push(value);
}

/** How many functions may share a name that still tells which of them is called. */
const NAMESAKES = 10;

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
function aliasesIn(node: Node, asked: (name: string) => boolean): readonly string[] {
  const isAsked = (name: unknown) => typeof name === "string" && name !== "default" && asked(name);
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

/** The names that a node calls, and of what it hands over. */
function calledIn(node: Node): readonly string[] {
  if (node.kind === "function") return (node["annotations"] as readonly Node[]).flatMap(nameOf);
  if (node.kind !== "call") return [];
  const given = (node["arguments"] as readonly { readonly value: Node }[]).map((argument) => argument.value);
  return [node["callee"] as Node, ...given].flatMap(nameOf);
}

function nameOf(node: Node): readonly string[] {
  return node.kind === "name" || node.kind === "member" ? mentioned(node) : [];
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
