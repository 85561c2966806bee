/** How many characters from the start of a line take part in its hash. */
const WINDOW = 100;
const MULTIPLIER = 37;
const TWO_32 = 2 ** 32;
/** What stands for the end of the file. */
const END = 0xffff;

/** An unsigned 64-bit number in two halves, since neither doubles nor bigints are both exact and quick. */
interface Wide {
  high: number;
  low: number;
}

function times(value: Wide, factor: number): Wide {
  const low = value.low * factor;
  return { high: (value.high * factor + Math.floor(low / TWO_32)) % TWO_32, low: low % TWO_32 };
}

function plus(a: Wide, b: Wide): Wide {
  const low = a.low + b.low;
  return { high: (a.high + b.high + Math.floor(low / TWO_32)) % TWO_32, low: low % TWO_32 };
}

function minus(a: Wide, b: Wide): Wide {
  const low = a.low - b.low;
  const high = a.high - b.high - (low < 0 ? 1 : 0);
  return { high: (high + 2 * TWO_32) % TWO_32, low: (low + TWO_32) % TWO_32 };
}

function hex({ high, low }: Wide): string {
  return high === 0 ? low.toString(16) : high.toString(16) + low.toString(16).padStart(8, "0");
}

/** 37 to the power of the window's length: the weight of the character that leaves the window. */
const leaving = Array.from({ length: WINDOW }).reduce<Wide>((power) => times(power, MULTIPLIER), { high: 0, low: 1 });

/**
 * The hash of each line as GitHub's upload action computes it for `primaryLocationLineHash`: a polynomial over the
 * next 100 characters from the start of the line, blanks and tabs left out and all line ends alike, with a counter
 * for lines that hash the same.
 * @returns one text such as `271789c17abda88f:1` for each line
 */
export function lineHashes(text: string): string[] {
  const hashes: string[] = [];
  const seen = new Map<string, number>();
  const window = new Uint16Array(WINDOW);
  const startsLine = new Uint8Array(WINDOW);
  let hash: Wide = { high: 0, low: 0 };
  let index = 0;

  const push = (unit: number, isStart: boolean) => {
    if (startsLine[index] === 1) finish();
    startsLine[index] = isStart ? 1 : 0;
    const weight = times(leaving, window[index] ?? 0);
    hash = minus(plus(times(hash, MULTIPLIER), { high: 0, low: unit }), weight);
    window[index] = unit;
    index = (index + 1) % WINDOW;
  };
  const finish = () => {
    const value = hex(hash);
    const count = (seen.get(value) ?? 0) + 1;
    seen.set(value, count);
    hashes.push(`${value}:${count}`);
  };

  let atStart = true;
  for (const unit of visibleUnits(text)) {
    push(unit, atStart);
    atStart = unit === 10;
  }
  for (let rest = 0; rest < WINDOW; rest += 1) push(0, false);
  return hashes;
}

/** Without blanks and tabs, every line end as a line feed, the end of the file last. */
function* visibleUnits(text: string): Generator<number> {
  let afterReturn = false;
  for (let position = 0; position < text.length; position += 1) {
    const unit = text.charCodeAt(position);
    const skip: boolean = unit === 32 || unit === 9 || (afterReturn && unit === 10);
    afterReturn = !skip && unit === 13;
    if (!skip) yield unit === 13 ? 10 : unit;
  }
  yield END;
}
