import { writeFileSync } from "node:fs";
import { CannotDo } from "../exit.ts";
import { readFailure } from "../files/read.ts";

/** `FORCE_COLOR` before `NO_COLOR` before what the terminal can. */
export function wantsColor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): boolean {
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  return stream.isTTY && stream.hasColors();
}

const DEFAULT_WIDTH = 100;
const MAX_WIDTH = 120;

export function widthOf(stream: NodeJS.WriteStream): number {
  return Math.min(stream.isTTY ? stream.columns : DEFAULT_WIDTH, MAX_WIDTH);
}

/** Writes all of it before the process may end; a reader that went away is no fault. */
export function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") resolve();
      else reject(error);
    });
    process.stdout.write(text, () => resolve());
  });
}

/** @throws CannotDo */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new CannotDo(`${path} cannot be written: ${readFailure(error)}.`);
  }
}
