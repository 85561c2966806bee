import type { Interest } from "./files.ts";
import type { Project } from "./inventory.ts";
import { env } from "./languages/env/index.ts";
import { yaml } from "./languages/yaml/index.ts";
import { type Lines, linesOf } from "./lines.ts";
import type { SettingNode } from "./settings.ts";

/** The variables that one file, or one service or container of it, sets. */
export interface Variables {
  readonly kind: "dockerfile" | "procfile" | "env" | "named env" | "compose" | "kubernetes";
  readonly file: string;
  readonly values: readonly Variable[];
}

export interface Variable {
  readonly name: string;
  /** null where the file says that it is unset. */
  readonly value: string | null;
  readonly line: number;
}

const samples = /(?:^|[._-])(?:example|sample|template|tmpl|dist|defaults?|schema)(?:[._-]|$)/i;
const others = /(?:^|[._-])(?:dev|develop|development|debug|test|tests|testing|ci|local|override|e2e)(?:[._-]|$)/i;
const productions = /(?:^|[._-])(?:prod|production|staging|stage|live)(?:[._-]|$)/i;
const testFolders = /(?:^|\/)(?:tests?|__tests__|spec|specs|fixtures|examples?|samples?)\//i;

/** Is the file a sample or a test, or named after an environment that is not this one? */
export function namesAnotherEnvironment(path: string, deployment: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (samples.test(name) || testFolders.test(path)) return true;
  const words = name.toLowerCase().split(/[._-]/);
  if (words.includes(deployment.toLowerCase())) return false;
  return others.test(name) || (deployment !== "production" && productions.test(name));
}

/** What makes a file worth reading for what it says of the deployment. */
export const deploymentInterest: Interest = {
  words: { ".yml": ["containers:"], ".yaml": ["containers:"] },
  names: [
    ".env",
    ".env.*",
    "Procfile",
    "Dockerfile",
    "*.Dockerfile",
    "Dockerfile.*",
    "*compose*.yml",
    "*compose*.yaml",
  ],
};

type Reader = (file: string, text: string) => readonly Variables[];

/** By file name: the first that matches reads the file. */
const readers: readonly { readonly name: RegExp; readonly read: Reader }[] = [
  { name: /^\.env$/, read: (file, text) => [readEnv("env", file, text)] },
  { name: /^\.env\..+$/, read: (file, text) => [readEnv("named env", file, text)] },
  { name: /^Procfile$/, read: readProcfile },
  { name: /^(?:.+\.)?Dockerfile(?:\..+)?$/, read: readDockerfile },
  { name: /compose.*\.ya?ml$/, read: readCompose },
  { name: /\.ya?ml$/, read: readKubernetes },
];

/** What a file says of the environment; nothing where it is not of a kind that does. */
export function variablesIn(project: Project, file: string): readonly Variables[] {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const reader = readers.find((one) => one.name.test(name));
  const source = reader === undefined ? undefined : project.source(file);
  return reader === undefined || source === undefined ? [] : reader.read(file, source.text);
}

/** Values that refer to other variables, or are filled in by a template, are not known. */
function isPlain(value: string): boolean {
  return !/\$|\{\{|<%/.test(value);
}

function readEnv(kind: Variables["kind"], file: string, text: string): Variables {
  const lines = linesOf(text);
  const nodes = env.read({ file, text }).roots.flatMap((root) => root.children);
  const values = nodes
    .filter((node) => isPlain(String(node.value ?? "")))
    .map(({ name, value, span }) => ({ name, value: String(value ?? ""), line: lines.at(span.start).line }));
  return { kind, file, values };
}

const assignment = /(?:^|\s)([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g;

function assignmentsIn(text: string, line: number): Variable[] {
  return [...text.matchAll(assignment)]
    .map(([, name = "", raw = ""]) => ({ name, value: raw.replace(/^(["'])(.*)\1$/, "$2"), line }))
    .filter(({ value }) => isPlain(value));
}

/** `web: NODE_ENV=production node server.js`: what stands before the program. */
function readProcfile(file: string, text: string): readonly Variables[] {
  const lines = linesOf(text);
  return numbers(lines.count).flatMap((line) => {
    const command = /^[\w-]+:\s*(?:env\s+)?((?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)\s+)+)/.exec(lines.text(line));
    return command === null ? [] : [{ kind: "procfile", file, values: assignmentsIn(command[1] ?? "", line) }];
  });
}

/** `ENV NAME=value …` and `ENV NAME value`, in the last stage, which is the one that runs. */
function readDockerfile(file: string, text: string): readonly Variables[] {
  const lines = linesOf(text);
  let values: Variable[] = [];
  for (const line of numbers(lines.count)) {
    const instruction = lines.text(line);
    if (/^\s*FROM\s/i.test(instruction)) values = [];
    const arguments_ = /^\s*ENV\s+(.*)$/i.exec(instruction)?.[1];
    if (arguments_ === undefined) continue;
    const old = /^([A-Za-z_]\w*)\s+([^=]*)$/.exec(arguments_);
    if (old === null) values.push(...assignmentsIn(arguments_, line));
    else values.push({ name: old[1] ?? "", value: (old[2] ?? "").trim(), line });
  }
  return [{ kind: "dockerfile", file, values }];
}

/** `environment` of each service, as a mapping or as a list of `NAME=value`. */
function readCompose(file: string, text: string): readonly Variables[] {
  const lines = linesOf(text);
  const services = yaml.read({ file, text }).roots.flatMap((root) => childrenOf(root, "services"));
  return services.map((service) => ({
    kind: "compose",
    file,
    values: childrenOf(service, "environment").flatMap((node) => composeVariable(node, lines)),
  }));
}

function composeVariable({ name, value, span }: SettingNode, lines: Lines): readonly Variable[] {
  const { line } = lines.at(span.start);
  if (/^\d+$/.test(name)) {
    const [, variable, text] = /^([A-Za-z_]\w*)=([^]*)$/.exec(String(value)) ?? [];
    return variable === undefined ? [] : plainVariable(variable, text, line);
  }
  return plainVariable(name, value, line);
}

/** `env` of the containers of each document. */
function readKubernetes(file: string, text: string): readonly Variables[] {
  if (!text.includes("containers:")) return [];
  const lines = linesOf(text);
  const containers = yaml.read({ file, text }).roots.flatMap((root) => named(root, "containers"));
  return containers.map((container) => ({
    kind: "kubernetes",
    file,
    values: childrenOf(container, "env").flatMap((entry) => {
      const value = (key: string) => entry.children.find((child) => child.name === key)?.value;
      return plainVariable(String(value("name") ?? ""), value("value"), lines.at(entry.span.start).line);
    }),
  }));
}

/** Variables without a value come from somewhere else, which the file does not say. */
function plainVariable(name: string, value: SettingNode["value"], line: number): readonly Variable[] {
  if (name === "" || value === undefined || value === null || !isPlain(String(value))) return [];
  return [{ name, value: String(value), line }];
}

function childrenOf(node: SettingNode, name: string): readonly SettingNode[] {
  return node.children.find((child) => child.name === name)?.children ?? [];
}

/** The children of every node of that name, at any depth. */
function named(root: SettingNode, name: string): SettingNode[] {
  const found: SettingNode[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.name === name) found.push(...node.children);
    else open.push(...node.children);
  }
  return found;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
