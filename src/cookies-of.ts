import type { Cookie } from "./cookie.ts";
import { fixesOf } from "./derive-fix.ts";
import type { Fix } from "./edit.ts";
import { elementPath } from "./evaluate/objects.ts";
import type { Evidence, Place } from "./evidence.ts";
import type { CallFact, Facts, WriteFact } from "./facts.ts";
import {
  type Context,
  type Framework,
  findArgument,
  type OwnCookie,
  type OwnSource,
  type ProxyTrust,
  type Sink,
  type Source,
} from "./framework.ts";
import { type Origin, originOf } from "./origin.ts";
import { schemeCondition } from "./verdict/conditions.ts";
import { deletesByText } from "./verdict/give.ts";
import { judge } from "./verdict/judge.ts";
import { isSensitiveName, readName } from "./verdict/name.ts";
import { ownPossibilities, possibilities } from "./verdict/possibilities.ts";

type Judgement = {
  readonly cookie: Cookie;
  readonly fact: CallFact | WriteFact;
  readonly parameter: string | undefined;
};

/** The cookies that a framework makes of the facts, each judged, with its fixes. */
export function cookiesOf(framework: Framework, context: Context): readonly Cookie[] {
  const judgements: Judgement[] = [];
  for (const sink of framework.sinks) {
    const facts: readonly (CallFact | WriteFact)[] =
      sink.on.kind === "call" ? callsOf(context, sink.on.method) : writesOf(context, sink.on.members);
    for (const fact of facts) {
      if (!matches(sink, fact, context)) continue;
      for (const each of sink.split?.(fact, context) ?? [fact])
        judgements.push(judgeFact(framework, sink, each, context));
    }
  }
  const cookies = [...chosen(judgements), ...(framework.own?.(context) ?? [])];
  return (framework.policy?.(cookies, context) ?? cookies).map(withCare);
}

const CARE: Readonly<Record<Origin, string>> = {
  test: "It stands among the tests: a client that speaks plain http may lose the cookie.",
  "third-party": "It is a copy of somebody else's code: the next update undoes the change.",
};

/** What stands among the tests, or comes from others, is not changed unasked. */
function withCare(cookie: Cookie): Cookie {
  if (cookie.fixes.length === 0) return cookie;
  const fixes = cookie.fixes.map((fix): Fix => {
    const [origin] = fix.edits.flatMap(({ file }) => originOf(file) ?? []);
    if (origin === undefined) return fix;
    const note = fix.note === undefined ? CARE[origin] : `${CARE[origin]} ${fix.note}`;
    return { ...fix, safety: "needs a decision", note };
  });
  return { ...cookie, fixes };
}

/** A cookie that a framework sets by itself, judged as those of sinks are. */
export function judgeOwn(own: OwnCookie, context: Context): Cookie {
  const at: Evidence = { from: "file", ...own.sink, says: "the cookie is set because of this" };
  const judged = judge(ownPossibilities(own.secure, own.language), at, own.trust, context);
  const cookie: Cookie = {
    name: own.name,
    framework: own.framework,
    verdict: judged.verdict,
    because: judged.because,
    sink: own.sink,
    decidedBy: judged.decidedBy,
    evidence: judged.evidence,
    condition: judged.condition,
    deletion: false,
    sensitive: own.sensitive ?? isSensitiveName(own.name),
    notDeployed: own.notDeployed,
    attributes: own.attributes ?? {},
    fixes: [],
    remarks: [...judged.remarks, ...(own.remarks ?? [])],
    ...attributeOf(own.secure),
  };
  const off = cookie.verdict === "insecure" || cookie.condition?.inDeployment === "insecure";
  return off && own.fixes !== undefined ? { ...cookie, fixes: own.fixes(cookie) } : cookie;
}

function matches(sink: Sink, fact: CallFact | WriteFact, context: Context): boolean {
  if (sink.on.kind === "call") return fact.kind === "call" && sink.on.matches(fact, context);
  return fact.kind === "write" && sink.on.matches(fact, context);
}

const byMethod = new WeakMap<Facts, Map<string, CallFact[]>>();

function callsOf(context: Context, methods: readonly string[]): readonly CallFact[] {
  let table = byMethod.get(context.facts);
  if (table === undefined) {
    table = new Map();
    for (const call of context.facts.calls) {
      const list = table.get(call.method);
      if (list === undefined) table.set(call.method, [call]);
      else list.push(call);
    }
    byMethod.set(context.facts, table);
  }
  return methods.flatMap((method) => table.get(method) ?? []);
}

function writesOf(context: Context, members: readonly string[]): readonly WriteFact[] {
  const keys = new Set(members.filter((member) => !member.endsWith("[]")));
  const elements = new Set(members.filter((member) => member.endsWith("[]")));
  return context.facts.writes.filter(
    (write) =>
      (write.key !== undefined && keys.has(write.key)) ||
      (elements.size > 0 && write.paths.some((path) => elements.has(elementPath(path)))),
  );
}

