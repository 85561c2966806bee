import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { type Flag, flag, names, spell, spellings } from "./support/programs.ts";
import { projectOf } from "./support/project.ts";

/** The verdict of the cookie `c`, and what it comes to in production. */
async function verdictOf(files: Record<string, string>): Promise<string> {
  const { cookies } = await takeInventory(projectOf(files), production);
  const own = cookies.filter((cookie) => cookie.name === "c");
  const [first] = own;
  if (own.length !== 1 || first === undefined) return `${own.length} cookies`;
  return `${first.verdict} ${first.condition?.inDeployment ?? ""}`;
}

for (const spelling of spellings) {
  describe(spelling.name, () => {
    for (const shape of Object.keys(spelling.shapes).filter((each) => each !== "inline")) {
      test(`the verdict stays when the flag moves: ${shape}`, async () => {
        await fc.assert(
          fc.asyncProperty(flag, async (each) => {
            const spelled = spell(spelling, each);
            const keep = (name: string) => name;
            expect(await verdictOf(spelling.shapes[shape]!(spelled, keep))).toBe(
              await verdictOf(spelling.shapes.inline!(spelled, keep)),
            );
          }),
          { numRuns: 40, seed: 614 },
        );
      });
      test(`the verdict stays when names change: ${shape}`, async () => {
        await fc.assert(
          fc.asyncProperty(flag, names, async (each, suffix) => {
            const spelled = spell(spelling, each);
            const rename = (name: string) => `${name}_${suffix}`;
            expect(await verdictOf(spelling.shapes[shape]!(spelled, rename))).toBe(
              await verdictOf(spelling.shapes[shape]!(spelled, (name) => name)),
            );
          }),
          { numRuns: 20, seed: 614 },
        );
      });
    }

    test("the verdict is what the flag comes to", async () => {
      await fc.assert(
        fc.asyncProperty(flag, async (each) => {
          const seen = await verdictOf(spelling.shapes.inline!(spell(spelling, each), (name) => name));
          expect(seen.split(" ")[0]).toBe(truth(each));
        }),
        { numRuns: 60, seed: 614 },
      );
    });
  });
}

/** What a flag comes to in production: by its own arithmetic, over both schemes. */
function truth(each: Flag): string {
  const https = value(each, true);
  const http = value(each, false);
  if (https === http) return https ? "secure" : "insecure";
  return "conditional";
}

function value(each: Flag, https: boolean): boolean {
  switch (each.kind) {
    case "literal":
      return each.value;
    case "production":
      return true;
    case "scheme":
      return https;
    case "not":
      return !value(each.value, https);
    case "and":
      return value(each.left, https) && value(each.right, https);
    case "or":
      return value(each.left, https) || value(each.right, https);
    case "choice":
      return value(each.test, https) ? value(each.then, https) : value(each.else, https);
  }
}
