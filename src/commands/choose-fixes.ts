import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Fix } from "../edit.ts";
import { CannotDo } from "../exit.ts";
import type { ChosenFix } from "../fix.ts";
import { frameworks } from "../frameworks/index.ts";
import { linesOf } from "../lines.ts";
import type { ReportFinding } from "../report.ts";
import { showFix } from "../reports/diff.ts";
import type { View } from "../reports/view.ts";
import { rules } from "../rules/index.ts";
import type { Scan } from "../scan.ts";
import { painter, visible } from "../terminal/text.ts";

export interface Choice {
  /** Also what needs a decision. */
  readonly all: boolean;
  /** Rules, frameworks or fingerprints. */
  readonly only?: readonly string[];
  readonly interactive: boolean;
}

const FINGERPRINT = /^[\da-f]{32}$/;

/** Where questions are asked and answered. */
export interface Dialogue {
  readonly input: Readable;
  readonly output: Writable;
}

/** One fix at most for each cookie with an open finding: the best safe one, or the one that somebody decides for. */
export async function chooseFixes(scan: Scan, choice: Choice, dialogue: Dialogue): Promise<readonly ChosenFix[]> {
  for (const name of choice.only ?? []) checkName(name);
  const wanted = new Map<number, ReportFinding>();
  for (const finding of scan.report.findings) {
    if (isWanted(finding, scan, choice) && !wanted.has(finding.cookie)) wanted.set(finding.cookie, finding);
  }
  if (choice.interactive) return ask(scan, [...wanted.values()], dialogue);
  return [...wanted.keys()].flatMap((cookie) => {
    const fix = pick(fixesOf(scan, cookie), choice);
    return fix === undefined ? [] : [{ cookie, fix }];
  });
}

/** A fingerprint may be of a finding that is fixed by now. */
function checkName(name: string): void {
  const isKnown = [...rules, ...frameworks].some((each) => each.name === name) || FINGERPRINT.test(name);
  if (isKnown) return;
  throw new CannotDo(
    `--only ${visible(name)}: it is no rule, no framework and no fingerprint. \`setsecure explain\` lists rules and frameworks; to give several, say --only for each. Nothing was changed.`,
  );
}

function isWanted(finding: ReportFinding, scan: Scan, { only }: Choice): boolean {
  const cookie = scan.inventory.cookies[finding.cookie];
  if (cookie === undefined || finding.suppressed !== undefined || cookie.fixes.length === 0) return false;
  return (
    only === undefined || [finding.rule, cookie.framework, finding.fingerprint].some((name) => only.includes(name))
  );
}

function fixesOf(scan: Scan, cookie: number): readonly Fix[] {
  return scan.inventory.cookies[cookie]?.fixes ?? [];
}

/** The best safe fix; with `--all` or `--only`, the best one there is. */
function pick(fixes: readonly Fix[], { all, only }: Choice): Fix | undefined {
  return fixes.find((fix) => fix.safety === "safe") ?? (all || only !== undefined ? fixes[0] : undefined);
}

/** Asks for each cookie; the end of the input, or `q`, leaves the rest alone. */
async function ask(scan: Scan, findings: readonly ReportFinding[], { input, output }: Dialogue) {
  const chosen: ChosenFix[] = [];
  const reader = createInterface({ input, output, terminal: false });
  const answers = reader[Symbol.asyncIterator]();
  try {
    for (const [index, finding] of findings.entries()) {
      const fixes = fixesOf(scan, finding.cookie);
      output.write(`\n${describe(finding, scan, `${index + 1} of ${findings.length}`)}`);
      const answer = await answerTo(answers, fixes.length, output);
      if (answer === "quit") break;
      const fix = answer === "none" ? undefined : fixes[answer - 1];
      if (fix !== undefined) chosen.push({ cookie: finding.cookie, fix });
    }
  } finally {
    reader.close();
  }
  return chosen;
}

async function answerTo(
  answers: AsyncIterator<string>,
  count: number,
  output: Writable,
): Promise<number | "none" | "quit"> {
  const numbers = count === 1 ? "1" : `1 to ${count}`;
  for (;;) {
    output.write(`Which fix? [${numbers}, Enter for none, q to ask no more] `);
    const { value, done } = await answers.next();
    const answer = done === true ? "q" : value.trim().toLowerCase();
    if (done === true) output.write("\n");
    if (answer === "") return "none";
    if (answer === "q") return "quit";
    const number = Number(answer);
    if (Number.isInteger(number) && number >= 1 && number <= count) return number;
    output.write(`${visible(answer)} is none of them.\n`);
  }
}

const WIDTH = 100;

/** The finding, and each choice with its diff. */
function describe({ cookie, location, message, fixes }: ReportFinding, scan: Scan, position: string): string {
  const { report, text } = scan;
  const view: View = {
    report,
    context: { text, page: () => undefined, color: false, width: WIDTH, verbose: false },
    paint: painter(false),
    lines: (file) => {
      const content = text(file);
      return content === undefined ? undefined : linesOf(content);
    },
  };
  const { name = null, framework = "" } = report.cookies[cookie] ?? {};
  const place = location === null ? "" : `${location.file}:${location.line}:${location.column} `;
  const title = visible(`${position}  ${place}${name ?? "(computed name)"} (${framework})`);
  const choices = fixes.map((fix, index) => `${index + 1}${showFix(fix, view, name).slice(1)}`);
  return `${title}\n  ${visible(message)}\n${choices.join("")}`;
}
