import { describe, expect, test } from "vitest";
import { lower } from "../../../test/support/lower.ts";
import type { FileIndex } from "../../language.ts";
import type { Program, Span } from "../../program.ts";
import { csharp } from "./index.ts";

/** The part of a program that says what it does: without spans and empty annotations. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !/span$/i.test(key) && !(key === "annotations" && item.length === 0))
      .map(([key, item]) => [key, plain(item)]),
  );
}

async function program(text: string): Promise<Program> {
  return lower(csharp, "Program.cs", text);
}

async function body(text: string): Promise<unknown> {
  return plain((await program(text)).body);
}

/** The value of `var x = …`. */
async function value(text: string): Promise<unknown> {
  const [first] = (await body(`var x = ${text};`)) as { value: unknown }[];
  return first?.value;
}

/** The members of `class C { … }`. */
async function members(text: string): Promise<unknown> {
  const [first] = (await body(`class C { ${text} }`)) as { value: { members: unknown } }[];
  return first?.value.members;
}

const name = (name: string) => ({ kind: "name", name });
const literal = (value: unknown) => ({ kind: "literal", value });
const member = (object: unknown, property: string) => ({ kind: "member", object, property });
const call = (callee: unknown, ...values: unknown[]) => ({
  kind: "call",
  callee,
  arguments: values.map((value) => ({ value })),
});
const run = (value: unknown) => ({ kind: "expression", value });
const binary = (left: unknown, operator: string, right: unknown) => ({ kind: "binary", operator, left, right });
const opaque = (because: string, ...children: unknown[]) => ({ kind: "opaque", because, children });
const made = (type: string) => ({ ...call(name(type)), new: true });
const declare = (text: string, value: unknown, type?: string) => ({
  kind: "assign",
  target: name(text),
  value,
  declare: "block",
  ...(type === undefined ? {} : { type }),
});
const entry = (key: unknown, value: unknown) => ({ kind: "entry", key, value });

describe("files", () => {
  test("usings and namespaces", async () => {
    const read = await program(
      "using System.Web;\nusing X = A.B<int>;\nusing static A.B;\nglobal using G;\nnamespace N.M;\n",
    );
    expect(plain(read.body)).toEqual([
      { kind: "import", from: "System.Web", names: [], star: true },
      { kind: "import", from: "A.B", names: [{ imported: "*", local: "X" }] },
      { kind: "import", from: "A.B", names: [], star: true },
      { kind: "import", from: "G", names: [], star: true },
    ]);
    expect(read.namespace).toBe("N.M");
  });

  test("types in namespace blocks belong to the module", async () => {
    const read = await program("namespace A { namespace B { class C { } } }");
    expect(read.namespace).toBe("A");
    expect(plain(read.body)).toEqual([
      { ...declare("C", { kind: "class", name: "C", bases: [], members: [] }), hoisted: true },
    ]);
  });

  test("preprocessor branches are an if chain", async () => {
    expect(await body("#if DEBUG\na();\n#elif !FOO\nb();\n#else\nc();\n#endif\n")).toEqual([
      {
        kind: "if",
        test: name("#DEBUG"),
        then: [run(call(name("a")))],
        else: [
          {
            kind: "if",
            test: { kind: "not", value: name("#FOO") },
            then: [run(call(name("b")))],
            else: [run(call(name("c")))],
          },
        ],
      },
    ]);
  });

  test("a preprocessor branch makes no scope", async () => {
    expect(await body("#if DEBUG\nusing A;\n#endif\n#if DEBUG\nvar x = 1;\n#endif\n")).toEqual([
      { kind: "import", from: "A", names: [], star: true },
      declare("x", literal(undefined)),
      {
        kind: "if",
        test: name("#DEBUG"),
        then: [{ kind: "assign", target: name("x"), value: literal(1) }],
        else: [],
      },
    ]);
  });

  test("comments and errors are told, and what stands around an error is read", async () => {
    const text = "// one\na();\n) ( ;\nb();\n";
    const read = await program(text);
    expect(read.comments.map(({ start, end }) => text.slice(start, end))).toEqual(["// one"]);
    expect(read.errors.length).toBeGreaterThan(0);
    expect(plain(read.body)).toEqual(expect.arrayContaining([run(call(name("a"))), run(call(name("b")))]));
  });

  test("a conditional assignment, which the grammar does not know", async () => {
    const read = await program('void F() { a?.B = true; c?.D?.E += 1; f("a?.B = c", g?.H == i, j ? k : l); }');
    expect(read.errors).toEqual([]);
    const [first] = plain(read.body) as { value: { body: unknown } }[];
    expect(first?.value.body).toEqual([
      { kind: "assign", target: member(name("a"), "B"), value: literal(true) },
      { kind: "assign", target: member(member(name("c"), "D"), "E"), value: literal(1), operator: "+" },
      run(
        call(name("f"), literal("a?.B = c"), binary(member(name("g"), "H"), "==", name("i")), {
          kind: "ternary",
          test: name("j"),
          then: name("k"),
          else: name("l"),
        }),
      ),
    ]);
  });
});

