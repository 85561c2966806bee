/** Says on a terminal what is being done, once that takes long. */
export interface Progress {
  step(says: string): void;
  /** Clears what was written. */
  end(): void;
}

const PATIENCE_MILLISECONDS = 500;

/** @param stream where progress is told when it is a terminal */
export function progressOn(stream: NodeJS.WriteStream): Progress {
  const start = performance.now();
  let shown = false;
  const write = (text: string) => {
    stream.write(`\r\u001B[K${text}`);
  };
  return {
    step(says) {
      if (!stream.isTTY || performance.now() - start < PATIENCE_MILLISECONDS) return;
      shown = true;
      write(`${says} …`);
    },
    end() {
      if (shown) write("");
    },
  };
}

export const silent: Progress = { step: () => undefined, end: () => undefined };
