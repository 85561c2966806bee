import type { Remark, Verdict, VerdictCondition } from "../cookie.ts";
import type { Evidence } from "../evidence.ts";
import type { Context, ProxyTrust } from "../framework.ts";
import type { Condition } from "../value.ts";
import { schemeCondition, settledCondition, settledSays, telling } from "./conditions.ts";
import type { Possibility } from "./possibilities.ts";

export interface Judged {
  readonly verdict: Verdict;
  readonly because: string;
  readonly decidedBy: Evidence;
  readonly evidence: readonly Evidence[];
  readonly condition: VerdictCondition | undefined;
  readonly remarks: readonly Remark[];
  /** The possibility that decided, for the fix. */
  readonly deciding: Possibility | undefined;
  /** The parameter that the verdict hangs on, or why it is unknown: callers that are seen may settle it. */
  readonly parameter: string | undefined;
}

/**
 * The verdict over all possibilities. `sink` stands in as evidence where a possibility has none.
 * @param trust whether a proxy that ends TLS is believed, for what follows the request's scheme
 */
export function judge(
  all: readonly Possibility[],
  sink: Evidence,
  trust: ProxyTrust | undefined,
  context: Context,
): Judged {
  const remarks = all.flatMap((each): Remark[] =>
    each.wrongType === undefined ? [] : [{ kind: "wrong-type", says: each.wrongType, at: decider(each, sink) }],
  );
  const made: Make = (verdict, deciding, because, condition) => ({
    verdict,
    because,
    decidedBy: decider(deciding, sink),
    evidence: [
      sink,
      ...deciding.because.filter((evidence) => evidence.from !== "docs"),
      ...deciding.because.filter((evidence) => evidence.from === "docs"),
    ],
    condition,
    remarks,
    deciding,
    parameter: deciding.parameter ?? (verdict === "unknown" ? because : undefined),
  });
  const [first] = all;
  if (first === undefined) {
    return {
      verdict: "unknown",
      because: "nothing is known of it",
      decidedBy: sink,
      evidence: [sink],
      condition: undefined,
      remarks,
      deciding: undefined,
      parameter: undefined,
    };
  }
  const undecided = all.find((each) => each.secure === undefined);
  const scheme = all.find((each) => each.secure === "request-scheme");
  const off = likeliest(all.filter((each) => each.secure === false));
  const on = likeliest(all.filter((each) => each.secure === true));
  if (scheme !== undefined && off === undefined && undecided === undefined) {
    return made(
      "conditional",
      scheme,
      `${scheme.says}: Secure only when the request arrives as https`,
      schemeCondition(trust, context),
    );
  }
  if (undecided !== undefined) return made("unknown", undecided, undecided.says);
  if (off === undefined && on !== undefined)
    return made("secure", on, settledSays(on, on.says), settledCondition(on, "secure"));
  if (on === undefined && scheme === undefined && off !== undefined)
    return made("insecure", off, settledSays(off, off.says), settledCondition(off, "insecure"));
  return mixed(all, made, trust, context);
}

/** The first one that the deployment does not rule out. */
function likeliest(all: readonly Possibility[]): Possibility | undefined {
  return all.find((each) => each.when.every((condition) => condition.holds !== false)) ?? all[0];
}

type Make = (verdict: Verdict, deciding: Possibility, because: string, condition?: VerdictCondition) => Judged;

/** Secure on some ways and not on others. */
function mixed(all: readonly Possibility[], made: Make, trust: ProxyTrust | undefined, context: Context): Judged {
  const off = all.find((each) => each.secure === false)!;
  const on = all.find((each) => each.secure !== false)!;
  const byScheme = all.flatMap((each) => each.when).find((condition) => condition.kind === "request-scheme");
  const differing =
    turning(all) ??
    telling(on.when, off.when).find(({ kind }) => SETTLED_BY_DEPLOYMENT.has(kind)) ??
    byScheme ??
    deciding(all) ??
    on.when[0] ??
    off.when[0];
  if (byScheme === undefined || (differing !== byScheme && differing?.holds !== true))
    return mixedByCondition(all, on, off, differing, made);
  return mixedByScheme(on, off, made, schemeAnswer(all, on, schemeCondition(trust, context)));
}

