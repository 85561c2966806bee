import type { Cookie } from "./cookie.ts";
import type { Deployment } from "./deployment.ts";
import { applyEdits, type Edit, EditConflict, type Fix, uniqueEdits } from "./edit.ts";
import { type Inventory, type Project, takeInventory } from "./inventory.ts";

/** One fix that somebody chose, for the cookie at an index of the inventory. */
export interface ChosenFix {
  readonly cookie: number;
  readonly fix: Fix;
}

/** A fix that was not made, and why. */
export interface FailedFix extends ChosenFix {
  readonly because: string;
  /** Another fix may be to blame as well. */
  readonly suspected?: true;
}

/** A file's text as the inventory saw it, and as it is to be. */
export interface Change {
  readonly before: string;
  readonly after: string;
}

export interface FixPlan {
  /** Each file that changes. */
  readonly changes: ReadonlyMap<string, Change>;
  readonly made: readonly ChosenFix[];
  readonly failed: readonly FailedFix[];
  /** The inventory as it will be. */
  readonly after: Inventory;
}

/**
 * What the chosen fixes come to, proven by reading the changed texts: every fixed cookie is Secure (or as Secure as
 * its fix promised), no other cookie is worse, no file parses worse, and nothing is left to fix. A fix that cannot be
 * proven is left out, with the reason; nothing is written.
 */
export async function planFixes(
  project: Project,
  deployment: Deployment,
  before: Inventory,
  chosen: readonly ChosenFix[],
): Promise<FixPlan> {
  const failed: FailedFix[] = [];
  let rest = chosen;
  for (;;) {
    const { applied, after, faults } = await attempt(project, deployment, before, rest);
    const { changes, made } = applied;
    failed.push(...applied.refused);
    if (faults.length === 0) return { changes, made, failed, after };
    const guilty = faults.filter(({ suspected }) => suspected === undefined);
    const without = (gone: readonly FailedFix[]) =>
      made.filter((each) => !gone.some(({ cookie }) => cookie === each.cookie));
    const told =
      guilty.length > 0 || faults.length === 1
        ? guilty
        : await guiltyOf(without(faults), faults, (some) => attempt(project, deployment, before, some));
    failed.push(...(told.length > 0 ? told : faults));
    rest = without(told.length > 0 ? told : faults);
  }
}

interface Attempt {
  readonly applied: Applied;
  readonly after: Inventory;
  readonly faults: readonly FailedFix[];
}

async function attempt(
  project: Project,
  deployment: Deployment,
  before: Inventory,
  chosen: readonly ChosenFix[],
): Promise<Attempt> {
  const applied = applyAll(before, chosen);
  const { changes, made } = applied;
  const after = changes.size === 0 ? before : await takeInventory(withChanges(project, changes), deployment);
  return { applied, after, faults: faultsOf(before, after, made) };
}

/** How many suspects are tried one by one; each takes a scan. */
const MOST_SUSPECTS = 16;

/** Those of the suspects that do not hold beside the innocent ones; all of them where they are many. */
async function guiltyOf(
  innocent: readonly ChosenFix[],
  suspects: readonly FailedFix[],
  attemptWith: (chosen: readonly ChosenFix[]) => Promise<Attempt>,
): Promise<readonly FailedFix[]> {
  if (suspects.length > MOST_SUSPECTS) return suspects;
  const good = [...innocent];
  const guilty: FailedFix[] = [];
  for (const suspect of suspects) {
    const { faults } = await attemptWith([...good, suspect]);
    if (faults.length > 0) guilty.push(suspect);
    else good.push(suspect);
  }
  return guilty;
}

interface Applied {
  readonly changes: ReadonlyMap<string, Change>;
  readonly made: readonly ChosenFix[];
  readonly refused: readonly FailedFix[];
}

/** Adds one fix after the other; one whose edits overlap those of an earlier one, or are stale, is refused. */
function applyAll(inventory: Inventory, chosen: readonly ChosenFix[]): Applied {
  const edits = new Map<string, Edit[]>();
  const changes = new Map<string, Change>();
  const made: ChosenFix[] = [];
  const refused: FailedFix[] = [];
  for (const each of chosen) {
    const next = new Map<string, Edit[]>();
    for (const edit of each.fix.edits)
      next.set(edit.file, [...(next.get(edit.file) ?? edits.get(edit.file) ?? []), edit]);
    try {
      const changed = [...next].map(([file, all]) => {
        const before = textOf(inventory, file);
        return [file, { before, after: applyEdits(before, all) }] as const;
      });
      for (const [file, all] of next) edits.set(file, all);
      for (const [file, change] of changed) changes.set(file, change);
      made.push(each);
    } catch (error) {
      if (!(error instanceof EditConflict)) throw error;
      refused.push({ ...each, because: error.message });
    }
  }
  return { changes, made, refused };
}

function textOf(inventory: Inventory, file: string): string {
  const text = inventory.text(file);
  if (text === undefined) throw new EditConflict(`${file} cannot be read`);
  return text;
}

