import { fileURLToPath } from "node:url";

/** A place in what Node runs, before source maps: 1-based. */
export interface Frame {
  /** A path, or the URL that a bundler gave to evaluated code. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A place in a stack. */
export interface StackFrame extends Frame {
  /** It has called nothing itself: it waits for what is above. */
  readonly awaits: boolean;
  /** It is a function of the same name as Node's own. */
  readonly passesOn: boolean;
}

export type Stack = readonly StackFrame[];

/** Deep enough for the handler that called a framework's function. */
export const FEW_FRAMES = 8;
/** Deep enough for a handler below a chain of middleware. */
export const MAXIMUM_FRAMES = 40;
/** Names of scripts may be made up without end, by `eval`. */
const MAXIMUM_FILES = 10_000;

/** `left out`: Node's own and the agent's. `compiled`: perhaps, so that a package's code may be in it. */
type Kind = "left out" | "package" | "application" | "compiled";

interface File {
  readonly path: string;
  kind: Kind;
}

const files = new Map<string, File>();
/** The agent's own functions are on every stack. */
const own = new Set<string>();

export function leaveOut(fileUrl: string): void {
  own.add(pathOf(fileUrl));
}

/** The code of the application itself lies in this file as it runs: no source map leads elsewhere. */
export function isApplication(path: string): void {
  for (const file of files.values()) if (file.path === path && file.kind === "compiled") file.kind = "application";
}

/** `@hapi/hapi` in `…/node_modules/@hapi/hapi/lib/server.js`. */
export function packageOf(file: string): string | undefined {
  const path = file.replaceAll("\\", "/");
  const mark = "/node_modules/";
  const at = path.lastIndexOf(mark);
  const rest = at >= 0 ? path.slice(at + mark.length) : path.startsWith("node_modules/") ? path.slice(13) : undefined;
  if (rest === undefined) return undefined;
  const [first = "", second = ""] = rest.split("/", 2);
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** `lib/server.js` in `…/node_modules/@hapi/hapi/lib/server.js`. */
export function insideOf(file: string, name: string): string {
  const path = file.replaceAll("\\", "/");
  const mark = `/node_modules/${name}/`;
  return path.slice(path.lastIndexOf(mark) + mark.length);
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

function fileOf(name: string): File {
  const kept = files.get(name);
  if (kept !== undefined) return kept;
  const path = pathOf(name);
  const isOwn = name === "" || name.startsWith("node:") || own.has(path);
  const file: File = { path, kind: isOwn ? "left out" : packageOf(path) === undefined ? "compiled" : "package" };
  if (files.size < MAXIMUM_FILES) files.set(name, file);
  return file;
}

const nameOf = (site: NodeJS.CallSite): string => site.getScriptNameOrSourceURL() ?? site.getFileName() ?? "";

/** A function of the agent that the application calls, unaware: what stands on it on the stack is left out. */
export type Door = (...words: never[]) => unknown;

/**
 * What tells two callers apart, down to the uppermost line of the application, for comparison only; undefined where so
 * many frames do not reach it. Some 9 microseconds for few frames, nearly all of it Node's own work, and 20 for many.
 */
export function placeHere(frames: number, door: Door | undefined): string | undefined {
  const sites = sitesHere(frames, door);
  let place = "";
  let reached = sites.length < frames || frames === MAXIMUM_FRAMES;
  for (const site of sites) {
    const name = nameOf(site);
    const { kind } = fileOf(name);
    if (kind === "left out") continue;
    place += `${site.getPosition()} `;
    if (kind === "application") return place + name;
    if (kind === "package") continue;
    reached = true;
    place += name;
  }
  return reached ? place : undefined;
}

/** Who called, across awaits, without the functions of Node. Some 30 microseconds: not for every request. */
export function stackHere(door: Door | undefined): Stack {
  return sitesHere(MAXIMUM_FRAMES, door).flatMap(frameOf);
}

function frameOf(site: NodeJS.CallSite): StackFrame[] {
  const { path, kind } = fileOf(nameOf(site));
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (kind === "left out" || line === null || column === null) return [];
  const passesOn = /(?:^|\.)(?:setHeader|appendHeader)$/.test(site.getFunctionName() ?? "");
  return [{ file: path, line, column, awaits: site.isAsync(), passesOn }];
}

const justSites = (_error: unknown, sites: NodeJS.CallSite[]): NodeJS.CallSite[] => sites;

function sitesHere(limit: number, door: Door = sitesHere): readonly NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = justSites;
    Error.captureStackTrace(holder, door);
    const sites = holder.stack;
    return Array.isArray(sites) ? sites : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
