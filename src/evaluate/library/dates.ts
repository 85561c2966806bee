import { type Alternative, known, mapValue, nextIdentity, onlyLiteral, unknown, type Value } from "../../value.ts";
import type { HeapObject } from "../heap.ts";
import { type LibraryContext, type LibraryFunction, objectOf } from "./function.ts";

/** Where a date that was set keeps its time, in milliseconds since 1970. */
const TIME = "[time]";
/** Where it keeps whether that has passed. */
export const PAST = "[past]";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** How long the parts of a date last, about. */
const LASTING: Readonly<Record<string, number>> = {
  Milliseconds: 1,
  Seconds: SECOND,
  Minutes: 60 * SECOND,
  Hours: 3_600 * SECOND,
  Date: DAY,
  Month: 30 * DAY,
  FullYear: 365 * DAY,
};

/** A number that is `fromNow` more than what the clock gives when the code runs. */
function clock(fromNow: number, trace?: Alternative["trace"]): Value {
  const data = { kind: "unknown", because: "it hangs on the clock", id: nextIdentity(), fromNow } as const;
  return [{ data, when: [], trace }];
}

const unknownTime = (each?: Alternative): Value => unknown("the date is not known", each?.trace);

type Look = (id: number) => HeapObject | undefined;

/** The time of a `Date`, as it was made or set last; undefined for any other object. */
function timeOf(object: HeapObject | undefined, look: Look): Value | undefined {
  if (object === undefined || !object.paths.includes("Date") || object.origin.kind !== "call") return undefined;
  const set = object.properties.get(TIME);
  if (set !== undefined) return set;
  const { call } = object.origin;
  const [first, ...others] = call.arguments;
  if (!call.new || [first, ...others].some((argument) => argument?.spread !== undefined)) return undefined;
  if (first === undefined) return clock(0);
  if (others.length > 0) return ofParts(call.arguments.map(({ value }) => onlyLiteral(value)));
  return mapValue(first.value, (data, each) => {
    if (data.kind === "literal" && typeof data.value === "number") return known(data.value, each.trace);
    if (data.kind === "literal" && typeof data.value === "string") {
      const time = Date.parse(data.value);
      return Number.isNaN(time) ? unknownTime(each) : known(time, each.trace);
    }
    if (data.kind === "unknown" && data.fromNow !== undefined) return [{ ...each, when: [] }];
    const copied = data.kind === "object" ? look(data.id) : undefined;
    return (copied === object ? undefined : timeOf(copied, look)) ?? unknownTime(each);
  });
}

/** `new Date(year, month, …)`, in the zone of this machine: within a day it is the same anywhere. */
function ofParts(parts: readonly unknown[]): Value {
  const [year = 0, month = 0, ...others] = parts.filter((each) => typeof each === "number");
  const isKnown = parts.every((each) => typeof each === "number") && parts.length <= 7;
  const [day = 1, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = others;
  return isKnown ? known(new Date(year, month, day, hours, minutes, seconds, milliseconds).getTime()) : unknownTime();
}

/** Has the moment passed when the code runs? */
function isPast({ data }: Alternative): boolean | undefined {
  if (data.kind === "literal" && typeof data.value === "number") return data.value <= Date.now();
  return data.kind === "unknown" && data.fromNow !== undefined ? data.fromNow <= 0 : undefined;
}

/** A date as a text. A moment that has passed by then is told as the first of all: which one it is, only the clock knows. */
function written(time: Value): Value {
  return time.map((each) => {
    const { data } = each;
    if (data.kind === "literal" && typeof data.value === "number" && Math.abs(data.value) <= 8.64e15)
      return { ...each, data: { kind: "literal", value: new Date(data.value).toUTCString() } };
    return isPast(each) === true
      ? { ...each, data: { kind: "literal", value: new Date(0).toUTCString() } }
      : { ...each, data: { kind: "text", parts: [undefined] } };
  });
}

/** The text that a `Date` is put into a text as; any other value stays. */
export function datesWritten(value: Value, look: Look): Value {
  return value.flatMap((each) => {
    const time = each.data.kind === "object" ? timeOf(look(each.data.id), look) : undefined;
    return time === undefined
      ? [each]
      : written(time).map(({ data, when, trace }) => ({
          data,
          when: [...each.when, ...when],
          trace: each.trace ?? trace,
        }));
  });
}

function timeOfReceiver(receiver: Value | undefined, context: LibraryContext): Value | undefined {
  return timeOf(objectOf(receiver, context), context.object);
}

const text: LibraryFunction = (_args, context, receiver) => {
  const time = timeOfReceiver(receiver, context);
  return time === undefined ? undefined : written(time);
};

const number: LibraryFunction = (_args, context, receiver) => timeOfReceiver(receiver, context);

/** `date.getDate()`: counted from what the clock gives, when the date is told by the clock. */
const part: LibraryFunction = (_args, context, receiver) => {
  const time = timeOfReceiver(receiver, context);
  return time === undefined
    ? undefined
    : mapValue(time, (data, each) => ("fromNow" in data ? clock(0) : unknownTime(each)));
};

/** `date.setTime(number)`, and with how long a part lasts, `date.setDate(date.getDate() + 1)`. */
function setter(lasting: number | undefined): LibraryFunction {
  return (args, context, receiver) => {
    const [only] = receiver ?? [];
    const before = timeOfReceiver(receiver, context);
    const given = args[0]?.value;
    if (only?.data.kind !== "object" || before === undefined || given === undefined) return undefined;
    const time = mapValue(given, (data, each) => {
      if (lasting === undefined)
        return typeof onlyLiteral([each]) === "number" || "fromNow" in data
          ? [{ ...each, when: [] }]
          : unknownTime(each);
      if (data.kind !== "unknown" || data.fromNow === undefined) return unknownTime(each);
      const by = data.fromNow * lasting;
      return mapValue(before, (old) =>
        old.kind === "unknown" && old.fromNow !== undefined ? clock(old.fromNow + by) : unknownTime(each),
      );
    });
    const object = context.own(only.data.id);
    if (object === undefined) return undefined;
    object.properties.set(TIME, time);
    object.properties.set(
      PAST,
      time.map((each) => {
        const past = isPast(each);
        return past === undefined ? each : { ...each, data: { kind: "literal", value: past } };
      }),
    );
    return time;
  };
}

/** JavaScript's `Date`, as far as it says whether a moment has passed. */
export const dateFunctions: Readonly<Record<string, LibraryFunction>> = Object.fromEntries(
  [
    ["now", () => clock(0)] as const,
    ...["toUTCString", "toGMTString", "toString", "toISOString"].map((name) => [name, text] as const),
    ...["getTime", "valueOf"].map((name) => [name, number] as const),
    ["setTime", setter(undefined)] as const,
    ...Object.entries(LASTING).flatMap(([name, lasting]) =>
      ["", "UTC"].flatMap((zone) => [
        [`get${zone}${name}`, part] as const,
        [`set${zone}${name}`, setter(lasting)] as const,
      ]),
    ),
  ].map(([name, done]) => [`javascript:Date.${name}`, done]),
);
