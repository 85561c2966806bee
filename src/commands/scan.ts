import { emptyBaseline } from "../baseline.ts";
import { CannotDo, type ExitStatus, type FailOn, statusOf } from "../exit.ts";
import { findPage } from "../pages.ts";
import type { ReportContext } from "../reports/context.ts";
import { type Format, formats, type ReportWriter, writers } from "../reports/index.ts";
import type { Scan } from "../scan.ts";
import { print, wantsColor, widthOf, writeOutput } from "./output.ts";
import { baselinePath, configurationFor, type ProjectFlags, readBaseline, scanTarget, targetOf } from "./project.ts";

export interface ScanFlags extends ProjectFlags {
  readonly format: Format;
  readonly output?: readonly string[];
  readonly failOn?: FailOn;
  readonly exitZero: boolean;
  readonly strict: boolean;
  readonly allowEmpty: boolean;
  readonly verbose: boolean;
}

/** Lists every cookie that the code under the paths sets, with its verdict. */
export async function scanCommand(paths: readonly string[], flags: ScanFlags): Promise<ExitStatus> {
  const outputs = (flags.output ?? []).map(outputOf);
  const target = targetOf(paths.length === 0 ? ["."] : paths);
  const configuration = configurationFor(target.root, flags);
  const baseline =
    flags.baseline === undefined ? emptyBaseline : readBaseline(baselinePath(target.root, flags.baseline));
  const result = await scanTarget(target, flags, configuration, baseline);
  if (result.recognised === 0 && !flags.allowEmpty) {
    throw new CannotDo(
      `No file under ${target.rootName} belongs to a framework that setsecure knows. Is it the right folder? With --allow-empty this is no failure.`,
    );
  }
  for (const { format, path } of outputs) writeOutput(path, await render(result, format, flags, false));
  await print(await render(result, flags.format, flags, wantsColor(process.stdout)));
  return statusOf(result.report, {
    failOn: flags.failOn ?? configuration.failOn ?? "error",
    exitZero: flags.exitZero,
    strict: flags.strict,
  });
}

function outputOf(text: string): { readonly format: Format; readonly path: string } {
  const equals = text.indexOf("=");
  const format = formats.find((known) => known === text.slice(0, equals));
  if (format === undefined || equals === text.length - 1) {
    throw new CannotDo(`--output ${text}: write format=file, where format is one of ${formats.join(", ")}.`);
  }
  return { format, path: text.slice(equals + 1) };
}

async function render(result: Scan, format: Format, { verbose }: ScanFlags, color: boolean): Promise<string> {
  const context: ReportContext = {
    text: result.text,
    page: (rule) => findPage(rule)?.text,
    color,
    width: widthOf(process.stdout),
    verbose,
  };
  const write: ReportWriter = await writers[format]();
  return write(result.report, context);
}
