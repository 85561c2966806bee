import {
  type CallFact,
  type Context,
  type Evidence,
  type Fix,
  type Given,
  imports,
  memberOf,
  named,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type SeenCall,
  type SeenObject,
  type WriteFact,
} from "../../framework.ts";
import { addMember, insertAfterLine, replace } from "../../write.ts";
import { flagSource, formsDefault, httpCookiesDefault } from "./own.ts";
import { type Application, applicationOf, applicationsOf, attributeFor } from "./web-config.ts";

export type Fact = CallFact | WriteFact;
type When = SeenAlternative["when"];

const RESPONSE = /(?:^|\.)(?:Http)?Response(?:Base|Wrapper)?$/i;
const COLLECTION = /(?:^|\.)(?:(?:Http)?Response(?:Base|Wrapper)?\.Cookies|HttpCookieCollection)$/i;
const INDEXED = /(?:^|\.)(?:Http)?Response(?:Base|Wrapper)?\.Cookies\[(.*)\]$/i;
const REQUESTED = /(?:^|\.)(?:Http)?Request(?:Base|Wrapper)?\.Cookies\[(.*)\]$/i;
export const AT_THE_END = /EndRequest$|PreSendRequestHeaders$/;

/** Files of ASP.NET Core and of OWIN speak of cookies in the same words. */
export function isSystemWeb(context: Context, file: string): boolean {
  return imports(context, file, "System.Web") && !imports(context, file, "Microsoft.AspNetCore", "Microsoft.Owin");
}

function receivers(call: SeenCall): readonly string[] {
  return call.callee.map((path) => path.slice(0, Math.max(path.lastIndexOf("."), 0)));
}

export function isConstructed({ from }: SeenObject): boolean {
  return from !== undefined && from.new && isHttpCookie(from);
}

function isHttpCookie(call: SeenCall): boolean {
  return named(call.callee, "*.HttpCookie");
}

function isTicket({ from }: SeenObject): boolean {
  return from !== undefined && named(from.callee, "*.FormsAuthentication.GetAuthCookie");
}

function isMade(object: SeenObject): boolean {
  return isConstructed(object) || isTicket(object);
}

/** `Response.Cookies.Add(c)`, `Response.AppendCookie(c)` and the like. */
export function isAdded(call: CallFact, context: Context): boolean {
  const pattern = call.method === "Add" || call.method === "Set" ? COLLECTION : RESPONSE;
  if (call.new || !receivers(call).some((path) => pattern.test(path))) return false;
  const [first] = call.arguments;
  if (first === undefined || call.arguments.length !== 1) return false;
  const foreign = first.value.some(({ data }) => data.kind === "object" && data.from?.new === true && !isMade(data));
  const ours = first.value.some(({ data }) => data.kind === "object" && isMade(data));
  return !foreign && (ours || isSystemWeb(context, call.place.file));
}

/** A cookie that is made and handed to somebody who is not seen adding it, or returned. */
export function isLeftAlone(call: CallFact, context: Context): boolean {
  const ours = call.new ? isHttpCookie(call) : named(call.callee, "*.FormsAuthentication.GetAuthCookie");
  if (!ours || !(isSystemWeb(context, call.place.file) || named(call.callee, "System.Web.HttpCookie"))) return false;
  return !takenPlaces(context).has(`${call.place.file}:${call.place.span.start}`);
}

const taken = new WeakMap<Context["facts"], ReadonlySet<string>>();

/** Where cookies are made that a call of some collection or response takes. */
function takenPlaces(context: Context): ReadonlySet<string> {
  const existing = taken.get(context.facts);
  if (existing !== undefined) return existing;
  const places = new Set<string>();
  for (const call of context.facts.calls) {
    if (!["Add", "Set", "AppendCookie", "SetCookie"].includes(call.method)) continue;
    if (
      !receivers(call).some((path) => COLLECTION.test(path) || RESPONSE.test(path) || /Request\.Cookies$/i.test(path))
    )
      continue;
    for (const { data } of call.arguments[0]?.value ?? [])
      if (data.kind === "object" && data.from !== undefined)
        places.add(`${data.from.place.file}:${data.from.place.span.start}`);
  }
  taken.set(context.facts, places);
  return places;
}

