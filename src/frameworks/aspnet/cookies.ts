import {
  type CallFact,
  type Context,
  type Edit,
  type Evidence,
  excludes,
  type Fix,
  type Given,
  imports,
  lastOf,
  memberOf,
  named,
  once,
  onTheWay,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type SeenCall,
  type SeenObject,
  type WriteFact,
} from "../../framework.ts";
import { addMember, insertAfterLine, insertBefore, turnOnAssignment } from "../../write.ts";
import { isPast } from "../csharp.ts";
import { flagSource, formsDefault, httpCookiesDefault } from "./own.ts";
import { type Application, applicationOf, applicationsOf, attributeFor } from "./web-config.ts";

export type Fact = CallFact | WriteFact;
type When = SeenAlternative["when"];

const RESPONSE = /(?:^|\.)(?:Http)?Response(?:Base|Wrapper)?$/i;
const COLLECTION = /(?:^|\.)(?:(?:Http)?Response(?:Base|Wrapper)?\.Cookies|HttpCookieCollection)$/i;
const INDEXED = /(?:^|\.)(?:Http)?Response(?:Base|Wrapper)?\.Cookies\[([^\]]*)\](?:\.Values)?$/i;
const REQUESTED = /(?:^|\.)(?:Http)?Request(?:Base|Wrapper)?\.Cookies\[(.*)\]$/i;

/** Files of ASP.NET Core speak of cookies in the same words; those of OWIN stand beside System.Web's. */
export function isSystemWeb(context: Context, file: string): boolean {
  return imports(context, file, "System.Web") && !imports(context, file, "Microsoft.AspNetCore");
}

/** A piece of code without `using`s, as documentation shows it: `HttpCookie` and `FormsAuthentication` are System.Web's alone. */
export function isShown(context: Context, file: string): boolean {
  return isSystemWeb(context, file) || context.facts.modules.get(file)?.imports.length === 0;
}

function receivers(call: SeenCall): readonly string[] {
  return call.callee.map((path) => path.slice(0, Math.max(path.lastIndexOf("."), 0)));
}

function isConstructed({ from }: SeenObject): boolean {
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
  if (call.new || !receivers(call).some((path) => pattern.test(path)) || isWrapper(call)) return false;
  const [first] = call.arguments;
  if (first === undefined || call.arguments.length !== 1) return false;
  const foreign = first.value.some(({ data }) => data.kind === "object" && data.from?.new === true && !isMade(data));
  const ours = first.value.some(({ data }) => data.kind === "object" && isMade(data));
  return !foreign && (ours || isSystemWeb(context, call.place.file));
}

/** A wrapper of the response hands on what others add. */
function isWrapper({ method, within }: CallFact): boolean {
  return within.function === method && within.bases.some((base) => /(?:^|\.)HttpResponse(?:Base|Wrapper)$/.test(base));
}

/** A cookie that is made and handed to somebody who is not seen adding it, or returned. */
export function isLeftAlone(call: CallFact, context: Context): boolean {
  const ours = call.new ? isHttpCookie(call) : named(call.callee, "*.FormsAuthentication.GetAuthCookie");
  if (!ours || !(isShown(context, call.place.file) || named(call.callee, "System.Web.HttpCookie"))) return false;
  if (isOnlyRead(call, context)) return false;
  return !takenPlaces(context).has(`${call.place.file}:${call.place.span.start}`);
}

/** `FormsAuthentication.GetAuthCookie(…).Expires`: a member is asked for, and the cookie is dropped. */
function isOnlyRead({ place: { file, span } }: CallFact, context: Context): boolean {
  return /^\s*\??\.\s*\w/.test(context.text(file).slice(span.end, span.end + 100));
}

