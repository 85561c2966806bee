import type { Place } from "../evidence.ts";
import type { Expression } from "../program.ts";
import type { Scope } from "../scope.ts";
import { alternative, onlyLiteral, step, type Value } from "../value.ts";
import type { Evaluation } from "./evaluation.ts";
import type { RecordedArgument } from "./heap.ts";

/** What holds a configuration is called so. */
const CONFIGURATION =
  /(?:^|[._])(?:config|configuration|conf|cfg|settings|properties|props|preferences|environment|env)(?:\(\))?$/i;
/** How a configuration is asked for a value, with what it is where nobody configures it. */
const LOOKUPS = new Set(["get", "fetch", "getBoolean", "getProperty", "GetValue"]);

/**
 * `config.get("COOKIE_SECURE", False)` and `getattr(settings, "COOKIE_SECURE", False)` of a configuration outside the
 * project: the default, until somebody configures it.
 */
export function configuredOrDefault(
  evaluation: Evaluation,
  method: string,
  paths: readonly string[],
  args: readonly RecordedArgument[],
  at: Place,
): Value | undefined {
  const [first] = paths;
  const isAttribute = evaluation.language === "python" && first === "getattr";
  const [target, ...rest] = isAttribute ? args : [undefined, ...args];
  const holder = isAttribute ? nameOf(evaluation, target) : first?.slice(0, -method.length - 1);
  if (holder === undefined || !CONFIGURATION.test(holder) || !(isAttribute || LOOKUPS.has(method))) return undefined;
  const name = onlyLiteral(rest[0]?.value);
  const fallback = onlyLiteral(rest.at(-1)?.value);
  if (rest.length < 2 || typeof name !== "string" || typeof fallback !== "boolean") return undefined;
  return configurable(name, fallback, at);
}

/**
 * A switch of the configuration: as it is where nobody sets it, and the other way.
 * @param as says where `fallback` comes from
 */
export function configurable(
  name: string,
  fallback: boolean | undefined,
  at: Place,
  as = ", as it is by default",
): Value {
  const key = `configuration ${name}`;
  const way = (value: boolean) =>
    alternative({ kind: "literal", value }, step(at, `\`${name}\` is ${value ? "on" : "off"}`, undefined), [
      {
        kind: "configuration",
        key,
        arm: value,
        says: `\`${name}\` is ${value ? "on" : "off"}${fallback === value ? as : ""}`,
        holds: fallback === undefined ? undefined : fallback === value,
      },
    ]);
  return fallback === false ? [way(false), way(true)] : [way(true), way(false)];
}

/**
 * What a container puts into a field or parameter that says so: `@Value("${cookie.secure:false}")`,
 * `@ConfigProperty(name = "cookie.secure", defaultValue = "false")`. Switches only; undefined for everything else.
 */
export function injected(
  evaluation: Evaluation,
  annotations: readonly Expression[],
  type: string | undefined,
  scope: Scope,
): Value | undefined {
  if (!/^[Bb]ool(?:ean)?$/.test(type ?? "")) return undefined;
  for (const annotation of annotations) {
    if (annotation.kind !== "call") continue;
    const [callee] = evaluation.expression(annotation.callee, scope);
    const paths = callee?.data.kind === "external" ? callee.data.paths : [];
    if (!paths.some((path) => evaluation.host.injections.has(path))) continue;
    const given = (name: string | undefined) => {
      const argument = annotation.arguments.find((each) => each.name === name);
      return argument === undefined ? undefined : onlyLiteral(evaluation.expression(argument.value, scope));
    };
    const text = given(undefined) ?? given("value");
    const [, key, or] = /^\$\{([^:}]+)(?::([^}]*))?\}$/.exec(String(text)) ?? [
      undefined,
      given("name"),
      given("defaultValue"),
    ];
    if (typeof key !== "string") return undefined;
    const at = evaluation.place(annotation.span);
    // https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding.environment-variables
    const variable = evaluation.host.deployment.environment[key.replaceAll("-", "").replaceAll(".", "_").toUpperCase()];
    const inFile = typeof variable === "string" ? undefined : configuredIn(evaluation, key);
    if (inFile !== undefined) return configurable(key, inFile.on, inFile.at, inFile.as);
    const set = typeof variable === "string" ? variable : or;
    return configurable(key, typeof set === "string" ? isTrue(set) : undefined, at);
  }
  return undefined;
}

/** What a configuration file says of a switch, itself or by a variable that it names. */
function configuredIn(
  evaluation: Evaluation,
  key: string,
): { readonly on: boolean | undefined; readonly at: Place; readonly as: string } | undefined {
  const found = evaluation.host.configured?.([`\${${key}}`], evaluation.file);
  if (found?.is !== "known") return undefined;
  const [, name, or] = /^\$\{([^:}]+)(?::([^}]*))?\}$/.exec(String(found.value)) ?? [];
  const value = name === undefined ? String(found.value) : (evaluation.host.deployment.environment[name] ?? or);
  return { on: value === undefined ? undefined : isTrue(value), at: found.at, as: `, as in ${found.says}` };
}

/** On or off by the words that Spring and MicroProfile Config agree on: what one refuses and the other reads is open. */
// https://github.com/spring-projects/spring-framework/blob/main/spring-core/src/main/java/org/springframework/core/convert/support/StringToBooleanConverter.java
function isTrue(text: string): boolean | undefined {
  if (/^(?:true|on|yes|1)$/i.test(text.trim())) return true;
  return /^(?:false|off|no|0)$/i.test(text.trim()) ? false : undefined;
}

function nameOf(evaluation: Evaluation, target: RecordedArgument | undefined): string | undefined {
  return target === undefined ? undefined : evaluation.host.text(target.valuePlace.file, target.valuePlace.span);
}
