import { expect, test } from "vitest";
import { verdicts } from "./verdicts.ts";

const app = (cookie: string) => ({
  "app.mjs": `import express from "express";
import session from "express-session";
import { extra } from "extra";
const app = express();
app.set("trust proxy", 1);
app.use(session({ secret: process.env.SECRET, cookie: ${cookie} }));
`,
});

test("options that a function gives under a condition keep it", async () => {
  expect(await verdicts(app("(req) => (req.secure ? { secure: true } : { secure: false })"))).toEqual([
    "connect.sid: conditional",
  ]);
  expect(await verdicts(app("(req) => ({ secure: true })"))).toEqual(["connect.sid: secure"]);
  expect(await verdicts(app("(req) => ({ maxAge: 1 })"))).toEqual(["connect.sid: insecure"]);
});

test("what is merged into them from outside may hold Secure", async () => {
  expect(await verdicts(app("(req) => ({ maxAge: 1, ...extra(req) })"))).toEqual(["connect.sid: unknown"]);
});