/** The condition that all ways with Secure share and no way without it has, or that it all comes down to. */
function deciding(all: readonly Possibility[]): Condition | undefined {
  const [on, off] = [true, false].map((has) => all.filter((each) => (each.secure !== false) === has));
  const has = ({ when }: Possibility, { key, arm }: Condition) =>
    when.some((other) => other.key === key && other.arm === arm);
  return on
    ?.flatMap(({ when }) => when)
    .find((condition) => on.every((each) => has(each, condition)) && !off?.some((each) => has(each, condition)));
}

/** Where one value of a variable alone turns Secure off, that it is not this value: not that the variable is unset. */
function turning(all: readonly Possibility[]): Condition | undefined {
  const off = all.filter((each) => each.secure === false);
  const on = all.filter((each) => each.secure !== false);
  const [value] = off.length === 1 && on.length > 1 ? off[0]!.when : [];
  if (value?.kind !== "environment" || value.arm !== true) return undefined;
  return on.flatMap((each) => each.when).find(({ key, arm }) => key === value.key && arm !== value.arm);
}

/** What a proxy says, read by hand, and what the connection itself is, the deployment settles; a framework need not believe it. */
function schemeAnswer(
  all: readonly Possibility[],
  on: Possibility,
  arrival: VerdictCondition,
): VerdictCondition & { readonly settled: boolean } {
  const likely = all.filter((each) => each.when.every((condition) => condition.holds !== false));
  const kinds = new Set(likely.map((each) => each.secure));
  const byArrival = likely.some(({ when }) =>
    when.some((each) => each.kind === "request-scheme" && each.holds !== true),
  );
  const settled = kinds.size === 1 && (likely.length < all.length || !byArrival);
  if (!settled) return { ...arrival, ...(byArrival ? {} : { inDeployment: null }), settled };
  return {
    ...arrival,
    says: schemeOf(on)?.says ?? arrival.says,
    inDeployment: kinds.has(true) ? "secure" : "insecure",
    settled,
  };
}

function schemeOf({ when }: Possibility): Condition | undefined {
  return when.find((condition) => condition.kind === "request-scheme" && condition.arm === true);
}

const SETTLED_BY_DEPLOYMENT: ReadonlySet<Condition["kind"]> = new Set(["environment", "configuration", "version"]);

function mixedByScheme(
  on: Possibility,
  off: Possibility,
  made: Make,
  { settled, ...https }: ReturnType<typeof schemeAnswer>,
): Judged {
  const onHttps = [on, off].find((each) => schemeOf(each) !== undefined);
  if (onHttps?.secure !== false) {
    const says = schemeOf(onHttps ?? on)?.says ?? "the request arrives as https";
    return made("conditional", onHttps ?? on, `Secure only when ${says}`, https);
  }
  return made("conditional", off, "Secure only when the request arrives as plain http, which is the wrong way round", {
    on: "request-scheme",
    says: "the request arrives as http",
    inDeployment: settled ? https.inDeployment : "insecure",
  });
}

function mixedByCondition(
  all: readonly Possibility[],
  on: Possibility,
  off: Possibility,
  differing: Condition | undefined,
  made: Make,
): Judged {
  const likely = all.filter((each) => each.when.every((condition) => condition.holds !== false));
  const kinds = new Set(likely.map((each) => each.secure));
  const settled =
    likely.length > 0 &&
    kinds.size === 1 &&
    (likely.length < all.length || likely.some((each) => each.when.some((condition) => condition.holds !== undefined)));
  const inDeployment = settled ? (likely[0]!.secure === true ? "secure" : "insecure") : null;
  const told =
    on.when.find((condition) => condition.key === differing?.key) ??
    (differing !== undefined && !off.when.includes(differing) ? differing : on.when[0]);
  const shown = told?.says ?? `not ${off.when[0]?.says ?? "always"}`;
  const kind = differing?.kind ?? "branch";
  const fact = settled ? `, which is ${inDeployment === "secure" ? "so" : "not so"} in this deployment` : "";
  const negated = told?.arm === false && told.kind === "branch";
  const says = negated ? `\`${shown}\` does not hold` : kind === "branch" ? `\`${shown}\` holds` : shown;
  const deciding = inDeployment === "secure" ? on : off;
  return made("conditional", deciding, `Secure only when ${says}${fact}`, { on: kind, says, inDeployment });
}

/** The place a value comes from, or the documented default. */
function decider(possibility: Possibility, sink: Evidence): Evidence {
  const documented = possibility.because.find((evidence) => evidence.from === "docs");
  return documented ?? possibility.because.at(-1) ?? sink;
}
