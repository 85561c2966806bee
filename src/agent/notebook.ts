import { isDeletion, parseSetCookie, type SetCookie } from "../wire/set-cookie.ts";
import { latePackages } from "./packages.ts";
import { type AgentRecord, recordVersion, type Site } from "./record.ts";
import { original, plainPath } from "./source-map.ts";
import { type Frame, type Stack, stackHere } from "./stack.ts";

/** So many times the place of a cookie is looked for each time that it is set; afterwards as the budget allows. */
const FIRST_TIMES = 16;
/** Looks a second, for all cookies together. */
const BUDGET = 20;
/** Names that are made up for each visitor must not fill the memory. */
const MAXIMUM_KEYS = 2000;
const MAXIMUM_PLACES = 16;

interface Written {
  readonly set: SetCookie;
  readonly stack: Stack;
}

/** A cookie that is set later. */
interface Asked {
  /** The package that will set it, where that is known when it is asked for. */
  readonly by: string | null;
  readonly stack: Stack;
}

/** A part of a library that sets cookies by itself, and the line that constructed it. */
interface Construction {
  readonly package: string;
  /** The name of its cookie, where the options say so. */
  readonly name: string | undefined;
  /** It was seen when it was mounted, not when it was made. */
  readonly mounted?: true;
  readonly stack: Stack;
}

/** What the process was seen to do. Places are looked up later, apart from the request. */
export interface Notebook {
  /** A Set-Cookie line is given to Node. */
  writes(line: string): void;
  /** A cookie of this name is asked for, and will be set later. */
  asks(name: string, by: string | null): void;
  /** Something is constructed, here, that will set cookies by itself. */
  constructs(construction: Omit<Construction, "stack">): void;
  /** What is new since the last time. */
  records(): readonly AgentRecord[];
}

