import { isDeletion, parseSetCookie, type SetCookie } from "../wire/set-cookie.ts";
import { latePackages } from "./packages.ts";
import { type AgentRecord, recordVersion, type Site } from "./record.ts";
import { hasMap, original, plainPath } from "./source-map.ts";
import {
  type Door,
  FEW_FRAMES,
  type Frame,
  isApplication,
  MAXIMUM_FRAMES,
  packageOf,
  placeHere,
  type Stack,
  type StackFrame,
  stackHere,
} from "./stack.ts";

/** So many times the place of a cookie is looked for whenever it is set; afterwards as the budget allows. */
const FIRST_TIMES = 16;
/** The part of the CPU time that the process takes in which the agent may look: half a hundredth. */
const SHARE = 0.005;
/** Milliseconds of looking that a process may save up, or owe. */
const SAVINGS = 2;
/** A look that seems to take longer, in milliseconds, was interrupted. */
const LONGEST = 1;
/** Names that are made up for each visitor must not fill the memory. */
const MAXIMUM_SHAPES = 2000;
const MAXIMUM_PLACES = 10_000;

/** One cookie, whatever its value and whenever it expires. */
interface Shape {
  readonly number: number;
  looks: number;
  /** How deep a look has to go to reach the application. */
  frames: number;
}

/** What all cookies of one name look like. */
interface Shapes {
  readonly byAttributes: Map<string, Shape>;
  /** The one before, most often the next: found without a hash. */
  attributes: string;
  shape: Shape;
}

interface Written {
  readonly set: SetCookie;
  readonly stack: Stack;
}

/** A cookie that is to be set later, as far as its caller tells. */
export interface Wish {
  readonly name: string;
  /** The package that will set it, where that is known. */
  readonly by: string | null;
  /** Undefined where it is left to a default. */
  readonly secure?: boolean | undefined;
  readonly deletion?: boolean | undefined;
}

interface Asked extends Wish {
  readonly stack: Stack;
}

/** A part of a library that sets cookies by itself, and the line that constructed it. */
interface Construction {
  readonly package: string;
  /** The name of its cookie, where the options say so. */
  readonly name: string | undefined;
  readonly stack: Stack;
}

/** What the process was seen to do. Places are looked up later, apart from the request. */
export interface Notebook {
  /** A Set-Cookie line is given to Node, through this door. */
  writes(line: string, door?: Door): void;
  /** A cookie is asked for that will be set later. */
  asks(wish: Wish): void;
  /** A Set-Cookie line is given to something that will write it later. */
  asksLine(line: string, by: string | null): void;
  /** Something is constructed, here, that will set cookies by itself. */
  constructs(construction: Omit<Construction, "stack">): void;
  /** What is new since the last time. To be called some time after each `wake`: the budget is filled up here. */
  records(): readonly AgentRecord[];
}

/** What the budget is kept by, in milliseconds. */
export interface Clock {
  /** CPU time that this process has taken. */
  worked(): number;
  /** Time that passes. */
  time(): number;
}

const processClock: Clock = {
  worked() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  time: () => performance.now(),
};

/** Looks at the stack for so long that the application does not feel it. */
interface Budget {
  /** Whether a look can be afforded, this time. */
  affords(): boolean;
  /** A look began then, by the clock, and is over. */
  spend(began: number): void;
  refill(): void;
}

function createBudget({ worked, time }: Clock): Budget {
  let left = SAVINGS;
  let refilled = worked();
  /** What a look takes, by those of late. */
  let cost = 0;
  let chances = 0;
  /** One of so many chances is taken, and not each so-manieth: places that take turns are all seen. */
  let oneOf = 1;
  let skip = 0;

  function affords(): boolean {
    chances++;
    if (skip > 0) {
      skip--;
      return false;
    }
    if (left <= 0) return false;
    if (oneOf > 1) skip = Math.floor(Math.random() * (2 * oneOf - 1));
    return true;
  }

  function spend(began: number): void {
    const took = Math.min(LONGEST, time() - began);
    cost = cost === 0 ? took : cost + (took - cost) / 16;
    left = Math.max(-SAVINGS, left - took);
  }

  function refill(): void {
    const moment = worked();
    const earned = (moment - refilled) * SHARE;
    refilled = moment;
    left = Math.min(SAVINGS, left + earned);
    const wanted = chances * cost;
    oneOf = wanted <= left ? 1 : wanted / Math.max(cost, earned);
    if (oneOf === 1) skip = 0;
    chances = 0;
  }

  return { affords, spend, refill };
}

