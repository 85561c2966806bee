import type { Context, Cookie, Edit, Fix, OwnSource, Place, ProxyTrust, Seen } from "../../framework.ts";
import { fallback, imports, setting } from "../../framework.ts";
import { insert, replace } from "../../write.ts";
import { findInCode } from "../find-in-code.ts";
import { configurationOf, moduleOf, type Property, propertyOf } from "../java-configuration.ts";
import { springTrust } from "../spring-trust.ts";

const docs =
  "https://docs.spring.io/spring-boot/appendix/application-properties/index.html#appendix.application-properties.server";

/** Whose session a property is about. */
interface Kind {
  readonly keys: readonly string[];
  readonly name: string;
  /** Is the session Spring's own, or the container's? */
  readonly asker: "container" | "application";
}

const containers: Kind = {
  keys: ["server.servlet.session.cookie", "server.session.cookie"],
  name: "JSESSIONID",
  asker: "container",
};
const springs: Kind = { ...containers, name: "SESSION", asker: "application" };
const reactive: Kind = { keys: ["server.reactive.session.cookie"], name: "SESSION", asker: "application" };

/** What begins a session of http, or keeps one. */
const SESSION =
  /\bHttpSession\b(?!;)|\bWebSession\b(?!;)|\b(?:\w*[rR]equest|req|exchange)(?:\(\))?\.getSession\(|\.formLogin\(|\.oauth2Login\(|@SessionAttributes\b|@SessionScope\b|@Enable\w*(?:Http|Web)Session\b|\bReactive\w*SessionRepository\b(?!;)/;

/** The session cookie of every Spring Boot application that the project shows. */
export function sessionCookies(context: Context): readonly Cookie[] {
  const modules = new Set(
    [...bootFiles(context), ...configurationOf(context.facts.settings, context.deployment)].map(folderOf),
  );
  return [...modules].sort().flatMap((folder) => sessionOf(folder, context));
}

/** The folder of a module, above its sources and resources. */
function folderOf(file: string): string {
  return /^(.*?)src\/main\//.exec(file)?.[1] ?? moduleOf(file);
}

function bootFiles(context: Context): readonly string[] {
  return javaFiles(context).filter((file) => imports(context, file, "org.springframework.boot"));
}

function javaFiles(context: Context): readonly string[] {
  return [...context.facts.modules.keys()]
    .filter((file) => file.endsWith(".java") && !/(?:^|\/)src\/test\//.test(file))
    .sort();
}

function sessionOf(folder: string, context: Context): readonly Cookie[] {
  const files = javaFiles(context).filter((file) => folderOf(file) === folder);
  const at = files[0] ?? `${folder}src/main/resources/application.properties`;
  const reads = (kind: Kind, leaf: string) => {
    for (const key of kind.keys) {
      const found = propertyOf(`${key}.${leaf}`, at, context.facts.settings, context.deployment);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const spring =
    buildFile(folder, context, "spring-session") ||
    files.some((file) => imports(context, file, "org.springframework.session"));
  const webflux =
    reads(reactive, "secure") !== undefined ||
    files.some((file) =>
      imports(context, file, "org.springframework.web.server", "org.springframework.web.reactive"),
    ) ||
    (buildFile(folder, context, "spring-boot-starter-webflux") &&
      !buildFile(folder, context, "spring-boot-starter-web\\b(?!flux)"));
  const kind = webflux ? reactive : spring ? springs : containers;
  const secure = reads(kind, "secure");
  const place = secure?.at ?? reads(kind, "name")?.at ?? useOf(files, context);
  if (place === undefined || isToldElsewhere(folder, files, context)) return [];
  const cookie = context.judge({
    framework: "spring",
    name: String(reads(kind, "name")?.value ?? kind.name),
    sink: place,
    secure: [...(secure === undefined ? [] : [given(secure, kind)]), defaultOf(kind, folder, context)],
    trust: trustOf(kind, context),
    fixes: () => fixes(secure, kind, at, context),
  });
  return [cookie];
}

/** A place that begins a session, in an application that Spring Boot starts. */
function useOf(files: readonly string[], context: Context): Place | undefined {
  if (!files.some((file) => imports(context, file, "org.springframework.boot"))) return undefined;
  if (files.some((file) => findInCode(context.text(file), /SessionCreationPolicy\.STATELESS\b/) !== undefined))
    return undefined;
  for (const file of files) {
    const span = findInCode(context.text(file), SESSION);
    if (span !== undefined) return { file, span };
  }
  return undefined;
}

/** Code that configures the session's cookie, a serializer of its own, and a web.xml beside it. */
function isToldElsewhere(folder: string, files: readonly string[], context: Context): boolean {
  const told = /\bgetSessionCookieConfig\(|\bnew\s+(?:DefaultCookieSerializer|CookieWebSessionIdResolver)\b/;
  return (
    files.some((file) => findInCode(context.text(file), told) !== undefined) ||
    context.files.endingIn("web.xml").some((file) => file.startsWith(folder) && file.endsWith("WEB-INF/web.xml"))
  );
}

function buildFile(folder: string, context: Context, word: string): boolean {
  return ["pom.xml", "build.gradle", "build.gradle.kts"].some((name) =>
    new RegExp(word).test(context.files.read(`${folder}${name}`) ?? ""),
  );
}

/** What Spring takes for a boolean: https://docs.spring.io/spring-framework/docs/current/javadoc-api/org/springframework/core/convert/support/StringToBooleanConverter.html */
const ON = /^(?:true|on|yes|1)$/i;
const OFF = /^(?:false|off|no|0)$/i;

function given({ value, because, at }: Property, kind: Kind): OwnSource {
  const key = `${kind.keys[0]}.secure`;
  const written = String(value).trim();
  const [, variable, otherwise] = /^\$\{([^}:]+)(?::([^}]*))?\}$/.exec(written) ?? [];
  const seen: Seen =
    variable === undefined
      ? [{ data: dataOf(written), when: [], because: [because] }]
      : [true, false].flatMap((arm): Seen => {
          const says = `\`${variable}\` is ${arm ? "not " : ""}set`;
          const when = [{ kind: "environment", key: `property ${variable}`, arm, says, holds: arm } as const];
          const set = { kind: "unknown", because: `\`${variable}\` gives it`, parameter: undefined } as const;
          return [{ data: arm && otherwise !== undefined ? dataOf(otherwise) : set, when, because: [because] }];
        });
  const alone = kind.asker === "application" && kind !== reactive;
  const source = setting(seen, key, { values: { true: "secure", false: alone ? "insecure" : "request-scheme" } });
  return at === undefined || source.kind !== "setting"
    ? source
    : { ...source, given: { ...source.given, valuePlace: at } };
}

function dataOf(written: string): Seen[number]["data"] {
  if (ON.test(written)) return { kind: "literal", value: true };
  if (OFF.test(written)) return { kind: "literal", value: false };
  if (written === "") return { kind: "literal", value: undefined };
  return {
    kind: "unknown",
    because: `\`${written}\` is no boolean, and the application does not start with it`,
    parameter: undefined,
  };
}

function defaultOf(kind: Kind, folder: string, context: Context): OwnSource {
  const missing = `\`${kind.keys[0]}.secure\` is not given`;
  if (kind === containers && buildFile(folder, context, "spring-boot-starter-undertow"))
    return fallback(false, docs, `${missing}, and Undertow does not look at the request`);
  const who =
    kind === containers ? "Tomcat and Jetty follow" : kind === springs ? "Spring Session follows" : "WebFlux follows";
  return fallback("request-scheme", docs, `${missing}, and ${who} the request`);
}

export function trustOf({ asker }: Pick<Kind, "asker">, context: Context): ProxyTrust {
  const trust = springTrust(context, asker);
  if (trust !== undefined) return trust;
  const says = "`X-Forwarded-Proto` is not read without `server.forward-headers-strategy`";
  return { trusted: false, because: { from: "docs", url: docs, says } };
}

// ---- fixes

function fixes(secure: Property | undefined, kind: Kind, near: string, context: Context): readonly Fix[] {
  const edits =
    secure?.at === undefined ? added(kind, near, context) : [replace(context.text(secure.at.file), secure.at, "true")];
  return edits.length === 0 ? [] : [{ title: "Set Secure on the session cookie", safety: "safe", edits }];
}

/** One more line in the module's own file for every profile. */
function added(kind: Kind, near: string, context: Context): readonly Edit[] {
  const folder = folderOf(near);
  const own = configurationOf(context.facts.settings, context.deployment).find(
    (file) => folderOf(file) === folder && /(?:^|\/)application\.(?:properties|ya?ml)$/.test(file),
  );
  if (own === undefined) return [];
  const text = context.text(own);
  const isYaml = !own.endsWith(".properties");
  if (isYaml && /^---/m.test(text)) return [];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const line = `${kind.keys[0]}.secure${isYaml ? ": " : "="}true`;
  return [insert(own, text.length, text === "" || text.endsWith("\n") ? `${line}${newline}` : `${newline}${line}`)];
}