/** Where cookies are made that a call of some collection or response takes. */
const takenPlaces = once((context): ReadonlySet<string> => {
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
  return places;
});

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
export function httpCookiesFor(file: string, context: Context): Seen {
  const own = applicationOf(file, context);
  if (own !== undefined) return flagFor(own, file, "httpCookies");
  const all = applicationsOf(context).map((each) => flagFor(each, each.folder, "httpCookies"));
  const [first] = all;
  if (first === undefined) return defaultOf(httpCookiesDefault);
  if (all.every((each) => valueOf(each) === valueOf(first))) return first;
  const because = "the web applications of the project differ in `httpCookies requireSSL`";
  return [{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: [] }];
}

function valueOf([first]: Seen): unknown {
  return first?.data.kind === "literal" ? first.data.value : undefined;
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
  return source.given.seen;
}

function defaultOf({ docs }: typeof httpCookiesDefault): Seen {
  const section = docs === formsDefault.docs ? "forms" : "httpCookies";
  const says = `\`Secure\` is not set, nor is \`requireSSL\` of \`${section}\`, and the default is off`;
  return [literal(false, [{ from: "docs", url: docs, says }])];
}

/** Secure as it was set last before the response is sent. */
export function secureOf(fact: Fact, context: Context): Given | undefined {
  const seen = fact.kind === "write" ? lastOf(secureWrites(fact, context)) : setOn(fact, context);
  return seen.length === 0 ? undefined : { seen: resolved(seen, fact, context), attribute: "Secure" };
}

function setOn(call: CallFact, context: Context): Seen {
  const late = held(call);
  const flushed = isTaker(call) && flushedBefore(call, late, context);
  const objects = flushed ? (call.arguments[0]?.value ?? []) : late;
  const own = objects.flatMap((each) => setOnOne(each, "Secure", call, context));
  const indexed = isTaker(call) ? laterIndexed(call, context) : [];
  if (indexed.length === 0) return own;
  const before = (each: SeenAlternative) =>
    each.data.kind === "literal" && each.data.value === undefined
      ? own.map((one) => ({ ...one, when: [...each.when, ...one.when] }))
      : [each];
  return indexed.flatMap(before);
}

/** A member of a cookie; one out of the request is known by the name that it was asked for by. */
function setOnOne(each: SeenAlternative, key: string, fact: Fact, context: Context): Seen {
  if (!isRequested(each) || each.data.kind === "object")
    return memberOf([each], key, (object) => isMade(object) || object.paths.some((path) => REQUESTED.test(path)));
  const names = pathsOf([each]).flatMap((path) => REQUESTED.exec(path)?.slice(1) ?? []);
  const writes = context.facts.writes.filter(
    (write) =>
      write.key === key &&
      sameFunction(write, fact) &&
      write.paths.some((path) => names.includes(REQUESTED.exec(path)?.[1] ?? "-")),
  );
  const seen: Seen =
    writes.length > 0 ? lastOf(writes) : [{ data: { kind: "literal", value: undefined }, when: [], because: [] }];
  return onTheWay(fact, seen).map((one) => ({ ...one, when: [...each.when, ...one.when] }));
}

function isRequested(each: SeenAlternative): boolean {
  return pathsOf([each]).some((path) => REQUESTED.test(path));
}

/** What the cookie took when it was made: the default of `httpCookies`, or of `forms` for a ticket. */
export function defaultSecure(fact: Fact, context: Context): Given | undefined {
  if (fact.kind === "write") return asDefault(httpCookiesFor(fact.place.file, context));
  const seen = held(fact).flatMap((each): Seen => {
    const { data } = each;
    if (isRequested(each)) return fromRequest(each, fact, context);
    if (data.kind !== "object" || data.from === undefined) return [];
    const given = isTicket(data) ? formsFor(fact.place.file, context) : httpCookiesFor(data.from.place.file, context);
    return given.map((one) => ({ ...one, when: [...each.when, ...one.when] }));
  });
  return seen.length === 0 ? undefined : asDefault(seen);
}

