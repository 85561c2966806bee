import { describe, expect, test } from "vitest";
import { lower as lowerFile } from "../../../test/support/lower.ts";
import type { FileIndex } from "../../language.ts";
import type { ClassExpression, Expression, FunctionExpression, Program, Span, Statement } from "../../program.ts";
import { javascript } from "./index.ts";

const lower = (text: string, file = "a.ts"): Promise<Program> => lowerFile(javascript, file, text);

/** A program without its spans, which are tested on their own. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== "span" && !key.endsWith("Span"));
  return Object.fromEntries(kept.map(([key, inner]) => [key, plain(inner)]));
}

const body = async (text: string, file?: string) => plain((await lower(text, file)).body);

async function statement(text: string, file?: string): Promise<Statement> {
  const [first] = (await lower(text, file)).body;
  if (first === undefined) throw new Error("nothing was lowered");
  return first;
}

async function expression(text: string, file?: string): Promise<Expression> {
  const first = await statement(`x = ${text}`, file);
  if (first.kind !== "assign") throw new Error(`not an assignment but ${first.kind}`);
  return first.value;
}

async function functionOf(text: string): Promise<FunctionExpression> {
  const value = await expression(text);
  if (value.kind !== "function") throw new Error(`not a function but ${value.kind}`);
  return value;
}

async function classOf(text: string): Promise<ClassExpression> {
  const value = await expression(text);
  if (value.kind !== "class") throw new Error(`not a class but ${value.kind}`);
  return value;
}

const value = async (text: string, file?: string) => plain(await expression(text, file));
const name = (name: string) => ({ kind: "name", name });
const literal = (value: unknown) => ({ kind: "literal", value });
const member = (object: unknown, property: string) => ({ kind: "member", object, property });
const call = (callee: unknown, ...values: unknown[]) => ({
  kind: "call",
  callee,
  arguments: values.map((value) => ({ value })),
});
const run = (value: unknown) => ({ kind: "expression", value });
const assign = (target: unknown, value: unknown, how: object = {}) => ({ kind: "assign", target, value, ...how });
const block = { declare: "block" };
const entry = (key: unknown, value: unknown) => ({ kind: "entry", key, value });
const is = (value: unknown) => ({ kind: "binary", operator: "==", left: name("a"), right: literal(value) });
const isNot = (value: unknown) => ({ ...is(value), operator: "!=" });
const simple = (callee: string) => [run(call(name(callee)))];
const exported = (...names: [string, string][]) => ({
  kind: "export",
  names: names.map(([local, exported]) => ({ local, exported })),
});

describe("grammar", () => {
  test.each([
    ["a.js", "javascript"],
    ["a.jsx", "javascript"],
    ["a.mts", "typescript"],
    ["a.d.ts", "typescript"],
    ["a.tsx", "tsx"],
  ])("%s is read as %s", (file, grammar) => {
    expect(javascript.grammar(file)).toBe(grammar);
  });
});

describe("imports", () => {
  test("default, named, namespace and side effect", async () => {
    expect(await body(`import a, { b, c as d, type T } from "x"; import * as n from "y"; import "z";`)).toEqual([
      {
        kind: "import",
        from: "x",
        names: [
          { imported: "default", local: "a" },
          { imported: "b", local: "b" },
          { imported: "c", local: "d" },
          { imported: "T", local: "T" },
        ],
      },
      { kind: "import", from: "y", names: [{ imported: "*", local: "n" }] },
      { kind: "import", from: "z", names: [] },
    ]);
  });

  test("import = and export = are those of CommonJS", async () => {
    expect(await body(`import fs = require("fs"); import C = A.B; export = fs;`)).toEqual([
      assign(name("fs"), call(name("require"), literal("fs")), block),
      assign(name("C"), member(name("A"), "B"), block),
      assign(member(name("module"), "exports"), name("fs")),
    ]);
  });

  test("require() and import() stay calls", async () => {
    expect(await value(`require("./a").b`)).toEqual(member(call(name("require"), literal("./a")), "b"));
    expect(await value(`await import("./a")`)).toEqual(call(name("import"), literal("./a")));
    expect(await value("import.meta.env", "a.js")).toEqual(member(member(name("import"), "meta"), "env"));
  });
});

describe("exports", () => {
  test("lists and re-exports", async () => {
    expect(
      await body(`export { a, b as c }; export { default as d } from "x"; export * from "y"; export * as n from "z";`),
    ).toEqual([
      exported(["a", "a"], ["b", "c"]),
      { ...exported(["default", "d"]), from: "x" },
      { ...exported(), from: "y", star: true },
      { ...exported(["*", "n"]), from: "z" },
    ]);
  });

  test("declarations export every name they bind", async () => {
    const lowered = await body("export const { a, b: [c = 1, ...d] } = o, e = 2;");
    expect(lowered).toHaveLength(3);
    expect((lowered as unknown[])[2]).toEqual(exported(["a", "a"], ["c", "c"], ["d", "d"], ["e", "e"]));
  });

  test("default", async () => {
    expect(await body("export default f(1)")).toEqual([
      assign(name("default"), call(name("f"), literal(1)), block),
      exported(["default", "default"]),
    ]);
    expect(await body("export default class A {}", "a.js")).toMatchObject([
      { kind: "assign", target: name("A"), value: { kind: "class", name: "A" } },
      exported(["A", "default"]),
    ]);
    expect(await body("export default function () {}", "a.js")).toMatchObject([
      { kind: "assign", target: name("default"), value: { kind: "function" }, hoisted: true },
      exported(["default", "default"]),
    ]);
  });

  test("types export nothing", async () => {
    expect(
      await body("export interface A {} export type B = 1; export declare const c: B; export default interface D {}"),
    ).toEqual([]);
  });
});

describe("variables and assignments", () => {
  test("say where they are declared and of what type", async () => {
    expect(await body("const a: http.Cookie<X> = 1; var b = 2; let c: D | undefined; var d; e = 3")).toEqual([
      assign(name("a"), literal(1), { ...block, type: "http.Cookie" }),
      assign(name("b"), literal(2), { declare: "function" }),
      assign(name("c"), literal(undefined), { ...block, type: "D" }),
      assign(name("d"), literal(undefined), { declare: "function", hoisted: true }),
      assign(name("e"), literal(3)),
    ]);
  });

  test("destructuring", async () => {
    expect(await body(`const { a, "b-c": d = 1, ...r } = o, [x, , y = 2, ...z] = l;`)).toEqual([
      assign(
        {
          kind: "object",
          entries: [
            { key: "a", target: name("a") },
            { key: "b-c", target: name("d"), default: literal(1) },
          ],
          rest: name("r"),
        },
        name("o"),
        block,
      ),
      assign(
        {
          kind: "list",
          items: [name("x"), undefined, { kind: "default", target: name("y"), value: literal(2) }],
          rest: name("z"),
        },
        name("l"),
        block,
      ),
    ]);
  });

  test("what a computed key receives is opaque", async () => {
    expect(await body("({ [k()]: a = 1 } = o)")).toMatchObject([
      { target: { entries: [{ default: { kind: "opaque", children: [call(name("k")), literal(1)] } }] } },
    ]);
  });

  test.each([
    ["a += 1", "+"],
    ["a ||= 1", "or"],
    ["a &&= 1", "and"],
    ["a ??= 1", "??"],
    ["a **= 1", "other"],
    ["a++", "+"],
    ["--a", "-"],
  ])("%s", async (text, operator) => {
    expect(await body(text)).toEqual([assign(name("a"), literal(1), { operator })]);
  });

  test("as values", async () => {
    expect(await value("y.z = 1")).toEqual({
      kind: "assignment",
      assignment: assign(member(name("y"), "z"), literal(1)),
    });
    expect(await value("i++")).toMatchObject({ kind: "opaque", children: [{ kind: "assignment" }] });
  });

  test("delete, and a comma at the end of a statement's reach", async () => {
    expect(await body("a = 1, delete b.c, delete b[d], f()")).toEqual([
      assign(name("a"), literal(1)),
      { kind: "delete", target: member(name("b"), "c") },
      { kind: "delete", target: { kind: "index", object: name("b"), index: name("d") } },
      run(call(name("f"))),
    ]);
  });
});

describe("expressions", () => {
  test.each<[string, unknown]>([
    ["0x1F", 31],
    ["1_000", 1000],
    ["-1", -1],
    ["null", null],
    ["void 0", undefined],
    ["undefined", undefined],
    [String.raw`"a\n\x41\u0042\u{1F600}\'\0"`, "a\nAB😀'\0"],
    ["'a\\\nb'", "ab"],
    ["`plain`", "plain"],
    ["(true as boolean)!", true],
    ["<any>false", false],
    ["await ('s' satisfies T)", "s"],
  ])("%s is a literal", async (text, expected) => {
    expect(await value(text)).toEqual(literal(expected));
  });

  test("templates and concatenations with holes are text", async () => {
    const text = { kind: "text", parts: ["a", name("b"), "c\n"] };
    expect(await value("`a${b}c\\n`")).toEqual(text);
    expect(await value(`"a" + b + "c\\n"`)).toEqual(text);
    expect(await value("a + b + 'c'")).toEqual({
      kind: "text",
      parts: [{ kind: "binary", operator: "+", left: name("a"), right: name("b") }, "c"],
    });
  });

  test("a tagged template is a bare call", async () => {
    expect(await value("tag`a${b}`")).toEqual({
      ...call(name("tag"), { kind: "text", parts: ["a", name("b")] }),
      bare: true,
    });
  });

  test("optional chains, indexes and spreads", async () => {
    expect(await value("a?.b?.[c]?.(...d)")).toEqual({
      kind: "call",
      callee: { kind: "index", object: { ...member(name("a"), "b"), optional: true }, index: name("c") },
      arguments: [{ value: name("d"), spread: "list" }],
    });
  });

  test.each([
    ["a === b", "=="],
    ["a !== b", "!="],
    ["a && b", "and"],
    ["a || b", "or"],
    ["a ?? b", "??"],
    ["a in b", "in"],
    ["a instanceof b", "instanceof"],
    ["a ** b", "other"],
  ])("%s", async (text, operator) => {
    expect(await value(text)).toEqual({ kind: "binary", operator, left: name("a"), right: name("b") });
  });

  test("loose null takes in undefined", async () => {
    expect(await value("a != null")).toEqual({
      kind: "binary",
      operator: "and",
      left: isNot(null),
      right: isNot(undefined),
    });
    expect(await value("typeof a !== 'undefined'")).toEqual(isNot(undefined));
    expect(await value("a !== null")).toEqual(isNot(null));
  });

  test("not, ternary, sequence, new", async () => {
    expect(await value("!a ? (b, c) : new D.E(f)")).toEqual({
      kind: "ternary",
      test: { kind: "not", value: name("a") },
      then: { kind: "sequence", items: [name("b"), name("c")] },
      else: { ...call(member(name("D"), "E"), name("f")), new: true },
    });
    expect(await value("new X")).toEqual({ ...call(name("X")), new: true });
  });

  test("objects keep their order", async () => {
    expect(await value(`{ a, ...b, "c-d": 1, [e]: 2, ["f"]: 3, 4: 5, g() {}, get h() { return 1 } }`)).toMatchObject({
      kind: "object",
      entries: [
        entry("a", name("a")),
        { kind: "spread", value: name("b") },
        entry("c-d", literal(1)),
        entry(name("e"), literal(2)),
        entry("f", literal(3)),
        entry("4", literal(5)),
        entry("g", { kind: "function", name: "g" }),
        entry("h", { kind: "function", body: [{ kind: "return" }] }),
      ],
    });
  });

  test("lists keep holes and spreads", async () => {
    expect(await value("[a, , ...b]")).toEqual({
      kind: "list",
      items: [{ value: name("a") }, { value: literal(undefined) }, { value: name("b"), spread: "list" }],
    });
  });

  test("JSX holds the expressions of its attributes and children", async () => {
    expect(await value(`<Foo a="b" c={d()} {...e}>text {f()} <g.h i={j} /></Foo>`, "a.tsx")).toEqual({
      kind: "opaque",
      because: "JSX",
      children: [
        call(name("d")),
        name("e"),
        call(name("f")),
        { kind: "opaque", because: "JSX", children: [name("j")] },
      ],
    });
  });
});

describe("functions", () => {
  test("declarations are hoisted, overloads and the this parameter are dropped", async () => {
    expect(
      await body(
        "function f(a: string): void; async function f(this: T, a?: Req<X>, { b } = {}, ...c: any[]): Promise<R> {}",
      ),
    ).toEqual([
      assign(
        name("f"),
        {
          kind: "function",
          name: "f",
          parameters: [
            { target: name("a"), name: "a", type: "Req" },
            {
              target: { kind: "object", entries: [{ key: "b", target: name("b") }] },
              name: "",
              default: { kind: "object", entries: [] },
            },
            { target: name("c"), name: "c", rest: "list" },
          ],
          body: [],
          annotations: [],
          returnType: "Promise",
          async: true,
        },
        { ...block, hoisted: true },
      ),
    ]);
  });

  test("arrows return their expression and keep this", async () => {
    expect(plain(await functionOf("a => ({ b: this })"))).toEqual({
      kind: "function",
      parameters: [{ target: name("a"), name: "a" }],
      body: [
        { kind: "return", value: { kind: "object", entries: [{ kind: "entry", key: "b", value: { kind: "this" } }] } },
      ],
      annotations: [],
      lexicalThis: true,
    });
  });

  test("JavaScript parameters", async () => {
    expect(await value("function (a, b = 1, [c], ...d) {}", "a.js")).toMatchObject({
      parameters: [
        { name: "a" },
        { name: "b", default: literal(1) },
        { name: "", target: { kind: "list" } },
        { name: "d", rest: "list" },
      ],
    });
  });
});

describe("classes", () => {
  test("members", async () => {
    const { members, bases } = await classOf(
      `class A extends B<T> implements C { static readonly x: N = 1; #p = 2; declare q: string; static { f() }
        get v() { return 1 } set v(a) {} async m() { super.m() } abstract o(): void; static s() {} }`,
    );
    expect(plain(bases)).toEqual([name("B")]);
    expect(plain(members)).toMatchObject([
      { kind: "field", name: "x", static: true, value: literal(1), type: "N" },
      { kind: "field", name: "#p", static: false, value: literal(2) },
      { kind: "statement", statement: { kind: "block", body: [run(call(name("f")))] } },
      { kind: "method", name: "v", role: "getter" },
      { kind: "method", name: "v", role: "setter" },
      { kind: "method", name: "m", role: "method", function: { body: [run(call(member({ kind: "super" }, "m")))] } },
      { kind: "method", name: "s", role: "method", static: true },
    ]);
    expect(members).toHaveLength(7);
  });

  test("parameter properties are assigned first", async () => {
    const { members } = await classOf("class { constructor(private readonly x: X = 1, y) { super(); } }");
    expect(plain(members)).toMatchObject([
      {
        name: "constructor",
        role: "constructor",
        function: {
          parameters: [{ name: "x", type: "X", default: literal(1) }, { name: "y" }],
          body: [assign(member({ kind: "this" }, "x"), name("x")), run(call({ kind: "super" }))],
        },
      },
    ]);
  });

  test.each(["a.ts", "a.js"])("decorators in %s", async (file) => {
    expect(await body("@A() export class X { @B c = 1; @D('p') e() {} }", file)).toMatchObject([
      {
        value: {
          kind: "class",
          annotations: [call(name("A"))],
          members: [
            { name: "c", annotations: [name("B")] },
            { name: "e", function: { annotations: [call(name("D"), literal("p"))] } },
          ],
        },
      },
      { kind: "export" },
    ]);
    expect(await body("class X { m(@Req() r) {} }")).toMatchObject([
      { value: { members: [{ function: { parameters: [{ name: "r", annotations: [call(name("Req"))] }] } }] } },
    ]);
  });
});

describe("control flow", () => {
  test("if, else if, else", async () => {
    expect(await body("if (a) b(); else if (c) { d() } else e()")).toEqual([
      {
        kind: "if",
        test: name("a"),
        then: simple("b"),
        else: [{ kind: "if", test: name("c"), then: simple("d"), else: simple("e") }],
      },
    ]);
  });

  test("loops", async () => {
    expect(await body("for (const [k] of l) f(); for (let i = 0; i < 1; i++) g(); do h(); while (a)")).toEqual([
      { kind: "loop", bind: { kind: "list", items: [name("k")] }, over: name("l"), body: simple("f") },
      {
        kind: "block",
        body: [
          assign(name("i"), literal(0), block),
          {
            kind: "loop",
            test: { kind: "binary", operator: "<", left: name("i"), right: literal(1) },
            body: [...simple("g"), assign(name("i"), literal(1), { operator: "+" })],
          },
        ],
      },
      { kind: "loop", test: name("a"), body: simple("h") },
    ]);
    expect(await body("for (;;) break")).toEqual([
      { kind: "block", body: [{ kind: "loop", body: [{ kind: "break" }] }] },
    ]);
  });

  test("switch falls through up to the break, and default comes last", async () => {
    expect(await body("switch (a) { default: z(); break; case 1: case 2: b(); case 3: { c(); break; } }")).toEqual([
      {
        kind: "block",
        body: [
          {
            kind: "if",
            test: { kind: "binary", operator: "or", left: is(1), right: is(2) },
            then: [...simple("b"), { kind: "block", body: simple("c") }],
            else: [{ kind: "if", test: is(3), then: [{ kind: "block", body: simple("c") }], else: simple("z") }],
          },
        ],
      },
    ]);
  });

  test("what follows a conditional break moves to the other side", async () => {
    expect(await body("switch (a) { case 1: if (b) break; c(); d() }")).toMatchObject([
      {
        body: [
          {
            test: is(1),
            then: [{ kind: "if", test: name("b"), then: [], else: [...simple("c"), ...simple("d")] }],
          },
        ],
      },
    ]);
  });

  test("a subject that is not a path is read once", async () => {
    expect(await body("switch (f()) { case 1: b() }")).toMatchObject([
      { body: [assign(name("(switch)"), call(name("f")), block), { test: { left: name("(switch)") } }] },
    ]);
  });

  test("try, and a caught pattern", async () => {
    expect(await body("try { a() } catch ({ m }) { b() } finally { c() }")).toMatchObject([
      {
        kind: "try",
        body: simple("a"),
        handlers: [
          { types: [], bind: "(caught)", body: [{ kind: "assign", value: name("(caught)") }, ...simple("b")] },
        ],
        finally: simple("c"),
      },
    ]);
  });
});

describe("TypeScript's own", () => {
  test("an enum is an object", async () => {
    expect(await body("enum E { A, B = 5, C, D = 'd' }")).toEqual([
      assign(
        name("E"),
        {
          kind: "object",
          entries: [entry("A", literal(0)), entry("B", literal(5)), entry("C", literal(6)), entry("D", literal("d"))],
        },
        block,
      ),
    ]);
  });

  test("a namespace is a call that returns what it exports", async () => {
    expect(await body("namespace N { const b = 1; export const a = b }")).toMatchObject([
      assign(name("N"), {
        kind: "call",
        callee: {
          kind: "function",
          body: [
            { kind: "assign", target: name("b") },
            { kind: "assign", target: name("a") },
            { kind: "return", value: { kind: "object", entries: [{ key: "a", value: name("a") }] } },
          ],
        },
      }),
    ]);
  });

  test("ambient declarations are dropped", async () => {
    expect(await body(`declare const a: string; declare module "x" { export const y: 1 } interface I {}`)).toEqual([]);
  });
});

describe("spans", () => {
  const text = "/* one */ app.use(a, { b: f(1), });\n// two\nconst c = x.y;";
  const at = (span: Span | undefined) => (span === undefined ? undefined : text.slice(span.start, span.end));

  test("cover exactly what is written", async () => {
    const program = await lower(text);
    const [first, second] = program.body;
    expect(program.comments.map(at)).toEqual(["/* one */", "// two"]);
    expect(at(first?.span)).toBe("app.use(a, { b: f(1), });");
    if (first?.kind !== "expression" || first.value.kind !== "call") throw new Error("not a call");
    expect(at(first.value.span)).toBe("app.use(a, { b: f(1), })");
    expect(at(first.value.argumentsSpan)).toBe("a, { b: f(1), }");
    if (first.value.callee.kind !== "member") throw new Error("not a member");
    expect(at(first.value.callee.propertySpan)).toBe("use");
    const object = first.value.arguments[1]?.value;
    if (object?.kind !== "object" || object.entries[0]?.kind !== "entry") throw new Error("not an object");
    expect(at(object.span)).toBe("{ b: f(1), }");
    expect(at(object.entries[0].span)).toBe("b: f(1)");
    expect(at(object.entries[0].keySpan)).toBe("b");
    if (second?.kind !== "assign") throw new Error("not an assignment");
    expect([at(second.span), at(second.target.span), at(second.value.span)]).toEqual(["const c = x.y;", "c", "x.y"]);
  });

  test("count UTF-16 units", async () => {
    const emoji = "x = '😀'; y()";
    const [, second] = (await lower(emoji)).body;
    expect(emoji.slice(second?.span.start, second?.span.end)).toBe("y()");
  });

  test("the body of a function is what stands between its braces", async () => {
    const source = "x = function () { a() }";
    const { bodySpan } = await functionOf(source.slice(4));
    expect(source.slice(bodySpan.start, bodySpan.end)).toBe(" a() ");
  });
});

