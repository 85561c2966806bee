import type { Condition, Context, WriteFact } from "../../framework.ts";
import { applicationsOf } from "./web-config.ts";

const LAST = /(EndRequest|PreSendRequestHeaders)$/;

/** Does it run when the response is done: in Global.asax, or in a module that Web.config names? */
export function runsAtTheEnd(write: WriteFact, context: Context): boolean {
  return eventOf(write, context) !== undefined && isRegistered(write, context);
}

/** The event by the name of its handler, or by what is added to it: `app.EndRequest += …`. */
export function eventOf(write: WriteFact, context: Context): string | undefined {
  const { function: name = "" } = write.within;
  const { file, span } = write.place;
  const told = LAST.exec(name)?.[1];
  if (told !== undefined) return told;
  return context.facts.writes.find(({ key, place, valuePlace }) => {
    if (place.file !== file || !LAST.test(key ?? "")) return false;
    const { start, end } = valuePlace.span;
    const isInside = start <= span.start && span.end <= end;
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

/** A condition that asks no more than whether the cookie is there, or what leads to it. */
export function isOnlyThere({ kind, says }: Condition, { place }: WriteFact, context: Context): boolean {
  const [, asked = ""] = /^([\w.[\]]+)(?: (?:==|!=) null| is not null|\.Count > 0)$/.exec(says) ?? [];
  if (kind !== "branch" || asked === "") return false;
  const [written] = /^\w+/.exec(context.text(place.file).slice(place.span.start, place.span.end)) ?? [];
  return (
    asked === written ||
    /^(?:app|application|context|ctx|HttpContext\.Current|(?:\w+\.)*Response(?:\.Cookies(?:\[\w+\])?)?)$/i.test(asked)
  );
}
