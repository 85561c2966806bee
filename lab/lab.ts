import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { production } from "../src/frameworks/production.ts";
import { type LabCase, readCases, writeFiles } from "./case.ts";
import { dotnet } from "./dotnet/index.ts";
import { java } from "./java/index.ts";
import { judgeTable } from "./judge.ts";
import { judgeFix, type Promised, toAskAgain } from "./judge-fix.ts";
import { mono } from "./mono/index.ts";
import { node } from "./node/index.ts";
import type { Ask, Told } from "./protocol.ts";
import { python } from "./python/index.ts";
import { ruby } from "./ruby/index.ts";
import { shown, sightings, underPatterns } from "./sighting.ts";
import { cache, isInstalled, misfit, type Shelf, type Stack } from "./stack.ts";

export const stacks: readonly Stack[] = [node, python, ruby, java, mono, dotnet];

/** The folder of the pages. */
export const folder = new URL("../src/frameworks/", import.meta.url);

export interface CaseResult {
  readonly title: string;
  readonly line: number;
  readonly status: "agreed" | "disagreed" | "not asked";
  /** Rows of the table and cookies after the fix. */
  readonly agreed: readonly string[];
  readonly disagreed: readonly string[];
  readonly notAsked: readonly string[];
  /** What came, cookie by cookie, before and after the fix. */
  readonly seen: readonly string[];
  readonly after: readonly string[];
}

export interface PageResult {
  readonly framework: string;
  /** `Django 5.2.18`, or empty where the page was not run. */
  readonly version: string;
  readonly cases: readonly CaseResult[];
  /** Why no case of the page, or one of them, was run. */
  readonly notRun?: string;
}

/** The page, or one of its cases, was not run. */
export function isMissing({ notRun }: PageResult): boolean {
  return notRun !== undefined;
}

export interface LabOptions {
  /** Pages to run; default all. */
  readonly frameworks?: readonly string[];
  /** Other texts than those in the repository. */
  readonly pages?: Readonly<Record<string, string>>;
  /** Ends every driver. */
  readonly signal?: AbortSignal;
}

/**
 * Runs the cases of the pages in their frameworks, in every version that is installed.
 * @throws Error when a driver ends before it has answered
 */
export async function runLab({ frameworks = [], pages, signal }: LabOptions = {}): Promise<readonly PageResult[]> {
  const texts = pages ?? readPages();
  const chosen = Object.keys(texts).filter((name) => frameworks.length === 0 || frameworks.includes(name));
  const cases = new Map<string, readonly LabCase[]>();
  for (const name of chosen) {
    const isRun = stacks.some((stack) => stack.shelves.some((shelf) => name in shelf.pages));
    if (isRun) cases.set(name, await readCases(name, texts[name] ?? ""));
  }
  const jobs = stacks.flatMap((stack) =>
    stack.shelves
      .filter((shelf) => chosen.some((name) => name in shelf.pages))
      .map((shelf) => () => runShelf(stack, shelf, cases, signal)),
  );
  const results = (await inPairs(jobs)).flat();
  const absent = chosen.filter((name) => !cases.has(name));
  const notRun = (framework: string, reason: string): PageResult => ({
    framework,
    version: "",
    cases: [],
    notRun: reason,
  });
  return [
    ...results.sort((a, b) => a.framework.localeCompare(b.framework) || b.version.localeCompare(a.version)),
    ...dropped(cases, results).map(({ framework, title }) => notRun(framework, `no version takes the case "${title}"`)),
    ...absent.map((name) => notRun(name, "no stack runs this page")),
  ];
}

/** The cases that no result holds, asked or not, though every version of their page was run. */
function dropped(cases: ReadonlyMap<string, readonly LabCase[]>, results: readonly PageResult[]): readonly LabCase[] {
  return [...cases].flatMap(([name, list]) => {
    const mine = results.filter(({ framework }) => framework === name);
    if (mine.some(isMissing)) return [];
    const taken = new Set(mine.flatMap((each) => each.cases.map(({ line }) => line)));
    return list.filter(({ line }) => !taken.has(line));
  });
}

/** Every page by its framework. */
export function readPages(): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.fromEntries(
    names.flatMap(({ name }) => {
      try {
        return [[name, readFileSync(new URL(`${name}/readme.md`, folder), "utf8")]];
      } catch {
        return [];
      }
    }),
  );
}

/** Two at a time, one for each of two cores. */
async function inPairs<T>(jobs: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const results: T[] = [];
  const waiting = [...jobs.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await next[1]();
  };
  await Promise.all([work(), work()]);
  return results;
}

interface Form {
  readonly ask: Ask;
  readonly form: "base" | "variant" | "fixed" | "developer's base" | "developer's fixed";
}

/** One case on one shelf. */
interface Asked {
  readonly each: LabCase;
  /** Why it is not asked. */
  readonly reason: string | undefined;
  readonly forms: readonly Form[];
}

