/**
 * Reads a whole syntax tree out of the memory of the parser.
 *
 * Asking for it node by node crosses into WebAssembly six times for each, which takes longer than parsing. The layouts
 * are those of `lib/src/subtree.h` and `lib/src/parser.h` of tree-sitter where pointers are 32 bits wide, as in the
 * version of web-tree-sitter that is pinned; a test compares what is read here with what the parser's cursor tells.
 */
import type { Language, Tree } from "web-tree-sitter";
import type { Span } from "./program.ts";
import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

const MOST_ERRORS = 100;
/** The symbol is not in the tables of the grammar. */
const error: Symbol = { type: "ERROR", named: true, isComment: false };
const COMMENT = /(?:^|_)comment$/;
/** A code unit is two bytes. */
const UNIT = 1;

/** Of `SubtreeHeapData`, in bytes. Its children, or pointers to them, stand before it. */
const subtree = { padding: 4, size: 16, childCount: 36, symbol: 40, flags: 44, production: 66, child: 8 };
const flag = { visible: 1, named: 2, extra: 4, missing: 512 };

/** Of `SubtreeInlineData`, which stands where a pointer would and whose first bit tells it from one. */
const inline = { isInline: 1, visible: 2, named: 4, extra: 8, missing: 32, symbol: 1, padding: 6, size: 7 };

/** Of `TSLanguage`, in bytes. */
const language = {
  symbolCount: 4,
  aliasCount: 8,
  productionCount: 28,
  longestAliases: 36,
  fieldSlices: 64,
  fieldEntries: 68,
  symbolMetadata: 72,
  publicSymbols: 76,
  aliases: 84,
};

interface Symbol {
  readonly type: string;
  readonly named: boolean;
  readonly isComment: boolean;
}

/** What a grammar says of its symbols, and by production of the children at each position. */
interface Grammar {
  readonly symbols: readonly Symbol[];
  readonly aliases: readonly (readonly (number | undefined)[])[];
  readonly fields: readonly (readonly (string | undefined)[])[];
}

interface OpenNode extends SyntaxNode {
  parts: SyntaxNode[];
  readonly children: SyntaxNode[];
}

/** A list of children that is being read. */
interface List {
  /** Where the next child stands, and how many are left. */
  child: number;
  left: number;
  /** The position of the next child in its production; comments have none. */
  position: number;
  readonly aliases: readonly (number | undefined)[];
  readonly fields: readonly (string | undefined)[];
  /** The node that the children go to: not all subtrees are nodes. */
  readonly node: OpenNode;
  /** The field that the subtree has, when it is no node: its children have it then. */
  readonly field: string | undefined;
  /** It lies inside of what could not be parsed. */
  readonly faulty: boolean;
}

const none: never[] = [];
const grammars = new WeakMap<Language, Grammar>();