/** The cookie as it stands when the response is sent: what was changed after it was added counts. */
function held(fact: Fact): Seen {
  if (fact.kind === "write") return fact.target;
  if (isTaker(fact)) return (fact.late?.arguments[0] ?? fact.arguments[0])?.value ?? [];
  return fact.late?.result ?? [];
}

function isTaker(call: CallFact): boolean {
  return !call.new && call.method !== "GetAuthCookie";
}

function literal(value: string | boolean, because: readonly Evidence[], when: When = []): SeenAlternative {
  return { data: { kind: "literal", value }, when, because };
}

// ---- names

export function nameOf(fact: Fact, context: Context): Given | undefined {
  const seen =
    fact.kind === "write" ? nameOfIndex(fact) : held(fact).flatMap((each) => nameOfCookie(each, fact, context));
  return seen.length === 0 ? undefined : { seen, attribute: "name" };
}

function nameOfIndex(write: WriteFact): Seen {
  const name = indexOf(write);
  return name === undefined || name === "" ? [] : [literal(name, [])];
}

/** The name in `Response.Cookies["name"]`; empty when it is computed, undefined when it is something else. */
export function indexOf(write: WriteFact): string | undefined {
  for (const path of write.paths) {
    const found = INDEXED.exec(path);
    if (found !== null) return found[1];
  }
  return undefined;
}

function nameOfCookie(each: SeenAlternative, fact: Fact, context: Context): Seen {
  const { data } = each;
  if (data.kind === "object" && isTicket(data)) return [formsName(fact.place.file, context)];
  if (data.kind === "object" && isConstructed(data)) {
    const renamed = data.properties.get("Name");
    const given = renamed ?? data.from?.arguments[0]?.value ?? [];
    return given.map((one) =>
      named(pathsOf([one]), "*.FormsAuthentication.FormsCookieName") ? formsName(fact.place.file, context) : one,
    );
  }
  for (const path of pathsOf([each])) {
    const requested = REQUESTED.exec(path);
    if (requested !== null && requested[1] !== "") return [literal(requested[1]!, [])];
  }
  return [];
}

function formsName(file: string, context: Context): SeenAlternative {
  const application = governing(file, context);
  const name = application === undefined ? undefined : attributeFor(application, application.folder, "forms", "name");
  return literal(name?.value || ".ASPXAUTH", []);
}

// ---- Secure

/** The application of a file; a library's is the only one that there is. */
function governing(file: string, context: Context): Application | undefined {
  const own = applicationOf(file, context);
  const all = applicationsOf(context);
  return own ?? (all.length === 1 ? all[0] : undefined);
}

/** What the constructor takes from `httpCookies` for a file's folder; for a library, what all applications agree on. */
function httpCookiesFor(file: string, context: Context): Seen {
  const own = applicationOf(file, context);
  if (own !== undefined) return flagFor(own, file, "httpCookies");
  const all = applicationsOf(context).map((each) => flagFor(each, each.folder, "httpCookies"));
  const [first] = all;
  if (first === undefined) return defaultOf(httpCookiesDefault);
  const value = (seen: Seen) => (seen[0]?.data.kind === "literal" ? seen[0].data.value : undefined);
  if (all.every((each) => value(each) === value(first))) return first;
  const because = "the web applications of the project differ in `httpCookies requireSSL`";
  return [{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: [] }];
}

function flagFor(application: Application, path: string, section: "httpCookies" | "forms"): Seen {
  const [fault] = application.faults;
  if (fault !== undefined)
    return [
      {
        data: { kind: "unknown", because: fault.says, parameter: undefined },
        when: [],
        because: [{ from: "file", ...fault.at, says: fault.says }],
      },
    ];
  const flag = attributeFor(application, section === "forms" ? application.folder : path, section, "requireSSL");
  if (flag === undefined) return defaultOf(section === "forms" ? formsDefault : httpCookiesDefault);
  const source = flagSource(flag, section, application);
  if (source.kind !== "setting") return [];
  return source.given.seen.map((each) => ({
    ...each,
    because: [...each.because, told(each, `\`Secure\` is not set, and \`${section} requireSSL\` is \`${flag.value}\``)],
  }));
}

