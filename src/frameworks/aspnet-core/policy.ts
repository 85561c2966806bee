import {
  type CallFact,
  type Context,
  type Cookie,
  type Edit,
  type Evidence,
  type Fix,
  lastOf,
  type Place,
  type Seen,
  type WriteFact,
} from "../../framework.ts";
import { insertAfterLine, insertBefore, replace } from "../../write.ts";
import {
  callsFor,
  contains,
  fromConfiguration,
  nameOfOptions,
  policies,
  projectOf,
  proxyTrust,
  typeArgument,
  typeName,
} from "./application.ts";
import { boundSection } from "./bound-section.ts";

/** What an application mounts, by which its `Configure` is found. */
export const MIDDLEWARE: readonly string[] = [
  "UseForwardedHeaders",
  "UseHttpsRedirection",
  "UseHsts",
  "UseStaticFiles",
  "UseRouting",
  "UseAuthorization",
  "UseSession",
  "UseAuthentication",
  "UseMiddleware",
  "UseEndpoints",
  "UseMvc",
  "UseMvcWithDefaultRoute",
  "Use",
  "Run",
];

const CONFIGURE = ["Configure", "PostConfigure", "AddCookiePolicy"];

interface Policy {
  readonly use: CallFact | undefined;
  readonly value: Seen;
  readonly at: WriteFact | CallFact;
}

/** The cookie policy of the application that a file belongs to. */
function policyFor(file: string, context: Context): Policy | undefined {
  const configured = callsFor(file, context, ...CONFIGURE).filter(
    (call) =>
      call.method === "AddCookiePolicy" ||
      (typeArgument(call, context) === "CookiePolicyOptions" && nameOfOptions(call) === ""),
  );
  const [use] = usesOf(file, context);
  // Options that are handed to the middleware take the place of those that are configured.
  const isOwn = use !== undefined && use.arguments.length > 0;
  const holders = isOwn ? [] : configured;
  const writes = context.facts.writes.filter(
    (write) =>
      write.key === "Secure" &&
      write.notDeployed === undefined &&
      (holders.some((holder) => contains(holder.place, write.place)) ||
        (use !== undefined &&
          projectOf(write.place.file, context) === projectOf(use.place.file, context) &&
          !(isOwn && configured.some((holder) => contains(holder.place, write.place))) &&
          write.paths.some((path) => /(?:^|\.)CookiePolicyOptions$/.test(path)))) &&
      !write.paths.some((path) => path.endsWith(".CookieOptions")),
  );
  const bound = holders.flatMap((holder) => {
    const section = boundSection(holder, context);
    if (section === undefined) return [];
    const value = fromConfiguration(`${section.section}:Secure`, file, context);
    return [
      {
        value,
        conditions: holder.conditions,
        order: section.order,
        post: holder.method === "PostConfigure",
        at: holder,
      },
    ];
  });
  const changes = [
    ...writes.map((write) => ({
      value: write.value,
      conditions: write.conditions,
      order: write.order,
      post: holders.some((holder) => holder.method === "PostConfigure" && contains(holder.place, write.place)),
      at: write,
    })),
    ...bound,
  ].sort((a, b) => Number(a.post) - Number(b.post) || a.order - b.order);
  const last = changes.at(-1);
  return last === undefined ? undefined : { use, value: policies(lastOf(changes)), at: last.at };
}

/** Where the policy is mounted, in this deployment. */
function usesOf(file: string, context: Context): readonly CallFact[] {
  return callsFor(file, context, "UseCookiePolicy").filter(({ conditions }) =>
    conditions.every(({ holds }) => holds !== false),
  );
}

/** A last look: what `UseCookiePolicy` makes of the cookies that pass it. */
export function applyPolicy(cookies: readonly Cookie[], context: Context): readonly Cookie[] {
  const told = new Set<Policy["at"]>();
  return cookies.map((cookie) => {
    if (cookie.deletion || isRaw(cookie, context)) return cookie;
    const policy = policyFor(cookie.sink.file, context);
    const callback = callbackFor(cookie, context);
    const passed = policy === undefined ? cookie : past(cookie, policy, context, told);
    return callback === undefined ? passed : afterCallback(passed, callback, context);
  });
}

function isRaw({ sink }: Cookie, context: Context): boolean {
  return /\bHeaders\b|\bSetCookieHeaderValue$/.test(
    context.text(sink.file).slice(sink.span.start, sink.span.end).split("(")[0] ?? "",
  );
}

function past(cookie: Cookie, policy: Policy, context: Context, told: Set<Policy["at"]>): Cookie {
  if (!passes(cookie, policy, context)) return cookie;
  const branch = branchOf(cookie, policy, context);
  const covered = under(cookie, policy, context, told);
  if (branch === undefined || covered.verdict === cookie.verdict) return covered;
  const says = `the request takes the branch of \`${branch}\` that \`UseCookiePolicy\` stands in`;
  return { ...onlyWhen(cookie, says), because: `Secure only when ${says}`, decidedBy: covered.decidedBy };
}

