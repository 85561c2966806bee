import { describe, expect, it } from "vitest";
import { lower } from "../../../test/support/lower.ts";
import type { FileIndex } from "../../language.ts";
import type { ClassExpression, Expression, FunctionExpression, Program, Span, Statement } from "../../program.ts";
import { python } from "./index.ts";

/** The same data without spans, so that a test shows the meaning only. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !/span$/i.test(key));
  return Object.fromEntries(entries.map(([key, inner]) => [key, bare(inner)]));
}

const read = (text: string): Promise<Program> => lower(python, "app.py", text);
const body = async (text: string) => bare((await read(text)).body);

async function valueOf(text: string): Promise<Expression> {
  const [statement] = (await read(text)).body;
  if (statement?.kind !== "expression") throw new Error(`${text} is not one expression`);
  return statement.value;
}
const value = async (text: string) => bare(await valueOf(text));

async function assigned(text: string): Promise<Expression> {
  const [statement] = (await read(text)).body;
  if (statement?.kind !== "assign") throw new Error(`${text} is no assignment`);
  return statement.value;
}
const defined = async (text: string) => (await assigned(text)) as FunctionExpression;
const classOf = async (text: string) => (await assigned(text)) as ClassExpression;

const name = (name: string) => ({ kind: "name", name });
const literal = (value: string | number | boolean | null) => ({ kind: "literal", value });
const member = (object: object, property: string) => ({ kind: "member", object, property });
const call = (callee: object, ...args: object[]) => ({ kind: "call", callee, arguments: args });
const binary = (left: object, operator: string, right: object) => ({ kind: "binary", operator, left, right });
const local = (target: string, value: object, more: object = {}) => {
  return { kind: "assign", target: name(target), value, declare: "function", ...more };
};
const does = (value: object) => ({ kind: "expression", value });
const opaque = (because: string, ...children: object[]) => ({ kind: "opaque", because, children });
const items = (...values: object[]) => values.map((value) => ({ value }));

const imported = (from: string, names: [string, string][], more: object = {}) => {
  return { kind: "import", from, names: names.map(([imported, local]) => ({ imported, local })), ...more };
};

const when = (test: object, then: object[], otherwise: object[] = []) => ({
  kind: "if",
  test,
  then,
  else: otherwise,
});

const project = (files: readonly string[], texts: Readonly<Record<string, string>> = {}): FileIndex => ({
  has: (file) => files.includes(file),
  endingIn: (suffix) => files.filter((file) => file === suffix || file.endsWith(`/${suffix}`)),
  read: (file) => texts[file],
});

describe("imports", () => {
  it("binds modules, dotted modules and aliases", async () => {
    expect(await body("import os, a.b.c, d.e as f")).toEqual([
      imported("os", [["*", "os"]]),
      imported("a.b.c", [["*", "a.b.c"]]),
      imported("d.e", [["*", "f"]]),
    ]);
  });

  it("binds names from modules, keeps leading dots, and takes stars", async () => {
    expect(await body("from x.y import (a, b as c)\nfrom . import d\nfrom ..e import f\nfrom g import *")).toEqual([
      imported("x.y", [
        ["a", "a"],
        ["b", "c"],
      ]),
      imported(".", [["d", "d"]]),
      imported("..e", [["f", "f"]]),
      imported("g", [], { star: true }),
    ]);
  });
});

describe("assignments", () => {
  it("gives a literal to every target of a chain", async () => {
    expect(await body("X = Y = True")).toEqual([local("X", literal(true)), local("Y", literal(true))]);
  });

  it("evaluates the value of a chain once", async () => {
    expect(await body("self.a = b = f()")).toEqual([
      local("b", call(name("f"))),
      { kind: "assign", target: member(name("self"), "a"), value: name("b") },
    ]);
  });

  it("keeps the declared type and drops what declares only", async () => {
    expect(await body("X: bool = True\nY: int\nZ: 'Optional[web.Reply]' = None")).toEqual([
      local("X", literal(true), { type: "bool" }),
      local("Z", literal(null), { type: "web.Reply" }),
    ]);
  });

  it("reads compound operators", async () => {
    expect(await body("a += 1\nb |= c\nd //= 2")).toEqual([
      local("a", literal(1), { operator: "+" }),
      local("b", name("c"), { operator: "|" }),
      local("d", literal(2), { operator: "other" }),
    ]);
  });

  it("unpacks to tuples, members, items and a rest", async () => {
    expect(await body("a, (b.c, d[0]), *e = f")).toEqual([
      {
        kind: "assign",
        declare: "function",
        target: {
          kind: "list",
          items: [
            name("a"),
            { kind: "list", items: [member(name("b"), "c"), { kind: "index", object: name("d"), index: literal(0) }] },
          ],
          rest: name("e"),
        },
        value: name("f"),
      },
    ]);
  });

  it("does not claim to know what follows a star", async () => {
    expect(await assigned("a, *b, c = d")).toMatchObject(opaque("starred target", name("d")));
  });

  it("makes a tuple of a trailing comma", async () => {
    const one = { kind: "list", tuple: true, items: items(literal(true)) };
    expect(bare(await assigned("X = True,"))).toEqual(one);
    expect(bare(await assigned("X = (True,)"))).toEqual(one);
    expect(bare(await assigned("X = (True)"))).toEqual(literal(true));
  });

  it("changes the outer name after global and nonlocal, in that function only", async () => {
    const changed = await defined("def f():\n  global X\n  X = 1\n  Y = 2\n  def g():\n    X = 3\n");
    expect(bare(changed.body.slice(0, 2))).toEqual([
      { kind: "assign", target: name("X"), value: literal(1) },
      local("Y", literal(2)),
    ]);
    expect(changed.body[2]).toMatchObject({ value: { body: [local("X", literal(3))] } });
  });

  it("assigns within an expression", async () => {
    expect(await value("(n := f())")).toEqual({ kind: "assignment", assignment: local("n", call(name("f"))) });
  });

  it("deletes each target", async () => {
    expect(await body("del a, b.c, d['e']")).toEqual([
      { kind: "delete", target: name("a") },
      { kind: "delete", target: member(name("b"), "c") },
      { kind: "delete", target: { kind: "index", object: name("d"), index: literal("e") } },
    ]);
  });
});

describe("literals", () => {
  it.each([
    ["'a\\x41\\n\\u00e9\\U0001F600\\101\\q'", "aA\n\u00e9\u{1F600}A\\q"],
    ["r'a\\n'", "a\\n"],
    ["b'\\x41\\u0041'", "A\\u0041"],
    ["u'\\'' \"b\" r'\\c'", "'b\\c"],
    ['"""a\n"b\\\nc"""', 'a\n"bc'],
    ["f'{{a}}'", "{a}"],
    ["'\\UFFFFFFFF'", "\\UFFFFFFFF"],
    ["''", ""],
  ])("decodes %s", async (text, decoded) => {
    expect(await value(`(${text})`)).toEqual(literal(decoded));
  });

  it.each([
    ["0xFF", 255],
    ["1_000", 1000],
    ["-5", -5],
    ["0o17", 15],
    ["0777", 511],
    ["10L", 10],
    ["1.5e3", 1500],
    ["True", true],
    ["None", null],
  ])("reads %s", async (text, expected) => {
    expect(await value(text)).toEqual(literal(expected));
  });

  it("does not know numbers that do not fit, nor characters by name", async () => {
    for (const text of ["12345678901234567890", "1j", "'\\N{DASH}'"]) {
      expect(await value(text)).toMatchObject({ kind: "opaque" });
    }
  });

  it("keeps the holes of f-strings, also next to plain strings", async () => {
    expect(await value("f'a{b}c{d!s}' 'e' f'{f()!r}{g:>{w()}}'")).toEqual({
      kind: "text",
      parts: [
        "a",
        name("b"),
        "c",
        name("d"),
        "e",
        opaque("formatted", call(name("f"))),
        opaque("formatted", name("g"), call(name("w"))),
      ],
    });
  });

  it("reads dicts with spreads, lists with stars, and sets", async () => {
    expect(await value("{**a, 'b': 1, c: 2}")).toEqual({
      kind: "object",
      entries: [
        { kind: "spread", value: name("a") },
        { kind: "entry", key: "b", value: literal(1) },
        { kind: "entry", key: name("c"), value: literal(2) },
      ],
    });
    expect(await value("[1, *a]")).toEqual({
      kind: "list",
      items: [{ value: literal(1) }, { value: name("a"), spread: "list" }],
    });
    expect(await value("{1, 2}")).toEqual({ kind: "list", items: items(literal(1), literal(2)) });
  });
});

describe("expressions", () => {
  it("chains comparisons with and", async () => {
    expect(await value("a < b not  in c")).toEqual(
      binary(binary(name("a"), "<", name("b")), "and", binary(name("b"), "not in", name("c"))),
    );
    expect(await value("(a is # why\n not b)")).toEqual(binary(name("a"), "is not", name("b")));
  });

  it("reads boolean operators, not, and conditions", async () => {
    expect(await value("a or not b and c")).toEqual(
      binary(name("a"), "or", binary({ kind: "not", value: name("b") }, "and", name("c"))),
    );
    expect(await value("a if b else c")).toEqual({
      kind: "ternary",
      test: name("b"),
      then: name("a"),
      else: name("c"),
    });
  });

  it("reads every kind of argument", async () => {
    expect(await value("a.f(1, *b, k=2, **c)")).toEqual(
      call(
        member(name("a"), "f"),
        { value: literal(1) },
        { value: name("b"), spread: "list" },
        { value: literal(2), name: "k" },
        { value: name("c"), spread: "map" },
      ),
    );
  });

  it("reads subscripts, tuples of them, and does not claim to know slices", async () => {
    expect(await value("a['b'][1, 2]")).toEqual({
      kind: "index",
      object: { kind: "index", object: name("a"), index: literal("b") },
      index: { kind: "list", tuple: true, items: items(literal(1), literal(2)) },
    });
    expect(await value("a[f():]")).toEqual(opaque("slice", name("a"), opaque("slice", call(name("f")))));
  });

  it("takes the value through await and parentheses, and super() as the next class", async () => {
    expect(await value("await (f())")).toEqual(call(name("f")));
    expect(await value("super().f()")).toEqual(call(member({ kind: "super" }, "f")));
    expect(await value("super(A, self).f()")).toEqual(call(member({ kind: "super" }, "f")));
  });

  it("keeps the calls inside comprehensions", async () => {
    expect(await value("{k: f(v) for k, v in g() if h(v)}")).toEqual(
      opaque(
        "comprehension",
        call(name("g")),
        call(name("h"), ...items(name("v"))),
        name("k"),
        call(name("f"), ...items(name("v"))),
      ),
    );
    expect(await value("f(x for x in y)")).toEqual(
      call(name("f"), ...items(opaque("comprehension", name("y"), name("x")))),
    );
  });

  it("returns the value of a lambda", async () => {
    expect(await value("lambda a, *b, c=1: d")).toEqual({
      kind: "function",
      annotations: [],
      body: [{ kind: "return", value: name("d") }],
      parameters: [
        { name: "a", target: name("a") },
        { name: "b", target: name("b"), rest: "list" },
        { name: "c", target: name("c"), default: literal(1), keyword: true },
      ],
    });
  });
});

describe("statements", () => {
  it("nests elif in else", async () => {
    expect(await body("if a: b\nelif c:\n  d\nelse:\n  e\n")).toEqual([
      when(name("a"), [does(name("b"))], [when(name("c"), [does(name("d"))], [does(name("e"))])]),
    ]);
  });

  it("puts what follows else behind a loop", async () => {
    expect(await body("for a, b in c:\n  break\nelse:\n  d\nwhile e: continue")).toEqual([
      {
        kind: "loop",
        bind: { kind: "list", items: [name("a"), name("b")] },
        over: name("c"),
        body: [{ kind: "break" }],
      },
      does(name("d")),
      { kind: "loop", test: name("e"), body: [{ kind: "continue" }] },
    ]);
  });

  it("assigns what with enters", async () => {
    expect(await body("with a() as b, c() as (d, e), f():\n  g")).toEqual([
      local("b", call(name("a"))),
      {
        kind: "assign",
        target: { kind: "list", items: [name("d"), name("e")] },
        declare: "function",
        value: call(name("c")),
      },
      does(call(name("f"))),
      does(name("g")),
    ]);
  });

  it("reads handlers", async () => {
    const text = "try: a\nexcept B as c: d\nexcept (E, f.G): pass\nexcept: h\nelse: i\nfinally: j";
    expect(await body(text)).toEqual([
      {
        kind: "try",
        body: [does(name("a")), does(name("i"))],
        handlers: [
          { types: ["B"], bind: "c", body: [does(name("d"))] },
          { types: ["E", "f.G"], body: [] },
          { types: [], body: [does(name("h"))] },
        ],
        finally: [does(name("j"))],
      },
    ]);
  });

  it("compares with the literals and constants of match", async () => {
    expect(await body("match a:\n  case 'x' | -1: b\n  case C.D if e: f\n  case _: g")).toEqual([
      when(
        binary(binary(name("a"), "==", literal("x")), "or", binary(name("a"), "==", literal(-1))),
        [does(name("b"))],
        [
          when(
            binary(binary(name("a"), "==", member(name("C"), "D")), "and", name("e")),
            [does(name("f"))],
            [does(name("g"))],
          ),
        ],
      ),
    ]);
  });

  it("evaluates the subject of match once and binds what patterns capture", async () => {
    expect(await body("match f():\n  case [1, *rest]: a\n  case other: b")).toEqual([
      local("match@0", call(name("f"))),
      when(
        opaque("pattern", name("match@0")),
        [local("rest", opaque("part of a pattern")), does(name("a"))],
        [local("other", name("match@0")), does(name("b"))],
      ),
    ]);
  });

  it("returns, yields, raises and asserts", async () => {
    const { body } = await defined("def f():\n  x = yield a()\n  raise B() from c\n  assert d, e()\n  return 1, 2\n");
    expect(bare(body)).toEqual([
      local("x", opaque("the value sent to a generator", call(name("a")))),
      does(name("c")),
      { kind: "throw", value: call(name("B")) },
      does(binary(name("d"), "or", call(name("e")))),
      { kind: "return", value: { kind: "list", tuple: true, items: items(literal(1), literal(2)) } },
    ]);
  });

  it("keeps the question for __main__", async () => {
    expect(await body('if __name__ == "__main__": run()')).toEqual([
      when(binary(name("__name__"), "==", literal("__main__")), [does(call(name("run")))]),
    ]);
  });
});

describe("functions and classes", () => {
  it("reads every kind of parameter", async () => {
    const { parameters } = await defined("def f(a: int, /, b=1, *c: str, d: A[int] | None, e: B = 2, **g): pass");
    expect(bare(parameters)).toEqual([
      { name: "a", target: name("a"), type: "int" },
      { name: "b", target: name("b"), default: literal(1) },
      { name: "c", target: name("c"), type: "str", rest: "list" },
      { name: "d", target: name("d"), type: "A", keyword: true },
      { name: "e", target: name("e"), type: "B", default: literal(2), keyword: true },
      { name: "g", target: name("g"), rest: "map" },
    ]);
  });

  it("takes what Annotated says besides the type for an annotation", async () => {
    const { parameters } = await defined("def f(a: Annotated[A, g()], *, b): pass");
    expect(bare(parameters)).toEqual([
      { name: "a", target: name("a"), type: "A", annotations: [call(name("g"))] },
      { name: "b", target: name("b"), keyword: true },
    ]);
  });

  it("lists decorators, outermost first", async () => {
    const lowered = await defined("@a.b(1)\n@c\nasync def f() -> List[int]: pass");
    expect(bare(lowered)).toEqual({
      kind: "function",
      name: "f",
      parameters: [],
      body: [],
      annotations: [call(member(name("a"), "b"), ...items(literal(1))), name("c")],
      returnType: "List",
      async: true,
    });
  });

  it("tells members from statements and keeps bases without keywords", async () => {
    const text =
      "class A(B, c.D, metaclass=M):\n  X: bool = True\n  Y: int\n  if X: Z = 1\n  class Meta: W = 2\n  X |= 2\n";
    expect(bare(await classOf(text))).toEqual({
      kind: "class",
      name: "A",
      bases: [name("B"), member(name("c"), "D")],
      annotations: [],
      members: [
        { kind: "field", name: "X", value: literal(true), static: true, type: "bool", annotations: [] },
        { kind: "statement", statement: { kind: "if", test: name("X"), then: [local("Z", literal(1))], else: [] } },
        {
          kind: "field",
          name: "Meta",
          static: true,
          annotations: [],
          value: {
            kind: "class",
            name: "Meta",
            bases: [],
            annotations: [],
            members: [{ kind: "field", name: "W", value: literal(2), static: true, annotations: [] }],
          },
        },
        { kind: "statement", statement: local("X", literal(2), { operator: "|" }) },
      ],
    });
  });

  it.each([
    ["def m(self): pass", { role: "method", static: false, self: true }],
    ["def __init__(self): pass", { role: "constructor", static: false, self: true }],
    ["@property\n  def m(self): pass", { role: "getter", static: false, self: true }],
    ["@functools.cached_property\n  def m(self): pass", { role: "getter", static: false, self: true }],
    ["@m.setter\n  def m(self, v): pass", { role: "setter", static: false, self: true }],
    ["@classmethod\n  def m(cls): pass", { role: "method", static: true, self: true }],
    ["@staticmethod\n  def m(): pass", { role: "method", static: true, self: undefined }],
  ])("knows the role of %s", async (text, expected) => {
    const [method] = (await classOf(`class A:\n  ${text}\n`)).members;
    if (method?.kind !== "method") throw new Error("no method");
    expect({ role: method.role, static: method.static, self: method.function.explicitSelf }).toEqual(expected);
  });

  it("passes no receiver to functions outside of classes and inside of methods", async () => {
    expect((await defined("def f(self): pass")).explicitSelf).toBeUndefined();
    const [method] = (await classOf("class A:\n  def m(self):\n    def g(x): pass\n")).members;
    expect(method).not.toHaveProperty("function.body.0.value.explicitSelf");
    expect(method).toHaveProperty("function.body.0.value.kind", "function");
  });
});

describe("spans", () => {
  const text = "é = '😀'\nr.set_it('a', key = 'b', *c)  # why\nd = {'k': [1], }\ndef f(): return 1\n";
  const cut = (span: Span | undefined) => span && text.slice(span.start, span.end);

  it("cover calls, arguments, members, entries, bodies and comments", async () => {
    const { body, comments } = await read(text);
    const [, called, dict, definition] = body as [Statement, Statement, Statement, Statement];
    if (called.kind !== "expression" || called.value.kind !== "call") throw new Error("no call");
    expect(cut(called.value.span)).toBe("r.set_it('a', key = 'b', *c)");
    expect(cut(called.value.argumentsSpan)).toBe("'a', key = 'b', *c");
    expect(called.value.arguments.map((argument) => cut(argument.span))).toEqual(["'a'", "key = 'b'", "*c"]);
    expect(called.value.arguments.map((argument) => cut(argument.value.span))).toEqual(["'a'", "'b'", "c"]);
    expect(called.value.callee.kind === "member" && cut(called.value.callee.propertySpan)).toBe("set_it");
    if (dict.kind !== "assign" || dict.value.kind !== "object") throw new Error("no dict");
    const [entry] = dict.value.entries;
    expect(cut(entry?.span)).toBe("'k': [1]");
    expect(entry?.kind === "entry" && cut(entry.keySpan)).toBe("'k'");
    if (definition.kind !== "assign" || definition.value.kind !== "function") throw new Error("no function");
    expect(cut(definition.value.bodySpan)).toBe("return 1");
    expect(comments.map(cut)).toEqual(["# why"]);
  });
});

describe("what is broken, old or hostile", () => {
  it("reads on after Python 2 statements", async () => {
    expect(await body("print 'a', f()\nprint >>g, h\nexec 'c'\ntry: x\nexcept E, e: y\nz = 1")).toEqual([
      does(opaque("print statement", literal("a"), call(name("f")))),
      does(opaque("print statement", opaque("chevron", name("g")), name("h"))),
      does(opaque("exec statement", literal("c"))),
      {
        kind: "try",
        body: [does(name("x"))],
        handlers: [{ types: ["E"], bind: "e", body: [does(name("y"))] }],
        finally: [],
      },
      local("z", literal(1)),
    ]);
  });

  it("reads on after an error and says where it stood", async () => {
    const { body, errors } = await read("a = f(b c(), d=1)\ng()\n");
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(body)).toContain('"name":"c"');
    expect(bare(body.at(-1))).toEqual(does(call(name("g"))));
    const broken = await assigned("a = f(b c(), d=1)\n");
    if (broken.kind !== "call") throw new Error("no call");
    expect(bare(broken.arguments.at(-1))).toEqual({ value: opaque("syntax error"), spread: "map" });
  });

  it("keeps the order of what stands around an error", async () => {
    const { body, errors } = await read("a()\n) b() (\nc()\n");
    expect(errors.length).toBeGreaterThan(0);
    const order = ["a", "b", "c"].map((name) => JSON.stringify(body).indexOf(`"name":"${name}"`));
    expect(order).toEqual(order.toSorted((x, y) => x - y));
    expect(order).not.toContain(-1);
  });

  it("limits how many errors it lists", async () => {
    expect((await read("a b ) = ;\n".repeat(500))).errors.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ["brackets", `x = ${"(".repeat(3_000)}1${")".repeat(3_000)}`],
    ["open calls", "f(".repeat(3_000)],
    ["conditions", `x = ${"1 if a else ".repeat(3_000)}2`],
    ["targets", `${"[".repeat(3_000)}x${"]".repeat(3_000)} = 1`],
    ["lambdas", "lambda: ".repeat(3_000)],
    ["types", `x: ${"Optional[".repeat(500)}int${"]".repeat(500)} = 1`],
  ])("survives nested %s", async (_, text) => {
    const { body } = await read(`${text}\n`);
    expect(Array.isArray(body)).toBe(true);
  });

  it("cuts off what is nested too deeply", async () => {
    const text = JSON.stringify(await read(`x = ${"[".repeat(1_000)}f()${"]".repeat(1_000)}`));
    expect(text).toContain("nested too deeply");
    expect(text).not.toContain('"name":"f"');
  });

  it("follows long chains to their start", async () => {
    let sum = await assigned(`x = f()${" + 'a'".repeat(20_000)}`);
    let length = 0;
    for (; sum.kind === "binary"; length++) sum = sum.left;
    expect(length).toBe(20_000);
    expect(bare(sum)).toEqual(call(name("f")));
    let chain = await valueOf(`a${".b()".repeat(20_000)}`);
    while (chain.kind === "call" || chain.kind === "member")
      chain = chain.kind === "call" ? chain.callee : chain.object;
    expect(bare(chain)).toEqual(name("a"));
  });

  it("cuts off endless branches", async () => {
    let [branch] = (await read(`if a: b\n${"elif c: d\n".repeat(3_000)}else: e\n`)).body;
    let length = 0;
    for (; branch?.kind === "if"; length++) branch = branch.else[0];
    expect(length).toBe(2_000);
    expect(bare(branch)).toEqual(does(opaque("too many branches")));
  });
});

describe("resolve", () => {
  const files = project([
    "shop/__init__.py",
    "shop/models.py",
    "shop/logging.py",
    "shop/views/__init__.py",
    "shop/views/home.py",
    "scripts/run.py",
    "scripts/helpers.py",
    "src/tool/__init__.py",
    "backend/manage.py",
    "backend/site/settings/base.py",
  ]);

  it.each([
    ["shop.models", "main.py", "shop/models.py"],
    ["shop.views", "main.py", "shop/views/__init__.py"],
    ["shop.models", "shop/views/home.py", "shop/models.py"],
    ["helpers", "scripts/run.py", "scripts/helpers.py"],
    ["tool", "tests/test_tool.py", "src/tool/__init__.py"],
    ["site.settings.base", "backend/site/settings/local.py", "backend/site/settings/base.py"],
    ["models", "shop/views/home.py", "shop/models.py"],
    ["logging", "shop/views/home.py", undefined],
    ["logging", "shop/forms.py", "shop/logging.py"],
    ["os", "main.py", undefined],
    ["", "main.py", undefined],
    ["a..b", "main.py", undefined],
    ["../shop/models", "scripts/run.py", undefined],
  ])("finds %j from %s", (specifier, from, expected) => {
    expect(python.resolve(specifier, from, files)).toBe(expected);
  });

  it.each([
    [".", "shop/models.py", "shop/__init__.py"],
    [".home", "shop/views/__init__.py", "shop/views/home.py"],
    ["..models", "shop/views/home.py", "shop/models.py"],
    ["..", "shop/views/__init__.py", "shop/__init__.py"],
    ["...views", "shop/views/home.py", undefined],
    [".....x", "shop/views/home.py", undefined],
  ])("finds %j relative to %s", (specifier, from, expected) => {
    expect(python.resolve(specifier, from, files)).toBe(expected);
  });

  it("takes what the project installs from the importer's folder and the root only", () => {
    const listing = { "requirements.txt": "# web\nBottles[all]>=2 ; python_version > '3'\nother==1\n" };
    const far = project(["apps/bottles.py", "apps/plain.py"], listing);
    expect(python.resolve("bottles", "apps/web/views.py", far)).toBeUndefined();
    expect(python.resolve("plain", "apps/web/views.py", far)).toBe("apps/plain.py");
    expect(python.resolve("bottles", "apps/views.py", far)).toBe("apps/bottles.py");
    expect(python.resolve("bottles", "apps/web/views.py", project(["bottles.py"], listing))).toBe("bottles.py");
  });

  it("does not take the project's own name for something installed", () => {
    const own = project(["backend/shop/__init__.py"], { "pyproject.toml": '[project]\nname = "shop"\n' });
    expect(python.resolve("shop", "backend/run/main.py", own)).toBe("backend/shop/__init__.py");
  });

  it("does not take a script for the library of its name", () => {
    expect(python.resolve("bottles", "bottles.py", project(["bottles.py"]))).toBeUndefined();
  });
});
