import { describe, expect, it } from "vitest";
import { lower } from "../../../test/support/lower.ts";
import type { FileIndex } from "../../language.ts";
import type {
  ClassExpression,
  Expression,
  Member,
  Parameter,
  Program,
  Span,
  Statement,
  Target,
} from "../../program.ts";
import { java } from "./index.ts";

/** The neutral program in a compact notation, so that a test reads like what it expects. */
function show(node: Expression | Target): string {
  switch (node.kind) {
    case "literal":
      return node.value === undefined ? "undefined" : JSON.stringify(node.value);
    case "text":
      return `text(${node.parts.map((part) => (typeof part === "string" ? JSON.stringify(part) : show(part))).join()})`;
    case "name":
      return node.name;
    case "member":
      return `${show(node.object)}.${node.property}`;
    case "index":
      return `${show(node.object)}[${show(node.index)}]`;
    case "call": {
      const given = node.arguments.map((one) => (one.name ? `${one.name}=` : "") + show(one.value)).join(", ");
      return `${node.new ? "new " : ""}${show(node.callee)}${node.argumentsSpan ? `(${given})` : "!"}`;
    }
    case "list":
      return `[${node.items.map((one) => (one && "value" in one ? show(one.value) : "?")).join(", ")}]`;
    case "function":
      return `(${node.parameters.map(showParameter).join(", ")}) => ${showBody(node.body)}`;
    case "class":
      return showClass(node);
    case "not":
      return `!${show(node.value)}`;
    case "binary":
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case "ternary":
      return `(${show(node.test)} ? ${show(node.then)} : ${show(node.else)})`;
    case "assignment":
      return `(${showStatement(node.assignment)})`;
    case "sequence":
      return `seq(${node.items.map(show).join(", ")})`;
    case "statements":
      return `value${showBody(node.body)}`;
    case "opaque":
      return `opaque<${node.because}>(${node.children.map(show).join(", ")})`;
    default:
      return node.kind;
  }
}

function showParameter(parameter: Parameter): string {
  const marks = (parameter.annotations ?? []).map((one) => `@${show(one)} `).join("");
  const type = parameter.type === undefined ? "" : `${parameter.type} `;
  return `${marks}${parameter.rest ? "..." : ""}${type}${parameter.name}`;
}

function showBody(body: readonly Statement[]): string {
  return `{ ${body.map((one) => `${showStatement(one)};`).join(" ")} }`;
}

function showStatement(node: Statement): string {
  switch (node.kind) {
    case "expression":
      return show(node.value);
    case "assign": {
      const declared = node.declare === undefined ? "" : `${node.declare} `;
      const type = node.type === undefined ? "" : `${node.type} `;
      const hoisted = node.hoisted ? "hoisted " : "";
      return `${hoisted}${declared}${type}${show(node.target)} ${node.operator ?? ""}= ${show(node.value)}`;
    }
    case "if":
      return `if ${show(node.test)} ${showBody(node.then)}${node.else.length ? ` else ${showBody(node.else)}` : ""}`;
    case "loop": {
      const bound = node.bind ? ` ${show(node.bind)} of` : "";
      return `loop${bound}${node.over ? ` ${show(node.over)}` : ""}${node.test ? ` ${show(node.test)}` : ""} ${showBody(node.body)}`;
    }
    case "try": {
      const handlers = node.handlers.map((one) => ` catch ${one.types.join("|")} ${one.bind} ${showBody(one.body)}`);
      return `try ${showBody(node.body)}${handlers.join("")} finally ${showBody(node.finally)}`;
    }
    case "return":
    case "throw":
      return node.value ? `${node.kind} ${show(node.value)}` : node.kind;
    case "block":
      return showBody(node.body);
    case "import":
      return `import ${node.from}${node.star ? ".*" : ""}${node.names.map((one) => ` ${one.imported} as ${one.local}`).join()}`;
    default:
      return node.kind;
  }
}

