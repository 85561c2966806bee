/** What a page of a framework promises, case by case. */
export interface PageCase {
  /** No other case of the page has it. */
  readonly title: string;
  readonly line: number;
  /** The last line of its table. */
  readonly tableEnd: number;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: readonly ExpectedCookie[];
  /** Removed and added lines by file, as the page shows them. */
  readonly diffs: ReadonlyMap<string, readonly string[]>;
  /** Which cookies no longer come over plain http after the fix, and how. */
  readonly afterFix: ReadonlyMap<string, Loss>;
}

/** The framework keeps the cookie back without a word, or the call that sets it throws. */
export type Loss = "withheld" | "throws";

export interface ExpectedCookie {
  readonly name: string;
  readonly secure: string;
  readonly because: string;
}

/**
 * Reads the cases of a page. A heading begins a case; a block whose info string names a file is a file of it; the
 * table headed `Cookie | Secure | Because` is the inventory; `diff` blocks are the fixes; a line that begins "After the
 * fix" says what they take away over plain http.
 * @throws Error when a case has files and no table, or a table and no files, or the title of another one, or says what
 * nobody can check
 */
export function readPage(markdown: string): readonly PageCase[] {
  const cases: PageCase[] = [];
  let title = "";
  let titleLine = 1;
  let tableEnd = 1;
  let files: Record<string, string> = {};
  let expected: ExpectedCookie[] | undefined;
  let diffs = new Map<string, string[]>();
  let afterFix = new Map<string, Loss>();
  const finish = (): void => {
    const hasFiles = Object.keys(files).length > 0;
    if (hasFiles !== (expected !== undefined))
      throw new Error(`"${title}" has ${hasFiles ? "files but no table" : "a table but no files"}`);
    if (afterFix.size > 0 && diffs.size === 0) throw new Error(`"${title}" says what is after a fix and shows none`);
    if (expected !== undefined) {
      if (cases.some((each) => each.title === title)) throw new Error(`two cases are called "${title}"`);
      cases.push({ title, line: titleLine, tableEnd, files, expected, diffs, afterFix });
    }
    files = {};
    expected = undefined;
    diffs = new Map();
    afterFix = new Map();
  };
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const fence = /^(`{3,})(\w*)(?:[ \t]+(\S+))?\s*$/.exec(line);
    if (fence !== null) {
      const [, ticks = "```", language, file] = fence;
      const body: string[] = [];
      for (index += 1; index < lines.length && !(lines[index] ?? "").startsWith(ticks); index += 1)
        body.push(lines[index] ?? "");
      if (file === undefined) continue;
      if (language === "diff")
        diffs.set(file, [...(diffs.get(file) ?? []), ...body.filter((each) => /^[-+]/.test(each))]);
      else files[file] = `${body.join("\n")}\n`;
      continue;
    }
    const heading = /^#{1,4} (.*)$/.exec(line);
    if (heading !== null) {
      finish();
      title = heading[1] ?? "";
      titleLine = index + 1;
      continue;
    }
    if (/^\|\s*Cookie\s*\|\s*Secure\s*\|\s*Because\s*\|/.test(line)) {
      expected = [];
      for (index += 2; index < lines.length && (lines[index] ?? "").startsWith("|"); index += 1) {
        const [name = "", secure = "", because = ""] = cells(lines[index] ?? "");
        expected.push({ name: unquote(name), secure, because });
      }
      tableEnd = index;
      index -= 1;
    }
    if (line.startsWith("After the fix")) for (const [name, loss] of lossesOf(line)) afterFix.set(name, loss);
  }
  finish();
  return cases;
}

/**
 * "After the fix, `a` and `b` are not sent over plain http." or "After the fix, setting `a` over plain http throws."; of
 * cookies without a name in the table, "After the fix, no cookie is sent over plain http."
 */
function lossesOf(line: string): readonly (readonly [string, Loss])[] {
  if (line === "After the fix, no cookie is sent over plain http.") return [["—", "withheld"]];
  const [, withheld, throwing] =
    /^After the fix, (?:(`.+`) (?:is|are) not sent over plain http|setting (`.+`) over plain http throws)\.$/.exec(
      line,
    ) ?? [];
  const names = [...(withheld ?? throwing ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  if (names.length === 0) throw new Error(`"${line}" says nothing that the lab can check`);
  return names.map((name) => [name, withheld === undefined ? "throws" : "withheld"]);
}

/** The cells of a table row; `\|` is a pipe inside a cell. */
function cells(row: string): readonly string[] {
  return row
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function unquote(text: string): string {
  return text.replace(/^`(.*)`$/, "$1");
}
