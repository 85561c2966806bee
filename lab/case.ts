import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { structuredPatch } from "diff";
import { noConfiguration } from "../src/configuration.ts";
import { applyEdits } from "../src/edit.ts";
import { production } from "../src/frameworks/production.ts";
import { takeInventory } from "../src/inventory.ts";
import { readDeployment } from "../src/read-deployment.ts";
import { type PageCase, readPage } from "../test/support/page.ts";
import { projectOf } from "../test/support/project.ts";

/** A case of a page, as the lab runs it. */
export interface LabCase extends PageCase {
  readonly framework: string;
  /** The files after the page's diff, or why they cannot be made; undefined where the page has no diff. */
  readonly fixed: Readonly<Record<string, string>> | { readonly notMade: string } | undefined;
  /** The cookies whose fix, as the tool writes it, is called safe. */
  readonly safe: ReadonlySet<string>;
  /** Production's environment, with what the case's own files set. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Other settings of the variables and files that the table makes cookies depend on. */
  readonly variants: readonly Variant[];
}

/** What a case needs or is given beside its own files. */
export interface Variant {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The cases of a page, with their fixes applied. */
export async function readCases(framework: string, page: string): Promise<readonly LabCase[]> {
  return Promise.all(
    readPage(page).map(async (shown) => {
      const needed = namesFile(shown);
      const each = { ...shown, files: { ...shown.files, ...needed.files } };
      return {
        ...each,
        framework,
        ...(each.diffs.size === 0 ? { fixed: undefined, safe: new Set<string>() } : await fix(each)),
        environment: { ...environmentOf(each), ...needed.environment },
        variants: variantsOf(each),
      };
    }),
  );
}

const secretName =
  /(?:environ(?:\.get\(|\[)|getenv\(|env(?:\.\w+)?\(|process\.env[.[])["']?(\w*(?:SECRET|KEY|PASS|SALT)\w*)/g;

function environmentOf({ files }: PageCase): Readonly<Record<string, string | null>> {
  const names = Object.values(files).flatMap((text) => [...text.matchAll(secretName)].map((match) => match[1] ?? ""));
  const secrets = Object.fromEntries(names.map((name) => [name, "a secret of the lab"]));
  return { ...secrets, ...production.environment, ...fromFiles(files) };
}

function fromFiles(files: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> {
  try {
    return readDeployment(projectOf(files), noConfiguration, {}).environment;
  } catch {
    return {};
  }
}

/** What each variable or file must be for a row to come out the other way, read from the row's reason. */
function variantsOf({ expected }: Pick<PageCase, "expected">): readonly Variant[] {
  return expected.flatMap(({ because }) => [
    ...variableVariants(because),
    ...keyVariants(because),
    ...fileVariants(because),
  ]);
}

function variableVariants(because: string): readonly Variant[] {
  const found = because.matchAll(/\b([A-Z][A-Z0-9_]{2,}) is (not )?(?:"([^"]*)"|(set|switched on)|one of)/g);
  return [...found].flatMap(([, name = "", negated, value, set]) => {
    const values =
      set !== undefined
        ? negated === undefined
          ? ["True"]
          : ["False", "0", "1"]
        : value === undefined
          ? ["true", "1", "yes", "True"]
          : [negated === undefined ? value : "another"];
    return values.map((each) => ({ environment: { [name]: each }, files: {} }));
  });
}

/** A key of a configuration that ASP.NET Core reads from a variable too: `Cookies:Secure` from `Cookies__Secure`. */
function keyVariants(because: string): readonly Variant[] {
  const otherwise: Readonly<Record<string, string>> = { true: "false", always: "None" };
  return [...because.matchAll(/`(\w+(?::\w+)+)` is `(true|always)`/gi)].map(([, key = "", value = ""]) => ({
    environment: { [key.replaceAll(":", "__")]: otherwise[value.toLowerCase()] ?? "" },
    files: {},
  }));
}

const NAMED_FILE = /the file that ([A-Z][A-Z0-9_]+) names sets `(\w+)`/g;

/** A file that a variable names, and one that is not in the project: with the setting in it. */
function fileVariants(because: string): readonly Variant[] {
  const named = [...because.matchAll(NAMED_FILE)].map(([, variable = "", key]) => ({
    environment: { [variable]: "lab.cfg" },
    files: { "lab.cfg": `${key} = True\n` },
  }));
  const missing = [...because.matchAll(/`([\w./-]+)`, which is not in the project, sets `(\w+)`/g)].map(
    ([, file = "", key]) => ({ environment: {}, files: { [file]: `${key} = True\n` } }),
  );
  return [...named, ...missing];
}

/** Where a variable must name a file, the application does not start without one: an empty one. */
function namesFile({ expected }: PageCase): Variant {
  const variables = expected.flatMap(({ because }) => [...because.matchAll(NAMED_FILE)].map(([, name = ""]) => name));
  return {
    environment: Object.fromEntries(variables.map((name) => [name, "lab.cfg"])),
    files: variables.length === 0 ? {} : { "lab.cfg": "" },
  };
}

/** Whether the runner can bring about both sides of the condition that a row names. */
export function canBeSet(because: string): boolean {
  return (
    /request arrives as https/.test(because) || variantsOf({ expected: [{ name: "", secure: "", because }] }).length > 0
  );
}

/**
 * The files after the diff. A page shows changed lines without their places: where the tool writes the same lines, its
 * places are taken; otherwise each removed line is looked for in the file, in order.
 */
async function fix(each: PageCase): Promise<Pick<LabCase, "fixed" | "safe">> {
  const written = await toolFix(each.files);
  if (written !== undefined && sameLines(each, written.fixed)) return written;
  const safe = new Set<string>();
  const result: Record<string, string> = { ...each.files };
  for (const [file, lines] of each.diffs) {
    const text = each.files[file] === undefined ? undefined : replaceLines(each.files[file], lines);
    if (text === undefined)
      return { fixed: { notMade: "the diff does not say where its lines go, and the tool writes others" }, safe };
    result[file] = text;
  }
  return { fixed: result, safe };
}

interface ToolFix {
  readonly fixed: Readonly<Record<string, string>>;
  readonly safe: ReadonlySet<string>;
}

async function toolFix(files: Readonly<Record<string, string>>): Promise<ToolFix | undefined> {
  try {
    const project = projectOf(files);
    const { cookies } = await takeInventory(project, readDeployment(project, noConfiguration, {}));
    const edits = cookies.flatMap((cookie) => cookie.fixes[0]?.edits ?? []);
    const entries = Object.entries(files).map(([file, text]) => [
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    ]);
    const fixes = cookies.flatMap(({ name, fixes: [best] }) =>
      best === undefined ? [] : [[name ?? "—", best] as const],
    );
    const decided = new Set(fixes.filter(([, { safety }]) => safety !== "safe").map(([name]) => name));
    const safe = new Set(fixes.map(([name]) => name).filter((name) => !decided.has(name)));
    return { fixed: Object.fromEntries(entries) as Record<string, string>, safe };
  } catch {
    return undefined;
  }
}

function sameLines(each: PageCase, written: Readonly<Record<string, string>>): boolean {
  return Object.entries(written).every(([file, after]) => {
    const { hunks } = structuredPatch(file, file, each.files[file] ?? "", after, "", "", { context: 0 });
    const lines = hunks.flatMap((hunk) => hunk.lines.filter((line) => /^[-+]/.test(line)));
    return lines.join("\n") === (each.diffs.get(file) ?? []).join("\n");
  });
}

/** Every removed line where it first stands after the one before; the lines added after it take its place. */
function replaceLines(text: string, changes: readonly string[]): string | undefined {
  const lines = text.split("\n");
  let at = 0;
  let wasRemoved = false;
  for (const change of changes) {
    const line = change.slice(1);
    if (change.startsWith("-")) {
      const found = lines.indexOf(line, at);
      if (found === -1) return undefined;
      lines.splice(found, 1);
      at = found;
      wasRemoved = true;
    } else if (wasRemoved) {
      lines.splice(at, 0, line);
      at += 1;
    } else return undefined;
  }
  return lines.join("\n");
}

/** Writes the files of a case into a folder of its own. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
