import {
  type Context,
  type Cookie,
  type Fix,
  fallback,
  findArgument,
  imports,
  named,
  type OwnSource,
  type Place,
  pathsOf,
  type Seen,
  type SeenObject,
  setting,
} from "../../framework.ts";
import { addEntry, insert, turnOnPython, uncomment } from "../../write.ts";
import { addToClass, isTest, literalText } from "../python.ts";
import {
  appOf,
  configurationClass,
  type DjangoApp,
  djangoApps,
  familyOf,
  moduleFile,
  quoted,
  quotedSubclass,
  settingOf,
} from "./settings.ts";

const settingsDocs = "https://docs.djangoproject.com/en/stable/ref/settings/";
const restDocs = "https://dj-rest-auth.readthedocs.io/en/latest/configuration.html";

/** The cookies that Django and what it is set up with send by themselves. */
export function ownCookies(context: Context): readonly Cookie[] {
  return djangoApps(context).flatMap((app) =>
    context.facts.modules.has(app.file)
      ? [
          ...sessionOf(app, context),
          ...csrfOf(app, context),
          ...messagesOf(app, context),
          ...languageOf(app, context),
          ...tokensOf(app, context),
        ]
      : [],
  );
}

/** The name of the session's cookie for the views of a file. */
export function sessionName(file: string, context: Context): string {
  const app = appOf(file, context);
  return (app === undefined ? undefined : textOf(app, "SESSION_COOKIE_NAME", context)) ?? "sessionid";
}

function sessionOf(app: DjangoApp, context: Context): readonly Cookie[] {
  const middleware = "django.contrib.sessions.middleware.SessionMiddleware";
  const sink =
    quoted(middleware, app, context) ??
    quotedSubclass(middleware, /(?:^commonware\.middleware\.NoVary|\.)SessionMiddleware$/, app, context) ??
    (quoted("django.middleware.common.CommonMiddleware", app, context) === undefined
      ? quoted("django.contrib.sessions", app, context)
      : undefined);
  if (sink === undefined) return [];
  return [cookieOf(app, "SESSION_COOKIE_SECURE", sessionName(app.file, context), sink, context)];
}

function csrfOf(app: DjangoApp, context: Context): readonly Cookie[] {
  const middleware = "django.middleware.csrf.CsrfViewMiddleware";
  const sink =
    quoted(middleware, app, context) ??
    quotedSubclass(middleware, /\.CsrfViewMiddleware$/, app, context) ??
    guarded(app, context);
  if (sink === undefined || isOn(settingOf(app, "CSRF_USE_SESSIONS", context))) return [];
  return [cookieOf(app, "CSRF_COOKIE_SECURE", textOf(app, "CSRF_COOKIE_NAME", context) ?? "csrftoken", sink, context)];
}

