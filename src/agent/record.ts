/** A place in the application's own source: where source maps lead, 1-based line and column in UTF-16 code units. */
export interface Site {
  /** Relative to the folder that the process runs in, with `/`; as it is where it lies outside. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * One cookie that a process was seen to set, at one place. The agent writes each as one line of JSON. It never holds
 * a value.
 */
export interface AgentRecord {
  readonly version: 1;
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** As written; empty when it is not. */
  readonly sameSite: string;
  readonly path: string;
  readonly domain: string;
  readonly deletion: boolean;
  /** The line of the application that set it; null where a library sets it later, by itself. */
  readonly site: Site | null;
  /** The line that constructed the library's part which sets it, such as a session; null when it is not known. */
  readonly madeAt: Site | null;
  /** The package that set it, on behalf of that line or by itself; null where the application gave it to Node. */
  readonly by: string | null;
}

export const recordVersion = 1;

const isText = (value: unknown): value is string => typeof value === "string";

function isSite(value: unknown): value is Site | null {
  if (value === null) return true;
  if (typeof value !== "object" || value === undefined) return false;
  const { file, line, column } = value as Partial<Site>;
  return isText(file) && Number.isSafeInteger(line) && Number.isSafeInteger(column);
}

function isRecord(value: unknown): value is AgentRecord {
  if (typeof value !== "object" || value === null) return false;
  const { version, name, secure, httpOnly, sameSite, path, domain, deletion, site, madeAt, by } =
    value as Partial<AgentRecord>;
  return (
    version === recordVersion &&
    [name, sameSite, path, domain].every(isText) &&
    [secure, httpOnly, deletion].every((flag) => typeof flag === "boolean") &&
    isSite(site) &&
    isSite(madeAt) &&
    (by === null || isText(by))
  );
}

/** The records in what the agent wrote, and how many lines are none. */
export function readRecords(text: string): { readonly records: readonly AgentRecord[]; readonly others: number } {
  const records: AgentRecord[] = [];
  let others = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    if (isRecord(value)) records.push(value);
    else others++;
  }
  return { records, others };
}
