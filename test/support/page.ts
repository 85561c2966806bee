/** What a page of a framework promises, case by case. */
export interface PageCase {
  readonly title: string;
  readonly line: number;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: readonly ExpectedCookie[];
  /** Removed and added lines by file, as the page shows them. */
  readonly diffs: ReadonlyMap<string, readonly string[]>;
}

export interface ExpectedCookie {
  readonly name: string;
  readonly secure: string;
  readonly because: string;
}

/**
 * Reads the cases of a page. A heading begins a case; a block whose info string names a file is a file of it; the
 * table headed `Cookie | Secure | Because` is the inventory; `diff` blocks are the fixes.
 * @throws Error when a case has files and no table, or a table and no files
 */
export function readPage(markdown: string): readonly PageCase[] {
  const cases: PageCase[] = [];
  let title = "";
  let titleLine = 1;
  let files: Record<string, string> = {};
  let expected: ExpectedCookie[] | undefined;
  let diffs = new Map<string, string[]>();
  const finish = (): void => {
    const hasFiles = Object.keys(files).length > 0;
    if (hasFiles !== (expected !== undefined))
      throw new Error(`"${title}" has ${hasFiles ? "files but no table" : "a table but no files"}`);
    if (expected !== undefined) cases.push({ title, line: titleLine, files, expected, diffs });
    files = {};
    expected = undefined;
    diffs = new Map();
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
      index -= 1;
    }
  }
  finish();
  return cases;
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
