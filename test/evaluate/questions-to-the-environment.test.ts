import { describe, expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const javascript = (value: string) => ({
  "app.mjs": `import express from "express";
express().get("/", (req, res) => { res.cookie("a", "1", { secure: ${value} }); res.end(); });
`,
});
const python = (value: string) => ({
  "app.py": `import os
from flask import Flask, make_response
app = Flask(__name__)
@app.route("/")
def home():
    response = make_response("")
    response.set_cookie("a", "1", secure=${value})
    return response
`,
});

describe.each([
  ["startsWith", javascript(`process.env.SITE.startsWith("https:")`)],
  ["includes, negated", javascript(`!process.env.SITE.includes("http:")`)],
  ["optional chaining", javascript(`process.env.SITE?.startsWith("https:")`)],
  ["startswith", python(`os.environ["SITE"].startswith("https:")`)],
  ["a default", python(`os.environ.get("SITE", "http:").startswith("https:")`)],
])("a question to the text of a variable: %s", (_, files) => {
  test("is open where the deployment does not set it", async () => {
    expect(await verdicts(files)).toEqual(["a: conditional"]);
  });
  test("is answered where it does", async () => {
    expect(await verdicts(files, { SITE: "https://app.example" })).toEqual(["a: secure"]);
    expect(await verdicts(files, { SITE: "http://app.example" })).toEqual(["a: insecure"]);
  });
});

test("a call on nothing leaves only the ways on which there is something", async () => {
  const files = {
    "app.py": `import os
from flask import Flask, make_response
app = Flask(__name__)
@app.route("/")
def home():
    response = make_response("")
    response.set_cookie("a", "1", secure=os.environ.get("SITE").upper() == "X" or True)
    return response
`,
  };
  expect(await verdicts(files)).toEqual(["a: secure"]);
});