function asDefault(seen: Seen): Given {
  const [first] = seen;
  const last = first?.because.at(-1);
  const known = first?.data.kind === "literal" && last?.from === "file";
  const section = known && /forms/.test(last.says) ? "forms" : "httpCookies";
  const says = known
    ? `\`Secure\` is not set, and \`${section} requireSSL\` is \`${String(first.data.kind === "literal" && first.data.value)}\``
    : undefined;
  return { seen, attribute: "Secure", ...(says === undefined ? {} : { says }) };
}

function formsFor(file: string, context: Context): Seen {
  const application = governing(file, context);
  return application === undefined ? defaultOf(formsDefault) : flagFor(application, application.folder, "forms");
}

/** Whether a cookie out of the request takes the default of `httpCookies` differs between versions of the framework. */
function fromRequest(each: SeenAlternative, fact: Fact, context: Context): Seen {
  return httpCookiesFor(fact.place.file, context).map((one) => {
    if (one.data.kind === "literal" && one.data.value === false) {
      const says = "it comes out of the request, where cookies have no Secure, and nothing sets it";
      return literal(false, [{ from: "docs", url: httpCookiesDefault.docs, says }]);
    }
    const because =
      "the cookie comes out of the request, and not every version of .NET Framework gives such a one the default of `httpCookies`";
    return { ...each, data: { kind: "unknown", because, parameter: undefined } };
  });
}

