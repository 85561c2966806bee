/**
 * Scores a scan against labelled places.
 *
 *     npm run evaluate -- <manifest.jsonl> <checkout> [--verbose]
 *
 * Prints, for each corpus: recall on `must`, false alarms on `mustnot`, and exact verdicts.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import type { Report, ReportCookie } from "../src/report.ts";
import { scan } from "../src/scan.ts";

interface Row {
  readonly corpus: string;
  readonly path: string;
  readonly line: number;
  readonly alt_lines?: readonly number[];
  readonly framework: string;
  readonly language: string;
  readonly cookie: string | null;
  readonly expected: "insecure" | "secure" | "conditional" | "not-applicable";
  readonly report: "must" | "mustnot" | "may";
  readonly note?: string;
  readonly line_sha1?: string;
}

/** Names of manifests that are not ours. */
const ourNames: Readonly<Record<string, string>> = {
  "java-servlet": "servlet",
  "dotnet-systemweb": "aspnet",
  "dotnet-webconfig": "aspnet",
  aspnetcore: "aspnet-core",
  "pyramid-authtkt": "pyramid",
  fastapi: "starlette",
  "python-stdlib": "http-cookies",
  "document.cookie": "document-cookie",
};
const languagesRead = new Set([
  "javascript",
  "typescript",
  "python",
  "java",
  "csharp",
  "ruby",
  "xml",
  "yaml",
  "ini",
  "properties",
  "json",
  "html",
]);

/** A cookie as reported, with the worst of its findings that counts. */
interface Judged {
  readonly cookie: ReportCookie;
  readonly alarm: boolean;
}

interface Answer {
  readonly row: Row;
  readonly there: readonly Judged[];
  readonly alarm: boolean;
  readonly exact: boolean;
}

/** Where the frameworks that are built are listed. */
const registry = readFileSync(new URL("../src/frameworks/index.ts", import.meta.url), "utf8");

const { values, positionals } = parseArgs({ allowPositionals: true, options: { verbose: { type: "boolean" } } });
const [manifest, checkout] = positionals;
if (manifest === undefined || checkout === undefined) {
  console.error("usage: npm run evaluate -- <manifest.jsonl> <checkout> [--verbose]");
  process.exit(2);
}
await main(resolve(manifest), resolve(checkout), values.verbose === true);

async function main(manifestPath: string, root: string, verbose: boolean): Promise<void> {
  const rows = readFileSync(manifestPath, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): Row => JSON.parse(line));
  const present = rows.filter((row) => existsSync(join(root, row.path)));
  const inTemplates = present.filter((row) => /inside a template literal/.test(row.note ?? ""));
  const inFiles = present.filter((row) => !inTemplates.includes(row));
  const answers = [...(await answer(inFiles, root, (row) => row.path)), ...(await answerTemplates(inTemplates, root))];

  if (present.length < rows.length)
    console.log(`${rows.length - present.length} rows: their file is not in the checkout`);
  const drifted = present.filter((row) => hasDrifted(row, root));
  if (drifted.length > 0) console.log(`${drifted.length} rows: their line is not what the manifest saw`);
  const built = answers.filter(({ row }) => isBuilt(row));
  const others = answers.filter(({ row }) => !isBuilt(row));
  for (const [corpus, own] of groups(built, ({ row }) => row.corpus)) score(corpus, own, verbose);
  if (others.length > 0) {
    console.log(`\nnot built, and not counted: ${others.length} rows`);
    for (const [name, own] of groups(others, ({ row }) => `${row.framework} (${row.language})`)) {
      console.log(`  ${name}: ${own.length}`);
    }
  }
}

function isBuilt({ framework, language }: Row): boolean {
  return languagesRead.has(language) && registry.includes(`"./${ourNames[framework] ?? framework}/index.ts"`);
}

function hasDrifted(row: Row, root: string): boolean {
  if (row.line_sha1 === undefined) return false;
  const line = readFileSync(join(root, row.path), "utf8").split("\n")[row.line - 1] ?? "";
  return !createHash("sha1").update(line.trim()).digest("hex").startsWith(row.line_sha1);
}

async function answer(rows: readonly Row[], root: string, fileOf: (row: Row) => string): Promise<Answer[]> {
  if (rows.length === 0) return [];
  const { report } = await scan(root);
  const byFile = cookiesByFile(report);
  return rows.map((row) => {
    const lines = new Set([row.line, ...(row.alt_lines ?? [])]);
    const there = (byFile.get(fileOf(row)) ?? []).filter((seen) => [...lines].some((line) => seen.lines.has(line)));
    const named = there.filter(({ judged }) => row.cookie !== null && judged.cookie.name === row.cookie);
    const found = (named.length > 0 ? named : there).map(({ judged }) => judged);
    return { row, there: found, alarm: found.some((one) => one.alarm), exact: isExact(row, found) };
  });
}

