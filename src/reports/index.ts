import type { Report } from "../report.ts";
import type { ReportContext } from "./context.ts";

export type ReportWriter = (report: Report, context: ReportContext) => string;

/** Every format, loaded when it is asked for. */
export const writers = {
  text: async () => (await import("./text.ts")).writeText,
  json: async () => (await import("./json.ts")).writeJson,
  sarif: async () => (await import("./sarif.ts")).writeSarif,
} satisfies Readonly<Record<string, () => Promise<ReportWriter>>>;

export type Format = keyof typeof writers;
export const formats = Object.keys(writers) as Format[];
