/**
 * Makes the fixes of a checkout on copies of the files that change, and asks each language's own tool whether they
 * still parse. The checkout stays as it is.
 *
 *     npm run try-fixes -- <checkout> [--all] [--diff]
 *
 * Prints how many cookies are off, how many of them a fix mends, how many are left and why, and the changed files that
 * do not parse although they did before.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createTwoFilesPatch } from "diff";
import ts from "typescript";
import { parseAllDocuments } from "yaml";
import type { Cookie } from "../src/cookie.ts";
import { type ChosenFix, planFixes } from "../src/fix.ts";
import { scan } from "../src/scan.ts";

/** Which of these files do not parse, by the language's own tool; undefined where the tool is not installed. */
type Parser = (files: readonly string[]) => readonly string[] | undefined;

/** Parses, and resolves nothing: what a class path lacks is no fault. */
const JAVA = `
import com.sun.source.util.JavacTask;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

public class Parse {
  public static void main(String[] list) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
    for (String file : Files.readAllLines(Path.of(list[0]))) {
      DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
      List<String> options = List.of("-proc:none");
      ((JavacTask) compiler.getTask(null, manager, told, options, null, manager.getJavaFileObjects(file))).parse();
      if (told.getDiagnostics().stream().anyMatch(each -> each.getKind() == Diagnostic.Kind.ERROR))
        System.out.println(file);
    }
  }
}
`;
const PYTHON = `
import ast, sys, warnings
warnings.simplefilter("ignore")
for file in open(sys.argv[1]).read().splitlines():
    try:
        ast.parse(open(file, "rb").read())
    except (SyntaxError, ValueError):
        print(file)
`;
const XML = `
import sys, xml.parsers.expat
for file in open(sys.argv[1]).read().splitlines():
    try:
        xml.parsers.expat.ParserCreate().Parse(open(file, "rb").read(), True)
    except xml.parsers.expat.ExpatError:
        print(file)
`;
const INI = `
import configparser, sys
for file in open(sys.argv[1]).read().splitlines():
    try:
        configparser.RawConfigParser(strict=False, allow_no_value=True).read_string(open(file, encoding="utf-8-sig").read())
    except (configparser.Error, ValueError):
        print(file)
`;

const parsers: Readonly<Record<string, Parser>> = {
  ".js": javascript,
  ".jsx": typescript,
  ".cjs": eachFile("node", "--check"),
  ".mjs": eachFile("node", "--check"),
  ".ts": typescript,
  ".tsx": typescript,
  ".py": listed(PYTHON, "python3", "parse.py"),
  ".java": listed(JAVA, "java", "Parse.java"),
  ".cs": eachFile("mcs", "--parse"),
  ".rb": eachFile("ruby", "-c"),
  ".ru": eachFile("ruby", "-c"),
  ".xml": listed(XML, "python3", "parse.py"),
  ".config": listed(XML, "python3", "parse.py"),
  ".ini": listed(INI, "python3", "parse.py"),
  ".json": (files) => files.filter((file) => ts.readConfigFile(file, read).error !== undefined),
  ".yml": yaml,
  ".yaml": yaml,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "boolean" }, diff: { type: "boolean" } },
});
const [checkout] = positionals;
if (checkout === undefined) {
  console.error("usage: npm run try-fixes -- <checkout> [--all] [--diff]");
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "setsecure-fixes-"));
try {
  process.exitCode = await main(resolve(checkout), values.all === true, values.diff === true);
} finally {
  rmSync(folder, { recursive: true });
}

async function main(root: string, all: boolean, diff: boolean): Promise<number> {
  const { inventory, project, deployment } = await scan(root);
  const { cookies } = inventory;
  const chosen = cookies.flatMap((cookie, index): ChosenFix[] => {
    const fix = cookie.fixes.find(({ safety }) => safety === "safe") ?? (all ? cookie.fixes[0] : undefined);
    return fix === undefined ? [] : [{ cookie: index, fix }];
  });
  const plan = await planFixes(project, deployment, inventory, chosen);
  const made = new Set(plan.made.map(({ cookie }) => cookie));
  const off = cookies.flatMap((cookie, index) => (isOff(cookie) ? [index] : []));
  const left = off.filter((index) => !made.has(index));

  console.log(basename(root));
  console.log(`  cookies that are off    ${off.length}`);
  console.log(`  with a safe fix         ${off.filter((index) => has(cookies[index]!, "safe")).length}`);
  console.log(`  that needs a decision   ${off.filter((index) => only(cookies[index]!)).length}`);
  console.log(`  fixed                   ${plan.made.length}, in ${plan.changes.size} files`);
  console.log(`  left                    ${left.length}`);
  for (const [because, count] of counted(left.map((index) => whyLeft(cookies[index]!, index, plan.failed, all))))
    console.log(`    ${String(count).padStart(5)}  ${because}`);
  const again = plan.after.cookies.filter((cookie) => isOff(cookie) && cookie.fixes.length > 0).length;
  console.log(`  fixable after the fix   ${again}`);

  if (diff) {
    for (const [file, { before, after }] of plan.changes)
      console.log(createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, "", ""));
  }
  const was = faultyIn("before", new Map([...plan.changes].map(([file, { before }]) => [file, before])));
  const now = faultyIn("after", new Map([...plan.changes].map(([file, { after }]) => [file, after])));
  for (const extension of new Set([...was.unasked, ...now.unasked]))
    console.log(`  nobody was asked about ${extension}`);
  const broken = now.faulty.filter((file) => !was.faulty.includes(file));
  console.log(`  did not parse before    ${was.faulty.length}`);
  console.log(`  broken by the fix       ${broken.length}`);
  for (const file of broken) console.log(`    ${file}`);
  return broken.length === 0 ? 0 : 1;
}

