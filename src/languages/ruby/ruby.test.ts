import { describe, expect, it } from "vitest";
import { lower } from "../../../test/support/lower.ts";
import type { FileIndex } from "../../language.ts";
import type { Assignment, Call, Expression, Span, Statement } from "../../program.ts";
import { ruby } from "./index.ts";

async function read(text: string) {
  const program = await lower(ruby, "app.rb", text);
  return { ...program, text, at: (span: Span | undefined) => span && text.slice(span.start, span.end) };
}

/** The tree without its spans and without what every function has, to compare with what is written out. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !/span$/i.test(key) && key !== "annotations");
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}

async function statements(text: string): Promise<unknown> {
  return plain((await lower(ruby, "app.rb", text)).body);
}

async function value(text: string): Promise<unknown> {
  const [first] = (await lower(ruby, "app.rb", text)).body;
  if (first?.kind !== "expression") throw new Error(`not an expression: ${first?.kind}`);
  return plain(first.value);
}

async function callOf(text: string): Promise<Call> {
  const [first] = (await lower(ruby, "app.rb", text)).body;
  if (first?.kind !== "expression" || first.value.kind !== "call") throw new Error("not a call");
  return first.value;
}

const name = (name: string) => ({ kind: "name", name });
const literal = (value: unknown) => ({ kind: "literal", value });
const member = (object: unknown, property: string) => ({ kind: "member", object, property });
const expression = (value: unknown) => ({ kind: "expression", value });
const parameter = (of: string, more: object = {}) => ({ target: name(of), name: of, ...more });
const local = (of: string, value: unknown) => ({ kind: "assign", target: name(of), value, declare: "local" });

const branch = (test: unknown, yes: unknown[], no: unknown[] = []) => ({
  kind: "if",
  test,
  ["then"]: yes.map(expression),
  else: no,
});
const not = (value: unknown) => ({ kind: "not", value });

const bodyOf = (argument: Expression | undefined) => (argument?.kind === "function" ? plain(argument.body) : undefined);

describe("names, members and calls", () => {
  it("leaves what has no arguments a name or a member", async () => {
    expect(await value("foo")).toEqual(name("foo"));
    expect(await value("foo?")).toEqual(name("foo?"));
    expect(await value("a.b")).toEqual(member(name("a"), "b"));
    expect(await value("a&.b")).toEqual(member(name("a"), "b"));
    expect(await value("A::B")).toEqual(member(name("A"), "B"));
    expect(await value("::A")).toEqual(name("::A".slice(2)));
    expect(await value("@x")).toEqual(member({ kind: "this" }, "@x"));
    expect(await value("@@x")).toEqual(member({ kind: "this" }, "@@x"));
    expect(await value("$x")).toEqual(name("$x"));
  });

  it("has exact spans with and without parentheses", async () => {
    const { body, at } = await read("# 🍪\nres.set( :a, b: 1 )\nuse Foo, key: 'x', &blk\n");
    const [first, second] = body.map((statement) => (statement as { value: Call }).value);
    expect(at(first?.span)).toBe("res.set( :a, b: 1 )");
    expect(at(first?.argumentsSpan)).toBe(" :a, b: 1 ");
    expect(first?.bare).toBeUndefined();
    expect(first?.callee.kind === "member" && at(first.callee.propertySpan)).toBe("set");
    expect(first?.arguments.map((argument) => at(argument.span))).toEqual([":a", "b: 1"]);
    expect(at(second?.argumentsSpan)).toBe("Foo, key: 'x', &blk");
    expect(second?.bare).toBe(true);
    expect(second?.arguments.map((argument) => [at(argument.span), argument.name, argument.block])).toEqual([
      ["Foo", undefined, undefined],
      ["key: 'x'", "key", undefined],
      ["&blk", undefined, true],
    ]);
  });

  it("takes parentheses for the arguments only where they enclose them", async () => {
    const text = "foo (1), 2";
    const call = await callOf(text);
    expect(call.bare).toBe(true);
    expect(call.argumentsSpan).toEqual({ start: 4, end: 10 });
    expect((await callOf("foo()")).argumentsSpan).toEqual({ start: 4, end: 4 });
    expect((await callOf("foo { }")).argumentsSpan).toBeUndefined();
  });

  it("names symbol keys and gathers the other pairs in one bare hash", async () => {
    const call = await value(`foo(1, *xs, a: 1, "b" => 2, :c => 3, "d": 4, Rack::X => 5, x:, **h)`);
    expect(call).toMatchObject({
      arguments: [
        { value: literal(1) },
        { value: name("xs"), spread: "list" },
        { name: "a", value: literal(1) },
        {
          value: {
            kind: "object",
            bare: true,
            entries: [
              { key: "b", value: literal(2) },
              { key: member(name("Rack"), "X"), value: literal(5) },
            ],
          },
        },
        { name: "c", value: literal(3) },
        { name: "d", value: literal(4) },
        { name: "x", value: name("x") },
        { value: name("h"), spread: "map" },
      ],
    });
    expect(await value("foo({ a: 1 })")).toMatchObject({
      arguments: [{ value: { kind: "object", entries: [{ key: "a", value: literal(1) }] } }],
    });
  });

  it("passes blocks last", async () => {
    expect(await value("a.b(1) do |x, (y, z), *r, k: 2, &blk|\n  x\nend")).toEqual({
      kind: "call",
      callee: member(name("a"), "b"),
      arguments: [
        { value: literal(1) },
        {
          block: true,
          value: {
            kind: "function",
            parameters: [
              parameter("x"),
              { target: { kind: "list", items: [name("y"), name("z")] }, name: "(y, z)" },
              parameter("r", { rest: "list" }),
              parameter("k", { default: literal(2), keyword: true }),
              parameter("blk", { type: "Proc" }),
            ],
            body: [expression(name("x"))],
            implicitReturn: true,
            lexicalThis: true,
            blockScope: true,
          },
        },
      ],
    });
    expect(await value("xs.map(&:name)")).toMatchObject({ arguments: [{ block: true, value: literal("name") }] });
  });

  it("lowers <<, .() , super and yield to calls", async () => {
    expect(await value("list << item")).toEqual({
      kind: "call",
      callee: member(name("list"), "<<"),
      arguments: [{ value: name("item") }],
      bare: true,
    });
    expect(await value("f.(1)")).toMatchObject({
      callee: member(name("f"), "call"),
      arguments: [{ value: literal(1) }],
    });
    expect(await value("super")).toEqual({ kind: "call", callee: { kind: "super" }, arguments: [], bare: true });
    expect(await value("super(1)")).toMatchObject({ callee: { kind: "super" }, arguments: [{ value: literal(1) }] });
    expect(await value("yield(1)")).toMatchObject({ callee: name("yield"), arguments: [{ value: literal(1) }] });
    expect(await value("require_relative 'x'")).toMatchObject({ callee: name("require_relative") });
  });
});

describe("literals", () => {
  const literals: readonly (readonly [string, unknown])[] = [
    [`'it\\'s \\n'`, "it's \\n"],
    [`"a\\n\\u{41}\\x42\\103\\s\\"x"`, `a\nABC "x`],
    ["%q(a (b) \\) #{c})", "a (b) ) #{c}"],
    ["%Q(a\\tb)", "a\tb"],
    [":sym", "sym"],
    [`:"a b"`, "a b"],
    [`"a" 'b'`, "ab"],
    ["?a", "a"],
    ["1_000", 1000],
    ["0x1f", 31],
    ["017", 15],
    ["-2", -2],
    ["1.5e3", 1500],
    ["nil", null],
    ["true", true],
  ];
  it.each(literals)("%s", async (text, expected) => {
    expect(await value(text)).toEqual(literal(expected));
  });

  it("keeps the holes of interpolated strings", async () => {
    expect(await value(`"a#{b}c"`)).toEqual({ kind: "text", parts: ["a", name("b"), "c"] });
    expect(await value(`:"a#{b}"`)).toEqual({ kind: "text", parts: ["a", name("b")] });
  });

  it("reads here-documents with their indentation", async () => {
    expect(
      await value("foo(<<~A, <<-'B', <<C)\n    x #{y}\n      z\\t\n\n  A\n  raw\\t\n  B\nplain\nC\n"),
    ).toMatchObject({
      arguments: [
        { value: { kind: "text", parts: ["x ", name("y"), "\n  z\t\n\n"] } },
        { value: literal("  raw\\t\n") },
        { value: literal("plain\n") },
      ],
    });
    // A here-document begun inside another one must not take the body of the next.
    expect(await value("foo(<<A, <<B)\n#{bar(<<C)}\nA\nb\nB\n")).toMatchObject({
      arguments: [{ value: { parts: [{ callee: name("bar") }, "\n"] } }, { value: literal("b\n") }],
    });
  });

  it("reads word lists, arrays and hashes", async () => {
    expect(await value("%w[a b\\ c]")).toEqual({
      kind: "list",
      items: [{ value: literal("a") }, { value: literal("b c") }],
    });
    expect(await value("%i[a b]")).toEqual({ kind: "list", items: [{ value: literal("a") }, { value: literal("b") }] });
    expect(await value("[1, *a]")).toEqual({
      kind: "list",
      items: [{ value: literal(1) }, { value: name("a"), spread: "list" }],
    });
    expect(await value(`({ a: 1, :b => 2, "c" => 3, "d": 4, **h, x: })`)).toEqual({
      kind: "object",
      entries: [
        { kind: "entry", key: "a", value: literal(1) },
        { kind: "entry", key: "b", value: literal(2) },
        { kind: "entry", key: "c", value: literal(3) },
        { kind: "entry", key: "d", value: literal(4) },
        { kind: "spread", value: name("h") },
        { kind: "entry", key: "x", value: name("x") },
      ],
    });
  });

  it("has opaque ranges, patterns and places, with the calls in them", async () => {
    expect(await value("(1..f(2))")).toMatchObject({ kind: "opaque", children: [literal(1), { callee: name("f") }] });
    expect(await value("/a#{f(1)}/")).toMatchObject({ kind: "opaque", children: [{ callee: name("f") }] });
    expect(await value("__FILE__")).toMatchObject({ kind: "opaque" });
    expect(await value("defined?(x)")).toMatchObject({ kind: "opaque", children: [name("x")] });
  });
});

describe("assignments", () => {
  it("declares locals and changes members and elements", async () => {
    expect(await statements("x = 1\na.b = 2\na[:k] = 3\n@y = 4\n$z = 5\nA::B = 6")).toEqual([
      local("x", literal(1)),
      { kind: "assign", target: member(name("a"), "b"), value: literal(2) },
      { kind: "assign", target: { kind: "index", object: name("a"), index: literal("k") }, value: literal(3) },
      { kind: "assign", target: member({ kind: "this" }, "@y"), value: literal(4) },
      { kind: "assign", target: name("$z"), value: literal(5) },
      { kind: "assign", target: member(name("A"), "B"), value: literal(6) },
    ]);
  });

  it("keeps the operator of compound assignments", async () => {
    const body = (await lower(ruby, "app.rb", "a.b ||= 1\na[:k] &&= 2\nx += 3\nx **= 4")).body as Assignment[];
    expect(body.map((assignment) => assignment.operator)).toEqual(["or", "and", "+", "other"]);
  });

  it("takes lists apart", async () => {
    expect(await statements("a, (b, *c) = 1, d")).toEqual([
      {
        kind: "assign",
        target: { kind: "list", items: [name("a"), { kind: "list", items: [name("b")], rest: name("c") }] },
        value: { kind: "list", items: [{ value: literal(1) }, { value: name("d") }] },
        declare: "local",
      },
    ]);
    expect(await statements("*a, b = c")).toMatchObject([
      { target: { kind: "list", items: [], rest: name("a") } },
      { target: name("b"), value: { kind: "opaque" } },
    ]);
  });

  it("may be used as values", async () => {
    expect(await statements("x = y = 1")).toEqual([
      local("x", { kind: "assignment", assignment: local("y", literal(1)) }),
    ]);
    expect(await statements("x = if a then b else c = 1 end")).toEqual([
      local("x", {
        kind: "statements",
        body: [
          {
            kind: "if",
            test: name("a"),
            ["then"]: [expression(name("b"))],
            else: [expression({ kind: "assignment", assignment: local("c", literal(1)) })],
          },
        ],
      }),
    ]);
  });
});

describe("branches and loops", () => {
  it("lowers if, elsif, unless and their modifiers", async () => {
    expect(await statements("if a\n b\nelsif c\n d\nelse\n e\nend")).toEqual([
      branch(name("a"), [name("b")], [branch(name("c"), [name("d")], [expression(name("e"))])]),
    ]);
    expect(await statements("unless a\n b\nelse\n c\nend")).toEqual([
      branch(not(name("a")), [name("b")], [expression(name("c"))]),
    ]);
    expect(await statements("x if y\nx unless y")).toEqual([
      branch(name("y"), [name("x")]),
      branch(not(name("y")), [name("x")]),
    ]);
    expect(await value("a ? b : c")).toMatchObject({ kind: "ternary", test: name("a"), else: name("c") });
    expect(await value("a and not b")).toEqual({
      kind: "binary",
      operator: "and",
      left: name("a"),
      right: not(name("b")),
    });
  });

  it("compares the subject of case", async () => {
    const compare = (operator: string, right: unknown) => ({ kind: "binary", operator, left: name("a"), right });
    expect(await statements("case a\nwhen 1, LIMIT then b\nwhen *c then d\nwhen String then e\nelse f\nend")).toEqual([
      branch(
        { kind: "binary", operator: "or", left: compare("==", literal(1)), right: compare("==", name("LIMIT")) },
        [name("b")],
        [
          branch(
            compare("in", name("c")),
            [name("d")],
            [branch(compare("instanceof", name("String")), [name("e")], [expression(name("f"))])],
          ),
        ],
      ),
    ]);
    expect(await statements("case\nwhen a then b\nend")).toEqual([branch(name("a"), [name("b")])]);
    expect(await statements("case f(1)\nin {x: Integer => y} then y\nin [z, ^w] then z\nend")).toMatchObject([
      {
        test: { kind: "opaque", children: [{ callee: name("f") }] },
        ["then"]: [{ target: name("y"), declare: "local" }, expression(name("y"))],
        else: [{ test: { children: [name("w")] }, ["then"]: [{ target: name("z") }, expression(name("z"))] }],
      },
    ]);
  });

  it("lowers loops and jumps", async () => {
    expect(await statements("while a do b end\nb until a\nfor x in y do next end\nloop do break 1 end")).toEqual([
      { kind: "loop", test: name("a"), body: [expression(name("b"))] },
      { kind: "loop", test: not(name("a")), body: [expression(name("b"))] },
      { kind: "loop", bind: name("x"), over: name("y"), body: [{ kind: "continue" }] },
      { kind: "loop", body: [expression(literal(1)), { kind: "break" }] },
    ]);
    expect(await statements("return 1, 2")).toMatchObject([{ kind: "return", value: { kind: "list" } }]);
  });

  it("goes on after next in a block, and returns from a lambda", async () => {
    const block = await callOf("a.b { next 1 }");
    expect(bodyOf(block.arguments[0]?.value)).toEqual([expression(literal(1)), { kind: "continue" }]);
    const inLambda = await callOf("lambda { next 1 }");
    expect(inLambda.arguments[0]?.value).not.toHaveProperty("blockScope");
    expect(bodyOf(inLambda.arguments[0]?.value)).toEqual([{ kind: "return", value: literal(1) }]);
    expect(await value("->(x, y = 1) { next x }")).toEqual({
      kind: "function",
      parameters: [parameter("x"), parameter("y", { default: literal(1) })],
      body: [{ kind: "return", value: name("x") }],
      implicitReturn: true,
      lexicalThis: true,
    });
  });

  it("lowers rescue to try, in begin, methods, blocks and as a modifier", async () => {
    const attempt = (handlers: unknown[], last: unknown[] = []) => ({
      kind: "try",
      body: [expression(name("a"))],
      handlers,
      finally: last,
    });
    const caught = { types: ["E", "F::G"], bind: "e", body: [expression(name("b"))] };
    const clauses = "a\nrescue E, F::G => e\nb\nensure\nc\nend";
    const tried = [attempt([caught], [expression(name("c"))])];
    expect(await statements(`begin\n${clauses}`)).toEqual(tried);
    expect(await statements(`def m\n${clauses}`)).toMatchObject([{ value: { body: tried } }]);
    expect(await statements(`m do\n${clauses}`)).toMatchObject([
      { value: { arguments: [{ value: { body: tried } }] } },
    ]);
    expect(await statements("a rescue b")).toEqual([attempt([{ types: [], body: [expression(name("b"))] }])]);
  });
});

describe("methods and classes", () => {
  it("reads the parameters of a method", async () => {
    const { body, at } = await read("def f(a, b = 1, *c, d:, e: 2, **g, &h)\n  @x ||= a\nend");
    const [first] = body;
    expect(plain(first)).toEqual({
      kind: "assign",
      target: name("f"),
      declare: "function",
      hoisted: true,
      value: {
        kind: "function",
        name: "f",
        parameters: [
          parameter("a"),
          parameter("b", { default: literal(1) }),
          parameter("c", { rest: "list" }),
          parameter("d", { keyword: true }),
          parameter("e", { default: literal(2), keyword: true }),
          parameter("g", { rest: "map" }),
          parameter("h", { type: "Proc" }),
        ],
        body: [
          expression({
            kind: "assignment",
            assignment: { kind: "assign", target: member({ kind: "this" }, "@x"), value: name("a"), operator: "or" },
          }),
        ],
        implicitReturn: true,
      },
    });
    const method = first?.kind === "assign" && first.value.kind === "function" ? first.value : undefined;
    expect(at(method?.bodySpan)).toBe("@x ||= a");
    expect(await statements("def f(x) = x")).toMatchObject([{ value: { body: [expression(name("x"))] } }]);
  });

  it("sorts the members of a class", async () => {
    const text = `class Shop::Cart < Base
  include Sizes
  LIMIT = 3
  attr_accessor :size
  def initialize(size); @size = size; end
  def size=(value); end
  def self.build; end
  class << self
    def open; end
  end
  private def total; end
  class Line; end
end`;
    const { body, at } = await read(text);
    const [declaration] = body;
    const cart = declaration?.kind === "assign" && declaration.value.kind === "class" ? declaration.value : undefined;
    expect(declaration).toMatchObject({ target: { kind: "name", name: "Cart" }, declare: "function" });
    expect(declaration).not.toHaveProperty("hoisted");
    expect(declaration?.kind === "assign" && at(declaration.target.span)).toBe("Cart");
    expect(plain(cart?.bases)).toEqual([name("Base"), name("Sizes")]);
    const summary = cart?.members.map((member) => {
      if (member.kind === "method") return [member.role, member.name, member.static];
      if (member.kind === "field") return ["field", member.name, member.value?.kind, member.static];
      return [member.kind, at(member.statement.span)];
    });
    expect(summary).toEqual([
      ["statement", "include Sizes"],
      ["field", "LIMIT", "literal", true],
      ["statement", "attr_accessor :size"],
      ["constructor", "initialize", false],
      ["setter", "size", false],
      ["method", "build", true],
      ["method", "open", true],
      ["method", "total", false],
      ["statement", "private def total; end"],
      ["field", "Line", "class", true],
    ]);
  });

  it("lowers modules as classes and methods of one object as members", async () => {
    expect(await statements("module M\n  def self.x; end\nend")).toMatchObject([
      { target: name("M"), value: { kind: "class", name: "M", bases: [], members: [{ name: "x", static: true }] } },
    ]);
    expect(await statements("def app.call; end\nclass << app\n  def run; end\nend")).toMatchObject([
      { target: member(name("app"), "call"), value: { kind: "function" } },
      { target: member(name("app"), "run"), value: { kind: "function" } },
    ]);
  });
});

describe("hostile and broken input", () => {
  it("keeps what can be read around an error", async () => {
    const { errors, body } = await read("foo(1)\nclass ) \nbar(2)\n");
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(body)).toContain(`"name":"foo"`);
    expect(JSON.stringify(body)).toContain(`"name":"bar"`);
  });

  it("collects comments", async () => {
    const { comments, at } = await read("# one\nfoo(1) # two\n=begin\nthree\n=end\n");
    expect(comments.map((comment) => at(comment)?.trim())).toEqual(["# one", "# two", "=begin\nthree\n=end"]);
  });

  const long = 20_000;
  it.each([
    ["sums", `x = ${"a + ".repeat(long)}b`],
    ["method chains", `x${".b(1)".repeat(long)}`],
    ["elsif chains", `if a\n${"elsif b\nc\n".repeat(long)}end`],
    ["nested parentheses", `${"(".repeat(long)}1${")".repeat(long)}`],
    ["nested blocks", `${"a {".repeat(2_000)}${"}".repeat(2_000)}`],
    ["open strings", `"#{`.repeat(1_000)],
    ["nested keys", `${`f("#{`.repeat(40)}1${`}": 1)`.repeat(40)}`],
    ["nested targets", `${"a { ".repeat(40)}1${" } = 1".repeat(40)}`],
  ])("survives long or deep %s", async (_, text) => {
    const { body, errors } = await lower(ruby, "app.rb", text);
    expect(body.length + errors.length).toBeGreaterThan(0);
  });

  it("cuts off what is nested too deeply and says so", async () => {
    const nested = await lower(ruby, "app.rb", `${"[".repeat(1_000)}${"]".repeat(1_000)}`);
    expect(JSON.stringify(nested.body)).toContain("nested too deeply");
    let body: readonly Statement[] = (await lower(ruby, "app.rb", `if a\n${"elsif b\n".repeat(2_500)}end`)).body;
    let branches = 0;
    for (let first = body[0]; first?.kind === "if"; first = body[0]) {
      body = first.else;
      branches += 1;
    }
    expect(branches).toBe(2_000);
    expect(plain(body)).toEqual([expression({ kind: "opaque", because: "too many branches", children: [] })]);
  });
});

describe("resolve", () => {
  const project = [
    "config.ru",
    "app/models/user.rb",
    "app/controllers/admin/html_pages_controller.rb",
    "lib/shop/session.rb",
    "lib/shop.rb",
    "lib/json/shop.rb",
    "engines/blog/lib/blog/user.rb",
    "engines/blog/app/models/user.rb",
    "config/settings.rb",
    "vendor/deep/tool/helper.rb",
  ];
  const files: FileIndex = {
    has: (file) => project.includes(file),
    endingIn: (suffix) => project.filter((file) => file === suffix || file.endsWith(`/${suffix}`)),
    read: () => undefined,
  };
  it.each([
    ["./settings", "config/boot.rb", "config/settings.rb"],
    ["../lib/shop", "config/boot.rb", "lib/shop.rb"],
    ["../../../etc/passwd", "config/boot.rb", undefined],
    ["settings", "config/boot.rb", "config/settings.rb"],
    ["settings.rb", "config/boot.rb", "config/settings.rb"],
    ["shop/session", "config.ru", "lib/shop/session.rb"],
    ["shop", "config/boot.rb", "lib/shop.rb"],
    ["tool/helper", "config.ru", "vendor/deep/tool/helper.rb"],
    ["helper", "config.ru", undefined],
    ["json", "config.ru", undefined],
    ["/etc/passwd", "config.ru", undefined],
    ["", "config.ru", undefined],
    ["Shop::Session", "config.ru", "lib/shop/session.rb"],
    ["::Shop", "config.ru", "lib/shop.rb"],
    ["Admin::HTMLPagesController", "config.ru", "app/controllers/admin/html_pages_controller.rb"],
    ["User", "app/controllers/admin/html_pages_controller.rb", "app/models/user.rb"],
    ["User", "engines/blog/app/controllers/x.rb", "engines/blog/app/models/user.rb"],
    ["Nothing::Here", "config.ru", undefined],
  ])("%s from %s is %s", (specifier, from, expected) => {
    expect(ruby.resolve(specifier, from, files)).toBe(expected);
  });
});
