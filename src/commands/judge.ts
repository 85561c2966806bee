import { createReadStream } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import { CannotDo, type ExitStatus } from "../exit.ts";
import { readFailure } from "../files/read.ts";
import type { Location, Report } from "../report.ts";
import { decode, InputError, readInput, type WireInput } from "../wire/input.ts";
import { originOf } from "../wire/jar.ts";
import { defaultUrl, type Judgement, judge } from "../wire/judge.ts";
import type { ProfileName } from "../wire/profile.ts";
import { nameWidth, type Sighting, sourceRows, wireRow, wireSummary } from "../wire-report.ts";
import { deliverWire, type WireFlags, wireSettings } from "./wire.ts";

export interface JudgeFlags extends WireFlags {
  /** Where bare lines, and the first response of `curl -i`, came from. */
  readonly url?: string;
  readonly replay: boolean;
  /** An input without a single line is a failure, unless this is set. */
  readonly allowEmpty: boolean;
}

/** What the command works with, where that is not the process. */
export interface JudgeMeans {
  readonly stdin?: NodeJS.ReadableStream;
  readonly stdout?: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** More than this is no capture of cookies. */
const maximumBytes = 256 * 1024 * 1024;

/**
 * `setsecure judge`: what a browser does with each Set-Cookie line of the input, and why.
 * @param file absent or `-`: standard input
 * @throws CannotDo when the input cannot be judged
 */
export async function judgeCommand(
  file: string | undefined,
  flags: JudgeFlags,
  { stdin = process.stdin, stdout, now = Date.now }: JudgeMeans = {},
): Promise<ExitStatus> {
  const start = performance.now();
  const settings = wireSettings(flags);
  const { profile } = settings;
  const url = urlOf(flags.url ?? defaultUrl);
  const input = await readLines(file, stdin, url);
  if (input.lines.length === 0 && !flags.allowEmpty) {
    const because = ["there is no Set-Cookie line in the input", ...input.skipped].join("; ");
    throw new CannotDo(`setsecure judge: ${because}. With --allow-empty this is no failure.`);
  }
  const path = isStandardInput(file) ? undefined : projectPath(file);
  const judgements = judge(input.lines, { url, profile, replay: flags.replay, now });
  const sightings = sightingsOf(judgements, input, path);
  return deliverWire(settings, {
    sightings,
    files: 1,
    parsed: 1,
    skipped: input.skipped.map((because) => ({ file: path ?? inputName(file), because })),
    milliseconds: performance.now() - start,
    text: (report, _paint, beside) => writeRows(beside, input, report, profile),
    stdout,
  });
}

function urlOf(url: string): string {
  if (originOf(url) !== undefined) return url;
  throw new CannotDo(`--url ${JSON.stringify(url)} is no http or https URL; write it like ${defaultUrl}`);
}

const isStandardInput = (file: string | undefined): file is undefined | "-" => file === undefined || file === "-";

function inputName(file: string | undefined): string {
  return isStandardInput(file) ? "standard input" : file;
}

/** Relative to where the command runs, with slashes, as reports name files. */
function projectPath(file: string): string {
  const path = relative(".", file);
  return path.startsWith("..") || isAbsolute(path) ? file : path.replaceAll(sep, "/");
}

/** @throws CannotDo */
async function readLines(file: string | undefined, stdin: NodeJS.ReadableStream, url: string): Promise<WireInput> {
  const stream = isStandardInput(file) ? stdin : createReadStream(file);
  try {
    return readInput(decode(await readBytes(stream)), url);
  } catch (error) {
    if (error instanceof InputError) throw new CannotDo(`setsecure judge: ${error.message}.`);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    throw new CannotDo(`setsecure judge: cannot read ${inputName(file)}: ${readFailure(error)}.`);
  }
}

async function readBytes(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maximumBytes) throw new InputError(`the input is larger than ${maximumBytes >> 20} MiB`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function sightingsOf(judgements: readonly Judgement[], input: WireInput, file: string | undefined): Sighting[] {
  const widths = new Map(input.lines.map(({ line, width }) => [line, width]));
  return judgements.map((judgement) => {
    const { line } = judgement;
    const width = widths.get(line);
    if (width === undefined || file === undefined) return { judgement };
    const location: Location = { file, line, column: 1, endLine: line, endColumn: width + 1 };
    return { judgement, location };
  });
}

/** One line for each cookie, and a summary. */
function writeRows(sightings: readonly Sighting[], input: WireInput, report: Report, profile: ProfileName): string {
  const width = nameWidth(sightings);
  const lineWidth = String(sightings.at(-1)?.judgement.line ?? 0).length;
  const rows = sightings.map(
    (sighting) => `${String(sighting.judgement.line).padStart(lineWidth)}  ${wireRow(sighting, width)}`,
  );
  const passed = input.skipped.map((because) => `Passed over: ${because}.`);
  const beside = sourceRows(sightings);
  return `${[...rows, ...(rows.length === 0 ? [] : [""]), ...beside, ...(beside.length === 0 ? [] : [""]), wireSummary(sightings, report, profile), ...passed].join("\n")}\n`;
}
