import fc from "fast-check";
import { expect } from "vitest";
import { noConfiguration } from "../../src/configuration.ts";
import { decode, type Encoding, encode, encodingOf } from "../../src/files/decode.ts";
import { type ChosenFix, type FixPlan, planFixes } from "../../src/fix.ts";
import { type Inventory, takeInventory } from "../../src/inventory.ts";
import { readDeployment } from "../../src/read-deployment.ts";
import { projectOf } from "./project.ts";

export type Files = Readonly<Record<string, string>>;

/** How a file is written, whatever it says. */
export interface Writing {
  readonly newline: "\n" | "\r\n";
  readonly tabs: boolean;
  readonly mark: boolean;
  readonly lastNewline: boolean;
}

export const writing: fc.Arbitrary<Writing> = fc.record({
  newline: fc.constantFrom("\n", "\r\n"),
  tabs: fc.boolean(),
  mark: fc.boolean(),
  lastNewline: fc.boolean(),
});

export function write(text: string, { newline, tabs, mark, lastNewline }: Writing): string {
  const ended = lastNewline ? `${text.trimEnd()}\n` : text.trimEnd();
  const indented = tabs ? ended.replace(/^(?: {2})+/gm, (blanks) => "\t".repeat(blanks.length / 2)) : ended;
  return (mark ? "\uFEFF" : "") + indented.replaceAll("\n", newline);
}

function writeAll(files: Files, how: Writing): Files {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, write(text, how)]));
}

function best(inventory: Inventory): readonly ChosenFix[] {
  return inventory.cookies.flatMap((cookie, index) => {
    const [fix] = cookie.fixes;
    return fix === undefined ? [] : [{ cookie: index, fix }];
  });
}

/** Makes all fixes, and holds that each is made, nothing is left to fix, and all else is as it was. */
export async function fixed(files: Files, how: Writing): Promise<FixPlan> {
  const texts = writeAll(files, how);
  const project = projectOf(texts);
  const deployment = readDeployment(project, noConfiguration, {});
  const before = await takeInventory(project, deployment);
  const plan = await planFixes(project, deployment, before, best(before));
  expect(plan.failed.map(({ because }) => because)).toEqual([]);

  const after = Object.fromEntries([...plan.changes].map(([file, change]) => [file, change.after]));
  const again = await takeInventory(projectOf({ ...texts, ...after }), deployment);
  expect(best(again).map(({ fix }) => fix.edits)).toEqual([]);
  expect(again.skipped).toEqual(before.skipped);
  for (const [file, change] of plan.changes) holdsOtherBytes(plan, file, change, how);
  return plan;
}

/** What stands between the edits is the same, byte for byte, in every encoding that can hold it. */
function holdsOtherBytes(
  plan: FixPlan,
  file: string,
  { before, after }: { before: string; after: string },
  how: Writing,
) {
  const all = plan.made.flatMap(({ fix }) => fix.edits.filter((edit) => edit.file === file));
  const edits = [...new Map(all.map((edit) => [JSON.stringify(edit), edit])).values()];
  edits.sort((a, b) => a.span.start - b.span.start);
  for (const encoding of ["utf-8", "utf-16le", "utf-16be", "latin1"] as const) {
    const bytes = encode(before, encoding);
    if (!isWhatItClaims(bytes, before, encoding)) continue;
    const now = encode(after, encoding);
    let [from, to] = [0, 0];
    for (const { span, replacement } of edits) {
      const [start, end] = [encode(before.slice(0, span.start), encoding), encode(before.slice(0, span.end), encoding)];
      const kept = bytes.subarray(from, start.length);
      expect(now.subarray(to, to + kept.length).equals(kept)).toBe(true);
      to += kept.length + encode(replacement, encoding).length;
      from = end.length;
    }
    expect(now.subarray(to).equals(bytes.subarray(from))).toBe(true);
    expect(decode(now).text).toBe(after);
  }
  const added = edits.map(({ replacement }) => replacement).join("");
  if (before.includes("\r\n")) expect(after.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  else expect(added).not.toContain("\r");
  expect(after.startsWith("\uFEFF")).toBe(how.mark);
  expect(after.endsWith("\n")).toBe(how.lastNewline);
}

function isWhatItClaims(bytes: Buffer, text: string, encoding: Encoding): boolean {
  return encodingOf(bytes) === encoding && decode(bytes).text === text;
}

/** What a scan finds in texts. */
export async function inventoryOf(files: Files): Promise<Inventory> {
  const project = projectOf(files);
  return takeInventory(project, readDeployment(project, noConfiguration, {}));
}
