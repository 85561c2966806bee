import { createHash } from "node:crypto";

/** What a finding is known by when its line moves. */
export interface Identity {
  readonly rule: string;
  readonly framework: string;
  readonly cookie: string | undefined;
  readonly file: string;
  /** The first line of the sink, as written. */
  readonly sinkLine: string;
}

/**
 * Names findings in their order: the same identity again gets the next number.
 * @returns 32 hexadecimal digits, known as `setsecure/v1`
 */
export function fingerprints(): (identity: Identity) => string {
  const seen = new Map<string, number>();
  return ({ rule, framework, cookie, file, sinkLine }) => {
    const key = JSON.stringify([rule, framework, cookie ?? null, file, sinkLine.trim().replace(/\s+/g, " ")]);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return createHash("sha256").update(`setsecure/v1 ${occurrence} ${key}`).digest("hex").slice(0, 32);
  };
}
