import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const page = (body: string, calls: string) => ({
  "page.js": `function put(name, value, safe) {\n${body}\n}\n${calls}\n`,
});

test("null is an argument that is given, and undefined is not null", async () => {
  const body = `if (value === null) document.cookie = name + "=; secure";
    else if (typeof value !== "undefined") document.cookie = name + "=1";`;
  expect(await verdicts(page(body, `put("a", null);`))).toContain("a: secure");
  expect(await verdicts(page(body, `put("b", "1");`))).toContain("b: insecure");
  const asked = `document.cookie = name + (value === null ? "=; secure" : "=1");`;
  expect(await verdicts(page(asked, `put("c");`))).toEqual(["c: insecure"]);
  const loose = `document.cookie = name + (value == null ? "=; secure" : "=1");`;
  expect(await verdicts(page(loose, `put("d"); put("e", null);`))).toEqual(["d: secure", "e: secure"]);
});
