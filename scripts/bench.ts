/**
 * How a whole scan compares with a plain search of the same files, and how long a small app takes.
 *
 *     npm run bench [-- --files 100000]
 *
 * The large tree is made of our own text: files of the extensions below, some 3 kB each, one in a hundred of which sets
 * a cookie. Of the two small apps one is of the same text, in four languages, and one is a server as people write it, in
 * one. Each command runs once to warm the file cache, then `RUNS` times; the fastest run counts. Wall time is only
 * worth something on a quiet machine: the load is told, and CPU time (user and system) beside it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { rgPath } from "@vscode/ripgrep";

const RUNS = 3;
const FOLDER_SIZE = 50;
/** One file in so many sets a cookie. */
const COOKIE_EVERY = 100;

function bench(files: number): void {
  const [large, mixed, server] = [join(root, "large"), join(root, "mixed"), join(root, "server")];
  const bytes = makeTree(large, files, COOKIE_EVERY);
  makeTree(mixed, 20, 4);
  const count = makeServer(server);
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start`);
  console.log(`${files} files, ${(bytes / 1024 / 1024).toFixed(0)} MB, 1 in ${COOKIE_EVERY} sets a cookie\n`);
  tell("node, doing nothing", fastest(process.execPath, ["--eval", "0"]));
  const search = fastest(rgPath, ["-il", "cookie", large]);
  tell("rg -il cookie", search);
  const whole = fastest(process.execPath, scanOf(large));
  tell("setsecure scan", whole, memoryOf(scanOf(large)));
  console.log(
    `${" ".repeat(26)}${(whole.milliseconds / search.milliseconds).toFixed(2).padStart(14)} times as long as rg`,
  );
  tell("20 files, 4 languages", fastest(process.execPath, scanOf(mixed)), memoryOf(scanOf(mixed)));
  tell(`an Express app, ${count} files`, fastest(process.execPath, scanOf(server)), memoryOf(scanOf(server)));
}

function scanOf(folder: string): readonly string[] {
  const cli = join(import.meta.dirname ?? ".", "../dist/cli.js");
  return [cli, "scan", folder, "--exit-zero", "--format", "json"];
}

interface Run {
  readonly milliseconds: number;
  /** User and system time, in milliseconds; undefined where the system does not tell. */
  readonly cpu: number | undefined;
}

function tell(what: string, { milliseconds, cpu }: Run, megabytes?: number): void {
  const figures = [
    `${milliseconds.toFixed(0)} ms`,
    cpu === undefined ? "" : `CPU ${cpu.toFixed(0)} ms`,
    megabytes === undefined ? "" : `${megabytes.toFixed(0)} MB`,
  ];
  console.log(`${what.padEnd(26)}${figures.map((figure) => figure.padStart(14)).join("")}`);
}

function fastest(program: string, words: readonly string[]): Run {
  run(program, words);
  const runs = Array.from({ length: RUNS }, () => run(program, words));
  return runs.reduce((best, other) => (other.milliseconds < best.milliseconds ? other : best));
}

/** Of a machine's variables this one adds 50 ms to every start of Node 20, whatever it runs. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

function run(program: string, words: readonly string[]): Run {
  const before = childrensCpu();
  const start = performance.now();
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 1024 ** 3, env });
  const milliseconds = performance.now() - start;
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  const after = childrensCpu();
  return { milliseconds, cpu: before === undefined || after === undefined ? undefined : after - before };
}

/** What all programs that this process waited for have used, in milliseconds; Linux tells it in hundredths of a second. */
function childrensCpu(): number | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  // cutime and cstime, the 16th and 17th fields of proc(5); the first two are cut off.
  return 10 * (Number(fields[13]) + Number(fields[14]));
}

/** The most memory that a run of Node holds, in MB. */
function memoryOf(words: readonly string[]): number {
  const hook = 'process.on("exit", () => process.stderr.write(`\\n${process.resourceUsage().maxRSS}`))';
  const { stderr } = spawnSync(process.execPath, ["--import", `data:text/javascript,${hook}`, ...words], {
    encoding: "utf8",
    maxBuffer: 1024 ** 3,
    env,
  });
  return Number(stderr.slice(stderr.lastIndexOf("\n") + 1)) / 1024;
}

/** A server as people write it, of one stack. @returns how many files it has */
function makeServer(folder: string): number {
  const names = ["users", "posts", "comments", "orders", "products", "invoices", "reviews", "carts"];
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ name: "shop", dependencies: { express: "5", "express-session": "1" } }),
    "config/session.js": `module.exports = {\n  secret: process.env.SESSION_SECRET,\n  resave: false,\n  saveUninitialized: false,\n  cookie: { httpOnly: true, secure: process.env.NODE_ENV === "production" },\n};\n`,
    "app.js": `const express = require("express");\nconst session = require("express-session");\nconst app = express();\napp.set("trust proxy", 1);\napp.use(session(require("./config/session")));\n${names.map((name) => `app.use("/${name}", require("./routes/${name}"));`).join("\n")}\napp.listen(3000);\n`,
    "middleware/language.js": `module.exports = (req, res, next) => {\n  if (req.query.language) res.cookie("language", req.query.language, { maxAge: 1e9 });\n  next();\n};\n`,
    "middleware/auth.js": `exports.signedIn = (req, res, next) => (req.session.user ? next() : res.redirect("/users/sign-in"));\n`,
  };
  for (const name of names) {
    const handlers = ["list", "show", "create", "update", "remove"].map(
      (verb) =>
        `exports.${verb} = async (req, res, next) => {\n  try {\n    const found = await model.${verb}({ id: req.params.id, user: req.session.user, ...req.body });\n    if (!found) return res.status(404).render("missing", { name: "${name}" });\n    res.render("${name}/${verb}", { found, title: \`${name} of \${req.session.user?.name}\` });\n  } catch (error) {\n    next(error);\n  }\n};\n`,
    );
    files[`controllers/${name}.js`] = `const model = require("../models/${name}");\n\n${handlers.join("\n")}`;
    files[`models/${name}.js`] =
      `const database = require("../database");\n\n${["list", "show", "create", "update", "remove"].map((verb) => `exports.${verb} = ({ id, user, ...rest }) => database.query("select ${verb}($1, $2, $3)", [id, user.id, rest]);`).join("\n")}\n`;
    files[`routes/${name}.js`] =
      `const { Router } = require("express");\nconst { signedIn } = require("../middleware/auth");\nconst ${name} = require("../controllers/${name}");\nconst router = Router();\nrouter.get("/", ${name}.list);\nrouter.get("/:id", ${name}.show);\nrouter.post("/", signedIn, ${name}.create);\nrouter.put("/:id", signedIn, ${name}.update);\nrouter.delete("/:id", signedIn, ${name}.remove);\nrouter.post("/:id/seen", (req, res) => res.cookie("seen-${name}", req.params.id).end());\nmodule.exports = router;\n`;
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return Object.keys(files).length;
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
