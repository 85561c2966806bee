import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { noConfiguration } from "../src/configuration.ts";
import type { Cookie } from "../src/cookie.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { readDeployment } from "../src/read-deployment.ts";
import { fixed } from "./support/fixed.ts";
import { type PageCase, readPage } from "./support/page.ts";
import { projectOf } from "./support/project.ts";

const folder = new URL("../src/frameworks/", import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** `SETSECURE_PAGE=django npx vitest run test/pages.test.ts` runs one page. */
const only = process.env.SETSECURE_PAGE;

for (const name of names.filter((each) => only === undefined || each === only)) {
  const page = readFileSync(new URL(`${name}/readme.md`, folder), "utf8");
  describe(name, () => {
    for (const each of readPage(page)) {
      test(`${each.title} (line ${each.line})`, async () => {
        const cookies = await inventoryOf(each);
        expect(table(cookies)).toEqual(
          each.expected.map(({ name: cookie, secure, because }) => `${cookie} | ${secure} | ${because}`),
        );
        expect(fixed(each, cookies)).toEqual(Object.fromEntries(each.diffs));
      });
    }
  });
}

async function inventoryOf(each: PageCase): Promise<readonly Cookie[]> {
  const project = projectOf(each.files);
  const deployment = readDeployment(project, noConfiguration, {});
  expect(deployment.tls).toBe(production.tls);
  return (await takeInventory(project, deployment)).cookies;
}

const words = { secure: "yes", insecure: "no", conditional: "conditional", unknown: "unknown" };

function table(cookies: readonly Cookie[]): readonly string[] {
  return cookies.map(
    (cookie) => `${cookie.name ?? "—"} | ${cookie.deletion ? "deletion" : words[cookie.verdict]} | ${cookie.because}`,
  );
}
