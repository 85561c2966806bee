import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isDay } from "./date.ts";
import { CannotDo, type FailOn, failLevels } from "./exit.ts";
import { decode } from "./files/decode.ts";
import { findGitRoot } from "./files/git.ts";
import { readWhole } from "./files/read.ts";
import { json } from "./languages/json/index.ts";
import { linesOf } from "./lines.ts";
import type { SettingNode } from "./settings.ts";

/** A finding that somebody accepted, and why. Everything that is given must agree; `*` stands for anything. */
export interface AcceptedFinding {
  readonly rule?: string;
  readonly cookie?: string;
  /** In the syntax of `.gitignore`, relative to the root. */
  readonly file?: string;
  readonly reason: string;
  /** The last day it holds. */
  readonly until?: string;
  readonly owner?: string;
}

/** `setsecure.config.json`. Its schema is published as `schema/config.json`. */
export interface Configuration {
  readonly deployment?: string;
  readonly tls?: "proxy" | "process" | "none";
  readonly environment: Readonly<Record<string, string | null>>;
  /** In the syntax of `.gitignore`, relative to the root. */
  readonly ignore: readonly string[];
  readonly suppressions: readonly AcceptedFinding[];
  readonly failOn?: FailOn;
}

export const CONFIGURATION_FILE = "setsecure.config.json";

export const noConfiguration: Configuration = { environment: {}, ignore: [], suppressions: [] };

/** The nearest configuration file, from the folder upward to the root of its git work tree. */
export function findConfiguration(folder: string): string | undefined {
  const last = findGitRoot(folder) ?? folder;
  for (let here = folder; ; here = dirname(here)) {
    const file = join(here, CONFIGURATION_FILE);
    if (existsSync(file)) return file;
    if (here === last || dirname(here) === here) return undefined;
  }
}

/**
 * @param path of the file on disk
 * @throws CannotDo when it cannot be read or says something that has no meaning
 */
export function readConfiguration(path: string): Configuration {
  const read = readWhole(dirname(path), basename(path));
  if ("because" in read) throw new CannotDo(`The configuration ${path} cannot be used: ${read.because}.`);
  return parseConfiguration(decode(read.bytes).text, path);
}

/** @throws CannotDo */
export function parseConfiguration(text: string, path = CONFIGURATION_FILE): Configuration {
  const settings = json.read({ file: path, text });
  const document: Document = { text, path };
  const [error] = settings.errors;
  if (error !== undefined) throw fault(document, error.span.start, error.because);
  const [root] = settings.roots;
  if (root === undefined) throw fault(document, 0, "the file is empty; write {} for the defaults");
  return { ...noConfiguration, ...configuration(root, document) };
}

interface Document {
  readonly text: string;
  readonly path: string;
}

/** Turns one node into what it means, or throws `CannotDo`. */
type Reader<T> = (node: SettingNode, document: Document) => T;

function fault({ text, path }: Document, offset: number, says: string): CannotDo {
  const { line, column } = linesOf(text).at(offset);
  return new CannotDo(`${path}:${line}:${column}: ${says}.`);
}

function opening(node: SettingNode, { text }: Document): string | undefined {
  return node.innerSpan === undefined ? undefined : text[node.innerSpan.start - 1];
}

function offsetOf(node: SettingNode): number {
  return node.valueSpan?.start ?? node.innerSpan?.start ?? node.span.start;
}

const string: Reader<string> = (node, document) => {
  if (typeof node.value === "string") return node.value;
  throw fault(document, offsetOf(node), `"${node.name}" must be a string`);
};

const filled: Reader<string> = (node, document) => {
  const value = string(node, document).trim();
  if (value !== "") return value;
  throw fault(document, offsetOf(node), `"${node.name}" must not be empty`);
};

const day: Reader<string> = (node, document) => {
  const value = string(node, document);
  if (isDay(value)) return value;
  throw fault(document, offsetOf(node), `"${node.name}" must be a day such as 2027-01-31`);
};

function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  return (node, document) => {
    const found = values.find((value) => value === node.value);
    if (found !== undefined) return found;
    throw fault(document, offsetOf(node), `"${node.name}" must be one of ${values.join(", ")}`);
  };
}

function listOf<T>(item: Reader<T>): Reader<readonly T[]> {
  return (node, document) => {
    if (opening(node, document) !== "[") throw fault(document, offsetOf(node), `"${node.name}" must be a list`);
    return node.children.map((child) => item(child, document));
  };
}

const environment: Reader<Record<string, string | null>> = (node, document) => {
  if (opening(node, document) !== "{") throw fault(document, offsetOf(node), `"${node.name}" must be an object`);
  return Object.fromEntries(
    node.children.map(({ name, value, ...child }) => {
      if (value === undefined) throw fault(document, child.span.start, `"${name}" must be a string, or null for unset`);
      return [name, value === null ? null : String(value)];
    }),
  );
};

/** An object with these fields and no others. */
function objectOf<T>(
  readers: { readonly [K in keyof T]-?: Reader<NonNullable<T[K]>> },
  complete: (fields: Partial<T>) => string | undefined = () => undefined,
): Reader<T> {
  return (node, document) => {
    if (opening(node, document) !== "{") throw fault(document, offsetOf(node), "an object { … } is expected here");
    const fields: Partial<T> = {};
    for (const child of node.children) {
      const name = Object.keys(readers).find((key) => key === child.name) as keyof T | undefined;
      if (name === undefined) {
        const known = Object.keys(readers).join(", ");
        throw fault(document, child.nameSpan.start, `"${child.name}" is not known here; known are ${known}`);
      }
      fields[name] = readers[name](child, document);
    }
    const missing = complete(fields);
    if (missing !== undefined) throw fault(document, node.span.start, missing);
    return fields as T;
  };
}

const acceptedFinding = objectOf<AcceptedFinding>(
  { rule: filled, cookie: filled, file: filled, reason: filled, until: day, owner: string },
  ({ rule, cookie, file, reason }) => {
    if (reason === undefined) return 'a suppression needs a "reason": say why this is accepted';
    if (rule ?? cookie ?? file) return undefined;
    return 'a suppression needs a "rule", a "cookie" or a "file": without one it would accept everything';
  },
);

const configuration = objectOf<Partial<Configuration> & { readonly $schema?: string }>({
  $schema: string,
  deployment: filled,
  tls: oneOf(["proxy", "process", "none"]),
  environment,
  ignore: listOf(string),
  suppressions: listOf(acceptedFinding),
  failOn: oneOf(failLevels),
});
