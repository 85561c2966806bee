import { createReadStream } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import type { Cookie } from "../cookie.ts";
import { disclosed } from "../deployment.ts";
import { type ExitOptions, statusOf } from "../exit.ts";
import type { Level } from "../finding.ts";
import { fingerprints } from "../fingerprint.ts";
import { production } from "../frameworks/production.ts";
import type { Location, Report, ReportCookie, ReportFinding } from "../report.ts";
import { type Format, type ReportWriter, writers } from "../reports/index.ts";
import { rules } from "../rules/index.ts";
import { visible } from "../terminal/text.ts";
import { version } from "../version.ts";
import { decode, InputError, readInput, type WireInput } from "../wire/input.ts";
import { originOf } from "../wire/jar.ts";
import { defaultUrl, type Judgement, judge } from "../wire/judge.ts";
import { isProfileName, type ProfileName, profiles } from "../wire/profile.ts";

export interface JudgeArguments {
  /** Absent or `-`: standard input. */
  readonly file?: string;
  /** Where bare lines, and the first response of `curl -i`, came from. */
  readonly url?: string;
  readonly replay: boolean;
  /** `chromium`, `firefox` or `strict`. */
  readonly profile: string;
  /** `text`, or any other format of reports. */
  readonly format: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: (text: string) => void;
  /** Default: standard error. */
  readonly stderr?: (text: string) => void;
  /** Milliseconds since 1970; default the system's clock. */
  readonly now?: () => number;
  /** Default: fail on errors. */
  readonly exit?: Partial<ExitOptions>;
  /** An input without a single line is status 2, unless this is set. */
  readonly allowEmpty?: boolean;
}

/** More than this is no capture of cookies. */
const maximumBytes = 256 * 1024 * 1024;

/**
 * `setsecure judge`: what a browser does with each Set-Cookie line of the input, and why.
 * @returns the exit status: 0, 1 with findings, 2 when the input cannot be judged (the reason is on standard error)
 */
export async function judgeCommand(args: JudgeArguments): Promise<number> {
  const start = performance.now();
  const stderr = args.stderr ?? ((text: string) => void process.stderr.write(text));
  try {
    const profile = profileOf(args.profile);
    const url = urlOf(args.url ?? defaultUrl);
    const input = readInput(decode(await readBytes(args)), url);
    if (input.lines.length === 0 && args.allowEmpty !== true) {
      throw new InputError(["there is no Set-Cookie line in the input", ...input.skipped].join("; "));
    }
    const options = { url, profile, replay: args.replay, ...(args.now === undefined ? {} : { now: args.now }) };
    const judgements = judge(input.lines, options);
    const report = judgeReport(judgements, input, {
      file: args.file === undefined || args.file === "-" ? undefined : projectPath(args.file),
      milliseconds: performance.now() - start,
    });
    args.stdout(
      args.format === "text" ? writeJudgements(judgements, input, profile) : await writeReport(report, args.format),
    );
    return statusOf(report, { failOn: "error", exitZero: false, strict: false, ...args.exit });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    stderr(`setsecure judge: ${error.message}\n`);
    return 2;
  }
}

function profileOf(name: string): ProfileName {
  if (isProfileName(name)) return name;
  throw new InputError(`there is no profile ${JSON.stringify(name)}: choose ${Object.keys(profiles).join(", ")}`);
}

function urlOf(url: string): string {
  if (originOf(url) !== undefined) return url;
  throw new InputError(`${JSON.stringify(url)} is no http or https URL; write it like ${defaultUrl}`);
}

function inputName(file: string | undefined): string {
  return file === undefined || file === "-" ? "standard input" : file;
}

/** Relative to where the command runs, with slashes, as reports name files. */
function projectPath(file: string): string {
  const path = relative(".", file);
  return path.startsWith("..") || isAbsolute(path) ? file : path.replaceAll(sep, "/");
}

