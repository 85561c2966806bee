import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const head = `const express = require("express");\nconst app = express();\n`;

test("call, apply and bind of a method from outside the project call it", async () => {
  const body = `
    const set = res.cookie;
    set.call(res, "a", "1", { secure: true });
    set.apply(res, ["b", "1", { secure: true }]);
    const bound = res.cookie.bind(res);
    bound("c", "1");
  `;
  expect(await verdicts({ "app.js": `${head}app.get("/", (req, res) => {${body}});\n` })).toEqual([
    "a: secure",
    "b: secure",
    "c: insecure",
  ]);
});

test("a template with a choice in it is each of its texts", async () => {
  const body = `
    const name = process.env.NODE_ENV === "production" ? "__Host-sid" : "sid";
    res.cookie(\`\${name}-\${req.query.a ? "x" : "y"}\`, "1", { secure: true });
  `;
  expect(await verdicts({ "app.js": `${head}app.get("/", (req, res) => {${body}});\n` })).toEqual([
    "__Host-sid-x|__Host-sid-y: secure",
  ]);
});

test("a function that is made in a short handler is looked at, though the handler is also asked what it gives", async () => {
  const body = `
    const set = () => { res.cookie("a", "1"); };
    res.locals.set = set;
  `;
  expect(await verdicts({ "app.js": `${head}app.use((req, res) => {${body}});\n` })).toEqual(["a: insecure"]);
});