describe("members", () => {
  test("fields and properties", async () => {
    expect(
      await members(`
        const int A = 1, B;
        public List<string>? P { get; set; } = q;
        bool Q => true;
        bool R { get { return true; } set => A = value; }
        static string S { get; }`),
    ).toEqual([
      { kind: "field", name: "A", value: literal(1), static: true, type: "int" },
      { kind: "field", name: "B", static: true, type: "int" },
      { kind: "field", name: "P", value: name("q"), static: false, type: "List" },
      {
        kind: "method",
        name: "Q",
        role: "getter",
        static: false,
        function: {
          kind: "function",
          name: "Q",
          parameters: [],
          body: [{ kind: "return", value: literal(true) }],
          returnType: "bool",
        },
      },
      {
        kind: "method",
        name: "R",
        role: "getter",
        static: false,
        function: {
          kind: "function",
          name: "R",
          parameters: [],
          body: [{ kind: "return", value: literal(true) }],
          returnType: "bool",
        },
      },
      {
        kind: "method",
        name: "R",
        role: "setter",
        static: false,
        function: {
          kind: "function",
          name: "R",
          parameters: [{ target: name("value"), name: "value", type: "bool" }],
          body: [
            {
              kind: "return",
              value: { kind: "assignment", assignment: { kind: "assign", target: name("A"), value: name("value") } },
            },
          ],
        },
      },
      { kind: "field", name: "S", static: true, type: "string" },
    ]);
  });

  test("a constructor calls its base or its sibling first", async () => {
    const read = (await members("C(int a) : base(a) { f(); } C() : this(1) { }")) as { function: { body: unknown } }[];
    expect(read.map((item) => item.function.body)).toEqual([
      [run(call({ kind: "super" }, name("a"))), run(call(name("f")))],
      [run(call(member({ kind: "this" }, "constructor"), literal(1)))],
    ]);
  });

  test("methods with attributes, parameters and type arguments", async () => {
    expect(
      await members(
        '[Get("x", Name = "y"), Z] static async Task<int> M<T>(this A.B<T>? a, [F] int b = 2, params string[] c) => 1;',
      ),
    ).toEqual([
      {
        kind: "method",
        name: "M",
        role: "method",
        static: true,
        function: {
          kind: "function",
          name: "M",
          parameters: [
            { target: name("a"), name: "a", type: "A.B", receiver: true },
            { target: name("b"), name: "b", type: "int", default: literal(2), annotations: [name("F")] },
            { target: name("c"), name: "c", type: "string[]", rest: "list" },
          ],
          body: [{ kind: "return", value: literal(1) }],
          annotations: [
            { ...call(name("Get")), arguments: [{ value: literal("x") }, { name: "Name", value: literal("y") }] },
            name("Z"),
          ],
          returnType: "Task",
          async: true,
        },
      },
    ]);
  });

  test("a primary constructor fills fields", async () => {
    const [record] = (await body("record R(string A) : B(A);")) as { value: { bases: unknown; members: unknown } }[];
    expect(record?.value.bases).toEqual([name("B")]);
    expect(record?.value.members).toEqual([
      { kind: "field", name: "A", static: false, type: "string" },
      {
        kind: "method",
        name: "constructor",
        role: "constructor",
        static: false,
        function: {
          kind: "function",
          name: "constructor",
          parameters: [{ target: name("A"), name: "A", type: "string" }],
          body: [
            run(call({ kind: "super" }, name("A"))),
            { kind: "assign", target: member({ kind: "this" }, "A"), value: name("A") },
          ],
        },
      },
    ]);
  });

  test("an enum counts", async () => {
    const [read] = (await body("enum E { A, B = 5, C, D = X, F }")) as { value: { members: { value: unknown }[] } }[];
    expect(read?.value.members.map((item) => item.value)).toEqual([
      literal(0),
      literal(5),
      literal(6),
      name("X"),
      binary(name("X"), "+", literal(1)),
    ]);
  });

  test("methods of an extension block take the receiver first", async () => {
    const read = (await members("extension(string s) { public bool E(int a) => true; }")) as {
      name: string;
      static: boolean;
      function: { parameters: { name: string }[] };
    }[];
    expect(read.map((item) => [item.name, item.static, item.function.parameters.map(({ name }) => name)])).toEqual([
      ["E", true, ["s", "a"]],
    ]);
  });

  test("methods of an extension block begin at the receiver, whose type tells what they are about", async () => {
    const text = "static class X { extension(A.B b) { public void E() { b.C = 1; } } }";
    const [first] = (await program(text)).body;
    if (first?.kind !== "assign" || first.value.kind !== "class") throw new Error("not a class");
    const [method] = first.value.members;
    if (method?.kind !== "method") throw new Error("not a method");
    expect(text.slice(method.function.span.start, method.function.span.end)).toMatch(/^A\.B b\).*b\.C = 1; \}$/);
  });

  test("nested types, indexers, operators, events and members of all preprocessor branches", async () => {
    const read = (await members(`
      class N { }
      int this[int i] => i;
      public static C operator +(C a, C b) => a;
      event H E;
      #if A
      int x;
      #else
      int y;
      #endif
    `)) as { kind: string; name: string; static: boolean }[];
    expect(read.map((item) => [item.kind, item.name, item.static])).toEqual([
      ["field", "N", true],
      ["method", "this[]", false],
      ["method", "operator +", true],
      ["field", "E", false],
      ["field", "x", false],
      ["field", "y", false],
    ]);
  });
});

