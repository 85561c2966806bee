import {
  type CallFact,
  type Context,
  type Cookie,
  type Edit,
  type Fix,
  findArgument,
  memberOf,
  named,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type SeenArgument,
  type SeenObject,
  type WriteFact,
} from "../framework.ts";
import { addArgument, addMember, replace, turnOnAssignment } from "../write.ts";
import { isPast } from "./csharp.ts";

/** `Cookies.Append(name, value, options)`, which ASP.NET Core has from OWIN: both call the type `CookieOptions`. */

/** `new CookieOptions()`, or `new()` where the parameter gives the type. */
function isOptions(object: SeenObject): boolean {
  const { from } = object;
  if (from === undefined || !from.new || from.arguments.length > 1) return false;
  return from.callee.length === 0 || named(from.callee, "*.CookieOptions");
}

/** The last argument: after name and value, or after a list of pairs. */
export function optionsOf(call: CallFact): SeenArgument | undefined {
  const second = findArgument(call, 1, "options");
  const isSecond =
    call.method === "Delete" || second?.value.some(({ data }) => data.kind === "object" && isOptions(data));
  return isSecond === true ? second : findArgument(call, 2, "options");
}

/** A member of options; those made of others (`new CookieOptions(others)`) have theirs. */
export function optionOf(seen: Seen, name: string, depth = 4): Seen {
  return seen.flatMap((each): Seen => {
    const own = memberOf([each], name, isOptions);
    const others =
      each.data.kind === "object" && isOptions(each.data) ? each.data.from?.arguments[0]?.value : undefined;
    if (others === undefined || depth === 0) return own;
    const isLeftOut = ({ data }: SeenAlternative) => data.kind === "literal" && data.value === undefined;
    return own.flatMap((one) =>
      isLeftOut(one)
        ? optionOf(others, name, depth - 1).map((other) => ({ ...other, when: [...one.when, ...other.when] }))
        : [one],
    );
  });
}

/** Which objects a value may be. */
export function objectIds(seen: Seen): readonly number[] {
  return seen.flatMap(({ data }) => (data.kind === "object" ? [data.id] : []));
}

// ---- deletions and traps

/** `Delete`, or options that have expired. */
export function isDeletion(call: CallFact | WriteFact): boolean {
  if (call.kind === "write" || call.new) return false;
  if (call.method === "Delete") return true;
  return ["Expires", "MaxAge"].some((name) => {
    const end = optionOf(optionsOf(call)?.value ?? [], name);
    return end.length > 0 && end.every((each) => isPast(each) || named(pathsOf([each]), "*.DateTime.MinValue"));
  });
}

/** The header is rendered by `Append`: what is set afterwards reaches nobody. */
export function setTooLate(call: CallFact | WriteFact, context: Context): Cookie["remarks"] {
  if (call.kind === "write" || call.new) return [];
  const ids = objectIds(optionsOf(call)?.value ?? []);
  return context.facts.writes
    .filter(
      (write) =>
        write.key === "Secure" &&
        write.order > call.order &&
        write.place.file === call.place.file &&
        write.within.function === call.within.function &&
        objectIds(write.target).some((id) => ids.includes(id)) &&
        write.value.some(({ data }) => data.kind === "literal" && data.value === true),
    )
    .map((write) => {
      const says = "`Secure` is set after `Append`, which has written the header by then";
      return { kind: "ineffective", says, at: { from: "file", ...write.place, says } };
    });
}

// ---- fixes

/**
 * `Secure = true` in the options, or options with it.
 * @param seen the options
 * @param type `CookieOptions` as the file can name it
 */
export function fixOptions(call: CallFact, seen: Seen, type: string, context: Context): readonly Fix[] {
  const given = optionsOf(call);
  const text = context.text(call.place.file);
  if (!call.new && (given === undefined || isNull(given.value))) {
    const value = `new ${type} { Secure = true }`;
    if (given !== undefined) return secureFix([replace(text, given.valuePlace, value)]);
    return call.arguments.length === 2 ? secureFix(addArgument(text, call, value)) : [];
  }
  const set = optionOf(seen, "Secure").filter(({ data }) => data.kind !== "literal" || data.value !== undefined);
  if (set.length > 0) return secureFix(rewritten(set, context), isScheme(set));
  const [only] = seen;
  if (seen.length !== 1 || only?.data.kind !== "object" || only.data.from === undefined || !isOptions(only.data))
    return [];
  const { from } = only.data;
  return secureFix(addMember(context.text(from.place.file), from, "Secure", "true", false));
}

function isNull(seen: Seen): boolean {
  return seen.every(({ data }) => data.kind === "literal" && (data.value === null || data.value === undefined));
}

function isScheme(seen: Seen): boolean {
  return seen.some(({ when }) => when.some(({ kind }) => kind === "request-scheme"));
}

export function secureFix(edits: readonly Edit[] | undefined, decide = false): readonly Fix[] {
  if (edits === undefined || edits.length === 0) return [];
  const note = "The cookie is then not kept over plain http, where it may have been wanted in development.";
  return [{ title: "Set Secure", edits, ...(decide ? { safety: "needs a decision", note } : { safety: "safe" }) }];
}

/** The value of the one assignment that decides, written anew. */
function rewritten(set: Seen, context: Context): readonly Edit[] {
  const places = set.map(({ because: [first] }) => (first?.from === "file" ? first : undefined));
  const [place] = places;
  if (place === undefined || places.some((each) => each?.file !== place.file || each.span.end !== place.span.end))
    return [];
  return turnOnAssignment(context.text(place.file), place);
}
