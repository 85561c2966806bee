import type { FunctionExpression, Program } from "../program.ts";

/**
 * Which functions are worth entering by themselves: those that mention a name that is asked about, or that call a
 * function which does. Names are compared without their receivers, so that this errs on the side of entering.
 */
export class Relevance {
  private readonly asked: Set<string>;
  private readonly mentions = new WeakMap<FunctionExpression, ReadonlySet<string>>();

  /** @param asked the last names of calls, and written members; `x[]` stands for elements of `x` */
  constructor(asked: Iterable<string>) {
    this.asked = new Set(asked);
  }

  /** Learns the functions of programs: callers of a function that matters matter too. */
  learn(programs: readonly Program[]): void {
    const functions = programs.flatMap(namedFunctions);
    for (let grown = true; grown; ) {
      grown = false;
      for (const { name, value } of functions) {
        if (this.asked.has(name) || !this.matters(value)) continue;
        this.asked.add(name);
        grown = true;
      }
    }
  }

  matters(value: FunctionExpression): boolean {
    for (const name of this.mentionsOf(value)) if (this.asked.has(name)) return true;
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
      if (typeof value === "object" && value !== null && key !== "span" && key !== "propertySpan" && key !== "keySpan") open.push(value);
    }
  }
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
      return [...(base === undefined ? [] : [`${String(base)}[]`]), ...(key.kind === "literal" ? [String(key["value"])] : [])];
    }
    case "entry":
      return typeof node["key"] === "string" ? [node["key"]] : [];
    case "super":
      return ["super"];
    default:
      return [];
  }
}

function namedFunctions(program: Program): readonly { name: string; value: FunctionExpression }[] {
  const result: { name: string; value: FunctionExpression }[] = [];
  const add = (name: unknown, value: unknown): void => {
    const expression = value as FunctionExpression | undefined;
    if (typeof name === "string" && expression?.kind === "function") result.push({ name, value: expression });
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
