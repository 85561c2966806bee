import type { Deployment } from "../../deployment.ts";
import type { Place } from "../../evidence.ts";
import { known, mapValue, onlyLiteral, unknown, type Value } from "../../value.ts";
import { environmentValue } from "../symbols.ts";
import { environmentSwitch, readBoolean, strictBoolean } from "./booleans.ts";
import { type Arguments, asArgument, type LibraryContext, type LibraryFunction, objectOf } from "./function.ts";

/** `process.env.X`, `os.environ["X"]`, `ENV["X"]`: a variable read as a member. */
export function environmentMember(
  paths: readonly string[],
  name: string,
  deployment: Deployment,
  at: Place,
): Value | undefined {
  if (paths.includes("import.meta.env") && /^(?:PROD|DEV|MODE|SSR|BASE_URL)$/.test(name)) return undefined;
  return paths.some((path) => environments.has(path)) && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== "get"
    ? environmentValue(name, undefined, deployment, at)
    : undefined;
}

const environments = new Set(["process.env", "import.meta.env", "Bun.env", "os.environ", "ENV", "environ"]);

function readEnvironment(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return unknown("the name of the environment variable is computed");
  const fallback = args[1] ?? args.find((argument) => argument.name === "default");
  return environmentValue(
    name,
    fallback?.value ?? (context.language === "javascript" ? undefined : known(null)),
    context.deployment,
    context.at,
  );
}

/** NestJS: a name as variables have them is one; what else is asked for stands in namespaces of the project's own. */
function configService(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  return typeof name === "string" && /^[A-Z][A-Z0-9_]*$/.test(name) ? readEnvironment(args, context) : undefined;
}

function blockDefault(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return undefined;
  const second = args[1]?.value;
  const [only] = second ?? [];
  const fallback = only?.data.kind === "function" ? context.invoke(only.data, [known(name)]) : second;
  return environmentValue(name, fallback, context.deployment, context.at);
}

/** django-environ: `env("X")` gives the text, `env.bool("X", default=…)` reads it as a boolean. */
function environBoolean(args: Arguments, context: LibraryContext): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  if (typeof name !== "string") return undefined;
  const fallback = args.find((argument) => argument.name === "default") ?? args[1];
  const value = environmentValue(
    name,
    fallback?.value ?? unknown(`${name} has no default`),
    context.deployment,
    context.at,
  );
  return mapValue(value, (data, each) =>
    data.kind === "literal"
      ? known(readBoolean(data.value), each.trace)
      : data.kind === "environment"
        ? environmentSwitch(data.name, each.trace)
        : [{ ...each, when: [] }],
  );
}

/** `config("X", cast=bool)`: the text, or the text read as a boolean. */
function castVariable(args: Arguments, context: LibraryContext): Value | undefined {
  const cast = args.find((argument) => argument.name === "cast");
  return cast !== undefined && namesBool(cast.value) ? environBoolean(args, context) : readEnvironment(args, context);
}

function declaredOrCast(args: Arguments, context: LibraryContext, receiver: Value | undefined): Value | undefined {
  const declared = schemeOf(args, context, receiver);
  if (declared !== undefined)
    return environBoolean([args[0]!, { ...args[0]!, name: "default", value: declared }], context);
  return isCastByDefault(args) ? environBoolean(args, context) : castVariable(args, context);
}

/** Since 0.5 django-environ reads a variable as what its default is: `env("X", default=False)` is a boolean. */
function isCastByDefault(args: Arguments): boolean {
  const fallback = args.find((argument) => argument.name === "default");
  return typeof onlyLiteral(fallback?.value) === "boolean" && !args.some((argument) => argument.name === "cast");
}

function namesBool(value: Value): boolean {
  return value.some(({ data }) => data.kind === "external" && data.paths.includes("bool"));
}

/** `Env(DEBUG=(bool, False))` declares that `env("DEBUG")` is a boolean: its default. */
function schemeOf(args: Arguments, context: LibraryContext, receiver: Value | undefined): Value | undefined {
  const name = onlyLiteral(args[0]?.value);
  const origin = objectOf(receiver, context)?.origin;
  if (origin?.kind !== "call" || args.length !== 1) return undefined;
  const declared = origin.call.arguments.find((argument) => argument.name === name);
  const items = declared === undefined ? undefined : context.items(declared.value);
  const [type, fallback] = items ?? [];
  return type !== undefined && namesBool(type) ? (fallback ?? unknown(`${String(name)} has no default`)) : undefined;
}

/** What reads a variable of the environment. */
export const environmentFunctions: Readonly<Record<string, LibraryFunction>> = {
  "Deno.env.get": readEnvironment,
  // https://docs.nestjs.com/techniques/configuration#using-the-configservice
  "@nestjs/config.ConfigService.get": configService,
  "@nestjs/config.ConfigService.getOrThrow": configService,
  "os.environ.get": readEnvironment,
  "os.getenv": readEnvironment,
  "environ.get": readEnvironment,
  getenv: readEnvironment,
  "System.getenv": readEnvironment,
  "java.lang.System.getenv": readEnvironment,
  "System.getProperty": readEnvironment,
  "java.lang.System.getProperty": readEnvironment,
  "Boolean.getBoolean": (args, context) => strictBoolean([asArgument(readEnvironment(args, context))]),
  "java.lang.Boolean.getBoolean": (args, context) => strictBoolean([asArgument(readEnvironment(args, context))]),
  "Environment.GetEnvironmentVariable": readEnvironment,
  "System.Environment.GetEnvironmentVariable": readEnvironment,
  "ENV.fetch": blockDefault,
  "environ.Env().bool": environBoolean,
  "environs.Env().bool": environBoolean,
  "env.bool": environBoolean,
  "environ.Env()": declaredOrCast,
  "decouple.config": castVariable,
};