function isOff({ deletion, verdict, condition }: Cookie): boolean {
  return !deletion && (verdict === "insecure" || condition?.inDeployment === "insecure");
}

function has({ fixes }: Cookie, safety: string): boolean {
  return fixes.some((fix) => fix.safety === safety);
}

function only(cookie: Cookie): boolean {
  return cookie.fixes.length > 0 && !has(cookie, "safe");
}

function whyLeft(cookie: Cookie, index: number, failed: readonly (ChosenFix & { because: string })[], all: boolean) {
  const own = failed.find((each) => each.cookie === index);
  if (own !== undefined) return `refused: ${own.because}`.replace(/\b[\w./-]+\/[\w.-]+\b/g, "<file>").slice(0, 160);
  if (!all && cookie.fixes.length > 0) return "needs a decision";
  return `no edit: ${cookie.framework}: ${cookie.because.replace(/`[^`]*`|"[^"]*"/g, "…")}`.slice(0, 160);
}

function counted(reasons: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

// ---- parsing

/** The files whose text does not parse, and the extensions about which no tool could be asked. */
function faultyIn(name: string, texts: ReadonlyMap<string, string>) {
  const faulty: string[] = [];
  const unasked: string[] = [];
  const root = join(folder, name);
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  for (const extension of new Set([...texts.keys()].map((file) => extname(file)))) {
    const files = [...texts.keys()].filter((file) => extname(file) === extension).map((file) => join(root, file));
    const found = parsers[extension]?.(files);
    if (found === undefined) unasked.push(extension);
    else faulty.push(...found.map((file) => file.slice(root.length + 1)));
  }
  return { faulty, unasked };
}

function read(file: string): string | undefined {
  return ts.sys.readFile(file);
}

function typescript(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const { diagnostics = [] } = ts.transpileModule(read(file) ?? "", {
      fileName: file,
      reportDiagnostics: true,
      compilerOptions: { allowJs: true, jsx: ts.JsxEmit.Preserve },
    });
    return diagnostics.some(({ category }) => category === ts.DiagnosticCategory.Error);
  });
}

/** A `.js` file is a script or a module. */
function javascript(files: readonly string[]): readonly string[] | undefined {
  const check = eachFile("node", "--check");
  return check(files)?.filter((file) => {
    const module = `${file}.mjs`;
    writeFileSync(module, read(file) ?? "");
    return (check([module]) ?? []).length > 0 && typescript([file]).length > 0;
  });
}

function yaml(files: readonly string[]): readonly string[] {
  return files.filter((file) => {
    const documents = parseAllDocuments(read(file) ?? "");
    return "empty" in documents ? false : documents.some(({ errors }) => errors.length > 0);
  });
}

/** Asks a program about each file; its exit status tells. */
function eachFile(program: string, flag: string): Parser {
  return (files) => {
    const faulty: string[] = [];
    for (const file of files) {
      const { error, status } = spawnSync(program, [flag, file], { stdio: "ignore", timeout: 60_000 });
      if (error !== undefined) return undefined;
      if (status !== 0) faulty.push(file);
    }
    return faulty;
  };
}

/** Asks a program of our own about a list of files; it prints the faulty ones. */
function listed(source: string, program: string, name: string): Parser {
  return (files) => {
    const [script, list] = [join(folder, name), join(folder, "files.txt")];
    writeFileSync(script, source);
    writeFileSync(list, files.join("\n"));
    const { error, status, stdout } = spawnSync(program, [script, list], { encoding: "utf8", timeout: 600_000 });
    return error !== undefined || status !== 0 ? undefined : stdout.split("\n").filter((line) => line !== "");
  };
}
