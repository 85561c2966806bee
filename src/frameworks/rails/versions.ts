import type { Context } from "../../framework.ts";
import type { App } from "./app.ts";

/** By `Gemfile.lock`, or the `Gemfile` where that names a version. */
function versionOf(app: App, context: Context): readonly number[] | undefined {
  const locked = /^ {4}(?:rails|actionpack|railties) \((\d+)\.(\d+)\.(\d+)/m;
  const named = /^[ \t]*gem[ \t(]+["']rails["'],[ \t]*["'](?:~>|=)?[ \t]*(\d+)\.(\d+)\.(\d+)/m;
  for (const [name, pattern] of [["Gemfile.lock", locked] as const, ["Gemfile", named] as const]) {
    const found = pattern.exec(context.files.read(`${app.root}${name}`) ?? "");
    if (found !== null) return found.slice(1).map(Number);
  }
  return undefined;
}

/**
 * Rails 5.0, and 5.1 before 5.1.6, flag the cookies of every https request, one that is excluded from redirects too.
 * https://github.com/rails/rails/pull/32262
 */
export function flagsWhatIsNotRedirected(app: App, context: Context): boolean {
  const [major, minor = 0, patch = 0] = versionOf(app, context) ?? [];
  return major === 5 && (minor === 0 || (minor === 1 && patch < 6));
}