function judgeFact(framework: Framework, sink: Sink, fact: CallFact | WriteFact, context: Context): Judgement {
  const name = readName(sink.name, fact, context);
  const at: Evidence = { from: "file", ...fact.place, says: "the cookie is set here" };
  const all = possibilities(sink.secure, fact, context);
  const trust = framework.proxyTrust?.(context, fact);
  const judged = judge(all, at, trust, context);
  const deletion = sink.deletion?.(fact, context) === true || deletesByText(sink.secure, fact);
  const attributes: Record<string, string | number | boolean | null> = {};
  for (const [attribute, sources] of Object.entries(sink.attributes ?? {})) {
    const value = readName(sources, fact, context);
    if (value !== undefined) attributes[attribute] = value === "true" ? true : value === "false" ? false : value;
  }
  const calledFrom = fact.calledFrom.map((place): Evidence => ({ from: "file", ...place, says: "it is called here" }));
  const remarks = [...judged.remarks, ...(sink.remarks?.(fact, context) ?? [])];
  const madeAt = makingOf(sink, fact);
  const cookie: Cookie = {
    ...(madeAt === undefined ? {} : { madeAt }),
    name,
    framework: framework.name,
    verdict: judged.verdict,
    because: judged.because,
    sink: fact.place,
    decidedBy: judged.decidedBy,
    evidence: [...judged.evidence, ...calledFrom],
    condition: judged.condition,
    deletion,
    sensitive: sink.sensitive ?? isSensitiveName(name),
    notDeployed: fact.notDeployed ?? onPlainHttp(fact, trust, context),
    attributes,
    fixes: deletion ? [] : fixesOf(sink, fact, judged, context),
    remarks,
    ...attributeOf(sink.secure),
  };
  return { cookie, fact, parameter: judged.parameter };
}

/** A cookie that is set only where the request arrives as plain http, which the deployment rules out. */
function onPlainHttp(fact: CallFact | WriteFact, trust: ProxyTrust | undefined, context: Context): string | undefined {
  const asked = fact.conditions.find(({ kind, arm }) => kind === "request-scheme" && arm === false);
  if (asked === undefined) return undefined;
  const never = asked.holds === undefined ? schemeCondition(trust, context).inDeployment === "secure" : !asked.holds;
  return never ? `it is set only where ${asked.says}` : undefined;
}

/** How Secure is written where the first of the sources that can be written reads it. */
function attributeOf(sources: readonly (Source | OwnSource)[]): Pick<Cookie, "attribute"> {
  for (const source of sources) {
    const written = attributeIn(source);
    if (written !== undefined && written !== "") return { attribute: written };
  }
  return {};
}

function attributeIn(source: Source | OwnSource): string | undefined {
  switch (source.kind) {
    case "argument":
      return source.keyword ?? source.path.join(".");
    case "value":
      return source.path.join(".");
    case "setter":
      return source.names[0];
    case "setting":
      return source.given.attribute;
    default:
      return undefined;
  }
}

/** The constructor of the object that is the cookie. */
function makingOf(sink: Sink, fact: CallFact | WriteFact): Place | undefined {
  if (fact.kind !== "call") return undefined;
  const position = sink.cookie ?? sink.secure.find((source) => source.kind === "setter")?.of;
  if (typeof position !== "number") return undefined;
  const [only, ...others] = findArgument(fact, position)?.value ?? [];
  return others.length === 0 && only?.data.kind === "object" && only.data.from?.new === true
    ? only.data.from.place
    : undefined;
}

/** One cookie per place and name: what was reached through callers stands for what the code alone leaves open. */
function chosen(judgements: readonly Judgement[]): readonly Cookie[] {
  const groups = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    const { file, span } = judgement.cookie.sink;
    const key = `${file}:${span.start}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judgement]);
    else group.push(judgement);
  }
  const result: Cookie[] = [];
  for (const group of groups.values()) {
    const continued = new Set(group.flatMap(({ fact }) => ways(fact).slice(1)));
    const isSuperseded = ({ fact, parameter, cookie }: Judgement) =>
      (parameter !== undefined || cookie.name === undefined || fact.enteredBy !== undefined) &&
      continued.has(ways(fact)[0]!);
    const kept = group.filter((each) => !isSuperseded(each));
    const seen = new Map<string, Cookie>();
    for (const { cookie } of settled(kept.length === 0 ? group : kept)) {
      const decided = cookie.decidedBy.from === "file" ? `${cookie.decidedBy.file}:${cookie.decidedBy.span.start}` : "";
      const key = JSON.stringify([cookie.name, cookie.verdict, cookie.deletion, decided]);
      // What one caller rules out, another may reach.
      const same = seen.get(key);
      if (same === undefined || (same.notDeployed !== undefined && cookie.notDeployed === undefined))
        seen.set(key, cookie);
    }
    result.push(...seen.values());
  }
  return result;
}

/** The way to a fact from its outermost caller, and the same way from each function on it. */
function ways({ calledFrom }: CallFact | WriteFact): readonly string[] {
  const places = calledFrom.map(({ file, span }) => `${file}:${span.start}`);
  return [...places.keys(), places.length].map((from) => places.slice(from).join(" "));
}

/** What one way to a place leaves unknown says nothing more where another way shows that the cookie may lack Secure. */
function settled(judgements: readonly Judgement[]): readonly Judgement[] {
  const told = new Set(
    judgements.flatMap(({ cookie: { name, verdict } }) =>
      verdict === "insecure" || verdict === "conditional" ? [name] : [],
    ),
  );
  return judgements.filter(({ cookie }) => cookie.verdict !== "unknown" || !told.has(cookie.name));
}
