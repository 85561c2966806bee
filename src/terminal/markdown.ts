import { columnsOf, type Paint, painter, visible, wrap } from "./text.ts";

interface View {
  readonly paint: Paint;
  readonly width: number;
}

/** One part of a page, from its first line. */
interface Block {
  readonly kind: "heading" | "code" | "table" | "item" | "text";
  readonly lines: readonly string[];
}

const fence = /^(`{3,}|~{3,})\s*(.*)$/;
const item = /^(\s*)([-*]|\d+\.)\s+(.*)$/;

/** Shows Markdown on a terminal: headings bold, code indented, tables aligned, prose wrapped. */
export function showMarkdown(
  text: string,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const view = { paint: painter(color), width };
  const blocks = blocksOf(text.split(/\r\n|\r|\n/));
  let shown = "";
  let before: Block["kind"] | undefined;
  for (const block of blocks) {
    const gap = before === undefined || (before === "item" && block.kind === "item") ? "" : "\n";
    shown += `${gap}${show[block.kind](block.lines, view).join("\n")}\n`;
    before = block.kind;
  }
  return shown;
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; ) {
    const kind = kindOf(lines[index] ?? "");
    if (kind === undefined) {
      index += 1;
      continue;
    }
    const end = endOf(lines, index, kind);
    blocks.push({ kind, lines: lines.slice(index, end) });
    index = end;
  }
  return blocks;
}

function kindOf(line: string): Block["kind"] | undefined {
  if (line.trim() === "") return undefined;
  if (/^#{1,6}\s/.test(line)) return "heading";
  if (fence.test(line)) return "code";
  if (line.startsWith("|")) return "table";
  return item.test(line) ? "item" : "text";
}

function endOf(lines: readonly string[], start: number, kind: Block["kind"]): number {
  if (kind === "heading") return start + 1;
  let end = start + 1;
  if (kind === "code") {
    const mark = fence.exec(lines[start] ?? "")?.[1] ?? "```";
    while (end < lines.length && lines[end]?.trim() !== mark) end += 1;
    return Math.min(end + 1, lines.length);
  }
  const continues = (line: string) => (kind === "table" ? line.startsWith("|") : kindOf(line) === "text");
  while (end < lines.length && continues(lines[end] ?? "")) end += 1;
  return end;
}

const show: Readonly<Record<Block["kind"], (lines: readonly string[], view: View) => readonly string[]>> = {
  heading: ([line = ""], { paint }) => {
    const title = inline(line.replace(/^#+\s+/, ""), paint);
    return [line.startsWith("# ") ? paint(["bold", "underline"], title) : paint("bold", title)];
  },
  code: (lines, { paint }) => {
    const [, , info = ""] = fence.exec(lines[0] ?? "") ?? [];
    const [language = "", ...file] = info.split(" ");
    const body = lines.slice(1, fence.test(lines.at(-1) ?? "") && lines.length > 1 ? -1 : undefined);
    const title = file.length > 0 ? [paint("dim", `    ${visible(file.join(" "))}`)] : [];
    return [...title, ...body.map((line) => `    ${codeLine(visible(line), language, paint)}`)];
  },
  table: (lines, { paint }) => showTable(lines, paint),
  item: (lines, { paint, width }) => {
    const [, indent = "", bullet = "-", first = ""] = item.exec(lines[0] ?? "") ?? [];
    const start = `${indent}${/\d/.test(bullet) ? bullet : "•"} `;
    const prose = [first, ...lines.slice(1).map((line) => line.trim())].join(" ");
    return wrap(inline(prose, paint), width - start.length).map(
      (line, index) => (index === 0 ? start : " ".repeat(start.length)) + line,
    );
  },
  text: (lines, { paint, width }) => wrap(inline(lines.map((line) => line.trim()).join(" "), paint), width),
};

function codeLine(line: string, language: string, paint: Paint): string {
  if (language === "diff" && line.startsWith("-")) return paint("red", line);
  if (language === "diff" && line.startsWith("+")) return paint("green", line);
  return line;
}

/** `code`, **bold** and [links](to). */
function inline(text: string, paint: Paint): string {
  return visible(text)
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_match, label: string, url: string) =>
      label === url || label === `\`${url}\`` ? paint("underline", url) : `${label} (${paint("underline", url)})`,
    )
    .replace(/\*\*([^*]+)\*\*/g, (_match, bold: string) => paint("bold", bold))
    .replace(/`([^`]+)`/g, (match, code: string) => (paint("bold", "x") === "x" ? match : paint("cyan", code)));
}

function showTable(lines: readonly string[], paint: Paint): readonly string[] {
  const rows = lines
    .filter((line) => !/^\|[\s:|-]+\|?\s*$/.test(line))
    .map((line) => cellsOf(line).map((cell) => inline(cell, paint)));
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, columnsOf(cell));
  }
  const aligned = rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - columnsOf(cell)))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((columns) => "─".repeat(columns)).join("  ");
  const [head = "", ...body] = aligned;
  return [paint("bold", head), rule, ...body];
}

/** A bar in code or behind a backslash is no border. */
function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\||(?<!\\)\|$/g, "");
  const cells = inner.match(/(?:\\.|`[^`]*`|[^|\\])+|(?<=\|)(?=\|)/g) ?? [];
  return cells.map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"));
}
