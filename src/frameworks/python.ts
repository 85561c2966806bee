import {
  always,
  argument,
  type CallFact,
  type CallPattern,
  type Context,
  custom,
  type Edit,
  type Fix,
  fallback,
  findArgument,
  type Given,
  header,
  isOnlyTarget,
  type Place,
  pathsOf,
  type Seen,
  type SeenAlternative,
  type SeenArgument,
  type Sink,
  type Source,
  type WriteFact,
  type WritePattern,
} from "../framework.ts";
import { insert, insertBehind, replace, uncomment } from "../write.ts";

/** What the frameworks of Python have in common. */

export function isTest(file: string): boolean {
  return /(?:^|\/)(?:tests?|testing)\/|(?:^|\/)(?:conftest|tests?|test_[^/]*|[^/]*_tests?)\.py$/.test(file);
}

/** How many folders two files share from the root on. */
export function sharedFolders(left: string, right: string): number {
  const [a, b] = [left.split("/").slice(0, -1), right.split("/").slice(0, -1)];
  const index = a.findIndex((folder, position) => folder !== b[position]);
  return index === -1 ? a.length : index;
}

/** Orders files by their nearness to one: most folders shared, then fewest of their own. */
export function byNearness(to: string): (left: string, right: string) => number {
  return (left, right) =>
    sharedFolders(right, to) - sharedFolders(left, to) || left.split("/").length - right.split("/").length;
}

export function literalText(seen: Seen | undefined): string | undefined {
  const [only] = seen ?? [];
  return seen?.length === 1 && only?.data.kind === "literal" && typeof only.data.value === "string"
    ? only.data.value
    : undefined;
}

/**
 * `set_cookie(name, …)`, and not `CookieJar.set_cookie(cookie)` of an HTTP client, which takes nothing else, nor
 * `helper.set_cookie(response, …)`, which sets it where the helper is written.
 */
export function namesCookie(call: CallFact): boolean {
  const [first] = call.arguments;
  if (first === undefined || pathsOf(first.value).some((path) => /(?:^|[._])resp(?:onse)?$/i.test(path))) return false;
  return (
    call.arguments.length > 1 ||
    first.spread !== undefined ||
    first.name !== undefined ||
    literalText(first.value) !== undefined
  );
}

/**
 * `max_age=0`, `expires=0` or a moment of 1970: the browser drops the cookie.
 * @param position of `max_age`, which `expires` follows
 */
export function expiresAtOnce(fact: CallFact | WriteFact, position: number): boolean {
  if (fact.kind !== "call") return false;
  const literal = (at: number, keyword: string) => {
    const [only] = findArgument(fact, at, keyword)?.value ?? [];
    return only?.data.kind === "literal" ? only.data.value : undefined;
  };
  return isOver(literal(position, "max_age"), literal(position + 1, "expires"));
}

export function isOver(age: unknown, moment: unknown): boolean {
  if (typeof age === "number" && age <= 0) return true;
  return moment === 0 || (typeof moment === "string" && moment.includes("1970"));
}

