import type { VerdictCondition } from "../cookie.ts";
import type { Context, ProxyTrust } from "../framework.ts";
import type { Condition } from "../value.ts";
import type { Possibility } from "./possibilities.ts";

/** The conditions that tell two ways apart: those that both share do not. */
export function telling(on: readonly Condition[], off: readonly Condition[]): readonly Condition[] {
  const isShared = ({ key, arm }: Condition) =>
    [on, off].every((side) => side.some((other) => other.key === key && other.arm === arm));
  return [...on, ...off].filter((condition) => !isShared(condition));
}

export function schemeCondition(trust: ProxyTrust | undefined, context: Context): VerdictCondition {
  const says = "the request arrives as https";
  const { tls } = context.deployment;
  if (tls === "process") return { on: "request-scheme", says, inDeployment: "secure" };
  if (tls === "none") return { on: "request-scheme", says, inDeployment: "insecure" };
  if (trust === undefined) return { on: "request-scheme", says, inDeployment: null };
  if (trust.trusted === undefined)
    return { on: "request-scheme", says: `${says}: ${trust.because.says}`, inDeployment: null };
  return {
    on: "request-scheme",
    says: `${says}: ${trust.because.says}`,
    inDeployment: trust.trusted ? "secure" : "insecure",
  };
}

export function settledCondition(
  possibility: Possibility,
  verdict: "secure" | "insecure",
): VerdictCondition | undefined {
  const condition =
    possibility.when.find((each) => each.kind === "environment" && each.holds === true) ??
    possibility.when.find((each) => each.kind === "environment");
  return condition === undefined ? undefined : { on: "environment", says: condition.says, inDeployment: verdict };
}

export function settledSays(possibility: Possibility, says: string): string {
  const condition = possibility.when.find((each) => each.kind === "environment" && each.holds === true);
  return condition === undefined ? says : `${says}, because ${condition.says} in this deployment`;
}
