import type { Lines } from "../lines.ts";
import type { Report } from "../report.ts";
import type { Paint } from "../terminal/text.ts";
import type { ReportContext } from "./context.ts";

/** What every part of the report needs to show itself. */
export interface View {
  readonly report: Report;
  readonly context: ReportContext;
  readonly paint: Paint;
  /** The lines of a scanned file, when it can still be read. */
  readonly lines: (file: string) => Lines | undefined;
}