function showMember(node: Member): string {
  switch (node.kind) {
    case "field": {
      const marks = node.annotations.map((one) => `@${show(one)} `).join("");
      const type = node.type === undefined ? "" : `${node.type} `;
      return `${marks}${node.static ? "static " : ""}${type}${node.name}${node.value ? ` = ${show(node.value)}` : ""}`;
    }
    case "method": {
      const marks = node.function.annotations.map((one) => `@${show(one)} `).join("");
      const type = node.function.returnType === undefined ? "" : `${node.function.returnType} `;
      const role = node.role === "method" ? "" : `${node.role} `;
      return `${marks}${node.static ? "static " : ""}${role}${type}${node.name}${show(node.function)}`;
    }
    default:
      return `run ${showStatement(node.statement)}`;
  }
}

function showClass(node: ClassExpression): string {
  const marks = node.annotations.map((one) => `@${show(one)} `).join("");
  const bases = node.bases.length === 0 ? "" : ` < ${node.bases.map(show).join(", ")}`;
  return `${marks}class${node.name ? ` ${node.name}` : ""}${bases} { ${node.members.map((one) => `${showMember(one)};`).join(" ")} }`;
}

async function program(text: string): Promise<Program> {
  return lower(java, "A.java", text);
}

/** The statements of a file, in the notation above. */
async function read(text: string): Promise<string[]> {
  return (await program(text)).body.map(showStatement);
}

/** One expression. */
async function value(text: string): Promise<string> {
  const [first] = (await program(`x = ${text};`)).body;
  return first?.kind === "assign" ? show(first.value) : `not an assignment: ${first?.kind}`;
}

/** The members of `class A { … }`. */
async function inClass(text: string): Promise<string[]> {
  const [first] = (await program(`class A { ${text} }`)).body;
  if (first?.kind !== "assign" || first.value.kind !== "class") throw new Error("not a class");
  return first.value.members.map(showMember);
}

const cut = (text: string, at: Span | undefined) => at && text.slice(at.start, at.end);

describe("package and imports", () => {
  it("takes the package for the namespace", async () => {
    expect((await program("package com.example . web; class A {}")).namespace).toBe("com.example.web");
    expect("namespace" in (await program("class A {}"))).toBe(false);
  });

  it("binds a class, a static member, or everything", async () => {
    expect(await read("import a.b.C; import a.b.*; import static a.b.C.x; import static a.b.C.*; import Top;")).toEqual(
      ["import a.b.C * as C", "import a.b.*", "import a.b.C x as x", "import a.b.C.*", "import Top * as Top"],
    );
  });

  it("keeps the spans of the import and of the name", async () => {
    const text = "import static a.b.C.x;";
    const [first] = (await program(text)).body;
    if (first?.kind !== "import") throw new Error("not an import");
    expect(cut(text, first.span)).toBe(text);
    expect(cut(text, first.names[0]?.span)).toBe("x");
  });
});

