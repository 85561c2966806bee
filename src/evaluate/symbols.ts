import type { Deployment } from "../deployment.ts";
import type { Place } from "../evidence.ts";
import { alternative, known, step, type Trace, type Value } from "../value.ts";

/**
 * A name from outside the project whose value the deployment or the request's scheme gives. `path` is a qualified
 * name (`Rails.env.production?`), or ends one (`*.is_secure`); calls are written without parentheses.
 */
export type Symbol = {
  readonly path: string;
  /** Only as a call with this text as its one argument: `app.get("env")`. */
  readonly argument?: string;
} & (
  | { readonly is: "request-scheme"; readonly says: string }
  /** The scheme as a text: what it reads on https and on plain http. */
  | { readonly is: "request-scheme-text"; readonly https: string; readonly http: string; readonly says: string }
  /** An absolute URL of the request, which begins with its scheme. */
  | { readonly is: "request-url"; readonly says: string }
  /** A constant: what it reads. */
  | { readonly is: "text"; readonly text: string }
  /** Is the connection to the process itself TLS? It is where TLS ends there, whatever a proxy says. */
  | { readonly is: "connection-scheme"; readonly says: string }
  | { readonly is: "environment-equals"; readonly variable: string; readonly equals: string; readonly not?: true }
  | { readonly is: "environment-value"; readonly variable: string }
  /** On where the variable is set to anything but `0`, `false` and `no`. */
  | { readonly is: "environment-switch"; readonly variable: string }
  /** A symbol that debug builds define and others do not. */
  | { readonly is: "debug-build"; readonly name: string }
);

/** Symbols, found by their last name. */
export class SymbolTable {
  private readonly byName = new Map<string, Symbol[]>();

  constructor(symbols: readonly Symbol[]) {
    for (const symbol of symbols) {
      const name = lastName(symbol.path);
      const list = this.byName.get(name);
      if (list === undefined) this.byName.set(name, [symbol]);
      else list.push(symbol);
    }
  }

