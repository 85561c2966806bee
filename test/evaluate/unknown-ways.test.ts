import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const app = (...calls: readonly string[]) => ({
  "app.js": [
    'const express = require("express");',
    "const app = express();",
    'function remember(res, secure) { res.cookie("sid", "1", { secure }); }',
    'app.get("/", (req, res) => {',
    ...calls,
    "});",
  ].join("\n"),
});

test("a way that leaves a cookie unknown is not told beside one that leaves it without", async () => {
  const unknown = 'remember(res, require("elsewhere").isSecure());';
  expect(await verdicts(app("remember(res, false);", unknown))).toEqual(["sid: insecure"]);
  expect(await verdicts(app("remember(res, true);", unknown))).toEqual(["sid: secure", "sid: unknown"]);
  expect(await verdicts(app(unknown))).toEqual(["sid: unknown"]);
});