describe("classes", () => {
  it("reads bases and annotations", async () => {
    expect(
      await read('@Foo(x = 1, y = {"a", "b"}) @a.b.Bar @Baz("v") class A<T> extends B<T> implements I, p.J<K> {}'),
    ).toEqual(['hoisted block A = @Foo(x=1, y=["a", "b"]) @a.b.Bar! @Baz("v") class A < B, I, p.J {  }']);
  });

  it("reads interfaces, with default, static and abstract methods and constants", async () => {
    expect(
      await read("interface I extends P, Q { int K = 1; default int f() { return K; } static void s() {} void a(); }"),
    ).toEqual([
      "hoisted block I = class I < P, Q { static int K = 1; int f() => { return K; }; static void s() => {  }; void a() => { return opaque<the method has no body>(); }; }",
    ]);
  });

  it("reads annotation types", async () => {
    expect(await read('@interface Name { String value() default "x"; int K = 2; }')).toEqual([
      'hoisted block Name = class Name { String value() => { return "x"; }; static int K = 2; }',
    ]);
  });

  it("reads fields: several declarators, types without arguments, static", async () => {
    expect(
      await inClass('private static final java.util.List<Map<String, T>> a = f(), b[]; @Value("${x}") boolean c;'),
    ).toEqual(["static java.util.List a = f()", "static java.util.List[] b", '@Value("${x}") boolean c']);
  });

  it("reads methods, parameters and return types", async () => {
    expect(
      await inClass(
        '@Override public <T> List<T> m(A this, @P("x") final Map<K, V> a, int b[], String... c) { return null; }',
      ),
    ).toEqual(['@Override! List m(@P("x") Map a, int[] b, ...String c) => { return null; }']);
  });

  it("reads variable arguments whose annotation the grammar cannot place", async () => {
    expect(await inClass("void m(int a, String @Nullable ... x) { f(); }")).toEqual([
      "void m(int a, ...String x) => { f(); }",
    ]);
  });

  it("reads constructors and calls of other constructors", async () => {
    expect(await inClass("A(int a) { super(a, 1); this.a = a; } A() { this(1); }")).toEqual([
      "constructor A(int a) => { super(a, 1); this.a = a; }",
      "constructor A() => { this(1); }",
    ]);
  });

  it("reads initialiser blocks", async () => {
    expect(await inClass("static { f(); } { g(); }")).toEqual(["run { f(); }", "run { g(); }"]);
  });

  it("puts nested classes first, as static members", async () => {
    expect(await inClass("static B b = new B(); class B {} interface C {}")).toEqual([
      "static B = class B {  }",
      "static C = class C {  }",
      "static B b = new B()",
    ]);
  });

  it("reads enum constants as objects of the enum", async () => {
    expect(
      await read('enum E implements I { X, @D Y("s") { void f() {} }; final String s; E(String s) { this.s = s; } }'),
    ).toEqual([
      'hoisted block E = class E < I { static E X = new E!; @D! static E Y = new class < E { void f() => {  }; }("s"); String s; constructor E(String s) => { this.s = s; }; }',
    ]);
  });

  it("writes out a record's constructor and accessors", async () => {
    expect(await read("record R(int a, @P List<T> b) implements I { int twice() { return a; } }")).toEqual([
      "hoisted block R = class R < I { int a; @P! List b; constructor R(int a, @P! List b) => { this.a = a; this.b = b; }; int a() => { return this.a; }; List b() => { return this.b; }; int twice() => { return a; }; }",
    ]);
  });

  it("keeps what a record writes itself", async () => {
    expect(
      await read("record R(int a) { R { check(a); } public int a() { return 1; } R(String s) { this(2); } }"),
    ).toEqual([
      "hoisted block R = class R { int a; constructor R(int a) => { check(a); this.a = a; }; int a() => { return 1; }; constructor R(String s) => { this(2); }; }",
    ]);
    expect(await read("record R(int a) { R(int b) { this.a = b; } }")).toEqual([
      "hoisted block R = class R { int a; int a() => { return this.a; }; constructor R(int b) => { this.a = b; }; }",
    ]);
  });

  it("reads anonymous classes and inner creations", async () => {
    expect(await value("new a.X<String>(1) { int y; }")).toBe("new class < a.X { int y; }(1)");
    expect(await value("outer.new Inner<T>(2)")).toBe("new outer.Inner(2)");
    expect(await value('new Cookie("a", "b") {{ setSecure(true); }}')).toBe(
      'new class < Cookie { run { setSecure(true); }; }("a", "b")',
    );
  });

  it("tells the own instance from an enclosing one", async () => {
    expect(await inClass("int x; void m() { A.this.x = 1; } class B { void n() { A.this.m(); } }")).toEqual([
      "static B = class B { void n() => { opaque<the instance of an enclosing class>().m(); }; }",
      "int x",
      "void m() => { this.x = 1; }",
    ]);
  });
});

