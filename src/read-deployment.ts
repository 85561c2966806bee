import type { Configuration } from "./configuration.ts";
import type { Deployment } from "./deployment.ts";
import { namesAnotherEnvironment, type Variables, variablesIn } from "./deployment-files.ts";
import { production } from "./frameworks/production.ts";
import type { Project } from "./inventory.ts";

/** What the command line says of the deployment. */
export interface DeploymentFlags {
  readonly name?: string;
  readonly tls?: Deployment["tls"];
  readonly environment?: Readonly<Record<string, string | null>>;
}

/** The variables that say which environment it is. */
const selectors = Object.keys(production.environment);
const elsewhere = /^(?:development|dev|test|testing|local)$/i;

/** Values and where they came from. */
interface Layer {
  readonly environment: Readonly<Record<string, string | null>>;
  readonly origins: Readonly<Record<string, string>>;
}

/**
 * The deployment that the project's own files, its configuration and the command line describe.
 *
 * Later ones win: the defaults of production, `Dockerfile`, `Procfile`, `.env`, `.env.<deployment>`, compose files,
 * Kubernetes manifests, `setsecure.config.json`, the command line. Two files of one kind that disagree about a
 * variable settle nothing about it. Files that are named after another environment, samples and tests do not count,
 * nor does a file (or a service of a compose file) that puts itself into development or test.
 */
export function readDeployment(project: Project, configuration: Configuration, flags: DeploymentFlags): Deployment {
  const name = flags.name ?? configuration.deployment ?? production.name;
  const kinds: Variables["kind"][] = ["dockerfile", "procfile", "env", "named env", "compose", "kubernetes"];
  const found = project.candidates
    .filter((file) => !namesAnotherEnvironment(file, name))
    .flatMap((file) => variablesIn(project, file))
    .filter((group) => elsewhere.test(name) || !isElsewhere(group));
  const layers: Layer[] = [
    { environment: defaultsOf(name), origins: {} },
    ...kinds.map((kind) => agreed(found.filter((group) => group.kind === kind))),
    given(configuration.environment, "setsecure.config.json"),
    given(flags.environment ?? {}, "the command line"),
  ];
  return {
    name,
    tls: flags.tls ?? configuration.tls ?? production.tls,
    environment: Object.assign({}, ...layers.map((layer) => layer.environment)),
    origins: Object.assign({}, ...layers.map((layer) => layer.origins)),
  };
}

/** Development and test name themselves in the selectors; every other deployment is a production to its frameworks. */
function defaultsOf(name: string): Layer["environment"] {
  if (!elsewhere.test(name)) return production.environment;
  const long = /^dev/i.test(name) ? "development" : /^test/i.test(name) ? "test" : name;
  const entries = Object.entries(production.environment).map(([variable, value]) => {
    const capital = value !== null && /^[A-Z]/.test(value);
    return [variable, capital ? long.slice(0, 1).toUpperCase() + long.slice(1) : long];
  });
  return Object.fromEntries(entries);
}

function isElsewhere({ values }: Variables): boolean {
  return values.some(({ name, value }) => selectors.includes(name) && value !== null && elsewhere.test(value));
}

function given(environment: Layer["environment"], origin: string): Layer {
  return { environment, origins: Object.fromEntries(Object.keys(environment).map((name) => [name, origin])) };
}

/** What all groups of one kind agree on. */
function agreed(groups: readonly Variables[]): Layer {
  const values = new Map<
    string,
    { readonly value: string | null; readonly origin: string; readonly settled: boolean }
  >();
  for (const group of groups) {
    for (const { name, value, line } of group.values) {
      const before = values.get(name);
      const settled = before === undefined || (before.settled && before.value === value);
      values.set(
        name,
        before === undefined ? { value, origin: `${group.file}:${line}`, settled } : { ...before, settled },
      );
    }
  }
  const settled = [...values].filter(([, entry]) => entry.settled);
  return {
    environment: Object.fromEntries(settled.map(([name, { value }]) => [name, value])),
    origins: Object.fromEntries(settled.map(([name, { origin }]) => [name, origin])),
  };
}