/** Copies a tree, without recursion, whatever its depth. The caller deletes the tree. */
export function readTree(memory: DataView, tree: Tree): SyntaxTree {
  const { symbols, aliases, fields } = grammarOf(memory, tree.language);
  const errors: Span[] = [];
  const comments: Span[] = [];
  const holder: OpenNode = { type: "", named: true, field: undefined, start: 0, end: 0, parts: [], children: [] };
  const lists: List[] = [
    {
      child: tree.rootNode.id,
      left: 1,
      position: 0,
      aliases: none,
      fields: none,
      node: holder,
      field: undefined,
      faulty: false,
    },
  ];
  let offset = 0;
  for (let list = lists.at(-1); list !== undefined; list = lists.at(-1)) {
    if (list.left === 0) {
      lists.pop();
      continue;
    }
    const at = list.child;
    list.child += subtree.child;
    list.left -= 1;

    const word = memory.getUint32(at, true);
    const isInline = (word & inline.isInline) !== 0;
    const bits = isInline ? inline : flag;
    const flags = isInline ? word : memory.getUint16(word + subtree.flags, true);
    const extra = (flags & bits.extra) !== 0;
    let symbol =
      symbols[isInline ? memory.getUint8(at + inline.symbol) : memory.getUint16(word + subtree.symbol, true)] ?? error;
    let visible = (flags & bits.visible) !== 0;
    let named = (flags & bits.named) !== 0;
    let field: string | undefined;
    if (!extra) {
      const alias = list.aliases[list.position];
      if (alias !== undefined) {
        symbol = symbols[alias] ?? error;
        visible = true;
        named = symbol.named;
      }
      field = list.fields[list.position] ?? list.field;
      list.position += 1;
    }
    const childCount = isInline ? 0 : memory.getUint32(word + subtree.childCount, true);
    const start =
      offset + (isInline ? memory.getUint8(at + inline.padding) : memory.getUint32(word + subtree.padding, true));
    const end = start + (isInline ? memory.getUint8(at + inline.size) : memory.getUint32(word + subtree.size, true));

    let { node, faulty } = list;
    if (visible) {
      const missing = (flags & bits.missing) !== 0;
      const wrong = missing || symbol === error;
      if (wrong && !faulty && errors.length < MOST_ERRORS) errors.push({ start: start >>> UNIT, end: end >>> UNIT });
      if (symbol.isComment) comments.push({ start: start >>> UNIT, end: end >>> UNIT });
      if (missing || symbol.isComment) {
        offset = end;
        continue;
      }
      const made: OpenNode = {
        type: symbol.type,
        named,
        field,
        start: start >>> UNIT,
        end: end >>> UNIT,
        parts: none,
        children: childCount === 0 ? none : [],
      };
      made.parts = made.children;
      add(node, made);
      node = made;
      field = undefined;
      faulty ||= wrong;
    }
    // The space before a subtree is that before its first child.
    if (childCount === 0) {
      offset = end;
      continue;
    }
    const production = memory.getUint16(word + subtree.production, true);
    lists.push({
      child: word - childCount * subtree.child,
      left: childCount,
      position: 0,
      aliases: aliases[production] ?? none,
      fields: fields[production] ?? none,
      node,
      field,
      faulty,
    });
  }
  return { root: holder.parts[0] ?? holder, errors, comments };
}

/** As long as all children are named, one list serves for both. */
function add(parent: OpenNode, node: SyntaxNode): void {
  const shared = parent.parts === parent.children;
  if (node.named) parent.children.push(node);
  else if (shared) parent.parts = [...parent.children];
  if (!node.named || !shared) parent.parts.push(node);
}

function grammarOf(memory: DataView, of: Language): Grammar {
  const known = grammars.get(of);
  if (known !== undefined) return known;
  const read = readGrammar(memory, of);
  grammars.set(of, read);
  return read;
}

function readGrammar(memory: DataView, of: Language): Grammar {
  const address = addressOf(of);
  const number = (offset: number) => memory.getUint32(address + offset, true);
  const half = (at: number) => memory.getUint16(at, true);

  const publicSymbols = number(language.publicSymbols);
  const metadata = number(language.symbolMetadata);
  const symbols = Array.from({ length: number(language.symbolCount) + number(language.aliasCount) }, (_, symbol) => {
    const type = of.types[half(publicSymbols + 2 * symbol)] ?? "";
    return { type, named: memory.getUint8(metadata + 3 * symbol + 1) === 1, isComment: COMMENT.test(type) };
  });

  const longest = half(address + language.longestAliases);
  const aliases = Array.from({ length: number(language.productionCount) }, (_, production) => {
    const row = number(language.aliases) + 2 * longest * production;
    // The first production has no row of its own.
    const list = Array.from({ length: production === 0 ? 0 : longest }, (_each, position) => half(row + 2 * position));
    return list.some((alias) => alias !== 0) ? list.map((alias) => (alias === 0 ? undefined : alias)) : none;
  });

  const fields = aliases.map((_, production) => {
    const slice = number(language.fieldSlices) + 4 * production;
    const list: (string | undefined)[] = [];
    for (let index = half(slice), { length } = { length: half(slice + 2) }; length > 0; index += 1, length -= 1) {
      const entry = number(language.fieldEntries) + 4 * index;
      const inherited = memory.getUint8(entry + 3) !== 0;
      const position = memory.getUint8(entry + 2);
      if (!inherited) list[position] ??= of.fields[half(entry)] ?? undefined;
    }
    return list;
  });
  return { symbols, aliases, fields };
}

/** The first of the language's own numbered properties. */
function addressOf(of: Language): number {
  return (of as unknown as { readonly 0: number })[0];
}
