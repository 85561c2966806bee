import type { Place, SettingNode } from "../../framework.ts";

/**
 * An element of a configuration file as it stands after the transforms: every attribute knows the file it comes from.
 * Transforms change these in place; the files as read are never touched.
 */
export interface Element {
  readonly name: string;
  readonly attributes: Map<string, Attribute>;
  readonly children: Element[];
  /** Attributes, and elements as `<name>`, that a transform took away: where it says so. */
  readonly removed: Map<string, Place>;
  readonly node: SettingNode;
  readonly file: string;
}

export interface Attribute {
  readonly name: string;
  readonly value: string;
  /** Name and value. */
  readonly place: Place;
  /** The value without its quotes. */
  readonly valuePlace: Place;
}

/** Deeper elements of a configuration file say nothing about cookies. */
const DEPTH = 60;
/** One element of a transform changes no more than these. */
const MAXIMUM_TARGETS = 1_000;
/** https://learn.microsoft.com/en-us/previous-versions/aspnet/dd465326(v=vs.110) */
const NAMESPACE = "http://schemas.microsoft.com/XML-Document-Transform";

/** The tree of a file, its attributes by name; those with a prefix are left out. */
export function elementOf(node: SettingNode, file: string, depth = 0): Element {
  const attributes = new Map<string, Attribute>();
  for (const { name, prefix, value, span, valueSpan } of node.attributes) {
    if (prefix !== undefined || name === "xmlns" || attributes.has(name)) continue;
    attributes.set(name, { name, value, place: { file, span }, valuePlace: { file, span: valueSpan } });
  }
  const children = depth === DEPTH ? [] : node.children.map((child) => elementOf(child, file, depth + 1));
  return { name: node.name, attributes, children, removed: new Map(), node, file };
}

/**
 * Applies a transform file as publishing does. An element acts only where it carries `xdt:Transform` and its path
 * (with locators) is found in the base; everything else in the file is passed over.
 */
export function applyTransform(base: Element, transform: SettingNode, file: string): void {
  const prefix = prefixOf(transform);
  if (prefix === undefined || transform.name !== base.name) return;
  visit([base], transform, { prefix, file }, [], 0);
}

interface Source {
  readonly prefix: string;
  readonly file: string;
}

function prefixOf(root: SettingNode): string | undefined {
  return root.attributes.find(({ prefix, value }) => prefix === "xmlns" && value === NAMESPACE)?.name;
}

/** @param targets what the path to `node` found in the base */
function visit(
  targets: readonly Element[],
  node: SettingNode,
  source: Source,
  parents: readonly Element[],
  depth: number,
): void {
  const transform = own(node, source, "Transform");
  if (transform !== undefined) act(transform, targets, parents, node, source);
  if (depth === DEPTH) return;
  for (const child of node.children) visit(located(targets, child, source), child, source, targets, depth + 1);
}

function own(node: SettingNode, { prefix }: Source, name: string): string | undefined {
  return node.attributes.find((each) => each.prefix === prefix && each.name === name)?.value.trim();
}

/** The children of the targets that an element of the transform means: those of its name that its locator finds. */
function located(targets: readonly Element[], node: SettingNode, source: Source): readonly Element[] {
  const named = targets.flatMap(({ children }) => children.filter(({ name }) => name === node.name));
  const locator = own(node, source, "Locator");
  return locator === undefined ? named : named.filter((each) => matches(locator, each, node));
}

/** `Match(name, …)` and conditions of the form `@name='value'`; a locator that says more finds nothing here. */
function matches(locator: string, element: Element, node: SettingNode): boolean {
  const match = /^Match\(([^)]*)\)$/.exec(locator);
  if (match !== null) return names(match[1] ?? "").every((name) => valueIn(node, name) === valueOf(element, name));
  const condition = /^(?:Condition|XPath)\((?:[^[\]]*\[)?\s*@([\w:.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*\]?\)$/.exec(
    locator,
  );
  return condition !== null && valueOf(element, condition[1] ?? "") === (condition[2] ?? condition[3]);
}

function names(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function valueIn(node: SettingNode, name: string): string | undefined {
  return node.attributes.find((each) => each.prefix === undefined && each.name === name)?.value;
}

function valueOf(element: Element, name: string): string | undefined {
  return element.attributes.get(name)?.value;
}

function act(
  transform: string,
  targets: readonly Element[],
  parents: readonly Element[],
  node: SettingNode,
  source: Source,
): void {
  const [, verb = "", list = ""] = /^(\w+)(?:\(([\s\S]*)\))?$/.exec(transform) ?? [];
  const [parent] = parents;
  const [target] = targets;
  const added = () => elementOf(node, source.file);
  const place = (): Place => ({
    file: source.file,
    span: node.attributes.find((each) => each.prefix === source.prefix && each.name === "Transform")?.span ?? node.span,
  });
  switch (verb) {
    case "Insert":
    case "InsertBefore":
    case "InsertAfter":
      parent?.children.push(added());
      return;
    case "InsertIfMissing":
      if (target === undefined) parent?.children.push(added());
      return;
    case "Replace":
      if (target !== undefined) exchange(parents, [target], added());
      return;
    case "Remove":
    case "RemoveAll":
      exchange(parents, verb === "Remove" ? targets.slice(0, 1) : targets, undefined);
      for (const each of parents) each.removed.set(`<${node.name}>`, place());
      return;
    case "SetAttributes": {
      const from = added();
      const listed = names(list);
      for (const each of targets.slice(0, MAXIMUM_TARGETS)) setAttributes(each, from, listed);
      return;
    }
    case "RemoveAttributes":
      for (const each of targets)
        for (const name of names(list)) if (each.attributes.delete(name)) each.removed.set(name, place());
      return;
    default:
  }
}

function exchange(parents: readonly Element[], old: readonly Element[], added: Element | undefined): void {
  for (const { children } of parents) {
    for (const each of old) {
      const index = children.indexOf(each);
      if (index !== -1) children.splice(index, 1, ...(added === undefined ? [] : [added]));
    }
  }
}

/** Without names, every attribute of the transform's element is set. */
function setAttributes(target: Element, from: Element, list: readonly string[]): void {
  for (const [name, attribute] of from.attributes) {
    if (list.length === 0 || list.includes(name)) target.attributes.set(name, attribute);
  }
}
