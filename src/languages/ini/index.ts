import type { SettingsLanguage, SourceFile } from "../../language.ts";
import type { Span } from "../../program.ts";
import type { SettingNode, Settings } from "../../settings.ts";

/** A file that is not INI at all need not be told so once for each line. */
const ERRORS = 100;

/**
 * INI as Python's configparser and PasteDeploy read it: keys keep their case, comments have lines of their own,
 * indented lines continue a value. Interpolation, and keys such as `set debug`, are left as they are written.
 * https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
 */
export const ini: SettingsLanguage = {
  kind: "settings",
  name: "ini",
  extensions: [".ini", ".cfg", ".ini_tmpl"],
  read,
};

const LINE = /([^\r\n]*)(\r\n|\r|\n|$)/y;
const HEADER = /^\[(.+)\]/;
const DELIMITER = /[=:]/;

type Draft = { -readonly [K in keyof SettingNode]: SettingNode[K] };

interface Parent {
  readonly node: Draft;
  readonly children: SettingNode[];
}

/** A key whose value may go on in indented lines. */
interface Key {
  readonly node: Draft;
  readonly indent: number;
  /** Blank lines count only when the value goes on after them. */
  readonly lines: string[];
}

function read({ file, text }: SourceFile): Settings {
  const comments: Span[] = [];
  const errors: { span: Span; because: string }[] = [];
  const root = parent("", { start: 0, end: text.length }, { start: 0, end: 0 });
  let section: Parent | undefined;
  let key: Key | undefined;

  const extend = (end: number) => {
    if (!section) return;
    section.node.span = { start: section.node.span.start, end };
    section.node.innerSpan = { start: section.node.innerSpan!.start, end };
  };

  const finish = () => {
    if (key) key.node.value = key.lines.join("\n").trimEnd();
    key = undefined;
  };

  for (const line of lines(text)) {
    const { content, start, end, next, indent } = line;
    if (content === "") {
      key?.lines.push("");
    } else if (content.startsWith("#") || content.startsWith(";")) {
      comments.push({ start, end });
    } else if (key && indent > key.indent) {
      key.lines.push(content);
      key.node.span = { start: key.node.span.start, end };
      key.node.valueSpan = { start: key.node.valueSpan!.start, end };
      extend(next);
    } else {
      finish();
      const header = HEADER.exec(content)?.[1];
      const delimiter = content.search(DELIMITER);
      if (header !== undefined) {
        section = parent(header, { start, end: next }, { start: start + 1, end: start + 1 + header.length });
        section.node.innerSpan = { start: next, end: next };
        root.children.push(section.node);
      } else if (delimiter > 0) {
        const node = keyNode(content, delimiter, start);
        key = { node, indent, lines: [content.slice(delimiter + 1).trim()] };
        (section ?? root).children.push(node);
        extend(next);
      } else if (errors.length < ERRORS) {
        errors.push({ span: { start, end }, because: "this is neither `[section]` nor `key = value`" });
      }
    }
  }
  finish();
  return { kind: "settings", file, format: "ini", roots: [root.node], comments, errors };
}

interface Line {
  /** Without the white space at both ends. */
  readonly content: string;
  readonly start: number;
  readonly end: number;
  /** Where the next line begins. */
  readonly next: number;
  readonly indent: number;
}

function* lines(text: string): Generator<Line> {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    LINE.lastIndex = at;
    const whole = LINE.exec(text)?.[1] ?? "";
    const content = whole.trim();
    const indent = whole.length - whole.trimStart().length;
    const start = at + indent;
    const next = LINE.lastIndex;
    yield { content, start, end: start + content.length, next, indent };
    at = next;
  }
}

function parent(name: string, span: Span, nameSpan: Span): Parent {
  const children: SettingNode[] = [];
  return { node: { name, attributes: [], children, span, nameSpan }, children };
}

function keyNode(content: string, delimiter: number, start: number): Draft {
  const name = content.slice(0, delimiter).trimEnd();
  const end = start + content.length;
  const value = content.slice(delimiter + 1).trimStart();
  return {
    name,
    attributes: [],
    children: [],
    span: { start, end },
    nameSpan: { start, end: start + name.length },
    valueSpan: { start: end - value.length, end },
  };
}
