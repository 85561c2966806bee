const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Somebody wants the process to end while it may not yet. */
export interface Interrupt {
  /** @throws Interrupted when a signal came */
  check(): void;
  /** Called at once when a signal comes. */
  onSignal(listener: (signal: NodeJS.Signals) => void): void;
  release(): void;
}

export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Signals that would end the process are noted instead, until they are released. */
export function holdInterrupts(): Interrupt {
  let came = false;
  const listeners: ((signal: NodeJS.Signals) => void)[] = [];
  const hold = (signal: NodeJS.Signals) => {
    came = true;
    for (const listener of listeners) listener(signal);
  };
  for (const signal of signals) process.on(signal, hold);
  return {
    check() {
      if (came) throw new Interrupted("interrupted");
    },
    onSignal: (listener) => listeners.push(listener),
    release() {
      for (const signal of signals) process.off(signal, hold);
    },
  };
}