/** The verdict of a cookie that something makes another one on a condition of the request. */
function onlyWhen(cookie: Cookie, says: string): Cookie {
  return { ...cookie, verdict: "conditional", condition: { on: "branch", says, inDeployment: null } };
}

/** The method that makes the branch which the policy stands in and the cookie does not. */
function branchOf({ sink }: Cookie, { use }: Policy, context: Context): string | undefined {
  if (use === undefined) return undefined;
  return callsFor(use.place.file, context, "UseWhen", "MapWhen", "Map").find(
    (call) => contains(call.place, use.place) && !contains(call.place, sink),
  )?.method;
}

/**
 * What is appended on the way in before the policy's middleware does not pass it; what is appended as the response
 * starts does, the session's cookie among it.
 */
function passes(cookie: Cookie, { use }: Policy, context: Context): boolean {
  if (use === undefined) return true;
  const holds = (call: CallFact) => contains(call.place, cookie.sink);
  if (callsFor(cookie.sink.file, context, "OnStarting").some(holds)) return true;
  const before = (call: CallFact) => call.order < use.order && call.place.file === use.place.file;
  const early = callsFor(use.place.file, context, "UseMiddleware").filter(before);
  const within = context.facts.calls.find(({ place }) => isSame(place, cookie.sink))?.within.class;
  if (within !== undefined && early.some((call) => typeArgument(call, context) === within)) return false;
  const inline = callsFor(use.place.file, context, "Use", "Run", "UseWhen").filter(before);
  if (inline.some(holds)) return false;
  const ended = callsFor(use.place.file, context, "UseEndpoints", "UseMvc", "UseMvcWithDefaultRoute").some(before);
  return (
    !ended ||
    cookie.name === ".AspNetCore.Session" ||
    /\bAddSession\b/.test(context.text(cookie.sink.file).slice(cookie.sink.span.start, cookie.sink.span.end))
  );
}

function isSame(one: Place, other: Place): boolean {
  return one.file === other.file && one.span.start === other.span.start && one.span.end === other.span.end;
}

function under(cookie: Cookie, { use, value, at }: Policy, context: Context, told: Set<Policy["at"]>): Cookie {
  const likely = value.filter(({ when }) => when.every(({ holds }) => holds !== false));
  const kinds = new Set(
    likely.map(({ data }) => (data.kind === "literal" ? String(data.value).toLowerCase() : "unknown")),
  );
  const [kind] = kinds;
  const evidence: Evidence = { from: "file", ...at.place, says: "the cookie policy is set here" };
  if (use === undefined) {
    if (cookie.verdict === "secure" || told.has(at)) return cookie;
    told.add(at);
    const says = "`CookiePolicyOptions` has no effect without `app.UseCookiePolicy()`";
    return { ...cookie, remarks: [...cookie.remarks, { kind: "ineffective", says, at: { ...evidence, says } }] };
  }
  if (kinds.size !== 1 || cookie.verdict === "secure") return cookie;
  const open = value.find(({ when }) => when.some(({ kind: on, holds }) => on === "configuration" && holds === true));
  const condition = open?.when.find(({ kind: on }) => on === "configuration");
  if (kind === "always" && condition !== undefined)
    return {
      ...cookie,
      verdict: "conditional",
      because: `\`UseCookiePolicy\` sets Secure when ${condition.says}, which is so in this deployment`,
      decidedBy: open?.because.at(-1) ?? evidence,
      evidence: [...cookie.evidence, evidence],
      condition: { on: "configuration", says: condition.says, inDeployment: "secure" },
      fixes: [],
    };
  if (kind === "always")
    return {
      ...cookie,
      verdict: "secure",
      because: "`UseCookiePolicy` sets it: `Secure` of the policy is `Always`",
      decidedBy: evidence,
      evidence: [...cookie.evidence, evidence],
      condition: undefined,
      fixes: [],
    };
  if (kind === "sameasrequest" && cookie.verdict === "insecure") {
    const says = "the request arrives as https";
    const trust = proxyTrust(context, { place: cookie.sink });
    const { tls } = context.deployment;
    const on = tls === "process" || (tls === "proxy" && trust.trusted === true);
    return {
      ...cookie,
      verdict: "conditional",
      because: `\`UseCookiePolicy\` sets it only when ${says}: \`Secure\` of the policy is \`SameAsRequest\``,
      decidedBy: evidence,
      evidence: [...cookie.evidence, evidence],
      condition: {
        on: "request-scheme",
        says: on ? says : `${says}: ${trust.because.says}`,
        inDeployment: on ? "secure" : "insecure",
      },
    };
  }
  return cookie;
}

/** `OnAppendCookie` runs after the policy and has the last word. */
function callbackFor(cookie: Cookie, context: Context): WriteFact | undefined {
  const [use] = usesOf(cookie.sink.file, context);
  if (use === undefined) return undefined;
  const project = projectOf(use.place.file, context);
  const set = context.facts.writes.filter(
    ({ key, place }) => key === "OnAppendCookie" && projectOf(place.file, context) === project,
  );
  const write = context.facts.writes.findLast(
    ({ key, paths, place, calledFrom }) =>
      key === "Secure" &&
      paths.some((path) => /\w\.CookieOptions$/.test(path)) &&
      set.some(({ valuePlace }) => [place, ...calledFrom].some((each) => contains(valuePlace, each))),
  );
  return write;
}

