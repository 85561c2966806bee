import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { showMarkdown } from "./markdown.ts";
import { columnsOf, visible, wrap } from "./text.ts";

const show = (text: string, width = 60) => showMarkdown(text, { color: false, width });

const words = (part: string) => part.match(/\p{L}{4,}/gu) ?? [];

const page = `# Title

Prose with \`code\`, **weight** and a [link](https://example.org/a), long enough
to be broken anew.

- one
- two, which is
  continued
1. first

| Cookie  | Secure | Because        |
| ------- | ------ | -------------- |
| \`a\\|b\`  | no     | 中文 is wide   |
|         | yes    | \`x | y\`        |

\`\`\`diff a.py
-before
+after
\`\`\`
`;

test("shows a page as a terminal can", () => {
  expect(show(page)).toMatchInlineSnapshot(`
    "Title

    Prose with \`code\`, weight and a link
    (https://example.org/a), long enough to be broken anew.

    • one
    • two, which is continued
    1. first

    Cookie  Secure  Because
    ──────  ──────  ────────────
    \`a|b\`   no      中文 is wide
            yes     \`x | y\`

        a.py
        -before
        +after
    "
  `);
});

test("colours headings, code and diffs when asked to", () => {
  const shown = showMarkdown(page, { color: true, width: 60 });
  expect(shown).toContain("\u001B[31m-before\u001B[39m");
  expect(shown).toContain("\u001B[36mcode\u001B[39m");
});

test("has no end of its own for what is never closed", () => {
  expect(show("```js\nlet a;")).toBe("    let a;\n");
  expect(show("")).toBe("");
  expect(show("|")).toContain("\n");
});

test("passes on no escape of a page", () => {
  expect(show("# a\u001B[2Jb\n\n```\n\u001B]0;x\u0007\n```\n")).not.toContain("\u001B");
});

test("loses no word of our own pages", () => {
  const pages = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
  expect(pages.length).toBeGreaterThan(3);
  for (const file of pages) {
    const text = readFileSync(join("src", file), "utf8");
    const shown = new Set(words(show(text, 100)));
    const languages = new Set(words([...text.matchAll(/^```(\S*)/gm)].map(([, language]) => language).join(" ")));
    expect(words(text).filter((word) => !shown.has(word) && !languages.has(word))).toEqual([]);
  }
});

test("counts the columns of wide characters and marks", () => {
  expect(columnsOf("a中\u0301\u001B[31mb\u001B[39m")).toBe(4);
  expect(wrap("aa bb cc", 5)).toEqual(["aa bb", "cc"]);
});

test("shows what a terminal would obey", () => {
  expect(visible("a\u001Bb\u009Bc\u202Ed\ne\uD800f😀")).toBe("a<U+001B>b<U+009B>c<U+202E>d<U+000A>e<U+D800>f😀");
});