describe("statements", () => {
  it("declares local variables with their types", async () => {
    expect(await read("final Map.Entry<K, V> a = f(), b; var c = 1; int[] d = {1, 2}; String @N [] e = g();")).toEqual([
      "block Map.Entry a = f()",
      "block Map.Entry b = undefined",
      "block c = 1",
      "block int[] d = [1, 2]",
      "block String[] e = g()",
    ]);
  });

  it("gives each declarator its span", async () => {
    const text = "int a = 1, b = 2;";
    expect((await program(text)).body.map((one) => cut(text, one.span))).toEqual(["int a = 1", "b = 2;"]);
  });

  it("reads assignments", async () => {
    expect(await read("a += 1; a.b = c; a[0] |= d; a >>>= 2; i++; --i; a = b = c;")).toEqual([
      "a += 1",
      "a.b = c",
      "a[0] |= d",
      "a other= 2",
      "i += 1",
      "i -= 1",
      "a = (b = c)",
    ]);
    expect(await value("i++")).toBe("seq((i += 1), opaque<the value before the update>())");
    expect(await value("++i")).toBe("(i += 1)");
  });

  it("reads if and its chain", async () => {
    expect(await read("if (a) b(); else if (c) { d(); } else { e(); }")).toEqual([
      "if a { b(); } else { if c { d(); } else { e(); }; }",
    ]);
  });

  it("reads loops", async () => {
    expect(await read("for (int i = 0, j = 1; i < 2; i++, j--) f(); for (;;) { break; } for (i = 0; ; ) g();")).toEqual(
      [
        "{ block int i = 0; block int j = 1; loop (i < 2) { f(); i += 1; j -= 1; }; }",
        "loop { break; }",
        "{ i = 0; loop { g(); }; }",
      ],
    );
    expect(await read("for (final Cookie c : all()) f(c); while (x) { continue; } do y(); while (z());")).toEqual([
      "loop c of all() { f(c); }",
      "loop x { continue; }",
      "loop z() { y(); }",
    ]);
  });

  it("reads try in its forms", async () => {
    expect(await read("try { a(); } catch (final p.X | Y<T> e) { b(); } finally { c(); }")).toEqual([
      "try { a(); } catch p.X|Y e { b(); } finally { c(); }",
    ]);
    expect(await read("try (var a = f(); B b = g(); c) { d(); }")).toEqual([
      "{ block a = f(); block B b = g(); c; d(); }",
    ]);
  });

  it("reads the rest", async () => {
    expect(
      await read(
        'throw new E("x"); lab: while (a) { break lab; } synchronized (l()) { f(); } assert a : b(); ; return;',
      ),
    ).toEqual(['throw new E("x")', "loop a { break; }", "l()", "{ f(); }", "opaque<an assertion>(a, b())", "return"]);
  });

  it("reads fragments that stand outside of a class", async () => {
    expect(
      await read('Cookie c = new Cookie("a", "b"); c.setSecure(true); @Bean public F f() { return null; }'),
    ).toEqual([
      'block Cookie c = new Cookie("a", "b")',
      "c.setSecure(true)",
      "hoisted block f = () => { return null; }",
    ]);
  });
});

describe("switch", () => {
  it("joins labels and falls through up to the break", async () => {
    expect(await read('switch (x) { case 1: case 2: f(); case "s": g(); break; default: h(); }')).toEqual([
      '{ if ((x == 1) or (x == 2)) { f(); g(); } else { if (x == "s") { g(); } else { h(); }; }; }',
    ]);
  });

  it("puts the default last wherever it stands", async () => {
    expect(await read("switch (x) { default -> a(); case A, B -> { b(); } case null -> throw c; }")).toEqual([
      "{ if ((x == A) or (x == B)) { b(); } else { if (x == null) { throw c; } else { a(); }; }; }",
    ]);
  });

  it("evaluates its subject once", async () => {
    expect(await read("switch (f()) { case 1: a(); }")).toEqual([
      "{ block switch@0 = f(); if (switch@0 == 1) { a(); }; }",
    ]);
  });

  it("gives a break inside a case a loop to leave", async () => {
    expect(await read("switch (x) { case 1: if (a) break; b(); }")).toEqual([
      "loop true { if (x == 1) { if a { break; }; b(); }; break; }",
    ]);
  });

  it("keeps breaks of loops and switches apart", async () => {
    expect(await read("switch (x) { case 1: while (a) { break; } { c(); break; } case 2: { b(); break; } }")).toEqual([
      "loop true { if (x == 1) { loop a { break; }; { c(); break; }; b(); } else { if (x == 2) { b(); }; }; break; }",
    ]);
  });

  it("binds patterns and asks guards", async () => {
    expect(
      await read(
        "switch (x) { case Foo f when f.a() -> b(f); case R(int q, var w) -> c(q); case null, default -> d(); }",
      ),
    ).toEqual([
      "{ if (seq((block Foo f = x), (f instanceof Foo)) and f.a()) { b(f); } else { if seq((block int q = opaque<a component of a record pattern>()), (block w = opaque<a component of a record pattern>()), (x instanceof R)) { c(q); } else { d(); }; }; }",
    ]);
  });

  it("is a value", async () => {
    expect(await value("switch (y) { case 1, 2 -> 3; case 4 -> { f(); yield 5; } default -> throw e; }")).toBe(
      "value{ if ((y == 1) or (y == 2)) { 3; } else { if (y == 4) { f(); 5; } else { throw e; }; }; }",
    );
    expect(await value('switch (y) { case 1: yield "a"; default: yield "b"; }')).toBe(
      'value{ if (y == 1) { "a"; } else { "b"; }; }',
    );
  });

  it("becomes a function where a yield stands further inside", async () => {
    expect(await value("switch (y) { case 1 -> 2; default -> { if (a) yield 3; yield 4; } }")).toBe(
      "() => { if (y == 1) { return 2; } else { if a { return 3; }; return 4; }; }!",
    );
    expect(await value("switch (y) { default -> { switch (z) { case 1: yield 3; } yield 4; } }")).toBe(
      "() => { { if (z == 1) { return 3; }; }; return 4; }!",
    );
  });
});