async function readBytes({ file, stdin }: JudgeArguments): Promise<Uint8Array> {
  const stream = inputName(file) === file ? createReadStream(file) : stdin;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maximumBytes) throw new InputError(`${inputName(file)} is larger than ${maximumBytes >> 20} MiB`);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new InputError(`cannot read ${inputName(file)}: ${readFaults[code] ?? code}`);
  }
  return Buffer.concat(chunks);
}

const readFaults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

async function writeReport(report: Report, format: string): Promise<string> {
  if (!Object.hasOwn(writers, format)) {
    throw new InputError(`there is no format ${JSON.stringify(format)}: choose ${Object.keys(writers).join(", ")}`);
  }
  const write: ReportWriter = await writers[format as Format]();
  // The text of the input is withheld: it holds the values of cookies.
  return write(report, { text: () => undefined, page: () => undefined, color: false, width: 80, verbose: false });
}

/** Names that say by themselves that nothing is at stake. */
const harmless =
  /^(?:(?:user|site|app)[-_.]?)?(?:lang|language|locale|i18n(?:ext)?|timezone|tz|theme|colou?r[-_.]?(?:scheme|mode)|dark[-_.]?mode|cookie[-_.]?(?:consent|notice|banner))$/i;

/** A name as it may stand on a terminal. */
function shownName(name: string): string {
  if (name === "") return "(nameless)";
  return `${visible(name.slice(0, 60))}${name.length > 60 ? "…" : ""}`;
}

interface ReportMeans {
  /** Undefined for standard input, whose lines have no place. */
  readonly file: string | undefined;
  readonly milliseconds: number;
}

/** The judged lines as the JSON report, version 1: a cookie for every line, in order, and the findings. */
function judgeReport(judgements: readonly Judgement[], input: WireInput, { file, milliseconds }: ReportMeans): Report {
  const widths = new Map(input.lines.map(({ line, width }) => [line, width]));
  const fingerprint = fingerprints();
  const cookies = judgements.map((judgement) => toCookie(judgement, inputName(file)));
  const live = cookies.filter((_, index) => !judgements[index]?.deletion && judgements[index]?.stored);
  const count = (verdict: Cookie["verdict"]) => live.filter((cookie) => cookie.verdict === verdict).length;

  const locationOf = ({ line }: Judgement): Location | null => {
    const width = widths.get(line);
    if (width === undefined || file === undefined) return null;
    return { file, line, column: 1, endLine: line, endColumn: width + 1 };
  };
  const findings = judgements.flatMap((judgement, index): ReportFinding[] => {
    const cookie = cookies[index];
    if (cookie === undefined) return [];
    return complaintsOf(judgement, cookie).map(({ rule, level, message }) => ({
      rule,
      level,
      message,
      location: locationOf(judgement),
      related: [wireEvidence(judgement)],
      fingerprint: fingerprint({ rule, framework: "wire", cookie: judgement.name, file: judgement.url, sinkLine: "" }),
      cookie: index,
      fixes: [],
    }));
  });
  return {
    version: 1,
    tool: { name: "setsecure", version },
    root: ".",
    deployment: { name: production.name, tls: production.tls, environment: disclosed(production) },
    cookies: judgements.map((judgement, index) => toReportCookie(judgement, cookies[index], locationOf(judgement))),
    findings,
    skipped: input.skipped.map((because) => ({ file: inputName(file), because })),
    summary: {
      files: 1,
      parsed: 1,
      cookies: live.length,
      secure: count("secure"),
      insecure: count("insecure"),
      conditional: 0,
      unknown: 0,
      deletions: judgements.filter(({ deletion }) => deletion).length,
      fixable: 0,
      milliseconds: Math.round(milliseconds),
    },
  };
}

/** A cookie of the wire as the rules see one of the source. */
function toCookie(judgement: Judgement, file: string): Cookie {
  const { name, secure, because, stored, deletion, attributes, url, line } = judgement;
  return {
    name: shownName(name),
    framework: "wire",
    verdict: secure ? "secure" : "insecure",
    because,
    sink: { file, span: { start: 0, end: 0 } },
    decidedBy: { from: "wire", url, line: String(line), says: because },
    evidence: [],
    condition: undefined,
    deletion,
    sensitive: !harmless.test(name),
    notDeployed: stored || deletion ? undefined : because,
    attributes: { secure, ...attributes },
    fixes: [],
    remarks: [],
  };
}

