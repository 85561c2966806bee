import {
  type CallFact,
  type Condition,
  type Context,
  custom,
  fallback,
  type Given,
  imports,
  named,
  once,
  type Remark,
  type SeenAlternative,
  type SeenArgument,
  type SeenObject,
  type Sink,
  setter,
  type WriteFact,
} from "../../framework.ts";
import { testing } from "../java.ts";
import { fixAtAddition, fixAtConstructor } from "./fixes.ts";
import {
  cookieArgument,
  docs,
  isCookieConstructor,
  isCookieType,
  isResponse,
  madeBy,
  objectsOf,
} from "./servlet-api.ts";
import { attributeSecure } from "./versions.ts";

type Fact = CallFact | WriteFact;

/** The state that counts for a fact: at the addition, or for a cookie that is never added at the end. */
function stateOf(fact: Fact): readonly SeenAlternative[] {
  if (fact.kind !== "call") return [];
  if (fact.new) return fact.late?.result ?? [];
  if (fact.method === "setSecure") return fact.receiver ?? [];
  return thatIs(cookieArgument(fact));
}

/** `null` is no cookie: what is added on the other ways counts. */
function thatIs(seen: readonly SeenAlternative[]): readonly SeenAlternative[] {
  const cookies = seen.filter(({ data }) => data.kind !== "literal" || (data.value ?? undefined) !== undefined);
  return cookies.length === 0 ? seen : cookies;
}

function isSecureSetter(name: string): boolean {
  return name === "setSecure()" || /^setAttribute\(secure\)$/i.test(name);
}

/** What the last setter of Secure was given, as `Given` alternatives; undefined where none was called. */
function lastSetter(object: SeenObject): { name: string; value: readonly SeenAlternative[] } | undefined {
  let last: { name: string; value: readonly SeenAlternative[] } | undefined;
  for (const [name, value] of object.properties) if (isSecureSetter(name)) last = { name, value };
  return last;
}

function settersOf(each: SeenAlternative, context: Context, hops = 0): readonly SeenAlternative[] {
  const { data } = each;
  if (data.kind !== "object") {
    const because = data.kind === "unknown" ? data.because : "the cookie comes from outside the project";
    const parameter = data.kind === "unknown" ? data.parameter : undefined;
    return [{ ...each, data: { kind: "unknown", because, parameter } }];
  }
  const last = lastSetter(data);
  if (last !== undefined) {
    return last.value.flatMap((value) =>
      value.data.kind === "literal" && value.data.value === undefined
        ? withoutSetter(data, { ...each, when: [...each.when, ...value.when] }, context, hops)
        : attributeSecure({ ...value, when: [...each.when, ...value.when] }, context),
    );
  }
  return withoutSetter(data, each, context, hops);
}

/** A cookie of the code's own making is not Secure; one that it was handed may be anything. */
function withoutSetter(
  data: SeenObject,
  each: SeenAlternative,
  context: Context,
  hops: number,
): readonly SeenAlternative[] {
  const absent: SeenAlternative = { ...each, data: { kind: "literal", value: undefined } };
  if (data.from?.new === true || data.instanceOf.length > 0 || isRequestCookie(data)) return [absent];
  if (data.from?.method === "clone" && data.from.receiver !== undefined && hops < 5)
    return data.from.receiver.flatMap((original) => settersOf(original, context, hops + 1));
  const because =
    data.parameter === undefined
      ? `the cookie comes from \`${data.paths[0] ?? "outside the project"}\``
      : `the cookie is the caller's \`${data.parameter}\``;
  return [{ ...each, data: { kind: "unknown", because, parameter: data.parameter } }];
}

/**
 * What `request.getCookies()` gives carries a name and a value and no attributes; Spring's `WebUtils` looks for one
 * there by its name.
 */
