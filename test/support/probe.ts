import { type ProbeFlags, type ProbeMeans, probeCommand } from "../../src/commands/probe.ts";
import type { Report } from "../../src/report.ts";

const flags: ProbeFlags = {
  format: "json",
  profile: "chromium",
  exitZero: false,
  strict: false,
  config: false,
  forwarded: false,
  depth: 0,
  maxPages: 20,
  rate: 1000,
  concurrency: 4,
  timeout: 10,
  ignoreRobots: false,
  insecure: false,
  browser: false,
  thirdParties: false,
  prove: false,
  progress: false,
};

/** Runs the command in this process. */
export async function probe(
  urls: readonly string[],
  given: Partial<ProbeFlags> = {},
  means: ProbeMeans = {},
): Promise<{ readonly status: number; readonly text: string }> {
  let text = "";
  const stdout = (part: string) => {
    text += part;
  };
  const status = await probeCommand(urls, { ...flags, ...given }, { stdout, ...means });
  return { status, text };
}

export async function probeReport(urls: readonly string[], given: Partial<ProbeFlags> = {}): Promise<Report> {
  return JSON.parse((await probe(urls, { ...given, format: "json" })).text) as Report;
}
