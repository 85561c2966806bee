type Callable = (this: unknown, ...words: unknown[]) => unknown;

const isCallable = (value: unknown): value is Callable => typeof value === "function";

/**
 * Puts a function in the place of another that calls it: same name, same properties, same behaviour. `before` is told
 * of each call first, and whatever it throws is swallowed: the application must not notice.
 */
export function listening(
  original: unknown,
  before: (words: readonly unknown[], self: unknown) => void,
  after?: (made: unknown, words: readonly unknown[]) => void,
): unknown {
  if (!isCallable(original)) return original;
  return new Proxy(original, {
    apply(target, self, words) {
      quietly(() => before(words, self));
      const made: unknown = Reflect.apply(target, self, words);
      if (after !== undefined) quietly(() => after(made, words));
      return made;
    },
    construct(target, words, newTarget) {
      quietly(() => before(words, undefined));
      const made: object = Reflect.construct(target, words, newTarget);
      if (after !== undefined) quietly(() => after(made, words));
      return made;
    },
  });
}

/** Replaces a property by what is made of it; leaves alone what cannot be replaced. */
export function replace(holder: unknown, name: string, make: (original: unknown) => unknown): void {
  if ((typeof holder !== "object" && typeof holder !== "function") || holder === null) return;
  quietly(() => {
    const original: unknown = Reflect.get(holder, name);
    if (isCallable(original)) Reflect.set(holder, name, make(original));
  });
}

export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // An agent that fails knows less; the application goes on.
  }
}
