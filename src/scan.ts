import { type Baseline, emptyBaseline } from "./baseline.ts";
import { type Configuration, noConfiguration } from "./configuration.ts";
import { dayOf } from "./date.ts";
import type { Deployment } from "./deployment.ts";
import { type ProjectOnDisk, readProject, within } from "./files.ts";
import { compilePlainly } from "./grammar.ts";
import { interest } from "./interest.ts";
import type { Inventory } from "./inventory.ts";
import { takeInventoryOfFiles } from "./inventory-threads.ts";
import { inReportOrder, makeReport } from "./make-report.ts";
import { type Progress, silent } from "./progress.ts";
import { type DeploymentFlags, readDeployment } from "./read-deployment.ts";
import type { Report } from "./report.ts";
import { rules } from "./rules/index.ts";

export interface ScanOptions {
  /** Paths under the root, relative to it, that are searched for cookies; by default all. */
  readonly only?: readonly string[];
  /** How the report names the root. */
  readonly rootName?: string;
  readonly configuration?: Configuration;
  readonly deployment?: DeploymentFlags;
  readonly baseline?: Baseline;
  readonly threads?: number;
  /** The process ends soon after: of a small project nothing is compiled as for a long run. */
  readonly endsSoon?: boolean;
  /** The day on which suppressions are judged. */
  readonly today?: Date;
  readonly progress?: Progress;
}

export interface Scan {
  readonly report: Report;
  /** How many files a framework recognised as its own; none means that there was nothing to say. */
  readonly recognised: number;
  /** The text of a file, as the scan read it. */
  readonly text: (file: string) => string | undefined;
  readonly project: ProjectOnDisk;
  readonly deployment: Deployment;
  /** In the order of the report's cookies. */
  readonly inventory: Inventory;
}

/** Of so many files the time to optimise a parser is not made up for. */
const FEW_FILES = 300;

/** Judges every cookie that the code and configuration under `root`, an existing folder, set. */
export async function scan(root: string, options: ScanOptions = {}): Promise<Scan> {
  const start = performance.now();
  const { configuration = noConfiguration, progress = silent, only, threads } = options;
  progress.step("Looking for files");
  const project = await readProject(root, {
    interest,
    ignore: configuration.ignore,
    ...(only === undefined ? {} : { only }),
    ...(threads === undefined ? {} : { threads }),
  });
  if (options.endsSoon === true && project.files.length <= FEW_FILES) compilePlainly();
  progress.step(`Reading ${project.candidates.length} of ${project.files.length} files`);
  const deployment = readDeployment(project, configuration, options.deployment ?? {});
  const inventory = inReportOrder(setUnder(only, await takeInventoryOfFiles(project, deployment, threads)));
  const text = textsOf(project.read);
  const report = makeReport({
    root: options.rootName ?? root,
    inventory,
    rules,
    deployment,
    acceptance: {
      suppressions: configuration.suppressions,
      baseline: options.baseline ?? emptyBaseline,
      today: dayOf(options.today ?? new Date()),
    },
    text,
    files: project.files.length,
    skipped: project.skipped(),
    milliseconds: performance.now() - start,
  });
  progress.end();
  return { report, recognised: inventory.recognised, text, project, deployment, inventory };
}

/** Code elsewhere that the paths lead to is read, and its cookies are not asked for. */
function setUnder(only: readonly string[] | undefined, inventory: Inventory): Inventory {
  const isInside = within(only);
  return { ...inventory, cookies: inventory.cookies.filter(({ sink }) => isInside(sink.file)) };
}

/** Reports go through their findings file by file: the last text is kept. */
function textsOf(read: (file: string) => string | undefined): (file: string) => string | undefined {
  let last: { readonly file: string; readonly text: string | undefined } | undefined;
  return (file) => {
    if (last?.file !== file) last = { file, text: read(file) };
    return last.text;
  };
}