/** `FormsAuthentication.RequireSSL` is what Web.config says. */
function resolved(seen: Seen, fact: Fact, context: Context): Seen {
  return seen.flatMap((each) => {
    if (!named(pathsOf([each]), "*.FormsAuthentication.RequireSSL")) return [each];
    return formsFor(fact.place.file, context).map((one) => {
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

/** Did the same calls lead to both? */
function sameWay(left: Fact, right: Fact): boolean {
  const wayOf = ({ calledFrom }: Fact) => calledFrom.map(({ file, span }) => `${file}:${span.start}`).join();
  return wayOf(left) === wayOf(right);
}

/** `Response.Cookies["c"].Secure = true` in the function that adds `c`. */
function laterIndexed(call: CallFact, context: Context): Seen {
  const names = new Set(
    (nameOf(call, context)?.seen ?? []).flatMap(({ data }) => (data.kind === "literal" ? [String(data.value)] : [])),
  );
  return lastOf(
    context.facts.writes.filter(
      (write) =>
        write.key === "Secure" &&
        sameFunction(write, call) &&
        write.order > call.order &&
        names.has(indexOf(write) ?? ""),
    ),
  );
}

// ---- Response.Cookies["name"]

/** The assignments to one cookie in one function. */
function groupOf(write: WriteFact, context: Context): readonly WriteFact[] {
  let groups = groupings.get(context.facts);
  if (groups === undefined) {
    groups = new Map();
    for (const each of context.facts.writes) {
      const key = groupKey(each);
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [each]);
      else group.push(each);
    }
    groupings.set(context.facts, groups);
  }
  return groups.get(groupKey(write) ?? "") ?? [];
}

const groupings = new WeakMap<Context["facts"], Map<string, WriteFact[]>>();

function groupKey(write: WriteFact): string | undefined {
  const name = indexOf(write);
  const { place, within } = write;
  return name === undefined ? undefined : JSON.stringify([place.file, within.class, within.function, name]);
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
      sameWay(call, write) &&
      !excludes(call, write) &&
      isAdded(call, context) &&
      nameOf(call, context)?.seen.some(({ data }) => data.kind === "literal" && data.value === name) === true,
  );
}

function secureWrites(write: WriteFact, context: Context): readonly WriteFact[] {
  return groupOf(write, context).filter(({ key }) => key === "Secure");
}

// ---- deletions

/** Does the expiry lie in the past, as far as the code says? */
export function isDeleted(fact: Fact, context: Context): boolean {
  const expires =
    fact.kind === "write"
      ? (groupOf(fact, context).findLast(({ key }) => key === "Expires")?.value ?? [])
      : onTheWay(
          fact,
          held(fact).flatMap((each) => setOnOne(each, "Expires", fact, context)),
        );
  return expires.length > 0 && expires.every((each) => isPast(each));
}

// ---- fixes

/** `Secure = true` where the cookie is made, or behind what stands there. */
export function fixesOf(fact: Fact, context: Context): readonly Fix[] {
  const text = context.text(fact.place.file);
  if (fact.kind === "write") {
    const set = secureWrites(fact, context);
    if (set.length > 0) return rewritten(lastOf(set), context);
    const target = /^(.*?\])\s*[.[]/s.exec(text.slice(fact.place.span.start, fact.place.span.end))?.[1];
    return target === undefined || target.includes("\n")
      ? []
      : fixed([insertAfterLine(text, fact.place.file, fact.place.span.end, `${target}.Secure = true;`)]);
  }
  const set = setOn(fact, context);
  if (set.some(({ data }) => data.kind !== "literal" || data.value !== undefined)) {
    const again = rewritten(set, context);
    return again.length > 0 || !isTaker(fact) ? again : fixed(beforeCall(fact, text) ?? []);
  }
  const seen = held(fact);
  const [only] = seen;
  if (seen.length === 1 && only?.data.kind === "object" && only.data.from?.new === true) {
    const { from } = only.data;
    const edits = addMember(context.text(from.place.file), from, "Secure", "true", fact.within.function !== undefined);
    return edits === undefined ? [] : fixed(edits);
  }
  return fixed(beforeCall(fact, text) ?? afterTicket(fact, text) ?? []);
}

/** `c.Secure = true;` on the line before the cookie is added by its name. */
function beforeCall({ place, arguments: [first] }: CallFact, text: string): readonly Edit[] | undefined {
  const name = first === undefined ? "" : text.slice(first.valuePlace.span.start, first.valuePlace.span.end);
  if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const edit = insertBefore(text, place.file, place.span.start, `${name}.Secure = true;`);
  return edit === undefined ? undefined : [edit];
}

/** Behind the line that keeps what `GetAuthCookie` gives. */
function afterTicket({ place }: CallFact, text: string): readonly Edit[] | undefined {
  const name = /(?:^|[\s(])(\w+)\s*=\s*$/.exec(text.slice(Math.max(place.span.start - 200, 0), place.span.start))?.[1];
  if (name === undefined || !/^;[ \t]*(?:\/\/.*)?\r?(?:\n|$)/.test(text.slice(place.span.end, place.span.end + 200)))
    return undefined;
  return [insertAfterLine(text, place.file, place.span.end, `${name}.Secure = true;`)];
}

/** The value that is assigned is written anew, where there is one assignment. */
function rewritten(set: Seen, context: Context): readonly Fix[] {
  const assigned = set.filter(({ data }) => data.kind !== "literal" || data.value !== undefined);
  const places = assigned.map(({ because: [first] }) => (first?.from === "file" ? first : undefined));
  const [place] = places;
  if (place === undefined || places.some((each) => each?.file !== place.file || each.span.end !== place.span.end))
    return [];
  const text = context.text(place.file);
  const edits = turnOnAssignment(text, place);
  if (edits.length === 0) return [];
  if (assigned.every(({ data }) => data.kind === "literal" && data.value === false)) return fixed(edits);
  const note = "The cookie is then not kept over plain http, where it may have been wanted in development.";
  return [{ title: "Set Secure", safety: "needs a decision", note, edits }];
}

function fixed(edits: readonly Edit[]): readonly Fix[] {
  if (edits.length === 0) return [];
  return [{ title: "Set Secure", safety: "safe", edits }];
}

// ---- the ticket that the runtime sets by itself

export function ticketName({ place }: Fact, context: Context): Given {
  return { seen: [formsName(place.file, context)], attribute: "name" };
}

export function ticketSecure({ place }: Fact, context: Context): Given | undefined {
  return { seen: formsFor(place.file, context), attribute: "forms requireSSL" };
}
