import { expect, test } from "vitest";
import { ini } from "./index.ts";
import { type PasteApp, pasteApps } from "./paste-deploy.ts";

function apps(files: Readonly<Record<string, string>>): readonly PasteApp[] {
  return pasteApps(Object.entries(files).map(([file, text]) => ini.read({ file, text })));
}

function plain(conf: PasteApp["local"] | undefined) {
  return Object.fromEntries([...(conf ?? [])].map(([name, { value }]) => [name, value]));
}

/** What the factory of the first application of `production.ini` is called with. */
function configuration(text: string, others: Readonly<Record<string, string>> = {}) {
  const app = apps({ "production.ini": text, ...others }).find(
    ({ file, kind }) => file === "production.ini" && kind === "app",
  );
  return { local: plain(app?.local), global: plain(app?.global) };
}

test.each([
  ["a plain key", "[app:main]\nk = 1", { k: "1" }, {}],
  ["a key of [DEFAULT] is global only", "[DEFAULT]\nk = 1\n[app:main]", {}, { k: "1" }],
  ["[DEFAULT] hides a plain key of its name", "[DEFAULT]\nk = 1\n[app:main]\nk = 2", {}, { k: "1" }],
  ["`set` changes the global configuration", "[DEFAULT]\nk = 1\n[app:main]\nset k = 2", {}, { k: "2" }],
  ["`get` reads it", "[DEFAULT]\nk = 1\n[app:main]\nget own = k", { own: "1" }, { k: "1" }],
  ["keys keep their case", "[app:main]\nK = 1\nk = 2", { K: "1", k: "2" }, {}],
  ["interpolation", "[DEFAULT]\na = x\n[app:main]\nk = %(b)s-%(a)s\nb = %(a)s%%", { k: "x%-x", b: "x%" }, { a: "x" }],
  ["`use` of a section", "[app:main]\nuse = base\nk = 2\n[app:base]\nk = 1\nl = 1", { k: "2", l: "1" }, {}],
  ["a pipeline's application", "[pipeline:main]\npipeline = f shop\n[filter:f]\n[app:shop]\nk = 1", { k: "1" }, {}],
  ["a composite's application", "[composite:main]\n/ = shop\n[app:other]\nk = 2\n[app:shop]\nk = 1", { k: "1" }, {}],
])("%s", (_title, text, local, global) => {
  const found = configuration(text);
  expect([found.local, found.global]).toEqual([local, global]);
});

test.each([
  ["the outer file's key wins", "[app:main]\nuse = config:b.ini\nk = 2", "[app:main]\nk = 1", { k: "2" }, {}],
  ["another section", "[app:main]\nuse = config:b.ini#x", "[app:x]\nk = 1", { k: "1" }, {}],
  [
    "[DEFAULT] of the outer file hides",
    "[DEFAULT]\nk = 2\n[app:main]\nuse = config:b.ini",
    "[app:main]\nk = 1",
    {},
    { k: "2" },
  ],
  [
    "[DEFAULT] of the used file does not",
    "[app:main]\nuse = config:b.ini\nk = 2",
    "[DEFAULT]\nk = 1\n[app:main]",
    { k: "2" },
    { k: "1" },
  ],
])("`use = config:`: %s", (_title, text, base, local, global) => {
  const found = configuration(text, { "b.ini": base });
  expect([found.local, found.global]).toEqual([local, global]);
});

test("tells which plain keys have no effect", () => {
  const [app] = apps({ "a.ini": "[DEFAULT]\nk = 1\n[app:main]\nk = 2" });
  expect(app?.skipped.map(({ name, value }) => [name, value])).toEqual([["k", "2"]]);
});

test.each([
  ["[app:main]\nk = 1\nk = 2", "`k` stands twice, and PasteDeploy refuses the file"],
  ["[app:main]\nk = 1\n[app:main]\nl = 1", "`[app:main]` stands twice, and PasteDeploy refuses the file"],
  ["[app:main]\nk = 1\n[server:main]\nk = 1", undefined],
])("a file that cannot be loaded: %j", (text, says) => {
  expect(apps({ "a.ini": text })[0]?.error?.says).toBe(says);
});

test.each([
  ["k = %(nowhere)s", "`%(nowhere)s` is not defined, and PasteDeploy refuses the file"],
  ["k = %(k)s", "it refers to itself"],
  ["k = ${secure}", "`${secure}` is filled in later"],
])("a value that the file alone does not say: %s", (line, because) => {
  const setting = apps({ "a.ini": `[app:main]\n${line}` })[0]?.local.get("k");
  expect([setting?.value, setting?.because]).toEqual([undefined, because]);
});

test("files that use each other, and values that grow, end", () => {
  const bomb = Array.from({ length: 60 }, (_, n) => `k${n} = %(k${n + 1})s%(k${n + 1})s`).join("\n");
  apps({ "a.ini": `[app:main]\nuse = config:b.ini\n${bomb}`, "b.ini": "[app:main]\nuse = config:a.ini" });
  apps({ "a.ini": `[app:main]\nuse = main\n${"[app:x]\n".repeat(20_000)}` });
});
