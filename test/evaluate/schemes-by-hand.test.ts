import { expect, test } from "vitest";
import type { Deployment } from "../../src/deployment.ts";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";
import { verdicts } from "./verdicts.ts";

const head = `const express = require("express");\nconst app = express();\n`;

async function asked(secure: string, tls: Deployment["tls"]): Promise<string | null | undefined> {
  const text = `${head}app.get("/", (req, res) => { res.cookie("a", "1", { secure: ${secure} }); });\n`;
  const { cookies } = await takeInventory(projectOf({ "app.js": text }), { ...production, tls });
  return cookies[0]?.verdict === "conditional" ? cookies[0].condition?.inDeployment : cookies[0]?.verdict;
}

test.each([
  [`req.headers["x-forwarded-proto"] === "https"`, "secure", "insecure", "insecure"],
  [`(req.get("x-forwarded-proto") || "").split(",")[0] === "https"`, "secure", "insecure", "insecure"],
  [`req.header("X-Forwarded-Proto") !== "https"`, "insecure", "secure", "secure"],
  [`req.socket.encrypted || req.secure`, "insecure", "secure", "insecure"],
  [`req.query.x && req.headers["x-forwarded-proto"] === "https"`, "unknown", "unknown", "unknown"],
  [`req.secure || req.headers["x-forwarded-proto"] === "https"`, "secure", "secure", "insecure"],
  [`req.socket.encrypted`, "insecure", "secure", "insecure"],
  [`req.connection.encrypted || req.headers["x-forwarded-proto"] == "https"`, "secure", "secure", "insecure"],
  [`req.secure`, "insecure", "secure", "insecure"],
])("%s: %s behind a proxy, %s where TLS ends in the process, %s without TLS", async (secure, proxy, process, none) => {
  expect([await asked(secure, "proxy"), await asked(secure, "process"), await asked(secure, "none")]).toEqual([
    proxy,
    process,
    none,
  ]);
});

test("cookie-session before 1.1.0 asks the connection itself, and believes no proxy", async () => {
  const of = async (version: string) => {
    const project = projectOf({
      "app.js": `${head}app.set("trust proxy", 1);\napp.use(require("cookie-session")({ name: "s", keys: ["k"] }));\n`,
      "package.json": JSON.stringify({ dependencies: { "cookie-session": version } }),
    });
    return (await takeInventory(project, production)).cookies.map(({ condition }) => condition?.inDeployment);
  };
  expect([await of("1.0.2"), await of("^2.1.1")]).toEqual([["insecure"], ["secure"]]);
});

test.each([
  ["a member", "res.cookie('a', '1', { secure: o.secure })"],
  ["a comparison", "res.cookie('a', '1', { secure: o.secure !== false })"],
  ["a spread", "res.cookie('a', '1', { ...o })"],
  ["a merge", "res.cookie('a', '1', Object.assign({ httpOnly: true }, o))"],
])("what callers settle by %s is told once", async (_, body) => {
  const text = `${head}function remember(res, o) { ${body}; }\napp.get("/", (req, res) => remember(res, { secure: true }));\n`;
  expect(await verdicts({ "app.js": text })).toEqual(["a: secure"]);
});

test("what is nothing has no member behind `?.`", async () => {
  const text = `${head}function remember(res, o) { res.cookie("a", "1", { secure: o?.secure !== false }); }\napp.get("/", (req, res) => remember(res));\n`;
  expect(await verdicts({ "app.js": text })).toEqual(["a: secure"]);
});
