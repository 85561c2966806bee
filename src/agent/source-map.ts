import { readFileSync, statSync } from "node:fs";
import { findSourceMap, SourceMap } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Frame } from "./stack.ts";

/** Larger files are not read for their map. */
const MAXIMUM_OCTETS = 64 * 1024 * 1024;

const maps = new Map<string, SourceMap | undefined>();

/** Where a frame stands in the source that was compiled; the frame itself where no map says so. Never throws. */
export function original(frame: Frame): Frame {
  const entry = mapOf(frame.file)?.findEntry(frame.line - 1, frame.column - 1);
  if (entry === undefined || !("originalSource" in entry) || typeof entry.originalSource !== "string") return frame;
  const { originalSource, originalLine, originalColumn } = entry;
  return { file: plainPath(originalSource), line: originalLine + 1, column: originalColumn + 1 };
}

/** Whether what runs as this file was compiled from others. */
export const hasMap = (file: string): boolean => mapOf(file) !== undefined;

function mapOf(file: string): SourceMap | undefined {
  try {
    // What Node keeps itself, with --enable-source-maps or when a loader asked it to.
    const kept = findSourceMap(file);
    if (kept !== undefined) return kept;
    if (!maps.has(file)) maps.set(file, isAbsolute(file) ? readMap(file) : undefined);
  } catch {
    maps.set(file, undefined);
  }
  return maps.get(file);
}

function readText(file: string): string {
  return statSync(file).size > MAXIMUM_OCTETS ? "" : readFileSync(file, "utf8");
}

/** The map that the last comment of a file names, beside it or inside. */
function readMap(file: string): SourceMap | undefined {
  const text = readText(file);
  const mark = "sourceMappingURL=";
  const at = text.lastIndexOf(mark);
  if (at < 0) return undefined;
  const [url = ""] = text.slice(at + mark.length).split(/[\s'"*]/, 1);
  const inline = /^data:application\/json[^,]*?(;base64)?,/.exec(url);
  const mapFile = inline !== null ? file : join(dirname(file), decodeURIComponent(url));
  const data = inline === null ? "" : url.slice(inline[0].length);
  const json =
    inline === null
      ? readText(mapFile)
      : inline[1] === undefined
        ? decodeURIComponent(data)
        : Buffer.from(data, "base64").toString("utf8");
  const payload = JSON.parse(json);
  resolveSources(payload, dirname(mapFile));
  return new SourceMap(payload);
}

interface Payload {
  sources?: (string | null)[] | undefined;
  sourceRoot?: string;
  sections?: { map: Payload }[];
}

/** Sources are relative to their map. */
function resolveSources(payload: Payload, folder: string): void {
  const root = payload.sourceRoot ?? "";
  payload.sourceRoot = "";
  payload.sources = payload.sources?.map((source) => {
    const whole = root === "" ? (source ?? "") : `${root.replace(/\/$/, "")}/${source}`;
    return /^[a-z-]+:/i.test(whole) || isAbsolute(whole) ? whole : join(folder, whole);
  });
  for (const section of payload.sections ?? []) resolveSources(section.map, folder);
}

/** A path out of a `file:` URL, or out of the names that bundlers give: `webpack://app/./src/x.ts` is `src/x.ts`. */
export function plainPath(source: string): string {
  if (source.startsWith("file:")) {
    try {
      return fileURLToPath(source);
    } catch {
      return source;
    }
  }
  return source.replace(
    /^(?:webpack|webpack-internal|turbopack):\/\/[^/]*\/(?:\([^)/]*\)\/)?(?:\[project\]\/)?(?:\.\/)?/,
    "",
  );
}
