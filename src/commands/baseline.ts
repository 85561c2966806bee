import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { type Baseline, emptyBaseline, formatBaseline, pruneBaseline, writeBaseline } from "../baseline.ts";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import type { Report } from "../report.ts";
import { print, writeOutput } from "./output.ts";
import {
  baselinePath,
  configurationFor,
  type ProjectFlags,
  readBaseline,
  scanTarget,
  type Target,
  targetOf,
} from "./project.ts";

/** What happens to the entries: `write` takes in all that is found, `prune` drops what is found no more. */
const actions = { write: writeBaseline, prune: pruneBaseline };
export type BaselineAction = keyof typeof actions;

export interface BaselineFlags extends ProjectFlags {
  /** A report in JSON, whose findings count instead of those of a scan: of cookies seen on the wire. */
  readonly from?: string;
}

/** Writes the findings of today to the baseline file, or drops from it what is found no more. */
export async function baselineCommand(action: BaselineAction, path: string, flags: BaselineFlags): Promise<ExitStatus> {
  const target = targetOf([path]);
  const file = baselinePath(target.root, flags.baseline);
  const before = action === "write" && !existsSync(file) ? emptyBaseline : readBaseline(file);
  const report = flags.from === undefined ? await scanned(target, flags, before) : reportIn(flags.from);
  const after = actions[action](report, before);
  writeOutput(file, formatBaseline(after));
  const known = new Set(before.entries.map((entry) => entry.fingerprint));
  const added = after.entries.filter((entry) => !known.has(entry.fingerprint)).length;
  const dropped = before.entries.length + added - after.entries.length;
  const name = relative(process.cwd(), file) || file;
  await print(`${name}: ${after.entries.length} findings, ${added} added, ${dropped} dropped.\n`);
  return 0;
}

async function scanned(target: Target, flags: ProjectFlags, before: Baseline): Promise<Report> {
  return (await scanTarget(target, flags, configurationFor(target.root, flags), before)).report;
}

/** @throws CannotDo when it is no report */
function reportIn(file: string): Report {
  try {
    return readReport(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new CannotDo(`--from ${file}: ${error.message}.`);
    throw new CannotDo(`--from ${file} cannot be read: ${readFailure(error)}.`);
  }
}

/**
 * As much of a report as a baseline needs, from the text of one.
 * @throws SyntaxError when it is none
 */
function readReport(text: string): Report {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    throw new SyntaxError("it is not JSON");
  }
  if (isReport(report)) return report;
  throw new SyntaxError("it is no report of setsecure in JSON, version 1; --output json=file writes one");
}

function isReport(value: unknown): value is Report {
  const part = (of: unknown, name: string) =>
    typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
  const [findings, cookies] = [part(value, "findings"), part(value, "cookies")];
  const isText = (of: unknown, name: string) => typeof part(of, name) === "string";
  return (
    part(value, "version") === 1 &&
    Array.isArray(cookies) &&
    Array.isArray(findings) &&
    findings.every((finding) => isText(finding, "fingerprint") && isText(finding, "rule"))
  );
}
