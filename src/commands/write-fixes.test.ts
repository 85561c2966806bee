import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Replacement } from "../files/write.ts";
import type { ChosenFix } from "../fix.ts";
import { type Writing, writeFixes } from "./write-fixes.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "setsecure-write-"));
  for (const file of ["a.js", "b.js"]) writeFileSync(join(root, file), "old");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Two fixes, each of a file of its own. */
function writing(change: Partial<Writing>): Writing {
  const replacements = ["a.js", "b.js"].map(
    (file): Replacement => ({ file, before: Buffer.from("old"), after: Buffer.from("new") }),
  );
  const made = replacements.map(
    ({ file }, cookie): ChosenFix => ({
      cookie,
      fix: {
        title: "Set Secure",
        safety: "safe",
        edits: [{ file, span: { start: 0, end: 3 }, expected: "old", replacement: "new" }],
      },
    }),
  );
  const plan = {
    changes: new Map(replacements.map(({ file }) => [file, { before: "old", after: "new" }])),
    made,
    failed: [],
    after: { cookies: [], skipped: [], parsed: 0, recognised: 0, text: () => undefined },
  };
  return { root, plan, replacements, prove: async () => [], verify: undefined, ...change };
}

test("what does not hold when the files are read again is put back, with all the others", async () => {
  const prove: Writing["prove"] = async (made) => {
    expect(read("a.js") + read("b.js")).toBe("newnew");
    return [{ ...made[1]!, because: "after the fix the cookie would still be insecure" }];
  };
  const { made, failed } = await writeFixes(writing({ prove }));
  expect(made).toEqual([]);
  expect(failed.map(({ cookie, because }) => [cookie, because])).toEqual([
    [1, "after the fix the cookie would still be insecure"],
    [0, "it was put back with a fix that did not hold on disk"],
  ]);
  expect(read("a.js") + read("b.js")).toBe("oldold");
});

test("what the command leaves is read again too", async () => {
  let proofs = 0;
  const prove: Writing["prove"] = async (made) => {
    proofs += 1;
    return proofs === 2 ? [{ ...made[0]!, because: "it needs the other file" }] : [];
  };
  const { made, failed } = await writeFixes(writing({ prove, verify: "! grep -q new b.js" }));
  expect(made).toEqual([]);
  expect(failed.map(({ because }) => because)).toEqual([
    '"! grep -q new b.js" fails with it',
    "it needs the other file",
  ]);
  expect(read("a.js") + read("b.js")).toBe("oldold");
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s while it works puts every file back", async (signal) => {
  const prove: Writing["prove"] = async () => {
    process.emit(signal);
    return [];
  };
  const before = process.listenerCount(signal);
  await expect(writeFixes(writing({ prove }))).rejects.toThrow("Interrupted. Every file is as it was.");
  expect(read("a.js") + read("b.js")).toBe("oldold");
  expect(readdirSync(root)).toEqual(["a.js", "b.js"]);
  expect(process.listenerCount(signal)).toBe(before);
});

test("a fault of the tool puts every file back", async () => {
  const prove: Writing["prove"] = async () => {
    throw new Error("a bug");
  };
  await expect(writeFixes(writing({ prove }))).rejects.toThrow("a bug Every file is as it was.");
  expect(read("a.js") + read("b.js")).toBe("oldold");
});

test("what somebody wrote meanwhile stays, and is named", async () => {
  const prove: Writing["prove"] = async () => {
    writeFileSync(join(root, "b.js"), "mine");
    process.emit("SIGINT");
    return [];
  };
  await expect(writeFixes(writing({ prove }))).rejects.toThrow("Interrupted. b.js could not be put back.");
  expect([read("a.js"), read("b.js")]).toEqual(["old", "mine"]);
});
