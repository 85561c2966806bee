import type { Context, Facts, Given, Seen } from "../../framework.ts";
import {
  bySecureHeaders,
  configures,
  type Flagging,
  type Flags,
  flagsBy,
  givenByFlagging,
  isCookiesOf,
  withoutFalse,
} from "../secure-headers.ts";
import { type App, inOrderOfReading } from "./app.ts";
import { flagsWhatIsLeftAlone, sslDocs } from "./settings.ts";

const flagsOf = new WeakMap<Facts, Map<string, Flags | undefined>>();

function secureHeaders(app: App, context: Context): Flags | undefined {
  const byRoot = flagsOf.get(context.facts) ?? new Map<string, Flags | undefined>();
  flagsOf.set(context.facts, byRoot);
  if (!byRoot.has(app.root)) byRoot.set(app.root, readFlags(app, context));
  return byRoot.get(app.root);
}

function readFlags(app: App, context: Context): Flags | undefined {
  const call = inOrderOfReading(context.facts.calls.filter(configures), app, context).at(-1);
  if (call === undefined) return undefined;
  const writes = context.facts.writes.filter((write) => isCookiesOf(write, call));
  return flagsBy(inOrderOfReading(writes, app, context).at(-1)?.value);
}

const bySsl: Flagging = { says: "`config.force_ssl` flags it", docs: sslDocs };

/** What flags a cookie where the request arrives as https, and says nothing where it does not. */
function flagging(app: App | undefined, name: string | undefined, context: Context): Flagging | undefined {
  if (app === undefined) return undefined;
  if (secureHeaders(app, context)?.(name) === true) return bySecureHeaders;
  return flagsWhatIsLeftAlone(app, context) ? bySsl : undefined;
}

export function isFlagged(app: App, name: string | undefined, context: Context): boolean {
  return flagging(app, name, context) !== undefined;
}

export function givenOverHttps(app: App | undefined, name: string | undefined, context: Context): Given | undefined {
  const by = flagging(app, name, context);
  return by === undefined ? undefined : givenByFlagging(by);
}

export function unlessFlagged(seen: Seen, app: App | undefined, name: string | undefined, context: Context): Seen {
  return flagging(app, name, context) === undefined ? seen : withoutFalse(seen);
}