describe("broken and hostile input", () => {
  test("what stands around an error is still read", async () => {
    const { body, errors } = await lower("a(); const x = ; b({ c: 1 secure: e() }); } d(); if (");
    expect(errors.length).toBeGreaterThan(0);
    const found = JSON.stringify(plain(body));
    for (const callee of ["a", "b", "d", "e"]) expect(found).toContain(JSON.stringify(name(callee)));
  });

  test.each([
    ["binary chain", `x = ${"a || ".repeat(50_000)}b`],
    ["concatenation", `x = "s"${" + b".repeat(50_000)}`],
    ["method chain", `a${".b()".repeat(50_000)}`],
    ["else if", `if (a) b();${" else if (a) b()".repeat(1_200)}`],
    ["parentheses", `${"(".repeat(5_000)}a${")".repeat(5_000)}`],
    ["lists", `${"[".repeat(5_000)}${"]".repeat(5_000)}`],
    ["blocks", "{".repeat(5_000)],
    ["arrows", `${"() => ".repeat(2_000)}1`],
    ["patterns", `var ${"[".repeat(2_000)}a${"]".repeat(2_000)} = b`],
    ["cases", `switch (a) { ${"case 1: f();".repeat(3_000)} }`],
    ["noise", "}{)(][,;:?<>`${".repeat(200)],
  ])("a long or deep %s is lowered to what can be cloned", async (_, text) => {
    const program = await lower(text, "a.js");
    expect(() => structuredClone(program)).not.toThrow();
  });

  test("what is nested too deeply is opaque, and what a long chain holds is kept", async () => {
    expect(JSON.stringify(await lower(`f(${"[".repeat(500)}${"]".repeat(500)})`))).toContain("nested too deeply");
    const chain = JSON.stringify(plain((await lower(`x = ${"f() || ".repeat(4_000)}last()`)).body));
    expect(chain.match(/"kind":"call"/g)).toHaveLength(4_001);
  });
});

