import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";
import { verdicts } from "./verdicts.ts";

const head = `import express from "express";\nconst app = express();\n`;
const handler = (body: string) => `app.get("/", (req, res) => {\n${body}\n});\n`;

test("a module of JSON is imported whole, by name, and in a list", async () => {
  const found = await verdicts({
    "app.mjs": `import config, { cookie } from "./config.json" with { type: "json" };\n${head}${handler(
      `res.cookie("a", "1", config.cookie); res.cookie("b", "1", { ...cookie }); res.cookie("c", "1", config.list[1]);`,
    )}`,
    "config.json": `{ "cookie": { "secure": true }, "list": [{ "secure": true }, {}] }`,
  });
  expect(found).toEqual(["a: secure", "b: secure", "c: insecure"]);
});

test("what the code sets on the object of a file counts", async () => {
  const found = await verdicts({
    "app.mjs": `${head}const options = require("./options");\noptions.secure = true;\n${handler(`res.cookie("a", "1", options);`)}`,
    "options.json": `\uFEFF{}`,
  });
  expect(found).toEqual(["a: secure"]);
});

test.each([
  ["no JSON", `{ "secure": `],
  ["empty", ""],
  ["long", `{ "secure": true, "x": "${"x".repeat(100_000)}" }`],
  ["nested deeply", `${"[".repeat(100_000)}${"]".repeat(100_000)}`.slice(0, 90_000)],
])("a file that is %s could not be read, and is told so", async (_, text) => {
  const { cookies } = await takeInventory(
    projectOf({
      "app.js": `${head}${handler(`res.cookie("a", "1", require("./options.json"));`)}`,
      "options.json": text,
    }),
    production,
  );
  expect(cookies.map(({ verdict, because }) => [verdict, because])).toEqual([
    ["unknown", "`secure` is not known: options.json could not be read"],
  ]);
});

test("what no edit of JSON can say is not written into it", async () => {
  const { cookies } = await takeInventory(
    projectOf({
      "app.js": `import session from "express-session";\n${head}const isProduction = process.env.NODE_ENV === "production";\napp.use(session(require("./options.json")));\n`,
      "options.json": `{ "secret": "x" }`,
    }),
    production,
  );
  const edits = cookies.flatMap(({ fixes }) => fixes.flatMap((fix) => fix.edits));
  expect(edits.filter(({ file }) => file === "options.json").map(({ replacement }) => replacement)).toEqual([
    `, "cookie": { "secure": true }`,
  ]);
});

test("a method by its name in brackets is the method", async () => {
  const found = await verdicts({
    "app.js": `${head}const name = "cookie";\n${handler(
      `res["cookie"]("a", "1"); res[name]("b", "1", { secure: true }); res?.["cookie"]("c", "1"); res[req.query.x]("d", "1");`,
    )}`,
  });
  expect(found).toEqual(["a: insecure", "b: secure", "c: insecure"]);
});
