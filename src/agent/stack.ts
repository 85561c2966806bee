import { fileURLToPath } from "node:url";

/** A place in what Node runs, before source maps: 1-based. */
export interface Frame {
  /** A path, or the URL that a bundler gave to evaluated code. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Stack = readonly Frame[];

/** Deep enough for a handler below a chain of middleware. */
const MAXIMUM_FRAMES = 40;

/** The agent's own functions are on every stack. */
const own = new Set<string>();

export function leaveOut(fileUrl: string): void {
  own.add(pathOf(fileUrl));
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

/** Who called, across awaits, without the functions of Node. Some 20 microseconds: not for every request. */
export function stackHere(): Stack {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = MAXIMUM_FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, stackHere);
    const sites = holder.stack;
    return Array.isArray(sites) ? sites.flatMap(frameOf) : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function frameOf(site: NodeJS.CallSite): Frame[] {
  const name = site.getScriptNameOrSourceURL() ?? site.getFileName();
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (typeof name !== "string" || name === "" || name.startsWith("node:") || line === null || column === null)
    return [];
  const file = pathOf(name);
  return own.has(file) ? [] : [{ file, line, column }];
}
