import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noConfiguration } from "../src/configuration.ts";
import { applyEdits } from "../src/edit.ts";
import { type ChosenFix, type FixPlan, planFixes } from "../src/fix.ts";
import { type Inventory, takeInventory } from "../src/inventory.ts";
import { readDeployment } from "../src/read-deployment.ts";
import { readPage } from "./support/page.ts";
import { projectOf } from "./support/project.ts";

const folder = new URL("../src/frameworks/", import.meta.url);
const pages = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** The best fix of every cookie that has one. */
function bestFixes(inventory: Inventory): readonly ChosenFix[] {
  return inventory.cookies.flatMap((cookie, index) => {
    const [fix] = cookie.fixes;
    return fix === undefined ? [] : [{ cookie: index, fix }];
  });
}

async function inventoryOf(texts: Readonly<Record<string, string>>) {
  const project = projectOf(texts);
  const deployment = readDeployment(project, noConfiguration, {});
  return { project, deployment, inventory: await takeInventory(project, deployment) };
}

function afterOf({ changes }: FixPlan): Record<string, string> {
  return Object.fromEntries([...changes].map(([file, { after }]) => [file, after]));
}

for (const page of pages) {
  describe(page.name, () => {
    for (const each of readPage(readFileSync(new URL(`${page.name}/readme.md`, folder), "utf8"))) {
      if (each.diffs.size === 0) continue;
      test(`the fixes hold: ${each.title} (line ${each.line})`, async () => {
        const { project, deployment, inventory } = await inventoryOf(each.files);
        const plan = await planFixes(project, deployment, inventory, bestFixes(inventory));
        expect(plan.failed.map(({ because }) => because)).toEqual([]);
        expect(plan.made.length).toBeGreaterThan(0);

        const again = await inventoryOf({ ...each.files, ...afterOf(plan) });
        expect(bestFixes(again.inventory).filter(({ fix }) => fix.safety === "safe")).toEqual([]);
      });

      test(`every byte outside the edits stays: ${each.title} (line ${each.line})`, async () => {
        const unix = await inventoryOf(each.files);
        const windows = await inventoryOf(
          Object.fromEntries(
            Object.entries(each.files).map(([file, text]) => [file, `\uFEFF${text.replaceAll("\n", "\r\n")}`]),
          ),
        );
        expect(windows.inventory.cookies.map(({ verdict }) => verdict)).toEqual(
          unix.inventory.cookies.map(({ verdict }) => verdict),
        );
        for (const { fix } of bestFixes(windows.inventory)) {
          for (const file of new Set(fix.edits.map((edit) => edit.file))) {
            const text = windows.project.read(file) ?? "";
            const after = applyEdits(
              text,
              fix.edits.filter((edit) => edit.file === file),
            );
            expect(after.replaceAll("\r\n", "").includes("\n")).toBe(false);
            expect(after.startsWith("\uFEFF")).toBe(true);
          }
        }
      });
    }
  });
}