/** A cookie in one file, with the lines of its sink, its findings and what decides it. */
interface Seen {
  readonly judged: Judged;
  readonly lines: Set<number>;
}

function cookiesByFile(report: Report): Map<string, Seen[]> {
  const byFile = new Map<string, Seen[]>();
  for (const [index, cookie] of report.cookies.entries()) {
    const findings = report.findings.filter((finding) => finding.cookie === index);
    const judged = { cookie, alarm: findings.some(({ level }) => level !== "note") };
    const places = [cookie.sink, ...findings.map(({ location }) => location)].filter((place) => place !== null);
    if ("file" in cookie.decidedBy) places.push({ ...cookie.decidedBy, endLine: cookie.decidedBy.line });
    for (const [file, own] of groups(places, (place) => place.file)) {
      const lines = new Set<number>();
      for (const { line, endLine } of own) for (let at = line; at <= endLine; at += 1) lines.add(at);
      byFile.set(file, [...(byFile.get(file) ?? []), { judged, lines }]);
    }
  }
  return byFile;
}

function isExact({ expected }: Row, there: readonly Judged[]): boolean {
  if (expected === "not-applicable") return there.every(({ cookie }) => cookie.deletion);
  return there.some(
    ({ cookie }) => cookie.verdict === expected || (expected === "conditional" && cookie.condition !== null),
  );
}

/** The text of each template literal becomes a file of its own, at the same lines. */
async function answerTemplates(rows: readonly Row[], root: string): Promise<Answer[]> {
  if (rows.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "setsecure-snippets-"));
  try {
    const files = new Map<Row, string>();
    for (const [path, own] of groups(rows, (row) => row.path)) {
      const templates = templatesOf(readFileSync(join(root, path), "utf8"));
      for (const row of own) {
        const template = templates.find(({ first, last }) => first <= row.line && row.line <= last);
        if (template === undefined) continue;
        const file = `${path}/${template.first}/snippet${row.language === "typescript" ? ".ts" : ".js"}`;
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), "\n".repeat(template.first - 1) + template.text);
        files.set(row, file);
      }
    }
    return await answer(rows, folder, (row) => files.get(row) ?? "");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Template {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Innermost first. */
function templatesOf(text: string): Template[] {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const line = (offset: number) => source.getLineAndCharacterOfPosition(offset).line + 1;
  const found: Template[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (ts.isNoSubstitutionTemplateLiteral(node)) {
      found.push({ first: line(node.getStart()), last: line(node.end), text: node.text });
    }
  };
  visit(source);
  return found;
}

function score(corpus: string, answers: readonly Answer[], verbose: boolean): void {
  const must = answers.filter(({ row }) => row.report === "must");
  const mustnot = answers.filter(({ row }) => row.report === "mustnot");
  const scored = [...must, ...mustnot];
  const found = must.filter(({ alarm }) => alarm);
  const alarms = mustnot.filter(({ alarm }) => alarm);
  const exact = scored.filter((one) => one.exact);
  console.log(`\n${corpus}`);
  console.log(`  recall        ${share(found, must)}`);
  console.log(`  false alarms  ${share(alarms, mustnot)}`);
  console.log(`  exact         ${share(exact, scored)}`);
  if (!verbose) return;
  for (const one of must) if (!one.alarm) explain("missed", one);
  for (const one of alarms) explain("false alarm", one);
  for (const one of scored) if (!one.exact) explain("not exact", one);
}

function share(part: readonly unknown[], whole: readonly unknown[]): string {
  const percent = whole.length === 0 ? "" : `  ${((100 * part.length) / whole.length).toFixed(1)} %`;
  return `${part.length} of ${whole.length}${percent}`;
}

function explain(what: string, { row, there }: Answer): void {
  const seen = there.map(({ cookie }) => `${cookie.name ?? "?"} ${cookie.verdict}: ${cookie.because}`).join(" | ");
  console.log(`    ${what}: ${row.path}:${row.line} ${row.framework} ${row.cookie ?? "?"} expected ${row.expected}`);
  console.log(`      ${seen || "no cookie there"}`);
  if (row.note !== undefined) console.log(`      note: ${row.note}`);
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const own = found.get(key);
    if (own === undefined) found.set(key, [item]);
    else own.push(item);
  }
  return found;
}
