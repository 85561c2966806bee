import type { EvaluatorHost } from "./evaluate/host.ts";
import type { AskedNames } from "./evaluate/relevance.ts";
import { extensionOf } from "./files/prefilter.ts";
import { finderOf } from "./files/words.ts";
import type { Framework, Sink } from "./framework.ts";

/** The names that frameworks ask about, which the evaluator tells facts of. */
export function askedNames(frameworks: readonly Framework[]): Pick<EvaluatorHost, "methods" | "members" | "late"> {
  const lateCalls = ({ on }: Sink) => (on.kind === "call" && on.late === true ? on.method : []);
  return {
    methods: new Set(frameworks.flatMap(methodsOf)),
    members: new Set(frameworks.flatMap(membersOf)),
    late: new Set(frameworks.flatMap(({ late = [], sinks }) => [...late, ...sinks.flatMap(lateCalls)])),
  };
}

function methodsOf({ methods = [], sinks }: Framework): readonly string[] {
  return [...methods, ...sinks.flatMap(({ on }) => (on.kind === "call" ? on.method : []))];
}

function membersOf({ members = [], sinks }: Framework): readonly string[] {
  return [...members, ...sinks.flatMap(({ on }) => (on.kind === "write" ? on.members : []))];
}

/** Says which names are asked about in a file: those of the frameworks whose words it holds. */
export function askedNamesIn(
  frameworks: readonly Framework[],
  text: (file: string) => string,
): (file: string) => AskedNames {
  const byExtension = new Map<string, readonly Asking[]>();
  const known = new Map<string, AskedNames>();
  return (file) => {
    const extension = extensionOf(file);
    let asking = byExtension.get(extension);
    if (asking === undefined) {
      asking = frameworks.flatMap((framework) => askingIn(framework, extension));
      byExtension.set(extension, asking);
    }
    const bytes = Buffer.from(text(file));
    const present = asking.filter(({ find }) => find?.(bytes) !== false);
    const key = `${extension} ${present.map(({ framework }) => framework.name).join()}`;
    let names = known.get(key);
    if (names === undefined) {
      names = {
        methods: new Set(present.flatMap(({ framework }) => methodsOf(framework))),
        members: new Set(present.flatMap(({ framework }) => membersOf(framework))),
      };
      known.set(key, names);
    }
    return names;
  };
}

interface Asking {
  readonly framework: Framework;
  /** Absent where every file can matter. */
  readonly find: ReturnType<typeof finderOf>;
}

function askingIn(framework: Framework, extension: string): readonly Asking[] {
  const words = framework.words[extension];
  return words === undefined ? [] : [{ framework, find: finderOf(words.map((word) => word.toLowerCase())) }];
}