/** The last evidence decides; it is told in the words given. */
function told(each: SeenAlternative, says: string): Evidence {
  const last = each.because.at(-1);
  return last?.from === "file" ? { ...last, says } : { from: "deployment", says };
}

function defaultOf({ docs, says, value }: typeof httpCookiesDefault): Seen {
  const clause = `\`Secure\` is not set, and ${says}`;
  return [literal(value === true, [{ from: "docs", url: docs, says: clause }])];
}

/** Secure as the response is sent with it: what was set last, else what the object took when it was made. */
export function secureOf(fact: Fact, context: Context): Given | undefined {
  if (fact.kind === "write") return indexedSecure(fact, context);
  const late = held(fact);
  const flushed = isTaker(fact) ? flushedBefore(fact, late, context) : false;
  const objects = flushed ? (fact.arguments[0]?.value ?? []) : late;
  const indexed = isTaker(fact) ? laterIndexed(fact, context) : [];
  const seen = [...indexed, ...objects.flatMap((each) => secureOfObject(each, fact, context))];
  return { seen: resolved(seen, fact, context), attribute: "Secure", reading: { absent: "next" } };
}

function secureOfObject(each: SeenAlternative, fact: Fact, context: Context): Seen {
  const own = memberOf([each], "Secure", isMade);
  return own.flatMap((one) => {
    if (one.data.kind === "literal" && one.data.value === undefined)
      return defaultFor(each, fact, context).map((other) => ({ ...other, when: [...one.when, ...other.when] }));
    if (one.data.kind === "unknown" && pathsOf([each]).some((path) => REQUESTED.test(path)))
      return fromRequest(each, fact, context);
    return [one];
  });
}

function defaultFor(each: SeenAlternative, fact: Fact, context: Context): Seen {
  const { data } = each;
  if (data.kind !== "object" || data.from === undefined) return [];
  if (!isTicket(data)) return httpCookiesFor(data.from.place.file, context);
  const application = governing(fact.place.file, context);
  return application === undefined ? defaultOf(formsDefault) : flagFor(application, application.folder, "forms");
}

/** Whether a cookie out of the request takes the default of `httpCookies` differs between versions of the framework. */
function fromRequest(each: SeenAlternative, fact: Fact, context: Context): Seen {
  return httpCookiesFor(fact.place.file, context).map((one) => {
    if (one.data.kind === "literal" && one.data.value === false)
      return literal(false, [
        {
          from: "docs",
          url: httpCookiesDefault.docs,
          says: "a cookie out of the request has no Secure of its own, and nothing sets it",
        },
      ]);
    const because =
      "it is a cookie out of the request, which not every version of .NET Framework gives the default of `httpCookies`";
    return { ...each, data: { kind: "unknown", because, parameter: undefined } };
  });
}

/** `FormsAuthentication.RequireSSL` is what Web.config says. */
function resolved(seen: Seen, fact: Fact, context: Context): Seen {
  return seen.flatMap((each) => {
    if (!named(pathsOf([each]), "*.FormsAuthentication.RequireSSL")) return [each];
    const application = governing(fact.place.file, context);
    const given = application === undefined ? defaultOf(formsDefault) : flagFor(application, "", "forms");
    return given.map((one) => {
      const value = one.data.kind === "literal" && one.data.value === true;
      const says = `\`FormsAuthentication.RequireSSL\` is \`${value}\``;
      const [first] = one.because;
      return {
        ...one,
        when: [...each.when, ...one.when],
        because: first === undefined ? [] : [...one.because.slice(0, -1), { ...one.because.at(-1)!, says }],
      };
    });
  });
}

