import type { Condition, Context, WriteFact } from "../../framework.ts";
import { applicationsOf } from "./web-config.ts";

const LAST = /(EndRequest|PreSendRequestHeaders)$/;

/** Global.asax binds them by their names. */
export const handlers: readonly string[] = ["Application_EndRequest", "Application_PreSendRequestHeaders"];

/** Does it run when the response is done: in Global.asax, or in a module that Web.config names? */
export function runsAtTheEnd(write: WriteFact, context: Context): boolean {
  return eventOf(write, context) !== undefined && isRegistered(write, context);
}

/** The event by the name of its handler, or by what is added to it: `app.EndRequest += …`. */
export function eventOf(write: WriteFact, context: Context): string | undefined {
  const { function: name = "" } = write.within;
  const { file } = write.place;
  const ways = [write.place, ...write.calledFrom].filter((place) => place.file === file);
  const told = LAST.exec(name)?.[1] ?? LAST.exec(write.enteredBy?.function ?? "")?.[1];
  if (told !== undefined) return told;
  return context.facts.writes.find(({ key, place, valuePlace }) => {
    if (place.file !== file || !LAST.test(key ?? "")) return false;
    const { start, end } = valuePlace.span;
    const isInside = ways.some(({ span }) => start <= span.start && span.end <= end);
    return isInside || (name !== "" && new RegExp(`\\b${name}\\s*\\)?$`).test(context.text(file).slice(start, end)));
  })?.key;
}

function isRegistered({ within }: WriteFact, context: Context): boolean {
  const { class: name = "", bases } = within;
  if (!bases?.some((base) => /(?:^|\.)IHttpModule$/.test(base))) return true;
  return applicationsOf(context).some(({ file }) =>
    new RegExp(`type="(?:[\\w.]+\\.)?${name}\\b`).test(context.text(file)),
  );
}

/** The handler that leads to an assignment, which may stand in a method that it calls. */
export function handlerOf({ within, enteredBy }: WriteFact): string | undefined {
  const entered = enteredBy?.function;
  return entered !== undefined && LAST.test(entered) ? entered : within.function;
}

/** A condition that production meets, or that asks no more than whether the cookie is there, or what leads to it. */
export function isMet({ kind, says, holds }: Condition, { place }: WriteFact, context: Context): boolean {
  if (holds === true) return true;
  const [, asked = ""] = /^([\w.[\]"]+)(?: (?:==|!=) null| is not null|\.Count > 0)$/.exec(says) ?? [];
  if (kind !== "branch" || asked === "") return false;
  const [written] = /^\w+/.exec(context.text(place.file).slice(place.span.start, place.span.end)) ?? [];
  return (
    asked === written ||
    /^(?:app|application|context|ctx|HttpContext\.Current|(?:\w+\.)*Response(?:\.Cookies(?:\[(?:\w+|"[^"]*")\])?)?)$/i.test(
      asked,
    )
  );
}
