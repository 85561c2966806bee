import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { noConfiguration } from "../src/configuration.ts";
import { parseConfiguration, scan } from "../src/index.ts";
import { takeInventory } from "../src/inventory.ts";
import { readDeployment } from "../src/read-deployment.ts";
import { ensureBundle, setsecure } from "./support/bundle.ts";
import { fixed } from "./support/fixed.ts";
import { readPage } from "./support/page.ts";
import { projectOf } from "./support/project.ts";

const words = { secure: "yes", insecure: "no", conditional: "conditional", unknown: "unknown" };
const guides = ["README.md", ...readdirSync("docs").map((file) => `docs/${file}`)];

for (const guide of guides) {
  const text = readFileSync(guide, "utf8");
  const cases = readPage(text);
  describe(guide, () => {
    test.each(cases.map((each) => [each.title, each] as const))("%s", async (_, { files, expected, ...each }) => {
      const project = projectOf(files);
      const config = files["setsecure.config.json"];
      const configuration = config === undefined ? noConfiguration : parseConfiguration(config);
      const { cookies } = await takeInventory(project, readDeployment(project, configuration, {}));
      expect(cookies.map(({ name, verdict, because }) => ({ name, secure: words[verdict], because }))).toEqual(
        expected,
      );
      if (each.diffs.size > 0)
        expect(fixed({ files, expected, ...each }, cookies)).toEqual(Object.fromEntries(each.diffs));
    });

    test("links to files that are there", () => {
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = ""]) => link);
      const base = new URL(`../${guide}`, import.meta.url);
      for (const link of links) expect(() => readFileSync(new URL(link, base)), link).not.toThrow(/ENOENT/);
    });
  });
}

test("README.md shows what a scan of the examples prints, shortened at each …", () => {
  ensureBundle();
  const { stdout } = setsecure(["scan", "examples"]);
  const shown = /Shortened:\n\n```\n([\s\S]*?)\n```/.exec(readFileSync("README.md", "utf8"))?.[1] ?? "";
  let from = 0;
  for (const part of shown.split(/\n *…\n/)) {
    const at = stdout.indexOf(part.trimEnd(), from);
    expect(at, part).toBeGreaterThanOrEqual(from);
    from = at + part.length;
  }
});

describe("the examples", () => {
  test("are shown as what they are", async () => {
    const { report } = await scan(resolve("examples"));
    const told = readFileSync("examples/README.md", "utf8")
      .split("\n")
      .filter((line) => /^\| [a-z]/.test(line));
    const cookies = report.cookies.map(
      ({ sink, name, verdict, deletion }) => `| ${sink?.file} | \`${name}\` | ${deletion ? "deletion" : verdict} |`,
    );
    const others = report.findings
      .filter(({ rule }) => rule !== "missing-secure")
      .map(({ location, rule }) => `| ${location?.file} | ${location?.line} | ${rule} |`);
    expect([...cookies, ...others]).toEqual(told);
    expect(report.skipped).toEqual([]);
  });
});
