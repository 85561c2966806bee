import { CannotDo, type ExitStatus } from "../exit.ts";
import { findPage } from "../pages.ts";
import type { ReportContext } from "../reports/context.ts";
import { type Format, type ReportWriter, writers } from "../reports/index.ts";
import type { Scan } from "../scan.ts";
import { deliver, outputsOf, type ReportFlags } from "./deliver.ts";
import { widthOf } from "./output.ts";
import { baselineFor, configurationFor, type ProjectFlags, scanTarget, targetOf } from "./project.ts";

export interface ScanFlags extends ProjectFlags, ReportFlags {
  readonly allowEmpty: boolean;
  readonly verbose: boolean;
}

/** Lists every cookie that the code under the paths sets, with its verdict. */
export async function scanCommand(paths: readonly string[], flags: ScanFlags): Promise<ExitStatus> {
  const outputs = outputsOf(flags);
  const target = targetOf(paths.length === 0 ? ["."] : paths);
  const configuration = configurationFor(target.root, flags);
  const baseline = baselineFor(target.root, flags);
  const result = await scanTarget(target, flags, configuration, baseline);
  if (result.recognised === 0 && !flags.allowEmpty) {
    const [first] = result.report.skipped;
    const skipped =
      first === undefined
        ? ""
        : ` Not read were ${result.report.skipped.length}, such as ${first.file}: ${first.because}.`;
    throw new CannotDo(
      `No file under ${target.rootName} belongs to a framework that setsecure knows.${skipped} Is it the right folder? With --allow-empty this is no failure.`,
    );
  }
  return deliver(result.report, {
    flags,
    outputs,
    render: (format, color) => render(result, format, flags, color),
    failOn: configuration.failOn,
  });
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