describe("statements", () => {
  test("declarations and assignments", async () => {
    expect(await body("A.B<int> a = b, c; var (d, e) = f; g += h; i ??= j; k++; _ = l();")).toEqual([
      declare("a", name("b"), "A.B"),
      declare("c", literal(undefined), "A.B"),
      { kind: "assign", target: { kind: "list", items: [name("d"), name("e")] }, value: name("f"), declare: "block" },
      { kind: "assign", target: name("g"), value: name("h"), operator: "+" },
      { kind: "assign", target: name("i"), value: name("j"), operator: "??" },
      { kind: "assign", target: name("k"), value: literal(1), operator: "+" },
      run(call(name("l"))),
    ]);
  });

  test("loops", async () => {
    expect(
      await body("for (var i = 0; i < 2; i++) f(); foreach (var x in y) { } while (a) ; do { f(); } while (b);"),
    ).toEqual([
      {
        kind: "block",
        body: [
          declare("i", literal(0)),
          {
            kind: "loop",
            test: binary(name("i"), "<", literal(2)),
            body: [run(call(name("f"))), { kind: "assign", target: name("i"), value: literal(1), operator: "+" }],
          },
        ],
      },
      { kind: "loop", bind: name("x"), over: name("y"), body: [] },
      { kind: "loop", test: name("a"), body: [] },
      {
        kind: "loop",
        body: [
          run(call(name("f"))),
          { kind: "if", test: { kind: "not", value: name("b") }, then: [{ kind: "break" }], else: [] },
        ],
      },
    ]);
  });

  test("a switch is an if chain without its breaks", async () => {
    expect(
      await body("switch (x) { case 1: case 2: if (a) { f(); break; } g(); break; default: h(); break; }"),
    ).toEqual([
      {
        kind: "block",
        body: [
          {
            kind: "if",
            test: binary(binary(name("x"), "==", literal(1)), "or", binary(name("x"), "==", literal(2))),
            then: [{ kind: "if", test: name("a"), then: [run(call(name("f")))], else: [run(call(name("g")))] }],
            else: [run(call(name("h")))],
          },
        ],
      },
    ]);
  });

  test("try, using and local functions", async () => {
    expect(
      await body(
        "try { f(); } catch (A.E e) when (t) { g(); } finally { h(); } using (var s = o()) { } int L(int q) => q;",
      ),
    ).toEqual([
      {
        kind: "try",
        body: [run(call(name("f")))],
        handlers: [
          {
            types: ["A.E"],
            bind: "e",
            body: [{ kind: "if", test: name("t"), then: [run(call(name("g")))], else: [{ kind: "throw" }] }],
          },
        ],
        finally: [run(call(name("h")))],
      },
      { kind: "block", body: [declare("s", call(name("o")))] },
      {
        ...declare("L", {
          kind: "function",
          name: "L",
          parameters: [{ target: name("q"), name: "q", type: "int" }],
          body: [{ kind: "return", value: name("q") }],
          returnType: "int",
          lexicalThis: true,
        }),
        hoisted: true,
      },
    ]);
  });
});