/** @param now milliseconds, from a clock that does not jump */
export function createNotebook(folder: string, now: () => number = () => performance.now()): Notebook {
  const times = new Map<string, number>();
  const asked = new Map<string, Map<string, Asked>>();
  const constructions = new Map<string, Construction>();
  const told = new Set<string>();
  let written: Written[] = [];
  let tokens = BUDGET;
  let refilled = now();

  /** Whether it is worth a look at the stack. */
  function worthALook(key: string): boolean {
    const seen = times.get(key) ?? 0;
    if (seen < FIRST_TIMES) {
      if (seen > 0 || times.size < MAXIMUM_KEYS) {
        times.set(key, seen + 1);
        return true;
      }
    }
    const moment = now();
    tokens = Math.min(BUDGET, tokens + ((moment - refilled) / 1000) * BUDGET);
    refilled = moment;
    if (tokens < 1) return false;
    tokens--;
    return true;
  }

  function writes(line: string): void {
    const semicolon = line.indexOf(";");
    const equals = line.indexOf("=");
    const name = equals < 0 || (semicolon >= 0 && equals > semicolon) ? "" : line.slice(0, equals);
    const attributes = semicolon < 0 ? "" : line.slice(semicolon).replace(/expires=[^;]*/i, "");
    if (!worthALook(`w${name}${attributes}`)) return;
    written.push({ set: withoutValue(parseSetCookie(line)), stack: stackHere() });
  }

  function asks(name: string, by: string | null): void {
    if (!worthALook(`a${name}`)) return;
    const stack = stackHere();
    const places = asked.get(name) ?? new Map<string, Asked>();
    if (places.size < MAXIMUM_PLACES) asked.set(name, places.set(JSON.stringify(stack), { by, stack }));
  }

  function constructs(construction: Omit<Construction, "stack">): void {
    if (constructions.size >= MAXIMUM_KEYS) return;
    const stack = stackHere();
    constructions.set(JSON.stringify([construction, stack]), { ...construction, stack });
  }

  function records(): readonly AgentRecord[] {
    const all = written.flatMap(recordsOf);
    written = [];
    return all.filter((record) => {
      const key = JSON.stringify(record);
      const isNew = !told.has(key) && told.size < MAXIMUM_KEYS;
      if (isNew) told.add(key);
      return isNew;
    });
  }

  function recordsOf({ set, stack }: Written): readonly AgentRecord[] {
    const { name, attributes } = set;
    const has = (wanted: string) => attributes.some((each) => each.name === wanted && !each.tooLong);
    const last = (wanted: string) => attributes.findLast((each) => each.name === wanted)?.value ?? "";
    const cookie = {
      version: recordVersion,
      name,
      secure: has("secure"),
      httpOnly: has("httponly"),
      sameSite: last("samesite"),
      path: last("path"),
      domain: last("domain"),
      deletion: isDeletion(set, Date.now()),
    } as const;
    const { site, above } = placeIn(stack);
    const [by = null] = above;
    if (site !== undefined && !above.some((each) => late.has(each))) {
      return [{ ...cookie, site: relative(site), madeAt: null, by }];
    }
    // It was not set by the line that is below on the stack, but by one before.
    const maker = above.find((each) => constructing.has(each)) ?? null;
    const made = maker === null ? [] : constructed(name, maker);
    if (made.length > 0) return made.map((madeAt) => ({ ...cookie, site: null, madeAt, by: maker }));
    const places = [...(asked.get(name)?.values() ?? [])].flatMap((each) => {
      const place = placeIn(each.stack);
      return place.site === undefined ? [] : [{ site: relative(place.site), by: place.above[0] ?? each.by ?? by }];
    });
    if (places.length > 0) return places.map((place) => ({ ...cookie, ...place, madeAt: configured(name) }));
    return [{ ...cookie, site: null, madeAt: null, by: maker ?? by }];
  }

  /** The lines that constructed what sets this cookie. */
  function constructed(name: string, maker: string): readonly Site[] {
    const seen = [...constructions.values()].filter((each) => each.package === maker);
    const made = seen.filter((each) => each.mounted !== true);
    const all = made.length > 0 ? made : seen;
    const named = all.filter((each) => each.name === name || `${each.name}.sig` === name);
    const candidates = named.length > 0 ? named : all.filter((each) => each.name === undefined);
    return sitesOf(candidates);
  }

  /** The line that gives a cookie of this name its attributes, apart from those that ask for it. */
  function configured(name: string): Site | null {
    const own = [...constructions.values()].filter((each) => each.package === "" && each.name === name);
    return sitesOf(own)[0] ?? null;
  }

  function sitesOf(all: readonly Construction[]): readonly Site[] {
    return all.flatMap(({ stack }) => {
      const { site } = placeIn(stack);
      return site === undefined ? [] : [relative(site)];
    });
  }

  function relative({ file, line, column }: Frame): Site {
    const path = plainPath(file).replaceAll("\\", "/");
    const root = `${folder.replaceAll("\\", "/")}/`;
    return { file: path.startsWith(root) ? path.slice(root.length) : path, line, column };
  }

  return { writes, asks, constructs, records };
}

const late: ReadonlySet<string> = new Set(
  latePackages.filter(({ sets }) => sets !== "at once").map(({ name }) => name),
);
/** Those that set cookies by themselves, not on behalf of a call. */
const constructing: ReadonlySet<string> = new Set(
  latePackages.filter(({ sets }) => sets === "by itself").map(({ name }) => name),
);

/** The memory of the agent holds no value. */
function withoutValue(set: SetCookie): SetCookie {
  return set.kind === "cookie" ? { ...set, value: "" } : set;
}

interface PlaceInStack {
  /** The uppermost line of the application. */
  readonly site: Frame | undefined;
  /** The packages above it, the uppermost first. */
  readonly above: readonly string[];
}

function placeIn(stack: Stack): PlaceInStack {
  const above: string[] = [];
  for (const frame of stack) {
    const source = original(frame);
    const name = packageOf(source.file) ?? packageOf(frame.file);
    if (name === undefined) return { site: source, above: [...new Set(above)] };
    above.push(name);
  }
  return { site: undefined, above: [...new Set(above)] };
}

/** `@hapi/hapi` in `…/node_modules/@hapi/hapi/lib/server.js`. */
export function packageOf(file: string): string | undefined {
  const path = file.replaceAll("\\", "/");
  const mark = "/node_modules/";
  const at = path.lastIndexOf(mark);
  const rest = at >= 0 ? path.slice(at + mark.length) : path.startsWith("node_modules/") ? path.slice(13) : undefined;
  if (rest === undefined) return undefined;
  const [first = "", second = ""] = rest.split("/", 2);
  return first.startsWith("@") ? `${first}/${second}` : first;
}
