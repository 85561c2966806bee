/**
 * How a whole scan compares with a plain search of the same files, and how long a small app takes.
 *
 *     npm run bench [-- --files 100000]
 *
 * The tree is made of our own text: files of the extensions below, some 3 kB each, one in a hundred of which sets a
 * cookie. Each command runs once to warm the file cache, then `RUNS` times; the fastest run counts.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rgPath } from "@vscode/ripgrep";

const RUNS = 3;
const FOLDER_SIZE = 50;
/** One file in so many sets a cookie. */
const COOKIE_EVERY = 100;

function bench(files: number): void {
  const large = join(root, "large");
  const small = join(root, "small");
  const bytes = makeTree(large, files, COOKIE_EVERY);
  makeTree(small, 20, 4);
  console.log(`${files} files, ${(bytes / 1024 / 1024).toFixed(0)} MB, 1 in ${COOKIE_EVERY} sets a cookie`);
  const search = fastest(() => run(rgPath, ["-il", "cookie", large]));
  const whole = fastest(() => scan(large));
  const app = fastest(() => scan(small));
  console.log(`rg -il cookie      ${search.milliseconds.toFixed(0)} ms`);
  console.log(`setsecure          ${whole.milliseconds.toFixed(0)} ms, ${whole.megabytes.toFixed(0)} MB at most`);
  console.log(`ratio              ${(whole.milliseconds / search.milliseconds).toFixed(2)}`);
  console.log(`a small app        ${app.milliseconds.toFixed(0)} ms, 20 files`);
}

interface Run {
  readonly milliseconds: number;
  readonly megabytes: number;
}

function fastest(once: () => Run): Run {
  once();
  const runs = Array.from({ length: RUNS }, once);
  return runs.reduce((best, other) => (other.milliseconds < best.milliseconds ? other : best));
}

/** Tells the most memory that the process held, in kB, when it ends. */
const tellMemory = 'process.on("exit", () => process.stderr.write(`\\n${process.resourceUsage().maxRSS}`))';

function scan(folder: string): Run {
  const cli = join(import.meta.dirname ?? ".", "../dist/cli.js");
  const memory = `data:text/javascript,${encodeURIComponent(tellMemory)}`;
  return run(process.execPath, ["--import", memory, cli, "scan", folder, "--exit-zero", "--format", "json"]);
}

function run(program: string, words: readonly string[]): Run {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 1024 ** 3 });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  return { milliseconds, megabytes: Number(stderr.slice(stderr.lastIndexOf("\n") + 1)) / 1024 };
}

/** The text of a file without and with a cookie, by extension. */
const kinds: Readonly<Record<string, (words: () => string) => { readonly line: string; readonly cookie: string }>> = {
  ".js": (word) => ({
    line: `export function ${word()}(${word()}) { return ${word()}.${word()}("${word()}", ${word()}); }`,
    cookie: `import express from "express";\nconst app = express();\napp.get("/${word()}", (req, res) => {\n  res.cookie("${word()}", req.query.${word()}, { httpOnly: true });\n});`,
  }),
  ".ts": (word) => ({
    line: `export const ${word()}: Record<string, ${word()}> = ${word()}.map((${word()}) => ${word()}["${word()}"]);`,
    cookie: `import express from "express";\nexport const app = express();\napp.get("/", (req, res) => { res.cookie("${word()}", "1", { secure: true }); });`,
  }),
  ".py": (word) => ({
    line: `def ${word()}(${word()}):\n    return ${word()}.${word()}("${word()}", ${word()})`,
    cookie: `from django.http import HttpResponse\n\ndef ${word()}(request):\n    response = HttpResponse("")\n    response.set_cookie("${word()}", "1")\n    return response`,
  }),
  ".java": (word) => ({
    line: `  private final String ${word()} = ${word()}.${word()}("${word()}");`,
    cookie: `import javax.servlet.http.Cookie;\nclass ${word()} {\n  void set(javax.servlet.http.HttpServletResponse r) { r.addCookie(new Cookie("${word()}", "1")); }\n}`,
  }),
  ".rb": (word) => ({
    line: `def ${word()}(${word()})\n  ${word()}.${word()}("${word()}")\nend`,
    cookie: `class ${word()}Controller < ApplicationController\n  def show\n    cookies[:${word()}] = "1"\n  end\nend`,
  }),
  ".xml": (word) => ({
    line: `<${word()} name="${word()}">${word()}</${word()}>`,
    cookie: `<!-- the cookie of ${word()} -->`,
  }),
  ".md": (word) => ({ line: `${word()} ${word()} ${word()} ${word()}.`, cookie: `A cookie is ${word()}.` }),
};

/** @returns how many bytes were written */
function makeTree(folder: string, files: number, cookieEvery: number): number {
  const word = words(files);
  const extensions = Object.keys(kinds);
  let bytes = 0;
  for (let index = 0; index < files; index += 1) {
    const extension = extensions[index % extensions.length] ?? ".js";
    const lines = Array.from({ length: 45 }, () => kinds[extension]?.(word).line ?? "");
    if (index % cookieEvery === 0) lines.unshift(kinds[extension]?.(word).cookie ?? "");
    const text = lines.join("\n");
    const parent = join(
      folder,
      `group${Math.floor(index / FOLDER_SIZE / FOLDER_SIZE)}`,
      `folder${Math.floor(index / FOLDER_SIZE)}`,
    );
    if (index % FOLDER_SIZE === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `file${index}${extension}`), text);
    bytes += text.length;
  }
  return bytes;
}

/** Words that look like names, the same ones in every run. */
function words(seed: number): () => string {
  const syllables = [
    "ba",
    "con",
    "der",
    "el",
    "fi",
    "gra",
    "ho",
    "in",
    "ka",
    "lo",
    "mer",
    "no",
    "pu",
    "ra",
    "sol",
    "ti",
  ];
  let state = seed + 1;
  return () => {
    let text = "";
    for (let count = 0; count < 4; count += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      text += syllables[(state >>> 16) % syllables.length];
    }
    return text;
  };
}

const { values } = parseArgs({
  options: { files: { type: "string", default: "100000" }, keep: { type: "boolean", default: false } },
});
const root = mkdtempSync(join(tmpdir(), "setsecure-bench-"));
try {
  bench(Number(values.files));
} finally {
  if (!values.keep) rmSync(root, { recursive: true });
  else console.log(root);
}