  /** @param argument the one argument of a call, when it is a literal */
  find(paths: readonly string[], argument?: unknown): Symbol | undefined {
    const [first] = paths;
    if (first === undefined) return undefined;
    return this.byName
      .get(lastName(first))
      ?.find(
        (symbol) =>
          paths.some((path) => pathMatches(symbol.path, path)) &&
          (symbol.argument === undefined || symbol.argument === argument),
      );
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** `a.b` means exactly that; `*.b` any path that ends in `.b` (or is `b`). */
export function pathMatches(pattern: string, path: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === path;
  const suffix = pattern.slice(1);
  return path.endsWith(suffix) || path === suffix.slice(1);
}

export function symbolValue(symbol: Symbol, deployment: Deployment, at: Place): Value {
  switch (symbol.is) {
    case "request-scheme":
      return requestScheme(at, symbol.says);
    case "request-scheme-text":
      return asText(requestScheme(at, symbol.says), symbol.https, symbol.http);
    case "request-url":
      return requestScheme(at, symbol.says).map((each) => {
        const isHttps = each.data.kind === "literal" && each.data.value === true;
        return { ...each, data: { kind: "text", parts: [`http${isHttps ? "s" : ""}://`, undefined] } };
      });
    case "connection-scheme":
      return requestScheme(at, symbol.says, {
        key: "connection scheme",
        says: (scheme) => `the connection to the process itself is ${scheme}`,
        holds: deployment.tls === "process",
      });
    case "text":
      return known(symbol.text, step(at, `it is \`"${symbol.text}"\``, undefined));
    case "environment-value":
      return environmentValue(symbol.variable, undefined, deployment, at);
    case "environment-switch":
      return environmentValue(symbol.variable, known(false), deployment, at).map((each) =>
        each.data.kind === "literal" && typeof each.data.value === "string"
          ? { ...each, data: { kind: "literal", value: !/^(?:0|false|no)$/i.test(each.data.value) } }
          : each,
      );
    case "debug-build":
      return debugBuild(symbol.name, deployment, at);
    case "environment-equals": {
      const value = environmentValue(symbol.variable, undefined, deployment, at);
      return value.map((each) =>
        each.data.kind === "literal"
          ? { ...each, data: { kind: "literal", value: (each.data.value === symbol.equals) !== (symbol.not === true) } }
          : each,
      );
    }
  }
}

/** Debug builds are for development; what is published is built for release. */
function debugBuild(name: string, deployment: Deployment, at: Place): Value {
  const value = /^(?:dev|development|local|debug)$/i.test(deployment.name);
  const says = `${name} is ${value ? "" : "not "}defined`;
  return [
    alternative({ kind: "literal", value }, step(at, says, undefined), [
      { kind: "environment", key: `symbol ${name}`, arm: true, says, holds: true },
    ]),
  ];
}

/** A header by which a proxy says how the request came, under its own name or as CGI spells it. */
const FORWARDED = /^(?:http_)?x[-_]forwarded[-_](?:proto|scheme)$/i;

/** What a proxy that ends TLS says of the scheme, read under the name of such a header: `https` or `http`. */
export function forwardedScheme(name: unknown, deployment: Deployment, at: Place): Value | undefined {
  if (typeof name !== "string" || !FORWARDED.test(name)) return undefined;
  const says = `\`${name}\` is the scheme by which the request came to the proxy`;
  const asked: SchemeQuestion = {
    key: "forwarded scheme",
    says: (scheme) => `a proxy says \`X-Forwarded-Proto: ${scheme}\``,
    holds: deployment.tls === "proxy",
  };
  return asText(requestScheme(at, says, asked), "https", "http");
}

/** A question about the scheme, and whether the deployment answers it with https. */
interface SchemeQuestion {
  readonly key: string;
  readonly says: (scheme: "https" | "http") => string;
  readonly holds: boolean | undefined;
}

const arrival: SchemeQuestion = {
  key: "request scheme",
  says: (scheme) => `the request arrives as ${scheme}`,
  holds: undefined,
};

/** True when the request arrives as https, false when it does not. */
export function requestScheme(at: Place, says: string, { key, says: asked, holds } = arrival): Value {
  const trace = step(at, says, undefined);
  return [true, false].map((value) =>
    alternative({ kind: "literal", value }, trace, [
      {
        kind: "request-scheme",
        key,
        arm: value,
        says: asked(value ? "https" : "http"),
        holds: holds === undefined ? undefined : holds === value,
      },
    ]),
  );
}

function asText(scheme: Value, https: string, http: string): Value {
  return scheme.map((each) => {
    const isHttps = each.data.kind === "literal" && each.data.value === true;
    return { ...each, data: { kind: "literal", value: isHttps ? https : http } };
  });
}

/** An environment variable under the deployment; one that the deployment does not name is taken as unset, on a condition. */
export function environmentValue(name: string, fallback: Value | undefined, deployment: Deployment, at: Place): Value {
  const set = Object.hasOwn(deployment.environment, name) ? deployment.environment[name] : undefined;
  if (typeof set === "string") {
    const origin = deployment.origins[name];
    const says = `${name} is ${JSON.stringify(set)} in this deployment${origin === undefined ? "" : ` (${origin})`}`;
    const trace: Trace = step(at, says, undefined);
    const condition = {
      kind: "environment",
      key: `environment ${name}`,
      arm: true,
      says: `${name} is ${JSON.stringify(set)}`,
      holds: true,
    } as const;
    return [alternative({ kind: "literal", value: set }, trace, [condition])];
  }
  const trace = step(at, `${name} is not set in this deployment`, undefined);
  const absent =
    fallback === undefined
      ? known(undefined, trace)
      : fallback.map((each) => ({ ...each, trace: each.trace ?? trace }));
  if (set === null) return absent;
  const condition = { kind: "environment", key: `environment ${name} set` } as const;
  return [
    ...absent.map((each) => ({
      ...each,
      when: [...each.when, { ...condition, arm: false, says: `${name} is not set`, holds: true }],
    })),
    alternative(
      { kind: "environment", name, transformed: false },
      step(at, `${name} may be set where it runs`, undefined),
      [{ ...condition, arm: true, says: `${name} is set`, holds: false }],
    ),
  ];
}
