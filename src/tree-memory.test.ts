import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { Language, Parser, type Tree, type TreeCursor } from "web-tree-sitter";
import type { SyntaxNode } from "./syntax.ts";
import { readTree } from "./tree-memory.ts";

const wasm = join(dirname(createRequire(import.meta.url).resolve("@vscode/tree-sitter-wasm/package.json")), "wasm");
const parserModule: { HEAP_DATA_VIEW?: DataView } = {};
const parsers = new Map<string, Parser>();

/** Text with what is hard to read: fields inside hidden rules, aliases, comments everywhere, text beyond ASCII. */
const samples: Readonly<Record<string, string>> = {
  javascript:
    '#!/usr/bin/env node\n// a\nimport x, { y as z } from "é😀"; /* b */\nfor (const [a, b = 1] of c?.d) if (a) { e`f${g}` } else h\nclass K extends L { static #m = async (n) => n ** 2; get o() { return <p q={r}/> } }\n',
  typescript:
    "export abstract class A<T> implements B { constructor(private readonly c?: D) { super() } }\nenum E { F = 'ü' } // g\ntype H = I extends J ? K : L;\n",
  tsx: "const a = <B c='d' {...e}>{/* f */}😀 text</B>;\n",
  python:
    "# a\n@b(c=1)\nasync def d(e, *f, g: int = 2, **h) -> i:\n    '''ä'''\n    return {**j, 'k': [l for m in n if o]}\n\nclass P(Q, metaclass=R): x: int = 1 # s\n",
  java: 'package a.b; // c\n@D(e = 1) public class F<G> extends H { /* i */ int j = k.l("ö", m -> n); static { o[0]++; } }\n',
  "c-sharp":
    'using A; /* b */ namespace C { [D(E = 1)] class F : G { int H { get; set; } = 1; void I(J k = null) => l?.M($"ß{n:o}"); } }\n',
  ruby: "# a\nmodule B\n  class C < D\n    def e(f, g: 1, *h, &i) = puts <<~J\n      é #{k}\n    J\n    l[:m] ||= n if o # p\n  end\nend\n",
};

beforeAll(async () => {
  await Parser.init(
    Object.assign(parserModule, {
      locateFile: () => createRequire(import.meta.url).resolve("web-tree-sitter/web-tree-sitter.wasm"),
    }),
  );
  for (const name of Object.keys(samples)) {
    const parser = new Parser();
    parser.setLanguage(await Language.load(readFileSync(join(wasm, `tree-sitter-${name}.wasm`))));
    parsers.set(name, parser);
  }
});

/** What the parser's own cursor tells, node by node. */
function byCursor(tree: Tree): {
  readonly nodes: readonly string[];
  readonly comments: number;
  readonly errors: number;
} {
  const nodes: string[] = [];
  const counts = { comments: 0, errors: 0 };
  const cursor = tree.walk();
  visit(cursor, nodes, counts, false);
  cursor.delete();
  return { nodes, ...counts };
}

function visit(
  cursor: TreeCursor,
  nodes: string[],
  counts: { comments: number; errors: number },
  inError: boolean,
): void {
  const { nodeType: type, nodeIsNamed: named, nodeIsMissing: missing } = cursor;
  const isError = type === "ERROR";
  if ((isError || missing) && !inError) counts.errors += 1;
  if (type.endsWith("comment")) counts.comments += 1;
  else if (!missing) {
    const { currentFieldName: field, startIndex, endIndex, currentDepth } = cursor;
    nodes.push(`${currentDepth} ${type} ${named} ${field} ${startIndex} ${endIndex}`);
  }
  if (!cursor.gotoFirstChild()) return;
  do visit(cursor, nodes, counts, inError || isError || missing);
  while (cursor.gotoNextSibling());
  cursor.gotoParent();
}

function byMemory(root: SyntaxNode, depth = 0): string[] {
  const { type, named, field = null, start, end, parts, children } = root;
  expect(children).toEqual(parts.filter((part) => part.named));
  return [`${depth} ${type} ${named} ${field} ${start} ${end}`, ...parts.flatMap((part) => byMemory(part, depth + 1))];
}

function compare(name: string, text: string): void {
  const tree = parsers.get(name)?.parse(text);
  const { HEAP_DATA_VIEW: memory } = parserModule;
  if (tree == null || memory === undefined) throw new Error("nothing was parsed");
  const expected = byCursor(tree);
  const read = readTree(memory, tree);
  tree.delete();
  expect(byMemory(read.root)).toEqual(expected.nodes);
  expect(read.comments.length).toBe(expected.comments);
  expect(read.errors.length).toBe(Math.min(expected.errors, 100));
}

const names = Object.keys(samples);

test.each(names)("a %s tree is read as the cursor tells it", (name) => {
  compare(name, samples[name] ?? "");
  compare(name, "");
});

test.each(names)("a %s tree with errors is read as the cursor tells it", (name) => {
  const whole = samples[name] ?? "";
  const position = fc.nat({ max: whole.length });
  fc.assert(
    fc.property(position, position, fc.constantFrom(...")(}{;'\"é\n= "), (from, to, extra) => {
      compare(name, whole.slice(0, from) + extra + whole.slice(to));
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("errors are told once, the outermost ones, with their places", () => {
  const tree = parsers.get("javascript")?.parse("f(a; // b\n)");
  if (tree == null || parserModule.HEAP_DATA_VIEW === undefined) throw new Error("nothing was parsed");
  const { errors, comments } = readTree(parserModule.HEAP_DATA_VIEW, tree);
  tree.delete();
  expect(errors.length).toBeGreaterThan(0);
  expect(comments).toEqual([{ start: 5, end: 9 }]);
});
