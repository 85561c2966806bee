import fc, { type GeneratorValue } from "fast-check";

/** Choices, made by the property that runs: they are repeated from its seed, and told when it fails. */
export interface Draw {
  readonly pick: <T>(choices: readonly [T, ...(readonly T[])] | readonly T[]) => T;
  /** From 0 to `most`. */
  readonly number: (most: number) => number;
  /** A template: of `«a¦b¦c»` one is taken; such choices may hold others. */
  readonly text: (template: string) => string;
}

export function drawFrom(gen: GeneratorValue): Draw {
  const number = (most: number): number => gen(fc.nat, { max: most });
  const pick = <T>(choices: readonly T[]): T => choices[number(choices.length - 1)]!;
  const text = (template: string): string => {
    let rest = template;
    for (;;) {
      const inner = /«([^«»]*)»/.exec(rest);
      if (inner === null) return rest;
      rest = rest.slice(0, inner.index) + pick(inner[1]!.split("¦")) + rest.slice(inner.index + inner[0].length);
    }
  };
  return { pick, number, text };
}