/** `cookies["a"]["secure"] = True` after `cookies["a"] = …`, in its quotes. */
export function secureMorsel(fact: WriteFact, context: Context): readonly Fix[] {
  // Under a computed name it would not be found again.
  if (!isOnlyTarget(fact) || fact.key === undefined) return [];
  const { file, span } = fact.place;
  const text = context.text(file);
  const target = text.slice(span.start, span.end);
  const quote = /\[\s*[a-z]{0,2}(["'])/i.exec(target)?.[1] ?? '"';
  const statement = `${target}[${quote}secure${quote}] = True`;
  const whole = { start: span.start, end: fact.valuePlace.span.end };
  const edits = [insertBehind(text, file, whole, statement)];
  return [{ title: "Set Secure", safety: "safe", edits }];
}

/** A value that a morsel is given, and where. */
export type MorselWrite = Pick<WriteFact, "value" | "valuePlace" | "conditions" | "order">;

/**
 * Later writes to the morsel of a cookie in the function that set it, `…cookies["a"]["secure"] = …` and
 * `…cookies["a"].update({"secure": …})`. A morsel's keys have no case.
 */
export function morselWrites(
  fact: CallFact | WriteFact,
  key: string,
  isMorsel: (path: string, name: string) => boolean,
  context: Context,
): readonly MorselWrite[] {
  // A key that is not known is written as nothing: `cookies[name]["secure"]` is a morsel of `cookies[]`.
  const name = fact.kind === "write" ? (fact.key ?? "") : literalText(findArgument(fact, 0, "key")?.value);
  if (name === undefined) return [];
  const follows = ({ order, place, within }: CallFact | WriteFact) =>
    order > fact.order && place.file === fact.place.file && within.function === fact.within.function;
  const isOf = (paths: readonly string[]) => paths.some((path) => isMorsel(path, name));
  const writes = context.facts.writes.filter(
    (write) => write.index && write.key?.toLowerCase() === key && follows(write) && isOf(write.paths),
  );
  const updates = context.facts.calls.filter(
    (call) => call.method === "update" && follows(call) && isOf(pathsOf(call.receiver)),
  );
  return [...writes, ...updates.flatMap((call) => updated(call, key))].sort((a, b) => a.order - b.order);
}

function updated({ arguments: [given], conditions, order }: CallFact, key: string): readonly MorselWrite[] {
  const value = given?.value.flatMap((each): Seen => {
    const { data } = each;
    const isWritten = data.kind === "object" && data.literal !== undefined;
    const held = isWritten ? [...data.properties].find(([name]) => name.toLowerCase() === key)?.[1] : undefined;
    if (held !== undefined) return held.map((one) => ({ ...one, when: [...each.when, ...one.when] }));
    if (isWritten && data.open === undefined) return [];
    const because = isWritten ? data.open! : "what `update` is given is not known";
    return [{ ...each, data: { kind: "unknown", because, parameter: undefined } }];
  });
  return value === undefined || value.length === 0 ? [] : [{ value, valuePlace: given!.valuePlace, conditions, order }];
}

/** What is written to the morsel's `secure` last. */
export function morselSecure(isMorsel: (path: string, name: string) => boolean): Source {
  return custom((fact, context): Given | undefined => {
    const last = morselWrites(fact, "secure", isMorsel, context).at(-1);
    if (last === undefined) return undefined;
    const sometimes = last.conditions.filter((condition) => !fact.conditions.some((own) => own.key === condition.key));
    const not: SeenAlternative = { data: { kind: "literal", value: undefined }, when: [], because: [] };
    return {
      seen: [
        ...last.value.map((each) => ({ ...each, when: [...each.when, ...sometimes] })),
        ...sometimes.map((condition) => ({
          ...not,
          when: [{ ...condition, arm: typeof condition.arm === "boolean" ? !condition.arm : `not ${condition.arm}` }],
        })),
      ],
      attribute: "secure",
      valuePlace: last.valuePlace,
    };
  });
}

/** `NAME = True` at the end of a class's body, where an attribute may always stand, or for its lone `pass`. */
export function addToClass(place: Place, name: string, context: Context): Edit | undefined {
  const text = context.text(place.file);
  const { start, end } = place.span;
  const body = text.slice(start, end);
  const header = /^class\b[^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*([ \t]+)(?=\S)/.exec(body);
  if (header === null) return undefined;
  const statement = `${name} = True`;
  const commented = uncomment(text, place, name, statement);
  if (commented !== undefined) return commented;
  const only = /^(pass|\.\.\.)\s*$/.exec(body.slice(header[0].length))?.[1];
  if (only !== undefined) {
    const at = start + header[0].length;
    return replace(text, { file: place.file, span: { start: at, end: at + only.length } }, statement);
  }
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return insert(place.file, start + body.trimEnd().length, `${newline}${header[1]}${statement}`);
}

/** `Response("…", headers={"Set-Cookie": "…"})`, by the classes of responses that take headers. */
export function headersOption(method: readonly string[], isResponse: CallPattern["matches"]): Sink {
  return {
    on: {
      kind: "call",
      method,
      matches: (call, context) => headersGiven(call).length > 0 && isResponse(call, context),
    },
    split: asHeaders,
    name: [header(0, "name")],
    secure: [header(0, "secure")],
  };
}

function asHeaders(fact: CallFact | WriteFact): readonly (CallFact | WriteFact)[] {
  return fact.kind === "call" ? headersGiven(fact).map((given) => ({ ...fact, arguments: [given] })) : [];
}

/** The texts of `Set-Cookie` among the headers, each as an argument of its own; the first argument is the body. */
function headersGiven(call: CallFact): readonly SeenArgument[] {
  return call.arguments.flatMap((argument, index) =>
    index === 0 && argument.name !== "headers"
      ? []
      : setCookieTexts(argument.value).map((value) => ({ ...argument, name: undefined, value })),
  );
}

/** `return "…", 200, {"Set-Cookie": "…"}` of a view. */
export function returnedHeaders(isView: WritePattern["matches"]): Sink {
  return {
    on: {
      kind: "write",
      members: ["return[]"],
      matches: (write, context) => returnedTexts(write).length > 0 && isView(write, context),
    },
    split: (fact) => (fact.kind === "write" ? returnedTexts(fact).map((value) => ({ ...fact, value })) : []),
    name: [header("value", "name")],
    secure: [header("value", "secure")],
  };
}

function returnedTexts(write: WriteFact): readonly Seen[] {
  if (write.paths[0] !== "return") return [];
  return write.value.flatMap(({ data }) =>
    data.kind === "object" ? (data.items ?? []).slice(1).flatMap(setCookieTexts) : [],
  );
}

/** What a dictionary of headers, or a list of pairs, has under `Set-Cookie`. */
export function setCookieTexts(headers: Seen): readonly Seen[] {
  for (const { data } of headers) {
    if (data.kind !== "object" || data.literal === undefined) continue;
    const named = [...data.properties].flatMap(([name, value]) => (isSetCookie(name, value) ? [value] : []));
    const found = [...named, ...(data.items ?? []).flatMap(setCookiePair)];
    if (found.length > 0) return found;
  }
  return [];
}

/** The text of a pair `("Set-Cookie", text)`. */
export function setCookiePair(pair: Seen): readonly Seen[] {
  const [name, value = []] = pair[0]?.data.kind === "object" ? (pair[0].data.items ?? []) : [];
  return isSetCookie(literalText(name) ?? "", value) ? [value] : [];
}

function isSetCookie(name: string, value: Seen): boolean {
  return /^set-cookie$/i.test(name) && value.length > 0;
}

/** `response.delete_cookie(key)`. */
export function deletionCall(matches: CallPattern["matches"], docs: string): Sink {
  return {
    on: { kind: "call", method: ["delete_cookie"], matches },
    name: [argument(0, "key")],
    secure: [fallback(false, docs, "`delete_cookie` expires the cookie, which needs no Secure")],
    deletion: always,
  };
}