describe("what cannot be proven is not made", () => {
  const files = {
    "app.js": `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("a", "1");\n});\n`,
  };

  test("a fix that does not help", async () => {
    const { project, deployment, inventory } = await inventoryOf(files);
    const useless = {
      title: "Set Secure",
      safety: "safe" as const,
      edits: [{ file: "app.js", span: { start: 0, end: 0 }, expected: "", replacement: "// secure\n" }],
    };
    const plan = await planFixes(project, deployment, inventory, [{ cookie: 0, fix: useless }]);
    expect(plan.made).toEqual([]);
    expect(plan.changes.size).toBe(0);
    expect(plan.failed[0]?.because).toContain("would still be insecure");
  });

  test("a fix whose text is stale", async () => {
    const { project, deployment, inventory } = await inventoryOf(files);
    const stale = {
      title: "Set Secure",
      safety: "safe" as const,
      edits: [{ file: "app.js", span: { start: 0, end: 5 }, expected: "let  ", replacement: "var  " }],
    };
    const plan = await planFixes(project, deployment, inventory, [{ cookie: 0, fix: stale }]);
    expect(plan.failed[0]?.because).toContain("is not as it was read");
  });

  test("a fix that changes another attribute", async () => {
    const { project, deployment, inventory } = await inventoryOf({
      "app.js": files["app.js"].replace('"1"', '"1", { path: "/in", httpOnly: true }'),
    });
    const text = project.read("app.js") ?? "";
    const start = text.indexOf("{ path");
    const expected = '{ path: "/in", httpOnly: true }';
    const replacing = {
      title: "Set Secure",
      safety: "safe" as const,
      edits: [
        { file: "app.js", span: { start, end: start + expected.length }, expected, replacement: "{ secure: true }" },
      ],
    };
    const plan = await planFixes(project, deployment, inventory, [{ cookie: 0, fix: replacing }]);
    expect(plan.failed[0]?.because).toMatch(/it would also change the cookie's `\w+`/);
  });

  test("a fix that breaks the file", async () => {
    const { project, deployment, inventory } = await inventoryOf(files);
    const [fix] = inventory.cookies[0]!.fixes;
    const breaking = {
      ...fix!,
      edits: [...fix!.edits, { file: "app.js", span: { start: 0, end: 0 }, expected: "", replacement: "const = ;\n" }],
    };
    const plan = await planFixes(project, deployment, inventory, [{ cookie: 0, fix: breaking }]);
    expect(plan.failed[0]?.because).toContain("would not parse as well as before");
  });
});

test("a fix that breaks its file takes no other with it", async () => {
  const { project, deployment, inventory } = await inventoryOf({
    "app.js": `const express = require("express");\nconst app = express();\napp.get("/", (req, res) => {\n  res.cookie("a", "1");\n  res.cookie("b", "1");\n  res.cookie("c", "1");\n});\n`,
  });
  const [first, second, third] = bestFixes(inventory);
  const breaking = { file: "app.js", span: { start: 0, end: 0 }, expected: "", replacement: "const = ;\n" };
  const broken = { ...second!, fix: { ...second!.fix, edits: [...second!.fix.edits, breaking] } };
  const plan = await planFixes(project, deployment, inventory, [first!, broken, third!]);
  expect(plan.made.map(({ cookie }) => cookie)).toEqual([0, 2]);
  expect(plan.failed.map(({ cookie, because }) => [cookie, because])).toEqual([
    [1, "app.js would not parse as well as before"],
  ]);
});

test("fixes that share an edit move what stands behind it once", async () => {
  const line = `  app.use(session({ name: process.argv[NUMBER], secret: "s" }));\n`;
  const { project, deployment, inventory } = await inventoryOf({
    "app.js": `const express = require("express");\nconst session = require("express-session");\nconst app = express();\n${[2, 3, 4].map((number) => line.replace("NUMBER", String(number))).join("")}app.get("/", (req, res) => res.cookie(process.argv[5], "1", { secure: true }));\n`,
  });
  expect(inventory.cookies.map(({ name, verdict }) => [name, verdict])).toEqual([
    [undefined, "insecure"],
    [undefined, "insecure"],
    [undefined, "insecure"],
    [undefined, "secure"],
  ]);
  const plan = await planFixes(project, deployment, inventory, bestFixes(inventory));
  expect(plan.failed).toEqual([]);
  expect(plan.made.length).toBe(3);
  expect(plan.changes.get("app.js")?.after.match(/trust proxy/g)?.length).toBe(1);
});

test.each([
  [
    "app.py",
    'from flask import Flask, make_response\n\n\ndef flag(text):\n    if text in ("yes", "on"):\n        return True\n    return False\n\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef home():\n    response = make_response("hi")\n    response.set_cookie("a", "1", secure=flag("no"))\n    return response\n',
    'secure=flag("no")',
    "secure=True",
  ],
  [
    "app.py",
    'from flask import Flask\n\n\ndef flag(text):\n    if text in ("yes", "on"):\n        return True\n    return False\n\n\napp = Flask(__name__)\napp.secret_key = "k"\napp.config["SESSION_COOKIE_SECURE"] = flag("no")\n',
    'flag("no")\n',
    'flag("no")\napp.config["SESSION_COOKIE_SECURE"] = True\n',
  ],
])("a function that answers both ways keeps its answers: %#", async (file, text, before, after) => {
  const { project, deployment, inventory } = await inventoryOf({ [file]: text });
  const plan = await planFixes(project, deployment, inventory, bestFixes(inventory));
  expect(afterOf(plan)).toEqual({ [file]: text.replace(before, after) });
});