function isRequestCookie(object: SeenObject): boolean {
  return object.paths.some((path) => /(^|\.)getCookies\(\)\[/.test(path)) || isFound(object);
}

/** https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/web/util/WebUtils.html */
function isFound({ paths }: SeenObject): boolean {
  return named(paths, "org.springframework.web.util.WebUtils.getCookie()");
}

function readSecure(fact: Fact, context: Context): Given | undefined {
  const seen = stateOf(fact).flatMap((each) => settersOf(each, context));
  if (seen.length === 0) return undefined;
  return { seen, attribute: "setSecure" };
}

function readName(fact: Fact): Given | undefined {
  const seen = stateOf(fact).flatMap(({ data }): readonly SeenAlternative[] => {
    if (data.kind !== "object") return [];
    if (isFound(data)) return data.from?.arguments[1]?.value ?? [];
    return madeBy(data)?.arguments[0]?.value ?? data.properties.get("super()") ?? [];
  });
  return seen.length === 0 ? undefined : { seen, attribute: "name" };
}

function isZero(seen: readonly SeenAlternative[] | undefined): boolean {
  return seen !== undefined && seen.length > 0 && seen.every(({ data }) => data.kind === "literal" && data.value === 0);
}

/** A cookie whose age is set to zero is removed by the browser when it arrives. */
function isDeletion(fact: Fact): boolean {
  const objects = objectsOf(stateOf(fact));
  return objects.length > 0 && objects.every(({ properties }) => isZero(properties.get("setMaxAge()")));
}

const attributesOf = (of: number | "result") => ({
  httponly: [setter(of, "setHttpOnly()")],
  path: [setter(of, "setPath()")],
  domain: [setter(of, "setDomain()")],
  "max-age": [setter(of, "setMaxAge()")],
  samesite: [setter(of, "setAttribute(SameSite)")],
});

const secure = custom(readSecure);
const name = custom(readName);

/** `response.addCookie(cookie)`: the header is written with the state that the cookie has now. */
export const added: Sink = {
  on: {
    kind: "call",
    method: ["addCookie"],
    late: true,
    matches: (call, context) =>
      call.arguments.length === 1 && isAddition(call, context) && !isWrapper(call) && !isThrownAway(call, context),
  },
  split: eachOfList,
  name: [name],
  cookie: 0,
  secure: [
    secure,
    fallback(false, docs.cookie, "`setSecure` is not called before `addCookie`, and the default is off"),
  ],
  attributes: attributesOf(0),
  deletion: isDeletion,
  remarks: laterChange,
  fixes: (fact, context) => (fact.kind === "call" ? fixAtAddition(fact, context) : []),
};

/** `for (Cookie each : cookies) response.addCookie(each)`: one fact for each cookie of the list. */
function eachOfList(fact: Fact): readonly Fact[] {
  const elements = new Set(stateOf(fact).map(({ when }) => when.find(isElement)?.arm));
  if (fact.kind !== "call" || elements.size < 2 || elements.has(undefined)) return [fact];
  return [...elements].map((arm) => ({
    ...fact,
    arguments: fact.arguments.map((argument) => ofElement(argument, arm)),
    late: fact.late && { ...fact.late, arguments: fact.late.arguments.map((argument) => ofElement(argument, arm)) },
  }));
}

function isElement({ key }: Condition): boolean {
  return key.endsWith(":element");
}

function ofElement(argument: SeenArgument, arm: Condition["arm"] | undefined): SeenArgument {
  const own = argument.value.filter(({ when }) => when.some((each) => isElement(each) && each.arm === arm));
  return { ...argument, value: own.map((each) => ({ ...each, when: each.when.filter((when) => !isElement(when)) })) };
}

export function isAddition(call: CallFact, context: Context): boolean {
  if (call.method !== "addCookie") return false;
  const isServletCookie = objectsOf(cookieArgument(call)).some(
    (object) => isCookieType(object.paths) || isCookieType(object.from?.callee ?? []),
  );
  return isServletCookie || isResponse(call, context);
}

/** `response.reset()` behind it, whatever happens, takes back what was added before. */
function isThrownAway(call: CallFact, context: Context): boolean {
  const keys = new Set(call.conditions.map(({ key, arm }) => `${key} ${arm}`));
  return context.facts.calls.some(
    (other) =>
      other.method === "reset" &&
      other.order > call.order &&
      other.place.file === call.place.file &&
      other.within.function === call.within.function &&
      isResponse(other, context) &&
      other.conditions.every(({ key, arm }) => keys.has(`${key} ${arm}`)),
  );
}

/** A response wrapper hands on what others add: it is a policy, and no place that sets a cookie. */
export function isWrapper(call: CallFact): boolean {
  return (
    call.within.function === "addCookie" &&
    call.within.bases.some((base) => /HttpServletResponse(?:Wrapper)?$/.test(base))
  );
}

/** Setters that run after `addCookie` come too late for Tomcat and Jetty. */
function laterChange(fact: Fact): readonly Remark[] {
  if (fact.kind !== "call" || fact.late === undefined) return [];
  const before = objectsOf(cookieArgument(fact))[0];
  const after = objectsOf(fact.late.arguments[0]?.value ?? [])[0];
  if (before === undefined || after === undefined) return [];
  const [then, now] = [lastSetter(before)?.value, lastSetter(after)?.value];
  const [was, is] = [literalOf(then), literalOf(now)];
  if (now === undefined || is === was || typeof is !== "boolean") return [];
  const at = now[0]?.because[0] ?? { from: "file" as const, ...fact.place, says: "the cookie is added here" };
  if (is)
    return [
      {
        kind: "ineffective",
        says: "`setSecure(true)` comes after `addCookie`: Tomcat and Jetty have written the header by then, only Undertow and WildFly read the cookie later",
        at,
      },
    ];
  return [
    {
      kind: "note",
      says: "`setSecure(false)` comes after `addCookie`: Tomcat and Jetty have written the header by then, Undertow and WildFly read the cookie later and send it without Secure",
      at,
    },
  ];
}

/** The text of an attribute counts as what it says. */
function literalOf(seen: readonly SeenAlternative[] | undefined): unknown {
  if (seen?.length !== 1) return undefined;
  const data = seen[0]?.data;
  if (data?.kind !== "literal") return undefined;
  return typeof data.value === "string" ? /^true$/i.test(data.value) : data.value;
}

/** `new Cookie(…)` that the project is not seen to add: its state at the end is what somebody else will add. */
export const made: Sink = {
  on: {
    kind: "call",
    method: ["Cookie"],
    late: true,
    matches: (call, context) => isCookieConstructor(call, context) && !handling(context).knows(call),
  },
  name: [name],
  secure: [secure, fallback(false, docs.cookie, "`setSecure` is never called, and the default is off")],
  attributes: attributesOf("result"),
  deletion: isDeletion,
  fixes: (fact, context) => (fact.kind === "call" ? fixAtConstructor(fact, context) : []),
};

/** `cookie.setSecure(false)`, or `true`, on a cookie that was made elsewhere and is added elsewhere. */
export const switched: Sink = {
  on: {
    kind: "call",
    method: ["setSecure"],
    matches: (call, context) =>
      typeof literalOf(call.arguments[0]?.value) === "boolean" &&
      objectsOf(call.receiver ?? []).some((object) => isCookieType(object.paths)) &&
      !handling(context).follows(call),
  },
  name: [],
  secure: [
    custom((fact) =>
      fact.kind === "call" ? { seen: fact.arguments[0]?.value ?? [], attribute: "setSecure" } : undefined,
    ),
  ],
};

/** Which cookies the project is seen to add to a response, or to give to a request in a test. */
interface Handling {
  /** Is this setter seen to run on a cookie that is judged elsewhere? */
  readonly follows: (setter: CallFact) => boolean;
  readonly knows: (constructor: CallFact) => boolean;
}

/** Methods that take the cookies of a request. */
export const requestMethods = ["cookie", "cookies", "setCookies", "thenReturn", "willReturn"];

const handling = once((context): Handling => {
  const ids = new Set<number>();
  const places = new Set<string>();
  for (const call of context.facts.calls) {
    const isRequest = requestMethods.includes(call.method);
    if (!isRequest && !isAddition(call, context)) continue;
    for (const argument of call.arguments) note(argument.value, ids, places, 0);
  }
  const followed = new Set<string>();
  for (const call of context.facts.calls) {
    const isJudged = (object: SeenObject) =>
      ids.has(object.id) || madeBy(object) !== undefined || object.instanceOf.length > 0 || isRequestCookie(object);
    if (call.method === "setSecure" && objectsOf(call.receiver ?? []).some(isJudged)) followed.add(placeKey(call));
  }
  return {
    follows: (setter) => followed.has(placeKey(setter)),
    knows: (constructor) =>
      places.has(placeKey(constructor)) ||
      (constructor.result !== undefined && ids.has(constructor.result)) ||
      imports(context, constructor.place.file, ...testing),
  };
});

function note(seen: readonly SeenAlternative[], ids: Set<number>, places: Set<string>, depth: number): void {
  for (const object of objectsOf(seen)) {
    ids.add(object.id);
    const maker = madeBy(object);
    if (maker !== undefined) places.add(placeKey(maker));
    if (depth < 2) for (const item of object.items ?? []) note(item, ids, places, depth + 1);
  }
}

function placeKey({ place }: { readonly place: CallFact["place"] }): string {
  return `${place.file}:${place.span.start}`;
}
