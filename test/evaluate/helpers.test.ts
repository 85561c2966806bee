import { describe, expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";
import { verdicts } from "./verdicts.ts";

/** Sets a cookie by what it is given; nothing else in these projects speaks of cookies. */
const helper = (body: string) => `from django.http import HttpResponse\n\n${body}\n`;
const put = helper(`def put_mark(response, on):\n    response.set_cookie("mark", "1", secure=on)`);

/** How many files are read where only one speaks of cookies. */
async function parsed(texts: Readonly<Record<string, string>>): Promise<number> {
  return (await takeInventory({ ...projectOf(texts), candidates: ["marks.py"] }, production)).parsed;
}

describe("what a helper sets hangs on what its callers give", () => {
  test("callers, and theirs, are found in other files", async () => {
    const texts = {
      "marks.py": put,
      "middle.py": `from marks import put_mark\n\ndef mark_all(response, on):\n    put_mark(response, on)\n`,
      "views.py": `from middle import mark_all\n\ndef view(request):\n    mark_all(make(), True)\n`,
    };
    expect(await verdicts(texts)).toEqual(["mark: secure"]);
    const { "views.py": _, ...without } = texts;
    expect(await verdicts(without)).toEqual(["mark: unknown"]);
  });

  test("so is the code that makes the object with which a method works", async () => {
    const marker = helper(
      `class Marker:\n    def __init__(self, on):\n        self.on = on\n\n    def run(self, response):\n        response.set_cookie("mark", "1", secure=self.on)`,
    );
    const views = `from marks import Marker\n\ndef view(request):\n    Marker(True).run(make())\n`;
    expect(await verdicts({ "marks.py": marker, "views.py": views })).toEqual(["mark: secure"]);
    expect(await verdicts({ "marks.py": marker })).toEqual(["mark: unknown"]);
  });

  test("a helper that many have a name in common with, and a short name", async () => {
    const others = Array.from({ length: 8 }, (_, n) => `class C${n}:\n    def put_mark(self):\n        pass\n`).join(
      "\n",
    );
    const texts = {
      "marks.py": `${put}\n${others}`,
      "views.py": `from marks import put_mark\n\ndef view(request):\n    put_mark(make(), False)\n`,
    };
    expect(await verdicts(texts)).toEqual(["mark: insecure"]);
    const short = `${put.replace("put_mark", "put")}\ndef view(request):\n    put(make(), True)\n`;
    expect(await verdicts({ "marks.py": short })).toEqual(["mark: secure"]);
  });

  test("what a helper was entered with by itself says nothing beside a caller", async () => {
    const base = helper(
      `class Base:\n    on = False\n    def run(self, response):\n        response.set_cookie("mark", "1", secure=self.on)\n\nclass Child(Base):\n    on = True\n\ndef view(request):\n    Child().run(make())`,
    );
    expect(await verdicts({ "marks.py": base })).toEqual(["mark: secure"]);
  });
});

describe("files are read only for what can change a verdict", () => {
  test("not for the callers of a helper that decides by itself", async () => {
    const views = `from marks import put_mark\n\ndef view(request):\n    put_mark(make(), True)\n`;
    expect(await parsed({ "marks.py": put, "views.py": views })).toBe(2);
    const decided = helper(`def put_mark():\n    HttpResponse().set_cookie("mark", "1", secure=True)`);
    expect(await parsed({ "marks.py": decided, "views.py": views })).toBe(1);
  });

  test("not for a word that is no call, nor for tests", async () => {
    const word = `put_mark = 1\n\ndef view(request):\n    return put_mark\n`;
    const tried = `from marks import put_mark\n\ndef test_mark():\n    put_mark(make(), True)\n`;
    expect(await parsed({ "marks.py": put, "other.py": word, "tests/test_marks.py": tried })).toBe(1);
  });
});

test("what one caller of a helper rules out, another reaches", async () => {
  const { cookies } = await takeInventory(
    projectOf({
      "cookies.ts": `import { Response } from "express";
export const setCookies = (res: Response, redirect?: boolean) => {
  if (redirect) res.cookie("a", "1");
  else res.cookie("b", "1");
};
export const login = (res: Response) => setCookies(res);
`,
      "callback.ts": `import { setCookies } from "./cookies";\nexport const back = (res) => setCookies(res, true);\n`,
    }),
    production,
  );
  expect(cookies.map(({ name, notDeployed }) => [name, notDeployed])).toEqual([
    ["a", undefined],
    ["b", undefined],
  ]);
});
