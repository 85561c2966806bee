import { CannotDo, type ExitStatus, type FailOn, statusOf } from "../exit.ts";
import type { Report } from "../report.ts";
import { type Format, formats } from "../reports/index.ts";
import { print, wantsColor, writeOutput } from "./output.ts";

/** The options of every command that ends in a report, as commander gives them. */
export interface ReportFlags {
  readonly format: Format;
  /** `format=file`, each. */
  readonly output?: readonly string[];
  readonly failOn?: FailOn;
  readonly exitZero: boolean;
  readonly strict: boolean;
}

export interface Output {
  readonly format: Format;
  readonly path: string;
}

/**
 * What `--output` asks for. Read before the work begins, so that a slip costs nothing.
 * @throws CannotDo
 */
export function outputsOf({ output = [] }: ReportFlags): readonly Output[] {
  return output.map((text) => {
    const equals = text.indexOf("=");
    const format = formats.find((known) => known === text.slice(0, equals));
    if (format === undefined || equals === text.length - 1) {
      throw new CannotDo(`--output ${text}: write format=file, where format is one of ${formats.join(", ")}.`);
    }
    return { format, path: text.slice(equals + 1) };
  });
}

export interface Delivery {
  readonly flags: ReportFlags;
  readonly outputs: readonly Output[];
  readonly render: (format: Format, color: boolean) => string | Promise<string>;
  /** Of the configuration. */
  readonly failOn?: FailOn | undefined;
  /** Default: standard output. */
  readonly stdout?: ((text: string) => void | Promise<void>) | undefined;
}

/**
 * Writes the files that were asked for, and the report on standard output.
 * @throws CannotDo when a file cannot be written
 */
export async function deliver(report: Report, delivery: Delivery): Promise<ExitStatus> {
  const { flags, outputs, render, stdout = print } = delivery;
  for (const { format, path } of outputs) writeOutput(path, await render(format, false));
  await stdout(await render(flags.format, stdout === print && wantsColor(process.stdout)));
  return statusOf(report, {
    failOn: flags.failOn ?? delivery.failOn ?? "error",
    exitZero: flags.exitZero,
    strict: flags.strict,
  });
}