function index(contents: Readonly<Record<string, string>>): FileIndex {
  const all = Object.keys(contents).toSorted((a, b) => a.split("/").length - b.split("/").length);
  return {
    has: (file) => Object.hasOwn(contents, file),
    endingIn: (suffix) => all.filter((file) => file === suffix || file.endsWith(`/${suffix}`)),
    read: (file) => contents[file],
  };
}

describe("resolve", () => {
  const files = index({
    "tsconfig.base.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "#shared/*": ["packages/shared/src/*"] } } }`,
    "package.json": `{ "name": "root" }`,
    "app/tsconfig.json": `{
      // aliases
      "extends": "../tsconfig.base",
      "compilerOptions": { "baseUrl": "./src", "paths": { "~lib/*": ["lib/*"], "~lib/exact": ["server.ts"], }, },
    }`,
    "app/package.json": `{ "name": "app", "imports": { "#config": { "default": "./src/config.js" }, "#lib/*": "./src/lib/*.js" } }`,
    "app/src/server.ts": "",
    "app/src/config.ts": "",
    "app/src/lib/index.ts": "",
    "app/src/lib/cookies.tsx": "",
    "app/src/lib/data.json": "",
    "packages/shared/package.json": `{ "name": "@org/shared", "exports": { ".": { "types": "./dist/index.d.ts", "import": "./dist/index.js" }, "./deep/*": "./dist/deep/*.js" } }`,
    "packages/shared/src/index.ts": "",
    "packages/shared/src/deep/a.ts": "",
    "packages/shared/src/b.ts": "",
    "packages/shared/tsconfig.json": `{ "extends": "../../tsconfig.base.json" }`,
    "packages/plain/package.json": `{ "name": "plain", "main": "lib/main.js" }`,
    "packages/plain/lib/main.js": "",
  });

  test.each([
    ["./config", "app/src/server.ts", "app/src/config.ts"],
    ["./config.js", "app/src/server.ts", "app/src/config.ts"],
    ["./lib", "app/src/server.ts", "app/src/lib/index.ts"],
    ["./lib/", "app/src/server.ts", "app/src/lib/index.ts"],
    [".", "app/src/lib/cookies.tsx", "app/src/lib/index.ts"],
    ["..", "app/src/lib/deep/x.ts", "app/src/lib/index.ts"],
    ["./cookies.jsx", "app/src/lib/index.ts", "app/src/lib/cookies.tsx"],
    ["./data.json", "app/src/lib/index.ts", "app/src/lib/data.json"],
    ["./data", "app/src/lib/index.ts", "app/src/lib/data.json"],
    ["~lib/cookies", "app/src/server.ts", "app/src/lib/cookies.tsx"],
    ["~lib/exact", "app/src/config.ts", "app/src/server.ts"],
    ["lib/cookies", "app/src/server.ts", "app/src/lib/cookies.tsx"],
    ["#shared/b", "packages/shared/src/index.ts", "packages/shared/src/b.ts"],
    ["#config", "app/src/lib/index.ts", "app/src/config.ts"],
    ["#lib/cookies", "app/src/server.ts", "app/src/lib/cookies.tsx"],
    ["@/lib/cookies", "app/src/server.ts", "app/src/lib/cookies.tsx"],
    ["~/config", "app/src/lib/index.ts", "app/src/config.ts"],
    ["@org/shared", "app/src/server.ts", "packages/shared/src/index.ts"],
    ["@org/shared/deep/a", "app/src/server.ts", "packages/shared/src/deep/a.ts"],
    ["@org/shared/b", "app/src/server.ts", "packages/shared/src/b.ts"],
    ["plain", "app/src/server.ts", "packages/plain/lib/main.js"],
  ])("%s from %s is %s", (specifier, from, expected) => {
    expect(javascript.resolve(specifier, from, files)).toBe(expected);
  });

  test.each(["express", "@types/node", "../../../outside", "/etc/passwd", "", "#none", "node:fs", "./none", "@/none"])(
    "%s comes from outside",
    (specifier) => {
      expect(javascript.resolve(specifier, "app/src/server.ts", files)).toBeUndefined();
    },
  );

  test("of several configurations that are extended, the last that has paths wins; references are read too", () => {
    const several = index({
      "tsconfig.json": `{ "extends": ["./a.json", "./b.json", "./c.json"], "references": [{ "path": "./tsconfig.app.json" }] }`,
      "a.json": `{ "compilerOptions": { "paths": { "x": ["a.ts"] } } }`,
      "b.json": `{ "compilerOptions": { "paths": { "x": ["b.ts"] } } }`,
      "c.json": "{}",
      "tsconfig.app.json": `{ "compilerOptions": { "paths": { "$/*": ["./src/*"] } } }`,
      "a.ts": "",
      "b.ts": "",
      "src/c.ts": "",
    });
    expect(javascript.resolve("x", "src/d.ts", several)).toBe("b.ts");
    expect(javascript.resolve("$/c", "src/d.ts", several)).toBe("src/c.ts");
  });

  test("a configuration that extends itself or is broken ends", () => {
    const looped = index({
      "tsconfig.json": `{ "extends": ["./tsconfig.json", "./tsconfig.json", "./tsconfig.json"] }`,
      "a/jsconfig.json": `{ "compilerOptions": /* `,
      "a/b.js": "",
    });
    expect(javascript.resolve("x", "c.ts", looped)).toBeUndefined();
    expect(javascript.resolve("x", "a/c.ts", looped)).toBeUndefined();
    expect(javascript.resolve("./b", "a/c.ts", looped)).toBe("a/b.js");
  });
});

describe("what a tool made", () => {
  const line = `${"a(1);".repeat(120)}\n`;

  test("is not read: long, on lines that nobody writes", () => {
    expect(javascript.unread?.(line.repeat(40))).toMatch(/bundler or minifier/);
  });

  test.each([
    ["a short text on one line", "a(1);".repeat(1_000)],
    ["a long text with one long line", `${"a(1);\n".repeat(5_000)}${line}`],
    ["a long text on lines that are long for a person", `${line.slice(0, 480)}\n`.repeat(100)],
  ])("is not taken for %s", (_, text) => {
    expect(javascript.unread?.(text)).toBeUndefined();
  });
});
