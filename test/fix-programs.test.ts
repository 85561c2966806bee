import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { faultyIn } from "../scripts/parse.ts";
import type { Cookie } from "../src/cookie.ts";
import type { Change } from "../src/fix.ts";
import { drawFrom } from "./programs/draw.ts";
import { programs } from "./programs/index.ts";
import type { Program } from "./programs/program.ts";
import { fixed, inventoryOf, write, writing } from "./support/fix-everything.ts";

/** More runs, and others: `SETSECURE_RUNS=5000 SETSECURE_SEED=$RANDOM npx vitest run test/fix-programs.test.ts`. */
const runs = Number(process.env.SETSECURE_RUNS ?? 12);
const seed = Number(process.env.SETSECURE_SEED ?? 614);

const folders = readdirSync("src/frameworks", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** With `SETSECURE_PARSE=1` each language's own tool is asked whether what parsed before still does. */
const written: (Change & { readonly file: string })[] = [];

afterAll(() => {
  if (process.env.SETSECURE_PARSE === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "setsecure-programs-"));
  const faultyOf = (which: "before" | "after") =>
    faultyIn(
      join(folder, which),
      new Map(written.map((change, index) => [`${index}/${change.file}`, change[which].replace("\uFEFF", "")])),
    ).faulty;
  const before = new Set(faultyOf("before"));
  expect(faultyOf("after").filter((file) => !before.has(file))).toEqual([]);
  rmSync(folder, { recursive: true });
}, 1_200_000);

test("every framework says how its programs are written", () => {
  expect(Object.keys(programs).sort()).toEqual(folders.sort());
});

test.each(Object.entries(programs))(
  "%s: all fixes of any program hold, once and for all",
  { timeout: 0 },
  async (_name, ways) => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: ways.length - 1 }), fc.gen(), writing, async (way, gen, how) => {
        const program = ways[way]!(drawFrom(gen));
        try {
          await holds(program, how);
        } catch (error) {
          throw new Error(
            `${error instanceof Error ? error.message.slice(0, 600) : String(error)}\n\n${shown(program)}`,
            {
              cause: error,
            },
          );
        }
      }),
      { seed, numRuns: runs },
    );
  },
);

async function holds({ files, off }: Program, how: Parameters<typeof write>[1]): Promise<void> {
  const before = await inventoryOf(files);
  expect(before.cookies.filter(isOff).length, "cookies that are off").toBe(off);
  const plan = await fixed(files, how);
  expect(plan.made.length, "fixes").toBe(off);
  for (const [file, change] of plan.changes) written.push({ file, ...change });
  expect(plan.after.cookies.filter(isOff).map(({ name, because }) => `${name}: ${because}`)).toEqual([]);
}

function isOff({ deletion, verdict, condition }: Cookie): boolean {
  return !deletion && (verdict === "insecure" || condition?.inDeployment === "insecure");
}

function shown({ files }: Program): string {
  return Object.entries(files)
    .map(([file, text]) => `--- ${file}\n${text.replaceAll(/x{100,}/g, "xxx")}`)
    .join("\n");
}
