/** What a report shows beside the findings. */
export interface ReportContext {
  /** The text of a scanned file, or undefined when it cannot be read any more. */
  readonly text: (file: string) => string | undefined;
  /** The page of a rule, in Markdown. */
  readonly page: (rule: string) => string | undefined;
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Notes are shown as fully as errors. */
  readonly verbose: boolean;
}