const attributesOf = (line: string): string => {
  const semicolon = line.indexOf(";");
  return semicolon < 0 ? "" : line.slice(semicolon);
};

function nameOf(line: string): string {
  const equals = line.indexOf("=");
  if (equals < 0) return "";
  const semicolon = line.indexOf(";");
  return semicolon >= 0 && equals > semicolon ? "" : line.slice(0, equals);
}

/** @param wake called with the first cookie since `records` */
export function createNotebook(folder: string, wake: () => void, clock: Clock = processClock): Notebook {
  const budget = createBudget(clock);
  const shapes = new Map<string, Shapes>();
  const others: Shape = { number: 0, looks: FIRST_TIMES, frames: MAXIMUM_FRAMES };
  let numbered = 0;
  /** Places that were seen, each with the number of what was set there. */
  const known = new Set<string>();
  const asked = new Map<string, Asked[]>();
  const constructions: Construction[] = [];
  const told = new Set<string>();
  let written: Written[] = [];
  /** Written by a package, on behalf of a line that may yet come. */
  const late: Written[] = [];
  let isNews = false;
  let awake = false;

  function shapeOf(name: string, attributes: string): Shape {
    const all = shapes.get(name);
    if (all !== undefined && all.attributes === attributes) return all.shape;
    const same = /expires=/i.test(attributes) ? attributes.replace(/expires=[^;]*/i, "") : attributes;
    const shape = all?.byAttributes.get(same) ?? newShape();
    if (shape === others) return others;
    if (all === undefined) shapes.set(name, { byAttributes: new Map([[same, shape]]), attributes, shape });
    else {
      all.byAttributes.set(same, shape);
      all.attributes = attributes;
      all.shape = shape;
    }
    return shape;
  }

  function newShape(): Shape {
    if (numbered === MAXIMUM_SHAPES) return others;
    numbered++;
    return { number: numbered, looks: 0, frames: FEW_FRAMES };
  }

  /** The stack, where it is worth a look and this place is new. */
  function look(shape: Shape, door?: Door): Stack | undefined {
    if (!awake) {
      awake = true;
      wake();
    }
    if (shape.looks < FIRST_TIMES) shape.looks++;
    else if (!budget.affords()) return undefined;
    const began = clock.time();
    const stack = newStack(shape, door);
    budget.spend(began);
    return stack;
  }

  function newStack(shape: Shape, door: Door | undefined): Stack | undefined {
    const near = placeHere(shape.frames, door);
    if (near === undefined) shape.frames = MAXIMUM_FRAMES;
    const place = `${shape.number} ${near ?? placeHere(MAXIMUM_FRAMES, door)}`;
    if (known.has(place) || known.size >= MAXIMUM_PLACES) return undefined;
    known.add(place);
    return stackHere(door);
  }

  function writes(line: string, door?: Door): void {
    const stack = look(shapeOf(nameOf(line), attributesOf(line)), door);
    if (stack !== undefined) written.push({ set: withoutValue(parseSetCookie(line)), stack });
  }

  function asks(wish: Wish): void {
    keep(wish, look(shapeOf(wish.name, `asked ${wish.secure} ${wish.deletion}`)));
  }

  function asksLine(line: string, by: string | null): void {
    const stack = look(shapeOf(nameOf(line), `asked${attributesOf(line)}`));
    if (stack === undefined) return;
    const set = parseSetCookie(line);
    keep({ name: set.name, by, secure: has(set, "secure"), deletion: isDeletion(set, Date.now()) }, stack);
  }

  function keep(wish: Wish, stack: Stack | undefined): void {
    if (stack === undefined) return;
    const all = asked.get(wish.name) ?? [];
    all.push({ ...wish, stack });
    asked.set(wish.name, all);
    isNews = true;
  }

  function constructs(construction: Omit<Construction, "stack">): void {
    const stack = look(shapeOf(`made by ${construction.package}`, construction.name ?? ""));
    if (stack === undefined) return;
    constructions.push({ ...construction, stack });
    isNews = true;
  }

  function records(): readonly AgentRecord[] {
    awake = false;
    budget.refill();
    const all = [...(isNews ? late : []), ...written];
    late.push(...written.filter(({ stack }) => siteOf(stack) === undefined));
    written = [];
    isNews = false;
    return all.flatMap(recordsOf).filter((record) => {
      const key = JSON.stringify(record);
      const isNew = !told.has(key) && told.size < MAXIMUM_PLACES;
      if (isNew) told.add(key);
      return isNew;
    });
  }

  function recordsOf({ set, stack }: Written): readonly AgentRecord[] {
    const { name, attributes } = set;
    const last = (wanted: string) => attributes.findLast((each) => each.name === wanted)?.value ?? "";
    const cookie = {
      version: recordVersion,
      name,
      secure: has(set, "secure"),
      httpOnly: has(set, "httponly"),
      sameSite: last("samesite"),
      path: last("path"),
      domain: last("domain"),
      deletion: isDeletion(set, Date.now()),
    } as const;
    const { above } = placeIn(stack);
    const [by = null] = above;
    const site = siteOf(stack);
    if (site !== undefined) return [{ ...cookie, site: relative(site), madeAt: null, by }];
    // It was not set by the line that is below on the stack, but by one before.
    const maker = above.find((each) => constructing.has(each)) ?? null;
    const made = maker === null ? [] : constructed(name, maker);
    if (made.length > 0) return made.map((madeAt) => ({ ...cookie, site: null, madeAt, by: maker }));
    const asking = wished(cookie);
    // What waits below for all that a framework does, such as a server of one's own, asked for nothing.
    const direct = asking.filter((each) => placeIn(each.stack).site?.awaits === false);
    const places = (direct.length > 0 ? direct : asking).flatMap((each) => placesOf(each, name, by));
    if (places.length > 0) return places.map((place) => ({ ...cookie, ...place }));
    return [{ ...cookie, site: null, madeAt: null, by: maker ?? by }];
  }

  /** The line that asked, or those that constructed what asked. */
  function placesOf(asked: Asked, name: string, by: string | null): Pick<AgentRecord, "site" | "madeAt" | "by">[] {
    const { site, above } = placeIn(asked.stack);
    const maker = above.find((each) => constructing.has(each));
    if (maker !== undefined) return constructed(name, maker).map((madeAt) => ({ site: null, madeAt, by: maker }));
    if (site === undefined) return [];
    return [{ site: relative(site), madeAt: configured(name), by: above[0] ?? asked.by ?? by }];
  }

  /** The lines that asked for such a cookie; all that asked for one of its name, where none asked for such a one. */
  function wished({ name, secure, deletion }: Pick<AgentRecord, "name" | "secure" | "deletion">): readonly Asked[] {
    const all = asked.get(name) ?? [];
    const alike = all.filter((each) => (each.secure ?? secure) === secure && (each.deletion ?? deletion) === deletion);
    return alike.length > 0 ? alike : all;
  }

  /** The lines that constructed what sets this cookie. */
  function constructed(name: string, maker: string): readonly Site[] {
    const all = constructions.filter((each) => each.package === maker);
    const named = all.filter((each) => each.name === name || `${each.name}.sig` === name);
    const candidates = named.length > 0 ? named : all.filter((each) => each.name === undefined);
    return sitesOf(candidates);
  }

  /** The line that gives a cookie of this name its attributes, apart from those that ask for it. */
  function configured(name: string): Site | null {
    const own = constructions.filter((each) => each.package === "" && each.name === name);
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

  return { writes, asks, asksLine, constructs, records };
}

const has = (set: SetCookie, wanted: string): boolean =>
  set.attributes.some((each) => each.name === wanted && !each.tooLong);

const laterPackages: ReadonlySet<string> = new Set(latePackages.map(({ name }) => name));
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
  readonly site: StackFrame | undefined;
  /** The packages above it, the uppermost first. */
  readonly above: readonly string[];
}

/** The line that set the cookie, unless it was set on behalf of another. */
function siteOf(stack: Stack): Frame | undefined {
  const { site, above } = placeIn(stack);
  return above.some((each) => laterPackages.has(each)) ? undefined : site;
}

function placeIn(stack: Stack): PlaceInStack {
  const above: string[] = [];
  for (const frame of stack) {
    const source = original(frame);
    const name = packageOf(source.file) ?? packageOf(frame.file);
    if (name === undefined && !hasMap(frame.file)) isApplication(frame.file);
    if (name === undefined) return { site: { ...frame, ...source }, above: [...new Set(above)] };
    // What stands in the place of Node's own function only passes the call on.
    if (above.length > 0 || !frame.passesOn) above.push(name);
  }
  return { site: undefined, above: [...new Set(above)] };
}