describe("expressions", () => {
  it.each([
    ["a.b().c[0].d", "a.b().c[0].d"],
    ["this.<T>foo(1)", "this.foo(1)"],
    ["foo(a, b())", "foo(a, b())"],
    ["super.x()", "super.x()"],
    ["I.super.x()", "super.x()"],
    ["new java.util.ArrayList<String>()", "new java.util.ArrayList()"],
    ["new int[] {1, 2}", "[1, 2]"],
    ["new X[f()][3]", "opaque<an array of default values>(f(), 3)"],
    ["String.class", "String.class"],
    ["int[].class", "opaque<an array type>().class"],
    ["X::y", "X.y"],
    ["a.b.X::new", "a.b.X.new"],
    ["List<String>::of", "List.of"],
    ["this::f", "this.f"],
    ["(String) (x)", "x"],
    ["a ? b : c", "(a ? b : c)"],
    ['"a" + b + 1', '(("a" + b) + 1)'],
    ["a && b || c", "((a and b) or c)"],
    ["a ^ b", "(a other b)"],
    ["!a", "!a"],
    ["-1", "-1"],
    ["-a", "opaque<arithmetic>(a)"],
    ["a instanceof p.Foo<?>", "(a instanceof p.Foo)"],
    ["f() instanceof final Foo g", "seq((block Foo g = f()), (g instanceof Foo))"],
    ["() -> 1", "() => { return 1; }"],
    ["x -> { f(x); }", "(x) => { f(x); }"],
    ["(a, b) -> a", "(a, b) => { return a; }"],
    ["(int a, List<B> b) -> a", "(int a, List b) => { return a; }"],
    ["null", "null"],
    ["true", "true"],
    ["(a = 3)", "(a = 3)"],
  ])("reads %s", async (text, expected) => {
    expect(await value(text)).toBe(expected);
  });

  it.each([
    ["0xFFL", 255],
    ["0xFFFFFFFF", -1],
    ["1_000", 1000],
    ["017", 15],
    ["077L", 63],
    ["0b11", 3],
    ["1.5f", 1.5],
    ["1e3d", 1000],
    ["7D", 7],
    [".5", 0.5],
    ["0", 0],
    ["-1L", -1],
  ])("reads the number %s", async (text, expected) => {
    expect(await value(text)).toBe(JSON.stringify(expected));
  });

  it("does not round numbers", async () => {
    expect(await value("9223372036854775807L")).toBe("opaque<a number that cannot be represented exactly>()");
  });

  it.each([
    [String.raw`"a\n\t\"\\\u0041\uu0042\101\0\s"`, 'a\n\t"\\ABA\0 '],
    ["'c'", "c"],
    [String.raw`'\''`, "'"],
    ['"""\n    hi \\\n    "x"  \n     there\\s\n    """', 'hi "x"\n there \n'],
    ['"""\r\n  a\r\n\r\n    b"""', "a\n\n  b"],
    ['""', ""],
  ])("decodes %s", async (text, expected) => {
    expect(await value(text)).toBe(JSON.stringify(expected));
  });

  it("marks lambdas as sharing `this`", async () => {
    const [first] = (await program("x = () -> 1;")).body;
    expect(first).toMatchObject({ value: { kind: "function", lexicalThis: true } });
  });
});