function wireEvidence({ url, because }: Judgement) {
  return { wire: url, says: because };
}

function toReportCookie(judgement: Judgement, cookie: Cookie | undefined, sink: Location | null): ReportCookie {
  const { name, because, deletion, line, url, stored, secure, sentOverHttp } = judgement;
  const differs = judgement.differs?.map((other) => ({
    wire: url,
    says: `${profiles[other.profile].title} differs: ${other.because}`,
  }));
  return {
    name,
    framework: "wire",
    verdict: cookie?.verdict ?? "unknown",
    because,
    sink,
    decidedBy: wireEvidence(judgement),
    evidence: [...judgement.ignored.map((says) => ({ wire: url, says: `ignored: ${says}` })), ...(differs ?? [])],
    sensitive: cookie?.sensitive ?? true,
    deletion,
    notDeployed: cookie?.notDeployed ?? null,
    attributes: cookie?.attributes ?? {},
    condition: null,
    fix: null,
    wire: { line, url, stored, secure, sentOverHttp },
  };
}

interface WireComplaint {
  readonly rule: string;
  readonly level: Level;
  readonly message: string;
}

/** Cookies that a browser keeps are judged by the rules of the source; those that it drops are told for what they are. */
function complaintsOf(judgement: Judgement, cookie: Cookie): WireComplaint[] {
  const { dropped, because } = judgement;
  if (dropped === undefined) {
    return rules.flatMap((rule) =>
      rule.check(cookie).map(({ level, message }) => ({ rule: rule.name, level, message })),
    );
  }
  const rule = (dropped.lacksSecure ? droppedRules[dropped.reason] : undefined) ?? "dropped-cookie";
  const level = dropped.lacksSecure ? "warning" : "note";
  return [{ rule, level, message: `The cookie "${cookie.name}" never gets into a browser: ${because}.` }];
}

const droppedRules: Readonly<Record<string, string>> = {
  prefix: "prefix-without-secure",
  "samesite-none": "samesite-none-without-secure",
};

function statusWord({
  stored,
  deletion,
  sentOverHttp,
}: Pick<Judgement, "stored" | "deletion" | "sentOverHttp">): string {
  if (stored) return sentOverHttp ? "sent over http" : "https only";
  return deletion ? "deletion" : "dropped";
}

/** One line for each cookie, and a summary. */
function writeJudgements(judgements: readonly Judgement[], input: WireInput, profile: ProfileName): string {
  const names = judgements.map(({ name }) => shownName(name));
  const nameWidth = names.reduce((widest, name) => Math.max(widest, Math.min(24, name.length)), 0);
  const lineWidth = String(judgements.at(-1)?.line ?? 0).length;
  const rows = judgements.map((judgement, index) => {
    const word = judgement.dropped === undefined ? statusWord(judgement) : "dropped";
    const differs = judgement.differs?.map((other) => `; ${profiles[other.profile].title}: ${statusWord(other)}`) ?? [];
    const line = String(judgement.line).padStart(lineWidth);
    return `${line}  ${(names[index] ?? "").padEnd(nameWidth)}  ${word.padEnd(14)}  ${judgement.because}${differs.join("")}`;
  });
  return `${[...rows, "", summaryOf(judgements, profile), ...input.skipped.map((because) => `Passed over: ${because}.`)].join("\n")}\n`;
}

const noun = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function summaryOf(judgements: readonly Judgement[], profile: ProfileName): string {
  const words = judgements.map((judgement) => (judgement.dropped === undefined ? statusWord(judgement) : "dropped"));
  const count = (word: string) => words.filter((other) => other === word).length;
  const parts = [
    `${count("sent over http")} sent over plain http`,
    `${count("https only")} over https only`,
    `${count("dropped")} dropped`,
    noun(count("deletion"), "deletion", "deletions"),
  ];
  return `${noun(judgements.length, "line", "lines")}, judged as ${profiles[profile].title} does: ${parts.join(", ")}.`;
}