describe("expressions", () => {
  test("calls drop type arguments and keep names", async () => {
    expect(await value("s.Add<Bar>(this, n: 1, out var o)!.P[0]")).toEqual({
      kind: "index",
      object: member(
        {
          kind: "call",
          callee: member(name("s"), "Add"),
          arguments: [
            { value: { kind: "this" } },
            { name: "n", value: literal(1) },
            { value: { kind: "assignment", assignment: declare("o", opaque("out")) } },
          ],
        },
        "P",
      ),
      index: literal(0),
    });
  });

  test("?. binds more tightly than the operators before it", async () => {
    const b = member(name("b"), "C");
    expect(await value("a && b?.C == d")).toEqual(binary(name("a"), "and", binary(b, "==", name("d"))));
    expect(await value("!b?.C(1)")).toEqual({ kind: "not", value: call(b, literal(1)) });
    expect(await value("(T)b?.C ?? d")).toEqual(binary(b, "??", name("d")));
    expect(await value("a != null && b?.C is true")).toEqual(
      binary(binary(name("a"), "!=", literal(null)), "and", binary(b, "==", literal(true))),
    );
    expect(await value("a + b - c")).toEqual(binary(binary(name("a"), "+", name("b")), "-", name("c")));
  });

  test("object initialisers", async () => {
    expect(await value('new A.X<int>(a) { B = c, ["k"] = v, { "l", 1 }, D = { E = 2 } }')).toEqual({
      kind: "call",
      callee: member(name("A"), "X"),
      arguments: [{ value: name("a") }],
      new: true,
      initializer: [
        entry("B", name("c")),
        entry("k", name("v")),
        entry("l", literal(1)),
        entry("D", { kind: "object", entries: [entry("E", literal(2))] }),
      ],
    });
    expect(await value("new X { B =\n#if DEBUG\n1\n#else\n2\n#endif\n}")).toEqual({
      ...made("X"),
      bare: true,
      initializer: [entry("B", { kind: "ternary", test: name("#DEBUG"), then: literal(1), else: literal(2) })],
    });
    expect(await value("new X { a, b }")).toEqual({
      kind: "call",
      callee: name("X"),
      arguments: [],
      new: true,
      bare: true,
      initializer: [{ kind: "spread", value: { kind: "list", items: [{ value: name("a") }, { value: name("b") }] } }],
    });
  });

  test("new() takes its type from the declaration, the parameter, the property or the return type", async () => {
    const text = `
      class P { public Q? Own { get; set; } void M(R r) { } S N(T t) { M(new()); this.Own = new(); t = new(); var u = new P { Own = new() }; return new(); } }`;
    const found = JSON.stringify(await body(text));
    for (const type of ["Q", "R", "S", "T"]) expect(found).toContain(JSON.stringify(made(type)));
    expect(found).not.toContain("not written");
    expect(await body("List<A> a = new() { new() };")).toEqual([
      declare(
        "a",
        { ...made("List"), initializer: [{ kind: "spread", value: { kind: "list", items: [{ value: made("A") }] } }] },
        "List",
      ),
    ]);
    expect(await value("new()")).toEqual({ ...made(""), callee: opaque("the type is not written here") });
  });

  test("anonymous objects, with, tuples and collections", async () => {
    expect(await value("new { A = 1, b.C, d }")).toEqual({
      kind: "object",
      entries: [entry("A", literal(1)), entry("C", member(name("b"), "C")), entry("d", name("d"))],
    });
    expect(await value("r with { A = 1 }")).toEqual({
      ...call(member(name("r"), "with"), { kind: "object", entries: [entry("A", literal(1))] }),
      bare: true,
    });
    expect(await value("(1, 2)")).toEqual({
      kind: "list",
      items: [{ value: literal(1) }, { value: literal(2) }],
      tuple: true,
    });
    expect(await value("[a, ..b]")).toEqual({
      kind: "list",
      items: [{ value: name("a") }, { value: name("b"), spread: "list" }],
    });
    expect(await value("new[] { 1 }")).toEqual({ kind: "list", items: [{ value: literal(1) }] });
  });

  test("patterns test and bind", async () => {
    expect(await value("o is Foo { A: 1 } f")).toEqual({
      kind: "statements",
      body: [
        declare("f", name("o"), "Foo"),
        run(
          binary(binary(name("o"), "instanceof", name("Foo")), "and", binary(member(name("o"), "A"), "==", literal(1))),
        ),
      ],
    });
    expect(await value("o is not null and (> 1 or Foo)")).toEqual(
      binary(
        { kind: "not", value: binary(name("o"), "==", literal(null)) },
        "and",
        binary(binary(name("o"), ">", literal(1)), "or", binary(name("o"), "instanceof", name("Foo"))),
      ),
    );
    expect(await value("o is 1 and not 2 or 3")).toEqual(
      binary(
        binary(binary(name("o"), "==", literal(1)), "and", { kind: "not", value: binary(name("o"), "==", literal(2)) }),
        "or",
        binary(name("o"), "==", literal(3)),
      ),
    );
    expect(await value('x switch { 1 => "a", _ => throw e }')).toEqual({
      kind: "statements",
      body: [
        {
          kind: "if",
          test: binary(name("x"), "==", literal(1)),
          then: [run(literal("a"))],
          else: [{ kind: "throw", value: name("e") }],
        },
      ],
    });
  });

  test("a subject that calls is evaluated once", async () => {
    const read = JSON.stringify(await value("f() is A or B"));
    expect(read.split('"kind":"call"')).toHaveLength(2);
  });

  test("lambdas", async () => {
    expect(await value("async (a, b) => a")).toEqual({
      kind: "function",
      parameters: [
        { target: name("a"), name: "a" },
        { target: name("b"), name: "b" },
      ],
      body: [{ kind: "return", value: name("a") }],
      async: true,
      lexicalThis: true,
    });
    expect(await value("delegate (int a) { f(); }")).toEqual({
      kind: "function",
      parameters: [{ target: name("a"), name: "a", type: "int" }],
      body: [run(call(name("f")))],
      lexicalThis: true,
    });
  });

  test.each([
    ["1_000UL", literal(1000)],
    ["0xFFu", literal(255)],
    ["0b101", literal(5)],
    ["1.5m", literal(1.5)],
    ["2f", literal(2)],
    ["-3", literal(-3)],
    ["'\\u0041'", literal("A")],
    ['"a\\tb\\x41"', literal("a\tbA")],
    ['@"a\\b""c"', literal('a\\b"c')],
    ['"""a "b" c"""', literal('a "b" c')],
    ['"""\n    a\n      b\n    """', literal("a\n  b")],
    ["nameof(A.B)", literal("B")],
    ["default", opaque("default")],
    ["typeof(A)", opaque("typeof")],
    ['$"a{x:N2}b{{\\n"', { kind: "text", parts: ["a", name("x"), "b{\n"] }],
    ['$@"a\\""{x}b"', { kind: "text", parts: ['a\\"', name("x"), "b"] }],
    ["await a.B()", call(member(name("a"), "B"))],
    ["(A)b as C", name("b")],
    ["base.M", member({ kind: "super" }, "M")],
    ["from a in b where f(a) select a", opaque("query", name("b"), call(name("f"), name("a")), name("a"))],
  ])("%s", async (text, expected) => {
    expect(await value(text)).toEqual(expected);
  });
});

