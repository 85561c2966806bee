import type { Edit, SettingNode } from "../../framework.ts";
import { insert, lineAt, replace } from "../../write.ts";

/** An element to write: its name, and its text or the element in it. */
export interface Element {
  readonly name: string;
  readonly content: string | Element;
}

/** What a document writes in front of its elements, and how it indents. */
export interface Style {
  readonly prefix: string;
  readonly unit: string;
  readonly newline: string;
}

export function styleOf(text: string, root: SettingNode): Style {
  const own = indentOf(text, root);
  const child = root.children.find((each) => startsLine(text, each));
  const unit = child === undefined ? "" : indentOf(text, child).slice(own.length);
  return {
    prefix: root.prefix === undefined ? "" : `${root.prefix}:`,
    unit: unit === "" && child === undefined ? "    " : unit,
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

function indentOf(text: string, node: SettingNode): string {
  return lineAt(text, node.span.start).indent;
}

function startsLine(text: string, node: SettingNode): boolean {
  const { start, indent } = lineAt(text, node.span.start);
  return start + indent.length === node.span.start;
}

/** An element over several lines, or on one where no line is given. */
export function render({ name, content }: Element, style: Style, indent: string | undefined): string {
  const { prefix, unit, newline } = style;
  if (typeof content === "string") return `<${prefix}${name}>${content}</${prefix}${name}>`;
  if (indent === undefined) return `<${prefix}${name}>${render(content, style, undefined)}</${prefix}${name}>`;
  const inner = indent + unit;
  return `<${prefix}${name}>${newline}${inner}${render(content, style, inner)}${newline}${indent}</${prefix}${name}>`;
}

/** Adds an element to another: before a certain child, or behind all of them. */
export function addElement(
  text: string,
  file: string,
  parent: SettingNode,
  element: Element,
  style: Style,
  before?: SettingNode,
): Edit {
  const { newline, unit } = style;
  const indent = indentOf(text, parent);
  const inner = indent + unit;
  if (parent.innerSpan === undefined) {
    const end = parent.span.end;
    const open = text.slice(parent.span.start, end).search(/\s*\/>$/);
    const name = `${parent.prefix === undefined ? "" : `${parent.prefix}:`}${parent.name}`;
    return replace(
      text,
      { file, span: { start: parent.span.start + open, end } },
      `>${newline}${inner}${render(element, style, inner)}${newline}${indent}</${name}>`,
    );
  }
  if (before !== undefined) {
    if (!startsLine(text, before)) return insert(file, before.span.start, render(element, style, undefined));
    const own = indentOf(text, before);
    return insert(file, before.span.start, `${render(element, style, own)}${newline}${own}`);
  }
  const close = parent.innerSpan.end;
  if (parent.children.length === 0 && text.slice(parent.innerSpan.start, close).trim() === "")
    return replace(
      text,
      { file, span: parent.innerSpan },
      `${newline}${inner}${render(element, style, inner)}${newline}${indent}`,
    );
  const line = lineAt(text, close);
  if (line.start + line.indent.length === close && line.start > parent.innerSpan.start) {
    const last = parent.children.at(-1);
    const own = last !== undefined && startsLine(text, last) ? indentOf(text, last) : inner;
    const deeper = own.startsWith(indent) && own !== indent ? own.slice(indent.length) : unit;
    return insert(file, line.start, `${own}${render(element, { ...style, unit: deeper }, own)}${newline}`);
  }
  return insert(file, close, render(element, style, undefined));
}

/** Sets the text of an element. */
export function setText(text: string, file: string, node: SettingNode, value: string): Edit {
  if (node.valueSpan !== undefined && node.valueSpan.end > node.valueSpan.start)
    return replace(text, { file, span: node.valueSpan }, value);
  if (node.innerSpan !== undefined) return replace(text, { file, span: node.innerSpan }, value);
  const name = `${node.prefix === undefined ? "" : `${node.prefix}:`}${node.name}`;
  return replace(text, { file, span: node.span }, `<${name}>${value}</${name}>`);
}

/** Puts an element that stands in the wrong place into the one it belongs in. */
export function wrap(text: string, file: string, node: SettingNode, inside: string, style: Style): Edit {
  const { prefix, unit, newline } = style;
  const own = text.slice(node.span.start, node.span.end);
  if (!startsLine(text, node))
    return replace(text, { file, span: node.span }, `<${prefix}${inside}>${own}</${prefix}${inside}>`);
  const indent = indentOf(text, node);
  const moved = own.replaceAll(`\n${indent}`, `\n${indent}${unit}`);
  return replace(
    text,
    { file, span: node.span },
    `<${prefix}${inside}>${newline}${indent}${unit}${moved}${newline}${indent}</${prefix}${inside}>`,
  );
}