describe("spans", () => {
  it("covers calls, arguments and members exactly", async () => {
    const text = "é.b /* c */ ( x , 1 ).d(  );";
    const [first] = (await program(text)).body;
    if (first?.kind !== "expression" || first.value.kind !== "call") throw new Error("not a call");
    const outer = first.value;
    expect(cut(text, first.span)).toBe(text);
    expect(cut(text, outer.span)).toBe("é.b /* c */ ( x , 1 ).d(  )");
    expect(cut(text, outer.argumentsSpan)).toBe("  ");
    if (outer.callee.kind !== "member" || outer.callee.object.kind !== "call") throw new Error("not a chain");
    expect(cut(text, outer.callee.propertySpan)).toBe("d");
    expect(cut(text, outer.callee.span)).toBe("é.b /* c */ ( x , 1 ).d");
    const within = outer.callee.object;
    expect(cut(text, within.argumentsSpan)).toBe(" x , 1 ");
    expect(within.arguments.map((one) => cut(text, one.span))).toEqual(["x", "1"]);
  });

  it("covers literals with quotes, and annotation arguments with their name", async () => {
    const text = '@Foo(x = "a") class A { void m(int a) { f(); } }';
    const [first] = (await program(text)).body;
    if (first?.kind !== "assign" || first.value.kind !== "class") throw new Error("not a class");
    const [mark] = first.value.annotations;
    if (mark?.kind !== "call") throw new Error("not a call");
    expect(cut(text, mark.span)).toBe('@Foo(x = "a")');
    expect(cut(text, mark.callee.span)).toBe("Foo");
    expect(cut(text, mark.argumentsSpan)).toBe('x = "a"');
    expect(cut(text, mark.arguments[0]?.span)).toBe('x = "a"');
    expect(cut(text, mark.arguments[0]?.value.span)).toBe('"a"');
    const [method] = first.value.members;
    if (method?.kind !== "method") throw new Error("not a method");
    expect(cut(text, method.function.bodySpan)).toBe(" f(); ");
    expect(cut(text, method.function.span)).toBe("void m(int a) { f(); }");
  });

  it("collects comments", async () => {
    const text = "// one\nclass A { /* two */ /** three */ }";
    expect((await program(text)).comments.map((one) => cut(text, one))).toEqual([
      "// one",
      "/* two */",
      "/** three */",
    ]);
  });
});