/** The project as it will be when some files hold other texts. */
function withChanges(project: Project, changes: ReadonlyMap<string, Change>): Project {
  const read = (file: string) => changes.get(file)?.after ?? project.read(file);
  return {
    candidates: project.candidates,
    has: (file) => project.has(file),
    endingIn: (suffix) => project.endingIn(suffix),
    search: (words, extensions) => project.search(words, extensions),
    read,
    source: (file) => {
      const text = changes.get(file)?.after;
      return text === undefined ? project.source(file) : { file, text };
    },
  };
}

/**
 * What the fixes that were made do not keep of their promise: a cookie that is not Secure after all, another one that
 * is worse, a file that parses worse.
 */
export function faultsOf(before: Inventory, after: Inventory, made: readonly ChosenFix[]): readonly FailedFix[] {
  const now = successors(before.cookies, after.cookies, uniqueEdits(made.flatMap(({ fix }) => fix.edits)));
  const files = new Set(made.flatMap(({ fix }) => fix.edits.map((edit) => edit.file)));
  const brokenBefore = new Set(before.skipped.map(({ file }) => file));
  const broken = after.skipped.find(({ file }) => files.has(file) && !brokenBefore.has(file));
  const fixed = new Set(made.map(({ cookie }) => cookie));
  const worse = before.cookies.findIndex((cookie, index) => !fixed.has(index) && isWorse(cookie, now[index]));
  return made.flatMap((each): FailedFix[] => {
    const cookie = now[each.cookie];
    if (cookie === undefined) {
      const { framework, sink } = before.cookies[each.cookie]!;
      const open = ({ cookies }: Inventory) =>
        cookies.filter((other) => other.framework === framework && other.sink.file === sink.file && !isMended(other))
          .length;
      // What only its insecure form makes a cookie, such as options that are turned off, is gone with it.
      if (open(after) >= open(before)) return [{ ...each, because: "the cookie is not found again after the fix" }];
    } else if (!isMended(cookie)) {
      return [{ ...each, because: `after the fix the cookie would still be ${cookie.verdict}: ${cookie.because}` }];
    }
    const changed = cookie === undefined ? undefined : changedAttribute(before.cookies[each.cookie]!, cookie);
    if (changed !== undefined) return [{ ...each, because: `it would also change the cookie's \`${changed}\`` }];
    const touches = (file: string) => each.fix.edits.some((edit) => edit.file === file);
    if (broken !== undefined && touches(broken.file))
      return [{ ...each, because: `${broken.file} would not parse as well as before`, suspected: true }];
    const other = before.cookies[worse];
    if (other !== undefined && touchesOrOnly(each, other, made)) {
      return [
        {
          ...each,
          because: `it would make the cookie ${other.name ?? "with a computed name"} in ${other.sink.file} worse`,
          suspected: true,
        },
      ];
    }
    return [];
  });
}

/** An attribute other than Secure that is known before, and not the same after. */
function changedAttribute({ attributes: old }: Cookie, { attributes: now }: Cookie): string | undefined {
  return Object.keys(old).find((name) => old[name] !== now[name]);
}

/** Each cookie as it is after the edits: the one at the place where its sink went, else the one of its name. */
function successors(
  before: readonly Cookie[],
  after: readonly Cookie[],
  edits: readonly Edit[],
): readonly (Cookie | undefined)[] {
  const placed = new Map(after.map((cookie) => [placeOf(cookie, cookie.sink.span.start), cookie]));
  const ids = identities(after);
  const named = new Map(ids.map((id, index) => [id, after[index]!]));
  return identities(before).map((id, index) => {
    const cookie = before[index]!;
    const { file, span } = cookie.sink;
    const moved = edits
      .filter((edit) => edit.file === file && edit.span.end <= span.start)
      .reduce((offset, edit) => offset + edit.replacement.length - edit.expected.length, span.start);
    return placed.get(placeOf(cookie, moved)) ?? (cookie.name === undefined ? undefined : named.get(id));
  });
}

function placeOf({ framework, sink, name }: Cookie, start: number): string {
  return JSON.stringify([framework, sink.file, start, name ?? null]);
}

/** Which fix made another cookie worse cannot be told in general: those in its file are suspected first, then all. */
function touchesOrOnly(each: ChosenFix, other: Cookie, made: readonly ChosenFix[]): boolean {
  const suspects = made.filter(({ fix }) => fix.edits.some((edit) => edit.file === other.sink.file));
  return (suspects.length === 0 ? made : suspects).includes(each);
}

/** Secure, or following what the fix let it follow. */
function isMended(cookie: Cookie): boolean {
  return (
    cookie.verdict === "secure" || (cookie.verdict === "conditional" && cookie.condition?.inDeployment !== "insecure")
  );
}

const ranks: Readonly<Record<Cookie["verdict"], number>> = { secure: 3, conditional: 2, unknown: 1, insecure: 0 };

function isWorse(before: Cookie, after: Cookie | undefined): boolean {
  return after === undefined || ranks[after.verdict] < ranks[before.verdict];
}

/** A name for each cookie that edits in its file do not change: framework, file, name, and which of several. */
function identities(cookies: readonly Cookie[]): readonly string[] {
  const counts = new Map<string, number>();
  return cookies.map(({ framework, sink, name }) => {
    const key = JSON.stringify([framework, sink.file, name ?? null]);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return `${key} ${count}`;
  });
}
