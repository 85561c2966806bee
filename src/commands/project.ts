import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { BASELINE_FILE, type Baseline, emptyBaseline, parseBaseline } from "../baseline.ts";
import { type Configuration, findConfiguration, noConfiguration, readConfiguration } from "../configuration.ts";
import { CannotDo } from "../exit.ts";
import { decode } from "../files/decode.ts";
import { readWhole } from "../files/read.ts";
import { progressOn, silent } from "../progress.ts";
import type { DeploymentFlags } from "../read-deployment.ts";
import { type Scan, scan } from "../scan.ts";

/** The options that every command which scans takes, as commander gives them. */
export interface ProjectFlags {
  /** A path; false for `--no-config`. */
  readonly config?: string | boolean;
  /** A path, or true for the usual one. */
  readonly baseline?: string | true;
  readonly deployment?: string;
  readonly tls?: "proxy" | "process" | "none";
  readonly env?: readonly string[];
  readonly progress: boolean;
}

/** What a command scans. */
export interface Target {
  /** Absolute. */
  readonly root: string;
  readonly rootName: string;
  readonly only: readonly string[];
}

/** @throws CannotDo when a path does not exist */
export function targetOf(paths: readonly string[]): Target {
  const absolute = paths.map((path) => resolve(path));
  for (const [index, path] of absolute.entries()) {
    if (!existsSync(path)) throw new CannotDo(`${paths[index]} is neither a file nor a folder nor a command.`);
  }
  const folders = absolute.map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
  const root = folders.reduce(commonFolder);
  const only = absolute.map((path) => relative(root, path).split(sep).join("/"));
  return { root, rootName: relative(process.cwd(), root).split(sep).join("/") || ".", only };
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (b !== folder && !b.startsWith(folder.endsWith(sep) ? folder : folder + sep)) folder = dirname(folder);
  return folder;
}

/** @throws CannotDo when the configuration cannot be used */
export function configurationFor(root: string, { config = true }: Pick<ProjectFlags, "config">): Configuration {
  if (config === false) return noConfiguration;
  const path = typeof config === "string" ? resolve(config) : findConfiguration(root);
  return path === undefined ? noConfiguration : readConfiguration(path);
}

export function baselinePath(root: string, flag: string | true | undefined): string {
  return typeof flag === "string" ? resolve(flag) : resolve(root, BASELINE_FILE);
}

/**
 * What `--baseline` asks for; nothing is accepted without it.
 * @throws CannotDo
 */
export function baselineFor(root: string, { baseline }: Pick<ProjectFlags, "baseline">): Baseline {
  return baseline === undefined ? emptyBaseline : readBaseline(baselinePath(root, baseline));
}

/** @throws CannotDo when there is no such file, or it is no baseline */
export function readBaseline(path: string): Baseline {
  const read = readWhole(dirname(path), relative(dirname(path), path));
  if ("because" in read) throw new CannotDo(`The baseline ${path} cannot be used: ${read.because}.`);
  return parseBaseline(decode(read.bytes).text, path);
}

function deploymentOf({ deployment, tls, env }: ProjectFlags): DeploymentFlags {
  return {
    ...(deployment === undefined ? {} : { name: deployment }),
    ...(tls === undefined ? {} : { tls }),
    environment: Object.fromEntries((env ?? []).map(variableOf)),
  };
}

/** `NAME=value`; `NAME` alone means that the variable is known to be unset. */
function variableOf(text: string): [string, string | null] {
  const [, name, value] = /^([A-Za-z_]\w*)(?:=([^]*))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new CannotDo(`--env ${text}: write NAME=value, or NAME for a variable that is not set.`);
  return [name, value ?? null];
}

/** Scans as the flags and the configuration say. */
export async function scanTarget(
  { root, rootName, only }: Target,
  flags: ProjectFlags,
  configuration: Configuration,
  baseline: Baseline,
): Promise<Scan> {
  const deployment = deploymentOf(flags);
  const progress = flags.progress ? progressOn(process.stderr) : silent;
  return scan(root, { rootName, only, configuration, baseline, deployment, progress, endsSoon: true });
}