describe("broken and hostile input", { timeout: 30_000 }, () => {
  it("keeps reading around errors", async () => {
    const text = 'class A { void m() { Cookie c = new Cookie("a", "b") x; c.setSecure(true; r.addCookie(c); } }';
    const read = await program(text);
    expect(read.errors.length).toBeGreaterThan(0);
    const shown = read.body.map(showStatement).join();
    expect(shown).toContain('block Cookie c = new Cookie("a", "b")');
    expect(shown).toContain("c.setSecure(true)");
    expect(shown).toContain("r.addCookie(c)");
  });

  it("keeps the effects of what it cannot place", async () => {
    expect((await read("class A { void m() { foo(1, ); if (a) /* c */ b(/* d */); } }")).join()).toContain(
      "foo(1); if a { b(); };",
    );
  });

  it("copies no more than a bounded number of cases that fall through", async () => {
    const cases = Array.from({ length: 300 }, (_, index) => `case ${index}: f${index}();`).join(" ");
    const nested = "switch (x) { case 1: a(); case 2: b(); case 3: ".repeat(30) + "}".repeat(30);
    expect(JSON.stringify(await program(`switch (a) { ${cases} }`)).split('"f299"').length - 1).toBe(16);
    expect(JSON.stringify(await program(nested)).length).toBeLessThan(1_000_000);
  });

  it("has no errors in sound files", async () => {
    expect((await program("class A {}")).errors).toEqual([]);
  });

  it("reads the methods of a class that is never closed", async () => {
    const shown = (await read("class A { void m() { a.b(true); } void n() { c(); ")).join();
    expect(shown).toContain("a.b(true)");
    expect(shown).toContain("c()");
  });

  it("bounds nesting", async () => {
    const deep = 3_000;
    const samples = [
      `x = ${"(".repeat(deep)}1${")".repeat(deep)};`,
      `${"{".repeat(deep)}f();${"}".repeat(deep)}`,
      `x = ${"f(".repeat(deep)}1${")".repeat(deep)};`,
      "class A { ".repeat(deep) + "}".repeat(deep),
      `x = ${"a ? b : ".repeat(deep)} c;`,
      `x = ${"!".repeat(deep)}a;`,
      `x = ${"() -> ".repeat(deep)}a;`,
      `${"switch (x) { case 1: a(); case 2: b(); default: ".repeat(deep)}${"}".repeat(deep)}`,
    ];
    for (const text of samples) expect(JSON.stringify(await program(text))).toContain("nested too deeply");
  });

  it("cuts off endless chains of branches", async () => {
    const links = Array.from({ length: 5_000 }, (_, index) => `if (a == ${index}) f();`);
    const labels = Array.from({ length: 5_000 }, (_, index) => `case ${index}: f(); break;`);
    for (const text of [links.join(" else "), `switch (a) { ${labels.join("\n")} }`]) {
      let levels = 0;
      let at: Statement | undefined = (await program(text)).body[0];
      if (at?.kind === "block") at = at.body[0];
      for (; at?.kind === "if"; at = at.else[0]) levels++;
      expect(levels).toBe(2_000);
      expect(at).toMatchObject({ value: { because: "too many branches" } });
    }
  });

  it("walks long chains without recursion", async () => {
    const calls = (await program(`x = a${".b()".repeat(20_000)};`)).body[0];
    let length = 0;
    let at: Expression | undefined = calls?.kind === "assign" ? calls.value : undefined;
    for (; at?.kind === "call" && at.callee.kind === "member"; at = at.callee.object) length++;
    expect(length).toBe(20_000);
    const sum = (await program(`x = a${' + "b"'.repeat(20_000)};`)).body[0];
    let terms = 0;
    at = sum?.kind === "assign" ? sum.value : undefined;
    for (; at?.kind === "binary"; at = at.left) terms++;
    expect(terms).toBe(20_000);
  });

  it("reads many statements in a row", async () => {
    expect((await program("f();\n".repeat(20_000))).body.length).toBe(20_000);
  });
});

function index(...all: string[]): FileIndex {
  return {
    has: (file) => all.includes(file),
    endingIn: (suffix) => all.filter((file) => file === suffix || file.endsWith(`/${suffix}`)),
    read: () => undefined,
  };
}

describe("resolve", () => {
  const from = "web/src/main/java/a/b/From.java";

  it("finds the file of a class", () => {
    expect(java.resolve("a.b.C", from, index("src/a/b/C.java"))).toBe("src/a/b/C.java");
    expect(java.resolve("a.b.C", from, index("src/xa/b/C.java"))).toBeUndefined();
  });

  it("prefers the file that is nearest to the importing one", () => {
    const files = index("api/src/main/java/a/b/C.java", "web/src/test/java/a/b/C.java", "web/src/main/java/a/b/C.java");
    expect(java.resolve("a.b.C", from, files)).toBe("web/src/main/java/a/b/C.java");
  });

  it("drops the names of nested classes", () => {
    expect(java.resolve("a.b.C.D.E", from, index("src/a/b/C.java"))).toBe("src/a/b/C.java");
    expect(java.resolve("C.D", from, index("web/src/main/java/a/b/C.java"))).toBe("web/src/main/java/a/b/C.java");
  });

  it("finds classes of the same package", () => {
    expect(java.resolve("C", from, index("web/src/main/java/a/b/C.java"))).toBe("web/src/main/java/a/b/C.java");
    expect(java.resolve("C", "From.java", index("C.java", "x/C.java"))).toBe("C.java");
    expect(java.resolve("C", from, index("x/C.java"))).toBeUndefined();
  });

  it("finds no file for a package or a foreign class", () => {
    const files = index("src/a/b/C.java", "src/a.java", "src/java.java");
    expect(java.resolve("a.b", from, files)).toBeUndefined();
    expect(java.resolve("java.util.List", from, files)).toBeUndefined();
    expect(java.resolve("a.".repeat(100_000), from, files)).toBeUndefined();
  });
});