test("spans are those of the source", async () => {
  const text = 'a.Append("n", v, o: new() { Secure = true });';
  const [statement] = (await program(text)).body;
  const cut = (span: Span | undefined) => text.slice(span?.start, span?.end);
  if (statement?.kind !== "expression" || statement.value.kind !== "call") throw new Error("not a call");
  const { value } = statement;
  expect(cut(statement.span)).toBe(text);
  expect(cut(value.span)).toBe(text.slice(0, -1));
  expect(cut(value.argumentsSpan)).toBe('"n", v, o: new() { Secure = true }');
  expect(value.arguments.map((argument) => cut(argument.span))).toEqual(['"n"', "v", "o: new() { Secure = true }"]);
  if (value.callee.kind !== "member") throw new Error("not a member");
  expect(cut(value.callee.propertySpan)).toBe("Append");
  const made = value.arguments[2]?.value;
  const [first] = made?.kind === "call" ? (made.initializer ?? []) : [];
  if (first?.kind !== "entry") throw new Error("not an entry");
  expect([cut(first.span), cut(first.keySpan), cut(first.value.span)]).toEqual(["Secure = true", "Secure", "true"]);
});

test.each([
  ["parentheses", `x = ${"(".repeat(3_000)}1${")".repeat(3_000)};`],
  ["operators", `x = ${Array(20_000).fill("a").join(" + ")};`],
  ["calls", `a${".b(1)".repeat(5_000)};`],
  ["else if", `if (a) { }${" else if (a) { f(); }".repeat(5_000)}`],
  ["breaks", `switch (x) { case 1: ${"if (a) { f(); break; }".repeat(5_000)} break; }`],
  ["conditional members", `a${"?.b".repeat(20_000)};`],
  ["garbage", "({[< ".repeat(5_000)],
])("hostile input: %s", async (_, text) => {
  const read = await program(text);
  expect(read.body.length + read.errors.length).toBeGreaterThan(0);
});

test("resolve finds the nearest file of that name", () => {
  const paths = ["Foo.cs", "web/Foo.cs", "web/admin/Foo.cs", "web/BarFoo.cs"];
  const files: FileIndex = {
    has: (file) => paths.includes(file),
    endingIn: (suffix) => paths.filter((path) => path === suffix || path.endsWith(`/${suffix}`)),
    read: () => undefined,
  };
  expect(csharp.resolve("A.B.Foo", "web/pages/Index.cs", files)).toBe("web/Foo.cs");
  expect(csharp.resolve("Foo", "web/admin/Home.cs", files)).toBe("web/admin/Foo.cs");
  expect(csharp.resolve("System.Web", "web/Foo.cs", files)).toBeUndefined();
});