function afterCallback(cookie: Cookie, write: WriteFact, context: Context): Cookie {
  const [only] = write.value;
  if (write.value.length !== 1 || only?.data.kind !== "literal" || typeof only.data.value !== "boolean") return cookie;
  const secure = only.data.value;
  const says = `\`OnAppendCookie\` sets \`Secure\` to \`${secure}\`, after everything else`;
  const at: Evidence = { from: "file", ...write.place, says };
  const [condition] = write.conditions;
  if (condition !== undefined) {
    if (cookie.verdict === (secure ? "secure" : "insecure")) return cookie;
    const because = `\`OnAppendCookie\` sets \`Secure\` to \`${secure}\` only when \`${condition.says}\``;
    return { ...onlyWhen(cookie, condition.says), because, decidedBy: at, evidence: [...cookie.evidence, at] };
  }
  return {
    ...cookie,
    verdict: secure ? "secure" : "insecure",
    because: says,
    decidedBy: at,
    evidence: [...cookie.evidence, at],
    condition: undefined,
    fixes: secure
      ? []
      : [
          {
            title: "Set Secure in OnAppendCookie",
            safety: "safe",
            edits: [replace(context.text(write.place.file), write.valuePlace, "true")],
          },
        ],
  };
}

/** `UseCookiePolicy` for all cookies of the application, where it is built in one place that can be read. */
export function policyFix(call: CallFact, context: Context): readonly Fix[] {
  if (policyFor(call.place.file, context) !== undefined) return [];
  const edits = inProgram(call.place.file, context) ?? inStartup(call, context);
  if (edits === undefined) return [];
  return [
    {
      title: "Set Secure on every cookie by UseCookiePolicy",
      safety: "needs a decision",
      note: "It covers every cookie of the application that passes the middleware, also on plain http; headers written by hand stay as they are.",
      edits,
    },
  ];
}

/** `services.Configure<CookiePolicyOptions>(…);` */
function configuring(services: string, file: string, context: Context): string {
  const options = typeName("CookiePolicyOptions", file, context, "Microsoft.AspNetCore.Builder");
  return `${services}.Configure<${options}>(options => options.Secure = ${typeName("CookieSecurePolicy", file, context)}.Always);`;
}

function inProgram(file: string, context: Context): readonly Edit[] | undefined {
  const build = callsFor(file, context, "Build").find(({ callee }) =>
    callee.some((path) => /WebApplication\.Create(?:Slim)?Builder\(\)\.Build$/.test(path)),
  );
  if (build === undefined) return undefined;
  const text = context.text(build.place.file);
  const start = text.lastIndexOf("\n", build.place.span.start - 1) + 1;
  const statement = /^([ \t]*)(?:var|WebApplication)\s+(\w+)\s*=\s*(\w+)\.Build\(\)\s*;[ \t]*\r?$/m.exec(
    text.slice(start).split("\n")[0] ?? "",
  );
  if (statement === null) return undefined;
  const [, indent = "", app, builder] = statement;
  const before = insertBefore(
    text,
    build.place.file,
    start + indent.length,
    configuring(`${builder}.Services`, build.place.file, context),
  );
  if (before === undefined) return undefined;
  if (callsFor(file, context, "UseCookiePolicy").length > 0) return [before];
  const first = outermost(build, context) ?? build;
  return [before, insertAfterLine(text, build.place.file, first.place.span.end, `${app}.UseCookiePolicy();`)];
}

/** What settles the scheme, behind which the policy may stand first of all. */
function outermost({ place }: CallFact, context: Context): CallFact | undefined {
  return callsFor(place.file, context, "UseForwardedHeaders", "UseHttpsRedirection").findLast(
    (call) => call.place.file === place.file,
  );
}

/** The same in a class that has `ConfigureServices(services)` and `Configure(app)`. */
function inStartup(call: CallFact, context: Context): readonly Edit[] | undefined {
  const { file, span } = call.place;
  const text = context.text(file);
  const receiver = ({ place }: CallFact) => /^(\w+)\.\w/.exec(text.slice(place.span.start, place.span.end))?.[1];
  const services = receiver(call);
  const use = callsFor(file, context, ...MIDDLEWARE).find(
    ({ place, within }) => place.file === file && within.function === "Configure",
  );
  if (call.within.function !== "ConfigureServices" || services === undefined || use === undefined) return undefined;
  const app = receiver(use);
  if (app === undefined) return undefined;
  const before = insertBefore(text, file, span.start, configuring(services, file, context));
  if (before === undefined) return undefined;
  if (callsFor(file, context, "UseCookiePolicy").length > 0) return [before];
  const last = outermost(use, context);
  const mounted = `${app}.UseCookiePolicy();`;
  const after =
    last === undefined
      ? insertBefore(text, file, use.place.span.start, mounted)
      : insertAfterLine(text, file, last.place.span.end, mounted);
  return after === undefined ? undefined : [before, after];
}