/** The first view that a decorator guards, where no middleware does. */
function guarded(app: DjangoApp, context: Context): Place | undefined {
  for (const file of context.facts.modules.keys()) {
    if (isTest(file) || !imports(context, file, "django.views.decorators.csrf") || appOf(file, context) !== app)
      continue;
    const match = /^[ \t]*@(?:method_decorator\(\s*)?(?:ensure_csrf_cookie|csrf_protect)\b/m.exec(context.text(file));
    if (match !== null) return { file, span: { start: match.index, end: match.index + match[0].length } };
  }
  return undefined;
}

/** Messages are kept in a cookie by `CookieStorage`, and by the default storage as long as they fit. */
function messagesOf(app: DjangoApp, context: Context): readonly Cookie[] {
  const storage = textOf(app, "MESSAGE_STORAGE", context);
  const sink =
    storage === undefined
      ? usesMessages(app, context)
        ? quoted("django.contrib.messages.middleware.MessageMiddleware", app, context)
        : undefined
      : /\.(?:Cookie|Fallback)Storage$/.test(storage)
        ? quoted(storage, app, context)
        : undefined;
  return sink === undefined ? [] : [cookieOf(app, "SESSION_COOKIE_SECURE", "messages", sink, context)];
}

function usesMessages(app: DjangoApp, context: Context): boolean {
  return [...context.facts.modules.keys()].some(
    (file) =>
      !isTest(file) &&
      (imports(context, file, "django.contrib.messages") ||
        (imports(context, file, "django.contrib") && /import[^\n]*\bmessages\b/.test(context.text(file)))) &&
      appOf(file, context) === app,
  );
}

/** The view `set_language` keeps the choice in a cookie; it is there where the URLs name it. */
function languageOf(app: DjangoApp, context: Context): readonly Cookie[] {
  const sink = context.facts.calls.find(
    (call) =>
      appOf(call.place.file, context) === app &&
      ((named(call.callee, "django.urls.include", "django.conf.urls.include") &&
        findArgument(call, 0)?.value.some(
          ({ data }) => data.kind === "literal" && data.value === "django.conf.urls.i18n",
        ) === true) ||
        (named(call.callee, "django.urls.path", "django.urls.re_path", "django.conf.urls.url") &&
          named(pathsOf(findArgument(call, 1)?.value), "django.views.i18n.set_language"))),
  );
  if (sink === undefined) return [];
  const name = textOf(app, "LANGUAGE_COOKIE_NAME", context) ?? "django_language";
  return [cookieOf(app, "LANGUAGE_COOKIE_SECURE", name, sink.place, context, false)];
}

/** dj-rest-auth keeps its JWTs in cookies when it is told their names. */
function tokensOf(app: DjangoApp, context: Context): readonly Cookie[] {
  const [rest] = settingOf(app, "REST_AUTH", context) ?? [];
  if (rest?.data.kind !== "object") return [];
  const options: SeenObject = rest.data;
  const secure = options.properties.get("JWT_AUTH_SECURE");
  const says = "`JWT_AUTH_SECURE` is not given, and dj-rest-auth's default is off";
  return ["JWT_AUTH_COOKIE", "JWT_AUTH_REFRESH_COOKIE"].flatMap((key) => {
    const [named] = options.properties.get(key) ?? [];
    const at = named?.because.at(-1);
    if (named?.data.kind !== "literal" || typeof named.data.value !== "string" || at?.from !== "file") return [];
    const sources: OwnSource[] = secure === undefined ? [] : [setting(secure, "JWT_AUTH_SECURE")];
    return [
      context.judge({
        framework: "django",
        name: named.data.value,
        sink: { file: at.file, span: at.span },
        language: "python",
        secure: [...sources, fallback(false, restDocs, says)],
        fixes: (cookie) => {
          const added =
            secure === undefined && options.literal !== undefined
              ? addEntry(context.text(options.literal.place.file), options, '"JWT_AUTH_SECURE": True')
              : undefined;
          const changed =
            cookie.decidedBy.from === "file" ? turnOnPython(context.text, undefined, cookie.decidedBy) : undefined;
          const edits = added ?? (changed === undefined ? undefined : [changed]);
          return edits === undefined ? [] : [fixOf("JWT_AUTH_SECURE", app, edits)];
        },
      }),
    ];
  });
}

function cookieOf(
  app: DjangoApp,
  key: string,
  name: string,
  sink: Place,
  context: Context,
  sensitive?: boolean,
): Cookie {
  const held = settingOf(app, key, context);
  return context.judge({
    framework: "django",
    name,
    sink,
    language: "python",
    secure: [
      ...(held === undefined ? elsewhere(app, key, context) : [told(held, key, app, context)]),
      fallback(
        false,
        `${settingsDocs}#${key.toLowerCase().replaceAll("_", "-")}`,
        `\`${key}\` is not set, and Django's default is off`,
      ),
    ],
    ...(sensitive === undefined ? {} : { sensitive }),
    remarks: overrides(app, key, context),
    fixes: (cookie) => {
      const edit = inPlace(app, key, cookie, context);
      const edits = edit === undefined ? appended(app, key, context) : [edit];
      return edits === undefined ? [] : [fixOf(key, app, edits)];
    },
  });
}

/** `not DEBUG` is told as that: what counts is DEBUG on the line that asks, not where it ends. */
function told(held: Seen, key: string, app: DjangoApp, context: Context): OwnSource {
  const [only] = held;
  const source = setting(held, key);
  if (held.length !== 1 || only?.data.kind !== "literal" || typeof only.data.value !== "boolean") return source;
  const isNotDebug = familyOf(app, context).some((file) => {
    const at = context.facts.modules.get(file)?.bound.get(key);
    const text = at === undefined ? "" : context.text(file).slice(at.span.start, at.span.end);
    return /=\s*not\s+DEBUG\s*$/.test(text) && only.because.some((each) => each.from === "file" && each.file === file);
  });
  if (!isNotDebug || source.kind !== "setting") return source;
  const debug = only.data.value ? "False" : "True";
  const says = `\`${key}\` is \`not DEBUG\`, and \`DEBUG\` is \`${debug}\` where that line runs`;
  return { ...source, given: { ...source.given, says } };
}

/** Files that the settings run without importing them are not followed, and settings of packages are not there. */
function elsewhere(app: DjangoApp, key: string, context: Context): readonly OwnSource[] {
  const match = /^[ \t]*(?:exec(?:file)?\(|include\((?=[^)]*["'][^"'\n]*\.py["']))/m.exec(context.text(app.file));
  if (match !== null) {
    const span = { start: match.index, end: match.index + match[0].length };
    const because = `the settings run other files with \`${match[0].trim().slice(0, -1)}\``;
    return [notKnown(key, because, { file: app.file, span })];
  }
  const base = familyOf(app, context)
    .flatMap((file) => missing(file, context))
    .find(({ isOptional, name }) => !isOptional && /settings|conf(?:ig)?\b|defaults/i.test(name));
  if (base === undefined) return [];
  return [notKnown(key, `\`${base.name}\`, which the settings begin with, is not in the project`, base.place)];
}

function notKnown(key: string, because: string, place: Place): OwnSource {
  const at = { from: "file", ...place, says: because } as const;
  return setting([{ data: { kind: "unknown", because, parameter: undefined }, when: [], because: [at] }], key);
}

/** A module that is not in the project, all names of which are imported. */
interface Missing {
  readonly name: string;
  readonly place: Place;
  /** It stands under a condition or in a `try`, or is called as what every machine has of its own. */
  readonly isOptional: boolean;
}

function missing(file: string, context: Context): readonly Missing[] {
  return [...context.text(file).matchAll(/^([ \t]*)from[ \t]+([\w.]+)[ \t]+import[ \t]+\*/gm)].flatMap((match) => {
    const [line, indent = "", name = ""] = match;
    if (name.startsWith("django.") || moduleFile(name, file, context) !== undefined) return [];
    const isOptional = indent !== "" || /local|override|secret|private/i.test(name);
    const span = { start: match.index, end: match.index + line.length };
    return [{ name, place: { file, span }, isOptional }];
  });
}

/** A star import of a module that is not in the project may set everything again. */
function overrides(app: DjangoApp, key: string, context: Context): Cookie["remarks"] {
  return missing(app.file, context).flatMap(({ name, place, isOptional }) => {
    if (!isOptional || !/local|override|secret|private|settings/i.test(name)) return [];
    const says = `\`${name}\` is not in the project; where it is there, it may set \`${key}\` again`;
    return [{ kind: "note", says, at: { from: "file", ...place, says } } as const];
  });
}

function fixOf(key: string, app: DjangoApp, edits: Fix["edits"]): Fix {
  if (app.onlyDeployed) return { title: `Set ${key}`, safety: "safe", edits };
  return {
    title: `Set ${key}`,
    safety: "needs a decision",
    note: "Development uses the same settings: over plain http, only names such as localhost keep a Secure cookie.",
    edits,
  };
}

/** An assignment of the deployed module itself is turned on where it stands. */
function inPlace(app: DjangoApp, key: string, cookie: Cookie, context: Context) {
  if (cookie.decidedBy.from !== "file" || cookie.decidedBy.file !== app.file) return undefined;
  const statement = context.facts.modules.get(app.file)?.bound.get(key) ?? memberPlace(app, key, cookie);
  if (statement === undefined) return undefined;
  const { span } = statement;
  const { start, end } = cookie.decidedBy.span;
  // A name that others read too, such as DEBUG, is left as it is.
  return span.start <= start && end <= span.end ? turnOnPython(context.text, statement, cookie.decidedBy) : undefined;
}

/** An attribute of a class, told as a whole. */
function memberPlace(app: DjangoApp, key: string, cookie: Cookie): Place | undefined {
  const told = cookie.evidence.find(
    (each) => each.from === "file" && each.file === app.file && each.says === `\`${key}\` is set here`,
  );
  return told?.from === "file" ? told : undefined;
}

/** Where it is commented out, else beside its like, else at the end; in the class, with django-configurations. */
function appended(app: DjangoApp, key: string, context: Context): Fix["edits"] | undefined {
  const text = context.text(app.file);
  const own = configurationClass(app, context);
  if (own !== undefined) {
    const added = addToClass(own.place, key, context);
    return added === undefined ? undefined : [added];
  }
  const statement = `${key} = True`;
  // A star import above it could undo it.
  const start = [...text.matchAll(/^[ \t]*from [^\n]+ import \*/gm)].at(-1)?.index ?? 0;
  const commented = uncomment(text, { file: app.file, span: { start, end: text.length } }, key, statement);
  if (commented !== undefined) return [commented];
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const like = [...text.slice(start).matchAll(LIKE)].at(-1);
  const behind = like === undefined ? undefined : start + like.index + like[0].length;
  if (behind !== undefined && !text.includes(key, behind)) return [insert(app.file, behind, `${newline}${statement}`)];
  const end = text.trimEnd().length;
  // Several settings are added under one blank line: equal edits count once.
  const apart = standsApart(text.slice(0, end)) ? [insert(app.file, end, newline)] : [];
  return [...apart, insert(app.file, end, `${newline}${statement}`)];
}

/** A setting of such cookies that begins and ends on one line. */
const LIKE = /^(?:SESSION|CSRF|LANGUAGE)_COOKIE_\w+[ \t]*=(?=[^\r\n]*[^\s([{,\\]\r?$)[^\r\n]*/gm;

/** Does a blank line stand before the last statement, and the comment above it? */
function standsApart(text: string): boolean {
  const lines = text.split(/\r?\n/);
  let last = lines.length - 1;
  while (last > 0 && !/^[A-Za-z_@]/.test(lines[last]!)) last -= 1;
  while (last > 0 && lines[last - 1]!.startsWith("#")) last -= 1;
  return last > 0 && lines[last - 1]!.trim() === "" && !/^(?:SECURE|CSRF|SESSION)_/.test(lines[last]!);
}

function textOf(app: DjangoApp, key: string, context: Context): string | undefined {
  return literalText(settingOf(app, key, context));
}

function isOn(seen: Seen | undefined): boolean {
  return seen?.every(({ data }) => data.kind === "literal" && Boolean(data.value)) === true;
}