/** `Response.Flush()` between the call and the line that sets Secure: the headers are gone by then. */
function flushedBefore(call: CallFact, late: Seen, context: Context): boolean {
  const set = memberOf(late, "Secure", isMade).flatMap(({ because }) => because.slice(0, 1));
  return context.facts.calls.some(
    (other) =>
      other.method === "Flush" &&
      receivers(other).some((path) => RESPONSE.test(path)) &&
      sameFunction(other, call) &&
      other.place.span.start > call.place.span.start &&
      set.some((at) => at.from === "file" && at.span.start > other.place.span.start),
  );
}

function sameFunction(left: Fact, right: Fact): boolean {
  return (
    left.place.file === right.place.file &&
    left.within.function === right.within.function &&
    left.within.class === right.within.class
  );
}

/** `Response.Cookies["c"].Secure = true` in the function that adds `c`. */
function laterIndexed(call: CallFact, context: Context): Seen {
  const names = (nameOf(call, context)?.seen ?? []).flatMap(({ data }) =>
    data.kind === "literal" ? [String(data.value)] : [],
  );
  return folded(
    context.facts.writes.filter(
      (write) =>
        write.key === "Secure" &&
        sameFunction(write, call) &&
        write.order > call.order &&
        names.includes(indexOf(write) ?? ""),
    ),
  );
}

/** The last assignment wins; one under a condition leaves the others to what was before. */
function folded(writes: readonly WriteFact[]): Seen {
  const last = writes.at(-1);
  if (last === undefined) return [];
  const [condition] = last.conditions;
  const own = last.value.map((each) => ({
    ...each,
    when: [...last.conditions, ...each.when],
  }));
  if (condition === undefined || typeof condition.arm !== "boolean") return own;
  const before = folded(writes.slice(0, -1));
  const otherwise = { ...condition, arm: !condition.arm };
  const rest =
    before.length > 0 ? before : [{ data: { kind: "literal", value: undefined } as const, when: [], because: [] }];
  return [...own, ...rest.map((each) => ({ ...each, when: [otherwise, ...each.when] }))];
}

// ---- Response.Cookies["name"]

/** The assignments to one cookie in one function. */
function groupOf(write: WriteFact, context: Context): readonly WriteFact[] {
  const name = indexOf(write);
  return context.facts.writes.filter((other) => sameFunction(other, write) && indexOf(other) === name);
}

/** The first assignment stands for the cookie that they make together. */
export function isIndexed(write: WriteFact, context: Context): boolean {
  const name = indexOf(write);
  if (name === undefined || !isSystemWeb(context, write.place.file)) return false;
  const [first] = groupOf(write, context);
  if (first?.place.span.start !== write.place.span.start) return false;
  if (/^\d*$/.test(name) && write.key === "Secure") return false;
  if (/^asp\.net_sessionid$/i.test(name) && governing(write.place.file, context) !== undefined) return false;
  return !context.facts.calls.some(
    (call) =>
      sameFunction(call, write) &&
      isAdded(call, context) &&
      nameOf(call, context)?.seen.some(({ data }) => data.kind === "literal" && data.value === name) === true,
  );
}

function indexedSecure(write: WriteFact, context: Context): Given {
  const set = folded(groupOf(write, context).filter(({ key }) => key === "Secure"));
  const rest = httpCookiesFor(write.place.file, context);
  const seen = set.length === 0 ? rest : set;
  return {
    seen: resolved(
      seen.flatMap((each) =>
        each.data.kind === "literal" && each.data.value === undefined
          ? rest.map((one) => ({ ...one, when: [...each.when, ...one.when] }))
          : [each],
      ),
      write,
      context,
    ),
    attribute: "Secure",
  };
}

// ---- deletions

/** Does the expiry lie in the past, as far as the code says? */
export function isDeleted(fact: Fact, context: Context): boolean {
  const expires =
    fact.kind === "write"
      ? (groupOf(fact, context)
          .filter(({ key }) => key === "Expires")
          .at(-1)?.value ?? [])
      : memberOf(held(fact), "Expires", isMade);
  return expires.length > 0 && expires.every((each) => isPast(each));
}

