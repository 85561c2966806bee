/** One line of the table. */
export interface Figure {
  readonly what: string;
  /** How many a second, by the clock. */
  readonly rate: number;
  /** CPU time for one, in microseconds; undefined where another process does the work. */
  readonly cpu?: number;
  /** What is counted: `sites`, `requests`. */
  readonly unit: string;
}