async function runShelf(
  stack: Stack,
  shelf: Shelf,
  cases: ReadonlyMap<string, readonly LabCase[]>,
  signal: AbortSignal | undefined,
): Promise<readonly PageResult[]> {
  const mine = [...cases].filter(([name]) => name in shelf.pages);
  if (!isInstalled(shelf)) {
    const notRun = `${shelf.name} is not installed: run \`npm run setup-lab\``;
    return mine.map(([framework]) => ({ framework, version: versionOf(shelf, framework), cases: [], notRun }));
  }
  const askOf = (asked: readonly Asked[]) =>
    drive(
      stack,
      shelf,
      asked.flatMap(({ forms }) => forms.map(({ ask }) => ask)),
      signal,
    );
  const root = mkdtempSync(join(tmpdir(), "setsecure-lab-"));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const all = mine.flatMap(([, list]) => list).map((each) => ({ each, reason: reasonAgainst(stack, shelf, each) }));
    const asked = all.map(({ each, reason }, index) => ({
      each,
      reason,
      forms: reason === undefined ? formsOf(each, join(root, `c${index}`)) : [],
    }));
    const first = await askOf(asked);
    // What a safe fix takes away in production is asked again as a developer runs it.
    const again = asked.map((one, index) => ({ ...one, forms: developedForms(one, first, join(root, `c${index}`)) }));
    const told = new Map([...first, ...(await askOf(again))]);
    const forms = (index: number) => [...(asked[index]?.forms ?? []), ...(again[index]?.forms ?? [])];
    const pages = mine.map(([framework]) => ({
      framework,
      version: versionOf(shelf, framework),
      cases: asked
        .map((one, index) => ({ ...one, forms: forms(index) }))
        .filter(({ each, reason }) => each.framework === framework && reason !== silent)
        .map((one) => resultOf(stack, shelf, one, told)),
    }));
    return pages.filter(({ cases: own }) => own.length > 0 || shelf.onDemand !== true);
  } finally {
    remove();
    process.removeListener("exit", remove);
  }
}

/** A shelf on demand says nothing of cases that do not ask for its versions. */
const silent = "";

function reasonAgainst(stack: Stack, shelf: Shelf, each: LabCase): string | undefined {
  const wanted = stack.wanted(each);
  const asksForIt = Object.keys(wanted).some((name) => name.toLowerCase() in shelf.versions);
  if (shelf.onDemand === true && (!asksForIt || misfit(shelf, wanted) !== undefined)) return silent;
  const against = misfit(shelf, wanted);
  const isRunElsewhere = stack.shelves.some(
    (other) => each.framework in other.pages && misfit(other, wanted) === undefined,
  );
  if (against !== undefined) return isRunElsewhere ? silent : `it asks for ${against}`;
  return stack.refuses?.(each);
}

function versionOf(shelf: Shelf, framework: string): string {
  const names = shelf.pages[framework] ?? [];
  const list = names.length === 0 ? ["node"] : names;
  return list.map((name) => `${name} ${shelf.versions[name] ?? "?"}`).join(", ");
}

function formsOf(each: LabCase, base: string): readonly Form[] {
  const { files, environment, fixed } = each;
  return [
    formOf("base", each, { folder: join(base, "base"), files, environment }),
    ...each.variants.map((variant, index) =>
      formOf("variant", each, {
        folder: join(base, `variant${index}`),
        files: { ...files, ...variant.files },
        environment: { ...environment, ...variant.environment },
      }),
    ),
    ...(isMade(fixed) ? [formOf("fixed", each, { folder: join(base, "fixed"), files: fixed, environment })] : []),
  ];
}

/** The case as a developer runs it, where a fix that is called safe takes a cookie away in production. */
function developedForms({ each, forms }: Asked, told: ReadonlyMap<string, Told>, base: string): readonly Form[] {
  const [before] = toldOf("base", forms, told);
  const [after] = toldOf("fixed", forms, told);
  if (before === undefined || after === undefined || !isMade(each.fixed)) return [];
  if (toAskAgain(each, { before, after }).length === 0) return [];
  const environment = { ...each.environment, ...developer };
  const form = (kind: Form["form"], folder: string, files: LabCase["files"]) =>
    formOf(kind, each, { folder: join(base, folder), files, environment, host: "localhost" });
  return [
    form("developer's base", "developed-base", each.files),
    form("developer's fixed", "developed-fixed", each.fixed),
  ];
}

/** Production's variables as a developer has them. */
const developer = Object.fromEntries(
  Object.entries(production.environment).map(([name, value]) => [
    name,
    value === "Production" ? "Development" : "development",
  ]),
);

function isMade(fixed: LabCase["fixed"]): fixed is LabCase["files"] {
  return fixed !== undefined && !("notMade" in fixed);
}

function formOf(
  form: Form["form"],
  { framework, expected }: LabCase,
  how: Pick<Ask, "folder" | "environment" | "host"> & { readonly files: LabCase["files"] },
): Form {
  writeFiles(how.folder, how.files);
  const names = [...new Set(expected.map((row) => row.name))];
  return { form, ask: { ...how, id: how.folder, framework, files: Object.keys(how.files), names } };
}