function isPast({ data }: SeenAlternative): boolean {
  if (data.kind === "external") return named(data.paths, "*.DateTime.UnixEpoch");
  if (data.kind !== "object" || data.from === undefined) return false;
  const { from } = data;
  const [first] = from.arguments;
  const number =
    first?.value.length === 1 && first.value[0]?.data.kind === "literal"
      ? Number(first.value[0].data.value)
      : Number.NaN;
  if (from.new) return number >= 1 && number < 2020 && named(from.callee, "*.DateTime");
  return (
    (/^Add(?:Ticks|Milliseconds|Seconds|Minutes|Hours|Days|Months|Years)$/.test(from.method) && number < 0) ||
    from.method === "Subtract"
  );
}

// ---- fixes

/** `Secure = true` where the cookie is made, or behind what stands there. */
export function fixesOf(fact: Fact, context: Context): readonly Fix[] {
  const text = context.text(fact.place.file);
  if (fact.kind === "write") {
    const set = groupOf(fact, context)
      .filter(({ key }) => key === "Secure")
      .at(-1);
    if (set !== undefined) return set.conditions.length === 0 ? fixed([replace(text, set.valuePlace, "true")]) : [];
    const target = /^(.*?\])\s*\./s.exec(text.slice(fact.place.span.start, fact.place.span.end))?.[1];
    return target === undefined || target.includes("\n")
      ? []
      : fixed([insertAfterLine(text, fact.place.file, fact.place.span.end, `${target}.Secure = true;`)]);
  }
  const seen = held(fact);
  const set = memberOf(seen, "Secure", isMade);
  const [only] = set;
  const [object] = seen;
  if (set.length !== 1 || seen.length !== 1 || only === undefined || object?.data.kind !== "object") return [];
  const { from } = object.data;
  if (from === undefined) return [];
  if (only.data.kind !== "literal") return valueFix(only, context);
  if (only.data.value !== undefined) return valueFix(only, context);
  const source = context.text(from.place.file);
  if (!from.new) {
    const assigned = /(?:^|[\s(])(\w+)\s*=\s*$/.exec(source.slice(0, from.place.span.start).slice(-200))?.[1];
    const ends = /^;[ \t]*(?:\/\/.*)?\r?$/m.exec(source.slice(from.place.span.end))?.index === 0;
    return assigned === undefined || !ends
      ? []
      : fixed([insertAfterLine(source, from.place.file, from.place.span.end, `${assigned}.Secure = true;`)]);
  }
  const edits = addMember(source, from, "Secure", "true", fact.within.function !== undefined);
  return edits === undefined ? [] : fixed(edits);
}

/** The value that was assigned last is written anew. */
function valueFix(each: SeenAlternative, context: Context): readonly Fix[] {
  const last = each.because.at(-1);
  const [first] = each.because;
  if (last?.from !== "file" || first?.from !== "file") return [];
  const text = context.text(last.file);
  const written = text.slice(last.span.start, last.span.end);
  if (/^false$/.test(written)) return fixed([replace(text, last, "true")]);
  const assignment = context.text(first.file).slice(first.span.start, first.span.end);
  const found = /^[\w.]*\bSecure\s*=\s*([\s\S]+?)$/.exec(assignment);
  if (found === null) return [];
  const start = first.span.end - found[1]!.length;
  return fixed([replace(context.text(first.file), { file: first.file, span: { start, end: first.span.end } }, "true")]);
}

function fixed(edits: Fix["edits"]): readonly Fix[] {
  return [{ title: "Set Secure", safety: "safe", edits }];
}

// ---- the ticket that the runtime sets by itself

export function ticketName({ place }: Fact, context: Context): Given {
  return { seen: [formsName(place.file, context)], attribute: "name" };
}

export function ticketSecure({ place }: Fact, context: Context): Given | undefined {
  const application = governing(place.file, context);
  if (application === undefined) return undefined;
  return { seen: flagFor(application, application.folder, "forms"), attribute: "forms requireSSL" };
}