function toldOf(form: Form["form"], forms: readonly Form[], told: ReadonlyMap<string, Told>): readonly Told[] {
  return forms
    .filter((each) => each.form === form)
    .flatMap(({ ask }) => {
      const each = told.get(ask.id);
      return each === undefined ? [] : underPatterns(each, ask.names);
    });
}

function resultOf(
  stack: Stack,
  shelf: Shelf,
  { each, reason, forms }: Asked,
  told: ReadonlyMap<string, Told>,
): CaseResult {
  const { title, line } = each;
  const of = (kind: Form["form"]) => toldOf(kind, forms, told);
  const [base] = of("base");
  const without =
    reason ?? base?.notAsked ?? (base === undefined ? "the driver did not answer" : unanswered(base, each));
  if (without !== undefined || base === undefined)
    return {
      title,
      line,
      status: "not asked",
      agreed: [],
      disagreed: [],
      notAsked: [without ?? ""],
      seen: [],
      after: [],
    };
  const open = each.expected.filter(({ name }) => isLeftOut(name, base));
  const closed = each.expected.filter((row) => !open.includes(row));
  const before = judgeTable(closed, base, of("variant"), shelf.versions, stack.ownCookies ?? []);
  const [fixed] = of("fixed");
  const [developedBefore] = of("developer's base");
  const [developedAfter] = of("developer's fixed");
  const developed = developedBefore && developedAfter && { before: developedBefore, after: developedAfter };
  const nothing = { agreed: [], disagreed: [], notAsked: [] };
  const after =
    fixed === undefined ? nothing : judgeFix(withoutLeftOut(each, fixed), { before: base, after: fixed }, developed);
  const disagreed = [...before.disagreed, ...after.disagreed];
  const agreed = [...before.agreed, ...after.agreed];
  const notAsked = [
    ...open.map(({ name }) => `\`${name}\`: ${base.leftOut?.[name]}`),
    ...before.notAsked,
    ...after.notAsked,
    ...Object.entries(fixed?.leftOut ?? {})
      .filter(([name]) => !isLeftOut(name, base))
      .map(([name, reason]) => `after the fix: \`${name}\`: ${reason}`),
  ];
  if (fixed?.notAsked !== undefined) notAsked.push(`after the fix: ${fixed.notAsked}`);
  if (each.fixed !== undefined && "notMade" in each.fixed) notAsked.push(`after the fix: ${each.fixed.notMade}`);
  const isAsked = agreed.length > 0 || each.expected.length === 0;
  return {
    title,
    line,
    status: disagreed.length > 0 ? "disagreed" : isAsked ? "agreed" : "not asked",
    agreed,
    disagreed,
    notAsked,
    seen: linesOf(base),
    after: fixed === undefined ? [] : linesOf(fixed),
  };
}

/** Whether the driver left the cookie out on every way. */
function isLeftOut(name: string, told: Told): boolean {
  return told.leftOut?.[name] !== undefined && sightings(told).every((each) => each.name !== name);
}

/** What a page promises of the cookies that the driver asked for on every way. */
function withoutLeftOut({ expected, afterFix, safe }: LabCase, { leftOut = {} }: Told): Promised {
  return {
    expected: expected.filter(({ name }) => !(name in leftOut)),
    afterFix: new Map([...afterFix].filter(([name]) => !(name in leftOut))),
    safe,
  };
}

function linesOf(told: Told): readonly string[] {
  return sightings(told).map((sighting) => `${sighting.name} — ${shown(sighting)}`);
}

/** A table without rows is only confirmed by an answer that is no failure. */
function unanswered(base: Told, each: LabCase): string | undefined {
  if (each.expected.length > 0 || base.answers.some(({ status }) => status > 0 && status < 500)) return undefined;
  return base.answers.find(({ error }) => error !== undefined)?.error ?? "nothing answered";
}

/** Starts the driver of a shelf, gives it every ask and gathers what it tells; the driver ends with its input. */
function drive(
  stack: Stack,
  shelf: Shelf,
  asks: readonly Ask[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Told>> {
  const [command, ...parameters] = stack.command(shelf, join(cache, shelf.folder), join(cache, "tls"));
  const told = new Map<string, Told>();
  if (asks.length === 0) return Promise.resolve(told);
  const child = spawn(command, parameters, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  signal?.addEventListener("abort", kill);
  process.once("exit", kill);
  let complaints = "";
  child.stderr.on("data", (data) => {
    complaints = (complaints + String(data)).slice(-4000);
  });
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const each = JSON.parse(line) as Told;
    told.set(each.id, each);
  });
  child.stdin.on("error", () => {});
  child.stdin.end(asks.map((ask) => `${JSON.stringify(ask)}\n`).join(""));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", kill);
      process.removeListener("exit", kill);
      if (told.size === asks.length) resolve(told);
      else
        reject(
          new Error(
            `the driver of ${shelf.name} ended (${code}) after ${told.size} of ${asks.length} cases\n${complaints}`,
          ),
        );
    });
  });
}
